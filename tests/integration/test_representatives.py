"""A legal representative, whom one row of a party names, is covered in the texts of every case of the party."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest

from schema.access_vocabularies import Role
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import COMPANY, Feed, organisation
from tests.integration.graphql_client import served
from tests.integration.test_judging import clean
from tests.integration.viewers import EASTERN, Viewers, organise

NAME: Final = "王建国"
ASKED: Final = """query { cases { nodes { facts } } searchCases(query: "王建国") { totalCount } }"""


@pytest.fixture
async def viewers(
    database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path
) -> AsyncIterator[Viewers]:
    feed = Feed(database, keys, clock, tmp_path)
    await organise(feed)
    party = organisation("宏达公司", COMPANY)
    await feed(clean("1号", agency=EASTERN, party=party, facts=f"{NAME}指使工人排放"), name="1.jsonl")
    told = {**party, "legalRepresentative": NAME}
    await feed(clean("2号", agency=EASTERN, party=told, facts="超标排放"), name="2.jsonl")
    async with served(database) as client:
        yield Viewers(database, client)


async def test_who_is_shown_names_is_shown_the_representatives(viewers: Viewers) -> None:
    found = await (await viewers(Role.CASE_OFFICER)).ask(ASKED)
    assert f"{NAME}指使工人排放" in [case["facts"] for case in found["cases"]["nodes"]]
    assert found["searchCases"]["totalCount"] == 1


@pytest.mark.parametrize("role", [Role.DISCIPLINE, Role.CAMPAIGN_OFFICE, Role.LOCAL_ADMINISTRATOR])
async def test_nobody_else_reads_or_finds_a_representative_in_any_case_of_the_party(
    viewers: Viewers, role: Role
) -> None:
    found = await (await viewers(role)).ask(ASKED)
    assert "王**指使工人排放" in [case["facts"] for case in found["cases"]["nodes"]]
    assert found["searchCases"]["totalCount"] == 0
