"""The timeline of a case and the last lawful day of a coercive measure, as clients of the API see them."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from api.ids import global_id
from schema.follow_up_tables import FOLLOW_UPS
from schema.vocabularies import FeedKind
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import AGENCY, Feed, Fields, case, person
from tests.integration.follow_up_feeding import FULL, NUMBER, criminal_case, follow_up, transfer
from tests.integration.graphql_client import Client, served
from tests.integration.statement_counting import statements

TIMELINE = """{ cases { nodes { timelineCount timeline { on kind title actor node { __typename id } } } } }"""
RELATIONS = """transfers { id } criminalCases { id coercion { dueOn } activity { on } } enforcements { id }
  reconsiderations { id } coerciveMeasures { id } procuratorialMeasures { id }"""
POLICE, COURT = "试验县公安局", "试验县人民法院"
DATED_CASE: Fields = {
    "actEndedOn": "2023-11-01",
    "foundOn": "2023-11-05",
    "filedOn": "2023-11-06",
    "decidedOn": "2023-12-20",
    "servedOn": "2023-12-22",
    "paymentDueOn": "2024-01-06",
    "paidOn": "2024-02-10",
    "paidAmount": "20000",
    "enteredAt": "2023-12-25T09:00:00+08:00",
    "fine": "50000",
    "confiscated": "1200.50",
    "filingNumber": "试环立〔2023〕3号",
    "violationType": "倾倒危险废物",
}
# Day, kind, title, actor and the type of the record, of everything that `DATED_CASE` and `FULL` tell of.
WHOLE_CASE = [
    ("2023-11-01", "case.act-ended", "违法行为终了：倾倒危险废物", None, "PenaltyCase"),
    ("2023-11-05", "case.found", "发现违法行为", AGENCY, "PenaltyCase"),
    ("2023-11-06", "case.filed", "行政处罚立案（试环立〔2023〕3号）", AGENCY, "PenaltyCase"),
    (
        "2023-12-20",
        "case.decided",
        f"作出行政处罚决定（{NUMBER}）：罚款50000元、没收1200.5元",
        AGENCY,
        "PenaltyCase",
    ),
    ("2023-12-22", "case.served", f"送达行政处罚决定书（{NUMBER}）", AGENCY, "PenaltyCase"),
    ("2023-12-25", "case.entered", "录入两法衔接平台", AGENCY, "PenaltyCase"),
    ("2024-01-01", "coercive-measure.decided", "决定扣押", AGENCY, "CoerciveMeasure"),
    ("2024-01-02", "coercive-measure.imposed", "实施扣押（当场）", AGENCY, "CoerciveMeasure"),
    ("2024-01-02", "transfer.reported", "报请批准移送涉嫌犯罪案件，涉嫌罪名：污染环境罪", AGENCY, "Transfer"),
    ("2024-01-03", "coercive-measure.reported", "补办扣押的批准手续", AGENCY, "CoerciveMeasure"),
    ("2024-01-04", "transfer.approved", "决定批准移送涉嫌犯罪案件", AGENCY, "Transfer"),
    (
        "2024-01-05",
        "transfer.handed-over",
        f"移送涉嫌犯罪案件至{POLICE}，涉嫌罪名：污染环境罪",
        AGENCY,
        "Transfer",
    ),
    ("2024-01-05", "transfer.received", "受理移送的涉嫌犯罪案件", POLICE, "Transfer"),
    ("2024-01-08", "criminal-case.filed", "公安机关立案侦查（试公(环)立字〔2024〕7号）", POLICE, "CriminalCase"),
    ("2024-01-09", "criminal-case.notified", "将立案决定书面通知移送机关", POLICE, "CriminalCase"),
    ("2024-01-09", "coercion.detention", "刑事拘留犯罪嫌疑人，期限延长至2024年1月16日", POLICE, "CriminalCase"),
    ("2024-01-09", "criminal-case.activity", "侦查活动：讯问嫌疑人", POLICE, "CriminalCase"),
    ("2024-01-12", "coercion.detention-ended", "刑事拘留结束", POLICE, "CriminalCase"),
    ("2024-01-20", "transfer.returned", "退回移送的涉嫌犯罪案件：材料不全", POLICE, "Transfer"),
    ("2024-01-30", "coercive-measure.extended", "决定延长扣押期限，至2024年3月1日", AGENCY, "CoerciveMeasure"),
    ("2024-02-01", "litigation.applied", "当事人提起行政诉讼", None, "Reconsideration"),
    ("2024-02-10", "case.paid", "当事人缴款20000元", None, "PenaltyCase"),
    ("2024-02-20", "coercive-measure.ended", "解除扣押", AGENCY, "CoerciveMeasure"),
    ("2024-03-01", "criminal-case.sent-for-prosecution", "侦查终结，移送审查起诉", POLICE, "CriminalCase"),
    ("2024-04-01", "criminal-case.prosecuted", "检察机关提起公诉", None, "CriminalCase"),
    (
        "2024-04-01",
        "litigation.decided",
        "行政诉讼裁判：变更行政处罚，罚款变更为3000.5元",
        None,
        "Reconsideration",
    ),
    ("2024-04-03", "litigation.served", "送达行政诉讼裁判文书", None, "Reconsideration"),
    ("2024-05-01", "enforcement.demanded", "催告当事人履行义务", AGENCY, "EnforcementCase"),
    ("2024-06-01", "criminal-case.judged", "人民法院作出刑事判决：有期徒刑一年", None, "CriminalCase"),
    ("2024-06-01", "enforcement.applied", f"申请人民法院强制执行：{COURT}", AGENCY, "EnforcementCase"),
    ("2024-06-02", "enforcement.received", "人民法院收到强制执行申请", COURT, "EnforcementCase"),
    ("2024-06-05", "enforcement.accepted", "人民法院受理强制执行申请", COURT, "EnforcementCase"),
    ("2024-06-06", "enforcement.refused", "人民法院不予受理强制执行申请：证据不足", COURT, "EnforcementCase"),
    ("2024-06-20", "enforcement.granted", "人民法院裁定准予强制执行：事实清楚", COURT, "EnforcementCase"),
    ("2024-07-01", "enforcement.action", "强制执行（紧急情况）：划拨存款", "执行局", "EnforcementCase"),
    ("2024-07-20", "enforcement.overturned", "强制执行裁定被撤销或者变更", None, "EnforcementCase"),
    (
        "2024-08-01",
        "enforcement.concluded",
        "强制执行终结，执行到位80000元，执行费用1100.25元",
        COURT,
        "EnforcementCase",
    ),
    (
        "2024-09-01",
        "measure.served",
        "检察机关送达检察建议（试检建〔2024〕3号），回复期限至2024年10月1日",
        None,
        "ProcuratorialMeasure",
    ),
    ("2024-09-20", "measure.replied", "回复检察建议（试检建〔2024〕3号）：已经移送", None, "ProcuratorialMeasure"),
]
FOLLOWED = sum(type_name != "PenaltyCase" for *_, type_name in WHOLE_CASE)


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    async with served(database) as opened:
        yield opened


async def test_everything_that_happened_stands_in_one_timeline(client: Client, feed: Feed) -> None:
    await feed(case(**DATED_CASE), *(follow_up(kind, **fields) for kind, fields in FULL.items()))
    (found,) = (await client.ask(TIMELINE))["cases"]["nodes"]
    shown = [
        (event["on"], event["kind"], event["title"], event["actor"], event["node"]["__typename"])
        for event in found["timeline"]
    ]
    assert shown == WHOLE_CASE
    assert found["timelineCount"] == len(WHOLE_CASE)
    assert all(event["node"]["id"] == global_id(event["node"]["__typename"], 1) for event in found["timeline"])


async def test_an_event_leads_to_its_record_and_a_record_that_waits_has_none(client: Client, feed: Feed) -> None:
    await feed(case(), transfer(transferredOn="2024-01-05", suspectedCrime="污染环境罪"), transfer("2号"))
    document = "{ cases { nodes { timeline { node { ... on Transfer { suspectedCrime transferredOn } } } } } }"
    found = (await client.ask(document))["cases"]["nodes"]
    assert found == [{"timeline": [{"node": {"suspectedCrime": "污染环境罪", "transferredOn": "2024-01-05"}}]}]


async def test_a_case_of_which_no_day_is_known_has_an_empty_timeline(client: Client, feed: Feed) -> None:
    await feed(case(None, filingNumber="立1号", fine="100"))
    found = (await client.ask(TIMELINE))["cases"]["nodes"]
    assert found == [{"timelineCount": 0, "timeline": []}]


async def test_of_more_than_a_hundred_events_the_newest_are_shown_and_all_can_be_read(
    client: Client, feed: Feed
) -> None:
    first = date(2024, 1, 1)
    days = [(first + timedelta(days=number)).isoformat() for number in range(250)]
    await feed(case(), criminal_case(activity=[{"on": day, "what": "讯问"} for day in days]))
    document = """query($id: ID!, $skip: Int) {
      node(id: $id) { ... on PenaltyCase { timelineCount timeline(skipNewest: $skip) { on } } } }"""

    async def shown(skip: int | None) -> list[str]:
        found = (await client.ask(document, id=global_id("PenaltyCase", 1), skip=skip))["node"]
        assert found["timelineCount"] == 250
        return [event["on"] for event in found["timeline"]]

    assert await shown(None) == await shown(0) == days[150:]
    assert await shown(200) + await shown(100) + await shown(0) == days
    assert await shown(249) == days[:1]
    assert await shown(250) == await shown(2**31 - 1) == []
    assert await client.code(document, id=global_id("PenaltyCase", 1), skip=-1) == "BAD_USER_INPUT"
    listed = (await client.ask("{ cases { nodes { criminalCases { activity { on } } } } }"))["cases"]["nodes"]
    assert [act["on"] for act in listed[0]["criminalCases"][0]["activity"]] == days[:100]


async def test_no_event_shows_the_name_of_a_natural_person(client: Client, feed: Feed) -> None:
    name = "赵小满"
    rows = []
    for kind, fields in FULL.items():
        texts = {
            key: f"{name}一案" for key in fields if key.endswith(("Reason", "Given", "Crime", "reply", "By", "rgan"))
        }
        rows.append(follow_up(kind, **{**fields, **texts}))
    acts = [{"on": "2024-01-09", "what": f"讯问{name}，同案嫌疑人钱大宝，男，在逃", "by": name}]
    rows += [
        criminal_case(decidedOn="2024-02-08", decision="NOT_FILED", reasonsGiven=f"{name}情节轻微", activity=acts),
        transfer(decidedOn="2024-05-01", decision="REFUSED", refusalReason=f"{name}已死亡"),
        follow_up(FeedKind.ENFORCEMENT, appliedOn="2024-07-01", court=f"{name}法院", actions=acts),
    ]
    await feed(case(party=person(name), **{**DATED_CASE, "violationType": f"{name}倾倒危险废物"}))
    for row in rows:
        await feed(row)
    found = await client.ask(TIMELINE)
    shown = json.dumps(found, ensure_ascii=False)
    assert name not in shown
    assert "钱大宝" not in shown
    assert shown.count("赵**") >= 14
    assert shown.count("钱**") == 2


async def test_a_coercive_measure_shows_its_last_lawful_day(client: Client, feed: Feed) -> None:
    measures = [
        {"kind": "DETENTION", "from": "2024-01-04"},
        {"kind": "ARREST", "from": "2023-12-31", "to": "2024-02-01"},
        {"kind": "ARREST", "from": "2023-12-31", "extendedTo": "2024-03-31"},
        {"kind": "BAIL", "from": "2023-02-11"},
        {"kind": "RESIDENTIAL_SURVEILLANCE", "from": "2023-08-08"},
        {"kind": "DETENTION", "from": "2012-12-31"},
    ]
    await feed(case(), criminal_case(coercion=measures))
    document = "{ cases { nodes { criminalCases { coercion { kind from dueOn } } } } }"
    (found,) = (await client.ask(document))["cases"]["nodes"][0]["criminalCases"]
    assert {(item["kind"], item["from"], item["dueOn"]) for item in found["coercion"]} == {
        ("DETENTION", "2024-01-04", "2024-02-10"),
        ("ARREST", "2023-12-31", "2024-02-29"),
        ("ARREST", "2023-12-31", "2024-03-31"),
        ("BAIL", "2023-02-11", "2024-02-18"),
        ("RESIDENTIAL_SURVEILLANCE", "2023-08-08", "2024-02-08"),
        ("DETENTION", "2012-12-31", None),
    }


async def test_the_case_found_by_its_number_shows_all_that_followed_and_its_timeline(
    client: Client, feed: Feed
) -> None:
    await feed(case(), *(follow_up(kind, **fields) for kind, fields in FULL.items()))
    document = "query($n: String!) { penaltyCase(documentNumber: $n) { timelineCount %s } }" % RELATIONS  # noqa: UP031  braces
    found = (await client.ask(document, n="试环罚[2024]1号"))["penaltyCase"]
    assert found.pop("timelineCount") == FOLLOWED
    assert [len(records) for records in found.values()] == [1] * 6
    assert found["criminalCases"][0]["coercion"] == [{"dueOn": "2024-02-15"}]


@pytest.mark.parametrize("selection", ["timeline { title actor node { id } }", "timelineCount", RELATIONS])
async def test_a_timeline_costs_one_statement_a_relation_however_many_cases_there_are(
    client: Client, feed: Feed, database: Database, selection: str
) -> None:
    numbers = [f"{number}号" for number in range(30)]
    await feed(*map(case, numbers), *(follow_up(kind, number, **FULL[kind]) for kind in FULL for number in numbers))
    document = f"query($n: Int) {{ cases(first: $n) {{ nodes {{ timeline {{ on }} {selection} }} }} }}"
    costs = {}
    for size in (1, 10, 30):
        with statements(database) as executed:
            found = await client.ask(document, n=size)
        assert len(found["cases"]["nodes"]) == size
        assert all(len(node["timeline"]) == FOLLOWED for node in found["cases"]["nodes"])
        costs[size] = len(executed)
    # The cases, what follows them, their measures, decisions and clues, and the entry of the audit trail.
    assert costs == dict.fromkeys(costs, 1 + len(FOLLOW_UPS) + 3 + 1)
