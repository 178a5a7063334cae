"""A load that does not come to its end stores nothing, says so, and the same file loaded again loses nothing."""

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import anyio
import anyio.to_thread
import psycopg
import pytest

from indexer.loading import LoadOptions, load_feed
from stores.errors import DatabaseError, UnavailableError, UnreadableFeedError
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import REPOSITORY, TEST_KEY, TestDatabase, dsn
from tests.integration.feeding import AGENCY, COMPANY, OTHER_AGENCY, Feed, agency, case, counts, organisation

OPTIONS = LoadOptions(register_agencies=True)

RECORDS = [
    agency(AGENCY, region="411300"),
    *(
        case(f"{number}号", facts=f"事实{number}", party=organisation(f"宏达{number % 3}公司", COMPANY))
        for number in range(12)
    ),
    case("5号", facts="不同"),
    case(None, agency=OTHER_AGENCY, decidedOn="2024-01-01"),
    case("13号", agency=OTHER_AGENCY),
]

KILLED = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
import anyio
from sqlalchemy.engine import make_url
from indexer import loading
from schema.access_records import EVERYTHING
from stores.keys import parse_key_ring
from stores.postgres import Database

url, key, path = sys.argv[1:]
loading.BATCH_ROWS = 4

def wait_to_be_killed(rows, _fraction):
    print(rows, flush=True)
    if rows >= 4:
        time.sleep(60)

anyio.run(lambda: loading.load_feed(
    Database.at(make_url(url), scope=EVERYTHING), parse_key_ring(key), Path(path),
    options=loading.LoadOptions(register_agencies=True), clock=lambda: datetime.now(UTC), progress=wait_to_be_killed,
))
"""


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.loading.BATCH_ROWS", 4)


async def statuses(feed: Feed) -> list[str]:
    return [row["status"] for row in await feed.rows("SELECT status FROM feed_run ORDER BY id")]


async def require_nothing_stored(feed: Feed) -> None:
    record = await feed.record()
    there_before = {table: record[table] for table in ("account", "alembic_version")}
    assert {table: rows for table, rows in record.items() if rows} == there_before
    assert await feed.rows("SELECT login FROM account") == [{"login": "local administrator"}]
    assert await feed.rows("SELECT FROM feed_row UNION ALL SELECT FROM rejected_row") == []


async def require_same_end_as_uninterrupted(feed: Feed) -> None:
    """The file loaded again ends where it ends in a database that never saw it before."""
    report = await feed(*RECORDS)
    assert counts(report) == (15, 0, 0, 1)
    told = await feed.told()
    for table in ("penalty_case", "party", "agency"):
        await feed.run(f"DELETE FROM {table}")  # noqa: S608  our own tables
    await feed(*RECORDS)
    assert await feed.told() == told


@pytest.mark.parametrize("content", [b"PK\x03\x04zip", b"no header\nat all\n", None])
async def test_an_unreadable_file_is_refused_and_changes_nothing(feed: Feed, content: bytes | None) -> None:
    path = feed.folder / "unreadable.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableFeedError) as refused:
        await feed.load(path)
    await require_nothing_stored(feed)
    (run,) = await feed.rows("SELECT * FROM feed_run")
    assert (run["status"], run["reason"], run["rows"]) == ("REFUSED", str(refused.value), 0)
    assert run["ended_at"] is not None


async def test_a_file_that_turns_unreadable_half_way_leaves_nothing(feed: Feed, small_batches: None) -> None:
    _ = small_batches
    path = feed.write(*RECORDS)
    with path.open("ab") as file:
        file.write(b"{" + b" " * (16 * 1024 * 1024 + 1))
    with pytest.raises(UnreadableFeedError):
        await feed.load(path)
    await require_nothing_stored(feed)
    assert await statuses(feed) == ["REFUSED"]


async def test_an_unreadable_file_of_a_dry_run_leaves_no_run(feed: Feed) -> None:
    with pytest.raises(UnreadableFeedError):
        await feed.load(feed.folder / "missing.csv", dry_run=True)
    assert await statuses(feed) == []


@pytest.mark.parametrize("batches", [1, 2, 3])
async def test_a_load_cancelled_half_way_stores_nothing_and_can_be_done_again(
    feed: Feed, small_batches: None, batches: int
) -> None:
    _ = small_batches
    merged = 0
    with anyio.CancelScope() as scope:

        def cancel(_rows: int, _fraction: float) -> None:
            nonlocal merged
            merged += 1
            if merged == batches:
                scope.cancel()

        await load_feed(
            feed.database, feed.keys, feed.write(*RECORDS), options=OPTIONS, clock=feed.clock, progress=cancel
        )
    assert scope.cancelled_caught
    await require_nothing_stored(feed)
    assert await statuses(feed) == ["INTERRUPTED"]
    await require_same_end_as_uninterrupted(feed)


async def test_a_load_cancelled_while_postgresql_works_stores_nothing(feed: Feed, database_urls: TestDatabase) -> None:
    async with await psycopg.AsyncConnection.connect(dsn(database_urls.superuser)) as blocker:
        await blocker.execute("LOCK TABLE case_text IN EXCLUSIVE MODE")
        with anyio.move_on_after(0.5) as scope:
            await feed(*RECORDS)
        assert scope.cancelled_caught
    await require_nothing_stored(feed)
    assert await statuses(feed) == ["INTERRUPTED"]
    await require_same_end_as_uninterrupted(feed)


def load_and_be_killed(url: str, path: Path) -> None:
    """Load a file in another process, and kill it when it is half-way."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, url, TEST_KEY, str(path)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            assert any(int(line) >= 4 for line in process.stdout)
        finally:
            process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


async def test_a_load_whose_process_is_killed_stores_nothing_and_is_marked_by_the_next(
    feed: Feed, database_urls: TestDatabase
) -> None:
    url = database_urls.application.render_as_string(hide_password=False)
    await anyio.to_thread.run_sync(load_and_be_killed, url, feed.write(*RECORDS))
    await require_nothing_stored(feed)
    assert await statuses(feed) == ["RUNNING"]
    await require_same_end_as_uninterrupted(feed)
    assert await statuses(feed) == ["INTERRUPTED", "DONE", "DONE"]


async def test_a_load_whose_connection_postgresql_ends_says_so_and_stores_nothing(
    feed: Feed, database_urls: TestDatabase
) -> None:
    async with await psycopg.AsyncConnection.connect(dsn(database_urls.superuser)) as blocker:
        await blocker.execute("LOCK TABLE case_text IN EXCLUSIVE MODE")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_end_who_waits, dsn(database_urls.superuser))
            with pytest.raises(UnavailableError):
                await feed(*RECORDS)
    await require_nothing_stored(feed)
    assert await statuses(feed) == ["INTERRUPTED"]
    assert counts(await feed(*RECORDS)) == (15, 0, 0, 1)


async def _end_who_waits(superuser: str) -> None:
    statement = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pg_blocking_pids(pid) <> '{}'"
    )
    async with await psycopg.AsyncConnection.connect(superuser, autocommit=True) as connection:
        while True:
            found = await (await connection.execute(statement)).fetchone()
            if found is not None and found[0]:
                return
            await anyio.sleep(0.02)


async def test_rows_that_postgresql_refuses_are_reported_without_quoting_them(
    feed: Feed, database_urls: TestDatabase
) -> None:
    with psycopg.connect(dsn(database_urls.owner)) as connection:
        connection.execute("ALTER TABLE party ADD CONSTRAINT ck_party_name_short CHECK (length(name) < 5)")
    with pytest.raises(DatabaseError) as refused:
        await feed(case(party=organisation("秘密名称有限公司")))
    assert "ck_party_name_short" in str(refused.value)
    assert "秘密" not in str(refused.value)
    assert refused.value.__suppress_context__
    await require_nothing_stored(feed)


async def test_two_loads_of_one_file_at_once_give_one_set_of_cases(feed: Feed, small_batches: None) -> None:
    _ = small_batches
    path = feed.write(*RECORDS)
    found: list[tuple[int, int, int, int]] = []

    async def load_once() -> None:
        found.append(counts(await feed.load(path)))

    async with anyio.create_task_group() as tasks:
        for _number in range(3):
            tasks.start_soon(load_once)
    assert sorted(found) == [(0, 0, 15, 1), (0, 0, 15, 1), (15, 0, 0, 1)]
    assert len(await feed.cases()) == 14
    assert await statuses(feed) == ["DONE"] * 3


async def test_a_dry_run_waits_for_a_load_and_sees_what_it_stored(feed: Feed, small_batches: None) -> None:
    _ = small_batches
    path = feed.write(*RECORDS)
    found: dict[bool, tuple[int, int, int, int]] = {}

    async def load_once(dry_run: bool) -> None:
        found[dry_run] = counts(await feed.load(path, dry_run=dry_run))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(load_once, False)
        await anyio.sleep(0.02)
        tasks.start_soon(load_once, True)
    assert found[False] == (15, 0, 0, 1)
    assert found[True] in {(0, 0, 15, 1), (15, 0, 0, 1)}
    assert len(await feed.cases()) == 14
