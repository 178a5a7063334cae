"""Random things that anybody may ask of measures."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from api.ids import global_id
from schema.access_records import Account
from schema.access_vocabularies import Permission
from schema.measure_records import Measure
from schema.supervision_vocabularies import MeasureStatus
from schema.vocabularies import MeasureKind
from supervision.measure import (
    MeasureAction,
    Refusal,
    Step,
    allowed,
    copy_to_legal_office,
    escalate,
    issue,
    record_check,
    record_reply,
    serve,
    withdraw,
)
from supervision.measure_actors import acts_on, issues
from supervision.measure_deadlines import reply_due_on
from supervision.measure_kinds import ABOUT_CASES, LIMIT_IS_THE_LAWS
from tests.integration.graphql_client import Json
from tests.integration.viewers import CITY, EAST, EASTERN, WEST, WESTERN
from tests.soak.deed import Commit, Deed, Known, Town, is_id, number_of, unreadable
from tests.unit.measure_records import DRAFT

_ABSENT: Final = 999_999
_UNNUMBERED: Final = "?"
_KINDS: Final = (
    *(MeasureKind.RECOMMENDATION, MeasureKind.CORRECTION_NOTICE, MeasureKind.REASONS_REQUEST),
    *(MeasureKind.PRE_LITIGATION_PROPOSAL, MeasureKind.PRE_LITIGATION_PROPOSAL),
)
_TEXTS: Final = {
    "recordReply": "reply",
    "recordRectification": "result",
    "escalateMeasure": "reason",
    "withdrawMeasure": "reason",
}
_DAYS: Final = {
    "serveMeasure": "servedOn",
    "copyMeasureToLegalOffice": "copiedOn",
    "recordReply": "repliedOn",
    "recordRectification": "checkedOn",
}
_STEP_OF: Final = {
    MeasureAction.SERVE: "serveMeasure",
    MeasureAction.COPY: "copyMeasureToLegalOffice",
    MeasureAction.REPLY: "recordReply",
    MeasureAction.CHECK: "recordRectification",
    MeasureAction.ESCALATE: "escalateMeasure",
    MeasureAction.WITHDRAW: "withdrawMeasure",
}
_STEPS: Final = tuple(_STEP_OF.values())


class MeasureDeed(Deed):
    """What somebody asks of a measure."""

    payload = "measure"
    needs = Permission.ISSUE_MEASURES

    def known(self) -> Known[Measure] | None:
        """The measure that it is about, where whoever asks sees it."""
        wanted = self.input.get("measureId")
        known = None if wanted is None else self.town.model.measures.get(number_of(wanted))
        if known is None or not self.viewer.scope.measures:
            return None
        return known if self.viewer.scope.supervises(known.state.procuratorate_id) else None

    def current(self) -> int | None:
        """Its revision."""
        known = self.known()
        return None if known is None else known.revision

    def unseen(self) -> str | None:
        """Why the measure is not shown."""
        if not is_id(self.input["measureId"], "Measure"):
            return "INVALID"
        return None if self.known() else "NOT_FOUND"


@dataclass
class DraftMeasure(MeasureDeed):
    """Somebody drafts a measure, or issues one at once or from a draft."""

    alone = True

    def sees(self) -> str | None:
        """The draft is looked for, then its cases."""
        if "measureId" in self.input and (unseen := self.unseen()) is not None:
            return unseen
        for case_id in map(number_of, self.input.get("caseIds", [])):
            place = self.town.city.cases.get(case_id)
            if place is None or not self.viewer.scope.supervises(self.town.city.places[place]):
                return "NOT_FOUND"
        limited = "replyDueOn" in self.input and MeasureKind(self.input["kind"]) in LIMIT_IS_THE_LAWS
        return "INVALID" if limited else None

    def _new(self) -> Measure:
        city, wanted, account = self.town.city, self.input, self.viewer.account
        case_ids = tuple(map(number_of, wanted.get("caseIds", [])))
        agency_id = number_of(wanted["agencyId"]) if "agencyId" in wanted else None
        home = account.procuratorate_id
        if home is None and case_ids:
            home = city.places[city.cases[case_ids[0]]]
        elif home is None and agency_id is not None:
            home = city.places[EAST if agency_id == city.agencies[EASTERN] else WEST]
        return replace(
            DRAFT,
            kind=MeasureKind(wanted["kind"]),
            procuratorate_id=home,
            agency_id=agency_id,
            author_id=account.id,
            named_limit_on=date.fromisoformat(wanted["replyDueOn"]) if "replyDueOn" in wanted else None,
            case_ids=case_ids,
        )

    def change(self) -> str | Commit:
        """It is drafted; and issued where the machine issues it."""
        new = self._new()
        if self.mutation == "draftMeasure":
            return lambda record: keep_drafted(self.town, record, new)
        known = self.known() if "measureId" in self.input else None
        draft = new if known is None else self._completed(known.state, new)
        return draft if isinstance(draft, str) else self._issued(draft)

    def _completed(self, known: Measure, new: Measure) -> str | Measure:
        if self.stale():
            return "STALE"
        if not acts_on(self.viewer, known):
            return "NOT_ALLOWED"
        if known.kind is not new.kind:
            return "INVALID"
        # It is always addressed anew here.
        return replace(
            known,
            agency_id=new.agency_id,
            named_limit_on=new.named_limit_on or known.named_limit_on,
            case_ids=tuple(sorted({*known.case_ids, *new.case_ids})),
        )

    def _issued(self, draft: Measure) -> str | Commit:
        if unreadable(self.input["title"]) or (draft.kind in ABOUT_CASES and not draft.case_ids):
            return "INVALID"
        if not issues(self.viewer, draft):
            return "NOT_ALLOWED"
        step = issue(draft, _UNNUMBERED, self.town.city.today)
        if isinstance(step, Refusal):
            return _code(step)

        def commit(record: Json) -> None:
            if "measureId" not in self.input:
                self.town.model.events["measure"] += 1
            assert record["number"] not in self.town.model.numbers
            self.town.model.numbers.add(record["number"])
            self.town.model.events["measure"] += 1
            measure_id = number_of(record["id"])
            after = replace(step.measure, id=measure_id, number=record["number"])
            self.town.model.measures[measure_id] = Known(after, after.revision)

        return commit


def keep_drafted(town: Town, record: Json, new: Measure) -> None:
    """Note down a draft."""
    measure_id = number_of(record["id"])
    town.model.measures[measure_id] = Known(
        replace(new, id=measure_id, status=MeasureStatus.DRAFT, reply_due_on=new.named_limit_on, revision=1)
    )
    town.model.events["measure"] += 1


def _code(refusal: Refusal) -> str:
    return "NOT_ALLOWED" if refusal.field == "measureId" else "INVALID"


@dataclass
class StepOfMeasure(MeasureDeed):
    """Somebody takes a step in a measure's life."""

    def sees(self) -> str | None:
        """The measure is looked for."""
        return self.unseen()

    def change(self) -> str | Commit:
        """It is taken where the machine takes it."""
        known = self.known()
        assert known is not None
        if self.stale():
            return "STALE"
        if not acts_on(self.viewer, known.state):
            return "NOT_ALLOWED"
        if unreadable(self.input.get(_TEXTS.get(self.mutation, ""))):
            return "INVALID"
        step = self._step(known.state)
        if isinstance(step, Refusal):
            assert step.sentence.endswith(".")
            return _code(step)

        def commit(_record: Json) -> None:
            self.town.model.measures[step.measure.id] = Known(step.measure, step.measure.revision)
            self.town.model.events["measure"] += 1

        return commit

    def _step(self, measure: Measure) -> Step | Refusal:
        city, wanted = self.town.city, self.input
        services, today = city.client.services, city.today
        on = date.fromisoformat(wanted[_DAYS[self.mutation]]) if self.mutation in _DAYS else today
        due = reply_due_on(
            measure.kind,
            on,
            services.law,
            services.calendar,
            urgent=measure.urgent,
            named_limit_on=measure.named_limit_on,
        )
        above = {city.places[EAST]: city.places[CITY], city.places[WEST]: city.places[CITY]}
        superior = above.get(measure.escalated_to_id or measure.procuratorate_id or 0)
        made: dict[str, Callable[[], Step | Refusal]] = {
            "serveMeasure": lambda: serve(measure, on, today, reply_due_on=due),
            "copyMeasureToLegalOffice": lambda: copy_to_legal_office(measure, on, today),
            "recordReply": lambda: record_reply(measure, on, wanted["reply"], today),
            "recordRectification": lambda: record_check(
                measure, on, wanted["result"], today, rectified=wanted["rectified"]
            ),
            "escalateMeasure": lambda: escalate(measure, superior, wanted["reason"], today),
            "withdrawMeasure": lambda: self._withdrawn(measure),
        }
        return made[self.mutation]()

    def _withdrawn(self, measure: Measure) -> Step | Refusal:
        """It is taken back, unless an agency was sued upon it."""
        cases = self.town.model.public_interest.values()
        if any(each.state.measure_id == measure.id and each.state.sued_on is not None for each in cases):
            return Refusal("The agency was sued upon it.")
        return withdraw(measure, self.input["reason"], self.town.city.today)


def _agency(town: Town, account: Account, dice: Random) -> str:
    place = WESTERN if account.procuratorate_id == town.city.places[WEST] or dice.random() < 0.1 else EASTERN
    return global_id("Agency", town.city.agencies[place])


def drafting(town: Town, by: str, dice: Random) -> Deed:
    """Somebody drafts a measure, or issues one."""
    city, kind = town.city, dice.choice(_KINDS)
    mutation = dice.choice(["draftMeasure", "issueMeasure", "issueMeasure"])
    wanted: Json = {"kind": kind.value, "title": "标题", "text": "正文"}
    drafts = [key for key, known in town.model.measures.items() if known.state.status is MeasureStatus.DRAFT][-3:]
    if mutation == "issueMeasure" and dice.random() < 0.6:
        wanted["measureId"] = global_id("Measure", dice.choice([*(drafts or list(town.model.measures)[-2:]), _ABSENT]))
        known = town.model.measures.get(number_of(wanted["measureId"]))
        if known is not None and dice.random() < 0.8:
            wanted["kind"] = known.state.kind.value
    if mutation == "issueMeasure" and dice.random() < 0.1:
        wanted["title"] = dice.choice([" ", "坏\x00"])
    if kind is MeasureKind.PRE_LITIGATION_PROPOSAL or dice.random() < 0.4:
        wanted["agencyId"] = _agency(town, city.accounts[by], dice)
    else:
        wanted["addressee"] = "东县公安局"
    if dice.random() < 0.5:
        wanted["caseIds"] = [global_id("PenaltyCase", dice.choice([*city.cases, _ABSENT]))]
    if dice.random() < 0.4:
        wanted["replyDueOn"] = (city.today + timedelta(days=dice.randint(-2, 20))).isoformat()
    return DraftMeasure(town, by, mutation, wanted)


def stepping(town: Town, by: str, dice: Random) -> Deed:
    """Somebody asks something of a measure, perhaps of none."""
    # An escalation is seldom allowed, and is asked for the more often.
    mutation, today = dice.choice([*_STEPS, "escalateMeasure", "escalateMeasure"]), town.city.today
    measure_id = global_id("Measure", dice.choice([*list(town.model.measures)[-3:], _ABSENT]))
    known = town.model.measures.get(number_of(measure_id))
    if dice.random() < 0.03:
        measure_id = global_id("Clue", 1)
    elif known is not None and dice.random() < 0.6:
        # What can follow on its state.
        mutation = dice.choice([_STEP_OF[each] for each in allowed(known.state.status) if each in _STEP_OF] or _STEPS)
    wanted: Json = {"measureId": measure_id}
    if mutation in _TEXTS:
        wanted[_TEXTS[mutation]] = dice.choice(["已移送", "经查已办", "逾期", "有变化", " ", "坏\x00"])
    if mutation in _DAYS:
        on = today + timedelta(days=dice.choice([0, 0, 0, -1, -20, 3]))
        wanted[_DAYS[mutation]] = on.isoformat()
    if mutation == "recordRectification":
        wanted["rectified"] = dice.random() < 0.5
    return StepOfMeasure(town, by, mutation, wanted)
