"""How long the suite runs: short among all tests, long where `make faults` sets FAULTS=long."""

import os
import time
from collections.abc import Sequence
from typing import TypeVar

LONG = os.environ.get("FAULTS") == "long"

_STARTED = time.monotonic()
# The long form is over after ten minutes.
_SECONDS = 480
_AT_LEAST_SECONDS = 60

Point = TypeVar("Point")


def every(step: int, points: Sequence[Point]) -> Sequence[Point]:
    """All points of attack in the long form, and one of so many in the short one."""
    return points if LONG else points[::step]


def time_left() -> float:
    """Seconds for what goes on as long as there is time: none in the short form."""
    return max(_STARTED + _SECONDS - time.monotonic(), _AT_LEAST_SECONDS) if LONG else 0
