"""What a client is told when the servers behind the API are away, slow or at fault, and what health says."""

import json
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import psycopg
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from schema.access_records import EVERYTHING
from stores.elastic import CaseIndex
from stores.embedded import start_embedded, stop_embedded
from stores.migrating import migrate
from stores.postgres import Database
from stores.settings import Settings
from tests.conftest import TestDatabase, dsn
from tests.folders import new_folder
from tests.integration.graphql_client import Client, served, the_error
from tests.integration.search_cases import LABELS, PERSON_OF_THE_FIRE, write_feed
from tests.integration.search_corpus import Corpus, load


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    async with served(database) as opened:
        yield opened


@pytest.fixture
def database_folder() -> Iterator[Path]:
    """A folder for a PostgreSQL of the test's own, where its user can reach it."""
    folder = new_folder()
    yield folder
    anyio.run(stop_embedded, folder)
    shutil.rmtree(folder, ignore_errors=True)


ANY = '{ searchCases(query: "废") { totalCount edges { cursor } } }'


async def test_a_database_that_stopped_is_unavailable_and_said_to_be_so_by_health(
    database_folder: Path,
) -> None:
    server = await start_embedded(database_folder)
    await migrate(server.owner)
    database = Database.at(server.application, scope=EVERYTHING)
    try:
        async with served(database) as client:
            assert (await client.ask(ANY))["searchCases"]["totalCount"] == 0
            await stop_embedded(database_folder)
            assert await client.code(ANY) == "UNAVAILABLE"
            ready = await client.http.get("/readyz")
            assert (ready.status_code, ready.json()["elasticsearch"]) == (503, "not configured")
            assert (await client.http.get("/livez")).status_code == 200
    finally:
        await database.close()


async def test_a_database_that_does_not_answer_in_time_is_a_timeout(database_urls: TestDatabase) -> None:
    database = Database.at(database_urls.application, scope=EVERYTHING, statement_timeout_seconds=0.2)
    try:
        async with served(database) as client:
            with psycopg.connect(dsn(database_urls.superuser)) as lock:
                lock.execute("LOCK TABLE penalty_case IN ACCESS EXCLUSIVE MODE")
                assert await client.code(ANY) == "TIMEOUT"
                assert await client.code("{ cases { totalCount } }") == "TIMEOUT"
            assert await client.ask(ANY)
    finally:
        await database.close()


async def test_what_nobody_foresaw_is_masked_and_logged_under_an_id_without_what_it_quotes(
    database: Database, database_urls: TestDatabase, client: Client, tmp_path: Path
) -> None:
    await load(database, write_feed(tmp_path))
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        # A value no vocabulary knows: the error that follows quotes it.
        connection.execute("ALTER TABLE penalty_case DROP CONSTRAINT ck_penalty_case_domain_known")
        connection.execute("UPDATE penalty_case SET domain = %s", [PERSON_OF_THE_FIRE])
    with capture_logs() as logs:
        error = await client.refused("{ cases { nodes { id } } }")
    assert error["extensions"] == {"code": "INTERNAL", "errorId": error["extensions"]["errorId"]}
    assert re.fullmatch("[0-9a-f]{16}", error["extensions"]["errorId"])
    assert PERSON_OF_THE_FIRE not in json.dumps(error, ensure_ascii=False)
    (logged,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert logged["error_id"] == error["extensions"]["errorId"]
    assert "builtins.ValueError" in logged["trace"]
    assert PERSON_OF_THE_FIRE not in str(logs)


async def test_a_statement_that_fails_shows_neither_itself_nor_its_values(
    database_urls: TestDatabase, client: Client
) -> None:
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        connection.execute("ALTER TABLE party RENAME COLUMN uscc TO another")
    with capture_logs() as logs:
        response = await client.post(
            "query($name: String) { searchCases(query: $name) { edges { node { id } } } }", name=PERSON_OF_THE_FIRE
        )
        listed = await client.post('{ cases(filter: {partyUscc: "91411300MA40AAA10R"}) { totalCount } }')
    assert response.json()["data"] == {"searchCases": {"edges": []}}
    assert the_error(listed.json())["code"] == "INTERNAL"
    for leak in ("SELECT", "uscc", "91411300MA40AAA10R", PERSON_OF_THE_FIRE):
        assert leak not in listed.text
        assert leak not in str(logs)


# -- health -------------------------------------------------------------------------------------------


async def test_a_database_that_is_not_migrated_is_not_ready(database_urls: TestDatabase, client: Client) -> None:
    assert (await client.http.get("/readyz")).json() == {"database": "ok", "elasticsearch": "not configured"}
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        connection.execute("DELETE FROM alembic_version")
    ready = await client.http.get("/readyz")
    assert ready.status_code == 503
    assert "jiandu migrate" in ready.json()["database"]
    assert (await client.http.get("/livez")).text == "ok\n"


# -- Elasticsearch ------------------------------------------------------------------------------------


async def test_where_elasticsearch_is_away_postgresql_answers_and_says_so(corpus: Corpus) -> None:
    nobody = CaseIndex(Settings(elasticsearch_url=SecretStr("http://127.0.0.1:1")))
    try:
        async with served(corpus.database, nobody) as client:
            found = await client.ask('{ searchCases(query: "危废") { totalCount engine degraded edges { score } } }')
            assert found["searchCases"] == {
                "totalCount": 4,
                "engine": "POSTGRESQL",
                "degraded": True,
                "edges": [{"score": 4.0}, *[{"score": 1.0}] * 3],
            }
            ready = await client.http.get("/readyz")
            assert ready.status_code == 200
            assert ready.json()["elasticsearch"]["fault"].startswith("Elasticsearch does not answer.")
    finally:
        await nobody.close()


async def test_where_there_is_no_index_yet_postgresql_answers_and_says_so(
    corpus: Corpus, search_settings: Settings
) -> None:
    empty = CaseIndex(search_settings)
    try:
        async with served(corpus.database, empty) as client:
            found = await client.ask('{ searchCases(query: "危废") { totalCount engine degraded } }')
            assert found["searchCases"] == {"totalCount": 4, "engine": "POSTGRESQL", "degraded": True}
            assert (await client.http.get("/readyz")).json()["elasticsearch"]["index"] is None
    finally:
        await empty.close()


async def test_a_cursor_of_elasticsearch_goes_on_where_postgresql_has_to_answer(corpus: Corpus) -> None:
    page = """query($after: String) { searchCases(query: "号", first: 20, after: $after) {
        degraded edges { cursor } pageInfo { endCursor hasNextPage } } }"""
    nobody = CaseIndex(Settings(elasticsearch_url=SecretStr("http://127.0.0.1:1")))
    try:
        async with served(corpus.database, corpus.index) as whole, served(corpus.database, nobody) as half:
            walked: list[str] = []
            after = None
            for client, degraded in ((whole, False), (half, True), (whole, False)):
                found = (await client.ask(page, after=after))["searchCases"]
                assert found["degraded"] is degraded
                walked += [edge["cursor"] for edge in found["edges"]]
                after = found["pageInfo"]["endCursor"]
            assert len(set(walked)) == len(walked) == len(LABELS) - 1
            assert not found["pageInfo"]["hasNextPage"]
    finally:
        await nobody.close()
