"""Amounts of money, in the column's unit or in the one the cell states, as exact decimals in yuan."""

import re
from decimal import Decimal
from typing import Final

from indexer.feeds.values import bad_value, folded, shown
from supervision.chinese_numerals import HAN_DIGITS, SIMPLER_NUMERALS, joined_sections

YUAN: Final = Decimal(1)
TEN_THOUSAND_YUAN: Final = Decimal(10_000)
"""The unit of a column named 万元."""

FEN: Final = Decimal("0.01")

MAX_YUAN: Final = Decimal("9999999999999999.99")

_PLAIN = re.compile(r"[0-9]{1,14}(?:\.[0-9]{1,8})?")
_WRITTEN = re.compile(
    r"(?:人民币|RMB|CNY)?[:]?¥?"
    r"(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
    r"(?P<unit>亿元|万元|千元|百元|元|圆|亿|万|萬元|萬)?(?:人民币)?[整正]?[。.]?"
)
_UNITS: Final = {
    "亿元": Decimal(100_000_000),
    "亿": Decimal(100_000_000),
    "万元": TEN_THOUSAND_YUAN,
    "萬元": TEN_THOUSAND_YUAN,
    "万": TEN_THOUSAND_YUAN,
    "萬": TEN_THOUSAND_YUAN,
    "千元": Decimal(1_000),
    "百元": Decimal(100),
    "元": YUAN,
    "圆": YUAN,
}
# More significant digits would be rounded by decimal arithmetic.
_MAX_DIGITS: Final = 24
_LONGEST: Final = 60

_HAN_AMOUNT = re.compile(
    r"(?:人民币|¥)?(?:(?P<yi>[^万亿元]+)亿)?(?:(?P<wan>[^万亿元]+)万)?(?P<ones>[^万亿元角分整正]*)(?P<yuan>元)?"
    r"(?:零?(?P<jiao>[^元角分])角)?(?:零?(?P<fen>[^元角分])分)?[整正]?。?"
)


def parse_money(text: str, column: str, *, unit: Decimal) -> Decimal:
    """The amount in yuan, with two decimals. `unit` is the column's, in yuan.

    A cell that states a unit (5000元, 3万元) is read in that one. Chinese numerals are read where they name their unit.
    Raises BadValueError for a negative amount, a part of a fen, one above 9,999,999,999,999,999.99 yuan, and for what
    is no amount.
    """
    bare = text.strip()
    if _PLAIN.fullmatch(bare):
        return _checked(Decimal(bare), unit, text, column)
    compact = "".join(folded(text).replace("￥", "¥").split())
    if len(compact) <= _LONGEST:
        if (found := _WRITTEN.fullmatch(compact)) is not None:
            number = found["number"].replace(",", "")
            if len(number.replace(".", "").strip("0")) <= _MAX_DIGITS:
                return _checked(Decimal(number), _UNITS.get(found["unit"], unit), text, column)
        elif (amount := _han_amount(compact)) is not None:
            return _checked(amount, YUAN, text, column)
        elif compact.startswith(("-", "−", "¥-", "(")):
            raise bad_value(column, f"An amount that is not negative is expected{shown(text)}.")
    raise bad_value(column, f"An amount is expected, as digits with at most one decimal point{shown(text)}.")


def _checked(number: Decimal, unit: Decimal, text: str, column: str) -> Decimal:
    yuan = number * unit
    if yuan > MAX_YUAN:
        raise bad_value(column, f"An amount of at most {MAX_YUAN:,} yuan is expected{shown(text)}.")
    if yuan % 1 and (yuan * 100) % 1:
        raise bad_value(column, f"An amount in whole fen (0.01 yuan) is expected{shown(text)}.")
    return yuan.quantize(FEN)


def _han_amount(text: str) -> Decimal | None:
    """The yuan of an amount in Chinese numerals that names its unit (元, 万 or 亿); None for anything else."""
    found = _HAN_AMOUNT.fullmatch(text.translate(SIMPLER_NUMERALS))
    if found is None or not any(found[part] for part in ("yi", "wan", "yuan", "jiao", "fen")):
        return None
    if found["ones"] and not (found["yuan"] or found["yi"] or found["wan"]):
        return None
    yuan = joined_sections(found["yi"], found["wan"], found["ones"])
    if yuan is None or (found["yuan"] and not (found["yi"] or found["wan"] or found["ones"])):
        return None
    fen = 0
    for part, worth in (("jiao", 10), ("fen", 1)):
        if found[part]:
            digit = HAN_DIGITS.get(found[part])
            if digit is None:
                return None
            fen += digit * worth
    return Decimal(yuan) + Decimal(fen) / 100
