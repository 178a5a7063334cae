"""`weigh_quantities`: what an agency states beats what its texts say, and where the two differ that is told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from schema.feed_records import QuantityRecord
from schema.vocabularies import UNITS, Certainty, Domain, QuantityMeasure
from supervision.quantities.mention import QuantityMention
from supervision.quantities.reading import read_quantities

# Square metres of a survey and the mu of a decision are rounded apart; whatever else differs, differs.
_ROUNDED_UNIT: Final = "mu"
_ROUNDING: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedQuantity:
    """A quantity that the rules weigh; `value` in `unit`.

    `mention` is where a text says it and `text` the place of that text among those that were weighed; both are None
    where an agency states the quantity and no text does. `disagrees`: the agency states it and the texts, of which
    `mention` is the first that is certain, say something else.
    """

    measure: QuantityMeasure
    value: Decimal
    unit: str
    substance: str | None
    certainty: Certainty
    mention: QuantityMention | None
    text: int | None
    disagrees: bool

    @property
    def quote(self) -> str | None:
        """The words of the text."""
        return None if self.mention is None else self.mention.quote


_Place = tuple[int, QuantityMention]


def weigh_quantities(
    stated: Sequence[QuantityRecord], texts: Sequence[str | None], domain: Domain
) -> tuple[WeighedQuantity, ...]:
    """What an agency states (always CERTAIN), then what its texts say of every measure that it does not state.

    What several places say alike is one quantity, with the words of the first that is certain. A stated quantity
    agrees with the texts where one of them says it, in one amount or in parts, of the same substance where both name
    one; areas may differ by a thousandth, for square metres and mu are rounded apart.
    """
    places = [(place, mention) for place, text in enumerate(texts) if text for mention in read_quantities(text, domain)]
    return (*(_stated(quantity, stated, places) for quantity in stated), *_read(stated, places))


def _stated(quantity: QuantityRecord, stated: Sequence[QuantityRecord], places: Sequence[_Place]) -> WeighedQuantity:
    alike = [(place, mention) for place, mention in places if _may_be(quantity, mention)]
    said = next((found for found in alike if _is_same(quantity.value, found[1].value, quantity.unit)), None)
    disagrees = False
    if said is None:
        certain = [found for found in alike if found[1].certainty is Certainty.CERTAIN]
        disagrees = bool(certain) and not _adds_up(quantity, stated, alike)
        said = certain[0] if certain else None
    return WeighedQuantity(
        measure=quantity.measure,
        value=quantity.value,
        unit=quantity.unit,
        substance=quantity.substance,
        certainty=Certainty.CERTAIN,
        mention=None if said is None else said[1],
        text=None if said is None else said[0],
        disagrees=disagrees,
    )


def _may_be(quantity: QuantityRecord, mention: QuantityMention) -> bool:
    """Whether a mention is of what is stated: multiples of a limit are, only where the substance is the same."""
    if mention.measure is not quantity.measure:
        return False
    if quantity.measure is not QuantityMeasure.TIMES_OVER_STANDARD or None in {quantity.substance, mention.substance}:
        return True
    return _substance(quantity.substance) == _substance(mention.substance)


def _substance(name: str | None) -> str | None:
    return None if name is None else name.strip().removeprefix("总")


def _adds_up(quantity: QuantityRecord, stated: Sequence[QuantityRecord], alike: Sequence[_Place]) -> bool:
    """Whether the parts that a text names make up what is stated, or the parts that are stated what it says."""
    if quantity.measure is QuantityMeasure.TIMES_OVER_STANDARD:
        return False
    parts = [other.value for other in stated if other.measure is quantity.measure]
    if len(parts) > 1 and any(_is_same(sum(parts, Decimal(0)), mention.value, quantity.unit) for _, mention in alike):
        return True
    return any(_is_same(quantity.value, total, quantity.unit) for total in _totals(alike))


def _totals(alike: Sequence[_Place]) -> Iterator[Decimal]:
    for text in dict.fromkeys(place for place, _ in alike):
        yield sum((mention.value for place, mention in alike if place == text and not mention.is_total), Decimal(0))


def _is_same(one: Decimal, other: Decimal, unit: str) -> bool:
    return one == other or (unit == _ROUNDED_UNIT and abs(one - other) <= one * _ROUNDING)


def _read(stated: Sequence[QuantityRecord], places: Sequence[_Place]) -> list[WeighedQuantity]:
    """What the texts say of the measures that are not stated, each once, in order."""
    known = {quantity.measure for quantity in stated}
    chosen: dict[tuple[QuantityMeasure, Decimal, str | None], _Place] = {}
    for place, mention in places:
        if mention.measure in known:
            continue
        of = _substance(mention.substance) if mention.measure is QuantityMeasure.TIMES_OVER_STANDARD else None
        key = (mention.measure, mention.value, of)
        earlier = chosen.get(key)
        if earlier is None or (earlier[1].certainty is Certainty.POSSIBLE and mention.certainty is Certainty.CERTAIN):
            chosen[key] = (place, mention)
    return [
        WeighedQuantity(
            measure=mention.measure,
            value=mention.value,
            unit=UNITS[mention.measure],
            substance=mention.substance,
            certainty=mention.certainty,
            mention=mention,
            text=place,
            disagrees=False,
        )
        for place, mention in chosen.values()
    ]
