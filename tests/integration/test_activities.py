"""Activities through the API: what is recorded, who sees it and whom it names, and what is refused."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest

from api.ids import global_id
from schema.access_vocabularies import Role
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.campaign_serving import City, served_city
from tests.integration.feeding import Feed
from tests.integration.statement_counting import statements
from tests.integration.test_campaigns import place_id, refused
from tests.integration.viewers import CITY, EAST, EASTERN, WEST

SHOWN: Final = """
fragment Shown on Activity { id kind heldOn place title text outcome revision recordedBy clueCount measureCount
  agencies { name } participants { category name organisation } procuratorate { name } campaign { name }
  history { revision event actor note } }"""
HOLD: Final = f"""mutation($input: RecordActivityInput!) {{ recordActivity(input: $input) {{
  activity {{ ...Shown }} userErrors {{ field code message }} }} }}{SHOWN}"""
CAME: Final = f"""mutation($input: RecordActivityOutcomeInput!) {{ recordActivityOutcome(input: $input) {{
  activity {{ ...Shown }} userErrors {{ field code message }} }} }}{SHOWN}"""
LIST: Final = f"""query($filter: ActivityFilter, $first: Int, $after: String) {{
  activities(filter: $filter, first: $first, after: $after) {{ totalCount nodes {{ ...Shown }}
    pageInfo {{ hasNextPage endCursor }} }} }}{SHOWN}"""


MEETING: Final = {
    "kind": "JOINT_MEETING",
    "heldOn": "2015-05-06",
    "title": "两法衔接联席会议",
    "place": "县院会议室",
    "text": "赵小满介绍移送情况",
    "participants": [
        {"category": "DEPUTY", "name": "赵小满", "organisation": "县人大"},
        {"category": "PEOPLES_SUPERVISOR", "name": "钱大有"},
    ],
}
CLUE: Final = """
INSERT INTO clue (number, title, source, class, status, procuratorate_id, department, handler_id, sender_id, opener_id,
                  due_on, opened_at, last_step_at, desks)
SELECT p.name, 't', 'VISIT', 'OTHER', 'NEW', p.id, 'PREVENTION', a.id, a.id, a.id, '2099-01-01', now(), now(),
       ARRAY[p.id || '/PREVENTION'] FROM procuratorate p, (SELECT min(id) AS id FROM account) a WHERE p.name = :place
RETURNING id"""
MEASURE: Final = """
INSERT INTO measure (kind, status, title, text, addressee, procuratorate_id, author_id, drafted_at)
SELECT 'ORAL_CORRECTION', 'DRAFT', 't', 't', 't', p.id, a.id, now()
  FROM procuratorate p, (SELECT min(id) AS id FROM account) a WHERE p.name = :place RETURNING id"""


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def city(feed: Feed) -> AsyncIterator[City]:
    async with served_city(feed) as opened:
        yield opened


async def agency_id(city: City, name: str = EASTERN) -> str:
    [row] = await city.feed.rows("SELECT id FROM agency WHERE name = :name", name=name)
    return global_id("Agency", row["id"])


async def held(city: City, role: Role = Role.CASE_OFFICER, place: str | None = EAST, **fields: Any) -> Any:
    """An activity that was recorded."""
    found = (await (await city.viewers(role, place)).ask(HOLD, input={**MEETING, **fields}))["recordActivity"]
    assert found["userErrors"] == []
    return found["activity"]


async def test_an_activity_is_recorded_with_whom_it_was_held_and_then_with_what_came_of_it(city: City) -> None:
    campaign = await city.opened()
    activity = await held(city, agencyIds=[await agency_id(city)], campaignId=campaign["id"])
    same = ("kind", "heldOn", "title", "place", "text")
    assert {name: activity[name] for name in same} == {name: MEETING[name] for name in same}
    assert activity["participants"] == [{"organisation": None, **each} for each in MEETING["participants"]]  # type: ignore[dict-item]
    assert (activity["agencies"], activity["procuratorate"]) == ([{"name": EASTERN}], {"name": EAST})
    assert (activity["campaign"], activity["outcome"], activity["revision"]) == ({"name": campaign["name"]}, None, 1)
    [clue] = await city.feed.rows(CLUE, place=EAST)
    [measure] = await city.feed.rows(MEASURE, place=EAST)
    told = {"activityId": activity["id"], "outcome": "移送线索一件", "expectedRevision": 1}
    told |= {"clueIds": [global_id("Clue", clue["id"])], "measureIds": [global_id("Measure", measure["id"])]}
    officer = await city.viewers(Role.CASE_OFFICER)
    found = (await officer.ask(CAME, input=told))["recordActivityOutcome"]
    assert found["userErrors"] == []
    after = found["activity"]
    assert (after["outcome"], after["revision"], after["clueCount"], after["measureCount"]) == ("移送线索一件", 2, 1, 1)
    assert [(each["event"], each["note"]) for each in after["history"]] == [
        ("OUTCOME_RECORDED", "移送线索一件"),
        ("RECORDED", ""),
    ]
    again = {"activityId": activity["id"], "outcome": "已立案", "clueIds": told["clueIds"]}
    after = (await officer.ask(CAME, input=again))["recordActivityOutcome"]["activity"]
    assert (after["outcome"], after["revision"], after["clueCount"], after["measureCount"]) == ("已立案", 3, 1, 1)
    stale = (await officer.ask(CAME, input=told))["recordActivityOutcome"]
    assert [error["code"] for error in stale["userErrors"]] == ["STALE"]
    assert (stale["activity"]["revision"], stale["activity"]["outcome"]) == (3, "已立案")


async def test_of_two_who_say_at_once_what_came_of_an_activity_one_is_kept_and_the_other_shown_it(city: City) -> None:
    told = {"activityId": (await held(city))["id"], "expectedRevision": 1}
    officer = await city.viewers(Role.CASE_OFFICER)
    asking = (officer.ask(CAME, input={**told, "outcome": outcome}) for outcome in ("甲", "乙"))
    both = [each["recordActivityOutcome"] for each in await asyncio.gather(*asking)]
    assert sorted([error["code"] for error in each["userErrors"]] for each in both) == [[], ["STALE"]]
    assert [each["activity"]["revision"] for each in both] == [2, 2]
    assert len({each["activity"]["outcome"] for each in both}) == 1


async def test_an_activity_names_nobody_to_whoever_is_shown_no_names(city: City) -> None:
    await held(city)
    for role, shown in ((Role.CASE_OFFICER, True), (Role.CAMPAIGN_OFFICE, False), (Role.DISCIPLINE, False)):
        [found] = (await (await city.viewers(role)).ask(LIST))["activities"]["nodes"]
        assert ("赵小满" in str(found), "钱大有" in str(found)) == (shown, shown)
        assert found["participants"][0]["organisation"] == "县人大"


async def test_an_identity_number_is_kept_nowhere(city: City) -> None:
    activity = await held(city, text="身份证11010519491231002X")
    assert "11010519491231002X" not in activity["text"]


async def test_activities_are_seen_where_they_were_held_and_above(city: City) -> None:
    await held(city)
    await held(city, Role.CAMPAIGN_OFFICE, CITY, title="市院走访", kind="VISIT")
    await held(city, Role.CHIEF, CITY, title="为县院登记", procuratorateId=await place_id(city, EAST))
    for place, count in ((EAST, 2), (WEST, 0), (CITY, 3)):
        found = (await (await city.viewers(Role.CASE_OFFICER, place)).ask(LIST))["activities"]
        assert found["totalCount"] == len(found["nodes"]) == count
    for role in (Role.AGENCY_CLERK, Role.AUDITOR, Role.ADMINISTRATOR):
        assert (await (await city.viewers(role)).ask(LIST))["activities"]["totalCount"] == 0


async def test_whoever_belongs_nowhere_records_for_the_procuratorate_of_the_agency(city: City) -> None:
    activity = await held(city, Role.LOCAL_ADMINISTRATOR, None, agencyIds=[await agency_id(city)])
    assert activity["procuratorate"] == {"name": EAST}
    assert (await held(city, Role.LOCAL_ADMINISTRATOR, None))["procuratorate"] is None


async def test_activities_are_filtered_and_come_page_by_page_the_newest_first(city: City) -> None:
    agency = await agency_id(city)
    for day in (3, 1, 2, 2, 5):
        kind = "VISIT" if day == 2 else "TRAINING"
        own: dict[str, Any] = {"agencyIds": [agency]} if day > 2 else {}
        await held(city, heldOn=f"2015-06-0{day}", kind=kind, title=str(day), **own)
    officer = await city.viewers(Role.CASE_OFFICER)
    for chosen, days in (
        ({}, "53221"),
        ({"kinds": ["VISIT"]}, "22"),
        ({"heldFrom": "2015-06-02", "heldTo": "2015-06-03"}, "322"),
        ({"agencyIds": [agency]}, "53"),
        ({"campaignId": global_id("Campaign", 9)}, ""),
    ):
        read, after, more = "", None, True
        while more:
            page = (await officer.ask(LIST, filter=chosen, first=2, after=after))["activities"]
            read += "".join(each["title"] for each in page["nodes"])
            assert page["totalCount"] == len(days)
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert read == days
    assert await officer.code(LIST, after="bm90aGluZw") == "BAD_USER_INPUT"
    assert await officer.code(LIST, filter={"kinds": ["VISIT"] * 101}) == "BAD_USER_INPUT"


async def test_a_page_of_activities_costs_the_same_whatever_its_size(city: City) -> None:
    campaign = await city.opened()
    for ordinal in range(6):
        await held(city, title=str(ordinal), agencyIds=[await agency_id(city)], campaignId=campaign["id"])
    officer, costs = await city.viewers(Role.CASE_OFFICER), {}
    for size in (1, 3, 6):
        with statements(city.feed.database) as executed:
            assert len((await officer.ask(LIST, first=size))["activities"]["nodes"]) == size
        costs[size] = len(executed)
    assert len(set(costs.values())) == 1, costs


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": " "}, ("INVALID", "title")),
        ({"title": "长" * 201}, ("INVALID", "title")),
        ({"heldOn": "2999-01-01"}, ("INVALID", "heldOn")),
        ({"heldOn": "0001-01-01"}, ("INVALID", "heldOn")),
        ({"participants": [{"category": "OTHER", "name": " "}]}, ("INVALID", "participants")),
        ({"participants": [{"category": "OTHER", "name": "某"}] * 101}, ("INVALID", "participants")),
        ({"agencyIds": [global_id("Agency", 999)]}, ("NOT_FOUND", "agencyIds")),
        ({"agencyIds": [global_id("Party", 1)]}, ("INVALID", "agencyIds")),
        ({"campaignId": global_id("Campaign", 999)}, ("NOT_FOUND", "campaignId")),
        ({"procuratorateId": global_id("Procuratorate", 999)}, ("NOT_FOUND", "procuratorateId")),
    ],
)
async def test_what_is_recorded_wrongly_is_refused(city: City, fields: Any, expected: tuple[str, str]) -> None:
    assert await refused(city, Role.CASE_OFFICER, EAST, HOLD, **{**MEETING, **fields}) == expected


async def test_what_is_out_of_scope_is_found_by_nobody(city: City) -> None:
    own, other = await held(city), await held(city, Role.CASE_OFFICER, WEST)
    told = {"activityId": other["id"], "outcome": "好"}
    assert await refused(city, Role.CASE_OFFICER, EAST, CAME, **told) == ("NOT_FOUND", "activityId")
    for statement, field in ((CLUE, "clueIds"), (MEASURE, "measureIds")):
        [row] = await city.feed.rows(statement, place=WEST)
        ids = [global_id(field[:-3].capitalize(), row["id"])]
        told = {"activityId": own["id"], "outcome": "好", field: ids}
        assert await refused(city, Role.CASE_OFFICER, EAST, CAME, **told) == ("NOT_FOUND", field)


async def test_who_may_not_is_forbidden(city: City) -> None:
    for role in (Role.CASE_MANAGEMENT, Role.DISCIPLINE, Role.AGENCY_CLERK):
        viewer = await city.viewers(role)
        assert await viewer.code(HOLD, input=MEETING) == "FORBIDDEN"
        assert await viewer.code(CAME, input={"activityId": "x", "outcome": "x"}) == "FORBIDDEN"


async def test_the_same_key_records_one_activity(city: City) -> None:
    both = [(await held(city, idempotencyKey="k"))["id"] for _ in range(2)]
    assert both[0] == both[1]
    assert len(await city.feed.rows("SELECT FROM activity")) == 1
