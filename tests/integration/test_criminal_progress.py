"""How far cases have come after their transfer, over GraphQL: as of today, by role, and for a fixed price."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from schema.access_vocabularies import Role
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import Feed, case
from tests.integration.follow_up_feeding import criminal_case, transfer
from tests.integration.graphql_client import Client, served
from tests.integration.statement_counting import statements
from tests.integration.viewers import EASTERN, Viewers, organise

PROGRESS = """query($n: Int) { cases(first: $n) { nodes { documentNumber
  criminalProgress { stage since days criminalCase { caseNumber } } } } }"""


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    async with served(database) as opened:
        yield opened


async def told(client: Client, number: int | None = None) -> dict[str, Any]:
    nodes = (await client.ask(PROGRESS, n=number))["cases"]["nodes"]
    return {node["documentNumber"]: node["criminalProgress"] for node in nodes}


async def test_one_answer_tells_how_far_each_case_has_come(client: Client, feed: Feed) -> None:
    filed = {"decision": "FILED", "decidedOn": "2024-01-08"}
    await feed(
        *(case(f"{number}号") for number in range(1, 6)),
        transfer("2号", transferredOn="2024-01-05"),
        criminal_case("3号", caseNumber="甲", **filed),
        criminal_case("4号", caseNumber="乙", coercion=[{"kind": "DETENTION", "from": "2024-01-09"}], **filed),
        criminal_case("5号", judgedOn="2024-06-01"),
    )
    found = await told(client)
    assert found.pop("1号") is None
    stages = {number: (each["stage"], each["since"]) for number, each in found.items()}
    assert stages == {
        "2号": ("TRANSFERRED", "2024-01-05"),
        "3号": ("FILED", "2024-01-08"),
        "4号": ("DETAINED", "2024-01-09"),
        "5号": ("JUDGED", "2024-06-01"),
    }
    assert [found[number]["criminalCase"] for number in ("2号", "3号")] == [None, {"caseNumber": "甲"}]
    assert found["2号"]["days"] > 0


async def test_whoever_reads_no_criminal_cases_is_told_nothing_of_their_progress(client: Client, feed: Feed) -> None:
    viewers = Viewers(feed.database, client)
    await organise(feed)
    await feed(case("1号", agency=EASTERN), {**criminal_case("1号", judgedOn="2024-06-01"), "agency": EASTERN})
    officer, clerk = await viewers(Role.CASE_OFFICER), await viewers(Role.AGENCY_CLERK, EASTERN)
    assert (await told(officer))["1号"]["stage"] == "JUDGED"
    assert await told(clerk) == {"1号": None}


async def test_progress_costs_two_statements_however_many_cases_there_are(
    client: Client, feed: Feed, database: Database
) -> None:
    numbers = [f"{number}号" for number in range(30)]
    await feed(*map(case, numbers), *(transfer(number, transferredOn="2024-01-05") for number in numbers))
    costs = {}
    for size in (1, 10, 30):
        with statements(database) as executed:
            assert len(await told(client, size)) == size
        costs[size] = len(executed)
    # The cases, their transfers, their criminal cases, the entry of the audit trail.
    assert costs == dict.fromkeys(costs, 4)
