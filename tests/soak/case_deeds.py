"""Random things that anybody may ask of a procuratorate's own cases, and decide of what waits for triage."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from api.ids import global_id
from schema.access_records import Desk
from schema.access_vocabularies import Permission
from schema.clue_states import ClueState
from schema.duty_records import ProposalStanding
from schema.duty_vocabularies import DutyCrimeEventKind, DutyCrimeStatus, PublicInterestEventKind, PublicInterestStatus
from schema.measure_records import Measure
from schema.supervision_vocabularies import MeasureStatus, TriageDecision
from schema.vocabularies import Department, MeasureKind
from supervision import duty_crime, public_interest, triage
from supervision.case_steps import Refusal
from supervision.clue import open_clue_state
from supervision.clue_actions import Refusal as ClueRefusal
from supervision.clue_limits import default_due_day
from supervision.desks import works_at
from supervision.duty_crime import DutyCrimeState
from supervision.public_interest import PublicInterestState, PublicInterestStep
from tests.integration.graphql_client import Json
from tests.integration.viewers import EAST, EASTERN, WEST, WESTERN
from tests.soak.clue_deeds import keep_opened
from tests.soak.deed import Commit, Deed, Known, Town, is_id, number_of, unreadable
from tests.soak.measure_deeds import keep_drafted
from tests.unit.measure_records import DRAFT

_ABSENT: Final = 999_999


@dataclass
class FileDutyCrime(Deed):
    """Somebody files a duty-crime case."""

    payload = "dutyCrimeCase"
    alone = True

    def sees(self) -> str | None:
        """What is said of it is read first."""
        future = date.fromisoformat(self.input["filedOn"]) > self.town.city.today
        duty = self.input["department"] in {"ANTI_CORRUPTION", "ANTI_DERELICTION"}
        return "INVALID" if future or not duty or unreadable(self.input["official"]) else None

    def change(self) -> str | Commit:
        """Who works at its desk files it, once under a number."""
        wanted, cases = self.input, self.town.model.duty_crimes
        desk = Desk(self.viewer.account.procuratorate_id, Department(wanted["department"]))
        if not works_at(self.viewer, desk) or any(known.about == (desk, wanted["number"]) for known in cases.values()):
            return "NOT_ALLOWED"
        state = DutyCrimeState(status=DutyCrimeStatus.FILED, last_step_on=date.fromisoformat(wanted["filedOn"]))

        def commit(record: Json) -> None:
            self.town.model.duty_crimes[number_of(record["id"])] = Known(state, about=(desk, wanted["number"]))
            self.town.model.events["duty_crime"] += 1

        return commit


@dataclass
class StepOfDutyCrime(Deed):
    """Somebody records a step of one."""

    payload = "dutyCrimeCase"

    def known(self) -> Known[DutyCrimeState] | None:
        """The case, where whoever asks sees it."""
        known = self.town.model.duty_crimes.get(number_of(self.input["dutyCrimeCaseId"]))
        return known if known is not None and self.viewer.scope.has_desk(known.about[0]) else None

    def current(self) -> int | None:
        """Its revision."""
        known = self.known()
        return None if known is None else known.revision

    def sees(self) -> str | None:
        """What is said is read before the case is looked for."""
        if not is_id(self.input["dutyCrimeCaseId"], "DutyCrimeCase") or unreadable(self.input["note"]):
            return "INVALID"
        return None if self.known() else "NOT_FOUND"

    def change(self) -> str | Commit:
        """It is taken where the machine takes it."""
        known, wanted = self.known(), self.input
        assert known is not None
        if self.stale():
            return "STALE"
        if not works_at(self.viewer, known.about[0]):
            return "NOT_ALLOWED"
        step = duty_crime.take_step(
            known.state,
            DutyCrimeEventKind(wanted["step"]),
            on=date.fromisoformat(wanted["on"]),
            note=wanted["note"],
            today=self.town.city.today,
        )
        if isinstance(step, Refusal):
            return "NOT_ALLOWED"
        after = DutyCrimeState(status=step.status, last_step_on=step.on)

        def commit(_record: Json) -> None:
            key = number_of(wanted["dutyCrimeCaseId"])
            self.town.model.duty_crimes[key] = Known(after, known.revision + 1, known.about)
            self.town.model.events["duty_crime"] += 1

        return commit


@dataclass
class FilePublicInterest(Deed):
    """Somebody files a public-interest case."""

    payload = "publicInterestCase"
    needs = Permission.ISSUE_MEASURES
    alone = True

    def sees(self) -> str | None:
        """What is said of it is read first."""
        future = date.fromisoformat(self.input["filedOn"]) > self.town.city.today
        return "INVALID" if future or unreadable(self.input["title"]) else None

    def change(self) -> str | Commit:
        """Who works at its desk files it, once under a number."""
        city, wanted, cases = self.town.city, self.input, self.town.model.public_interest
        agency_id = number_of(wanted["agencyId"])
        home = self.viewer.account.procuratorate_id
        if home is None:
            home = city.places[EAST if agency_id == city.agencies[EASTERN] else WEST]
        numbered = any((known.about[0], known.about[2]) == (home, wanted["number"]) for known in cases.values())
        if not works_at(self.viewer, Desk(home, Department.CIVIL_ADMINISTRATIVE)) or numbered:
            return "NOT_ALLOWED"
        state = PublicInterestState(
            status=PublicInterestStatus.FILED, last_step_on=date.fromisoformat(wanted["filedOn"])
        )

        def commit(record: Json) -> None:
            about = (home, agency_id, wanted["number"])
            self.town.model.public_interest[number_of(record["id"])] = Known(state, about=about)
            self.town.model.events["public_interest"] += 1

        return commit


@dataclass
class StepOfPublicInterest(Deed):
    """Somebody records a step of one."""

    payload = "publicInterestCase"
    needs = Permission.ISSUE_MEASURES

    def known(self) -> Known[PublicInterestState] | None:
        """The case, where whoever asks sees it."""
        known = self.town.model.public_interest.get(number_of(self.input["publicInterestCaseId"]))
        scope = self.viewer.scope
        return known if known is not None and scope.measures and scope.supervises(known.about[0]) else None

    def current(self) -> int | None:
        """Its revision."""
        known = self.known()
        return None if known is None else known.revision

    def sees(self) -> str | None:
        """What is said is read before the case is looked for."""
        if not is_id(self.input["publicInterestCaseId"], "PublicInterestCase") or unreadable(self.input["note"]):
            return "INVALID"
        return None if self.known() else "NOT_FOUND"

    def change(self) -> str | Commit:
        """It is taken where the machine takes it, and its proposal is one."""
        known, wanted = self.known(), self.input
        assert known is not None
        if self.stale():
            return "STALE"
        if not works_at(self.viewer, Desk(known.about[0], Department.CIVIL_ADMINISTRATIVE)):
            return "NOT_ALLOWED"
        measure_id = number_of(wanted["measureId"]) if "measureId" in wanted else None
        step = PublicInterestStep(
            event=PublicInterestEventKind(wanted["step"]),
            on=date.fromisoformat(wanted["on"]),
            note=wanted["note"],
            measure_id=measure_id,
            court=wanted.get("court"),
        )
        measures, named = self.town.model.measures, known.state.measure_id
        proposal = ProposalStanding()
        if named is not None:
            standing = measures[named].state
            gone = standing.status is MeasureStatus.WITHDRAWN
            proposal = ProposalStanding(withdrawn=gone, served_on=standing.served_on)
        after = public_interest.take_step(known.state, step, proposal=proposal, today=self.town.city.today)
        if isinstance(after, Refusal):
            return "NOT_ALLOWED"
        unproposed = None if measure_id is None else self._no_proposal(measure_id, known, step.on)
        if unproposed is not None:
            return unproposed

        def commit(_record: Json) -> None:
            key = number_of(wanted["publicInterestCaseId"])
            self.town.model.public_interest[key] = Known(after, known.revision + 1, known.about)
            self.town.model.events["public_interest"] += 1

        return commit

    def _no_proposal(self, measure_id: int, known: Known[PublicInterestState], on: date) -> str | None:
        """Why a measure is no proposal of the case that was issued by a day, and stands."""
        home, agency_id, _ = known.about
        proposal = self.town.model.measures.get(measure_id)
        if proposal is None or not self.viewer.scope.supervises(proposal.state.procuratorate_id):
            return "NOT_FOUND"
        found = proposal.state
        stands = found.status is not MeasureStatus.WITHDRAWN and found.issued_on is not None and found.issued_on <= on
        whose = (found.procuratorate_id, found.agency_id, found.kind)
        return None if stands and whose == (home, agency_id, MeasureKind.PRE_LITIGATION_PROPOSAL) else "NOT_ALLOWED"


_NEEDED: Final = {TriageDecision.CLUE: Permission.HANDLE_CLUES, TriageDecision.MEASURE: Permission.ISSUE_MEASURES}


@dataclass
class TriageCase(Deed):
    """Somebody decides of a case."""

    payload = "penaltyCase"
    needs = Permission.TRIAGE_CASES
    alone = True

    def forbidden(self) -> bool:
        """What makes something new needs another permission besides."""
        needed = _NEEDED.get(TriageDecision(self.input["decision"]), self.needs)
        return super().forbidden() or not self.viewer.may(needed)

    @property
    def case_id(self) -> int:
        """Which case."""
        return number_of(self.input["caseId"])

    def current(self) -> int | None:
        """Its revision."""
        known = self.town.model.awaited.get(self.case_id)
        return None if known is None else known.revision

    def sees(self) -> str | None:
        """What is said is read before the case is looked for."""
        if not is_id(self.input["caseId"], "PenaltyCase") or unreadable(self.input["reason"]):
            return "INVALID"
        to = Department(self.input["department"]) if "department" in self.input else None
        if triage.needs_of(TriageDecision(self.input["decision"]), to) is not None:
            return "INVALID"
        place, scope = self.town.city.cases.get(self.case_id), self.viewer.scope
        seen = place is not None and scope.findings and scope.supervises(self.town.city.places[place])
        return None if seen else "NOT_FOUND"

    def change(self) -> str | Commit:
        """It is decided where the machine lets it, and makes what it makes."""
        city, known = self.town.city, self.town.model.awaited[self.case_id]
        if self.stale():
            return "STALE"
        decided = triage.decide(self.viewer.account, known)
        if isinstance(decided, triage.Refusal):
            return "NOT_ALLOWED"
        made: list[Callable[[Json], None]] = []
        home = self.viewer.account.procuratorate_id or city.places[city.cases[self.case_id]]
        if self.input["decision"] == "CLUE":
            desk = Desk(home, Department(self.input["department"]))
            due = default_due_day(triage.clue_class_of(desk.department, []), city.today)
            state = open_clue_state(self.viewer, desk, None, due_on=due, today=city.today)
            if isinstance(state, ClueRefusal):
                return "NOT_ALLOWED"
            made.append(self._opens(state))
        elif self.input["decision"] == "MEASURE":
            made.append(self._drafts(replace(DRAFT, procuratorate_id=home, case_ids=(self.case_id,))))
        after = replace(known, waiting=known.waiting - decided.leaves, decided=known.decided | {decided.department})

        def commit(record: Json) -> None:
            for each in made:
                each(record)
            self.town.model.awaited[self.case_id] = after
            self.town.model.events["triage"] += 1

        return commit

    def _opens(self, state: ClueState) -> Callable[[Json], None]:
        return lambda record: keep_opened(self.town, record["clue"], state)

    def _drafts(self, draft: Measure) -> Callable[[Json], None]:
        city = self.town.city
        place = EASTERN if city.cases[self.case_id] == EAST else WESTERN
        new = replace(
            draft,
            kind=triage.measure_kind_of([]),
            author_id=self.viewer.account.id,
            agency_id=city.agencies[place],
        )
        return lambda record: keep_drafted(self.town, record["measure"], new)


def _serial(town: Town, dice: Random) -> int:
    """A number that no other sequence gives, and this one perhaps twice."""
    return town.seed * 10 + dice.randint(1, 3)


def duty_filing(town: Town, by: str, dice: Random) -> Deed:
    """Somebody files a duty-crime case."""
    filed_on = town.city.today + timedelta(days=dice.choice([0, -3, -30, 2]))
    wanted: Json = {
        "number": f"东检反贪立〔2024〕{_serial(town, dice)}号",
        "official": dice.choice(["赵甲敏", "赵甲敏", "赵甲敏", " ", "坏\x00"]),
        "position": "副局长",
        "workplace": EASTERN,
        "crime": "受贿罪",
        "department": dice.choice(["ANTI_CORRUPTION", "ANTI_CORRUPTION", "ANTI_DERELICTION", "PREVENTION"]),
        "filedOn": filed_on.isoformat(),
    }
    return FileDutyCrime(town, by, "fileDutyCrimeCase", wanted)


def duty_stepping(town: Town, by: str, dice: Random) -> Deed:
    """Somebody records a step of one."""
    wanted: Json = {
        "dutyCrimeCaseId": global_id("DutyCrimeCase", dice.choice([*list(town.model.duty_crimes)[-2:], _ABSENT])),
        "step": dice.choice([each for each in DutyCrimeEventKind if each is not DutyCrimeEventKind.FILED]).value,
        "on": (town.city.today + timedelta(days=dice.choice([0, 0, -2, 2]))).isoformat(),
        "note": dice.choice(["说明", "说明", "说明", " ", "坏\x00"]),
    }
    return StepOfDutyCrime(town, by, "recordDutyCrimeStep", wanted)


def public_filing(town: Town, by: str, dice: Random) -> Deed:
    """Somebody files a public-interest case."""
    agency = dice.choice([EASTERN, EASTERN, EASTERN, WESTERN])
    wanted: Json = {
        "number": f"东检公益立〔2024〕{_serial(town, dice)}号",
        "title": dice.choice(["固体废物堆放", "固体废物堆放", " ", "坏\x00"]),
        "domain": "ENVIRONMENT",
        "agencyId": global_id("Agency", town.city.agencies[agency]),
        "filedOn": (town.city.today + timedelta(days=dice.choice([0, -3, -30, 2]))).isoformat(),
    }
    return FilePublicInterest(town, by, "filePublicInterestCase", wanted)


def public_stepping(town: Town, by: str, dice: Random) -> Deed:
    """Somebody records a step of one."""
    cases, measures = list(town.model.public_interest)[-2:], list(town.model.measures)[-4:]
    step = dice.choice([each for each in PublicInterestEventKind if each is not PublicInterestEventKind.FILED])
    wanted: Json = {
        "publicInterestCaseId": global_id("PublicInterestCase", dice.choice([*cases, _ABSENT])),
        "step": step.value,
        "on": (town.city.today + timedelta(days=dice.choice([0, 0, -2, 2]))).isoformat(),
        "note": dice.choice(["说明", "说明", "说明", " ", "坏\x00"]),
    }
    if (step is PublicInterestEventKind.PROPOSED) == (dice.random() < 0.9):
        wanted["measureId"] = global_id("Measure", dice.choice([*measures, _ABSENT]))
    if (step is PublicInterestEventKind.SUED) == (dice.random() < 0.9):
        wanted["court"] = "中市中级人民法院"
    return StepOfPublicInterest(town, by, "recordPublicInterestStep", wanted)


def triaging(town: Town, by: str, dice: Random) -> Deed:
    """Somebody decides of a case."""
    decision = dice.choice(list(TriageDecision))
    wanted: Json = {
        "caseId": global_id("PenaltyCase", dice.choice([*town.city.cases, _ABSENT])),
        "decision": decision.value,
        "reason": dice.choice(["已核实", "已核实", "已核实", " ", "坏\x00"]),
    }
    if (decision is TriageDecision.CLUE) == (dice.random() < 0.9):
        wanted["department"] = dice.choice(["PREVENTION", "COMPLAINTS"])
    return TriageCase(town, by, "triageCase", wanted)
