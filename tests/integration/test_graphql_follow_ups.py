"""What follows a case, and what waits for one, as clients of the API see it."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import pytest

from api.ids import global_id
from schema.follow_up_tables import FOLLOW_UPS
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import AGENCY, OTHER_AGENCY, Feed, case, person
from tests.integration.follow_up_feeding import FULL, criminal_case, follow_up, measure, transfer
from tests.integration.graphql_client import Client, served
from tests.integration.statement_counting import statements

FOLLOWING = """
  transfers { id reportedOn decidedOn decision refusalReason transferredOn toOrgan suspectedCrime receivedOn returnedOn
    returnReason }
  criminalCases { id caseNumber organ decision decidedOn noticeToAgencyOn reasonsGiven
    coercion { kind from to extendedTo } activity { on what by emergency }
    concludedOn conclusion prosecutedOn judgedOn outcome }
  enforcements { id demandedOn appliedOn court receivedOn accepted acceptedOn refusedOn refusalReason ruledOn ruling
    rulingReason overturnedOn enforcedBy enforcedAmount costs concludedOn actions { on what by emergency } }
  reconsiderations { id type appliedOn decidedOn servedOn outcome newFine }
  coerciveMeasures { id type decidedOn imposedOn reportedOn extendedOn until endedOn testingDays onTheSpot }
  procuratorialMeasures { id type number servedOn replyDueOn urgent repliedOn reply outcome }
"""
FIELDS = {
    "transfer": ("transfers", "Transfer"),
    "criminal_case": ("criminalCases", "CriminalCase"),
    "enforcement": ("enforcements", "EnforcementCase"),
    "reconsideration": ("reconsiderations", "Reconsideration"),
    "coercive_measure": ("coerciveMeasures", "CoerciveMeasure"),
    "measure": ("procuratorialMeasures", "ProcuratorialMeasure"),
}
WAITING = """query($first: Int, $after: String) { waitingRecords(first: $first, after: $after) {
  totalCount edges { cursor node { kind documentNumber since agency { name } run { file waiting } } }
  pageInfo { hasNextPage endCursor } } }"""


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    async with served(database) as opened:
        yield opened


# What follows a case -------------------------------------------------------------------------------------------------


async def test_everything_that_was_sent_is_shown_with_the_case(client: Client, feed: Feed) -> None:
    await feed(case(), *(follow_up(kind, **fields) for kind, fields in FULL.items()))
    (found,) = (await client.ask(f"{{ cases {{ nodes {{ {FOLLOWING} }} }} }}"))["cases"]["nodes"]
    for kind, sent in FULL.items():
        field, type_name = FIELDS[kind.value]
        (shown,) = found[field]
        assert shown.pop("id") == global_id(type_name, 1)
        if kind.value == "criminal_case":
            # Who did it, and whether in emergency, a feed tells of enforcement only.
            shown["activity"] = [{"on": act["on"], "what": act["what"]} for act in shown["activity"]]
        assert shown == sent


async def test_each_record_is_found_by_its_id_and_knows_its_type(client: Client, feed: Feed) -> None:
    await feed(case(), *(follow_up(kind) for kind in FULL))
    ids = [global_id(type_name, 1) for _field, type_name in FIELDS.values()]
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    found = (await client.ask(document, ids=ids))["nodes"]
    assert [node["__typename"] for node in found] == [type_name for _field, type_name in FIELDS.values()]
    assert [node["id"] for node in found] == ids
    unknown = [global_id(type_name, 99) for _field, type_name in FIELDS.values()]
    assert (await client.ask(document, ids=unknown))["nodes"] == [None] * 6
    assert await client.code(document, ids=[global_id("FollowUp", 1)]) == "BAD_USER_INPUT"


async def test_a_record_whose_case_has_not_arrived_is_no_node_yet(client: Client, feed: Feed) -> None:
    await feed(transfer())
    document = '{ node(id: "%s") { id ... on Transfer { suspectedCrime } } }' % global_id("Transfer", 1)  # noqa: UP031  braces
    assert await client.ask(document) == {"node": None}
    await feed(case())
    assert (await client.ask(document))["node"] == {"id": global_id("Transfer", 1), "suspectedCrime": None}


async def test_records_of_one_case_stand_by_their_day_with_unknown_days_last(client: Client, feed: Feed) -> None:
    await feed(case(), transfer(transferredOn="2023-01-01"), transfer(reportedOn="2024-03-01"))
    await feed(transfer(reportedOn="2024-01-01"))
    found = (await client.ask("{ cases { nodes { transfers { reportedOn } } } }"))["cases"]["nodes"]
    assert [each["reportedOn"] for each in found[0]["transfers"]] == ["2024-01-01", "2024-03-01", None]


async def test_a_case_without_a_number_or_without_anything_behind_it_has_empty_lists(
    client: Client, feed: Feed
) -> None:
    await feed(case(None, filingNumber="立1号"), case("2号"), transfer("3号"))
    found = (await client.ask(f"{{ cases {{ nodes {{ {FOLLOWING} }} }} }}"))["cases"]["nodes"]
    assert found == [{field: [] for field, _type in FIELDS.values()}] * 2


async def test_lists_inside_a_record_show_the_first_hundred(client: Client, feed: Feed) -> None:
    bail = [{"kind": "BAIL", "from": f"20{year:02}-01-{day:02}"} for year in range(10, 15) for day in range(1, 29)]
    acts = [{"on": item["from"], "what": "讯问"} for item in bail]
    await feed(case(), criminal_case(coercion=bail, activity=acts))
    document = "{ cases { nodes { criminalCases { coercion { from } activity { on } } } } }"
    (found,) = (await client.ask(document))["cases"]["nodes"][0]["criminalCases"]
    assert [item["from"] for item in found["coercion"]] == [item["from"] for item in bail[:100]]
    assert [item["on"] for item in found["activity"]] == [item["on"] for item in acts[:100]]


async def test_no_text_shows_the_name_of_a_natural_person(client: Client, feed: Feed) -> None:
    name = "赵小满"
    rows = []
    for kind, fields in FULL.items():
        texts = {
            key: f"{name}一案" for key in fields if key.endswith(("Reason", "Given", "Crime", "reply", "By", "rgan"))
        }
        rows.append(follow_up(kind, **{**fields, **texts}))
    rows += [
        criminal_case(decidedOn="2024-01-08", outcome=f"判处{name}有期徒刑", activity=act(f"讯问{name}", name)),
        follow_up(
            next(kind for kind in FULL if kind.value == "enforcement"),
            appliedOn="2024-06-01",
            court=f"{name}法院",
            actions=act(f"查封{name}房产", name),
        ),
        measure(number="试检建〔2024〕3号", outcome=f"{name}已缴"),
    ]
    await feed(case(party=person(name)))
    for row in rows:
        await feed(row)
    shown = json.dumps(await client.ask(f"{{ cases {{ nodes {{ {FOLLOWING} }} }} }}"), ensure_ascii=False)
    assert name not in shown
    assert shown.count("赵**") >= 14


def act(what: str, by: str) -> list[dict[str, str]]:
    return [{"on": "2024-01-09", "what": what, "by": by}]


async def test_a_person_whom_only_the_text_of_a_record_introduces_is_covered_as_well(
    client: Client, feed: Feed
) -> None:
    await feed(case(), transfer(suspectedCrime="嫌疑人钱大宝，男，涉嫌污染环境罪"))
    found = (await client.ask("{ cases { nodes { transfers { suspectedCrime } } } }"))["cases"]["nodes"]
    assert found[0]["transfers"] == [{"suspectedCrime": "嫌疑人钱**，男，涉嫌污染环境罪"}]


async def test_each_relation_costs_one_statement_however_many_cases_there_are(
    client: Client, feed: Feed, database: Database
) -> None:
    numbers = [f"{number}号" for number in range(30)]
    await feed(*map(case, numbers), *(follow_up(kind, number) for kind in FULL for number in numbers))
    costs = {}
    for size in (1, 10, 30):
        with statements(database) as executed:
            found = await client.ask(f"query($n: Int) {{ cases(first: $n) {{ nodes {{ {FOLLOWING} }} }} }}", n=size)
        assert all(len(of_case) == 1 for node in found["cases"]["nodes"] for of_case in node.values())
        costs[size] = len(executed)
    # The cases, what follows them, and the entry of the audit trail.
    assert costs == dict.fromkeys(costs, 1 + len(FOLLOW_UPS) + 1)


async def test_records_by_id_cost_one_statement_a_type_and_one_for_their_cases(
    client: Client, feed: Feed, database: Database
) -> None:
    await feed(*(case(f"{number}号") for number in range(5)), *(transfer(f"{number}号") for number in range(5)))
    ids = [global_id("Transfer", number) for number in range(1, 6)]
    with statements(database) as executed:
        await client.ask("query($ids: [ID!]!) { nodes(ids: $ids) { ... on Transfer { toOrgan } } }", ids=ids)
    assert len(executed) == 1 + 1 + 1  # and the entry of the audit trail


# What waits ----------------------------------------------------------------------------------------------------------


async def test_what_waits_is_listed_until_its_case_comes(client: Client, feed: Feed) -> None:
    await feed(transfer("2号"), name="first.jsonl")
    await feed({**measure("1号"), "agency": OTHER_AGENCY}, transfer("1号"), case("9号"), transfer("9号"))
    found = (await client.ask(WAITING))["waitingRecords"]
    assert found["totalCount"] == 3
    nodes = [edge["node"] for edge in found["edges"]]
    assert [(node["kind"], node["agency"]["name"], node["documentNumber"]) for node in nodes] == [
        ("transfer", AGENCY, "2号"),
        ("measure", OTHER_AGENCY, "1号"),
        ("transfer", AGENCY, "1号"),
    ]
    assert [node["run"] for node in nodes] == [
        {"file": "first.jsonl", "waiting": 1},
        *[{"file": "feed.jsonl", "waiting": 2}] * 2,
    ]
    assert nodes[0]["since"] < nodes[1]["since"] == nodes[2]["since"]
    await feed(case("1号"), case("2号"))
    left = (await client.ask(WAITING))["waitingRecords"]
    assert [edge["node"]["kind"] for edge in left["edges"]] == ["measure"]


async def test_what_waits_is_walked_page_by_page_and_each_page_costs_one_statement(
    client: Client, feed: Feed, database: Database
) -> None:
    for number in range(3):
        await feed(*(follow_up(kind, f"{number}号") for kind in FULL))
    walked: list[tuple[str, str]] = []
    after = None
    document = """query($after: String) { waitingRecords(first: 4, after: $after) {
      nodes { kind documentNumber } pageInfo { hasNextPage endCursor } } }"""
    while True:
        with statements(database) as executed:
            page = (await client.ask(document, after=after))["waitingRecords"]
        assert len(executed) == 1 + 1  # and the entry of the audit trail
        walked += [(node["kind"], node["documentNumber"]) for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    kinds = sorted(kind.value for kind in FULL)
    assert walked == [(kind, f"{number}号") for number in range(3) for kind in kinds]
