"""The life of a file review (阅卷检查): who may take it from one state to the next, and what must be answered. Pure.

UNASSIGNED until somebody assigns a reviewer; ASSIGNED until the reviewer, or who stands in, records an outcome;
REVIEWED from then on. A review may be recorded again by its reviewer (more files came), and be assigned again while the
campaign is open: what was recorded before stays in its history.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from schema.access_records import Account
from schema.access_vocabularies import Role
from schema.campaign_records import AnsweredItem, ChecklistItem, KnownReview
from schema.campaign_vocabularies import (
    CampaignStatus,
    ChecklistAnswer,
    FileReviewEventKind,
    FileReviewOutcome,
    FileReviewStatus,
)


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """A step of a file review's life: what happened, and how it stands after it."""

    event: FileReviewEventKind
    status: FileReviewStatus
    reviewer_id: int
    outcome: FileReviewOutcome | None
    revision: int


class Blamed(StrEnum):
    """What of a refused change is to blame, by its name in the API."""

    STATE = "fileReviewId"
    REVIEWER = "reviewerLogin"
    ANSWERS = "answers"
    OUTCOME = "outcome"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class ReviewRefusal:
    """Why a step is not taken: how things stand, and what can be done."""

    sentence: str
    blamed: Blamed = Blamed.STATE


STEPS: Final[Mapping[tuple[FileReviewStatus, FileReviewEventKind], FileReviewStatus]] = MappingProxyType(
    {
        (FileReviewStatus.UNASSIGNED, FileReviewEventKind.ASSIGNED): FileReviewStatus.ASSIGNED,
        (FileReviewStatus.ASSIGNED, FileReviewEventKind.ASSIGNED): FileReviewStatus.ASSIGNED,
        (FileReviewStatus.REVIEWED, FileReviewEventKind.ASSIGNED): FileReviewStatus.ASSIGNED,
        (FileReviewStatus.ASSIGNED, FileReviewEventKind.REVIEWED): FileReviewStatus.REVIEWED,
        (FileReviewStatus.REVIEWED, FileReviewEventKind.REVIEWED): FileReviewStatus.REVIEWED,
    }
)
"""Every step there is: what a state becomes by it."""


def assign(known: KnownReview, reviewer_id: int, campaign: CampaignStatus) -> ReviewStep | ReviewRefusal:
    """Give a review to a reviewer, who may see the case and review files."""
    if campaign is CampaignStatus.CLOSED:
        return ReviewRefusal("The campaign is CLOSED: nothing is assigned any more. Reviews assigned before go on.")
    if known.status is FileReviewStatus.ASSIGNED and known.reviewer_id == reviewer_id:
        return ReviewRefusal("It is ASSIGNED to this reviewer already. Choose another.", Blamed.REVIEWER)
    event = FileReviewEventKind.ASSIGNED
    return ReviewStep(event, STEPS[known.status, event], reviewer_id, None, known.revision + 1)


def record(
    known: KnownReview,
    checklist: Sequence[ChecklistItem],
    answers: Sequence[AnsweredItem],
    outcome: FileReviewOutcome,
    note: str | None,
    *,
    campaign: CampaignStatus,
    acts_for_reviewer: bool,
) -> ReviewStep | ReviewRefusal:
    """Record what a reviewer found; `acts_for_reviewer` as `acts_for` says it of whoever does so.

    Every item is answered, but where more files are needed; the outcome agrees with the answers.
    """
    closed = campaign is CampaignStatus.CLOSED
    if known.reviewer_id is None:
        advice = "The campaign is CLOSED: it stays so." if closed else "Have it assigned first."
        return ReviewRefusal(f"It is UNASSIGNED: nobody reviews this file yet. {advice}")
    if not acts_for_reviewer:
        advice = "The campaign is CLOSED: ask one of them." if closed else "Have it assigned to you first."
        return ReviewRefusal(
            f"It is {known.status.value} to somebody else: its reviewer records the outcome, or their head. {advice}"
        )
    refusal = _refused_answers(checklist, answers, outcome) or _refused_outcome(answers, outcome, note)
    if refusal is not None:
        return refusal
    event = FileReviewEventKind.REVIEWED
    return ReviewStep(event, STEPS[known.status, event], known.reviewer_id, outcome, known.revision + 1)


def acts_for(actor: Account, reviewer: Account, within: AbstractSet[int]) -> bool:
    """Whether somebody may record a review in its reviewer's place.

    The reviewer may, the head of the reviewer's department, the chief of the reviewer's procuratorate or of one above
    it, and whoever sits at the machine itself. `within` are the actor's procuratorate and all below it.
    """
    if actor.id == reviewer.id or Role.LOCAL_ADMINISTRATOR in actor.roles:
        return True
    if Role.CHIEF in actor.roles and reviewer.procuratorate_id in within:
        return True
    return (
        Role.DEPARTMENT_HEAD in actor.roles
        and actor.procuratorate_id is not None
        and actor.procuratorate_id == reviewer.procuratorate_id
        and actor.department is not None
        and actor.department is reviewer.department
    )


def _refused_answers(
    checklist: Sequence[ChecklistItem], answers: Sequence[AnsweredItem], outcome: FileReviewOutcome
) -> ReviewRefusal | None:
    asked = {each.item for each in checklist}
    answered = [each.item for each in answers]
    if not asked.issuperset(answered):
        return ReviewRefusal("The checklist has no such item. Answer the items of the campaign's list.", Blamed.ANSWERS)
    if len(answered) != len(set(answered)):
        return ReviewRefusal("An item is answered twice. Answer each once.", Blamed.ANSWERS)
    missing = [each.item for each in checklist if each.item not in answered]
    if missing and outcome is not FileReviewOutcome.NEEDS_MORE_FILES:
        return ReviewRefusal(
            f"Not answered: {', '.join(missing)}. Answer every item, NOT_APPLICABLE where it does not apply.",
            Blamed.ANSWERS,
        )
    return None


def _refused_outcome(
    answers: Sequence[AnsweredItem], outcome: FileReviewOutcome, note: str | None
) -> ReviewRefusal | None:
    problems = [each.item for each in answers if each.answer is ChecklistAnswer.NO]
    if outcome is FileReviewOutcome.NOTHING_WRONG and problems:
        return ReviewRefusal(
            f"NOTHING_WRONG does not agree with NO to {', '.join(problems)}. Record PROBLEM_FOUND.", Blamed.OUTCOME
        )
    if outcome is not FileReviewOutcome.NOTHING_WRONG and not note:
        return ReviewRefusal(f"Say in `note` why it is {outcome.value}.", Blamed.NOTE)
    return None
