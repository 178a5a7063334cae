"""Loading what comes through the feed's door, as `feed load --agency` does, beside a server that answers meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

import anyio
import anyio.to_thread
import orjson
import structlog
from anyio.from_thread import BlockingPortal, start_blocking_portal

from api.auditing import kept_text
from api.feed_door import FeedDoor
from commands.feed_forms import known_layouts
from commands.feed_loading import changed, make_searchable, status_of
from commands.runtime import Runtime, now
from indexer.feeds.own_layouts import OwnLayout
from indexer.file_loading import load_file
from indexer.load_reports import LoadReport, Refusal
from indexer.loading import LoadOptions
from schema.access_records import EVERYTHING, Viewer
from schema.access_vocabularies import AuditAction
from schema.audit_records import Deed
from stores.audit_trail import caller_of, write_entries
from stores.elastic import CaseIndex
from stores.errors import JianduError, UnavailableError, UnreadableFeedError
from stores.feed_deliveries import Delivery, SendingAgency, answered_before, keep_delivery, lock_deliveries
from stores.feed_spool import FeedSpool, Upload
from stores.postgres import Database, DatabaseConnection

_KEPT_SECONDS: Final = 24 * 3_600
"""How long an unfinished file is kept that nobody goes on with."""
_BETWEEN_SWEEPS_SECONDS: Final = 3_600

log = structlog.get_logger()


@asynccontextmanager
async def open_feed_door(runtime: Runtime) -> AsyncIterator[FeedDoor]:
    """The door of a server, with a thread of its own for loading: a long file keeps nobody's question waiting.

    Raises SettingsError and LayoutError. When the server ends, a load that runs is given up, and none of it is stored.
    """
    settings = runtime.settings
    spool = FeedSpool(settings.spool, settings.feed_max_bytes)
    spool.open()
    layouts = known_layouts(settings, [])
    # Loading takes as long as it takes: these sessions know no time-out, and belong to the thread's own event loop.
    patient = Runtime(
        settings,
        Database.at(runtime.database.engine.url, scope=EVERYTHING),
        None if settings.elasticsearch_url is None else CaseIndex(settings),
    )
    async with AsyncExitStack() as stack:
        portal = await anyio.to_thread.run_sync(stack.enter_context, start_blocking_portal("asyncio"))
        sweeping = portal.start_task_soon(_sweep_for_ever, spool)
        loader = _Loader(portal, patient, layouts)
        try:
            yield FeedDoor(database=runtime.database, spool=spool, load=loader)
        finally:
            with anyio.CancelScope(shield=True):
                sweeping.cancel()
                await anyio.to_thread.run_sync(portal.call, loader.close)


async def _sweep_for_ever(spool: FeedSpool) -> None:
    while True:
        try:
            swept = await anyio.to_thread.run_sync(lambda: spool.sweep(older_than=time.time() - _KEPT_SECONDS))
        except OSError as error:
            log.warning("the spool folder cannot be swept", reason=error.strerror)
        else:
            if swept:
                log.info("unfinished files of senders taken away", files=swept)
        await anyio.sleep(_BETWEEN_SWEEPS_SECONDS)


@dataclass(slots=True)
class _Loader:
    """Loads one file after another on the portal's event loop."""

    portal: BlockingPortal
    runtime: Runtime
    layouts: tuple[OwnLayout, ...]
    _turn: anyio.Lock | None = None
    _running: anyio.CancelScope | None = None

    async def __call__(
        self, upload: Upload, *, agency: SendingAgency, viewer: Viewer, sha256: bytes, again: bool
    ) -> Delivery:
        """As `api.feed_door.FeedLoader` says."""
        sent = _Sent(upload=upload, agency=agency, viewer=viewer, sha256=sha256, again=again)
        # Shielded: whoever waits may go away, and the load goes on.
        return await asyncio.shield(asyncio.wrap_future(self.portal.start_task_soon(self._load, sent)))

    async def close(self) -> None:
        """Give up what is being loaded, and close the servers."""
        if self._running is not None:
            self._running.cancel()
        if self._turn is not None:
            async with self._turn:
                pass
        await self.runtime.database.close()
        if self.runtime.index is not None:
            await self.runtime.index.close()

    async def _load(self, sent: "_Sent") -> Delivery:
        done = False
        try:
            # One load at a time, here as everywhere: those that wait need no connection for it.
            self._turn = self._turn or anyio.Lock()
            async with self._turn:
                with anyio.CancelScope() as self._running:
                    try:
                        delivery = await _deliver(self.runtime, sent, self.layouts)
                    except JianduError as error:
                        # Members of an archive that came before may be stored.
                        async with self.runtime.database.begin() as connection:
                            await _write_down(connection, sent, None, refused=error.code)
                        raise
                    done = True
                    return delivery
            raise UnavailableError("The server was ended while the file was loaded: nothing was stored. Send it again.")
        finally:
            sent.upload.release(forget=done)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A whole file, who sent it and as what."""

    upload: Upload
    agency: SendingAgency
    viewer: Viewer
    sha256: bytes
    again: bool


async def _deliver(runtime: Runtime, sent: _Sent, layouts: tuple[OwnLayout, ...]) -> Delivery:
    """Load a file, unless its answer is known, and keep the answer."""
    agency_id, name = sent.agency.id, sent.upload.name
    async with runtime.database.begin() as connection:
        await lock_deliveries(connection, agency_id)
        before = None if sent.again else await answered_before(connection, agency_id, name, sent.sha256)
        if before is not None:
            await _write_down(connection, sent, None, answeredBefore=True, exitStatus=before.exit_status)
            return before
        results = await _load_as_command(runtime, sent, layouts)
        lines = (orjson.dumps(result.as_json(), option=orjson.OPT_APPEND_NEWLINE, default=str) for result in results)
        delivery = Delivery(exit_status=status_of(results), answer=b"".join(lines).decode())
        await keep_delivery(
            connection,
            delivery,
            agency_id=agency_id,
            name=name,
            sha256=sent.sha256,
            account_id=sent.viewer.account.id,
            now=now(),
        )
        runs = [result.run for result in results if isinstance(result, LoadReport)]
        rows = sum(result.accounts.rows for result in results if isinstance(result, LoadReport))
        await _write_down(connection, sent, rows, runs=runs, exitStatus=delivery.exit_status)
    if changed(results):
        await make_searchable(runtime)
    return delivery


async def _write_down(connection: DatabaseConnection, sent: _Sent, rows: int | None, **became: object) -> None:
    """Write down that a file came, and what became of it: nothing that stands in it."""
    detail = {"agency": sent.agency.name, "file": kept_text(sent.upload.name), "sha256": sent.sha256.hex(), **became}
    deed = Deed(action=AuditAction.LOAD, operation="PUT /feeds", detail=detail, result_count=rows)
    await write_entries(connection, caller_of(sent.viewer), [deed])


async def _load_as_command(runtime: Runtime, sent: _Sent, layouts: tuple[OwnLayout, ...]) -> list[LoadReport | Refusal]:
    """What `feed load --agency` makes of the file, called by the name that its sender gave it."""
    options = LoadOptions(
        agency=sent.agency.uscc or sent.agency.name,
        layouts=layouts,
        only_of=sent.agency.id,
        loaded_by=sent.viewer.account.id,
    )
    results: list[LoadReport | Refusal] = []
    name = sent.upload.name
    try:
        async for result in load_file(runtime.database, runtime.keys, sent.upload.path, options=options, clock=now):
            results.append(replace(result, file=name))  # noqa: PERF401  what came before a refusal is kept
    except UnreadableFeedError as error:
        results.append(Refusal(file=name, member=None, error=error))
    return results
