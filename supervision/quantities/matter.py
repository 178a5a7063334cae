"""Whether an amount is of the act at hand, or of something that only stands beside it.

A year's turnover, goods in order, minerals still in the ground, land that is only held, what a permit covers, what
somebody else did, what another case dealt with, and a figure that a later one corrects are none of the act.
"""

import re
from collections import deque
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Final

import yaml

from schema.vocabularies import Certainty, QuantityMeasure
from supervision.quantities.objects import Object
from supervision.quantities.sentence import Sentence
from supervision.quantities.words import DENIED, OTHER

_GOODS: Final = frozenset({QuantityMeasure.SALES_AMOUNT, QuantityMeasure.STOCK_VALUE})
_LAND: Final = frozenset(
    {
        QuantityMeasure.BASIC_FARMLAND,
        QuantityMeasure.OTHER_FARMLAND,
        QuantityMeasure.PUBLIC_FOREST,
        QuantityMeasure.OTHER_FOREST,
    }
)
_UNDER_PERMIT: Final = _LAND | {
    QuantityMeasure.TIMBER_VOLUME,
    QuantityMeasure.TIMBER_VALUE,
    QuantityMeasure.SAPLINGS,
}
_REACH: Final = 80
_CLAUSE_ENDS: Final = "，,；;"
_STOPS: Final = "；;"
_STOP = re.compile(f"[{_STOPS}]")
_PUNISHED = re.compile("[^，,；;]{0,20}(?:被|受到|受过)(?![我本])[^，,；;]{0,12}(?:处罚|追究|判处|判决|判刑)")
_BETWEEN_LABEL: Final = "(?:的|总|累计|实际)?$"
_YEAR = re.compile(f"[0-9０-９〇零一二三四五六七八九]年{_BETWEEN_LABEL}")
_WITHIN = re.compile("(?:的?范围|地块)?[内中里]")
_HANDLED = re.compile(
    "(?:行为|部分|问题|一事|事实)[^，,；;]{0,30}另案|不在本案|不属于本案"
    "|(?:行为|部分|问题|一事)[^，,；;]{0,12}(?:已于|此前|曾)[^，,；;]{0,24}(?:处罚|处理|查处)"
)


def bearing(sentence: Sentence, place: int, thing: Object, measure: QuantityMeasure) -> Certainty | None:
    """How surely an amount is of the act: POSSIBLE where it may be of something else, None where it is."""
    words = _words()
    before, behind = _around(sentence, place, thing)
    said = _said_before(sentence, place, thing)
    if _HANDLED.search(behind) or _is_corrected(sentence, place, thing, words) or _was_punished(said, behind):
        return None
    found = Certainty.POSSIBLE if words.is_anothers(said) else Certainty.CERTAIN
    if measure in _GOODS:
        return _weaker(found, words.of_goods(before, behind))
    if measure is QuantityMeasure.LOSS:
        return None if words.is_nobodys(before) else found
    if measure is QuantityMeasure.MINERAL_VALUE:
        return _weaker(found, words.of_minerals(before, behind))
    if measure in _UNDER_PERMIT and words.is_permitted(before, behind, _is_last(sentence, place)):
        return None
    return _weaker(found, _of_land(sentence, place, thing, before, words)) if measure in _LAND else found


def corrects(text: str) -> bool:
    """Whether the words between two amounts put the second in the place of the first: 3.8吨，经复核更正为0.38吨."""
    return _words().correction.search(text) is not None


def _around(sentence: Sentence, place: int, thing: Object) -> tuple[str, str]:
    """What stands before an amount and its object, and behind both, up to the amounts of the dimension beside it."""
    amount = sentence.amounts[place]
    previous = sentence.previous(place)
    floor = sentence.start if previous is None else sentence.amounts[previous].end
    token = sentence.tokens[thing.at][0]
    label = token if thing.start <= token < thing.end else thing.start
    start = min(amount.start, label)
    before = sentence.text[max(floor, start - _REACH) : start]
    last = sentence.next_start(place)
    behind = sentence.text[amount.end : min(last, amount.end + _REACH)]
    found = _STOP.search(behind)
    return before[max(map(before.rfind, _STOPS)) + 1 :], behind if found is None else behind[: found.start()]


def _said_before(sentence: Sentence, place: int, thing: Object) -> str:
    """What stands before an amount, from the clause its object stands in."""
    amount = sentence.amounts[place]
    previous = sentence.previous(place)
    floor = sentence.start if previous is None else sentence.amounts[previous].end
    return sentence.text[max(floor, min(thing.start, amount.start) - _REACH) : amount.start]


def _was_punished(said: str, behind: str) -> bool:
    """Whether it is what somebody was punished for before: 2018年因倾倒危险废物4吨被追究刑事责任."""
    return "因" in said and "因" in _last_clause(said) and _PUNISHED.match(behind) is not None


def _is_last(sentence: Sentence, place: int) -> bool:
    return sentence.next_start(place) == sentence.end


def _is_corrected(sentence: Sentence, place: int, thing: Object, words: "_Words") -> bool:
    """Whether another amount follows that stands for this one, or words that make its object another."""
    amount = sentence.amounts[place]
    last = sentence.next_start(place)
    behind = sentence.text[amount.end : last]
    if "为" not in behind:
        return False
    if last < sentence.end and words.correction.search(behind):
        # 销售金额5万元，库存货值实际为1万元: the next amount has an object of its own.
        said = sentence.tokens[sentence.after[place] : sentence.after[place] + _REACH]
        end = max(amount.end, thing.end)
        return not any(end <= start < last and word.roles.get(amount.dimension) for start, _, word in said)
    found = words.corrected.search(behind, 0, _REACH)
    if found is None:
        return False
    position = amount.end + found.end()
    following = sentence.tokens[sentence.after[place] : sentence.after[place] + _REACH]
    roles = (word.roles.get(amount.dimension) for start, _, word in following if start == position)
    return any(role in {OTHER, DENIED} for role in roles)


def _of_land(sentence: Sentence, place: int, thing: Object, before: str, words: "_Words") -> Certainty | None:
    """Land that nothing was done to, while something was to land that the sentence names behind it."""
    amount = sentence.amounts[place]
    clause = _last_clause(before)
    following = sentence.next_start(place)
    between = sentence.text[max(amount.end, thing.end) : following]
    own, comma, rest = re.sub("[,；;]", "，", between).partition("，")
    if words.added.search(words.not_added.sub("", clause)) and not words.taking.search(clause + own):
        return None
    if following == sentence.end:
        return Certainty.CERTAIN
    said = sentence.text[max(sentence.start, amount.start - 2 * _REACH) : min(amount.start, thing.start)]
    # 在承包的林地25亩内搭建: what was done there was done to a part.
    is_own = bool(comma) and _WITHIN.match(own) is None
    if words.taking.search(said) or (is_own and words.taking.search(own)):
        return Certainty.CERTAIN
    if not words.taking.search(rest if is_own else between):
        return Certainty.CERTAIN
    held = sentence.text[max(sentence.start, amount.start - 2 * _REACH) : amount.start] + own
    return None if words.holding.search(held) else Certainty.POSSIBLE


def _weaker(one: Certainty, other: Certainty | None) -> Certainty | None:
    return other if other is None or one is Certainty.CERTAIN else one


def _last_clause(text: str) -> str:
    return text[max(map(text.rfind, _CLAUSE_ENDS)) + 1 :]


def _last_two(text: str) -> str:
    clause = _last_clause(text)
    former = text[: max(0, len(text) - len(clause) - 1)]
    return text[len(former) - len(_last_clause(former)) :]


class _Words:
    """The patterns that the lists of `data/matter.yaml` make."""

    def __init__(self, lists: dict[str, list[str]]) -> None:
        words = {name: "|".join(sorted(map(re.escape, texts), key=len, reverse=True)) for name, texts in lists.items()}
        self._period = re.compile(f"(?:{words['period']}){_BETWEEN_LABEL}")
        self._matter = re.compile(words["matter"])
        self._quality = re.compile(f"(?P<no>{words['not_qualified']}|{words['matter']})|合格")
        self._in_order = re.compile(
            f"^[，,]?(?:该部分|上述|其|产品|商品|食品){{0,2}}(?:均|都|系|属于?|为|皆|经检验|全部|仍){{1,3}}(?:{words['in_order']})"
        )
        self._put_right = re.compile(words["put_right"])
        self._ground = re.compile(f"(?P<out>{words['taken_out']})|{words['reserve']}")
        self._left_in_ground = re.compile(
            "^[，,（(]?(?:均|都|全部|部分|目前)?(?:尚未|未|没有)(?:被|予|予以)?(?:开采|采出|采挖|动用)"
        )
        self.holding = re.compile(words["holding"])
        self.added = re.compile(words["added"])
        self.not_added = re.compile(words["not_added"])
        self.taking = re.compile(words["taking"])
        self._deeds = re.compile(words["deeds"])
        self._another = re.compile(
            f"(?<![交委经理自事转关联体])[由系](?!于|此|{words['own']})(?P<who>[^{_CLAUSE_ENDS}、由的]{{0,16}}?(?:{words['actors']}))"
            f"(?:{words['ways']}){{0,2}}(?:{words['deeds']})"
            f"|系(?!{words['own']})(?P<doer>[^{_CLAUSE_ENDS}]{{1,14}}?)所为"
        )
        self._stranger = re.compile(
            f"(?:^|[{_CLAUSE_ENDS}])(?:经查|因)?(?:{words['strangers']})[^{_CLAUSE_ENDS}]{{0,12}}?[将把]"
            f"|被(?:{words['strangers']})[^{_CLAUSE_ENDS}]{{0,12}}?(?:{words['deeds']})"
        )
        self._own = re.compile(words["own"])
        self._disaster = re.compile(f"(?:{words['disasters']})(?:原因)?(?:等)?(?:导致|造成|引起|致使|致|所致)?的?$")
        self._own_people = re.compile(words["own_people"])
        self.correction = re.compile(f"(?:{words['correction']})[约：:人民币 ]{{0,4}}$")
        self.corrected = re.compile(words["correction"])
        self._permit = re.compile(
            f"(?P<said>[^{_CLAUSE_ENDS}]*?)(?:{words['had']})[^{_CLAUSE_ENDS}未没无]{{0,8}}?(?:{words['permits']})"
        )
        self._refused = re.compile(words["refused"])
        self._blamed = re.compile(words["blamed"])
        self._void = re.compile(words["void"])
        self._but = re.compile(words["but"])

    def is_anothers(self, before: str) -> bool:
        """Whether somebody else did it, as its clause says, or the one before where this tells of no deed."""
        if not any(sign in before for sign in "由将把系被"):
            return False
        clause = _last_clause(before)
        said = clause if self._deeds.search(clause) else _last_two(before)
        stranger = self._stranger.search(said)
        if stranger is not None and self._own.search(stranger.group()) is None:
            return True
        found = self._another.search(said)
        return found is not None and self._own_people.search(found["who"] or found["doer"]) is None

    def is_nobodys(self, before: str) -> bool:
        """Whether a loss came of a disaster: 因旱灾减产损失12万元."""
        return self._disaster.search(before) is not None

    def of_goods(self, before: str, behind: str) -> Certainty | None:
        """A sum of sales or stock: a whole year's, or one of goods that are in order."""
        clause = _last_clause(before)
        in_order = self._in_order.search(behind)
        if self._is_qualified(before, clause) or (in_order and self._put_right.search(behind) is None):
            return None
        if self._matter.search(clause) is None and self._period.search(clause):
            return Certainty.POSSIBLE if _YEAR.search(clause) else None
        return Certainty.CERTAIN

    def _is_qualified(self, before: str, clause: str) -> bool:
        last = _latest(self._quality.finditer(clause))
        if last is not None:
            return last["no"] is None
        # 经检验合格，销售金额9万元: the clause before says it of the goods.
        former = before[: len(before) - len(clause)].rstrip("，,")
        former = _last_clause(former)
        last = _latest(self._quality.finditer(former))
        is_said = last is not None and last["no"] is None and last.end() == len(former)
        return is_said and self._put_right.search(former) is None

    def of_minerals(self, before: str, behind: str) -> Certainty | None:
        """The worth of minerals: of those that were taken out, or of those that lie in the ground."""
        if self._left_in_ground.search(behind):
            return None
        clause = _last_clause(before)
        for said, otherwise in ((clause, None), (before, Certainty.POSSIBLE)):
            last = _latest(self._ground.finditer(said))
            if last is not None:
                return Certainty.CERTAIN if last["out"] else otherwise
        return Certainty.CERTAIN

    def is_permitted(self, before: str, behind: str, is_last: bool) -> bool:
        """Whether the words behind say that a permit was there, and no word takes that back."""
        found = self._permit.search(behind)
        if found is None or self._refused.search(found["said"]):
            return False
        if self._blamed.search(before) or self._void.search(behind):
            return False
        return not (is_last and self._but.search(behind, found.end()))


def _latest(found: Iterable[re.Match[str]]) -> re.Match[str] | None:
    return next(iter(deque(found, maxlen=1)), None)


@cache
def _words() -> _Words:
    source = resources.files("supervision.quantities").joinpath("data", "matter.yaml")
    return _Words(yaml.safe_load(source.read_text(encoding="utf-8")))
