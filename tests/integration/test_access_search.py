"""What Elasticsearch answers, facets and highlights too, is what the table says, and no more without a wall."""

import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Final

import pytest
from pydantic import SecretStr

from indexer.relay import Relay
from stores.elastic import CaseIndex
from stores.settings import Settings
from tests.acceptance.access_table import printed_schema, read_table
from tests.conftest import SEARCH_PATIENCE_SECONDS
from tests.integration.access_probes import Probe, everybodys_search, searches_of
from tests.integration.access_record import AccessRecord
from tests.integration.access_viewers import Place
from tests.integration.access_walk import Walk
from tests.integration.access_walls import WALLS
from tests.integration.graphql_client import Client, served
from tests.integration.search_corpus import now

SEARCHING: Final = ("east.officer", "west.clerk", "west.discipline", "west.auditor", "city.officer")
ONE_PAGE: Final = dict.fromkeys(
    ("PageInfo.hasNextPage", "PageInfo.hasPreviousPage", "PageInfo.startCursor", "PageInfo.endCursor"),
    "no search finds more than a page, and some find none",
)
KEPT_OUT: Final = ("west.officer", "west.clerk", "west.auditor")


@pytest.fixture(scope="module")
async def client(access_record: AccessRecord, elasticsearch: str) -> AsyncIterator[Client]:
    settings = Settings(
        elasticsearch_url=SecretStr(elasticsearch),
        elasticsearch_prefix=f"t{secrets.token_hex(6)}",
        search_patience_seconds=SEARCH_PATIENCE_SECONDS,
    )
    index = CaseIndex(settings)
    try:
        assert (await Relay(access_record.database, index, now).drain()).pending == 0
        async with served(access_record.database, index, open_locally=False) as opened:
            yield opened
    finally:
        for name in await index.our_indices():
            await index.drop(name)
        await index.close()


@pytest.fixture(scope="module")
def probes(access_record: AccessRecord) -> Sequence[Probe]:
    schema = printed_schema()
    searches = [probe for place in Place for probe in searches_of(schema, access_record, place)]
    return [everybodys_search(schema), *searches]


@pytest.mark.parametrize("name", SEARCHING)
async def test_everybody_finds_what_the_table_says_and_nothing_else(
    access_record: AccessRecord, client: Client, probes: Sequence[Probe], name: str
) -> None:
    walk = Walk(access_record.viewers[name], read_table(), access_record)
    await walk.ask(client, probes)
    assert walk.engines == {"ELASTICSEARCH"}
    found = [*walk.leaks, *walk.differences(unseen=ONE_PAGE), *walk.trouble]
    assert not found, walk.said(found)


@pytest.mark.parametrize("name", KEPT_OUT)
@pytest.mark.parametrize("wall", WALLS)
async def test_nobody_finds_more_where_a_wall_is_missing(
    access_record: AccessRecord, client: Client, probes: Sequence[Probe], wall: str, name: str
) -> None:
    walk = Walk(access_record.viewers[name], read_table(), access_record)
    with WALLS[wall](access_record.urls):
        await walk.ask(client, probes)
    found = [*walk.leaks, *walk.excesses()]
    assert not found, walk.said(found)
