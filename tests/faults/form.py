"""How long the suite runs: short among all tests, long where `make faults` sets FAULTS=long."""

import os
from collections.abc import Sequence
from typing import TypeVar

LONG = os.environ.get("FAULTS") == "long"

Point = TypeVar("Point")


def every(step: int, points: Sequence[Point]) -> Sequence[Point]:
    """All points of attack in the long form, and one of so many in the short one."""
    return points if LONG else points[::step]
