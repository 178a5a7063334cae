"""Whoever represents a party is a person to every case of it, whichever case told of them."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from itertools import permutations
from pathlib import Path
from typing import Any, Final

import pytest

from schema.access_vocabularies import Role
from schema.vocabularies import FeedKind
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import COMPANY, Feed, Fields, organisation
from tests.integration.follow_up_feeding import follow_up
from tests.integration.graphql_client import served
from tests.integration.test_judging import clean
from tests.integration.viewers import EASTERN, SignedIn, Viewers, organise

NAMES: Final = ("王建国", "周大海")
FACTS: Final = "王建国指使周大海倾倒废渣。"
READ: Final = """{ penaltyCase(documentNumber: "1号") { facts transfers { refusalReason } } }"""
FOUND: Final = "query($query: String!) { searchCases(query: $query) { totalCount } }"


@pytest.fixture
async def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    made = Feed(database, keys, clock, tmp_path)
    await organise(made)
    return made


@pytest.fixture
async def viewers(database: Database) -> AsyncIterator[Viewers]:
    async with served(database) as client:
        yield Viewers(database, client)


def told(number: str, representative: str | None = None, **fields: Any) -> Fields:
    company = organisation("试验公司", COMPANY, legalRepresentative=representative)
    return clean(number, agency=EASTERN, party=company, **fields)


NAMED: Final = (told("1号", facts=FACTS), told("2号", NAMES[0]), told("3号", NAMES[1]))


async def hits(viewer: SignedIn) -> list[int]:
    return [(await viewer.ask(FOUND, query=name))["searchCases"]["totalCount"] for name in NAMES]


@pytest.mark.parametrize(
    "order", list(permutations(NAMED)), ids=lambda order: "".join(row["documentNumber"] for row in order)
)
async def test_who_ever_represented_a_party_is_covered_in_its_other_cases_and_found_by_nobody_without_names(
    feed: Feed, viewers: Viewers, order: Sequence[Fields]
) -> None:
    for row in order:
        await feed(row, agency=EASTERN, name=f"{row['documentNumber']}.jsonl")
    refused = {"decidedOn": "2024-03-09", "decision": "REFUSED", "refusalReason": f"{NAMES[0]}情节轻微"}
    await feed({**follow_up(FeedKind.TRANSFER, "1号", **refused), "agency": EASTERN}, name="4.jsonl", agency=EASTERN)
    for role in (Role.DISCIPLINE, Role.CAMPAIGN_OFFICE, Role.LOCAL_ADMINISTRATOR):
        shown = (await (await viewers(role)).ask(READ))["penaltyCase"]
        assert shown == {"facts": "王**指使周**倾倒废渣。", "transfers": [{"refusalReason": "王**情节轻微"}]}
        assert await hits(await viewers(role)) == [0, 0]
    whole = (await (await viewers(Role.CASE_OFFICER)).ask(READ))["penaltyCase"]
    assert whole["facts"] == FACTS
    assert await hits(await viewers(Role.CASE_OFFICER)) == [1, 1]


async def test_a_wave_tells_of_representatives_as_files_one_by_one_do(feed: Feed) -> None:
    kept = "SELECT representative_names FROM party"
    await feed(told("1号", NAMES[0]), told("2号", "赵小满"), told("3号", NAMES[1]), agency=EASTERN)
    assert await feed.rows(kept) == [{"representative_names": sorted((*NAMES, "赵小满"))}]
    before = await feed.record()
    await feed(told("1号", NAMES[0]), told("2号", "赵小满"), told("3号", NAMES[1]), agency=EASTERN, name="again.jsonl")
    assert await feed.record() == before


@pytest.mark.parametrize(
    ("sent", "name"), [("王 建 国", "王建国"), ("王建国（负责人）", "王建国"), ("John Smith", "John Smith")]
)
async def test_a_representative_is_found_by_nobody_without_names_however_the_name_was_sent(
    feed: Feed, viewers: Viewers, sent: str, name: str
) -> None:
    await feed(told("1号", facts=f"{name}到场。"), told("2号", sent), agency=EASTERN)
    for role, found in ((Role.CASE_OFFICER, 1), (Role.DISCIPLINE, 0)):
        viewer = await viewers(role)
        assert (name in (await viewer.ask(READ))["penaltyCase"]["facts"]) == bool(found)
        assert (await viewer.ask(FOUND, query=f'"{name}"'))["searchCases"]["totalCount"] == found


@pytest.mark.parametrize("representative", ["暂无", "王**", "某某投资有限公司", "宏达厂"])
async def test_what_is_no_whole_name_of_a_person_covers_nothing(
    feed: Feed, viewers: Viewers, representative: str
) -> None:
    await feed(told("1号", facts=f"{representative}到场。"), told("2号", representative), agency=EASTERN)
    shown = (await (await viewers(Role.DISCIPLINE)).ask(READ))["penaltyCase"]
    assert shown["facts"] == f"{representative}到场。"
    assert await feed.rows("SELECT * FROM case_text_covered") == []
    assert await feed.rows("SELECT DISTINCT representative_names FROM party") == [{"representative_names": []}]


async def test_the_index_hears_of_a_representative_that_covers_something_in_another_case(feed: Feed) -> None:
    await feed(NAMED[0], agency=EASTERN, name="1.jsonl")
    (before,) = await feed.rows("SELECT revision FROM penalty_case")
    await feed.run("DELETE FROM outbox")
    await feed(NAMED[1], agency=EASTERN, name="2.jsonl")
    (after,) = await feed.rows("SELECT id, revision FROM penalty_case WHERE document_number = '1号'")
    assert after["revision"] > before["revision"]
    assert after["id"] in {row["case_id"] for row in await feed.rows("SELECT case_id FROM outbox")}
