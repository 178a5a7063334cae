"""Runs of the rules that go on for ever: what changes is judged within seconds, and what falls due at midnight."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

import anyio

from indexer.faults import retrying
from indexer.judging import Judging, RunReport
from stores.judgements import count_waiting_cases, last_run_day

LOOKS_EVERY_SECONDS: Final = 1.0
"""How long a change waits at most; a look costs two reads of empty tables."""


@dataclass(slots=True, kw_only=True)
class RulesFollower:
    """Judges whenever something waits, and when the record was last judged as of any day but today (Asia/Shanghai)."""

    judging: Judging
    today: Callable[[], date]
    judged: Callable[[RunReport], Awaitable[None]]
    """Hears of every run that was made."""
    joining: Callable[[], Awaitable[object]]
    """Lets the cases that changed join campaigns, after what was found in them."""
    _failed: int = 0
    """How many cases the last run left waiting: they are tried again when anything else is to be judged."""

    async def follow(self) -> None:
        """Go on until the task is cancelled; while PostgreSQL is away it waits and tries again."""
        # The first run brings in the rules and the law of this program, whatever was judged today by another version.
        begun = False
        while True:
            async for attempt in retrying("the rules wait"):
                with attempt:
                    await self._look(begun=begun)
                    begun = True
            await anyio.sleep(LOOKS_EVERY_SECONDS)

    async def _look(self, *, begun: bool) -> None:
        day = self.today()
        async with self.judging.database.begin() as connection:
            waiting, last_day = await count_waiting_cases(connection), await last_run_day(connection)
        if not begun or waiting > self._failed or last_day != day:
            report = await self.judging.run(day)
            self._failed = len(report.failed)
            await self.judged(report)
        await self.joining()
