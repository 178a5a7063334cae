"""`read_quantities`: every quantity a text states, each with the words it was read from."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Final

from schema.vocabularies import UNITS, Certainty, Domain, QuantityMeasure
from supervision.quantities.amounts import Amount, Dimension, amounts
from supervision.quantities.assertion import asserted
from supervision.quantities.matter import bearing, corrects
from supervision.quantities.mention import QuantityMention
from supervision.quantities.multiples import find_multiple, substance_before, substances_shared
from supervision.quantities.objects import STANDING_TREES, Object, find_object, shared_out
from supervision.quantities.sentence import Sentence, sentences
from supervision.quantities.words import COMMA, CONJUNCTION, EACH, INCLUDING, LINK, TOTAL, load_lexicon

_LIST_GAP: Final = 4
_TOTAL_REACH: Final = 4
_PARTS_REACH: Final = 8
_LONGEST_QUOTE: Final = 200
_EACH_REACH: Final = 12
_PARTS_OF: Final = {
    QuantityMeasure.OTHER_FARMLAND: QuantityMeasure.BASIC_FARMLAND,
    QuantityMeasure.OTHER_FOREST: QuantityMeasure.PUBLIC_FOREST,
}

_lexicon = cache(load_lexicon)


def read_quantities(text: str, domain: Domain) -> tuple[QuantityMention, ...]:
    """Every quantity that a text states as a fact, or doubts or attributes (POSSIBLE), in order.

    Amounts are exact and in the measure's unit: a square metre is 0.0015 mu, so that nothing is rounded. An amount
    counts only with its object beside it. Of a range the lower end is taken, POSSIBLE. What is negated, refuted or
    below an amount, a rate, and a limit that a statute sets are left out. An amount said again in another unit or in
    words counts once. Reads any text in time linear in its length and raises nothing.
    """
    found = list(amounts(text))
    if not found:
        return ()
    mentions: list[QuantityMention] = []
    for sentence in sentences(text, found, _lexicon()):
        mentions += _Reading(sentence, domain).mentions()
    return tuple(mentions)


class _Reading:
    """The reading of one sentence, which knows what the amounts before were found to be of."""

    def __init__(self, sentence: Sentence, domain: Domain) -> None:
        self._sentence = sentence
        self._domain = domain
        self._objects: list[Object | None] = []
        self._values: list[Decimal] = []
        self._roles: defaultdict[Dimension, set[str | None]] = defaultdict(set)
        self._sums: dict[str, tuple[int, Decimal]] = {}
        self._shared: dict[int, Object] = {}

    def mentions(self) -> list[QuantityMention]:
        """The sentence's quantities."""
        sentence = self._sentence
        found: list[QuantityMention] = []
        floor = sentence.start
        for place, amount in enumerate(sentence.amounts):
            previous = sentence.previous(place)
            if amount.restates and previous == place - 1 and self._objects[previous] is not None:
                self._objects.append(None)
                self._values.append(amount.value)
                continue
            behind = sentence.start if previous is None else max(floor, sentence.amounts[previous].end)
            value, thing, is_total = self._object(place, previous, behind)
            self._objects.append(thing)
            self._values.append(value)
            self._roles[amount.dimension].add(None if thing is None else thing.role)
            if thing is None:
                continue
            count, total = self._sums.get(thing.role, (0, Decimal(0)))
            self._sums[thing.role] = (count + 1, total + value)
            if thing.start > amount.start:
                floor = thing.end
            mention = self._mention(place, amount, value, thing, is_total)
            if mention is not None:
                found.append(mention)
        return self._wholes_marked(found)

    def _object(self, place: int, previous: int | None, floor: int) -> tuple[Decimal, Object | None, bool]:
        """The value, the object, and whether the amount is the total of those before it."""
        sentence = self._sentence
        amount = sentence.amounts[place]
        if (shared := self._shared.get(place)) is not None:
            value = amount.value
            if amount.dimension is Dimension.TIMES and previous is not None:
                value += self._values[previous] - sentence.amounts[previous].value
            return value, shared, False
        if amount.dimension is Dimension.TIMES:
            multiple = find_multiple(sentence, place)
            if multiple is not None:
                self._share_substances(place)
                return multiple[1], multiple[0], False
        else:
            thing = self._share(place) or find_object(sentence, place, self._domain, floor)
            if thing is not None:
                return amount.value, thing, self._sums_up(place, thing)
        return self._inherited(place, previous)

    def _inherited(self, place: int, previous: int | None) -> tuple[Decimal, Object | None, bool]:
        """What an amount without an object has of the one before: as the total of a list, or as its next part."""
        sentence = self._sentence
        amount = sentence.amounts[place]
        if previous is None or (inherited := self._objects[previous]) is None:
            return amount.value, None, False
        if corrects(sentence.text[sentence.amounts[previous].end : amount.start]):
            return amount.value, inherited, False
        between = self._between(previous, place)
        if between is not None and between & TOTAL and amount.dimension is not Dimension.TIMES:
            alike = self._roles[amount.dimension] == {inherited.role}
            return (amount.value, inherited, True) if alike else (amount.value, None, False)
        if between is not None and amount.start - sentence.amounts[previous].end <= _LIST_GAP:
            return amount.value + (self._values[previous] - sentence.amounts[previous].value), inherited, False
        return amount.value, None, False

    def _between(self, previous: int, place: int) -> int | None:
        """The marks of the words between two amounts; None where anything else stands there."""
        sentence = self._sentence
        position = sentence.amounts[previous].end
        marks = 0
        for at in range(sentence.after[previous], sentence.before[place]):
            start, end, word = sentence.tokens[at]
            if word.roles.get(sentence.amounts[place].dimension) is not None:
                return None
            if start == position:
                position = end
            marks |= word.marks
        return marks if marks & TOTAL or position == sentence.amounts[place].start else None

    def _sums_up(self, place: int, thing: Object) -> bool:
        """Whether 共计 stands before an amount that is what two or more before it, of the same measure, make up."""
        sentence = self._sentence
        amount = sentence.amounts[place]
        before = sentence.tokens[max(0, sentence.before[place] - _TOTAL_REACH) : sentence.before[place]]
        if not any(token[2].marks & TOTAL for token in before):
            return False
        count, total = self._sums.get(thing.role, (0, Decimal(0)))
        return count > 1 and total == amount.value

    def _run(self, place: int) -> list[int]:
        """The places of the amounts that a list of them begun at `place` holds."""
        sentence = self._sentence
        run = [place]
        for at in range(place + 1, len(sentence.amounts)):
            amount = sentence.amounts[at]
            if amount.restates:
                continue
            before = sentence.amounts[run[-1]]
            if amount.dimension is not before.dimension or amount.start - before.end > _LIST_GAP:
                break
            if any(
                not token[2].marks & (LINK | COMMA | CONJUNCTION)
                for token in sentence.tokens[sentence.after[run[-1]] : sentence.before[at]]
            ):
                break
            run.append(at)
        return run

    def _share(self, place: int) -> Object | None:
        """The first of the objects that 分别 shares out among a list of amounts; the rest waits for its amounts."""
        nouns = shared_out(self._sentence, place)
        if not nouns:
            return None
        run = self._run(place)
        if len(nouns) != len(run) or len(run) == 1:
            return None
        dimension = self._sentence.amounts[place].dimension
        for at, (start, end, word) in zip(run, nouns, strict=True):
            self._shared[at] = Object(
                role=word.roles[dimension], start=start, end=end, at=0, strangers=0, crosses=False
            )
        first = self._shared[place]
        return first if first.role in UNITS else None

    def _share_substances(self, place: int) -> None:
        """铅、镉分别超标4.2倍、3.1倍: the substances in the order of the amounts."""
        sentence = self._sentence
        nearest = sentence.before[place] - 1
        reach = range(nearest, max(-1, nearest - _EACH_REACH), -1)
        each = next((at for at in reach if sentence.tokens[at][2].marks & EACH), None)
        if each is None:
            return
        run = self._run(place)
        substances = substances_shared(sentence, each)
        if len(run) == 1 or len(substances) != len(run):
            return
        for at, (start, end, _) in zip(run, substances, strict=True):
            role = QuantityMeasure.TIMES_OVER_STANDARD.value
            self._shared[at] = Object(role=role, start=start, end=end, at=each, strangers=0, crosses=False)

    def _mention(
        self, place: int, amount: Amount, value: Decimal, thing: Object, is_total: bool
    ) -> QuantityMention | None:
        role = thing.role
        if role == STANDING_TREES:
            if self._domain is not Domain.FORESTRY:
                return None
            role = QuantityMeasure.TIMBER_VOLUME.value
        if role not in UNITS:
            return None
        sentence = self._sentence
        start, end = min(amount.start, thing.start), max(amount.end, thing.end)
        measure = QuantityMeasure(role)
        certainty = asserted(sentence, place, start, end)
        of_act = None if certainty is None else bearing(sentence, place, thing, measure)
        if certainty is None or of_act is None:
            return None
        if of_act is Certainty.POSSIBLE:
            certainty = of_act
        substance: str | None = sentence.text[thing.start : thing.end]
        if measure is QuantityMeasure.TIMES_OVER_STANDARD:
            substance, start = self._substance(place, start)
        if end - start > _LONGEST_QUOTE:
            start, end = amount.start, amount.end
        if thing.role == STANDING_TREES:
            certainty = Certainty.POSSIBLE
        return QuantityMention(
            measure=measure,
            value=plain(value),
            unit=UNITS[measure],
            substance=substance,
            quote=sentence.text[start:end],
            start=start,
            end=end,
            certainty=certainty,
            acts=sentence.acts,
            is_total=is_total,
        )

    def _substance(self, place: int, start: int) -> tuple[str | None, int]:
        """The substance of a multiple, and where the quote with it starts."""
        sentence = self._sentence
        shared = self._shared.get(place)
        if shared is not None:
            return sentence.text[shared.start : shared.end], min(start, shared.start)
        previous = sentence.previous(place)
        floor = sentence.start if previous is None else sentence.amounts[previous].end
        token = substance_before(sentence, sentence.before[place], sentence.amounts[place].start, floor)
        if token is None:
            return None, start
        return sentence.text[token[0] : token[1]], min(start, token[0])

    def _wholes_marked(self, found: list[QuantityMention]) -> list[QuantityMention]:
        """Mark an amount of farmland or forest of which 其中 names a part that another measure counts as a whole."""
        if len(found) <= 1 or not any(token[2].marks & INCLUDING for token in self._sentence.tokens):
            return found
        marked = []
        for at, mention in enumerate(found):
            part = _PARTS_OF.get(mention.measure)
            follows = next((other for other in found[at + 1 : at + _PARTS_REACH] if other.measure is part), None)
            is_whole = follows is not None and "其中" in self._sentence.text[mention.end : follows.start + 2]
            marked.append(_whole(mention) if is_whole else mention)
        return marked


def _whole(mention: QuantityMention) -> QuantityMention:
    return replace(mention, certainty=Certainty.POSSIBLE, is_total=True)


def plain(value: Decimal) -> Decimal:
    """A quantity in its one spelling: no zeros behind the last decimal, and never 5E+3."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
