"""Whether searches ask Elasticsearch: a circuit breaker, a bulkhead and bounded patience around every one of them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio
import structlog
from pyresilience import CircuitBreaker, CircuitBreakerConfig, CircuitState

from stores.errors import JianduError, QueryTimeoutError, RefusedRequestError, SearchIndexError, UnavailableError

FAILURES = 3
"""So many failures in a row open the circuit."""

PLACES = 10
"""So many searches ask at a time: as many as the client has connections."""

Value = TypeVar("Value")

log = structlog.get_logger()


class Availability:
    """One circuit for one Elasticsearch and one process.

    Closed, searches ask, as many at a time as there are places. Open, none does. Half-open, once the pause is over, one
    search at a time asks, and its outcome closes the circuit or opens it for another pause.
    """

    def __init__(self, *, patience: float, pause: float) -> None:
        """Close the circuit; `patience` and `pause` in seconds."""
        self._patience = patience
        self._pause = pause
        self._breaker = CircuitBreaker(
            CircuitBreakerConfig(failure_threshold=FAILURES, recovery_timeout=pause, success_threshold=1)
        )
        self._places = anyio.Semaphore(PLACES)
        self._waiting = set[anyio.CancelScope]()
        self._probing = False

    @property
    def closed(self) -> bool:
        """Whether searches ask Elasticsearch as usual."""
        return self._breaker.state is CircuitState.CLOSED

    @property
    def circuit(self) -> str:
        """`closed`, `open` or `half-open`."""
        return self._breaker.state.value.replace("_", "-")

    async def attempt(self, search: Callable[[], Awaitable[Value]]) -> Value:
        """Let a search ask Elasticsearch, for as long as the patience lasts.

        Raises UnavailableError at once where the circuit lets nobody through and after half the patience where no place
        comes free, QueryTimeoutError when the patience is over, and whatever the search raises. Of that, what says that
        the server failed counts against it; a request at fault itself (RefusedRequestError) or given up does not.
        """
        ends = anyio.current_time() + self._patience
        async with self._permit():
            try:
                with anyio.fail_after(ends - anyio.current_time()):
                    found = await search()
            except TimeoutError:
                late = QueryTimeoutError(f"Elasticsearch did not answer within {self._patience:g} s.")
                self._failed(late)
                raise late from None
            except RefusedRequestError:
                raise
            except (UnavailableError, QueryTimeoutError, SearchIndexError) as error:
                self._failed(error)
                raise
            self._succeeded()
            return found

    @asynccontextmanager
    async def _permit(self) -> AsyncIterator[None]:
        """A place among those who ask, or the right to be the one who tries."""
        state = self._breaker.state
        if state is CircuitState.OPEN or (state is CircuitState.HALF_OPEN and self._probing):
            raise _left_alone()
        if state is CircuitState.HALF_OPEN:
            self._probing = True
            try:
                yield
            finally:
                self._probing = False
            return
        await self._take_place()
        try:
            if not self.closed:
                raise _left_alone()
            yield
        finally:
            self._places.release()

    async def _take_place(self) -> None:
        # Half of the patience at most: whoever gets a place late must still leave Elasticsearch the time to answer, or
        # a mere crowd would count as its failure.
        with anyio.move_on_after(self._patience / 2) as waiting:
            self._waiting.add(waiting)
            try:
                await self._places.acquire()
            finally:
                self._waiting.discard(waiting)
        if waiting.cancelled_caught:
            raise UnavailableError("Too many searches wait for Elasticsearch.") if self.closed else _left_alone()

    def _succeeded(self) -> None:
        before, after = self._breaker.record_success_atomic()
        if before is not after:
            log.info("Elasticsearch answers the searches again", circuit=self.circuit)

    def _failed(self, error: JianduError) -> None:
        before, after = self._breaker.state, self._breaker.record_failure()
        if before is not CircuitState.CLOSED:
            # It was known to fail: through a long outage the log says nothing more until it is over.
            log.debug("Elasticsearch fails still", reason=error.message)
            return
        log.warning("PostgreSQL answers for Elasticsearch", reason=error.message)
        if after is CircuitState.OPEN:
            log.warning("searches leave Elasticsearch alone", circuit=self.circuit, tried_again_after=self._pause)
            for waiting in self._waiting:
                waiting.cancel()


def _left_alone() -> UnavailableError:
    return UnavailableError("Elasticsearch failed the searches before, and is left alone for a while.")
