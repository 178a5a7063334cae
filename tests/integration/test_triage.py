"""Triage as clients of the API do it: what waits for whom, what a decision does, and what it never does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from api.ids import global_id
from schema.access_records import Scope
from schema.access_vocabularies import Role
from schema.supervision_vocabularies import TriageDecision
from schema.vocabularies import FeedKind
from stores.keys import KeyRing
from stores.postgres import Database
from stores.triage import keep_triage, lock_case_for_triage
from tests.integration.feeding import Feed, case
from tests.integration.follow_up_feeding import follow_up
from tests.integration.graphql_client import Client, served
from tests.integration.judging_cases import Judge
from tests.integration.statement_counting import statements
from tests.integration.test_judging import clean, served_late
from tests.integration.triage_office import CIVIL, DECIDE, LEADING, case_id, decided, waiting
from tests.integration.viewers import CITY, EAST, EASTERN, WESTERN, SignedIn, Viewers, organise

QUEUE = """query($departments: [Department!], $first: Int, $after: String) {
  triageQueue(departments: $departments, first: $first, after: $after) { totalCount
    nodes { penaltyCase { documentNumber } department certainty overdueDays enteredAt }
    pageInfo { hasNextPage endCursor } } }"""


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


async def refusal(client: Client, /, **wanted: Any) -> tuple[str, list[str]]:
    answer = await decided(client, **wanted)
    [error] = answer["userErrors"]
    assert error["message"]
    assert (answer["penaltyCase"] is None) == (error["code"] != "STALE")
    return error["code"], error["field"]


async def test_a_case_waits_for_those_who_lead_from_its_entry_and_for_others_from_a_finding(
    client: Client, feed: Feed, judge: Judge
) -> None:
    await feed(clean("1号"), served_late("2号"))
    assert await waiting(feed) == ["1号 INVESTIGATION_SUPERVISION", "2号 INVESTIGATION_SUPERVISION"]
    await judge("2024-06-01")
    assert await waiting(feed) == [
        "1号 INVESTIGATION_SUPERVISION",
        "2号 INVESTIGATION_SUPERVISION",
        "2号 CIVIL_ADMINISTRATIVE",
    ]
    found = (await client.ask(QUEUE))["triageQueue"]
    first, *rest = found["nodes"]
    assert (first["penaltyCase"]["documentNumber"], first["department"]) == ("2号", "CIVIL_ADMINISTRATIVE")
    assert first["certainty"] == "CERTAIN"
    assert first["overdueDays"] > 0
    assert [(each["certainty"], each["overdueDays"]) for each in rest] == [(None, None)] * 2
    assert found["totalCount"] == 3


async def test_a_queue_is_walked_in_pages_and_by_department(client: Client, feed: Feed, judge: Judge) -> None:
    await feed(*(served_late(f"{number}号") for number in range(5)))
    await judge("2024-06-01")
    whole = (await client.ask(QUEUE, first=100))["triageQueue"]["nodes"]
    found: list[Any] = []
    after = None
    while True:
        page = (await client.ask(QUEUE, first=3, after=after))["triageQueue"]
        found += page["nodes"]
        assert page["totalCount"] == 10
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found == whole
    civil = (await client.ask(QUEUE, departments=["CIVIL_ADMINISTRATIVE"]))["triageQueue"]
    assert (civil["totalCount"], {each["department"] for each in civil["nodes"]}) == (5, {"CIVIL_ADMINISTRATIVE"})
    for wrong in ("nonsense", after[:-4] + "AAAA" if after else "x"):
        assert await client.code(QUEUE, after=wrong) == "BAD_USER_INPUT"


async def test_a_page_costs_the_same_whatever_its_size(client: Client, feed: Feed, database: Database) -> None:
    await feed(*(clean(f"{number}号") for number in range(30)))
    document = """query($n: Int) { triageQueue(first: $n) { totalCount nodes { penaltyCase {
      title triage { totalCount nodes { decision decidedBy } } } } } }"""
    for number in range(20):
        await decided(client, caseId=await case_id(feed, f"{number}号"))
    await feed.run(
        "INSERT INTO triage_queue (case_id, agency_id, department) SELECT id, agency_id, 'PREVENTION' FROM penalty_case"
    )
    costs = {}
    for size in (15, 25, 40):
        with statements(database) as executed:
            await client.ask(document, n=size)
        costs[size] = len(executed)
    # The page, its count, the cases, their decisions, how many, who decided, and the entry of the audit trail.
    assert costs == dict.fromkeys(costs, 7)


async def test_a_decision_is_kept_with_its_reason_and_who_made_it_and_takes_the_case_out(
    client: Client, feed: Feed, judge: Judge
) -> None:
    await feed(served_late("1号"), clean("2号"))
    await judge("2024-06-01")
    before = {row["document_number"]: row["revision"] for row in await feed.cases()}
    answer = await decided(client, caseId=await case_id(feed), decision="WATCH", reason=" 再看一月 ")
    assert answer["userErrors"] == []
    assert answer["penaltyCase"]["revision"] == before["1号"] + 1
    assert answer["penaltyCase"]["triage"] == {
        "totalCount": 1,
        "nodes": [
            {
                "decision": "WATCH",
                "reason": "再看一月",
                "department": None,
                "decidedBy": "本机管理员",
            }
        ],
    }
    assert await waiting(feed) == ["2号 INVESTIGATION_SUPERVISION"]
    changes = await feed.rows(
        "SELECT operation, case_ids FROM audit_entry WHERE action = 'CHANGE' AND detail ->> 'refused' IS NULL"
    )
    assert [row["operation"] for row in changes] == ["triageCase"]
    assert [len(row["case_ids"]) for row in changes] == [1]


async def test_an_officer_decides_for_the_own_department_and_a_chief_for_all(
    viewers: Viewers, feed: Feed, judge: Judge
) -> None:
    await feed(*(served_late(f"{number}号", agency=EASTERN) for number in (1, 2, 3)))
    await judge("2024-06-01")
    officer = await viewers(Role.CASE_OFFICER, EAST, CIVIL)
    answer = await decided(officer, caseId=await case_id(feed, "1号"))
    assert [each["department"] for each in answer["penaltyCase"]["triage"]["nodes"]] == ["CIVIL_ADMINISTRATIVE"]
    await decided(await viewers(Role.CHIEF, EAST), caseId=await case_id(feed, "2号"))
    await decided(await viewers(Role.CASE_MANAGEMENT, CITY), caseId=await case_id(feed, "3号"))
    assert await waiting(feed) == ["1号 INVESTIGATION_SUPERVISION"]


async def test_whoever_was_not_asked_may_speak_and_takes_nothing_out(viewers: Viewers, feed: Feed) -> None:
    await feed(clean("1号", agency=EASTERN))
    outsider = await viewers(Role.CASE_OFFICER, EAST)
    assert (await decided(outsider, caseId=await case_id(feed)))["userErrors"] == []
    assert await waiting(feed) == ["1号 INVESTIGATION_SUPERVISION"]
    assert await refusal(outsider, caseId=await case_id(feed)) == ("NOT_ALLOWED", ["input", "caseId"])


async def test_each_sees_the_queues_of_the_own_departments_and_cases(
    viewers: Viewers, feed: Feed, judge: Judge
) -> None:
    await feed(served_late("1号", agency=EASTERN), served_late("2号", agency=WESTERN))
    await judge("2024-06-01")

    async def seen(viewer: SignedIn) -> list[tuple[str, str]]:
        found = (await viewer.ask(QUEUE))["triageQueue"]
        assert found["totalCount"] == len(found["nodes"])
        return sorted((each["penaltyCase"]["documentNumber"], each["department"]) for each in found["nodes"])

    assert await seen(await viewers(Role.CASE_OFFICER, EAST, CIVIL)) == [("1号", CIVIL)]
    assert await seen(await viewers(Role.CASE_OFFICER, EAST)) == []
    assert await seen(await viewers(Role.CHIEF, EAST)) == [("1号", CIVIL), ("1号", LEADING)]
    assert len(await seen(await viewers(Role.CHIEF, CITY))) == 4
    for role in (Role.AGENCY_CLERK, Role.AUDITOR, Role.CAMPAIGN_OFFICE, Role.ADMINISTRATOR):
        assert await seen(await viewers(role)) == []


async def test_a_refused_decision_changes_nothing_and_says_why(viewers: Viewers, client: Client, feed: Feed) -> None:
    await feed(clean("1号", agency=EASTERN), clean("2号", agency=WESTERN))
    known = await case_id(feed)
    before, cases = await waiting(feed), await feed.rows("SELECT c::text FROM penalty_case c ORDER BY id")
    for wanted, code, field in (
        ({"reason": " "}, "INVALID", "reason"),
        ({"reason": "\u200b"}, "INVALID", "reason"),
        ({"reason": "长" * 2001}, "INVALID", "reason"),
        ({"caseId": "nonsense"}, "INVALID", "caseId"),
        ({"caseId": global_id("Agency", 1)}, "INVALID", "caseId"),
        ({"caseId": global_id("PenaltyCase", 10**9)}, "NOT_FOUND", "caseId"),
        ({"decision": "CLUE"}, "INVALID", "department"),
        ({"department": "PREVENTION"}, "INVALID", "department"),
        ({"measureKind": "REMINDER"}, "INVALID", "measureKind"),
        ({"idempotencyKey": ""}, "INVALID", "idempotencyKey"),
        ({"expectedRevision": 7}, "STALE", "expectedRevision"),
    ):
        assert await refusal(client, **{"caseId": known, **wanted}) == (code, ["input", field])
    officer = await viewers(Role.CASE_OFFICER, EAST, LEADING)
    hidden = await case_id(feed, "2号")
    assert await refusal(officer, caseId=hidden) == ("NOT_FOUND", ["input", "caseId"])
    for role in (Role.DISCIPLINE, Role.CAMPAIGN_OFFICE, Role.AUDITOR, Role.AGENCY_CLERK, Role.ADMINISTRATOR):
        wanted = {"caseId": known, "decision": "NO_ACTION", "reason": "已核实"}
        assert await (await viewers(role)).code(DECIDE, input=wanted) == "FORBIDDEN"
    assert await waiting(feed) == before
    assert await feed.rows("SELECT c::text FROM penalty_case c ORDER BY id") == cases
    assert await feed.rows("SELECT FROM triage UNION ALL SELECT FROM applied_mutation") == []


async def test_a_key_makes_a_decision_once(client: Client, feed: Feed) -> None:
    await feed(clean("1号"))
    wanted = {"caseId": await case_id(feed), "idempotencyKey": "键一"}
    answers = await asyncio.gather(*(decided(client, **wanted) for _ in range(6)))
    assert [answer["userErrors"] for answer in answers] == [[]] * 6
    assert {answer["penaltyCase"]["triage"]["totalCount"] for answer in answers} == {1}
    assert await refusal(client, **wanted, reason="又") == ("IDEMPOTENCY_MISMATCH", ["input", "idempotencyKey"])


async def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(viewers: Viewers, feed: Feed) -> None:
    await feed(clean("1号", agency=EASTERN))
    known = await case_id(feed)
    officer, head = await viewers(Role.CASE_OFFICER, EAST, LEADING), await viewers(Role.DEPARTMENT_HEAD, EAST, LEADING)
    answers = await asyncio.gather(*(decided(viewer, caseId=known) for viewer in (officer, head) * 3))
    errors = [answer["userErrors"] for answer in answers]
    assert sorted(len(each) for each in errors) == [0, 1, 1, 1, 1, 1]
    assert {error["code"] for each in errors for error in each} == {"NOT_ALLOWED"}
    assert len(await feed.rows("SELECT FROM triage")) == 1


async def test_of_two_who_decide_at_once_of_what_they_read_the_other_is_shown_the_case_as_it_stands(
    viewers: Viewers, feed: Feed
) -> None:
    await feed(clean("1号", agency=EASTERN))
    known = await case_id(feed)
    [row] = await feed.rows("SELECT revision FROM penalty_case")
    officer, head = await viewers(Role.CASE_OFFICER, EAST, LEADING), await viewers(Role.DEPARTMENT_HEAD, EAST, LEADING)
    told = {"caseId": known, "expectedRevision": row["revision"]}
    answers = await asyncio.gather(*(decided(viewer, **told) for viewer in (officer, head)))
    assert sorted([error["code"] for error in each["userErrors"]] for each in answers) == [[], ["STALE"]]
    assert [each["penaltyCase"]["triage"]["totalCount"] for each in answers] == [1, 1]


async def test_who_read_an_older_revision_is_told_how_the_case_stands(client: Client, feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号"))
    read = (await feed.only_case())["revision"]
    await judge("2024-06-01")
    assert await refusal(client, caseId=await case_id(feed), expectedRevision=read) == (
        "STALE",
        ["input", "expectedRevision"],
    )
    now = (await feed.only_case())["revision"]
    assert (await decided(client, caseId=await case_id(feed), expectedRevision=now))["userErrors"] == []


async def test_nothing_leaves_a_queue_by_itself(client: Client, feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号"), clean("2号"))
    await judge("2024-06-01")
    whole = await waiting(feed)
    assert len(whole) == 3
    # The finding is resolved, the rules run again, the cases change, the feed comes again.
    await feed(clean("1号", facts="别的事实"), name="corrected.jsonl")
    await judge("2024-07-01")
    assert await judge.findings() == []
    await judge.again("2024-08-01")
    await feed(served_late("1号"), clean("2号"))
    await feed.run("UPDATE penalty_case SET fine = 9")
    assert await waiting(feed) == whole
    await feed(clean("1号", facts="别的事实"), name="again.jsonl")
    await judge("2024-08-01")
    [settled] = (await client.ask(QUEUE, departments=[CIVIL]))["triageQueue"]["nodes"]
    assert (settled["certainty"], settled["overdueDays"]) == (None, None)
    await decided(client, caseId=await case_id(feed, "2号"))
    assert await waiting(feed) == [each for each in whole if not each.startswith("2号")]


async def test_a_case_that_was_decided_of_comes_back_when_a_finding_opens_and_only_then(
    client: Client, feed: Feed, judge: Judge
) -> None:
    await feed(clean("1号"))
    await judge("2024-06-01")
    await decided(client, caseId=await case_id(feed), decision="WATCH")
    await feed(clean("1号", facts="别的事实"), name="changed.jsonl")
    await judge("2024-06-02")
    assert await waiting(feed) == []
    await feed(served_late("1号"), name="late.jsonl")
    await judge("2024-06-03")
    assert await waiting(feed) == ["1号 CIVIL_ADMINISTRATIVE"]
    await decided(client, caseId=await case_id(feed))
    await judge.again("2024-06-04")
    assert await waiting(feed) == []
    found = await client.ask("{ cases { nodes { triage { nodes { decision } } } } }")
    [[newest, oldest]] = [each["triage"]["nodes"] for each in found["cases"]["nodes"]]
    assert (newest["decision"], oldest["decision"]) == ("NO_ACTION", "WATCH")


async def test_a_case_that_was_decided_of_comes_back_when_what_was_possible_becomes_certain(
    client: Client, feed: Feed, judge: Judge
) -> None:
    detained = {"kind": "DETENTION", "from": "2024-06-03"}
    filed = {"decision": "FILED", "decidedOn": "2024-06-03", "coercion": [detained]}
    await feed(clean("1号"), follow_up(FeedKind.CRIMINAL_CASE, "1号", **filed))
    await judge("2024-06-18")
    await decided(client, caseId=await case_id(feed), decision="WATCH")
    await judge("2024-06-19")
    assert await waiting(feed) == []
    await judge("2024-07-11")
    assert await waiting(feed) == ["1号 INVESTIGATION_SUPERVISION"]
    [item] = (await client.ask(QUEUE))["triageQueue"]["nodes"]
    assert item["certainty"] == "CERTAIN"
    await decided(client, caseId=await case_id(feed))
    await judge("2024-07-12")
    assert await waiting(feed) == []


async def test_a_finding_that_opens_while_somebody_decides_waits_for_the_next_decision(
    feed: Feed, judge: Judge, database: Database
) -> None:
    await feed(served_late("1号"))
    known = (await feed.only_case())["id"]
    now = feed.clock()
    async with database.begin() as connection:
        account_id = await connection.scalar(text("SELECT id FROM account ORDER BY id LIMIT 1"))
        awaited = await lock_case_for_triage(connection, known)
        assert awaited is not None
        judging = asyncio.create_task(judge("2024-06-01"))
        await asyncio.sleep(0.5)
        assert not judging.done()
        await keep_triage(
            connection,
            known,
            TriageDecision.NO_ACTION,
            reason="已核实",
            department=None,
            leaves=awaited.waiting,
            decided_by=account_id,
            now=now,
        )
    await judging
    assert await waiting(feed) == ["1号 CIVIL_ADMINISTRATIVE"]


async def test_whoever_decides_while_a_finding_opens_is_told_of_it(client: Client, feed: Feed) -> None:
    await feed(clean("1号"))
    case_ = await feed.only_case()
    wanted = {"caseId": await case_id(feed), "expectedRevision": case_["revision"]}
    async with feed.database.begin() as connection:
        await connection.execute(text("UPDATE penalty_case SET revision = revision + 1"))
        deciding = asyncio.create_task(refusal(client, **wanted))
        await asyncio.sleep(0.5)
        assert not deciding.done()
    assert await deciding == ("STALE", ["input", "expectedRevision"])


async def test_a_natural_persons_name_in_a_reason_is_covered_and_an_identity_number_is_never_kept(
    viewers: Viewers, feed: Feed
) -> None:
    await feed(case("1号", agency=EASTERN, party={"type": "PERSON", "name": "赵小满"}))
    await decided(await viewers(Role.CHIEF, EAST), caseId=await case_id(feed), reason="赵小满11010519491231002X已缴清")
    document = "{ cases { nodes { triage { nodes { reason } } } } }"

    async def reason(viewer: SignedIn) -> str:
        [found] = (await viewer.ask(document))["cases"]["nodes"]
        return str(found["triage"]["nodes"][0]["reason"])

    whole = await reason(await viewers(Role.CHIEF, EAST))
    assert "赵小满" in whole
    assert "11010519491231002X" not in whole
    assert "赵小满" not in await reason(await viewers(Role.DISCIPLINE, EAST))


# The tables --------------------------------------------------------------------------------------------------------


async def test_what_was_decided_is_neither_changed_nor_deleted_and_is_seen_with_its_case(
    client: Client, feed: Feed, database: Database
) -> None:
    await organise(feed)
    await feed(clean("1号", agency=EASTERN), clean("2号", agency=WESTERN))
    for number in ("1号", "2号"):
        await decided(client, caseId=await case_id(feed, number))
    for change in ("UPDATE triage SET reason = '别的'", "DELETE FROM triage"):
        with pytest.raises(ProgrammingError):
            await feed.run(change)
    [east] = await feed.rows("SELECT id FROM procuratorate WHERE name = :name", name=EAST)
    for scope, seen in (
        (Scope(procuratorate_ids=(east["id"],), findings=True), 1),
        (Scope(procuratorate_ids=(east["id"],)), 0),
        (Scope(), 0),
    ):
        eastern = Feed(database.acting(scope), feed.keys, feed.clock, feed.folder)
        assert len(await eastern.rows("SELECT FROM triage")) == seen
        assert await eastern.rows("SELECT FROM triage_queue") == []
