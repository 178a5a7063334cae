"""Triage as it is kept: the queues in their order, a case while it is decided of, and what was decided."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Scope
from schema.supervision_vocabularies import TriageDecision
from schema.triage_records import AwaitedCase, QueuedCase, QueuePlace, TriageRecord
from schema.vocabularies import Certainty, Department
from stores.named_statements import named_statements
from stores.search.scope import in_scope, scope_parameters

_RANKS: Final = (Certainty.CERTAIN, Certainty.POSSIBLE, None)
"""The best first; None: without a finding."""

# What stands before every row of an order, and what behind: an order that begins there is over.
_BEFORE_ALL: Final = {"due": "-infinity", "done": -(2**31), "at": "-infinity", "ids": 0}
_BEHIND_ALL: Final = {"due": "infinity", "done": 2**31 - 1, "at": "infinity", "ids": 0}


async def _run(connection: AsyncConnection, name: str, **parameters: Any) -> Any:
    statement = named_statements("triage.sql")[name].replace("$in_scope", in_scope("q.agency_id"))
    return await connection.execute(text(statement), parameters)


async def list_queue(
    connection: AsyncConnection,
    scope: Scope,
    departments: Sequence[Department],
    *,
    as_of: date,
    first: int,
    after: QueuePlace | None,
) -> list[QueuedCase]:
    """What waits at some departments, one more than `first`: by certainty, then by days overdue, the most first.

    What has as many days, or none, stands by how long it waits. `as_of` is the day to count to; behind a place it is
    the place's own.
    """
    day = as_of if after is None else after.as_of
    rows = await _run(connection, "page", **queue_parameters(scope, departments, day, first + 1, after))
    return [
        QueuedCase(
            case_id=row.case_id,
            department=Department(row.department),
            place=QueuePlace(
                as_of=day,
                certainty=None if row.certainty is None else Certainty(row.certainty),
                overdue_days=row.overdue_days,
                entered_at=row.entered_at,
                id=row.id,
            ),
        )
        for row in rows
    ]


def queue_parameters(
    scope: Scope, departments: Sequence[Department], day: date, most: int, after: QueuePlace | None
) -> dict[str, Any]:
    """What the statement of a page goes by: where each order of each certainty begins behind a place."""
    begun = -1 if after is None else _RANKS.index(after.certainty)
    starts = [
        (certainty, *_starts(after if rank == begun else None))
        for rank, certainty in enumerate(_RANKS)
        if rank >= begun
    ]
    with_findings = [each for each in starts if each[0] is not None]
    none_at = starts[-1][2]
    return {
        "departments": [department.value for department in departments],
        "certainties": [certainty for certainty, _, _ in with_findings],
        **{key: [overdue[key] for _, overdue, _ in with_findings] for key in _BEFORE_ALL},
        "waiting_at": [waiting["at"] for _, _, waiting in with_findings],
        "waiting_ids": [waiting["ids"] for _, _, waiting in with_findings],
        "none_at": none_at["at"],
        "none_id": none_at["ids"],
        "day": day,
        "most": most,
        **scope_parameters(scope),
    }


def _starts(after: QueuePlace | None) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Where the orders of what has days overdue begin, and where that of what has none."""
    if after is None:
        return _BEFORE_ALL, _BEFORE_ALL
    place = {"at": after.entered_at.isoformat(), "ids": after.id}
    if after.overdue_days is None:
        return _BEHIND_ALL, place
    due = after.as_of - timedelta(days=after.overdue_days)
    return {"due": due.isoformat(), "done": -after.overdue_days, **place}, _BEFORE_ALL


async def count_queue(connection: AsyncConnection, scope: Scope, departments: Sequence[Department]) -> int:
    """How many rows wait at some departments: a case counts at each of them."""
    wanted = [department.value for department in departments]
    result = await _run(connection, "count", departments=wanted, **scope_parameters(scope))
    return int(result.scalar_one())


async def lock_case_for_triage(connection: AsyncConnection, case_id: int) -> AwaitedCase | None:
    """A case as it waits, which nobody changes until the end of this transaction."""
    revision = (await _run(connection, "lock_case", case_id=case_id)).scalar_one_or_none()
    if revision is None:
        return None
    # In a statement of its own, which sees what whoever was waited for has done.
    row = (await _run(connection, "awaited", case_id=case_id)).one()
    return AwaitedCase(
        revision=revision,
        waiting=frozenset(map(Department, row.waiting)),
        decided=frozenset(None if each is None else Department(each) for each in row.decided),
    )


async def keep_triage(
    connection: AsyncConnection,
    case_id: int,
    decision: TriageDecision,
    *,
    reason: str,
    department: Department | None,
    leaves: Collection[Department],
    decided_by: int,
    clue_id: int | None = None,
    measure_id: int | None = None,
    now: datetime,
) -> int:
    """Keep what was decided of a locked case, which leaves some departments' queues; answers the decision's id."""
    result = await _run(
        connection,
        "keep_decision",
        case_id=case_id,
        decision=decision.value,
        reason=reason,
        department=None if department is None else department.value,
        decided_by=decided_by,
        clue_id=clue_id,
        measure_id=measure_id,
        now=now,
    )
    await _run(connection, "leave", case_id=case_id, departments=[each.value for each in leaves])
    return int(result.scalar_one())


async def triage_of_cases(
    connection: AsyncConnection, case_ids: Sequence[int], *, first: int, after: int | None
) -> dict[int, list[TriageRecord]]:
    """What was decided of several cases, newest first, behind the decision `after`; one more than `first` of each."""
    found: dict[int, list[TriageRecord]] = {case_id: [] for case_id in case_ids}
    for row in await _run(connection, "of_cases", case_ids=list(case_ids), behind=after, most=first + 1):
        found[row.case_id].append(_record(row))
    return found


async def count_triage_of_cases(connection: AsyncConnection, case_ids: Sequence[int]) -> dict[int, int]:
    """How often each of several cases was decided of."""
    counted = {row[0]: row[1] for row in await _run(connection, "counts", case_ids=list(case_ids))}
    return {case_id: counted.get(case_id, 0) for case_id in case_ids}


async def triage_by_id(connection: AsyncConnection, triage_id: int) -> TriageRecord | None:
    """A decision by its id."""
    row = (await _run(connection, "by_id", id=triage_id)).one_or_none()
    return None if row is None else _record(row)


def _record(row: Any) -> TriageRecord:
    values = row._asdict()
    values["decision"] = TriageDecision(row.decision)
    values["department"] = None if row.department is None else Department(row.department)
    return TriageRecord(**values)
