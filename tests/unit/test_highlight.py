"""Highlights: where phrases stand in a text, and the fragments that show them without what must not be seen."""

import re
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.tokens import token_spans, tokens
from schema.vocabularies import SearchField
from stores.search.highlight import find_spans, find_spans_outside, fragments
from stores.search.parser import parse_query
from stores.search.query_tree import AllOf, AnyOf, Node, Not, Phrase

FACTS, PARTY = SearchField.FACTS, SearchField.PARTY


def marked(query: str, text: str, field: SearchField = FACTS) -> list[str]:
    return [text[start:end] for start, end in find_spans(parse_query(query).tree, field, text)]


# -- spans --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        pytest.param("处置", "处置污水，处置污泥", ["处置", "处置"], id="every place"),
        pytest.param("a OR b", "a, b and ab", ["a", "b"], id="both alternatives, whole tokens only"),
        pytest.param("危废", "危险废物", ["危险废物"], id="a synonym"),
        pytest.param("污水 -污泥", "污水和污泥", ["污水"], id="nothing that is excluded"),
        pytest.param("-(a -b)", "a b", [], id="nothing within an exclusion"),
        pytest.param("facts:a party:b", "a b", ["a"], id="nothing of another field"),
        pytest.param('"12号"', "第１２ 号", ["１２ 号"], id="as written, punctuation between included"),
        pytest.param('"险废" "危险"', "危险废物", ["危险废"], id="overlapping places as one"),
        pytest.param("非法处置", "非法处置", ["非法处置"], id="touching places as one"),
        pytest.param('"m2"', "100㎡", [], id="no part of a token"),
        pytest.param('"m2"', "一㎡地", ["㎡"], id="one character of two"),
        pytest.param("郑环罚(2018)12号", "文号：郑环罚〔2018〕12号。", ["郑环罚〔2018〕12号"], id="a document number"),
    ],
)
def test_places_are_found_as_written(query: str, text: str, found: list[str]) -> None:
    assert marked(query, text) == found


def test_a_phrase_of_any_field_is_found_in_each() -> None:
    assert marked("party:a b", "a b", PARTY) == ["a", "b"]
    assert marked("party:a b", "a b", FACTS) == ["b"]


def test_without_a_query_or_a_text_nothing_is_found() -> None:
    assert find_spans(None, FACTS, "a") == []
    assert find_spans(Phrase(("a",)), FACTS, None) == []
    assert find_spans(Phrase(("a",)), FACTS, "") == []


def wanted(node: Node, field: SearchField) -> list[tuple[str, ...]]:
    match node:
        case Phrase(words, named):
            return [words] if named in {None, field} else []
        case Not():
            return []
        case AllOf(operands) | AnyOf(operands):
            return [words for operand in operands for words in wanted(operand, field)]


ALPHABET = st.sampled_from("危险废物。，< \n㎡½ab1İ")
PHRASES = st.builds(
    Phrase,
    st.text(ALPHABET, min_size=1, max_size=4).map(lambda text: tuple(tokens(text))).filter(bool),
    st.sampled_from([None, FACTS, PARTY]),
)
TREES = st.recursive(
    PHRASES,
    lambda nodes: (
        st.builds(Not, nodes)
        | st.builds(AllOf, st.lists(nodes, min_size=2, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(nodes, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=5,
)


@given(TREES, st.text(ALPHABET, max_size=60))
def test_spans_are_where_the_tokens_stand_side_by_side(node: Node, text: str) -> None:
    places = token_spans(text)
    expected = {
        position
        for words in wanted(node, FACTS)
        for first in range(len(places) - len(words) + 1)
        if tuple(place.text for place in places[first : first + len(words)]) == words
        for position in range(places[first].start, places[first + len(words) - 1].end)
    }
    found = find_spans(node, FACTS, text)
    assert {position for start, end in found for position in range(start, end)} == expected
    assert all(before[1] < after[0] for before, after in pairwise(found))


# -- fragments ----------------------------------------------------------------------------------------


def test_a_short_text_is_one_fragment_escaped_and_marked() -> None:
    assert fragments("a<b>&\n'c' d", [(2, 3), (10, 11)]) == ["a&lt;<em>b</em>&gt;&amp; 'c' <em>d</em>"]


def test_without_a_span_there_is_no_fragment() -> None:
    assert fragments("a b", []) == []
    assert fragments("a b", [(0, 1)], limit=0) == []


def test_the_fragments_with_the_most_matches_are_shown_in_the_order_of_the_text() -> None:
    text = f"a1{'.' * 100}a2 a3{'.' * 100}a4{'.' * 100}a5 a6 a7"
    spans = [found.span() for found in re.finditer(r"a\d", text)]
    assert [re.findall(r"<em>(..)</em>", shown) for shown in fragments(text, spans)] == [
        ["a1"],
        ["a2", "a3"],
        ["a5", "a6", "a7"],
    ]
    assert [re.findall(r"<em>(..)</em>", shown) for shown in fragments(text, spans, limit=1)] == [["a5", "a6", "a7"]]


def test_an_edge_prefers_the_end_of_a_sentence() -> None:
    text = f"{'前' * 50}。{'中' * 25}危废{'中' * 25}。{'后' * 50}"
    start = text.index("危废")
    assert fragments(text, [(start, start + 2)]) == [f"{'中' * 25}<em>危废</em>{'中' * 25}。"]


def test_a_match_at_the_end_has_its_context_before_it() -> None:
    assert fragments(f"{'中' * 100}危废", [(100, 102)]) == [f"{'中' * 58}<em>危废</em>"]


def test_a_fragment_neither_begins_nor_ends_with_white_space() -> None:
    text = f"{'中' * 50}。 \n{'中' * 20}危废{'中' * 28}\n\n{'中' * 50}"
    start = text.index("危废")
    assert fragments(text, [(start, start + 2)]) == [f"{'中' * 20}<em>危废</em>{'中' * 28}"]


def test_an_edge_does_not_cut_another_match() -> None:
    text = f"危废{'中' * 27}危险废物{'中' * 60}"
    assert fragments(text, [(0, 2), (29, 33)], size=30) == [
        f"<em>危废</em>{'中' * 27}",
        f"<em>危险废物</em>{'中' * 26}",
    ]


def test_a_match_longer_than_a_fragment_is_cut() -> None:
    assert fragments("中" * 100, [(10, 90)], size=20) == [f"<em>{'中' * 20}</em>"]


def test_a_cover_stands_in_place_of_the_name() -> None:
    text = "经查，张三丰倾倒危废。张三丰承认。"
    covers = [(3, 6, "张**"), (11, 14, "张**")]
    assert fragments(text, [(8, 10)], covers=covers) == ["经查，张**倾倒<em>危废</em>。张**承认。"]


def test_a_match_that_touches_a_cover_marks_all_of_its_replacement() -> None:
    text = "经查，张三丰倾倒危废。"
    assert fragments(text, [(4, 5)], covers=[(3, 6, "<某>")]) == ["经查，<em>&lt;某&gt;</em>倾倒危废。"]
    assert fragments(text, [(5, 8)], covers=[(3, 6, "张**")]) == ["经查，<em>张**倾倒</em>危废。"]
    assert fragments(text, [(2, 3), (6, 8)], covers=[(3, 6, "张**")]) == ["经查<em>，</em>张**<em>倾倒</em>危废。"]


def test_covers_that_overlap_are_one() -> None:
    assert fragments("张三丰 a", [(4, 5)], covers=[(1, 3, "*"), (0, 2, "张*")]) == ["张* <em>a</em>"]


def test_a_match_under_an_empty_replacement_is_not_shown() -> None:
    assert fragments("张三 a", [(0, 2)], covers=[(0, 2, "")]) == []


HIDDEN = "秘密"
REPLACEMENTS = ("【某】", "【*&<某】", "【" + "长" * 30 + "】")
PARTS = st.lists(
    st.tuples(
        st.text(st.sampled_from("危险废物。，<&; \nab"), max_size=40), st.text(st.sampled_from(HIDDEN), max_size=5)
    ),
    max_size=8,
)


@st.composite
def covered_texts(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]], list[tuple[int, int, str]], str]:
    """A text, spans and covers in it, and the text as it may be shown."""
    text = shown = ""
    covers: list[tuple[int, int, str]] = []
    for plain, hidden in draw(PARTS):
        text += plain
        shown += plain
        if hidden:
            replacement = draw(st.sampled_from(REPLACEMENTS))
            covers.append((len(text), len(text) + len(hidden), replacement))
            text += hidden
            shown += replacement
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    spans = draw(st.lists(places, max_size=10))
    return text, [(start, end) for start, end in spans if start < end], covers, shown


@given(covered_texts(), st.integers(1, 80), st.integers(0, 4))
def test_fragments_are_parts_of_the_covered_text_and_never_cut_or_show_what_is_covered(
    given_text: tuple[str, list[tuple[int, int]], list[tuple[int, int, str]], str], size: int, limit: int
) -> None:
    text, spans, covers, shown = given_text
    result = fragments(text, spans, covers=covers, size=size, limit=limit)
    assert len(result) <= limit
    assert bool(result) == bool(spans and limit)
    position = 0
    for fragment in result:
        plain = unescape(re.sub("</?em>", "", fragment))
        position = shown.replace("\n", " ").index(plain, position) + len(plain)
        assert not set(plain) & set(HIDDEN)
        assert re.fullmatch(r"(?:[^【】]|【[^【】]*】)*", plain)
        assert re.fullmatch(r"(?:[^<>]|<em>(?:[^<>])+</em>)+", fragment)
        assert "<em>" in fragment
        assert len(plain) <= size + 2 * (size // 6) + max(map(len, REPLACEMENTS))
        for emphasised in re.findall("<em>(.*?)</em>", fragment):
            assert re.fullmatch(r"(?:[^【】]|【[^【】]*】)*", emphasised)


# -- what may not be known ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text", "covers", "found"),
    [
        pytest.param("张三", "张三与张三丰", [(0, 2, "张*")], ["张三"], id="not in a covered part"),
        pytest.param('"与张"', "王五与张三", [(3, 5, "张*")], [], id="not across its start"),
        pytest.param('"三到"', "张三到场", [(0, 2, "张*")], [], id="not across its end"),
        pytest.param('"由到"', "由张三到场", [(1, 3, "张*")], [], id="not over it"),
        pytest.param("到场", "张三到场后，李四到场", [(0, 2, "张*"), (6, 8, "李*")], ["到场", "到场"], id="beside it"),
        pytest.param("到场", "张三到场", [], ["到场"], id="nothing covered"),
    ],
)
def test_no_match_is_found_in_a_covered_part_or_across_one(
    query: str, text: str, covers: list[tuple[int, int, str]], found: list[str]
) -> None:
    spans = find_spans_outside(parse_query(query).tree, FACTS, text, covers)
    assert [text[start:end] for start, end in spans] == found
