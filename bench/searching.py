"""Searching over HTTP: `searchCases` beside the very request its engine sends, sent raw."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import psycopg
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.psycopg import dialect as psycopg_dialect

from api.ids import parse_global_id
from bench.generator import case_rows, queries
from bench.servers import Http, Servers, dsn
from bench.timing import Figure, in_turns, require
from schema.access_records import EVERYTHING
from schema.vocabularies import CaseSort, Facet, SearchEngineName
from stores.search.elastic_engine import compile_request
from stores.search.parser import parse_query
from stores.search.postgres_engine import page_statement
from stores.search.seam import CaseFilter, SearchRequest, effective_sort

_DIALECT: Dialect = psycopg_dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's own
# The local administrator's, as whom the API is asked: everything but natural persons' names.
_SCOPE: Final = replace(EVERYTHING, names=False)
_PAGE = 20
_QUERY = """
query Search($query: String!) {
  searchCases(query: $query, first: 20) {
    totalCount interpretedAs engine degraded
    edges {
      cursor score
      node { id documentNumber title decidedOn fine agency { name } party { name } }
      highlights { field fragments }
    }
    pageInfo { hasNextPage endCursor }
    facets {
      domains { value label count } agencies { value label count }
      regions { value label count } years { value label count }
    }
  }
}
"""
_FACETS = ("domains", "agencies", "regions", "years")
_RAW_REQUEST = (
    "the Elasticsearch request of the same page, count and facets, sent raw. Elasticsearch's own highlighting cannot "
    "be a floor: the index keeps no text (_source is off), so we make the highlights from the record"
)
_PAGE_STATEMENT = "the SQL statement of the same page alone, without count, facets, cases and highlights"


def measure(servers: Servers, *, searches: int, rounds: int) -> Iterator[Figure]:
    """So many searches with Elasticsearch; the index must be there."""
    path = "/bench-cases/_search?request_cache=false"
    asked = queries(searches, list(case_rows(2_000)))
    jobs = [(_question(query), json.dumps(compile_request(_request(query))).encode()) for query in asked]
    with servers.api(with_elasticsearch=True) as api, Http(servers.elasticsearch_url) as elasticsearch:
        for query, (question, body) in zip(asked, jobs, strict=True):  # warms both up as well
            raw = elasticsearch.ask(path, body)
            found = _answer(api, question, SearchEngineName.ELASTICSEARCH)
            _require_same(query, found, [int(hit["_id"]) for hit in raw["hits"]["hits"]][:_PAGE])
            require(
                found["totalCount"] == raw["hits"]["total"]["value"]
                and all(_counts(found, facet) == _raw_counts(raw, facet) for facet in _FACETS),
                f"another count or facet than Elasticsearch gives: {query}",
            )
        turns = in_turns(
            jobs,
            lambda job: api.send("POST", "/graphql", job[0]),
            lambda job: elasticsearch.send("POST", path, job[1]),
            rounds=rounds,
        )
    yield from turns.figures("searchCases, Elasticsearch", _RAW_REQUEST)


def measure_postgres(servers: Servers, *, searches: int, rounds: int) -> Iterator[Figure]:
    """Searches without an Elasticsearch: every third of the same queries, for some take a second."""
    asked = queries(searches, list(case_rows(2_000)))[::3]
    jobs = [(_question(query), *_statement(query)) for query in asked]
    # The floor reads as the owner of the tables, whom no policy makes wait.
    url = servers.postgres.owner
    options = "-c timezone=Asia/Shanghai -c jit=off"
    with (
        servers.api(with_elasticsearch=False) as api,
        psycopg.connect(dsn(url), autocommit=True, options=options) as connection,
    ):
        for query, (question, statement, values) in zip(asked, jobs, strict=True):
            rows = connection.execute(statement, values).fetchall()
            found = _answer(api, question, SearchEngineName.POSTGRESQL)
            _require_same(query, found, [row[0] for row in rows][:_PAGE])
            require(found["totalCount"] >= len(rows), f"fewer hits than the page shows: {query}")
        turns = in_turns(
            jobs,
            lambda job: api.send("POST", "/graphql", job[0]),
            lambda job: connection.execute(job[1], job[2]).fetchall(),
            rounds=rounds,
        )
    yield from turns.figures("searchCases, PostgreSQL", _PAGE_STATEMENT)


def _request(query: str) -> SearchRequest:
    """What the API asks its engine for the same query."""
    parsed = parse_query(query)
    return SearchRequest(
        scope=_SCOPE,
        query=parsed,
        filter=CaseFilter(),
        sort=effective_sort(CaseSort.RELEVANCE, parsed),
        first=_PAGE,
        after=None,
        count=True,
        facets=frozenset(Facet),
    )


def _statement(query: str) -> tuple[bytes, dict[str, Any]]:
    compiled = page_statement(_request(query)).compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    return str(compiled).encode(), dict(compiled.params)


def _question(query: str) -> bytes:
    return json.dumps({"query": _QUERY, "variables": {"query": query}}).encode()


def _answer(api: Http, question: bytes, engine: SearchEngineName) -> Any:
    answer = api.ask("/graphql", question)
    require("errors" not in answer, f"a search failed: {answer.get('errors')}")
    found = answer["data"]["searchCases"]
    require(found["engine"] == engine.value and not found["degraded"], "another engine answered")
    return found


def _require_same(query: str, found: Any, expected: Sequence[int]) -> None:
    edges = found["edges"]
    ids = [parse_global_id(edge["node"]["id"])[1] for edge in edges]
    require(expected, f"nothing is found by {query}")
    require(ids == list(expected), f"other hits than the floor's: {query}")
    require(all(edge["highlights"] for edge in edges), f"a hit without a highlight: {query}")


def _counts(found: Any, facet: str) -> list[int]:
    return [value["count"] for value in found["facets"][facet]]


def _raw_counts(raw: Any, facet: str) -> list[int]:
    return [bucket["doc_count"] for bucket in raw["aggregations"][facet]["buckets"]]
