from collections.abc import Callable

import anyio
import psycopg
from structlog.testing import capture_logs

from commands.sealing import sealing
from stores.audit_verifying import verify_trail
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn
from tests.integration.test_audit_seals import viewed, write


async def everything_sealed(database: Database, keys: KeyRing) -> None:
    with anyio.fail_after(10):
        while (await verify_trail(database, keys)).unsealed:  # noqa: ASYNC110  another task seals, and tells nobody
            await anyio.sleep(0.02)


async def until(holds: Callable[[], bool]) -> None:
    with anyio.fail_after(10):
        while not holds():  # noqa: ASYNC110  the same
            await anyio.sleep(0.02)


async def test_a_server_seals_what_is_written_while_it_runs(database: Database, keys: KeyRing) -> None:
    async with sealing(database, keys, every_seconds=0.05):
        for number in range(3):
            await write(database, viewed(number))
            await everything_sealed(database, keys)
    verification = await verify_trail(database, keys)
    assert verification.fits
    assert verification.seals == 3


async def test_a_server_lives_on_where_it_cannot_seal_and_seals_when_it_can(
    database: Database, keys: KeyRing, database_urls: TestDatabase
) -> None:
    await write(database, viewed(1))
    with psycopg.connect(dsn(database_urls.superuser), autocommit=True) as connection, capture_logs() as logged:
        connection.execute("ALTER TABLE audit_seal ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
        async with sealing(database, keys, every_seconds=0.05):
            await until(lambda: bool(logged))
            assert logged[0]["event"] == "the audit trail is not sealed"
            connection.execute("ALTER TABLE audit_seal DROP CONSTRAINT full_disk")
            await everything_sealed(database, keys)
