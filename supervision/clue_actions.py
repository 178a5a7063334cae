"""What can be asked for of a clue, and what is answered where it cannot be done."""

from dataclasses import dataclass
from datetime import date

from schema.access_records import Account, Desk
from schema.supervision_vocabularies import JointWork
from schema.vocabularies import Department


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """Give the clue to somebody of the desk (分派); no `handler`: there is no such account."""

    handler: Account | None
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginReview:
    """Begin to review it (审查)."""

    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginInvestigation:
    """Begin to investigate it (调查)."""

    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordStep:
    """Say what was done (办理记录)."""

    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """Give it more time (延长期限)."""

    due_on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Hand it over to another desk, whose `head` answers for it until somebody is named (移送)."""

    to: Desk
    head: Account | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """Accept what was handed over, and name who handles it (接收); no `handler`: there is no such account."""

    handler: Account | None
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Give it back (退回); `head` leads the desk to which it goes back, for a sender who is no longer there."""

    reason: str
    head: Account | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Ask another desk to take part (会同办理); `head` leads it."""

    desk: Desk
    work: JointWork
    head: Account | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveOpinion:
    """Say what a desk that was invited thinks (会同意见); without `department`: one's own."""

    work: JointWork
    opinion: str
    department: Department | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """Close it with a result (办结)."""

    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """Take note of the result (签收结果)."""


ClueAction = (
    Assign
    | BeginReview
    | BeginInvestigation
    | RecordStep
    | Extend
    | Transfer
    | Accept
    | Return
    | Invite
    | GiveOpinion
    | Close
    | Acknowledge
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step cannot be taken, and what can be done; `field` is the input's field to blame."""

    sentence: str
    field: str = "clueId"
