"""The tables of measures: wrong states are impossible, what was written down stays, and each sees what is theirs."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import CheckConstraint, UniqueConstraint, text
from sqlalchemy.exc import DBAPIError

from schema.access_records import EVERYTHING, Scope
from schema.measure_tables import measure, measure_case, measure_event
from stores.keys import KeyRing
from stores.measures import measures_by_id, measures_of_cases
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn
from tests.integration.feeding import Feed, case, person
from tests.integration.viewers import EASTERN, UNSUPERVISED, WESTERN, organise

TABLES = (measure, measure_case, measure_event)

THERE = """
INSERT INTO account (login, name, roles) VALUES ('li', '李某', '{ADMINISTRATOR}');
INSERT INTO measure (kind, status, title, text, addressee, author_id, drafted_at)
SELECT 'RECOMMENDATION', 'DRAFT', '题', '文', '某局', id, now() FROM account WHERE login = 'li';
INSERT INTO measure_event (measure_id, revision, event, happened_at, on_day, actor_id, status)
SELECT m.id, 1, 'DRAFTED', now(), '2024-06-03', m.author_id, 'DRAFT' FROM measure m;
"""
ISSUED = "UPDATE measure SET status = 'ISSUED', number = '检建〔2024〕1号', issued_on = '2024-06-03'"
SERVED = f"{ISSUED}, served_on = '2024-06-04'"
ANOTHER = """INSERT INTO measure (kind, status, title, text, addressee, author_id, drafted_at, number, issued_on)
SELECT kind, status, title, text, addressee, author_id, drafted_at, number, issued_on FROM measure"""

STEP_AGAIN = """
INSERT INTO measure_event (measure_id, revision, event, happened_at, on_day, actor_id, status)
SELECT measure_id, revision, event, happened_at, on_day, actor_id, status FROM measure_event
"""

WRONG_STATES = [
    ("UPDATE measure SET kind = 'FINE'", "ck_measure_kind_known"),
    # That it is overdue is read, and never stored.
    (SERVED.replace("ISSUED", "OVERDUE"), "ck_measure_status_known"),
    ("UPDATE measure SET department = 'KITCHEN'", "ck_measure_department_known"),
    ("UPDATE measure SET title = ''", "ck_measure_title_text_and_addressee_not_empty"),
    ("UPDATE measure SET text = ''", "ck_measure_title_text_and_addressee_not_empty"),
    ("UPDATE measure SET addressee = ''", "ck_measure_title_text_and_addressee_not_empty"),
    (ISSUED.replace("'2024-06-03'", "NULL"), "ck_measure_numbered_when_issued"),
    ("UPDATE measure SET status = 'ISSUED'", "ck_measure_issued_with_number"),
    ("UPDATE measure SET number = '1号', issued_on = '2024-06-03'", "ck_measure_draft_without_number"),
    ("UPDATE measure SET status = 'WITHDRAWN', served_on = '2024-06-04'", "ck_measure_served_after_issue"),
    (f"{SERVED}, replied_on = '2024-06-05'", "ck_measure_reply_whole"),
    (f"{SERVED}, reply = '已办', replied_on = '2024-06-03'", "ck_measure_replied_after_service"),
    (f"{SERVED}, checked_on = '2024-06-05'", "ck_measure_check_whole"),
    (f"{ISSUED}; {ANOTHER}", "uq_measure_number"),
    ("UPDATE measure_event SET event = 'LOST'", "ck_measure_event_event_known"),
    ("UPDATE measure_event SET status = 'OVERDUE'", "ck_measure_event_status_known"),
    (STEP_AGAIN, "uq_measure_event_revision"),
]


@pytest.mark.parametrize(("statement", "constraint"), WRONG_STATES)
async def test_a_wrong_state_is_refused(database_urls: TestDatabase, statement: str, constraint: str) -> None:
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        connection.execute(THERE.encode())
        with pytest.raises(errors.IntegrityError) as refused:
            connection.execute(statement.encode())
        assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize(
    "statement",
    [
        *(ISSUED, SERVED, "UPDATE measure SET status = 'WITHDRAWN'"),
        f"{SERVED}, reply = '已办', replied_on = '2024-06-04', rectification = '已改', checked_on = '2024-06-05'",
    ],
)
async def test_a_right_state_is_not(database_urls: TestDatabase, statement: str) -> None:
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        connection.execute(THERE.encode())
        connection.execute(statement.encode())


def test_every_check_and_unique_constraint_is_tried_above() -> None:
    named = {
        str(constraint.name)
        for table in TABLES
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint | UniqueConstraint)
    } | {index.name for table in TABLES for index in table.indexes if index.unique}
    assert named == {constraint for _statement, constraint in WRONG_STATES}


# Row-level security --------------------------------------------------------------------------------------------------


@pytest.fixture
async def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    """With a draft and an issued measure of each county, and of nobody, about a case of each agency."""
    opened = Feed(database, keys, clock, tmp_path)
    await organise(opened)
    for agency in (EASTERN, WESTERN, UNSUPERVISED):
        await opened(case("1号", agency=agency, party=person(f"周{agency[0]}国")), name=f"{agency}.jsonl")
    for number in ("NULL", "a.name || '检建〔2024〕1号'"):
        await opened.run(
            "INSERT INTO measure (kind, status, title, text, addressee, author_id, drafted_at, agency_id,"  # noqa: S608  our own words
            " procuratorate_id, number, issued_on)"
            f" SELECT 'RECOMMENDATION', CASE WHEN {number} IS NULL THEN 'DRAFT' ELSE 'ISSUED' END, a.name, '文',"
            f" a.name, (SELECT min(id) FROM account), now(), a.id, a.procuratorate_id, {number},"
            f" CASE WHEN {number} IS NULL THEN NULL ELSE DATE '2024-06-03' END FROM agency a"
        )
    await opened.run(
        "INSERT INTO measure_case SELECT m.id, c.id FROM measure m JOIN penalty_case c ON c.agency_id = m.agency_id"
    )
    await opened.run(
        "INSERT INTO measure_event (measure_id, revision, event, happened_at, on_day, actor_id, status)"
        " SELECT id, 1, 'DRAFTED', now(), '2024-06-03', author_id, 'DRAFT' FROM measure"
    )
    return opened


async def scopes(feed: Feed) -> dict[str, tuple[Scope, dict[str, int]]]:
    """Scopes by what they are called, and how many measures of which agency each is shown."""
    [east] = await feed.rows("SELECT id, procuratorate_id FROM agency WHERE name = :name", name=EASTERN)
    county = (east["procuratorate_id"],)
    return {
        "everything": (EVERYTHING, {EASTERN: 2, WESTERN: 2, UNSUPERVISED: 2}),
        "a county": (Scope(procuratorate_ids=county, measures=True), {EASTERN: 2}),
        "a county without measures": (Scope(procuratorate_ids=county), {}),
        "what is nobody's": (Scope(unassigned=True, measures=True), {UNSUPERVISED: 2}),
        "an agency": (Scope(agency_id=east["id"], measures=True), {EASTERN: 1}),
        "an agency without measures": (Scope(agency_id=east["id"]), {}),
        "nothing": (Scope(), {}),
    }


@pytest.mark.parametrize("table", ["measure", "measure_case", "measure_event"])
async def test_what_is_asked_of_the_tables_themselves_is_what_is_in_scope(feed: Feed, table: str) -> None:
    key = "id" if table == "measure" else "measure_id"
    for name, (scope, expected) in (await scopes(feed)).items():
        async with feed.database.acting(scope).begin() as connection:
            ids = list(await connection.scalars(text(f"SELECT {key} FROM {table}")))  # noqa: S608  our own names
        rows = await feed.rows("SELECT title, id FROM measure WHERE id = ANY (:ids)", ids=ids)
        titles = [row["title"] for row in rows]
        assert {title: titles.count(title) for title in titles} == expected, name


async def test_the_api_s_own_questions_ask_for_what_is_in_scope_whatever_the_tables_show(feed: Feed) -> None:
    measures = [row["id"] for row in await feed.rows("SELECT id FROM measure")]
    cases = [row["id"] for row in await feed.rows("SELECT id FROM penalty_case")]
    for name, (scope, expected) in (await scopes(feed)).items():
        async with feed.database.begin() as connection:
            by_id = await measures_by_id(connection, scope, measures)
            of_cases = await measures_of_cases(connection, scope, cases, first=10, after=None)
        for found in (list(by_id.values()), [each for several in of_cases.values() for each in several]):
            titles = [each.title for each in found]
            assert {title: titles.count(title) for title in titles} == expected, name


async def test_the_names_to_cover_are_known_of_cases_out_of_scope_too(feed: Feed) -> None:
    await feed.run(
        "INSERT INTO measure_case SELECT m.id, c.id FROM measure m, penalty_case c, agency a"
        " WHERE m.title = :eastern AND a.id = c.agency_id AND a.name = :western",
        eastern=EASTERN,
        western=WESTERN,
    )
    scope, _ = (await scopes(feed))["a county"]
    ids = [row["id"] for row in await feed.rows("SELECT id FROM measure WHERE title = :name", name=EASTERN)]
    async with feed.database.acting(scope).begin() as connection:
        found = await measures_by_id(connection, scope, ids)
    assert {each.person_names for each in found.values()} == {("周东国", "周西国")}


async def test_a_measure_of_another_county_is_neither_made_nor_changed_nor_lost(feed: Feed) -> None:
    scope, _ = (await scopes(feed))["a county"]
    changed = "UPDATE measure SET title = '改' WHERE title = :western"
    async with feed.database.acting(scope).begin() as connection:
        assert (await connection.execute(text(changed), {"western": WESTERN})).rowcount == 0
    for statement in (
        "UPDATE measure SET procuratorate_id = (SELECT id FROM procuratorate WHERE name LIKE '西%')",
        "DELETE FROM measure",
        "DELETE FROM measure_case",
        "UPDATE measure_event SET note = '改'",
        "DELETE FROM measure_event",
    ):
        with pytest.raises(DBAPIError):
            async with feed.database.acting(scope).begin() as connection:
                await connection.execute(text(statement))
