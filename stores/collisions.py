"""What becomes of work that PostgreSQL undid because somebody changes the same records at that moment."""

from typing import Final

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from stores.errors import CollisionError

_ATTEMPTS: Final = 4


def anew_after_collisions() -> AsyncRetrying:
    """Do work anew, as a whole, each time PostgreSQL undid it; the last time raises CollisionError.

    Records are locked in one order, as far as one change knows of the other's; where it does not, one of the two is
    undone.
    """
    return AsyncRetrying(
        retry=retry_if_exception_type(CollisionError),
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.05, max=1),
        reraise=True,
    )
