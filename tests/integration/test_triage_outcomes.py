"""What comes of a decision of triage: a clue about what was found, or the draft of a measure that answers to it."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import pytest

from schema.access_vocabularies import Role
from schema.vocabularies import Department, FeedKind
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import Feed
from tests.integration.follow_up_feeding import follow_up
from tests.integration.graphql_client import Client, served
from tests.integration.judging_cases import Judge
from tests.integration.test_judging import clean, served_late
from tests.integration.triage_office import CIVIL, DECIDE, LEADING, case_id, decided, waiting
from tests.integration.viewers import EAST, EASTERN, SignedIn, Viewers, organise


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
def judge(feed: Feed, clock: Callable[[], datetime]) -> Judge:
    return Judge(feed, clock)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    async with served(database) as opened:
        yield opened


@pytest.fixture
async def viewers(database: Database, feed: Feed, client: Client) -> Viewers:
    await organise(feed)
    return Viewers(database, client)


MADE = DECIDE.replace(
    "userErrors",
    """clue { number title text status source class department handler { login } dueOn
      cases { nodes { documentNumber } } history { kind } }
    measure { number kind status title text addressee agency { name } cases { nodes { documentNumber } } }
    userErrors""",
    1,
)


async def test_a_clue_is_opened_about_the_case_and_what_was_found_in_it(
    viewers: Viewers, feed: Feed, judge: Judge
) -> None:
    await feed(served_late("1号", agency=EASTERN))
    await judge("2024-06-01")
    officer = await viewers(Role.CASE_OFFICER, EAST, CIVIL)
    wanted = {
        "caseId": await case_id(feed),
        "decision": "CLUE",
        "department": "PREVENTION",
        "reason": "另有情况",
        "idempotencyKey": "键一",
    }
    answer = (await officer.ask(MADE, input=wanted))["triageCase"]
    assert answer["userErrors"] == []
    assert answer["measure"] is None
    clue = answer["clue"]
    assert (clue["status"], clue["source"], clue["class"], clue["department"]) == (
        "NEW",
        "TRIAGE",
        "ADMINISTRATIVE_VIOLATION",
        "PREVENTION",
    )
    assert (clue["title"], clue["text"]) == (f"{EASTERN}1号行政处罚案", "另有情况")
    assert [each["documentNumber"] for each in clue["cases"]["nodes"]] == ["1号"]
    assert await feed.rows("SELECT count(*) AS found FROM clue_anomaly") == [{"found": 1}]
    assert answer["penaltyCase"]["triage"]["nodes"][0]["decision"] == "CLUE"
    assert await waiting(feed) == ["1号 INVESTIGATION_SUPERVISION"]
    # The same again answers the same; who comes second opens no second clue.
    assert (await officer.ask(MADE, input=wanted))["triageCase"]["clue"] == clue
    again = (await officer.ask(MADE, input={**wanted, "idempotencyKey": "键二"}))["triageCase"]
    assert [error["code"] for error in again["userErrors"]] == ["NOT_ALLOWED"]
    assert await feed.rows("SELECT count(*) AS found FROM clue") == [{"found": 1}]


async def test_that_a_case_went_on_as_a_clue_is_told_to_whoever_sees_the_clue(
    viewers: Viewers, feed: Feed, judge: Judge
) -> None:
    await feed(served_late("1号", agency=EASTERN))
    await judge("2024-06-01")
    wanted = {"caseId": await case_id(feed), "decision": "CLUE", "department": "PREVENTION"}
    await decided(await viewers(Role.CASE_OFFICER, EAST, CIVIL), **wanted)
    document = "{ cases { nodes { triage { totalCount nodes { decision } } clues { totalCount } } } }"

    async def told(viewer: SignedIn) -> list[int]:
        [found] = (await viewer.ask(document))["cases"]["nodes"]
        assert found["triage"]["totalCount"] == len(found["triage"]["nodes"])
        return [found["triage"]["totalCount"], found["clues"]["totalCount"]]

    assert await told(await viewers(Role.CASE_OFFICER, EAST, CIVIL)) == [1, 1]
    assert await told(await viewers(Role.CASE_OFFICER, EAST, Department.PREVENTION)) == [1, 1]
    assert await told(await viewers(Role.CHIEF, EAST)) == [1, 1]
    assert await told(await viewers(Role.CASE_OFFICER, EAST, LEADING)) == [0, 0]


async def test_a_measure_is_drafted_that_answers_to_what_was_found(viewers: Viewers, feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号", agency=EASTERN), clean("2号", agency=EASTERN))
    await judge("2024-06-01")
    chief = await viewers(Role.CHIEF, EAST)
    wanted = {"decision": "MEASURE", "reason": "应予监督"}
    answer = (await chief.ask(MADE, input={**wanted, "caseId": await case_id(feed)}))["triageCase"]
    assert answer["userErrors"] == []
    draft = answer["measure"]
    assert (draft["kind"], draft["status"], draft["number"]) == ("RECOMMENDATION", "DRAFT", None)
    assert (draft["addressee"], draft["agency"]) == (EASTERN, {"name": EASTERN})
    assert "1号" in draft["text"]
    assert [each["documentNumber"] for each in draft["cases"]["nodes"]] == ["1号"]
    chosen = {**wanted, "caseId": await case_id(feed, "2号"), "measureKind": "REASONS_REQUEST"}
    answer = (await chief.ask(MADE, input=chosen))["triageCase"]
    assert (answer["measure"]["kind"], answer["measure"]["agency"]) == ("REASONS_REQUEST", None)
    assert await waiting(feed) == []


async def test_what_only_the_court_left_undone_is_told_the_court(viewers: Viewers, feed: Feed, judge: Judge) -> None:
    asked = {"demandedOn": "2024-10-08", "appliedOn": "2024-10-25", "receivedOn": "2024-10-25", "court": "东县人民法院"}
    await feed(clean("1号", agency=EASTERN), {**follow_up(FeedKind.ENFORCEMENT, "1号", **asked), "agency": EASTERN})
    await judge("2024-12-01")
    assert {row["kind"] for row in await feed.rows("SELECT kind FROM anomaly")} == {"ENFORCEMENT_REFUSED"}
    wanted = {"decision": "MEASURE", "reason": "应予监督", "caseId": await case_id(feed)}
    draft = (await (await viewers(Role.CHIEF, EAST)).ask(MADE, input=wanted))["triageCase"]["measure"]
    assert (draft["kind"], draft["addressee"], draft["agency"]) == ("RECOMMENDATION", "东县人民法院", None)


async def test_police_who_disobeyed_a_filing_notice_are_told_to_put_that_right(
    viewers: Viewers, feed: Feed, judge: Judge
) -> None:
    handed = {"decidedOn": "2024-03-05", "decision": "APPROVED", "transferredOn": "2024-03-05", "toOrgan": "东县公安局"}
    notice = {"type": "FILING_NOTICE", "number": "东县检通立〔2024〕1号", "servedOn": "2024-06-03"}
    await feed(
        clean("1号", agency=EASTERN),
        {**follow_up(FeedKind.TRANSFER, "1号", **handed), "agency": EASTERN},
        {**follow_up(FeedKind.MEASURE, "1号", **notice), "agency": EASTERN},
    )
    await judge("2024-06-19")
    wanted = {"decision": "MEASURE", "reason": "应予监督", "caseId": await case_id(feed)}
    draft = (await (await viewers(Role.CHIEF, EAST)).ask(MADE, input=wanted))["triageCase"]["measure"]
    assert (draft["kind"], draft["addressee"], draft["agency"]) == ("CORRECTION_NOTICE", "东县公安局", None)
    assert "最迟应于2024年6月18日立案" in draft["text"]


async def test_who_may_triage_and_may_not_issue_measures_decides_for_none(viewers: Viewers, feed: Feed) -> None:
    await feed(clean("1号", agency=EASTERN))
    management = await viewers(Role.CASE_MANAGEMENT, EAST)
    wanted = {"caseId": await case_id(feed), "decision": "MEASURE", "reason": "应予监督"}
    assert await management.code(DECIDE, input=wanted) == "FORBIDDEN"
    assert await waiting(feed) == ["1号 INVESTIGATION_SUPERVISION"]
    assert await feed.rows("SELECT FROM measure") == []
