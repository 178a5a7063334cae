"""How far the comparison has come that relays make by themselves, window after window, and what the last one found."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, func, literal, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.index_tables import index_walk


class Walk(NamedTuple):
    """A comparison under way: the last case it compared, 0 at its start."""

    walk_id: int
    last_case_id: int


class FinishedWalk(NamedTuple):
    """When the last whole comparison ended, and what it found and put right."""

    finished_at: datetime
    compared: int
    missing: int
    stale: int
    orphaned: int
    repaired: int
    refused: int


async def claim_walk(connection: AsyncConnection, *, pause: timedelta, rest: timedelta) -> Walk | None:
    """The comparison under way, held for this transaction; a new one where the last ended longer than `rest` ago.

    None while another relay holds it, or took a step less than `pause` ago.
    """
    rested = (
        select(literal(0))
        .where(~select(index_walk.c.id).where(index_walk.c.finished_at > func.clock_timestamp() - rest).exists())
        .where(~select(index_walk.c.id).where(index_walk.c.finished_at.is_(None)).exists())
    )
    begin = insert(index_walk).from_select([index_walk.c.last_case_id], rested)
    await connection.execute(begin.on_conflict_do_nothing())
    row = (
        await connection.execute(
            select(index_walk.c.id, index_walk.c.last_case_id)
            .where(index_walk.c.finished_at.is_(None), index_walk.c.stepped_at <= func.clock_timestamp() - pause)
            .with_for_update(skip_locked=True)
        )
    ).one_or_none()
    return None if row is None else Walk(row.id, row.last_case_id)


async def advance_walk(
    connection: AsyncConnection, walk: Walk, *, last_case_id: int | None, counts: Mapping[str, int]
) -> None:
    """Add a window's counts and move on behind it; without a last case the comparison is finished."""
    moved: dict[str, Any] = {
        "stepped_at": func.clock_timestamp(),
        **{name: index_walk.c[name] + counts[name] for name in counts},
    }
    moved |= {"finished_at": func.clock_timestamp()} if last_case_id is None else {"last_case_id": last_case_id}
    await connection.execute(index_walk.update().where(index_walk.c.id == walk.walk_id).values(**moved))
    if last_case_id is None:
        await connection.execute(delete(index_walk).where(index_walk.c.id < walk.walk_id))


async def last_finished_walk(connection: AsyncConnection) -> FinishedWalk | None:
    """The last whole comparison; None where there was none yet."""
    columns = [index_walk.c[name] for name in FinishedWalk._fields]
    statement = select(*columns).where(index_walk.c.finished_at.is_not(None)).order_by(text("id DESC")).limit(1)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else FinishedWalk(*row)
