"""Both engines answer every query as a person works it out by hand, and every production of the grammar is asked."""

import re
from collections import Counter
from importlib import resources

import pytest
from lark import Lark

from schema.access_records import EVERYTHING, Scope
from stores.search.parser import MAX_DEPTH, MAX_LENGTH
from stores.search.seam import SearchEngine
from tests.integration.conformance_queries import QUERIES
from tests.integration.search_corpus import Corpus, asked

ASKED = [query for group in QUERIES.values() for query in group]
_SHOWN = 40


@pytest.mark.parametrize(("text", "expected"), ASKED, ids=[str(text)[:_SHOWN] for text, _ in ASKED])
async def test_a_query_finds_these_cases_and_no_other(
    corpus: Corpus, engine: SearchEngine, text: str | None, expected: str
) -> None:
    answer = await engine.search(asked(text))
    assert sorted(corpus.found(answer)) == sorted(expected.split())
    assert answer.total == len(expected.split())
    assert not answer.has_next


def test_each_query_is_asked_once_and_there_are_150_and_more() -> None:
    counts = Counter(text for text, _ in ASKED)
    assert [text for text, count in counts.items() if count > 1] == []
    assert len(counts) >= 150


def test_the_queries_use_every_production_of_the_grammar() -> None:
    grammar = resources.files("stores.search").joinpath("grammar.lark").read_text("utf-8")
    parser = Lark(grammar, parser="lalr", lexer="contextual", keep_all_tokens=True)
    trees = [parser.parse(text) for text, _ in ASKED if text and text.strip()]
    used = {token.type for tree in trees for token in tree.scan_values(lambda _: True)}
    used |= {branch.data for tree in trees for branch in tree.iter_subtrees()}
    assert {terminal.name for terminal in parser.terminals} - used == {"_WHITE_SPACE"}
    # Rules of one branch leave none in the tree, and parts of a word's pattern no token of their own.
    productions = set(re.findall(r"^\??([a-z_]+):|-> ([a-z_]+)", grammar, re.MULTILINE))
    assert {name for pair in productions for name in pair if name} - used == {"operand", "term"}
    parts = re.findall(r"^(_BRACKETED_YEAR|_NUMBER_PREFIX|_ATTACHED_PAIR): /(.+)/$", grammar, re.MULTILINE)
    assert len(parts) == 3
    for name, pattern in parts:
        assert any(re.search(pattern, text) for text, _ in ASKED if text), name


WORST_NESTING = [
    "镉 OR 号 ({})",
    "镉 OR 号 -({})",
    "镉 OR -(号 {})",
    "号 (镉 OR 号 -({}))",
    "-(镉 OR 号 ({}))",
]
INNERMOST = "非法倾倒危险废物 OR 号 -违法所得倾倒"


SCOPES = [EVERYTHING, Scope(agency_id=1, unassigned=True)]


@pytest.mark.parametrize("scope", SCOPES, ids=["everything", "a narrow scope without names"])
@pytest.mark.parametrize("around", WORST_NESTING)
async def test_both_engines_take_the_deepest_query_there_is(corpus: Corpus, around: str, scope: Scope) -> None:
    text = INNERMOST
    while (deeper := around.format(text)).count("(") <= MAX_DEPTH:
        text = deeper
    answers = [await engine.search(asked(text, scope=scope)) for engine in corpus.engines.values()]
    assert list(answers[0].positions) == list(answers[1].positions)
    assert answers[0].total == answers[1].total


@pytest.mark.parametrize("scope", SCOPES, ids=["everything", "a narrow scope without names"])
async def test_both_engines_take_the_longest_phrase_and_the_most_words_there_are(corpus: Corpus, scope: Scope) -> None:
    for text in (f'"{"镉号" * (MAX_LENGTH // 2 - 1)}"', "a" * MAX_LENGTH, "号 " * 64, " OR ".join(["危废", "号"] * 32)):
        answers = [await engine.search(asked(text, scope=scope)) for engine in corpus.engines.values()]
        assert list(answers[0].positions) == list(answers[1].positions)
        assert answers[0].total == answers[1].total
