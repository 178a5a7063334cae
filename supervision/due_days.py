"""Days by which something is to be done, as people name them. Pure."""

from datetime import date
from typing import Final

from supervision.periods import months_after

MOST_YEARS: Final = 10


def latest_due_day(today: date) -> date:
    """The last day that can be named: whoever names a later one has mistyped the year."""
    return months_after(today, 12 * MOST_YEARS)
