from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from schema.access_vocabularies import AuditAction
from schema.audit_records import AuditAlert
from stores.audit_alerts import find_many_views, find_watched_views, list_watched, stop_watching, watch
from stores.errors import BadUserInputError
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import CHINA, TestDatabase, dsn
from tests.integration.audit_readers import EVERYBODY
from tests.integration.feeding import Feed, case, person
from tests.integration.test_audit_seals import viewed, write

NOON = datetime(2026, 3, 2, 12, tzinfo=CHINA)


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


def views(urls: TestDatabase, login: str, *seen: tuple[int, list[int]], action: str = "VIEW") -> None:
    """Entries of the past: (seconds after noon, cases)."""
    with psycopg.connect(dsn(urls.superuser), autocommit=True) as connection:
        for seconds, case_ids in seen:
            connection.execute(
                "INSERT INTO audit_entry (at, login, address, purpose, action, operation, detail, case_ids)"
                " VALUES (%s, %s, '', '', %s, 'node', '{}', %s)",
                [NOON + timedelta(seconds=seconds), login, action, case_ids],
            )


async def many(database: Database, *, most: int = 3, since: int = -3600) -> list[tuple[str, int, int, int]]:
    """(login, first second, last second, cases)."""
    async with database.begin() as connection:
        found = await find_many_views(
            connection,
            EVERYBODY,
            since=NOON + timedelta(seconds=since),
            until=NOON + timedelta(hours=5),
            most=most,
            minutes=10,
            first=100,
        )
    return [(each.login, _second(each.since), _second(each.until), each.cases) for each in found]


def _second(at: datetime) -> int:
    return int((at - NOON).total_seconds())


async def test_more_views_than_the_limit_within_the_minutes_are_one_alert(
    database: Database, database_urls: TestDatabase
) -> None:
    views(database_urls, "zhang", *[(60 * minute, [minute]) for minute in range(6)])
    assert await many(database) == [("zhang", 180, 300, 6)]
    assert await many(database, most=6) == []


async def test_as_many_views_in_more_time_are_none(database: Database, database_urls: TestDatabase) -> None:
    views(database_urls, "zhang", *[(300 * number, [number]) for number in range(20)])
    assert await many(database) == []


async def test_the_same_cases_seen_again_count_once(database: Database, database_urls: TestDatabase) -> None:
    views(database_urls, "zhang", *[(number, [1, 2, 3]) for number in range(50)])
    assert await many(database) == []


async def test_each_account_is_counted_alone_and_each_burst(database: Database, database_urls: TestDatabase) -> None:
    views(database_urls, "zhang", (0, [1, 2]), (7200, [1, 2, 3, 4]))
    views(database_urls, "li", (0, [3, 4]), (1, [5, 6, 7]), (7200, [1, 2, 3, 4, 5]))
    assert await many(database) == [("li", 7200, 7200, 5), ("zhang", 7200, 7200, 4), ("li", 1, 1, 5)]


async def test_a_change_is_no_view(database: Database, database_urls: TestDatabase) -> None:
    views(database_urls, "zhang", (0, [1, 2, 3, 4, 5]), action="CHANGE")
    assert await many(database) == []


async def watched(database: Database) -> list[AuditAlert]:
    async with database.begin() as connection:
        return await find_watched_views(
            connection,
            EVERYBODY,
            since=NOON - timedelta(days=365),
            until=datetime.now(CHINA) + timedelta(hours=1),
            first=100,
        )


async def test_views_of_a_watched_name_are_shown_while_it_is_watched(database: Database, feed: Feed) -> None:
    await feed(case("1号", party=person("张三丰")), case("2号"))
    mine, other = [row["id"] for row in await feed.cases()]
    await write(database, viewed(mine))
    async with database.begin() as connection:
        added = await watch(connection, name="张三丰", party_id=None, reason="回避", set_by="wang")
    await write(database, viewed(mine, other), viewed(other))
    [alert] = await watched(database)
    assert (alert.login, alert.case_id, alert.reason) == ("zhang", mine, "回避")
    async with database.begin() as connection:
        await stop_watching(connection, added.id, ended_by="wang")
    await write(database, viewed(mine))
    assert len(await watched(database)) == 1
    async with database.begin() as connection:
        assert await list_watched(connection) == []


async def test_whoever_changes_something_about_a_watched_name_is_shown(database: Database, feed: Feed) -> None:
    await feed(case("1号"))
    case_row = await feed.only_case()
    async with database.begin() as connection:
        await watch(connection, name=None, party_id=case_row["party_id"], reason="举报", set_by="wang")
    await write(database, replace(viewed(case_row["id"]), action=AuditAction.CHANGE))
    assert [alert.case_id for alert in await watched(database)] == [case_row["id"]]


async def test_a_party_is_watched_by_its_number(database: Database, feed: Feed) -> None:
    await feed(case("1号"))
    case_row = await feed.only_case()
    async with database.begin() as connection:
        await watch(connection, name=None, party_id=case_row["party_id"], reason="举报", set_by="wang")
    await write(database, viewed(case_row["id"]))
    assert [alert.case_id for alert in await watched(database)] == [case_row["id"]]


@pytest.mark.parametrize(
    ("name", "party_id", "reason"),
    [(None, None, "x"), ("张三", 1, "x"), ("…", None, "x"), ("张三", None, " "), (None, 999, "x")],
)
async def test_who_is_watched_and_why_must_be_said(
    database: Database, name: str | None, party_id: int | None, reason: str
) -> None:
    async with database.begin() as connection:
        with pytest.raises(BadUserInputError):
            await watch(connection, name=name, party_id=party_id, reason=reason, set_by="wang")


async def test_nobody_is_watched_no_longer_twice(database: Database) -> None:
    async with database.begin() as connection:
        with pytest.raises(BadUserInputError):
            await stop_watching(connection, 1, ended_by="wang")
