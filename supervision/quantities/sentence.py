"""One sentence of a text with its amounts and its words, and the ways through them."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from supervision.quantities.amounts import Amount
from supervision.quantities.words import ACT, BARRIER, COMMA, EXTRACTION, Lexicon, Token

_ENDS: Final = "。！？!?\n\r"
_END = re.compile(f"[{_ENDS}]")
_REACH: Final = 160
"""How far back a word can bear upon an amount; beyond it, a sentence without a stop is not followed."""


@dataclass(kw_only=True)
class Sentence:
    """A sentence from `start` to `end`.

    `before[i]` and `after[i]`: how many tokens end before the amount i, and the place of the first that starts behind.
    """

    text: str
    start: int
    end: int
    amounts: list[Amount]
    tokens: list[Token]
    before: list[int]
    after: list[int]

    def previous(self, place: int) -> int | None:
        """The place of the amount before, of the same dimension."""
        dimension = self.amounts[place].dimension
        return next((at for at in range(place - 1, -1, -1) if self.amounts[at].dimension is dimension), None)

    def next_start(self, place: int) -> int:
        """Where the next amount of the same dimension starts; the sentence's end where there is none."""
        dimension = self.amounts[place].dimension
        for at in range(place + 1, len(self.amounts)):
            if self.amounts[at].dimension is dimension:
                return self.amounts[at].start
        return self.end

    def clause_before(self, place: int, keep_from: int) -> list[Token]:
        """The tokens before an amount back to its clause's comma, the nearest first; commas behind `keep_from` are in.

        `keep_from` is where the amount's object begins, which may stand in an earlier clause.
        """
        clause: list[Token] = []
        farthest = self.amounts[place].start - _REACH
        for at in range(self.before[place] - 1, -1, -1):
            token = self.tokens[at]
            marks = token[2].marks
            if token[0] < farthest:
                break
            if marks & BARRIER or (marks & COMMA and self.text[token[0]] != "、" and token[0] < keep_from):
                break
            clause.append(token)
        return clause

    def near_before(self, place: int) -> list[Token]:
        """The tokens before an amount within reach, the nearest first, commas or not."""
        farthest = self.amounts[place].start - _REACH
        near: list[Token] = []
        for at in range(self.before[place] - 1, -1, -1):
            if self.tokens[at][0] < farthest:
                break
            near.append(self.tokens[at])
        return near

    @cached_property
    def acts(self) -> tuple[str, ...]:
        """The words for what was done, in order."""
        return tuple(self.text[start:end] for start, end, word in self.tokens if word.marks & ACT)

    @cached_property
    def is_about_extraction(self) -> bool:
        """Whether something is taken out of the ground."""
        return any(token[2].marks & EXTRACTION for token in self.tokens)


def sentences(text: str, amounts: list[Amount], lexicon: Lexicon) -> list[Sentence]:
    """The sentences that hold an amount; each character is looked at once, however long the text is."""
    found: list[Sentence] = []
    place = 0
    end = 0
    while place < len(amounts):
        first = amounts[place].start
        start = max((text.rfind(sign, end, first) for sign in _ENDS), default=-1) + 1
        start = max(start, end)
        stop = _END.search(text, amounts[place].end)
        end = len(text) if stop is None else stop.start()
        held = place
        while held < len(amounts) and amounts[held].start < end:
            held += 1
        found.append(_sentence(text, start, end, amounts[place:held], lexicon))
        place = held
    return found


def _sentence(text: str, start: int, end: int, amounts: list[Amount], lexicon: Lexicon) -> Sentence:
    tokens = lexicon.tokens(text, start, end)
    before: list[int] = []
    after: list[int] = []
    at = 0
    for amount in amounts:
        while at < len(tokens) and tokens[at][1] <= amount.start:
            at += 1
        before.append(at)
        behind = at
        while behind < len(tokens) and tokens[behind][0] < amount.end:
            behind += 1
        after.append(behind)
    return Sentence(text=text, start=start, end=end, amounts=amounts, tokens=tokens, before=before, after=after)
