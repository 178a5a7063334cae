"""Both engines order, score, page and count alike, and compute nothing that nobody asks for."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from indexer.relay import Relay
from schema.vocabularies import CaseSort, Facet, SearchEngineName
from stores.elastic import CaseIndex
from stores.postgres import Database
from stores.rows import list_cases
from stores.search.elastic_engine import ElasticEngine, compile_request
from stores.search.postgres_engine import PostgresEngine
from stores.search.seam import SearchEngine, decode_position
from tests.integration.search_cases import LABELS
from tests.integration.search_corpus import Corpus, asked, load, now


@pytest.mark.parametrize(
    ("sort", "fields", "expected"),
    [
        (CaseSort.DECIDED_NEWEST, {"agencies": "X"}, "X5 X4 X2 X1 X3"),
        (CaseSort.DECIDED_OLDEST, {"agencies": "X"}, "X1 X2 X4 X5 X3"),
        (CaseSort.FINE_HIGHEST, {"agencies": "X"}, "X4 X1 X2 X3 X5"),
        (CaseSort.FINE_HIGHEST, {"agencies": "Z"}, "Z2 Z1 Z3"),
        (CaseSort.FINE_HIGHEST, {"agencies": "PH"}, "H3 H1 P5 P4 P3 P2 P6 H2 P1"),
        (CaseSort.RELEVANCE, {"agencies": "X"}, "X5 X4 X2 X1 X3"),
    ],
)
async def test_cases_come_in_order_with_unknown_values_last_and_the_newest_row_first_among_equals(
    corpus: Corpus, engine: SearchEngine, sort: CaseSort, fields: Mapping[str, Any], expected: str
) -> None:
    chosen = corpus.filter(**fields)
    request = asked(filter=chosen, sort=sort)
    assert corpus.found(await engine.search(request)) == expected.split()
    async with corpus.database.begin() as connection:
        listed = await list_cases(connection, chosen, request.sort, first=100, after=None)
    assert [corpus.labels[case.id] for case in listed] == expected.split()


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        # title 5, title 5, violation type 4 by the best field of each word; the whole run in the violation type 2 x 4.
        ("非法倾倒危险废物", {"W1": 5 + 5 + 4 + 8}),
        ('"非法倾倒危险废物"', {"W1": 4}),
        ("露天焚烧秸秆", {"W7": 5 + 1 + 2}),
        # Apart, the words score without the whole; party 6.
        ("设置标志", {"W2": 1 + 1}),
        ("大众超市", {"H2": 6 + 6 + 12, "P3": 6 + 6 + 12, "P2": 6 + 6 + 12}),
        ("COD OR ph", {"W4": 2, "W5": 1}),
        ("秸秆 -露天", {"W8": 1}),
        ("-号", {"X5": 0}),
        ("赵小满 OR 露天", {"W7": 6 + 5, "W3": 1}),
        # An alternative that does not hold as a whole adds nothing for its parts.
        ("秸秆 OR (秸秆 露天)", {"W7": 1 + 1 + 5, "W8": 1}),
        ("市监处罚〔2022〕100号", {"H2": 8, "P6": 8}),
    ],
)
async def test_a_score_is_the_sum_of_the_best_fields_weights_with_the_whole_run_counted_again(
    corpus: Corpus, engine: SearchEngine, text: str, scores: Mapping[str, int]
) -> None:
    answer = await engine.search(asked(text))
    found_scores = [(corpus.labels[position.case_id], position.score) for position in answer.positions]
    assert found_scores == list(scores.items())


async def test_facets_count_every_hit_however_few_are_shown_the_most_first_and_then_by_value(
    corpus: Corpus, engine: SearchEngine
) -> None:
    answer = await engine.search(asked("废水 OR 虚假宣传", first=1, facets=frozenset(Facet)))
    counts = {facet: [(value.value, value.count) for value in values] for facet, values in answer.facets.items()}
    agencies = {str(corpus.agencies[letter]): count for letter, count in {"X": 2, "W": 1, "P": 1, "H": 1}.items()}
    assert counts == {
        Facet.DOMAINS: [("ENVIRONMENT", 3), ("MARKET", 2)],
        Facet.AGENCIES: sorted(agencies.items(), key=lambda pair: (-pair[1], int(pair[0]))),
        Facet.REGIONS: [("411323", 2), ("411300", 1), ("411324", 1), ("420600", 1)],
        Facet.YEARS: [("2020", 2), ("2022", 2), ("2017", 1)],
    }
    assert len(answer.positions) == 1
    assert answer.total == 5


async def test_a_facet_leaves_unknown_values_out(engine: SearchEngine) -> None:
    answer = await engine.search(asked("占用 OR 秸秆焚烧", facets=frozenset({Facet.REGIONS, Facet.YEARS}), count=False))
    assert [(value.value, value.count) for value in answer.facets[Facet.REGIONS]] == [("411300", 2)]
    assert [(value.value, value.count) for value in answer.facets[Facet.YEARS]] == [
        ("2018", 1),
        ("2019", 1),
        ("2023", 1),
    ]
    assert answer.total is None


async def test_no_hit_has_empty_facets(engine: SearchEngine) -> None:
    answer = await engine.search(asked("不存在的词组", facets=frozenset(Facet)))
    assert dict(answer.facets) == {facet: [] for facet in Facet}


async def test_a_page_of_none_still_counts(engine: SearchEngine) -> None:
    answer = await engine.search(asked("废水", first=0, facets=frozenset({Facet.DOMAINS})))
    assert (list(answer.positions), answer.has_next, answer.total) == ([], True, 3)
    assert not (await engine.search(asked("不存在的词组", first=0))).has_next


@pytest.mark.parametrize("sort", list(CaseSort))
@pytest.mark.parametrize("size", [1, 7])
async def test_walking_every_page_gives_each_hit_exactly_once_in_the_order_of_one_long_page(
    corpus: Corpus, engine: SearchEngine, sort: CaseSort, size: int
) -> None:
    whole = await engine.search(asked("号 OR 粪污", sort=sort))
    walked: list[str] = []
    after = None
    while True:
        page = await engine.search(asked("号 OR 粪污", sort=sort, first=size, after=after))
        walked += corpus.found(page)
        assert page.total == len(LABELS)
        if not page.has_next:
            break
        after = decode_position(page.positions[-1].encode(), sort)
    assert walked == corpus.found(whole)
    assert sorted(walked) == sorted(LABELS)


async def test_each_engine_says_that_it_answered(corpus: Corpus) -> None:
    for name, engine in corpus.engines.items():
        assert (await engine.search(asked())).engine is SearchEngineName(name.upper())


def test_elasticsearch_is_asked_for_no_count_and_no_facet_that_nobody_wants() -> None:
    body = compile_request(asked("废水", count=False))
    assert body["track_total_hits"] is False
    assert "aggs" not in body
    assert set(compile_request(asked("废水", facets=frozenset({Facet.YEARS})))["aggs"]) == {"years"}


async def test_postgresql_is_asked_for_no_count_and_no_facet_that_nobody_wants(corpus: Corpus) -> None:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(corpus.database.engine.sync_engine, "before_cursor_execute", note)
    try:
        engine = corpus.engines["postgresql"]
        await engine.search(asked("废水", count=False))
        assert len(statements) == 1
        assert "count(" not in statements[0]
        await engine.search(asked("废水", facets=frozenset(Facet)))
        assert len(statements) == 3
    finally:
        event.remove(corpus.database.engine.sync_engine, "before_cursor_execute", note)


async def test_a_facet_holds_a_hundred_values_at_most(database: Database, index: CaseIndex, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    with path.open("w", encoding="utf-8") as feed:
        for number in range(101):
            agency = {"kind": "agency", "name": f"第{number}局", "region": "411300"}
            cases = [
                {"kind": "penalty_case", "agency": agency["name"], "documentNumber": f"罚〔2021〕{case}号"}
                for case in range(2 if number in {50, 100} else 1)
            ]
            feed.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in (agency, *cases))
    await load(database, path)
    await Relay(database, index, now).drain()
    request = asked("罚", first=0, facets=frozenset({Facet.AGENCIES}))
    answers = [await engine.search(request) for engine in (PostgresEngine(database), ElasticEngine(index))]
    for answer in answers:
        counts = answer.facets[Facet.AGENCIES]
        assert [value.count for value in counts] == [2, 2] + [1] * 98
        values = [int(value.value) for value in counts]
        assert values[2:] == sorted(values[2:])
        assert answer.total == 103
    assert answers[0].facets == answers[1].facets
