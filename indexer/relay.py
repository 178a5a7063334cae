"""The relay: from the outbox into Elasticsearch. Any number may run at once, and any may die at any moment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from indexer.bulk import NotTakenError, Settled, Write, send
from indexer.rebuild import ensure_index
from stores.elastic import CaseIndex
from stores.errors import QueryTimeoutError, SearchIndexError, UnavailableError
from stores.outbox import (
    Claimed,
    acknowledge,
    backlog,
    bury,
    claim,
    current_rebuild,
    listen,
    resurrect,
    wait_for_notice,
)
from stores.postgres import Database, DatabaseConnection

BATCH = 1_000
"""Cases claimed at once: about a megabyte of documents."""

# Waiting between attempts grows to this while a server is away.
_LONGEST_WAIT_SECONDS = 30.0
_FAULTS = (UnavailableError, QueryTimeoutError, SearchIndexError)

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
    indexed: int = 0
    refused: int = 0

    async def drain(self) -> SyncReport:
        """Send everything that waits now, then make it searchable. Raises UnavailableError when a server is away."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(NotTakenError),
            wait=wait_random_exponential(multiplier=0.2, max=2.0),
            stop=stop_after_attempt(self.attempts),
            reraise=True,
        )
        async for attempt in retrying:
            with attempt:
                await ensure_index(self.database, self.index, self.clock)
                while await self._send_batch():
                    pass
        await self.index.refresh()
        return await self.report()

    async def report(self) -> SyncReport:
        """What this relay has done so far, and what waits now."""
        async with self.database.begin() as connection:
            waiting = await backlog(connection)
        return SyncReport(self.indexed, self.refused, waiting.pending)

    async def follow(self) -> None:
        """Go on for ever: wake on notice or by the clock, and wait longer and longer while a server is away."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_FAULTS),
            wait=wait_random_exponential(multiplier=0.5, max=_LONGEST_WAIT_SECONDS),
            before_sleep=_log_wait,
        )
        while True:
            # Every fault after something went well begins a new series, with short waits again.
            async for attempt in retrying:
                with attempt:
                    await self._follow_until_fault()

    async def _follow_until_fault(self) -> None:
        """Send what waits again and again. Answers after a fault when it had worked before, else raises the fault."""
        worked = False
        try:
            await ensure_index(self.database, self.index, self.clock)
            async with self.database.autocommit() as listening:
                await listen(listening)
                while True:
                    while await self._send_batch():
                        worked = True
                    worked = True
                    await wait_for_notice(listening, self.idle_seconds)
        except _FAULTS as error:
            if not worked:
                raise
            log.warning("relay starts anew", reason=error.message)

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
            settled = await send(self.index, aliases, writes)
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


def _log_wait(state: RetryCallState) -> None:
    fault = state.outcome.exception() if state.outcome else None
    log.warning("relay waits", reason=str(fault), seconds=round(state.upcoming_sleep, 1))
