"""Multiples of a limit: 超标4.2倍 is the excess, so 5.2 times the limit; 为标准的4.2倍 is 4.2 times it."""

from decimal import Decimal
from typing import Final

from supervision.quantities.amounts import Dimension
from supervision.quantities.objects import Object
from supervision.quantities.sentence import Sentence
from supervision.quantities.words import (
    AT_LEAST,
    BARRIER,
    BELOW,
    COMMA,
    LINK_VERB,
    NEGATION,
    OTHER,
    SUBSTANCE,
    Token,
)

_REACH: Final = 60
_BEHIND_REACH: Final = 3
_SUBSTANCE_REACH: Final = 100
_ONE: Final = Decimal(1)


def find_multiple(sentence: Sentence, place: int) -> tuple[Object, Decimal] | None:
    """The words that compare with a limit, and the multiple of that limit; None where an amount compares with none."""
    amount = sentence.amounts[place]
    if _is_of_other(sentence, place):
        return None
    limit: Token | None = None
    verb = False
    for at in range(sentence.before[place] - 1, -1, -1):
        token = sentence.tokens[at]
        start, end, word = token
        if amount.start - end > _REACH or word.marks & (COMMA | BARRIER | NEGATION):
            return None
        role = word.roles.get(Dimension.TIMES)
        if role == OTHER or (word.marks & BELOW and limit is not None):
            return None
        if role == "limit":
            limit = token
        elif role == "excess":
            said = sentence.text[start:end]
            if limit is None and said in {"超过", "超出"}:
                continue
            is_multiple = limit is not None and _ends_with_of(sentence.text, amount.start, limit[1])
            value = amount.value if is_multiple else amount.value + _ONE
            return Object(role="times_over_standard", start=start, end=end, at=at, strangers=0, crosses=False), value
        elif limit is not None and not verb and _likens(word.marks, sentence.text[limit[1] : amount.start]):
            verb = True
            farther = _excess_farther(sentence, at, amount.start)
            if farther is None:
                return (
                    Object(role="times_over_standard", start=start, end=limit[1], at=at, strangers=0, crosses=False),
                    amount.value,
                )
    return None


def _likens(marks: int, between: str) -> bool:
    """Whether a verb before a limit makes the amount its multiple: 为限值的3倍, and 达到限值的3倍 by its 的."""
    return bool(marks & LINK_VERB or (marks & AT_LEAST and "的" in between))


def _excess_farther(sentence: Sentence, at: int, position: int) -> int | None:
    """Where a 超过 stands before a 为 of the same clause (超过排放标准的倍数为3倍)."""
    for place in range(at - 1, -1, -1):
        start, end, word = sentence.tokens[place]
        if position - end > _REACH or word.marks & (COMMA | BARRIER):
            return None
        if word.roles.get(Dimension.TIMES) == "excess":
            return start
    return None


def _ends_with_of(text: str, position: int, limit_end: int) -> bool:
    return "的" in text[limit_end:position]


def _is_of_other(sentence: Sentence, place: int) -> bool:
    """Whether the words straight behind make it the multiple of a fine: 三倍的罚款."""
    for at in range(sentence.after[place], min(len(sentence.tokens), sentence.after[place] + 3)):
        start, _, word = sentence.tokens[at]
        if start - sentence.amounts[place].end > _BEHIND_REACH or word.marks & (COMMA | BARRIER):
            return False
        if word.roles.get(Dimension.TIMES) == OTHER:
            return True
    return False


def substance_before(sentence: Sentence, before: int, position: int, floor: int) -> Token | None:
    """The substance nearest before a position, behind `floor`."""
    for at in range(before - 1, -1, -1):
        token = sentence.tokens[at]
        if token[0] < floor or position - token[1] > _SUBSTANCE_REACH:
            return None
        if token[2].marks & SUBSTANCE:
            return token
    return None


def substances_shared(sentence: Sentence, at: int) -> list[Token]:
    """The substances joined by 、 or 和 before the token at `at`, in order."""
    found: list[Token] = []
    for place in range(at - 1, -1, -1):
        token = sentence.tokens[place]
        marks = token[2].marks
        if sentence.tokens[at][0] - token[1] > _SUBSTANCE_REACH:
            break
        if marks & SUBSTANCE:
            found.append(token)
        elif marks & BARRIER or (marks & COMMA and sentence.text[token[0]] != "、"):
            break
    return found[::-1]
