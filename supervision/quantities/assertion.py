"""How a sentence asserts an amount: as a fact, doubted or attributed to somebody, or not at all."""

import re
from typing import Final

from schema.vocabularies import Certainty
from supervision.quantities.sentence import Sentence
from supervision.quantities.words import (
    ABOUT,
    ABOUT_AFTER,
    ABOVE_AFTER,
    ACT,
    ANOTHER,
    APPROVAL,
    AT_LEAST,
    ATTRIBUTION,
    BARRIER,
    BELOW,
    BELOW_AFTER,
    COMMA,
    DENIAL,
    DOUBT,
    DOUBT_AFTER,
    DOUBT_ON,
    ELSEWHERE,
    FINDING,
    LIMIT_AFTER,
    LINK,
    LINK_VERB,
    NEGATION,
    NEGATOR,
    PLEA,
    RATE,
    STATUTE,
    TOTAL,
    Token,
)

_RATE_REACH: Final = 6
_LIMITS_REACH: Final = 12
_REFUSED_REACH: Final = 40
# 未取得县级以上自然资源主管部门依法批准: 未经 and its like reach over the name of an authority, a bare 不 does not.
_UNAPPROVED: Final = re.compile("[未没无不].{0,5}$|未经|未取得|未获|没有取得|未办理")
_CLAUSE: Final = re.compile("[，,；;]")
_OPENING_REACH: Final = 2
_SUBJECT_REACH: Final = 2
_TOWARDS: Final = frozenset("向给为与对替帮")


def asserted(sentence: Sentence, place: int, start: int, end: int) -> Certainty | None:
    """How the amount is asserted, whose object lies between `start` and `end`; None where it is not.

    Not asserted: negated or refuted, less than the amount, a rate, a limit of a statute, and what another case, a
    condition or an order tells of.
    """
    amount = sentence.amounts[place]
    near = _beside(sentence, place)
    behind = _behind(sentence, place)
    if near & (BELOW | RATE | LIMIT_AFTER) or behind & (BELOW_AFTER | LIMIT_AFTER):
        return None
    before = sentence.near_before(place)
    if behind & ABOVE_AFTER and (any(token[2].marks & STATUTE for token in before) or _sets_limits(sentence, place)):
        return None
    if _is_quoted_law(sentence, before):
        return None
    clause = sentence.clause_before(place, start)
    if _is_negated(clause, amount.start) or _is_refuted(sentence, place) or _is_allowed(sentence, before):
        return None
    if (
        amount.is_lower_end
        or near & ABOUT
        or behind & (ABOUT_AFTER | ABOVE_AFTER)
        or _is_doubted(sentence, place, clause, end)
        or _is_somebodys(sentence, before)
        or _is_done_by_another(sentence, clause)
    ):
        return Certainty.POSSIBLE
    return Certainty.CERTAIN


def _beside(sentence: Sentence, place: int) -> int:
    """The marks of the words straight before an amount: 不足, 约, 每."""
    amount = sentence.amounts[place]
    position = amount.start
    marks = 0
    for at in range(sentence.before[place] - 1, -1, -1):
        start, end, word = sentence.tokens[at]
        if word.marks & RATE and amount.start - end <= _RATE_REACH and not word.marks & (COMMA | BARRIER):
            return marks | RATE
        if word.marks & (COMMA | BARRIER):
            break
        if end == position:
            marks |= word.marks
            if word.marks & (LINK | LINK_VERB | TOTAL | ABOUT | AT_LEAST | BELOW):
                position = start
                continue
        if amount.start - end > _RATE_REACH:
            break
    return marks


def _behind(sentence: Sentence, place: int) -> int:
    """The marks of the word straight behind an amount: 左右, 以上, 以上的."""
    at = sentence.after[place]
    if at < len(sentence.tokens) and sentence.tokens[at][0] == sentence.amounts[place].end:
        return sentence.tokens[at][2].marks
    return 0


def _sets_limits(sentence: Sentence, place: int) -> bool:
    """Whether the amount is the first of several limits: 五亩以上或者十亩以上的."""
    behind = sentence.tokens[sentence.after[place] : sentence.after[place] + _LIMITS_REACH]
    return any(token[2].marks & LIMIT_AFTER for token in behind)


def _is_quoted_law(sentence: Sentence, before: list[Token]) -> bool:
    """Whether an amount stands inside quotation marks that a statute's name or 规定 opens."""
    for at, (start, _, _) in enumerate(before):
        sign = sentence.text[start]
        if sign == "”":
            return False
        if sign == "“":
            return any(
                token[2].marks & STATUTE and start - token[1] <= _OPENING_REACH for token in before[at + 1 : at + 4]
            )
    return False


def _is_negated(clause: list[Token], position: int) -> bool:
    """Whether a clause says that it did not happen, or that it happened in another case or only if."""
    following: Token | None = None
    for token in clause:
        marks = token[2].marks
        if marks & (NEGATION | ELSEWHERE) and token[1] <= position:
            return True
        if marks & NEGATOR and following is not None and following[0] == token[1] and following[2].marks & ACT:
            return True
        following = token
    return False


def _is_allowed(sentence: Sentence, before: list[Token]) -> bool:
    """Whether it was approved: in this clause, or in the one before where this one tells of no act.

    经批准，使用耕地3亩 but not 以欺骗手段取得批准，占用耕地3亩.
    """
    commas = 0
    acts = False
    for start, _, word in before:
        if word.marks & APPROVAL:
            said = sentence.text[max(sentence.start, start - _REFUSED_REACH) : start]
            return _UNAPPROVED.search(_CLAUSE.split(said)[-1]) is None
        if word.marks & COMMA and sentence.text[start] != "、":
            commas += 1
            if acts or commas > 1:
                return False
        acts = acts or bool(word.marks & ACT)
        if word.marks & BARRIER:
            return False
    return False


def _is_refuted(sentence: Sentence, place: int) -> bool:
    """Whether the words behind, before the next amount, say that it is not so."""
    limit = sentence.next_start(place)
    for at in range(sentence.after[place], min(len(sentence.tokens), sentence.after[place] + 16)):
        start, _, word = sentence.tokens[at]
        if start >= limit or word.marks & (BARRIER | PLEA):
            return False
        if word.marks & DENIAL:
            return True
    return False


def _is_doubted(sentence: Sentence, place: int, clause: list[Token], end: int) -> bool:
    """Whether the clause, or what stands between amount and object or straight behind, doubts it.

    What an examination found it to be (疑似危险废物3吨，经鉴定属于危险废物) takes that doubt away.
    """
    limit = sentence.next_start(place)
    doubted = any(token[2].marks & DOUBT for token in clause)
    found = False
    dimension = sentence.amounts[place].dimension
    for at in range(sentence.after[place], min(len(sentence.tokens), sentence.after[place] + 12)):
        start, _, word = sentence.tokens[at]
        if start >= limit or word.marks & BARRIER:
            break
        if word.marks & DOUBT_AFTER:
            return True
        if word.marks & FINDING:
            found = True
        elif word.roles.get(dimension) is not None:
            found = found and start < end
        elif found and word.marks & LINK_VERB:
            return False
        elif word.marks & DOUBT and start < end:
            doubted = True
    return doubted


def _is_somebodys(sentence: Sentence, before: list[Token]) -> bool:
    """Whether an earlier word attributes or doubts it and no finding of an earlier clause stands between."""
    finding = False
    for at, (start, _, word) in enumerate(before):
        marks = word.marks
        if marks & BARRIER:
            return False
        if marks & COMMA and sentence.text[start] != "、" and finding:
            return False
        if marks & FINDING:
            finding = True
            # 对…涉嫌…一案立案调查，查明: nothing before it counts, for what the case was opened on was a suspicion.
            if sentence.text.startswith("一案", start):
                return False
        if marks & (ATTRIBUTION | DOUBT_ON):
            earlier = before[at + 1] if at + 1 < len(before) else None
            if earlier is not None and earlier[1] == start and earlier[2].marks & NEGATOR:
                continue
            return True
    return False


def _is_done_by_another(sentence: Sentence, clause: list[Token]) -> bool:
    """Whether a clause says that somebody else did it: 另一家公司倾倒, 案外人王某倾倒, but not 向他人提供."""
    act: Token | None = None
    for token in clause:
        if token[2].marks & ANOTHER and act is not None and act[0] - token[1] <= _SUBJECT_REACH:
            return sentence.text[max(0, token[0] - 1) : token[0]] not in _TOWARDS
        if token[2].marks & ACT:
            act = token
    return False
