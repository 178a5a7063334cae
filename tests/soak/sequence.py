"""One random sequence: what is asked, what the machines say must come of it, and what the application answers."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Final

from schema.vocabularies import Department
from tests.integration.graphql_client import Json
from tests.soak import case_deeds, clue_deeds, measure_deeds
from tests.soak.case_deeds import TriageCase
from tests.soak.city import LEAVING, MOVING, City, awaited_cases
from tests.soak.deed import Deed, Model, Town, is_id, number_of
from tests.soak.record_checks import is_as_told
from tests.soak.tally import Tally

FEWEST_STEPS, MOST_STEPS = 8, 22
_LIKELY: Final = 0.75
"""How often something is chosen that the machines let happen, where there is such a thing among the candidates."""
_CANDIDATES: Final = 12
_MORE: Final = 20

_KINDS: Final[Sequence[tuple[Callable[[Town, str, Random], Deed], int]]] = (
    (clue_deeds.opening, 3),
    (clue_deeds.stepping, 14),
    (measure_deeds.drafting, 4),
    (measure_deeds.stepping, 12),
    (case_deeds.duty_filing, 1),
    (case_deeds.duty_stepping, 5),
    (case_deeds.public_filing, 1),
    (case_deeds.public_stepping, 4),
    (case_deeds.triaging, 3),
)


@dataclass
class Sequenced:
    """A sequence while it goes on; `story` is what a failure tells of it."""

    town: Town
    dice: Random
    tally: Tally
    story: list[str] = field(default_factory=list)
    keyed: list[Deed] = field(default_factory=list)
    keys: int = 0

    @property
    def city(self) -> City:
        """Who is there."""
        return self.town.city

    async def run(self) -> None:
        """All its steps."""
        await self.city.begin_anew()
        self.town.model.awaited = await awaited_cases(self.city)
        for _ in range(self.dice.randint(FEWEST_STEPS, MOST_STEPS)):
            await self._step()

    async def _step(self) -> None:
        drawn = self.dice.random()
        if drawn < 0.06:
            self.city.days.now += timedelta(days=self.dice.randint(1, 90))
            self.story.append(f"it is {self.city.today}")
        elif drawn < 0.09:
            await self._somebody_leaves(self.dice.choice(LEAVING))
        elif drawn < 0.11:
            await self._somebody_moves(self.dice.choice(MOVING))
        elif drawn < 0.13:
            await self._finding_opens()
        elif drawn < 0.21 and self.keyed:
            await self._again(self.dice.choice(self.keyed))
        elif drawn < 0.32:
            await self._race()
        else:
            await self._ask(self._dressed(await self._chosen()))

    async def _somebody_leaves(self, name: str) -> None:
        if self.city.accounts[name].disabled_at is None:
            await self.city.leaves(name)
            self.story.append(f"{name} leaves")

    async def _somebody_moves(self, name: str) -> None:
        department = self.dice.choice([Department.PREVENTION, Department.COMPLAINTS, Department.ANTI_CORRUPTION])
        await self.city.moves(name, department)
        self.story.append(f"{name} goes to {department}")

    async def _finding_opens(self) -> None:
        """A case comes back to a department's queue, as the triggers of the findings bring it."""
        department = self.dice.choice([Department.INVESTIGATION_SUPERVISION, Department.CIVIL_ADMINISTRATIVE])
        case_id = self.dice.choice(list(self.city.cases))
        await self.city.feed.run(
            "INSERT INTO triage_queue (case_id, agency_id, department)"
            " SELECT id, agency_id, :department FROM penalty_case WHERE id = :id"
            " ON CONFLICT (case_id, department) DO NOTHING",
            id=case_id,
            department=department.value,
        )
        known = self.town.model.awaited[case_id]
        self.town.model.awaited[case_id] = replace(known, waiting=known.waiting | {department})
        self.story.append(f"a finding of {department} opens in case {case_id}")

    async def _chosen(self, *, racing: bool = False) -> Deed:
        """Something that somebody may ask; mostly what the machines let happen."""
        await self._read_revisions()
        kinds, weights = [make for make, _ in _KINDS], [weight for _, weight in _KINDS]
        likely = self.dice.random() < _LIKELY
        first: Deed | None = None
        happens: dict[str, Deed] = {}
        for _ in range(_CANDIDATES * (_MORE if likely else 1)):
            make = self.dice.choices(kinds, weights)[0]
            deed = make(self.town, self.dice.choice(self.city.there), self.dice)
            if racing and deed.alone:
                continue
            if not likely:
                return deed
            first = first or deed
            if not isinstance(deed.judged(), str):
                happens.setdefault(deed.mutation, deed)
        # What can seldom be done is done more often than what anybody can do at any time.
        if happens:
            names = sorted(happens)
            return happens[self.dice.choices(names, [6 if _follows(happens[name]) else 1 for name in names])[0]]
        return first or clue_deeds.stepping(self.town, "local", self.dice)

    async def _read_revisions(self) -> None:
        """A case's revision goes up by whatever is shown with it, which is no business of these machines."""
        for row in await self.city.feed.rows("SELECT id, revision FROM penalty_case"):
            known = self.town.model.awaited[row["id"]]
            self.town.model.awaited[row["id"]] = replace(known, revision=row["revision"])

    def _dressed(self, deed: Deed) -> Deed:
        """The same with what a careful client says besides, rightly or wrongly."""
        wanted, known = dict(deed.input), deed.current()
        takes_revision = _follows(deed) or isinstance(deed, TriageCase)
        if takes_revision and self.dice.random() < 0.35:
            wanted["expectedRevision"] = (known or 1) - (self.dice.random() < 0.45)
        if self.dice.random() < 0.3:
            self.keys += 1
            wanted["idempotencyKey"] = f"{self.town.seed}.{self.keys}" if self.dice.random() < 0.97 else ""
        dressed = replace(deed, input=wanted)
        if wanted.get("idempotencyKey"):
            self.keyed.append(dressed)
        return dressed

    async def _again(self, deed: Deed) -> None:
        """The same key again: with the same change, or with another."""
        if deed.by not in self.city.there:
            return
        await self._read_revisions()
        again = replace(deed)
        if self.dice.random() < 0.3:
            texts = [name for name in ("title", "reason", "note", "result", "official") if name in deed.input]
            again = replace(deed, input={**deed.input, **dict.fromkeys(texts, "另一回")})
        await self._ask(again)

    async def _ask(self, deed: Deed) -> None:
        verdict, hidden = deed.judged(), deed.hidden()
        answer = await self.city.asks(deed.by, deed.document, deed.input)
        code, record = read_answer(deed, answer)
        self._tell(deed, code)
        assert code == (verdict if isinstance(verdict, str) else None), answer
        shown = code == "STALE" or (code is None and not hidden)
        assert (record is not None) == shown, answer
        if record is not None and not isinstance(verdict, str):
            verdict(record)
        if record is not None and not deed.alone:
            assert record["revision"] == deed.current()

    async def _race(self) -> None:
        """Two at once: what is answered must be what one order answers, whichever."""
        first = self._dressed(await self._chosen(racing=True))
        second = await self._chosen(racing=True)
        if self.dice.random() < 0.6:
            # The same of two people, or of one who asks twice.
            second = replace(first, by=self.dice.choice([first.by, self.dice.choice(self.city.there)]))
        before = self.town.model
        answers = await asyncio.gather(
            *(self.city.asks(deed.by, deed.document, deed.input) for deed in (first, second))
        )
        read = [read_answer(deed, answer) for deed, answer in zip((first, second), answers, strict=True)]
        self.story.append("both at once:")
        for deed, (code, _) in zip((first, second), read, strict=True):
            self._tell(deed, code)
        for order in ((0, 1), (1, 0)):
            self.town.model = before.copy()
            asked = [(first, second)[place] for place in order]
            if self._is_answer(asked, [read[place] for place in order]) and await self._is_left(first, second):
                return
        self.town.model = before
        raise AssertionError(f"No order of the two answers so: {answers}")

    async def _is_left(self, *deeds: Deed) -> bool:
        """Whether the records stand as this order leaves them, where either order is answered so."""
        for kind, table in (("clue", "clue"), ("measure", "measure")):
            told = [deed.input[f"{kind}Id"] for deed in deeds if f"{kind}Id" in deed.input]
            ids = [number_of(each) for each in told if is_id(each, kind.title())]
            rows = await self.city.feed.rows(f"SELECT * FROM {table} WHERE id = ANY (:ids)", ids=ids)  # noqa: S608  our own names
            known = getattr(self.town.model, f"{kind}s")
            if not all(is_as_told(self.town, kind, row) for row in rows if row["id"] in known):
                return False
        return True

    def _is_answer(self, deeds: Sequence[Deed], answers: Sequence[tuple[str | None, Json | None]]) -> bool:
        """Whether the second, asked after the first, is answered so; it may have looked before the first was done."""
        early = deeds[1].judged()
        for deed, (code, record) in zip(deeds, answers, strict=True):
            verdict = deed.judged()
            if deed is deeds[1] and early == "NOT_FOUND" == code:
                continue
            if code != (verdict if isinstance(verdict, str) else None):
                return False
            if not isinstance(verdict, str):
                assert record is not None
                verdict(record)
        return True

    def _tell(self, deed: Deed, code: str | None) -> None:
        self.tally.answers[code or "accepted"] += 1
        self.tally.taken |= {(deed.mutation, code), (deed.by, code)}
        self.story.append(f"{deed.by}: {deed.mutation} {deed.input} -> {code or 'accepted'}")


def _follows(deed: Deed) -> bool:
    """Whether it is about a record that is there."""
    return not deed.alone or "measureId" in deed.input


def read_answer(deed: Deed, body: Json) -> tuple[str | None, Json | None]:
    """The code of what was refused, and the record that is answered; of triage all that was made."""
    if "errors" in body:
        (error,) = body["errors"]
        return str(error["extensions"]["code"]), None
    answer: Json = body["data"][deed.mutation]
    record: Json | None = answer if deed.payload == "penaltyCase" else answer[deed.payload]
    if deed.payload == "penaltyCase" and answer["penaltyCase"] is None:
        record = None
    if not answer["userErrors"]:
        return None, record
    (error,) = answer["userErrors"]
    assert error["message"].strip()
    return str(error["code"]), record


def begun(city: City, seed: int, tally: Tally, numbers: set[str]) -> Sequenced:
    """A sequence that a seed makes; `numbers` are those of all sequences before it."""
    return Sequenced(Town(city, seed, Model(numbers=numbers)), Random(seed), tally)  # noqa: S311  nobody guesses what is no secret
