"""The runs of feeds: begun, ended, listed."""

import os
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, cast, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Scope
from schema.records import FeedError, FeedRun, SkippedLine
from schema.tables import agency, feed, feed_row, feed_run, rejected_row
from schema.vocabularies import FeedRunStatus, RowOutcome
from stores.search.scope import compile_scope

_LOAD_LOCK = 20_130_808
PROGRESS_CHANNEL = "jiandu_feed_run"
"""Woken when a run has come further or has ended; what is told is its id, and one wake-up lost loses nothing."""

_ROWS_AT_ONCE = 500
_SHOWN_SKIPPED = 100


@dataclass(slots=True)
class Accounts:
    """The counts of one run. What goes in comes out: rows = inserted + updated + unchanged + rejected.

    `waiting` are the accepted rows whose case has not arrived.
    """

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    known: int = 0
    """Of the unchanged rows, those an earlier run has kept byte for byte."""
    waiting: int = 0
    warnings: int = 0
    skipped: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """The data records of the file."""
        return self.inserted + self.updated + self.unchanged + self.rejected

    def add(self, outcome: RowOutcome, count: int = 1) -> None:
        """Account for rows."""
        setattr(self, outcome.value, getattr(self, outcome.value) + count)


async def lock_loading(connection: AsyncConnection) -> None:
    """Wait until no other load runs; held to the end of the transaction, and freed by the server if we die."""
    await connection.execute(select(func.pg_advisory_xact_lock(_LOAD_LOCK)))


async def mark_interrupted(connection: AsyncConnection, now: datetime) -> None:
    """Whoever holds the lock knows that a run still marked RUNNING has lost its process; nothing of it was stored."""
    await connection.execute(
        feed_run.update()
        .where(feed_run.c.status == FeedRunStatus.RUNNING)
        .values(status=FeedRunStatus.INTERRUPTED, ended_at=now, **_counted(Accounts()))
    )


def shown_path(path: Path) -> str:
    """A path as text: names on disk are bytes, and those of an old archive need not be UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


async def begin_run(
    connection: AsyncConnection,
    path: Path,
    now: datetime,
    *,
    member: str | None = None,
    sender: str | None = None,
    loaded_by: int | None = None,
) -> tuple[int, str]:
    """Open a run of a file, or of a member of an archive; answers its id and its name.

    `sender` is the credit code or the registered name of the agency whose feed it is, `loaded_by` the account that sent
    it.
    """
    file_name = Path(shown_path(path)).name
    if member is not None:
        file_name = f"{file_name}!{member}"
    await connection.execute(insert(feed).values(name=file_name).on_conflict_do_nothing())
    feed_id = select(feed.c.id).where(feed.c.name == file_name).scalar_subquery()
    name = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    run_id = await connection.scalar(
        insert(feed_run)
        .values(
            run=name,
            feed_id=feed_id,
            status=FeedRunStatus.RUNNING,
            started_at=now,
            agency_id=None if sender is None else _agency_called(sender),
            loaded_by=loaded_by,
        )
        .returning(feed_run.c.id)
    )
    assert run_id is not None  # noqa: S101  an insert that returns answers a row
    return run_id, name


async def end_run(
    connection: AsyncConnection,
    run_id: int,
    *,
    status: FeedRunStatus,
    now: datetime,
    accounts: Accounts | None = None,
    **details: Any,
) -> None:
    """Close a run with its accounts and what is known of its file."""
    await connection.execute(
        feed_run.update()
        .where(feed_run.c.id == run_id)
        .values(
            status=status,
            ended_at=now,
            **_counted(accounts or Accounts()),
            **details,
        )
    )
    await connection.execute(select(func.pg_notify(PROGRESS_CHANNEL, str(run_id))))


async def tell_progress(connection: AsyncConnection, run_id: int, accounts: Accounts) -> None:
    """Show how far a run has come, in a transaction of its own, and wake whoever follows it (PROGRESS_CHANNEL)."""
    await connection.execute(
        feed_run.update()
        .where(feed_run.c.id == run_id, feed_run.c.status == FeedRunStatus.RUNNING)
        .values(**_counted(accounts))
    )
    await connection.execute(select(func.pg_notify(PROGRESS_CHANNEL, str(run_id))))


def _counted(accounts: Accounts) -> dict[str, Any]:
    """Accounts as the columns of a run."""
    return {
        "rows": accounts.rows,
        "inserted": accounts.inserted,
        "updated": accounts.updated,
        "unchanged": accounts.unchanged,
        "rejected": accounts.rejected,
        "known": accounts.known,
        "waiting": accounts.waiting,
        "warnings": accounts.warnings,
        "skipped": accounts.skipped,
    }


def _agency_called(sender: str) -> ScalarSelect[Any]:
    """The id of the agency of a credit code, else of a registered name; NULL for none."""
    by_code, by_name = (
        select(agency.c.id).where(column == sender).scalar_subquery() for column in (agency.c.uscc, agency.c.name)
    )
    return select(func.coalesce(by_code, by_name)).scalar_subquery()


def _runs() -> Select[Any]:
    columns = [feed_run.c[name] for name in FeedRun.__dataclass_fields__ if name not in {"file", "skipped"}]
    skipped = func.jsonb_path_query_array(
        feed_run.c.skipped, cast(f"$[0 to {_SHOWN_SKIPPED - 1}]", JSONPATH), type_=JSONB
    )
    return select(*columns, feed.c.name.label("file"), skipped.label("skipped")).join(
        feed, feed.c.id == feed_run.c.feed_id
    )


def _run(row: Any) -> FeedRun:
    values = row._asdict()
    values["status"] = FeedRunStatus(values["status"])
    values["skipped"] = tuple(SkippedLine(line=each["line"], reason=each["reason"]) for each in values["skipped"])
    return FeedRun(**values)


def _in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    """A run is seen by whoever sees its agency's cases; one that has none, with the agencies nobody supervises."""
    of_agencies = compile_scope(scope, feed_run.c.agency_id)
    return [or_(*of_agencies, feed_run.c.agency_id.is_(None))] if of_agencies and scope.unassigned else of_agencies


async def list_runs(
    connection: AsyncConnection, scope: Scope, *, first: int, after: tuple[datetime, int] | None
) -> Sequence[FeedRun]:
    """Those in scope, newest first; one more than `first`, so that the caller knows whether there are more."""
    statement = (
        _runs().where(*_in_scope(scope)).order_by(feed_run.c.started_at.desc(), feed_run.c.id.desc()).limit(first + 1)
    )
    if after is not None:
        statement = statement.where(tuple_(feed_run.c.started_at, feed_run.c.id) < after)
    return [_run(row) for row in await connection.execute(statement)]


async def count_runs(connection: AsyncConnection, scope: Scope) -> int:
    """How many runs there are in scope."""
    return await connection.scalar(select(func.count()).select_from(feed_run).where(*_in_scope(scope))) or 0


async def runs_by_id(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, FeedRun]:
    """Runs by id; an unknown id is left out."""
    rows = await connection.execute(_runs().where(feed_run.c.id.in_(ids)))
    return {run.id: run for run in map(_run, rows)}


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRun:
    """What is needed to give the rejected rows of a run back; `form` is None where none was kept."""

    id: int
    file: str
    status: FeedRunStatus
    rejected: int
    form: dict[str, Any] | None


async def run_by_name(connection: AsyncConnection, name: str) -> EndedRun | None:
    """The run of a name; None for an unknown one."""
    columns = (feed_run.c.id, feed.c.name, feed_run.c.status, feed_run.c.rejected, feed_run.c.form)
    found = await connection.execute(select(*columns).join(feed).where(feed_run.c.run == name))
    row = found.one_or_none()
    if row is None:
        return None
    return EndedRun(id=row.id, file=row.name, status=FeedRunStatus(row.status), rejected=row.rejected, form=row.form)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedRejection:
    """A rejected row as it is kept, with why."""

    ordinal: int
    key_id: str
    raw: bytes
    code: str
    message: str


async def stream_rejected(connection: AsyncConnection, run_id: int) -> AsyncIterator[SealedRejection]:
    """The rejected rows of a run in their order, a few in memory at a time."""
    statement = (
        select(feed_row.c.ordinal, feed_row.c.key_id, feed_row.c.raw, rejected_row.c.code, rejected_row.c.message)
        .join(
            rejected_row, and_(rejected_row.c.run_id == feed_row.c.run_id, rejected_row.c.ordinal == feed_row.c.ordinal)
        )
        .where(rejected_row.c.run_id == run_id)
        .order_by(rejected_row.c.ordinal)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    async for row in await connection.stream(statement):
        yield SealedRejection(ordinal=row.ordinal, key_id=row.key_id, raw=row.raw, code=row.code, message=row.message)


async def list_errors(
    connection: AsyncConnection, run_ids: Sequence[int], *, first: int, after: int
) -> dict[int, list[FeedError]]:
    """The rejected rows of several runs in their files' order, behind ordinal `after`; one more than `first` each."""
    ranked = (
        select(
            rejected_row,
            func.row_number().over(partition_by=rejected_row.c.run_id, order_by=rejected_row.c.ordinal).label("place"),
        )
        .join(feed_run, feed_run.c.id == rejected_row.c.run_id)  # which has a policy, as the rows have none
        .where(rejected_row.c.run_id.in_(run_ids), rejected_row.c.ordinal > after)
        .subquery()
    )
    errors: dict[int, list[FeedError]] = {run_id: [] for run_id in run_ids}
    rows = await connection.execute(
        select(ranked).where(ranked.c.place <= first + 1).order_by(ranked.c.run_id, ranked.c.ordinal)
    )
    for row in rows:
        errors[row.run_id].append(
            FeedError(ordinal=row.ordinal, line=row.line, column=row.column, code=row.code, message=row.message)
        )
    return errors


async def count_errors(connection: AsyncConnection, run_ids: Sequence[int]) -> dict[int, int]:
    """How many rows of several runs were rejected."""
    statement = (
        select(rejected_row.c.run_id, func.count())
        .join(feed_run, feed_run.c.id == rejected_row.c.run_id)
        .where(rejected_row.c.run_id.in_(run_ids))
        .group_by(rejected_row.c.run_id)
    )
    counted = {row[0]: row[1] for row in await connection.execute(statement)}
    return {run_id: counted.get(run_id, 0) for run_id in run_ids}
