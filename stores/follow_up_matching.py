"""Which record a row of a feed tells of, among those of its case and kind, and what it changes: no database here.

A row that told of a record before tells of it again. Else it tells of the record that shares an identifying value with
it (a day, a number), in the kind's order of them. Else, where nothing is shared and nothing contradicts, of the one
record that can be meant at all. Else it tells of a new one. A number that differs means another record.

Of one file, each row is a record of its own, unless it is a snapshot of another time: rows with the same weightiest
identifying value claim one record, and conflict where they differ; all others tell of different ones. So what is
rejected depends on the file alone, and a file that is sent again changes nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from schema.document_number import canonical_document_number
from schema.vocabularies import FeedKind, RowOutcome

MAX_RECORDS: Final = 100
"""Records of one kind a case has at most; the API shows all of them."""

MAX_REMEMBERED: Final = 100
"""Digests by which rows find their record again; of more, the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingRule:
    """How the records of a kind are told apart; the names are columns.

    `identified_by` are in order of weight. A `number` means another record where it differs, and finds its record
    whatever its type; everything else does among records of one type. `in_order` are days of which none is before the
    one in front of it.
    """

    identified_by: tuple[str, ...]
    number: str | None = None
    has_type: bool = False
    in_order: tuple[str, ...] = ()


RULES: Final[Mapping[FeedKind, MatchingRule]] = {
    FeedKind.TRANSFER: MatchingRule(
        identified_by=("reported_on", "decided_on", "transferred_on"),
        in_order=("reported_on", "decided_on", "transferred_on"),
    ),
    FeedKind.CRIMINAL_CASE: MatchingRule(identified_by=("case_number", "decided_on"), number="case_number"),
    FeedKind.RECONSIDERATION: MatchingRule(
        identified_by=("applied_on", "decided_on"), has_type=True, in_order=("applied_on", "decided_on")
    ),
    FeedKind.ENFORCEMENT: MatchingRule(
        identified_by=("applied_on", "demanded_on"), in_order=("demanded_on", "applied_on")
    ),
    FeedKind.COERCIVE_MEASURE: MatchingRule(identified_by=("imposed_on", "decided_on"), has_type=True),
    FeedKind.MEASURE: MatchingRule(identified_by=("number", "served_on"), number="number", has_type=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRow:
    """What one row says, by column. An unknown value is None or an empty list; `digest` is of the values alone."""

    values: Mapping[str, Any]
    digest: bytes
    source_updated_at: datetime | None


class Telling(NamedTuple):
    """That a row of the file under way told of a record; `identity` is what its file knows the record by."""

    identity: str
    digest: bytes
    source_updated_at: datetime | None


@dataclass(slots=True, kw_only=True, eq=False)
class KnownRecord:
    """A record as it is stored, or is to be: merging changes it in place. `id` is None until it is stored.

    `told` are the digests of the rows that told of it, the latest last; `tellings` those of the file under way.
    `is_touched` where anything of it has to be stored.
    """

    id: int | None
    values: dict[str, Any]
    digest: bytes
    told: tuple[bytes, ...]
    source_updated_at: datetime | None
    tellings: list[Telling] = field(default_factory=list)
    is_touched: bool = False


class Settled(NamedTuple):
    """What became of a row. A rejected one without a record would have been one too many of its case."""

    outcome: RowOutcome
    record: KnownRecord | None


def merge_rows(kind: FeedKind, known: list[KnownRecord], rows: Sequence[ToldRow]) -> list[Settled]:
    """Merge rows of one file, in their order, into the records of one case and one kind.

    Changes the records of `known` and appends new ones to it. Answers what became of each row.
    """
    rule = RULES[kind]
    # Whoever shares something with a record comes before whoever only might be meant, wherever they stand in the file.
    claims: _Claims = defaultdict(list)
    for row in rows if known else ():
        claimed = _sure_match(rule, known, row)
        if claimed is not None:
            claims[id(claimed)].append(row)
    return [_settle(rule, known, row, claims) for row in rows]


_Claims = defaultdict[int, list[ToldRow]]
"""The rows that share something with a record, by the record's identity in memory."""


def _settle(rule: MatchingRule, known: list[KnownRecord], row: ToldRow, claims: _Claims) -> Settled:
    identity = identity_of(rule, row)
    claimed = _claimed_before(known, row, identity)
    if claimed is not None:
        return claimed
    record = _sure_match(rule, known, row) or _possible_match(rule, known, row, claims)
    if record is not None:
        outcome = _tell(record, row)
    elif len(known) >= MAX_RECORDS:
        return Settled(RowOutcome.REJECTED, None)
    else:
        outcome = RowOutcome.INSERTED
        record = KnownRecord(
            id=None,
            values=dict(row.values),
            digest=row.digest,
            told=(row.digest,),
            source_updated_at=row.source_updated_at,
            is_touched=True,
        )
        known.append(record)
    record.tellings.append(Telling(identity, row.digest, row.source_updated_at))
    return Settled(outcome, record)


def identity_of(rule: MatchingRule, row: ToldRow) -> str:
    """What a file knows the row's record by: its weightiest identifying value, and its type but for a number."""
    type_ = row.values["type"] if rule.has_type else ""
    for column in rule.identified_by:
        value = _identifier(rule, row.values, column)
        if value is not None:
            return f"{'' if column == rule.number else type_}/{column}/{value}"
    return f"{type_}/"


def _claimed_before(known: Sequence[KnownRecord], row: ToldRow, identity: str) -> Settled | None:
    """What becomes of a row whose record another row of the file has claimed: the same again, or a conflict."""
    claims = [
        (telling, record)
        for record in known
        for telling in record.tellings
        if telling.identity == identity and not _is_other_snapshot(telling, row)
    ]
    for telling, record in claims:
        if telling.digest == row.digest:
            return Settled(RowOutcome.UNCHANGED, record)
    return Settled(RowOutcome.REJECTED, claims[0][1]) if claims else None


def _sure_match(rule: MatchingRule, known: Sequence[KnownRecord], row: ToldRow) -> KnownRecord | None:
    """The record the row told of before, else the one it shares an identifying value with."""
    for record in known:
        # Rows that became one record over several files, and stand in one file together, still tell of it together.
        if row.digest in record.told and not (_is_told_beside(record, row) and _changes(record, row)):
            return record
    free = [record for record in known if not _is_told_beside(record, row)]
    for column in rule.identified_by:
        sharing = [
            record
            for record in free
            if _shares(rule, record, row, column) and (column == rule.number or _is_one_type(rule, record, row))
        ]
        if sharing:
            return max(sharing, key=lambda record: _likeness(rule, record, row))
    return None


def _possible_match(
    rule: MatchingRule, known: Sequence[KnownRecord], row: ToldRow, claims: _Claims
) -> KnownRecord | None:
    """The one record that can be meant by a row that shares nothing with any."""
    possible = [
        record
        for record in known
        if _is_one_type(rule, record, row)
        and not any(_contradicts(rule, record, row, column) for column in rule.identified_by)
        and _is_in_order(rule, record, row)
    ]
    if len(possible) != 1 or _is_told_beside(possible[0], row):
        return None
    is_claimed = any(not _is_other_snapshot(claiming, row) for claiming in claims.get(id(possible[0]), ()))
    return None if is_claimed else possible[0]


def _tell(record: KnownRecord, row: ToldRow) -> RowOutcome:
    """Apply a row to its record, unless the record was told of by something newer, or by another row of the file."""
    if _is_told_beside(record, row):
        return RowOutcome.UNCHANGED
    if row.digest not in record.told:
        # The last is the one that stands; it must not be forgotten.
        older, last = record.told[:-1], record.told[-1:]
        record.told = (*older[-(MAX_REMEMBERED - 2) :], row.digest, *last)
        record.is_touched = True
    newest = record.source_updated_at
    if newest is not None and row.source_updated_at is not None and row.source_updated_at < newest:
        return RowOutcome.UNCHANGED
    if row.source_updated_at is not None and row.source_updated_at != newest:
        record.source_updated_at = row.source_updated_at
        record.is_touched = True
    if row.digest == record.digest:
        return RowOutcome.UNCHANGED
    changes = _changes(record, row)
    record.values |= changes
    record.digest = row.digest
    record.told = (*(digest for digest in record.told if digest != row.digest), row.digest)
    record.is_touched = True
    return RowOutcome.UPDATED if changes else RowOutcome.UNCHANGED


def _changes(record: KnownRecord, row: ToldRow) -> dict[str, Any]:
    """What a row says that its record does not; an unknown value says nothing."""
    return {
        column: value for column, value in row.values.items() if _is_known(value) and record.values.get(column) != value
    }


def _is_known(value: Any) -> bool:
    return value is not None and value != []


def _is_other_snapshot(one: Telling | ToldRow, other: ToldRow) -> bool:
    """Whether two rows are snapshots of different times."""
    times = (one.source_updated_at, other.source_updated_at)
    return None not in times and times[0] != times[1]


def _is_told_beside(record: KnownRecord, row: ToldRow) -> bool:
    """Whether another row of the file told of the record, and this one is no snapshot of another time."""
    return any(not _is_other_snapshot(telling, row) for telling in record.tellings)


def _is_one_type(rule: MatchingRule, record: KnownRecord, row: ToldRow) -> bool:
    return not rule.has_type or record.values["type"] == row.values["type"]


def _identifier(rule: MatchingRule, values: Mapping[str, Any], column: str) -> str | date | None:
    """An identifying value as it is compared: a number however its brackets were typed."""
    value: str | date | None = values.get(column)
    if column == rule.number and isinstance(value, str):
        return canonical_document_number(value) or "".join(value.split())
    return value


def _shares(rule: MatchingRule, record: KnownRecord, row: ToldRow, column: str) -> bool:
    value = _identifier(rule, row.values, column)
    if value is None or value != _identifier(rule, record.values, column):
        return False
    return rule.number is None or not _contradicts(rule, record, row, rule.number)


def _contradicts(rule: MatchingRule, record: KnownRecord, row: ToldRow, column: str) -> bool:
    values = (_identifier(rule, record.values, column), _identifier(rule, row.values, column))
    return None not in values and values[0] != values[1]


def _likeness(rule: MatchingRule, record: KnownRecord, row: ToldRow) -> tuple[Any, ...]:
    """Of several records that share a value with a row, what shares most, and contradicts least, is the greatest."""
    shared = [_shares(rule, record, row, column) for column in rule.identified_by]
    contradicted = [_contradicts(rule, record, row, column) for column in rule.identified_by]
    return (*shared, -sum(contradicted))


def _is_in_order(rule: MatchingRule, record: KnownRecord, row: ToldRow) -> bool:
    merged = [row.values.get(column) or record.values.get(column) for column in rule.in_order]
    days = [day for day in merged if day is not None]
    return days == sorted(days)
