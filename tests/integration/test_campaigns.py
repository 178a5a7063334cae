"""Campaigns through the API: what they select, who sees and who runs them, and what is refused."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from api.ids import global_id
from schema.access_vocabularies import Role
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.campaign_serving import CLOSE, OPEN, REVIEWS, WASTE, City, served_city
from tests.integration.feeding import Feed
from tests.integration.statement_counting import statements
from tests.integration.viewers import CITY, EAST, WEST

LISTED = "{ campaigns { totalCount nodes { name } } }"
PROGRESS = """query($id: ID!) { node(id: $id) { ... on Campaign {
  progress { procuratorate { name } cases assigned reviewed problems needsMoreFiles } } } }"""


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def city(feed: Feed) -> AsyncIterator[City]:
    async with served_city(feed) as opened:
        yield opened


async def refused(city: City, role: Role, place: str | None, document: str, /, **fields: Any) -> tuple[str, Any]:
    """The code and the field of the one error of a change that changed nothing."""
    before = await snapshot(city)
    (told,) = (await (await city.viewers(role, place)).ask(document, input=fields)).values()
    [error] = told["userErrors"]
    assert error["message"]
    assert await snapshot(city) == before
    return error["code"], error["field"] and error["field"][1]


async def snapshot(city: City) -> list[Any]:
    """What a refused change must leave as it is."""
    tables = ("campaign", "campaign_case", "file_review_event", "activity", "activity_event", "applied_mutation")
    found: list[Any] = [await city.feed.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables]  # noqa: S608  our own names
    return [
        *found,
        await city.feed.rows("SELECT id FROM audit_entry WHERE action = 'CHANGE' AND detail ->> 'refused' IS NULL"),
    ]


# What a campaign selects ---------------------------------------------------------------------------------------------


async def test_a_campaign_is_opened_with_the_cases_of_its_procuratorate_that_match(city: City) -> None:
    days: dict[str, Any] = {"from": "2015-03-01", "until": "2016-12-31"}
    campaign = await city.opened(**days, filter={"domains": ["ENVIRONMENT"]})
    assert {name: campaign[name] for name in ("name", "kind", "status", "from", "until", "revision", "summary")} == {
        **{name: WASTE[name] for name in ("name", "kind")},
        **days,
        "status": "OPEN",
        "revision": 1,
        "summary": None,
    }
    assert campaign["selection"] == '{"filter":{"domains":["ENVIRONMENT"]},"query":"危险废物"}'
    assert campaign["procuratorate"] == {"name": CITY}
    assert campaign["openedBy"] == Role.CAMPAIGN_OFFICE.label
    assert campaign["cases"]["totalCount"] == 4
    counted = [(each["procuratorate"], each["cases"]) for each in campaign["progress"]]
    assert counted == [({"name": EAST}, 2), ({"name": WEST}, 1), (None, 1)]


async def test_a_county_runs_a_campaign_of_its_own_cases(city: City) -> None:
    campaign = await city.opened(Role.DEPARTMENT_HEAD, EAST)
    assert campaign["procuratorate"] == {"name": EAST}
    assert sorted(node["documentNumber"] for node in campaign["cases"]["nodes"]) == ["东1号", "东2号"]
    [row] = await city.feed.rows("SELECT count(*) AS cases FROM campaign_case")
    assert row["cases"] == 2


async def test_whoever_sits_at_the_machine_runs_one_of_the_whole_platform(city: City) -> None:
    campaign = await city.opened(Role.LOCAL_ADMINISTRATOR, None)
    assert (campaign["procuratorate"], campaign["cases"]["totalCount"]) == (None, 4)
    assert await city.numbers(await city.viewers(Role.CASE_OFFICER, WEST), campaign["id"]) == ["西1号"]


async def test_a_campaign_never_selects_by_a_natural_persons_name(city: City) -> None:
    for role in (Role.CHIEF, Role.CAMPAIGN_OFFICE):
        assert (await city.opened(role, query="赵小满"))["cases"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        ({"domains": ["LAND"]}, 0),
        ({"decidedFrom": "2013-01-01"}, 0),
        ({"agencyIds": ["东县生态环境局"]}, 2),
        ({"regions": ["411300"], "rules": ["transfer.late"]}, 0),
        ({"fineMin": "0.5", "certainty": "CERTAIN", "anomalies": ["LATE_TRANSFER"]}, 0),
    ],
)
async def test_a_filter_is_kept_as_it_was_given(city: City, chosen: dict[str, Any], count: int) -> None:
    if "agencyIds" in chosen:
        [row] = await city.feed.rows("SELECT id FROM agency WHERE name = :name", name=chosen["agencyIds"][0])
        chosen = {"agencyIds": [global_id("Agency", row["id"])]}
    campaign = await city.opened(filter=chosen)
    assert campaign["cases"]["totalCount"] == count
    office = await city.viewers(Role.CAMPAIGN_OFFICE, CITY)
    kept = await office.ask("query($id: ID!) { node(id: $id) { ... on Campaign { selection } } }", id=campaign["id"])
    assert kept["node"]["selection"] == campaign["selection"]
    assert all(name in campaign["selection"] for name in chosen)


# Who sees and runs what ----------------------------------------------------------------------------------------------


async def test_a_county_sees_the_citys_campaign_with_its_own_cases_and_counts_no_others(city: City) -> None:
    campaign = await city.opened()
    for place, numbers in ((EAST, ["东1号", "东2号"]), (WEST, ["西1号"]), (CITY, ["东1号", "东2号", "市1号", "西1号"])):
        for role in (Role.CASE_OFFICER, Role.CAMPAIGN_OFFICE, Role.DISCIPLINE):
            viewer = await city.viewers(role, place)
            assert await city.numbers(viewer, campaign["id"]) == numbers
            assert (await viewer.ask(REVIEWS, id=campaign["id"]))["node"]["reviews"]["totalCount"] == len(numbers)
            assert (await viewer.ask(LISTED))["campaigns"]["totalCount"] == 1
    own = (await (await city.viewers(Role.CHIEF, WEST)).ask(PROGRESS, id=campaign["id"]))["node"]["progress"]
    assert [(each["procuratorate"], each["cases"]) for each in own] == [({"name": WEST}, 1)]


async def test_a_campaign_of_a_county_is_the_citys_to_see_and_no_other_countys(city: City) -> None:
    campaign = await city.opened(Role.CHIEF, EAST)
    for place, count in ((EAST, 1), (CITY, 1), (WEST, 0)):
        viewer = await city.viewers(Role.CASE_OFFICER, place)
        assert (await viewer.ask(LISTED))["campaigns"] == {
            "totalCount": count,
            "nodes": [{"name": WASTE["name"]}] * count,
        }
        assert (await viewer.ask(PROGRESS, id=campaign["id"]))["node"] is None or count
    for role in (Role.AGENCY_CLERK, Role.AUDITOR, Role.ADMINISTRATOR):
        viewer = await city.viewers(role)
        assert (await viewer.ask(LISTED))["campaigns"] == {"totalCount": 0, "nodes": []}
        assert (await viewer.ask(PROGRESS, id=campaign["id"]))["node"] is None


async def test_campaigns_of_a_case_are_those_it_is_in(city: City) -> None:
    await city.opened()
    await city.opened(name="东县活动", procuratorateId=await place_id(city, EAST))
    rows = await city.feed.rows("SELECT id, document_number FROM penalty_case")
    ids = {row["document_number"]: global_id("PenaltyCase", row["id"]) for row in rows}
    ask = "query($id: ID) { campaigns(caseId: $id) { totalCount nodes { name } } }"
    office = await city.viewers(Role.CAMPAIGN_OFFICE, CITY)
    for number, count in (("东1号", 2), ("西1号", 1), ("东3号", 0)):
        assert (await office.ask(ask, id=ids[number]))["campaigns"]["totalCount"] == count, number
    western = await city.viewers(Role.CAMPAIGN_OFFICE, WEST)
    assert (await western.ask(ask, id=ids["东1号"]))["campaigns"]["totalCount"] == 0


async def place_id(city: City, name: str) -> str:
    [row] = await city.feed.rows("SELECT id FROM procuratorate WHERE name = :name", name=name)
    return global_id("Procuratorate", row["id"])


async def test_the_campaigns_of_no_case_are_not_every_campaign(city: City) -> None:
    await city.opened()
    office = await city.viewers(Role.CAMPAIGN_OFFICE, CITY)
    assert await office.code('{ campaigns(caseId: "") { totalCount } }') == "BAD_USER_INPUT"


async def test_campaigns_come_page_by_page_the_newest_first(city: City) -> None:
    for ordinal in range(5):
        await city.opened(name=f"活动{ordinal}")
    office = await city.viewers(Role.CAMPAIGN_OFFICE, EAST)
    ask = """query($after: String) { campaigns(first: 2, after: $after) {
      edges { node { name } } pageInfo { hasNextPage endCursor } } }"""
    names, after = [], None
    while True:
        page = (await office.ask(ask, after=after))["campaigns"]
        names += [edge["node"]["name"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert names == [f"活动{ordinal}" for ordinal in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("role", [Role.CASE_OFFICER, Role.CASE_MANAGEMENT, Role.DISCIPLINE, Role.AGENCY_CLERK])
async def test_who_does_not_run_campaigns_is_forbidden_to(city: City, role: Role) -> None:
    viewer = await city.viewers(role)
    assert await viewer.code(OPEN, input=WASTE) == "FORBIDDEN"
    gone = {"campaignId": global_id("Campaign", 1), "summary": "完"}
    assert await viewer.code(CLOSE, input=gone) == "FORBIDDEN"


# What is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({"name": " "}, "name"),
        ({"name": "长" * 201}, "name"),
        ({"query": None}, "filter"),
        ({"query": None, "filter": {"domains": []}}, "filter"),
        ({"query": "(危险废物"}, "query"),
        ({"filter": {"regions": ["41"]}}, "filter"),
        ({"filter": {"rules": ["no.such"]}}, "filter"),
        ({"from": "2015-02-01", "until": "2015-01-31"}, "until"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
    ],
)
async def test_what_is_said_wrongly_is_refused_with_its_field(city: City, fields: dict[str, Any], blamed: str) -> None:
    found = await refused(city, Role.CHIEF, CITY, OPEN, **{**WASTE, **fields})
    assert found == ("INVALID", blamed)


async def test_a_campaign_is_opened_for_nobody_elses_procuratorate(city: City) -> None:
    told = {**WASTE, "procuratorateId": await place_id(city, WEST)}
    assert await refused(city, Role.CHIEF, EAST, OPEN, **told) == ("NOT_FOUND", "procuratorateId")
    told["procuratorateId"] = global_id("Procuratorate", 999)
    assert await refused(city, Role.CHIEF, EAST, OPEN, **told) == ("NOT_FOUND", "procuratorateId")


async def test_the_same_key_opens_one_campaign(city: City) -> None:
    chief = await city.viewers(Role.CHIEF, CITY)
    told = {**WASTE, "idempotencyKey": "k1"}
    both = [(await chief.ask(OPEN, input=told))["openCampaign"]["campaign"]["id"] for _ in range(2)]
    assert both[0] == both[1]
    assert len(await city.feed.rows("SELECT FROM campaign")) == 1
    [error] = (await chief.ask(OPEN, input={**told, "name": "另一个"}))["openCampaign"]["userErrors"]
    assert error["code"] == "IDEMPOTENCY_MISMATCH"


async def test_a_campaign_ends_with_a_summary_and_once(city: City) -> None:
    campaign = (await city.opened())["id"]
    chief = await city.viewers(Role.CHIEF, CITY)
    closed = (await chief.ask(CLOSE, input={"campaignId": campaign, "summary": "查办三件", "expectedRevision": 1}))[
        "closeCampaign"
    ]
    assert closed == {
        "campaign": {
            "status": "CLOSED",
            "revision": 2,
            "summary": "查办三件",
            "closedBy": Role.CHIEF.label,
            "cases": {"totalCount": 4},
        },
        "userErrors": [],
    }
    again = {"campaignId": campaign, "summary": "再来"}
    assert await refused(city, Role.CHIEF, CITY, CLOSE, **again) == ("NOT_ALLOWED", "campaignId")
    assert await refused(city, Role.CHIEF, CITY, CLOSE, **{**again, "summary": " "}) == ("INVALID", "summary")


async def test_who_read_an_older_revision_is_told_how_the_campaign_stands(city: City) -> None:
    campaign = (await city.opened())["id"]
    chief = await city.viewers(Role.CHIEF, CITY)
    told = {"campaignId": campaign, "summary": "完", "expectedRevision": 1}
    await chief.ask(CLOSE, input=told)
    stale = (await chief.ask(CLOSE, input=told))["closeCampaign"]
    assert [error["code"] for error in stale["userErrors"]] == ["STALE"]
    assert (stale["campaign"]["status"], stale["campaign"]["revision"]) == ("CLOSED", 2)


@pytest.mark.parametrize(("expected", "code"), [(1, "STALE"), (None, "NOT_ALLOWED")])
async def test_of_two_who_end_a_campaign_at_once_one_wins(city: City, expected: int | None, code: str) -> None:
    campaign = (await city.opened())["id"]
    chief = await city.viewers(Role.CHIEF, CITY)
    told = {"campaignId": campaign, "expectedRevision": expected}
    both = await asyncio.gather(*(chief.ask(CLOSE, input={**told, "summary": each}) for each in ("甲", "乙")))
    found = [each["closeCampaign"] for each in both]
    assert sorted([error["code"] for error in each["userErrors"]] for each in found) == [[], [code]]
    [won] = [each["campaign"]["summary"] for each in found if not each["userErrors"]]
    shown = [each["campaign"] and each["campaign"]["summary"] for each in found if each["userErrors"]]
    assert shown == ([won] if code == "STALE" else [None])
    assert await city.feed.rows("SELECT summary, revision FROM campaign") == [{"summary": won, "revision": 2}]


async def test_a_county_does_not_end_the_citys_campaign_and_finds_no_other_countys(city: City) -> None:
    of_the_city = {"campaignId": (await city.opened())["id"], "summary": "完"}
    assert await refused(city, Role.CHIEF, EAST, CLOSE, **of_the_city) == ("NOT_ALLOWED", "campaignId")
    of_the_west = {"campaignId": (await city.opened(Role.CHIEF, WEST))["id"], "summary": "完"}
    assert await refused(city, Role.CHIEF, EAST, CLOSE, **of_the_west) == ("NOT_FOUND", "campaignId")
    nobodys = {"campaignId": global_id("Campaign", 999), "summary": "完"}
    assert await refused(city, Role.CHIEF, EAST, CLOSE, **nobodys) == ("NOT_FOUND", "campaignId")


async def test_a_city_does_not_end_a_campaign_of_the_whole_platform(city: City) -> None:
    told = {"campaignId": (await city.opened(Role.LOCAL_ADMINISTRATOR, None))["id"], "summary": "完"}
    for place in (CITY, EAST):
        assert await refused(city, Role.CHIEF, place, CLOSE, **told) == ("NOT_ALLOWED", "campaignId")
    local = await city.viewers(Role.LOCAL_ADMINISTRATOR, None)
    assert (await local.ask(CLOSE, input=told))["closeCampaign"]["userErrors"] == []


# What it costs -------------------------------------------------------------------------------------------------------


async def test_a_page_of_campaigns_costs_the_same_whatever_its_size(city: City) -> None:
    for ordinal in range(6):
        await city.opened(name=f"活动{ordinal}")
    ask = """query($first: Int) { campaigns(first: $first) { totalCount nodes {
      name openedBy procuratorate { name } checklist { item }
      cases(first: 3) { totalCount nodes { documentNumber agency { name } } }
      reviews(first: 3) { totalCount nodes { status reviewer campaign { name } penaltyCase { title }
        history { actor } } }
      progress { procuratorate { name } cases } } } }"""
    office, costs = await city.viewers(Role.CAMPAIGN_OFFICE, CITY), {}
    for size in (1, 3, 6):
        with statements(city.feed.database) as executed:
            found = (await office.ask(ask, first=size))["campaigns"]
        assert (len(found["nodes"]), found["totalCount"]) == (size, 6)
        costs[size] = len(executed)
    assert len(set(costs.values())) == 1, costs
