"""What single cells of a feed say, in the spellings agencies really use."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from indexer.feeds.dates import parse_date, parse_instant
from indexer.feeds.money import FEN, MAX_YUAN, TEN_THOUSAND_YUAN, YUAN, parse_money
from indexer.feeds.values import (
    BadValueError,
    boolean,
    credit_code,
    is_null,
    party_type,
    penalty_kinds,
    region_code,
    shown,
)
from schema.vocabularies import FeedErrorCode, PartyType, PenaltyKind
from supervision.credit_code import is_credit_code

if TYPE_CHECKING:
    from schema.feed_records import RowWarning

CODE = "91410923581749967U"
PERSON = "11010519491231002X"
"""The identity number that GB 11643 gives as its example."""


def day(text: str) -> date | None:
    return parse_date(text, "处罚决定日期", [])


def yuan(text: str, unit: Decimal = YUAN) -> Decimal:
    return parse_money(text, "罚款金额", unit=unit)


@pytest.mark.parametrize(
    "text", ["", "  ", "\u3000", "——", "— —", "无", "/", "暂无", "××", "null", "-", "N/A", "***", "不详"]
)
def test_a_sign_for_nothing_is_no_value(text: str) -> None:
    assert is_null(text)


@pytest.mark.parametrize("text", ["0", "无锡市生态环境局", "XX局", "不予处罚", "周*", "空气污染", "北京-1"])
def test_a_word_that_only_begins_like_nothing_is_a_value(text: str) -> None:
    assert not is_null(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016-9-27", date(2016, 9, 27)),
        ("2016.9.27", date(2016, 9, 27)),
        ("2016/9/27", date(2016, 9, 27)),
        ("20231025", date(2023, 10, 25)),
        ("20231025103000", date(2023, 10, 25)),
        ("2024 年 5 月21日", date(2024, 5, 21)),
        ("２０２４－０５－２１", date(2024, 5, 21)),
        ("二0二三年二月十三日", date(2023, 2, 13)),
        ("二〇二三年十二月三十一日", date(2023, 12, 31)),
        ("二○二三年元月初五", date(2023, 1, 5)),
        ("2018-05-28 00:00:00", date(2018, 5, 28)),
        ("2018-05-28 10:20:30.5", date(2018, 5, 28)),
        ("海淀局--2016-9-27", date(2016, 9, 27)),
        ("45000", date(2023, 3, 15)),
        ("45000.75", date(2023, 3, 15)),
    ],
)
def test_a_date_is_read_in_every_spelling_seen(text: str, expected: date) -> None:
    assert day(text) == expected


def test_a_moment_in_another_zone_is_the_day_in_shanghai() -> None:
    assert day("2024-05-20T16:00:00Z") == date(2024, 5, 21)


@pytest.mark.parametrize("text", ["1900-1-1 0:00:00", "0", "1", "1948-12-31", "1900-01-01"])
def test_a_date_before_1949_is_unknown_with_a_warning(text: str) -> None:
    warnings: list[RowWarning] = []
    assert parse_date(text, "处罚决定日期", warnings) is None
    assert [warning.column for warning in warnings] == ["处罚决定日期"]


def test_words_before_a_date_are_warned_of() -> None:
    warnings: list[RowWarning] = []
    parse_date("海淀局--2016-9-27", "处罚决定日期", warnings)
    assert len(warnings) == 1


@pytest.mark.parametrize(
    "text",
    [
        "2022-09-31",
        "2023-02-29",
        "无处罚期限",
        "2023年5月",
        "2023",
        "28/05/2018",
        "2199-01-01",
        "二0二三年十五月一日",
        "2023-01-01至2024-01-01",
    ],
)
def test_a_day_that_does_not_exist_or_cannot_be_read_is_a_bad_value(text: str) -> None:
    with pytest.raises(BadValueError) as caught:
        day(text)
    assert caught.value.code is FeedErrorCode.BAD_VALUE
    assert caught.value.column == "处罚决定日期"


@given(st.dates(min_value=date(1949, 1, 1), max_value=date(2100, 12, 31)))
def test_every_day_is_read_back_from_every_spelling(expected: date) -> None:
    year, month, number = expected.year, expected.month, expected.day
    for text in (
        expected.isoformat(),
        f"{year}.{month}.{number}",
        f"{year}年{month}月{number}日",
        expected.strftime("%Y%m%d"),
        f"{''.join('〇一二三四五六七八九'[int(digit)] for digit in str(year))}年{_han(month)}月{_han(number)}日",
        *([] if serial_reads_as_year_and_month(expected) else [serial(expected)]),
    ):
        assert day(text) == expected, text


def serial(expected: date) -> str:
    return str((expected - date(1899, 12, 30)).days)


def serial_reads_as_year_and_month(expected: date) -> bool:
    return "19491" <= serial(expected) <= "20999" and not serial(expected).endswith("0")


def _han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{'〇一二三'[tens]}十") + (
        "一二三四五六七八九"[ones - 1] if ones else ""
    )


def test_a_time_without_an_offset_is_shanghais() -> None:
    assert parse_instant("2024-05-21T08:00:00", "enteredAt", []) == datetime(2024, 5, 21, tzinfo=UTC)
    assert parse_instant("2024-05-21 08:00", "enteredAt", []) == datetime(2024, 5, 21, tzinfo=UTC)
    assert parse_instant("2024-05-21T08:00:00+02:00", "enteredAt", []) == datetime(2024, 5, 21, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2024-05-21T25:00:00", "yesterday", "0001-01-01T00:00:00+08:00x", "9999-12-31T23:59:59-23:00"]
)
def test_a_time_that_cannot_be_read_is_a_bad_value(text: str) -> None:
    with pytest.raises(BadValueError):
        parse_instant(text, "enteredAt", [])


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("0.500000", TEN_THOUSAND_YUAN, "5000.00"),
        ("0.054500", TEN_THOUSAND_YUAN, "545.00"),
        ("42.717945", TEN_THOUSAND_YUAN, "427179.45"),
        ("3万元", TEN_THOUSAND_YUAN, "30000.00"),
        ("5000元", TEN_THOUSAND_YUAN, "5000.00"),
        ("3万元", YUAN, "30000.00"),
        ("1.2亿元", YUAN, "120000000.00"),
        ("10000", YUAN, "10000.00"),
        ("１，２３４．５６", YUAN, "1234.56"),
        ("￥30,000.00元", YUAN, "30000.00"),
        ("伍万贰仟壹佰贰拾元整", TEN_THOUSAND_YUAN, "52120.00"),
        ("人民币伍拾肆万元整", YUAN, "540000.00"),
        ("壹万零伍元叁角贰分", YUAN, "10005.32"),
        ("十二万元", YUAN, "120000.00"),
        ("一亿零三百万元", YUAN, "103000000.00"),
        ("9999999999999999.99", YUAN, "9999999999999999.99"),
        ("0.000000", TEN_THOUSAND_YUAN, "0.00"),
    ],
)
def test_an_amount_becomes_exact_yuan(text: str, unit: Decimal, expected: str) -> None:
    assert str(yuan(text, unit)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "-5",
        "0.001",
        "1e5",
        "NaN",
        "Infinity",
        "12,34",
        "三百五元",
        "三万五",
        "伍",
        "元",
        "1.2.3",
        "10000000000000000",
        "罚款:8.0（万元",
        "约5000元",
        "5000元10",
    ],
)
def test_what_is_no_amount_is_a_bad_value(text: str) -> None:
    with pytest.raises(BadValueError) as caught:
        yuan(text)
    assert caught.value.code is FeedErrorCode.BAD_VALUE


def test_a_part_of_a_fen_in_a_column_of_ten_thousand_yuan_is_a_bad_value() -> None:
    with pytest.raises(BadValueError):
        yuan("0.0000001", TEN_THOUSAND_YUAN)


@given(st.integers(min_value=0, max_value=10**18 - 1))
def test_every_amount_of_fen_is_read_back_exactly(fen: int) -> None:
    amount = Decimal(fen).scaleb(-2)
    assert yuan(f"{amount:.2f}") == amount
    assert yuan(f"{amount:,.2f}元") == amount
    assert yuan(f"{amount:.2f}").as_tuple().exponent == FEN.as_tuple().exponent
    assert amount <= MAX_YUAN


@given(st.integers(min_value=1, max_value=99_999_999))
def test_every_amount_in_chinese_capitals_is_read_back(amount: int) -> None:
    assert yuan(f"{_capitals(amount)}元整") == amount


def _capitals(number: int) -> str:
    high, low = divmod(number, 10_000)
    if not high:
        return _section(low)
    return f"{_section(high)}万" + (("零" if low < 1_000 else "") + _section(low) if low else "")


def _section(number: int) -> str:
    digits, out, zero = f"{number:04}", "", False
    for digit, unit in zip(digits, ("仟", "佰", "拾", ""), strict=True):
        if digit == "0":
            zero = bool(out)
            continue
        out += ("零" if zero else "") + "零壹贰叁肆伍陆柒捌玖"[int(digit)] + unit
        zero = False
    return out


def test_penalty_kinds_are_recognised_in_a_chinese_list() -> None:
    assert penalty_kinds("罚款、责令改正") == (PenaltyKind.FINE, PenaltyKind.ORDER)
    assert penalty_kinds("罚款,没收非法所得") == (PenaltyKind.FINE, PenaltyKind.CONFISCATION)
    assert penalty_kinds("责令停产停业") == (PenaltyKind.SUSPENSION,)
    assert penalty_kinds("警告;吊销许可证件;行政拘留") == (
        PenaltyKind.WARNING,
        PenaltyKind.REVOCATION,
        PenaltyKind.DETENTION,
    )
    assert penalty_kinds("其他（见处罚类别2）") == (PenaltyKind.OTHER,)


def test_party_types_are_recognised_by_their_chinese_names() -> None:
    assert party_type("自然人") is PartyType.PERSON
    assert party_type("法人及非法人组织") is PartyType.ORGANIZATION
    assert party_type("个体工商户") is None


def test_a_valid_credit_code_is_kept_in_capitals_and_without_spaces() -> None:
    assert credit_code("９１４１０９２３ 581749967u", "uscc", []).uscc == CODE


@pytest.mark.parametrize("text", ["915206****7FMTAX63", "9153xxxxxxxx46A", "91430681XXXXXXXXXX", "925301************"])
def test_a_masked_credit_code_is_kept_as_sent_with_a_warning(text: str) -> None:
    warnings: list[RowWarning] = []
    assert credit_code(text, "uscc", warnings).uscc == text
    assert len(warnings) == 1


def test_an_identity_number_in_the_credit_codes_column_is_told_apart() -> None:
    assert credit_code(PERSON, "uscc", []) == (None, PERSON)


def test_a_half_covered_identity_number_is_not_kept_as_a_masked_code() -> None:
    assert credit_code("41132519900101123*", "uscc", []) == (None, None)


def test_a_wrong_check_character_is_its_own_error_and_its_message_hides_the_code() -> None:
    with pytest.raises(BadValueError) as caught:
        credit_code("914109235817499670", "uscc", [])
    assert caught.value.code is FeedErrorCode.BAD_USCC
    assert "9141" not in caught.value.message


@pytest.mark.parametrize("text", ["410101000012345", "见营业执照", "12345"])
def test_what_is_no_credit_code_is_left_out_with_a_warning(text: str) -> None:
    warnings: list[RowWarning] = []
    assert credit_code(text, "uscc", warnings) == (None, None)
    assert len(warnings) == 1


@given(st.from_regex(r"[159][1239][0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}", fullmatch=True))
def test_our_check_of_credit_codes_agrees_with_python_stdnum(stem: str) -> None:
    code = stem + uscc.calc_check_digit(stem + "0")
    assert is_credit_code(code)
    assert uscc.is_valid(code)
    assert not is_credit_code(stem + ("1" if code.endswith("0") else "0"))


def test_a_rural_collectives_code_begins_with_a_letter() -> None:
    stem = "N2440114MF1234567"
    assert sum(is_credit_code(stem + check) for check in "0123456789ABCDEFGHJKLMNPQRTUWXY") == 1


def test_words_and_codes_of_closed_lists() -> None:
    assert region_code("４１１３００", "region") == "411300"
    assert boolean("是", "priority") is True
    assert boolean("FALSE", "priority") is False
    for call in (lambda: region_code("4113", "c"), lambda: boolean("maybe", "c")):
        with pytest.raises(BadValueError):
            call()


def test_a_message_shows_numbers_but_neither_words_nor_identity_numbers() -> None:
    assert "2022-09-31" in shown("2022-09-31")
    assert shown("张建国") == ""
    assert shown(PERSON) == ""
    assert shown("1101 0519 4912 3100 21") == ""


CELL = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789.-/年月日元万亿,，：: ０９十二〇T+Z", max_size=24),
    st.text(alphabet="零壹贰叁仟佰拾万亿元角分整一二三百千", max_size=16),
)


@given(CELL)
@pytest.mark.parametrize(
    "read",
    [
        lambda text: parse_date(text, "c", []),
        lambda text: parse_instant(text, "c", []),
        lambda text: parse_money(text, "c", unit=TEN_THOUSAND_YUAN),
        lambda text: credit_code(text, "c", []),
        lambda text: region_code(text, "c"),
        lambda text: boolean(text, "c"),
        penalty_kinds,
        party_type,
        is_null,
    ],
)
def test_reading_a_cell_raises_nothing_but_a_bad_value(read: Callable[[str], object], text: str) -> None:
    message = ""
    try:
        read(text)
    except BadValueError as error:
        message = error.message
    told = set(text) - set("年月日时分秒元万亿号至")
    assert not {character for character in told if "\u4e00" <= character <= "\u9fff"} & set(message)


@given(CELL)
def test_an_amount_is_never_negative_and_never_a_part_of_a_fen(text: str) -> None:
    try:
        amount = yuan(text)
    except BadValueError:
        return
    assert 0 <= amount <= MAX_YUAN
    assert amount * 100 % 1 == 0


@given(CELL)
def test_a_date_is_never_before_1949(text: str) -> None:
    try:
        found = day(text)
    except BadValueError:
        return
    assert found is None or date(1949, 1, 1) <= found < date(2101, 1, 1)


def test_an_identity_number_that_passes_as_a_credit_code_is_still_a_persons() -> None:
    numbers = (f"41132519900101{serial:03}" for serial in range(1000))
    whole = [number + _check(number) for number in numbers]
    both = [number for number in whole if is_credit_code(number)]
    assert both
    assert all(credit_code(number, "uscc", []) == (None, number) for number in both)


def _check(stem: str) -> str:
    return ric.calc_check_digit(stem + "0")
