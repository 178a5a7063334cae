"""Days by which something is to be done, as people name them. Pure."""

from datetime import date
from typing import Final

LATEST_DUE_DAY: Final = date(2100, 12, 31)
"""The last that can be named, as in feeds: from a later one nobody could count on, and it would be a mistyped year."""
