"""Every period of the law, held against a walk day by day (hour by hour), under holidays nobody has ever announced."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.rule_examples import case_file
from schema.case_file import CaseFile
from schema.vocabularies import CoercionKind
from supervision.calendars import Calendar, Notices, state_council_calendar
from supervision.coercion_terms import coercion_term, ordinary_last_day
from supervision.law_files import law_values
from supervision.law_values import PERIODS, DayKind, LawValue, Unit
from supervision.laws import Law
from supervision.periods import is_overrun, last_day
from supervision.remedies import LitigationPeriod, litigation_period
from tests.unit.timeline_records import coercion

CALENDAR = state_council_calendar()
LAW = Law(law_values(), thresholds=lambda _case, _law: None)
LAW_PERIODS = [value for value in law_values() if value.unit in PERIODS]
HOURS = [value for value in LAW_PERIODS if value.unit is Unit.HOURS]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SATURDAY = 5
NEW_LAW = date(2015, 5, 1)

IsWorkingDay = Callable[[date], bool]

noticed_days = st.dates(date(2023, 1, 1), date(2025, 12, 31))


@st.composite
def invented_notices(draw: st.DrawFn) -> Notices:
    """Holidays of one to ten days in a row anywhere in three years, and working days at their weekends."""
    holidays: set[date] = set()
    for first, length in draw(st.lists(st.tuples(noticed_days, st.integers(1, 10)), max_size=12)):
        holidays.update(first + n * DAY for n in range(length))
    weekend_days = noticed_days.filter(lambda day: day.weekday() >= SATURDAY and day not in holidays)
    make_up_days = draw(st.frozensets(weekend_days, max_size=20))
    known = {day: "节" for day in holidays if day.year <= 2025}
    return Notices(first_year=2023, last_year=2025, holidays=known, make_up_days=make_up_days)


def test_another_notice_makes_another_calendar() -> None:
    notices = Notices(first_year=2024, last_year=2024, holidays={}, make_up_days=frozenset())
    others = (
        replace(notices, last_year=2025),
        replace(notices, holidays={date(2024, 6, 10): "Dragon Boat Festival"}),
        replace(notices, make_up_days=frozenset({date(2024, 6, 8)})),
    )
    digests = {Calendar(each).digest for each in (notices, *others)}
    assert len(digests) == 4
    assert Calendar(notices).digest == Calendar(replace(notices)).digest


def by_the_notices(notices: Notices) -> IsWorkingDay:
    def is_working_day(day: date) -> bool:
        if day in notices.make_up_days:
            return True
        return day.weekday() < SATURDAY and day not in notices.holidays

    return is_working_day


def walked(start: date, period: LawValue, is_working_day: IsWorkingDay) -> date:
    """The last day of a period: the day after the start is the first, and nothing is leapt over."""
    match period.unit:
        case Unit.HOURS:
            end = walked_hours(start, period.length)
        case Unit.DAYS if period.days is DayKind.WORKING:
            end = walked_working_days(start, period.length, is_working_day)
        case Unit.DAYS:
            end = start
            for _ in range(period.length):
                end += DAY
        case Unit.MONTHS:
            end = walked_months(start, period.length)
        case _:
            end = walked_months(start, 12 * period.length)
    while period.days is DayKind.CALENDAR and not is_working_day(end):
        end += DAY
    return end


def walked_hours(start: date, hours: int) -> date:
    """From the end of the start day on: the day on which the last hour ends, midnight belonging to the day before."""
    ends_at = datetime.combine(start + DAY, datetime.min.time())
    for _ in range(hours):
        ends_at += HOUR
    return (ends_at - timedelta(microseconds=1)).date()


def walked_working_days(start: date, count: int, is_working_day: IsWorkingDay) -> date:
    end = start
    while count:
        end += DAY
        count -= is_working_day(end)
    return end


def walked_months(start: date, months: int) -> date:
    """From first to first of the month, then as far as the start's number or as the month goes."""
    end = start.replace(day=1)
    for _ in range(months):
        end += DAY
        while end.day != 1:
            end += DAY
    month = end.month
    while end.day < start.day and (end + DAY).month == month:
        end += DAY
    return end


@settings(max_examples=25, deadline=None)
@given(notices=invented_notices(), starts=st.lists(noticed_days, min_size=1, max_size=5))
def test_every_period_of_the_law_ends_where_a_walk_ends(notices: Notices, starts: list[date]) -> None:
    calendar, is_working_day = Calendar(notices), by_the_notices(notices)
    for start in starts:
        for period in LAW_PERIODS:
            assert last_day(start, period, calendar) == walked(start, period, is_working_day), (start, period.code)


@settings(max_examples=25, deadline=None)
@given(notices=invented_notices(), days=st.lists(noticed_days, min_size=1, max_size=30))
def test_a_day_is_a_working_day_as_the_notices_say(notices: Notices, days: list[date]) -> None:
    calendar, is_working_day = Calendar(notices), by_the_notices(notices)
    for day in days + sorted(notices.make_up_days) + sorted(notices.holidays):
        assert calendar.is_working_day(day) == is_working_day(day)
        assert calendar.working_day_from(day) == next(
            later for later in (day + n * DAY for n in range(200)) if is_working_day(later)
        )


def test_the_law_has_periods_of_every_kind() -> None:
    kinds = {(period.unit, period.days) for period in LAW_PERIODS}
    assert {(Unit.DAYS, kind) for kind in DayKind} <= kinds
    assert {unit for unit, _ in kinds} == PERIODS


@given(
    period=st.sampled_from(HOURS),
    start=st.datetimes(datetime(2023, 1, 1), datetime(2025, 12, 31)),  # noqa: DTZ001 - the zones follow
    minutes=st.integers(0, 6_000),
    offsets=st.tuples(st.integers(-11, 12), st.integers(-11, 12)),
)
def test_hours_between_two_moments_run_by_the_clock(
    period: LawValue, start: datetime, minutes: int, offsets: tuple[int, int]
) -> None:
    first, second = (timezone(hours * HOUR) for hours in offsets)
    begun_at = start.replace(tzinfo=first)
    ended_at = (begun_at + timedelta(minutes=minutes)).astimezone(second)
    limit = begun_at
    for _ in range(period.length):
        limit += HOUR
    assert is_overrun(begun_at, ended_at, period, CALENDAR) == (ended_at > limit)


@given(
    period=st.sampled_from(LAW_PERIODS),
    start=st.datetimes(datetime(2023, 1, 1), datetime(2025, 12, 31)),  # noqa: DTZ001 - the zone follows
    days_later=st.integers(0, 400),
)
def test_a_moment_beside_a_day_counts_as_its_day_in_shanghai(
    period: LawValue, start: datetime, days_later: int
) -> None:
    begun_at = start.replace(tzinfo=UTC)
    begun_on = (start + 8 * HOUR).date()
    ended_on = begun_on + days_later * DAY
    due = walked(begun_on, period, CALENDAR.is_working_day)
    assert is_overrun(begun_at, ended_on, period, CALENDAR) == (ended_on > due)


@settings(max_examples=25, deadline=None)
@given(
    kind=st.sampled_from([CoercionKind.DETENTION, CoercionKind.ARREST]),
    begun_on=st.dates(date(2013, 1, 1), date(2025, 12, 31)),
    days_off=st.integers(1, 30),
)
def test_no_holiday_extends_custody_and_bail_is_extended(kind: CoercionKind, begun_on: date, days_off: int) -> None:
    custody = coercion_term(coercion(kind, begun_on, None, None), LAW, CALENDAR)
    assert custody is not None
    a_year_later = walked_months(begun_on, 12)
    holidays = {end + n * DAY: "节" for end in (custody.due_on, a_year_later) for n in range(days_off)}
    notices = Notices(
        first_year=begun_on.year, last_year=begun_on.year + 3, holidays=holidays, make_up_days=frozenset()
    )
    calendar = Calendar(notices)
    assert coercion_term(coercion(kind, begun_on, None, None), LAW, calendar) == custody
    assert custody.due_on == walked(begun_on, custody.law, by_the_notices(notices))
    bail = coercion_term(coercion(CoercionKind.BAIL, begun_on, None, None), LAW, calendar)
    assert bail is not None
    assert bail.due_on == walked(begun_on, bail.law, by_the_notices(notices)) > a_year_later


@pytest.mark.parametrize(
    ("kind", "begun_on", "ordinary"),
    [
        (CoercionKind.DETENTION, date(2015, 4, 1), date(2015, 4, 15)),
        (CoercionKind.DETENTION, date(2024, 2, 3), date(2024, 2, 17)),
        (CoercionKind.DETENTION, date(2012, 12, 31), None),
        (CoercionKind.ARREST, date(2024, 4, 1), None),
        (CoercionKind.BAIL, date(2024, 4, 1), None),
    ],
)
def test_only_of_a_detention_the_law_says_how_long_it_lasts_in_ordinary_cases(
    kind: CoercionKind, begun_on: date, ordinary: date | None
) -> None:
    assert ordinary_last_day(coercion(kind, begun_on, None, None), LAW, CALENDAR) == ordinary


@given(st.dates(date(2013, 1, 1), date(2017, 12, 31)))
def test_the_time_to_sue_is_six_months_where_three_had_not_run_out_when_the_new_law_came(served_on: date) -> None:
    penalty = {"penalty_case": {"servedOn": served_on}}
    case: CaseFile = case_file(penalty)
    three, six = walked_months(served_on, 3), walked_months(served_on, 6)
    end = six if three >= NEW_LAW else three
    while not CALENDAR.is_working_day(end):
        end += DAY
    period = litigation_period(case, LAW, CALENDAR)
    assert isinstance(period, LitigationPeriod)
    assert period.ends_on == end
