"""Reading measures (监督措施) issued here: one statement for each relation and level."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    TableValuedAlias,
    Text,
    and_,
    column,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Scope
from schema.account_tables import account
from schema.measure_records import Measure, MeasureEvent, MeasureFilter
from schema.measure_tables import measure, measure_case, measure_event
from schema.supervision_vocabularies import MeasureEventKind, MeasureStatus
from schema.vocabularies import Department, MeasureKind

_DERIVED: Final = {"told_replied_on", "told_reply", "case_ids", "person_names"}
_FIELDS: Final = tuple(name for name in Measure.__dataclass_fields__ if name not in _DERIVED)


def measures_in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    """The conditions on a measure, all of which must hold; none for everything.

    Row-level security says the same once more, and so does the API's gate; each holds without the others.
    """
    if scope.everything:
        return []
    if not scope.measures:
        return [false()]
    allowed: list[ColumnElement[bool]] = [false()]
    if scope.procuratorate_ids:
        allowed.append(measure.c.procuratorate_id.in_(scope.procuratorate_ids))
    if scope.unassigned:
        allowed.append(measure.c.procuratorate_id.is_(None))
    if scope.agency_id is not None:
        allowed.append(and_(measure.c.agency_id == scope.agency_id, measure.c.number.is_not(None)))
    return [or_(*allowed)]


def measure_of(row: Any) -> Measure:
    """A measure from its row."""
    values = {name: row[name] for name in _FIELDS}
    values |= {
        "kind": MeasureKind(row["kind"]),
        "status": MeasureStatus(row["status"]),
        "department": None if row["department"] is None else Department(row["department"]),
    }
    return Measure(
        **values,
        told_replied_on=row["told_replied_on"],
        told_reply=row["told_reply"],
        case_ids=tuple(row["case_ids"]),
        person_names=tuple(row["person_names"]),
    )


def measures() -> Select[Any]:
    """Measures with the replies that only a feed knows of and the names to cover in their texts, one a row."""
    told = _told_reply().lateral("told")
    names = func.measure_person_names(measure.c.id).label("person_names")
    cases = (
        select(func.array_agg(aggregate_order_by(measure_case.c.case_id, measure_case.c.case_id)))
        .where(measure_case.c.measure_id == measure.c.id)
        .correlate(measure)
        .scalar_subquery()
    )
    return select(
        *(measure.c[name] for name in _FIELDS),
        told.c.replied_on.label("told_replied_on"),
        told.c.reply.label("told_reply"),
        func.coalesce(cases, text("'{}'")).label("case_ids"),
        names,
    ).select_from(measure.outerjoin(told, true()))


def _told_reply() -> TableValuedAlias:
    return func.told_reply_of_measure(measure.c.id).table_valued(column("replied_on", Date), column("reply", Text))


async def measures_by_id(connection: AsyncConnection, scope: Scope, ids: Sequence[int]) -> dict[int, Measure]:
    """Measures by id; one that is unknown or out of scope is left out."""
    statement = measures().where(measure.c.id == func.any(list(ids)), *measures_in_scope(scope))
    return {row["id"]: measure_of(row) for row in (await connection.execute(statement)).mappings()}


def _wanted(wanted: MeasureFilter, scope: Scope, today: date) -> list[ColumnElement[bool]]:
    conditions = measures_in_scope(scope)
    if wanted.kinds:
        conditions.append(measure.c.kind.in_([kind.value for kind in wanted.kinds]))
    if wanted.statuses:
        conditions.append(or_(*(_has_status(status, today) for status in wanted.statuses)))
    if wanted.agency_ids:
        conditions.append(measure.c.agency_id.in_(wanted.agency_ids))
    if wanted.reply_due_before is not None:
        conditions.append(measure.c.reply_due_on < wanted.reply_due_before)
    return conditions


def _has_status(status: MeasureStatus, today: date) -> ColumnElement[bool]:
    """The status as `supervision.measure.shown_status` derives it."""
    served = measure.c.status == MeasureStatus.SERVED.value
    told = _told_reply().alias("told")
    overdue = and_(
        measure.c.replied_on.is_(None),
        measure.c.reply_due_on.is_not(None),
        measure.c.reply_due_on < today,
        not_(exists(select(literal(1)).select_from(told))),
    )
    match status:
        case MeasureStatus.OVERDUE:
            return and_(served, overdue)
        case MeasureStatus.SERVED:
            return and_(served, not_(overdue))
        case _:
            return measure.c.status == status.value


async def list_measures(
    connection: AsyncConnection, scope: Scope, wanted: MeasureFilter, today: date, *, first: int, after: int | None
) -> list[Measure]:
    """Measures, newest first, behind the id `after`; one more than `first`."""
    statement = measures().where(*_wanted(wanted, scope, today)).order_by(measure.c.id.desc()).limit(first + 1)
    if after is not None:
        statement = statement.where(measure.c.id < after)
    return [measure_of(row) for row in (await connection.execute(statement)).mappings()]


async def count_measures(connection: AsyncConnection, scope: Scope, wanted: MeasureFilter, today: date) -> int:
    """How many measures a filter leaves."""
    statement = select(func.count()).select_from(measure).where(*_wanted(wanted, scope, today))
    return await connection.scalar(statement) or 0


async def measures_of_cases(
    connection: AsyncConnection, scope: Scope, case_ids: Sequence[int], *, first: int, after: int | None
) -> dict[int, list[Measure]]:
    """The newest measures about several cases, behind the id `after`; one more than `first` of each."""
    wanted = func.unnest(list(case_ids)).table_valued("id", name="wanted").render_derived()
    newest = (
        measures()
        .join(measure_case, measure_case.c.measure_id == measure.c.id)
        .where(
            measure_case.c.case_id == wanted.c.id,
            true() if after is None else measure.c.id < after,
            *measures_in_scope(scope),
        )
        .order_by(measure.c.id.desc())
        .limit(first + 1)
        .correlate(wanted)
        .lateral("newest")
    )
    statement = (
        select(wanted.c.id.label("of_case"), newest)
        .select_from(wanted.join(newest, true()))
        .order_by(wanted.c.id, newest.c.id.desc())
    )
    found: dict[int, list[Measure]] = {case_id: [] for case_id in case_ids}
    for row in (await connection.execute(statement)).mappings():
        found[row["of_case"]].append(measure_of(row))
    return found


async def count_measures_of_cases(connection: AsyncConnection, scope: Scope, case_ids: Sequence[int]) -> dict[int, int]:
    """How many measures there are about each of several cases."""
    statement = (
        select(measure_case.c.case_id, func.count())
        .join(measure, measure.c.id == measure_case.c.measure_id)
        .where(measure_case.c.case_id == func.any(list(case_ids)), *measures_in_scope(scope))
        .group_by(measure_case.c.case_id)
    )
    counted = {row[0]: row[1] for row in await connection.execute(statement)}
    return {case_id: counted.get(case_id, 0) for case_id in case_ids}


async def events_of_measures(
    connection: AsyncConnection, scope: Scope, ids: Sequence[int]
) -> dict[int, list[MeasureEvent]]:
    """The steps of several measures' lives, the first first."""
    statement = (
        select(
            measure_event.c.id,
            measure_event.c.measure_id,
            measure_event.c.revision,
            measure_event.c.event,
            measure_event.c.happened_at,
            measure_event.c.on_day,
            account.c.name.label("actor"),
            measure_event.c.status,
            measure_event.c.note,
            func.measure_person_names(measure_event.c.measure_id).label("person_names"),
        )
        .join(measure, measure.c.id == measure_event.c.measure_id)
        .join(account, account.c.id == measure_event.c.actor_id)
        .where(measure_event.c.measure_id == func.any(list(ids)), *measures_in_scope(scope))
        .order_by(measure_event.c.measure_id, measure_event.c.revision)
    )
    found: dict[int, list[MeasureEvent]] = {measure_id: [] for measure_id in ids}
    for row in (await connection.execute(statement)).mappings():
        found[row["measure_id"]].append(
            MeasureEvent(
                id=row["id"],
                measure_id=row["measure_id"],
                revision=row["revision"],
                event=MeasureEventKind(row["event"]),
                happened_at=row["happened_at"],
                on=row["on_day"],
                actor=row["actor"],
                status=MeasureStatus(row["status"]),
                note=row["note"],
                person_names=tuple(row["person_names"]),
            )
        )
    return found
