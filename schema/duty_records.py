"""The frozen records of duty-crime and public-interest cases, and of the steps of their lives."""

from dataclasses import dataclass
from datetime import date, datetime

from schema.access_records import Desk
from schema.duty_vocabularies import (
    DutyCrimeEventKind,
    DutyCrimeStatus,
    PublicInterestEventKind,
    PublicInterestStatus,
)
from schema.vocabularies import Department, Domain


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyCrimeCase:
    """A duty-crime case (职务犯罪案件); `clue_id` is None too where the viewer may not see the clue."""

    id: int
    number: str
    official: str
    position: str
    agency_id: int | None
    workplace: str | None
    crime: str
    status: DutyCrimeStatus
    outcome: str | None
    clue_id: int | None
    procuratorate_id: int | None
    department: Department
    filed_on: date
    last_step_on: date
    author: str
    revision: int

    @property
    def desk(self) -> Desk:
        """Which investigates it, and sees it."""
        return Desk(self.procuratorate_id, self.department)

    @property
    def person_names(self) -> tuple[str, ...]:
        """Whom its texts name."""
        return (self.official,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalStanding:
    """How the proposal of a case stands: whether it was withdrawn, and since when the agency has it."""

    withdrawn: bool = False
    served_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """A suspension of a review (中止审查) that has ended: its first day, and the first day after it."""

    since: date
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicInterestCase:
    """A public-interest case (公益诉讼案件).

    `reply_due_on` is the last day of the reply to its proposal; one withdrawn, or not served, has none.
    """

    id: int
    number: str
    title: str
    domain: Domain
    agency_id: int
    status: PublicInterestStatus
    clue_id: int | None
    measure_id: int | None
    proposal: ProposalStanding
    reply_due_on: date | None
    procuratorate_id: int | None
    filed_on: date
    suspended_on: date | None
    suspensions: tuple[Suspension, ...]
    sued_on: date | None
    court: str | None
    outcome: str | None
    last_step_on: date
    author: str
    revision: int
    case_ids: tuple[int, ...]
    person_names: tuple[str, ...]

    @property
    def desk(self) -> Desk:
        """Which handles it."""
        return Desk(self.procuratorate_id, Department.CIVIL_ADMINISTRATIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """A step of the life of either: what was done, on which day, by whom; `note` says why or what came of it."""

    case_id: int
    revision: int
    event: DutyCrimeEventKind | PublicInterestEventKind
    on: date
    actor: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFiling:
    """Who filed a case for whom, and when it was written down."""

    author_id: int
    procuratorate_id: int | None
    at: datetime
