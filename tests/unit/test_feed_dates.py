"""Days and moments as they are typed, their relatives, and what is nearly a date."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.feeds.dates import SHANGHAI, parse_date, parse_instant
from indexer.feeds.values import BadValueError
from schema.feed_records import RowWarning
from schema.vocabularies import FeedErrorCode

SIMPLE = "〇一二三四五六七八九"
CAPITALS = str.maketrans("〇一二三四五六七八九十", "零壹贰叁肆伍陆柒捌玖拾")
TRADITIONAL = str.maketrans("〇一二三四五六七八九十", "零壹貳參肆伍陸柒捌玖拾")
WIDE = str.maketrans("0123456789-./:", "０１２３４５６７８９－．／：")


def day(text: str) -> tuple[date | None, int]:
    warnings: list[RowWarning] = []
    return parse_date(text, "处罚决定日期", warnings), len(warnings)


def sentence_about(text: str) -> str:
    with pytest.raises(BadValueError) as caught:
        day(text)
    assert caught.value.code is FeedErrorCode.BAD_VALUE
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "expected", "warnings"),
    [
        ("二0二三年二月十三日", date(2023, 2, 13), 0),
        ("2024 年 5 月21日", date(2024, 5, 21), 0),
        ("海淀局--2016-9-27", date(2016, 9, 27), 1),
        ("20231025", date(2023, 10, 25), 0),
        ("1900-1-1 0:00:00", None, 1),
        ("2016.9.27", date(2016, 9, 27), 0),
        ("45224", date(2023, 10, 25), 0),
        ("45224.5", date(2023, 10, 25), 0),
        ("2016/9/27 0:00", date(2016, 9, 27), 0),
        ("2016-09-27T00:00:00.000Z", date(2016, 9, 27), 0),
        ("2016-09-26T16:30:00Z", date(2016, 9, 27), 0),
        ("海淀局2016/9/26 16:30Z", date(2016, 9, 27), 1),
        ("2016、9、27", date(2016, 9, 27), 0),
        ("2016 9 27", date(2016, 9, 27), 0),
        ("2016_09_27", date(2016, 9, 27), 0),
        ("2016—09—27", date(2016, 9, 27), 0),
        ("2016.9.27.", date(2016, 9, 27), 0),
        ("2016年9月27日 10时20分", date(2016, 9, 27), 0),
        ("20160927T000000", date(2016, 9, 27), 0),
        ("20160927日", date(2016, 9, 27), 0),
        ("贰零壹陆年玖月贰拾柒日", date(2016, 9, 27), 0),
        ("貳零壹陸年玖月貳拾柒號", date(2016, 9, 27), 0),
        ("二〇一六年九月廿七", date(2016, 9, 27), 0),
        ("二○一六年十月卅一日。", date(2016, 10, 31), 0),
        ("二О一六年9月27日", date(2016, 9, 27), 0),
        ("处罚决定日期：2016年9月27日", date(2016, 9, 27), 1),
        ("1904-1-1", None, 1),
    ],
)
def test_a_day_is_read_as_it_is_typed(text: str, expected: date | None, warnings: int) -> None:
    assert day(text) == (expected, warnings)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2022-09-31", "no day 2022-09-31"),
        ("2016年9月31日", "no day 2016-09-31"),
        ("二〇一六年九月三十一日", "no day 2016-09-31"),
        ("2023-02-29", "no day 2023-02-29"),
        ("2016年9月", "The day is missing"),
        ("2016年9月份", "The day is missing"),
        ("2016-9", "The day is missing"),
        ("2016.09", "The day is missing"),
        ("201609", "The day is missing"),
        ("20169", "The day is missing"),
        ("9月27日", "The year is missing"),
        ("16-9-27", "The year has two digits"),
        ("16年9月27日", "The year has two digits"),
        ("16.9.27", "The year has two digits"),
        ("27/9/2016", "Which is the day and which the month"),
        ("9/7/2016", "Which is the day and which the month"),
        ("2016-9-27至2016-10-1", "no span of days"),
        ("2016-9-27-2016-10-1", "no span of days"),
        ("2016年9月27日—10月1日", "no span of days"),
        ("2016.9.27~2016.10.1", "no span of days"),
        ("民国105年9月27日", "Common Era"),
        ("民國一〇五年", "Common Era"),
        ("无处罚期限", "YYYY-MM-DD"),
        ("长期", "YYYY-MM-DD"),
        ("2016年9月27日之前", "YYYY-MM-DD"),
        ("2016-9-2①", "YYYY-MM-DD"),
        ("2016927", "YYYY-MM-DD"),
        ("1474905600000", "YYYY-MM-DD"),
    ],
)
def test_what_is_nearly_a_date_is_refused_with_what_is_wrong_with_it(text: str, why: str) -> None:
    assert why in sentence_about(text)


DAYS = st.dates(min_value=date(1949, 1, 1), max_value=date(2100, 12, 31))
TIMES = st.sampled_from(["", " 0:00", " 00:00:00", "T10:20:30.5", " 10时20分", " 上午10:20", "T08:00:00+08:00"])
JUNK = st.sampled_from(["", "海淀局--", "决定日期：", "于 ", "——", "（"])


def han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{SIMPLE[tens]}十") + (SIMPLE[ones] if ones else "")


@given(DAYS, st.integers(0, 11), TIMES, JUNK, st.booleans())
def test_every_spelling_of_a_day_reads_back_to_it(
    expected: date, spelling: int, clock: str, junk: str, wide: bool
) -> None:
    year, month, number = expected.year, expected.month, expected.day
    text = (
        f"{year}-{month}-{number}",
        f"{year}-{month:02}-{number:02}",
        f"{year}/{month}/{number}",
        f"{year}.{month}.{number}",
        f"{year}.{month:02}.{number:02}",
        f"{year}年{month}月{number}日",
        f"{year} 年 {month} 月{number}日",
        f"{year}年{month:02}月{number:02}號",
        f"{year}、{month}、{number}",
        f"{year} {month} {number}",
        f"{year}—{month}—{number}",
        f"{year}{month:02}{number:02}",
    )[spelling]
    text = junk + text + clock
    assert day(text.translate(WIDE) if wide else text)[0] == expected


@given(DAYS, st.sampled_from([{}, CAPITALS, TRADITIONAL]), st.sampled_from(["〇", "零", "○", "0", "Ｏ"]), JUNK)
def test_every_day_in_numerals_reads_back_to_it(expected: date, hand: dict[int, str], zero: str, junk: str) -> None:
    digits = "".join(zero if digit == "0" else SIMPLE[int(digit)] for digit in str(expected.year))
    text = f"{digits}年{han(expected.month)}月{han(expected.day)}日".translate(hand)
    assert day(junk + text)[0] == expected


@given(DAYS, DAYS, st.sampled_from(["至", "-", "~", "——", " 至 "]))
def test_a_span_of_days_is_never_one_of_them(first: date, last: date, between: str) -> None:
    sentence_about(f"{first.isoformat()}{between}{last.isoformat()}")


@given(st.integers(0, 99), st.integers(1, 12), st.integers(1, 31), st.sampled_from("-./"))
def test_a_year_of_two_digits_is_never_guessed(year: int, month: int, number: int, sign: str) -> None:
    sentence_about(f"{year:02}{sign}{month}{sign}{number}")


MOMENTS = st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2099, 12, 31))  # noqa: DTZ001  Shanghai's


@given(MOMENTS, st.integers(0, 4))
def test_every_spelling_of_a_moment_reads_back_to_it(moment: datetime, spelling: int) -> None:
    moment = moment.replace(microsecond=0)
    text = (
        moment.isoformat(),
        moment.isoformat(sep=" ") + "+08:00",
        f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment.minute:02}:{moment.second:02}",
        f"{moment.year}年{moment.month}月{moment.day}日 {moment.hour}时{moment.minute}分{moment.second}秒",
        f"{moment.year}.{moment.month}.{moment.day} {moment.hour}:{moment.minute:02}:{moment.second:02}+0800",
    )[spelling]
    expected = moment.replace(tzinfo=SHANGHAI) if "+" not in text else moment.replace(tzinfo=UTC) - timedelta(hours=8)
    assert parse_instant(text, "enteredAt", []) == expected


def test_digits_alone_are_a_moment_and_no_digit_stands_for_the_t() -> None:
    assert parse_instant("20240521103000", "enteredAt", []) == datetime(2024, 5, 21, 2, 30, tzinfo=UTC)
    assert parse_instant("202405211030", "enteredAt", []) == datetime(2024, 5, 21, 2, 30, tzinfo=UTC)
    for text in ("2024-05-21110:30", "2024052110", "1" * 26):
        with pytest.raises(BadValueError):
            parse_instant(text, "enteredAt", [])


def test_a_serial_number_is_a_moment_in_shanghai() -> None:
    assert parse_instant("45224.5", "enteredAt", []) == datetime(2023, 10, 25, 4, tzinfo=UTC)
    assert parse_instant("45224", "enteredAt", []) == datetime(2023, 10, 24, 16, tzinfo=UTC)


@given(st.text(alphabet="0123456789-./年月日:T+Z 至民国二〇十Ｏ①张", max_size=40))
def test_no_text_fails_with_anything_but_a_bad_value(text: str) -> None:
    for read in (parse_date, parse_instant):
        message = ""
        try:
            read(text, "c", [])
        except BadValueError as error:
            message = error.message
        assert "张" not in message


def test_a_long_text_takes_no_longer_than_its_length() -> None:
    started = time.perf_counter()
    for piece in ("1", "-", "年", "二", " ", "至", "2016-9-27", "Ｏ", ":", "民国", "\ufdfa"):
        for length in (26, 39, 80, 100_000):
            for read in (parse_date, parse_instant):
                with pytest.raises(BadValueError):
                    read((piece * length)[:length], "c", [])
    assert time.perf_counter() - started < 5
