"""The timeline of a case with what procuratorates do with it themselves: each step once, to whoever may know of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.clue_office import NAME, Office, opened_office
from tests.integration.feeding import case
from tests.integration.graphql_client import Client
from tests.integration.statement_counting import statements
from tests.integration.triage_office import decided
from tests.integration.viewers import EASTERN

TOLD = """query($id: ID!) { node(id: $id) { ... on PenaltyCase {
  timelineCount timeline { on kind title actor node { id } } } } }"""


@pytest.fixture
async def office(database: Database, keys: KeyRing, tmp_path: Path) -> AsyncIterator[Office]:
    async with opened_office(database, keys, tmp_path) as opened:
        yield opened


async def own(client: Client, case_id: str) -> list[dict[str, Any]]:
    """The events of clues and triage that somebody is shown; all events are counted."""
    found = (await client.ask(TOLD, id=case_id))["node"]
    if found is None:
        return []
    assert found["timelineCount"] == len(found["timeline"])
    return [each for each in found["timeline"] if each["kind"].startswith(("clue.", "triage."))]


async def test_decisions_and_the_steps_of_clues_stand_in_the_timeline_once(office: Office) -> None:
    case_id = office.cases["东"]
    clue = await office.opened("handler", caseIds=[case_id])
    await office.done("handler", "closeClue", clueId=clue["id"], result=f"{NAME}已查实")
    found = await decided(office.people["local"], caseId=case_id, decision="WATCH", reason=f"待{NAME}陈述")
    assert found["userErrors"] == []
    shown = await own(office.people["handler"], case_id)
    assert [(each["kind"], each["node"]["id"]) for each in shown] == [
        ("triage.decided", case_id),
        ("clue.opened", clue["id"]),
        ("clue.closed", clue["id"]),
    ]
    assert shown[0]["title"] == f"案件分流，跟踪关注：待{NAME}陈述"
    assert shown[2]["title"].endswith(f"{NAME}已查实")
    assert shown[2]["actor"] == "handler某"
    # Who sits at the machine is shown no names; the other department and the agency know nothing of the clue.
    for by, kinds, named in (
        ("local", ["triage.decided", "clue.opened", "clue.closed"], False),
        ("other officer", ["triage.decided"], True),
        ("clerk", [], False),
        ("western officer", [], False),
    ):
        told = await own(office.people[by], case_id)
        assert [each["kind"] for each in told] == kinds, by
        assert (NAME in str(told)) == named, by


async def test_a_reason_about_a_case_that_names_nobody_is_covered_for_whoever_is_shown_no_names(office: Office) -> None:
    case_id = office.cases["西"]
    assert (await decided(office.people["local"], caseId=case_id, reason="经赵甲敏说明"))["userErrors"] == []
    [told] = await own(office.people["western officer"], case_id)
    assert "赵甲敏" in told["title"]
    for by in ("local", "western inspector"):
        [told] = await own(office.people[by], case_id)
        assert "赵甲敏" not in told["title"]


async def test_the_whole_timeline_costs_the_same_however_many_cases_and_clues_there_are(
    office: Office, database: Database
) -> None:
    document = "query($n: Int) { cases(first: $n) { nodes { timelineCount timeline { title actor } } } }"
    for case_id in office.cases.values():
        await decided(office.people["local"], caseId=case_id)
        await office.opened("local", caseIds=[case_id])
    # One about which there is nothing more to read.
    await office.feed(case("东环罚〔2014〕1号", agency=EASTERN, decidedOn="2014-03-04"), name="more.jsonl")
    costs = set()
    for size in (1, 2, 3):
        with statements(database) as executed:
            await office.asks("local", document, n=size)
        costs.add(len(executed))
    # The cases, six kinds of what follows, measures, decisions and who made them, clues and their steps, the entry.
    assert costs == {1 + 6 + 1 + 2 + 2 + 1}
