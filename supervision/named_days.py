"""Days that people name: those on which something was done, and those by which it is to be. Pure.

They are those that a feed may hold, on which the calendar can count.
"""

from datetime import date
from typing import Final

EARLIEST_DAY: Final = date(1949, 1, 1)
"""The first on which anything was done."""

LATEST_DUE_DAY: Final = date(2100, 12, 31)
"""The last by which anything is to be done: a later one has a mistyped year."""
