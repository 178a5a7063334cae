"""Quantities of a case as clients of the API see them."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from api.ids import global_id
from api.types.quantity import MOST_QUANTITIES
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import Feed, case, person
from tests.integration.graphql_client import Client, served

QUANTITIES = """query($id: ID!) { node(id: $id) { ... on PenaltyCase {
  quantities { measure value unit quote certainty disagrees } } } }"""
STATED = {"measure": "hazardous_waste", "value": "3.5", "unit": "t"}


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    async with served(database) as opened:
        yield opened


async def quantities(feed: Feed, client: Client, **fields: Any) -> list[dict[str, Any]]:
    """What the API shows of a case with these fields."""
    report = await feed(case(domain="ENVIRONMENT", **fields))
    assert report.accounts.inserted == 1
    ((case_id,),) = [tuple(row.values()) for row in await feed.rows("SELECT id FROM penalty_case")]
    found = (await client.ask(QUANTITIES, id=global_id("PenaltyCase", case_id)))["node"]["quantities"]
    assert isinstance(found, list)
    return found


async def test_quantities_are_read_from_the_texts_of_a_case_with_the_words(feed: Feed, client: Client) -> None:
    found = await quantities(
        feed,
        client,
        facts="当事人将3.5吨废机油倾倒，涉嫌造成损失约2万元。",
        penaltyContent="没收违法所得8.05万元，罚款5万元。",
    )
    assert found == [
        {
            "measure": "hazardous_waste",
            "value": "3.5",
            "unit": "t",
            "quote": "3.5吨废机油",
            "certainty": "CERTAIN",
            "disagrees": False,
        },
        {
            "measure": "loss",
            "value": "20000",
            "unit": "yuan",
            "quote": "损失约2万元",
            "certainty": "POSSIBLE",
            "disagrees": False,
        },
        {
            "measure": "illegal_income",
            "value": "80500",
            "unit": "yuan",
            "quote": "违法所得8.05万元",
            "certainty": "CERTAIN",
            "disagrees": False,
        },
    ]


async def test_a_field_beats_the_text_and_a_disagreement_is_shown(feed: Feed, client: Client) -> None:
    (found,) = await quantities(feed, client, facts="当事人倾倒危险废物5吨。", quantities=[STATED])
    assert found == {
        "measure": "hazardous_waste",
        "value": "3.5",
        "unit": "t",
        "quote": "危险废物5吨",
        "certainty": "CERTAIN",
        "disagrees": True,
    }


async def test_a_field_without_a_text_has_no_words(feed: Feed, client: Client) -> None:
    (found,) = await quantities(feed, client, quantities=[STATED])
    assert (found["value"], found["quote"], found["disagrees"]) == ("3.5", None, False)


async def test_a_case_that_tells_of_none_has_none(feed: Feed, client: Client) -> None:
    assert await quantities(feed, client, facts="未倾倒危险废物。") == []


@pytest.mark.parametrize(
    ("facts", "quote"),
    [
        ("危险废物由王小明倾倒，合计3.5吨。", "危险废物由王**倾倒，合计3.5吨"),
        ("将3.5吨由王小明收集的废机油倾倒。", "3.5吨由王**收集的废机油"),
    ],
)
async def test_persons_in_the_words_are_masked(feed: Feed, client: Client, facts: str, quote: str) -> None:
    (found,) = await quantities(feed, client, facts=facts, party=person("王小明"))
    assert found["quote"] == quote


async def test_a_name_of_which_the_words_hold_a_part_is_masked_as_a_whole(feed: Feed, client: Client) -> None:
    (found,) = await quantities(feed, client, facts="黄铅超标3倍。", party=person("黄铅"))
    assert (found["value"], found["quote"]) == ("4", "黄*超标3倍")


async def test_of_a_text_that_says_very_many_a_hundred_are_shown(feed: Feed, client: Client) -> None:
    facts = "".join(f"倾倒危险废物{number}吨。" for number in range(1, 151))
    found = await quantities(feed, client, facts=facts, quantities=[{"measure": "loss", "value": "7", "unit": "yuan"}])
    assert len(found) == MOST_QUANTITIES == 100
    assert (found[0]["measure"], found[1]["value"], found[-1]["value"]) == ("loss", "1", "99")
