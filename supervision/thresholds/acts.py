"""What was done with a waste: discharged, dumped or disposed of, passed on, or only kept (贮存)."""

from collections.abc import Iterable
from typing import Final

from schema.case_file import WeighedQuantity
from schema.vocabularies import Certainty
from supervision.thresholds.reading import Hit, Reading, lexicon

_DISCHARGE: Final = "discharge"
_PASSED_ON: Final = "passed_on"
_GIVEN_AWAY: Final = "given_away"
_KEPT: Final = "kept"
_ACTS: Final = (_DISCHARGE, _PASSED_ON, _KEPT)
_BY: Final = ("由", "后由", "再由", "并由")


def waste_certainty(reading: Reading, quantity: WeighedQuantity, wastes: Iterable[WeighedQuantity]) -> Certainty | None:
    """How sure it is that a hazardous waste was discharged, dumped or disposed of; None where it was only kept.

    None too where its clause says that it was disposed of as the law asks (依法处置4吨). POSSIBLE where nothing says
    what was done, and where it was passed on. A quantity read from the facts is judged by its clause, then its
    sentence, then all facts; a stated one by all facts. `wastes` are the case's quantities of waste: what was dumped
    of one of them (贮存危险废物5吨，倾倒危险废物1吨) says nothing of another that was kept.
    """
    place = _place(reading, quantity)
    if place is None:
        said = _named(quantity.acts)
        return _of(said) if said else _of(_acts(reading, 0, len(reading.text)))
    start, end = reading.sentence_at(place)
    clause = next(((a, b) for a, b in reading.clauses(start, end) if a <= place < b), (start, end))
    beside = _acts(reading, *clause)
    around = _acts(reading, start, end)
    if _DISCHARGE in beside or lexicon().tells_of_lawful(reading.text, *clause):
        return beside.get(_DISCHARGE)
    if _DISCHARGE in around and _KEPT in beside:
        # 将贮存的危险废物3.5吨，倾倒在河边, but also 贮存危险废物3.5吨，并排放废液.
        others = [at for at in (_place(reading, waste) for waste in wastes) if at is not None and at != place]
        apart = [span for span in reading.clauses(start, end) if not any(span[0] <= at < span[1] for at in others)]
        return Certainty.POSSIBLE if any(_DISCHARGE in _acts(reading, *span) for span in apart) else _of(beside)
    if around:
        found = _of(around)
        return Certainty.POSSIBLE if found and _is_of_a_later(reading, (place, clause[1], end), wastes) else found
    whole = _acts(reading, 0, len(reading.text))
    if _DISCHARGE in whole and _KEPT in whole:
        return Certainty.POSSIBLE
    return _of(whole)


def _is_of_a_later(reading: Reading, after: tuple[int, int, int], wastes: Iterable[WeighedQuantity]) -> bool:
    """Whether all that was discharged stands behind the clause, with another quantity (危险废物5吨，倾倒1吨)."""
    place, clause_end, end = after
    if _DISCHARGE in _acts(reading, reading.sentence_at(place)[0], clause_end):
        return False
    others = [at for at in (_place(reading, waste) for waste in wastes) if at is not None and at > clause_end]
    discharging = [span for span in reading.clauses(clause_end, end) if _DISCHARGE in _acts(reading, *span)]
    return bool(discharging) and all(any(start <= at < stop for at in others) for start, stop in discharging)


def pollution_certainty(reading: Reading) -> Certainty:
    """How sure it is that the facts tell of discharge, dumping or disposal."""
    hit = reading.best((_DISCHARGE,))
    return Certainty.POSSIBLE if hit is None else hit.certainty


def _place(reading: Reading, quantity: WeighedQuantity) -> int | None:
    """Where the quantity stands in the facts; None where it was not read from them."""
    if quantity.quote is None or quantity.position is None:
        return None
    return quantity.position if reading.text.startswith(quantity.quote, quantity.position) else None


def _of(acts: dict[str, Certainty]) -> Certainty | None:
    if _DISCHARGE in acts:
        return acts[_DISCHARGE]
    return None if _KEPT in acts and _PASSED_ON not in acts else Certainty.POSSIBLE


def _acts(reading: Reading, start: int, end: int) -> dict[str, Certainty]:
    """The acts from `start` to `end`; a discharge of something else (废水外排) is none of a waste's.

    One by somebody whom the waste was given to (交由他人处置) is POSSIBLE.
    """
    found: dict[str, Certainty] = {}
    given: Hit | None = None
    for clause in reading.clauses(start, end):
        # 交给李某，由李某倾倒: whom it was given to stands in the clause before.
        before = given if reading.text.startswith(_BY, clause[0]) else None
        given = next(reading.hits((_GIVEN_AWAY,), *clause), before)
        if not any(reading.hits(_ACTS, *clause)):
            continue
        of_else = any(reading.hits(("other_matter",), *clause)) and not any(reading.hits(("waste_word",), *clause))
        for act in _ACTS:
            if act == _DISCHARGE and of_else:
                continue
            for hit in reading.hits((act,), *clause):
                by_another = act == _DISCHARGE and given is not None and given.end <= hit.start
                if found.get(act) is not Certainty.CERTAIN:
                    found[act] = Certainty.POSSIBLE if by_another else hit.certainty
    return found


def _named(acts: tuple[str, ...]) -> dict[str, Certainty]:
    """What the words for acts say that were read with a quantity."""
    lists = lexicon().lists
    return {act: Certainty.CERTAIN for act in _ACTS if any(act in lists.get(word, ()) for word in acts)}
