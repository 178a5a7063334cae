"""The life of a file review: random actions of random people on the pure machine, and what each refusal says."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.access_records import Account, Scope
from schema.access_vocabularies import Role
from schema.campaign_records import AnsweredItem, ChecklistItem, KnownReview
from schema.campaign_vocabularies import (
    CampaignKind,
    CampaignStatus,
    ChecklistAnswer,
    FileReviewEventKind,
    FileReviewOutcome,
    FileReviewStatus,
)
from schema.records import Procuratorate
from schema.vocabularies import Department
from supervision.campaign import refuse_closing, scope_of_campaign
from supervision.checklists import checklist_of
from supervision.file_review import STEPS, Blamed, ReviewRefusal, ReviewStep, acts_for, assign, record

CITY, EAST, WEST = 1, 2, 3
BELOW = {CITY: frozenset({CITY, EAST, WEST}), EAST: frozenset({EAST}), WEST: frozenset({WEST}), None: frozenset[int]()}
CHECKLIST = checklist_of(CampaignKind.OTHER)
NEW = KnownReview(status=FileReviewStatus.UNASSIGNED)


def account(
    key: int, *roles: Role, home: int | None = EAST, department: Department | None = Department.PREVENTION
) -> Account:
    return Account(
        id=key,
        login=f"a{key}",
        name="某人",
        roles=roles or (Role.CASE_OFFICER,),
        procuratorate_id=home,
        department=department,
        agency_id=None,
        disabled_at=None,
    )


PEOPLE = (
    account(1),
    account(2),
    account(3, home=WEST),
    account(4, Role.DEPARTMENT_HEAD),
    account(5, Role.DEPARTMENT_HEAD, department=Department.ANTI_CORRUPTION),
    account(6, Role.DEPARTMENT_HEAD, home=CITY),
    account(7, Role.CHIEF),
    account(8, Role.CHIEF, home=WEST),
    account(9, Role.CHIEF, home=CITY),
    account(10, Role.LOCAL_ADMINISTRATOR, home=None, department=None),
)


def answers(answer: ChecklistAnswer = ChecklistAnswer.YES) -> list[AnsweredItem]:
    """Every item answered in one way."""
    return [AnsweredItem(item=each.item, question=each.question, answer=answer, note=None) for each in CHECKLIST]


def after(step: ReviewStep) -> KnownReview:
    """A review as it is kept after a step."""
    return KnownReview(status=step.status, reviewer_id=step.reviewer_id, outcome=step.outcome, revision=step.revision)


def assigned(to: int = 1) -> KnownReview:
    step = assign(NEW, to, CampaignStatus.OPEN)
    assert isinstance(step, ReviewStep)
    return after(step)


answered = st.lists(
    st.builds(
        lambda item, answer: AnsweredItem(item=item, question="问", answer=answer, note=None),
        st.sampled_from([*(each.item for each in CHECKLIST), "no-such"]),
        st.sampled_from(ChecklistAnswer),
    ),
    max_size=len(CHECKLIST) + 1,
)
whole = st.builds(
    lambda chosen: [
        AnsweredItem(item=each.item, question="问", answer=answer, note=None)
        for each, answer in zip(CHECKLIST, chosen, strict=True)
    ],
    st.lists(st.sampled_from(ChecklistAnswer), min_size=len(CHECKLIST), max_size=len(CHECKLIST)),
)


@dataclass(frozen=True)
class Assigning:
    """Somebody is given the review."""

    person: Account
    campaign: CampaignStatus


@dataclass(frozen=True)
class Recording:
    """Somebody records an outcome."""

    person: Account
    answers: Sequence[AnsweredItem]
    outcome: FileReviewOutcome
    note: str | None


Action = Assigning | Recording
people = st.sampled_from(PEOPLE)
actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(Assigning, people, st.sampled_from(CampaignStatus)),
    st.builds(
        Recording,
        people,
        st.one_of(answered, whole),
        st.sampled_from(FileReviewOutcome),
        st.sampled_from([None, "有问题"]),
    ),
)


def stands_in(known: KnownReview, person: Account) -> bool:
    reviewer = next((each for each in PEOPLE if each.id == known.reviewer_id), None)
    return reviewer is not None and acts_for(person, reviewer, BELOW[person.procuratorate_id])


def require_lawful(known: KnownReview, action: Action, step: ReviewStep) -> None:
    """What must hold of every step that is taken."""
    assert step.status is STEPS[known.status, step.event]
    if isinstance(action, Assigning):
        assert action.campaign is CampaignStatus.OPEN
        assert (step.reviewer_id, step.outcome) == (action.person.id, None)
        return
    assert stands_in(known, action.person)
    assert (step.reviewer_id, step.outcome) == (known.reviewer_id, action.outcome)
    everything = {each.item for each in action.answers} == {each.item for each in CHECKLIST}
    assert everything or step.outcome is FileReviewOutcome.NEEDS_MORE_FILES
    if step.outcome is FileReviewOutcome.NOTHING_WRONG:
        assert all(each.answer is not ChecklistAnswer.NO for each in action.answers)
    else:
        assert action.note


@settings(max_examples=1_000)
@given(st.lists(actions, max_size=25))
def test_whatever_anybody_does_a_review_stays_somebodys_and_its_outcome_rests_on_answers(
    done: Sequence[Action],
) -> None:
    known, events = NEW, 0
    for action in done:
        if isinstance(action, Assigning):
            step = assign(known, action.person.id, action.campaign)
        else:
            step = record(
                known,
                CHECKLIST,
                action.answers,
                action.outcome,
                action.note,
                campaign=CampaignStatus.OPEN,
                acts_for_reviewer=stands_in(known, action.person),
            )
        if isinstance(step, ReviewRefusal):
            assert step.sentence
            continue
        require_lawful(known, action, step)
        known, events = after(step), events + 1
        assert known.revision == events
        assert known.reviewer_id is not None
        assert (known.outcome is not None) == (known.status is FileReviewStatus.REVIEWED)
    # Whatever became of it, its reviewer can end it.
    if known.reviewer_id is not None:
        last = record(
            known,
            CHECKLIST,
            answers(),
            FileReviewOutcome.NOTHING_WRONG,
            None,
            campaign=CampaignStatus.OPEN,
            acts_for_reviewer=True,
        )
        assert isinstance(last, ReviewStep)
        assert last.status is FileReviewStatus.REVIEWED


@pytest.mark.parametrize("status", FileReviewStatus)
@pytest.mark.parametrize("event", FileReviewEventKind)
def test_every_state_takes_the_steps_of_the_table_and_no_others(
    status: FileReviewStatus, event: FileReviewEventKind
) -> None:
    nobodys = status is FileReviewStatus.UNASSIGNED
    outcome = FileReviewOutcome.NOTHING_WRONG if status is FileReviewStatus.REVIEWED else None
    known = KnownReview(status=status, reviewer_id=None if nobodys else 1, outcome=outcome, revision=3)
    step = (
        assign(known, 2, CampaignStatus.OPEN)
        if event is FileReviewEventKind.ASSIGNED
        else record(
            known,
            CHECKLIST,
            answers(),
            FileReviewOutcome.NOTHING_WRONG,
            None,
            campaign=CampaignStatus.OPEN,
            acts_for_reviewer=True,
        )
    )
    expected = STEPS.get((status, event))
    if expected is None:
        assert isinstance(step, ReviewRefusal)
        assert step.blamed is Blamed.STATE
        assert status.value in step.sentence
    else:
        assert isinstance(step, ReviewStep)
        assert (step.status, step.revision) == (expected, 4)


def test_nothing_is_assigned_in_a_campaign_that_has_ended_and_what_was_goes_on() -> None:
    refusal = assign(NEW, 1, CampaignStatus.CLOSED)
    assert isinstance(refusal, ReviewRefusal)
    assert "CLOSED" in refusal.sentence
    step = record(
        assigned(),
        CHECKLIST,
        answers(),
        FileReviewOutcome.NOTHING_WRONG,
        None,
        campaign=CampaignStatus.OPEN,
        acts_for_reviewer=True,
    )
    assert isinstance(step, ReviewStep)


@pytest.mark.parametrize("known", [NEW, assigned()])
def test_who_may_not_record_a_review_is_told_to_have_it_assigned_only_while_it_can_be(known: KnownReview) -> None:
    for campaign, advises in ((CampaignStatus.OPEN, True), (CampaignStatus.CLOSED, False)):
        refusal = record(
            known,
            CHECKLIST,
            answers(),
            FileReviewOutcome.NOTHING_WRONG,
            None,
            campaign=campaign,
            acts_for_reviewer=False,
        )
        assert isinstance(refusal, ReviewRefusal)
        assert ("assigned" in refusal.sentence) is advises


def test_a_review_is_not_assigned_twice_to_one_reviewer() -> None:
    refusal = assign(assigned(1), 1, CampaignStatus.OPEN)
    assert isinstance(refusal, ReviewRefusal)
    assert refusal.blamed is Blamed.REVIEWER
    assert isinstance(assign(assigned(1), 2, CampaignStatus.OPEN), ReviewStep)


@pytest.mark.parametrize(
    ("told", "outcome", "note", "blamed"),
    [
        (answers()[1:], FileReviewOutcome.NOTHING_WRONG, None, Blamed.ANSWERS),
        (answers()[1:], FileReviewOutcome.PROBLEM_FOUND, "有问题", Blamed.ANSWERS),
        ([*answers(), answers()[0]], FileReviewOutcome.NOTHING_WRONG, None, Blamed.ANSWERS),
        (answers(ChecklistAnswer.NO), FileReviewOutcome.NOTHING_WRONG, None, Blamed.OUTCOME),
        (answers(), FileReviewOutcome.PROBLEM_FOUND, None, Blamed.NOTE),
        ([], FileReviewOutcome.NEEDS_MORE_FILES, None, Blamed.NOTE),
    ],
)
def test_an_outcome_that_does_not_agree_with_its_answers_is_refused(
    told: list[AnsweredItem], outcome: FileReviewOutcome, note: str | None, blamed: Blamed
) -> None:
    refusal = record(assigned(), CHECKLIST, told, outcome, note, campaign=CampaignStatus.OPEN, acts_for_reviewer=True)
    assert isinstance(refusal, ReviewRefusal)
    assert refusal.blamed is blamed


def test_a_refusal_does_not_say_again_what_was_said() -> None:
    told = [AnsweredItem(item="赵小满", question="", answer=ChecklistAnswer.YES, note=None)]
    refusal = record(
        assigned(),
        CHECKLIST,
        told,
        FileReviewOutcome.NOTHING_WRONG,
        None,
        campaign=CampaignStatus.OPEN,
        acts_for_reviewer=True,
    )
    assert isinstance(refusal, ReviewRefusal)
    assert "赵小满" not in refusal.sentence


def test_more_files_may_be_needed_before_everything_is_answered() -> None:
    step = record(
        assigned(),
        CHECKLIST,
        [],
        FileReviewOutcome.NEEDS_MORE_FILES,
        "缺鉴定",
        campaign=CampaignStatus.OPEN,
        acts_for_reviewer=True,
    )
    assert isinstance(step, ReviewStep)


def test_who_stands_in_for_a_reviewer() -> None:
    reviewer = PEOPLE[0]
    standing_in = {person.id for person in PEOPLE if acts_for(person, reviewer, BELOW[person.procuratorate_id])}
    assert standing_in == {1, 4, 7, 9, 10}
    nowhere = account(11, home=None, department=None)
    assert not acts_for(account(12, Role.DEPARTMENT_HEAD, home=None, department=None), nowhere, frozenset())


@pytest.mark.parametrize("kind", CampaignKind)
def test_every_kind_of_campaign_has_a_checklist_of_chinese_sentences(kind: CampaignKind) -> None:
    found = checklist_of(kind)
    assert len({each.item for each in found}) == len(found) > 6
    assert len({each.question for each in found}) == len(found)
    for each in found:
        assert isinstance(each, ChecklistItem)
        assert "是否" in each.question


def test_a_campaign_selects_what_its_procuratorate_supervises_and_nobody_by_name() -> None:
    city = Procuratorate(id=1, name="市", region="411300", parent_id=None)
    county = Procuratorate(id=2, name="县", region="411321", parent_id=1)
    of_city, of_county = scope_of_campaign(city, (1, 2)), scope_of_campaign(county, (2,))
    assert (of_city.procuratorate_ids, of_city.unassigned) == ((1, 2), True)
    assert (of_county.procuratorate_ids, of_county.unassigned) == ((2,), False)
    everywhere = scope_of_campaign(None, ())
    assert everywhere.everything
    assert [scope.names for scope in (of_city, of_county, everywhere)] == [False] * 3
    assert of_city.findings


def test_a_campaign_ends_once_and_by_whose_it_is() -> None:
    county, city = Scope(procuratorate_ids=(2,)), Scope(procuratorate_ids=(1, 2), unassigned=True)
    assert refuse_closing(CampaignStatus.OPEN, 2, county) is None
    assert "CLOSED" in (refuse_closing(CampaignStatus.CLOSED, 2, county) or "")
    assert "superior" in (refuse_closing(CampaignStatus.OPEN, 1, county) or "")
    # A city sees what is nobody's; the campaign of the whole platform is none of that.
    assert "platform" in (refuse_closing(CampaignStatus.OPEN, None, city) or "")
    assert refuse_closing(CampaignStatus.OPEN, None, Scope(everything=True)) is None
