"""Rebuilding the index: fill a new one beside the old while relays write to both, compare, swap the alias in one action."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import anyio
import structlog
from anyio.streams.memory import MemoryObjectReceiveStream

from indexer.bulk import index_action
from indexer.verify import compare
from stores.elastic import CaseIndex
from stores.errors import SearchIndexError
from stores.outbox import (
    Document,
    Rebuild,
    advance_rebuild,
    begin_rebuild,
    current_rebuild,
    end_rebuild,
    lock_rebuild,
    stream_documents,
)
from stores.postgres import Database

PAGE = 2_000
"""Documents in one bulk request."""

_SENDERS = 2
# No refresh while the index fills: nobody searches it, and segments stay few.
_NO_REFRESH = "-1"

log = structlog.get_logger()
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """The new index, the documents in it, and how long it took in seconds."""

    index: str
    documents: int
    seconds: float


async def ensure_index(database: Database, index: CaseIndex, clock: Callable[[], datetime]) -> None:
    """Build the index where there is none yet, so that a first sync finds one to write to."""
    if await index.current_index() is None:
        log.info("no index yet: building it")
        await rebuild(database, index, clock)


async def rebuild(
    database: Database,
    index: CaseIndex,
    clock: Callable[[], datetime],
    progress: Progress = lambda _documents: None,
) -> RebuildReport:
    """Build a new index and swap it in. One that was cut off goes on where it stopped; one that fails leaves nothing.

    Raises SearchIndexError when another rebuild runs or the new index does not come to hold what the record holds.
    """
    started = time.monotonic()
    async with database.begin() as guard:
        if not await lock_rebuild(guard):
            raise SearchIndexError("Another rebuild is under way. Wait for it, or end it, and try again.")
        current = await _resume_or_begin(database, index, clock)
        try:
            await _fill(database, index, current, progress)
            await index.refresh(index.names.rebuild)
            await _settle_differences(database, index)
            documents = await index.count(index.names.rebuild)
            await index.swap_in(current.index_name)
        except Exception:
            with anyio.CancelScope(shield=True):
                await index.drop(current.index_name)
                await _withdraw(database)
            raise
        await _withdraw(database)
    return RebuildReport(current.index_name, documents, round(time.monotonic() - started, 3))


async def _resume_or_begin(database: Database, index: CaseIndex, clock: Callable[[], datetime]) -> Rebuild:
    async with database.begin() as connection:
        current = await current_rebuild(connection)
    behind_alias = await index.current_index(index.names.rebuild)
    if current is not None and behind_alias == current.index_name:
        log.info("rebuild goes on", index=current.index_name, after=current.last_case_id)
        return current
    # What is left of a rebuild that died between its two announcements belongs to nobody.
    if behind_alias is not None and behind_alias != await index.current_index():
        await index.drop(behind_alias)
    name = index.names.new_index(clock())
    await index.create(name, alias=index.names.rebuild, refresh_interval=_NO_REFRESH)
    async with database.begin() as connection:
        await end_rebuild(connection)
        await begin_rebuild(connection, name, clock())
    return Rebuild(name, 0)


async def _withdraw(database: Database) -> None:
    async with database.begin() as connection:
        await end_rebuild(connection)


async def _fill(database: Database, index: CaseIndex, current: Rebuild, progress: Progress) -> None:
    """Stream every document behind the last one filled; the mark moves once all pages before it were taken."""
    pages, waiting = anyio.create_memory_object_stream[Sequence[Document]](_SENDERS)
    done: set[int] = set()

    async def send(source: MemoryObjectReceiveStream[Sequence[Document]]) -> None:
        async with source:
            async for page in source:
                await _send(index, page)
                done.add(page[-1].case_id)
                progress(len(page))

    async with anyio.create_task_group() as tasks, database.begin() as reading:
        for _ in range(_SENDERS):
            tasks.start_soon(send, waiting.clone())
        waiting.close()
        order: list[int] = []
        async with pages:
            async for page in stream_documents(reading, after=current.last_case_id, page=PAGE):
                order.append(page[-1].case_id)
                await pages.send(page)
                order = await _advance(database, order, done)


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


async def _send(index: CaseIndex, page: Sequence[Document]) -> None:
    alias = index.names.rebuild
    lines = b"".join(index_action(alias, case.case_id, case.revision, case.document) for case in page)
    failed = [item for item in await index.bulk(lines) if not item.conflict]
    if failed:
        raise SearchIndexError(
            f"The new index did not take {len(failed)} documents; the first is case {failed[0].case_id}: {failed[0].error}"
        )


async def _settle_differences(database: Database, index: CaseIndex) -> None:
    """Compare the new index with the record, and send what changed since it was read, until the two agree."""
    for _ in range(5):
        found = await compare(database, index, target=index.names.rebuild, repair=True)
        if not found.differences:
            return
        await index.refresh(index.names.rebuild)
    raise SearchIndexError("The new index does not come to agree with the record; nothing was swapped. Run it again.")
