"""A server that is killed while a file is loaded has lost nothing of it, and loads it once when it is asked again."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL
from urllib.parse import quote

import anyio
import httpx
import psycopg
import pytest

from commands.runtime import now
from stores.keys import KeyRing
from stores.postgres import Database
from tests.acceptance.program import Program, Running
from tests.conftest import TEST_KEY, TestDatabase, dsn
from tests.integration.door_serving import machine_of
from tests.integration.feeding import AGENCY, Feed, agency, case

SECONDS = 60.0
CASES = [case(f"试环罚〔2024〕{number}号") for number in range(1, 6)]
CONTENT = b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in CASES)
ADDRESS = f"/feeds/{quote(AGENCY)}/cases.jsonl"
WAITING = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = %s)"
)


@dataclass(frozen=True, slots=True)
class Installation:
    """A database with a machine's key, on which servers are started and killed."""

    feed: Feed
    urls: TestDatabase
    program: Program
    key: str

    @contextmanager
    def server(self) -> Iterator[tuple[Running, httpx.AsyncClient]]:
        """A server in a process of its own, and a sender that calls it with the key."""
        settings = {
            "database_url": dsn(self.urls.application),
            "data_key": TEST_KEY,
            "data_dir": str(self.feed.folder / "data"),
            "spool_dir": str(self.feed.folder / "spool"),
        }
        with self.program.start("serve", "--port", "0", "--json", **settings) as running:
            origin = running.line()["graphql"].removesuffix("/graphql")
            headers = {"authorization": f"Bearer {self.key}"}
            yield running, httpx.AsyncClient(base_url=origin, headers=headers, timeout=SECONDS, trust_env=False)

    @contextmanager
    def held(self, table: str) -> Iterator[None]:
        """Let nobody write into a table meanwhile."""
        with psycopg.connect(dsn(self.urls.superuser)) as connection:
            connection.execute(f"LOCK TABLE {table} IN SHARE MODE".encode())
            yield
            connection.rollback()

    async def somebody_waits(self) -> None:
        with psycopg.connect(dsn(self.urls.superuser), autocommit=True) as connection, anyio.fail_after(SECONDS):
            while connection.execute(WAITING, [self.urls.superuser.database]).fetchone() == (0,):  # noqa: ASYNC110  it tells nobody
                await anyio.sleep(0.05)


@pytest.fixture
async def installation(
    database: Database, database_urls: TestDatabase, keys: KeyRing, tmp_path: Path
) -> AsyncIterator[Installation]:
    feed = Feed(database, keys, now, tmp_path)
    await feed(agency(AGENCY), name="agencies.jsonl")
    (row,) = await feed.rows("SELECT id FROM agency WHERE name = :name", name=AGENCY)
    machine = await machine_of(database, row["id"], "machine")
    program = Program(tmp_path)
    yield Installation(feed, database_urls, program, machine.key)
    program.close()


@pytest.mark.parametrize(
    ("held", "first_run"),
    [
        # While the rows are stored, of which nothing stays; and when they are stored, before the answer is kept.
        ("penalty_case", ("INTERRUPTED", 0, 0)),
        ("feed_delivery", ("DONE", 5, 0)),
    ],
)
@pytest.mark.parametrize("again", ["sent", "asked"])
async def test_a_file_whose_server_was_killed_before_the_commit_is_loaded_once(
    installation: Installation, held: str, first_run: tuple[str, int, int], again: str
) -> None:
    lost = False

    async def send(http: httpx.AsyncClient) -> None:
        nonlocal lost
        try:
            await http.put(ADDRESS, content=CONTENT)
        except httpx.TransportError:
            lost = True

    with installation.held(held):
        with installation.server() as (running, http):
            async with http, anyio.create_task_group() as tasks:
                tasks.start_soon(send, http)
                await installation.somebody_waits()
                assert running.end(SIGKILL).status == -SIGKILL
        assert lost

    with installation.server() as (_, http):
        async with http:
            assert (await http.head(ADDRESS)).headers["Upload-Offset"] == str(len(CONTENT))
            if again == "sent":
                answer = await http.put(ADDRESS, content=CONTENT)
            else:
                answer = await http.put(ADDRESS, headers={"content-range": f"bytes */{len(CONTENT)}"})
            assert answer.status_code == 200, answer.text
            once_more = await http.put(ADDRESS, content=CONTENT)
    assert once_more.text == answer.text

    told = answer.json()
    assert (told["rows"], told["inserted"] + told["unchanged"], told["rejected"]) == (5, 5, 0)
    runs = await installation.feed.rows(
        "SELECT run, status, inserted, updated, unchanged FROM feed_run WHERE agency_id IS NOT NULL ORDER BY id"
    )
    assert len(runs) == 2
    assert tuple(runs[0][name] for name in ("status", "inserted", "updated")) == first_run
    assert (runs[1]["run"], runs[1]["status"]) == (told["run"], "DONE")
    assert sum(run["inserted"] for run in runs) == 5
    assert sum(run["updated"] for run in runs) == 0
    stored = await installation.feed.rows("SELECT document_number FROM penalty_case ORDER BY id")
    assert [row["document_number"] for row in stored] == [record["documentNumber"] for record in CASES]
    assert await installation.feed.rows("SELECT FROM feed_delivery") == [{}]
