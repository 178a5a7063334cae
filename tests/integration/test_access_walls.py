"""Whichever wall is taken away, those that are left let nobody see more than the table says."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

import psycopg
import pytest

from schema.access_records import Scope
from stores import rows
from stores.embedded import EmbeddedDatabase
from stores.search.seam import CaseFilter
from tests.acceptance.access_table import printed_schema, read_table
from tests.conftest import dsn
from tests.integration.access_probes import Probe, all_probes
from tests.integration.access_record import AccessRecord, opened_record
from tests.integration.access_walk import Walk
from tests.integration.access_walls import WALLS, without_compiled_scope, without_row_security
from tests.integration.graphql_client import Client, served

TELLING: Final = ("west.officer", "west.clerk", "west.auditor", "east.machine")
"""Whom a wall keeps from most."""


@pytest.fixture(scope="module")
async def record(postgres: EmbeddedDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AccessRecord]:
    async with opened_record(postgres, tmp_path_factory.mktemp("feed")) as opened:
        yield opened


@pytest.fixture(scope="module")
async def client(record: AccessRecord) -> AsyncIterator[Client]:
    async with served(record.database, open_locally=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def probes(record: AccessRecord) -> Sequence[Probe]:
    return all_probes(printed_schema(), record)


@pytest.mark.parametrize("name", TELLING)
@pytest.mark.parametrize("wall", WALLS)
async def test_nobody_is_shown_more_where_a_wall_is_missing(
    record: AccessRecord, client: Client, probes: Sequence[Probe], wall: str, name: str
) -> None:
    walk = Walk(record.viewers[name], read_table(), record)
    with WALLS[wall](record.urls):
        await walk.ask(client, probes)
    found = [*walk.leaks, *walk.excesses()]
    assert not found, walk.said(found)


async def test_without_row_security_every_row_is_seen_and_with_it_none(record: AccessRecord) -> None:
    with psycopg.connect(dsn(record.urls.application)) as connection:
        count = "SELECT count(*) FROM penalty_case"
        with without_row_security(record.urls):
            assert connection.execute(count).fetchone() != (0,)
            connection.commit()
        assert connection.execute(count).fetchone() == (0,)


async def test_without_the_compiled_scope_a_query_asks_for_everything(record: AccessRecord) -> None:
    async def counted() -> int:
        async with record.database.begin() as connection:
            return await rows.count_cases(connection, Scope(), CaseFilter())

    with without_compiled_scope(record.urls):
        assert await counted() > 0
    assert await counted() == 0
