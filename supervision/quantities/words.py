"""The words of `data/*.yaml` and where they stand in a text: the longest at each place, none inside another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final

import ahocorasick
import yaml

from schema.vocabularies import QuantityMeasure
from supervision.quantities.amounts import Dimension

_MARK_NAMES: Final = (
    "below",
    "at_least",
    "about",
    "about_after",
    "above_after",
    "below_after",
    "limit_after",
    "negation",
    "negator",
    "elsewhere",
    "another",
    "approval",
    "remedy",
    "denial",
    "plea",
    "doubt",
    "doubt_on",
    "doubt_after",
    "attribution",
    "finding",
    "statute",
    "total",
    "including",
    "each",
    "link_verb",
    "rate",
    "act",
    "link",
    "comma",
    "barrier",
    "conjunction",
    "neutral",
)

# Plain integers: a flag enum would cost more than everything else that is done with a word.
(
    BELOW,
    AT_LEAST,
    ABOUT,
    ABOUT_AFTER,
    ABOVE_AFTER,
    BELOW_AFTER,
    LIMIT_AFTER,
    NEGATION,
    NEGATOR,
    ELSEWHERE,
    ANOTHER,
    APPROVAL,
    REMEDY,
    DENIAL,
    PLEA,
    DOUBT,
    DOUBT_ON,
    DOUBT_AFTER,
    ATTRIBUTION,
    FINDING,
    STATUTE,
    TOTAL,
    INCLUDING,
    EACH,
    LINK_VERB,
    RATE,
    ACT,
    LINK,
    COMMA,
    BARRIER,
    CONJUNCTION,
    NEUTRAL,
) = (1 << place for place in range(len(_MARK_NAMES)))
EXTRACTION: Final = 1 << len(_MARK_NAMES)
SUBSTANCE: Final = EXTRACTION << 1

OTHER: Final = "other"
DENIED: Final = "denied"
DENIED_PART: Final = "denied_part"
GENERIC: Final = "generic"


@dataclass(slots=True, kw_only=True)
class Word:
    """What a word of the lists means: its marks, what it is in each dimension of units, and what it makes of a 价值."""

    marks: int = 0
    roles: dict[Dimension, str] = field(default_factory=dict)
    base: str | None = None


Token = tuple[int, int, Word]
"""A word where it stands in a text: start, end (code points) and what it means. A bare tuple, as there are so many."""


class Lexicon:
    """Every word of the lists, found in one pass over a text."""

    def __init__(self, objects: Mapping[str, Any], marks: Mapping[str, Any]) -> None:
        """Build the lists' words. Raises ValueError for a list under a name the reader does not know."""
        unknown = sorted(marks.keys() ^ set(_MARK_NAMES))
        if unknown:
            raise ValueError(f"marks.yaml and its reader differ in: {', '.join(unknown)}")
        self.words: dict[str, Word] = {}
        self._take_marks(marks)
        self._take_objects(objects)
        self._automaton = ahocorasick.Automaton()
        for text, word in self.words.items():
            self._automaton.add_word(text, (len(text), word))
        self._automaton.make_automaton()

    def _take_marks(self, marks: Mapping[str, Any]) -> None:
        for place, name in enumerate(_MARK_NAMES):
            for text in marks[name]:
                self._word(text).marks |= 1 << place

    def _take_objects(self, objects: Mapping[str, Any]) -> None:
        for dimension in Dimension:
            for role, texts in objects[dimension.value].items():
                for text in texts:
                    self._word(text).roles[dimension] = role
        for measure, texts in objects["bases"].items():
            for text in texts:
                self._word(text).base = QuantityMeasure(measure).value
        for text in objects["extraction"]:
            self._word(text).marks |= EXTRACTION
        for text in objects["substances"]:
            self._word(text).marks |= SUBSTANCE

    def tokens(self, text: str, start: int, end: int) -> list[Token]:
        """The words from `start` to `end`, in order."""
        return [
            (last - length + 1, last + 1, word) for last, (length, word) in self._automaton.iter_long(text, start, end)
        ]

    def _word(self, text: str) -> Word:
        return self.words.setdefault(text, Word())


def load_lexicon() -> Lexicon:
    """The words of the field, as `data/objects.yaml` and `data/marks.yaml` hold them."""
    return Lexicon(_data("objects.yaml"), _data("marks.yaml"))


def _data(name: str) -> Any:
    source = resources.files("supervision.quantities").joinpath("data", name)
    return yaml.safe_load(source.read_text(encoding="utf-8"))
