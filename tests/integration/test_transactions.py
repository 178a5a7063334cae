"""A transaction: all of it is kept or nothing, and others see it when it has ended."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import anyio
import pytest
from sqlalchemy import text

from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import AGENCY, Feed, agency


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
