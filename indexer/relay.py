"""The relay: from the outbox into Elasticsearch. Any number may run at once, and any may die at any moment."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import anyio
import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from indexer.bulk import NotTakenError, Settled, Write, send
from indexer.faults import FAULTS, retrying
from indexer.rebuild import ensure_index
from indexer.refresher import Refresher
from indexer.walk import Pace, Walk
from stores.elastic import CaseIndex
from stores.outbox import (
    Claimed,
    acknowledge,
    backlog,
    bury,
    claim,
    current_rebuild,
    listen,
    newest_waiting,
    resurrect,
    wait_for_notice,
    waiting_up_to,
)
from stores.postgres import Database, DatabaseConnection

BATCH = 1_000
"""Cases claimed at once: about a megabyte of documents."""

_LOOKS_AGAIN_SECONDS = 0.05

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a relay did: documents indexed or deleted, documents refused, rows still waiting."""

    indexed: int
    refused: int
    pending: int


@dataclass(slots=True)
class Relay:
    """Empties the outbox."""

    database: Database
    index: CaseIndex
    clock: Callable[[], datetime]
    idle_seconds: float = 5.0
    """How long a change waits at most whose notice was lost."""
    attempts: int = 6
    """How often `drain` tries: documents may be left because a rebuild ended, or another relay was at it, meanwhile."""
    patience_seconds: float = 30.0
    """How long `drain` waits for what other relays hold."""
    pace: Pace = field(default_factory=Pace)
    """How fast `follow` compares the record with the index by the way."""
    indexed: int = 0
    refused: int = 0
    _refresher: Refresher = field(init=False)

    def __post_init__(self) -> None:
        """Refresh the index that is written to."""
        self._refresher = Refresher(self.index)

    async def drain(self) -> SyncReport:
        """Send everything that waits now and make it searchable, what other relays have just claimed included.

        Raises NotTakenError when some of it could not be sent, UnavailableError when a server is away.
        """
        attempts = AsyncRetrying(
            retry=retry_if_exception_type(NotTakenError),
            wait=wait_random_exponential(multiplier=0.2, max=2.0),
            stop=stop_after_attempt(self.attempts),
            reraise=True,
        )
        async with self.database.begin() as connection:
            newest = await newest_waiting(connection)
        async for attempt in attempts:
            with attempt:
                await ensure_index(self.database, self.index, self.clock)
                await self._send_up_to(newest)
        await self.index.refresh()
        return await self.report()

    async def report(self) -> SyncReport:
        """What this relay has done so far, and what waits now."""
        async with self.database.begin() as connection:
            waiting = await backlog(connection)
        return SyncReport(self.indexed, self.refused, waiting.pending)

    async def follow(self) -> None:
        """Go on for ever: send, refresh, compare; and wait longer and longer while a server is away."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._refresher.run)
            tasks.start_soon(Walk(self.database, self.index, self.pace).go_on)
            while True:
                # Every fault after something went well begins a new series, with short waits again.
                async for attempt in retrying("the relay waits"):
                    with attempt:
                        await self._follow_until_fault()

    async def _follow_until_fault(self) -> None:
        """Send what waits again and again. Answers after a fault when it had worked before, else raises the fault."""
        worked = False
        try:
            await ensure_index(self.database, self.index, self.clock)
            async with self.database.listening() as listening:
                await listen(listening)
                while True:
                    while await self._send_batch():
                        worked = True
                    worked = True
                    await wait_for_notice(listening, self.idle_seconds)
        except FAULTS as error:
            if not worked:
                raise
            log.warning("the relay starts anew", reason=error.message)

    async def _send_up_to(self, newest: int) -> None:
        """Send until nothing waits up to this row of the outbox; what others hold of it is waited for."""
        deadline = time.monotonic() + self.patience_seconds
        while True:
            async with self.database.begin() as connection:
                waiting = await waiting_up_to(connection, newest)
            if not waiting:
                return
            if await self._send_batch():
                deadline = time.monotonic() + self.patience_seconds
            elif time.monotonic() > deadline:
                raise NotTakenError(waiting)
            else:
                await anyio.sleep(_LOOKS_AGAIN_SECONDS)

    async def _send_batch(self) -> int:
        """Claim, send and acknowledge one batch in one transaction; answers how many cases were claimed.

        Raises NotTakenError after acknowledging the others when the server would not take some.
        """
        async with self.database.begin() as connection:
            claimed = await claim(connection, BATCH)
            if not claimed:
                return 0
            # Asked after the claim: a rebuild announced later reads the record later too, and so sees these changes.
            rebuild = await current_rebuild(connection)
            aliases = [self.index.names.cases] + ([self.index.names.rebuild] if rebuild is not None else [])
            # A case whose end another relay has told already has no revision, and nothing is left to tell of it.
            writes = [Write(str(case.case_id), case.revision, case.document) for case in claimed if case.revision]
            # Whoever has caught up makes what it sends searchable at once; whoever has much to send does so later.
            refresh = len(claimed) < BATCH and self._refresher.take_turn()
            settled = await send(self.index, aliases, writes, refresh=refresh)
            if not refresh:
                self._refresher.ask()
            await self._settle(connection, claimed, settled)
        if waiting := settled.left | settled.overtaken:
            raise NotTakenError(len(waiting))
        return len(claimed)

    async def _settle(self, connection: DatabaseConnection, claimed: list[Claimed], settled: Settled) -> None:
        """Acknowledge what the index has, bury what it refuses, leave the rest in the outbox."""
        taken: dict[int, int] = {}
        for case in claimed:
            key = str(case.case_id)
            reason = settled.refused.get(key)
            if reason is not None:
                await bury(connection, case.case_id, case.revision or 0, reason)
                log.error("document refused", case=case.case_id, reason=reason)
            elif key in settled.taken:
                taken[case.case_id] = case.revision or 0
        await resurrect(connection, taken)
        waiting = settled.left | settled.overtaken
        rows = [row for case in claimed if str(case.case_id) not in waiting for row in case.outbox_ids]
        await acknowledge(connection, rows)
        self.indexed += len(taken)
        self.refused += len(settled.refused)
