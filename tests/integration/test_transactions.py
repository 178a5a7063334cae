"""A transaction: all of it is kept or nothing, and others see it when it has ended."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import anyio
import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.pool import QueuePool

from schema.access_records import EVERYTHING
from stores.errors import UnavailableError
from stores.keys import KeyRing
from stores.postgres import Database, DatabaseConnection
from tests.conftest import TestDatabase, dsn
from tests.integration.feeding import AGENCY, Feed, agency, case


@pytest.fixture
async def database_with_an_agency(
    database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path
) -> Database:
    await Feed(database, keys, clock, tmp_path)(agency(), name="agencies.jsonl")
    return database


async def rename_and_fail(database: Database, error: BaseException) -> None:
    async with database.begin() as connection:
        await connection.execute(text("UPDATE agency SET name = '改'"))
        raise error


async def server_of(connection: DatabaseConnection) -> int:
    """The process that serves a connection."""
    return int(await connection.scalar(text("SELECT pg_backend_pid()")) or 0)


async def in_transaction(database: Database) -> int:
    async with database.begin() as connection:
        return await server_of(connection)


async def alone(database: Database) -> int:
    return await database.alone(server_of)


async def names(database: Database) -> list[str]:
    async with database.begin() as connection:
        return list(await connection.scalars(text("SELECT name FROM agency")))


async def test_of_one_that_fails_nothing_is_kept_and_its_connection_serves_the_next(
    database_with_an_agency: Database,
) -> None:
    for error in (ValueError("在途中"), anyio.get_cancelled_exc_class()()):
        with pytest.raises(type(error)):
            await rename_and_fail(database_with_an_agency, error)
        assert await names(database_with_an_agency) == [AGENCY]


async def test_others_see_nothing_of_one_before_its_end(database_with_an_agency: Database) -> None:
    async with database_with_an_agency.begin() as connection:
        await connection.execute(text("UPDATE agency SET name = '改'"))
        assert await names(database_with_an_agency) == [AGENCY]
    assert await names(database_with_an_agency) == ["改"]


async def test_one_statement_alone_is_a_transaction_that_shows_nothing_of_any_scope(
    database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path
) -> None:
    feed = Feed(database, keys, clock, tmp_path)
    await feed(agency(), name="agencies.jsonl")
    await feed(case("1号"), name="cases.jsonl")
    acting = database.acting(EVERYTHING)
    rename = text("UPDATE agency SET name = '改' RETURNING (SELECT count(*) FROM penalty_case)")
    assert await acting.alone(lambda connection: connection.scalar(rename)) == 0
    assert await names(database) == ["改"]


@pytest.mark.parametrize("ask", [in_transaction, alone])
async def test_a_connection_that_the_server_ended_meanwhile_is_replaced(
    database: Database, database_urls: TestDatabase, ask: Callable[[Database], Awaitable[int]]
) -> None:
    before = await ask(database)
    with psycopg.connect(dsn(database_urls.superuser), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 10000)", [before])
    assert await ask(database) != before


@pytest.mark.parametrize("ask", [in_transaction, alone])
async def test_whoever_finds_no_connection_free_is_told_to_try_again(
    database: Database, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Database], Awaitable[int]]
) -> None:
    pool = database.engine.sync_engine.pool
    assert isinstance(pool, QueuePool)
    monkeypatch.setattr(pool, "_timeout", 0.01)
    async with AsyncExitStack() as stack:
        # As many again overflow it.
        for _ in range(2 * pool.size()):
            await stack.enter_async_context(database.begin())
        with pytest.raises(UnavailableError, match="Too many requests wait"):
            await ask(database)
