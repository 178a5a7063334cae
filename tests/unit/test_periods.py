"""Calendars and periods, each held against a slow and obvious count of the test's own."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.calendars import Calendar, Notices, shanghai_day, state_council_calendar
from supervision.law_values import PERIODS, DayKind, LawValue, Unit
from supervision.periods import is_overrun, last_day, months_after

CALENDAR = state_council_calendar()
DAY = timedelta(days=1)

FEED_DAYS = st.dates(min_value=date(1949, 1, 1), max_value=date(2100, 12, 31))
NOTICED_DAYS = st.dates(min_value=date(2004, 1, 1), max_value=date(2026, 12, 31))


def period(length: int, unit: Unit, days: DayKind) -> LawValue:
    return LawValue(
        code="test.period",
        title_zh="期限",
        title_en="period",
        value=Decimal(length),
        unit=unit,
        days=days,
        length=length if unit in PERIODS else 0,
        source="《示例》",
        article="第一条",
        catalogue=None,
        effective_from=date(1949, 1, 1),
        effective_until=None,
        is_setting=False,
        in_force_zh=None,
        note=None,
    )


def is_working_day_by_hand(day: date) -> bool:
    """As the library says in the years it knows, else Monday to Friday."""
    return chinese_calendar.is_workday(day) if 2004 <= day.year <= 2026 else day.weekday() < 5


@given(FEED_DAYS)
def test_a_working_day_is_what_the_notices_say_it_is(day: date) -> None:
    assert CALENDAR.is_working_day(day) == is_working_day_by_hand(day)
    assert CALENDAR.knows(day) == (2004 <= day.year <= 2026)


@given(NOTICED_DAYS)
def test_a_statutory_holiday_has_a_name_and_an_ordinary_weekend_none(day: date) -> None:
    is_off, name = chinese_calendar.get_holiday_detail(day)
    assert CALENDAR.statutory_holiday(day) == (name if is_off else None)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2023, 10, 6), False),
        (date(2023, 10, 7), True),
        (date(2023, 10, 8), True),
        (date(2015, 2, 15), True),
        (date(2015, 9, 3), False),
        (date(2020, 1, 31), False),
        (date(2027, 10, 1), True),
        (date(2003, 10, 1), True),
    ],
)
def test_known_working_days(day: date, working: bool) -> None:
    assert CALENDAR.is_working_day(day) is working


def test_a_notice_does_not_reach_beyond_its_years() -> None:
    calendar = Calendar(
        Notices(first_year=2020, last_year=2020, holidays={date(2021, 1, 1): "元旦"}, make_up_days=frozenset())
    )
    assert calendar.is_working_day(date(2021, 1, 1))
    assert calendar.statutory_holiday(date(2021, 1, 1)) is None


@given(FEED_DAYS, st.integers(1, 120))
def test_days_are_counted_one_by_one_and_the_last_moves_off_a_holiday(start: date, length: int) -> None:
    end = start
    for _ in range(length):
        end += DAY
    assert last_day(start, period(length, Unit.DAYS, DayKind.UNMOVED), CALENDAR) == end
    while not is_working_day_by_hand(end):
        end += DAY
    assert last_day(start, period(length, Unit.DAYS, DayKind.CALENDAR), CALENDAR) == end


@given(FEED_DAYS, st.integers(1, 40))
def test_working_days_are_counted_one_by_one(start: date, length: int) -> None:
    end, counted = start, 0
    while counted < length:
        end += DAY
        counted += is_working_day_by_hand(end)
    assert last_day(start, period(length, Unit.DAYS, DayKind.WORKING), CALENDAR) == end


@given(FEED_DAYS, st.integers(1, 30))
def test_months_run_day_by_day_into_the_month_they_end_in(start: date, months: int) -> None:
    # Walk from first to first of the month, then to the same number or as far as the month goes.
    first = start.replace(day=1)
    for _ in range(months):
        first += DAY
        while first.day != 1:
            first += DAY
    end = first
    while end.day < start.day and (end + DAY).month == first.month:
        end += DAY
    assert months_after(start, months) == end
    assert last_day(start, period(months, Unit.MONTHS, DayKind.UNMOVED), CALENDAR) == end


@given(FEED_DAYS, st.integers(1, 5))
def test_years_run_to_the_same_day_or_to_the_end_of_february(start: date, years: int) -> None:
    month_end = monthrange(start.year + years, start.month)[1]
    expected = date(start.year + years, start.month, min(start.day, month_end))
    assert last_day(start, period(years, Unit.YEARS, DayKind.UNMOVED), CALENDAR) == expected


@pytest.mark.parametrize(
    ("start", "length", "unit", "days", "end"),
    [
        (date(2024, 1, 31), 1, Unit.MONTHS, DayKind.UNMOVED, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, Unit.MONTHS, DayKind.UNMOVED, date(2023, 2, 28)),
        (date(2024, 2, 29), 1, Unit.YEARS, DayKind.UNMOVED, date(2025, 2, 28)),
        (date(2023, 9, 28), 3, Unit.DAYS, DayKind.CALENDAR, date(2023, 10, 7)),
        (date(2023, 9, 28), 3, Unit.DAYS, DayKind.WORKING, date(2023, 10, 9)),
        (date(2023, 9, 28), 24, Unit.HOURS, DayKind.UNMOVED, date(2023, 9, 29)),
        (date(2023, 9, 28), 36, Unit.HOURS, DayKind.UNMOVED, date(2023, 9, 30)),
    ],
)
def test_known_periods(start: date, length: int, unit: Unit, days: DayKind, end: date) -> None:
    assert last_day(start, period(length, unit, days), CALENDAR) == end


def test_hours_between_two_times_are_hours_and_else_a_day() -> None:
    hours = period(24, Unit.HOURS, DayKind.UNMOVED)
    start = datetime(2024, 6, 5, 9, 0, tzinfo=UTC)
    assert not is_overrun(start, start + timedelta(hours=24), hours, CALENDAR)
    assert is_overrun(start, start + timedelta(hours=24, minutes=1), hours, CALENDAR)
    assert not is_overrun(start, date(2024, 6, 6), hours, CALENDAR)
    assert is_overrun(date(2024, 6, 5), date(2024, 6, 7), hours, CALENDAR)


def test_a_number_that_is_no_period_has_no_end() -> None:
    value = period(5, Unit.MU, DayKind.UNMOVED)
    with pytest.raises(ValueError, match="no period"):
        last_day(date(2024, 1, 1), value, CALENDAR)


def test_a_moment_falls_on_the_day_in_shanghai() -> None:
    assert shanghai_day(datetime(2024, 6, 5, 16, 30, tzinfo=UTC)) == date(2024, 6, 6)
    with pytest.raises(ValueError, match="without an offset"):
        shanghai_day(datetime(2024, 6, 5, 16, 30))  # noqa: DTZ001 - that is the point
