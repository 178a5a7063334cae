"""Clues as they are opened and led through their lives: locked, and written with every step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Desk
from schema.clue_states import ClueState, ClueStep, Invited, Owed, Passed
from schema.clue_tables import (
    clue,
    clue_anomaly,
    clue_case,
    clue_event,
    clue_hand_over,
    clue_participation,
    clue_receipt,
)
from schema.supervision_vocabularies import (
    ClueClass,
    ClueEventKind,
    ClueSource,
    ClueStatus,
    HandOverOutcome,
    JointWork,
)
from schema.tables import agency, penalty_case, procuratorate
from schema.vocabularies import Department
from stores.accounts import accounts_by_id

CLUE_CHANNEL: Final = "jiandu_clue"
"""Woken when a clue was opened or took a step; what is told is its id, and one wake-up lost loses nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClue:
    """What is said of a clue when it is opened."""

    number: str
    title: str
    text: str | None
    source: ClueSource
    clue_class: ClueClass
    case_ids: Sequence[int] = ()
    anomaly_ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedClue:
    """A clue that nobody changes until the end of this transaction; `title` as it was opened with."""

    id: int
    revision: int
    state: ClueState


async def lock_cases(connection: AsyncConnection, case_ids: Sequence[int]) -> list[int]:
    """Those of the cases that are in scope; always in the same order, so that two who do so never wait in a ring."""
    statement = (
        select(penalty_case.c.id)
        .where(penalty_case.c.id == func.any(list(case_ids)))
        .order_by(penalty_case.c.id)
        .with_for_update(key_share=True)
    )
    return list(await connection.scalars(statement))


async def procuratorate_of_case(connection: AsyncConnection, case_id: int) -> int | None:
    """Which procuratorate supervises the agency of a case."""
    statement = (
        select(agency.c.procuratorate_id)
        .join(penalty_case, penalty_case.c.agency_id == agency.c.id)
        .where(penalty_case.c.id == case_id)
    )
    found: int | None = await connection.scalar(statement)
    return found


async def name_of_procuratorate(connection: AsyncConnection, procuratorate_id: int | None) -> str | None:
    """The name of a procuratorate; None for none, and for one that is not registered."""
    found: str | None = await connection.scalar(
        select(procuratorate.c.name).where(procuratorate.c.id == procuratorate_id)
    )
    return found


async def insert_clue(connection: AsyncConnection, new: NewClue, state: ClueState, *, now: datetime) -> int:
    """Open a clue with its first event; answers its id."""
    values = {
        "number": new.number,
        "title": new.title,
        "text": new.text,
        "source": new.source.value,
        "class": new.clue_class.value,
        "opener_id": state.opener.id,
        "opened_at": now,
        **_standing(state, now),
    }
    clue_id = int((await connection.execute(insert(clue).values(values).returning(clue.c.id))).scalar_one())
    if new.case_ids:
        await connection.execute(
            insert(clue_case), [{"clue_id": clue_id, "case_id": case_id} for case_id in new.case_ids]
        )
    if new.anomaly_ids:
        await connection.execute(
            insert(clue_anomaly), [{"clue_id": clue_id, "anomaly_id": each} for each in new.anomaly_ids]
        )
    await _add_event(connection, clue_id, 1, ClueEventKind.OPENED, state, actor_id=state.opener.id, note="", now=now)
    return clue_id


async def lock_clue(connection: AsyncConnection, clue_id: int) -> LockedClue | None:
    """A clue as it stands, which nobody changes until the end of this transaction; None for one out of scope."""
    row = (
        (await connection.execute(select(clue).where(clue.c.id == clue_id).with_for_update())).mappings().one_or_none()
    )
    if row is None:
        return None
    passed = (
        await connection.execute(
            select(clue_hand_over)
            .where(
                clue_hand_over.c.clue_id == clue_id,
                clue_hand_over.c.outcome.is_distinct_from(HandOverOutcome.RETURNED.value),
            )
            .order_by(clue_hand_over.c.id)
        )
    ).all()
    invited = (
        await connection.execute(
            select(clue_participation).where(clue_participation.c.clue_id == clue_id).order_by(clue_participation.c.id)
        )
    ).all()
    owed = (
        await connection.execute(
            select(clue_receipt).where(clue_receipt.c.clue_id == clue_id).order_by(clue_receipt.c.account_id)
        )
    ).all()
    accounts = await accounts_by_id(
        connection,
        sorted({row["opener_id"], *(each.sender_id for each in passed), *(each.account_id for each in owed)}),
    )
    state = ClueState(
        status=ClueStatus(row["status"]),
        desk=Desk(row["procuratorate_id"], Department(row["department"])),
        handler_id=row["handler_id"],
        sender_id=row["sender_id"],
        opener=accounts[row["opener_id"]],
        due_on=row["due_on"],
        desks=frozenset(map(Desk.read, row["desks"])),
        passed=tuple(
            Passed(
                from_desk=Desk(each.from_procuratorate_id, Department(each.from_department)),
                sender=accounts[each.sender_id],
                accepted=each.outcome is not None,
            )
            for each in passed
        ),
        invited=tuple(
            Invited(
                desk=Desk(each.procuratorate_id, Department(each.department)),
                work=JointWork(each.work),
                opined=each.opinion is not None,
            )
            for each in invited
        ),
        owed=tuple(
            Owed(account=accounts[each.account_id], acknowledged=each.acknowledged_at is not None) for each in owed
        ),
    )
    return LockedClue(id=clue_id, revision=row["revision"], state=state)


async def cases_of_clue(connection: AsyncConnection, clue_id: int) -> list[int]:
    """The ids of the cases that a clue is about, in scope or not."""
    statement = select(clue_case.c.case_id).where(clue_case.c.clue_id == clue_id).order_by(clue_case.c.case_id)
    return list(await connection.scalars(statement))


async def keep_step(
    connection: AsyncConnection, known: LockedClue, step: ClueStep, *, actor_id: int, now: datetime
) -> None:
    """Write a step of a locked clue down, with all that follows from it, and wake whoever follows clues."""
    revision = known.revision + 1
    values = _standing(step.state, now) | {"revision": revision}
    if step.event is ClueEventKind.CLOSED:
        values |= {"closed_at": now, "result": step.note}
    if step.state.owed and all(each.acknowledged for each in step.state.owed):
        values["acknowledged_at"] = now
    await connection.execute(update(clue).where(clue.c.id == known.id).values(values))
    match step.event:
        case ClueEventKind.TRANSFERRED:
            await _hand_over(connection, known, step, actor_id=actor_id, now=now)
        case ClueEventKind.ACCEPTED:
            await _end_hand_over(connection, known.id, HandOverOutcome.ACCEPTED, actor_id=actor_id, now=now)
        case ClueEventKind.RETURNED:
            await _end_hand_over(connection, known.id, HandOverOutcome.RETURNED, actor_id=actor_id, now=now)
        case ClueEventKind.DEPARTMENT_INVITED:
            await _invite(connection, known.id, step.state.invited[-1], actor_id=actor_id, now=now)
        case ClueEventKind.OPINION_GIVEN:
            await _give_opinion(connection, known, step, actor_id=actor_id, now=now)
        case ClueEventKind.CLOSED | ClueEventKind.ACKNOWLEDGED:
            await _settle(connection, known, step, actor_id=actor_id, now=now)
        case _:
            pass
    await _add_event(connection, known.id, revision, step.event, step.state, actor_id=actor_id, note=step.note, now=now)


def _standing(state: ClueState, now: datetime) -> dict[str, Any]:
    return {
        "status": state.status.value,
        "procuratorate_id": state.desk.procuratorate_id,
        "department": state.desk.department.value,
        "handler_id": state.handler_id,
        "sender_id": state.sender_id,
        "due_on": state.due_on,
        "last_step_at": now,
        "desks": sorted(map(str, state.desks)),
    }


async def _add_event(
    connection: AsyncConnection,
    clue_id: int,
    revision: int,
    event: ClueEventKind,
    state: ClueState,
    *,
    actor_id: int,
    note: str,
    now: datetime,
) -> None:
    await connection.execute(
        insert(clue_event).values(
            clue_id=clue_id,
            revision=revision,
            event=event.value,
            happened_at=now,
            actor_id=actor_id,
            status=state.status.value,
            procuratorate_id=state.desk.procuratorate_id,
            department=state.desk.department.value,
            handler_id=state.handler_id,
            due_on=state.due_on,
            note=note,
        )
    )
    await connection.execute(select(func.pg_notify(CLUE_CHANNEL, str(clue_id))))


async def _hand_over(
    connection: AsyncConnection, known: LockedClue, step: ClueStep, *, actor_id: int, now: datetime
) -> None:
    left, reached = known.state.desk, step.state.desk
    await connection.execute(
        insert(clue_hand_over).values(
            clue_id=known.id,
            from_procuratorate_id=left.procuratorate_id,
            from_department=left.department.value,
            sender_id=actor_id,
            to_procuratorate_id=reached.procuratorate_id,
            to_department=reached.department.value,
            reason=step.note,
            sent_at=now,
        )
    )


async def _end_hand_over(
    connection: AsyncConnection, clue_id: int, outcome: HandOverOutcome, *, actor_id: int, now: datetime
) -> None:
    """End the last hand-over that was not returned; none is there where a clue goes back to its opener."""
    last = (
        select(func.max(clue_hand_over.c.id))
        .where(
            clue_hand_over.c.clue_id == clue_id,
            clue_hand_over.c.outcome.is_distinct_from(HandOverOutcome.RETURNED.value),
        )
        .scalar_subquery()
    )
    await connection.execute(
        update(clue_hand_over)
        .where(clue_hand_over.c.id == last)
        .values(outcome=outcome.value, ended_by=actor_id, ended_at=now)
    )


async def _invite(connection: AsyncConnection, clue_id: int, invited: Invited, *, actor_id: int, now: datetime) -> None:
    await connection.execute(
        insert(clue_participation).values(
            clue_id=clue_id,
            procuratorate_id=invited.desk.procuratorate_id,
            department=invited.desk.department.value,
            work=invited.work.value,
            invited_by=actor_id,
            invited_at=now,
        )
    )


async def _give_opinion(
    connection: AsyncConnection, known: LockedClue, step: ClueStep, *, actor_id: int, now: datetime
) -> None:
    (answered,) = set(step.state.invited) - set(known.state.invited)
    await connection.execute(
        update(clue_participation)
        .where(
            clue_participation.c.clue_id == known.id,
            clue_participation.c.procuratorate_id.is_not_distinct_from(answered.desk.procuratorate_id),
            clue_participation.c.department == answered.desk.department.value,
            clue_participation.c.work == answered.work.value,
        )
        .values(opinion=step.note, opinion_by=actor_id, opinion_at=now)
    )


async def _settle(
    connection: AsyncConnection, known: LockedClue, step: ClueStep, *, actor_id: int, now: datetime
) -> None:
    """Keep who is owed the result of a clue that closes, and who of them has taken note of it."""
    if not known.state.owed:
        await connection.execute(
            insert(clue_receipt),
            [{"clue_id": known.id, "account_id": each.account.id} for each in step.state.owed],
        )
    settled = [each.account.id for each in set(step.state.owed) - set(known.state.owed) if each.acknowledged]
    await connection.execute(
        update(clue_receipt)
        .where(clue_receipt.c.clue_id == known.id, clue_receipt.c.account_id == func.any(settled))
        .values(acknowledged_at=now, acknowledged_by=actor_id)
    )
