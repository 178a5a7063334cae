"""What changes in the record reaches the index: nothing is lost, nothing comes back, nothing blocks the rest."""

import itertools
from collections.abc import Callable
from datetime import datetime
from functools import partial

import anyio
import httpx
import pytest
from sqlalchemy import text

from indexer.bulk import NotTakenError, deletion, index_action
from indexer.rebuild import rebuild
from indexer.relay import Relay
from indexer.verify import compare
from schema.search_document import MAPPING, SETTINGS
from schema.tokens import token_text
from stores.elastic import CaseIndex, ItemResult
from stores.errors import SearchIndexError, UnavailableError
from stores.outbox import acknowledge, begin_rebuild, bury, claim, current_rebuild, resurrect
from stores.postgres import Database
from stores.settings import Settings, load_settings
from tests.integration.indexing_cases import (
    AGENCY,
    add_cases,
    ask,
    dead,
    delete_case,
    execute,
    fine,
    found,
    indexed,
    pending,
    revisions,
)

Clock = Callable[[], datetime]
NEVER_IDLE = 60.0


@pytest.fixture
def relay(database: Database, index: CaseIndex, clock: Clock) -> Relay:
    return Relay(database, index, clock)


async def test_an_insert_a_change_and_a_delete_reach_the_index(
    database: Database, index: CaseIndex, relay: Relay
) -> None:
    kept, gone = await add_cases(database, 2)
    await relay.drain()
    assert await indexed(index) == {kept: 1, gone: 1}
    await fine(database, kept, 5000)
    await delete_case(database, gone)
    report = await relay.drain()
    assert await indexed(index) == {kept: 2}
    assert await found(index, {"term": {"fine_fen": 500_000}}) == {kept}
    assert (report.indexed, report.refused, report.pending) == (4, 0, 0)


async def test_a_document_carries_the_revision_of_its_case_as_its_version(
    database: Database, index: CaseIndex, relay: Relay
) -> None:
    (case_id,) = await add_cases(database)
    for yuan in range(1, 6):
        await fine(database, case_id, yuan)
    await relay.drain()
    assert await indexed(index) == await revisions(database) == {case_id: 6}


async def test_a_late_older_write_raises_nobody_from_the_dead(
    database: Database, index: CaseIndex, relay: Relay
) -> None:
    (case_id,) = await add_cases(database)
    async with database.begin() as connection:
        (late,) = await claim(connection, 1)
    await relay.drain()
    await delete_case(database, case_id)
    await relay.drain()
    assert late.document is not None
    (item,) = await index.bulk(index_action(index.names.cases, case_id, 1, late.document))
    assert item.conflict
    assert await indexed(index) == {}


async def test_the_end_of_a_case_that_another_relay_told_is_no_trouble(
    database: Database, index: CaseIndex, relay: Relay
) -> None:
    (case_id,) = await add_cases(database)
    await delete_case(database, case_id)
    await execute(database, "DELETE FROM outbox WHERE deleted_revision IS NOT NULL")
    assert (await relay.drain()).pending == 0
    assert await indexed(index) == {}


async def test_nothing_leaves_the_outbox_before_it_was_acknowledged(
    database: Database, index: CaseIndex, relay: Relay, elasticsearch: str
) -> None:
    await relay.drain()
    (case_id,) = await add_cases(database)
    await ask("PUT", f"{elasticsearch}/{index.names.cases}/_settings", {"index.blocks.write": True})
    relay.attempts = 1
    with pytest.raises(NotTakenError):
        await relay.drain()
    assert await pending(database) == 1
    assert await dead(database) == {}
    await ask("PUT", f"{elasticsearch}/{index.names.cases}/_settings", {"index.blocks.write": False})
    assert (await relay.drain()).pending == 0
    assert await indexed(index) == {case_id: 1}


async def test_a_closed_index_is_not_the_fault_of_the_documents(
    database: Database, index: CaseIndex, relay: Relay, elasticsearch: str
) -> None:
    await relay.drain()
    await add_cases(database)
    await ask("POST", f"{elasticsearch}/{index.names.cases}/_close")
    relay.attempts = 1
    with pytest.raises(NotTakenError):
        await relay.drain()
    assert await dead(database) == {}
    assert await pending(database) == 1


async def test_a_server_that_is_away_costs_nothing_but_time(database: Database, clock: Clock) -> None:
    await add_cases(database)
    nowhere = CaseIndex(load_settings(elasticsearch_url="http://127.0.0.1:9"))
    with pytest.raises(UnavailableError):
        await Relay(database, nowhere, clock).drain()
    await nowhere.close()
    assert await pending(database) == 1


@pytest.mark.parametrize("held", [1, 7])
async def test_a_conflict_with_the_same_or_a_higher_version_is_an_acknowledgement(
    database: Database, index: CaseIndex, relay: Relay, held: int
) -> None:
    await relay.drain()
    (case_id,) = await add_cases(database)
    document = f'{{"id":{case_id}}}'
    assert await index.bulk(index_action(index.names.cases, case_id, held, document)) == []
    assert (await relay.drain()).pending == 0
    assert await indexed(index) == {case_id: held}


async def test_a_conflict_without_a_document_is_no_acknowledgement(
    database: Database, index: CaseIndex, relay: Relay
) -> None:
    await relay.drain()
    (case_id,) = await add_cases(database)
    assert await index.bulk(deletion(index.names.cases, case_id, 5)) == []
    relay.attempts = 1
    with pytest.raises(NotTakenError):
        await relay.drain()
    assert await pending(database) == 1


async def narrow_index(elasticsearch: str, index: CaseIndex, clock: Clock) -> str:
    """An index that takes no credit code with a letter in it."""
    name = index.names.new_index(clock())
    mapping = {**MAPPING, "properties": {**MAPPING["properties"], "party_uscc": {"type": "long"}}}
    body = {"settings": SETTINGS, "mappings": mapping, "aliases": {index.names.cases: {}}}
    await ask("PUT", f"{elasticsearch}/{name}", body)
    return name


async def test_a_refused_document_is_put_aside_and_blocks_nothing_until_a_good_one_comes(
    database: Database, index: CaseIndex, relay: Relay, elasticsearch: str, clock: Clock
) -> None:
    await narrow_index(elasticsearch, index, clock)
    (bad,) = await add_cases(database, uscc="GEHEIM000000000000")
    (good,) = await add_cases(database)
    report = await relay.drain()
    assert (report.indexed, report.refused, report.pending) == (1, 1, 0)
    assert await indexed(index) == {good: 1}
    ((case_id, (revision, reason)),) = (await dead(database)).items()
    assert (case_id, revision) == (bad, 1)
    assert "party_uscc" in reason
    await execute(database, "UPDATE party SET uscc = NULL")
    assert (await relay.drain()).pending == 0
    assert await dead(database) == {}
    assert await indexed(index) == {good: 1, bad: 2}


async def test_why_a_document_was_refused_quotes_nothing_of_it(
    database: Database,
    index: CaseIndex,
    relay: Relay,
    elasticsearch: str,
    clock: Clock,
    capfd: pytest.CaptureFixture[str],
) -> None:
    await narrow_index(elasticsearch, index, clock)
    (case_id,) = await add_cases(database, uscc="GEHEIM000000000000")
    await relay.drain()
    assert "GEHEIM" not in (await dead(database))[case_id][1]
    assert "GEHEIM" not in "".join(capfd.readouterr())


async def test_a_dead_letter_is_of_the_newest_revision_whichever_relay_is_slower(database: Database) -> None:
    (case_id,) = await add_cases(database)
    await fine(database, case_id, 1)
    async with database.begin() as connection:
        await bury(connection, case_id, 1, "an older relay's")
    assert await dead(database) == {}
    async with database.begin() as connection:
        await bury(connection, case_id, 2, "of now")
        await resurrect(connection, {case_id: 1})
    assert await dead(database) == {case_id: (2, "of now")}


async def test_a_late_commit_is_not_lost(database: Database, index: CaseIndex, relay: Relay) -> None:
    first, second = await add_cases(database, 2)
    await relay.drain()
    async with database.begin() as opened_first:
        await opened_first.execute(text("UPDATE penalty_case SET fine = 1 WHERE id = :id"), {"id": first})
        await fine(database, second, 1)
        assert (await relay.drain()).pending == 0
        assert await indexed(index) == {first: 1, second: 2}
    await relay.drain()
    assert await indexed(index) == {first: 2, second: 2}


async def test_two_relays_at_once_send_everything(database: Database, index: CaseIndex, clock: Clock) -> None:
    relays = [Relay(database, index, clock) for _ in range(2)]
    case_ids = await add_cases(database, 1_200)
    async with anyio.create_task_group() as tasks:
        for relay in relays:
            tasks.start_soon(relay.drain)
        for case_id in case_ids[::300]:
            await fine(database, case_id, 1)
    await relays[0].drain()
    assert await pending(database) == 0
    assert await indexed(index) == await revisions(database)
    assert len(await index.our_indices()) == 1


async def test_a_drain_waits_for_what_another_relay_holds(database: Database, index: CaseIndex, clock: Clock) -> None:
    await Relay(database, index, clock).drain()
    await add_cases(database)
    relay = Relay(database, index, clock)
    async with anyio.create_task_group() as tasks, database.begin() as other:
        (held,) = await claim(other, 1)
        tasks.start_soon(relay.drain)
        await anyio.sleep(0.3)
        assert relay.indexed == 0
        await acknowledge(other, held.outbox_ids)
    assert (await relay.report()).pending == 0


async def test_a_drain_does_not_wait_for_ever_for_another_relay(
    database: Database, index: CaseIndex, clock: Clock
) -> None:
    relay = Relay(database, index, clock, attempts=1, patience_seconds=0.1)
    await relay.drain()
    await add_cases(database)
    async with database.begin() as other:
        await claim(other, 1)
        with pytest.raises(NotTakenError):
            await relay.drain()
    assert (await relay.drain()).pending == 0


async def test_a_drain_ends_though_changes_go_on(database: Database, index: CaseIndex, clock: Clock) -> None:
    (case_id,) = await add_cases(database)
    relay = Relay(database, index, clock)

    async def change_for_ever() -> None:
        for yuan in itertools.count():
            await fine(database, case_id, yuan)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(change_for_ever)
        with anyio.fail_after(20):
            await relay.drain()
        tasks.cancel_scope.cancel()


async def test_the_first_sync_builds_the_index(database: Database, index: CaseIndex, relay: Relay) -> None:
    assert await index.current_index() is None
    case_ids = await add_cases(database, 3)
    await relay.drain()
    assert (await index.current_index() or "").startswith(f"{index.names.cases}-v")
    assert await indexed(index) == dict.fromkeys(case_ids, 1)


async def test_no_write_makes_an_index_by_accident(index: CaseIndex, elasticsearch: str) -> None:
    allow = {"persistent": {"action.auto_create_index": "true"}}
    await ask("PUT", f"{elasticsearch}/_cluster/settings", allow)
    try:
        (item,) = await index.bulk(index_action(index.names.cases, 1, 1, '{"id":1}'))
    finally:
        forget = {"persistent": {"action.auto_create_index": None}}
        await ask("PUT", f"{elasticsearch}/_cluster/settings", forget)
    assert not item.refused
    assert not item.conflict
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        await ask("GET", f"{elasticsearch}/{index.names.cases}")


async def test_an_index_that_bears_the_alias_s_name_is_told_of_and_left_alone(
    database: Database, index: CaseIndex, relay: Relay, elasticsearch: str, clock: Clock
) -> None:
    await add_cases(database)
    await ask("PUT", f"{elasticsearch}/{index.names.cases}")
    for attempt in (relay.drain, partial(rebuild, database, index, clock), partial(compare, database, index)):
        with pytest.raises(SearchIndexError, match=f"An index is named {index.names.cases}"):
            await attempt()
    assert await index.count() == 0
    assert await index.our_indices() == []
    assert await pending(database) == 1
    await ask("DELETE", f"{elasticsearch}/{index.names.cases}")
    assert (await relay.drain()).indexed == 1


async def test_a_relay_writes_to_both_indices_while_one_is_being_rebuilt(
    database: Database, index: CaseIndex, relay: Relay, clock: Clock
) -> None:
    (gone,) = await add_cases(database)
    await relay.drain()
    fresh = index.names.new_index(clock())
    await index.create(fresh, alias=index.names.rebuild)
    async with database.begin() as connection:
        await begin_rebuild(connection, fresh, clock())
    await delete_case(database, gone)
    (case_id,) = await add_cases(database)
    await relay.drain()
    assert await indexed(index) == await indexed(index, index.names.rebuild) == {case_id: 1}


async def test_a_rebuild_that_died_after_its_swap_holds_up_no_relay(
    database: Database, index: CaseIndex, relay: Relay, clock: Clock
) -> None:
    await relay.drain()
    current = await index.current_index()
    assert current is not None
    async with database.begin() as connection:
        await begin_rebuild(connection, current, clock())
    (case_id,) = await add_cases(database)
    assert (await relay.drain()).pending == 0
    assert await indexed(index) == {case_id: 1}
    async with database.begin() as connection:
        assert await current_rebuild(connection) is None


@pytest.mark.parametrize(("table", "field"), [("agency", "agency"), ("party", "party")])
async def test_a_new_name_reaches_all_the_documents_that_show_it(
    database: Database, index: CaseIndex, relay: Relay, table: str, field: str
) -> None:
    case_ids = await add_cases(database, 4)
    (other,) = await add_cases(database, agency="另一县林业局")
    await execute(
        database,
        "UPDATE penalty_case SET party_id = (SELECT min(party_id) FROM penalty_case) WHERE id <> :id",
        id=other,
    )
    await relay.drain()
    name = "改名后的名称"
    which = "name = :old" if table == "agency" else "id = (SELECT min(party_id) FROM penalty_case)"
    values = {"name": name, "tokens": token_text(name)} | ({"old": AGENCY} if table == "agency" else {})
    await execute(database, f"UPDATE {table} SET name = :name, name_tokens = :tokens WHERE {which}", **values)  # noqa: S608  the test's own names
    await relay.drain()
    assert await found(index, {"match_phrase": {field: token_text(name)}}) == set(case_ids)
    assert await indexed(index) == await revisions(database)


class WatchedIndex(CaseIndex):
    """An index that remembers how large the requests to it were."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.sizes: list[int] = []

    async def bulk(self, body: bytes, *, refresh: bool = False) -> list[ItemResult]:
        self.sizes.append(len(body))
        return await super().bulk(body, refresh=refresh)


async def test_documents_too_large_for_one_request_go_in_several(
    database: Database, index: CaseIndex, relay: Relay, search_settings: Settings, clock: Clock
) -> None:
    await relay.drain()
    case_ids = await add_cases(database, 5, facts=" ".join(["x" * 250] * 1_600))
    watched = WatchedIndex(search_settings)
    await Relay(database, watched, clock).drain()
    await watched.close()
    assert len(watched.sizes) == 3
    assert max(watched.sizes) < 1_000_000
    assert await indexed(index) == dict.fromkeys(case_ids, 1)
