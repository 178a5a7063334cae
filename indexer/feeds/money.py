"""Amounts of money, in the column's unit or in the one the cell states, as exact decimals in yuan."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from indexer.feeds.amounts import Amount, Name, amounts_in
from indexer.feeds.values import BadValueError, bad_value, folded, shown, warn
from schema.feed_records import RowWarning
from schema.numerals import han_number

YUAN: Final = Decimal(1)
TEN_THOUSAND_YUAN: Final = Decimal(10_000)
"""The unit of a column named 万元."""

FEN: Final = Decimal("0.01")

MAX_YUAN: Final = Decimal("9999999999999999.99")

_HOLDS_WORDS = re.compile("[\u4e00-\u9fff]")
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
    r"(?:人民币|人民幣|¥)?(?P<number>[^元角分整正]+)?(?P<yuan>元)?"
    r"(?:零?(?P<jiao>[^元角分])角)?(?:零?(?P<fen>[^元角分])分)?[整正]?。?"
)
_LONGEST_WORDED: Final = 2_000
_LONGEST_CONTENT: Final = 20_000
# A number without a unit beside an amount is a list's own below this, and above it perhaps an amount.
_LEAST_BARE: Final = 100
# Ten thousand times ten yuan; smaller fines are not decided, and a text is dear to read.
_LEAST_MISTAKEN: Final = Decimal(100_000)
_QUOTED = re.compile(r"[“《][^“”《》]*[”》]")
_COLUMN_OF: Final = {Name.FINE: "the fine (罚款)", Name.CONFISCATION: "the confiscation (没收)"}
_OTHER_KIND: Final = {Name.FINE: ("没收", "沒收"), Name.CONFISCATION: ("罚款", "罰款", "罚金")}
_ONE_YUAN: Final = str.maketrans("圆圓块塊", "元元元元")
_NAMES_ITS_UNIT: Final = tuple("万亿萬億")


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


def parse_named_money(text: str, column: str, warnings: list[RowWarning], *, unit: Decimal, name: Name) -> Decimal:
    """The amount in yuan of a column of fines or of confiscations, where words may stand (罚款5000元).

    What stands alone is read as by `parse_money`. Of an amount with its unit in words the one that the column's kind
    names is taken, else the only one there is; a total (合计) where its parts add up to it. Each is warned of. Raises
    BadValueError where several amounts remain: none is guessed.
    """
    try:
        return parse_money(text, column, unit=unit)
    except BadValueError:
        if not _HOLDS_WORDS.search(text) or len(text) > _LONGEST_WORDED:
            raise
    found = amounts_in(text)
    if not found:
        raise bad_value(
            column, "No amount with its unit (元, 万元) stands in these words. Send the amount alone, as digits."
        )
    amount = _column_amount(text, found, name)
    if amount is None:
        raise bad_value(
            column,
            f"Which amount of these words is {_COLUMN_OF[name]} cannot be told. Send that amount alone, as digits.",
        )
    yuan = _checked(amount, YUAN, "", column)
    warn(warnings, column, f"{yuan:,} yuan was picked out of words in this column. Compare it with the decision.")
    return yuan


def stated_fine(content: str) -> Decimal | None:
    """The one fine in yuan that a decision's content states; None where it states none or several.

    What stands in quotation marks is the law's, not the decision's.
    """
    if len(content) > _LONGEST_CONTENT:
        return None
    found = [amount for amount in amounts_in(_QUOTED.sub("", content)) if amount.name is Name.FINE]
    if len(found) > 1 and found[-1].is_total:
        return _total(found)
    values = {amount.yuan for amount in found}
    return values.pop() if len(values) == 1 else None


def warn_of_yuan_as_ten_thousand(
    fine: Decimal | None, content: str | None, column: str, warnings: list[RowWarning]
) -> None:
    """Warn where a fine is ten thousand times the one that the content states: yuan stood in a column of 万元."""
    if fine is None or fine < _LEAST_MISTAKEN or content is None:
        return
    stated = stated_fine(content)
    if stated is not None and stated * TEN_THOUSAND_YUAN == fine:
        warn(
            warnings,
            column,
            f"The unit of this column is 万元, which makes {fine:,} yuan; the penalty's content says {stated:,}.",
        )


def _column_amount(text: str, found: Sequence[Amount], name: Name) -> Decimal | None:
    """The amount that is the column's; None where that cannot be told."""
    if any(amount.yuan is None for amount in found):
        return None
    ours = [amount for amount in found if amount.name in {name, None}]
    if any(amount.is_total for amount in ours) and (total := _total(ours)) is not None:
        return total
    if any(amount.is_total for amount in found):
        # The total of a fine and a confiscation says nothing of either, and they are told apart without it.
        found = found[:-1] if found[-1].name is None and _total(found) is not None else ()
    return _only_amount(text, found, name)


def _only_amount(text: str, found: Sequence[Amount], name: Name) -> Decimal | None:
    """The one amount that is named as the column's, else the only one there is."""
    if any(not amount.has_unit and amount.yuan >= _LEAST_BARE for amount in found if amount.yuan is not None):
        return None
    own = [amount for amount in found if amount.name is name]
    unnamed = [amount for amount in found if amount.name is None and amount.has_unit]
    if own:
        values = {amount.yuan for amount in own + unnamed}
        return values.pop() if len(own) == 1 and len(values) == 1 else None
    if name is Name.CONFISCATION and not unnamed:
        unnamed = [amount for amount in found if amount.name is Name.PROCEEDS]
    if len(unnamed) == 1 and not any(word in text for word in _OTHER_KIND[name]):
        return unnamed[0].yuan
    return None


def _total(amounts: Sequence[Amount]) -> Decimal | None:
    """The last amount where it is the only total and the ones before it add up to it; None where they do not.

    A bare number counts as a part where the sum needs it: not the number of a list (2、), but 3259 in 3306元、3259.
    """
    *parts, total = amounts
    if not total.is_total or any(part.is_total for part in parts) or total.yuan is None:
        return None
    bare = [part for part in parts if not part.has_unit]
    with_unit = [part for part in parts if part.has_unit]
    telling = [part for part in bare if part.yuan is not None and part.yuan >= _LEAST_BARE]
    sums = {_sum(with_unit), _sum([*with_unit, *telling]), _sum(parts)}
    return total.yuan if total.yuan in sums or (not with_unit and not telling and total.name is not None) else None


def _sum(amounts: Sequence[Amount]) -> Decimal:
    return sum((amount.yuan for amount in amounts if amount.yuan is not None), Decimal(0))


def _checked(number: Decimal, unit: Decimal, text: str, column: str) -> Decimal:
    yuan = number * unit
    if yuan > MAX_YUAN:
        raise bad_value(column, f"An amount of at most {MAX_YUAN:,} yuan is expected{shown(text)}.")
    if yuan % 1 and (yuan * 100) % 1:
        raise bad_value(column, f"An amount in whole fen (0.01 yuan) is expected{shown(text)}.")
    return yuan.quantize(FEN)


def _han_amount(text: str) -> Decimal | None:
    """The yuan of an amount in Chinese numerals that names its unit (元, 万 or 亿); None for anything else."""
    found = _HAN_AMOUNT.fullmatch(text.translate(_ONE_YUAN))
    if found is None or not any(found.groups()):
        return None
    yuan = Decimal(0)
    if (number := found["number"]) is not None:
        if not found["yuan"] and not any(sign in number for sign in _NAMES_ITS_UNIT):
            return None
        # 伍万零元伍角: the 零 says that nothing follows before the 元.
        read = han_number(number.removesuffix("零") if found["yuan"] and len(number) > 1 else number)
        if read is None:
            return None
        yuan = read
    elif found["yuan"]:
        return None
    for part, worth in (("jiao", FEN * 10), ("fen", FEN)):
        if found[part]:
            digit = han_number(found[part])
            if digit is None or digit > 9:  # noqa: PLR2004  a digit
                return None
            yuan += digit * worth
    return yuan
