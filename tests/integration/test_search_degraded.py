"""Searches that Elasticsearch fails: PostgreSQL answers the same within two seconds, and it goes back by itself."""

import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import anyio
import httpx
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from indexer.walk import Pace, Walk
from schema.vocabularies import CaseSort
from stores.elastic import CaseIndex
from stores.embedded import EmbeddedDatabase
from stores.errors import JianduError, RefusedRequestError, SearchIndexError, UnavailableError
from stores.search.availability import FAILURES, PLACES
from stores.settings import Settings
from tests.elasticsearch_server import ElasticsearchServer
from tests.folders import temporary_parent
from tests.integration import outages
from tests.integration.graphql_client import Client, served
from tests.integration.indexing_cases import soon
from tests.integration.outages import Outage, Victim, gateway, silence
from tests.integration.search_cases import LABELS
from tests.integration.search_corpus import Corpus, opened_corpus

pytestmark = pytest.mark.alone

WITHIN = 2.0
PAUSE = 0.3
LONG = 600.0

ASK = """query($sort: CaseSort, $first: Int, $after: String) {
  searchCases(query: "号", sort: $sort, first: $first, after: $after) {
    totalCount interpretedAs engine degraded
    edges { cursor score highlights { field fragments } node { documentNumber } }
    facets { domains { value count } years { value count } }
    pageInfo { endCursor hasNextPage }
  }
}"""


@pytest.fixture(scope="module")
def own_server() -> Iterator[ElasticsearchServer]:
    """An Elasticsearch that these tests may do to what they like."""
    with ElasticsearchServer(parent=temporary_parent()) as server:
        yield server


@pytest.fixture(scope="module")
async def corpus(
    postgres: EmbeddedDatabase, own_server: ElasticsearchServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Corpus]:
    prefix, folder = f"t{secrets.token_hex(6)}", tmp_path_factory.mktemp("feed")
    async with opened_corpus(postgres, own_server.url, prefix, folder) as opened:
        yield opened


@pytest.fixture
async def victim(corpus: Corpus, own_server: ElasticsearchServer) -> AsyncIterator[Victim]:
    index = await corpus.index.current_index()
    assert index is not None
    async with httpx.AsyncClient(timeout=30) as http:
        yield Victim(own_server, http, corpus.index.names.cases, index)


@asynccontextmanager
async def serving(corpus: Corpus, **settings: Any) -> AsyncIterator[Client]:
    """The API with a circuit of its own, with the patience that installations have unless they say otherwise."""
    patience = Settings.model_fields["search_patience_seconds"].default
    given = {"search_patience_seconds": patience, "search_pause_seconds": PAUSE, **settings}
    index = CaseIndex(corpus.settings.model_copy(update=given))
    try:
        async with served(corpus.database, index) as client:
            yield client
    finally:
        await index.close()


@dataclass(frozen=True, slots=True)
class Timed:
    """An answer, and the seconds it took."""

    found: Any
    seconds: float

    @property
    def said(self) -> dict[str, Any]:
        """What it says of the cases, whoever says it."""
        return {name: value for name, value in self.found.items() if name not in {"engine", "degraded"}}

    @property
    def by(self) -> tuple[str, bool]:
        """Who answered, and whether for another."""
        return self.found["engine"], self.found["degraded"]


ELASTICSEARCH, INSTEAD = ("ELASTICSEARCH", False), ("POSTGRESQL", True)


async def ask(client: Client, **variables: Any) -> Timed:
    started = time.monotonic()
    found = (await client.ask(ASK, **{"first": 100, **variables}))["searchCases"]
    return Timed(found, time.monotonic() - started)


async def ask_at_once(client: Client, searches: int) -> list[Timed]:
    """So many searches together; of few hits, for what is measured is the waiting and not the work."""
    answers: list[Timed] = []

    async def one() -> None:
        answers.append(await ask(client, first=1))

    async with anyio.create_task_group() as group:
        for _ in range(searches):
            group.start_soon(one)
    return answers


async def restored(client: Client) -> Timed:
    """An answer of Elasticsearch, which nobody brings back; a server that just woke may take its time."""

    async def back() -> bool:
        return (await ask(client)).by == ELASTICSEARCH

    await soon(back, 20)
    return await ask(client)


async def health(client: Client) -> tuple[Any, float]:
    """What health says, and how long it took."""
    started = time.monotonic()
    ready = await client.http.get("/readyz")
    assert ready.status_code == 200
    return ready.json(), time.monotonic() - started


@pytest.mark.parametrize(
    "outage",
    [
        outages.hanging,
        outages.red,
        outages.half_red,
        outages.overloaded,
        outages.without_index,
        outages.closed_index,
        outages.unreadable,
        outages.stopped,
    ],
)
async def test_the_same_query_is_answered_by_postgresql_in_time_and_by_elasticsearch_again_afterwards(
    corpus: Corpus, victim: Victim, outage: Outage
) -> None:
    async with serving(corpus) as client:
        before = await restored(client)
        assert before.found["totalCount"] == len(LABELS) - 1
        async with outage(victim):
            for _ in range(FAILURES + 3):
                during = await ask(client)
                assert during.by == INSTEAD
                assert during.said == before.said
                assert during.seconds < WITHIN
            report, seconds = await health(client)
            assert report["database"] == "ok"
            assert report["searches"]["degraded"] is True
            assert report["searches"]["circuit"] != "closed"
            assert seconds < WITHIN
        assert (await restored(client)).said == before.said
        report, _ = await health(client)
        assert report["searches"] == {"degraded": False, "circuit": "closed"}


async def test_health_answers_in_time_while_elasticsearch_hangs_and_closes_the_circuit_where_nobody_searches(
    corpus: Corpus, victim: Victim
) -> None:
    async with serving(corpus) as client:
        await restored(client)
        async with outages.hanging(victim):
            for _ in range(FAILURES):
                report, seconds = await health(client)
                assert report["elasticsearch"]["fault"] == "Elasticsearch did not answer within 0.5 s."
                # What waits is wanted now more than ever, and PostgreSQL knows it.
                assert (report["elasticsearch"]["outbox"], report["elasticsearch"]["index"]) == (0, None)
                assert report["searches"]["degraded"] is True
                assert seconds < WITHIN
            assert report["searches"]["circuit"] != "closed"

        async def well() -> bool:
            return not (await health(client))[0]["searches"]["degraded"]

        await soon(well, 20)
        assert (await ask(client)).by == ELASTICSEARCH


async def test_health_names_the_last_comparison(corpus: Corpus) -> None:
    walk = Walk(corpus.database, corpus.index, Pace(cases=1_000, pause_seconds=0, rest_seconds=3_600))
    while await walk.step() is not None:
        pass
    async with serving(corpus) as client:
        report, _ = await health(client)
    assert report["elasticsearch"]["differences"] == 0
    assert report["elasticsearch"]["compared_at"] is not None


async def test_fifty_searches_at_once_are_answered_in_time_by_a_server_that_hangs(
    corpus: Corpus, victim: Victim
) -> None:
    async with serving(corpus, search_pause_seconds=LONG) as client:
        await restored(client)
        before = await ask(client, first=1)
        async with outages.hanging(victim):
            for _ in range(2):
                answers = await ask_at_once(client, 50)
                assert {answer.by for answer in answers} == {INSTEAD}
                assert all(answer.said == before.said for answer in answers)
                assert max(answer.seconds for answer in answers) < WITHIN


async def test_of_many_searches_a_few_wait_for_a_silent_server_and_none_once_it_is_known(corpus: Corpus) -> None:
    async with silence() as silent:
        url = SecretStr(silent.url)
        async with serving(corpus, elasticsearch_url=url, search_pause_seconds=LONG) as client:
            answers = await ask_at_once(client, 50)
            assert {answer.by for answer in answers} == {INSTEAD}
            assert max(answer.seconds for answer in answers) < WITHIN
            assert 0 < silent.most <= PLACES
            await silent.left()
            came = silent.came
            with capture_logs() as logs:
                answers = await ask_at_once(client, 50)
            assert {answer.by for answer in answers} == {INSTEAD}
            assert silent.came == came
            assert [entry for entry in logs if entry["log_level"] != "debug"] == []


async def test_after_the_pause_one_search_tries_a_silent_server_and_the_others_do_not_wait_for_it(
    corpus: Corpus,
) -> None:
    async with silence() as silent:
        url = SecretStr(silent.url)
        async with serving(corpus, elasticsearch_url=url, search_patience_seconds=0.5) as client:
            for _ in range(FAILURES):
                await ask(client)
            await silent.left()
            for _ in range(2):
                came = silent.came
                await anyio.sleep(PAUSE * 1.5)
                answers = await ask_at_once(client, 20)
                assert {answer.by for answer in answers} == {INSTEAD}
                assert silent.came == came + 1
                await silent.left()


async def test_a_request_at_fault_itself_is_told_in_the_log_and_costs_no_other_search_its_elasticsearch(
    corpus: Corpus, victim: Victim
) -> None:
    async with serving(corpus, search_pause_seconds=LONG) as client:
        before = await restored(client)
        async with outages.refusing(victim):
            with pytest.raises(RefusedRequestError, match="400"):
                await corpus.index.search({"sort": ["id"]})
            with capture_logs() as logs:
                answers = [await ask(client) for _ in range(2 * FAILURES)]
        assert [(answer.by, answer.said) for answer in answers] == [(INSTEAD, before.said)] * 2 * FAILURES
        told = [(entry["log_level"], entry["reason"]) for entry in logs if entry["log_level"] != "debug"]
        assert told == [("error", "Elasticsearch refused the request (400: search_phase_execution_exception).")] * len(
            answers
        )
        assert (await ask(client)).by == ELASTICSEARCH


@pytest.mark.parametrize(
    ("status", "error"),
    [
        *((status, UnavailableError) for status in (408, 429, 502, 503, 504)),
        *((status, SearchIndexError) for status in (401, 403, 404, 500)),
        *((status, RefusedRequestError) for status in (400, 413)),
        (200, UnavailableError),
    ],
)
async def test_an_answer_of_a_proxy_tells_whether_the_server_the_index_or_the_request_is_at_fault(
    status: int, error: type[JianduError]
) -> None:
    async with gateway(status) as url:
        index = CaseIndex(Settings(elasticsearch_url=SecretStr(url)))
        try:
            with pytest.raises(error) as raised:
                await index.search({})
            assert type(raised.value) is error
        finally:
            await index.close()


@pytest.mark.parametrize("sort", list(CaseSort))
@pytest.mark.parametrize("degraded_first", [False, True])
async def test_a_cursor_of_either_engine_goes_on_on_the_other_in_the_middle_of_an_outage(
    corpus: Corpus, victim: Victim, sort: CaseSort, *, degraded_first: bool
) -> None:
    async with serving(corpus) as client:
        await restored(client)
        whole = [edge["cursor"] for edge in (await ask(client, sort=sort.name)).found["edges"]]
        walked: list[str] = []
        answered_by: list[bool] = []
        after, more = None, True
        while more:
            # Two pages of either engine in turn: behind a cursor of its own, and behind one of the other's.
            degraded = (len(answered_by) // 2 % 2 == 0) is degraded_first
            async with outages.overloaded(victim) if degraded else nullcontext():
                if not degraded:
                    await restored(client)
                for _ in range(2):
                    page = (await ask(client, sort=sort.name, first=3, after=after)).found
                    answered_by.append(page["degraded"])
                    walked += [edge["cursor"] for edge in page["edges"]]
                    after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert walked == whole
        assert len(set(walked)) == len(walked) == len(LABELS) - 1
        assert answered_by[:4] == [degraded_first, degraded_first, not degraded_first, not degraded_first]
