"""Numbers in Chinese numerals, in digits and in both."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.numerals import EVERYDAY_SIGNS, HAN_DIGITS, han_number

SIMPLE = "零一二三四五六七八九"
CAPITALS = str.maketrans("零一二三四五六七八九十百千万亿", "零壹贰叁肆伍陆柒捌玖拾佰仟萬億")
WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")


def written(number: int) -> str:
    """A number below 10**16 as it is read out: 一万零三百零五, with a 零 for every gap."""
    if number == 0:
        return "零"
    for unit, sign in ((10**8, "亿"), (10**4, "万")):
        if number >= unit:
            high, low = divmod(number, unit)
            gap = "零" if 0 < low < unit // 10 else ""
            return written(high) + sign + (gap + written(low) if low else "")
    out, zero = "", False
    for place, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            out += ("零" if zero else "") + SIMPLE[digit] + sign
        zero = bool(out) and not digit
    return out


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("三点五", "3.5"),
        ("零点零五", "0.05"),
        ("三点五万", "35000"),
        ("叁", "3"),
        ("伍万贰仟壹佰贰拾", "52120"),
        ("两", "2"),
        ("两千", "2000"),
        ("半", "0.5"),
        ("零", "0"),
        ("十", "10"),
        ("十二", "12"),
        ("一百十", "110"),
        ("三百零五", "305"),
        ("一万三百", "10300"),
        ("五十万零三", "500003"),
        ("一亿零三百万", "103000000"),
        ("一千万亿", "1000000000000000"),
        ("5万2千", "52000"),
        ("1万2千5百", "12500"),
        ("3.5万", "35000"),
        ("1.5千万", "15000000"),
        ("3百万", "3000000"),
        ("5万2000", "52000"),
        ("1万500", "10500"),
        ("1亿500万", "105000000"),
        ("12000万", "120000000"),
        ("1,234.5", "1234.5"),
        ("５．２", "5.2"),
        ("0.500000", "0.5"),
        ("叁萬", "30000"),
    ],
)
def test_a_number_is_read_in_numerals_in_digits_and_in_both(text: str, number: str) -> None:
    assert han_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "三百五",
        "一千五",
        "三万五",
        "1万2千5",
        "12万3",
        "1万50",
        "二三",
        "二三万",
        "二〇二三",
        "十两",
        "两百零两",
        "三万半",
        "半万",
        "3.5万2千",
        "3点5",
        "三点",
        "点五",
        "三点十",
        "1.",
        ".5",
        "12,34",
        "百",
        "万",
        "亿",
        "一千百",
        "一百千",
        "零零",
        "三千零零五",
        "五万零",
        "一万一万",
        "一亿一亿",
        "一万亿万",
        "5²",
        "①5",
        "-5",
        "+5",
        "1e5",
        "٣",
        " 五",
        "五元",
        "约五",
        "",
        "1" * 41,
        "12345678901234567",
    ],
)
def test_what_could_be_read_in_two_ways_and_what_is_no_number_is_none(text: str) -> None:
    assert han_number(text) is None


@given(st.integers(min_value=0, max_value=10**16 - 1), st.booleans())
def test_every_whole_number_is_read_back_in_both_hands(number: int, capitals: bool) -> None:
    text = written(number)
    assert han_number(text.translate(CAPITALS) if capitals else text) == number


@given(st.integers(min_value=0, max_value=10**12 - 1), st.integers(min_value=0, max_value=3), st.booleans())
def test_every_decimal_in_digits_is_read_back(number: int, places: int, wide: bool) -> None:
    value = Decimal(number).scaleb(-places)
    for text in (f"{value:f}", f"{value:,f}"):
        assert han_number(text.translate(WIDE) if wide else text) == value
    assert han_number(f"{value:f}万") == value * 10_000
    assert han_number(f"{value:f}亿") == value * 100_000_000


@given(st.integers(min_value=0, max_value=10**8 - 1), st.text(alphabet="0123456789", min_size=1, max_size=6))
def test_every_number_with_a_point_in_numerals_is_read_back(whole: int, part: str) -> None:
    text = f"{written(whole)}点{''.join(SIMPLE[int(digit)] for digit in part)}"
    read = han_number(text)
    assert read == Decimal(f"{whole}.{part}") or (read is None and (len(written(whole)) > 12 or len(str(whole)) > 8))


@given(st.text(alphabet="0123456789.,零〇一二两三五九十百千万亿点半拾佰壹", max_size=24))
def test_no_text_fails_and_a_number_is_never_negative(text: str) -> None:
    number = han_number(text)
    assert number is None or (number.is_finite() and number >= 0)


def test_a_long_text_takes_no_time() -> None:
    started = time.perf_counter()
    for character in "1零一十万点,":
        assert han_number(character * 100_000) is None
    assert time.perf_counter() - started < 1


def test_every_sign_of_a_digit_is_known_by_its_value() -> None:
    assert {sign: HAN_DIGITS[sign] for sign in "零〇三叁參两兩九玖"} == dict(
        zip("零〇三叁參两兩九玖", (0, 0, 3, 3, 3, 2, 2, 9, 9), strict=True)
    )
    assert all(han_number(sign) == value for sign, value in HAN_DIGITS.items())


def test_a_sign_of_any_hand_is_turned_into_the_everyday_one() -> None:
    assert "叁萬伍仟兩佰點零壹億５．２".translate(EVERYDAY_SIGNS) == "三万五千两百点零一亿5.2"
