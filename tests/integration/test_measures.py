"""Measures from their draft to their end: numbered, served, due, answered, checked, escalated."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from api.ids import global_id
from schema.access_vocabularies import Role
from schema.vocabularies import FeedKind, MeasureKind
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import Feed
from tests.integration.follow_up_feeding import follow_up
from tests.integration.graphql_client import Client, served
from tests.integration.judging_cases import Judge
from tests.integration.measure_steps import Days, Office, do, issued, refused, served_measure
from tests.integration.statement_counting import statements
from tests.integration.test_judging import clean
from tests.integration.viewers import EAST, EASTERN, WESTERN, organise

HANDED_OVER = {"decidedOn": "2024-03-05", "decision": "APPROVED", "transferredOn": "2024-03-05", "agency": EASTERN}


@pytest.fixture
def days() -> Days:
    return Days()


@pytest.fixture
async def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    opened = Feed(database, keys, clock, tmp_path)
    await organise(opened)
    return opened


@pytest.fixture
def judge(feed: Feed, clock: Callable[[], datetime]) -> Judge:
    return Judge(feed, clock)


@pytest.fixture
async def client(database: Database, days: Days) -> AsyncIterator[Client]:
    async with served(database, clock=days) as opened:
        yield opened


@pytest.fixture
def viewers(feed: Feed, client: Client, days: Days) -> Office:
    return Office(feed.database, client, days)


async def handed_over(feed: Feed, number: str = "1号", **fields: Any) -> int:
    """A case of the eastern agency that the police were given; its id."""
    await feed(clean(number, agency=EASTERN, **fields), follow_up(FeedKind.TRANSFER, number, **HANDED_OVER))
    [found] = await feed.rows("SELECT id FROM penalty_case WHERE document_number = :number", number=number)
    return int(found["id"])


# Numbers and words ---------------------------------------------------------------------------------------------------


async def test_measures_are_numbered_by_procuratorate_kind_and_year(
    viewers: Office, days: Days, client: Client
) -> None:
    officer, western = await viewers(Role.CASE_OFFICER), await viewers(Role.CASE_OFFICER, "西县人民检察院")
    numbers = [
        (await issued(who, kind))["number"]
        for who, kind in (
            (officer, "RECOMMENDATION"),
            (officer, "RECOMMENDATION"),
            (western, "RECOMMENDATION"),
            (officer, "ORAL_CORRECTION"),
            (client, "RECOMMENDATION"),
        )
    ]
    days.go("2025-01-02")
    numbers.append((await issued(officer, "RECOMMENDATION"))["number"])
    assert numbers == [
        *("东县检建〔2024〕1号", "东县检建〔2024〕2号", "西县检建〔2024〕1号", "东县检口纠〔2024〕1号"),
        *("检建〔2024〕1号", "东县检建〔2025〕1号"),
    ]


async def test_many_issued_at_once_have_each_a_number_of_its_own(viewers: Office) -> None:
    officer = await viewers(Role.CASE_OFFICER)
    made = await asyncio.gather(*(issued(officer, "RECOMMENDATION") for _ in range(6)))
    assert sorted(each["number"] for each in made) == [f"东县检建〔2024〕{number}号" for number in range(1, 7)]


async def test_a_number_that_a_feed_told_of_is_not_given_again(feed: Feed, viewers: Office) -> None:
    await handed_over(feed)
    await feed(follow_up(FeedKind.MEASURE, "1号", agency=EASTERN, type="RECOMMENDATION", number="东县检建〔2024〕1号"))
    assert (await issued(await viewers(Role.CASE_OFFICER), "RECOMMENDATION"))["number"] == "东县检建〔2024〕2号"


async def test_a_draft_holds_the_facts_of_its_cases_and_what_was_found(
    feed: Feed, judge: Judge, viewers: Office
) -> None:
    case_id = await handed_over(feed, facts="擅自倾倒废渣", penaltyContent="警告，责令改正")
    await judge("2024-06-03")
    officer = await viewers(Role.CASE_OFFICER)
    draft = await do(officer, "draftMeasure", kind="RECOMMENDATION", caseIds=[global_id("PenaltyCase", case_id)])
    assert (draft["number"], draft["status"], draft["addressee"]) == (None, "DRAFT", EASTERN)
    assert draft["title"] == "关于1号行政处罚案的检察建议"
    for told in ("1号", "第1号公司", "擅自倾倒废渣", "2024年3月4日", "警告，责令改正", "2个月", "经审查："):
        assert told in draft["text"]
    assert (draft["procuratorate"], draft["author"]) == ({"name": EAST}, {"name": "承办人"})


@pytest.mark.parametrize("kind", MeasureKind)
async def test_every_kind_is_drafted_and_read_back_from_its_document(
    feed: Feed, viewers: Office, kind: MeasureKind
) -> None:
    case_id = await handed_over(feed, facts="擅自倾倒废渣")
    head = await viewers(Role.DEPARTMENT_HEAD)
    case_ids = [global_id("PenaltyCase", case_id)]
    draft = await do(head, "draftMeasure", kind=kind.value, caseIds=case_ids, copyToLegalOffice=True)
    measure = await do(
        head, "issueMeasure", kind=kind.value, measureId=draft["id"], title=draft["title"], text=draft["text"]
    )
    answer = await head.get(measure["document"])
    assert answer.headers["content-type"].endswith("wordprocessingml.document")
    lines = [paragraph.text for paragraph in Document(BytesIO(answer.content)).paragraphs]
    assert measure["number"] in lines
    assert f"{measure['addressee']}：" in lines
    assert lines[0] == EAST
    assert "2024年6月3日" in lines
    assert "\n".join(lines[4:-3]) == measure["text"]
    assert "＿" not in measure["text"].replace("内容为：＿＿", "")


async def test_a_draft_of_whatever_a_feed_told_is_issued_and_printed_as_it_stands(feed: Feed, viewers: Office) -> None:
    case_id = await handed_over(feed, facts="擅自\x01倾倒\ufffe废渣\x1f", penaltyContent="警告\x08")
    officer = await viewers(Role.CASE_OFFICER)
    case_ids = [global_id("PenaltyCase", case_id)]
    draft = await do(officer, "draftMeasure", kind="RECOMMENDATION", caseIds=case_ids)
    words = {"title": draft["title"], "text": draft["text"]}
    measure = await do(officer, "issueMeasure", kind="RECOMMENDATION", measureId=draft["id"], **words)
    lines = [each.text for each in Document(BytesIO((await officer.get(measure["document"])).content)).paragraphs]
    assert any("倾倒废渣" in line for line in lines)


async def test_the_agency_to_which_a_draft_goes_by_itself_or_by_its_name_sees_it_once_it_is_issued(
    feed: Feed, viewers: Office
) -> None:
    officer, clerk = await viewers(Role.CASE_OFFICER), await viewers(Role.AGENCY_CLERK)
    case_id = await handed_over(feed)
    wanted = {"kind": "RECOMMENDATION", "caseIds": [global_id("PenaltyCase", case_id)]}
    draft = await do(officer, "draftMeasure", **wanted)
    assert (draft["addressee"], draft["agency"]) == (EASTERN, {"name": EASTERN})
    seen = "{ measures { nodes { number } } }"
    assert (await clerk.ask(seen))["measures"]["nodes"] == []
    first = await do(officer, "issueMeasure", measureId=draft["id"], kind="RECOMMENDATION", title="标题", text="正文")
    assert (await clerk.ask(seen))["measures"]["nodes"] == [{"number": first["number"]}]
    second = await issued(officer, "RECOMMENDATION", case_id, addressee=EASTERN)
    assert second["agency"] == {"name": EASTERN}
    assert len((await clerk.ask(seen))["measures"]["nodes"]) == 2
    # A draft that is addressed as before, or to another of its cases' agencies, goes to that agency; else to none.
    for drafted, said, agency in (
        (EASTERN, EASTERN, {"name": EASTERN}),
        ("东县公安局", EASTERN, {"name": EASTERN}),
        (EASTERN, "东县公安局", None),
    ):
        draft = await do(officer, "draftMeasure", **wanted, addressee=drafted)
        third = await issued(officer, "RECOMMENDATION", measureId=draft["id"], addressee=said)
        assert (third["addressee"], third["agency"]) == (said, agency)
    assert len((await clerk.ask(seen))["measures"]["nodes"]) == 4


async def test_a_recommendation_to_a_court_says_on_what_it_rests_and_no_agency_sees_it(
    feed: Feed, viewers: Office
) -> None:
    officer, clerk = await viewers(Role.CASE_OFFICER), await viewers(Role.AGENCY_CLERK)
    case_ids = [global_id("PenaltyCase", await handed_over(feed))]
    wanted = {"kind": "RECOMMENDATION", "addressee": "东县人民法院"}
    draft = await do(officer, "draftMeasure", **wanted, caseIds=case_ids)
    assert (draft["addressee"], draft["agency"]) == ("东县人民法院", None)
    assert "《人民检察院行政诉讼监督规则》" in draft["text"]
    assert "应当移送" not in draft["text"]
    measure = await do(
        officer, "issueMeasure", kind="RECOMMENDATION", measureId=draft["id"], title=draft["title"], text=draft["text"]
    )
    answer = await officer.get(measure["document"])
    lines = [paragraph.text for paragraph in Document(BytesIO(answer.content)).paragraphs]
    assert "东县人民法院：" in lines
    assert (await clerk.ask("{ measures { totalCount } }"))["measures"] == {"totalCount": 0}


async def test_what_has_no_case_and_no_addressee_is_not_drafted(viewers: Office) -> None:
    error = await refused(await viewers(Role.CASE_OFFICER), "draftMeasure", kind="RECOMMENDATION")
    assert (error["code"], error["field"]) == ("INVALID", ["input", "agencyId"])


async def test_a_draft_is_issued_as_it_is_said_then(feed: Feed, viewers: Office) -> None:
    officer = await viewers(Role.CASE_OFFICER)
    first, second = await handed_over(feed), await handed_over(feed, "2号")
    draft = await do(officer, "draftMeasure", kind="RECOMMENDATION", caseIds=[global_id("PenaltyCase", first)])
    measure = await do(
        officer,
        "issueMeasure",
        kind="RECOMMENDATION",
        measureId=draft["id"],
        title="检察建议",
        text="请整改。",
        caseIds=[global_id("PenaltyCase", second)],
        replyDueOn="2024-07-01",
        expectedRevision=1,
    )
    assert (measure["title"], measure["text"], measure["status"]) == ("检察建议", "请整改。", "ISSUED")
    assert (measure["replyDueOn"], measure["revision"]) == ("2024-07-01", 2)
    assert [node["documentNumber"] for node in measure["cases"]["nodes"]] == ["1号", "2号"]
    assert [step["kind"] for step in measure["history"]] == ["measure.drafted", "measure.issued"]


# The life of one -----------------------------------------------------------------------------------------------------


async def test_a_measure_is_followed_from_its_issue_to_the_superior_procuratorate(
    feed: Feed, viewers: Office, days: Days
) -> None:
    officer = await viewers(Role.CASE_OFFICER)
    measure = await issued(officer, "RECOMMENDATION", await handed_over(feed), copyToLegalOffice=True)
    key = measure["id"]
    days.go("2024-06-05")
    measure = await do(officer, "serveMeasure", measureId=key, servedOn="2024-06-04")
    assert (measure["status"], measure["replyDueOn"]) == ("SERVED", "2024-08-05")
    measure = await do(officer, "copyMeasureToLegalOffice", measureId=key, copiedOn="2024-06-05")
    days.go("2024-08-06")
    assert (await refused(officer, "withdrawMeasure", measureId=key, reason="", expectedRevision=4))[
        "code"
    ] == "INVALID"
    measure = await do(officer, "recordReply", measureId=key, repliedOn="2024-08-06", reply="正在办理。")
    measure = await do(
        officer, "recordRectification", measureId=key, rectified=False, checkedOn="2024-08-06", result="没有整改。"
    )
    measure = await do(officer, "escalateMeasure", measureId=key, reason="拒不整改")
    assert (measure["status"], measure["escalatedTo"]) == ("ESCALATED", {"name": "中市人民检察院"})
    chief = await viewers(Role.CHIEF, "中市人民检察院")
    days.go("2024-09-02")
    measure = await do(
        chief, "recordRectification", measureId=key, rectified=True, checkedOn="2024-09-02", result="已经整改。"
    )
    assert (measure["status"], measure["rectification"], measure["revision"]) == ("RECTIFIED", "已经整改。", 8)
    assert [(step["on"], step["kind"]) for step in measure["history"]] == [
        ("2024-06-03", "measure.drafted"),
        ("2024-06-03", "measure.issued"),
        ("2024-06-04", "measure.served"),
        ("2024-06-05", "measure.copied"),
        ("2024-08-06", "measure.replied"),
        ("2024-08-06", "measure.checked"),
        ("2024-08-06", "measure.escalated"),
        ("2024-09-02", "measure.checked"),
    ]
    assert measure["history"][4] == {
        "on": "2024-08-06",
        "kind": "measure.replied",
        "title": "回复检察建议（东县检建〔2024〕1号）：正在办理。",
        "actor": "承办人",
    }
    [case] = (await officer.ask("{ cases { nodes { timeline { on kind node { id } } } } }"))["cases"]["nodes"]
    told = [event for event in case["timeline"] if event["kind"].startswith("measure.")]
    assert [event["kind"] for event in told] == [step["kind"] for step in measure["history"]]
    assert {event["node"]["id"] for event in told} == {key}


async def test_a_measure_of_the_highest_is_not_escalated(viewers: Office, days: Days) -> None:
    chief = await viewers(Role.CHIEF, "中市人民检察院")
    measure = await issued(chief, "RECOMMENDATION")
    await do(chief, "serveMeasure", measureId=measure["id"], servedOn="2024-06-03")
    error = await refused(chief, "escalateMeasure", measureId=measure["id"], reason="逾期")
    assert (error["code"], error["field"]) == ("NOT_ALLOWED", ["input", "measureId"])
    days.go("2024-09-01")
    error = await refused(chief, "escalateMeasure", measureId=measure["id"], reason="逾期")
    assert "no superior" in error["message"]


async def test_measures_are_listed_by_what_they_are_and_how_they_stand_today(
    feed: Feed, viewers: Office, days: Days
) -> None:
    officer = await viewers(Role.CASE_OFFICER)
    case_id = await handed_over(feed)
    [eastern] = await feed.rows("SELECT id FROM agency WHERE name = :name", name=EASTERN)
    to_agency = {"agencyId": global_id("Agency", eastern["id"]), "addressee": None}
    await served_measure(officer, "RECOMMENDATION", case_id, "2024-06-03", **to_agency)
    await served_measure(officer, "REASONS_REQUEST", case_id, "2024-06-03")
    await issued(officer, "REMINDER", case_id)
    await do(officer, "draftMeasure", kind="REMINDER", caseIds=[global_id("PenaltyCase", case_id)])

    async def listed(**wanted: Any) -> list[str]:
        asked = "query($f: MeasureFilter) { measures(filter: $f) { totalCount nodes { kind status } } }"
        answer = (await officer.ask(asked, f=wanted))["measures"]
        assert answer["totalCount"] == len(answer["nodes"])
        return [f"{node['kind']} {node['status']}" for node in answer["nodes"]]

    days.go("2024-06-20")
    assert await listed() == [
        *("REMINDER DRAFT", "REMINDER ISSUED", "REASONS_REQUEST OVERDUE", "RECOMMENDATION SERVED"),
    ]
    assert await listed(status=["OVERDUE"]) == ["REASONS_REQUEST OVERDUE"]
    assert await listed(status=["SERVED", "DRAFT"]) == ["REMINDER DRAFT", "RECOMMENDATION SERVED"]
    assert await listed(kinds=["REMINDER"], status=["ISSUED"]) == ["REMINDER ISSUED"]
    assert await listed(agencyIds=[to_agency["agencyId"]]) == ["RECOMMENDATION SERVED"]
    assert await listed(replyDueBefore="2024-06-12") == ["REASONS_REQUEST OVERDUE"]
    assert await listed(replyDueBefore="2024-06-11") == []
    days.go("2024-06-12")
    assert await listed(status=["OVERDUE"]) == ["REASONS_REQUEST OVERDUE"]
    # The seventh day is the Dragon Boat Festival.
    days.go("2024-06-11")
    assert await listed(status=["OVERDUE"]) == []


async def test_a_list_of_measures_is_walked_page_by_page(feed: Feed, viewers: Office) -> None:
    officer = await viewers(Role.CASE_OFFICER)
    case_id = await handed_over(feed)
    for _ in range(5):
        await issued(officer, "RECOMMENDATION", case_id)
    page = "(first: 2, after: $after) { totalCount nodes { number } pageInfo { hasNextPage endCursor } }"
    for asked in (
        f"query($after: String) {{ measures{page} }}",
        f"query($after: String) {{ cases {{ nodes {{ measures{page} }} }} }}",
    ):
        numbers, after, more = [], None, True
        while more:
            answer = await officer.ask(asked, after=after)
            found_page = answer["measures"] if "measures" in answer else answer["cases"]["nodes"][0]["measures"]
            numbers += [node["number"] for node in found_page["nodes"]]
            after, more = found_page["pageInfo"]["endCursor"], found_page["pageInfo"]["hasNextPage"]
            assert found_page["totalCount"] == 5
        assert numbers == [f"东县检建〔2024〕{number}号" for number in (5, 4, 3, 2, 1)]


@pytest.mark.parametrize("wanted", [{"status": ["OVERDUE"] * 101}, {"kinds": ["REMINDER"] * 101}])
async def test_a_filter_of_measures_is_as_long_as_a_list_may_be(viewers: Office, wanted: Any) -> None:
    asked = "query($filter: MeasureFilter) { measures(filter: $filter) { totalCount } }"
    assert await (await viewers(Role.CASE_OFFICER)).code(asked, filter=wanted) == "BAD_USER_INPUT"


async def test_a_number_that_a_feed_told_of_out_of_scope_is_left_out(feed: Feed, viewers: Office) -> None:
    told = {"type": "RECOMMENDATION", "number": "东县检建〔2024〕1号", "servedOn": "2024-03-01"}
    await feed(clean("2号", agency=WESTERN), follow_up(FeedKind.MEASURE, "2号", agency=WESTERN, **told), name="w.jsonl")
    assert (await issued(await viewers(Role.CASE_OFFICER), "RECOMMENDATION"))["number"] == "东县检建〔2024〕2号"


async def test_a_draft_costs_as_many_statements_for_thirty_cases_as_for_ten(
    feed: Feed, viewers: Office, database: Database
) -> None:
    await feed(*(clean(f"{n}号", agency=EASTERN) for n in range(1, 31)), name="many.jsonl")
    every = [global_id("PenaltyCase", row["id"]) for row in await feed.rows("SELECT id FROM penalty_case ORDER BY id")]
    officer, costs = await viewers(Role.CASE_OFFICER), []
    # What the first request of all costs besides is not meant.
    for many in (2, 10, 30):
        with statements(database) as seen:
            await do(officer, "draftMeasure", kind="RECOMMENDATION", caseIds=every[:many])
        costs.append(len(seen))
    assert costs[1] == costs[2]
