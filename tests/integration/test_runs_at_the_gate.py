"""A run that is not in scope is not given out, even where row-level security would show it."""

from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn
from tests.integration.feeding import AGENCY, OTHER_AGENCY
from tests.integration.follow_up_feeding import transfer
from tests.integration.run_following import House, opened_house

QUERY = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"


@pytest.fixture
async def house(database: Database, database_urls: TestDatabase, keys: KeyRing, tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(database, keys, tmp_path) as opened:
        with psycopg.connect(dsn(database_urls.superuser)) as connection:
            connection.execute("ALTER TABLE feed_run DISABLE ROW LEVEL SECURITY")
        yield opened


@pytest.mark.parametrize(
    ("login", "sees"),
    [
        ("chief", [True, False, False]),
        ("above", [True, True, True]),
        ("clerk", [True, False, False]),
        ("elsewhere", [False, True, False]),
        ("keeper", [False, False, False]),
    ],
)
async def test_a_run_of_another_agency_is_as_if_it_were_not_there(house: House, login: str, sees: list[bool]) -> None:
    ids = [(await house.run(sender)).id for sender in (AGENCY, OTHER_AGENCY, None)]
    answer = await house.server.http.post(
        "/graphql",
        json={"query": QUERY, "variables": {"ids": ids}},
        headers={"authorization": f"Bearer {await house.token(login)}"},
    )
    assert answer.json() == {
        "data": {"nodes": [{"id": id_} if seen else None for id_, seen in zip(ids, sees, strict=True)]}
    }


@pytest.mark.parametrize("login", ["elsewhere", "machine"])
async def test_it_is_not_followed_either(house: House, login: str) -> None:
    run = await house.run(AGENCY if login == "elsewhere" else OTHER_AGENCY)
    async with house.server.open(await house.token(login)) as opened:
        socket = await opened.introduced()
        await socket.subscribe(id=run.id)
        assert await socket.code() == "BAD_USER_INPUT"


@pytest.mark.parametrize("login", ["chief", "above"])
async def test_what_waits_is_shown_where_the_run_that_brought_it_is_not(house: House, login: str) -> None:
    # Nobody said whose feed this is, as where the command loads a file of several agencies.
    await house.feed(transfer("试环罚〔2024〕1号"), name="late.jsonl")
    answer = await house.server.http.post(
        "/graphql",
        json={"query": "{ waitingRecords { nodes { documentNumber run { file } } } }"},
        headers={"authorization": f"Bearer {await house.token(login)}"},
    )
    run = {"file": "late.jsonl"} if login == "above" else None
    assert answer.json() == {
        "data": {"waitingRecords": {"nodes": [{"documentNumber": "试环罚〔2024〕1号", "run": run}]}}
    }
