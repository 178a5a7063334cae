"""Every path through the life of a clue: none is lost on it, and a result reaches everybody who is owed it."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from schema.access_records import Account
from schema.clue_states import ClueState, ClueStep
from schema.supervision_vocabularies import ClueEventKind, ClueStatus
from supervision.clue import LEAVES, take
from supervision.clue_actions import Acknowledge, Assign, Close, Refusal, Return
from supervision.desks import may_handle
from tests.unit.clue_world import (
    ABOVE,
    CHIEF,
    COLLEAGUE,
    DESK,
    EVERYBODY,
    HANDLER,
    HEAD,
    OTHER_DESK,
    OTHER_HEAD,
    OTHER_OFFICER,
    TODAY,
    WESTERN,
    WESTERN_DESK,
    WESTERN_HEAD,
    actions,
    giving_back,
    opened,
    viewer,
)

DEPTH = 4
NAMED = (HANDLER, COLLEAGUE, OTHER_OFFICER, WESTERN)
WALKERS = (HANDLER, HEAD, CHIEF, OTHER_OFFICER, OTHER_HEAD, WESTERN_HEAD, ABOVE)
BY_ID = {person.id: person for person in EVERYBODY}
FROM = (opened(), opened(handler=HANDLER), opened(by=OTHER_OFFICER), opened(by=CHIEF, handler=HANDLER))


def require_whole(before: ClueState, by: Account, step: ClueStep) -> None:
    """What holds after every step."""
    after = step.state
    assert after.handler_id in BY_ID
    assert after.sender_id in BY_ID
    assert after.desk in after.desks
    assert before.desks <= after.desks
    # It waits for acceptance just while it is handed over and nobody has answered.
    assert [each.accepted for each in after.passed[:-1]] == [True] * max(len(after.passed) - 1, 0)
    assert (after.status is ClueStatus.TRANSFERRED) == bool(after.passed and not after.passed[-1].accepted)
    assert after.sender_id == (after.passed[-1].sender.id if after.passed else after.opener.id)
    if after.status in {ClueStatus.ASSIGNED, ClueStatus.TRANSFERRED} and step.event is not ClueEventKind.RETURNED:
        assert may_handle(BY_ID[after.handler_id], after.desk)
    if after.status is ClueStatus.CLOSED:
        owed = {each.account.id for each in after.owed}
        assert owed == {after.opener.id, *(each.sender.id for each in after.passed)}
        assert len(after.owed) == len(owed)
    else:
        assert after.owed == ()
    if step.event is ClueEventKind.CLOSED:
        assert {each.account.id for each in after.owed if each.acknowledged} <= {by.id}


def goes_on(state: ClueState) -> bool:
    """Whether somebody who is there can take another step, and sees the clue to do so; or it is finished."""
    if state.status is ClueStatus.CLOSED and all(each.acknowledged for each in state.owed):
        return True
    for person in EVERYBODY:
        actor = viewer(person)
        if not any(actor.scope.has_desk(desk) for desk in state.desks):
            continue
        if any(isinstance(take(state, actor, each, today=TODAY), ClueStep) for each in actions(state, NAMED)):
            return True
    return False


def test_no_clue_is_lost_on_any_path() -> None:
    known: set[ClueState] = set(FROM)
    taken: set[tuple[type[object], ClueStatus]] = set()
    reached = list(FROM)
    for _ in range(DEPTH):
        further: list[ClueState] = []
        for state, by in product(reached, WALKERS):
            actor = viewer(by)
            for action in actions(state, NAMED):
                step = take(state, actor, action, today=TODAY)
                if isinstance(step, Refusal):
                    assert step.sentence.endswith(".")
                    continue
                require_whole(state, by, step)
                taken.add((type(action), state.status))
                if step.state not in known:
                    known.add(step.state)
                    further.append(step.state)
        # What lies behind an invitation or another day differs in nothing that decides of the way.
        reached = [state for state in further if len(state.invited) <= 1 and state.due_on == FROM[0].due_on]
    assert {state.status for state in known} == set(ClueStatus)
    assert taken == {(action, status) for action, statuses in LEAVES.items() for status in statuses}
    assert len(known) > 1_000
    stuck = [state for state in known if not goes_on(state)]
    assert not stuck


@st.composite
def walks(draw: st.DrawFn) -> list[tuple[int, int]]:
    return draw(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), min_size=5, max_size=40))


@settings(max_examples=400, deadline=None)
@given(start=st.sampled_from(FROM), walk=walks())
def test_whatever_people_do_a_clue_has_a_handler_and_its_result_arrives(
    start: ClueState, walk: list[tuple[int, int]]
) -> None:
    state = start
    for who, what in walk:
        by = EVERYBODY[who % len(EVERYBODY)]
        offered = list(actions(state, EVERYBODY))
        step = take(state, viewer(by), offered[what % len(offered)], today=TODAY)
        if isinstance(step, ClueStep):
            require_whole(state, by, step)
            state = step.state
    assert goes_on(state)
    finish(state)


def finish(state: ClueState) -> None:
    """Whoever is there brings it to its end, and everybody who is owed the result takes note of it."""
    if state.status is ClueStatus.TRANSFERRED:
        state = _done(state, ABOVE if state.desk == WESTERN_DESK else CHIEF, giving_back(state))
    if state.status is not ClueStatus.CLOSED:
        lead = {DESK: HEAD, OTHER_DESK: OTHER_HEAD, WESTERN_DESK: WESTERN_HEAD}.get(state.desk, ABOVE)
        state = _done(state, lead, Close(result="查否"))
    for each in state.owed:
        if not each.acknowledged:
            step = take(state, viewer(each.account), Acknowledge(), today=TODAY)
            assert isinstance(step, ClueStep)
            state = step.state
    assert all(each.acknowledged for each in state.owed)


def _done(state: ClueState, by: Account, action: Close | Return | Assign) -> ClueState:
    step = take(state, viewer(by), action, today=TODAY)
    assert isinstance(step, ClueStep), step
    return step.state
