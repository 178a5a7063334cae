"""The frozen records of activities (活动): what was done beyond single cases, with whom, and what came of it.

Texts are as they were written, and participants are natural persons: whoever shows them covers names first.
"""

from dataclasses import dataclass
from datetime import date, datetime

from schema.campaign_vocabularies import ActivityEventKind, ActivityKind, ParticipantCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A person who took part."""

    category: ParticipantCategory
    name: str
    organisation: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A joint meeting, a visit, a survey or a training; `person_names` are those of who took part."""

    id: int
    kind: ActivityKind
    held_on: date
    place: str | None
    title: str
    text: str | None
    outcome: str | None
    procuratorate_id: int | None
    campaign_id: int | None
    recorded_by: int
    recorded_at: datetime
    revision: int
    person_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityEvent:
    """A step of an activity's record; `note` is what was recorded of the outcome."""

    revision: int
    event: ActivityEventKind
    happened_at: datetime
    actor_id: int
    note: str
    person_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFilter:
    """Which activities: OR within a list, AND between fields; an empty list asks for nothing."""

    kinds: tuple[ActivityKind, ...] = ()
    held_from: date | None = None
    held_to: date | None = None
    campaign_id: int | None = None
    agency_ids: tuple[int, ...] = ()
