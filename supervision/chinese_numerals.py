"""Numbers written in Chinese numerals, everyday (三千五百) and financial (叁仟伍佰), read exactly or not at all.

cn2an reads them too, but makes a float of whatever has decimals, which a quantity may never pass through.
"""

import re
from decimal import Decimal
from typing import Final

HAN_DIGITS: Final = {
    digit: value
    for value, digits in enumerate(
        ("零〇", "一壹", "二贰两貳兩", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
    )
    for digit in digits
}
SIMPLER_NUMERALS: Final = str.maketrans("拾佰仟萬億圆圓块點角", "十百千万亿元元元点角")
"""Financial and traditional signs, and the names of the yuan, as the everyday sign that means the same."""

_D: Final = "[" + "".join(digit for digit, value in HAN_DIGITS.items() if value) + "]"
# A digit behind 百 or 千 without its own place (三百五) can be read in two ways; a 零 before it says which.
_SECTION = re.compile(
    rf"[零〇]?(?:(?P<k>{_D})千)?(?:[零〇](?=[^千]))?(?:(?P<h>{_D})百)?(?:[零〇](?=[^百]))?(?:(?P<t>{_D})?(?P<ten>十))?"
    rf"(?:(?:(?<=十)|(?<=[零〇])|^|[零〇])(?P<u>{_D}))?"
)
_NUMBER = re.compile(r"(?:(?P<yi>[^万亿点]+)亿)?(?:(?P<wan>[^万亿点]+)万)?(?P<ones>[^万亿点]*)(?:点(?P<decimals>[^点]+))?")


def han_number(text: str) -> Decimal | None:
    """The number that Chinese numerals say, 点 before its decimals; None for what is none or can be read in two ways."""
    found = _NUMBER.fullmatch(text.translate(SIMPLER_NUMERALS))
    if found is None or not (found["yi"] or found["wan"] or found["ones"]):
        return None
    whole = joined_sections(found["yi"], found["wan"], found["ones"])
    if whole is None:
        return None
    if found["decimals"] is None:
        return Decimal(whole)
    decimals = [HAN_DIGITS.get(sign) for sign in found["decimals"]]
    if None in decimals:
        return None
    return Decimal(f"{whole}.{''.join(map(str, decimals))}")


def joined_sections(yi: str | None, wan: str | None, ones: str | None) -> int | None:
    """The number whose 亿, 万 and last four digits are given, each with simple signs; None where one is no number."""
    total = 0
    higher = False
    for section, worth in ((yi, 100_000_000), (wan, 10_000), (ones, 1)):
        if not section:
            continue
        value = _section(section, after_higher=higher)
        if value is None:
            return None
        total += value * worth
        higher = True
    return total


def _section(text: str, *, after_higher: bool) -> int | None:
    """A number below ten thousand; None for what is none or could be read in two ways."""
    if text in {"零", "〇"}:
        return 0
    found = _SECTION.fullmatch(text)
    if found is None:
        return None
    if after_higher and len(text) == 1:
        return None
    ten = HAN_DIGITS.get(found["t"] or "", 1) * 10 if found["ten"] else 0
    return (
        HAN_DIGITS.get(found["k"] or "", 0) * 1_000
        + HAN_DIGITS.get(found["h"] or "", 0) * 100
        + ten
        + HAN_DIGITS.get(found["u"] or "", 0)
    )
