"""The life of a public-interest case: its steps in their order, its suspensions, the day to decide whether to sue."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.duty_records import ProposalStanding, Suspension
from schema.duty_vocabularies import PublicInterestEventKind as Event
from schema.duty_vocabularies import PublicInterestStatus as Status
from supervision.calendars import state_council_calendar
from supervision.case_steps import Refusal
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.periods import months_after
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


NONE: tuple[Suspension, ...] = ()
SERVED = ProposalStanding(served_on=TODAY)
WITHDRAWN = ProposalStanding(withdrawn=True, served_on=TODAY)


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
    anew = (status, event) == (Status.PROPOSED, Event.PROPOSED)
    found = take_step(
        replace(FILED, status=status),
        step(event),
        proposal=ProposalStanding(withdrawn=anew, served_on=TODAY),
        today=TODAY,
    )
    if (status, event) in STEPS:
        assert not isinstance(found, Refusal)
        assert found.status is STEPS[status, event]
    else:
        assert isinstance(found, Refusal)
        assert status.value in found.sentence


def test_every_state_is_reached_and_every_one_but_the_last_can_be_closed() -> None:
    assert {Status.FILED, *STEPS.values()} == set(Status)
    assert set(Status) - {status for status, event in STEPS if event is Event.CLOSED} == {Status.CLOSED}


@given(st.lists(st.tuples(st.sampled_from(list(Event)), DAYS, st.booleans()), max_size=14))
def test_whatever_is_tried_no_case_is_in_a_state_that_the_record_refuses(tried: list[tuple[Event, date, bool]]) -> None:
    state = FILED
    for event, on, withdrawn in tried:
        after = take_step(
            state, step(event, on), proposal=ProposalStanding(withdrawn=withdrawn, served_on=TODAY), today=TODAY
        )
        if isinstance(after, Refusal):
            continue
        assert state.last_step_on <= after.last_step_on <= TODAY
        assert state.outcome is None or after.outcome == state.outcome
        # As the constraints of the table say it.
        assert (after.status is Status.SUSPENDED) is (after.suspended_on is not None)
        assert (after.status in {Status.JUDGED, Status.CLOSED}) is (after.outcome is not None)
        assert after.measure_id is not None or after.status in {Status.FILED, Status.CLOSED}
        assert (after.sued_on is None) is (after.court is None)
        assert after.sued_on is not None or after.status not in {Status.SUED, Status.JUDGED}
        state = after


def test_a_proposal_and_a_court_are_named_by_the_steps_they_belong_to() -> None:
    proposed = take_step(FILED, replace(step(Event.PROPOSED), measure_id=None), proposal=SERVED, today=TODAY)
    assert isinstance(proposed, Refusal)
    assert "measureId" in proposed.sentence
    noted = take_step(FILED, replace(step(Event.NOTED), court="某法院"), proposal=SERVED, today=TODAY)
    assert isinstance(noted, Refusal)
    assert "court" in noted.sentence


def test_no_agency_is_sued_upon_a_proposal_that_was_withdrawn_and_another_takes_its_place() -> None:
    proposed = replace(FILED, status=Status.PROPOSED, measure_id=3)
    refused = take_step(proposed, step(Event.SUED), proposal=WITHDRAWN, today=TODAY)
    assert isinstance(refused, Refusal)
    assert "withdrawn" in refused.sentence
    anew = take_step(proposed, step(Event.PROPOSED), proposal=WITHDRAWN, today=TODAY)
    assert isinstance(anew, PublicInterestState)
    assert (anew.status, anew.measure_id) == (Status.PROPOSED, 7)
    stands = take_step(proposed, step(Event.PROPOSED), proposal=SERVED, today=TODAY)
    assert isinstance(stands, Refusal)
    assert "stands" in stands.sentence


def test_what_was_judged_stays_the_outcome_and_an_appeal_can_be_noted() -> None:
    judged = replace(FILED, status=Status.JUDGED, measure_id=3, sued_on=TODAY, court="某法院", outcome="判令履行")
    noted = take_step(judged, step(Event.NOTED), proposal=SERVED, today=TODAY)
    assert isinstance(noted, PublicInterestState)
    closed = take_step(noted, step(Event.CLOSED), proposal=SERVED, today=TODAY)
    assert isinstance(closed, PublicInterestState)
    assert (closed.status, closed.outcome) == (Status.CLOSED, "判令履行")


PROPOSED = replace(FILED, status=Status.PROPOSED, measure_id=7)
REPLY_DUE = date(2024, 2, 9)


def test_the_day_to_decide_is_a_month_after_the_time_to_put_things_right() -> None:
    # 9 March 2024 is a Saturday.
    assert decision_due(PROPOSED, REPLY_DUE, NONE, LAW, CALENDAR) == date(2024, 3, 11)
    assert decision_due(PROPOSED, date(2021, 6, 30), NONE, LAW, CALENDAR) is None
    assert decision_due(PROPOSED, None, NONE, LAW, CALENDAR) is None
    assert decision_due(FILED, REPLY_DUE, NONE, LAW, CALENDAR) is None


@pytest.mark.parametrize(
    ("since", "until", "due"),
    [
        # Ten days of the month: from the 9th of March, which is moved only then.
        (date(2024, 2, 20), date(2024, 3, 1), date(2024, 3, 19)),
        # It ended before the time to put things right did, or with it, and moves nothing.
        (date(2024, 1, 10), date(2024, 2, 1), date(2024, 3, 11)),
        (date(2024, 1, 10), date(2024, 2, 10), date(2024, 3, 11)),
        # Only what lies after that counts: the 10th to the 19th of February.
        (date(2024, 1, 10), date(2024, 2, 20), date(2024, 3, 19)),
        (date(2024, 2, 10), date(2024, 2, 20), date(2024, 3, 19)),
    ],
)
def test_a_suspension_puts_off_the_day_to_decide_by_those_of_its_days_on_which_the_time_ran(
    since: date, until: date, due: date
) -> None:
    assert decision_due(PROPOSED, REPLY_DUE, [Suspension(since=since, until=until)], LAW, CALENDAR) == due


def test_a_suspension_that_begins_when_the_time_is_over_gives_no_more_of_it() -> None:
    due = date(2024, 3, 11)
    for since, expected in ((due, date(2024, 3, 19)), (due + timedelta(days=1), due)):
        late = Suspension(since=since, until=since + timedelta(days=10))
        assert decision_due(PROPOSED, REPLY_DUE, [late], LAW, CALENDAR) == expected


@pytest.mark.parametrize("served_on", [None, TODAY + timedelta(days=1)])
def test_no_agency_is_sued_before_its_proposal_was_served(served_on: date | None) -> None:
    refused = take_step(PROPOSED, step(Event.SUED), proposal=ProposalStanding(served_on=served_on), today=TODAY)
    assert isinstance(refused, Refusal)
    assert "served" in refused.sentence


def test_a_month_is_counted_from_the_end_of_the_reply_whatever_was_suspended() -> None:
    # From 31 January a month ends on 29 February; thirty days later it is 30 March, a Saturday.
    thirty = Suspension(since=date(2024, 2, 1), until=date(2024, 3, 2))
    assert decision_due(PROPOSED, date(2024, 1, 31), [thirty], LAW, CALENDAR) == date(2024, 4, 1)


@given(st.lists(st.integers(1, 30), min_size=2, max_size=8), st.integers(0, 120))
def test_however_the_time_is_suspended_as_many_days_of_it_are_left(gaps: list[int], until_due: int) -> None:
    """Counted day by day: the month has as many days on which it ran as it has without suspensions."""
    day, suspensions = date(2024, 1, 1), []
    for runs, stands in pairwise([*gaps, 1]):
        since = day + timedelta(days=runs)
        day = since + timedelta(days=stands)
        suspensions.append(Suspension(since=since, until=day))
    reply_due = date(2024, 1, 1) + timedelta(days=until_due)
    due = decision_due(PROPOSED, reply_due, suspensions, LAW, CALENDAR)
    assert due is not None
    in_time = [each for each in suspensions if each.since <= due]
    lost = {each.since + timedelta(days=n) for each in in_time for n in range((each.until - each.since).days)}
    plain = months_after(reply_due, 1)
    end = plain + timedelta(days=sum(1 for each in lost if each > reply_due))
    assert due == CALENDAR.working_day_from(end)


def test_the_decision_to_file_is_served_within_seven_days() -> None:
    # 14 February 2024 lies in the Spring Festival, after which Sunday the 18th is a working day.
    assert filing_service_due(date(2024, 2, 7), LAW, CALENDAR) == date(2024, 2, 18)
    assert filing_service_due(date(2021, 6, 30), LAW, CALENDAR) is None
