"""The threshold's words in a text: where they stand, and whether the text asserts them."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schema.vocabularies import Certainty
from supervision.law_files import read_mapping

_Words = Annotated[tuple[str, ...], Field(min_length=1)]

_CLAUSE_ENDS: Final = "，,；;。！？!?：:\n"
_SENTENCE_ENDS: Final = "。！？!?\n；;"
_CLAUSE = re.compile(f"[^{_CLAUSE_ENDS}]+")
_SENTENCE = re.compile(f"[^{_SENTENCE_ENDS}]+")
_OPENING_REACH: Final = 300
_STATUTE_REACH: Final = 12
_DENIAL_REACH: Final = 30


class WordFile(BaseModel):
    """`words.yaml`, as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lists: dict[str, _Words]
    neutral: _Words
    lawful: _Words
    negations: _Words
    prohibitions: _Words
    negators: _Words
    carriers: _Words
    denials: _Words
    denials_of: dict[str, _Words]
    doubts: _Words
    statutes: _Words

    @model_validator(mode="after")
    def _lists_are_there(self) -> Self:
        unknown = sorted(self.denials_of.keys() - self.lists.keys())
        if unknown:
            raise ValueError(f"denials_of names no list: {', '.join(unknown)}")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An asserted word of a list: where it stands, and whether the text doubts it or lets somebody else say it."""

    word: str
    start: int
    end: int
    certainty: Certainty


class Lexicon:
    """Every word of the lists, found in one pass over a text; the longest at each place."""

    def __init__(self, words: WordFile) -> None:
        """Compile the lists. A word belongs to the lists of the words inside it too: 私设暗管 is a 暗管."""
        listed: dict[str, set[str]] = {}
        for name, texts in words.lists.items():
            for text in texts:
                listed.setdefault(text, set()).add(name)
        self.lists: Mapping[str, frozenset[str]] = {
            text: frozenset(name for inner, names in listed.items() if inner in text for name in names)
            for text in listed
        }
        self.words = words.lists
        self._pattern = any_of([*listed, *words.neutral])
        self._lawful = any_of(words.lawful)
        self._negations = any_of(words.negations)
        # 所称暗管经查不存在 denies; 通过暗管排放，不存在从轻情节 does not.
        self._denied = _at_clause_end(words.denials)
        self._denied_of = {name: _at_clause_end(texts) for name, texts in words.denials_of.items()}
        self._doubts = any_of(words.doubts)
        self._statutes = any_of(words.statutes)
        self._negated = re.compile(
            f"(?:{_alternatives(words.negators)})(?:{_alternatives(words.carriers)})*$"
            f"|(?:{_alternatives(words.prohibitions)})[^的]*$"
        )

    def occurrences(self, text: str) -> list[tuple[int, int, str]]:
        """Start, end and word of every listed word, asserted or not."""
        lists = self.lists
        return [(*found.span(), word) for found in self._pattern.finditer(text) if (word := found.group()) in lists]

    def asserted(self, text: str, start: int, end: int) -> Certainty | None:
        """How the text asserts the word from `start` to `end`; None where it denies it or only a statute says it."""
        clause_start = max(text.rfind(sign, 0, start) for sign in _CLAUSE_ENDS) + 1
        before = text[clause_start:start]
        if self._negations.search(before) or self._negated.search(before) or self._is_statute(text, start, end, before):
            return None
        behind = _SENTENCE_REST.split(text[end : end + _OPENING_REACH], maxsplit=1)[0]
        lists = self.lists.get(text[start:end], frozenset())
        for denied in (self._denied, *(pattern for name, pattern in self._denied_of.items() if name in lists)):
            denial = denied.search(behind)
            if denial is not None and denial.start() <= _DENIAL_REACH and not _UNSAID.search(behind[: denial.start()]):
                return None
        return Certainty.POSSIBLE if self._doubts.search(before) else Certainty.CERTAIN

    def tells_of_lawful(self, text: str, start: int, end: int) -> bool:
        """Whether the text asserts from `start` to `end` that a waste was disposed of or passed on as the law asks."""
        found = self._lawful.finditer(text, start, end)
        return any(self.asserted(text, *said.span()) is not None for said in found)

    def _is_statute(self, text: str, start: int, end: int, before: str) -> bool:
        """Whether the word stands in a statute's title, in a quotation of one, or in 违反…的规定."""
        if text.rfind("《", max(0, start - _OPENING_REACH), start) > text.rfind("》", 0, start):
            return True
        for opens, closes in ("“”", "「」"):
            opening = text.rfind(opens, max(0, start - _OPENING_REACH), start)
            if opening > text.rfind(closes, 0, start):
                said_before = text[max(0, opening - _STATUTE_REACH) : opening]
                return self._statutes.search(said_before) is not None
        clause_rest = _CLAUSE_REST.split(text[end : end + _OPENING_REACH], maxsplit=1)[0]
        return ("违反" in before or "依据" in before or "根据" in before) and "规定" in clause_rest


# 剩余部分已无害化处理: only the rest was; 未交无害化处理厂处理: it was not.
_UNSAID = re.compile(f"剩余|其余|余下|部分|[未没][^{_CLAUSE_ENDS}]*$")
_SENTENCE_REST = re.compile(f"[{_SENTENCE_ENDS}]")
_CLAUSE_REST = re.compile(f"[{_CLAUSE_ENDS}]")


class Reading:
    """A text with the listed words it asserts, in order."""

    __slots__ = ("_hits", "_lexicon", "_names", "_occurrences", "text")

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        """Find the words; whether they are asserted is asked when one is looked for."""
        self.text = text
        self._lexicon = lexicon
        self._occurrences = lexicon.occurrences(text)
        self._names = frozenset[str]().union(*(lexicon.lists[word] for _, _, word in self._occurrences))
        self._hits: dict[tuple[int, int], Hit | None] = {}

    def hits(self, names: Iterable[str], start: int = 0, end: int | None = None) -> Iterator[Hit]:
        """The asserted words of some lists that stand from `start` to `end`, in order."""
        wanted = self._names.intersection(names)
        if not wanted:
            return
        last = len(self.text) if end is None else end
        for begin, stop, word in islice(self._occurrences, bisect_left(self._occurrences, (start,)), None):
            if begin >= last:
                return
            if stop <= last and not wanted.isdisjoint(self._lexicon.lists[word]):
                hit = self._hit(begin, stop, word)
                if hit is not None:
                    yield hit

    def are_denied(self, names: Iterable[str], start: int, end: int) -> bool:
        """Whether words of some lists stand from `start` to `end` and none of them is asserted."""
        wanted = frozenset(names)
        stand = any(
            start <= begin and stop <= end and not wanted.isdisjoint(self._lexicon.lists[word])
            for begin, stop, word in self._occurrences
        )
        return stand and next(self.hits(names, start, end), None) is None

    def best(self, names: Iterable[str]) -> Hit | None:
        """The first asserted word of some lists that nothing doubts, else the first."""
        best: Hit | None = None
        for hit in self.hits(names):
            if hit.certainty is Certainty.CERTAIN:
                return hit
            best = best or hit
        return best

    def together(self, names: Iterable[str], others: Iterable[str]) -> tuple[Hit, ...]:
        """A word of some lists and one of others that one clause asserts, undoubted ones first; else none."""
        best: tuple[Hit, ...] = ()
        for hit in self.hits(names):
            start = max(self.text.rfind(sign, 0, hit.start) for sign in _CLAUSE_ENDS) + 1
            clause = next(self.clauses(start, len(self.text)))
            for other in self.hits(others, *clause):
                if hit.certainty is other.certainty is Certainty.CERTAIN:
                    return hit, other
                best = best or (hit, other)
        return best

    def sentence_at(self, position: int) -> tuple[int, int]:
        """Where the sentence that holds a position begins and ends."""
        begin = max(self.text.rfind(sign, 0, position) for sign in _SENTENCE_ENDS) + 1
        found = _SENTENCE_REST.search(self.text, position)
        return begin, len(self.text) if found is None else found.start()

    def clauses(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The clauses from `start` to `end`."""
        return (found.span() for found in _CLAUSE.finditer(self.text, start, end))

    def _hit(self, start: int, end: int, word: str) -> Hit | None:
        place = (start, end)
        if place not in self._hits:
            certainty = self._lexicon.asserted(self.text, start, end)
            self._hits[place] = None if certainty is None else Hit(word=word, start=start, end=end, certainty=certainty)
        return self._hits[place]


@cache
def lexicon() -> Lexicon:
    """The words of `words.yaml`; read and compiled once."""
    source = resources.files("supervision.thresholds").joinpath("words.yaml")
    return Lexicon(WordFile.model_validate(read_mapping(source.read_text(encoding="utf-8"))))


def _alternatives(texts: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(texts, key=len, reverse=True)))


def _at_clause_end(texts: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:{_alternatives(texts)})(?=[{_CLAUSE_ENDS}]|\Z)")


def any_of(texts: Iterable[str]) -> re.Pattern[str]:
    """One pattern of many words, told apart by their first sign: what begins none of them costs one look."""
    by_first: dict[str, list[str]] = {}
    for text in texts:
        by_first.setdefault(text[0], []).append(text[1:])
    return re.compile("|".join(f"{re.escape(first)}(?:{_alternatives(rest)})" for first, rest in by_first.items()))
