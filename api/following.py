"""Who follows what: how many may at once, and how they hear of it over one connection to PostgreSQL for all."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Final

import anyio
import structlog
from tenacity import AsyncRetrying, RetryCallState, wait_random_exponential

from stores.clues import CLUE_CHANNEL
from stores.errors import LimitExceededError
from stores.feed_runs import PROGRESS_CHANNEL
from stores.notices import heard, listen_to
from stores.postgres import Database

PER_ACCOUNT: Final = 10
PER_ADDRESS: Final = 50
"""Websockets of one address."""
PER_PROCESS: Final = 200
STRANGERS_PER_ADDRESS: Final = 20
"""Websockets of one address that have not said yet who is there: whoever says nothing takes no seat of those who do."""
STRANGERS_PER_PROCESS: Final = 100

# How long the connection is kept when nobody follows any more.
_LISTENS_SECONDS: Final = 1.0
_LONGEST_WAIT_SECONDS: Final = 10.0

log = structlog.get_logger()


class Seats:
    """So many at once, of one and of all."""

    def __init__(self, of_one: int, of_all: int) -> None:
        """Nobody is there."""
        self._of_one = of_one
        self._of_all = of_all
        self._taken: Counter[Hashable] = Counter()

    @property
    def taken(self) -> int:
        """How many are there now."""
        return self._taken.total()

    @contextmanager
    def seat(self, whose: Hashable, what: str) -> Iterator[None]:
        """Be one of them meanwhile. Raises LimitExceededError, which says of `what` there are too many."""
        if self._taken[whose] >= self._of_one:
            raise LimitExceededError(f"You have {self._of_one} {what} open, and no more are allowed. End one of them.")
        if self.taken >= self._of_all:
            raise LimitExceededError(f"This server has too many {what} open. Try again in a moment.")
        self._taken[whose] += 1
        try:
            yield
        finally:
            self._taken[whose] -= 1
            if not self._taken[whose]:
                del self._taken[whose]


class Follower:
    """Whoever follows one run, or clues; what it is told while it is busy is one thing: look again."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self._told = anyio.Event()

    def tell(self) -> None:
        """There may be something new."""
        self._told.set()

    async def wait(self, seconds: float) -> None:
        """Sleep until something is told or the time is over; look only after that."""
        with anyio.move_on_after(seconds):
            await self._told.wait()
        self._told = anyio.Event()


class Following:
    """Who follows runs of feeds, and clues, in this process.

    `sockets` are counted by address, as `strangers` until they say who they are; `subscriptions` by account.
    """

    def __init__(self, database: Database) -> None:
        """Nobody follows, and no connection is open."""
        self.strangers = Seats(STRANGERS_PER_ADDRESS, STRANGERS_PER_PROCESS)
        self.sockets = Seats(PER_ADDRESS, PER_PROCESS)
        self.subscriptions = Seats(PER_ACCOUNT, PER_PROCESS)
        self._database = database
        self._followers: dict[tuple[str, str], list[Follower]] = {}
        self._wanted = anyio.Event()

    @contextmanager
    def socket(self, place: Hashable) -> Iterator[Callable[[], None]]:
        """Have a websocket open meanwhile, as a stranger until what this yields is called.

        Both raise LimitExceededError.
        """
        with ExitStack() as stranger, ExitStack() as known:
            stranger.enter_context(self.strangers.seat(place, "websockets on which nobody has said who is there"))

            def introduce() -> None:
                known.enter_context(self.sockets.seat(place, "websockets"))
                stranger.close()

            yield introduce

    @contextmanager
    def run(self, run_id: int) -> Iterator[Follower]:
        """Follow a run meanwhile."""
        with self._follow((PROGRESS_CHANNEL, str(run_id))) as follower:
            yield follower

    @contextmanager
    def clues(self) -> Iterator[Follower]:
        """Follow whatever becomes of clues meanwhile: which of them are one's own, whoever follows looks up."""
        with self._follow((CLUE_CHANNEL, "")) as follower:
            yield follower

    @contextmanager
    def _follow(self, what: tuple[str, str]) -> Iterator[Follower]:
        follower = Follower()
        self._followers.setdefault(what, []).append(follower)
        self._wanted.set()
        try:
            yield follower
        finally:
            self._followers[what].remove(follower)
            if not self._followers[what]:
                del self._followers[what]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear of everything meanwhile, over one connection that is open as long as somebody follows."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._listen_for_ever)
            yield
            group.cancel_scope.cancel()

    async def _listen_for_ever(self) -> None:
        while True:
            await self._wanted.wait()
            # Whatever it is that fails, those who follow look by themselves now and then, and the server answers on.
            async for attempt in AsyncRetrying(
                wait=wait_random_exponential(multiplier=0.5, max=_LONGEST_WAIT_SECONDS), before_sleep=_log_wait
            ):
                with attempt:
                    await self._listen()

    async def _listen(self) -> None:
        """Listen until nobody follows."""
        async with self._database.listening() as connection:
            try:
                await listen_to(connection, PROGRESS_CHANNEL)
                await listen_to(connection, CLUE_CHANNEL)
                # What was told before we listened was told to nobody.
                self._tell(*self._followers)
                while self._followers:
                    told = await heard(connection, _LISTENS_SECONDS)
                    # Of clues everybody is told, whichever it is.
                    self._tell(*((channel, "" if channel == CLUE_CHANNEL else each) for channel, each in told))
                self._wanted = anyio.Event()
            finally:
                # It goes back to no pool, where it would go on listening.
                with anyio.CancelScope(shield=True):
                    await connection.invalidate()

    def _tell(self, *several: tuple[str, str]) -> None:
        for what in several:
            for follower in self._followers.get(what, ()):
                follower.tell()


def _log_wait(state: RetryCallState) -> None:
    fault = state.outcome.exception() if state.outcome else None
    # A driver's message may quote what it was given.
    log.warning(
        "nobody hears of feed runs and clues", error=type(fault).__name__, seconds=round(state.upcoming_sleep, 1)
    )
