"""People who change the same records at once wait for one another, and nobody is told that the database is away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from api.ids import global_id, parse_global_id
from schema.access_vocabularies import Role
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn
from tests.integration.feeding import Feed
from tests.integration.graphql_client import Client, served
from tests.integration.measure_steps import Days, Office, do, issued, mutation
from tests.integration.test_judging import clean
from tests.integration.viewers import EASTERN, organise

NUMBERS = "SELECT number FROM measure WHERE number IS NOT NULL ORDER BY length(number), number"
WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
BUSY = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


@pytest.fixture
async def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    opened = Feed(database, keys, clock, tmp_path)
    await organise(opened)
    await opened(clean("1号", agency=EASTERN))
    return opened


@pytest.fixture
async def client(feed: Feed) -> AsyncIterator[Client]:
    async with served(feed.database, clock=Days()) as opened:
        yield opened


async def case_of(feed: Feed) -> int:
    [found] = await feed.rows("SELECT id FROM penalty_case")
    return int(found["id"])


async def test_whoever_issues_a_draft_and_whoever_issues_another_one_about_its_case_wait_in_turn(
    feed: Feed, client: Client
) -> None:
    officer, case_id = await Office(feed.database, client, Days())(Role.CASE_OFFICER), await case_of(feed)
    about = {"addressee": "东县公安局", "caseIds": [global_id("PenaltyCase", case_id)]}
    drafts = [await do(officer, "draftMeasure", kind="RECOMMENDATION", **about) for _ in range(8)]
    [before] = await feed.rows(BUSY)
    await asyncio.gather(
        *(issued(officer, "RECOMMENDATION", measureId=draft["id"]) for draft in drafts),
        *(issued(officer, "RECOMMENDATION", case_id) for _ in drafts),
    )
    assert await feed.rows(BUSY) == [before]
    numbers = [row["number"] for row in await feed.rows(NUMBERS)]
    assert numbers == [f"东县检建〔2024〕{place}号" for place in range(1, 17)]


async def test_a_feed_that_postgresql_undoes_for_a_person_is_loaded_anew(
    feed: Feed, database_urls: TestDatabase
) -> None:
    await feed(clean("2号", agency=EASTERN))
    [before] = await feed.rows(BUSY)
    locked = "SELECT FROM penalty_case WHERE document_number = %s FOR UPDATE"
    with psycopg.connect(dsn(database_urls.superuser)) as other:
        other.execute("SET deadlock_timeout = '1min'")
        other.execute(locked, ("2号",))
        load = asyncio.create_task(feed(*(clean(number, agency=EASTERN, fine="7") for number in ("1号", "2号"))))
        async with asyncio.timeout(10):
            while await feed.rows(WAITING) == []:  # noqa: ASYNC110  PostgreSQL tells nobody
                await asyncio.sleep(0.01)
        await asyncio.to_thread(other.execute, locked, ("1号",))
        other.commit()
        report = await load
    assert (report.accounts.updated, report.accounts.rejected) == (2, 0)
    assert [row["fine"] for row in await feed.rows("SELECT fine FROM penalty_case")] == [7, 7]
    async with asyncio.timeout(10):
        while (await feed.rows(BUSY))[0]["deadlocks"] != before["deadlocks"] + 1:  # noqa: ASYNC110  it counts when it likes
            await asyncio.sleep(0.1)
    assert await feed.rows("SELECT DISTINCT status FROM feed_run") == [{"status": "DONE"}]


async def test_a_change_that_postgresql_undoes_for_another_is_made_anew(
    feed: Feed, client: Client, database_urls: TestDatabase
) -> None:
    officer, case_id = await Office(feed.database, client, Days())(Role.CASE_OFFICER), await case_of(feed)
    measure = await issued(officer, "RECOMMENDATION", case_id)
    _kind, measure_id = parse_global_id(measure["id"])
    with psycopg.connect(dsn(database_urls.superuser)) as other:
        # Of two in a ring, the one whose patience ends first is undone: the change's, for this one has a minute.
        other.execute("SET deadlock_timeout = '1min'")
        other.execute("SELECT FROM penalty_case FOR UPDATE")
        change = asyncio.create_task(do(officer, "serveMeasure", measureId=measure["id"], servedOn="2024-06-03"))
        async with asyncio.timeout(10):
            while await feed.rows(WAITING) == []:  # noqa: ASYNC110  PostgreSQL tells nobody
                await asyncio.sleep(0.01)
        locked = "SELECT FROM measure WHERE id = %s FOR UPDATE"
        await asyncio.to_thread(other.execute, locked, (measure_id,))
        other.commit()
        served_measure = await change
    assert (served_measure["status"], served_measure["revision"]) == ("SERVED", measure["revision"] + 1)
    [told] = await feed.rows("SELECT count(*) FROM audit_entry WHERE operation = 'serveMeasure' AND action = 'CHANGE'")
    assert told["count"] == 1


@pytest.mark.parametrize("name", ["draftMeasure", "triageCase"])
async def test_more_than_there_are_connections_act_on_one_case_and_all_are_answered(
    feed: Feed, client: Client, name: str
) -> None:
    """Whoever holds the case waits for no connection that those hold who wait for the case."""
    about, officer = (
        global_id("PenaltyCase", await case_of(feed)),
        await Office(feed.database, client, Days())(Role.CASE_OFFICER),
    )
    document, wanted = {
        "draftMeasure": (mutation("draftMeasure", "id"), {"kind": "RECOMMENDATION", "caseIds": [about]}),
        "triageCase": (
            "mutation($input: TriageCaseInput!) { triageCase(input: $input) { userErrors { code } } }",
            {"caseId": about, "decision": "MEASURE", "reason": "理由"},
        ),
    }[name]
    answers = [each.json() for each in await asyncio.gather(*(officer.post(document, input=wanted) for _ in range(40)))]
    assert [each["errors"] for each in answers if "errors" in each] == []
