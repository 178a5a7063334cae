"""Whether a case has a clue or a measure that a scope shows: no other is found by, or counted, in either engine."""

from typing import Any

from sqlalchemy import ColumnElement, Text, exists, false, not_, true
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.sql.expression import cast

from schema.access_records import Scope
from schema.clue_tables import clue, clue_case
from schema.measure_tables import measure, measure_case
from schema.search_document import addressee_token, author_token
from schema.tables import penalty_case
from stores.measures import measures_in_scope
from stores.search.scope import desks_in_scope, homes_in_scope
from stores.search.seam import CaseFilter


def supervised_conditions(wanted: CaseFilter, scope: Scope) -> list[ColumnElement[bool]]:
    """What a filter asks of a row of penalty_case about its clues and measures."""
    conditions = []
    if wanted.has_clue is not None:
        has_clue = _has_clue(scope)
        conditions.append(has_clue if wanted.has_clue else not_(has_clue))
    if wanted.has_measure is not None:
        has_measure = _has_measure(scope)
        conditions.append(has_measure if wanted.has_measure else not_(has_measure))
    return conditions


def _has_clue(scope: Scope) -> ColumnElement[bool]:
    desks = desks_in_scope(scope)
    if not scope.everything and not desks:
        return false()
    seen = true() if scope.everything else clue.c.desks.overlap(cast(array(desks), ARRAY(Text)))
    clues = clue_case.join(clue, clue.c.id == clue_case.c.clue_id)
    return exists().select_from(clues).where(clue_case.c.case_id == penalty_case.c.id, seen)


def _has_measure(scope: Scope) -> ColumnElement[bool]:
    measures = measure_case.join(measure, measure.c.id == measure_case.c.measure_id)
    of_case = measure_case.c.case_id == penalty_case.c.id
    return exists().select_from(measures).where(of_case, *measures_in_scope(scope))


def supervised_clauses(wanted: CaseFilter, scope: Scope) -> list[dict[str, Any]]:
    """The same of a document of Elasticsearch."""
    clauses = []
    if wanted.has_clue is not None:
        clauses.append(_clause("clue_desks", desks_in_scope(scope), scope, has=wanted.has_clue))
    if wanted.has_measure is not None:
        clauses.append(_clause("measure_readers", _readers(scope), scope, has=wanted.has_measure))
    return clauses


def _readers(scope: Scope) -> list[str]:
    """As whom a scope reads measures."""
    if not scope.measures:
        return []
    addressed = [] if scope.agency_id is None else [addressee_token(scope.agency_id)]
    return [*map(author_token, homes_in_scope(scope)), *addressed]


def _clause(field: str, tokens: list[str], scope: Scope, *, has: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"exists": {"field": field}} if scope.everything else {"terms": {field: tokens}}
    return found if has else {"bool": {"must_not": [found]}}
