"""Amounts against the numbers of a day's law: single quantities, goods sold and in stock, and forest land."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from schema.anomaly_records import Evidence
from schema.case_file import WeighedQuantity
from schema.vocabularies import Certainty, QuantityMeasure
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.thresholds.acts import pollution_certainty, waste_certainty
from supervision.thresholds.descriptions import AmountThreshold, ForestThreshold, GoodsThreshold
from supervision.thresholds.reading import Hit, lexicon
from supervision.thresholds.subject import Amount, Subject, Unknown, Weighed, hit_evidence, weakest, with_sums

_TAKEN: Final = "taken"
_WHOLE: Final = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Object:
    """What the facts say of an amount's object: how surely, and in which words."""

    certainty: Certainty
    evidence: tuple[Evidence, ...]


def weigh_amount(threshold: AmountThreshold, subject: Subject, law: Law, on: date) -> Weighed | Unknown | None:
    """Hold the case's quantities against the number of a day."""
    limit = law.value(threshold.limit, on=on)
    is_before = threshold.unknown_before_first and on < law.versions[threshold.limit][0].effective_from
    # Reading the facts takes longest: they are read only where the answer hangs on them.
    may_tell = is_before if limit is None else _may_reach(threshold, subject, law, limit, on)
    if not may_tell:
        return None
    thing = _object(threshold, subject)
    if thing is None:
        return None
    amounts = [amount for measure in threshold.measures for amount in _amounts(threshold, subject, measure)]
    if not amounts:
        return None
    if limit is None:
        return Unknown(fields=(threshold.limit,))
    return _best(
        Weighed(
            certainty=weakest((level, amount.certainty, thing.certainty)),
            law=cited,
            evidence=(*_domain(threshold, subject), *amount.evidence, *thing.evidence),
        )
        for amount in amounts
        for level, cited in _levels(threshold, subject, law, limit, amount.value, on)
    )


def weigh_goods(threshold: GoodsThreshold, subject: Subject, law: Law, on: date) -> Weighed | None:
    """Hold goods sold and in stock against the numbers of a day: each alone, and both together."""
    gate: tuple[LawValue, ...] = ()
    if threshold.gate is not None:
        opened = law.value(threshold.gate, on=on)
        if opened is None:
            return None
        gate = (opened,)
    goods = list(_goods(threshold, subject, law, on))
    thing = _object(threshold, subject) if goods else None
    if thing is None:
        return None
    return _best(
        Weighed(
            certainty=weakest((thing.certainty, *(amount.certainty for amount in amounts))),
            law=(*gate, *cited),
            evidence=(*(shown for amount in amounts for shown in amount.evidence), *thing.evidence),
        )
        for amounts, cited in goods
    )


def weigh_forest(threshold: ForestThreshold, subject: Subject, law: Law, on: date) -> Weighed | None:
    """Hold forest land of both kinds against the numbers of a day: each alone, and both together."""
    public, other = law.value(threshold.public, on=on), law.value(threshold.other, on=on)
    if public is None or other is None:
        return None
    of_public, of_other = (
        [taken for amount in subject.amounts(measure) if (taken := _taken(amount, subject)) is not None]
        for measure in threshold.measures
    )
    alone = [
        Weighed(certainty=amount.certainty, law=(limit,), evidence=amount.evidence)
        for amounts, limit in ((of_public, public), (of_other, other))
        for amount in amounts
        if amount.value >= limit.value
    ]
    half, prorated = law.value(threshold.half, on=on), law.value(threshold.prorated, on=on)
    together = [
        Weighed(
            certainty=weakest((one.certainty, two.certainty)),
            law=(public, other, rule),
            evidence=(*one.evidence, *two.evidence),
        )
        for one in of_public
        for two in of_other
        for rule, is_met in (
            (half, half is not None and _meets_by_halves(one.value, two.value, public, other, half)),
            (prorated, one.value * other.value + two.value * public.value >= public.value * other.value),
        )
        if rule is not None and is_met
    ]
    return _best([*alone, *together])


def forest_share_met(
    subject: Subject, public: LawValue, other: LawValue, share: LawValue
) -> tuple[Certainty, tuple[Evidence, ...]] | None:
    """Whether either kind of forest land, or both pro rata, reach a share of their limits."""
    part = share.value / _WHOLE
    of_public = subject.amounts(QuantityMeasure.PUBLIC_FOREST)
    of_other = subject.amounts(QuantityMeasure.OTHER_FOREST)
    reached = [
        (amount.certainty, amount.evidence)
        for amounts, limit in ((of_public, public), (of_other, other))
        for amount in amounts
        if amount.value >= limit.value * part
    ]
    reached += [
        (weakest((one.certainty, two.certainty)), (*one.evidence, *two.evidence))
        for one in of_public
        for two in of_other
        if one.value * other.value + two.value * public.value >= public.value * other.value * part
    ]
    return min(reached, key=lambda found: found[0] is not Certainty.CERTAIN, default=None)


def _may_reach(threshold: AmountThreshold, subject: Subject, law: Law, limit: LawValue, on: date) -> bool:
    """Whether the quantities of a measure, none of which is negative, reach the least of the numbers all together."""
    numbers = [limit.value]
    lower = None if threshold.limit_from is None else law.value(threshold.limit_from, on=on)
    if lower is not None:
        numbers.append(lower.value)
    local = None if threshold.limit_local is None else subject.case.settings.get(threshold.limit_local)
    if local is not None:
        numbers.append(local)
    least = min(numbers)
    return any(
        sum((quantity.value for quantity in subject.quantities(measure)), Decimal(0)) >= least
        for measure in threshold.measures
    )


def _taken(amount: Amount, subject: Subject) -> Amount | None:
    """An amount of land: POSSIBLE where its sentence tells of nothing done to land, None where it denies that."""
    reading = subject.reading
    for quantity in amount.quantities:
        if quantity.quote is not None and quantity.position is not None:
            sentence = reading.sentence_at(quantity.position)
            if reading.are_denied((_TAKEN,), *sentence):
                return None
            if next(reading.hits((_TAKEN,), *sentence), None) is None:
                return replace(amount, certainty=Certainty.POSSIBLE)
    return amount


def _amounts(threshold: AmountThreshold, subject: Subject, measure: QuantityMeasure) -> list[Amount]:
    parts = []
    quantities = subject.quantities(measure)
    for quantity in quantities:
        if threshold.substances and not _is_of(threshold, quantity):
            continue
        certainty: Certainty | None = Certainty.CERTAIN
        if threshold.acts == "waste":
            certainty = waste_certainty(subject.reading, quantity, quantities)
        elif threshold.acts == "pollution":
            certainty = pollution_certainty(subject.reading)
        if certainty is not None:
            parts.append(subject.amount(quantity, weakest((quantity.certainty, certainty))))
    return with_sums(parts)


def _is_of(threshold: AmountThreshold, quantity: WeighedQuantity) -> bool:
    """Whether the quantity's substance is one of the threshold's: 总铅 and 含铅废水 by the word, Pb as it stands."""
    substance = quantity.substance
    if substance is None:
        return False
    words = (word for name in threshold.substances for word in lexicon().words[name])
    return any(substance == word or (not word.isascii() and word in substance) for word in words)


def _levels(
    threshold: AmountThreshold, subject: Subject, law: Law, limit: LawValue, value: Decimal, on: date
) -> Iterator[tuple[Certainty, tuple[LawValue, ...]]]:
    """How far an amount reaches: to the limit, or into the band below it."""
    lower = None if threshold.limit_from is None else law.value(threshold.limit_from, on=on)
    local_code = threshold.limit_local
    if local_code is not None and local_code in subject.case.settings:
        local = law.setting(local_code, subject.case, on=on)
        if local is not None:
            if value >= local.value:
                yield Certainty.CERTAIN, (limit, local) if lower is None else (lower, limit, local)
            return
    if value >= limit.value:
        yield Certainty.CERTAIN, (limit,)
    elif lower is not None and value >= lower.value:
        yield Certainty.POSSIBLE, (lower, limit)


def _goods(
    threshold: GoodsThreshold, subject: Subject, law: Law, on: date
) -> Iterator[tuple[tuple[Amount, ...], tuple[LawValue, ...]]]:
    sold_limit, stock_limit = law.value(threshold.sold, on=on), law.value(threshold.stock, on=on)
    mixed, times = law.value(threshold.mixed, on=on), law.value(threshold.times, on=on)
    sold, stock = (subject.amounts(measure) for measure in threshold.measures)
    for amounts, limit in ((sold, sold_limit), (stock, stock_limit)):
        if limit is not None:
            yield from (((amount,), (limit,)) for amount in amounts if amount.value >= limit.value)
    if mixed is not None and times is not None:
        for one in sold:
            for two in stock:
                if one.value * times.value + two.value >= mixed.value:
                    yield (one, two), (mixed, times)


def _meets_by_halves(one: Decimal, two: Decimal, public: LawValue, other: LawValue, half: LawValue) -> bool:
    """Both kinds reach half their limits, or one does and both together reach its limit."""
    share = half.value / _WHOLE
    is_public, is_other = one >= public.value * share, two >= other.value * share
    together = one + two
    return (
        (is_public and is_other) or (is_public and together >= public.value) or (is_other and together >= other.value)
    )


def _object(threshold: AmountThreshold | GoodsThreshold, subject: Subject) -> _Object | None:
    """What the facts must say beside the amount; None where they do not."""
    certainties = [Certainty.CERTAIN]
    hits = []
    if isinstance(threshold, AmountThreshold) and threshold.unless and any(subject.reading.hits(threshold.unless)):
        return None
    if threshold.named:
        named = subject.reading.best(threshold.named)
        if named is None:
            return None
        certainties.append(named.certainty)
        hits.append(named)
    if threshold.certain_with:
        assuring = _assuring(threshold, subject)
        certainties += [hit.certainty for hit in assuring] or [Certainty.POSSIBLE]
        hits += [hit for hit in assuring if hit not in hits]
    return _Object(certainty=weakest(certainties), evidence=tuple(map(hit_evidence, hits)))


def _assuring(threshold: AmountThreshold | GoodsThreshold, subject: Subject) -> tuple[Hit, ...]:
    """The words without which the threshold is only POSSIBLE; none where the facts do not have them."""
    if isinstance(threshold, AmountThreshold) and threshold.certain_beside:
        return subject.reading.together(threshold.certain_with, threshold.certain_beside)
    hit = subject.reading.best(threshold.certain_with)
    return () if hit is None else (hit,)


def _domain(threshold: AmountThreshold, subject: Subject) -> tuple[Evidence, ...]:
    return () if threshold.domains is None else subject.domain_evidence()


def _best(found: Iterator[Weighed] | list[Weighed]) -> Weighed | None:
    return min(found, key=lambda weighed: weighed.certainty is not Certainty.CERTAIN, default=None)
