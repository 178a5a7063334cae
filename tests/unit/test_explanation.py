"""`jiandu search --explain` for a terminal: three texts side by side, or one below the other."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands.explanation import print_explanation
from schema.access_records import EVERYTHING
from schema.vocabularies import CaseSort, Domain
from stores.search.explanation import Explanation, explanation_of
from stores.search.parser import parse_query
from stores.search.seam import CaseFilter, SearchRequest, effective_sort

QUERY = '危险废物倾倒 -贮存 (agency:环境保护局 OR "it\'s AND x")'


def explained(text: str | None, *, count: bool = True) -> Explanation:
    query = parse_query(text)
    return explanation_of(
        SearchRequest(
            scope=EVERYTHING,
            query=query,
            filter=CaseFilter(domains=(Domain.ENVIRONMENT,)),
            sort=effective_sort(CaseSort.RELEVANCE, query),
            first=20,
            after=None,
            count=count,
            facets=frozenset(),
        )
    )


def printed(text: str | None, columns: int, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    patch.setenv("COLUMNS", str(columns))
    print_explanation(explained(text))
    return capsys.readouterr().out


def parts(out: str) -> list[str]:
    """The three texts of a narrow terminal, without their headings."""
    pieces = re.split(r"^(?:Parse tree|Elasticsearch|PostgreSQL) ─+\n", out, flags=re.MULTILINE)
    assert len(pieces) == 4
    return [piece.strip() for piece in pieces[1:]]


def test_a_wide_terminal_shows_the_three_side_by_side(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = printed(QUERY, 200, monkeypatch, capsys).splitlines()
    assert lines[0].startswith('Searched for: (("危险废物" OR "危废") "倾倒") -"贮存"')
    assert any(re.fullmatch(r"┃ Parse tree +┃ Elasticsearch +┃ PostgreSQL +┃", line) for line in lines)
    assert any("all of" in line and "SELECT" in line and "{" in line for line in lines)


def test_side_by_side_no_character_of_a_long_request_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wide = printed("危废 -贮存 agency:环保局", 170, monkeypatch, capsys)
    narrow = printed("危废 -贮存 agency:环保局", 80, monkeypatch, capsys)
    assert "…" not in wide
    assert [wide.count(character) for character in "危废险物贮存"] == [
        narrow.count(character) for character in "危废险物贮存"
    ]


def test_a_narrow_one_shows_them_one_below_the_other_and_breaks_no_literal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tree, request, sql = parts(printed(QUERY, 80, monkeypatch, capsys))
    assert tree.splitlines() == [
        "all of",
        '├── all of; better as a whole: "危险废物倾倒"',
        "│   ├── any of",
        '│   │   ├── "危险废物"',
        '│   │   └── "危废"',
        '│   └── "倾倒"',
        "├── none of",
        '│   └── "贮存"',
        "└── any of",
        '    ├── "环境保护局" in agency',
        '    ├── "环保局" in agency',
        '    ├── "生态环境局" in agency',
        '    └── "it s and x"',
    ]
    explanation = explained(QUERY)
    assert json.loads(request) == explanation.elasticsearch
    assert [statement.split() for statement in sql.split(";")] == [
        *(statement.split() for statement in explanation.sql),
        [],
    ]
    assert "' it s and x '" in sql


def test_no_query_asks_for_every_case(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(None, 80, monkeypatch, capsys)
    assert out.startswith("Searched for: every case\n")
    tree, request, _ = parts(out)
    assert tree == "every case"
    assert json.loads(request)["query"] == {"bool": {"filter": [{"terms": {"domain": ["ENVIRONMENT"]}}]}}
    assert explained(None).as_json()["tree"] is None


def test_the_json_nests_as_the_tree_does() -> None:
    explanation = explained('"ab c" -number:12').as_json()
    assert set(explanation) == {"interpretedAs", "tree", "elasticsearch", "sql"}
    assert explanation["tree"] == {
        "all": [
            {"phrase": "ab c", "tokens": ["ab", "c"], "field": None},
            {"not": {"phrase": "12", "tokens": ["12"], "field": "number"}},
        ]
    }
    whole = explained("危险废物倾倒").as_json()["tree"]["whole"]
    assert whole == {"phrase": "危险废物倾倒", "tokens": list("危险废物倾倒"), "field": None}
    assert len(explained("罚", count=False).sql) == 1


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text(st.characters(exclude_characters='"“”'), max_size=8), min_size=1, max_size=4))
def test_whatever_is_asked_what_is_printed_steers_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    query = " ".join(f'"废{word}"' for word in words)
    out = printed(query, 80, monkeypatch, capsys)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]", out)
    assert json.loads(parts(out)[1]) == explained(query).elasticsearch
