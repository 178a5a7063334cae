"""Findings as clients of the API see them, and what a person decides of one."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from api.ids import global_id
from schema.vocabularies import FeedKind
from stores.keys import KeyRing
from stores.postgres import Database
from supervision.replaying import Replay, replay
from tests.integration.feeding import AGENCY, OTHER_AGENCY, Feed, person
from tests.integration.follow_up_feeding import follow_up
from tests.integration.graphql_client import Client, served
from tests.integration.judging_cases import Judge
from tests.integration.statement_counting import statements
from tests.integration.test_judging import clean, served_late

FOUND = """{ cases(sort: DECIDED_OLDEST) { nodes { documentNumber
  anomalies { id kind status certainty rule { id code title kind law effectiveFrom effectiveUntil } explanation
    evidence { field value quote position } law { code title value unit source article isSetting }
    dueOn overdueDays detectedAt asOf ruleVersion permalink penaltyCase { documentNumber } }
  cannotTell { rule { code } missing } } } }"""

DECIDE = """mutation($input: %sInput!) { %s(input: $input) {
  anomaly { id status history { totalCount nodes { event actor reason status asOf explanation } } }
  userErrors { field code message } } }"""
DISMISS = DECIDE % ("DismissAnomaly", "dismissAnomaly")
CONFIRM = DECIDE % ("ConfirmAnomaly", "confirmAnomaly")


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


async def only_anomaly(client: Client) -> Any:
    [case] = (await client.ask(FOUND))["cases"]["nodes"]
    [anomaly] = case["anomalies"]
    return anomaly


async def test_decisions_of_one_request_each_answer_with_what_they_did(
    client: Client, feed: Feed, judge: Judge
) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    anomaly = (await only_anomaly(client))["id"]
    shown = "{ anomaly { status penaltyCase { revision anomalies { status } } history { totalCount } } }"
    both = await client.ask(
        f"""mutation($id: ID!) {{
          first: dismissAnomaly(input: {{anomalyId: $id, reason: "邮寄"}}) {shown}
          second: confirmAnomaly(input: {{anomalyId: $id, reason: "看错了"}}) {shown} }}""",
        id=anomaly,
    )
    first, second = both["first"]["anomaly"], both["second"]["anomaly"]
    assert (first["status"], second["status"]) == ("DISMISSED", "CONFIRMED")
    assert [found["penaltyCase"]["anomalies"] for found in (first, second)] == [
        [{"status": "DISMISSED"}],
        [{"status": "CONFIRMED"}],
    ]
    assert second["penaltyCase"]["revision"] == first["penaltyCase"]["revision"] + 1
    assert second["history"]["totalCount"] == first["history"]["totalCount"] + 1


@pytest.mark.parametrize("field", ["reason", "idempotencyKey"])
async def test_a_nul_is_refused_with_its_name(client: Client, feed: Feed, judge: Judge, field: str) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    asked = {"anomalyId": (await only_anomaly(client))["id"], "reason": "邮寄", field: "a\x00b"}
    [error] = (await client.ask(DISMISS, input=asked))["dismissAnomaly"]["userErrors"]
    assert (error["field"], error["code"]) == (["input", field], "INVALID")
    assert "NUL" in error["message"]


# What was found ------------------------------------------------------------------------------------------------------


async def test_a_finding_is_shown_with_its_rule_its_law_and_its_evidence(
    client: Client, feed: Feed, judge: Judge
) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    anomaly = await only_anomaly(client)
    assert {key: anomaly[key] for key in ("kind", "status", "certainty", "dueOn", "overdueDays", "asOf")} == {
        "kind": "SLOW_ACTION",
        "status": "OPEN",
        "certainty": "CERTAIN",
        "dueOn": "2024-03-13",
        "overdueDays": 33,
        "asOf": "2024-06-01",
    }
    assert anomaly["explanation"].startswith("2024年3月4日作出处罚决定，2024年4月15日才送达，最迟应于2024年3月13日送达")
    assert anomaly["rule"]["code"] == "service.late"
    assert "第六十一条" in anomaly["rule"]["law"]
    assert {"field": "servedOn", "value": "2024-04-15", "quote": None, "position": None} in anomaly["evidence"]
    [law] = [law for law in anomaly["law"] if law["code"] == "service.period"]
    assert (law["value"], law["unit"], law["isSetting"]) == ("7", "days", False)
    assert anomaly["penaltyCase"] == {"documentNumber": "1号"}
    for node, fields in ((anomaly["id"], "kind"), (anomaly["rule"]["id"], "code")):
        found = await client.ask(f'{{ node(id: "{node}") {{ ... on Anomaly {{ kind }} ... on Rule {{ code }} }} }}')
        assert fields in found["node"]


async def test_days_overdue_of_what_is_not_done_are_counted_to_the_last_run(
    client: Client, feed: Feed, judge: Judge
) -> None:
    await feed(clean("1号"), follow_up(FeedKind.TRANSFER, "1号", decidedOn="2024-03-04", decision="APPROVED"))
    for day, overdue in (("2024-03-20", 15), ("2024-04-20", 46)):
        await judge(day)
        assert (await only_anomaly(client))["overdueDays"] == overdue
    await feed(
        follow_up(FeedKind.TRANSFER, "1号", decidedOn="2024-03-04", decision="APPROVED", transferredOn="2024-03-05")
    )
    await judge("2024-04-21")
    await judge("2025-04-21")
    [case] = (await client.ask(FOUND))["cases"]["nodes"]
    [resolved] = [each for each in case["anomalies"] if each["rule"]["code"] == "transfer.not-transferred"]
    assert (resolved["status"], resolved["overdueDays"]) == ("RESOLVED", 47)


async def test_days_overdue_are_those_of_the_day_a_case_was_judged_by_itself(
    client: Client, feed: Feed, judge: Judge
) -> None:
    await judge("2024-03-01")
    await feed(clean("1号"), follow_up(FeedKind.TRANSFER, "1号", decidedOn="2024-03-04", decision="APPROVED"))
    case_id = (await feed.cases())[0]["id"]
    for day, overdue in (("2024-04-20", 46), ("2024-03-20", 15)):
        await judge.judging.run_cases(date.fromisoformat(day), [case_id])
        assert (await only_anomaly(client))["overdueDays"] == overdue
    await judge("2024-03-21")
    assert (await only_anomaly(client))["overdueDays"] == 16


async def test_a_finding_whose_day_had_not_come_keeps_the_days_it_was_found_with(
    client: Client, feed: Feed, judge: Judge
) -> None:
    await feed(clean("1号"), follow_up(FeedKind.TRANSFER, "1号", decidedOn="2024-03-04", decision="APPROVED"))
    await judge("2024-03-20")
    await judge("2024-03-01")
    anomaly = await only_anomaly(client)
    assert (anomaly["status"], anomaly["overdueDays"]) == ("RESOLVED", 15)


async def test_findings_are_asked_for_by_their_states(client: Client, feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    asked = "{ cases { nodes { anomalies(status: [%s]) { status } } } }"
    for states, expected in (("OPEN, RESOLVED", [{"status": "OPEN"}]), ("DISMISSED", []), ("", [{"status": "OPEN"}])):
        assert (await client.ask(asked % states))["cases"]["nodes"] == [{"anomalies": expected}]


async def test_no_natural_person_is_named(client: Client, feed: Feed, judge: Judge) -> None:
    facts = "当事人周建国利用暗管排放危险废物3.5吨"
    await feed(clean("1号", party=person("周建国"), facts=facts, legalBasis=None))
    await judge("2024-06-01")
    [case] = (await client.ask(FOUND))["cases"]["nodes"]
    assert {each["rule"]["code"] for each in case["anomalies"]} == {"transfer.penalty-for-crime", "entry.incomplete"}
    shown = json.dumps(await everything(client), ensure_ascii=False)
    assert "危险废物" in shown
    assert "周建国" not in shown


async def everything(client: Client) -> Any:
    """All that the API shows of the findings of all cases, the permalinks too."""
    [case] = (
        await client.ask("""{ cases { nodes { anomalies { permalink explanation evidence { value quote }
          history { nodes { reason explanation } } replay { explanation underPresentLaw inputs } } } } }""")
    )["cases"]["nodes"]
    links = [(await client.http.get(each["permalink"])).json() for each in case["anomalies"]]
    return [case, links]


async def test_what_cannot_be_told_is_shown_and_counted_by_agency_and_field(
    client: Client, feed: Feed, judge: Judge
) -> None:
    await feed(
        *(clean(f"{number}号", servedOn=None, decidedOn=None, fine="5") for number in range(3)),
        clean("9号", agency=OTHER_AGENCY, decidedOn=None, servedOn=None, fine="5"),
        clean("10号"),
    )
    await judge("2024-06-01")
    nodes = (await client.ask(FOUND))["cases"]["nodes"]
    told = {node["documentNumber"]: node["cannotTell"] for node in nodes}
    assert told["10号"] == []
    assert {"rule": {"code": "service.late"}, "missing": ["decidedOn"]} in told["1号"]
    asked = """query($first: Int, $after: String, $agencyIds: [ID!], $rules: [String!]) {
      cannotTellCounts(first: $first, after: $after, agencyIds: $agencyIds, rules: $rules) {
        totalCount pageInfo { hasNextPage endCursor } nodes { field cases agency { id name } } } }"""
    whole = (await client.ask(asked))["cannotTellCounts"]
    lacking = [(node["agency"]["name"], node["field"], node["cases"]) for node in whole["nodes"]]
    assert (AGENCY, "decidedOn", 3) in lacking[:2]
    assert (OTHER_AGENCY, "decidedOn", 1) in lacking
    assert whole["totalCount"] == len(lacking)
    pages, after = [], None
    while True:
        page = (await client.ask(asked, first=1, after=after))["cannotTellCounts"]
        pages += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert pages == whole["nodes"]
    one = await client.ask(asked, agencyIds=[whole["nodes"][0]["agency"]["id"]], rules=["service.late"])
    assert [(node["field"], node["cases"]) for node in one["cannotTellCounts"]["nodes"]] == [("decidedOn", 3)]
    assert await client.code(asked, rules=["x"] * 101) == "BAD_USER_INPUT"
    assert "a rule that there is not" in (await client.refused(asked, rules=["service.never"]))["message"]
    assert await client.code(asked, after="nonsense") == "BAD_USER_INPUT"
    assert await client.code(asked, agencyIds=[global_id("Party", 1)]) == "BAD_USER_INPUT"


async def test_rules_are_those_of_a_day(client: Client) -> None:
    asked = "query($asOf: Date) { rules(asOf: $asOf) { code title kind law effectiveFrom effectiveUntil } }"
    now = {rule["code"]: rule for rule in (await client.ask(asked, asOf="2024-06-01"))["rules"]}
    then = {rule["code"]: rule for rule in (await client.ask(asked, asOf="2014-06-01"))["rules"]}
    whole = {rule["code"] for rule in (await client.ask(asked))["rules"]}
    assert now.keys() | then.keys() <= whole
    assert len(whole) == 34
    assert "2021年修订" in now["service.late"]["law"]
    assert "2021年修订" not in then["service.late"]["law"]
    assert "1996年" in then["service.late"]["law"]


async def test_findings_cost_one_statement_a_level(
    client: Client, feed: Feed, judge: Judge, database: Database
) -> None:
    await feed(*(served_late(f"{number}号") for number in range(30)))
    await judge("2024-06-01")
    with statements(database) as executed:
        await client.ask(FOUND.replace("{ cases(", "{ cases(first: 30, "))
    # Cases, findings, their cases, what cannot be told, and the entry of the audit trail.
    assert len([each for each in executed if "FROM" in each]) == 5


async def test_a_finding_is_replayed_once_a_request_however_often_it_is_asked_for(
    client: Client, database: Database, feed: Feed, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await feed(*(served_late(f"{number}号") for number in range(10)))
    await judge("2024-06-01")
    made: list[str] = []

    def counted(rule: str, *rest: Any) -> Replay:
        made.append(rule)
        return replay(rule, *rest)

    monkeypatch.setattr("api.replays.replay", counted)
    again = "penaltyCase { anomalies { replay { reproduced } } }"
    with statements(database) as executed:
        nodes = (await client.ask(f"{{ cases {{ nodes {{ anomalies {{ replay {{ reproduced }} {again} }} }} }} }}"))[
            "cases"
        ]["nodes"]
    assert all(each["replay"]["reproduced"] for node in nodes for each in node["anomalies"])
    assert made == ["service.late"] * 10
    # Cases, findings twice (by case and by id), the files, the rule book, the cases of the findings; the audit trail's.
    assert len([each for each in executed if "FROM" in each]) <= 7


# Decisions -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "name", "status"), [(DISMISS, "dismissAnomaly", "DISMISSED"), (CONFIRM, "confirmAnomaly", "CONFIRMED")]
)
async def test_a_decision_is_kept_with_its_reason_and_who_made_it(
    client: Client, feed: Feed, judge: Judge, document: str, name: str, status: str
) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    anomaly = await only_anomaly(client)
    answer = (await client.ask(document, input={"anomalyId": anomaly["id"], "reason": " 送达回证在卷 "}))[name]
    assert answer["userErrors"] == []
    assert answer["anomaly"]["status"] == status
    newest, oldest = answer["anomaly"]["history"]["nodes"]
    assert newest | {"explanation": ""} == {
        "event": status,
        "actor": "local administrator",
        "reason": "送达回证在卷",
        "status": status,
        "asOf": "2024-06-01",
        "explanation": "",
    }
    assert (oldest["event"], oldest["actor"]) == ("OPENED", None)
    assert (await feed.only_case())["revision"] == 3
    await judge("2025-06-01")
    assert (await only_anomaly(client))["status"] == status


async def test_a_decision_may_be_changed_and_each_is_kept(client: Client, feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    anomaly = await only_anomaly(client)
    for document in (DISMISS, CONFIRM, DISMISS):
        await client.ask(document, input={"anomalyId": anomaly["id"], "reason": "核实"})
    assert [step[0] for step in await judge.life("service.late")] == ["OPENED", "DISMISSED", "CONFIRMED", "DISMISSED"]


async def test_a_refused_decision_changes_nothing_and_says_why(client: Client, feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    anomaly = await only_anomaly(client)
    before = await feed.rows("SELECT * FROM anomaly")

    async def refusal(**given: Any) -> tuple[str, list[str]]:
        wanted = {"anomalyId": anomaly["id"], "reason": "核实", **given}
        answer = (await client.ask(DISMISS, input=wanted))["dismissAnomaly"]
        assert answer["anomaly"] is None
        [error] = answer["userErrors"]
        assert error["message"]
        return error["code"], error["field"]

    assert await refusal(reason=" \n ") == ("INVALID", ["input", "reason"])
    assert await refusal(reason="长" * 2001) == ("INVALID", ["input", "reason"])
    assert await refusal(reason="a\x00b") == ("INVALID", ["input", "reason"])
    assert await refusal(anomalyId="nonsense") == ("INVALID", ["input", "anomalyId"])
    assert await refusal(anomalyId=global_id("Agency", 1)) == ("INVALID", ["input", "anomalyId"])
    assert await refusal(anomalyId=global_id("Anomaly", 10**9)) == ("NOT_FOUND", ["input", "anomalyId"])
    assert await refusal(idempotencyKey="") == ("INVALID", ["input", "idempotencyKey"])
    assert await refusal(idempotencyKey="k" * 201) == ("INVALID", ["input", "idempotencyKey"])
    assert await feed.rows("SELECT * FROM anomaly") == before
    assert len(await judge.life("service.late")) == 1
    await client.ask(DISMISS, input={"anomalyId": anomaly["id"], "reason": "核实"})
    assert await refusal() == ("NOT_ALLOWED", ["input", "anomalyId"])
    await feed(clean("1号"))
    await judge("2024-06-01")
    assert await refusal() == ("NOT_ALLOWED", ["input", "anomalyId"])
    assert await feed.rows("SELECT FROM applied_mutation") == []


async def test_a_key_makes_a_decision_happen_once(client: Client, feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号"), served_late("2号"))
    await judge("2024-06-01")
    one, two = (case["anomalies"][0]["id"] for case in (await client.ask(FOUND))["cases"]["nodes"])
    wanted = {"anomalyId": one, "reason": "核实", "idempotencyKey": "键一"}
    answers = await asyncio.gather(*(client.ask(DISMISS, input=wanted) for _ in range(8)))
    assert {answer["dismissAnomaly"]["anomaly"]["status"] for answer in answers} == {"DISMISSED"}
    assert len(await judge.life("service.late")) == 3
    for other in ({"anomalyId": two}, {"reason": "又核实"}):
        [error] = (await client.ask(DISMISS, input={**wanted, **other}))["dismissAnomaly"]["userErrors"]
        assert error["code"] == "IDEMPOTENCY_MISMATCH"
    [error] = (await client.ask(CONFIRM, input=wanted))["confirmAnomaly"]["userErrors"]
    assert error["code"] == "IDEMPOTENCY_MISMATCH"
    assert len(await judge.life("service.late")) == 3


async def test_two_who_decide_at_once_decide_one_after_the_other(client: Client, feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    anomaly = await only_anomaly(client)
    wanted = {"anomalyId": anomaly["id"], "reason": "核实"}
    answers = await asyncio.gather(*(client.ask(DISMISS, input=wanted) for _ in range(6)))
    errors = [answer["dismissAnomaly"]["userErrors"] for answer in answers]
    assert sorted(len(each) for each in errors) == [0, 1, 1, 1, 1, 1]


# Replays -------------------------------------------------------------------------------------------------------------


async def test_a_finding_is_replayed_from_its_exact_inputs_whatever_became_of_the_case(
    client: Client, feed: Feed, judge: Judge
) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    before = await only_anomaly(client)
    await feed(clean("1号", facts="别的事实"))
    await judge("2024-07-01")
    response = await client.http.get(before["permalink"])
    assert response.status_code == 200
    found = response.json()
    assert found["status"] == "RESOLVED"
    assert found["replay"]["reproduced"] is True
    assert found["replay"]["asOf"] == "2024-06-01"
    assert found["replay"]["explanation"] == before["explanation"] == found["explanation"]
    inputs = json.loads(found["replay"]["inputs"])
    assert (inputs["servedOn"], inputs["facts"]) == ("2024-04-15", "未按规定设置标志牌")


async def test_a_replay_under_another_law_says_so(client: Client, feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    await feed.run("UPDATE anomaly SET explanation = '别的说明'")
    anomaly = await only_anomaly(client)
    found = (await client.http.get(anomaly["permalink"])).json()
    assert found["replay"]["reproduced"] is False
    assert found["replay"]["underPresentLaw"] is not None


@pytest.mark.parametrize("link", ["nonsense", global_id("Agency", 1), global_id("Anomaly", 10**9)])
async def test_a_link_that_names_no_finding_is_404(client: Client, link: str) -> None:
    response = await client.http.get(f"/anomalies/{link}")
    assert response.status_code == 404
    [error] = response.json()["errors"]
    assert error["message"].endswith("as a query returned it.")


async def test_a_permalink_is_for_those_who_may_call(database: Database) -> None:
    async with served(database, open_locally=False) as client:
        assert (await client.http.get(f"/anomalies/{global_id('Anomaly', 1)}")).status_code == 401
