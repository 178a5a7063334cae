"""What a request costs: constant numbers of statements and searches however many rows, and nothing nobody selects."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from strawberry.extensions.validation_cache import _get_validate_cache

from api.graphql_schema import CACHED_DOCUMENTS
from tests.integration.graphql_client import Client, served
from tests.integration.search_corpus import Corpus
from tests.integration.statement_counting import statements

NESTED = """
query($first: Int) { searchCases(query: "罚 OR 号", first: $first) {
  totalCount
  edges {
    cursor score highlights { field fragments }
    node {
      documentNumber title facts
      agency { name procuratorate { name parent { name } } }
      party { name cases(first: 2) { totalCount nodes { documentNumber agency { procuratorate { name } } } } }
    }
  }
  facets { domains { label count } agencies { label count } regions { label count } years { label count } }
} }
"""


@pytest.fixture(scope="module")
async def client(corpus: Corpus) -> AsyncIterator[Client]:
    async with served(corpus.database, corpus.index) as opened:
        yield opened


@pytest.fixture(scope="module")
async def plain(corpus: Corpus) -> AsyncIterator[Client]:
    """The same without Elasticsearch."""
    async with served(corpus.database) as opened:
        yield opened


async def searches(corpus: Corpus) -> int:
    """How many searches the index has answered, by Elasticsearch's own count."""
    assert corpus.settings.elasticsearch_url is not None
    url = f"{corpus.settings.elasticsearch_url.get_secret_value()}/{corpus.index.names.cases}/_stats/search"
    async with httpx.AsyncClient() as http:
        stats = (await http.get(url)).json()
    return int(stats["_all"]["total"]["search"]["query_total"])


async def test_a_nested_page_costs_the_same_whatever_its_size(client: Client, corpus: Corpus) -> None:
    costs: dict[int, tuple[int, int]] = {}
    for size in (10, 20, 40):
        before = await searches(corpus)
        with statements(corpus.database) as executed:
            found = (await client.ask(NESTED, first=size))["searchCases"]
        assert len(found["edges"]) == min(size, found["totalCount"])
        costs[size] = (len(executed), await searches(corpus) - before)
    # The cases; the facet's agencies; procuratorates and their superiors; the parties' cases and their counts; and the
    # entry of the audit trail.
    assert costs == dict.fromkeys(costs, (7, 1))


async def test_without_elasticsearch_a_nested_page_costs_two_statements_more(plain: Client, corpus: Corpus) -> None:
    costs = {}
    for size in (10, 20, 40):
        with statements(corpus.database) as executed:
            await plain.ask(NESTED, first=size)
        costs[size] = len(executed)
    assert costs == dict.fromkeys(costs, 9)


@pytest.mark.parametrize(
    ("selection", "cost"),
    [
        ("edges { node { id } }", 2),
        ("edges { node { id } } pageInfo { hasNextPage }", 2),
        ("edges { node { id agency { name } party { name } } highlights { field } }", 2),
        ("pageInfo { hasNextPage }", 1),
        ("interpretedAs engine degraded", 1),
        ("totalCount", 2),
        ("facets { years { count } }", 2),
        ("totalCount facets { years { count } domains { count } }", 2),
        # A field is known by its name under any alias, in any fragment, and in fields that are merged.
        ("n: totalCount", 2),
        ("... on CaseSearch { ...Count }", 2),
        ("edges { ...Hit }", 2),
        # What is left out costs nothing.
        ("pageInfo { hasNextPage } totalCount @skip(if: true)", 1),
        ("pageInfo { hasNextPage } totalCount @include(if: $no)", 1),
        ("pageInfo { hasNextPage } ... @include(if: $no) { totalCount facets { years { count } } }", 1),
        ("pageInfo { hasNextPage } ...Count @skip(if: $yes)", 1),
        ("pageInfo { hasNextPage } facets @include(if: $no) { years { count } }", 1),
        ("pageInfo { hasNextPage } facets { years @include(if: $no) { count } __typename }", 1),
        ("totalCount @include(if: $yes) @skip(if: $no)", 2),
    ],
)
async def test_a_search_costs_what_its_selection_needs(
    plain: Client, corpus: Corpus, selection: str, cost: int
) -> None:
    document = f"""
    query($no: Boolean = false, $yes: Boolean = true) {{
      searchCases(query: "号") {{ {selection} }}
      __typename @include(if: $no) @skip(if: $yes)
      again: __type(name: "Query") @include(if: $no) {{ ...Used }}
      unused: searchCases @include(if: $no) {{ ...Count edges {{ ...Hit }} }}
    }}
    fragment Count on CaseSearch {{ totalCount }}
    fragment Hit on CaseHit {{ node {{ id }} }}
    fragment Used on __Type {{ name }}
    """
    with statements(corpus.database) as executed:
        await plain.ask(document)
    # One more writes down that it was asked.
    assert len(executed) == cost + 1


async def test_timelines_cost_one_statement_for_each_kind_of_record_whatever_the_page(
    plain: Client, corpus: Corpus
) -> None:
    document = """query($n: Int) { searchCases(query: "号", first: $n) { edges { node {
      timelineCount timeline { on title actor node { id } } transfers { id } criminalCases { coercion { dueOn } }
    } } } }"""
    costs = {}
    for size in (1, 10, 40):
        with statements(corpus.database) as executed:
            await plain.ask(document, n=size)
        costs[size] = len(executed)
    # The hits and their cases; six kinds of what follows them, each read once for all fields; the measures about them,
    # decisions and clues, and where one of them has any the steps of the measures and of the clues; and the entry.
    assert costs == {1: 2 + 6 + 3 + 1, 10: 2 + 6 + 3 + 1 + 1, 40: 2 + 6 + 3 + 2 + 1}


async def test_fields_that_are_merged_or_stand_under_several_aliases_each_get_what_they_select(plain: Client) -> None:
    found = await plain.ask("""
    query { searchCases(query: "废水") { totalCount } searchCases(query: "废水") { facets { years { count } } }
      searchCases(query: "废水") { edges { node { documentNumber } } facets { domains { count } } }
      other: searchCases(query: "露天") { all: totalCount facets { r: regions { value } } }
      none: searchCases(query: "不存在") { edges { cursor } } }
    """)
    assert found["searchCases"]["totalCount"] == len(found["searchCases"]["edges"]) == 3
    assert found["searchCases"]["facets"] == {"years": [{"count": 2}, {"count": 1}], "domains": [{"count": 3}]}
    assert found["other"] == {"all": 2, "facets": {"r": [{"value": "411300"}]}}
    assert found["none"] == {"edges": []}


async def test_a_document_is_validated_once_for_all_requests(plain: Client) -> None:
    validated: Any = _get_validate_cache(CACHED_DOCUMENTS)
    document = "{ cases { totalCount a: totalCount } }"
    await plain.ask(document)
    before = validated.cache_info().misses
    await plain.ask(document)
    assert validated.cache_info().misses == before


async def test_a_list_reads_its_page_and_its_count_only_when_selected(plain: Client, corpus: Corpus) -> None:
    for selection, cost in (
        ("__typename", 0),
        ("totalCount", 1),
        ("nodes { id }", 1),
        ("nodes { id } edges { cursor } pageInfo { endCursor }", 1),
        ("totalCount nodes { id }", 2),
    ):
        for field in ("cases", "agencies", "feedRuns"):
            with statements(corpus.database) as executed:
                await plain.ask(f"{{ {field} {{ {selection} }} }}")
            # One more writes down that it was asked.
            assert len(executed) == cost + 1, (field, selection)
