"""The life of a clue: who may take which step, and how it stands after it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from schema.access_records import Account
from schema.access_vocabularies import Role
from schema.clue_states import ClueState
from schema.supervision_vocabularies import ClueStatus, JointWork
from supervision.clue import LEAVES, open_clue_state, take, way_back
from supervision.clue_actions import (
    Accept,
    Acknowledge,
    Assign,
    BeginInvestigation,
    BeginReview,
    Close,
    ClueAction,
    Extend,
    GiveOpinion,
    Invite,
    RecordStep,
    Refusal,
    Return,
    Transfer,
)
from tests.unit.clue_world import (
    ABOVE,
    CHIEF,
    COLLEAGUE,
    COMPLAINTS,
    CORRUPTION,
    DESK,
    EAST,
    EMPTY_DESK,
    GONE,
    HANDLER,
    HEAD,
    LOCAL,
    LOOKER,
    MANAGER,
    OTHER_DESK,
    OTHER_HEAD,
    OTHER_OFFICER,
    TODAY,
    WESTERN,
    WESTERN_DESK,
    WESTERN_HEAD,
    account,
    did,
    giving_back,
    handed,
    moved,
    opened,
    refused,
    viewer,
)

REVIEW, CLOSE = BeginReview(), Close(result="查否")


def test_whoever_opens_a_clue_answers_for_it_until_it_is_assigned() -> None:
    new = opened(by=OTHER_OFFICER)
    assert (new.status, new.handler_id, new.sender_id) == (ClueStatus.NEW, OTHER_OFFICER.id, OTHER_OFFICER.id)
    assert new.desks == {DESK, OTHER_DESK}
    assigned = did(new, OTHER_OFFICER, Assign(handler=HANDLER))
    assert (assigned.status, assigned.handler_id, assigned.sender_id) == (
        ClueStatus.ASSIGNED,
        HANDLER.id,
        OTHER_OFFICER.id,
    )


def test_a_clue_opened_with_a_handler_is_assigned() -> None:
    assert (opened(handler=COLLEAGUE).status, opened(handler=COLLEAGUE).handler_id) == (
        ClueStatus.ASSIGNED,
        COLLEAGUE.id,
    )


@pytest.mark.parametrize("handler", [OTHER_OFFICER, WESTERN, GONE, LOOKER])
def test_only_somebody_of_the_desk_who_may_sign_in_and_handle_clues_is_given_one(handler: Account) -> None:
    due = TODAY + timedelta(days=1)
    assert isinstance(open_clue_state(viewer(HEAD), DESK, handler, due_on=due, today=TODAY), Refusal)
    assert "handles no clues" in refused(opened(), HEAD, Assign(handler=handler))
    assert "handles no clues" in refused(did(opened(), HANDLER, handed()), OTHER_HEAD, Accept(handler=WESTERN))


def test_an_account_that_there_is_not_is_refused_as_one_of_another_desk_is() -> None:
    assert refused(opened(), HEAD, Assign(handler=None)) == refused(opened(), HEAD, Assign(handler=WESTERN))


def test_the_chief_sits_at_every_desk_of_the_procuratorate() -> None:
    assert did(opened(), HEAD, Assign(handler=CHIEF)).handler_id == CHIEF.id


def test_a_clue_that_its_opener_would_never_see_again_is_not_opened() -> None:
    nowhere = account(20, Role.CASE_OFFICER, department=None)
    state = open_clue_state(viewer(nowhere), DESK, None, due_on=TODAY, today=TODAY)
    assert isinstance(state, Refusal)
    assert "belong to no department" in state.sentence


@pytest.mark.parametrize("due", [date(2101, 1, 1), date.max])
def test_a_due_day_of_a_year_that_was_mistyped_is_refused(due: date) -> None:
    state = open_clue_state(viewer(HEAD), DESK, None, due_on=due, today=TODAY)
    assert isinstance(state, Refusal)
    assert state.field == "dueOn"
    told = "`dueOn` lies after 2100-12-31"
    assert told in refused(opened(), HEAD, Assign(handler=COLLEAGUE, due_on=due))
    assert told in refused(opened(handler=HANDLER), HEAD, Extend(due_on=due, reason="复杂"))
    assert told in refused(did(opened(), HANDLER, handed()), OTHER_HEAD, Accept(handler=OTHER_OFFICER, due_on=due))


def test_a_due_day_that_is_past_is_refused() -> None:
    past = TODAY - timedelta(days=1)
    assert isinstance(open_clue_state(viewer(HEAD), DESK, None, due_on=past, today=TODAY), Refusal)
    assert isinstance(open_clue_state(viewer(HEAD), DESK, None, due_on=TODAY, today=TODAY), ClueState)
    assert "`dueOn`" in refused(opened(), HEAD, Assign(handler=COLLEAGUE, due_on=past))
    assert "`dueOn`" in refused(
        did(opened(), HANDLER, handed()), OTHER_HEAD, Accept(handler=OTHER_OFFICER, due_on=past)
    )


@pytest.mark.parametrize("by", [HEAD, CHIEF, MANAGER, ABOVE, LOCAL])
def test_a_clue_under_way_is_given_to_another_by_who_leads_the_desk_or_manages_cases(by: Account) -> None:
    under_review = did(opened(handler=HANDLER), HANDLER, REVIEW)
    after = did(under_review, by, Assign(handler=COLLEAGUE))
    assert (after.status, after.handler_id) == (ClueStatus.UNDER_REVIEW, COLLEAGUE.id)


@pytest.mark.parametrize("by", [HANDLER, COLLEAGUE, OTHER_HEAD, WESTERN_HEAD])
def test_nobody_else_gives_a_clue_under_way_to_another(by: Account) -> None:
    assert "Only the head" in refused(opened(handler=HANDLER), by, Assign(handler=COLLEAGUE))


def test_a_clue_is_not_assigned_to_whoever_has_it() -> None:
    mine = opened(handler=HANDLER)
    assert "already" in refused(mine, HEAD, Assign(handler=HANDLER))
    later = mine.due_on + timedelta(days=1)
    assert did(mine, HEAD, Assign(handler=HANDLER, due_on=later)).due_on == later


@pytest.mark.parametrize(
    "action",
    [
        REVIEW,
        RecordStep(note="走访"),
        handed(),
        CLOSE,
        Invite(desk=OTHER_DESK, work=JointWork.JOINT_REVIEW, head=OTHER_HEAD),
    ],
    ids=lambda action: type(action).__name__,
)
@pytest.mark.parametrize("by", [COLLEAGUE, OTHER_HEAD, WESTERN_HEAD, MANAGER])
def test_a_clue_is_worked_on_by_its_handler_and_who_leads_the_desk(action: ClueAction, by: Account) -> None:
    mine = opened(handler=HANDLER)
    assert "Only its handler" in refused(mine, by, action)
    for allowed in (HANDLER, HEAD, CHIEF, ABOVE, LOCAL):
        did(mine, allowed, action)


def test_review_and_investigation_follow_each_other() -> None:
    reviewed = did(opened(handler=HANDLER), HANDLER, REVIEW)
    investigated = did(reviewed, HANDLER, BeginInvestigation())
    assert (reviewed.status, investigated.status) == (ClueStatus.UNDER_REVIEW, ClueStatus.INVESTIGATING)
    assert "INVESTIGATING" in refused(investigated, HANDLER, REVIEW)
    assert "NEW" in refused(opened(), HANDLER, BeginInvestigation())


def test_only_who_leads_the_desk_gives_more_time_and_only_a_later_day() -> None:
    mine = opened(handler=HANDLER)
    later = Extend(due_on=mine.due_on + timedelta(days=1), reason="复杂")
    assert "more time" in refused(opened(by=HANDLER), HANDLER, Assign(handler=HANDLER, due_on=later.due_on))
    assert "more time" in refused(mine, MANAGER, Assign(handler=COLLEAGUE, due_on=later.due_on))
    assert did(mine, MANAGER, Assign(handler=COLLEAGUE, due_on=mine.due_on)).due_on == mine.due_on
    assert "Only the head" in refused(mine, HANDLER, later)
    assert did(mine, HEAD, later).due_on == later.due_on
    assert "later day" in refused(mine, HEAD, Extend(due_on=mine.due_on, reason="复杂"))


def test_a_clue_handed_over_is_with_the_head_of_that_desk_until_somebody_is_named() -> None:
    sent = did(opened(handler=HANDLER), HANDLER, handed())
    assert (sent.status, sent.desk, sent.handler_id, sent.sender_id) == (
        ClueStatus.TRANSFERRED,
        OTHER_DESK,
        OTHER_HEAD.id,
        HANDLER.id,
    )
    assert "Only the head" in refused(sent, HANDLER, Accept(handler=OTHER_OFFICER))
    assert "TRANSFERRED" in refused(sent, OTHER_HEAD, CLOSE)
    accepted = did(sent, OTHER_HEAD, Accept(handler=OTHER_OFFICER))
    assert (accepted.status, accepted.handler_id, accepted.sender_id) == (
        ClueStatus.ASSIGNED,
        OTHER_OFFICER.id,
        HANDLER.id,
    )
    assert {DESK, OTHER_DESK} <= accepted.desks


def test_a_clue_is_not_handed_to_the_desk_where_it_is_nor_to_one_where_nobody_is() -> None:
    assert "already" in refused(opened(), HANDLER, handed(DESK))
    assert "Nobody there" in refused(opened(), HANDLER, Transfer(to=EMPTY_DESK, head=None, reason="误"))


def test_a_clue_that_is_not_accepted_goes_back_to_whoever_sent_it() -> None:
    sent = did(opened(by=COLLEAGUE, handler=HANDLER), HEAD, handed(WESTERN_DESK))
    back = did(sent, WESTERN_HEAD, giving_back(sent))
    assert (back.status, back.desk, back.handler_id, back.sender_id) == (
        ClueStatus.RETURNED,
        DESK,
        HEAD.id,
        COLLEAGUE.id,
    )
    assert back.passed == ()


def test_a_clue_that_was_accepted_can_go_back_step_by_step_on_the_way_it_came() -> None:
    first = did(opened(handler=HANDLER), HANDLER, handed())
    second = did(did(first, OTHER_HEAD, Accept(handler=OTHER_OFFICER)), OTHER_OFFICER, handed(WESTERN_DESK))
    third = did(did(second, WESTERN_HEAD, Accept(handler=WESTERN)), WESTERN, REVIEW)
    back = did(third, WESTERN, giving_back(third))
    assert (back.desk, back.handler_id, back.sender_id) == (OTHER_DESK, OTHER_OFFICER.id, HANDLER.id)
    home = did(back, OTHER_OFFICER, giving_back(back))
    assert (home.desk, home.handler_id, home.sender_id) == (DESK, HANDLER.id, HANDLER.id)
    assert "Nobody handed it over" in refused(home, HANDLER, giving_back(home))


def test_a_clue_nobody_handed_over_goes_back_to_its_opener_if_that_is_another() -> None:
    of_others = opened(by=OTHER_OFFICER, handler=HANDLER)
    back = did(of_others, HANDLER, giving_back(of_others))
    assert (back.status, back.desk, back.handler_id) == (ClueStatus.RETURNED, OTHER_DESK, OTHER_OFFICER.id)
    assert way_back(opened()) is None
    assert "This clue is NEW" in refused(opened(), HEAD, giving_back(opened()))
    own = opened(handler=HANDLER)
    assert "Nobody handed it over" in refused(own, HEAD, giving_back(own))


@pytest.mark.parametrize(
    "sender", [replace(HANDLER, disabled_at=GONE.disabled_at), moved(HANDLER, COMPLAINTS)], ids=["disabled", "moved"]
)
def test_a_clue_sent_by_somebody_who_is_no_longer_there_goes_back_to_the_head(sender: Account) -> None:
    sent = did(opened(handler=HANDLER), HANDLER, handed())
    sent = replace(sent, passed=(replace(sent.passed[0], sender=sender),))
    assert did(sent, OTHER_HEAD, giving_back(sent)).handler_id == HEAD.id
    without = take(sent, viewer(OTHER_HEAD), Return(reason="误", head=None), today=TODAY)
    assert isinstance(without, Refusal) == (sender.disabled_at is not None)


def test_a_desk_that_is_invited_sees_the_clue_and_says_what_it_thinks_once() -> None:
    invite = Invite(desk=OTHER_DESK, work=JointWork.JOINT_REVIEW, head=OTHER_HEAD)
    invited = did(opened(handler=HANDLER), HANDLER, invite)
    assert OTHER_DESK in invited.desks
    assert "before" in refused(invited, HANDLER, invite)
    assert "handles it" in refused(invited, HANDLER, replace(invite, desk=DESK))
    assert "Nobody there" in refused(invited, HANDLER, replace(invite, desk=EMPTY_DESK, head=None))
    opinion = GiveOpinion(work=JointWork.JOINT_REVIEW, opinion="同意")
    for stranger in (HANDLER, WESTERN_HEAD):
        assert "not asked" in refused(invited, stranger, opinion)
    assert "not asked" in refused(invited, OTHER_OFFICER, replace(opinion, work=JointWork.CO_INVESTIGATION))
    assert "not asked" in refused(invited, OTHER_OFFICER, replace(opinion, department=CORRUPTION))
    answered = did(invited, OTHER_OFFICER, replace(opinion, department=COMPLAINTS))
    assert "not asked" in refused(answered, OTHER_HEAD, opinion)


def test_the_result_is_owed_to_the_opener_and_to_everybody_who_handed_it_over_once_each() -> None:
    first = did(opened(by=COLLEAGUE, handler=HANDLER), HANDLER, handed())
    second = did(did(first, OTHER_HEAD, Accept(handler=OTHER_OFFICER)), OTHER_OFFICER, handed(WESTERN_DESK))
    third = did(did(second, WESTERN_HEAD, Accept(handler=WESTERN)), WESTERN, handed())
    closed = did(did(third, OTHER_HEAD, Accept(handler=OTHER_OFFICER)), OTHER_OFFICER, CLOSE)
    owed = {each.account.id: each.acknowledged for each in closed.owed}
    # Whoever closes it knows its result.
    assert owed == {COLLEAGUE.id: False, HANDLER.id: False, OTHER_OFFICER.id: True, WESTERN.id: False}
    assert closed.handler_id == OTHER_OFFICER.id


def test_whoever_gave_a_clue_back_is_owed_no_result() -> None:
    sent = did(opened(handler=HANDLER), HANDLER, handed())
    back = did(sent, OTHER_HEAD, giving_back(sent))
    assert [each.account.id for each in did(back, HEAD, CLOSE).owed] == [HANDLER.id]


def test_whoever_is_owed_a_result_sees_it_from_the_desk_of_today() -> None:
    closed = did(replace(opened(handler=HANDLER), opener=moved(COLLEAGUE, CORRUPTION)), HANDLER, CLOSE)
    assert replace(DESK, department=CORRUPTION) in closed.desks


@pytest.mark.parametrize("by", [OTHER_OFFICER, OTHER_HEAD, CHIEF, ABOVE, LOCAL])
def test_a_result_is_acknowledged_by_whoever_is_owed_it_or_stands_in(by: Account) -> None:
    closed = did(opened(by=OTHER_OFFICER, handler=HANDLER), HANDLER, CLOSE)
    done = did(closed, by, Acknowledge())
    assert all(each.acknowledged for each in done.owed)
    assert "Everybody" in refused(done, by, Acknowledge())


@pytest.mark.parametrize("by", [HANDLER, HEAD, MANAGER, WESTERN_HEAD])
def test_nobody_else_acknowledges_a_result(by: Account) -> None:
    closed = did(opened(by=OTHER_OFFICER, handler=HANDLER), HANDLER, CLOSE)
    assert "owed to others" in refused(closed, by, Acknowledge())


def test_ones_own_result_is_acknowledged_before_that_of_others() -> None:
    sent = did(opened(by=OTHER_OFFICER), CHIEF, handed(WESTERN_DESK))
    closed = did(did(sent, WESTERN_HEAD, Accept(handler=WESTERN)), WESTERN, CLOSE)
    first = did(closed, CHIEF, Acknowledge())
    assert {each.account.id for each in first.owed if each.acknowledged} == {CHIEF.id}
    assert all(each.acknowledged for each in did(first, CHIEF, Acknowledge()).owed)


def test_for_whoever_belongs_nowhere_whoever_leads_the_desk_of_the_clue_stands_in() -> None:
    closed = did(replace(opened(), opener=LOCAL), HEAD, CLOSE)
    assert "owed to others" in refused(closed, OTHER_HEAD, Acknowledge())
    assert all(each.acknowledged for each in did(closed, HEAD, Acknowledge()).owed)


def test_for_whoever_belongs_to_no_department_the_chief_stands_in() -> None:
    opener = account(21, Role.CHIEF, at=EAST, department=None)
    closed = did(opened(by=opener, handler=HANDLER), HANDLER, CLOSE)
    assert "owed to others" in refused(closed, HEAD, Acknowledge())
    for by in (CHIEF, ABOVE, LOCAL):
        did(closed, by, Acknowledge())


def test_a_closed_clue_is_only_acknowledged() -> None:
    allowed = {action for action, statuses in LEAVES.items() if ClueStatus.CLOSED in statuses}
    assert allowed == {Acknowledge}
    assert all(any(status in statuses for statuses in LEAVES.values()) for status in ClueStatus)


def test_a_refusal_says_how_the_clue_stands() -> None:
    closed = did(opened(), HANDLER, CLOSE)
    assert refused(closed, HANDLER, REVIEW).startswith("This clue is CLOSED (已办结).")
    assert closed.desk.procuratorate_id == EAST
