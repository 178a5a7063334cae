"""The audit trail is sealed every minute for as long as a server runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import structlog

from stores.audit_seals import SEAL_EVERY_SECONDS, seal_trail
from stores.errors import JianduError
from stores.keys import KeyRing
from stores.postgres import Database

log = structlog.get_logger()


@asynccontextmanager
async def sealing(
    database: Database, keys: KeyRing, *, every_seconds: float = SEAL_EVERY_SECONDS
) -> AsyncIterator[None]:
    """Seal meanwhile. Of several processes that do so at once one makes each minute's seal."""
    async with anyio.create_task_group() as group:
        group.start_soon(_seal_for_ever, database, keys, every_seconds)
        yield
        group.cancel_scope.cancel()


async def _seal_for_ever(database: Database, keys: KeyRing, every_seconds: float) -> None:
    while True:
        try:
            # A little less, so that a seal that was a moment late does not cost the next one a whole minute.
            await seal_trail(database, keys, unless_within_seconds=0.9 * every_seconds)
        except JianduError as error:
            log.error("the audit trail is not sealed", reason=error.message)  # noqa: TRY400  the sentence says it
        except Exception as error:  # noqa: BLE001  the server answers on, and the next minute seals what this one did not
            log.error("the audit trail is not sealed", error=type(error).__name__)  # noqa: TRY400  a trace may quote a row
        await anyio.sleep(every_seconds)
