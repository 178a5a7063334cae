"""Numbers written in Chinese numerals, in digits, or in both (伍万贰仟, 三点五, 5万2千), as exact decimals.

cn2an reads them too, but not for us: its numbers are floats (9999999999999.99万 comes out rounded), its strict mode
knows neither 两 nor 5万2千, and its smart mode reads 12万3 as 123,000 and 三百五 as 350.
"""

import re
from decimal import Decimal
from typing import Final

_LONGEST: Final = 40
# Decimal arithmetic rounds beyond 28 significant digits; the largest unit adds 12.
_MAX_DIGITS: Final = 16

EVERYDAY_SIGNS: Final = str.maketrans(
    {
        **dict(zip("０１２３４５６７８９．，", "0123456789.,", strict=True)),
        **{
            written: one
            for one, others in zip(
                "零一二三四五六七八九十百千万亿两点",
                (
                    "〇○",
                    "壹弌",
                    "贰貳弐",
                    "叁參参弎",
                    "肆",
                    "伍",
                    "陆陸",
                    "柒",
                    "捌",
                    "玖",
                    "拾",
                    "佰",
                    "仟",
                    "萬",
                    "億",
                    "兩",
                    "點",
                ),
                strict=True,
            )
            for written in others
        },
    }
)
"""Full-width digits and marks, and the financial, traditional and Japanese numerals, as the everyday sign of each."""

_VALUES: Final = {
    **{digit: value for value, digit in enumerate("零一二三四五六七八九")},
    **{digit: value for value, digit in enumerate("0123456789")},
    "两": 2,
}
HAN_DIGITS: Final = {
    sign: _VALUES[everyday]
    for sign in (*"零一二三四五六七八九两", *map(chr, EVERYDAY_SIGNS))
    if (everyday := sign.translate(EVERYDAY_SIGNS)) in _VALUES and not everyday.isascii()
}
"""Every sign of a digit in either hand, 两 and 〇 too, with its value."""

_UNITS: Final = {
    "百": Decimal(100),
    "千": Decimal(1_000),
    "万": Decimal(10_000),
    "百万": Decimal(1_000_000),
    "千万": Decimal(10_000_000),
    "亿": Decimal(100_000_000),
    "万亿": Decimal(1_000_000_000_000),
    None: Decimal(1),
}
_DIGITS: Final = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)"
_IN_DIGITS = re.compile(rf"(?P<number>{_DIGITS}(?:\.[0-9]+)?)(?P<unit>百万|千万|万亿|[百千万亿])?")
_WITH_POINT = re.compile(
    r"(?P<whole>[零一二三四五六七八九十百千万两]{1,12})点(?P<part>[零一二三四五六七八九]{1,12})(?P<unit>万亿|[万亿])?"
)
_D: Final = "[1-9一二三四五六七八九两]"
# A digit behind 百 or 千 without its own place (三百五) can be read in two ways; a 零 before it says which.
_SECTION = re.compile(
    rf"零?(?:(?P<k>{_D})千)?(?:零(?=[^千]))?(?:(?P<h>{_D})百)?(?:零(?=[^百]))?(?:(?P<t>[1-9一二三四五六七八九])?(?P<ten>十))?"
    r"(?:(?:(?<=十)|(?<=零)|^|零)(?P<u>[1-9一二三四五六七八九]))?"
)
# 1万500 and 5万2000 say the whole number; 3万5 may be 35,000 or 30,005.
_TELLING_REST = re.compile(r"[0-9]{3,4}")


def han_number(text: str) -> Decimal | None:
    """The number that a text consists of; None for what is none, and for what could be read in two ways.

    Takes digits with a point and thousand marks, full width too; numerals in both hands (三, 叁) with 十百千万亿;
    两; 半 by itself; 点 with what follows it; digits with units (3.5万, 5万2千). Not 三百五, 三万五, 二三, 二〇二三,
    nor 十两, which may be a weight. Nothing may stand around the number.
    """
    if not 0 < len(text) <= _LONGEST:
        return None
    plain = text.translate(EVERYDAY_SIGNS)
    if (found := _IN_DIGITS.fullmatch(plain)) is not None:
        return _scaled(found["number"].replace(",", ""), found["unit"])
    if (found := _WITH_POINT.fullmatch(plain)) is not None:
        whole = 0 if found["whole"] == "零" else _whole(found["whole"])
        part = "".join(str(_VALUES[digit]) for digit in found["part"])
        return None if whole is None else _scaled(f"{whole}.{part}", found["unit"])
    if len(plain) == 1:
        return _single(plain)
    return None if (number := _whole(plain)) is None else Decimal(number)


def _scaled(digits: str, unit: str | None) -> Decimal | None:
    if len(digits.replace(".", "").strip("0")) > _MAX_DIGITS:
        return None
    return Decimal(digits) * _UNITS[unit]


def _single(character: str) -> Decimal | None:
    if character == "半":
        return Decimal("0.5")
    if character == "十":
        return Decimal(10)
    value = _VALUES.get(character)
    return None if value is None else Decimal(value)


def _whole(text: str) -> int | None:
    """A whole number with 亿 and 万, each once: what stands before 亿 may have a 万 of its own (一千万亿)."""
    high, yi, low = text.partition("亿")
    if not yi:
        return _below_yi(text, after_higher=False)
    head = _below_yi(high, after_higher=False)
    rest = _below_yi(low, after_higher=True) if low else 0
    return None if head is None or rest is None else head * 100_000_000 + rest


def _below_yi(text: str, *, after_higher: bool) -> int | None:
    high, wan, low = text.partition("万")
    if not wan:
        return _section(text, after_higher=after_higher)
    head = _section(high, after_higher=after_higher, has_unit=True)
    rest = _section(low, after_higher=True) if low else 0
    return None if head is None or rest is None else head * 10_000 + rest


def _section(text: str, *, after_higher: bool, has_unit: bool = False) -> int | None:
    """A number below ten thousand, `after_higher` where it follows 万 or 亿, `has_unit` where 万 follows it."""
    if text.isdecimal() and text.isascii():
        return int(text) if has_unit or not after_higher or _TELLING_REST.fullmatch(text) else None
    if len(text) == 1:
        value = 10 if text == "十" else _VALUES.get(text)
        return None if (after_higher and not has_unit) or value == 0 else value
    found = None if "零零" in text else _SECTION.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    tens = (_VALUES[found["t"]] if found["t"] else 1) * 10 if found["ten"] else 0
    return (
        (_VALUES[found["k"]] * 1_000 if found["k"] else 0)
        + (_VALUES[found["h"]] * 100 if found["h"] else 0)
        + tens
        + (_VALUES[found["u"]] if found["u"] else 0)
    )
