"""Which reports counties owe: the periods fill the years, and no report is due on a day on which nobody works."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.duty_vocabularies import CountyReportKind
from supervision.calendars import state_council_calendar
from supervision.county_reports import FIGURES, owed_periods, periods_of_year, read_settings, report_settings

CALENDAR = state_council_calendar()
SETTINGS = read_settings(
    """
owed_from: 2015-01-01
reports:
  DATA: [{every: 1, due_days: 5}]
  TYPICAL_CASE: [{every: 3, due_days: 10}]
  SUMMARY: [{every: 6, due_days: 15, ends_in: [6]}, {every: 12, due_days: 20}]
weights: {typical_cases: 5, reports_late: -2.5}
"""
)
YEARS = st.integers(2015, 2099)


@given(YEARS)
def test_every_day_of_a_year_is_reported_once_by_month_and_by_quarter(year: int) -> None:
    for kind, count in ((CountyReportKind.DATA, 12), (CountyReportKind.TYPICAL_CASE, 4)):
        periods = [each for each in periods_of_year(year, SETTINGS, CALENDAR) if each.kind is kind]
        assert len(periods) == count
        assert (periods[0].start, periods[-1].end) == (date(year, 1, 1), date(year, 12, 31))
        assert all(later.start == earlier.end + timedelta(days=1) for earlier, later in pairwise(periods))


@given(YEARS)
def test_a_report_is_due_on_a_working_day_after_its_period(year: int) -> None:
    periods = periods_of_year(year, SETTINGS, CALENDAR)
    assert len({(each.kind, each.end) for each in periods}) == len(periods) == 18
    for each in periods:
        assert each.due_on > each.end
        assert CALENDAR.is_working_day(each.due_on)
    assert [each.due_on for each in periods] == sorted(each.due_on for each in periods)


def test_due_days_are_moved_off_holidays() -> None:
    periods = periods_of_year(2024, SETTINGS, CALENDAR)
    by_end = {each.end: each for each in periods if each.kind is CountyReportKind.DATA}
    # 5 April 2024 is the Qingming festival, 5 October lies in the National Day holidays, which end on the 7th.
    assert by_end[date(2024, 3, 31)].due_on == date(2024, 4, 7)
    assert by_end[date(2024, 9, 30)].due_on == date(2024, 10, 8)
    halves = [each for each in periods if each.kind is CountyReportKind.SUMMARY]
    assert [(each.start, each.end) for each in halves] == [
        (date(2024, 1, 1), date(2024, 6, 30)),
        (date(2024, 1, 1), date(2024, 12, 31)),
    ]


def test_nothing_is_owed_for_a_period_that_has_not_ended_or_began_before_anything_was() -> None:
    owed = owed_periods(date(2016, 3, 31), SETTINGS, CALENDAR)
    assert max(each.end for each in owed) == date(2016, 2, 29)
    assert min(each.start for each in owed) == date(2015, 1, 1)
    assert periods_of_year(2014, SETTINGS, CALENDAR) == []


def test_the_settings_of_the_program_count_everything_and_punish_what_is_late() -> None:
    settings = report_settings()
    assert set(settings.weights) == {*FIGURES, "reports_late"}
    assert {name for name, points in settings.weights.items() if points < 0} == {"clues_dormant", "reports_late"}
    assert {each.kind for each in settings.series} == set(CountyReportKind)


@pytest.mark.parametrize(
    "script",
    [
        "{owed_from: 2015-01-01, reports: {}, weights: {wishes: 1}}",
        "{owed_from: 2015-01-01, reports: {DATA: [{every: 5, due_days: 5}]}, weights: {}}",
        "{owed_from: 2015-01-01, reports: {DATA: [{every: 1, due_days: 0}]}, weights: {}}",
        "{owed_from: 2015-01-01, reports: {GOSSIP: []}, weights: {}}",
    ],
)
def test_settings_by_which_nobody_could_report_are_refused(script: str) -> None:
    if "GOSSIP: []" in script:
        script = script.replace("[]", "[{every: 1, due_days: 5}]")
    with pytest.raises(ValueError, match=r"county_reports\.yaml|GOSSIP"):
        read_settings(script)
