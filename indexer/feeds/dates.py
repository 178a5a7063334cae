"""Days and moments in the spellings agencies use."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from indexer.feeds.values import bad_value, folded, shown, warn
from schema.feed_records import RowWarning

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

_FIRST_YEAR: Final = 1949
_LAST_YEAR: Final = 2100
_LONGEST: Final = 80

_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_AFTER_YEAR: Final = r"(?:\s*[-./_,、‐-―年]\s*|\s+)"
_AFTER_MONTH: Final = r"(?:\s*[-./_,、‐-―月]\s*|\s+)"
_YEAR_MONTH_DAY: Final = rf"(?P<year>[0-9]{{4}}){_AFTER_YEAR}(?P<month>[0-9]{{1,2}}){_AFTER_MONTH}(?P<day>[0-9]{{1,2}})"
_OFFSET: Final = r"(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?"
_TIME: Final = (
    r"(?:[\sT]*(?:上午|下午)?[0-9]{1,2}\s*[:时時]\s*[0-9]{1,2}(?:\s*[:分]\s*[0-9]{1,2}(?:[.,][0-9]+)?秒?)?分?\s*"
    rf"{_OFFSET})?[。.;,]?"
)
_WRITTEN = re.compile(rf"(?P<junk>[^0-9]*){_YEAR_MONTH_DAY}\s*[日号號]?{_TIME}")
_COMPACT = re.compile(
    r"(?P<junk>[^0-9]*)(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?:T?[0-9]{6})?[日号號]?" + _TIME
)
# datetime.fromisoformat takes any sign for the T, a digit too: 20240521103000 would be three o'clock.
_ISO_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][^\s]{1,40})?|[0-9]{8}(?:[Tt][^\s]{1,40})?")
_COMPACT_MOMENT = re.compile(r"[0-9]{12}(?:[0-9]{2})?")
_MOMENT = re.compile(
    rf"{_YEAR_MONTH_DAY}[日号號]?[\sT]*(?P<hour>[0-9]{{1,2}})\s*[:时時]\s*(?P<minute>[0-9]{{1,2}})"
    rf"(?:\s*[:分]\s*(?P<second>[0-9]{{1,2}})(?P<part>\.[0-9]+)?秒?|分?)\s*{_OFFSET}"
)
_SECONDS_OF_DAY: Final = 86_400
_SERIAL = re.compile(r"([01]|[1-9][0-9]{4})(?:\.[0-9]+)?")
_SERIAL_ZERO: Final = date(1899, 12, 30)
# As days these are of the years 1953 to 1957; as digits each is a year and a month (20235) typed without a sign.
_YEAR_AND_MONTH = re.compile(r"(?:19(?:49|[5-9][0-9])|20[0-9]{2})[1-9]")

_HAN_DIGITS: Final = str.maketrans(
    "〇零○◯ОΟοOo０一二三四五六七八九壹贰叁肆伍陆柒捌玖貳參叄陸", "00000000001234567891234567892336"
)
_HAN_YEAR: Final = "〇零○◯ОΟοOo0-9一二三四五六七八九壹贰叁肆伍陆柒捌玖貳參叄陸"
_HAN_DATE = re.compile(
    rf"(?P<junk>.*?)(?P<year>[{_HAN_YEAR}]{{4}})年"
    r"(?P<month>[0-9〇零元正一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾貳參叄陸]{1,3})月"
    r"(?P<day>[0-9〇零初一二三四五六七八九十廿卅壹贰叁肆伍陆柒捌玖拾貳參叄陸]{1,3})[日号號]?[。.;,]?"
)
_TENS: Final = re.compile(r"([1-9]?)十([1-9]?)")

# What is nearly a date, and what is missing or too much in it.
_NEARLY: Final = (
    (
        re.compile(r".*(?:民国|民國).*", re.DOTALL),
        "A year of the Common Era with four digits is expected, as YYYY-MM-DD",
    ),
    (
        re.compile(rf"[^0-9]*{_YEAR_MONTH_DAY}\s*[日号號]?\s*[至到~‐-―-]+\s*[0-9].*"),
        "One day is expected, as YYYY-MM-DD, and no span of days",
    ),
    (
        re.compile(rf"[^0-9]*[0-9]{{4}}{_AFTER_YEAR}[0-9]{{1,2}}月?份?|[0-9]{{4}}(?:0?[1-9]|1[0-2])"),
        "The day is missing. A date as YYYY-MM-DD is expected",
    ),
    (
        re.compile(r"[^0-9]*[0-9]{1,2}月[0-9]{1,2}[日号號]?"),
        "The year is missing. A date as YYYY-MM-DD is expected",
    ),
    (
        re.compile(r"[^0-9]*(?:[0-9]{1,2}[-./年月]){2}[0-9]{1,2}日?"),
        "The year has two digits, and cannot be told from a day. A date as YYYY-MM-DD is expected",
    ),
    (
        re.compile(r"[^0-9]*[0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{4}"),
        "Which is the day and which the month cannot be told. A date as YYYY-MM-DD is expected",
    ),
)


def parse_date(text: str, column: str, warnings: list[RowWarning]) -> date | None:
    """The day a cell names; None, with a warning, for one before 1949.

    Reads digits with - . / or 年月日 between, eight digits, Chinese numerals and Excel's serial numbers, with a time of
    day behind and words before. Raises BadValueError for a day that does not exist and for what is no date.
    """
    found = _ISO.fullmatch(text)
    if found is not None:
        return _day((int(found[1]), int(found[2]), int(found[3])), text, column, warnings)
    plain = folded(text)
    if len(plain) <= _LONGEST:
        written = _WRITTEN.fullmatch(plain) or _COMPACT.fullmatch(plain)
        if written is not None:
            return _written(written, text, column, warnings)
        if (serial := _SERIAL.fullmatch(plain)) and not _YEAR_AND_MONTH.fullmatch(plain):
            found_day = _SERIAL_ZERO + timedelta(days=int(serial[1]))
            return _day((found_day.year, found_day.month, found_day.day), text, column, warnings)
        if numerals := _HAN_DATE.fullmatch("".join(plain.split())):
            return _numerals(numerals, text, column, warnings)
        for form, sentence in _NEARLY:
            if form.fullmatch(plain):
                raise bad_value(column, f"{sentence}{shown(text)}.")
    raise bad_value(column, f"A date as YYYY-MM-DD is expected{shown(text)}.")


def parse_instant(text: str, column: str, warnings: list[RowWarning]) -> datetime | None:
    """The moment a cell names, in UTC; without an offset it is Shanghai's time. None, with a warning, before 1949.

    Reads ISO 8601 and what spreadsheets write (2024/5/21 8:00, serial numbers with a part of a day). Raises
    BadValueError for what is no moment.
    """
    plain = folded(text)
    try:
        moment = _moment(plain)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=SHANGHAI)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad_value(column, f"A time as ISO 8601 with an offset is expected{shown(text)}.") from None
    if _day((moment.year, moment.month, moment.day), text, column, warnings) is None:
        return None
    return moment


def _moment(plain: str) -> datetime:
    """The moment of a plain text; raises ValueError or OverflowError for what is none."""
    if _ISO_MOMENT.fullmatch(plain):
        return datetime.fromisoformat(plain)
    if len(plain) > _LONGEST:
        raise ValueError
    if found := _MOMENT.fullmatch(plain):
        day = f"{found['year']}-{found['month']:0>2}-{found['day']:0>2}"
        time = f"{found['hour']:0>2}:{found['minute']:0>2}:{found['second'] or '0':0>2}{found['part'] or ''}"
        return datetime.fromisoformat(f"{day}T{time}{found['offset'] or ''}")
    if _COMPACT_MOMENT.fullmatch(plain):
        return datetime.fromisoformat(f"{plain[:8]}T{plain[8:]}")
    if (found := _SERIAL.fullmatch(plain)) and len(found[1]) > 1 and not _YEAR_AND_MONTH.fullmatch(plain):
        seconds = (Decimal(plain) * _SECONDS_OF_DAY).to_integral_value()
        return datetime.combine(_SERIAL_ZERO, datetime.min.time()) + timedelta(seconds=int(seconds))
    raise ValueError


def _written(found: re.Match[str], text: str, column: str, warnings: list[RowWarning]) -> date | None:
    day = _day((int(found["year"]), int(found["month"]), int(found["day"])), text, column, warnings)
    if _says_something(found["junk"]):
        warn(warnings, column, "Words stood before the date; the date was taken.")
    if day is not None and found["offset"]:
        # A day written as a moment of another time zone is Shanghai's day at that moment.
        moment = parse_instant(folded(text)[found.end("junk") :], column, warnings)
        return moment.astimezone(SHANGHAI).date() if moment else None
    return day


def _numerals(found: re.Match[str], text: str, column: str, warnings: list[RowWarning]) -> date | None:
    month, day = _small_number(found["month"]), _small_number(found["day"])
    if month is None or day is None:
        raise bad_value(column, "A date as YYYY-MM-DD is expected.")
    if _says_something(found["junk"]):
        warn(warnings, column, "Words stood before the date; the date was taken.")
    return _day((int(found["year"].translate(_HAN_DIGITS)), month, day), text, column, warnings)


def _small_number(numeral: str) -> int | None:
    """A month or a day in Chinese numerals, 十 to 三十一 and 廿一 among them."""
    plain = numeral.replace("拾", "十").replace("廿", "二十").replace("卅", "三十").lstrip("初")
    digits = plain.replace("元", "一").replace("正", "一").translate(_HAN_DIGITS)
    if tens := _TENS.fullmatch(digits):
        return int(tens[1] or 1) * 10 + int(tens[2] or 0)
    return int(digits) if digits.isdigit() and len(digits) <= 2 else None  # noqa: PLR2004  two digits


def _says_something(junk: str) -> bool:
    return any(unicodedata.category(character).startswith("L") for character in junk)


def _day(parts: tuple[int, int, int], text: str, column: str, warnings: list[RowWarning]) -> date | None:
    try:
        found = date(*parts)
    except ValueError:
        year, month, day = parts
        raise bad_value(
            column, f"There is no day {year:04}-{month:02}-{day:02}. A day that exists is expected, as YYYY-MM-DD."
        ) from None
    if found.year < _FIRST_YEAR:
        warn(warnings, column, f"A date before {_FIRST_YEAR} says that the date is not known; it was left out.")
        return None
    if found.year > _LAST_YEAR:
        raise bad_value(column, f"A date no later than {_LAST_YEAR} is expected{shown(text)}.")
    return found
