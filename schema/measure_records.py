"""The frozen records of measures (监督措施) issued here: what the stores answer and the API shows."""

from dataclasses import dataclass
from datetime import date, datetime

from schema.supervision_vocabularies import MeasureEventKind, MeasureStatus
from schema.vocabularies import Department, MeasureKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure (监督措施) as it stands; `status` is never OVERDUE, which is for `supervision.measure` to derive.

    `named_limit_on` is the last day for the reply that its author named; `reply_due_on` that day, else the one the law
    sets from the day of service, else None: nobody set any. `told_replied_on` and `told_reply` are of the reply that a
    feed tells of under its number, of a filing notice else of the filing; what was recorded here counts before it.
    `case_ids` are all its cases, those out of scope among them; `person_names` the names in those, to be covered in its
    texts.
    """

    id: int
    number: str | None
    kind: MeasureKind
    status: MeasureStatus
    title: str
    text: str
    addressee: str
    agency_id: int | None
    procuratorate_id: int | None
    department: Department | None
    clue_id: int | None
    author_id: int
    urgent: bool
    drafted_at: datetime
    issued_on: date | None
    served_on: date | None
    named_limit_on: date | None
    reply_due_on: date | None
    replied_on: date | None
    reply: str | None
    told_replied_on: date | None = None
    told_reply: str | None = None
    checked_on: date | None
    rectification: str | None
    copy_to_legal_office: bool
    copied_on: date | None
    escalated_to_id: int | None
    revision: int
    case_ids: tuple[int, ...] = ()
    person_names: tuple[str, ...] = ()

    @property
    def is_answered(self) -> bool:
        """Whether a reply is known, recorded here or told by a feed, perhaps without its day."""
        return any(each is not None for each in (self.replied_on, self.told_replied_on, self.told_reply))


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureEvent:
    """A step of a measure's life; `on` is the day it was done, `actor` the name of the account that wrote it down."""

    id: int
    measure_id: int
    revision: int
    event: MeasureEventKind
    happened_at: datetime
    on: date
    actor: str
    status: MeasureStatus
    note: str
    person_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureFilter:
    """Which measures are wanted: OR within a list, AND between fields; None and empty ask for nothing.

    `statuses` as they are shown, OVERDUE among them. `reply_due_before` is exclusive.
    """

    kinds: tuple[MeasureKind, ...] = ()
    statuses: tuple[MeasureStatus, ...] = ()
    agency_ids: tuple[int, ...] = ()
    reply_due_before: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMeasure:
    """A measure as it is drafted."""

    kind: MeasureKind
    title: str
    text: str
    addressee: str
    agency_id: int | None
    procuratorate_id: int | None
    department: Department | None
    author_id: int
    clue_id: int | None = None
    urgent: bool = False
    named_limit_on: date | None = None
    copy_to_legal_office: bool = False
    case_ids: tuple[int, ...] = ()
