"""The amounts of money a text states, each with what the text calls it: a fine, a confiscation, a total.

For the cells that hold words where an amount belongs, and for what a decision says of its own fine. An amount has a
unit (元, 万元, ¥); a number that has none, such as a list's own, is none. Rates (20元/㎡), limits (一万元以上) and
estimates (约5000元) are no amounts that somebody pays, and are left out.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto
from typing import Final

from indexer.feeds.values import folded
from schema.numerals import han_number


class Name(Enum):
    """What a text calls an amount."""

    FINE = auto()
    CONFISCATION = auto()
    PROCEEDS = auto()
    """Unlawful gains, of which nothing is said to be confiscated."""
    OTHER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount as it stands in a text; `yuan` is None where it could be read in two ways."""

    yuan: Decimal | None
    name: Name | None
    is_total: bool
    has_unit: bool
    """False for a bare number between others, which only a total can show to be an amount."""


_HAN_NUMERALS: Final = "零〇一二两兩三四五六七八九十百千万亿壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億点點"
_RUN = re.compile(rf"[0-9{_HAN_NUMERALS}][0-9.,{_HAN_NUMERALS}]*")
_SCALE_SIGNS: Final = "万亿萬億"
_ONLY_UNIT = re.compile(r"[百千万亿佰仟萬億]+")
_ONE_AND_PART = re.compile(r"[1-9]\.[0-9]+")
_UNIT = re.compile(
    r"[(]?(?P<scale>[百千万亿佰仟萬億]{0,2})[元圆圓块塊]"
    r"(?:(?P<jiao>[0-9零〇一二两三四五六七八九壹贰貳叁參肆伍陆陸柒捌玖])角)?"
    r"(?:零?(?P<fen>[0-9零〇一二两三四五六七八九壹贰貳叁參肆伍陆陸柒捌玖])分)?[)]?"
)
_UNIT_BEFORE = re.compile(r"[(](?P<scale>[万萬]?)元[)]:?$")
_SAYS_UNIT_BEFORE = re.compile(r"(?:¥|RMB|CNY|[(][万萬]?元[)]):?$")
_SCALES: Final = {"": Decimal(1), "万": Decimal(10_000), "萬": Decimal(10_000)}

_NOT_PAID_BEFORE = re.compile(
    r"(?:约|約|近|逾|超|超过|不足|至少|至多|最高|最低|不少于|不低于|不高于|大约|每[^,;。:]{0,8}|[×*÷至到~−–—-])(?:人民币|¥)?$"
)
_NOT_PAID_AFTER = re.compile(r"(?:人民币)?(?:以上|以下|以内|左右|上下|不等|余|多|[至到~/×*÷xX−–—-]|每)")
_NUMBER_OF_LIST = re.compile(r"[1-9][0-9]?(?:[.,、)]|(?=[罚没罰沒处處警责]))")
_OTHER_LIST_NUMBER = re.compile(r"(?:^|[;。元整)])[1-9][.、,)](?![0-9])")
_AFTER_BARE_PART = re.compile(r"[;,。、.]|$")

_TOTAL = re.compile("合计|合計|共计|共計|总计|總計|总额|總額|总共|累计|合共")
_WORD = re.compile(
    "(?P<other>(?:不予|免予|免于|免除|不处|未|减免|撤销|退还|返还|暂缓|拟|加处|加處)(?:行政)?(?:处罚|处以|处)?[罚罰]款|"
    "[罚罰][没沒]|货值|貨值|销售|经营额|營業額|营业额|造价|价值|成本|保证金|滞纳金|赔偿|补缴|退赔|税款|标准)|"
    "(?P<fine>[罚罰][款金])|(?P<confiscation>[没沒]收(?:[违違]法所得|非法所得)?)|(?P<proceeds>[违違]法所得|非法所得|非法[财財]物)"
)
_FINE_BEHIND = re.compile(
    rf"(?:人民币)?[整正]?(?:[(][^()]{{0,40}}[)])?的?[罚罰]款(?!(?:金额)?:?(?:人民币)?[(]?¥?[0-9{_HAN_NUMERALS}])"
)
_SAME_AGAIN = re.compile(r"[整正]?(?=.*(?:[(]|写|寫|¥))(?:[(),:]|大写|小写|大寫|小寫|人民币|RMB|即|计|¥)*")
_CLAUSE_END = re.compile("[;。]")
_REACH: Final = 60
_FEN: Final = Decimal("0.01")


def amounts_in(text: str) -> tuple[Amount, ...]:
    """The amounts of a text in order, in yuan; one that is said twice, in numerals and in digits, is one."""
    plain = "".join(folded(text).split())
    found: list[Amount] = []
    end_before = 0
    follows_amount = False
    for run in _RUN.finditer(plain):
        if run.start() < end_before or _ONLY_UNIT.fullmatch(run.group()):
            continue
        digits = run.group().rstrip(".,")
        start, end = run.start(), run.start() + len(digits)
        before = plain[max(end_before, start - _REACH) : start]
        touches = start == end_before > 0
        unit = _UNIT.match(plain, end)
        if unit is None and digits[-1] not in _SCALE_SIGNS and not _SAYS_UNIT_BEFORE.search(before):
            if touches and not _NUMBER_OF_LIST.match(plain, start):
                found.append(Amount(yuan=None, name=None, is_total=False, has_unit=True))
            elif (part := _bare_part(plain, start, digits)) is not None:
                found.append(part)
            continue
        yuan = _yuan(digits, unit, before)
        end = unit.end() if unit else end
        if _NOT_PAID_BEFORE.search(before) or _NOT_PAID_AFTER.match(plain, end):
            follows_amount = False
        else:
            if touches or _may_hold_list_number(plain, start, digits, unit):
                yuan = None
            if follows_amount and found[-1].has_unit and _SAME_AGAIN.fullmatch(before):
                found[-1] = found[-1] if yuan == found[-1].yuan else replace(found[-1], yuan=None)
            else:
                found.append(_named(yuan, before, plain, end))
            follows_amount = True
        end_before = end
    return tuple(found)


def _yuan(digits: str, unit: re.Match[str] | None, before: str) -> Decimal | None:
    """The value of a number with its unit; None where it is no number, or could be read in two ways."""
    if unit is None:
        number = han_number(digits)
        unit_before = _UNIT_BEFORE.search(before)
        return number if number is None or unit_before is None else number * _SCALES[unit_before["scale"]]
    number = han_number(digits + unit["scale"])
    for part, worth in (("jiao", _FEN * 10), ("fen", _FEN)):
        if number is not None and unit[part]:
            number += (han_number(unit[part]) or 0) * worth
    return number


def _bare_part(plain: str, start: int, digits: str) -> Amount | None:
    """A number without a unit that may be a part of a total: 3259 in 3306元、3259；合计6565元."""
    before = plain[start - 1 : start]
    if not digits.isascii() or not _AFTER_BARE_PART.match(plain, start + len(digits)):
        return None
    if before.isascii() and before.isalpha():
        return None
    return Amount(yuan=han_number(digits), name=None, is_total=False, has_unit=False)


def _may_hold_list_number(plain: str, start: int, digits: str, unit: re.Match[str] | None) -> bool:
    """Whether what looks like a decimal may be a list's number and an amount (2.5000元)."""
    number = digits.rstrip(_SCALE_SIGNS)
    if not _ONE_AND_PART.fullmatch(number) or not (start == 0 or plain[start - 1] in ";。"):
        return False
    in_yuan = number == digits and unit is not None and not unit["scale"]
    return (in_yuan and len(number) > len("1.00")) or _OTHER_LIST_NUMBER.search(plain) is not None


def _named(yuan: Decimal | None, before: str, plain: str, end: int) -> Amount:
    clauses = _CLAUSE_END.split(before)
    name = Name.FINE if _FINE_BEHIND.match(plain, end) else _name_before(clauses[-1])
    return Amount(yuan=yuan, name=name, is_total=_TOTAL.search(clauses[-1]) is not None, has_unit=True)


def _name_before(before: str) -> Name | None:
    """What an amount is called by the last naming word before it; within one clause 没收 stands above the others."""
    words = list(_WORD.finditer(before))
    if not words:
        return None
    clause_start = max(before.rfind(","), before.rfind("、"))
    for word in words:
        if word["confiscation"] and word.start() > clause_start:
            return Name.CONFISCATION
    last = words[-1]
    return Name[(last.lastgroup or "other").upper()]
