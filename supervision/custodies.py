"""The law's terms of custodies (强制措施的期限) in a form in which a database can count by them.

What `supervision.coercion_terms` works out for one measure, a statement works out for all: the terms are sent to it,
and the days on which the calendar of working days is not Monday to Friday. A test holds the two against each other.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Final

from schema.custody_records import CustodyTerm
from schema.vocabularies import CoercionKind
from supervision.calendars import Calendar
from supervision.coercion_terms import longest_terms
from supervision.law_values import DayKind, LawValue, Unit
from supervision.laws import Law

_FIRST_DAY: Final = date(1949, 1, 1)
_LAST_DAY: Final = date(2119, 12, 31)
_HOURS_A_DAY: Final = 24
_MONTHS_A_YEAR: Final = 12
_SATURDAY: Final = 5
_DAYS_A_WEEK: Final = 7


def custody_terms(law: Law) -> tuple[CustodyTerm, ...]:
    """Every version of every term. Raises ValueError for one in working days, which no custody has."""
    return tuple(_term(kind, value) for kind, value in longest_terms(law))


def _term(kind: CoercionKind, value: LawValue) -> CustodyTerm:
    if value.days is DayKind.WORKING:
        raise ValueError(f"{value.code} counts working days, and no custody is counted so.")
    months = {Unit.MONTHS: value.length, Unit.YEARS: value.length * _MONTHS_A_YEAR}.get(value.unit, 0)
    days = {Unit.DAYS: value.length, Unit.HOURS: -(-value.length // _HOURS_A_DAY)}.get(value.unit, 0)
    if not months and not days:
        raise ValueError(f"{value.code} is no period.")
    return CustodyTerm(
        kind=kind,
        effective_from=value.effective_from,
        effective_until=value.effective_until,
        months=months,
        days=days,
        moves=value.days is DayKind.CALENDAR,
    )


@cache
def moved_days(calendar: Calendar) -> Sequence[tuple[date, date]]:
    """The days from which a term moves otherwise than from a weekend to the Monday after it, and whither."""
    found = []
    for ordinal in range(_FIRST_DAY.toordinal(), _LAST_DAY.toordinal() + 1):
        day = date.fromordinal(ordinal)
        moved = calendar.working_day_from(day)
        if moved != _after_weekend(day):
            found.append((day, moved))
    return found


def _after_weekend(day: date) -> date:
    weekday = day.weekday()
    return day if weekday < _SATURDAY else day + timedelta(days=_DAYS_A_WEEK - weekday)
