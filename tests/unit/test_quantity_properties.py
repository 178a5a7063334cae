"""Quantities in any text: what is written is read back, places are right, and nothing fails or takes long."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.vocabularies import UNITS, Domain
from supervision.quantities.reading import read_quantities
from tests.unit.test_numerals import CAPITALS, WIDE, written

PIECES = st.sampled_from(
    [
        *"0123456789０９零一二两三十百千万亿点.．,，。；、（）“”余多约近每未至-～/年",
        *("吨", "公斤", "亩", "平方米", "公顷", "立方米", "株", "元", "角", "分", "倍", "t", "kg", "m3"),
        *(
            "危险废物",
            "废机油",
            "耕地",
            "永久基本农田",
            "公益林",
            "林木",
            "立木蓄积",
            "幼树",
            "铅",
            "货值",
            "违法所得",
            "损失",
        ),
        *(
            "超标",
            "标准",
            "价值",
            "金额",
            "销售",
            "分别",
            "其中",
            "共计",
            "未发现",
            "涉嫌",
            "称",
            "经查",
            "规定",
            "以上的",
            "左右",
        ),
        *("倍数为", "经批准", "赔偿", "属于", "煤", "\n", "\ud800", "\0", "𠮷"),
    ]
)
TEXTS = st.one_of(st.text(max_size=120), st.lists(PIECES, max_size=40).map("".join))
DOMAINS = st.sampled_from(Domain)


def tonnes(text: str) -> list[Decimal]:
    return [mention.value for mention in read_quantities(text, Domain.ENVIRONMENT)]


@given(st.integers(min_value=1, max_value=10**9), st.integers(min_value=0, max_value=4), st.booleans())
def test_every_decimal_in_digits_is_read_back_exactly(number: int, places: int, wide: bool) -> None:
    value = Decimal(number).scaleb(-places)
    for digits in (f"{value:f}", f"{value:,f}"):
        shown = digits.translate(WIDE) if wide else digits
        assert tonnes(f"倾倒危险废物{shown}吨。") == [value]
        assert tonnes(f"将{shown}吨废机油倾倒。") == [value]
    assert tonnes(f"倾倒危险废物{value:f}公斤。") == [value / 1000]


@given(st.integers(min_value=1, max_value=10**12), st.booleans())
def test_every_number_in_numerals_is_read_back_in_both_hands(number: int, capitals: bool) -> None:
    text = written(number)
    assert tonnes(f"倾倒危险废物{text.translate(CAPITALS) if capitals else text}吨。") == [number]


@given(st.integers(min_value=1, max_value=10**7))
def test_the_spellings_of_a_sum_say_the_same(yuan: int) -> None:
    value = Decimal(yuan)
    for amount in (f"{yuan}元", f"{yuan:,}元", f"{value / 10_000:f}万元", f"{written(yuan)}元", f"人民币{yuan}.00元整"):
        assert [mention.value for mention in read_quantities(f"违法所得{amount}。", Domain.MARKET)] == [value]


@given(
    st.text(alphabet="的了将废机油倾倒在河道内当事人未经批准占用耕地销售货值吨亩元倍，。；（）", max_size=200), DOMAINS
)
def test_a_text_without_numerals_says_no_quantity(text: str, domain: Domain) -> None:
    assert read_quantities(text, domain) == ()


@given(TEXTS, DOMAINS)
def test_any_text_is_read_and_each_quantity_stands_where_it_says(text: str, domain: Domain) -> None:
    before = 0
    for mention in read_quantities(text, domain):
        assert text[mention.start : mention.end] == mention.quote
        assert mention.end > mention.start
        assert mention.unit == UNITS[mention.measure]
        assert mention.value.is_finite()
        assert mention.value >= 0
        assert "E" not in str(mention.value)
        assert mention.end > before
        before = mention.start


@given(TEXTS, DOMAINS)
def test_the_sentences_before_and_behind_change_nothing(text: str, domain: Domain) -> None:
    sentence = text.translate({ord(sign): None for sign in "。！？!?\n\r"})
    alone = [(mention.value, mention.certainty) for mention in read_quantities(sentence, domain)]
    amid = read_quantities(f"举报称有问题。{sentence}。经查不属实。", domain)
    assert [(mention.value, mention.certainty) for mention in amid] == alone


@pytest.mark.parametrize(
    "piece",
    [
        *("1", "万", "1,", "五", "3吨", "元", "倍数", "铅分别", "“规定", "危险废物称", "3至"),
        *("危险废物3吨，", "危险废物3吨。", "销售金额3元、", "3元、", "废油3吨共计3吨", "公益林3亩其中林地3亩"),
        *(
            "铅分别超标3倍",
            "违法所得、销售金额分别为3元",
            "倾倒废油3吨",
            "废油3吨共计3亩违法所得3元",
            "（耕地3亩",
            "3吨（3公斤",
        ),
    ],
)
def test_the_time_of_a_text_grows_with_its_length_and_no_faster(piece: str) -> None:
    text = (piece * (200_000 // len(piece) + 1))[:200_000]
    short = _seconds(text[:25_000])
    # Eight times the length; more than four times as much again would be the square of it.
    assert _seconds(text) < max(0.3, short * 8 * 4)


def _seconds(text: str) -> float:
    started = time.perf_counter()
    read_quantities(text, Domain.ENVIRONMENT)
    return time.perf_counter() - started
