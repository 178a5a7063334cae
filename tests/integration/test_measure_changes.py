"""Changing measures: by whoever may, once for each key, by one of two at once, and not at all where it is refused."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from api.ids import global_id
from schema.access_vocabularies import Role
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import PERSON_NUMBER, Feed
from tests.integration.graphql_client import served
from tests.integration.measure_steps import MEASURE, Days, Office, do, issued, mutation, refused
from tests.integration.statement_counting import statements
from tests.integration.test_judging import clean
from tests.integration.viewers import CITY, EASTERN, WEST, WESTERN, organise

STEPS: dict[str, dict[str, Any]] = {
    "serveMeasure": {"servedOn": "2024-06-03"},
    "copyMeasureToLegalOffice": {"copiedOn": "2024-06-03"},
    "recordReply": {"repliedOn": "2024-06-03", "reply": "已办"},
    "recordRectification": {"checkedOn": "2024-06-03", "rectified": True, "result": "已改"},
    "escalateMeasure": {"reason": "逾期"},
    "withdrawMeasure": {"reason": "有误"},
}
ISSUE = {"kind": "RECOMMENDATION", "title": "题", "text": "文", "addressee": "某局"}
KEPT = (
    "measure",
    "measure_case",
    "measure_event",
    "document_counter",
    "applied_mutation",
    "judging_queue",
    "penalty_case",
    "outbox",
)


@dataclass
class Desk:
    """The application with a case of each county, and who asks it."""

    feed: Feed
    days: Days
    office: Office

    async def case(self, agency: str = EASTERN) -> str:
        """The global id of the one case of an agency."""
        [row] = await self.feed.rows(
            "SELECT c.id FROM penalty_case c JOIN agency a ON a.id = c.agency_id WHERE a.name = :name", name=agency
        )
        return global_id("PenaltyCase", row["id"])

    async def kept(self) -> dict[str, Any]:
        """All that a change writes, its entries in the audit trail among them."""
        found: dict[str, Any] = {
            table: await self.feed.rows(f"SELECT t::text AS line FROM {table} t ORDER BY 1")  # noqa: S608  our own names
            for table in KEPT
        }
        found["changes"] = await self.feed.rows(
            "SELECT id FROM audit_entry WHERE action = 'CHANGE' AND NOT detail ? 'refused' ORDER BY id"
        )
        return found

    async def served(self, **fields: Any) -> Any:
        """A measure of the eastern officer's, served today."""
        officer = await self.office(Role.CASE_OFFICER)
        measure = await issued(officer, "RECOMMENDATION", **fields)
        return await do(officer, "serveMeasure", measureId=measure["id"], servedOn="2024-06-03")


@pytest.fixture
async def desk(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> AsyncIterator[Desk]:
    feed = Feed(database, keys, clock, tmp_path)
    await organise(feed)
    await feed(clean("1号", agency=EASTERN), clean("2号", agency=WESTERN), name="cases.jsonl")
    days = Days()
    async with served(database, clock=days) as client:
        yield Desk(feed, days, Office(database, client, days))


@pytest.mark.parametrize("name", STEPS)
async def test_a_measure_that_one_may_not_see_is_as_one_that_is_not_there(desk: Desk, name: str) -> None:
    measure = await desk.served()
    before = await desk.kept()
    western, officer = await desk.office(Role.CASE_OFFICER, WEST), await desk.office(Role.CASE_OFFICER)
    for who, measure_id in ((western, measure["id"]), (officer, global_id("Measure", 999))):
        error = await refused(who, name, measureId=measure_id, idempotencyKey="k", **STEPS[name])
        assert error == {
            "field": ["input", "measureId"],
            "code": "NOT_FOUND",
            "message": "There is no such measure. Take `id` as a query returned it.",
            "measure": None,
        }
    assert await desk.kept() == before


@pytest.mark.parametrize("name", ["draftMeasure", "issueMeasure", *STEPS])
async def test_whoever_issues_no_measures_changes_none(desk: Desk, name: str) -> None:
    measure = await desk.served()
    wanted = {"measureId": measure["id"], **STEPS.get(name, {})}
    wanted = {"draftMeasure": {"kind": "RECOMMENDATION"}, "issueMeasure": ISSUE}.get(name, wanted)
    before = await desk.kept()
    for role in (Role.CASE_MANAGEMENT, Role.DISCIPLINE, Role.CAMPAIGN_OFFICE, Role.AGENCY_CLERK, Role.AUDITOR):
        assert await (await desk.office(role)).code(mutation(name), input=wanted) == "FORBIDDEN"
    assert await desk.kept() == before


@pytest.mark.parametrize("name", STEPS)
async def test_a_measure_that_was_changed_meanwhile_is_stale_and_shown_as_it_stands(desk: Desk, name: str) -> None:
    measure = await desk.served()
    before = await desk.kept()
    officer = await desk.office(Role.CASE_OFFICER)
    error = await refused(officer, name, measureId=measure["id"], expectedRevision=2, **STEPS[name])
    assert (error["code"], error["field"]) == ("STALE", ["input", "expectedRevision"])
    assert "it is SERVED, revision 3" in error["message"]
    assert error["measure"] == measure
    assert await desk.kept() == before


@pytest.mark.parametrize(("expected", "codes"), [(3, {"STALE"}), (None, {"NOT_ALLOWED"})])
async def test_of_two_at_once_one_wins_and_the_other_is_told_how_it_stands(
    desk: Desk, expected: int | None, codes: set[str]
) -> None:
    measure = await desk.served()
    wanted = {"measureId": measure["id"], **({} if expected is None else {"expectedRevision": expected})}
    asking = [
        (await desk.office(role), {**wanted, "repliedOn": "2024-06-03", "reply": role.label})
        for role in (Role.CASE_OFFICER, Role.DEPARTMENT_HEAD, Role.CHIEF)
    ]
    answers = [
        answer["recordReply"]
        for answer in await asyncio.gather(*(who.ask(mutation("recordReply"), input=each) for who, each in asking))
    ]
    won = [answer for answer in answers if not answer["userErrors"]]
    assert len(won) == 1
    assert {error["code"] for answer in answers for error in answer["userErrors"]} == codes
    [kept] = await desk.feed.rows("SELECT reply, revision FROM measure")
    assert kept == {"reply": won[0]["measure"]["reply"], "revision": 4}
    steps = await desk.feed.rows("SELECT revision, event FROM measure_event ORDER BY revision")
    assert [step["event"] for step in steps] == ["DRAFTED", "ISSUED", "SERVED", "REPLIED"]


async def test_a_draft_is_issued_once_by_whoever_comes_first(desk: Desk) -> None:
    officer, head = await desk.office(Role.CASE_OFFICER), await desk.office(Role.DEPARTMENT_HEAD)
    draft = await do(officer, "draftMeasure", kind="RECOMMENDATION", caseIds=[await desk.case()])
    wanted = {**ISSUE, "measureId": draft["id"]}
    answers = await asyncio.gather(*(who.ask(mutation("issueMeasure"), input=wanted) for who in (officer, head)))
    errors = [error["code"] for answer in answers for error in answer["issueMeasure"]["userErrors"]]
    assert errors == ["NOT_ALLOWED"]
    counters = await desk.feed.rows("SELECT last FROM document_counter")
    # A number is not lost with what was refused.
    assert [row["last"] for row in counters] == [1]


@pytest.mark.parametrize("name", ["draftMeasure", "issueMeasure", "serveMeasure"])
async def test_the_same_key_changes_nothing_again_and_answers_the_same(desk: Desk, name: str) -> None:
    officer = await desk.office(Role.CASE_OFFICER)
    measure = await issued(officer, "RECOMMENDATION")
    wanted: dict[str, Any] = {
        "draftMeasure": {"kind": "RECOMMENDATION", "addressee": "某局"},
        "issueMeasure": ISSUE,
        "serveMeasure": {"measureId": measure["id"], "servedOn": "2024-06-03", "expectedRevision": 2},
    }[name]
    first = await do(officer, name, **wanted, idempotencyKey="一")
    before = await desk.kept()
    assert await do(officer, name, **wanted, idempotencyKey="一") == first
    error = await refused(
        officer, name, **{**wanted, **({"servedOn": "2024-06-02"} if name == "serveMeasure" else {"title": "另"})},
        idempotencyKey="一",
    )  # fmt: skip
    assert error["code"] == "IDEMPOTENCY_MISMATCH"
    assert await desk.kept() == before


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("issueMeasure", {**ISSUE, "title": " "}, "INVALID", "title"),
    ("issueMeasure", {**ISSUE, "text": ""}, "INVALID", "text"),
    ("issueMeasure", {**ISSUE, "addressee": None}, "INVALID", "agencyId"),
    ("issueMeasure", {**ISSUE, "kind": "REASONS_REQUEST"}, "INVALID", "caseIds"),
    ("issueMeasure", {**ISSUE, "kind": "TRANSFER_OPINION"}, "INVALID", "caseIds"),
    ("issueMeasure", {**ISSUE, "kind": "CORRECTION_NOTICE"}, "NOT_ALLOWED", "kind"),
    ("issueMeasure", {**ISSUE, "kind": "PRE_LITIGATION_PROPOSAL"}, "NOT_ALLOWED", "kind"),
    ("issueMeasure", {**ISSUE, "replyDueOn": "2024-06-03"}, "INVALID", "replyDueOn"),
    ("issueMeasure", {**ISSUE, "replyDueOn": "9999-12-31"}, "INVALID", "replyDueOn"),
    ("issueMeasure", {**ISSUE, "text": "正\x0b文"}, "INVALID", "text"),
    ("issueMeasure", {**ISSUE, "addressee": "东县\x01公安局"}, "INVALID", "addressee"),
    ("issueMeasure", {**ISSUE, "kind": "REASONS_REQUEST", "replyDueOn": "2024-07-03"}, "INVALID", "replyDueOn"),
    ("issueMeasure", {**ISSUE, "urgent": True}, "INVALID", "urgent"),
    ("issueMeasure", {**ISSUE, "agencyId": global_id("Agency", 999)}, "NOT_FOUND", "agencyId"),
    ("issueMeasure", {**ISSUE, "agencyId": global_id("Party", 1)}, "INVALID", "agencyId"),
    ("issueMeasure", {**ISSUE, "clueId": global_id("Clue", 999)}, "NOT_FOUND", "clueId"),
    ("issueMeasure", {**ISSUE, "caseIds": [global_id("PenaltyCase", 999)]}, "NOT_FOUND", "caseIds"),
    ("issueMeasure", {**ISSUE, "measureId": global_id("Measure", 999)}, "NOT_FOUND", "measureId"),
    ("issueMeasure", {**ISSUE, "kind": "REMINDER", "measureId": "draft"}, "INVALID", "kind"),
    ("issueMeasure", {**ISSUE, "measureId": "draft", "expectedRevision": 7}, "STALE", "expectedRevision"),
    ("issueMeasure", {**ISSUE, "measureId": "served"}, "NOT_ALLOWED", "measureId"),
    ("serveMeasure", {"measureId": "draft", "servedOn": "2024-06-03"}, "NOT_ALLOWED", "measureId"),
    ("serveMeasure", {"measureId": "issued", "servedOn": "2024-06-02"}, "INVALID", "servedOn"),
    ("serveMeasure", {"measureId": "issued", "servedOn": "2024-06-04"}, "INVALID", "servedOn"),
    ("recordReply", {"measureId": "served", "repliedOn": "2024-06-02", "reply": "办"}, "INVALID", "repliedOn"),
    ("recordReply", {"measureId": "served", "repliedOn": "2024-06-03", "reply": "\x00"}, "INVALID", "reply"),
    ("recordReply", {"measureId": "issued", "repliedOn": "2024-06-03", "reply": "办"}, "NOT_ALLOWED", "measureId"),
    ("escalateMeasure", {"measureId": "served", "reason": "逾期"}, "NOT_ALLOWED", "measureId"),
    ("withdrawMeasure", {"measureId": "served", "reason": ""}, "INVALID", "reason"),
    ("withdrawMeasure", {"measureId": "served", "reason": "\u200b\u2060"}, "INVALID", "reason"),
]


async def test_what_is_refused_changes_nothing_and_says_why(desk: Desk) -> None:
    officer = await desk.office(Role.CASE_OFFICER)
    draft = await do(officer, "draftMeasure", kind="RECOMMENDATION", caseIds=[await desk.case()])
    known = {"draft": draft["id"], "issued": (await issued(officer, "RECOMMENDATION"))["id"]}
    known["served"] = (await desk.served())["id"]
    before = await desk.kept()
    for name, wanted, code, field in WRONG:
        told = dict(wanted)
        if "measureId" in told:
            told["measureId"] = known.get(told["measureId"], told["measureId"])
        error = await refused(officer, name, **told, idempotencyKey="k")
        assert (error["code"], error["field"]) == (code, ["input", field]), (name, wanted, error)
        assert error["message"].endswith(".")
        assert (error["measure"] is None) == (code != "STALE")
        assert await desk.kept() == before, (name, wanted)


async def test_a_case_of_another_county_is_not_found_and_not_drawn_in(desk: Desk) -> None:
    officer = await desk.office(Role.CASE_OFFICER)
    before = await desk.kept()
    for name, wanted in (("draftMeasure", {"kind": "RECOMMENDATION"}), ("issueMeasure", ISSUE)):
        error = await refused(officer, name, **wanted, caseIds=[await desk.case(), await desk.case(WESTERN)])
        assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "caseIds"])
    assert await desk.kept() == before


async def test_an_officer_above_sees_a_county_s_measure_and_leaves_it_to_the_county(desk: Desk) -> None:
    measure = await desk.served()
    before = await desk.kept()
    error = await refused(
        await desk.office(Role.CASE_OFFICER, CITY), "withdrawMeasure", measureId=measure["id"], reason="有误"
    )
    assert (error["code"], error["field"]) == ("NOT_ALLOWED", ["input", "measureId"])
    assert await desk.kept() == before
    withdrawn = await do(await desk.office(Role.CHIEF, CITY), "withdrawMeasure", measureId=measure["id"], reason="有误")
    assert withdrawn["status"] == "WITHDRAWN"


async def test_a_change_is_written_down_with_its_cases_and_no_identity_number_is_kept(desk: Desk) -> None:
    officer = await desk.office(Role.CASE_OFFICER)
    case_id = await desk.case()
    measure = await do(officer, "issueMeasure", **{**ISSUE, "text": f"身份证{PERSON_NUMBER}"}, caseIds=[case_id])
    assert PERSON_NUMBER not in measure["text"]
    entries = await desk.feed.rows(
        "SELECT operation, detail::text AS detail, cardinality(case_ids) AS cases FROM audit_entry"
        " WHERE action = 'CHANGE' ORDER BY id"
    )
    assert [(entry["operation"], entry["cases"]) for entry in entries] == [("issueMeasure", 1)]
    assert all(PERSON_NUMBER not in str(row) for row in entries)
    found = await desk.feed.rows(
        "SELECT 1 FROM measure m, measure_event e WHERE (m.*, e.*)::text LIKE :it", it=f"%{PERSON_NUMBER}%"
    )
    assert found == []


async def test_a_page_of_measures_costs_the_same_whatever_its_size(desk: Desk) -> None:
    officer = await desk.office(Role.CASE_OFFICER)
    case_id = await desk.case()
    for _ in range(4):
        await do(officer, "issueMeasure", **ISSUE, caseIds=[case_id])
    document = f"query($n: Int) {{ measures(first: $n) {{ totalCount nodes {{ {MEASURE} clue {{ number }} }} }} }}"
    of_cases = (
        f"query($n: Int) {{ cases {{ nodes {{ measures(first: $n) {{ totalCount nodes {{ {MEASURE} }} }} }} }} }}"
    )
    for asked in (document, of_cases):
        costs = []
        for size in (1, 2, 4):
            with statements(desk.feed.database) as executed:
                await officer.ask(asked, n=size)
            costs.append(len(executed))
        assert len(set(costs)) == 1, costs
    told = "query($n: Int) { cases(first: $n) { nodes { timeline { kind title node { id } } timelineCount } } }"
    with statements(desk.feed.database) as executed:
        await officer.ask(told, n=1)
    # Of all measures together: which there are, and the steps of their lives.
    assert len([each for each in executed if "measure_event" in each or "newest.number" in each]) == 2


async def test_measures_of_many_at_once_about_the_same_cases_wait_for_each_other(desk: Desk) -> None:
    chief = await desk.office(Role.CHIEF, CITY)
    cases = [await desk.case(), await desk.case(WESTERN)]
    made = await asyncio.gather(
        *(do(chief, "issueMeasure", **ISSUE, caseIds=cases[:: 1 if turn % 2 else -1]) for turn in range(6))
    )
    await asyncio.gather(
        *(do(chief, "serveMeasure", measureId=measure["id"], servedOn="2024-06-03") for measure in made)
    )
    [counted] = await desk.feed.rows("SELECT count(*) FROM measure WHERE status = 'SERVED'")
    assert counted["count"] == 6


async def test_a_measure_shows_the_clue_it_came_from_to_whoever_sees_that(desk: Desk) -> None:
    officer = await desk.office(Role.CASE_OFFICER)
    opened = await officer.ask(
        """mutation($input: OpenClueInput!) { openClue(input: $input) { clue { id number } userErrors { code } } }""",
        input={"title": "线索", "source": "VISIT", "department": "PREVENTION"},
    )
    clue = opened["openClue"]["clue"]
    [agency] = await desk.feed.rows("SELECT id FROM agency WHERE name = :name", name=EASTERN)
    to_agency = {"agencyId": global_id("Agency", agency["id"]), "addressee": None}
    measure = await do(officer, "issueMeasure", **{**ISSUE, **to_agency}, clueId=clue["id"])
    asked = f'{{ node(id: "{measure["id"]}") {{ ... on Measure {{ number clue {{ number }} }} }} }}'
    told = {"number": measure["number"], "clue": {"number": clue["number"]}}
    assert (await officer.ask(asked))["node"] == told
    for role in (Role.CAMPAIGN_OFFICE, Role.AGENCY_CLERK):
        assert (await (await desk.office(role)).ask(asked))["node"] == {**told, "clue": None}
    western = await desk.office(Role.CASE_OFFICER, WEST)
    error = await refused(western, "issueMeasure", **ISSUE, clueId=clue["id"])
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "clueId"])
