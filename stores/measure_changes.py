"""Measures (监督措施) as they are drafted and led through their lives: locked, and written with every step."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Desk
from schema.clue_tables import clue
from schema.measure_records import Measure, NewMeasure
from schema.measure_tables import measure, measure_event
from schema.supervision_vocabularies import MeasureEventKind, MeasureStatus
from schema.tables import penalty_case, procuratorate
from stores.measures import measure_of, measures

_KEPT: Final = (
    "number",
    "title",
    "text",
    "addressee",
    "agency_id",
    "clue_id",
    "urgent",
    "issued_on",
    "served_on",
    "named_limit_on",
    "reply_due_on",
    "replied_on",
    "reply",
    "checked_on",
    "rectification",
    "copy_to_legal_office",
    "copied_on",
    "escalated_to_id",
    "revision",
)
"""The columns that steps change, besides the status."""

_TOLD_BY_FEED: Final = text("SELECT is_told_number(:number)")


async def lock_cases_of_measure(connection: AsyncConnection, case_ids: Sequence[int]) -> list[int]:
    """Those of the cases that are in scope; always in the same order, so that two who do so never wait in a ring."""
    statement = (
        select(penalty_case.c.id)
        .where(penalty_case.c.id == func.any(list(case_ids)))
        .order_by(penalty_case.c.id)
        .with_for_update(key_share=True)
    )
    return list(await connection.scalars(statement))


async def hold_cases_of_measure(connection: AsyncConnection, measure_id: int, added: Sequence[int]) -> None:
    """Hold the cases of a measure that is locked, those out of scope too, and those that will be added to it."""
    await connection.execute(
        text("SELECT hold_cases_of_measure(:measure, CAST(:added AS bigint[]))"),
        {"measure": measure_id, "added": list(added)},
    )


async def draft_measure(connection: AsyncConnection, new: NewMeasure, *, now: datetime, today: date) -> int:
    """Keep a draft with its first event; answers its id. Its cases are in scope and, best, locked before."""
    values = {
        "kind": new.kind.value,
        "status": MeasureStatus.DRAFT.value,
        "title": new.title,
        "text": new.text,
        "addressee": new.addressee,
        "agency_id": new.agency_id,
        "procuratorate_id": new.procuratorate_id,
        "department": None if new.department is None else new.department.value,
        "clue_id": new.clue_id,
        "author_id": new.author_id,
        "urgent": new.urgent,
        "named_limit_on": new.named_limit_on,
        "reply_due_on": new.named_limit_on,
        "copy_to_legal_office": new.copy_to_legal_office,
        "drafted_at": now,
    }
    measure_id = int((await connection.execute(insert(measure).values(values).returning(measure.c.id))).scalar_one())
    await add_cases(connection, measure_id, new.case_ids)
    await _add_event(
        connection,
        measure_id,
        revision=1,
        event=MeasureEventKind.DRAFTED,
        on=today,
        status=MeasureStatus.DRAFT,
        actor_id=new.author_id,
        note="",
        now=now,
    )
    return measure_id


async def add_cases(connection: AsyncConnection, measure_id: int, case_ids: Sequence[int]) -> None:
    """Say which cases a measure is about, besides those that it is about already."""
    if case_ids:
        await connection.execute(
            text(
                "INSERT INTO measure_case (measure_id, case_id) SELECT :measure, unnest(CAST(:cases AS bigint[]))"
                " ON CONFLICT DO NOTHING"
            ),
            {"measure": measure_id, "cases": sorted(case_ids)},
        )


async def lock_measure(connection: AsyncConnection, measure_id: int) -> Measure | None:
    """A measure as it stands, which nobody changes until the end of this transaction; None for one out of scope."""
    statement = measures().where(measure.c.id == measure_id).with_for_update(of=measure)
    row = (await connection.execute(statement)).mappings().one_or_none()
    return None if row is None else measure_of(row)


async def keep_step(
    connection: AsyncConnection,
    after: Measure,
    event: MeasureEventKind,
    *,
    on: date,
    note: str,
    actor_id: int,
    now: datetime,
) -> None:
    """Keep a locked measure as it stands after a step, with the step's event."""
    values = {name: getattr(after, name) for name in _KEPT} | {"status": after.status.value}
    await connection.execute(update(measure).where(measure.c.id == after.id).values(values))
    await _add_event(
        connection,
        after.id,
        revision=after.revision,
        event=event,
        on=on,
        status=after.status,
        actor_id=actor_id,
        note=note,
        now=now,
    )


async def _add_event(
    connection: AsyncConnection,
    measure_id: int,
    *,
    revision: int,
    event: MeasureEventKind,
    on: date,
    status: MeasureStatus,
    actor_id: int,
    note: str,
    now: datetime,
) -> None:
    await connection.execute(
        insert(measure_event).values(
            measure_id=measure_id,
            revision=revision,
            event=event.value,
            happened_at=now,
            on_day=on,
            actor_id=actor_id,
            status=status.value,
            note=note,
        )
    )


async def is_told_by_feed(connection: AsyncConnection, number: str) -> bool:
    """Whether a feed has told of a measure under a number: it was issued elsewhere, and is not given again."""
    return bool(await connection.scalar(_TOLD_BY_FEED, {"number": number}))


async def name_and_superior(connection: AsyncConnection, procuratorate_id: int | None) -> tuple[str | None, int | None]:
    """The name of a procuratorate, and the one above it; None for none."""
    row = (
        await connection.execute(
            select(procuratorate.c.name, procuratorate.c.parent_id).where(procuratorate.c.id == procuratorate_id)
        )
    ).one_or_none()
    return (None, None) if row is None else (row.name, row.parent_id)


async def desks_of_clue(connection: AsyncConnection, clue_id: int) -> tuple[Desk, ...]:
    """The desks that see a clue; none for one that is unknown or out of scope."""
    desks = await connection.scalar(select(clue.c.desks).where(clue.c.id == clue_id))
    return tuple(map(Desk.read, desks or ()))
