"""Making what was written searchable: at once when little changes, and once for many changes when much does."""

from dataclasses import dataclass, field

import anyio
import structlog

from indexer.faults import FAULTS
from stores.elastic import CaseIndex

log = structlog.get_logger()


@dataclass(slots=True)
class Refresher:
    """Refreshes the index when asked to, however often that is: those who ask during one refresh share the next."""

    index: CaseIndex
    interval_seconds: float = 0.5
    """From the end of a refresh to the start of the next: a refresh costs as much for one change as for a hundred."""
    _asked: anyio.Event = field(default_factory=anyio.Event)

    def ask(self) -> None:
        """Ask for a refresh, and don't wait for it."""
        self._asked.set()

    async def run(self) -> None:
        """Refresh for ever, whenever somebody has asked."""
        while True:
            await self._asked.wait()
            self._asked = anyio.Event()
            try:
                await self.index.refresh()
            except FAULTS as error:
                # The index refreshes by itself a moment later, if it is there.
                log.warning("the index was not refreshed", reason=error.message)
            await anyio.sleep(self.interval_seconds)
