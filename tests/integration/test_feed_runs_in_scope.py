"""A run of a feed is seen by whoever sees its agency's cases, while it runs and when it has ended."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio
import pytest
from sqlalchemy import text

from indexer import loading
from schema.access_records import Scope
from stores import feed_runs
from stores.feed_runs import count_runs, list_runs
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import AGENCY, OTHER_AGENCY, Feed, agency, case, procuratorate


@pytest.fixture
async def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    opened = Feed(database, keys, clock, tmp_path)
    await opened(procuratorate("东县人民检察院"), agency(AGENCY, procuratorate="东县人民检察院"), agency(OTHER_AGENCY))
    return opened


async def _seen(feed: Feed, scope: Scope) -> list[str]:
    async with feed.database.acting(scope).begin() as connection:
        return sorted(run.file for run in await list_runs(connection, scope, first=20, after=None))


async def test_a_run_is_in_the_scope_of_its_agency_and_of_whoever_supervises_it(feed: Feed) -> None:
    await feed(case(), name="ours.jsonl", agency=AGENCY)
    await feed({**case("他罚〔2024〕1号"), "agency": OTHER_AGENCY}, name="theirs.jsonl", agency=OTHER_AGENCY)
    ids = {row["name"]: row["id"] for row in await feed.rows("SELECT id, name FROM agency")}
    (supervisor,) = await feed.rows("SELECT id FROM procuratorate")
    assert await _seen(feed, Scope(agency_id=ids[AGENCY])) == ["ours.jsonl"]
    assert await _seen(feed, Scope(procuratorate_ids=(supervisor["id"],))) == ["ours.jsonl"]
    # Of the register nobody said whose feed it is.
    assert await _seen(feed, Scope(unassigned=True)) == ["feed.jsonl", "theirs.jsonl"]
    assert await _seen(feed, Scope()) == []
    assert await _seen(feed, Scope(everything=True)) == ["feed.jsonl", "ours.jsonl", "theirs.jsonl"]
    ours = Scope(agency_id=ids[AGENCY])
    async with feed.database.acting(ours).begin() as connection:
        assert await count_runs(connection, ours) == 1


async def test_what_was_answered_to_a_sender_is_in_nobodys_scope(feed: Feed) -> None:
    ids = {row["name"]: row["id"] for row in await feed.rows("SELECT id, name FROM agency")}
    account = await feed.rows("SELECT id FROM account LIMIT 1")
    await feed.run(
        "INSERT INTO feed_delivery (agency_id, name, sha256, account_id, delivered_at, exit_status, answer)"
        " VALUES (:agency, 'a.csv', sha256('a'), :account, now(), 0, '{}')",
        agency=ids[AGENCY],
        account=account[0]["id"],
    )
    async with feed.database.acting(Scope(agency_id=ids[AGENCY])).begin() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM feed_delivery")) == 0


async def test_a_run_shows_how_far_it_has_come_and_one_that_failed_nothing(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "BATCH_ROWS", 10)
    seen: list[tuple[int, int]] = []
    tell = feed_runs.tell_progress

    class _LostError(Exception):
        """What ends the load."""

    async def watched(connection: Any, run_id: int, accounts: Any) -> None:
        await tell(connection, run_id, accounts)
        await connection.commit()
        async with feed.database.begin() as other:
            row = (await other.execute(text("SELECT rows, inserted FROM feed_run WHERE status = 'RUNNING'"))).one()
        seen.append((row.rows, row.inserted))
        await anyio.sleep(0.05)
        if len(seen) == 4:
            raise _LostError

    monkeypatch.setattr(loading, "tell_progress", watched)
    with pytest.raises(_LostError):
        await feed(*(case(f"试环罚〔2024〕{number}号") for number in range(50)), name="long.jsonl")
    assert seen[-1][0] > 0
    assert seen == sorted(seen)
    (run,) = await feed.rows("SELECT status, rows, inserted FROM feed_run ORDER BY id DESC LIMIT 1")
    assert (run["status"], run["rows"], run["inserted"]) == ("INTERRUPTED", 0, 0)
