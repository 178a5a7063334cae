"""Reading what follows cases: one statement for each relation and level, and one for a page of what waits."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, TypeVar

from sqlalchemy import ARRAY, Select, Table, Text, and_, exists, func, literal, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Scope
from schema.follow_up_records import (
    Act,
    Coercion,
    CoerciveMeasure,
    CriminalCase,
    EnforcementCase,
    FollowUp,
    ProcuratorialMeasure,
    Reconsideration,
    Transfer,
    WaitingRecord,
)
from schema.follow_up_tables import FOLLOW_UPS, told_columns
from schema.tables import party, penalty_case
from schema.vocabularies import (
    CoercionKind,
    CoerciveMeasureType,
    CriminalConclusion,
    EnforcementRuling,
    FeedKind,
    FilingDecision,
    MeasureKind,
    RemedyOutcome,
    RemedyType,
    TransferDecision,
)
from stores.search.scope import compile_scope

Record = TypeVar("Record", bound=FollowUp)

RECORDS: Final[Mapping[type[FollowUp], tuple[FeedKind, Mapping[str, type[Enum]], str]]] = {
    Transfer: (FeedKind.TRANSFER, {"decision": TransferDecision}, "reported_on"),
    CriminalCase: (
        FeedKind.CRIMINAL_CASE,
        {"decision": FilingDecision, "conclusion": CriminalConclusion},
        "decided_on",
    ),
    Reconsideration: (
        FeedKind.RECONSIDERATION,
        {"type": RemedyType, "outcome": RemedyOutcome},
        "applied_on",
    ),
    EnforcementCase: (FeedKind.ENFORCEMENT, {"ruling": EnforcementRuling}, "applied_on"),
    CoerciveMeasure: (FeedKind.COERCIVE_MEASURE, {"type": CoerciveMeasureType}, "imposed_on"),
    ProcuratorialMeasure: (FeedKind.MEASURE, {"type": MeasureKind}, "served_on"),
}
"""Of each record its kind in a feed, its columns that hold words of a vocabulary, and the day its lists go by."""


def _statement(record: type[FollowUp]) -> tuple[Select[Any], Callable[[Any], FollowUp]]:
    """The records that have a case, with the names to cover in their texts; and how a row becomes one."""
    kind, words, _ = RECORDS[record]
    table = FOLLOW_UPS[kind]
    columns = told_columns(table)
    names = func.persons_named(
        penalty_case.c.person_names, party.c.representative_names, party.c.type, party.c.name, type_=ARRAY(Text)
    )
    statement = (
        select(table.c.id, penalty_case.c.id, names, *(table.c[name] for name in columns))
        .join(penalty_case, _belongs_to_case(table))
        .join(party, party.c.id == penalty_case.c.party_id)
    )

    def read(row: Any) -> FollowUp:
        record_id, case_id, person_names, *told = row
        persons = tuple(person_names)
        values = {name: _read(name, value, words, persons) for name, value in zip(columns, told, strict=True)}
        return record(id=record_id, case_id=case_id, person_names=persons, **values)

    return statement, read


def _belongs_to_case(table: Table) -> Any:
    return and_(
        penalty_case.c.agency_id == table.c.agency_id, penalty_case.c.document_number == table.c.document_number
    )


def _read(name: str, value: Any, words: Mapping[str, type[Enum]], persons: tuple[str, ...]) -> Any:
    if name in words:
        return None if value is None else words[name](value)
    if name == "coercion":
        return tuple(map(_coercion, value))
    if isinstance(value, list):
        return tuple(_act(item, persons) for item in value)
    return value


def _coercion(item: Mapping[str, Any]) -> Coercion:
    begun_on = date.fromisoformat(item["from"])
    return Coercion(
        kind=CoercionKind(item["kind"]),
        begun_on=begun_on,
        ended_on=_day(item["to"]),
        extended_to=_day(item["extendedTo"]),
    )


def _act(item: Mapping[str, Any], persons: tuple[str, ...]) -> Act:
    return Act(
        on=date.fromisoformat(item["on"]),
        what=item["what"],
        by=item["by"],
        emergency=item["emergency"],
        person_names=persons,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


async def follow_ups_of_cases(
    connection: AsyncConnection, record: type[Record], case_ids: Sequence[int]
) -> dict[int, list[Record]]:
    """What follows several cases, of one kind, by its day; a case has a hundred of a kind at most."""
    statement, read = _statement(record)
    kind, _, day = RECORDS[record]
    table = FOLLOW_UPS[kind]
    rows = await connection.execute(
        statement.where(penalty_case.c.id == func.any(list(case_ids))).order_by(
            table.c[day].asc().nulls_last(), table.c.id
        )
    )
    found: dict[int, list[Record]] = {case_id: [] for case_id in case_ids}
    for row in rows:
        each: Any = read(row)
        found[each.case_id].append(each)
    return found


async def follow_ups_by_id(connection: AsyncConnection, record: type[Record], ids: Sequence[int]) -> dict[int, Record]:
    """Records by id; one that is unknown, or whose case has not arrived, is left out."""
    statement, read = _statement(record)
    table = FOLLOW_UPS[RECORDS[record][0]]
    rows: list[Any] = [
        read(row) for row in await connection.execute(statement.where(table.c.id == func.any(list(ids))))
    ]
    return {each.id: each for each in rows}


WaitingPlace = tuple[datetime, str, int]
"""A place among what waits: since when, the kind, the id."""


def _waiting(scope: Scope, agency_id: int | None) -> Any:
    """What waits for its case, of all kinds, as one table."""
    return union_all(
        *(
            select(
                table.c.id,
                literal(kind.value).label("kind"),
                table.c.agency_id,
                table.c.document_number,
                table.c.created_at.label("since"),
                table.c.run_id,
            ).where(
                ~exists().where(_belongs_to_case(table)),
                *compile_scope(scope, table.c.agency_id),
                *([] if agency_id is None else [table.c.agency_id == agency_id]),
            )
            for kind, table in FOLLOW_UPS.items()
        )
    ).subquery("waiting")


async def list_waiting(
    connection: AsyncConnection, scope: Scope, *, first: int, after: WaitingPlace | None, agency_id: int | None = None
) -> list[WaitingRecord]:
    """What waits for its case, the longest waiting first, one more than `first`."""
    waiting = _waiting(scope, agency_id)
    place = (waiting.c.since, waiting.c.kind, waiting.c.id)
    statement = select(waiting).order_by(*place).limit(first + 1)
    if after is not None:
        statement = statement.where(tuple_(*place) > after)
    return [
        WaitingRecord(**{**row._asdict(), "kind": FeedKind(row.kind)}) for row in await connection.execute(statement)
    ]


async def count_waiting(connection: AsyncConnection, scope: Scope) -> int:
    """How many records wait for their case."""
    return await connection.scalar(select(func.count()).select_from(_waiting(scope, None))) or 0
