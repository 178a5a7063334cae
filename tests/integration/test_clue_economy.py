"""A ledger of clues costs a constant number of statements, and nothing that nobody selects."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.clue_office import CLUE, Office, opened_office
from tests.integration.statement_counting import statements
from tests.integration.viewers import WEST


@pytest.fixture
async def office(database: Database, keys: KeyRing, tmp_path: Path) -> AsyncIterator[Office]:
    """With clues that were handed over, invited to, and closed, about the eastern case."""
    async with opened_office(database, keys, tmp_path) as opened:
        for by in ("handler", "colleague", "handler"):
            clue = await opened.opened(by, caseIds=[opened.cases["东"]])
            named = {"clueId": clue["id"], "procuratorateId": opened.place(WEST), "department": "PREVENTION"}
            await opened.done(by, "inviteToClue", **named, work="JOINT_REVIEW")
            await opened.done(by, "transferClue", **named, reason="属西县")
            officer = opened.id("western officer")
            await opened.done("western head", "acceptClue", clueId=clue["id"], handlerId=officer)
            await opened.done("western officer", "closeClue", clueId=clue["id"], result="查否")
        yield opened


async def test_a_ledger_costs_the_same_whatever_its_size(office: Office) -> None:
    document = f"query($first: Int) {{ clues(first: $first) {{ totalCount nodes {{ {CLUE} }} }} }}"
    costs = {}
    for size in (1, 2, 3):
        with statements(office.database) as executed:
            found = (await office.asks("city chief", document, first=size))["clues"]
        assert (found["totalCount"], len(found["nodes"])) == (3, size)
        costs[size] = len(executed)
    # Who asks is read by the token, and where that one stands; the clues and their count; their histories, hand-overs,
    # participations and receipts; which cases, how many, and the cases; the accounts and the procuratorates, each as
    # often as a level names new ones; and the entry of the audit trail.
    assert costs == dict.fromkeys(costs, costs[1])
    assert costs[1] <= 18


async def test_the_clues_of_cases_cost_the_same_however_many_cases(office: Office) -> None:
    document = "query($n: Int) { cases(first: $n) { nodes { clues { totalCount nodes { number } } } } }"
    costs = {}
    for size in (1, 2):
        with statements(office.database) as executed:
            await office.asks("city chief", document, n=size)
        costs[size] = len(executed)
    assert costs == dict.fromkeys(costs, costs[1])


async def test_a_ledger_reads_its_page_and_its_count_only_when_selected(office: Office) -> None:
    for selection, cost in (("__typename", 0), ("totalCount", 1), ("nodes { id }", 1), ("totalCount nodes { id }", 2)):
        with statements(office.database) as executed:
            await office.asks("local", f"{{ clues {{ {selection} }} }}")
        # One more writes down that it was asked.
        assert len(executed) == cost + 1, selection
