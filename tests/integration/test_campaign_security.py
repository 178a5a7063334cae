"""Row-level security of campaigns and activities, whatever a statement asks."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from schema.access_records import EVERYTHING, Scope
from schema.access_vocabularies import Role
from schema.vocabularies import Department
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.campaign_serving import ASSIGN, City, served_city
from tests.integration.feeding import Feed
from tests.integration.test_campaign_tables import TABLES
from tests.integration.viewers import CITY, EAST, WEST

_OF_THE_CITY = """
INSERT INTO activity (kind, held_on, title, procuratorate_id, recorded_by, recorded_at)
SELECT 'VISIT', date '2015-01-01', p.name, p.id, (SELECT min(id) FROM account), now() FROM procuratorate p
 UNION ALL SELECT 'VISIT', '2015-01-01', '无', NULL, (SELECT min(id) FROM account), now();
INSERT INTO activity_agency SELECT a.id, (SELECT min(id) FROM agency) FROM activity a;
INSERT INTO activity_participant (activity_id, category, name) SELECT id, 'DEPUTY', '赵' FROM activity;
INSERT INTO activity_event (activity_id, revision, event, happened_at, actor_id)
SELECT id, 1, 'RECORDED', now(), recorded_by FROM activity;
INSERT INTO clue (number, title, source, class, status, procuratorate_id, department, handler_id, sender_id, opener_id,
                  due_on, opened_at, last_step_at, desks)
SELECT p.name, 't', 'VISIT', 'OTHER', 'NEW', p.id, 'PREVENTION', a.id, a.id, a.id, '2099-01-01', now(), now(),
       ARRAY[p.id || '/PREVENTION'] FROM procuratorate p, (SELECT min(id) AS id FROM account) a;
INSERT INTO measure (kind, status, title, text, addressee, procuratorate_id, author_id, drafted_at)
SELECT 'ORAL_CORRECTION', 'DRAFT', 't', 't', 't', p.id, a.id, now()
  FROM procuratorate p, (SELECT min(id) AS id FROM account) a;
INSERT INTO activity_clue SELECT a.id, c.id FROM activity a JOIN clue c ON c.procuratorate_id = a.procuratorate_id;
INSERT INTO activity_measure
SELECT a.id, m.id FROM activity a JOIN measure m ON m.procuratorate_id = a.procuratorate_id
"""
NONE = dict.fromkeys((table.name for table in TABLES if table.name != "campaign_queue"), 0)


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def city(feed: Feed) -> AsyncIterator[City]:
    """The city's campaign with an eastern review that is assigned, one of each county, and an activity of each."""
    async with served_city(feed) as opened:
        campaign = (await opened.opened())["id"]
        for place in (EAST, WEST):
            await opened.opened(Role.CHIEF, place)
        told = {"fileReviewId": await opened.review_of(campaign, "东1号")}
        told["reviewerLogin"] = await opened.account(Role.CASE_OFFICER)
        await (await opened.viewers(Role.CHIEF)).ask(ASSIGN, input=told)
        for statement in _OF_THE_CITY.split(";"):
            await feed.run(statement)
        yield opened


async def seen(city: City, scope: Scope) -> dict[str, int]:
    """How many rows of each table a scope shows."""
    async with city.feed.database.acting(scope).begin() as connection:
        return {table: await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in NONE}  # noqa: S608  our own names


async def of(city: City, *names: str, **more: Any) -> Scope:
    rows = await city.feed.rows("SELECT id FROM procuratorate WHERE name = ANY (:names)", names=list(names))
    return Scope(procuratorate_ids=tuple(row["id"] for row in rows), findings=True, **more)


async def test_the_program_sees_everything_and_a_transaction_without_a_scope_nothing(city: City) -> None:
    whole = {"campaign": 3, "campaign_case": 7, "file_review_event": 1}
    held = {"activity": 4, "activity_agency": 4, "activity_participant": 4, "activity_event": 4}
    came = {"activity_clue": 3, "activity_measure": 3}
    assert await seen(city, EVERYTHING) == {**whole, **held, **came}
    assert await seen(city, Scope()) == NONE
    async with city.feed.database.engine.connect() as connection:
        for table in NONE:
            assert await connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table  # noqa: S608  our own names


async def test_a_county_sees_the_citys_campaign_and_its_own_and_only_its_own_cases_in_them(city: City) -> None:
    eastern = await seen(city, await of(city, EAST))
    assert (eastern["campaign"], eastern["campaign_case"], eastern["file_review_event"]) == (2, 4, 1)
    western = await seen(city, await of(city, WEST))
    assert (western["campaign"], western["campaign_case"], western["file_review_event"]) == (2, 2, 0)
    whole = await seen(city, await of(city, CITY, EAST, WEST, unassigned=True))
    assert (whole["campaign"], whole["campaign_case"], whole["file_review_event"]) == (3, 7, 1)


async def test_an_activity_is_seen_where_it_was_held_and_above_and_what_came_of_it_with_the_clue(city: City) -> None:
    held = ("activity", "activity_agency", "activity_participant", "activity_event")
    eastern = await of(city, EAST)
    for scope, count in (
        (eastern, 1),
        (await of(city, CITY, EAST, WEST), 3),
        (await of(city, CITY, EAST, WEST, unassigned=True), 4),
    ):
        found = await seen(city, scope)
        assert {found[table] for table in held} == {count}
        assert (found["activity_clue"], found["activity_measure"]) == (0, 0)
    found = await seen(city, replace(eastern, departments=(Department.PREVENTION,), measures=True))
    assert (found["activity_clue"], found["activity_measure"]) == (1, 1)


async def test_an_agency_and_whoever_sees_no_findings_see_none(city: City) -> None:
    [row] = await city.feed.rows("SELECT min(id) AS id FROM agency")
    assert await seen(city, Scope(agency_id=row["id"], measures=True)) == NONE
    found = await seen(city, Scope(agency_id=row["id"], findings=True))
    assert (found["campaign"], found["campaign_case"], found["activity"]) == (0, 0, 0)
    assert await seen(city, replace(await of(city, CITY, EAST, WEST, unassigned=True), findings=False)) == NONE


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO campaign_case (campaign_id, case_id, joined_at) SELECT 1, :case, now()",
        "UPDATE campaign SET procuratorate_id = :west WHERE procuratorate_id = :east",
        """INSERT INTO activity (kind, held_on, title, procuratorate_id, recorded_by, recorded_at)
           SELECT 'VISIT', '2015-01-01', 't', :west, min(id), now() FROM account""",
        "UPDATE activity SET procuratorate_id = :west",
    ],
)
async def test_nobody_writes_out_of_scope(city: City, statement: str) -> None:
    ids = {row["name"]: row["id"] for row in await city.feed.rows("SELECT id, name FROM procuratorate")}
    [case] = await city.feed.rows("SELECT id FROM penalty_case WHERE document_number = '西1号'")
    told = {"west": ids[WEST], "east": ids[EAST], "case": case["id"]}
    told = {name: value for name, value in told.items() if f":{name}" in statement}
    with pytest.raises(ProgrammingError) as refused:
        async with city.feed.database.acting(await of(city, EAST)).begin() as connection:
            await connection.execute(text(statement), told)
    assert isinstance(refused.value.orig, errors.InsufficientPrivilege)
