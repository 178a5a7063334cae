"""Cases that match later join campaigns: whatever changed, whoever is killed, and whatever happens at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import indexer.campaigns
from indexer.campaigns import join_campaigns
from schema.access_vocabularies import Role
from schema.vocabularies import AnomalyKind
from stores.campaign_selections import join_selected
from stores.campaigns import one_at_a_time
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration import feeding
from tests.integration.anomaly_rows import Found, write_findings
from tests.integration.campaign_serving import CLOSE, City, served_city, waste
from tests.integration.feeding import Feed
from tests.integration.viewers import CITY, EAST, EASTERN, UNSUPERVISED, WEST


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def city(feed: Feed) -> AsyncIterator[City]:
    async with served_city(feed) as opened:
        yield opened


async def joined(city: City) -> int:
    """How many cases join now; nothing waits afterwards, and nothing joins twice."""
    found = await join_campaigns(city.feed.database, city.feed.clock)
    assert await city.feed.rows("SELECT FROM campaign_queue") == []
    assert await join_campaigns(city.feed.database, city.feed.clock) == 0
    return found


async def numbers(city: City, campaign: Any) -> list[str]:
    return list(await city.numbers(await city.viewers(Role.CAMPAIGN_OFFICE, CITY), campaign["id"]))


ALL = ["东1号", "东2号", "市1号", "西1号"]


async def test_a_case_that_is_entered_later_joins(city: City) -> None:
    campaign = await city.opened()
    await city.feed(waste("东4号", EASTERN), waste("东5号", EASTERN, facts="其他"), name="later.jsonl")
    assert await numbers(city, campaign) == sorted(ALL)
    assert await joined(city) == 1
    assert await numbers(city, campaign) == sorted([*ALL, "东4号"])


async def test_a_case_that_changes_so_that_it_matches_joins_and_stays_whatever_becomes_of_it(city: City) -> None:
    campaign = await city.opened()
    await joined(city)
    await city.feed(waste("东3号", EASTERN), name="1.jsonl")
    assert await joined(city) == 1
    await city.feed(waste("东3号", EASTERN, facts="改"), waste("东1号", EASTERN, facts="改"), name="2.jsonl")
    assert await joined(city) == 0
    assert await numbers(city, campaign) == sorted([*ALL, "东3号"])


async def test_a_finding_lets_a_case_join(city: City) -> None:
    campaign = await city.opened(filter={"rules": ["transfer.late"]})
    assert campaign["cases"]["totalCount"] == 0
    [row] = await city.feed.rows("SELECT id FROM penalty_case WHERE document_number = '东1号'")
    await write_findings(city.feed.database, {row["id"]: [Found("transfer.late", AnomalyKind.LATE_TRANSFER)]})
    assert await joined(city) == 1
    assert await numbers(city, campaign) == ["东1号"]


async def test_what_changes_of_a_party_or_an_agency_lets_cases_join(city: City) -> None:
    of_the_party = await city.opened(query="新名化工")
    of_the_region = await city.opened(query="危险废物", filter={"regions": ["411399"]})
    new = ("新名化工有限公司", " 新 名 化 工 有 限 公 司 ")
    renamed = "UPDATE party SET name = :name, name_tokens = :tokens WHERE type = 'ORGANIZATION'"
    await city.feed.run(renamed, name=new[0], tokens=new[1])
    await city.feed(feeding.agency(EASTERN, region="411399", procuratorate=EAST), name="agency.jsonl")
    await joined(city)
    assert "东1号" in await numbers(city, of_the_party)
    assert await numbers(city, of_the_region) == ["东1号", "东2号"]


async def test_a_case_whose_agency_comes_under_a_procuratorate_joins_its_campaign(city: City) -> None:
    campaign = await city.opened(Role.CHIEF, EAST)
    await city.feed(feeding.agency(UNSUPERVISED, procuratorate=EAST), name="agency.jsonl")
    assert await joined(city) == 1
    assert "市1号" in await numbers(city, campaign)


async def test_a_procuratorate_that_comes_under_another_brings_its_cases(city: City) -> None:
    await city.feed.run("UPDATE procuratorate SET parent_id = NULL WHERE name = :name", name=WEST)
    campaign = await city.opened()
    assert campaign["cases"]["totalCount"] == 3
    await joined(city)
    await city.feed.run(
        "UPDATE procuratorate SET parent_id = (SELECT id FROM procuratorate WHERE name = :city) WHERE name = :name",
        city=CITY,
        name=WEST,
    )
    assert await joined(city) == 1
    assert "西1号" in await numbers(city, campaign)


async def test_nothing_joins_a_campaign_that_has_ended_and_all_that_matched_before_had_joined(city: City) -> None:
    campaign = await city.opened()
    await city.feed(waste("东4号", EASTERN), name="4.jsonl")
    chief = await city.viewers(Role.CHIEF, CITY)
    closed = (await chief.ask(CLOSE, input={"campaignId": campaign["id"], "summary": "完"}))["closeCampaign"]
    assert closed["campaign"]["cases"]["totalCount"] == 5
    await city.feed(waste("东5号", EASTERN), name="5.jsonl")
    assert await joined(city) == 0


async def test_a_review_that_was_recorded_is_not_touched_when_its_case_matches_again(city: City) -> None:
    await city.opened()
    await joined(city)
    await city.feed.run("UPDATE campaign_case SET revision = 7")
    await city.feed.run("UPDATE penalty_case SET title = '改'")
    assert await joined(city) == 0
    assert {row["revision"] for row in await city.feed.rows("SELECT revision FROM campaign_case")} == {7}


async def test_whoever_is_killed_between_two_campaigns_leaves_everything_to_the_next(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaigns = [await city.opened(name=name) for name in ("甲", "乙")]
    await joined(city)
    await city.feed(*(waste(f"东{number}号", EASTERN) for number in range(10, 16)), name="later.jsonl")
    calls = 0

    async def killed(*given: Any, **told: Any) -> int:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt
        return await join_selected(*given, **told)

    monkeypatch.setattr(indexer.campaigns, "BATCH", 2)
    monkeypatch.setattr(indexer.campaigns, "join_selected", killed)
    with pytest.raises(KeyboardInterrupt):
        await join_campaigns(city.feed.database, city.feed.clock)
    # The first batch is whole in both, the second is in neither.
    assert [len(await numbers(city, campaign)) for campaign in campaigns] == [6, 6]
    monkeypatch.setattr(indexer.campaigns, "join_selected", join_selected)
    assert await joined(city) == 8
    assert [len(await numbers(city, campaign)) for campaign in campaigns] == [10, 10]


async def test_a_case_that_is_entered_while_a_campaign_is_opened_is_missed_by_nobody(city: City) -> None:
    await joined(city)
    database = city.feed.database
    async with database.begin() as holding:
        await one_at_a_time(holding)
        opening = asyncio.create_task(city.opened())
        await city.feed(waste("东4号", EASTERN), name="4.jsonl")
        joining = asyncio.create_task(join_campaigns(database, city.feed.clock))
        await asyncio.sleep(0.5)
        assert not opening.done()
        assert not joining.done()
    campaign, _ = await asyncio.gather(opening, joining)
    await joined(city)
    assert "东4号" in await numbers(city, campaign)


async def test_several_at_once_let_each_case_join_once(city: City) -> None:
    campaign = await city.opened()
    await joined(city)
    await city.feed(*(waste(f"东{number}号", EASTERN) for number in range(10, 30)), name="later.jsonl")
    found = await asyncio.gather(*(join_campaigns(city.feed.database, city.feed.clock) for _ in range(4)))
    assert sum(found) == 20
    assert len(await numbers(city, campaign)) == 24
    [row] = await city.feed.rows("SELECT count(*) AS cases FROM campaign_case")
    assert row["cases"] == 24
