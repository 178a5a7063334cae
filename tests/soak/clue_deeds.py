"""Random things that anybody may ask of clues."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from api.ids import global_id
from schema.access_records import Account, Desk
from schema.access_vocabularies import Permission
from schema.clue_states import ClueState
from schema.supervision_vocabularies import ClueClass, JointWork
from schema.vocabularies import Department
from supervision import clue_actions as asked
from supervision.clue import LEAVES, open_clue_state, take, way_back
from supervision.clue_actions import ClueAction, Refusal
from supervision.clue_limits import default_due_day
from supervision.desks import may_handle
from tests.integration.graphql_client import Json
from tests.integration.viewers import CITY, EAST, WEST
from tests.soak.deed import Commit, Deed, Known, Town, is_id, number_of, unreadable

_ABSENT: Final = 999_999
_DEPARTMENTS: Final = ("PREVENTION", "COMPLAINTS", "ANTI_CORRUPTION", "CASE_MANAGEMENT")
_TEXTS: Final = {
    "transferClue": "reason",
    "returnClue": "reason",
    "closeClue": "result",
    "recordClueStep": "note",
    "extendClue": "reason",
    "giveClueOpinion": "opinion",
}
_ACTIONS: Final[Mapping[str, type[ClueAction]]] = {
    "assignClue": asked.Assign,
    "acceptClue": asked.Accept,
    "transferClue": asked.Transfer,
    "returnClue": asked.Return,
    "closeClue": asked.Close,
    "acknowledgeClue": asked.Acknowledge,
    "beginClueReview": asked.BeginReview,
    "beginClueInvestigation": asked.BeginInvestigation,
    "recordClueStep": asked.RecordStep,
    "extendClue": asked.Extend,
    "inviteToClue": asked.Invite,
    "giveClueOpinion": asked.GiveOpinion,
}
_STEPS: Final = tuple(_ACTIONS)


def current(town: Town, state: ClueState) -> ClueState:
    """A clue with the accounts as they are now."""
    account = town.city.account
    return replace(
        state,
        opener=account(state.opener.id),
        passed=tuple(replace(each, sender=account(each.sender.id)) for each in state.passed),
        owed=tuple(replace(each, account=account(each.account.id)) for each in state.owed),
    )


@dataclass
class OpenClue(Deed):
    """Somebody opens a clue."""

    alone = True

    def sees(self) -> str | None:
        """What is said of it is read first."""
        return "INVALID" if unreadable(self.input["title"]) else None

    def change(self) -> str | Commit:
        """It is opened where the machine opens it."""
        city, wanted, viewer = self.town.city, self.input, self.viewer
        home = viewer.account.procuratorate_id
        case_ids = [number_of(each) for each in wanted.get("caseIds", [])]
        for case_id in case_ids:
            place = city.cases.get(case_id)
            if place is None or not (viewer.scope.everything or viewer.scope.supervises(city.places[place])):
                return "NOT_FOUND"
            home = home or city.places[place]
        desk = Desk(home, Department(wanted["department"]))
        handler = _named(self.town, wanted.get("handlerId"))
        if "handlerId" in wanted and handler is None:
            return "NOT_ALLOWED"
        due = date.fromisoformat(wanted["dueOn"]) if "dueOn" in wanted else None
        due = due or default_due_day(ClueClass.OTHER, city.today)
        state = open_clue_state(_now(self.town, self.by), desk, handler, due_on=due, today=city.today)
        if isinstance(state, Refusal):
            return "NOT_ALLOWED"

        def commit(record: Json) -> None:
            keep_opened(self.town, record, state)
            self.town.model.opened[self._key] = number_of(record["id"])

        return commit

    @property
    def _key(self) -> tuple[str, str]:
        return self.by, self.input.get("idempotencyKey", "")

    def hidden(self) -> bool:
        """Whoever went to another department since does not see the clues of the one that was left."""
        known, scope = self.town.model, self.viewer.scope
        if self._key not in known.keys or self._key not in known.opened:
            return False
        return not any(scope.has_desk(desk) for desk in known.clues[known.opened[self._key]].state.desks)


def keep_opened(town: Town, record: Json, state: ClueState) -> None:
    """Note down a clue that was opened."""
    assert record["number"] not in town.model.numbers
    town.model.numbers.add(record["number"])
    town.model.clues[number_of(record["id"])] = Known(state)
    town.model.events["clue"] += 1


def _now(town: Town, name: str) -> Any:
    return replace(town.city.viewers[name], account=town.city.accounts[name])


def _named(town: Town, user: str | None) -> Account | None:
    """The account that an input names."""
    if user is None:
        return None
    return next((each for each in town.city.accounts.values() if each.id == number_of(user)), None)


@dataclass
class StepOfClue(Deed):
    """Somebody takes a step in a clue's life."""

    @property
    def clue_id(self) -> int:
        """Which clue."""
        return number_of(self.input["clueId"])

    def current(self) -> int | None:
        """Its revision."""
        known = self.town.model.clues.get(self.clue_id)
        return None if known is None else known.revision

    def sees(self) -> str | None:
        """What is said is read before the clue is looked for."""
        if not is_id(self.input["clueId"], "Clue") or unreadable(self.input.get(_TEXTS.get(self.mutation, ""))):
            return "INVALID"
        known = self.town.model.clues.get(self.clue_id)
        scope = self.viewer.scope
        if not self.viewer.may(Permission.READ_CLUES) or known is None:
            return "NOT_FOUND"
        return None if any(scope.has_desk(desk) for desk in known.state.desks) else "NOT_FOUND"

    def change(self) -> str | Commit:
        """It is taken where the machine takes it."""
        clue_id, model, city = self.clue_id, self.town.model, self.town.city
        known = model.clues[clue_id]
        if self.stale():
            return "STALE"
        if self.input.get("procuratorateId") == global_id("Procuratorate", _ABSENT):
            return "NOT_FOUND"
        state = current(self.town, known.state)
        step = take(state, _now(self.town, self.by), self._action(state), today=city.today)
        if isinstance(step, Refusal):
            assert step.sentence.endswith(".")
            return "NOT_ALLOWED"

        def commit(_record: Json) -> None:
            self.town.model.clues[clue_id] = Known(step.state, known.revision + 1)
            self.town.model.events["clue"] += 1
            if self.mutation == "closeClue":
                self.town.model.results[clue_id] = step.note

        return commit

    def _action(self, state: ClueState) -> ClueAction:
        wanted, city = self.input, self.town.city
        due = date.fromisoformat(wanted["dueOn"]) if "dueOn" in wanted else None
        home = number_of(wanted["procuratorateId"]) if "procuratorateId" in wanted else state.desk.procuratorate_id
        desk = Desk(home, Department(wanted.get("department", "PREVENTION")))
        back = way_back(state)
        work = JointWork(wanted.get("work", "JOINT_REVIEW"))
        made: dict[str, Callable[[], ClueAction]] = {
            "assignClue": lambda: asked.Assign(handler=_named(self.town, wanted["handlerId"]), due_on=due),
            "acceptClue": lambda: asked.Accept(handler=_named(self.town, wanted["handlerId"]), due_on=due),
            "transferClue": lambda: asked.Transfer(to=desk, head=city.head_of(desk, self.by), reason=wanted["reason"]),
            "returnClue": lambda: asked.Return(
                reason=wanted["reason"], head=None if back is None else city.head_of(back[0], self.by)
            ),
            "closeClue": lambda: asked.Close(result=wanted["result"]),
            "acknowledgeClue": asked.Acknowledge,
            "beginClueReview": asked.BeginReview,
            "beginClueInvestigation": asked.BeginInvestigation,
            "recordClueStep": lambda: asked.RecordStep(note=wanted["note"]),
            "extendClue": lambda: asked.Extend(due_on=date.fromisoformat(wanted["dueOn"]), reason=wanted["reason"]),
            "inviteToClue": lambda: asked.Invite(desk=desk, work=work, head=city.head_of(desk, self.by)),
            "giveClueOpinion": lambda: asked.GiveOpinion(
                work=work,
                opinion=wanted["opinion"],
                department=Department(wanted["department"]) if "department" in wanted else None,
            ),
        }
        return made[self.mutation]()


def opening(town: Town, by: str, dice: Random) -> Deed:
    """Somebody opens a clue, perhaps wrongly."""
    city = town.city
    wanted: Json = {
        "title": dice.choice(["某", "某", "某", "某", " ", "坏\x00"]),
        "source": "VISIT",
        "department": dice.choice(_DEPARTMENTS),
    }
    if dice.random() < 0.3:
        wanted["handlerId"] = dice.choice([city.user(dice.choice(list(city.accounts))), global_id("User", _ABSENT)])
    if dice.random() < 0.2:
        wanted["dueOn"] = (city.today + timedelta(days=dice.randint(-5, 40))).isoformat()
    if dice.random() < 0.5:
        wanted["caseIds"] = [global_id("PenaltyCase", dice.choice([*city.cases, _ABSENT]))]
    return OpenClue(town, by, "openClue", wanted)


def _named_handler(town: Town, known: ClueState | None, dice: Random) -> str:
    """Somebody who may handle a clue, or anybody, or nobody that there is."""
    city = town.city
    if dice.random() < 0.1:
        return global_id("User", _ABSENT)
    able = [] if known is None else [name for name in city.there if may_handle(city.accounts[name], known.desk)]
    return city.user(dice.choice(able or list(city.accounts)))


def stepping(town: Town, by: str, dice: Random) -> Deed:
    """Somebody asks something of a clue, perhaps of none."""
    city, mutation, known = town.city, dice.choice(_STEPS), None
    clue_id = global_id("Clue", dice.choice(list(town.model.clues)[-3:])) if town.model.clues else ""
    if dice.random() < 0.05 or not clue_id:
        clue_id = dice.choice([global_id("Clue", _ABSENT), global_id("Measure", 1)])
    elif dice.random() < 0.6:
        # What can follow on its state, asked by whoever handles it.
        known = town.model.clues[number_of(clue_id)].state
        mutation = dice.choice([each for each in _STEPS if known.status in LEAVES[_ACTIONS[each]]])
        by = next((name for name in city.there if city.accounts[name].id == known.handler_id), by)
    wanted: Json = {"clueId": clue_id}
    if mutation in _TEXTS:
        wanted[_TEXTS[mutation]] = dice.choice(["走访", "查否", "属该部门", "移送", "同意", "查实", " ", "坏\x00"])
    if mutation in {"assignClue", "acceptClue"}:
        wanted["handlerId"] = _named_handler(town, known, dice)
    if mutation == "extendClue" or (mutation in {"assignClue", "acceptClue"} and dice.random() < 0.2):
        wanted["dueOn"] = (city.today + timedelta(days=dice.randint(-5, 90))).isoformat()
    if mutation in {"transferClue", "inviteToClue"}:
        wanted["department"] = dice.choice(_DEPARTMENTS)
        if dice.random() < 0.4:
            place = dice.choice([city.places[EAST], city.places[WEST], city.places[CITY], _ABSENT])
            wanted["procuratorateId"] = global_id("Procuratorate", place)
    if mutation in {"inviteToClue", "giveClueOpinion"}:
        wanted["work"] = dice.choice(list(JointWork)).value
    if mutation == "giveClueOpinion" and dice.random() < 0.2:
        wanted["department"] = dice.choice(_DEPARTMENTS)
    return StepOfClue(town, by, mutation, wanted)
