"""Numbers with a unit in a text: how much of which dimension, and where it stands.

What is measured is not known here; `supervision.quantities.reading` finds the words beside it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from schema.numerals import EVERYDAY_SIGNS, HAN_DIGITS, han_number


class Dimension(StrEnum):
    """What a unit measures; amounts are in tonnes, mu, cubic metres, pieces, yuan or times.

    Strings, because words are looked up by it so often that the hash of a plain enum's member would be felt.
    """

    MASS = "mass"
    AREA = "area"
    VOLUME = "volume"
    COUNT = "count"
    MONEY = "money"
    TIMES = "times"


@dataclass(slots=True, kw_only=True)
class Amount:
    """A number with its unit at `start` to `end` (code points).

    `is_lower_end`: it is the lower end of a range, whose upper end is left out. `restates`: it is the amount before it
    once more, in another unit or in words (5.2亩（3466.67平方米）).
    """

    start: int
    end: int
    dimension: Dimension
    value: Decimal
    is_lower_end: bool
    restates: bool


# A mu is 10,000/15 square metres, so a square metre is 0.0015 mu and every factor here is exact: nothing is rounded.
_SQUARE_METRE: Final = Decimal("0.0015")
_UNITS: Final = {
    **dict.fromkeys(("吨", "公吨", "t", "T", "噸"), (Dimension.MASS, Decimal(1))),
    **dict.fromkeys(("千克", "公斤", "kg", "KG", "Kg", "kG", "㎏"), (Dimension.MASS, Decimal("0.001"))),
    **dict.fromkeys(("斤", "市斤"), (Dimension.MASS, Decimal("0.0005"))),
    **dict.fromkeys(("克", "g"), (Dimension.MASS, Decimal("0.000001"))),
    **dict.fromkeys(("亩", "畝", "市亩"), (Dimension.AREA, Decimal(1))),
    **dict.fromkeys(("公顷", "公頃"), (Dimension.AREA, Decimal(15))),
    **dict.fromkeys(("平方米", "平米", "㎡", "m2", "M2", "m²", "M²"), (Dimension.AREA, _SQUARE_METRE)),
    **dict.fromkeys(("平方公里", "平方千米", "km2", "km²"), (Dimension.AREA, Decimal(1500))),
    **dict.fromkeys(("立方米", "立方", "m3", "M3", "m³", "M³", "㎥"), (Dimension.VOLUME, Decimal(1))),
    **dict.fromkeys(("株", "棵"), (Dimension.COUNT, Decimal(1))),
    **dict.fromkeys(("元", "圆", "圓", "块钱", ""), (Dimension.MONEY, Decimal(1))),
    "倍": (Dimension.TIMES, Decimal(1)),
}
_SCALES: Final = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}

# Nothing is as much, and what has more digits would be rounded.
_LARGEST: Final = Decimal(10) ** 15

_D: Final = "0-9０-９"
_H: Final = "".join(HAN_DIGITS) + "十百千万亿拾佰仟萬億"
_GAP: Final = r"[ \u3000\xa0]{0,2}"
# The number's first sign comes before the look behind it, so that the engine can leap to it; every run is bounded, so
# that a text of nothing but digits costs its length.
_AMOUNT = re.compile(
    rf"[{_D}{_H}](?:"
    rf"(?<=[{_D}])(?<![{_D}.．][{_D}])(?:[{_D}]{{0,2}}(?:[,，][{_D}]{{3}}){{1,4}}(?![{_D}])|[{_D}]{{0,14}})"
    rf"(?:[.．][{_D}]{{1,8}})?(?P<some>[余多](?=[十百千万亿拾佰仟萬億]))?(?P<scale>{_GAP}[十百千万亿拾佰仟萬億]{{1,2}})?"
    rf"(?P<minor>(?<=[千万亿萬億])[{_D}]{{1,4}}[百千]?)?"
    rf"|(?<=[{_H}])(?<![数几第每两{_H}{_D}点.][{_H}])(?<![余多][百千万亿佰仟萬億])(?P<han>[{_H}]{{0,23}}(?:[点點][{''.join(HAN_DIGITS)}]{{1,8}})?)(?:[余多](?P<some_of>[百千万亿佰仟萬億]{{1,2}}))?"
    rf")(?P<vague>[余多]?){_GAP}(?P<unit>"
    r"平方(?:米|公里|千米)|平米|立方米?|公顷|公頃|公吨|公斤|千克|市斤|市亩|吨(?![位级])|噸|斤|克(?![隆拉星己夫服罗])|"
    rf"[亩畝](?!产)(?:(?P<fen>[{_D}{''.join(HAN_DIGITS)}])分)?|[株棵](?![洲距])|倍(?![数率体])|块钱|"
    rf"[元圆圓](?!素|月|旦|器|件|宵)(?:(?P<jiao>[{_D}{_H}])角)?(?:零?(?P<cent>[{_D}{_H}])分)?[整正]?|"
    r"㎡|㎥|㎏|[kK]?[mM][23²³](?![0-9A-Za-z])|[kK][gG](?![A-Za-z])|[tTg](?![A-Za-z])|"
    r"(?<=[万亿萬億余多])(?=[，。；、）)\s,;左]|$))"
)
# 超标倍数为7.4: the word before says the unit.
_TIMES_WITHOUT_UNIT = re.compile(
    rf"倍数[为是:：]?{_GAP}(?P<number>[{_D}]{{1,6}}(?:[.．][{_D}]{{1,8}})?)(?![{_D}.．多余]|{_GAP}[倍十百千万亿])"
)
_MONEY_SIGN: Final = ("元", "圆", "圓")
_NARROW: Final = str.maketrans("０１２３４５６７８９．", "0123456789.", ",， \u3000\xa0")
_RANGE_SIGNS: Final = frozenset("至到~～—–-－")
_LOWER_END = re.compile(rf"[{_D}{_H}][{_D}{_H}.．]{{0,12}}{_GAP}[至到~～—–\-－]{{1,2}}{_GAP}$")
_LOWER_REACH: Final = 20
_RANGE_BETWEEN = re.compile(r"[至到~～—–\-－]{1,2}")
_RESTATED = re.compile(r"[的，、, ]?[（(\[]?(?:即|约?合(?!计)|约|折合|折|大写|小写|换算|计|为|人民币|[：:¥￥ ]){0,4}")
_RESTATED_REACH: Final = 14
_RATE: Final = ("/", "／", "每")


def amounts(text: str) -> Iterator[Amount]:
    """Every number with a unit we know, in order; rates (15元/桶, 3吨/年) are left out. Never raises."""
    before: Amount | None = None
    for amount in _single_amounts(text):
        if before is not None and before.dimension is amount.dimension:
            between = text[before.end : amount.start]
            if _RANGE_BETWEEN.fullmatch(between) and before.value < amount.value:
                # 3吨至5吨: the lower end stands for both.
                before.end, before.is_lower_end = amount.end, True
                continue
            amount.restates = len(between) <= _RESTATED_REACH and _restates(between)
        if before is not None:
            yield before
        before = amount
    if before is not None:
        yield before


def _single_amounts(text: str) -> Iterable[Amount]:
    found = [
        amount
        for match in _AMOUNT.finditer(text)
        if (amount := _amount(match, text)) is not None and not text.startswith(_RATE, amount.end)
    ]
    if "倍数" in text:
        found += [_times(match) for match in _TIMES_WITHOUT_UNIT.finditer(text)]
        found.sort(key=lambda amount: amount.start)
    return found


def _times(found: re.Match[str]) -> Amount:
    return Amount(
        start=found.start("number"),
        end=found.end(),
        dimension=Dimension.TIMES,
        value=Decimal(found["number"].translate(_NARROW)),
        is_lower_end=False,
        restates=False,
    )


def _restates(between: str) -> bool:
    return _RESTATED.fullmatch(between) is not None and any(sign in between for sign in "（([合即折")


def _amount(found: re.Match[str], text: str) -> Amount | None:
    start, end = found.span()
    read = _number(found, text)
    if read is None:
        return None
    value, scale = read
    value *= _worth(scale)
    is_lower_end = False
    if start and text[start - 1] in _RANGE_SIGNS:
        lower = _LOWER_END.search(text, max(0, start - _LOWER_REACH), start)
        if lower is not None:
            han = found["han"]
            shared = scale or (han if han is not None and not han.strip("十百千万亿拾佰仟萬億") else "")
            low = _lower_end(lower.group(), shared.translate(EVERYDAY_SIGNS))
            if low is None or low >= value:
                return None
            value, start, is_lower_end = low, lower.start(), True
    minor = _minor(found["minor"], scale)
    if minor is None:
        return None
    dimension, worth, small = _unit(found, text)
    value = (value + minor + small) * worth
    if value > _LARGEST:
        return None
    return Amount(
        start=start,
        end=end,
        dimension=dimension,
        value=value,
        is_lower_end=is_lower_end,
        restates=False,
    )


def _number(found: re.Match[str], text: str) -> tuple[Decimal, str] | None:
    """The number without what stands behind it, and the scale that does (3.5 and 万); None for what is none."""
    start = found.start()
    han = found["han"]
    if han is None:
        scale = (found["scale"] or "").strip().translate(EVERYDAY_SIGNS)
        last = found.start("some") if found["some"] else found.start("scale") if scale else found.start("vague")
        return Decimal(text[start:last].translate(_NARROW)), scale
    if start and text[start - 1] in ".．点":
        return None
    digits = text[start] + han
    # 近百吨: a leading place value says one of them.
    read = han_number(digits) or (han_number(f"一{digits}") if digits[0] in "百千万佰仟萬" else None)
    # 二十余万: twenty and some, of ten thousand each.
    return None if read is None else (read, (found["some_of"] or "").translate(EVERYDAY_SIGNS))


def _unit(found: re.Match[str], text: str) -> tuple[Dimension, Decimal, Decimal]:
    """The dimension, the unit's worth, and what stands behind the unit (5角, 3分), in that unit."""
    unit = text[found.start("unit") : found.end("unit")]
    if unit[:1] in _MONEY_SIGN:
        return *_UNITS["元"], _digit(found["jiao"]) * Decimal("0.1") + _digit(found["cent"]) * Decimal("0.01")
    if found["fen"]:
        return *_UNITS["亩"], _digit(found["fen"]) * Decimal("0.1")
    return *_UNITS[unit], Decimal(0)


def _lower_end(lower: str, scale: str) -> Decimal | None:
    """The lower end of a range, without a unit of its own; without a scale (3至5万) it has the upper end's."""
    number = lower.translate(_NARROW).rstrip("至到~～—–-－").translate(EVERYDAY_SIGNS)
    digits = number.rstrip("十百千万亿")
    if digits.replace(".", "", 1).isdecimal():
        return Decimal(digits) * _worth(number[len(digits) :] or scale)
    read = han_number(number)
    return None if read is None else read * _worth(scale)


def _worth(scale: str) -> Decimal:
    return Decimal(10) ** sum(_SCALES[sign] for sign in scale)


def _minor(text: str | None, scale: str) -> Decimal | None:
    """What stands behind 万 or 千 (5万2千, 5万2000); None where it would not be smaller than that."""
    if text is None:
        return Decimal(0)
    digits, sign = (text[:-1], text[-1]) if text[-1] in "百千" else (text, "")
    minor = Decimal(digits.translate(_NARROW)) * _worth(sign)
    return minor if minor < _worth(scale) and (sign or len(digits) > 1) else None


def _digit(sign: str | None) -> int:
    if sign is None:
        return 0
    return HAN_DIGITS[sign] if sign in HAN_DIGITS else int(sign) if sign.isdecimal() else 0
