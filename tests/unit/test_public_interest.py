"""The life of a public-interest case: its steps in their order, its suspensions, the day to decide whether to sue."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.duty_vocabularies import PublicInterestEventKind as Event
from schema.duty_vocabularies import PublicInterestStatus as Status
from supervision.calendars import state_council_calendar
from supervision.case_steps import Refusal
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.public_interest import (
    STEPS,
    PublicInterestState,
    PublicInterestStep,
    decision_due,
    filing_service_due,
    take_step,
)

TODAY = date(2024, 6, 7)
CALENDAR = state_council_calendar()
LAW = Law(law_values(), thresholds=lambda _case, _law: None)
FILED = PublicInterestState(status=Status.FILED, last_step_on=date(2024, 1, 1))
DAYS = st.integers(-10, 200).map(lambda days: date(2024, 1, 1) + timedelta(days=days))


def step(event: Event, on: date = TODAY) -> PublicInterestStep:
    return PublicInterestStep(
        event=event,
        on=on,
        note="说明",
        measure_id=7 if event is Event.PROPOSED else None,
        court="中市中级人民法院" if event is Event.SUED else None,
    )


@pytest.mark.parametrize(("status", "event"), list(product(Status, Event)))
def test_a_step_is_taken_where_the_table_has_it(status: Status, event: Event) -> None:
    found = take_step(replace(FILED, status=status), step(event), today=TODAY)
    if (status, event) in STEPS:
        assert not isinstance(found, Refusal)
        assert found.status is STEPS[status, event]
    else:
        assert isinstance(found, Refusal)
        assert status.value in found.sentence


def test_every_state_is_reached_and_every_one_but_the_last_can_be_closed() -> None:
    assert {Status.FILED, *STEPS.values()} == set(Status)
    assert set(Status) - {status for status, event in STEPS if event is Event.CLOSED} == {Status.CLOSED}


@given(st.lists(st.tuples(st.sampled_from(list(Event)), DAYS), max_size=14))
def test_whatever_is_tried_no_case_is_in_a_state_that_the_record_refuses(tried: list[tuple[Event, date]]) -> None:
    state = FILED
    for event, on in tried:
        after = take_step(state, step(event, on), today=TODAY)
        if isinstance(after, Refusal):
            continue
        assert state.last_step_on <= after.last_step_on <= TODAY
        assert after.suspended_days >= state.suspended_days
        # As the constraints of the table say it.
        assert (after.status is Status.SUSPENDED) is (after.suspended_on is not None)
        assert (after.status in {Status.JUDGED, Status.CLOSED}) is (after.outcome is not None)
        assert after.measure_id is not None or after.status in {Status.FILED, Status.CLOSED}
        assert (after.sued_on is None) is (after.court is None)
        assert after.sued_on is not None or after.status not in {Status.SUED, Status.JUDGED}
        state = after


def test_a_proposal_and_a_court_are_named_by_the_steps_they_belong_to() -> None:
    proposed = take_step(FILED, replace(step(Event.PROPOSED), measure_id=None), today=TODAY)
    assert isinstance(proposed, Refusal)
    assert "measureId" in proposed.sentence
    noted = take_step(FILED, replace(step(Event.NOTED), court="某法院"), today=TODAY)
    assert isinstance(noted, Refusal)
    assert "court" in noted.sentence


def test_the_day_to_decide_is_a_month_after_the_time_to_put_things_right_without_suspensions() -> None:
    proposed = replace(FILED, status=Status.PROPOSED, measure_id=7)
    # 9 March 2024 is a Saturday.
    assert decision_due(proposed, date(2024, 2, 9), LAW, CALENDAR) == date(2024, 3, 11)
    suspended = replace(proposed, suspended_days=10)
    assert decision_due(suspended, date(2024, 2, 9), LAW, CALENDAR) == date(2024, 3, 19)
    assert decision_due(proposed, date(2021, 6, 30), LAW, CALENDAR) is None
    assert decision_due(proposed, None, LAW, CALENDAR) is None
    assert decision_due(FILED, date(2024, 2, 9), LAW, CALENDAR) is None


def test_the_decision_to_file_is_served_within_seven_days() -> None:
    # 14 February 2024 lies in the Spring Festival, after which Sunday the 18th is a working day.
    assert filing_service_due(date(2024, 2, 7), LAW, CALENDAR) == date(2024, 2, 18)
    assert filing_service_due(date(2021, 6, 30), LAW, CALENDAR) is None
