"""A procuratorate's own cases, and a case that waits for triage, whatever anybody does with them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from hypothesis import note

from schema.access_records import Account, Desk
from schema.access_vocabularies import Permission, Role
from schema.duty_records import ProposalStanding
from schema.duty_vocabularies import DutyCrimeEventKind, DutyCrimeStatus, PublicInterestEventKind, PublicInterestStatus
from schema.supervision_vocabularies import TriageDecision
from schema.triage_records import AwaitedCase
from schema.vocabularies import Department
from supervision import duty_crime, public_interest, triage
from supervision.case_steps import Refusal
from supervision.desks import works_at
from supervision.public_interest import PublicInterestState, PublicInterestStep
from tests.soak.dice import Dice
from tests.soak.tally import Tally
from tests.unit import clue_world as world

_D, _DE = DutyCrimeStatus, DutyCrimeEventKind
_P, _PE = PublicInterestStatus, PublicInterestEventKind
DUTY_STEPS: Final = {
    **{(_DE.NOTED, each): each for each in (_D.FILED, _D.TRANSFERRED_FOR_PROSECUTION, _D.PROSECUTED)},
    (_DE.TRANSFERRED_FOR_PROSECUTION, _D.FILED): _D.TRANSFERRED_FOR_PROSECUTION,
    (_DE.WITHDRAWN, _D.FILED): _D.WITHDRAWN,
    (_DE.WITHDRAWN, _D.TRANSFERRED_FOR_PROSECUTION): _D.WITHDRAWN,
    (_DE.PROSECUTED, _D.TRANSFERRED_FOR_PROSECUTION): _D.PROSECUTED,
    (_DE.NOT_PROSECUTED, _D.TRANSFERRED_FOR_PROSECUTION): _D.NOT_PROSECUTED,
    (_DE.NOT_PROSECUTED, _D.PROSECUTED): _D.NOT_PROSECUTED,
    (_DE.JUDGED, _D.PROSECUTED): _D.JUDGED,
}
PUBLIC_STEPS: Final = {
    **{(_PE.NOTED, each): each for each in set(_P) - {_P.CLOSED}},
    **{(_PE.CLOSED, each): _P.CLOSED for each in set(_P) - {_P.CLOSED}},
    (_PE.PROPOSED, _P.FILED): _P.PROPOSED,
    (_PE.PROPOSED, _P.PROPOSED): _P.PROPOSED,
    (_PE.SUSPENDED, _P.PROPOSED): _P.SUSPENDED,
    (_PE.RESUMED, _P.SUSPENDED): _P.PROPOSED,
    (_PE.SUED, _P.PROPOSED): _P.SUED,
    (_PE.JUDGED, _P.SUED): _P.JUDGED,
}
_CIVIL = Department.CIVIL_ADMINISTRATIVE
_INVESTIGATOR = world.account(31, Role.CASE_OFFICER, department=world.CORRUPTION)
_CIVIL_OFFICER = world.account(32, Role.CASE_OFFICER, department=_CIVIL)
_LEADER = world.account(33, Role.DEPARTMENT_HEAD, department=triage.LEADING)
_ACTORS: Final = (*world.EVERYBODY, world.LOOKER, _INVESTIGATOR, _CIVIL_OFFICER, _LEADER)
_VIEWERS = {person.id: world.viewer(person) for person in _ACTORS}
_HEADS = frozenset({world.CHIEF.id, world.ABOVE.id, world.LOCAL.id})


def _works(by: Account, desk: Desk, needs: Permission, worker: Account) -> bool:
    """Whether somebody records the steps of a desk's case, as the machine and the permissions have it."""
    viewer = _VIEWERS[by.id]
    may = viewer.may(needs) and works_at(viewer, desk)
    assert may == (by.id in _HEADS or by.id == worker.id)
    return may


@dataclass
class DutyCrimeLife:
    """A duty-crime case."""

    tally: Tally
    state: duty_crime.DutyCrimeState = field(
        default_factory=lambda: duty_crime.DutyCrimeState(status=_D.FILED, last_step_on=world.TODAY)
    )
    today: date = world.TODAY
    outcome: str | None = None

    def begin(self, dice: Dice) -> None:
        """It was filed some days ago."""
        self.today += timedelta(days=dice.below(40))

    def step(self, dice: Dice) -> None:
        """Days go by, or somebody records a step."""
        if dice.below(8) == 0:
            self.today += timedelta(days=dice.below(60))
            return
        by, event, before = dice.pick(_ACTORS), dice.pick(list(_DE)), self.state
        by = by if dice.below(2) else _INVESTIGATOR
        if not _works(by, Desk(world.EAST, world.CORRUPTION), Permission.HANDLE_CLUES, _INVESTIGATOR):
            self.tally.answers["not theirs"] += 1
            return
        on = self.today + timedelta(days=dice.below(8) - 6)
        taken = duty_crime.take_step(before, event, on=on, note=f"{event}", today=self.today)
        legal = (event, before.status) in DUTY_STEPS and before.last_step_on <= on <= self.today
        assert legal != isinstance(taken, Refusal)
        note(f"{by.login} records {event} on {on}: {taken}")
        if isinstance(taken, Refusal):
            self.tally.answers["refused"] += 1
            assert taken.sentence.endswith(".")
            return
        self.tally.answers["taken"] += 1
        self.tally.taken.add((event, before.status))
        assert taken.status is DUTY_STEPS[event, before.status]
        assert (taken.event, taken.on, taken.note) == (event, on, f"{event}")
        # It has an outcome just when it is over, and that is the last word on it.
        assert self.outcome is None
        self.outcome = taken.outcome
        assert (self.outcome == f"{event}") == (taken.status in {_D.NOT_PROSECUTED, _D.JUDGED, _D.WITHDRAWN})
        self.state = duty_crime.DutyCrimeState(status=taken.status, last_step_on=taken.on)

    def end(self) -> None:
        """Whoever is there brings it to its end."""
        for event in (_DE.TRANSFERRED_FOR_PROSECUTION, _DE.PROSECUTED, _DE.JUDGED):
            taken = duty_crime.take_step(self.state, event, on=self.today, note="终", today=self.today)
            if not isinstance(taken, Refusal):
                self.outcome = taken.outcome
                self.state = duty_crime.DutyCrimeState(status=taken.status, last_step_on=taken.on)
        assert self.outcome

    @staticmethod
    def every_step() -> set[tuple[object, object]]:
        """Every step from every state where it can be taken."""
        return set(DUTY_STEPS)


@dataclass
class PublicInterestLife:
    """A public-interest case, whose proposal may be withdrawn."""

    tally: Tally
    state: PublicInterestState = field(
        default_factory=lambda: PublicInterestState(status=_P.FILED, last_step_on=world.TODAY)
    )
    today: date = world.TODAY
    taken: list[PublicInterestStep] = field(default_factory=list)
    withdrawn: bool = False
    served: bool = False

    @property
    def proposal(self) -> ProposalStanding:
        """How its proposal stands: one that was served was so before the case was filed here."""
        return ProposalStanding(withdrawn=self.withdrawn, served_on=world.TODAY if self.served else None)

    def begin(self, dice: Dice) -> None:
        """It was filed some days ago."""
        self.today += timedelta(days=dice.below(40))

    def step(self, dice: Dice) -> None:
        """Days go by, the proposal is withdrawn, or somebody records a step."""
        if dice.below(8) == 0:
            self.today += timedelta(days=dice.below(60))
            self.withdrawn |= self.state.measure_id is not None and self.state.sued_on is None and dice.below(2) == 0
            self.served |= dice.below(2) == 0
            return
        by, before = dice.pick(_ACTORS), self.state
        following = [event for event, status in PUBLIC_STEPS if status is before.status]
        event = dice.pick(list(_PE) if not following or dice.below(4) == 0 else following)
        which = dice.below(256)
        by = by if which % 2 else _CIVIL_OFFICER
        if not _works(by, Desk(world.EAST, _CIVIL), Permission.ISSUE_MEASURES, _CIVIL_OFFICER):
            self.tally.answers["not theirs"] += 1
            return
        on = self.today + timedelta(days=dice.below(8) - 6)
        parts = which % 8 != 0
        step = PublicInterestStep(
            event=event,
            on=on,
            note=f"{event}{len(self.taken)}",
            measure_id=which if (event is _PE.PROPOSED) == parts else None,
            court="中级人民法院" if (event is _PE.SUED) == parts else None,
        )
        after = public_interest.take_step(before, step, proposal=self.proposal, today=self.today)
        legal = (event, before.status) in PUBLIC_STEPS and before.last_step_on <= on <= self.today and parts
        if before.status is _P.PROPOSED and event in {_PE.PROPOSED, _PE.SUED}:
            legal = legal and self.withdrawn is (event is _PE.PROPOSED) and (event is _PE.PROPOSED or self.served)
        assert legal != isinstance(after, Refusal)
        note(f"{by.login} records {step}: {after}")
        if isinstance(after, Refusal):
            self.tally.answers["refused"] += 1
            assert after.sentence.endswith(".")
            return
        self.tally.answers["taken"] += 1
        self.tally.taken.add((event, before.status))
        assert after.status is PUBLIC_STEPS[event, before.status]
        self.state = after
        self.taken.append(step)
        self.withdrawn &= event is not _PE.PROPOSED
        self._require_whole()

    def _require_whole(self) -> None:
        """The case is what its steps made of it."""
        state = self.state
        last = {step.event: step for step in self.taken}
        assert state.last_step_on == self.taken[-1].on
        assert state.measure_id == (last[_PE.PROPOSED].measure_id if _PE.PROPOSED in last else None)
        sued = last.get(_PE.SUED)
        assert (state.sued_on, state.court) == ((sued.on, sued.court) if sued else (None, None))
        # What was judged stays the outcome when the case is closed.
        told = last.get(_PE.JUDGED) or last.get(_PE.CLOSED)
        assert state.outcome == (told.note if told else None)
        since = None
        for step in self.taken:
            if step.event is _PE.SUSPENDED:
                since = step.on
            elif step.event in {_PE.RESUMED, _PE.CLOSED}:
                since = None
        assert state.suspended_on == since
        assert (state.status is _P.SUSPENDED) == (since is not None)

    def end(self) -> None:
        """It can be closed, once."""
        step = PublicInterestStep(event=_PE.CLOSED, on=self.today, note="终结")
        closed = public_interest.take_step(self.state, step, proposal=self.proposal, today=self.today)
        assert isinstance(closed, Refusal) == (self.state.status is _P.CLOSED)

    @staticmethod
    def every_step() -> set[tuple[object, object]]:
        """Every step from every state where it can be taken."""
        return set(PUBLIC_STEPS)


@dataclass
class TriageLife:
    """A case in the queues: findings bring it there, and nothing but a person's decision takes it out."""

    tally: Tally
    waiting: set[Department] = field(default_factory=lambda: {triage.LEADING})
    decided: set[Department | None] = field(default_factory=set)
    since: set[Department | None] = field(default_factory=set)
    ever: set[Department] = field(default_factory=lambda: {triage.LEADING})
    revision: int = 1

    def begin(self, dice: Dice) -> None:
        """It was entered."""
        self.revision += dice.below(9)

    def step(self, dice: Dice) -> None:
        """A finding opens, or somebody decides."""
        if dice.below(4) == 0:
            opened = dice.pick(sorted(set(triage.DEPARTMENT_OF.values())))
            note(f"a finding of {opened} opens")
            self.waiting.add(opened)
            self.ever.add(opened)
            self.since = self.since - {opened, None} | (self.ever - self.waiting if None in self.since else set())
            return
        by, decision = dice.pick(_ACTORS), dice.pick(list(TriageDecision))
        to = dice.pick((None, Department.PREVENTION))
        lacks = triage.needs_of(decision, to)
        assert (lacks is None) == ((decision is TriageDecision.CLUE) == (to is not None))
        case = AwaitedCase(revision=self.revision, waiting=frozenset(self.waiting), decided=frozenset(self.decided))
        if lacks is not None or not _VIEWERS[by.id].may(Permission.TRIAGE_CASES):
            self.tally.answers["refused"] += 1
            assert lacks is None or lacks.sentence.endswith(".")
            return
        decided = triage.decide(by, case)
        note(f"{by.login} ({', '.join(by.roles)}) decides {decision}: {decided}")
        everywhere = by.id in _HEADS or by.id == world.MANAGER.id
        leaves = frozenset(self.waiting if everywhere else self.waiting & {by.department})
        again = not leaves and (everywhere or bool(self.decided & {by.department, None}))
        assert isinstance(decided, triage.Refusal) == again
        if isinstance(decided, triage.Refusal):
            self.tally.answers["refused"] += 1
            assert decided.sentence.strip().endswith(".")
            return
        self.tally.answers["taken"] += 1
        self.tally.taken.add((decision, everywhere))
        assert (decided.leaves, decided.department) == (leaves, None if everywhere else by.department)
        self.waiting -= decided.leaves
        self.decided.add(decided.department)
        self.since.add(decided.department)
        self.revision += 1
        # Whatever left a queue was decided of, since the last finding, for that department or for all.
        assert all(department in self.since or None in self.since for department in self.ever - self.waiting)

    def end(self) -> None:
        """Whatever waits somebody can decide of."""
        case = AwaitedCase(revision=self.revision, waiting=frozenset(self.waiting), decided=frozenset(self.decided))
        assert isinstance(triage.decide(world.CHIEF, case), triage.Decided) == bool(self.waiting)

    @staticmethod
    def every_step() -> set[tuple[object, object]]:
        """Every decision, for one department and for all."""
        return {(decision, everywhere) for decision in TriageDecision for everywhere in (False, True)}
