"""The relay: from the outbox into Elasticsearch. Any number may run at once, and any may die at any moment."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection
from tenacity import AsyncRetrying, retry_if_exception_type, wait_random_exponential

from indexer.bulk import deletion, index_action
from indexer.rebuild import ensure_index
from stores.elastic import CaseIndex, ItemResult
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
from stores.postgres import Database

BATCH = 1_000
"""Cases in one bulk request: about a megabyte of documents."""

_IDLE_SECONDS = 5.0
# Waiting between attempts grows to this while a server is away.
_LONGEST_WAIT_SECONDS = 30.0

log = structlog.get_logger()


class NotTakenError(UnavailableError):
    """Elasticsearch took the request but not all of its documents; they stay in the outbox."""


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
    indexed: int = 0
    refused: int = 0

    async def drain(self) -> SyncReport:
        """Send everything that waits now, then make it searchable. Raises UnavailableError when a server is away."""
        await ensure_index(self.database, self.index, self.clock)
        while await self._send_batch():
            pass
        await self.index.refresh()
        async with self.database.begin() as connection:
            waiting = await backlog(connection)
        return SyncReport(self.indexed, self.refused, waiting.pending)

    async def follow(self) -> None:
        """Go on for ever: wake on notice or by the clock, and wait longer and longer while a server is away."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type((UnavailableError, QueryTimeoutError, SearchIndexError)),
            wait=wait_random_exponential(multiplier=0.5, max=_LONGEST_WAIT_SECONDS),
            before_sleep=lambda state: log.warning(
                "relay waits", reason=str(state.outcome and state.outcome.exception())
            ),
        )
        while True:
            async for attempt in retrying:
                with attempt:
                    await self._follow_until_fault()

    async def _follow_until_fault(self) -> None:
        await ensure_index(self.database, self.index, self.clock)
        async with self.database.autocommit() as listening:
            await listen(listening)
            while True:
                while await self._send_batch():
                    pass
                await wait_for_notice(listening, _IDLE_SECONDS)

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
            failed = await self._send(claimed, aliases)
            not_taken = await self._settle(connection, claimed, failed)
        if not_taken:
            raise NotTakenError(f"Elasticsearch did not take {not_taken} documents now; they wait in the outbox.")
        return len(claimed)

    async def _send(self, claimed: Iterable[Claimed], aliases: list[str]) -> list[ItemResult]:
        lines = bytearray()
        for case in claimed:
            for alias in aliases:
                if case.document is not None and case.revision is not None:
                    lines += index_action(alias, case.case_id, case.revision, case.document)
                elif case.revision is not None:
                    lines += deletion(alias, case.case_id, case.revision)
        return await self.index.bulk(bytes(lines)) if lines else []

    async def _settle(self, connection: AsyncConnection, claimed: list[Claimed], failed: list[ItemResult]) -> int:
        """Acknowledge what the index has, bury what it refuses, leave the rest; answers how many are left."""
        by_case = {case.case_id: case for case in claimed}
        conflicts = await self._unsettled_conflicts(by_case, [item for item in failed if item.conflict])
        refused = {item.case_id: item for item in failed if not item.conflict and not item.retriable}
        left = conflicts | {item.case_id for item in failed if item.retriable}
        for case_id in refused.keys() - left:
            revision = by_case[case_id].revision
            await bury(connection, case_id, revision or 0, refused[case_id].error or "", self.clock())
            log.error("document refused", case=case_id, reason=refused[case_id].error)
        taken = [case for case in claimed if case.case_id not in left and case.case_id not in refused]
        await resurrect(connection, [case.case_id for case in taken])
        settled = [case for case in claimed if case.case_id not in left]
        await acknowledge(connection, [row for case in settled for row in case.outbox_ids])
        self.indexed += len(taken)
        self.refused += len(refused.keys() - left)
        return len(left)

    async def _unsettled_conflicts(self, by_case: dict[int, Claimed], conflicts: list[ItemResult]) -> set[int]:
        """The conflicting cases of which the index does not hold this revision or a higher one after all."""
        unsettled: set[int] = set()
        by_index: dict[str, list[int]] = {}
        for item in conflicts:
            by_index.setdefault(item.alias, []).append(item.case_id)
        for index, case_ids in by_index.items():
            versions = await self.index.versions(index, case_ids)
            for case_id in case_ids:
                case = by_case[case_id]
                gone_as_it_should = case.document is None and case_id not in versions
                if not gone_as_it_should and versions.get(case_id, -1) < (case.revision or 0):
                    unsettled.add(case_id)
        return unsettled
