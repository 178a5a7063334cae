"""Activities as they are kept: recording them and what came of them; reading them in a scope."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, and_, exists, false, func, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Scope
from schema.activity_records import Activity, ActivityEvent, ActivityFilter, Participant
from schema.activity_tables import (
    activity,
    activity_agency,
    activity_clue,
    activity_event,
    activity_measure,
    activity_participant,
)
from schema.campaign_vocabularies import ActivityEventKind, ActivityKind, ParticipantCategory
from schema.clue_tables import clue
from schema.measure_tables import measure

_OWN: Final = tuple(activity.c[name] for name in Activity.__dataclass_fields__ if name != "person_names")
_NAMES: Final = (
    func.array(
        select(activity_participant.c.name)
        .where(activity_participant.c.activity_id == activity.c.id)
        .order_by(activity_participant.c.id)
        .scalar_subquery()
    )
).label("person_names")
_FIELDS: Final = (*_OWN, _NAMES)


async def add_activity(
    connection: AsyncConnection,
    *,
    kind: ActivityKind,
    held_on: date,
    place: str | None,
    title: str,
    text: str | None,
    procuratorate_id: int | None,
    campaign_id: int | None,
    agency_ids: Sequence[int],
    participants: Sequence[Participant],
    recorded_by: int,
    now: datetime,
) -> int:
    """Record an activity with who took part; answers its id."""
    activity_id = int(
        await connection.scalar(
            activity.insert()
            .values(
                kind=kind.value,
                held_on=held_on,
                place=place,
                title=title,
                text=text,
                procuratorate_id=procuratorate_id,
                campaign_id=campaign_id,
                recorded_by=recorded_by,
                recorded_at=now,
            )
            .returning(activity.c.id)
        )
        or 0
    )
    if agency_ids:
        rows = [{"activity_id": activity_id, "agency_id": agency_id} for agency_id in agency_ids]
        await connection.execute(activity_agency.insert(), rows)
    if participants:
        people = [
            {
                "activity_id": activity_id,
                "category": each.category.value,
                "name": each.name,
                "organisation": each.organisation,
            }
            for each in participants
        ]
        await connection.execute(activity_participant.insert(), people)
    await _add_event(connection, activity_id, 1, ActivityEventKind.RECORDED, recorded_by, "", now)
    return activity_id


async def lock_activity(connection: AsyncConnection, scope: Scope, activity_id: int) -> Activity | None:
    """An activity that nobody else changes until the end of this transaction; None where it is not seen."""
    statement = select(*_FIELDS).where(activity.c.id == activity_id, activities_of(scope)).with_for_update()
    row = (await connection.execute(statement)).mappings().one_or_none()
    return None if row is None else _activity(row)


async def keep_outcome(
    connection: AsyncConnection,
    known: Activity,
    *,
    outcome: str,
    clue_ids: Sequence[int],
    measure_ids: Sequence[int],
    actor_id: int,
    now: datetime,
) -> None:
    """Keep what came of an activity: the text takes the place of the one before, clues and measures are added."""
    revision = known.revision + 1
    await connection.execute(
        activity.update().where(activity.c.id == known.id).values(outcome=outcome, revision=revision)
    )
    for table, column, ids in (
        (activity_clue, "clue_id", clue_ids),
        (activity_measure, "measure_id", measure_ids),
    ):
        if ids:
            rows = [{"activity_id": known.id, column: record_id} for record_id in ids]
            await connection.execute(insert(table).on_conflict_do_nothing(), rows)
    await _add_event(connection, known.id, revision, ActivityEventKind.OUTCOME_RECORDED, actor_id, outcome, now)


async def known_clues(connection: AsyncConnection, ids: Sequence[int]) -> set[int]:
    """Which of these clues there are that the transaction sees."""
    return set(await connection.scalars(select(clue.c.id).where(clue.c.id == func.any(list(ids)))))


async def known_measures(connection: AsyncConnection, ids: Sequence[int]) -> set[int]:
    """Which of these measures there are that the transaction sees."""
    return set(await connection.scalars(select(measure.c.id).where(measure.c.id == func.any(list(ids)))))


async def activities_by_id(connection: AsyncConnection, scope: Scope, ids: Sequence[int]) -> dict[int, Activity]:
    """Activities by id; an unknown one, or one out of scope, is left out."""
    rows = await connection.execute(select(*_FIELDS).where(activity.c.id == func.any(list(ids)), activities_of(scope)))
    return {row["id"]: _activity(row) for row in rows.mappings()}


async def list_activities(
    connection: AsyncConnection, scope: Scope, wanted: ActivityFilter, *, first: int, after: tuple[date, int] | None
) -> list[Activity]:
    """Activities in scope, the newest first; one more than `first`."""
    order = (activity.c.held_on, activity.c.id)
    statement = select(*_FIELDS).where(activities_of(scope), *_wanted(wanted))
    if after is not None:
        statement = statement.where(tuple_(*order) < tuple_(*after))
    statement = statement.order_by(*(column.desc() for column in order)).limit(first + 1)
    return [_activity(row) for row in (await connection.execute(statement)).mappings()]


async def count_activities(connection: AsyncConnection, scope: Scope, wanted: ActivityFilter) -> int:
    """How many activities there are in scope."""
    statement = select(func.count()).select_from(activity).where(activities_of(scope), *_wanted(wanted))
    return await connection.scalar(statement) or 0


async def participants_of(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, list[Participant]]:
    """Who took part in several activities that were shown, in the order they were named."""
    statement = (
        select(activity_participant)
        .where(activity_participant.c.activity_id == func.any(list(ids)))
        .order_by(activity_participant.c.id)
    )
    found: dict[int, list[Participant]] = {activity_id: [] for activity_id in ids}
    for row in await connection.execute(statement):
        found[row.activity_id].append(
            Participant(category=ParticipantCategory(row.category), name=row.name, organisation=row.organisation)
        )
    return found


async def agencies_of_activities(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, list[int]]:
    """The ids of the agencies of several activities that were shown."""
    statement = (
        select(activity_agency.c.activity_id, activity_agency.c.agency_id)
        .where(activity_agency.c.activity_id == func.any(list(ids)))
        .order_by(activity_agency.c.agency_id)
    )
    found: dict[int, list[int]] = {activity_id: [] for activity_id in ids}
    for activity_id, agency_id in await connection.execute(statement):
        found[activity_id].append(agency_id)
    return found


async def count_clues_of_activities(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, int]:
    """How many clues that the transaction sees came of each of several activities."""
    return await _count(connection, activity_clue.c.activity_id, activity_clue.c.clue_id, clue, ids)


async def count_measures_of_activities(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, int]:
    """How many measures that the transaction sees came of each of several activities."""
    return await _count(connection, activity_measure.c.activity_id, activity_measure.c.measure_id, measure, ids)


async def events_of_activities(
    connection: AsyncConnection, ids: Sequence[int], *, first: int
) -> dict[int, list[ActivityEvent]]:
    """The newest steps of several activities that were shown, the newest first."""
    place = func.row_number().over(partition_by=activity_event.c.activity_id, order_by=activity_event.c.revision.desc())
    ranked = (
        select(activity_event, _NAMES, place.label("place"))
        .join(activity, activity.c.id == activity_event.c.activity_id)
        .where(activity_event.c.activity_id == func.any(list(ids)))
        .subquery("ranked")
    )
    statement = select(ranked).where(ranked.c.place <= first).order_by(ranked.c.activity_id, ranked.c.revision.desc())
    found: dict[int, list[ActivityEvent]] = {activity_id: [] for activity_id in ids}
    for row in await connection.execute(statement):
        found[row.activity_id].append(
            ActivityEvent(
                revision=row.revision,
                event=ActivityEventKind(row.event),
                happened_at=row.happened_at,
                actor_id=row.actor_id,
                note=row.note,
                person_names=tuple(row.person_names),
            )
        )
    return found


def activities_of(scope: Scope) -> ColumnElement[bool]:
    """What holds of the activities in scope: those of one's own procuratorate and of those below it.

    Row-level security says the same once more.
    """
    if scope.everything:
        return true()
    if not scope.findings:
        return false()
    own = activity.c.procuratorate_id == func.any(list(scope.procuratorate_ids))
    return or_(own, and_(activity.c.procuratorate_id.is_(None), true() if scope.unassigned else false()))


def _wanted(wanted: ActivityFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.kinds:
        conditions.append(activity.c.kind.in_([kind.value for kind in wanted.kinds]))
    if wanted.held_from is not None:
        conditions.append(activity.c.held_on >= wanted.held_from)
    if wanted.held_to is not None:
        conditions.append(activity.c.held_on <= wanted.held_to)
    if wanted.campaign_id is not None:
        conditions.append(activity.c.campaign_id == wanted.campaign_id)
    if wanted.agency_ids:
        held_with = exists().where(
            activity_agency.c.activity_id == activity.c.id,
            activity_agency.c.agency_id == func.any(list(wanted.agency_ids)),
        )
        conditions.append(held_with)
    return conditions


async def _count(
    connection: AsyncConnection, owner: Any, record_id: Any, records: Any, ids: Sequence[int]
) -> dict[int, int]:
    statement = (
        select(owner, func.count())
        .join(records, records.c.id == record_id)
        .where(owner == func.any(list(ids)))
        .group_by(owner)
    )
    counted = {row[0]: row[1] for row in await connection.execute(statement)}
    return {activity_id: counted.get(activity_id, 0) for activity_id in ids}


async def _add_event(
    connection: AsyncConnection,
    activity_id: int,
    revision: int,
    event: ActivityEventKind,
    actor_id: int,
    note: str,
    now: datetime,
) -> None:
    await connection.execute(
        activity_event.insert().values(
            activity_id=activity_id,
            revision=revision,
            event=event.value,
            happened_at=now,
            actor_id=actor_id,
            note=note,
        )
    )


def _activity(row: RowMapping) -> Activity:
    return Activity(**{**row, "kind": ActivityKind(row["kind"]), "person_names": tuple(row["person_names"])})
