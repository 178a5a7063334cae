"""How many cases somebody may view in little time before others are shown it: a setting of the place, by its dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewingLimit:
    """More than so many distinct cases within so many minutes are shown, from a day on."""

    effective_from: date
    cases: int
    minutes: int


VIEWING_LIMITS: Final = (ViewingLimit(effective_from=date(2015, 1, 1), cases=200, minutes=10),)
"""No national text sets them; they are the programme's own. In the order of their days."""


def viewing_limit_on(day: date, limits: Sequence[ViewingLimit] = VIEWING_LIMITS) -> ViewingLimit | None:
    """The limit in force on a day; None before the first."""
    return next((limit for limit in reversed(limits) if limit.effective_from <= day), None)
