"""What decides of a clue's next step, and how it stands after one: frozen, and nothing else."""

from dataclasses import dataclass
from datetime import date

from schema.access_records import Account, Desk
from schema.supervision_vocabularies import ClueEventKind, ClueStatus, JointWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A hand-over that was not returned; not `accepted`: it waits for the receiving desk."""

    from_desk: Desk
    sender: Account
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A desk that was asked to take part, and whether it has said what it thinks."""

    desk: Desk
    work: JointWork
    opined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """Somebody who is owed the result of a closed clue."""

    account: Account
    acknowledged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClueState:
    """A clue as its machine knows it; `passed` are the hand-overs that were not returned, the last one last."""

    status: ClueStatus
    desk: Desk
    handler_id: int
    sender_id: int
    opener: Account
    due_on: date
    desks: frozenset[Desk]
    passed: tuple[Passed, ...] = ()
    invited: tuple[Invited, ...] = ()
    owed: tuple[Owed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClueStep:
    """A step of a clue's life: what happened, how the clue stands after it, and what is said of it."""

    event: ClueEventKind
    state: ClueState
    note: str = ""
