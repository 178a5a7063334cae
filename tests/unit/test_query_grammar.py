"""The query language: what a query means, what it is written out as, and where an error points."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.tokens import tokens
from schema.vocabularies import NAMED_FIELDS, SearchField
from stores.errors import QuerySyntaxError
from stores.search.parser import MAX_DEPTH, MAX_LENGTH, MAX_WORDS, parse_query
from stores.search.query_tree import AllOf, AnyOf, Node, Not, Phrase, SearchQuery
from stores.search.rendering import render


def phrase(text: str, field: SearchField | None = None) -> Phrase:
    return Phrase(tuple(tokens(text)), field)


def tree(text: str) -> Node:
    parsed = parse_query(text).tree
    assert parsed is not None
    return parsed


def error(text: str) -> QuerySyntaxError:
    with pytest.raises(QuerySyntaxError) as raised:
        parse_query(text)
    return raised.value


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Load the grammar and the dictionary outside the time of any one example."""
    parse_query("非法处置")


A, B, C, D = (phrase(letter) for letter in "abcd")


# -- words and operators ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [None, "", " ", "\u3000\n\t"])
def test_nothing_asks_for_every_case(text: str | None) -> None:
    assert parse_query(text) == SearchQuery(None, "")


@pytest.mark.parametrize("text", ["a b", "a AND b", "a\u3000b", "  a\nb ", "(a)(b)", '"a"b', "((a) b)"])
def test_words_are_anded(text: str) -> None:
    assert tree(text) == AllOf((A, B))


def test_not_binds_tighter_than_and_and_and_tighter_than_or() -> None:
    assert tree("a b OR -c d") == AnyOf((AllOf((A, B)), AllOf((Not(C), D))))
    assert tree("a AND NOT b OR c") == AnyOf((AllOf((A, Not(B))), C))


@pytest.mark.parametrize("text", ["a (b OR c)", "a （b OR c）", "a(b OR c)", "a AND (b OR (c))"])
def test_parentheses_group(text: str) -> None:
    assert tree(text) == AllOf((A, AnyOf((B, C))))


def test_alternatives_of_alternatives_are_flat_and_each_phrase_stands_once() -> None:
    assert tree("a OR (b OR c) OR a") == AnyOf((A, B, C))
    assert tree("危废 OR 危险废物") == AnyOf((phrase("危废"), phrase("危险废物")))
    assert tree("a OR A") == A


@pytest.mark.parametrize("text", ["-a", "NOT a", "-(a)", '-"a"', "NOT NOT NOT a", "--a NOT ！", "-(-(-a))"])
def test_exclusion_alone_is_a_query(text: str) -> None:
    assert tree(text) == Not(A)


def test_excluding_an_exclusion_is_the_thing_itself() -> None:
    assert tree("NOT -a") == A


@pytest.mark.parametrize("text", ["a-b", "a--b", "-a-b"])
def test_a_minus_inside_a_word_is_punctuation(text: str) -> None:
    expected = phrase("a b")
    assert tree(text) == (Not(expected) if text.startswith("-") else expected)


def test_a_minus_excludes_after_white_space_and_after_a_parenthesis_only() -> None:
    assert tree("(-a b)") == AllOf((Not(A), B))
    assert tree('"a"-b') == AllOf((A, B))


@pytest.mark.parametrize("text", ["or", "And", "not", "ORa", "aOR", "NOT-a"])
def test_operators_are_whole_words_in_capitals(text: str) -> None:
    assert tree(text) == phrase(text)


@pytest.mark.parametrize("text", ['"a b"', "“a b”", "＂a b＂", "”a b“", '"a，b"', '“a"b”'])
def test_a_phrase_stands_in_straight_or_curly_quotes(text: str) -> None:
    assert tree(text) == phrase("a b")


def test_a_phrase_is_neither_segmented_nor_given_synonyms() -> None:
    assert tree('"非法处置危废"') == phrase("非法处置危废")
    assert tree("“危废”") == phrase("危废")


def test_width_and_case_are_folded() -> None:
    assert tree("ＡＢＣ１２") == phrase("abc12")


@pytest.mark.parametrize("text", ["a ！", "a OR ！", "！ a", "a -！", "a (！)", "a party:！", "(！ OR 。) a"])
def test_a_word_of_punctuation_says_nothing(text: str) -> None:
    assert tree(text) == A


# -- fields -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", NAMED_FIELDS)
def test_a_field_is_named_before_a_colon_of_either_width_in_any_case(field: SearchField) -> None:
    expected = phrase("x1", field)
    for text in (f"{field}:x1", f"{field.upper()}：x1", f'{field.title()}:"x1"', f"{field}:（x1）", f"{field}: x1"):
        assert tree(text) == expected


def test_a_field_holds_for_its_group_and_one_inside_wins() -> None:
    party, agency = SearchField.PARTY, SearchField.AGENCY
    assert tree("party:(a OR -b agency:c) d") == AllOf(
        (AnyOf((phrase("a", party), AllOf((Not(phrase("b", party)), phrase("c", agency))))), D)
    )


def test_a_field_can_be_excluded() -> None:
    assert tree("-party:a") == Not(phrase("a", SearchField.PARTY))


@pytest.mark.parametrize(
    "text", ["12:30", "当事人：张三", "http://x", "张三party:x", "文号:12", "ｐａｒｔｙ：a", "：a"]
)
def test_any_other_colon_is_punctuation(text: str) -> None:
    assert tree(text) == phrase(text)


# -- document numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "郑环罚(2018)12号",
        "郑环罚（2018）12号",
        "郑环罚〔2018〕12号",
        "郑环罚【２０１８】12号",
        "郑环罚[2018]12号",
        "郑环罚〔 2018〕12号",
        "郑环罚（\u30002018 ）12号",
        "(京)文执罚〔2018〕第40213号",
        "（京海）食药监食罚〔2016〕270391号",
        "秀山规资执[处罚决定]〔2025〕18号",
        "豫（郑）环（固）罚(2018)12号",
        "（2018）京0108行初1号",
        "(2018)12",
    ],
)
@pytest.mark.parametrize("around", ["{}", "-{}", "number:{}", "({})", "({} OR {})", "a {}"])
def test_a_document_number_is_one_phrase(text: str, around: str) -> None:
    field = SearchField.NUMBER if "number" in around else None
    number = phrase(text, field)
    expected = {"-{}": Not(number), "a {}": AllOf((A, number))}.get(around, number)
    assert tree(around.format(text, text)) == expected


def test_a_year_whose_bracket_was_not_closed_is_told_from_the_number_after_it() -> None:
    assert tree("〔2023457") == Phrase(("2023", "457"))
    assert tree("number:“〔2023457”") == Phrase(("2023", "457"), SearchField.NUMBER)
    assert tree('"〔2023457"') == Phrase(("2023457",))


def test_grouping_around_a_year_is_grouping() -> None:
    group = AnyOf((phrase("危险废物"), phrase("危废"), phrase("污水")))
    assert tree("(危险废物 OR 污水) 2018") == AllOf((group, phrase("2018")))
    assert tree("(危险废物 OR 污水)2018") == AllOf((group, phrase("2018")))
    assert tree("(2018 OR 2019)") == AnyOf((phrase("2018"), phrase("2019")))
    assert tree("(a) b〔2018〕1号") == AllOf((A, phrase("b 2018 1号")))


def test_a_pair_of_parentheses_within_a_name_belongs_to_the_name() -> None:
    assert tree("party:中国石化销售（北京）有限公司") == phrase("中国石化销售北京有限公司", SearchField.PARTY)
    assert tree("a (b) c") == AllOf((A, B, C))


# -- segmentation and synonyms ------------------------------------------------------------------------


def test_a_run_of_han_characters_is_segmented_and_kept_whole_for_the_score() -> None:
    expected = AllOf(
        (phrase("非法"), phrase("处置"), AnyOf((phrase("危险废物"), phrase("危废")))), whole=phrase("非法处置危险废物")
    )
    assert tree("非法处置危险废物") == expected
    assert tree("非法处置危险废物，") == expected
    assert tree("非法处置危险废物 a") == AllOf((expected, A))


def test_a_segmented_run_stays_in_its_field() -> None:
    facts = SearchField.FACTS
    expected = AllOf((phrase("非法", facts), phrase("处置", facts)), whole=phrase("非法处置", facts))
    assert tree("facts:非法处置") == tree("facts:(非法处置)") == expected


@pytest.mark.parametrize("text", ["废物、污水", "非法处置3吨", "《行政处罚法》", "a处置污水", "第23条"])
def test_a_word_of_mixed_scripts_or_with_punctuation_is_one_phrase(text: str) -> None:
    assert tree(text) == phrase(text)


def test_a_word_is_searched_with_its_synonyms() -> None:
    assert tree("危废") == AnyOf((phrase("危废"), phrase("危险废物")))
    assert tree("cod") == AnyOf((phrase("COD"), phrase("化学需氧量")))
    assert tree("-agency:责改") == Not(
        AnyOf((phrase("责改", SearchField.AGENCY), phrase("责令改正", SearchField.AGENCY)))
    )


# -- what was understood ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "interpreted_as"),
    [
        ("危废 -party:张三", '("危废" OR "危险废物") -party:"张三"'),
        ("a b OR c", '(("a" "b") OR "c")'),
        ("-(a b)", '-("a" "b")'),
        ("非法处置 a", '("非法" "处置") "a"'),
        ("郑环罚(2018)12号", '"郑环罚2018 12号"'),
        ("GB 18597-2023标准", '"gb" "18597 2023标准"'),
    ],
)
def test_what_was_understood_is_written_in_the_same_language(text: str, interpreted_as: str) -> None:
    assert parse_query(text).interpreted_as == interpreted_as


# -- errors -------------------------------------------------------------------------------------------

OPERAND = ("a word", "a phrase in quotes", "(")


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        pytest.param("a OR", 2, OPERAND, id="OR with nothing after it"),
        pytest.param("OR a", 0, OPERAND, id="OR with nothing before it"),
        pytest.param("(OR a)", 1, OPERAND, id="OR with nothing before it in a group"),
        pytest.param("(a OR)", 3, OPERAND, id="OR with nothing after it in a group"),
        pytest.param("a OR OR b", 5, OPERAND, id="OR twice"),
        pytest.param("AND", 0, OPERAND, id="AND alone"),
        pytest.param("a AND ", 2, OPERAND, id="AND with nothing after it"),
        pytest.param("a NOT", 2, OPERAND, id="NOT with nothing after it"),
        pytest.param("a -", 2, OPERAND, id="a minus at the end"),
        pytest.param("2018 - 2019", 5, OPERAND, id="a minus that touches nothing"),
        pytest.param("(a -)", 3, OPERAND, id="a minus before a parenthesis"),
        pytest.param("a party:", 2, OPERAND, id="a field with nothing after it"),
        pytest.param("(party:)", 1, OPERAND, id="a field with nothing after it in a group"),
        pytest.param("party:OR", 6, OPERAND, id="a field before an operator"),
        pytest.param("party: -a", 7, OPERAND, id="an exclusion after a field"),
        pytest.param("party:NOT a", 6, OPERAND, id="NOT after a field"),
        pytest.param("party:facts:a", 6, OPERAND, id="two fields"),
        pytest.param("a (b", 2, (")",), id="a parenthesis not closed"),
        pytest.param("((a)", 0, (")",), id="the outer parenthesis not closed"),
        pytest.param("(a) (b (c", 7, (")",), id="two parentheses not closed: the inner one"),
        pytest.param("（", 0, (")",), id="a parenthesis alone"),
        pytest.param("a) b", 1, OPERAND, id="a parenthesis not opened"),
        pytest.param("a ()", 2, OPERAND, id="an empty group"),
        pytest.param("a （\u3000）", 2, OPERAND, id="a blank group"),
        pytest.param('a ""', 2, ("a word",), id="an empty phrase"),
        pytest.param("“ 。”", 0, ("a word",), id="a phrase without a word"),
        pytest.param('a "b', 2, ('"',), id="a straight quote not closed"),
        pytest.param("a “b", 2, ("”",), id="a curly quote not closed"),
        pytest.param('“a"', 0, ("”",), id="a quote closed by another kind"),
        pytest.param("a foo:b", 2, tuple(NAMED_FIELDS), id="an unknown field"),
        pytest.param("-Title：b", 1, tuple(NAMED_FIELDS), id="a field that cannot be named"),
        pytest.param("party:foo:b", 6, tuple(NAMED_FIELDS), id="an unknown field after a field"),
        pytest.param(" ！", 0, OPERAND, id="nothing but punctuation"),
        pytest.param("\ud800\x00😀", 0, OPERAND, id="no letter at all"),
    ],
)
def test_an_error_points_at_its_character_and_says_what_could_stand_there(
    text: str, position: int, expected: tuple[str, ...]
) -> None:
    raised = error(text)
    assert (raised.position, raised.expected) == (position, expected)
    assert raised.extensions == {"position": position, "expected": list(expected)}
    assert raised.message.endswith(".")


def test_a_query_is_limited_in_length() -> None:
    assert parse_query("a" * MAX_LENGTH).tree is not None
    assert error("a" * (MAX_LENGTH + 1)).position == MAX_LENGTH
    assert parse_query(" " * (MAX_LENGTH + 1)).tree is None


def test_a_query_is_limited_in_words() -> None:
    assert parse_query("a " * MAX_WORDS).tree is not None
    assert error("a " * MAX_WORDS + '"b"').position == 2 * MAX_WORDS
    assert error("a " * (MAX_WORDS - 1) + "非法处置").position == 2 * (MAX_WORDS - 1)


def test_a_query_is_limited_in_what_it_and_its_synonyms_look_up() -> None:
    successor = "市场监督管理局 "
    assert error(successor * 40).position == 28 * len(successor)
    assert isinstance(tree(f"party:({successor * 40})"), AllOf)


def test_a_query_is_limited_in_depth() -> None:
    assert tree("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH) == A
    assert error("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1)).position == MAX_DEPTH
    assert error("-(" * (MAX_LENGTH // 2)).position == 2 * MAX_DEPTH + 1


def test_a_long_chain_of_negations_is_no_depth() -> None:
    assert tree("NOT " * 248 + "a") == A


# -- properties ---------------------------------------------------------------------------------------

ANY_TEXT = st.text(st.characters(exclude_categories=()))
PIECES = st.sampled_from(
    [
        *'"“”＂()（）-:：  \u3000aй！。ß½\ud800\x00😀的',
        *("OR", " OR ", " AND ", "NOT ", " -", "party:", "Number：", "foo:", "B2", "2018", "12号"),
        *("〔2018〕", "(2018)", "（京）", "【 2021】", "危险废物", "危废", "非法处置", "张三", "食药监"),
    ]
)
QUERIES = ANY_TEXT | st.lists(PIECES, max_size=40).map("".join) | st.lists(PIECES | ANY_TEXT, max_size=12).map("".join)


def without_whole(node: Node) -> Node:
    match node:
        case Phrase():
            return node
        case Not(operand):
            return Not(without_whole(operand))
        case AnyOf(operands):
            return AnyOf(tuple(map(without_whole, operands)))
        case AllOf(operands):
            return replace(node, operands=tuple(map(without_whole, operands)), whole=None)


def keeps_limits(text: str) -> bool:
    depth = deepest = 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        deepest = max(deepest, depth)
    return len(text) <= MAX_LENGTH and text.count('"') <= 2 * MAX_WORDS and deepest <= MAX_DEPTH


def read(text: str) -> SearchQuery | QuerySyntaxError:
    try:
        return parse_query(text)
    except QuerySyntaxError as raised:
        return raised


@given(QUERIES)
def test_any_text_is_a_query_or_a_syntax_error_within_it(text: str) -> None:
    query = read(text)
    if isinstance(query, QuerySyntaxError):
        assert 0 <= query.position <= len(text)
    else:
        assert (query.tree is None) == (not text.strip()) == (query.interpreted_as == "")


@given(QUERIES)
def test_what_was_understood_is_understood_alike(text: str) -> None:
    query = read(text)
    if isinstance(query, SearchQuery) and query.tree is not None and keeps_limits(query.interpreted_as):
        assert parse_query(query.interpreted_as) == SearchQuery(without_whole(query.tree), query.interpreted_as)


TOKENS = st.lists(st.sampled_from([*"危险废物a1й", "2018", "abc", "x9"]), min_size=1, max_size=5).map(tuple)
PHRASES = st.builds(Phrase, TOKENS, st.none() | st.sampled_from(NAMED_FIELDS))


def combined(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Trees in the form the parser gives them: no exclusion of an exclusion, no alternatives among alternatives."""
    return (
        st.builds(Not, nodes.filter(lambda node: not isinstance(node, Not)))
        | st.builds(
            AnyOf,
            st.lists(nodes.filter(lambda node: not isinstance(node, AnyOf)), min_size=2, max_size=4, unique=True).map(
                tuple
            ),
        )
        | st.builds(AllOf, st.lists(nodes, min_size=2, max_size=4).map(tuple))
    )


@given(st.recursive(PHRASES, combined, max_leaves=12))
def test_any_tree_written_out_is_parsed_into_itself(node: Node) -> None:
    assert parse_query(render(node)) == SearchQuery(node, render(node))
