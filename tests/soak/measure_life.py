"""A measure that anybody takes anywhere on any day: what must hold of it after every step."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from hypothesis import note

from schema.access_records import Account
from schema.access_vocabularies import Permission, Role
from schema.measure_records import Measure
from schema.supervision_vocabularies import MeasureStatus
from schema.vocabularies import MeasureKind
from supervision.calendars import state_council_calendar
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.measure import (
    MeasureAction,
    Refusal,
    Step,
    copy_to_legal_office,
    escalate,
    issue,
    record_check,
    record_reply,
    serve,
    shown_status,
    withdraw,
)
from supervision.measure_actors import acts_on, issues
from supervision.measure_deadlines import reply_due_on
from tests.soak.dice import Dice
from tests.soak.tally import Tally
from tests.unit import clue_world as world
from tests.unit.measure_records import DRAFT

_S, _A = MeasureStatus, MeasureAction
REACHES: Final = {
    (_A.ISSUE, _S.DRAFT): {_S.ISSUED},
    (_A.SERVE, _S.ISSUED): {_S.SERVED},
    **{(_A.COPY, each): {each} for each in set(_S) - {_S.DRAFT, _S.WITHDRAWN, _S.OVERDUE}},
    (_A.REPLY, _S.SERVED): {_S.REPLIED},
    **{(_A.REPLY, each): {each} for each in (_S.RECTIFIED, _S.NOT_RECTIFIED, _S.ESCALATED)},
    **{
        (_A.CHECK, each): {_S.RECTIFIED, _S.NOT_RECTIFIED}
        for each in (_S.SERVED, _S.REPLIED, _S.NOT_RECTIFIED, _S.ESCALATED)
    },
    (_A.CHECK, _S.RECTIFIED): {_S.NOT_RECTIFIED},
    **{(_A.ESCALATE, each): {_S.ESCALATED} for each in (_S.SERVED, _S.REPLIED, _S.NOT_RECTIFIED)},
    **{(_A.WITHDRAW, each): {_S.WITHDRAWN} for each in (_S.DRAFT, _S.ISSUED, _S.SERVED)},
}
"""Which steps are taken from which states, and to which they lead."""

_PERSON = world.account
CITY_OFFICER = _PERSON(21, Role.CASE_OFFICER, at=world.CITY)
CITY_HEAD = _PERSON(22, Role.DEPARTMENT_HEAD, at=world.CITY)
CLERK = replace(_PERSON(23, Role.AGENCY_CLERK, at=None, department=None), agency_id=DRAFT.agency_id)
_ACTORS: Final = (*world.EVERYBODY, world.LOOKER, CITY_OFFICER, CITY_HEAD, CLERK)
_VIEWERS = {person.id: world.viewer(person) for person in _ACTORS}
_ABOVE = {world.EAST: world.CITY, world.WEST: world.CITY}
_LEADING = frozenset({Role.DEPARTMENT_HEAD, Role.CHIEF, Role.LOCAL_ADMINISTRATOR})
_HEADS_ONLY = frozenset({MeasureKind.CORRECTION_NOTICE, MeasureKind.FILING_NOTICE, MeasureKind.PRE_LITIGATION_PROPOSAL})
_LAW = Law(law_values(), thresholds=lambda _case, _law: None)
_CALENDAR = state_council_calendar()


def mine(by: Account, measure: Measure) -> bool:
    """Whether somebody takes steps in a measure's life: its procuratorate does, and who leads above."""
    if by.id == world.LOCAL.id:
        return True
    if by.id in {world.MANAGER.id, world.LOOKER.id, CLERK.id}:
        return False
    home = by.procuratorate_id
    if home == world.CITY:
        return bool(_LEADING & {*by.roles}) or world.CITY in {measure.procuratorate_id, measure.escalated_to_id}
    return home == measure.procuratorate_id


@dataclass
class MeasureLife:
    """A measure, and all that was ever said of it."""

    tally: Tally
    measure: Measure = DRAFT
    today: date = world.TODAY
    steps: list[Step] = field(default_factory=list)

    def begin(self, dice: Dice) -> None:
        """Somebody drafts it."""
        named = dice.pick([None, None, self.today + timedelta(days=dice.below(40))])
        self.measure = replace(
            DRAFT,
            kind=dice.pick(list(MeasureKind)),
            procuratorate_id=dice.pick((world.EAST, world.WEST, world.CITY, None)),
            named_limit_on=named,
            urgent=dice.below(2) == 1,
        )

    def step(self, dice: Dice) -> None:
        """Days go by, or somebody asks something of it."""
        what = dice.below(16)
        if what == 0:
            return
        if what <= 2:
            self.today += timedelta(days=dice.below(90))
        else:
            able = [person for person in _ACTORS if mine(person, self.measure)]
            by = dice.pick(_ACTORS if dice.below(3) == 0 else able)
            # What is withdrawn is over: that is asked for less often.
            following = [each for each in _A if (each, self.measure.status) in REACHES and each is not _A.WITHDRAW]
            action = dice.pick(list(_A) if not following or dice.below(4) == 0 else following)
            self._asks(by, action, dice)
        self._require_whole()

    def _take(self, action: MeasureAction, dice: Dice) -> Step | Refusal:
        measure, today = self.measure, self.today
        # Mostly today, and else some time before or after.
        which = dice.below(256)
        on = today + timedelta(days=which - 220 if which > 192 else 0)
        number, said = f"东县检建〔2026〕{self.tally.sequences}号", f"第{len(self.steps)}步"
        due = reply_due_on(
            measure.kind, on, _LAW, _CALENDAR, urgent=measure.urgent, named_limit_on=measure.named_limit_on
        )
        superior = _ABOVE.get(measure.escalated_to_id or measure.procuratorate_id or 0)
        taking: dict[MeasureAction, Callable[[], Step | Refusal]] = {
            _A.ISSUE: lambda: issue(measure, number, today),
            _A.SERVE: lambda: serve(measure, on, today, reply_due_on=due),
            _A.COPY: lambda: copy_to_legal_office(measure, on, today),
            _A.REPLY: lambda: record_reply(measure, on, f"已移送，{said}", today),
            _A.CHECK: lambda: record_check(measure, on, f"经查，{said}", today, rectified=which % 2 == 0),
            _A.WITHDRAW: lambda: withdraw(measure, "事实有变化", today),
            _A.ESCALATE: lambda: escalate(measure, superior, "逾期未回复", today),
        }
        return taking[action]()

    def _asks(self, by: Account, action: MeasureAction, dice: Dice) -> None:
        before, viewer, told = self.measure, _VIEWERS[by.id], f"{self.today}: {by.login} ({', '.join(by.roles)})"
        may = viewer.may(Permission.ISSUE_MEASURES) and acts_on(viewer, before)
        assert may == mine(by, before)
        if may and action is _A.ISSUE:
            may = issues(viewer, before)
            assert may == (before.kind not in _HEADS_ONLY or bool(_LEADING & {*by.roles}))
        if not may:
            self.tally.answers["not theirs"] += 1
            return
        answer = self._take(action, dice)
        if isinstance(answer, Refusal):
            note(f"{told} {action}: {answer.sentence}")
            self.tally.answers["refused"] += 1
            assert answer.sentence.endswith(".")
            # What can be done from here was refused for its day, or because it was done, or cannot be yet.
            assert (
                (action, before.status) not in REACHES
                or answer.field != "measureId"
                or (action is _A.COPY and before.copied_on)
                or (action is _A.REPLY and before.replied_on)
                or (action is _A.ESCALATE and not self._can_escalate())
            )
            return
        note(f"{told} {action}: {answer.measure.status} on {answer.on}")
        self.tally.answers["taken"] += 1
        self.tally.taken.add((action, before.status))
        self._follow(before, action, answer)
        self.measure = answer.measure
        self.steps.append(answer)

    def _can_escalate(self) -> bool:
        measure = self.measure
        late = measure.reply_due_on is not None and self.today > measure.reply_due_on
        superior = _ABOVE.get(measure.escalated_to_id or measure.procuratorate_id or 0)
        return superior is not None and (measure.status is not _S.SERVED or late)

    def _follow(self, before: Measure, action: MeasureAction, step: Step) -> None:
        after = step.measure
        assert after.status in REACHES[action, before.status]
        assert after.revision == before.revision + 1
        assert step.on <= self.today
        # What was written down is not written over; a later check is the last word, and the earlier ones are steps.
        for name in ("number", "issued_on", "served_on", "replied_on", "reply", "copied_on"):
            known = getattr(before, name)
            assert known is None or getattr(after, name) == known
        for name in ("id", "kind", "procuratorate_id", "addressee", "author_id", "text", "named_limit_on"):
            assert getattr(after, name) == getattr(before, name)
        if action is _A.ESCALATE:
            assert self._can_escalate()
            assert after.escalated_to_id == _ABOVE[before.escalated_to_id or before.procuratorate_id or 0]
        else:
            assert after.escalated_to_id == before.escalated_to_id
        said = {_A.ISSUE: after.number, _A.REPLY: after.reply, _A.CHECK: after.rectification}
        if action not in {_A.SERVE, _A.COPY}:
            assert step.note == said.get(action, step.note) != ""

    def _require_whole(self) -> None:
        """What holds at any time."""
        found, today = self.measure, self.today
        assert found.revision == 1 + len(self.steps)
        assert (found.number is None) == (found.issued_on is None)
        assert found.status in {_S.DRAFT, _S.WITHDRAWN} or found.number is not None
        assert found.status is not _S.DRAFT or found.number is None
        for earlier, later in (
            (found.issued_on, found.served_on),
            (found.issued_on, found.copied_on),
            (found.served_on, found.replied_on),
            (found.served_on, found.checked_on),
        ):
            assert later is None or (earlier is not None and earlier <= later <= today)
        # Nobody is late with what came when it was too late to answer.
        assert found.served_on is None or found.reply_due_on is None or found.served_on <= found.reply_due_on
        answered = found.replied_on is not None or found.checked_on is not None
        assert found.status in {_S.DRAFT, _S.ISSUED, _S.WITHDRAWN} or found.served_on is not None
        assert not (found.status is _S.WITHDRAWN and answered)
        assert found.status is not _S.REPLIED or found.reply is not None
        assert found.status not in {_S.RECTIFIED, _S.NOT_RECTIFIED} or found.rectification is not None
        assert found.status is not _S.ESCALATED or found.escalated_to_id is not None
        # Nothing that was replied or found is lost.
        notes = [step.note for step in self.steps]
        assert found.reply is None or found.reply in notes
        assert found.rectification is None or found.rectification in notes
        # Nobody answers within a limit that has passed.
        late = found.reply_due_on is not None and today > found.reply_due_on and found.replied_on is None
        assert shown_status(found, today) is (_S.OVERDUE if found.status is _S.SERVED and late else found.status)
        assert any(viewer.may(Permission.ISSUE_MEASURES) and acts_on(viewer, found) for viewer in _VIEWERS.values())

    def end(self) -> None:
        """What was withdrawn is over; anything else can still be brought to an end."""
        if self.measure.status is _S.WITHDRAWN:
            assert all(isinstance(self._take(action, Dice(b"")), Refusal) for action in _A)
            return
        limit = self.measure.named_limit_on
        # What was not served within the limit that it names is withdrawn.
        served = _A.WITHDRAW if limit is not None and limit < self.today else _A.SERVE
        later = {_S.DRAFT: _A.WITHDRAW, _S.ISSUED: served}.get(self.measure.status, _A.CHECK)
        assert isinstance(self._take(later, Dice(b"\x01")), Step)

    @staticmethod
    def every_step() -> set[tuple[object, object]]:
        """Every step from every state where it can be taken."""
        return set(REACHES)
