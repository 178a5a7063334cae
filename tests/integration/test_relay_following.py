"""A relay that follows: what wakes it, what it survives, and how soon others see what it sent."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import anyio

from indexer.relay import Relay
from stores.elastic import CaseIndex
from stores.postgres import Database
from tests.conftest import TestDatabase
from tests.integration.indexing_cases import (
    END_EVERY_CONNECTION,
    add_cases,
    as_superuser,
    ask,
    fine,
    found,
    pending,
    soon,
)

Clock = Callable[[], datetime]
NEVER_IDLE = 60.0


async def test_what_a_following_relay_sends_is_searchable_at_once(
    database: Database, index: CaseIndex, clock: Clock, elasticsearch: str
) -> None:
    relay = Relay(database, index, clock, idle_seconds=NEVER_IDLE)
    await relay.drain()
    await ask("PUT", f"{elasticsearch}/{index.names.cases}/_settings", {"index.refresh_interval": "-1"})
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(relay.follow)
        for case_id in await add_cases(database, 3):
            await soon(partial(is_found, index, case_id))
            await fine(database, case_id, 1)
        tasks.cancel_scope.cancel()


async def is_found(index: CaseIndex, case_id: int) -> bool:
    return case_id in await found(index, {"term": {"id": case_id}})


async def test_a_notice_wakes_a_relay_that_waits(database: Database, index: CaseIndex, clock: Clock) -> None:
    relay = Relay(database, index, clock, idle_seconds=NEVER_IDLE)
    await relay.drain()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(relay.follow)
        await add_cases(database)
        await soon(partial(nothing_waits, database))
        for _ in range(3):
            (case_id,) = await add_cases(database)
            await soon(partial(holds, index, case_id))
        tasks.cancel_scope.cancel()


async def nothing_waits(database: Database) -> bool:
    return await pending(database) == 0


async def holds(index: CaseIndex, case_id: int) -> bool:
    return bool(await index.versions(index.names.cases, [str(case_id)]))


async def test_a_lost_notice_only_delays(
    database: Database, database_urls: TestDatabase, index: CaseIndex, clock: Clock
) -> None:
    relay = Relay(database, index, clock, idle_seconds=0.3)
    await relay.drain()
    as_superuser(database_urls, "ALTER TABLE outbox DISABLE TRIGGER notify_relays")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(relay.follow)
        (case_id,) = await add_cases(database)
        await soon(partial(holds, index, case_id))
        tasks.cancel_scope.cancel()


async def test_a_relay_that_lost_its_connection_goes_on(
    database: Database, database_urls: TestDatabase, index: CaseIndex, clock: Clock
) -> None:
    relay = Relay(database, index, clock, idle_seconds=NEVER_IDLE)
    await relay.drain()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(relay.follow)
        await add_cases(database)
        await soon(partial(nothing_waits, database))
        as_superuser(database_urls, END_EVERY_CONNECTION)
        (case_id,) = await add_cases(database)
        await soon(partial(holds, index, case_id))
        tasks.cancel_scope.cancel()
