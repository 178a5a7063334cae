"""A value of the law: a number with its unit, its source, and the days it was in force."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final


class Unit(StrEnum):
    """What a value of the law counts; a `duty` (应当、不得) counts nothing, a `flag` is 0 or 1."""

    HOURS = "hours"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    YUAN = "yuan"
    TONNES = "tonnes"
    MU = "mu"
    M3 = "m3"
    COUNT = "count"
    TIMES = "times"
    PERCENT = "percent"
    FLAG = "flag"
    DUTY = "duty"


PERIODS = frozenset({Unit.HOURS, Unit.DAYS, Unit.MONTHS, Unit.YEARS})

# Five years, or as long: several after one another, from any day a feed may hold, stay within the calendar.
_LONGEST: Final = {Unit.HOURS: 43_800, Unit.DAYS: 1_830, Unit.MONTHS: 60, Unit.YEARS: 5}
_MOST_DIGITS: Final = 16
_WHOLE_PERCENT: Final = 100


def why_not(number: Decimal, unit: Unit) -> str | None:
    """Why a number cannot be the value of a unit; None where it can."""
    finite = number.is_finite()
    if unit in PERIODS:
        fits = finite and 1 <= number <= _LONGEST[unit] and number == number.to_integral_value()
        return None if fits else f"a period is a whole number of {unit.value} from 1 to {_LONGEST[unit]}"
    if unit is Unit.FLAG:
        return None if finite and number in {0, 1} else "1 is yes and 0 is no"
    if unit is Unit.PERCENT:
        fits = finite and 0 <= number <= _WHOLE_PERCENT
        return None if fits else f"it is a number of percent from 0 to {_WHOLE_PERCENT}"
    fits = finite and number >= 0 and _digits(number) <= _MOST_DIGITS
    return None if fits else f"it is a number of {unit.value}, 0 or more, with {_MOST_DIGITS} digits at most"


def _digits(number: Decimal) -> int:
    """How many digits a finite number has when it is written out."""
    _, digits, exponent = number.as_tuple()
    return len(digits) + abs(int(exponent))


class DayKind(StrEnum):
    """How the days of a period count.

    WORKING: working days only. CALENDAR: every day, and a last day that is no working day moves to the next one.
    UNMOVED: every day, and the last day stays where it falls (custody, hours, prescription).
    """

    WORKING = "working"
    CALENDAR = "calendar"
    UNMOVED = "unmoved"


@dataclass(frozen=True, slots=True, kw_only=True)
class LawValue:
    """One version of a value of the law.

    `value` is in `unit`; `length` is the same as a whole number for a period, and 0 for anything else. `source` is the
    text's Chinese title with its number, `article` its article in Chinese. `effective_until` is the last day in force,
    None while it is. `in_force_zh` says so in Chinese where the text itself was not in force on just these days (a
    transition, an application by analogy). A value with `is_setting` has no verified national source.
    """

    code: str
    title_zh: str
    title_en: str
    value: Decimal
    unit: Unit
    days: DayKind | None
    length: int
    source: str
    article: str
    catalogue: str | None
    effective_from: date
    effective_until: date | None
    is_setting: bool
    in_force_zh: str | None
    note: str | None

    def is_in_force(self, day: date) -> bool:
        """Whether this version is the law of a day."""
        return self.effective_from <= day and (self.effective_until is None or day <= self.effective_until)
