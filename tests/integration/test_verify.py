"""`index verify` finds every case that differs, none that does not, and puts right what it finds."""

from collections.abc import AsyncGenerator, Callable
from datetime import datetime

import pytest

from indexer.bulk import deletion, index_action
from indexer.relay import Relay
from indexer.verify import Comparison, compare
from stores.elastic import CaseIndex, IndexedRevision
from stores.errors import SearchIndexError
from stores.postgres import Database
from stores.settings import Settings
from tests.integration.indexing_cases import add_cases, ask, dead, delete_case, execute, fine, indexed, revisions

Clock = Callable[[], datetime]


@pytest.fixture
async def relay(database: Database, index: CaseIndex, clock: Clock) -> Relay:
    """A relay that has built the index."""
    relay = Relay(database, index, clock)
    await relay.drain()
    return relay


async def forget(database: Database) -> None:
    """Lose what waits, as no relay ever would."""
    await execute(database, "DELETE FROM outbox")


async def test_both_sides_agree_after_a_sync(database: Database, index: CaseIndex, relay: Relay) -> None:
    await add_cases(database, 3)
    await relay.drain()
    assert await compare(database, index) == Comparison(database=3, index=3)


async def test_missing_stale_and_orphaned_documents_are_told_apart_and_put_right(
    database: Database, index: CaseIndex, relay: Relay
) -> None:
    case_ids = await add_cases(database, 10)
    await relay.drain()
    alias = index.names.cases
    missing, stale, orphaned = case_ids[0:3], case_ids[3:5], case_ids[9:10]
    for case_id in missing:
        # As a lost write would, not as a delete of ours: the version stays free.
        await index.bulk(deletion(alias, case_id, 1) + deletion(alias, case_id, 2))
        await fine(database, case_id, 1)
        await fine(database, case_id, 2)
    for case_id in stale:
        await fine(database, case_id, 1)
    for case_id in orphaned:
        await delete_case(database, case_id)
    await forget(database)
    expected = Comparison(database=9, index=7, missing=3, stale=2, orphaned=1)
    assert await compare(database, index) == expected
    assert await compare(database, index) == expected
    expected.repaired = 6
    assert await compare(database, index, repair=True) == expected
    assert await compare(database, index) == Comparison(database=9, index=9)
    assert await indexed(index) == await revisions(database)


async def test_a_document_that_is_none_of_ours_is_orphaned(
    database: Database, index: CaseIndex, relay: Relay, elasticsearch: str
) -> None:
    (case_id,) = await add_cases(database)
    await relay.drain()
    for key, body in (("stranger", {"domain": "OTHER"}), ("999999999999999999999", {}), ("77", {"id": case_id})):
        await ask("PUT", f"{elasticsearch}/{index.names.cases}/_doc/{key}", body)
    assert await compare(database, index) == Comparison(database=1, index=4, orphaned=3)
    assert (await compare(database, index, repair=True)).repaired == 3
    assert await indexed(index) == {case_id: 1}


@pytest.mark.usefixtures("relay")
async def test_what_is_not_searchable_yet_is_not_missing(
    database: Database, index: CaseIndex, elasticsearch: str
) -> None:
    await ask("PUT", f"{elasticsearch}/{index.names.cases}/_settings", {"index.refresh_interval": "-1"})
    (case_id,) = await add_cases(database)
    assert await index.bulk(index_action(index.names.cases, case_id, 1, f'{{"id":{case_id}}}')) == []
    assert (await compare(database, index)).differences == 0
    assert await indexed(index) == {case_id: 1}


class BusyIndex(CaseIndex):
    """An index in which a new case arrives between the two readings of a comparison."""

    def __init__(self, settings: Settings, database: Database, relay: Relay) -> None:
        super().__init__(settings)
        self._database, self._relay = database, relay

    async def scan_revisions(
        self, target: str | None = None, *, after: int | None = None, last: int | None = None
    ) -> AsyncGenerator[IndexedRevision, None]:
        await add_cases(self._database)
        await self._relay.drain()
        async for document in super().scan_revisions(target, after=after, last=last):
            yield document


@pytest.mark.parametrize("repair", [False, True])
async def test_a_case_that_arrives_during_the_comparison_is_no_orphan(
    database: Database, index: CaseIndex, relay: Relay, search_settings: Settings, repair: bool
) -> None:
    await add_cases(database)
    await relay.drain()
    busy = BusyIndex(search_settings, database, relay)
    assert (await compare(database, busy, repair=repair)).differences == 0
    await busy.close()
    assert len(await indexed(index)) == 2


async def test_a_document_of_the_future_cannot_be_put_right_by_sending(
    database: Database, index: CaseIndex, relay: Relay
) -> None:
    (case_id,) = await add_cases(database)
    assert await index.bulk(index_action(index.names.cases, case_id, 9, f'{{"id":{case_id}}}')) == []
    await relay.drain()
    found = await compare(database, index, repair=True)
    assert (found.stale, found.repaired) == (1, 0)


@pytest.mark.usefixtures("relay")
async def test_a_refused_document_stays_a_difference_and_is_a_dead_letter(database: Database, index: CaseIndex) -> None:
    (case_id,) = await add_cases(database)
    await execute(database, "UPDATE party SET uscc = repeat('9', 40000)")
    await forget(database)
    found = await compare(database, index, repair=True)
    assert (found.missing, found.repaired, found.refused) == (1, 0, 1)
    assert list(await dead(database)) == [case_id]
    await execute(database, "UPDATE party SET uscc = NULL")
    await forget(database)
    assert (await compare(database, index, repair=True)).repaired == 1
    assert await dead(database) == {}


async def test_more_cases_than_one_page_of_either_side_are_compared(
    database: Database, index: CaseIndex, relay: Relay
) -> None:
    case_ids = await add_cases(database, 10_500)
    await relay.drain()
    for case_id in (case_ids[0], case_ids[9_999], case_ids[10_000], case_ids[-1]):
        await fine(database, case_id, 1)
    assert await compare(database, index) == Comparison(database=10_500, index=10_500, stale=4)


async def test_without_an_index_the_answer_says_what_to_do(database: Database, index: CaseIndex) -> None:
    with pytest.raises(SearchIndexError, match="jiandu index rebuild"):
        await compare(database, index)
