"""What a server raises that is away or in others' hands, and how those go on whom it hinders."""

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from stores.errors import JianduError, QueryTimeoutError, SearchIndexError, UnavailableError

FAULTS = (UnavailableError, QueryTimeoutError, SearchIndexError)

# Waiting between attempts grows to this while a server is away.
_LONGEST_WAIT_SECONDS = 10.0

log = structlog.get_logger()


def retrying(event: str) -> AsyncRetrying:
    """Try again for ever, at growing intervals, what fails because of a server; every wait is logged as `event`."""

    def log_wait(state: RetryCallState) -> None:
        fault = state.outcome.exception() if state.outcome else None
        reason = fault.message if isinstance(fault, JianduError) else str(fault)
        log.warning(event, reason=reason, seconds=round(state.upcoming_sleep, 1))

    return AsyncRetrying(
        retry=retry_if_exception_type(FAULTS),
        wait=wait_random_exponential(multiplier=0.5, max=_LONGEST_WAIT_SECONDS),
        before_sleep=log_wait,
    )
