"""A new index is filled beside the old one and takes its place whole, or leaves no trace."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime

import anyio
import pytest
from sqlalchemy import text

from indexer.bulk import index_action
from indexer.rebuild import PAGE, RebuildUnderWayError, rebuild
from indexer.relay import Relay
from schema.search_document import MAPPING, MAPPING_VERSION, SETTINGS
from stores.elastic import CaseIndex
from stores.errors import SearchIndexError
from stores.outbox import (
    Rebuild,
    begin_rebuild,
    bury,
    current_rebuild,
    lock_rebuild,
    stream_documents,
)
from stores.postgres import Database
from stores.settings import Settings
from tests.conftest import REPOSITORY, TEST_KEY, TestDatabase
from tests.integration.indexing_cases import (
    END_EVERY_CONNECTION,
    add_cases,
    as_superuser,
    ask,
    dead,
    delete_case,
    execute,
    fine,
    indexed,
    pending,
    revisions,
)

Clock = Callable[[], datetime]


async def announced(database: Database) -> Rebuild | None:
    async with database.begin() as connection:
        return await current_rebuild(connection)


async def test_a_new_index_takes_the_place_of_the_old_one(database: Database, index: CaseIndex, clock: Clock) -> None:
    case_ids = await add_cases(database, 3)
    first = await rebuild(database, index, clock)
    second = await rebuild(database, index, clock)
    assert first.index != second.index
    assert re.fullmatch(rf"{index.names.cases}-v{MAPPING_VERSION}-\d{{20}}", second.index)
    assert second.documents == 3
    assert await index.our_indices() == [second.index] == [await index.current_index()]
    assert await index.current_index(index.names.rebuild) is None
    assert await announced(database) is None
    assert await indexed(index) == dict.fromkeys(case_ids, 1)


async def test_a_document_of_a_new_index_has_the_revision_of_its_case(
    database: Database, index: CaseIndex, clock: Clock
) -> None:
    (case_id,) = await add_cases(database)
    await fine(database, case_id, 1)
    await rebuild(database, index, clock)
    assert await indexed(index) == {case_id: 2}


async def test_changes_and_deletes_during_a_rebuild_survive(database: Database, index: CaseIndex, clock: Clock) -> None:
    case_ids = await add_cases(database, 2 * PAGE)
    relay = Relay(database, index, clock)
    await rebuild(database, index, clock)
    reports = []

    async def build() -> None:
        reports.append(await rebuild(database, index, clock))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(relay.follow)
        async with anyio.create_task_group() as building:
            building.start_soon(build)
            changed = deleted = 0
            while not reports:
                await fine(database, case_ids[changed % 2_000], changed)
                await delete_case(database, case_ids[-1 - deleted])
                await add_cases(database)
                changed, deleted = changed + 1, deleted + 1
        tasks.cancel_scope.cancel()
    assert changed > 3
    await relay.drain()
    assert await pending(database) == 0
    assert await index.our_indices() == [reports[0].index]
    assert await indexed(index) == await revisions(database)


async def test_a_rebuild_that_fails_leaves_no_index_and_no_announcement(
    database: Database, index: CaseIndex, clock: Clock
) -> None:
    await add_cases(database)
    before = await rebuild(database, index, clock)

    def fail(_documents: int) -> None:
        raise SearchIndexError("the fault of this test")

    with pytest.raises(SearchIndexError, match="the fault of this test"):
        await rebuild(database, index, clock, fail)
    assert await index.our_indices() == [before.index] == [await index.current_index()]
    assert await announced(database) is None


async def test_a_second_rebuild_at_once_is_refused_with_a_sentence(
    database: Database, index: CaseIndex, clock: Clock
) -> None:
    async with database.begin() as first:
        assert await lock_rebuild(first)
        with pytest.raises(RebuildUnderWayError, match="Another rebuild is under way"):
            await rebuild(database, index, clock)
    assert await index.our_indices() == []


# Holds up whoever moves the mark a second time: there a rebuild can be killed half-way at leisure.
HOLD_UP = """
CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NEW; END';
CREATE TRIGGER hold_up BEFORE UPDATE ON index_rebuild FOR EACH ROW WHEN (OLD.last_case_id > 0)
  EXECUTE FUNCTION hold_up()
"""


async def wait_for_mark(database: Database) -> Rebuild:
    with anyio.fail_after(60):
        while True:
            rebuilding = await announced(database)
            if rebuilding is not None and rebuilding.last_case_id:
                return rebuilding
            await anyio.sleep(0.1)


async def test_a_rebuild_that_was_killed_goes_on_behind_the_last_case_it_had_filled(
    database: Database, database_urls: TestDatabase, index: CaseIndex, search_settings: Settings, clock: Clock
) -> None:
    count = 7 * PAGE
    as_superuser(database_urls, HOLD_UP)
    case_ids = await add_cases(database, count)
    assert search_settings.elasticsearch_url is not None
    environment = os.environ | {
        "JIANDU_DATABASE_URL": database_urls.application.render_as_string(hide_password=False),
        "JIANDU_ELASTICSEARCH_URL": search_settings.elasticsearch_url.get_secret_value(),
        "JIANDU_ELASTICSEARCH_PREFIX": search_settings.elasticsearch_prefix,
        "JIANDU_DATA_KEY": TEST_KEY,
    }
    command = [sys.executable, "-m", "commands", "index", "rebuild"]
    killed = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stderr=subprocess.DEVNULL)  # noqa: ASYNC220  it starts at once
    try:
        await wait_for_mark(database)
    finally:
        killed.kill()
    assert killed.wait(10) == -signal.SIGKILL
    await database.close()
    as_superuser(database_urls, END_EVERY_CONNECTION)
    as_superuser(database_urls, "DROP TRIGGER hold_up ON index_rebuild")
    half = await announced(database)
    assert half is not None
    assert case_ids[0] <= half.last_case_id < case_ids[-1]
    assert await index.current_index() is None
    # What changes before it goes on is told to the relays' rebuild alias, below the mark too.
    await fine(database, case_ids[0], 1)
    await delete_case(database, case_ids[1])
    filled: list[int] = []
    report = await rebuild(database, index, clock, filled.append)
    assert report.index == half.index_name
    assert sum(filled) == sum(case_id > half.last_case_id for case_id in case_ids)
    assert report.documents == count - 1
    await Relay(database, index, clock).drain()
    assert await indexed(index) == await revisions(database)


async def test_what_another_version_of_the_mapping_began_is_begun_anew(
    database: Database, index: CaseIndex, clock: Clock, elasticsearch: str
) -> None:
    (case_id,) = await add_cases(database)
    stale = index.names.new_index(clock())
    mapping = {**MAPPING, "_meta": {"mapping_version": MAPPING_VERSION + 1}}
    body = {"settings": SETTINGS, "mappings": mapping, "aliases": {index.names.rebuild: {}}}
    await ask("PUT", f"{elasticsearch}/{stale}", body)
    async with database.begin() as connection:
        await begin_rebuild(connection, stale, clock())
    report = await rebuild(database, index, clock)
    assert report.index != stale
    assert await index.our_indices() == [report.index]
    assert await indexed(index) == {case_id: 1}


@pytest.mark.parametrize("with_announcement", [True, False])
async def test_one_half_of_a_beginning_hinders_no_rebuild(
    database: Database, index: CaseIndex, clock: Clock, with_announcement: bool
) -> None:
    (case_id,) = await add_cases(database)
    orphan = index.names.new_index(clock())
    if with_announcement:
        async with database.begin() as connection:
            await begin_rebuild(connection, orphan, clock())
    else:
        await index.create(orphan, alias=index.names.rebuild)
    report = await rebuild(database, index, clock)
    assert report.index != orphan
    assert await index.our_indices() == [report.index]
    assert await indexed(index) == {case_id: 1}


async def test_an_old_index_that_cannot_be_dropped_does_not_cost_the_new_one(
    database: Database, index: CaseIndex, clock: Clock, elasticsearch: str
) -> None:
    await add_cases(database)
    stray = index.names.new_index(clock())
    await ask("PUT", f"{elasticsearch}/{stray}", {"settings": {"index.blocks.read_only": True}})
    try:
        report = await rebuild(database, index, clock)
        assert await index.current_index() == report.index
        assert await index.our_indices() == sorted([stray, report.index])
    finally:
        await ask("PUT", f"{elasticsearch}/{stray}/_settings", {"index.blocks.read_only": None})


async def test_an_index_of_an_installation_with_a_longer_name_is_left_alone(
    database: Database, index: CaseIndex, clock: Clock, elasticsearch: str
) -> None:
    other = f"{index.names.cases}-v2-cases-v1-20150101000000000000"
    await ask("PUT", f"{elasticsearch}/{other}")
    try:
        await rebuild(database, index, clock)
        await ask("GET", f"{elasticsearch}/{other}")
    finally:
        await ask("DELETE", f"{elasticsearch}/{other}")


async def refuse(database: Database, case_id: int) -> None:
    """Make a case whose document Elasticsearch refuses: a keyword takes 32,766 bytes."""
    await execute(
        database,
        "UPDATE party SET uscc = repeat('9', 40000) WHERE id = (SELECT party_id FROM penalty_case WHERE id = :id)",
        id=case_id,
    )


async def test_a_refused_document_hinders_no_rebuild(database: Database, index: CaseIndex, clock: Clock) -> None:
    good, bad = await add_cases(database, 2)
    await rebuild(database, index, clock)
    await refuse(database, bad)
    await rebuild(database, index, clock)
    assert await indexed(index) == {good: 1}
    assert [(case_id, revision) for case_id, (revision, _) in (await dead(database)).items()] == [(bad, 2)]


async def test_an_index_that_would_lose_a_document_is_not_swapped_in(
    database: Database, index: CaseIndex, clock: Clock, elasticsearch: str
) -> None:
    (case_id,) = await add_cases(database)
    await refuse(database, case_id)
    in_use = index.names.new_index(clock())
    await ask("PUT", f"{elasticsearch}/{in_use}", {"aliases": {index.names.cases: {}}})
    assert await index.bulk(index_action(index.names.cases, case_id, 2, f'{{"id":{case_id}}}')) == []
    with pytest.raises(SearchIndexError, match=rf"Nothing was swapped.*case {case_id}: .*party_uscc"):
        await rebuild(database, index, clock)
    assert await index.our_indices() == [in_use] == [await index.current_index()]


async def test_a_dead_letter_that_the_new_index_takes_is_forgotten(
    database: Database, index: CaseIndex, clock: Clock
) -> None:
    (case_id,) = await add_cases(database)
    async with database.begin() as connection:
        await bury(connection, case_id, 1, "refused by an older mapping")
    await rebuild(database, index, clock)
    assert await dead(database) == {}


async def test_swapping_in_moves_both_aliases_and_may_be_done_again(index: CaseIndex, clock: Clock) -> None:
    old, new = index.names.new_index(clock()), index.names.new_index(clock())
    await index.create(old, alias=index.names.cases)
    await index.create(new, alias=index.names.rebuild)
    for _ in range(2):
        await index.swap_in(new)
        assert await index.current_index() == new
        assert await index.current_index(index.names.rebuild) is None
    await index.drop_others(new)
    assert await index.our_indices() == [new]


async def test_what_fills_is_read_through_a_cursor_of_the_server(database: Database) -> None:
    await add_cases(database, 3)
    open_cursors = text("SELECT count(*) FROM pg_cursors WHERE statement LIKE '%penalty_case%'")
    async with database.begin() as connection:
        async with aclosing(stream_documents(connection, after=0, page=1)) as pages:
            assert len(await anext(pages)) == 1
            assert await connection.scalar(open_cursors) == 1
        assert await connection.scalar(open_cursors) == 0
