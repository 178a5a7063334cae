"""Queries and filters made up at random: texts by the grammar of the query language, and trees no text leads to."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from importlib import resources
from itertools import pairwise
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from lark import Lark

from schema.tokens import tokens
from schema.vocabularies import NAMED_FIELDS, AnomalyKind, Certainty, Domain, SearchField
from stores.errors import QuerySyntaxError
from stores.search.parser import parse_query
from stores.search.query_tree import AllOf, AnyOf, Node, Not, Phrase, SearchQuery
from stores.search.words import synonym_groups
from tests.integration.search_findings import FOUND

_Text = TypeVar("_Text")
_LONGEST_PIECE = 12
_LONGEST_PHRASE = 6
_LONGEST_TEXT = 1_000
_MINUS_APART = re.compile(r"-\s+")
_SYNTAX = str.maketrans(dict.fromkeys('()（）"＂“” \t\r\n\u3000'))
_ODD_WORDS = (
    "！",
    "的",
    "〇",
    "々",
    "Ⅷ",
    "①",
    "㎡",
    "ﬁ",
    "é",
    "İ",
    "ß",
    "й",
    "한",
    "𠮷",
    "12.5",
    "x",
    "宛环罚(2021)1号",
)


def _one_of(texts: Sequence[_Text]) -> st.SearchStrategy[_Text]:
    """One of many texts: what is drawn from says how many there are, and not each of them."""
    return st.integers(0, len(texts) - 1).map(lambda place: texts[place])


def _pieces(text: str) -> st.SearchStrategy[str]:
    """A part of a text as it is written, punctuation included."""
    return st.tuples(st.integers(0, max(0, len(text) - 1)), st.integers(1, _LONGEST_PIECE)).map(
        lambda place: text[place[0] : sum(place)]
    )


def query_texts(texts: Sequence[str]) -> st.SearchStrategy[str]:
    """Texts that the grammar allows, of words and phrases of these texts, of synonyms, and of odd characters.

    What is put together by the rules need not be read by them: a word may grow together with its neighbour.
    """
    grammar = resources.files("stores.search").joinpath("grammar.lark").read_text("utf-8")
    written = _one_of(texts).flatmap(_pieces)
    known = st.sampled_from([*_ODD_WORDS, *(term for group in synonym_groups() for term in group)])
    words = (written | written | known).map(lambda word: word.translate(_SYNTAX)).filter(bool)
    phrases = words.filter(tokens)
    blank = st.sampled_from([" ", " ", "  ", "\u3000", "\n"])
    texts_of_rules = from_lark(
        Lark(grammar, parser="lalr", lexer="contextual"),
        explicit={
            "WORD": st.tuples(words, st.sampled_from([" ", ""])).map("".join),
            "PHRASE": phrases.map(lambda word: f'"{word}"') | phrases.map(lambda word: f"“{word}”"),
            "FIELD": st.tuples(
                st.sampled_from([" ", " ", ""]), st.sampled_from(NAMED_FIELDS), st.sampled_from([":", "：", ": "])
            ).map("".join),
            "MINUS": st.just(" -"),
            "NOT": st.just(" NOT "),
            "_OR": st.just(" OR "),
            "_AND": st.just(" AND "),
            "_LEFT": st.sampled_from([" (", " （"]),
            "_RIGHT": st.sampled_from([") ", "）"]),
            "_WHITE_SPACE": blank,
        },
    )
    return texts_of_rules.map(lambda text: _MINUS_APART.sub("-", text))


def read_queries(texts: Sequence[str]) -> st.SearchStrategy[SearchQuery]:
    """The queries that generated texts are read as."""
    return query_texts(texts).map(_read).filter(bool).map(lambda query: query or SearchQuery(None, ""))


def _read(text: str) -> SearchQuery | None:
    try:
        return parse_query(text)
    except QuerySyntaxError:
        return None


def _phrases(texts: Sequence[tuple[str, ...]]) -> st.SearchStrategy[Phrase]:
    """Some neighbouring tokens, in any field or in one."""

    def cut(text: tuple[str, ...], start: int, length: int, field: SearchField | None) -> Phrase:
        begin = start % len(text)
        return Phrase(text[begin : begin + length], field)

    return st.builds(
        cut,
        _one_of(texts),
        st.integers(0, _LONGEST_TEXT),
        st.integers(1, _LONGEST_PHRASE),
        st.none() | st.sampled_from(SearchField),
    )


def trees(texts: Sequence[str]) -> st.SearchStrategy[Node]:
    """Trees of any form, of phrases of these texts and of where one of them ends and another begins."""
    found = sorted({tuple(tokens(text)) for text in texts})
    edges = [left[-2:] + right[:2] for left, right in pairwise(found)]
    phrases = _phrases([text for text in [*found, *edges] if text])

    def groups(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        several = st.lists(children, min_size=2, max_size=4).map(tuple)
        return st.one_of(
            st.builds(Not, children), st.builds(AnyOf, several), st.builds(AllOf, several, st.none() | phrases)
        )

    return st.recursive(phrases, groups, max_leaves=10)


def queries(texts: Sequence[str]) -> st.SearchStrategy[SearchQuery]:
    """Queries of any making; one of nothing asks for every case."""
    return st.one_of(
        read_queries(texts),
        read_queries(texts),
        trees(texts).map(lambda tree: SearchQuery(tree, "")),
        st.just(SearchQuery(None, "")),
    )


_DAYS = st.sampled_from([date(2017, 2, 28), date(2020, 7, 1), date(2021, 3, 1), date(2022, 8, 8), date(2024, 2, 29)])
_AMOUNTS = st.sampled_from(["-1", "0", "0.01", "0.011", "500", "1200.095", "5000", "6000.00", "99999.999", "1e13"])


_KINDS = st.sampled_from([*sorted({found.kind for found in FOUND}), AnomalyKind.PENALTY_FOR_CRIME])
_RULES = st.sampled_from([*sorted({found.rule for found in FOUND}), "coercive.too-long"])


_FINDINGS = st.fixed_dictionaries(
    {},
    optional={
        "anomalies": st.lists(_KINDS, max_size=3).map(tuple),
        "certainty": st.none() | st.sampled_from(Certainty),
        "rules": st.lists(_RULES, max_size=3).map(tuple),
    },
)


def filters(**lists: Sequence[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A filter's fields; `lists` are what the lists of it are drawn from."""
    of_cases = st.fixed_dictionaries(
        {},
        optional={
            "domains": st.lists(st.sampled_from(Domain), max_size=3).map(tuple),
            "decided_from": _DAYS,
            "decided_to": _DAYS,
            "fine_min": _AMOUNTS.map(Decimal),
            "fine_max": _AMOUNTS.map(Decimal),
            "has_clue": st.none() | st.booleans(),
            "has_measure": st.none() | st.booleans(),
            **{name: st.lists(st.sampled_from(values), max_size=4).map(tuple) for name, values in lists.items()},
        },
    )
    return st.one_of(
        of_cases, of_cases, _FINDINGS, st.builds(lambda case, finding: {**case, **finding}, of_cases, _FINDINGS)
    )
