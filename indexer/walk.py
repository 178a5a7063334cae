"""The comparison that goes on by itself: window after window, slowly, for ever, by whichever relay is free."""

from dataclasses import dataclass, field
from datetime import timedelta

import anyio
import structlog

from indexer.faults import retrying
from indexer.verify import Comparison, Scope, compare_window
from stores.elastic import CaseIndex
from stores.index_walk import advance_walk, claim_walk
from stores.postgres import Database

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the walk goes: cases a step, seconds between two steps, seconds between two whole walks.

    As it is: a million cases in eight minutes, at a cost that neither server notices.
    """

    cases: int = 2_000
    pause_seconds: float = 1.0
    rest_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Walk:
    """Compares the record with the index, and puts right what no relay is about to tell."""

    database: Database
    index: CaseIndex
    pace: Pace = field(default_factory=Pace)

    async def go_on(self) -> None:
        """Take one step after another, and wait longer and longer while a server is away."""
        while True:
            async for attempt in retrying("the comparison waits"):
                with attempt:
                    await self.step()
            await anyio.sleep(self.pace.pause_seconds)

    async def step(self) -> Comparison | None:
        """Compare the next window. None where another relay is at it, or it is too soon."""
        scope = Scope(self.index.names.cases, repair=True, overlook_waiting=True)
        async with self.database.begin() as connection:
            walk = await claim_walk(
                connection,
                pause=timedelta(seconds=self.pace.pause_seconds),
                rest=timedelta(seconds=self.pace.rest_seconds),
            )
            if walk is None:
                return None
            found, last = await compare_window(
                self.database, self.index, scope, after=walk.last_case_id, size=self.pace.cases
            )
            counts = found.as_json() | {"compared": found.database, "refused": found.refused}
            del counts["database"], counts["index"]
            await advance_walk(connection, walk, last_case_id=last, counts=counts)
        if found.differences > found.refused:
            # Nothing that works as it should leaves a difference behind.
            log.error("the index differed", behind=walk.last_case_id, **counts)
        return found
