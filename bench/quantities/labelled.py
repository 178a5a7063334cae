"""Sentences labelled with the quantities they state, and how many of these a reader finds."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

import yaml

from schema.vocabularies import Certainty, Domain, QuantityMeasure
from supervision.quantities.reading import read_quantities

SETS: Final = ("tuned", "held_out")
_FOLDER: Final = Path(__file__).parent

Reading = tuple[QuantityMeasure, Decimal, Certainty]
"""What is compared: an amount counts as found where its measure, its value and its certainty are right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSentence:
    """A sentence of a case of a domain, and what must be read from it."""

    domain: Domain
    text: str
    expected: tuple[Reading, ...]


@dataclass(slots=True, kw_only=True)
class Score:
    """How many quantities were found rightly, found though not there, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> Decimal:
        """The share of what was found that is right; 1 where nothing was."""
        return _share(self.right, self.wrong)

    @property
    def recall(self) -> Decimal:
        """The share of what is there that was found; 1 where nothing is."""
        return _share(self.right, self.missed)


@dataclass(slots=True, kw_only=True)
class Scores:
    """The scores of a set, of each measure and in total, and each sentence that was misread with what was read."""

    total: Score = field(default_factory=Score)
    measures: Mapping[QuantityMeasure, Score] = field(default_factory=lambda: defaultdict(Score))
    misread: list[tuple[LabelledSentence, Sequence[Reading]]] = field(default_factory=list)


def labelled_sentences(name: str) -> Iterator[LabelledSentence]:
    """The sentences of a set: `tuned` or `held_out`."""
    source = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    for domain, sentences in source.items():
        for text, *labels in sentences:
            yield LabelledSentence(domain=Domain(domain), text=text, expected=tuple(map(_label, labels)))


def scores(sentences: Iterator[LabelledSentence]) -> Scores:
    """Read every sentence and compare."""
    result = Scores()
    for sentence in sentences:
        read = [
            (mention.measure, mention.value, mention.certainty)
            for mention in read_quantities(sentence.text, sentence.domain)
        ]
        expected, found = Counter(sentence.expected), Counter(read)
        if expected != found:
            result.misread.append((sentence, read))
        for counted, kind in ((expected & found, "right"), (found - expected, "wrong"), (expected - found, "missed")):
            for measure, _, _ in counted.elements():
                for score in (result.total, result.measures[measure]):
                    setattr(score, kind, getattr(score, kind) + 1)
    return result


def _label(text: str) -> Reading:
    measure, value, *certainty = text.split()
    return QuantityMeasure(measure), Decimal(value), Certainty(*certainty or ["CERTAIN"])


def _share(right: int, others: int) -> Decimal:
    return Decimal(right) / (right + others) if right + others else Decimal(1)
