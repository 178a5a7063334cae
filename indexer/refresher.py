"""Making what was written searchable: at once when little changes, and once for many changes when much does."""

import math
import time
from dataclasses import dataclass, field

import anyio
import structlog

from indexer.faults import FAULTS
from stores.elastic import CaseIndex

log = structlog.get_logger()


@dataclass(slots=True)
class Refresher:
    """Refreshes the index for those who write: at most once an interval, and for all who asked meanwhile."""

    index: CaseIndex
    interval_seconds: float = 0.5
    """Between two refreshes: one costs as much for one change as for a hundred."""
    _last: float = -math.inf
    _asked: anyio.Event = field(default_factory=anyio.Event)

    def take_turn(self) -> bool:
        """Whether a write may refresh what it writes, all in one request: it may when nobody did for an interval."""
        if time.monotonic() < self._last + self.interval_seconds:
            return False
        self._last = time.monotonic()
        return True

    def ask(self) -> None:
        """Ask for a refresh as soon as the interval is over, and don't wait for it."""
        self._asked.set()

    async def run(self) -> None:
        """Refresh for ever, whenever somebody has asked."""
        while True:
            await self._asked.wait()
            await anyio.sleep(max(0.0, self._last + self.interval_seconds - time.monotonic()))
            self._asked = anyio.Event()
            self._last = time.monotonic()
            try:
                await self.index.refresh()
            except FAULTS as error:
                # The index refreshes by itself a moment later, if it is there.
                log.warning("the index was not refreshed", reason=error.message)
