"""The frozen records of triage: what waits for a decision, and what was decided."""

from dataclasses import dataclass
from datetime import date, datetime

from schema.supervision_vocabularies import TriageDecision
from schema.vocabularies import Certainty, Department


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePlace:
    """A place in the order of the queues: by certainty, by days overdue, by how long it waits, by its id.

    `as_of` is the day that the days were counted to: a walk through pages keeps to it, so that midnight moves nothing.
    """

    as_of: date
    certainty: Certainty | None
    overdue_days: int | None
    entered_at: datetime
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedCase:
    """A case that waits for a department's decision, and what the findings that are its business say at the most.

    `certainty` is None without such a finding; `overdue_days` are calendar days, None where none has a due day.
    """

    case_id: int
    department: Department
    place: QueuePlace


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedCase:
    """A case as it stands when it is decided of: where it waits, and for which departments it was decided of before.

    None among `decided`: it was decided of for all departments at once.
    """

    revision: int
    waiting: frozenset[Department]
    decided: frozenset[Department | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageRecord:
    """What was decided of a case (分流决定). `department`: for whose queue; None: for all."""

    id: int
    case_id: int
    decision: TriageDecision
    reason: str
    department: Department | None
    decided_by: int
    decided_at: datetime
    clue_id: int | None
    measure_id: int | None
