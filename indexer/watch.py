"""Taking every file that arrives in a drop folder: load it, say what was wrong beside it, move it; then look again."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import anyio
import structlog

from indexer.drop_folder import DONE, REJECTED, Claim, arrived, claimed, free_name, put_away
from stores.errors import JianduError, UnavailableError

LOOKS_EVERY_SECONDS = 1.0
"""A share on another machine tells nobody of new files, and a file has to be quiet for a while anyway: we look."""

TRIES_AGAIN_SECONDS = 10.0
"""How long nothing is loaded after the database was away."""

log = structlog.get_logger()


class Taken(Protocol):
    """What became of a file's rows; all of it is stored."""

    @property
    def accepted(self) -> bool:
        """Whether every row was accepted."""

    @property
    def run(self) -> str:
        """The run's name, which tells two files of one name apart."""


What = TypeVar("What", bound=Taken)


@dataclass(slots=True)
class Watch(Generic[What]):
    """A drop folder and what is done with its files.

    `load` raises UnavailableError while the database is away, and then no file is touched; `explain` writes what was
    wrong with a file beside the place that it is about to be moved to.
    """

    folder: Path
    quiet_seconds: float
    load: Callable[[Path], Awaitable[What]]
    explain: Callable[[What, Path], Awaitable[None]]
    _given_up: dict[Path, tuple[int, int]] = field(default_factory=dict)

    async def forever(self) -> None:
        """Take what arrives until the task is cancelled."""
        while True:
            wait = LOOKS_EVERY_SECONDS
            try:
                await self.once()
            except UnavailableError as error:
                log.warning("no file is loaded for a while", why=error.message)
                wait = TRIES_AGAIN_SECONDS
            await anyio.sleep(wait)

    async def once(self) -> None:
        """Take what has arrived, one file after the other; a file that fails keeps none behind it waiting."""
        for path in arrived(self.folder, now=time.time(), quiet_seconds=self.quiet_seconds):
            with claimed(path) as claim:
                if claim is not None and self._given_up.get(path) != (claim.size, claim.changed_ns):
                    await self._take(path, claim)

    async def _take(self, path: Path, claim: Claim) -> None:
        try:
            taken = await self.load(path)
        except UnavailableError:
            raise
        except JianduError as error:
            self._give_up(path, claim, error.message)
            return
        except Exception as error:  # noqa: BLE001  whatever it was, the other files go on
            # A driver's message may quote the row it was working on.
            self._give_up(path, claim, f"a fault of the program ({type(error).__qualname__})")
            return
        target = free_name(self.folder / (DONE if taken.accepted else REJECTED), path.name, taken.run)
        if not taken.accepted:
            await self.explain(taken, target)
        if not put_away(claim, target):
            log.warning("a file changed while it was loaded, and is loaded again", file=path.name)

    def _give_up(self, path: Path, claim: Claim, why: str) -> None:
        """Leave a file where it is until it changes or the program starts anew."""
        self._given_up[path] = (claim.size, claim.changed_ns)
        log.error("a file could not be loaded and stays where it is", file=path.name, why=why)
