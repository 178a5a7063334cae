"""The tree, the filter and the orders compiled to SQL: conditions and scores over case_text and penalty_case."""

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Integer,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from schema.access_records import Scope
from schema.anomaly_tables import ACTIVE, anomaly
from schema.tables import agency, case_text, case_text_covered, party, penalty_case
from schema.vocabularies import CaseSort, SearchField
from stores.search.query_tree import AllOf, AnyOf, Node, Not, Phrase
from stores.search.scope import compile_scope
from stores.search.seam import FIELD_WEIGHTS, WHOLE_WEIGHT, CaseFilter, Position, region_prefix
from stores.search.supervised import supervised_conditions

Texts = Mapping[SearchField, ColumnElement[str]]
"""What each field's tokens are looked for in."""


def _texts(column: Callable[[str], ColumnElement[str]]) -> Texts:
    return {
        field: column("number").concat(column("filing_number")) if field is SearchField.NUMBER else column(field.value)
        for field in FIELD_WEIGHTS
    }


_TEXTS = _texts(lambda name: case_text.c[name])
_COVERED_TEXTS = _texts(
    lambda name: case((case_text_covered.c.case_id.is_(null()), case_text.c[name]), else_=case_text_covered.c[name])
)
# Letter for letter the expression of ix_case_text_token_pairs.
_PAIRS: ColumnElement[Any] = literal_column(
    "token_pairs(case_text.number || case_text.filing_number || case_text.title || case_text.party || case_text.agency"
    " || case_text.violation_type || case_text.facts || case_text.basis || case_text.content)",
    TSVECTOR,
)


def texts_of(scope: Scope) -> Texts:
    """The texts that a scope may search: without names they are of case_text_covered where a case has a row there."""
    return _TEXTS if scope.names else _COVERED_TEXTS


def compile_tree(node: Node, texts: Texts) -> ColumnElement[bool]:
    """A condition on case_text, outer joined with case_text_covered, that holds of what the tree means.

    The index finds candidates by neighbouring tokens, for the whole tree at once; the texts themselves decide. Were the
    two mixed in one OR, every candidate's tokens would be paired anew. What stands side by side in a covered text does
    so in the whole one, so that one index does for both.
    """
    candidates = _candidates(node)
    if candidates is None:
        return _holds(node, texts)
    return and_(_PAIRS.bool_op("@@")(cast(literal(candidates), TSQUERY)), _holds(node, texts))


def _candidates(node: Node) -> str | None:
    """The tsquery that token_pairs() of every text the tree holds of must match; None where it could be any."""
    match node:
        case Phrase():
            return _pairs(node.tokens)
        case Not():
            return None
        case AnyOf(operands):
            found = [_candidates(operand) for operand in operands]
            return None if None in found else f"({' | '.join(filter(None, found))})"
        case AllOf(operands):
            known = list(filter(None, map(_candidates, operands)))
            return f"({' & '.join(known)})" if known else None


def _holds(node: Node, texts: Texts) -> ColumnElement[bool]:
    match node:
        case Phrase():
            return or_(*(_in_field(field, node, texts) for field in _fields(node)))
        case Not(operand):
            return not_(_holds(operand, texts))
        case AnyOf(operands):
            return or_(*(_holds(operand, texts) for operand in operands))
        case AllOf(operands):
            return and_(*(_holds(operand, texts) for operand in operands))


def compile_score(node: Node, texts: Texts) -> ColumnElement[int]:
    """The score of a case of which the node holds, as the seam says."""
    match node:
        case Phrase():
            return _score(node, texts)
        case Not():
            # A bare number to order by would be a column's place.
            return cast(literal(0), Integer)
        case AnyOf(operands):
            return _sum([_score_if_held(operand, texts) for operand in operands])
        case AllOf(operands, whole):
            scores = [compile_score(operand, texts) for operand in operands]
            return _sum(scores if whole is None else [*scores, _score(whole, texts, times=WHOLE_WEIGHT)])


def _score_if_held(node: Node, texts: Texts) -> ColumnElement[int]:
    """The score of an alternative: one that does not hold scores nothing, whatever of it is found."""
    score = compile_score(node, texts)
    return case((_holds(node, texts), score), else_=0) if isinstance(node, AllOf) else score


def _sum(scores: list[ColumnElement[int]]) -> ColumnElement[int]:
    total = scores[0]
    for score in scores[1:]:
        total = total + score
    return total


def _fields(phrase: Phrase) -> tuple[SearchField, ...]:
    return tuple(FIELD_WEIGHTS) if phrase.field is None else (phrase.field,)


def _in_field(field: SearchField, phrase: Phrase, texts: Texts) -> ColumnElement[bool]:
    return func.strpos(texts[field], f" {' '.join(phrase.tokens)} ") > 0


def _score(phrase: Phrase, texts: Texts, *, times: int = 1) -> ColumnElement[int]:
    return case(
        *((_in_field(field, phrase, texts), FIELD_WEIGHTS[field] * times) for field in _fields(phrase)), else_=0
    )


def any_of_phrases(phrases: Iterable[tuple[str, ...]]) -> str:
    """The tsquery that token_pairs() of every text matches which holds one of some phrases, in whichever field."""
    return " | ".join(f"({_pairs(tokens)})" for tokens in phrases)


def _pairs(tokens: tuple[str, ...]) -> str:
    """The tsquery of one phrase. Tokens hold no quote and no backslash."""
    if len(tokens) == 1:
        return f"'{tokens[0]} ':*"
    return " & ".join(f"'{first} {second}'" for first, second in pairwise(tokens))


def compile_filter(wanted: CaseFilter, scope: Scope) -> list[ColumnElement[bool]]:
    """The scope's and the filter's conditions on penalty_case, agency and party, all of which must hold."""
    conditions = compile_scope(scope)
    if wanted.domains:
        conditions.append(penalty_case.c.domain.in_([domain.value for domain in wanted.domains]))
    if wanted.agency_ids:
        conditions.append(penalty_case.c.agency_id.in_(wanted.agency_ids))
    if wanted.regions:
        conditions.append(or_(*(agency.c.region.startswith(region_prefix(region)) for region in wanted.regions)))
    if wanted.decided_from is not None:
        conditions.append(penalty_case.c.decided_on >= wanted.decided_from)
    if wanted.decided_to is not None:
        conditions.append(penalty_case.c.decided_on <= wanted.decided_to)
    if wanted.fine_min is not None:
        conditions.append(penalty_case.c.fine >= wanted.fine_min)
    if wanted.fine_max is not None:
        conditions.append(penalty_case.c.fine <= wanted.fine_max)
    if wanted.party_uscc is not None:
        conditions.append(party.c.uscc == wanted.party_uscc)
    if wanted.of_findings:
        found = exists().where(anomaly.c.case_id == penalty_case.c.id, *finding_conditions(wanted))
        conditions.append(found if scope.findings else false())
    return [*conditions, *supervised_conditions(wanted, scope)]


def finding_conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """What must hold of a row of anomaly: that it is open or confirmed, and what the filter asks of a finding."""
    # Word for word the condition of the indexes, which a parameter in it would hide from the planner.
    conditions: list[ColumnElement[bool]] = [literal_column(f"anomaly.{ACTIVE}", Boolean)]
    if wanted.anomalies:
        conditions.append(anomaly.c.kind.in_([kind.value for kind in wanted.anomalies]))
    if wanted.rules:
        conditions.append(anomaly.c.rule.in_(wanted.rules))
    if wanted.certainty is not None:
        conditions.append(anomaly.c.certainty == wanted.certainty.value)
    return conditions


def order_key(sort: CaseSort) -> Column[Any]:
    """The column an order goes by, after the score."""
    match sort:
        case CaseSort.FINE_HIGHEST:
            return penalty_case.c.fine
        case CaseSort.MOST_ANOMALIES:
            return penalty_case.c.anomaly_count
        case _:
            return penalty_case.c.decided_on


def order_by(sort: CaseSort, score: ColumnElement[int] | None = None) -> list[ColumnElement[Any]]:
    """A total order: the score, the key with unknown values last, the id."""
    key = order_key(sort)
    ordered = key.asc() if sort is CaseSort.DECIDED_OLDEST else key.desc()
    scores = [] if score is None else [score.desc()]
    # Said of a column that is never null, it would keep the planner from its index.
    return [*scores, ordered.nulls_last() if key.nullable else ordered, penalty_case.c.id.desc()]


def behind(position: Position, score: ColumnElement[int] | None = None) -> ColumnElement[bool]:
    """What stands behind a place in its order."""
    key, case_id = order_key(position.sort), penalty_case.c.id
    if position.key is None:
        after_key = and_(key.is_(null()), case_id < position.case_id)
    else:
        later: ColumnElement[bool] = (
            key > position.key if position.sort is CaseSort.DECIDED_OLDEST else key < position.key
        )
        after_key = or_(later, and_(key == position.key, case_id < position.case_id), key.is_(null()))
    if score is None or position.score is None:
        return after_key
    return or_(score < position.score, and_(score == position.score, after_key))
