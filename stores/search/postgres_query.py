"""The tree, the filter and the orders compiled to SQL: conditions and scores over case_text and penalty_case."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, case, cast, func, literal, literal_column, not_, null, or_
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from schema.tables import agency, case_text, party, penalty_case
from schema.vocabularies import CaseSort, SearchField
from stores.search.query_tree import AllOf, AnyOf, Node, Not, Phrase
from stores.search.seam import FIELD_WEIGHTS, WHOLE_WEIGHT, CaseFilter, Position, region_prefix

_TEXTS: Mapping[SearchField, ColumnElement[str]] = {
    field: case_text.c.number.concat(case_text.c.filing_number) if field is SearchField.NUMBER else case_text.c[field]
    for field in FIELD_WEIGHTS
}
# Letter for letter the expression of ix_case_text_token_pairs.
_PAIRS: ColumnElement[Any] = literal_column(
    "token_pairs(case_text.number || case_text.filing_number || case_text.title || case_text.party || case_text.agency"
    " || case_text.violation_type || case_text.facts || case_text.basis || case_text.content)",
    TSVECTOR,
)


def compile_tree(node: Node) -> ColumnElement[bool]:
    """A condition on case_text that holds of what the tree means."""
    match node:
        case Phrase():
            # The index finds candidates by neighbouring tokens; the text itself decides.
            return and_(_PAIRS.bool_op("@@")(cast(literal(_pairs(node.tokens)), TSQUERY)), _found(node))
        case Not(operand):
            return not_(_without_index(operand))
        case AnyOf(operands):
            return or_(*(compile_tree(operand) for operand in operands))
        case AllOf(operands):
            return and_(*(compile_tree(operand) for operand in operands))


def _without_index(node: Node) -> ColumnElement[bool]:
    """The same condition where no index could help: below a Not."""
    match node:
        case Phrase():
            return _found(node)
        case Not(operand):
            return not_(_without_index(operand))
        case AnyOf(operands):
            return or_(*(_without_index(operand) for operand in operands))
        case AllOf(operands):
            return and_(*(_without_index(operand) for operand in operands))


def compile_score(node: Node) -> ColumnElement[int]:
    """The score of a case, as the seam says."""
    match node:
        case Phrase():
            return _score(node)
        case Not():
            return literal(0)
        case AnyOf(operands):
            return _sum([compile_score(operand) for operand in operands])
        case AllOf(operands, whole):
            scores = [compile_score(operand) for operand in operands]
            return _sum(scores if whole is None else [*scores, _score(whole, times=WHOLE_WEIGHT)])


def _sum(scores: list[ColumnElement[int]]) -> ColumnElement[int]:
    total = scores[0]
    for score in scores[1:]:
        total = total + score
    return total


def _fields(phrase: Phrase) -> tuple[SearchField, ...]:
    return tuple(FIELD_WEIGHTS) if phrase.field is None else (phrase.field,)


def _in_field(field: SearchField, phrase: Phrase) -> ColumnElement[bool]:
    return func.strpos(_TEXTS[field], f" {' '.join(phrase.tokens)} ") > 0


def _found(phrase: Phrase) -> ColumnElement[bool]:
    return or_(*(_in_field(field, phrase) for field in _fields(phrase)))


def _score(phrase: Phrase, *, times: int = 1) -> ColumnElement[int]:
    return case(*((_in_field(field, phrase), FIELD_WEIGHTS[field] * times) for field in _fields(phrase)), else_=0)


def _pairs(tokens: tuple[str, ...]) -> str:
    """The tsquery that token_pairs() of a text with this phrase must match. Tokens hold no quote and no backslash."""
    if len(tokens) == 1:
        return f"'{tokens[0]} ':*"
    return " & ".join(f"'{first} {second}'" for first, second in zip(tokens, tokens[1:], strict=False))


def compile_filter(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """The filter's conditions on penalty_case, agency and party, all of which must hold."""
    conditions: list[ColumnElement[bool]] = []
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
    return conditions


def order_key(sort: CaseSort) -> ColumnElement[Any]:
    """The column an order goes by, after the score."""
    return penalty_case.c.fine if sort is CaseSort.FINE_HIGHEST else penalty_case.c.decided_on


def order_by(sort: CaseSort, score: ColumnElement[int] | None = None) -> list[ColumnElement[Any]]:
    """A total order: the score, the key with unknown values last, the id."""
    key = order_key(sort)
    ordered = key.asc() if sort is CaseSort.DECIDED_OLDEST else key.desc()
    scores = [] if score is None else [score.desc()]
    return [*scores, ordered.nulls_last(), penalty_case.c.id.desc()]


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
