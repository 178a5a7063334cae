"""The statutes that cases cite are kept by whoever changes a case, in the change's own transaction."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import anyio
import psycopg
import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine

from schema.access_records import EVERYTHING
from schema.tokens import several_token_texts, token_text
from stores.embedded import EmbeddedDatabase
from stores.keys import KeyRing
from stores.migrating import _config, migrate
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn, seeing_all
from tests.integration.feeding import Feed, case
from tests.integration.indexing_cases import add_cases, execute, soon

STATE = "中华人民共和国"


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


async def kept(feed: Feed) -> list[str]:
    """The names of all statutes; their tokens are what schema.tokens makes of them."""
    rows = await feed.rows("SELECT name, name_tokens FROM statute ORDER BY name")
    for row in rows:
        names = [row["name"]]
        if row["name"].startswith(STATE):
            names.append(row["name"].removeprefix(STATE))
        assert row["name_tokens"] == several_token_texts(names)
    return [row["name"] for row in rows]


@pytest.mark.parametrize(
    ("basis", "names"),
    [
        ("《中华人民共和国水污染防治法》第一条", ["中华人民共和国水污染防治法"]),
        ("依据《水污染防治法》和《排污许可管理条例》", ["排污许可管理条例", "水污染防治法"]),
        ("《水污染防治法（2017年修正）》《水污染防治法(2008年修订)》", ["水污染防治法"]),
        ("《环境行政处罚办法（试行）》", ["环境行政处罚办法（试行）"]),
        ("《关于审理案件若干问题的解释（二）》", ["关于审理案件若干问题的解释（二）"]),
        ("《最高人民法院关于适用〈行政诉讼法〉的解释》", ["最高人民法院关于适用〈行政诉讼法〉的解释"]),
        ("《关于适用《行政诉讼法》的解释》", ["行政诉讼法"]),
        ("《河南省\n大气 污染　防治条例》", ["河南省大气污染防治条例"]),
        ("《GB  3838-2002  地表水环境质量标准》", ["GB 3838-2002地表水环境质量标准"]),
        ("《刑法》《宪法》", ["刑法", "宪法"]),
        ("《环境行政处罚办法（试行）》《环境行政处罚办法(试行)》", ["环境行政处罚办法(试行)"]),
        ("《责令改正违法行为决定书》《办法》《该条例》《本法》《做法》", []),
        ("《关于张**的规定》《关于张＊的规定》", []),
        ("《水污染防治法", []),
        ("水污染防治法》", []),
        ("《》《法》", []),
        (f"《{'长' * 79}法》", [f"{'长' * 79}法"]),
        (f"《{'长' * 80}法》", []),
        (f"《{chr(0xFDFA) * 70}法》", []),
        ("无依据", []),
        (None, []),
    ],
)
async def test_what_stands_in_title_marks_and_ends_like_a_statute_is_kept_once(
    feed: Feed, basis: str | None, names: list[str]
) -> None:
    await feed(case("1号", legalBasis=basis), case("2号", legalBasis=basis))
    assert await kept(feed) == names


async def test_a_name_that_holds_a_natural_persons_is_not_kept(feed: Feed) -> None:
    await feed(
        case("1号", facts="经营者：赵小满，男。", legalBasis="《赵小满管理办法》《种子法》"),
        case("2号", legalBasis="《赵小满大队管理办法》"),
    )
    assert await kept(feed) == ["种子法", "赵小满大队管理办法"]


async def test_a_change_of_the_basis_is_heard_of_and_any_other_changes_nothing(feed: Feed) -> None:
    await feed(case(legalBasis="《种子法》"))
    await feed.run("DELETE FROM statute")
    await feed.run("UPDATE penalty_case SET fine = 3")
    assert await kept(feed) == []
    await feed.run("UPDATE penalty_case SET legal_basis = '《草原法》'")
    assert await kept(feed) == ["草原法"]
    async with feed.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE penalty_case SET legal_basis = '《渔业法》'")
        await connection.rollback()
    assert await kept(feed) == ["草原法"]


async def test_transactions_that_tell_of_the_same_statutes_in_any_order_wait_and_never_fail(
    feed: Feed, database_urls: TestDatabase
) -> None:
    first, second = await add_cases(feed.database, 2)

    async def cite(connection: psycopg.AsyncConnection, case_id: int, name: str) -> None:
        await connection.execute("UPDATE penalty_case SET legal_basis = %s WHERE id = %s", [f"《{name}》", case_id])

    async def other_waits() -> bool:
        return bool(await feed.rows("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))

    url = seeing_all(database_urls.application)
    async with (
        await psycopg.AsyncConnection.connect(url) as one,
        await psycopg.AsyncConnection.connect(url) as other,
    ):
        await cite(one, first, "种子法")

        async def other_order() -> None:
            await cite(other, second, "草原法")
            await cite(other, second, "种子法")
            await other.commit()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(other_order)
            await soon(other_waits)
            await cite(one, first, "草原法")
            await one.commit()
    assert await kept(feed) == ["种子法", "草原法"]


async def test_whoever_tells_of_nothing_new_waits_for_nobody(feed: Feed, database_urls: TestDatabase) -> None:
    first, second = await add_cases(feed.database, 2)
    await execute(feed.database, "UPDATE penalty_case SET legal_basis = '《种子法》' WHERE id = :id", id=first)
    async with await psycopg.AsyncConnection.connect(seeing_all(database_urls.application)) as open_for_long:
        await open_for_long.execute("UPDATE penalty_case SET legal_basis = '《草原法》' WHERE id = %s", [first])
        with anyio.fail_after(5):
            await execute(
                feed.database, "UPDATE penalty_case SET legal_basis = '《种子法》。' WHERE id = :id", id=second
            )


_ALPHABET = "中华人民共和国水污法条例〇々ＧｇBb1２９ⅡΣ《》（）〔〕()·—-_ \u3000\n，。①㈱é"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(_ALPHABET, max_size=100))
async def test_the_database_makes_the_tokens_that_the_search_makes(database: Database, text: str) -> None:
    async with database.begin() as connection:
        found = (await connection.exec_driver_sql("SELECT token_text(%s)", (text,))).scalar()
    assert found == token_text(text)


# -- The migration ----------------------------------------------------------------------------------------------------


@pytest.fixture
def empty_database(postgres: EmbeddedDatabase, database_urls: TestDatabase) -> Iterator[TestDatabase]:
    """A database that no migration has seen."""
    name = f"{database_urls.owner.database}_old"
    with psycopg.connect(dsn(postgres.superuser), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER jiandu_owner TEMPLATE template0".encode())
        try:
            yield TestDatabase(
                *(getattr(postgres, role).set(database=name) for role in ("superuser", "owner", "application"))
            )
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


async def test_what_the_cases_of_an_older_database_cite_is_kept_by_its_migration(empty_database: TestDatabase) -> None:
    def upgrade_to_the_revision_before(connection: Connection) -> None:
        command.upgrade(_config(connection), "0004")

    engine = create_engine(empty_database.owner)
    with engine.begin() as connection:
        upgrade_to_the_revision_before(connection)
    engine.dispose()
    database = Database.at(empty_database.application, scope=EVERYTHING)
    try:
        await add_cases(database, 2)
        await execute(database, "UPDATE penalty_case SET legal_basis = '《种子法》《草原法》', person_names = '{草原}'")
        await migrate(empty_database.owner)
        async with database.begin() as opened:
            assert (await opened.exec_driver_sql("SELECT name FROM statute")).scalars().all() == ["种子法"]
    finally:
        await database.close()
