"""What remedies do to enforcement, held against the law as the page of rules words it."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.rule_examples import case_file
from schema.case_file import CaseFile
from supervision.answers import AsOf, Missing
from supervision.calendars import state_council_calendar
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.remedies import (
    LitigationPeriod,
    fine_in_place,
    litigation_period,
    stops_enforcement,
    was_litigated,
)

CALENDAR = state_council_calendar()
LAW = Law(law_values(), thresholds=lambda _case, _law: None)
DAY = timedelta(days=1)

Remedy = Mapping[str, Any]


def served(day: date | None, *remedies: Remedy) -> CaseFile:
    penalty = {"decidedOn": "2010-01-01", "fine": "50000"} | ({} if day is None else {"servedOn": day})
    given_records: dict[str, Any] = {"penalty_case": penalty, "reconsideration": [dict(remedy) for remedy in remedies]}
    return case_file(given_records)


def reconsideration(**fields: Any) -> Remedy:
    return {"type": "RECONSIDERATION", **fields}


def lawsuit(**fields: Any) -> Remedy:
    return {"type": "LITIGATION", **fields}


def ends_on(case: CaseFile) -> date:
    period = litigation_period(case, LAW, CALENDAR)
    assert isinstance(period, LitigationPeriod)
    return period.ends_on


def moved(day: date) -> date:
    while not chinese_calendar.is_workday(day):
        day += DAY
    return day


def months_later(day: date, months: int) -> date:
    """Month by month, by way of the firsts of the months."""
    first = day.replace(day=1)
    for _ in range(months):
        first = (first + 31 * DAY).replace(day=1)
    last = (first + 31 * DAY).replace(day=1) - DAY
    return min(first + (day.day - 1) * DAY, last)


@given(st.dates(min_value=date(2004, 1, 1), max_value=date(2025, 12, 31)))
def test_the_time_to_sue_is_three_months_and_six_for_what_was_served_from_february_2015(day: date) -> None:
    months = 3 if day <= date(2015, 1, 31) else 6
    assert ends_on(served(day)) == moved(months_later(day, months))


@pytest.mark.parametrize(
    ("service", "end"),
    [
        (date(2015, 1, 30), date(2015, 4, 30)),
        (date(2015, 1, 31), date(2015, 4, 30)),
        (date(2015, 2, 1), date(2015, 8, 3)),
        (date(2023, 8, 31), date(2024, 2, 29)),
        (date(2024, 4, 1), date(2024, 10, 8)),
    ],
)
def test_known_ends_of_the_time_to_sue(service: date, end: date) -> None:
    # 2015-08-01 is a Saturday; 2024-10-01 is the first of seven days off.
    assert ends_on(served(service)) == end


def test_without_a_day_of_service_the_time_to_sue_is_unknown() -> None:
    assert litigation_period(served(None), LAW, CALENDAR) == Missing(fields=("servedOn",))


@given(
    st.dates(min_value=date(2015, 2, 1), max_value=date(2024, 12, 31)),
    st.integers(1, 400),
    st.sampled_from([None, 0, 3, 20]),
)
def test_a_decision_on_a_reconsideration_gives_fifteen_days_if_they_end_later(
    service: date, after: int, served_after: int | None
) -> None:
    decided = service + after * DAY
    known = decided if served_after is None else decided + served_after * DAY
    days = {"decidedOn": decided} | ({} if served_after is None else {"servedOn": known})
    case = served(service, reconsideration(appliedOn=service, outcome="UPHELD", **days))
    assert ends_on(case) == max(moved(months_later(service, 6)), moved(known + 15 * DAY))


def test_a_reconsideration_that_was_withdrawn_leaves_the_time_to_sue() -> None:
    withdrawn = reconsideration(appliedOn="2024-03-01", decidedOn="2024-12-20", outcome="WITHDRAWN")
    assert ends_on(served(date(2024, 1, 10), withdrawn)) == date(2024, 7, 10)


def test_a_reconsideration_decided_on_no_known_day_leaves_the_time_to_sue_unknown() -> None:
    decided = reconsideration(appliedOn="2024-03-01", outcome="UPHELD")
    case = served(date(2024, 1, 10), decided)
    assert litigation_period(case, LAW, CALENDAR) == Missing(fields=("reconsideration.decidedOn",))


def stopped_days(case: CaseFile, first: date, last: date) -> list[date]:
    days = [first + n * DAY for n in range((last - first).days + 1)]
    return [day for day in days if stops_enforcement(case, LAW, CALENDAR, AsOf(day)) is True]


def test_a_reconsideration_is_pending_for_sixty_and_thirty_days_at_most() -> None:
    # 2024-03-01 and 60 days: 2024-04-30, a working day; and 30 days: 2024-05-30, a Thursday.
    case = served(date(2024, 1, 10), reconsideration(appliedOn="2024-03-01"))
    days = stopped_days(case, date(2024, 3, 1), date(2024, 12, 31))
    assert (days[0], days[-1]) == (date(2024, 3, 1), date(2024, 5, 30))


def test_the_extension_follows_the_moved_last_day_of_the_sixty() -> None:
    # 2024-03-04 and 60 days: 2024-05-03, a day off until the 5th; from 2024-05-06 30 days: 2024-06-05, a Wednesday.
    case = served(date(2024, 1, 10), reconsideration(appliedOn="2024-03-04"))
    assert stopped_days(case, date(2024, 3, 4), date(2024, 12, 31))[-1] == date(2024, 6, 5)


def test_a_reconsideration_is_pending_until_its_decision() -> None:
    decided = reconsideration(appliedOn="2024-03-01", decidedOn="2024-04-10", outcome="UPHELD")
    days = stopped_days(served(date(2024, 1, 10), decided), date(2024, 3, 1), date(2024, 12, 31))
    assert days[-1] == date(2024, 4, 9)


def test_a_lawsuit_is_pending_until_its_decision_however_long() -> None:
    case = served(date(2014, 1, 10), lawsuit(appliedOn="2014-03-01"))
    assert stops_enforcement(case, LAW, CALENDAR, AsOf(date(2026, 1, 1))) is True
    assert not was_litigated(case)
    decided = lawsuit(appliedOn="2014-03-01", decidedOn="2014-09-01", outcome="UPHELD")
    assert stops_enforcement(served(date(2014, 1, 10), decided), LAW, CALENDAR, AsOf(date(2026, 1, 1))) is False


def test_a_penalty_that_was_revoked_is_never_enforced() -> None:
    case = served(date(2024, 1, 10), lawsuit(appliedOn="2024-03-01", decidedOn="2024-09-01", outcome="REVOKED"))
    assert stops_enforcement(case, LAW, CALENDAR, AsOf(date(2026, 1, 1))) is True


def test_a_reconsideration_asked_for_on_no_known_day_cannot_be_told_to_be_pending() -> None:
    case = served(date(2024, 1, 10), {"type": "RECONSIDERATION"})
    answer = stops_enforcement(case, LAW, CALENDAR, AsOf(date(2026, 1, 1)))
    assert answer == Missing(fields=("reconsideration.appliedOn",))


def test_a_decision_whose_outcome_is_not_known_may_have_revoked_the_penalty() -> None:
    case = served(date(2024, 1, 10), reconsideration(appliedOn="2024-03-01", decidedOn="2024-04-10"))
    assert stops_enforcement(case, LAW, CALENDAR, AsOf(date(2024, 4, 9))) is True
    answer = stops_enforcement(case, LAW, CALENDAR, AsOf(date(2024, 4, 10)))
    assert answer == Missing(fields=("reconsideration.outcome",))


def test_only_a_lawsuit_that_was_decided_was_litigated() -> None:
    service = date(2024, 1, 10)
    assert was_litigated(served(service, lawsuit(appliedOn="2024-03-01", decidedOn="2024-09-01", outcome="CHANGED")))
    assert not was_litigated(served(service, lawsuit(decidedOn="2024-09-01", outcome="WITHDRAWN")))
    assert not was_litigated(served(service, reconsideration(decidedOn="2024-09-01", outcome="UPHELD")))


def test_the_fine_is_the_one_the_last_remedy_put_in_place() -> None:
    service = date(2024, 1, 10)
    first = reconsideration(decidedOn="2024-03-01", outcome="CHANGED", newFine="30000")
    last = lawsuit(decidedOn="2024-09-01", outcome="CHANGED", newFine="20000")
    assert fine_in_place(served(service)) == (Decimal(50000), "fine")
    assert fine_in_place(served(service, last, first)) == (Decimal(20000), "reconsideration.newFine")
    unchanged = reconsideration(decidedOn="2024-03-01", outcome="UPHELD")
    assert fine_in_place(served(service, unchanged)) == (Decimal(50000), "fine")
