"""File reviews through the API: who assigns and who records them, what is refused, and how far a campaign is."""

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
from tests.integration.campaign_serving import ASSIGN, CLOSE, RECORD, REVIEWS, City, served_city
from tests.integration.feeding import Feed
from tests.integration.statement_counting import statements
from tests.integration.test_campaigns import PROGRESS, refused
from tests.integration.viewers import CITY, EAST, EASTERN, WEST, SignedIn

NOTES = "query($id: ID!) { node(id: $id) { ... on FileReview { note answers { note } history { note } } } }"


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def city(feed: Feed) -> AsyncIterator[City]:
    async with served_city(feed) as opened:
        yield opened


async def answers(viewer: SignedIn, campaign_id: str, **other: str) -> list[dict[str, Any]]:
    ask = "query($id: ID!) { node(id: $id) { ... on Campaign { checklist { item question } } } }"
    items = (await viewer.ask(ask, id=campaign_id))["node"]["checklist"]
    return [{"item": each["item"], "answer": other.get(each["item"], "YES")} for each in items]


async def assigned(city: City, number: str = "东1号", **fields: Any) -> tuple[str, str]:
    """A campaign and a review in it that is an eastern officer's."""
    campaign = (await city.opened())["id"]
    review = await city.review_of(campaign, number)
    office = await city.viewers(Role.CAMPAIGN_OFFICE, EAST)
    told = {"fileReviewId": review, "reviewerLogin": await city.account(Role.CASE_OFFICER), **fields}
    found = (await office.ask(ASSIGN, input=told))["assignFileReview"]
    assert found["userErrors"] == []
    return campaign, review


async def test_a_review_is_assigned_then_recorded_and_its_history_tells_of_both(city: City) -> None:
    campaign, review = await assigned(city)
    officer = await city.viewers(Role.CASE_OFFICER)
    mine = (await officer.ask(REVIEWS, id=campaign, mine=True))["node"]["reviews"]
    assert (mine["totalCount"], [each["id"] for each in mine["nodes"]]) == (1, [review])
    told = {"fileReviewId": review, "outcome": "PROBLEM_FOUND", "note": "以罚代刑", "expectedRevision": 1}
    told["answers"] = await answers(officer, campaign, transferred="NO")
    found = (await officer.ask(RECORD, input=told))["recordFileReview"]
    assert found["userErrors"] == []
    shown = found["fileReview"]
    assert (shown["status"], shown["revision"], shown["outcome"]) == ("REVIEWED", 2, "PROBLEM_FOUND")
    [problem] = [each for each in shown["answers"] if each["answer"] == "NO"]
    assert "以罚代刑" in problem["question"]
    who = {"reviewer": Role.CASE_OFFICER.label}
    assert shown["history"] == [
        {
            **who,
            "revision": 2,
            "event": "REVIEWED",
            "actor": who["reviewer"],
            "outcome": "PROBLEM_FOUND",
            "note": "以罚代刑",
        },
        {**who, "revision": 1, "event": "ASSIGNED", "actor": Role.CAMPAIGN_OFFICE.label, "outcome": None, "note": None},
    ]
    [entry] = await city.feed.rows(
        "SELECT case_ids FROM audit_entry WHERE operation = 'recordFileReview' AND action = 'CHANGE'"
    )
    [case] = await city.feed.rows("SELECT id FROM penalty_case WHERE document_number = '东1号'")
    assert entry["case_ids"] == [case["id"]]


async def test_progress_is_counted_by_county_and_a_county_counts_its_own(city: City) -> None:
    campaign, review = await assigned(city)
    officer = await city.viewers(Role.CASE_OFFICER)
    told = {"fileReviewId": review, "outcome": "NEEDS_MORE_FILES", "note": "缺鉴定意见", "answers": []}
    await officer.ask(RECORD, input=told)
    row = {"cases": 2, "assigned": 1, "reviewed": 1, "problems": 0, "needsMoreFiles": 1}
    nothing = {**dict.fromkeys(row, 0), "cases": 1}
    east, west = ({"procuratorate": {"name": name}} for name in (EAST, WEST))
    for place, expected in (
        (CITY, [{**east, **row}, {**west, **nothing}, {"procuratorate": None, **nothing}]),
        (EAST, [{**east, **row}]),
        (WEST, [{**west, **nothing}]),
    ):
        viewer = await city.viewers(Role.CAMPAIGN_OFFICE, place)
        with statements(city.feed.database) as executed:
            found = (await viewer.ask(PROGRESS, id=campaign))["node"]["progress"]
        assert found == expected
        assert sum("campaign_case" in each for each in executed) == 1


async def test_reviews_are_listed_by_their_state(city: City) -> None:
    campaign, review = await assigned(city)
    office = await city.viewers(Role.CAMPAIGN_OFFICE, CITY)
    for status, count in (
        (["UNASSIGNED"], 3),
        (["ASSIGNED"], 1),
        (["REVIEWED"], 0),
        ([], 4),
        (["ASSIGNED", "UNASSIGNED"], 4),
    ):
        found = (await office.ask(REVIEWS, id=campaign, status=status))["node"]["reviews"]
        assert found["totalCount"] == len(found["nodes"]) == count
        assert (review in [each["id"] for each in found["nodes"]]) == (status != ["UNASSIGNED"] and count > 0)


@pytest.mark.parametrize(
    ("role", "place", "expected"),
    [
        (Role.CASE_OFFICER, CITY, ("NOT_ALLOWED", "fileReviewId")),
        (Role.CASE_OFFICER, WEST, ("NOT_FOUND", "fileReviewId")),
        (Role.CHIEF, EAST, None),
        (Role.CHIEF, CITY, None),
        (Role.DEPARTMENT_HEAD, EAST, None),
        (Role.DEPARTMENT_HEAD, CITY, ("NOT_ALLOWED", "fileReviewId")),
        (Role.LOCAL_ADMINISTRATOR, None, None),
    ],
)
async def test_a_review_is_recorded_by_its_reviewer_or_who_stands_in(
    city: City, role: Role, place: str | None, expected: tuple[str, str] | None
) -> None:
    campaign, review = await assigned(city)
    told: dict[str, Any] = {"fileReviewId": review, "outcome": "NOTHING_WRONG"}
    told["answers"] = await answers(await city.viewers(Role.CHIEF, CITY), campaign)
    if expected is not None:
        assert await refused(city, role, place, RECORD, **told) == expected
        return
    found = (await (await city.viewers(role, place)).ask(RECORD, input=told))["recordFileReview"]
    assert (found["userErrors"], found["fileReview"]["status"]) == ([], "REVIEWED")


async def test_a_review_is_assigned_to_nobody_who_may_not_see_the_case_or_review_it(city: City) -> None:
    campaign = (await city.opened())["id"]
    review = await city.review_of(campaign, "东1号")
    logins = [
        "nobody",
        await city.account(Role.CASE_OFFICER, WEST),
        await city.account(Role.CASE_MANAGEMENT),
        await city.account(Role.AGENCY_CLERK, EASTERN),
    ]
    for login in logins:
        told = {"fileReviewId": review, "reviewerLogin": login}
        assert await refused(city, Role.CHIEF, CITY, ASSIGN, **told) == ("NOT_FOUND", "reviewerLogin")
    disabled = await city.account(Role.CASE_OFFICER)
    await city.feed.run("UPDATE account SET disabled_at = now() WHERE login = :login", login=disabled)
    told = {"fileReviewId": review, "reviewerLogin": disabled}
    assert await refused(city, Role.CHIEF, CITY, ASSIGN, **told) == ("NOT_FOUND", "reviewerLogin")


async def test_a_review_is_not_assigned_twice_nor_after_the_end_and_goes_on_after_it(city: City) -> None:
    campaign, review = await assigned(city)
    told = {"fileReviewId": review, "reviewerLogin": await city.account(Role.CASE_OFFICER)}
    assert await refused(city, Role.CHIEF, EAST, ASSIGN, **told) == ("NOT_ALLOWED", "reviewerLogin")
    await (await city.viewers(Role.CHIEF, CITY)).ask(CLOSE, input={"campaignId": campaign, "summary": "完"})
    told["fileReviewId"] = await city.review_of(campaign, "东2号")
    assert await refused(city, Role.CHIEF, EAST, ASSIGN, **told) == ("NOT_ALLOWED", "fileReviewId")
    officer = await city.viewers(Role.CASE_OFFICER)
    recorded = {"fileReviewId": review, "outcome": "NOTHING_WRONG", "answers": await answers(officer, campaign)}
    assert (await officer.ask(RECORD, input=recorded))["recordFileReview"]["userErrors"] == []


async def test_what_is_recorded_wrongly_is_refused_with_its_field(city: City) -> None:
    campaign, review = await assigned(city)
    whole = await answers(await city.viewers(Role.CASE_OFFICER), campaign)
    for fields, blamed in (
        ({"answers": whole[1:]}, "answers"),
        ({"answers": [*whole, {"item": "赵小满", "answer": "YES"}]}, "answers"),
        ({"answers": whole * 20}, "answers"),
        ({"answers": [{**whole[0], "answer": "NO"}, *whole[1:]]}, "outcome"),
        ({"answers": whole, "outcome": "PROBLEM_FOUND"}, "note"),
        ({"answers": whole, "note": "长" * 2001}, "note"),
        ({"answers": whole, "fileReviewId": global_id("Campaign", 1)}, "fileReviewId"),
    ):
        told = {"fileReviewId": review, "outcome": "NOTHING_WRONG", **fields}
        assert await refused(city, Role.CASE_OFFICER, EAST, RECORD, **told) == ("INVALID", blamed)


async def test_of_two_at_once_one_wins_and_the_other_is_told_how_it_stands(city: City) -> None:
    campaign, review = await assigned(city)
    told = {"fileReviewId": review, "outcome": "NOTHING_WRONG", "expectedRevision": 1}
    officer, chief = await city.viewers(Role.CASE_OFFICER), await city.viewers(Role.CHIEF)
    told["answers"] = await answers(officer, campaign)
    both = await asyncio.gather(*(each.ask(RECORD, input=told) for each in (officer, chief)))
    found = [each["recordFileReview"] for each in both]
    assert sorted([error["code"] for error in each["userErrors"]] for each in found) == [[], ["STALE"]]
    assert [each["fileReview"]["revision"] for each in found] == [2, 2]
    assert len(await city.feed.rows("SELECT FROM file_review_event")) == 2


async def test_the_same_key_records_once(city: City) -> None:
    campaign, review = await assigned(city, idempotencyKey="a")
    officer = await city.viewers(Role.CASE_OFFICER)
    told: dict[str, Any] = {"fileReviewId": review, "outcome": "NOTHING_WRONG", "idempotencyKey": "k"}
    told["answers"] = await answers(officer, campaign)
    both = [(await officer.ask(RECORD, input=told))["recordFileReview"]["fileReview"]["revision"] for _ in range(2)]
    assert both == [2, 2]


async def test_who_may_not_is_forbidden_before_anything_is_read(city: City) -> None:
    nobodys: dict[str, Any] = {"fileReviewId": "nonsense"}
    for role in (Role.CASE_OFFICER, Role.CASE_MANAGEMENT, Role.DISCIPLINE, Role.AGENCY_CLERK):
        asked: dict[str, Any] = {**nobodys, "reviewerLogin": "li"}
        assert await (await city.viewers(role)).code(ASSIGN, input=asked) == "FORBIDDEN"
    for role in (Role.CAMPAIGN_OFFICE, Role.CASE_MANAGEMENT, Role.AUDITOR):
        asked = {**nobodys, "outcome": "NOTHING_WRONG", "answers": []}
        assert await (await city.viewers(role)).code(RECORD, input=asked) == "FORBIDDEN"


async def test_notes_name_nobody_to_whoever_is_shown_no_names(city: City) -> None:
    campaign, review = await assigned(city, "东2号")
    officer = await city.viewers(Role.CASE_OFFICER)
    told: dict[str, Any] = {"fileReviewId": review, "outcome": "PROBLEM_FOUND", "note": "赵小满、钱二宝未移送"}
    told["answers"] = [{**each, "note": "赵小满、钱二宝承认"} for each in await answers(officer, campaign)]
    await officer.ask(RECORD, input=told)
    for role, shown in ((Role.CASE_OFFICER, True), (Role.CAMPAIGN_OFFICE, False), (Role.DISCIPLINE, False)):
        found = str((await (await city.viewers(role)).ask(NOTES, id=review))["node"])
        assert ("赵小满" in found, "钱二宝" in found) == (shown, shown)
        assert "未移送" in found
