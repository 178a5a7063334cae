"""Days and moments in the spellings agencies use."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from indexer.feeds.values import bad_value, folded, shown, warn
from schema.feed_records import RowWarning

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

_FIRST_YEAR: Final = 1949
_LAST_YEAR: Final = 2100
_LONGEST: Final = 80

_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_TIME: Final = (
    r"(?:[\sT]*(?:上午|下午)?[0-9]{1,2}\s*[:时]\s*[0-9]{1,2}(?:\s*[:分]\s*[0-9]{1,2}(?:[.,][0-9]+)?秒?)?分?"
    r"\s*(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_WRITTEN = re.compile(
    r"(?P<junk>[^0-9]*)(?P<year>[0-9]{4})\s*[-./年‐-―]\s*(?P<month>[0-9]{1,2})\s*[-./月‐-―]\s*(?P<day>[0-9]{1,2})\s*[日号號]?"
    + _TIME
)
_COMPACT = re.compile(r"(?P<junk>[^0-9]*)(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?:[0-9]{6})?" + _TIME)
_SERIAL = re.compile(r"([01]|[1-9][0-9]{4})(?:\.[0-9]+)?")
_SERIAL_ZERO: Final = date(1899, 12, 30)

_HAN_DIGITS: Final = str.maketrans("〇零○ОΟοOo０一二三四五六七八九壹贰叁肆伍陆柒捌玖", "000000000123456789123456789")
_HAN_DATE = re.compile(
    r"(?P<junk>.*?)(?P<year>[〇零○ОΟοOo0-9一二三四五六七八九壹贰叁肆伍陆柒捌玖]{4})年(?P<month>[0-9〇零元正一二三四五六七八九十壹贰叁拾]{1,3})月"
    r"(?P<day>[0-9〇零初一二三四五六七八九十廿卅壹贰叁拾]{1,3})[日号號]?"
)
_TENS: Final = re.compile(r"([1-9]?)十([1-9]?)")


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
        if serial := _SERIAL.fullmatch(plain):
            found_day = _SERIAL_ZERO + timedelta(days=int(serial[1]))
            return _day((found_day.year, found_day.month, found_day.day), text, column, warnings)
        if numerals := _HAN_DATE.fullmatch("".join(plain.split())):
            return _numerals(numerals, text, column, warnings)
    raise bad_value(column, f"A date as YYYY-MM-DD is expected{shown(text)}.")


def parse_instant(text: str, column: str, warnings: list[RowWarning]) -> datetime | None:
    """The moment a cell names, in UTC; without an offset it is Shanghai's time. None, with a warning, before 1949."""
    try:
        moment = datetime.fromisoformat(folded(text).replace("/", "-"))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=SHANGHAI)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad_value(column, f"A time as ISO 8601 with an offset is expected{shown(text)}.") from None
    if _day((moment.year, moment.month, moment.day), text, column, warnings) is None:
        return None
    return moment


def _written(found: re.Match[str], text: str, column: str, warnings: list[RowWarning]) -> date | None:
    day = _day((int(found["year"]), int(found["month"]), int(found["day"])), text, column, warnings)
    if _says_something(found["junk"]):
        warn(warnings, column, "Words stood before the date; the date was taken.")
    if day is not None and found["offset"]:
        # A day written as a moment of another time zone is Shanghai's day at that moment.
        moment = parse_instant(folded(text), column, warnings)
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
        raise bad_value(column, f"A day that exists is expected, as YYYY-MM-DD{shown(text)}.") from None
    if found.year < _FIRST_YEAR:
        warn(warnings, column, f"A date before {_FIRST_YEAR} says that the date is not known; it was left out.")
        return None
    if found.year > _LAST_YEAR:
        raise bad_value(column, f"A date no later than {_LAST_YEAR} is expected{shown(text)}.")
    return found
