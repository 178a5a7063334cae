"""The working days and statutory holidays of the State Council's notices (国务院办公厅节假日安排), as a table.

Outside the years whose notices are known Monday to Friday are working days, and `Calendar.knows` says so.
"""

import hashlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from chinese_calendar import constants

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

_FIRST_YEAR: Final = 1949
_LAST_YEAR: Final = 2120
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """What the notices of some years say: holidays by day (with the holiday's name), and working days at weekends."""

    first_year: int
    last_year: int
    holidays: Mapping[date, str]
    make_up_days: AbstractSet[date]


class Calendar:
    """Which days are working days, from 1949 to 2120; feeds hold no day outside 1949 to 2100."""

    __slots__ = ("_base", "_first_known", "_holidays", "_last_known", "_passed", "_working")

    def __init__(self, notices: Notices) -> None:
        """Lay the days out, so that asking is a look into a table."""
        self._first_known = date(notices.first_year, 1, 1)
        self._last_known = date(notices.last_year, 12, 31)
        self._holidays = {day: name for day, name in notices.holidays.items() if self.knows(day)}
        self._base = date(_FIRST_YEAR, 1, 1).toordinal()
        # The working days in order, and for every day how many of them have passed with it.
        self._working: list[date] = []
        self._passed: list[int] = []
        for ordinal in range(self._base, date(_LAST_YEAR, 12, 31).toordinal() + 1):
            day = date.fromordinal(ordinal)
            if day in notices.make_up_days or (day.weekday() < _SATURDAY and day not in self._holidays):
                self._working.append(day)
            self._passed.append(len(self._working))

    def knows(self, day: date) -> bool:
        """Whether the notice of the day's year is known; otherwise the answers are Monday to Friday."""
        return self._first_known <= day <= self._last_known

    def is_working_day(self, day: date) -> bool:
        """Whether it is a working day (工作日), a make-up Saturday or Sunday included."""
        place = self._passed[day.toordinal() - self._base]
        return place > 0 and self._working[place - 1] == day

    def working_day_from(self, day: date) -> date:
        """The day itself where it is a working day, else the next one."""
        return day if self.is_working_day(day) else self._working[self._passed[day.toordinal() - self._base]]

    def working_days_after(self, start: date, count: int) -> date:
        """The `count`-th working day after `start`, which is not counted; `count` is 1 or more."""
        return self._working[self._passed[start.toordinal() - self._base] + count - 1]

    @property
    def digest(self) -> bytes:
        """What tells this calendar from one of other notices. 16 bytes."""
        told = [f"{self._first_known} {self._last_known}"]
        told += (f"{day} {name}" for day, name in sorted(self._holidays.items()))
        told += (str(day) for day in self._working)
        return hashlib.blake2b("\n".join(told).encode(), digest_size=16).digest()

    def statutory_holiday(self, day: date) -> str | None:
        """The name of the State Council's holiday (法定节假日) the day belongs to; an ordinary weekend has none."""
        return self._holidays.get(day)


@cache
def state_council_calendar() -> Calendar:
    """The calendar of all the years that the library chinesecalendar knows."""
    names: dict[date, str] = constants.holidays
    return Calendar(
        Notices(
            first_year=min(names).year,
            last_year=max(names).year,
            holidays=names,
            make_up_days=frozenset(constants.workdays),
        )
    )


def shanghai_day(instant: datetime) -> date:
    """The day in Asia/Shanghai on which a moment falls. Raises ValueError for a moment without an offset."""
    if instant.tzinfo is None:
        raise ValueError("A moment without an offset has no day.")
    return instant.astimezone(SHANGHAI).date()
