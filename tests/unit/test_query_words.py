"""The words of the field: their data, and how a run of Han characters is segmented by them."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.tokens import tokens
from stores.search.words import dictionary, segmenter, synonym_groups, synonyms_of

GROUPS = synonym_groups()
TERMS = {term for group in GROUPS for term in group}


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Load the dictionary outside the time of any one example."""
    segmenter()


def is_han(term: str) -> bool:
    return all("\u4e00" <= character <= "\u9fff" for character in term)


def test_the_dictionary_has_each_word_once_and_nothing_but_han_characters() -> None:
    words = dictionary()
    assert len(words) >= 250
    assert [word for word, count in Counter(words).items() if count > 1] == []
    assert [word for word in words if not is_han(word) or len(word) < 2] == []


def test_every_group_has_two_terms_or_more_and_each_once() -> None:
    assert len(GROUPS) >= 40
    for group in GROUPS:
        written = [" ".join(tokens(term)) for term in group]
        assert len(set(written)) == len(group) > 1
        assert all(written)
        assert [term for term in group if term != term.strip()] == []


def test_no_group_repeats_another() -> None:
    sets = [frozenset(group) for group in GROUPS]
    assert [first for first in sets for second in sets if first is not second and first <= second] == []


def test_a_word_of_the_field_is_never_cut() -> None:
    words = {*dictionary(), *filter(is_han, TERMS)}
    assert [word for word in words if segmenter().words(word) != [word]] == []


def test_synonyms_hold_in_both_directions() -> None:
    for group in GROUPS:
        for term in group:
            others = {tuple(tokens(other)) for other in group if other != term}
            synonyms = synonyms_of(tuple(tokens(term)))
            assert others <= set(synonyms)
            assert len(set(synonyms)) == len(synonyms)


def test_agencies_with_one_successor_are_not_synonyms_of_each_other() -> None:
    successor = tuple("市场监督管理局")
    assert successor in synonyms_of(tuple("工商局"))
    assert successor in synonyms_of(tuple("食药监局"))
    assert tuple("食药监局") not in synonyms_of(tuple("工商局"))


def test_a_word_without_synonyms_has_none() -> None:
    assert synonyms_of(("猪",)) == ()


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("非法处置危险废物", ["非法", "处置", "危险废物"]),
        ("郑州市生态环境局", ["郑州市", "生态环境局"]),
        ("未取得许可证经营", ["未取得许可证", "经营"]),
        ("取消法人资格", ["取消", "法人资格"]),
    ],
)
def test_a_run_is_cut_into_words_the_field_knows(run: str, words: list[str]) -> None:
    assert segmenter().words(run) == words


@pytest.mark.parametrize(
    ("run", "words"),
    [
        pytest.param("李某某倾倒污泥", ["李某某", "倾倒", "污泥"], id="a name no dictionary knows is one word"),
        pytest.param("污染罪", ["污染罪"], id="a suffix joins the word before it"),
        pytest.param("企业未取得批准", ["企业", "未取得", "批准"], id="a negation joins the word after it"),
        pytest.param("县企业", ["县企业"], id="the first character joins the word after it"),
        pytest.param("销售的猪肉", ["销售", "的", "猪肉"], id="a particle joins nothing"),
        pytest.param("销售的罪", ["销售", "的", "罪"], id="nothing joins a particle"),
        pytest.param("县的企业", ["县", "的", "企业"], id="nothing joins a particle after it"),
        pytest.param("污", ["污"], id="a character alone is a word"),
    ],
)
def test_single_characters_join_what_they_belong_to(run: str, words: list[str]) -> None:
    assert segmenter().words(run) == words


@given(
    st.text(
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5) | st.sampled_from("的未局危险废物处置在"), min_size=1
    )
)
def test_no_character_is_dropped_or_moved(run: str) -> None:
    assert "".join(segmenter().words(run)) == run
