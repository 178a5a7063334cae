"""A clue that anybody leads anywhere: what must hold after every step, said without looking at how the machine does it.

People leave while it goes on, and may leave desks behind where nobody is; somebody always sits at the machine.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from typing import Final

from hypothesis import note

from schema.access_records import Account, Desk
from schema.access_vocabularies import Permission, Role
from schema.clue_states import ClueState, ClueStep
from schema.supervision_vocabularies import ClueEventKind, ClueStatus, JointWork
from schema.vocabularies import Department
from supervision import clue_actions as asked
from supervision.clue import open_clue_state, take, way_back
from supervision.clue_actions import ClueAction, Refusal
from supervision.desks import desk_of, may_handle
from tests.soak.dice import Dice
from tests.soak.tally import Tally
from tests.unit import clue_world as world

_S, _E = ClueStatus, ClueEventKind
_WORK = frozenset(_S) - {_S.TRANSFERRED, _S.CLOSED}
LEAVES: Final = {
    asked.Assign: _WORK,
    asked.BeginReview: {_S.NEW, _S.ASSIGNED, _S.RETURNED},
    asked.BeginInvestigation: {_S.ASSIGNED, _S.UNDER_REVIEW, _S.RETURNED},
    asked.RecordStep: _WORK,
    asked.Extend: _WORK,
    asked.Transfer: _WORK,
    asked.Accept: {_S.TRANSFERRED},
    asked.Return: (_WORK | {_S.TRANSFERRED}) - {_S.NEW},
    asked.Invite: _WORK,
    asked.GiveOpinion: _WORK | {_S.TRANSFERRED},
    asked.Close: _WORK,
    asked.Acknowledge: {_S.CLOSED},
}
"""From which states each step is taken."""

REACHES: Final = {
    _E.ACCEPTED: _S.ASSIGNED,
    _E.REVIEW_BEGUN: _S.UNDER_REVIEW,
    _E.INVESTIGATION_BEGUN: _S.INVESTIGATING,
    _E.TRANSFERRED: _S.TRANSFERRED,
    _E.RETURNED: _S.RETURNED,
    _E.CLOSED: _S.CLOSED,
}
"""Which state follows on which step; the others leave a clue in its state, but for an assignment."""

_NOBODYS = Desk(None, world.PREVENTION)
_DESKS = (world.DESK, world.OTHER_DESK, world.WESTERN_DESK, world.EMPTY_DESK, _NOBODYS)
_ACTORS = (*world.EVERYBODY, world.LOOKER)
_LEAVING = (
    *(world.HANDLER, world.COLLEAGUE, world.OTHER_OFFICER, world.WESTERN, world.OTHER_HEAD),
    world.ABOVE,
    world.WESTERN_HEAD,
)
_MOVING = (world.HANDLER, world.COLLEAGUE, world.OTHER_OFFICER)
_NAMED = (*_ACTORS, world.GONE, None)
_VIEWERS = {person.id: world.viewer(person) for person in _ACTORS}
_viewer_of = cache(world.viewer)
_OFFICERS = {world.DESK: world.HEAD, world.OTHER_DESK: world.OTHER_HEAD, world.WESTERN_DESK: world.WESTERN_HEAD}
_LEFT_AT = datetime(2026, 3, 2, tzinfo=UTC)
RESULT = "查否"


def heads(desk: Desk) -> set[int]:
    """Who leads a desk: its head, the chief, the chief above, and whoever sits at the machine."""
    found = {world.ABOVE.id, world.LOCAL.id}
    if desk.procuratorate_id == world.EAST:
        found.add(world.CHIEF.id)
    if desk in _OFFICERS:
        found.add(_OFFICERS[desk].id)
    return found


@dataclass
class ClueLife:
    """A clue, and all that was ever said of it."""

    tally: Tally
    state: ClueState = field(default_factory=lambda: world.opened(by=world.OTHER_OFFICER))
    today: int = 0
    gone: set[int] = field(default_factory=set)
    people: dict[int, Account] = field(default_factory=lambda: {person.id: person for person in _ACTORS})
    """Everybody as they are now."""
    moved: set[int] = field(default_factory=set)
    away: set[int] = field(default_factory=set)
    """Who is no longer where the result would arrive: whoever stands in takes note of it."""
    way: list[tuple[Desk, int, bool]] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    settled: dict[int, bool] = field(default_factory=dict)
    opined: dict[tuple[Desk, JointWork], bool] = field(default_factory=dict)
    shown: set[Desk] = field(default_factory=set)

    def begin(self, dice: Dice) -> None:
        """Somebody opens it."""
        by, handler = dice.pick(world.EVERYBODY), dice.pick((None, *_NAMED))
        desk = Desk(by.procuratorate_id, dice.pick((world.PREVENTION, world.COMPLAINTS, Department.CASE_MANAGEMENT)))
        due = world.TODAY + timedelta(days=dice.below(4) * 10 - 1)
        opened = open_clue_state(_VIEWERS[by.id], desk, handler, due_on=due, today=world.TODAY)
        wrong = due < world.TODAY or (handler is not None and not may_handle(handler, desk))
        assert isinstance(opened, Refusal) == wrong
        if isinstance(opened, ClueState):
            note(f"{by.login} opens it for {desk}, to be handled by {handler and handler.login}")
            assert opened.status is (_S.NEW if handler is None else _S.ASSIGNED)
            assert opened.handler_id == (by if handler is None else handler).id
            self.state = opened
        self.shown = set(self.state.desks)
        self._require_whole()

    def step(self, dice: Dice) -> None:
        """Somebody asks something of it, or leaves, or a day goes by."""
        what = dice.below(32)
        if what == 0:
            return
        if what <= 2:
            self._leaves(dice.pick(_LEAVING))
        elif what == 3:
            self._moves_house(dice.pick(_MOVING), dice.pick((world.PREVENTION, world.COMPLAINTS, world.CORRUPTION)))
        elif what == 4:
            self.today += dice.below(20)
        else:
            by = self._somebody(dice)
            if by.id not in self.gone:
                self._asks(by, self._action(dice, by))
        self._require_whole()

    def _somebody(self, dice: Dice) -> Account:
        """Anybody; every other time one of those whose turn it is."""
        state = self.state
        if dice.below(2):
            return self.people[dice.pick(_ACTORS).id]
        owed = [each.account.id for each in state.owed if not each.acknowledged]
        invited = [_OFFICERS[each.desk].id for each in state.invited if not each.opined and each.desk in _OFFICERS]
        return self.people[dice.pick([state.handler_id, *sorted(heads(state.desk)), *owed, *invited])]

    def _action(self, dice: Dice, by: Account) -> ClueAction:
        kinds = list(LEAVES)
        # Of what is asked most follows, and some does not.
        following = [kind for kind in kinds if self.state.status in LEAVES[kind]]
        kind, which = dice.pick(kinds if dice.below(4) == 0 else following), dice.below(256)
        desk, work = _DESKS[which % len(_DESKS)], list(JointWork)[which % 2]
        named = _NAMED[which % len(_NAMED)]
        named = None if named is None else self._now(named)
        due = world.TODAY + timedelta(days=which - 64)
        if kind is asked.Assign or kind is asked.Accept:
            if which % 3 and self.state.desk in _OFFICERS:
                named = self._now(_OFFICERS[self.state.desk] if which % 2 else self._officer())
            return kind(handler=named, due_on=due if which % 7 == 0 else None)
        if kind is asked.Transfer:
            return asked.Transfer(to=desk, head=self._head(desk, by), reason="属该部门")
        if kind is asked.Invite:
            return asked.Invite(desk=desk, work=work, head=self._head(desk, by))
        if kind is asked.Return:
            back = way_back(self.state)
            return asked.Return(reason="误", head=None if back is None else self._head(back[0], by))
        plain: dict[type[ClueAction], ClueAction] = {
            asked.BeginReview: asked.BeginReview(),
            asked.BeginInvestigation: asked.BeginInvestigation(),
            asked.RecordStep: asked.RecordStep(note="走访"),
            asked.Extend: asked.Extend(due_on=due, reason="复杂"),
            asked.GiveOpinion: asked.GiveOpinion(work=work, opinion="同意"),
            asked.Close: asked.Close(result=RESULT),
            asked.Acknowledge: asked.Acknowledge(),
        }
        return plain[kind]

    def _officer(self) -> Account:
        officers = (world.HANDLER, world.OTHER_OFFICER, world.WESTERN)
        return next((each for each in officers if desk_of(each) == self.state.desk), world.HANDLER)

    def _now(self, person: Account) -> Account:
        return self.people.get(person.id, person)

    def _head(self, desk: Desk, by: Account) -> Account | None:
        """Who answers for a desk, as the record would say."""
        chain = (_OFFICERS.get(desk), world.CHIEF if desk.procuratorate_id == world.EAST else None, world.ABOVE)
        there = [each for each in chain if each is not None and each.id not in self.gone]
        if there and desk.procuratorate_id is not None:
            return there[0]
        return world.LOCAL if by.id == world.LOCAL.id else None

    def _leaves(self, person: Account) -> None:
        """An account is disabled: the record knows it as such wherever it stands."""
        note(f"{person.login} leaves")
        self.gone.add(person.id)
        self.away.add(person.id)
        self.people[person.id] = replace(self.people[person.id], disabled_at=_LEFT_AT)
        self._read_again()

    def _moves_house(self, person: Account, department: Department) -> None:
        """Somebody is at another desk from now on, and may handle what is not that desk's."""
        note(f"{person.login} goes to {department}")
        self.moved.add(person.id)
        if self.state.status is _S.CLOSED:
            self.away.add(person.id)
        self.people[person.id] = replace(self.people[person.id], department=department)
        self._read_again()

    def _read_again(self) -> None:
        state = self.state
        self.state = replace(
            state,
            opener=self._now(state.opener),
            passed=tuple(replace(each, sender=self._now(each.sender)) for each in state.passed),
            owed=tuple(replace(each, account=self._now(each.account)) for each in state.owed),
        )

    # What is asked, and what must come of it

    def _may(self, by: Account, action: ClueAction) -> bool:
        """Whether it is this person's to do."""
        state, mine = self.state, by.id in heads(self.state.desk)
        if by.id == world.LOOKER.id or not any(_viewer_of(by).scope.has_desk(desk) for desk in self.shown):
            return False
        if isinstance(action, asked.Assign):
            manages = Role.CASE_MANAGEMENT in by.roles and state.desk.procuratorate_id == by.procuratorate_id
            return mine or manages or (state.status in {_S.NEW, _S.RETURNED} and by.id == state.handler_id)
        if isinstance(action, asked.Extend):
            return mine
        if isinstance(action, asked.GiveOpinion):
            return any(
                work is action.work and not done and self._sits(by, desk) for (desk, work), done in self.opined.items()
            )
        if isinstance(action, asked.Acknowledge):
            open_ = [each.account for each in state.owed if not each.acknowledged]
            return any(by.id == each.id or by.id in self._stand_ins(each) for each in open_)
        return mine or by.id == state.handler_id

    def _sits(self, by: Account, desk: Desk) -> bool:
        if by.id == world.LOCAL.id:
            return True
        return by.procuratorate_id == desk.procuratorate_id and (
            Role.CHIEF in by.roles or by.department is desk.department
        )

    def _stand_ins(self, owed: Account) -> set[int]:
        own = desk_of(owed)
        if own is not None:
            return heads(own)
        if owed.procuratorate_id is None:
            return heads(self.state.desk)
        return heads(Desk(owed.procuratorate_id, world.CORRUPTION))

    def _asks(self, by: Account, action: ClueAction) -> None:
        before, today = self.state, world.TODAY + timedelta(days=self.today)
        viewer, told = _viewer_of(by), f"{by.login} ({', '.join(by.roles)}) asks {action}"
        permitted = viewer.may(Permission.HANDLE_CLUES)
        sees = any(viewer.scope.has_desk(desk) for desk in before.desks)
        if not permitted or not sees:
            note(f"{told}: there is no such clue")
            self.tally.answers["not seen"] += 1
            assert not self._may(by, action)
            return
        answer = take(before, viewer, action, today=today)
        assert answer == take(before, viewer, action, today=today)
        legal = before.status in LEAVES[type(action)] and self._may(by, action)
        if isinstance(answer, Refusal):
            note(f"{told}: {answer.sentence}")
            self.tally.answers["refused"] += 1
            assert answer.sentence.endswith(".")
            # Nothing is wrong with who asks for it, nor with when: then it is with what is asked for.
            nowhere = isinstance(action, asked.Return) and not before.passed and before.handler_id == before.opener.id
            assert not legal or answer.field != "clueId" or nowhere
            return
        note(f"{told}: {answer.event}, {answer.state.status} at {answer.state.desk}")
        self.tally.answers["taken"] += 1
        self.tally.taken.add((type(action), before.status))
        assert legal
        self._follow(before, by, action, answer)
        self.state = answer.state

    def _follow(self, before: ClueState, by: Account, action: ClueAction, step: ClueStep) -> None:
        """Note down what was done, and see that the step says so."""
        after, event = step.state, step.event
        self.shown |= {after.desk}
        waits = before.status in {_S.NEW, _S.RETURNED}
        same = _S.ASSIGNED if event is _E.ASSIGNED and waits else before.status
        assert after.status is REACHES.get(event, same)
        if event in {_E.TRANSFERRED, _E.ACCEPTED, _E.RETURNED}:
            self._moves(before, by, action, after)
        elif event is _E.DEPARTMENT_INVITED and isinstance(action, asked.Invite):
            assert (action.desk, action.work) not in self.opined
            self.opined[action.desk, action.work] = False
            self.shown |= {action.desk}
        elif event is _E.OPINION_GIVEN:
            self._opines(by, after)
        elif event is _E.CLOSED:
            self.results.append(step.note)
            self.settled = {before.opener.id: False} | {sender: False for _, sender, _ in self.way}
            self.settled |= {by.id: True} if by.id in self.settled else {}
            self.shown |= {desk for key in self.settled if (desk := desk_of(self.people[key])) is not None}
        elif event is _E.ACKNOWLEDGED:
            self._acknowledges(by, after)
        if event in {_E.ASSIGNED, _E.ACCEPTED}:
            assert may_handle(self.people[after.handler_id], after.desk)
        if after.handler_id != before.handler_id:
            assert after.handler_id not in self.gone
            assert event in {_E.ASSIGNED, _E.ACCEPTED, _E.TRANSFERRED, _E.RETURNED}
        if event not in {_E.ASSIGNED, _E.ACCEPTED, _E.EXTENDED}:
            assert after.due_on == before.due_on
        assert step.note or event in {_E.REVIEW_BEGUN, _E.INVESTIGATION_BEGUN, _E.ACKNOWLEDGED}

    def _moves(self, before: ClueState, by: Account, action: ClueAction, after: ClueState) -> None:
        if isinstance(action, asked.Transfer):
            self.way.append((before.desk, by.id, False))
            assert (after.desk, after.handler_id) == (action.to, action.head and action.head.id)
        elif isinstance(action, asked.Accept):
            self.way[-1] = (*self.way[-1][:2], True)
        elif self.way:
            assert after.desk == self.way.pop()[0]

    def _opines(self, by: Account, after: ClueState) -> None:
        done = {(each.desk, each.work) for each in after.invited if each.opined}
        (new,) = done - {key for key, opined in self.opined.items() if opined}
        assert self._sits(by, new[0])
        self.opined[new] = True

    def _acknowledges(self, by: Account, after: ClueState) -> None:
        done = {each.account.id for each in after.owed if each.acknowledged}
        new = {key for key in done if not self.settled[key]}
        assert new
        for key in new:
            assert key == by.id or by.id in self._stand_ins(self.people[key])
            self.settled[key] = True

    def _require_whole(self) -> None:
        """What holds at any time."""
        state = self.state
        handler = _viewer_of(self.people[state.handler_id])
        assert handler.may(Permission.HANDLE_CLUES)
        assert state.handler_id in self.moved or any(handler.scope.has_desk(desk) for desk in state.desks)
        assert state.desk in state.desks
        assert self.shown <= state.desks
        assert [(each.from_desk, each.sender.id, each.accepted) for each in state.passed] == self.way
        assert (state.status is _S.TRANSFERRED) == any(not accepted for _, _, accepted in self.way)
        assert state.sender_id == (self.way[-1][1] if self.way else state.opener.id)
        assert {(each.desk, each.work): each.opined for each in state.invited} == self.opined
        assert (state.status is _S.CLOSED) == (self.results == [RESULT])
        assert len(state.owed) == len(self.settled)
        assert {each.account.id: each.acknowledged for each in state.owed} == self.settled
        self._require_somebody()

    def _require_somebody(self) -> None:
        """What is still to be done somebody can do who is there and sees the clue."""
        state, today = self.state, world.TODAY + timedelta(days=self.today)
        next_ = {_S.TRANSFERRED: asked.Return(reason="误", head=world.LOCAL)}.get(state.status)
        if state.status is not _S.CLOSED:
            # The handler can, or else, where that person is no longer there, whoever leads.
            astray = state.handler_id in self.gone | self.moved
            by = _viewer_of(world.LOCAL if astray else self.people[state.handler_id])
            assert isinstance(take(state, by, next_ or asked.RecordStep(note="走访"), today=today), ClueStep)
            return
        for each in state.owed:
            if not each.acknowledged:
                by = _viewer_of(self._receiver(each.account.id))
                assert any(by.scope.has_desk(desk) for desk in state.desks)
                assert isinstance(take(state, by, asked.Acknowledge(), today=today), ClueStep)

    def _receiver(self, account_id: int) -> Account:
        return world.LOCAL if account_id in self.away else self.people[account_id]

    def end(self) -> None:
        """Whoever is there brings it to its end: the result is kept, and arrives with everybody who is owed it."""
        if self.state.status is _S.TRANSFERRED:
            self._asks(world.LOCAL, asked.Return(reason="误", head=world.LOCAL))
        if self.state.status is not _S.CLOSED:
            self._asks(world.LOCAL, asked.Close(result=RESULT))
        # Who is owed it and stands in for others takes note of it twice.
        for each in (*self.state.owed, *self.state.owed):
            if not self.settled[each.account.id]:
                self._asks(self._receiver(each.account.id), asked.Acknowledge())
        self._require_whole()
        assert self.results == [RESULT]
        assert all(self.settled.values())

    @staticmethod
    def every_step() -> set[tuple[object, object]]:
        """Every step from every state where it can be taken."""
        return {(action, status) for action, status in product(LEAVES, _S) if status in LEAVES[action]}
