"""A finding is found while it is open or confirmed and no longer, on both engines, soon, and never in silence."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

import anyio
import pytest

from indexer.rebuild import rebuild
from indexer.relay import Relay
from schema.access_records import EVERYTHING
from schema.search_document import MAPPING, MAPPING_VERSION, SETTINGS
from schema.vocabularies import AnomalyKind, AnomalyStatus, CaseSort, Certainty, Facet, StatisticsKey
from stores.elastic import CaseIndex
from stores.errors import RefusedRequestError
from stores.postgres import Database
from stores.rows import list_cases
from stores.search.case_search import CaseSearch
from stores.search.elastic_engine import ElasticEngine
from stores.search.seam import CaseFilter, SearchEngine, SearchRequest
from stores.statistics import read_statistics
from tests.integration.anomaly_rows import Found, write_findings
from tests.integration.indexing_cases import add_cases, ask, dead, soon
from tests.integration.search_corpus import asked
from tests.integration.search_shelf import Shelf, Shelves

LATE = Found("service.late", AnomalyKind.SLOW_ACTION)
FINDING_FACETS = frozenset({Facet.ANOMALIES, Facet.RULES, Facet.CERTAINTIES})


async def said_of(shelf: Shelf, engine: SearchEngine) -> set[object]:
    """How many cases each filter, facet and statistic tells of as having a finding, and which case comes first."""
    of_shelf = CaseFilter(agency_ids=(shelf.agency_id,))
    found: set[object] = set()
    for asked_for in (
        {"anomalies": (LATE.kind,)},
        {"rules": (LATE.rule,)},
        {"certainty": LATE.certainty},
        {"anomalies": (LATE.kind,), "rules": (LATE.rule,), "certainty": LATE.certainty},
    ):
        found.add((await engine.search(asked(filter=replace(of_shelf, **asked_for)))).total)
    answer = await engine.search(asked(filter=of_shelf, facets=FINDING_FACETS, sort=CaseSort.MOST_ANOMALIES))
    found |= {sum(value.count for value in values) for values in answer.facets.values()}
    async with shelf.database.begin() as connection:
        for key in (StatisticsKey.ANOMALY, StatisticsKey.RULE, StatisticsKey.CERTAINTY):
            found.add(sum(row.cases for row in await read_statistics(connection, EVERYTHING, of_shelf, [key])))
        (first, *_) = await list_cases(connection, EVERYTHING, of_shelf, CaseSort.MOST_ANOMALIES, first=9, after=None)
    assert answer.positions[0].key == first.anomaly_count
    assert answer.positions[0].case_id == first.id
    return found


async def test_a_finding_that_is_dismissed_or_resolved_is_in_no_filter_facet_order_or_statistic(
    shelves: Shelves,
) -> None:
    shelf = await shelves.new()
    with_it, _ = await add_cases(shelf.database, 2, agency=shelf.agency)
    for status, count in {
        AnomalyStatus.OPEN: 1,
        AnomalyStatus.DISMISSED: 0,
        AnomalyStatus.CONFIRMED: 1,
        AnomalyStatus.RESOLVED: 0,
    }.items():
        await write_findings(shelf.database, {with_it: [replace(LATE, status=status)]})
        await shelf.sync()
        assert [await said_of(shelf, engine) for engine in shelf.engines] == [{count}, {count}], status


async def test_a_finding_that_is_opened_while_a_relay_follows_is_searchable_soon(
    database: Database, index: CaseIndex, clock: Callable[[], datetime]
) -> None:
    relay = Relay(database, index, clock, idle_seconds=60.0)
    await relay.drain()
    engine = ElasticEngine(index)
    (case_id,) = await add_cases(database)

    async def found(count: int) -> bool:
        request = asked(filter=CaseFilter(rules=(LATE.rule,)), facets=frozenset({Facet.RULES}))
        answer = await engine.search(request)
        return answer.total == count == len(answer.facets[Facet.RULES])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(relay.follow)
        await write_findings(database, {case_id: [LATE]})
        await soon(partial(found, 1))
        await write_findings(database, {case_id: [replace(LATE, status=AnomalyStatus.DISMISSED)]})
        await soon(partial(found, 0))
        tasks.cancel_scope.cancel()


async def make_index_without_findings(index: CaseIndex, elasticsearch: str) -> None:
    """An index as a version of the mapping from before findings made it."""
    properties = {
        name: each for name, each in MAPPING["properties"].items() if name not in {"findings", "anomaly_count"}
    }
    mapping = {**MAPPING, "_meta": {"mapping_version": MAPPING_VERSION - 1}, "properties": properties}
    body = {"settings": SETTINGS, "mappings": mapping, "aliases": {index.names.cases: {}}}
    name = f"{index.names.cases}-v{MAPPING_VERSION - 1}-{secrets.randbelow(10**20):020}"
    await ask("PUT", f"{elasticsearch}/{name}", body)


OF_FINDINGS = [
    asked(filter=CaseFilter(anomalies=(LATE.kind,))),
    asked(filter=CaseFilter(certainty=Certainty.CERTAIN), first=0, sort=CaseSort.FINE_HIGHEST),
    asked("试验", filter=CaseFilter(rules=(LATE.rule,)), first=0, count=False),
    asked(facets=frozenset({Facet.ANOMALIES})),
    asked(facets=frozenset({Facet.RULES}), first=0, count=False),
    asked(sort=CaseSort.MOST_ANOMALIES),
]


@pytest.mark.parametrize("request_", OF_FINDINGS)
async def test_an_index_of_a_mapping_without_findings_is_not_taken_for_a_record_without_any(
    database: Database, index: CaseIndex, elasticsearch: str, request_: SearchRequest
) -> None:
    (case_id,) = await add_cases(database)
    await write_findings(database, {case_id: [LATE]})
    await make_index_without_findings(index, elasticsearch)
    with pytest.raises(RefusedRequestError):
        await ElasticEngine(index).search(request_)
    answer = await CaseSearch(database, index).search(request_)
    assert answer.degraded
    assert answer.has_next if request_.first == 0 else [hit.case_id for hit in answer.positions] == [case_id]
    assert not (await CaseSearch(database, index).search(asked())).degraded


async def test_what_such_an_index_refuses_is_in_the_one_that_is_built_for_it(
    database: Database, index: CaseIndex, clock: Callable[[], datetime], elasticsearch: str
) -> None:
    (case_id,) = await add_cases(database)
    await write_findings(database, {case_id: [LATE]})
    await make_index_without_findings(index, elasticsearch)
    assert (await Relay(database, index, clock).drain()).refused == 1
    await rebuild(database, index, clock)
    answer = await CaseSearch(database, index).search(OF_FINDINGS[0])
    assert ([hit.case_id for hit in answer.positions], answer.degraded) == ([case_id], False)
    assert await dead(database) == {}
