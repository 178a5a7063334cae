"""The Chinese sentences of a finding: days, the law with article and version, and what a reader must know besides."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from schema.vocabularies import Certainty
from supervision.answers import Found
from supervision.calendars import Calendar
from supervision.law_values import DayKind, LawValue, Unit

_UNITS: Final = {
    Unit.HOURS: "小时",
    Unit.DAYS: "日",
    Unit.MONTHS: "个月",
    Unit.YEARS: "年",
    Unit.YUAN: "元",
    Unit.TONNES: "吨",
    Unit.MU: "亩",
    Unit.M3: "立方米",
    Unit.COUNT: "",
    Unit.TIMES: "倍",
    Unit.PERCENT: "%",
}


def chinese_day(day: date) -> str:
    """`2024年6月5日`."""
    return f"{day.year}年{day.month}月{day.day}日"


def plain(number: Decimal) -> str:
    """A number without an exponent or trailing zeros: `3.5`, `150000`."""
    return f"{number.normalize():f}"


def chinese_amount(value: LawValue) -> str:
    """The number of a value with its unit: `24小时`, `7个工作日`, `3个月`, `50000元`."""
    number = plain(value.value)
    if value.days is DayKind.WORKING:
        return f"{number}个工作日"
    return number + _UNITS[value.unit]


def explanation(found: Found, calendar: Calendar) -> str:
    """What happened, and what the law says of it, to be pasted into a file."""
    check = "需查阅案卷核实。" if found.certainty is Certainty.POSSIBLE else ""
    return f"{found.facts}。{law_sentence(found.law)}。{check}{_unknown_years(found, calendar)}"


def law_sentence(law: Sequence[LawValue]) -> str:
    """The law with its articles and versions; settings last, as such."""
    cited = [value for value in law if not value.is_setting]
    settings = [value for value in law if value.is_setting]
    return "；".join([*map(_citation, cited), *map(_setting, settings)])


def law_line(value: LawValue) -> str:
    """A version of a value in a line of its own: `7个工作日：《…》第六十一条（2021年7月15日起施行）`."""
    amount = f"{amount_of(value)}：" if value.unit is not Unit.DUTY else ""
    return f"{amount}{value.source}{value.article}（{_in_force(value)}）"


def amount_of(value: LawValue) -> str:
    """The number of a value with its unit, or yes or no (是、否) of a flag."""
    if value.unit is Unit.FLAG:
        return "是" if value.value else "否"
    return chinese_amount(value)


def _citation(value: LawValue) -> str:
    cited = f"依据{value.source}{value.article}（{_in_force(value)}），{value.title_zh}"
    return cited if value.unit in {Unit.DUTY, Unit.FLAG} else f"{cited}为{chinese_amount(value)}"


def _setting(value: LawValue) -> str:
    if value.unit is Unit.FLAG:
        return f"{value.title_zh}：系本机关设置为{amount_of(value)}（{value.source}）"
    return f"{value.title_zh}系按设置为{chinese_amount(value)}（{value.source}）"


def _in_force(value: LawValue) -> str:
    if value.in_force_zh is not None:
        return value.in_force_zh
    start = chinese_day(value.effective_from)
    return f"{start}起施行" if value.effective_until is None else f"{start}至{chinese_day(value.effective_until)}施行"


def _unknown_years(found: Found, calendar: Calendar) -> str:
    """A remark where a period was counted, off holidays, into a year whose holidays are not known."""
    due = found.due_on
    counted = any(value.days in {DayKind.WORKING, DayKind.CALENDAR} for value in found.law)
    if due is None or not counted or calendar.knows(due):
        return ""
    return f"{due.year}年的放假安排未收录，工作日按周一至周五推算。"
