"""What `search --explain` prints is what the engines are asked: run by hand, it finds what they find."""

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings

from schema.access_records import EVERYTHING
from schema.vocabularies import CaseSort, Domain, Facet
from stores.search.explanation import explanation_of
from stores.search.query_tree import SearchQuery
from stores.search.seam import SearchRequest, effective_sort
from tests.conftest import seeing_all
from tests.integration.search_cases import AGENCIES, CASES, USCC_OF_MARKET
from tests.integration.search_corpus import Corpus, asked
from tests.integration.search_generation import filters, queries

QUERIES = (
    None,
    "危险废物",
    '废水 -排放 OR "废物 露天"',
    "agency:生态环境局 (number:宛环罚 OR party:试验)",
    "O'Brien",
    'smart "app v2"',
    "-(废水 危废)",
    "废 OR 号",
)

TEXTS = sorted({fields["facts"][-200:] for fields in CASES.values() if fields.get("facts")})


def run(corpus: Corpus, statement: str) -> list[Any]:
    """What psql would answer: the text as it is, as the application's role."""
    with psycopg.connect(seeing_all(corpus.urls.application)) as connection:
        return connection.execute(statement.encode()).fetchall()


def found_by(corpus: Corpus, request: SearchRequest) -> list[tuple[int, int | None]]:
    """The page's cases and scores by the explained statement; it reads one more than the page holds."""
    page, *_ = explanation_of(request).sql
    return [(row[0], row[2]) for row in run(corpus, page)][: request.first]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("sort", list(CaseSort))
async def test_the_sql_is_valid_and_finds_what_the_engine_finds(
    corpus: Corpus, query: str | None, sort: CaseSort
) -> None:
    request = asked(query, sort=sort)
    answer = await corpus.engines["postgresql"].search(request)
    assert found_by(corpus, request) == [(found.case_id, found.score) for found in answer.positions]
    _, count = explanation_of(request).sql
    assert run(corpus, count) == [(answer.total,)]


@pytest.mark.parametrize("query", QUERIES)
async def test_the_request_is_what_elasticsearch_is_asked(corpus: Corpus, query: str | None) -> None:
    request = asked(query, facets=frozenset(Facet))
    body = explanation_of(request).elasticsearch
    hits = (await corpus.index.search(body))["hits"]
    answer = await corpus.engines["elasticsearch"].search(request)
    assert [int(hit["_id"]) for hit in hits["hits"]][: request.first] == [found.case_id for found in answer.positions]
    assert hits["total"]["value"] == answer.total


async def test_every_value_of_a_filter_stands_in_the_sql_as_it_is(corpus: Corpus) -> None:
    request = asked(
        "罚 OR 号",
        filter=corpus.filter(
            domains=(Domain.FOOD_DRUGS, Domain.MARKET),
            agencies=("P", "H"),
            regions=("411300", "420000"),
            decided_from=date(2021, 1, 1),
            decided_to=date(2022, 12, 31),
            fine_min=Decimal("1200.09"),
            fine_max=Decimal("1e4"),
            party_uscc=USCC_OF_MARKET,
        ),
        facets=frozenset(Facet),
    )
    answer = await corpus.engines["postgresql"].search(request)
    assert answer.total == 3
    assert found_by(corpus, request) == [(found.case_id, found.score) for found in answer.positions]
    _, counts = explanation_of(request).sql
    assert [count for facet, _, count in run(corpus, counts) if facet is None] == [answer.total]
    strange = asked(None, filter=corpus.filter(party_uscc="a'b\\c%d:e"))
    assert run(corpus, explanation_of(strange).sql[0]) == []


def test_a_statement_that_is_not_wanted_is_not_there() -> None:
    assert len(explanation_of(asked("废水", count=False)).sql) == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(query=queries(TEXTS), fields=filters(agencies=sorted(AGENCIES), regions=["410000", "411300", "110000"]))
async def test_whatever_is_asked_the_sql_finds_what_the_engine_finds(
    corpus: Corpus, query: SearchQuery, fields: dict[str, Any]
) -> None:
    request = SearchRequest(
        scope=EVERYTHING,
        query=query,
        filter=corpus.filter(**fields),
        sort=effective_sort(CaseSort.RELEVANCE, query),
        first=100,
        after=None,
        count=True,
        facets=frozenset(),
    )
    answer = await corpus.engines["postgresql"].search(request)
    assert found_by(corpus, request) == [(found.case_id, found.score) for found in answer.positions]
