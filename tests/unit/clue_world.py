"""People at the desks of a city and its two counties, and clues that they lead through every state."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Final

from schema.access_records import Account, Desk, Viewer
from schema.access_vocabularies import Role
from schema.clue_states import ClueState, ClueStep
from schema.supervision_vocabularies import JointWork
from schema.vocabularies import Department
from supervision.access import viewer_of
from supervision.clue import open_clue_state, take, way_back
from supervision.clue_actions import (
    Accept,
    Acknowledge,
    Assign,
    BeginInvestigation,
    BeginReview,
    Close,
    ClueAction,
    Extend,
    GiveOpinion,
    Invite,
    RecordStep,
    Refusal,
    Return,
    Transfer,
)

TODAY: Final = date(2026, 3, 2)
CITY, EAST, WEST = 1, 2, 3
BELOW: Final = {CITY: (CITY, EAST, WEST), EAST: (EAST,), WEST: (WEST,)}
PREVENTION, COMPLAINTS, CORRUPTION = Department.PREVENTION, Department.COMPLAINTS, Department.ANTI_CORRUPTION


def account(
    id: int,  # noqa: A002  the field's name
    *roles: Role,
    at: int | None = EAST,
    department: Department | None = PREVENTION,
    disabled: bool = False,
) -> Account:
    return Account(
        id=id,
        login=f"p{id}",
        name=f"某{id}",
        roles=roles,
        procuratorate_id=at,
        department=department,
        agency_id=None,
        disabled_at=datetime(2026, 1, 1, tzinfo=UTC) if disabled else None,
    )


HANDLER = account(1, Role.CASE_OFFICER)
COLLEAGUE = account(2, Role.CASE_OFFICER)
HEAD = account(3, Role.DEPARTMENT_HEAD)
CHIEF = account(4, Role.CHIEF, department=None)
MANAGER = account(5, Role.CASE_MANAGEMENT, department=Department.CASE_MANAGEMENT)
OTHER_OFFICER = account(6, Role.CASE_OFFICER, department=COMPLAINTS)
OTHER_HEAD = account(7, Role.DEPARTMENT_HEAD, department=COMPLAINTS)
WESTERN = account(8, Role.CASE_OFFICER, at=WEST)
WESTERN_HEAD = account(9, Role.DEPARTMENT_HEAD, at=WEST)
ABOVE = account(10, Role.CHIEF, at=CITY, department=None)
LOCAL = account(11, Role.LOCAL_ADMINISTRATOR, at=None, department=None)
GONE = account(12, Role.CASE_OFFICER, disabled=True)
LOOKER = account(13, Role.DISCIPLINE, department=Department.DISCIPLINE)

EVERYBODY: Final = (
    *(HANDLER, COLLEAGUE, HEAD, CHIEF, MANAGER, OTHER_OFFICER, OTHER_HEAD),
    *(WESTERN, WESTERN_HEAD, ABOVE, LOCAL),
)
"""Who may sign in, and may handle clues."""

DESK = Desk(EAST, PREVENTION)
OTHER_DESK = Desk(EAST, COMPLAINTS)
WESTERN_DESK = Desk(WEST, PREVENTION)
EMPTY_DESK = Desk(WEST, CORRUPTION)
HEADS: Final = {DESK: HEAD, OTHER_DESK: OTHER_HEAD, WESTERN_DESK: WESTERN_HEAD}


def viewer(of: Account) -> Viewer:
    home = of.procuratorate_id
    return viewer_of(
        of, BELOW.get(home or 0, ()), highest=home == CITY, session_id=None, purpose="", address="127.0.0.1"
    )


def opened(by: Account = HANDLER, handler: Account | None = None, desk: Desk = DESK) -> ClueState:
    state = open_clue_state(viewer(by), desk, handler, due_on=TODAY + timedelta(days=30), today=TODAY)
    assert isinstance(state, ClueState), state
    return state


def did(state: ClueState, by: Account, action: ClueAction) -> ClueState:
    """The state after a step that must be allowed."""
    step = take(state, viewer(by), action, today=TODAY)
    assert isinstance(step, ClueStep), step
    return step.state


def refused(state: ClueState, by: Account, action: ClueAction) -> str:
    """Why a step is refused."""
    step = take(state, viewer(by), action, today=TODAY)
    assert isinstance(step, Refusal), step
    return step.sentence


def head_of(desk: Desk) -> Account | None:
    """Who answers for a desk, as the record would say."""
    chiefs = {EAST: CHIEF, WEST: ABOVE, CITY: ABOVE}
    return HEADS.get(desk) or chiefs.get(desk.procuratorate_id or 0)


def giving_back(state: ClueState) -> Return:
    back = way_back(state)
    return Return(reason="不属本部门", head=None if back is None else head_of(back[0]))


def handed(to: Desk = OTHER_DESK) -> Transfer:
    return Transfer(to=to, head=head_of(to), reason="属该部门管辖")


def actions(state: ClueState, handlers: Sequence[Account]) -> Iterator[ClueAction]:
    """Everything that can be asked of a clue."""
    for handler in handlers:
        yield Assign(handler=handler)
        yield Accept(handler=handler)
    yield from (BeginReview(), BeginInvestigation(), RecordStep(note="走访"), Close(result="查否"), Acknowledge())
    yield Extend(due_on=state.due_on + timedelta(days=10), reason="案情复杂")
    yield giving_back(state)
    for desk in (DESK, OTHER_DESK, WESTERN_DESK):
        yield handed(desk)
    for desk, work in product((OTHER_DESK, WESTERN_DESK), JointWork):
        yield Invite(desk=desk, work=work, head=head_of(desk))
    for work in JointWork:
        yield GiveOpinion(work=work, opinion="同意")


def moved(person: Account, department: Department) -> Account:
    """The same person at another desk."""
    return replace(person, department=department)
