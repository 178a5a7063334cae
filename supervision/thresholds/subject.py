"""The case as the thresholds see it: its amounts, what its facts assert, and what both rest on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile, WeighedQuantity
from schema.vocabularies import Certainty, QuantityMeasure
from supervision.law_values import LawValue
from supervision.sentences import plain
from supervision.thresholds.reading import Hit, Reading, lexicon

_PARTS_OF: Final = {
    QuantityMeasure.OTHER_FARMLAND: QuantityMeasure.BASIC_FARMLAND,
    QuantityMeasure.OTHER_FOREST: QuantityMeasure.PUBLIC_FOREST,
}
_PART_SIGN: Final = "其中"
_NEVER_ADDED: Final = QuantityMeasure.TIMES_OVER_STANDARD
_READ_SUMS: Final = QuantityMeasure.HAZARDOUS_WASTE
_WHOLES: Final = frozenset({"危险废物", "危废", "危险固废", "危险固体废物"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """That a threshold is met under the law of a day: how surely, on which values, and on what."""

    certainty: Certainty
    law: tuple[LawValue, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """That it cannot be told whether a threshold is met, for want of some fields."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount held against a number: one quantity, or the sum of several."""

    value: Decimal
    certainty: Certainty
    quantities: tuple[WeighedQuantity, ...]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The quantities it is made of."""
        return tuple(map(quantity_evidence, self.quantities))


class Subject:
    """A case whose facts are read once, when they are first asked for."""

    __slots__ = ("_reading", "case")

    def __init__(self, case: CaseFile) -> None:
        """Read nothing yet."""
        self.case = case
        self._reading: Reading | None = None

    @property
    def reading(self) -> Reading:
        """The facts as they read; a case without any has an empty reading."""
        if self._reading is None:
            self._reading = Reading(self.case.record.facts or "", lexicon())
        return self._reading

    def quantities(self, measure: QuantityMeasure) -> list[WeighedQuantity]:
        """The case's quantities of a measure."""
        return [quantity for quantity in self.case.quantities if quantity.measure is measure]

    def amounts(self, measure: QuantityMeasure) -> list[Amount]:
        """What may be held against a number: each quantity of a measure, and their sums."""
        return with_sums([self.amount(quantity, quantity.certainty) for quantity in self.quantities(measure)])

    def amount(self, quantity: WeighedQuantity, certainty: Certainty) -> Amount:
        """A quantity by itself; of a whole without the part that another measure counts (耕地12亩，其中基本农田4亩)."""
        part = _PARTS_OF.get(quantity.measure)
        parts = () if part is None else (of for of in self.quantities(part) if self._is_part(of, quantity))
        value = quantity.value - sum((of.value for of in parts), Decimal(0))
        return Amount(value=value, certainty=certainty, quantities=(quantity,))

    def _is_part(self, part: WeighedQuantity, whole: WeighedQuantity) -> bool:
        if whole.quote is None or whole.position is None or part.position is None:
            return False
        between = self.reading.text[whole.position + len(whole.quote) : part.position + len(_PART_SIGN)]
        return part.value <= whole.value and _PART_SIGN in between

    def domain_evidence(self) -> tuple[Evidence, ...]:
        """The case's domain, where it is known."""
        domain = self.case.record.domain
        return () if domain is None else (Evidence(field="domain", value=domain.value),)


def with_sums(single: list[Amount]) -> list[Amount]:
    """Each quantity by itself, and the sums of those that are parts of a whole.

    What an agency states of several named substances adds up; stated twice without a name it may be one amount, so the
    sum is POSSIBLE, as is that of different kinds of hazardous waste that the facts name.
    """
    if len(single) <= 1 or single[0].quantities[0].measure is _NEVER_ADDED:
        return single
    stated = [amount for amount in single if amount.quantities[0].quote is None]
    read = [
        amount
        for amount in single
        if (quantity := amount.quantities[0]).quote is not None
        and quantity.measure is _READ_SUMS
        and quantity.substance is not None
        and quantity.substance not in _WHOLES
    ]
    sums = []
    if len(stated) > 1:
        total = _sum(stated)
        named = _are_different(stated)
        sums.append(total if named else replace(total, certainty=Certainty.POSSIBLE))
    if len(read) > 1 and _are_different(read):
        sums.append(replace(_sum(read), certainty=Certainty.POSSIBLE))
    return single + sums


def weakest(certainties: Iterable[Certainty]) -> Certainty:
    """CERTAIN where all are."""
    return Certainty.POSSIBLE if Certainty.POSSIBLE in set(certainties) else Certainty.CERTAIN


def quantity_evidence(quantity: WeighedQuantity) -> Evidence:
    """A quantity as a finding shows it: the field that states it, or the words it was read from."""
    said = f"{plain(quantity.value)} {quantity.unit}"
    if quantity.quote is not None:
        return Evidence(field="facts", value=said, quote=quantity.quote, position=quantity.position)
    of = f" {quantity.substance}" if quantity.substance else ""
    return Evidence(field="quantities", value=f"{quantity.measure.value} {said}{of}")


def hit_evidence(hit: Hit) -> Evidence:
    """Words of the facts as a finding shows them."""
    return Evidence(field="facts", value=hit.word, quote=hit.word, position=hit.start)


def _sum(amounts: Sequence[Amount]) -> Amount:
    return Amount(
        value=sum((amount.value for amount in amounts), Decimal(0)),
        certainty=weakest(amount.certainty for amount in amounts),
        quantities=tuple(quantity for amount in amounts for quantity in amount.quantities),
    )


def _are_different(amounts: Sequence[Amount]) -> bool:
    substances = [amount.quantities[0].substance for amount in amounts]
    return None not in substances and len(set(substances)) == len(substances)
