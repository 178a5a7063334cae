import anyio
import pytest

from commands.sealing import sealing
from stores.audit_verifying import verify_trail
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.test_audit_seals import viewed, write


async def test_a_server_seals_what_is_written_while_it_runs(database: Database, keys: KeyRing) -> None:
    async with sealing(database, keys, every_seconds=0.05):
        for number in range(3):
            await write(database, viewed(number))
            with anyio.fail_after(10):
                while (await verify_trail(database, keys)).unsealed:
                    await anyio.sleep(0.02)
    verification = await verify_trail(database, keys)
    assert verification.fits
    assert verification.seals == 3


async def test_a_server_lives_on_where_it_cannot_seal(
    database: Database, keys: KeyRing, capsys: pytest.CaptureFixture[str]
) -> None:
    await database.close()
    broken = Database.at(database.engine.url.set(host="/nowhere"), scope=database.scope)
    async with sealing(broken, keys, every_seconds=0.01):
        await anyio.sleep(0.2)
    assert "the audit trail is not sealed" in capsys.readouterr().out
    await broken.close()
