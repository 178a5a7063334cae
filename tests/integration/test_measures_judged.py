"""What the rules make of measures that are served here: each makes found what it asks for and nobody gives."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from api.ids import global_id
from schema.access_vocabularies import Role
from schema.vocabularies import FeedKind
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import Feed
from tests.integration.follow_up_feeding import follow_up
from tests.integration.graphql_client import Client, served
from tests.integration.judging_cases import Judge
from tests.integration.measure_steps import Days, Office, do, issued, mutation, refused, served_measure
from tests.integration.test_judging import clean
from tests.integration.viewers import EASTERN, WEST, organise

HANDED_OVER = {"decidedOn": "2024-03-05", "decision": "APPROVED", "transferredOn": "2024-03-05", "agency": EASTERN}
LISTED = """query($filter: MeasureFilter) { measures(filter: $filter) {
  totalCount nodes { number status repliedOn reply } } }"""
FINDING = "{ cases { nodes { anomalies { status certainty dueOn rule { code } } } } }"


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


async def found(client: Client, rule: str) -> list[tuple[str, str, str | None]]:
    """(status, certainty, due day) of the findings of a rule."""
    nodes = (await client.ask(FINDING))["cases"]["nodes"]
    return [
        (each["status"], each["certainty"], each["dueOn"])
        for node in nodes
        for each in node["anomalies"]
        if each["rule"]["code"] == rule
    ]


async def test_a_request_for_reasons_that_was_served_is_found_unanswered_and_its_reply_resolves_that(
    feed: Feed, judge: Judge, viewers: Office, days: Days
) -> None:
    officer = await viewers(Role.CASE_OFFICER)
    measure = await served_measure(officer, "REASONS_REQUEST", await handed_over(feed), "2024-06-03")
    await judge(measure["replyDueOn"])
    assert await found(officer, "filing.no-explanation") == []
    await judge("2024-06-12")
    assert await found(officer, "filing.no-explanation") == [("OPEN", "CERTAIN", measure["replyDueOn"])]
    days.go("2024-06-12")
    await do(officer, "recordReply", measureId=measure["id"], repliedOn="2024-06-12", reply="证据不足。")
    await judge("2024-06-12")
    assert await found(officer, "filing.no-explanation") == [("RESOLVED", "CERTAIN", measure["replyDueOn"])]


async def test_a_recommendation_is_drafted_issued_served_found_overdue_and_answered(
    feed: Feed, judge: Judge, viewers: Office, days: Days
) -> None:
    officer, rule = await viewers(Role.CASE_OFFICER), "recommendation.overdue"
    case_ids = [global_id("PenaltyCase", await handed_over(feed))]
    draft = await do(officer, "draftMeasure", kind="RECOMMENDATION", caseIds=case_ids)
    await judge("2024-06-03")
    said = {"title": draft["title"], "text": draft["text"]}
    measure = await do(officer, "issueMeasure", measureId=draft["id"], kind="RECOMMENDATION", **said)
    await judge("2024-12-02")
    # What nobody was sent, nobody owes an answer to.
    assert await found(officer, rule) == []
    days.go("2024-06-04")
    served = await do(officer, "serveMeasure", measureId=measure["id"], servedOn="2024-06-04")
    assert served["replyDueOn"] == "2024-08-05"
    await judge("2024-08-05")
    assert await found(officer, rule) == []
    await judge("2024-08-06")
    assert await found(officer, rule) == [("OPEN", "CERTAIN", "2024-08-05")]
    days.go("2024-08-06")
    await do(officer, "recordReply", measureId=measure["id"], repliedOn="2024-08-06", reply="已经整改。")
    await judge("2024-08-06")
    assert await found(officer, rule) == [("RESOLVED", "CERTAIN", "2024-08-05")]


async def test_the_police_are_those_to_whom_the_case_was_last_handed_over(feed: Feed, viewers: Office) -> None:
    officer, case_id = await viewers(Role.CASE_OFFICER), await handed_over(feed)
    wanted = {"kind": "REASONS_REQUEST", "caseIds": [global_id("PenaltyCase", case_id)]}
    assert (await do(officer, "draftMeasure", **wanted))["addressee"] == "公安局"
    again = HANDED_OVER | {"decidedOn": "2024-05-06", "transferredOn": "2024-05-06", "toOrgan": "东县公安局"}
    await feed(follow_up(FeedKind.TRANSFER, "1号", **again))
    draft = await do(officer, "draftMeasure", **wanted)
    assert draft["addressee"] == "东县公安局"


async def test_what_was_withdrawn_asks_for_nothing(feed: Feed, judge: Judge, viewers: Office) -> None:
    officer = await viewers(Role.CASE_OFFICER)
    measure = await served_measure(officer, "REASONS_REQUEST", await handed_over(feed), "2024-06-03")
    await judge("2024-06-12")
    await do(officer, "withdrawMeasure", measureId=measure["id"], reason="事实有变化")
    await judge("2024-06-12")
    assert [status for status, *_ in await found(officer, "filing.no-explanation")] == ["RESOLVED"]


async def test_a_filing_notice_that_was_served_makes_a_late_filing_and_idleness_certain(
    feed: Feed, judge: Judge, viewers: Office
) -> None:
    head = await viewers(Role.DEPARTMENT_HEAD)
    measure = await served_measure(head, "FILING_NOTICE", await handed_over(feed), "2024-06-03")
    assert measure["replyDueOn"] == "2024-06-18"
    await judge("2024-06-19")
    assert await found(head, "filing.late-after-notice") == [("OPEN", "CERTAIN", "2024-06-18")]
    await feed(follow_up(FeedKind.CRIMINAL_CASE, "1号", agency=EASTERN, decision="FILED", decidedOn="2024-06-17"))
    await judge("2024-09-19")
    assert [status for status, *_ in await found(head, "filing.late-after-notice")] == ["RESOLVED"]
    assert await found(head, "investigation.none") == [("OPEN", "CERTAIN", "2024-09-18")]


async def test_without_a_filing_notice_idleness_is_only_possible(feed: Feed, judge: Judge, client: Client) -> None:
    await handed_over(feed)
    await feed(follow_up(FeedKind.CRIMINAL_CASE, "1号", agency=EASTERN, decision="FILED", decidedOn="2024-06-17"))
    await judge("2024-09-19")
    assert [certainty for _, certainty, _ in await found(client, "investigation.none")] == ["POSSIBLE"]


@pytest.mark.parametrize(
    ("kind", "fields", "due"),
    [
        ("RECOMMENDATION", {}, "2024-08-05"),
        ("RECOMMENDATION", {"replyDueOn": "2024-06-20"}, "2024-06-20"),
        ("PRE_LITIGATION_PROPOSAL", {}, "2024-08-05"),
        ("PRE_LITIGATION_PROPOSAL", {"urgent": True}, "2024-06-18"),
        ("PRE_LITIGATION_PROPOSAL", {"urgent": True, "replyDueOn": "2024-06-15"}, "2024-06-15"),
    ],
)
async def test_a_measure_and_the_rule_name_the_same_last_day(
    feed: Feed, judge: Judge, viewers: Office, kind: str, fields: Any, due: str
) -> None:
    head = await viewers(Role.DEPARTMENT_HEAD)
    measure = await served_measure(head, kind, await handed_over(feed), "2024-06-03", **fields)
    assert measure["replyDueOn"] == due
    await judge("2024-12-02")
    assert await found(head, "recommendation.overdue") == [("OPEN", "CERTAIN", due)]
    [told] = await feed.rows("SELECT explanation FROM anomaly WHERE rule = 'recommendation.overdue'")
    assert ("载明的期限）" in told["explanation"]) == ("replyDueOn" in fields)


async def test_a_reply_that_only_a_feed_knows_of_answers_the_measure_issued_here(
    feed: Feed, judge: Judge, viewers: Office, days: Days
) -> None:
    officer = await viewers(Role.CASE_OFFICER)
    measure = await served_measure(officer, "REASONS_REQUEST", await handed_over(feed), "2024-06-03")
    sent = {"agency": EASTERN, "type": "REASONS_REQUEST", "number": measure["number"], "servedOn": "2024-06-03"}
    await feed(follow_up(FeedKind.MEASURE, "1号", **sent))
    await judge("2024-06-12")
    days.go("2024-06-12")
    assert [status for status, *_ in await found(officer, "filing.no-explanation")] == ["OPEN"]
    assert await listed(officer, "OVERDUE") == [(measure["number"], "OVERDUE", None, None)]
    assert await overdue_duties(viewers) == [1]
    await feed(follow_up(FeedKind.MEASURE, "1号", **sent, repliedOn="2024-06-05", reply="已经立案。"))
    await judge("2024-06-12")
    assert [status for status, *_ in await found(officer, "filing.no-explanation")] == ["RESOLVED"]
    assert await listed(officer, "OVERDUE") == []
    assert await listed(officer, "SERVED") == [(measure["number"], "SERVED", "2024-06-05", "已经立案。")]
    assert await overdue_duties(viewers) == []
    head = await viewers(Role.DEPARTMENT_HEAD)
    for step in ("escalateMeasure", "withdrawMeasure"):
        assert "Record the reply" in (await refused(head, step, measureId=measure["id"], reason="未回复"))["message"]
    replied = await do(officer, "recordReply", measureId=measure["id"], repliedOn="2024-06-04", reply="已立案侦查。")
    assert (replied["status"], replied["repliedOn"], replied["reply"]) == ("REPLIED", "2024-06-04", "已立案侦查。")


async def test_a_reply_is_as_well_told_without_its_day_and_by_a_case_out_of_scope(
    feed: Feed, viewers: Office, days: Days
) -> None:
    officer, number = await viewers(Role.CASE_OFFICER), "1号"
    measure = await served_measure(officer, "REASONS_REQUEST", await handed_over(feed, number), "2024-06-03")
    sent = {"agency": EASTERN, "type": "REASONS_REQUEST", "number": measure["number"], "servedOn": "2024-06-03"}
    await feed(follow_up(FeedKind.MEASURE, number, **sent, reply="已经立案。"))
    days.go("2024-06-12")
    assert await listed(officer, "SERVED") == [(measure["number"], "SERVED", None, "已经立案。")]
    await feed.run("UPDATE agency SET procuratorate_id = (SELECT id FROM procuratorate WHERE name = :west)", west=WEST)
    assert await listed(officer, "SERVED") == [(measure["number"], "SERVED", None, "已经立案。")]
    assert await listed(officer, "OVERDUE") == []


async def test_a_reply_that_a_feed_tells_of_with_one_case_answers_the_measure_for_all_its_cases(
    feed: Feed, judge: Judge, viewers: Office
) -> None:
    officer, rule = await viewers(Role.CASE_OFFICER), "recommendation.overdue"
    case_ids = [global_id("PenaltyCase", await handed_over(feed, number)) for number in ("1号", "2号")]
    measure = await issued(officer, "RECOMMENDATION", caseIds=case_ids)
    await do(officer, "serveMeasure", measureId=measure["id"], servedOn="2024-06-03")
    await judge("2024-08-06")
    assert [status for status, *_ in await found(officer, rule)] == ["OPEN", "OPEN"]
    sent = {"agency": EASTERN, "type": "RECOMMENDATION", "number": measure["number"], "servedOn": "2024-06-03"}
    for told in (sent, sent | {"repliedOn": "2024-08-05", "reply": "已办。"}):
        await feed(follow_up(FeedKind.MEASURE, "1号", **told))
    await judge("2024-08-06")
    assert [status for status, *_ in await found(officer, rule)] == ["RESOLVED", "RESOLVED"]


async def test_a_measure_of_whose_service_only_a_feed_knows_is_to_be_answered(
    feed: Feed, judge: Judge, viewers: Office
) -> None:
    officer, rule = await viewers(Role.CASE_OFFICER), "recommendation.overdue"
    measure = await issued(officer, "RECOMMENDATION", await handed_over(feed), replyDueOn="2024-06-20")
    sent = {"agency": EASTERN, "type": "RECOMMENDATION", "number": measure["number"], "servedOn": "2024-06-03"}
    await feed(follow_up(FeedKind.MEASURE, "1号", **sent))
    await judge("2024-06-21")
    assert await found(officer, rule) == [("OPEN", "CERTAIN", measure["replyDueOn"])]
    await do(officer, "withdrawMeasure", measureId=measure["id"], reason="有误")
    await judge("2024-06-21")
    assert [status for status, *_ in await found(officer, rule)] == ["RESOLVED"]


async def test_a_measure_served_here_tells_nothing_of_what_else_followed_a_case_of_the_published_table(
    feed: Feed, judge: Judge, viewers: Office
) -> None:
    officer = await viewers(Role.CASE_OFFICER)
    dumped = [{"measure": "hazardous_waste", "value": "4", "unit": "t"}]
    await feed(clean("1号", agency=EASTERN, domain="ENVIRONMENT", facts="非法倾倒危险废物4吨", quantities=dumped))
    await feed.run("UPDATE penalty_case SET sources = '{PUBLISHED}'")
    [row] = await feed.rows("SELECT id FROM penalty_case")
    await judge("2024-06-03")
    known = await found(officer, "transfer.penalty-for-crime")
    assert [certainty for _, certainty, _ in known] == ["POSSIBLE"]
    await served_measure(officer, "RECOMMENDATION", row["id"], "2024-06-03")
    await judge("2024-08-06")
    assert await found(officer, "transfer.penalty-for-crime") == known
    assert await found(officer, "recommendation.overdue") == [("OPEN", "CERTAIN", "2024-08-05")]


async def test_the_timeline_has_once_what_a_feed_tells_of_a_measure_issued_here(feed: Feed, viewers: Office) -> None:
    officer = await viewers(Role.CASE_OFFICER)
    measure = await served_measure(officer, "RECOMMENDATION", await handed_over(feed), "2024-06-03")
    sent = {"agency": EASTERN, "type": "RECOMMENDATION", "number": measure["number"], "servedOn": "2024-06-02"}
    await feed(follow_up(FeedKind.MEASURE, "1号", **sent, repliedOn="2024-06-03", reply="已办。"))
    steps = [("measure.issued", "2024-06-03"), ("measure.served", "2024-06-03"), ("measure.replied", "2024-06-03")]
    assert await told_of_measures(officer) == [("measure.drafted", "2024-06-03"), *steps]
    await do(officer, "recordReply", measureId=measure["id"], repliedOn="2024-06-03", reply="已办结。")
    assert await told_of_measures(officer) == [("measure.drafted", "2024-06-03"), *steps]


async def told_of_measures(client: Client) -> list[tuple[str, str]]:
    """(kind, day) of what the timeline of the one case tells of measures."""
    [case] = (await client.ask("{ cases { nodes { timeline { on kind } } } }"))["cases"]["nodes"]
    return [(each["kind"], each["on"]) for each in case["timeline"] if each["kind"].startswith("measure.")]


async def test_a_filing_notice_is_answered_by_the_filing_that_follows_it(
    feed: Feed, viewers: Office, days: Days
) -> None:
    officer = await viewers(Role.DEPARTMENT_HEAD)
    measure = await served_measure(officer, "FILING_NOTICE", await handed_over(feed), "2024-06-03")
    filed = {"agency": EASTERN, "decision": "FILED"}
    undone = {"decidedOn": "2024-05-02", "concludedOn": "2024-05-20", "conclusion": "WITHDRAWN"}
    await feed(follow_up(FeedKind.CRIMINAL_CASE, "1号", **filed, caseNumber="甲", **undone))
    days.go("2024-07-01")
    assert await listed(officer, "OVERDUE") == [(measure["number"], "OVERDUE", None, None)]
    await feed(follow_up(FeedKind.CRIMINAL_CASE, "1号", **filed, caseNumber="乙", decidedOn="2024-06-10"))
    assert await listed(officer, "OVERDUE") == []
    assert await listed(officer, "SERVED") == [(measure["number"], "SERVED", "2024-06-10", None)]
    assert await overdue_duties(viewers) == []


async def listed(client: Client, status: str) -> list[tuple[str, str, str | None, str | None]]:
    """(number, status, day of the reply, reply) of the measures that a filter by status leaves."""
    found = (await client.ask(LISTED, filter={"status": [status]}))["measures"]
    assert found["totalCount"] == len(found["nodes"])
    return [(each["number"], each["status"], each["repliedOn"], each["reply"]) for each in found["nodes"]]


async def overdue_duties(viewers: Office) -> list[int]:
    """How many measures are overdue, as the campaign's office is told."""
    chief = await viewers(Role.CHIEF)
    nodes = (await chief.ask("{ campaignOfficeDuties { nodes { kind records } } }"))["campaignOfficeDuties"]["nodes"]
    return [each["records"] for each in nodes if each["kind"] == "OVERDUE_MEASURES"]


async def is_overdue_and_escalated(head: Any, measure: Any) -> tuple[bool, bool]:
    overdue = bool(await listed(head, "OVERDUE"))
    answer = await head.ask(mutation("escalateMeasure"), input={"measureId": measure["id"], "reason": "逾期"})
    return overdue, answer["escalateMeasure"]["userErrors"] == []


@pytest.mark.parametrize(
    "filed",
    [
        {"decision": "FILED", "decidedOn": "2024-06-04"},  # between the issue and the service
        {"decision": "FILED"},  # on a day nobody told
        {"coercion": [{"kind": "DETENTION", "from": "2024-06-10", "to": "2024-06-11"}]},  # filed by what followed
    ],
)
async def test_police_who_filed_are_not_overdue_with_a_filing_notice(
    feed: Feed, judge: Judge, viewers: Office, days: Days, filed: Any
) -> None:
    head = await viewers(Role.DEPARTMENT_HEAD)
    measure = await issued(head, "FILING_NOTICE", await handed_over(feed))
    days.go("2024-06-05")
    await feed(follow_up(FeedKind.CRIMINAL_CASE, "1号", agency=EASTERN, **filed))
    await do(head, "serveMeasure", measureId=measure["id"], servedOn="2024-06-05")
    days.go("2024-08-01")
    await judge("2024-08-01")
    assert await found(head, "filing.late-after-notice") == []  # so says the rule
    assert await is_overdue_and_escalated(head, measure) == (False, False)


async def test_police_who_filed_owe_no_reasons_for_not_filing(
    feed: Feed, judge: Judge, viewers: Office, days: Days
) -> None:
    head = await viewers(Role.DEPARTMENT_HEAD)
    measure = await served_measure(head, "REASONS_REQUEST", await handed_over(feed), "2024-06-03")
    await feed(follow_up(FeedKind.CRIMINAL_CASE, "1号", agency=EASTERN, decision="FILED", decidedOn="2024-06-05"))
    days.go("2024-08-01")
    await judge("2024-08-01")
    assert await found(head, "filing.no-explanation") == []
    assert await is_overdue_and_escalated(head, measure) == (False, False)
