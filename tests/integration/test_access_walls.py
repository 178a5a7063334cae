"""Whichever wall is taken away, those that are left let nobody see more than the table says."""

from collections.abc import Sequence
from typing import Final

import psycopg
import pytest

from schema.access_records import Scope
from stores import rows
from stores.search.seam import CaseFilter
from tests.acceptance.access_table import read_table
from tests.conftest import dsn
from tests.integration.access_probes import Probe
from tests.integration.access_record import AccessRecord
from tests.integration.access_walk import Walk
from tests.integration.access_walls import WALLS, without_compiled_scope, without_row_security
from tests.integration.graphql_client import Client

TELLING: Final = ("west.officer", "west.clerk", "west.auditor", "east.machine")
"""Whom a wall keeps from most."""


@pytest.mark.parametrize("name", TELLING)
@pytest.mark.parametrize("wall", WALLS)
async def test_nobody_is_shown_more_where_a_wall_is_missing(
    access_record: AccessRecord, access_client: Client, access_probes: Sequence[Probe], wall: str, name: str
) -> None:
    walk = Walk(access_record.viewers[name], read_table(), access_record)
    with WALLS[wall](access_record.urls):
        await walk.ask(access_client, access_probes)
    found = [*walk.leaks, *walk.excesses()]
    assert not found, walk.said(found)


async def test_without_row_security_every_row_is_seen_and_with_it_none(access_record: AccessRecord) -> None:
    with psycopg.connect(dsn(access_record.urls.application)) as connection:
        count = "SELECT count(*) FROM penalty_case"
        with without_row_security(access_record.urls):
            assert connection.execute(count).fetchone() != (0,)
            connection.commit()
        assert connection.execute(count).fetchone() == (0,)


async def test_without_the_compiled_scope_a_query_asks_for_everything(access_record: AccessRecord) -> None:
    async def counted() -> int:
        async with access_record.database.begin() as connection:
            return await rows.count_cases(connection, Scope(), CaseFilter())

    with without_compiled_scope(access_record.urls):
        assert await counted() > 0
    assert await counted() == 0
