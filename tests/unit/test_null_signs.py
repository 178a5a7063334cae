"""A cell that says nothing, in the ways people and programs say it, and the values that only look like it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.feeds.values import NULL_BEGINS, is_null

WORDS = (
    *("无", "無", "暂无", "没有", "未知", "不明", "不详", "空", "空白", "暂缺", "待定", "待补", "无内容", "无数据"),
    *("不适用", "未填", "未填写", "null", "NULL", "None", "nil", "NaN", "undefined", "N/A", "n/a", "NA", "\\N"),
)
SIGNS = ("-", "—", "－", "_", "/", "／", "\\", ".", "…", "。", "?", "？", "□", "·", "、")


@pytest.mark.parametrize("text", [*WORDS, *SIGNS, "——", "— —", "**", "××", "XX", "#N/A", "#REF!", "#VALUE!", "#DIV/0!"])
def test_a_sign_for_nothing_is_no_value(text: str) -> None:
    assert is_null(text)


@given(
    st.sampled_from(WORDS),
    st.sampled_from(["", " ", "\u3000", "\t", "\n", "\u00a0"]),
    st.sampled_from(["{}", "({})", "（{}）", "【{}】", "[{}]", "{}。", "（ {} ）", "{}."]),
)
def test_a_word_for_nothing_is_none_in_brackets_with_a_stop_and_among_spaces(word: str, space: str, form: str) -> None:
    assert is_null(space + form.format(word) + space)


@given(st.text(alphabet=" \u3000-—－_/.…。,，、;；:：", max_size=40))
def test_signs_without_a_letter_or_a_digit_say_nothing(text: str) -> None:
    assert is_null(text)


@given(st.text(alphabet="无暂没有未知不详空nulNA/#-—*×xX()（）[]【】。 \u3000?□", max_size=8))
def test_whatever_says_nothing_begins_with_a_character_that_is_looked_for(text: str) -> None:
    if text and is_null(text):
        assert text[0] in NULL_BEGINS


@given(
    st.sampled_from([*WORDS, *SIGNS, "×"]),
    st.sampled_from(["0", "1", "5000元", "锡市", "局", "罚款", "张三", "年", "2024-05-21"]),
    st.booleans(),
)
def test_a_value_beside_a_sign_for_nothing_is_a_value(sign: str, value: str, is_behind: bool) -> None:
    assert not is_null(value + sign if is_behind else sign + value)


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "X",
        "无锡市",
        "空气污染",
        "不予处罚",
        "未批先建",
        "待处理",
        "(无)证经营",
        "无照经营",
        "NO.1",
        "#1",
        "N",
        "周*",
    ],
)
def test_a_word_that_only_begins_like_nothing_is_a_value(text: str) -> None:
    assert not is_null(text)


def test_a_long_text_takes_no_longer_than_its_length() -> None:
    started = time.perf_counter()
    for piece in (" ", "-", "无", "×", "（", "null", "#", "\u200b"):
        for length in (70, 71, 73, 200_000):
            is_null((piece * length)[:length])
            is_null((piece * length)[:length] + "a")
    assert time.perf_counter() - started < 2
