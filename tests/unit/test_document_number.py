"""One decision is one number, however its brackets, its width and its spaces were typed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.document_number import bracket_years, canonical_document_number, has_bracketed_year

PAIRS = (
    "〔〕",
    "[]",
    "【】",
    "［］",
    "（）",
    "()",
    "﹝﹞",
    "〖〗",
    "{}",
    "<>",
    "《》",
    "「」",
    "『』",
    "〈〉",
    "〘〙",
    "❲❳",
)
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("京工商海处字【2018】第1583号", "京工商海处字〔2018〕第1583号"),
        ("京工商海处字〔2018〕第1583号", "京工商海处字〔2018〕第1583号"),
        ("东环罚[2018]13号", "东环罚〔2018〕13号"),
        ("郑环罚决字〔 2021〕006号", "郑环罚决字〔2021〕006号"),
        ("秀山规资执[处罚决定]〔2025〕18号", "秀山规资执[处罚决定]〔2025〕18号"),
        ("〔2023457", "〔2023〕457"),
        ("(京)文执罚【2018】第40219号", "(京)文执罚〔2018〕第40219号"),
        ("(京)2018】12号", "(京)〔2018〕12号"),
        ("济环罚字〔2020〕TQ第Q-4008号", "济环罚字〔2020〕TQ第Q-4008号"),
        ("德环罚字〔2023〔457号", "德环罚字〔2023〕457号"),
        ("宛环罚〔2015〔补〕5号", "宛环罚〔2015〕〔补〕5号"),
        ("宛环罚〔2015(补)5号", "宛环罚〔2015〕(补)5号"),
        ("宛环罚[2015)5号", "宛环罚〔2015〕5号"),
        ("龍林草罰決字(2025)第01064號", "龍林草罰決字〔2025〕第01064號"),
        ("豫0923环罚决字〔2024〕7号", "豫0923环罚决字〔2024〕7号"),
        ("\ufeff宛环\u200b罚〔2015〕5号", "宛环罚〔2015〕5号"),
        ("宛环罚\u3000〔２０１５〕\t５ 号", "宛环罚〔2015〕5号"),
        ("宛〔二〇一五〕第12号", "宛〔二〇一五〕第12号"),
        ("宛环罚〔2015〕十二号", "宛环罚〔2015〕十二号"),
        ("宛环罚〔2015年〕12号", "宛环罚〔2015年〕12号"),
        ("〔20234570〕", "〔20234570〕"),
        ("宛环罚决字2015-12号", "宛环罚决字2015-12号"),
        ("12号〔2015〕", "12号〔2015〕"),
    ],
)
def test_a_number_has_one_form(text: str, number: str) -> None:
    assert canonical_document_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "石新市监 处罚〔 2025 〕xxx号",
        "豫宛烟处〔2020〕第××号",
        "xx市〔2020〕3号",
        "某市监罚〔2020〕3号",
        "当事人于2024年5月20日擅自经营",
        "2024年5月20日作出处罚",
        "关于南阳某公司的处罚决定，详见附件1",
        "详见附件1",
        "违反《广告法》第34条",
        "我局于2024年决定",
        "宛环罚〔2015〕号",
        "宛环罚〔2015〕第 号",
        "宛环罚〔2015〕__号",
        "宛环罚〔2015〕*号",
        "宛环罚〔2015〕",
        "无",
        "/",
        "处罚决定书",
        "12" * 41,
        "",
    ],
)
def test_a_placeholder_a_blank_and_a_sentence_are_no_number(text: str) -> None:
    assert canonical_document_number(text) is None


SPACES = st.text(alphabet=" \u3000\t\u00a0\u200b", max_size=2)


@given(
    st.sampled_from(["宛环罚决字", "京工商海处字", "(京)文执罚", "豫0923环罚决字", "秀山规资执[处罚决定]", ""]),
    st.integers(1949, 2099),
    st.sampled_from(["12号", "第1583号", "457", "TQ第Q-4008号", "第01064號"]),
    st.sampled_from(PAIRS),
    st.sampled_from(PAIRS),
    st.sampled_from(["both", "no opening", "no closing", "opening twice"]),
    st.booleans(),
    st.lists(SPACES, min_size=4, max_size=4),
)
def test_every_spelling_of_a_number_has_the_same_form(
    word: str, year: int, running: str, pair: str, other: str, missing: str, wide: bool, spaces: list[str]
) -> None:
    opening = "" if missing == "no opening" else pair[0]
    closing = {"no closing": "", "opening twice": other[0]}.get(missing, other[1])
    if missing == "no opening" and word.endswith(tuple("0123456789")):
        return
    text = spaces[0].join((word + opening, str(year) + spaces[1], closing + spaces[2], running + spaces[3]))
    assert canonical_document_number(text.translate(WIDE) if wide else text) == f"{word}〔{year}〕{running}"


@given(st.text(alphabet="〔〕[]【】()2015年0号第-补x字罚 ２\u200b", max_size=30))
def test_the_form_is_its_own_form(text: str) -> None:
    number = canonical_document_number(text)
    assert number is None or canonical_document_number(number) == number


@given(st.text(max_size=120))
def test_any_text_has_a_form_or_none(text: str) -> None:
    number = canonical_document_number(text)
    assert number is None or (number and not any(character.isspace() for character in number))
    has_bracketed_year(text)


def test_a_long_text_takes_no_longer_than_its_length() -> None:
    started = time.perf_counter()
    for piece in ("〔2015", "〔", "2015〕", "2015", "(", "号", "x", "。", " ", "\u200b"):
        text = piece * (100_000 // len(piece))
        assert canonical_document_number(text) is None
        bracket_years(text)
        has_bracketed_year(text)
    assert time.perf_counter() - started < 5
