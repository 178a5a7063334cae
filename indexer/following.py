"""Runs of the rules that go on for ever: what changes is judged within seconds, and what falls due at midnight."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

import anyio

from indexer.faults import retrying
from indexer.judging import Judging, RunReport
from stores.judgements import count_waiting_cases

LOOKS_EVERY_SECONDS: Final = 1.0
"""How long a change waits at most; a look costs one read of an empty table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesFollower:
    """Judges whenever something waits or a new day (Asia/Shanghai) has come."""

    judging: Judging
    today: Callable[[], date]
    judged: Callable[[RunReport], Awaitable[None]]
    """Hears of every run that was made."""

    async def follow(self) -> None:
        """Go on until the task is cancelled; while PostgreSQL is away it waits and tries again."""
        last: date | None = None
        while True:
            async for attempt in retrying("the rules wait"):
                with attempt:
                    last = await self._look(last)
            await anyio.sleep(LOOKS_EVERY_SECONDS)

    async def _look(self, last: date | None) -> date:
        day = self.today()
        async with self.judging.database.begin() as connection:
            waits = await count_waiting_cases(connection) > 0
        if waits or day != last:
            await self.judged(await self.judging.run(day))
        return day
