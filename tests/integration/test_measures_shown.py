"""Who is shown what of measures: persons covered, documents written down, an agency what it was sent and no more."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from api.ids import global_id
from schema.access_vocabularies import Role
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import Feed, person
from tests.integration.graphql_client import Client, served
from tests.integration.measure_steps import Daily, Days, Office, do, issued
from tests.integration.test_measures import handed_over
from tests.integration.viewers import EAST, EASTERN, WESTERN, organise


@pytest.fixture
def days() -> Days:
    return Days()


@pytest.fixture
async def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    opened = Feed(database, keys, clock, tmp_path)
    await organise(opened)
    return opened


@pytest.fixture
async def client(database: Database, days: Days) -> AsyncIterator[Client]:
    async with served(database, clock=days) as opened:
        yield opened


@pytest.fixture
def viewers(feed: Feed, client: Client, days: Days) -> Office:
    return Office(feed.database, client, days)


async def test_persons_are_covered_in_a_measure_and_its_document_for_who_may_not_know_them(
    feed: Feed, viewers: Office, client: Client
) -> None:
    case_id = await handed_over(feed, party=person("周建国"), facts="周建国擅自倾倒废渣")
    officer = await viewers(Role.CASE_OFFICER)
    draft = await do(officer, "draftMeasure", kind="RECOMMENDATION", caseIds=[global_id("PenaltyCase", case_id)])
    measure = await do(
        officer,
        "issueMeasure",
        kind="RECOMMENDATION",
        measureId=draft["id"],
        title="关于周建国案的检察建议",
        text=draft["text"],
    )
    await do(officer, "serveMeasure", measureId=measure["id"], servedOn="2024-06-03")
    measure = await do(officer, "recordReply", measureId=measure["id"], repliedOn="2024-06-03", reply="已约谈周建国。")
    shown = "id title text reply history { title }"
    asked = f'{{ node(id: "{measure["id"]}") {{ ... on Measure {{ {shown} }} }} }}'
    for who, named in ((officer, True), (await viewers(Role.CAMPAIGN_OFFICE), False), (client, False)):
        assert ("周建国" in str(await who.ask(asked))) == named
        read = who.get if isinstance(who, Daily) else who.http.get
        answer = await read(measure["document"])
        lines = "\n".join(paragraph.text for paragraph in Document(BytesIO(answer.content)).paragraphs)
        assert ("周建国" in lines) == named
        assert "擅自倾倒废渣" in lines


async def test_persons_are_covered_in_the_history_of_a_measure_about_no_case(viewers: Office) -> None:
    officer, office = await viewers(Role.CASE_OFFICER), await viewers(Role.CAMPAIGN_OFFICE)
    measure = await issued(officer, "RECOMMENDATION")
    await do(officer, "serveMeasure", measureId=measure["id"], servedOn="2024-06-03")
    await do(officer, "recordReply", measureId=measure["id"], repliedOn="2024-06-03", reply="经赵甲敏说明")
    asked = f'{{ node(id: "{measure["id"]}") {{ ... on Measure {{ reply history {{ title }} }} }} }}'
    for who, named in ((officer, True), (office, False)):
        told = (await who.ask(asked))["node"]
        assert ("赵甲敏" in told["reply"], "赵甲敏" in told["history"][-1]["title"]) == (named, named)
        assert told["history"][-1]["title"].startswith(f"回复检察建议（{measure['number']}）：")


async def test_a_document_is_given_to_whom_the_measure_is_shown_and_that_is_written_down(
    feed: Feed, viewers: Office
) -> None:
    measure = await issued(await viewers(Role.CASE_OFFICER), "RECOMMENDATION", await handed_over(feed))
    western = await viewers(Role.CASE_OFFICER, "西县人民检察院")
    for path in (measure["document"], "/measures/x.docx", f"/measures/{global_id('Measure', 99)}.docx"):
        answer = await western.get(path)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, "BAD_USER_INPUT")
    assert (await (await viewers(Role.AUDITOR)).get(measure["document"])).status_code == 404
    assert (await western.http.get(measure["document"], headers={"host": "example.org"})).status_code == 401
    assert await feed.rows("SELECT 1 FROM audit_entry WHERE action = 'EXPORT'") == []
    assert (await (await viewers(Role.CHIEF)).get(measure["document"])).status_code == 200
    [entry] = await feed.rows(
        "SELECT operation, cardinality(case_ids) AS cases FROM audit_entry WHERE action = 'EXPORT'"
    )
    assert entry == {"operation": "measureDocument", "cases": 1}


async def test_an_agency_sees_what_it_was_sent_and_nothing_of_how_it_came_about(
    feed: Feed, viewers: Office, days: Days
) -> None:
    officer = await viewers(Role.CASE_OFFICER)
    case_id = await handed_over(feed)
    [eastern] = await feed.rows("SELECT id FROM agency WHERE name = :name", name=EASTERN)
    agency_id = global_id("Agency", eastern["id"])
    case_ids = [global_id("PenaltyCase", case_id)]
    draft = await do(officer, "draftMeasure", kind="RECOMMENDATION", caseIds=case_ids, agencyId=agency_id)
    await issued(officer, "REASONS_REQUEST", case_id)
    clerk, other = await viewers(Role.AGENCY_CLERK), await viewers(Role.AGENCY_CLERK, WESTERN)
    asked = """{ measures { totalCount nodes { number title author { name } department escalatedTo { name } revision
      procuratorate { name } history { kind title actor } cases { totalCount } } }
      cases { nodes { measures { totalCount nodes { number } } timeline { kind } } } }"""
    assert (await clerk.ask(asked))["measures"] == {"totalCount": 0, "nodes": []}
    measure = await do(
        officer, "issueMeasure", kind="RECOMMENDATION", measureId=draft["id"], title="检察建议", text="请整改。"
    )
    await do(officer, "serveMeasure", measureId=measure["id"], servedOn="2024-06-03")
    days.go("2024-09-02")
    await do(officer, "escalateMeasure", measureId=measure["id"], reason="内部研究认为拒不整改")
    answer = await clerk.ask(asked)
    assert answer["measures"]["totalCount"] == 1
    [seen] = answer["measures"]["nodes"]
    assert {name: seen[name] for name in ("number", "author", "department", "escalatedTo", "procuratorate")} == {
        "number": measure["number"],
        "author": None,
        "department": None,
        "escalatedTo": None,
        "procuratorate": {"name": EAST},
    }
    assert seen["cases"] == {"totalCount": 1}
    assert [(step["kind"], step["actor"]) for step in seen["history"]] == [
        ("measure.issued", None),
        ("measure.served", None),
        ("measure.escalated", None),
    ]
    assert "内部" not in str(answer)
    [case] = answer["cases"]["nodes"]
    assert case["measures"] == {"totalCount": 1, "nodes": [{"number": measure["number"]}]}
    assert [event["kind"] for event in case["timeline"] if event["kind"].startswith("measure.")] == [
        *("measure.issued", "measure.served", "measure.escalated"),
    ]
    assert (await other.ask(asked))["measures"] == {"totalCount": 0, "nodes": []}
