"""The frozen records of clues (线索): what the stores answer and the API shows."""

from dataclasses import dataclass
from datetime import date, datetime

from schema.access_records import Desk
from schema.supervision_vocabularies import (
    ClueClass,
    ClueEventKind,
    ClueRise,
    ClueSource,
    ClueStatus,
    HandOverOutcome,
    JointWork,
)
from schema.vocabularies import Department


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """A clue (线索) as it stands.

    `desk` handles it, or is to accept it; `desks` are all that have or had a part in it, and so see it. `person_names`
    are those of its cases, to be covered in its texts. `acknowledged_at` is when the last who is owed the result had
    taken note of it.
    """

    id: int
    number: str
    title: str
    text: str | None
    source: ClueSource
    clue_class: ClueClass
    status: ClueStatus
    desk: Desk
    handler_id: int
    sender_id: int
    opener_id: int
    due_on: date
    result: str | None
    opened_at: datetime
    last_step_at: datetime
    closed_at: datetime | None
    acknowledged_at: datetime | None
    revision: int
    desks: tuple[Desk, ...]
    person_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClueEvent:
    """A step of a clue's life, with where the clue stood after it; `actor` is an account's name."""

    id: int
    clue_id: int
    revision: int
    event: ClueEventKind
    happened_at: datetime
    actor: str
    status: ClueStatus
    desk: Desk
    handler_id: int
    due_on: date
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClueHandOver:
    """A clue handed from one desk to another (线索互转); without an outcome it waits for acceptance."""

    id: int
    clue_id: int
    from_desk: Desk
    to_desk: Desk
    sender_id: int
    reason: str
    sent_at: datetime
    outcome: HandOverOutcome | None
    ended_by: int | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClueParticipation:
    """A desk that takes part in a clue of another (会同办理), and its opinion."""

    id: int
    clue_id: int
    desk: Desk
    work: JointWork
    invited_by: int
    invited_at: datetime
    opinion: str | None
    opinion_by: int | None
    opinion_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClueReceipt:
    """Somebody who is owed a clue's result, and who took note of it for them."""

    clue_id: int
    account_id: int
    acknowledged_at: datetime | None
    acknowledged_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClueFilter:
    """Which clues of a ledger are wanted: OR within a list, AND between fields; None and empty ask for nothing.

    `due_before` is exclusive. `unacknowledged`: whether the clue is closed and somebody has not taken note of it.
    """

    departments: tuple[Department, ...] = ()
    statuses: tuple[ClueStatus, ...] = ()
    classes: tuple[ClueClass, ...] = ()
    sources: tuple[ClueSource, ...] = ()
    handler_id: int | None = None
    due_before: date | None = None
    dormant: bool | None = None
    risen_to: ClueRise | None = None
    unacknowledged: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LyingStill:
    """What tells which clues are dormant on a day: after how many days without a step, and how many more it rises."""

    today: date
    still_days: int
    rise_days: int


@dataclass(frozen=True, slots=True)
class CluePlace:
    """A place in a ledger of clues: the due day, the id."""

    due_on: date
    clue_id: int
