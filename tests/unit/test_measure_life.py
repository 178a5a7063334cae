"""The life of a measure: every step from every state, its days, and any sequence of steps by anybody."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from schema.measure_records import Measure
from schema.supervision_vocabularies import MeasureEventKind, MeasureStatus
from supervision.measure import (
    TRANSITIONS,
    MeasureAction,
    Refusal,
    Step,
    allowed,
    copy_to_legal_office,
    escalate,
    issue,
    record_check,
    record_reply,
    serve,
    shown_status,
    withdraw,
)
from tests.unit.measure_records import DRAFT

ISSUED = date(2026, 3, 2)
SERVED = date(2026, 3, 4)
DUE = date(2026, 5, 6)
REPLIED = date(2026, 4, 1)
TODAY = date(2026, 6, 1)
SAID = {
    MeasureAction.ISSUE: "issued",
    MeasureAction.SERVE: "served",
    MeasureAction.COPY: "copied",
    MeasureAction.REPLY: "replied",
    MeasureAction.CHECK: "checked",
    MeasureAction.ESCALATE: "escalated",
    MeasureAction.WITHDRAW: "withdrawn",
}


def in_state(status: MeasureStatus) -> Measure:
    if status is MeasureStatus.DRAFT:
        return DRAFT
    issued = replace(DRAFT, status=status, number="南阳市检建〔2026〕1号", issued_on=ISSUED, revision=2)
    if status in {MeasureStatus.ISSUED, MeasureStatus.WITHDRAWN}:
        return issued
    served = replace(issued, served_on=SERVED, reply_due_on=DUE, revision=3)
    if status is MeasureStatus.REPLIED:
        return replace(served, replied_on=REPLIED, reply="已移送。")
    return served


def take(action: MeasureAction, measure: Measure, today: date = TODAY, *, rectified: bool = True) -> Step | Refusal:
    doing: dict[MeasureAction, Callable[[], Step | Refusal]] = {
        MeasureAction.ISSUE: lambda: issue(measure, "南阳市检建〔2026〕1号", today),
        MeasureAction.SERVE: lambda: serve(measure, SERVED, today, reply_due_on=DUE),
        MeasureAction.COPY: lambda: copy_to_legal_office(measure, today, today),
        MeasureAction.REPLY: lambda: record_reply(measure, today, "已经移送公安机关。", today),
        MeasureAction.CHECK: lambda: record_check(measure, today, "经查已整改。", today, rectified=rectified),
        MeasureAction.ESCALATE: lambda: escalate(measure, 2, "逾期未回复", today),
        MeasureAction.WITHDRAW: lambda: withdraw(measure, "事实有变化", today),
    }
    return doing[action]()


STORED = [status for status in MeasureStatus if status is not MeasureStatus.OVERDUE]


@pytest.mark.parametrize("status", STORED)
@pytest.mark.parametrize("action", MeasureAction)
def test_every_action_leads_from_every_state_where_the_table_says_or_is_refused(
    status: MeasureStatus, action: MeasureAction
) -> None:
    reached = {
        taken.measure.status
        for rectified in (True, False)
        if isinstance(taken := take(action, in_state(status), rectified=rectified), Step)
    }
    # The one reply of a measure that was replied to is there already.
    assert reached == TRANSITIONS.get((status, action), set())


@pytest.mark.parametrize("status", STORED)
@pytest.mark.parametrize("action", MeasureAction)
def test_a_refusal_says_how_the_measure_stands_and_what_can_be_done(
    status: MeasureStatus, action: MeasureAction
) -> None:
    taken = take(action, in_state(status))
    if isinstance(taken, Refusal):
        assert taken.sentence.endswith(".")
        assert shown_status(in_state(status), TODAY).value in taken.sentence or "already" in taken.sentence


def test_every_state_but_the_last_can_be_left_and_every_state_can_be_reached() -> None:
    reached = {status for found in TRANSITIONS.values() for status in found} | {MeasureStatus.DRAFT}
    assert reached == set(STORED)
    assert [status for status in STORED if not allowed(status)] == [MeasureStatus.WITHDRAWN]


def test_a_step_raises_the_revision_by_one_and_says_what_was_done_on_which_day() -> None:
    step = serve(in_state(MeasureStatus.ISSUED), SERVED, TODAY, reply_due_on=DUE)
    assert isinstance(step, Step)
    assert (step.event, step.on, step.measure.revision) == (MeasureEventKind.SERVED, SERVED, 3)
    assert (step.measure.served_on, step.measure.reply_due_on) == (SERVED, DUE)


@pytest.mark.parametrize(
    ("today", "shown"),
    [(DUE, MeasureStatus.SERVED), (DUE + timedelta(1), MeasureStatus.OVERDUE)],
)
def test_a_served_measure_is_overdue_the_day_after_its_limit(today: date, shown: MeasureStatus) -> None:
    assert shown_status(in_state(MeasureStatus.SERVED), today) is shown


@given(today=st.dates(date(2026, 3, 4), date(2030, 1, 1)))
def test_only_a_served_measure_without_a_reply_and_with_a_limit_is_ever_overdue(today: date) -> None:
    unlimited = replace(in_state(MeasureStatus.SERVED), reply_due_on=None)
    assert shown_status(unlimited, today) is MeasureStatus.SERVED
    for status in STORED:
        if status is not MeasureStatus.SERVED:
            assert shown_status(in_state(status), today) is status


@pytest.mark.parametrize(
    "taken",
    [
        serve(in_state(MeasureStatus.ISSUED), ISSUED - timedelta(1), TODAY, reply_due_on=None),
        serve(in_state(MeasureStatus.ISSUED), TODAY + timedelta(1), TODAY, reply_due_on=None),
        copy_to_legal_office(in_state(MeasureStatus.SERVED), ISSUED - timedelta(1), TODAY),
        copy_to_legal_office(in_state(MeasureStatus.SERVED), TODAY + timedelta(1), TODAY),
        record_reply(in_state(MeasureStatus.SERVED), SERVED - timedelta(1), "已办", TODAY),
        record_reply(in_state(MeasureStatus.SERVED), TODAY + timedelta(1), "已办", TODAY),
        record_check(in_state(MeasureStatus.REPLIED), SERVED - timedelta(1), "已办", TODAY, rectified=True),
        record_check(in_state(MeasureStatus.REPLIED), TODAY + timedelta(1), "已办", TODAY, rectified=True),
        record_check(
            replace(in_state(MeasureStatus.REPLIED), checked_on=REPLIED, rectification="未办"),
            REPLIED - timedelta(1),
            "已办",
            TODAY,
            rectified=True,
        ),
        issue(replace(DRAFT, named_limit_on=TODAY), "1号", TODAY),
        issue(replace(DRAFT, named_limit_on=date.max), "1号", TODAY),
    ],
)
def test_a_day_out_of_order_or_in_the_future_is_refused_and_its_field_named(taken: Step | Refusal) -> None:
    assert isinstance(taken, Refusal)
    assert taken.field != "measureId"


def test_a_served_measure_is_escalated_only_when_it_is_overdue() -> None:
    served = in_state(MeasureStatus.SERVED)
    assert isinstance(escalate(served, 2, "逾期", DUE), Refusal)
    assert isinstance(escalate(served, 2, "逾期", DUE + timedelta(1)), Step)
    assert isinstance(escalate(replace(served, reply_due_on=None), 2, "逾期", TODAY), Refusal)


def test_what_is_served_after_the_limit_it_names_is_refused_as_nobody_could_answer_it_in_time() -> None:
    named = replace(in_state(MeasureStatus.ISSUED), named_limit_on=DUE, reply_due_on=DUE)
    refused = serve(named, DUE + timedelta(days=1), TODAY, reply_due_on=DUE)
    assert isinstance(refused, Refusal)
    assert str(DUE) in refused.sentence
    assert refused.field == "servedOn"
    served = serve(named, DUE, TODAY, reply_due_on=DUE)
    assert isinstance(served, Step)
    assert served.measure.reply_due_on == DUE


def test_what_has_no_superior_is_not_escalated() -> None:
    taken = escalate(in_state(MeasureStatus.REPLIED), None, "敷衍", TODAY)
    assert isinstance(taken, Refusal)
    assert "no superior" in taken.sentence


def test_a_reply_and_a_copy_come_once() -> None:
    replied = replace(in_state(MeasureStatus.NOT_RECTIFIED), replied_on=REPLIED, reply="已办", copied_on=REPLIED)
    assert isinstance(record_reply(replied, TODAY, "又办", TODAY), Refusal)
    assert isinstance(copy_to_legal_office(replied, TODAY, TODAY), Refusal)


class Life(RuleBasedStateMachine):
    """Anybody does anything on any day."""

    def __init__(self) -> None:
        super().__init__()
        self.measure = DRAFT
        self.today = ISSUED
        self.events = 1

    @rule(days=st.integers(0, 40))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days)

    @rule(action=st.sampled_from(MeasureAction), rectified=st.booleans())
    def somebody_acts(self, action: MeasureAction, *, rectified: bool) -> None:
        before = self.measure
        taken = take(action, before, self.today, rectified=rectified)
        if isinstance(taken, Refusal):
            return
        assert taken.measure.status in TRANSITIONS[before.status, action]
        assert not before.number or before.number == taken.measure.number
        assert not before.reply or before.reply == taken.measure.reply
        self.measure = taken.measure
        self.events += 1

    @invariant()
    def every_step_is_counted(self) -> None:
        assert self.measure.revision == self.events

    @invariant()
    def its_days_follow_each_other(self) -> None:
        found = self.measure
        for earlier, later in (
            (found.issued_on, found.served_on),
            (found.served_on, found.replied_on),
            (found.served_on, found.checked_on),
            (found.issued_on, found.copied_on),
        ):
            assert later is None or (earlier is not None and earlier <= later <= self.today)

    @invariant()
    def what_was_answered_or_looked_at_is_never_taken_back(self) -> None:
        if self.measure.status is MeasureStatus.WITHDRAWN:
            assert self.measure.replied_on is None
            assert self.measure.checked_on is None

    @invariant()
    def it_says_what_its_state_rests_on(self) -> None:
        found = self.measure
        assert found.status not in {MeasureStatus.RECTIFIED, MeasureStatus.NOT_RECTIFIED} or found.checked_on
        assert found.status is not MeasureStatus.ESCALATED or found.escalated_to_id
        assert found.status is not MeasureStatus.REPLIED or found.replied_on
        assert (found.number is None) == (found.issued_on is None)


test_no_sequence_of_steps_leads_astray = Life.TestCase


@pytest.mark.parametrize(
    ("status", "changes", "today", "told"),
    [
        (MeasureStatus.SERVED, {}, DUE, "copied to the legal office, replied to, checked, withdrawn"),
        (
            MeasureStatus.SERVED,
            {},
            DUE + timedelta(days=1),
            "copied to the legal office, replied to, checked, escalated, withdrawn",
        ),
        (MeasureStatus.SERVED, {"told_replied_on": REPLIED}, TODAY, "copied to the legal office, replied to, checked"),
        (MeasureStatus.RECTIFIED, {"copied_on": SERVED, "replied_on": REPLIED, "reply": "已改。"}, TODAY, "checked"),
    ],
)
def test_what_is_said_to_be_possible_can_be_done(
    status: MeasureStatus, changes: dict[str, Any], today: date, told: str
) -> None:
    measure = replace(in_state(status), **changes)
    refused = issue(measure, "南阳市检建〔2026〕2号", today)
    assert isinstance(refused, Refusal)
    assert refused.sentence.endswith(f"cannot be issued. It can be {told}.")
    for action in MeasureAction:
        taken = take(action, measure, today, rectified=False)
        assert isinstance(taken, Step) is (SAID[action] in told), action
