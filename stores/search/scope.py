"""Whose cases a search, a list or a count may know of: a scope compiled to SQL and to Elasticsearch's clauses.

Row-level security in PostgreSQL says the same once more (stores.postgres), and so does a second look at every answer of
Elasticsearch (stores.search.foreign_cases). Each holds without the others.
"""

from string import Template
from typing import Any, Final

from sqlalchemy import ColumnElement, false, or_, select

from schema.access_records import Desk, Scope
from schema.search_document import NO_PROCURATORATE
from schema.tables import agency, penalty_case

# Of its own: a statement may name the agency of a case too.
_SCOPED = agency.alias("scoped")

_IN_SCOPE: Final = Template("""
(CAST(:scope_everything AS boolean) OR $agency_id = CAST(:scope_agency_id AS bigint) OR $agency_id IN (
  SELECT scoped.id
    FROM agency scoped
   WHERE scoped.procuratorate_id = ANY (CAST(:scope_procuratorate_ids AS bigint[]))
      OR (:scope_unassigned AND scoped.procuratorate_id IS NULL)
))
""")


def compile_scope(scope: Scope, agency_id: ColumnElement[Any] = penalty_case.c.agency_id) -> list[ColumnElement[bool]]:
    """The conditions on a case, or on what else an agency has, all of which must hold; none for everything."""
    if scope.everything:
        return []
    supervised: list[ColumnElement[bool]] = []
    if scope.procuratorate_ids:
        supervised.append(_SCOPED.c.procuratorate_id.in_(scope.procuratorate_ids))
    if scope.unassigned:
        supervised.append(_SCOPED.c.procuratorate_id.is_(None))
    allowed: list[ColumnElement[bool]] = []
    if supervised:
        allowed.append(agency_id.in_(select(_SCOPED.c.id).where(or_(*supervised))))
    if scope.agency_id is not None:
        allowed.append(agency_id == scope.agency_id)
    return [or_(*allowed)] if allowed else [false()]


def in_scope(agency_id: str) -> str:
    """The same condition on an agency's id in a statement written out, with the parameters of `scope_parameters`."""
    return _IN_SCOPE.substitute(agency_id=agency_id)


def scope_parameters(scope: Scope) -> dict[str, Any]:
    """What `in_scope` goes by, and whether findings may be known of."""
    return {
        "scope_everything": scope.everything,
        "scope_agency_id": scope.agency_id,
        "scope_procuratorate_ids": list(scope.procuratorate_ids),
        "scope_unassigned": scope.unassigned,
        "scope_findings": scope.findings,
    }


def scope_clauses(scope: Scope) -> list[dict[str, Any]]:
    """The clauses of a filter of Elasticsearch, all of which must hold; none for everything."""
    if scope.everything:
        return []
    procuratorates = [*scope.procuratorate_ids, *([NO_PROCURATORATE] if scope.unassigned else [])]
    allowed: list[dict[str, Any]] = []
    if procuratorates:
        allowed.append({"terms": {"procuratorate_id": procuratorates}})
    if scope.agency_id is not None:
        allowed.append({"term": {"agency_id": scope.agency_id}})
    if not allowed:
        return [{"match_none": {}}]
    return [allowed[0] if len(allowed) == 1 else {"bool": {"should": allowed}}]


def homes_in_scope(scope: Scope) -> list[int | None]:
    """The procuratorates whose own things are in scope; None: what is nobody's."""
    return [*scope.procuratorate_ids, *([None] if scope.unassigned else [])]


def desks_in_scope(scope: Scope) -> list[str]:
    """The desks whose clues are in scope, as the record keeps them; of everything, which is all, this says nothing."""
    return [str(Desk(home, department)) for home in homes_in_scope(scope) for department in scope.departments]


def desk_parameters(scope: Scope) -> dict[str, Any]:
    """The parameters of a statement that asks for clues of the desks in scope: all, or those of a list."""
    return {"everything": scope.everything, "scope_desks": desks_in_scope(scope)}
