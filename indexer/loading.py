"""Loading one feed file: every row becomes one of inserted, updated, unchanged, rejected, or nothing is stored."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup

from indexer.feeds.own_layouts import OwnLayout
from indexer.feeds.reader import FeedReader, open_feed
from indexer.feeds.staging import Seal, Waves, stage_case, warnings_json
from schema.feed_records import AgencyRecord, CaseRecord, ParsedRow, ProcuratorateRecord, RowError, SentRow, SkippedLine
from schema.vocabularies import FeedErrorCode, FeedRunStatus, RowOutcome
from stores.case_loading import CaseLoad, KeptRow, RecognisedRow, Rejection, StagedCase, known_rows
from stores.errors import UnreadableFeedError
from stores.feed_runs import Accounts, begin_run, end_run, lock_loading, mark_interrupted, shown_path
from stores.keys import KeyRing
from stores.postgres import Database, DatabaseConnection
from stores.register import (
    References,
    RefusedRecordError,
    Register,
    RegisteredAgency,
    read_register,
    register_agency,
    store_agency,
    store_procuratorate,
)
from supervision.credit_code import is_credit_code

BATCH_ROWS = 4_000
"""Rows that wait before they are merged: enough to make a statement worth its while, few enough to stay small."""

BATCH_BYTES = 16 * 1024 * 1024
"""Bytes as sent that wait at most, so that rows with very long texts stay small together."""

_ROWS_BETWEEN_TURNS = 10
"""Rows read before the database's answers are looked at: PostgreSQL merges one batch while we read the next."""

MAX_TEXT_SIZE = 200_000
"""Characters of the longest token texts of a case together: beyond, PostgreSQL could not index their neighbours."""

SHOWN_ERRORS = 20
"""How many errors of a file a report holds; all of them are stored."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """How a file is to be loaded. `agency` is the sender, for rows that name none; `layouts` are agencies' own."""

    agency: str | None = None
    register_agencies: bool = False
    dry_run: bool = False
    layouts: tuple[OwnLayout, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What became of a file; `errors` are the first `SHOWN_ERRORS`."""

    file: str
    run: str
    accounts: Accounts
    errors: tuple[dict[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        """The report as the contract writes it."""
        counts = self.accounts
        return {
            "file": self.file,
            "run": self.run,
            "rows": counts.rows,
            "inserted": counts.inserted,
            "updated": counts.updated,
            "unchanged": counts.unchanged,
            "rejected": counts.rejected,
            "waiting": 0,
            "skipped": counts.skipped,
            "warnings": counts.warnings,
            "errors": list(self.errors),
        }


async def load_feed(
    database: Database,
    keys: KeyRing,
    path: Path,
    *,
    options: LoadOptions,
    clock: Callable[[], datetime],
    progress: Progress = lambda _rows: None,
) -> LoadReport:
    """Load one file in one transaction.

    Raises UnreadableFeedError for a file that cannot be read as a feed; its run is kept as refused, and nothing else.
    """
    if options.dry_run:
        return await _dry_run(database, keys, open_feed(path, sender=options.agency, layouts=options.layouts), options, clock, progress)
    async with database.begin() as guard:
        await lock_loading(guard)
        async with database.begin() as connection:
            await mark_interrupted(connection, clock())
            run_id, run = await begin_run(connection, path, clock())
        try:
            reader = open_feed(path, sender=options.agency, layouts=options.layouts)
            async with database.begin() as connection:
                load = _Load(connection, guard, keys, reader, options, run_id, run)
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
        run_id, run = await begin_run(connection, reader.path, clock())
        load = _Load(connection, guard, keys, reader, options, run_id, run)
        await load.go(progress)
        await connection.rollback()
        return load.report()


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
    )


@dataclass(slots=True)
class _Batch:
    """Rows that wait to be merged."""

    waves: Waves = field(default_factory=Waves)
    recognised: list[tuple[SentRow, bytes]] = field(default_factory=list)
    kept: list[KeptRow] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)


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
    accounts: Accounts = field(default_factory=Accounts)
    errors: list[dict[str, Any]] = field(default_factory=list)
    _references: References = field(default_factory=References)
    _batch: _Batch = field(default_factory=_Batch)
    _merging: anyio.Event = field(default_factory=anyio.Event)
    _superseded: list[tuple[SentRow, bytes]] = field(default_factory=list)

    async def go(self, progress: Progress) -> None:
        """Read and store everything."""
        register = await read_register(self.connection)
        cases = await CaseLoad.start(self.connection, self.run_id)
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
        self.errors.extend(await cases.conflicts(SHOWN_ERRORS))
        progress(self.accounts.rows)

    async def _read(self, cases: CaseLoad, register: Register, tasks: TaskGroup, progress: Progress) -> None:
        seal = Seal(self.keys, self.run)
        reading = self.reader.reading
        for chunk in _chunks(self.reader):
            sent: list[tuple[SentRow, bytes]] = []
            for row in chunk:
                if isinstance(row, SkippedLine):
                    self.accounts.skipped.append({"line": row.line, "reason": row.reason})
                else:
                    sent.append((row, self.keys.hash_bytes(reading + row.raw)))
            known = await known_rows(self.record_before, [digest for _, digest in sent])
            for number, (row, digest) in enumerate(sent):
                if number % _ROWS_BETWEEN_TURNS == 0:
                    await anyio.lowlevel.checkpoint()
                if digest in known:
                    self._batch.recognised.append((row, digest))
                else:
                    await self._take(row.read(), digest, cases, register, tasks, seal)
            await self._merge(cases, tasks)
            progress(self.accounts.rows)
        await self._merging.wait()
        for row, digest in self._superseded:
            await self._take(row.read(), digest, cases, register, tasks, seal)
        await self._merge(cases, tasks)

    async def _take(
        self, row: ParsedRow, digest: bytes, cases: CaseLoad, register: Register, tasks: TaskGroup, seal: Seal
    ) -> None:
        """Put a row where it waits to be merged, or store it where it is a record of the register."""
        self.accounts.warnings += len(row.warnings)
        outcome = row.outcome
        if isinstance(outcome, RowError):
            self._reject(row, outcome, seal)
        elif isinstance(outcome, CaseRecord):
            agency = await self._agency(register, outcome)
            if isinstance(agency, RowError):
                self._reject(row, agency, seal)
            else:
                self._stage(row, stage_case(row, outcome, agency, seal, digest), seal)
        else:
            # What follows may depend on the register, and what went before on how it was.
            await self._merge(cases, tasks)
            await self._merging.wait()
            await self._store_reference(row, outcome, register, seal)

    def report(self) -> LoadReport:
        """What became of the file."""
        first = sorted(self.errors, key=lambda error: int(error["line"]))[:SHOWN_ERRORS]
        return LoadReport(file=shown_path(self.reader.path), run=self.run, accounts=self.accounts, errors=tuple(first))

    async def _merge(self, cases: CaseLoad, tasks: TaskGroup) -> None:
        """Begin to merge the rows that wait, when those before them are merged."""
        await self._merging.wait()
        self._merging = anyio.Event()
        batch, self._batch = self._batch, _Batch()
        tasks.start_soon(self._merge_batch, cases, batch, self._merging)

    async def _merge_batch(self, cases: CaseLoad, batch: _Batch, merged: anyio.Event) -> None:
        if batch.recognised:
            await cases.recognise([RecognisedRow(row.ordinal, digest) for row, digest in batch.recognised])
        for wave in batch.waves.take():
            for outcome, count in (await cases.merge(wave)).items():
                self.accounts.add(RowOutcome(outcome), count)
        if batch.kept:
            await cases.keep(batch.kept, batch.rejections)
        if batch.recognised:
            settled = await cases.settle_recognised()
            self.accounts.add(RowOutcome.UNCHANGED, settled.rows)
            self.accounts.known += settled.rows
            self.accounts.warnings += settled.warnings
            self._superseded += [(row, digest) for row, digest in batch.recognised if row.ordinal in settled.superseded]
        merged.set()

    async def _agency(self, register: Register, record: CaseRecord) -> RegisteredAgency | RowError:
        name, code = record.agency_name, record.agency_uscc
        if name is not None and code is None and is_credit_code(name):
            name, code = None, name  # a sender is named by either
        known = register.find(name, code)
        if known is not None:
            return known
        if self.options.register_agencies and name is not None:
            await self._merging.wait()
            return await register_agency(self.connection, register, name, code)
        return RowError(
            code=FeedErrorCode.UNKNOWN_AGENCY,
            column="agency",
            message="The agency is not in the register. Load its agency record first, or give --register-agencies.",
        )

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
        self._batch.rejections.append(
            Rejection(self.run_id, row.ordinal, row.line, error.column, error.code, error.message)
        )
        if len(self.errors) < SHOWN_ERRORS:
            self.errors.append(
                {"line": row.line, "column": error.column, "code": error.code.value, "message": error.message}
            )

    def _keep(self, row: ParsedRow, outcome: RowOutcome, seal: Seal) -> None:
        self._batch.kept.append(
            KeptRow(
                self.run_id, row.ordinal, row.line, outcome, seal.keys.newest, seal(row), warnings_json(row.warnings)
            )
        )
