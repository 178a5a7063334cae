"""Reading clues: one statement for each relation and level, and one for a page of a ledger."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger, Text

from schema.access_records import Desk, Scope
from schema.clue_records import (
    Clue,
    ClueEvent,
    ClueFilter,
    ClueHandOver,
    ClueParticipation,
    CluePlace,
    ClueReceipt,
    LyingStill,
)
from schema.clue_tables import clue_case
from schema.supervision_vocabularies import (
    ClueClass,
    ClueEventKind,
    ClueSource,
    ClueStatus,
    HandOverOutcome,
    JointWork,
)
from schema.tables import penalty_case
from schema.vocabularies import CaseSort, Department
from stores.named_statements import named_statements
from stores.search.postgres_query import behind, order_by
from stores.search.scope import compile_scope, desk_parameters
from stores.search.seam import Position


async def _run(connection: AsyncConnection, *names: str, **parameters: Any) -> Any:
    """Run a statement, or the one that several parts make."""
    named = named_statements("clue_rows.sql")
    statement = "".join(named[name] for name in names)
    for part, name in (("$clue", "clue"), ("$wanted", "wanted"), ("$risen_to", "risen_to"), ("$in_scope", "scope")):
        statement = statement.replace(part, named[name].strip())
    typed = [
        bindparam(key, type_=ARRAY(BigInteger if key == "ids" else Text))
        for key, value in parameters.items()
        if isinstance(value, list)
    ]
    return await connection.execute(text(statement).bindparams(*typed), parameters)


def _wanted(wanted: ClueFilter, lying: LyingStill) -> dict[str, Any]:
    return {
        "departments": [each.value for each in wanted.departments],
        "statuses": [each.value for each in wanted.statuses],
        "classes": [each.value for each in wanted.classes],
        "sources": [each.value for each in wanted.sources],
        "handler_id": wanted.handler_id,
        "due_before": wanted.due_before,
        "unacknowledged": wanted.unacknowledged,
        "dormant": wanted.dormant,
        "risen_to": None if wanted.risen_to is None else wanted.risen_to.value,
        "today": lying.today,
        "still_days": lying.still_days,
        "rise_days": lying.rise_days,
    }


def _placed(after: CluePlace | None) -> dict[str, Any]:
    return {"due_on": None if after is None else after.due_on, "behind": None if after is None else after.clue_id}


def _desk(row: Any) -> Desk:
    return Desk(row.procuratorate_id, Department(row.department))


def _clue(row: Any) -> Clue:
    return Clue(
        id=row.id,
        number=row.number,
        title=row.title,
        text=row.text,
        source=ClueSource(row.source),
        clue_class=ClueClass(row.clue_class),
        status=ClueStatus(row.status),
        desk=_desk(row),
        handler_id=row.handler_id,
        sender_id=row.sender_id,
        opener_id=row.opener_id,
        due_on=row.due_on,
        result=row.result,
        opened_at=row.opened_at,
        last_step_at=row.last_step_at,
        closed_at=row.closed_at,
        acknowledged_at=row.acknowledged_at,
        revision=row.revision,
        desks=tuple(map(Desk.read, row.desks)),
        person_names=tuple(row.person_names),
    )


async def clues_by_id(connection: AsyncConnection, scope: Scope, ids: Sequence[int]) -> dict[int, Clue]:
    """Clues by id; one that is unknown or out of scope is left out."""
    rows = await _run(connection, "clue", "by_id", ids=list(ids), **desk_parameters(scope))
    return {row.id: _clue(row) for row in rows}


async def list_clues(
    connection: AsyncConnection,
    scope: Scope,
    wanted: ClueFilter,
    lying: LyingStill,
    *,
    first: int,
    after: CluePlace | None,
) -> list[Clue]:
    """A page of the ledger of the departments in scope, by due day; one more than `first`."""
    rows = await _run(
        connection,
        "clue",
        "page",
        most=first + 1,
        **desk_parameters(scope),
        **_wanted(wanted, lying),
        **_placed(after),
    )
    return [_clue(row) for row in rows]


async def count_clues(connection: AsyncConnection, scope: Scope, wanted: ClueFilter, lying: LyingStill) -> int:
    """How many clues the ledger has."""
    result = await _run(connection, "count", **desk_parameters(scope), **_wanted(wanted, lying))
    return int(result.scalar_one())


async def clues_of_cases(
    connection: AsyncConnection, scope: Scope, case_ids: Sequence[int], *, first: int, after: CluePlace | None
) -> dict[int, list[Clue]]:
    """The clues about several cases by due day, one more than `first` of each."""
    found: dict[int, list[Clue]] = {case_id: [] for case_id in case_ids}
    rows = await _run(
        connection, "of_cases", ids=list(case_ids), most=first + 1, **desk_parameters(scope), **_placed(after)
    )
    for row in rows:
        found[row.case_id].append(_clue(row))
    return found


async def count_clues_of_cases(connection: AsyncConnection, scope: Scope, case_ids: Sequence[int]) -> dict[int, int]:
    """How many clues are about each of several cases."""
    counted = dict.fromkeys(case_ids, 0)
    for row in await _run(connection, "counts_of_cases", ids=list(case_ids), **desk_parameters(scope)):
        counted[row[0]] = row[1]
    return counted


async def case_ids_of_clues(
    connection: AsyncConnection, scope: Scope, clue_ids: Sequence[int], *, first: int, after: Position | None
) -> dict[int, list[int]]:
    """The ids of the newest cases in scope that several clues are about, one more than `first` of each."""
    wanted = func.unnest(list(clue_ids)).table_valued("id", name="wanted").render_derived()
    newest = (
        select(penalty_case.c.id, func.row_number().over(order_by=order_by(CaseSort.DECIDED_NEWEST)).label("place"))
        .join(clue_case, clue_case.c.case_id == penalty_case.c.id)
        .where(clue_case.c.clue_id == wanted.c.id, true() if after is None else behind(after), *compile_scope(scope))
        .order_by(*order_by(CaseSort.DECIDED_NEWEST))
        .limit(first + 1)
        .correlate(wanted)
        .lateral("newest")
    )
    statement = (
        select(wanted.c.id, newest.c.id.label("case_id"))
        .select_from(wanted.join(newest, true()))
        .order_by(wanted.c.id, newest.c.place)
    )
    found: dict[int, list[int]] = {clue_id: [] for clue_id in clue_ids}
    for row in await connection.execute(statement):
        found[row[0]].append(row.case_id)
    return found


async def count_cases_of_clues(connection: AsyncConnection, scope: Scope, clue_ids: Sequence[int]) -> dict[int, int]:
    """How many cases in scope each of several clues is about."""
    statement = (
        select(clue_case.c.clue_id, func.count())
        .join(penalty_case, penalty_case.c.id == clue_case.c.case_id)
        .where(clue_case.c.clue_id == func.any(list(clue_ids)), *compile_scope(scope))
        .group_by(clue_case.c.clue_id)
    )
    counted = dict.fromkeys(clue_ids, 0)
    for row in await connection.execute(statement):
        counted[row[0]] = row[1]
    return counted


async def events_of_clues(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, list[ClueEvent]]:
    """The newest hundred steps of several clues' lives, the earliest first."""
    found: dict[int, list[ClueEvent]] = {clue_id: [] for clue_id in ids}
    for row in await _run(connection, "events", ids=list(ids)):
        kept = {name: getattr(row, name) for name in ClueEvent.__dataclass_fields__ if name != "desk"}
        kept |= {"event": ClueEventKind(row.event), "status": ClueStatus(row.status), "desk": _desk(row)}
        found[row.clue_id].append(ClueEvent(**kept))
    return found


async def hand_overs_of_clues(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, list[ClueHandOver]]:
    """The last hundred hand-overs of several clues, the earliest first."""
    found: dict[int, list[ClueHandOver]] = {clue_id: [] for clue_id in ids}
    for row in await _run(connection, "hand_overs", ids=list(ids)):
        found[row.clue_id].append(
            ClueHandOver(
                id=row.id,
                clue_id=row.clue_id,
                from_desk=Desk(row.from_procuratorate_id, Department(row.from_department)),
                to_desk=Desk(row.to_procuratorate_id, Department(row.to_department)),
                sender_id=row.sender_id,
                reason=row.reason,
                sent_at=row.sent_at,
                outcome=None if row.outcome is None else HandOverOutcome(row.outcome),
                ended_by=row.ended_by,
                ended_at=row.ended_at,
            )
        )
    return found


async def participations_of_clues(
    connection: AsyncConnection, ids: Sequence[int]
) -> dict[int, list[ClueParticipation]]:
    """The desks that were asked to take part in several clues, in that order."""
    found: dict[int, list[ClueParticipation]] = {clue_id: [] for clue_id in ids}
    for row in await _run(connection, "participations", ids=list(ids)):
        found[row.clue_id].append(
            ClueParticipation(
                id=row.id,
                clue_id=row.clue_id,
                desk=_desk(row),
                work=JointWork(row.work),
                invited_by=row.invited_by,
                invited_at=row.invited_at,
                opinion=row.opinion,
                opinion_by=row.opinion_by,
                opinion_at=row.opinion_at,
            )
        )
    return found


async def receipts_of_clues(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, list[ClueReceipt]]:
    """Who is owed the results of several clues."""
    found: dict[int, list[ClueReceipt]] = {clue_id: [] for clue_id in ids}
    for row in await _run(connection, "receipts", ids=list(ids)):
        found[row.clue_id].append(ClueReceipt(**row._asdict()))
    return found


async def events_behind(connection: AsyncConnection, event_id: int) -> list[tuple[int, int]]:
    """The ids of the events in scope behind one, and of their clues, in the order of the ids."""
    return [(row.id, row.clue_id) for row in await _run(connection, "recent_events", behind=event_id)]


async def last_events(connection: AsyncConnection, most: int) -> list[int]:
    """The ids of the last events in scope, the newest first."""
    return list((await _run(connection, "last_events", most=most)).scalars())
