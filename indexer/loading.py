"""Loading one feed: every row becomes one of inserted, updated, unchanged, rejected, or nothing is stored."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup

from indexer.agencies import AgencyFinder, name_warning
from indexer.feeds.follow_up_staging import stage_follow_up
from indexer.feeds.own_layouts import OwnLayout
from indexer.feeds.reader import FeedReader, open_feed
from indexer.feeds.sources import DiskFile, FeedSource
from indexer.feeds.staging import Seal, Waves, stage_case, warnings_json
from indexer.load_reports import SHOWN_ERRORS, LoadReport, shown_error, told_rejection
from indexer.restored_rows import RestoredRows
from schema.feed_records import (
    AgencyRecord,
    CaseRecord,
    FollowUpRecord,
    ParsedRow,
    ProcuratorateRecord,
    RowError,
    SentRow,
    SkippedLine,
)
from schema.vocabularies import FeedErrorCode, FeedRunStatus, RowOutcome
from stores.case_loading import CaseLoad, KeptRow, RecognisedRow, Rejection, StagedCase, known_rows
from stores.collisions import anew_after_collisions
from stores.errors import UnreadableFeedError
from stores.feed_runs import Accounts, begin_run, end_run, lock_loading, mark_interrupted, shown_path, tell_progress
from stores.follow_ups import FollowUpLoad, StagedFollowUp
from stores.history import attribute_changes
from stores.keys import KeyRing
from stores.postgres import Database, DatabaseConnection
from stores.register import (
    References,
    RefusedRecordError,
    Register,
    read_register,
    store_agency,
    store_procuratorate,
)

BATCH_ROWS = 4_000
"""Rows that wait before they are merged: enough to make a statement worth its while, few enough to stay small."""

BATCH_BYTES = 16 * 1024 * 1024
"""Bytes as sent that wait at most, so that rows with very long texts stay small together."""

_ROWS_BETWEEN_TURNS = 10
"""Rows read before the database's answers are looked at: PostgreSQL merges one batch while we read the next."""

MAX_TEXT_SIZE = 200_000
"""Characters of the longest token texts of a case together: beyond, PostgreSQL could not index their neighbours."""

_NOT_OF_THE_REGISTER = RowError(
    code=FeedErrorCode.UNKNOWN_KIND,
    column="kind",
    message="A key loads an agency's cases and what follows them. Who keeps the register loads this kind.",
)
_NOT_OF_THE_SENDER = RowError(
    code=FeedErrorCode.UNKNOWN_AGENCY,
    column="agency",
    message="This row is another agency's than the one whose key sent it. That agency sends it with a key of its own.",
)

Progress = Callable[[int, float], None]
"""Is told how many rows are stored, and how much of the feed is read, from 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """How a file is to be loaded. `agency` is the sender, for rows that name none; `layouts` are agencies' own.

    `only_of`: rows of any other agency than this one, and records of the register, are rejected. `loaded_by` is the
    account that sent the file.
    """

    agency: str | None = None
    register_agencies: bool = False
    dry_run: bool = False
    layouts: tuple[OwnLayout, ...] = ()
    only_of: int | None = None
    loaded_by: int | None = None


async def load_feed(
    database: Database,
    keys: KeyRing,
    feed: Path | FeedSource,
    *,
    options: LoadOptions,
    clock: Callable[[], datetime],
    progress: Progress = lambda _rows, _fraction: None,
) -> LoadReport:
    """Load one feed in one transaction: a file that is no archive, or a member of one (`file_loading.load_file`).

    Raises UnreadableFeedError for one that cannot be read; its run is kept as refused, and nothing else.
    """
    source = DiskFile(feed) if isinstance(feed, Path) else feed
    if options.dry_run:
        reader = open_feed(source, sender=options.agency, layouts=options.layouts)
        return await _dry_run(database, keys, reader, options, clock, progress)
    async with database.begin() as guard:
        await lock_loading(guard)
        async with database.begin() as connection:
            await mark_interrupted(connection, clock())
            run_id, run = await begin_run(
                connection,
                source.path,
                clock(),
                member=source.member,
                sender=options.agency,
                loaded_by=options.loaded_by,
            )

        async def tell(accounts: Accounts) -> None:
            async with database.begin() as connection:
                await tell_progress(connection, run_id, accounts)

        try:
            async for attempt in anew_after_collisions():
                with attempt:
                    reader = open_feed(source, sender=options.agency, layouts=options.layouts)
                    async with database.begin() as connection:
                        load = _Load(connection, guard, keys, reader, options, run_id, run, tell)
                        await load.go(progress)
                        await _end(connection, load, clock())
        except BaseException as error:
            refused = isinstance(error, UnreadableFeedError)
            with anyio.CancelScope(shield=True):
                async with database.begin() as connection:
                    await end_run(
                        connection,
                        run_id,
                        status=FeedRunStatus.REFUSED if refused else FeedRunStatus.INTERRUPTED,
                        now=clock(),
                        reason=str(error) if refused else None,
                    )
            raise
        return load.report()


async def _dry_run(
    database: Database,
    keys: KeyRing,
    reader: FeedReader,
    options: LoadOptions,
    clock: Callable[[], datetime],
    progress: Progress,
) -> LoadReport:
    async with database.begin() as guard, database.begin() as connection:
        await lock_loading(guard)
        run_id, run = await begin_run(connection, reader.source.path, clock(), member=reader.source.member)
        load = _Load(connection, guard, keys, reader, options, run_id, run, _tell_nobody)
        await load.go(progress)
        await connection.rollback()
        return load.report()


async def _tell_nobody(_accounts: Accounts) -> None:
    """A load that stores nothing has nothing to show."""


async def _end(connection: DatabaseConnection, load: "_Load", now: datetime) -> None:
    await end_run(
        connection,
        load.run_id,
        status=FeedRunStatus.DONE,
        now=now,
        accounts=load.accounts,
        sha256=bytes.fromhex(load.reader.sha256),
        encoding=load.reader.encoding,
        layout=load.reader.layout,
        form=load.reader.form.as_json(),
    )


@dataclass(slots=True)
class _Batch:
    """Rows that wait to be merged."""

    waves: Waves = field(default_factory=Waves)
    recognised: list[tuple[SentRow, bytes]] = field(default_factory=list)
    kept: list[KeptRow] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    follow_ups: list[StagedFollowUp] = field(default_factory=list)


def _chunks(rows: Iterable[SentRow | SkippedLine]) -> Iterator[list[SentRow | SkippedLine]]:
    """The lines of a file, a batch at a time."""
    chunk: list[SentRow | SkippedLine] = []
    size = 0
    for row in rows:
        chunk.append(row)
        size += len(row.raw) if isinstance(row, SentRow) else 0
        if len(chunk) >= BATCH_ROWS or size >= BATCH_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


@dataclass(slots=True)
class _Load:
    """The load of one file inside its transaction."""

    connection: DatabaseConnection
    record_before: DatabaseConnection
    """Sees the record as it was before the load, while the other connection merges."""
    keys: KeyRing
    reader: FeedReader
    options: LoadOptions
    run_id: int
    run: str
    tell: Callable[[Accounts], Awaitable[None]]
    accounts: Accounts = field(default_factory=Accounts)
    errors: list[dict[str, Any]] = field(default_factory=list)
    _follow_ups: FollowUpLoad = field(init=False)
    _agencies: AgencyFinder = field(init=False)
    _references: References = field(default_factory=References)
    _batch: _Batch = field(default_factory=_Batch)
    _merging: anyio.Event = field(default_factory=anyio.Event)
    _superseded: list[tuple[SentRow, bytes]] = field(default_factory=list)

    async def go(self, progress: Progress) -> None:
        """Read and store everything."""
        await attribute_changes(self.connection, self.run_id)
        register = await read_register(self.connection)
        self._agencies = AgencyFinder(
            self.connection,
            register,
            self.run_id,
            self.options.agency,
            self.options.register_agencies,
            turn=self._turn,
        )
        await self._agencies.start()
        cases = await CaseLoad.start(self.connection, self.run_id)
        self._follow_ups = FollowUpLoad(self.connection, self.run_id)
        self._merging.set()
        try:
            async with anyio.create_task_group() as tasks:
                await self._read(cases, register, tasks, progress)
        except BaseExceptionGroup as failed:
            # Reading and merging go on side by side; the one that fails cancels the other and tells why.
            await cases.abandon()
            raise failed.exceptions[0] from None
        except BaseException:
            await cases.abandon()
            raise
        self.accounts.waiting = await self._follow_ups.finish()
        self.errors.extend(await cases.conflicts(SHOWN_ERRORS))
        progress(self.accounts.rows, self.reader.fraction_read)

    async def _read(self, cases: CaseLoad, register: Register, tasks: TaskGroup, progress: Progress) -> None:
        seal = Seal(self.keys, self.run)
        restored = RestoredRows(self.record_before, self.keys, self.options.only_of, BATCH_BYTES)
        async for chunk in restored.of(_chunks(self.reader.sent())):
            sent: list[tuple[SentRow, bytes]] = []
            for row in chunk:
                if isinstance(row, SkippedLine):
                    sheet = {} if row.sheet is None else {"sheet": row.sheet}
                    self.accounts.skipped.append({"line": row.line, "reason": row.reason, **sheet})
                else:
                    sent.append((row, self.keys.hash_bytes(row.reading + row.raw)))
            known = await known_rows(self.record_before, [digest for _, digest in sent], only_of=self.options.only_of)
            for number, (row, digest) in enumerate(sent):
                if number % _ROWS_BETWEEN_TURNS == 0:
                    await anyio.lowlevel.checkpoint()
                if digest in known:
                    self._batch.recognised.append((row, digest))
                else:
                    await self._take(row.read(), digest, cases, register, tasks, seal)
            await self._merge(cases, tasks)
            progress(self.accounts.rows, self.reader.fraction_read)
            await self.tell(self.accounts)
        await self._merging.wait()
        for row, digest in self._superseded:
            await self._take(row.read(), digest, cases, register, tasks, seal)
        await self._merge(cases, tasks)

    async def _take(
        self, row: ParsedRow, digest: bytes, cases: CaseLoad, register: Register, tasks: TaskGroup, seal: Seal
    ) -> None:
        """Put a row where it waits to be merged, or store it where it is a record of the register."""
        outcome = row.outcome
        if isinstance(outcome, RowError):
            self._reject(row, outcome, seal)
        elif isinstance(outcome, ProcuratorateRecord | AgencyRecord) and self.options.only_of is not None:
            self._reject(row, _NOT_OF_THE_REGISTER, seal)
        elif isinstance(outcome, ProcuratorateRecord | AgencyRecord):
            # What follows may depend on the register, and what went before on how it was.
            await self._merge(cases, tasks)
            await self._merging.wait()
            await self._store_reference(row, outcome, register, seal)
        else:
            row = await self._take_record(row, outcome, digest, seal)
        self.accounts.warnings += len(row.warnings)

    async def _take_record(
        self, row: ParsedRow, record: CaseRecord | FollowUpRecord, digest: bytes, seal: Seal
    ) -> ParsedRow:
        """Put a row of an agency where it waits to be merged; answers the row, which may have one more warning."""
        answer = await self._agencies.find(record if isinstance(record, CaseRecord) else record.case)
        if isinstance(answer, RowError):
            self._reject(row, answer, seal)
            return row
        agency, sent = answer
        if self.options.only_of not in {None, agency.id}:
            self._reject(row, _NOT_OF_THE_SENDER, seal)
            return row
        if sent is not None:
            row = replace(row, warnings=(*row.warnings, name_warning(sent, agency)))
        if isinstance(record, CaseRecord):
            self._stage(row, stage_case(row, record, agency, seal, digest, sent), seal)
        else:
            self._batch.follow_ups.append(stage_follow_up(row, record, agency, seal, sent))
        return row

    def report(self) -> LoadReport:
        """What became of the file."""
        source = self.reader.source
        first = sorted(self.errors, key=lambda error: int(error["ordinal"]))[:SHOWN_ERRORS]
        return LoadReport(
            file=shown_path(source.path),
            member=source.member,
            run=self.run,
            format=self.reader.form.format,
            accounts=self.accounts,
            errors=tuple(shown_error(error, self.reader.sheet_of(error["ordinal"])) for error in first),
        )

    async def _merge(self, cases: CaseLoad, tasks: TaskGroup) -> None:
        """Begin to merge the rows that wait, when those before them are merged."""
        await self._merging.wait()
        self._merging = anyio.Event()
        batch, self._batch = self._batch, _Batch()
        tasks.start_soon(self._merge_batch, cases, batch, self._merging)

    async def _turn(self) -> None:
        """Wait until the connection is free: the rows before are merged."""
        await self._merging.wait()

    async def _merge_batch(self, cases: CaseLoad, batch: _Batch, merged: anyio.Event) -> None:
        if batch.recognised:
            await cases.recognise([RecognisedRow(row.ordinal, digest) for row, digest in batch.recognised])
        for wave in batch.waves.take():
            for outcome, count in (await cases.merge(wave)).items():
                self.accounts.add(RowOutcome(outcome), count)
        if batch.follow_ups:
            await self._merge_follow_ups(batch.follow_ups)
        if batch.kept:
            await cases.keep(batch.kept, batch.rejections)
        if batch.recognised:
            settled = await cases.settle_recognised()
            self.accounts.add(RowOutcome.UNCHANGED, settled.rows)
            self.accounts.known += settled.rows
            self.accounts.warnings += settled.warnings
            self._superseded += [(row, digest) for row, digest in batch.recognised if row.ordinal in settled.superseded]
        merged.set()

    async def _merge_follow_ups(self, rows: Sequence[StagedFollowUp]) -> None:
        """Merge what follows cases; whether these come before or behind it, or never, is all the same."""
        followed = await self._follow_ups.merge(rows)
        for outcome, count in followed.outcomes.items():
            self.accounts.add(outcome, count)
        self.errors.extend(map(told_rejection, followed.refused[: max(0, SHOWN_ERRORS - len(self.errors))]))

    async def _store_reference(
        self, row: ParsedRow, record: ProcuratorateRecord | AgencyRecord, register: Register, seal: Seal
    ) -> None:
        try:
            async with self.connection.begin_nested():
                if isinstance(record, ProcuratorateRecord):
                    outcome = await store_procuratorate(self.connection, record, self._references)
                else:
                    outcome = await store_agency(self.connection, record, register, self._references)
        except RefusedRecordError as refused:
            error = RowError(code=refused.code, column=refused.column, message=refused.message)
            self._reject(row, error, seal)
        else:
            self.accounts.add(outcome)
            self._keep(row, outcome, seal)

    def _stage(self, row: ParsedRow, case: StagedCase, seal: Seal) -> None:
        if case.text_size > MAX_TEXT_SIZE:
            message = (
                f"The texts of a case hold at most {MAX_TEXT_SIZE // 2:,} Han characters together; these hold more."
            )
            self._reject(row, RowError(code=FeedErrorCode.BAD_VALUE, column=None, message=message), seal)
        else:
            self._batch.waves.add(case)

    def _reject(self, row: ParsedRow, error: RowError, seal: Seal) -> None:
        self.accounts.add(RowOutcome.REJECTED)
        self._keep(row, RowOutcome.REJECTED, seal)
        rejection = Rejection(self.run_id, row.ordinal, row.line, error.column, error.code.value, error.message)
        self._batch.rejections.append(rejection)
        if len(self.errors) < SHOWN_ERRORS:
            self.errors.append(told_rejection(rejection))

    def _keep(self, row: ParsedRow, outcome: RowOutcome, seal: Seal) -> None:
        self._batch.kept.append(
            KeptRow(
                self.run_id, row.ordinal, row.line, outcome, seal.keys.newest, seal(row), warnings_json(row.warnings)
            )
        )
