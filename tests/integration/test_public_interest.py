"""Public-interest cases: filed, proposed, suspended, sued, judged; seen by whoever may, refused where it is wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import pytest

from api.ids import global_id
from schema.access_vocabularies import Role
from schema.vocabularies import Department
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import Feed, case, person
from tests.integration.graphql_client import Client, served
from tests.integration.public_interest_steps import FILE_PUBLIC, LIST_PUBLIC, STEP_PUBLIC, harm, proposal
from tests.integration.statement_counting import statements
from tests.integration.test_duty_crimes import ids, seated
from tests.integration.viewers import CITY, EAST, EASTERN, WEST, WESTERN, SignedIn, Viewers, organise

WITHDRAW = """mutation($input: WithdrawMeasureInput!) { withdrawMeasure(input: $input) {
  measure { status } userErrors { field code message } } }"""


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def viewers(database: Database, feed: Feed) -> AsyncIterator[Viewers]:
    await organise(feed)
    async with served(database) as opened:
        yield Viewers(database, opened)


@pytest.fixture
def local(viewers: Viewers) -> Client:
    return viewers.client


async def test_a_case_goes_from_its_proposal_by_a_suspension_to_the_court(viewers: Viewers, feed: Feed) -> None:
    rows = [{**case(f"{name}1号", party=person("赵甲敏")), "agency": name} for name in (EASTERN, WESTERN)]
    await feed(*rows, name="cases.jsonl")
    agencies = await ids(feed, "agency")
    cases = {row["document_number"]: row["id"] for row in await feed.cases()}
    officer = await seated(viewers, Role.CASE_OFFICER, EAST, Department.CIVIL_ADMINISTRATIVE)
    about = [global_id("PenaltyCase", cases[f"{EASTERN}1号"])]
    done = (await officer.ask(FILE_PUBLIC, input=harm(agencies[EASTERN], caseIds=about)))["filePublicInterestCase"]
    assert done["userErrors"] == []
    filed = done["publicInterestCase"]
    assert (filed["status"], filed["filingServiceDueOn"], filed["decisionDueOn"]) == ("FILED", "2024-02-18", None)
    assert filed["cases"] == [{"documentNumber": f"{EASTERN}1号"}]
    measure = await proposal(feed)
    for step, on, more, expected in (
        ("PROPOSED", "2024-02-20", {"measureId": measure}, {"status": "PROPOSED", "decisionDueOn": "2024-05-22"}),
        ("SUSPENDED", "2024-04-01", {}, {"status": "SUSPENDED", "suspendedOn": "2024-04-01", "decisionDueOn": None}),
        ("RESUMED", "2024-04-11", {}, {"status": "PROPOSED", "suspendedOn": None, "decisionDueOn": "2024-05-22"}),
        ("SUED", "2024-05-20", {"court": "中市中级人民法院"}, {"status": "SUED", "suedOn": "2024-05-20"}),
        ("JUDGED", "2024-08-01", {}, {"status": "JUDGED", "outcome": "JUDGED：赵甲敏应当清理"}),
        ("NOTED", "2024-08-10", {}, {"status": "JUDGED", "outcome": "JUDGED：赵甲敏应当清理"}),
        ("CLOSED", "2024-09-01", {}, {"status": "CLOSED", "outcome": "JUDGED：赵甲敏应当清理"}),
    ):
        asked = {"publicInterestCaseId": filed["id"], "step": step, "on": on, "note": f"{step}：赵甲敏应当清理"}
        done = (await officer.ask(STEP_PUBLIC, input={**asked, **more}))["recordPublicInterestStep"]
        assert done["userErrors"] == []
        assert {key: done["publicInterestCase"][key] for key in expected} == expected
    assert done["publicInterestCase"]["measureId"] == measure
    history = done["publicInterestCase"]["history"]
    assert len(history) == 8
    # Why it was closed stays there.
    assert "CLOSED：赵甲敏应当清理" in history[-1]["title"]
    office = await viewers(Role.CAMPAIGN_OFFICE)
    [shown] = (await office.ask(LIST_PUBLIC))["publicInterestCases"]["nodes"]
    assert shown["status"] == "CLOSED"
    assert "甲敏" not in str(shown)
    for role, place, seen in ((Role.CHIEF, CITY, 1), (Role.CHIEF, WEST, 0), (Role.AGENCY_CLERK, None, 0)):
        found = (await (await viewers(role, place)).ask(LIST_PUBLIC))["publicInterestCases"]
        assert (found["totalCount"], len(found["nodes"])) == (seen, seen), (role, place)


async def test_what_is_asked_wrongly_of_a_public_interest_case_is_refused(viewers: Viewers, feed: Feed) -> None:
    await feed({**case("西1号"), "agency": WESTERN}, name="cases.jsonl")
    agencies, [other] = await ids(feed, "agency"), await feed.cases()
    officer = await seated(viewers, Role.CASE_OFFICER, EAST, Department.CIVIL_ADMINISTRATIVE)
    told = harm(agencies[EASTERN])
    filed = (await officer.ask(FILE_PUBLIC, input=told))["filePublicInterestCase"]["publicInterestCase"]
    for changes, code in (
        ({"caseIds": [global_id("PenaltyCase", other["id"])]}, "NOT_FOUND"),
        ({"agencyId": global_id("Agency", 999)}, "NOT_FOUND"),
        ({"title": ""}, "INVALID"),
        ({}, "NOT_ALLOWED"),
    ):
        done = (await officer.ask(FILE_PUBLIC, input={**told, **changes}))["filePublicInterestCase"]
        assert [error["code"] for error in done["userErrors"]] == [code], changes
    elsewhere = await seated(viewers, Role.DEPARTMENT_HEAD, EAST, Department.PREVENTION)
    [error] = (await elsewhere.ask(FILE_PUBLIC, input=harm(agencies[EASTERN], "另〔2024〕2号")))[
        "filePublicInterestCase"
    ]["userErrors"]
    assert error["code"] == "NOT_ALLOWED"
    asked = {"publicInterestCaseId": filed["id"], "step": "PROPOSED", "on": "2024-03-01", "note": "说明"}
    for changes, code in (
        ({}, "NOT_ALLOWED"),
        ({"measureId": global_id("Measure", 999)}, "NOT_FOUND"),
        ({"measureId": await proposal(feed, kind="RECOMMENDATION", number="建〔2024〕2号")}, "NOT_ALLOWED"),
        ({"measureId": await proposal(feed, number=None)}, "NOT_ALLOWED"),
        ({"measureId": await proposal(feed, number="建〔2024〕3号", status="WITHDRAWN")}, "NOT_ALLOWED"),
        ({"measureId": await proposal(feed, number="建〔2024〕4号"), "on": "2024-02-19"}, "NOT_ALLOWED"),
        ({"measureId": filed["id"]}, "INVALID"),
        ({"step": "SUED", "court": "某法院"}, "NOT_ALLOWED"),
        ({"publicInterestCaseId": global_id("PublicInterestCase", 999)}, "NOT_FOUND"),
    ):
        done = (await officer.ask(STEP_PUBLIC, input={**asked, **changes}))["recordPublicInterestStep"]
        assert [error["code"] for error in done["userErrors"]] == [code], changes
    stale = {**asked, "step": "NOTED", "expectedRevision": 7}
    done = (await officer.ask(STEP_PUBLIC, input=stale))["recordPublicInterestStep"]
    assert [error["code"] for error in done["userErrors"]] == ["STALE"]
    assert done["publicInterestCase"]["revision"] == 1


async def test_public_interest_cases_are_filtered_and_paged_at_the_same_cost(
    local: Client, feed: Feed, database: Database
) -> None:
    agencies = await ids(feed, "agency")
    for n in range(1, 9):
        told = harm(agencies[EASTERN], f"检立〔2024〕{n}号", filedOn=f"2024-03-{n:02}", domain=("LAND", "OTHER")[n % 2])
        assert (await local.ask(FILE_PUBLIC, input=told))["filePublicInterestCase"]["userErrors"] == []
    costs = set()
    for size in (3, 8):
        with statements(database) as executed:
            page = (await local.ask(LIST_PUBLIC, first=size))["publicInterestCases"]
        costs.add(len(executed))
        assert (page["totalCount"], len(page["nodes"])) == (8, size)
    assert len(costs) == 1
    rest = await local.ask(LIST_PUBLIC, first=8, after=page["pageInfo"]["endCursor"])
    assert rest["publicInterestCases"]["nodes"] == []
    for wanted, count in (
        ({"domains": ["LAND"]}, 4),
        ({"statuses": ["SUED"]}, 0),
        ({"from": "2024-03-08"}, 1),
        ({"to": "2024-03-02"}, 2),
        ({"agencyIds": [global_id("Agency", agencies[WESTERN])]}, 0),
    ):
        assert (await local.ask(LIST_PUBLIC, filter=wanted))["publicInterestCases"]["totalCount"] == count, wanted


async def stepped(officer: SignedIn, case_id: str, step: str, on: str, **more: str) -> tuple[str | None, str | None]:
    """A step of a case; answers the code of its refusal, and until when is to be decided whether to sue."""
    asked = {"publicInterestCaseId": case_id, "step": step, "on": on, "note": "说明", **more}
    done = (await officer.ask(STEP_PUBLIC, input=asked))["recordPublicInterestStep"]
    codes = [error["code"] for error in done["userErrors"]]
    return (codes[0], None) if codes else (None, done["publicInterestCase"]["decisionDueOn"])


async def filed_and_proposed(officer: SignedIn, feed: Feed, measure: str) -> str:
    agencies = await ids(feed, "agency")
    done = (await officer.ask(FILE_PUBLIC, input=harm(agencies[EASTERN])))["filePublicInterestCase"]
    case_id = str(done["publicInterestCase"]["id"])
    assert await stepped(officer, case_id, "PROPOSED", "2024-02-20", measureId=measure) == (None, "2024-05-22")
    return case_id


async def test_a_case_whose_proposal_was_withdrawn_waits_for_another(viewers: Viewers, feed: Feed) -> None:
    officer = await seated(viewers, Role.CASE_OFFICER, EAST, Department.CIVIL_ADMINISTRATIVE)
    first, second = await proposal(feed), await proposal(feed, number="东检建〔2024〕2号")
    case_id = await filed_and_proposed(officer, feed, first)
    assert await stepped(officer, case_id, "PROPOSED", "2024-02-21", measureId=second) == ("NOT_ALLOWED", None)
    gone = (await officer.ask(WITHDRAW, input={"measureId": first, "reason": "有误"}))["withdrawMeasure"]
    assert gone["userErrors"] == []
    [shown] = (await officer.ask(LIST_PUBLIC))["publicInterestCases"]["nodes"]
    assert (shown["status"], shown["decisionDueOn"]) == ("PROPOSED", None)
    assert await stepped(officer, case_id, "SUED", "2024-05-20", court="某法院") == ("NOT_ALLOWED", None)
    assert await stepped(officer, case_id, "PROPOSED", "2024-02-21", measureId=second) == (None, "2024-05-22")
    assert await stepped(officer, case_id, "SUED", "2024-05-20", court="某法院") == (None, None)


async def test_a_proposal_upon_which_an_agency_was_sued_is_not_withdrawn(viewers: Viewers, feed: Feed) -> None:
    officer = await seated(viewers, Role.CASE_OFFICER, EAST, Department.CIVIL_ADMINISTRATIVE)
    measure = await proposal(feed)
    case_id = await filed_and_proposed(officer, feed, measure)
    assert await stepped(officer, case_id, "SUED", "2024-05-20", court="某法院") == (None, None)
    done = (await officer.ask(WITHDRAW, input={"measureId": measure, "reason": "有误"}))["withdrawMeasure"]
    [error] = done["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_ALLOWED", ["input", "measureId"])
    assert "东检行公立〔2024〕1号" in error["message"]


async def test_of_a_suit_and_the_withdrawal_of_its_proposal_at_once_one_is_refused(
    viewers: Viewers, feed: Feed
) -> None:
    officer = await seated(viewers, Role.CASE_OFFICER, EAST, Department.CIVIL_ADMINISTRATIVE)
    measure = await proposal(feed)
    case_id = await filed_and_proposed(officer, feed, measure)
    sued, gone = await asyncio.gather(
        stepped(officer, case_id, "SUED", "2024-05-20", court="某法院"),
        officer.ask(WITHDRAW, input={"measureId": measure, "reason": "有误"}),
    )
    codes = [sued[0], *(error["code"] for error in gone["withdrawMeasure"]["userErrors"])]
    assert codes.count("NOT_ALLOWED") == 1


@pytest.mark.parametrize("number", ["东检立〔2024〕\x071号", "东检立〔2024〕1号\x00", "东检立〔2024〕\x7f1号"])
async def test_a_number_holds_no_control_characters(viewers: Viewers, feed: Feed, number: str) -> None:
    officer = await seated(viewers, Role.CASE_OFFICER, EAST, Department.CIVIL_ADMINISTRATIVE)
    agencies = await ids(feed, "agency")
    done = (await officer.ask(FILE_PUBLIC, input=harm(agencies[EASTERN], number)))["filePublicInterestCase"]
    [error] = done["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", ["input", "number"])
    assert "U+00" in error["message"]


async def test_an_agency_is_not_sued_on_a_proposal_that_it_was_never_served(viewers: Viewers, feed: Feed) -> None:
    officer = await seated(viewers, Role.CASE_OFFICER, EAST, Department.CIVIL_ADMINISTRATIVE)
    case_id = await filed_and_proposed(officer, feed, await proposal(feed))
    await feed.run("UPDATE measure SET status = 'ISSUED', served_on = NULL, reply_due_on = NULL")
    assert await stepped(officer, case_id, "SUED", "2024-05-20", court="某法院") == ("NOT_ALLOWED", None)


async def test_whom_the_first_proposal_named_stays_covered_after_the_second(viewers: Viewers, feed: Feed) -> None:
    await feed({**case("东1号", party=person("买买提")), "agency": EASTERN}, name="cases.jsonl")
    [about] = await feed.cases()
    officer = await seated(viewers, Role.CASE_OFFICER, EAST, Department.CIVIL_ADMINISTRATIVE)
    first = await proposal(feed)
    await feed.run("INSERT INTO measure_case (measure_id, case_id) SELECT max(id), :c FROM measure", c=about["id"])
    agencies = await ids(feed, "agency")
    filed = (await officer.ask(FILE_PUBLIC, input=harm(agencies[EASTERN])))["filePublicInterestCase"]
    step = {"publicInterestCaseId": filed["publicInterestCase"]["id"], "step": "PROPOSED", "on": "2024-02-21"}
    await officer.ask(STEP_PUBLIC, input={**step, "note": "就买买提案提出", "measureId": first})
    await officer.ask(WITHDRAW, input={"measureId": first, "reason": "有误"})
    second = await proposal(feed, number="东检建〔2024〕2号")
    await officer.ask(STEP_PUBLIC, input={**step, "note": "重新提出", "measureId": second})
    shown = (await (await viewers(Role.CAMPAIGN_OFFICE)).ask(LIST_PUBLIC))["publicInterestCases"]["nodes"]
    assert "重新提出" in str(shown)
    assert "买买提" not in str(shown)
