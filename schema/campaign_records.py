"""The frozen records of campaigns and of the reviews of their cases' files.

Texts are as they were written: whoever shows one covers natural persons' names in it first; `person_names` are those of
the case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schema.campaign_vocabularies import (
    CampaignKind,
    CampaignStatus,
    ChecklistAnswer,
    FileReviewEventKind,
    FileReviewOutcome,
    FileReviewStatus,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """What a reviewer looks for in a file; the question says what is right."""

    item: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredItem:
    """What a reviewer found of an item, with the question as it was asked."""

    item: str
    question: str
    answer: ChecklistAnswer
    note: str | None
    person_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A special campaign (专项活动).

    `filter` is a filter of cases as stores.search.seam has it, written as JSON; `query` words in the language of
    searches. `procuratorate_id` runs it with all below it; None: the platform as a whole.
    """

    id: int
    name: str
    kind: CampaignKind
    status: CampaignStatus
    from_on: date | None
    until_on: date | None
    filter: Mapping[str, Any]
    query: str | None
    procuratorate_id: int | None
    opened_by: int
    opened_at: datetime
    closed_by: int | None
    closed_at: datetime | None
    summary: str | None
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignProgress:
    """How far a campaign is in one procuratorate; None: with the agencies that nobody supervises.

    `assigned` have a reviewer, whether they were reviewed or not; `problems` and `needs_more_files` are of those
    reviewed.
    """

    procuratorate_id: int | None
    cases: int
    assigned: int
    reviewed: int
    problems: int
    needs_more_files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownReview:
    """What decides of a file review's life: its state, and whose it is."""

    status: FileReviewStatus
    reviewer_id: int | None = None
    outcome: FileReviewOutcome | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReview:
    """The review of one case's file in a campaign (阅卷检查), from the day the case joined."""

    id: int
    campaign_id: int
    case_id: int
    joined_at: datetime
    status: FileReviewStatus
    reviewer_id: int | None
    assigned_at: datetime | None
    outcome: FileReviewOutcome | None
    answers: tuple[AnsweredItem, ...]
    note: str | None
    reviewed_at: datetime | None
    revision: int
    person_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReviewEvent:
    """A step of a file review's life."""

    revision: int
    event: FileReviewEventKind
    happened_at: datetime
    actor_id: int
    reviewer_id: int
    outcome: FileReviewOutcome | None
    answers: tuple[AnsweredItem, ...]
    note: str | None
    person_names: tuple[str, ...]
