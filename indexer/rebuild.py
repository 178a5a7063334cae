"""Rebuilding the index: fill a new one while relays write to both, compare, swap the alias in one action."""

import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

import anyio
import structlog
from anyio.streams.memory import MemoryObjectReceiveStream
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from indexer.bulk import NotTakenError, Settled, Write, send
from indexer.verify import compare
from schema.search_document import MAPPING_VERSION
from stores.elastic import CaseIndex
from stores.errors import JianduError, QueryTimeoutError, SearchIndexError, UnavailableError
from stores.outbox import (
    Document,
    Rebuild,
    advance_rebuild,
    begin_rebuild,
    bury,
    claiming,
    current_rebuild,
    dead_letters,
    end_rebuild,
    keep_rebuild_lock,
    lock_rebuild,
    resurrect,
    stream_documents,
)
from stores.postgres import Database

PAGE = 2_000
"""Documents read and sent at once."""

_SENDERS = 2
_ROUNDS = 5
# No refresh while the index fills: nobody searches it, and segments stay few.
_NO_REFRESH = "-1"
# A server that is too busy for a moment must not cost the work of hours.
_PATIENCE_SECONDS = 60.0
_WAITS_FOR_OTHER_SECONDS = 0.5
_WAITS_FOR_RELAYS_SECONDS = 0.05

log = structlog.get_logger()
Progress = Callable[[int], None]


class RebuildUnderWayError(SearchIndexError):
    """Another process rebuilds the index."""


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """The new index, the documents in it, and how long it took in seconds."""

    index: str
    documents: int
    seconds: float


async def ensure_index(database: Database, index: CaseIndex, clock: Callable[[], datetime]) -> None:
    """See to it that relays have what they write to.

    Builds the index where there is none yet, or waits until another process has; takes back the announcement of a
    rebuild that was swapped in and then died, whose alias no relay would ever reach again.
    """
    while await index.current_index() is None:
        log.info("no index yet: building it")
        try:
            await rebuild(database, index, clock)
        except RebuildUnderWayError:
            await anyio.sleep(_WAITS_FOR_OTHER_SECONDS)
    async with database.begin() as connection:
        announced = await current_rebuild(connection)
    if announced is None or await index.current_index(index.names.rebuild) == announced.index_name:
        return
    async with database.begin() as guard:
        # Whoever holds the lock is still at work, and takes the announcement back itself.
        if await lock_rebuild(guard):
            await end_rebuild(guard)


async def rebuild(
    database: Database,
    index: CaseIndex,
    clock: Callable[[], datetime],
    progress: Progress = lambda _documents: None,
) -> RebuildReport:
    """Build a new index and swap it in. One that was cut off goes on where it stopped; one that fails leaves nothing.

    Raises RebuildUnderWayError when another rebuild runs, SearchIndexError when the new index does not come to hold
    what the record holds, UnavailableError when a server went away: with what that leaves, the next rebuild goes on.
    """
    started = time.monotonic()
    async with database.begin() as guard:
        if not await lock_rebuild(guard):
            raise RebuildUnderWayError("Another rebuild is under way. Wait for it, or end it, and try again.")
        # Asked before anything is made: an index of another program's under our name could never be swapped.
        in_use = await index.current_index()
        current = await _resume_or_begin(database, index, clock)
        try:
            await _wait_for_claims(database)
            await _fill(database, index, current, in_use, progress)
            await index.refresh(index.names.rebuild)
            await _settle_differences(database, index)
            documents = await index.count(index.names.rebuild)
            await keep_rebuild_lock(guard)
            await index.swap_in(current.index_name)
        except Exception:
            with anyio.CancelScope(shield=True):
                await _take_back(database, index, current)
            raise
        await _withdraw(database)
        await _tidy_up(database, index, current.index_name)
    return RebuildReport(current.index_name, documents, round(time.monotonic() - started, 3))


async def _resume_or_begin(database: Database, index: CaseIndex, clock: Callable[[], datetime]) -> Rebuild:
    async with database.begin() as connection:
        announced = await current_rebuild(connection)
    behind_alias = await index.current_index(index.names.rebuild)
    if (
        announced is not None
        and behind_alias == announced.index_name
        and await index.mapping_version(behind_alias) == MAPPING_VERSION
    ):
        log.info("rebuild goes on", index=announced.index_name, after=announced.last_case_id)
        return announced
    # What is left of a rebuild that died between its two announcements, or that another version began, is of no use.
    await _withdraw(database)
    if behind_alias is not None and behind_alias != await index.current_index():
        await index.drop(behind_alias)
    name = index.names.new_index(clock())
    await index.create(name, alias=index.names.rebuild, refresh_interval=_NO_REFRESH)
    async with database.begin() as connection:
        await begin_rebuild(connection, name, clock())
    return Rebuild(name, 0)


async def _wait_for_claims(database: Database) -> None:
    """Wait for the relays that may have claimed before the announcement, and so write to the index in use alone.

    What of it is still on its way would find the new index behind the alias after the swap, and there no trace of a
    delete that overtook it before the announcement.
    """
    async with database.begin() as connection:
        before = await claiming(connection)
    while before:
        await anyio.sleep(_WAITS_FOR_RELAYS_SECONDS)
        async with database.begin() as connection:
            before &= await claiming(connection)


async def _withdraw(database: Database) -> None:
    async with database.begin() as connection:
        await end_rebuild(connection)


async def _take_back(database: Database, index: CaseIndex, failed: Rebuild) -> None:
    """Remove what a failed rebuild made; relays are told first, so that none waits for an index that is gone."""
    try:
        swapped_in = await index.current_index() == failed.index_name
        await _withdraw(database)
        if not swapped_in:
            await index.drop(failed.index_name)
    except JianduError as error:
        log.warning("a failed rebuild could not be taken back; the next one goes on with it", reason=error.message)


async def _tidy_up(database: Database, index: CaseIndex, kept: str) -> None:
    """Drop older indices, and forget dead letters that the new one took. It serves already, whatever fails here."""
    try:
        await index.drop_others(kept)
        after = 0
        while True:
            async with database.begin() as connection:
                refused = await dead_letters(connection, after=after, first=PAGE)
                if not refused:
                    return
                held = await index.versions(index.names.cases, [str(case_id) for case_id in refused])
                await resurrect(connection, {int(key): version for key, version in held.items()})
            after = refused[-1]
    except JianduError as error:
        log.warning("the new index serves, but not everything old could be removed", reason=error.message)


async def _fill(database: Database, index: CaseIndex, current: Rebuild, in_use: str | None, progress: Progress) -> None:
    """Stream every document behind the last one filled; the mark moves once all pages before it were taken."""
    pages, waiting = anyio.create_memory_object_stream[Sequence[Document]](_SENDERS)
    done: set[int] = set()

    async def send_pages(source: MemoryObjectReceiveStream[Sequence[Document]]) -> None:
        async with source:
            async for page in source:
                await _send_page(database, index, page, in_use)
                done.add(page[-1].case_id)
                progress(len(page))

    try:
        async with anyio.create_task_group() as tasks, database.begin() as reading:
            for _ in range(_SENDERS):
                tasks.start_soon(send_pages, waiting.clone())
            waiting.close()
            order: list[int] = []
            async with pages, aclosing(stream_documents(reading, after=current.last_case_id, page=PAGE)) as read:
                async for page in read:
                    order.append(page[-1].case_id)
                    await pages.send(page)
                    order = await _advance(database, order, done)
    except ExceptionGroup as group:
        raise _first(group) from group


def _first(group: ExceptionGroup[Exception]) -> Exception:
    """The first of several errors at once: one sentence is enough for one cause."""
    error = group.exceptions[0]
    return _first(error) if isinstance(error, ExceptionGroup) else error


async def _advance(database: Database, order: list[int], done: set[int]) -> list[int]:
    """Move the mark over the pages at the head of the line that were taken; answers the pages still under way."""
    taken = None
    while order and order[0] in done:
        taken = order.pop(0)
        done.discard(taken)
    if taken is not None:
        async with database.begin() as connection:
            await advance_rebuild(connection, taken)
    return order


async def _send_page(database: Database, index: CaseIndex, page: Sequence[Document], in_use: str | None) -> None:
    writes = [Write(str(case.case_id), case.revision, case.document) for case in page]
    retrying = AsyncRetrying(
        retry=retry_if_exception_type((UnavailableError, QueryTimeoutError)),
        wait=wait_random_exponential(multiplier=0.2, max=5.0),
        stop=stop_after_delay(_PATIENCE_SECONDS),
        reraise=True,
    )
    async for attempt in retrying:
        with attempt:
            settled = await send(index, [index.names.rebuild], writes)
            # What a relay sent meanwhile overtakes this page; the comparison has the last word on it.
            if settled.left:
                raise NotTakenError(len(settled.left))
    await _bury_refused(database, index, page, settled, in_use)


async def _bury_refused(
    database: Database, index: CaseIndex, page: Sequence[Document], settled: Settled, in_use: str | None
) -> None:
    """A refused document blocks nothing, unless the index in use holds it as it is: the new one must not be poorer."""
    if not settled.refused:
        return
    refused = [case for case in page if str(case.case_id) in settled.refused]
    held = {} if in_use is None else await index.versions(in_use, list(settled.refused))
    for case in refused:
        reason = settled.refused[str(case.case_id)]
        if held.get(str(case.case_id)) == case.revision:
            raise SearchIndexError(
                "Nothing was swapped: the new index refuses documents that the one in use holds. "
                f"The first is case {case.case_id}: {reason}."
            )
    async with database.begin() as connection:
        for case in refused:
            reason = settled.refused[str(case.case_id)]
            await bury(connection, case.case_id, case.revision, reason)
            log.error("document refused", case=case.case_id, reason=reason)


async def _settle_differences(database: Database, index: CaseIndex) -> None:
    """Compare the new index with the record, and send what differs, until every difference was put right.

    What changes after that reaches the new index through the relays, as it reaches the old one.
    """
    for _ in range(_ROUNDS):
        found = await compare(database, index, target=index.names.rebuild, repair=True)
        if found.differences == found.repaired + found.refused:
            return
    raise SearchIndexError("The new index does not come to agree with the record; nothing was swapped. Run it again.")
