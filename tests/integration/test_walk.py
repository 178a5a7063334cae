"""The comparison that relays make by themselves: window after window, shared among them, and it puts right."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import anyio
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from indexer.bulk import deletion, index_action
from indexer.relay import Relay
from indexer.verify import Comparison, compare
from indexer.walk import Pace, Walk
from stores.elastic import CaseIndex
from stores.index_status import index_status
from stores.index_walk import claim_walk, last_finished_walk
from stores.postgres import Database
from tests.integration.indexing_cases import add_cases, dead, delete_case, execute, fine, indexed, revisions, soon

Clock = Callable[[], datetime]
SELDOM = Pace(cases=4, pause_seconds=0, rest_seconds=3_600)
NEVER_IDLE = 60.0


@pytest.fixture
async def case_ids(database: Database, index: CaseIndex, clock: Clock) -> list[int]:
    """Ten cases, all of them in the index."""
    made = await add_cases(database, 10)
    await Relay(database, index, clock).drain()
    return made


async def forget(database: Database) -> None:
    """Lose what waits, as no relay ever would."""
    await execute(database, "DELETE FROM outbox")


async def whole_walk(walk: Walk) -> list[Comparison]:
    """Every step of one walk."""
    steps: list[Comparison] = []
    while (step := await walk.step()) is not None:
        steps.append(step)
    return steps


@pytest.mark.usefixtures("case_ids")
async def test_a_walk_takes_one_window_a_step_and_then_rests(database: Database, index: CaseIndex) -> None:
    steps = await whole_walk(Walk(database, index, SELDOM))
    assert [(step.database, step.index, step.differences) for step in steps] == [(4, 4, 0), (4, 4, 0), (2, 2, 0)]
    async with database.begin() as connection:
        walked = await last_finished_walk(connection)
    assert walked is not None
    assert walked[1:] == (10, 0, 0, 0, 0, 0)


@pytest.mark.usefixtures("case_ids")
async def test_a_walk_goes_on_where_a_relay_that_died_had_come(database: Database, index: CaseIndex) -> None:
    first = await Walk(database, index, SELDOM).step()
    rest = await whole_walk(Walk(database, index, SELDOM))
    assert [step.database for step in [first, *rest] if step] == [4, 4, 2]


async def test_whatever_differs_is_put_right_and_logged_and_shows_in_the_status(
    database: Database, index: CaseIndex, clock: Clock, case_ids: list[int]
) -> None:
    missing, stale, orphaned = case_ids[0], case_ids[5], case_ids[9]
    await index.bulk(deletion(index.names.cases, missing, 2))
    await fine(database, missing, 1)
    await fine(database, missing, 2)
    await fine(database, stale, 1)
    await delete_case(database, orphaned)
    await index.bulk(index_action(index.names.cases, 999_999_999, 1, '{"id":999999999}'))
    await index.refresh()
    await forget(database)
    with capture_logs() as logged:
        steps = await whole_walk(Walk(database, index, SELDOM))
    assert [(step.missing, step.stale, step.orphaned, step.repaired) for step in steps] == [
        (1, 0, 0, 1),
        (0, 1, 0, 1),
        (0, 0, 2, 2),
    ]
    assert [entry["log_level"] for entry in logged if entry["event"] == "the index differed"] == ["error"] * 3
    assert await indexed(index) == await revisions(database)
    status = await index_status(database, index, clock, patience_seconds=10)
    assert status.differences == 4
    assert status.compared_at is not None


async def test_a_change_that_waits_is_no_difference(
    database: Database, index: CaseIndex, clock: Clock, case_ids: list[int]
) -> None:
    await fine(database, case_ids[0], 1)
    await delete_case(database, case_ids[1])
    await add_cases(database)
    assert sum(step.differences for step in await whole_walk(Walk(database, index, SELDOM))) == 0
    assert (await compare(database, index)).differences == 3
    await Relay(database, index, clock).drain()
    assert (await compare(database, index)).differences == 0


async def test_a_refused_document_is_sent_again_by_every_walk_until_it_is_taken(
    database: Database, index: CaseIndex, case_ids: list[int]
) -> None:
    await execute(database, "UPDATE party SET uscc = repeat('9', 40000) WHERE id = (SELECT min(id) FROM party)")
    await forget(database)
    with capture_logs() as logged:
        assert sum(step.refused for step in await whole_walk(Walk(database, index, SELDOM))) == 1
    assert [entry for entry in logged if entry["event"] == "the index differed"] == []
    assert list(await dead(database)) == [case_ids[0]]
    await execute(database, "UPDATE party SET uscc = NULL")
    await forget(database)
    await execute(database, "DELETE FROM index_walk")
    await whole_walk(Walk(database, index, SELDOM))
    assert await dead(database) == {}


@pytest.mark.usefixtures("case_ids")
async def test_several_relays_share_one_walk(database: Database, index: CaseIndex) -> None:
    walk = Walk(database, index, SELDOM)
    assert await walk.step() is not None
    async with database.begin() as connection:
        assert await claim_walk(connection, pause=timedelta(0), rest=timedelta(0)) is not None
        assert await walk.step() is None
    assert await walk.step() is not None


@pytest.mark.usefixtures("case_ids")
async def test_the_pause_is_kept_whoever_took_the_last_step(database: Database, index: CaseIndex) -> None:
    hasty = Pace(cases=4, pause_seconds=3_600, rest_seconds=0)
    assert await Walk(database, index, hasty).step() is not None
    assert await Walk(database, index, hasty).step() is None


@pytest.mark.usefixtures("case_ids")
async def test_only_the_last_whole_walk_is_kept(database: Database, index: CaseIndex) -> None:
    walk = Walk(database, index, Pace(cases=100, pause_seconds=0, rest_seconds=0))
    for _ in range(3):
        await walk.step()
    async with database.begin() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM index_walk")) == 1


async def test_a_relay_that_follows_mends_by_itself_what_was_damaged(
    database: Database, index: CaseIndex, clock: Clock, case_ids: list[int]
) -> None:
    await fine(database, case_ids[3], 1)
    await forget(database)
    relay = Relay(database, index, clock, idle_seconds=NEVER_IDLE, pace=Pace(cases=4, pause_seconds=0.01))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(relay.follow)
        await soon(partial(holds, index, case_ids[3], 2), seconds=10)
        tasks.cancel_scope.cancel()


async def holds(index: CaseIndex, case_id: int, revision: int) -> bool:
    return (await index.versions(index.names.cases, [str(case_id)])) == {str(case_id): revision}
