"""What an amount is of: the nearest word beside it that is an object in its dimension.

Straight before it (危险废物3.5吨) counts before straight after it (3.5吨危险废物), and both before what stands off.
"""

from dataclasses import dataclass
from typing import Final

from schema.vocabularies import Domain
from supervision.quantities.amounts import Dimension
from supervision.quantities.sentence import Sentence
from supervision.quantities.words import (
    ACT,
    BARRIER,
    COMMA,
    CONJUNCTION,
    DENIED,
    DENIED_PART,
    EACH,
    FINDING,
    GENERIC,
    INCLUDING,
    LINK_VERB,
    NEUTRAL,
    OTHER,
    RATE,
    REMEDY,
    Token,
)

STANDING_TREES: Final = "standing_trees"
_WORTH: Final = "worth"
_SUM: Final = "sum"
_REACH: Final = 60
_OWN_NOUN: Final = 2
_STRANGERS_BEFORE: Final = 10
_STRANGERS_AFTER: Final = 8
_STRANGERS_WITH_VERB: Final = 12
_TRADE: Final = frozenset({Domain.FOOD_DRUGS, Domain.MARKET, Domain.AGRICULTURE, Domain.OTHER})
_FINER: Final = {
    "basic_farmland": "other_farmland",
    "public_forest": "other_forest",
}


@dataclass(slots=True, kw_only=True)
class Object:
    """An object beside an amount: its role (a measure's name, or `other`), its words, and how near they are.

    `at`: its place among the sentence's tokens. `strangers` counts the characters between the two that no list knows;
    `crosses` says that a comma stands there, `acts` that a word for an act does.
    """

    role: str
    start: int
    end: int
    at: int
    strangers: int
    crosses: bool
    acts: bool = False


def find_object(sentence: Sentence, place: int, domain: Domain, floor: int) -> Object | None:
    """The object of an amount; None where it has none, or one that no measure is about.

    `floor`: what stands before it belongs to another amount already.
    """
    before = _before(sentence, place, floor)
    after = _after(sentence, place)
    chosen = None
    if before is not None and not (before.strangers or before.crosses or before.acts):
        chosen = before
    elif after is not None and (
        not after.strangers
        or (after.strangers <= _STRANGERS_AFTER and (before is None or before.strangers >= after.strangers))
    ):
        chosen = after
    elif before is not None and before.strangers <= _STRANGERS_BEFORE:
        chosen = before
    chosen = _said_to_be(sentence, place, chosen)
    if chosen is not None and chosen.role in {_WORTH, _SUM}:
        chosen = _based(sentence, chosen, domain)
    elif chosen is None and sentence.amounts[place].dimension is Dimension.MONEY and domain in _TRADE:
        chosen = _sold(sentence, place, floor)
    if (
        chosen is None
        or chosen.role in {OTHER, DENIED, DENIED_PART}
        or (chosen.role == "loss" and _is_made_good(sentence, chosen))
    ):
        return None
    return chosen


def _is_made_good(sentence: Sentence, loss: Object) -> bool:
    """Whether a loss is one that is paid for (赔偿农户损失): what was lost is said elsewhere, if at all."""
    for at in range(loss.at - 1, -1, -1):
        _, end, word = sentence.tokens[at]
        if loss.start - end > _STRANGERS_BEFORE or word.marks & (ACT | BARRIER | COMMA):
            return False
        if word.marks & REMEDY:
            return True
    return False


def _before(sentence: Sentence, place: int, floor: int) -> Object | None:
    amount = sentence.amounts[place]
    dimension = amount.dimension
    known = 0
    crosses = acts = False
    # In 有危险废物，罐体3吨 something of its own stands before the amount.
    nearest = sentence.before[place] - 1
    is_of_unknown = nearest >= 0 and amount.start - sentence.tokens[nearest][1] >= _OWN_NOUN
    for at in range(nearest, -1, -1):
        start, end, word = sentence.tokens[at]
        if start < floor or amount.start - end > _REACH:
            return None
        role = word.roles.get(dimension)
        if role is not None and role != GENERIC:
            return Object(
                role=role,
                start=start,
                end=end,
                at=at,
                strangers=amount.start - end - known,
                crosses=crosses,
                acts=acts,
            )
        marks = word.marks
        if marks & BARRIER or (marks & COMMA and is_of_unknown and sentence.text[start] != "、"):
            return None
        if marks & COMMA:
            crosses = True
        elif marks & ACT:
            acts = True
        if not marks & NEUTRAL or role is not None:
            known += end - start
    return None


def _after(sentence: Sentence, place: int) -> Object | None:
    """The object behind an amount, before any comma; a bracket behind the unit is passed over."""
    amount = sentence.amounts[place]
    dimension = amount.dimension
    limit = sentence.next_start(place)
    known = 0
    restated = place + 1 < len(sentence.amounts) and sentence.amounts[place + 1].restates
    if restated:
        limit = sentence.next_start(place + 1)
        known = sentence.amounts[place + 1].end - amount.end
    for at in range(sentence.after[place], len(sentence.tokens)):
        start, end, word = sentence.tokens[at]
        if restated and start < sentence.amounts[place + 1].end:
            continue
        if start >= limit or start - amount.end - known > _REACH:
            return None
        role = word.roles.get(dimension)
        if role is not None and role != GENERIC:
            if end == limit and any(sign in sentence.text[amount.end : start] for sign in "（("):
                # 占用土地15.5亩（耕地9.1亩、园地6.4亩): the farmland is the next amount's.
                return None
            return Object(role=role, start=start, end=end, at=at, strangers=start - amount.end - known, crosses=False)
        if word.marks & (COMMA | BARRIER | CONJUNCTION | INCLUDING) or sentence.text[start] in ":：":
            return None
        if not word.marks & NEUTRAL:
            known += end - start
    return None


def _said_to_be(sentence: Sentence, place: int, chosen: Object | None) -> Object | None:
    """What the words behind say that it is: 3.5吨污泥，属于危险废物; 占用土地5亩，全部为耕地; 经鉴别不属于危险废物."""
    amount = sentence.amounts[place]
    dimension = amount.dimension
    limit = sentence.next_start(place)
    if place + 1 < len(sentence.amounts) and sentence.amounts[place + 1].restates:
        limit = sentence.next_start(place + 1)
    position = amount.end
    verb = False
    known = 0
    for at in range(sentence.after[place], len(sentence.tokens)):
        start, end, word = sentence.tokens[at]
        if start >= limit or start - position - known > _STRANGERS_WITH_VERB or word.marks & (BARRIER | INCLUDING):
            return chosen
        role = word.roles.get(dimension)
        if role == DENIED_PART and chosen is not None and chosen.role in _FINER.values():
            # 占用耕地12亩，不涉及基本农田: it is farmland all the same.
            return chosen
        if role in {DENIED, DENIED_PART}:
            return Object(role=DENIED, start=start, end=end, at=at, strangers=0, crosses=True)
        if verb and role is not None and role != GENERIC:
            if role != OTHER and (chosen is None or chosen.role == OTHER or _FINER.get(role) == chosen.role):
                return Object(role=role, start=start, end=end, at=at, strangers=0, crosses=True)
            return chosen
        verb = verb or bool(word.marks & LINK_VERB)
        if not word.marks & NEUTRAL:
            known += end - start
    return chosen


def _based(sentence: Sentence, chosen: Object, domain: Domain) -> Object | None:
    """What a bare 价值 or 金额 is of: the nearest word before it that makes something of it."""
    allowed = (
        {"timber_value", "mineral_value", "stock_value"} if chosen.role == _WORTH else {"sales_amount", "stock_value"}
    )
    for at in range(chosen.at - 1, -1, -1):
        start, end, word = sentence.tokens[at]
        if chosen.start - end > _REACH or word.marks & BARRIER:
            return None
        base = word.base
        if base == "mineral_value" and domain is not Domain.LAND and not sentence.is_about_extraction:
            continue
        if base in allowed:
            chosen.role, chosen.start = base, start
            return chosen
        if word.roles.get(Dimension.MONEY) == OTHER:
            return None
    return None


def _sold(sentence: Sentence, place: int, floor: int) -> Object | None:
    """The sale that a sum without a label tells of: 销售伪劣化肥5.2万元."""
    amount = sentence.amounts[place]
    for at in range(sentence.before[place] - 1, -1, -1):
        start, end, word = sentence.tokens[at]
        if start < floor or amount.start - end > _STRANGERS_BEFORE or word.marks & (COMMA | BARRIER | RATE):
            return None
        if word.base in {"sales_amount", "stock_value"}:
            return Object(role=word.base, start=start, end=end, at=at, strangers=0, crosses=False)
    return None


def shared_out(sentence: Sentence, place: int) -> list[Token] | None:
    """The objects that 分别 before an amount shares out, in order: 销售金额和违法所得分别为...; None without 分别."""
    dimension = sentence.amounts[place].dimension
    each = sentence.before[place] - 1
    while each >= 0 and not sentence.tokens[each][2].marks & EACH:
        token = sentence.tokens[each]
        if token[2].marks & (COMMA | BARRIER) or sentence.amounts[place].start - token[0] > _STRANGERS_BEFORE:
            return None
        each -= 1
    if each < 0:
        return None
    nouns: list[Token] = []
    for at in range(each - 1, -1, -1):
        token = sentence.tokens[at]
        if sentence.tokens[each][0] - token[1] > _REACH:
            break
        role = token[2].roles.get(dimension)
        if role is not None and role != GENERIC:
            nouns.append(token)
        elif token[2].marks & (BARRIER | ACT | FINDING) or (token[2].marks & COMMA and sentence.text[token[0]] != "、"):
            break
    return nouns[::-1]
