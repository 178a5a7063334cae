"""When periods end: days, working days, months, years and hours, as the law counts them (期间的计算).

The start day is not counted. A period whose last day is no working day ends on the next working day, unless it is
unmoved (`supervision.law_values.DayKind`).
"""

from calendar import monthrange
from datetime import date, datetime, timedelta

from supervision.calendars import Calendar, shanghai_day
from supervision.law_values import DayKind, LawValue, Unit

_HOURS_A_DAY = 24
_MONTHS_A_YEAR = 12


def last_day(start: date, period: LawValue, calendar: Calendar) -> date:
    """The last lawful day of a period that follows `start`.

    Hours end on the next calendar day for every 24 or part of them: a day carries no time. Raises ValueError for a
    value that is no period.
    """
    if period.days is DayKind.WORKING:
        return calendar.working_days_after(start, period.length)
    end = _plain_end(start, period)
    return calendar.working_day_from(end) if period.days is DayKind.CALENDAR else end


def last_day_lengthened(start: date, period: LawValue, days: int, calendar: Calendar) -> date:
    """The last lawful day of a period of calendar days or months of which so many days do not count.

    Its own end is put off by them, and moved off a day that is no working day only then. Raises ValueError for working
    days and unmoved ones, and for a value that is no period.
    """
    if period.days is not DayKind.CALENDAR:
        raise ValueError(f"{period.code} is not counted in calendar days that are moved.")
    return calendar.working_day_from(_plain_end(start, period) + timedelta(days=days))


def is_overrun(start: date | datetime, end: date | datetime, period: LawValue, calendar: Calendar) -> bool:
    """Whether `end` is later than a period after `start` allows; hours count as such when both carry times."""
    if period.unit is Unit.HOURS and isinstance(start, datetime) and isinstance(end, datetime):
        return end - start > timedelta(hours=period.length)
    return _day(end) > last_day(_day(start), period, calendar)


def months_after(start: date, months: int) -> date:
    """The same day number some months later, else that month's last day."""
    year, month = divmod(start.year * _MONTHS_A_YEAR + start.month - 1 + months, _MONTHS_A_YEAR)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _plain_end(start: date, period: LawValue) -> date:
    match period.unit:
        case Unit.HOURS:
            return start + timedelta(days=-(-period.length // _HOURS_A_DAY))
        case Unit.DAYS:
            return start + timedelta(days=period.length)
        case Unit.MONTHS:
            return months_after(start, period.length)
        case Unit.YEARS:
            return months_after(start, period.length * _MONTHS_A_YEAR)
        case _:
            raise ValueError(f"{period.code} is no period.")


def _day(moment: date | datetime) -> date:
    return shanghai_day(moment) if isinstance(moment, datetime) else moment
