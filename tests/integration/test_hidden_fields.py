"""What a role may not know of a case is null, empty or 0, and never counted; what it may not do is forbidden."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest

from api.ids import global_id
from schema.access_vocabularies import Permission, Role
from schema.vocabularies import FeedKind
from stores.keys import KeyRing
from stores.postgres import Database
from supervision.access import PERMISSIONS
from tests.integration.feeding import Feed
from tests.integration.follow_up_feeding import FULL, follow_up
from tests.integration.graphql_client import served
from tests.integration.judging_cases import Judge
from tests.integration.test_judging import clean, served_late
from tests.integration.viewers import CITY, EASTERN, WEST, WESTERN, Viewers, organise

READERS: Final = [role for role in Role if Permission.READ_CASES in PERMISSIONS[role]]
ASKERS: Final = [role for role in Role if role is not Role.MACHINE]
NODE: Final = "query($id: ID!) { node(id: $id) { __typename } nodes(ids: [$id]) { __typename } }"
FINDINGS: Final = """{ cases { totalCount nodes { anomalies { id } cannotTell { missing } } }
  cannotTellCounts { totalCount edges { cursor } nodes { cases field } pageInfo { hasNextPage endCursor } }
  statistics(groupBy: [ANOMALY]) { cases }
  searchCases(query: "", filter: {anomalies: [SLOW_ACTION]}) { totalCount }
  all: searchCases(query: "") { totalCount facets {
    anomalies { count } rules { count } certainties { count } } } }"""
CRIMINAL: Final = "{ cases { nodes { criminalCases { id caseNumber } timeline { kind } timelineCount } } }"
RUNS: Final = """{ feedRuns { totalCount edges { cursor } nodes { id } pageInfo { hasNextPage endCursor } }
  waitingRecords { totalCount nodes { kind run { id } } }
  cases { nodes { history { nodes { field run { id } earlierRun { id } } } } } }"""
DECIDE: Final = """mutation($input: %sInput!) { %s(input: $input) {
  anomaly { id status } userErrors { field code message } } }"""
DECISIONS: Final = [
    DECIDE % ("ConfirmAnomaly", "confirmAnomaly"),
    DECIDE % ("DismissAnomaly", "dismissAnomaly"),
]


@dataclass(frozen=True)
class House:
    """Viewers, and the records of the eastern agency by their types."""

    viewers: Viewers
    ids: dict[str, str]
    feed: Feed

    async def statuses(self) -> set[str]:
        """What became of the findings there are."""
        return {row["status"] for row in await self.feed.rows("SELECT status FROM anomaly")}


@pytest.fixture
async def house(
    database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path
) -> AsyncIterator[House]:
    feed = Feed(database, keys, clock, tmp_path)
    await organise(feed)
    for number, fine in enumerate(("5", "6")):
        late = served_late("1号", agency=EASTERN, fine=fine, enteredAt=None)
        await feed(late, name=f"{number}.jsonl", agency=EASTERN)
    told = [{**follow_up(kind, "1号", **fields), "agency": EASTERN} for kind, fields in FULL.items()]
    waiting = [{**each, "documentNumber": "9号"} for each in told]
    await feed(*told, *waiting, name="follow_ups.jsonl", agency=EASTERN)
    await feed(clean("2号", agency=WESTERN), name="west.jsonl", agency=WESTERN)
    await Judge(feed, clock)("2025-06-01")
    ids = {
        kind: global_id(kind, (await feed.rows(f"SELECT min(id) AS id FROM {table} WHERE {which}"))[0]["id"])  # noqa: S608  our own names
        for kind, table, which in (
            ("Anomaly", "anomaly", "status = 'OPEN'"),
            ("CriminalCase", "criminal_case", "document_number = '1号'"),
            ("FeedRun", "feed_run", "agency_id IS NOT NULL"),
        )
    }
    async with served(database) as client:
        yield House(Viewers(database, client), ids, feed)


def may(role: Role, permission: Permission) -> bool:
    return permission in PERMISSIONS[role]


@pytest.mark.parametrize("role", READERS)
async def test_findings_are_shown_to_whoever_may_know_of_them_and_are_nothing_to_others(
    house: House, role: Role
) -> None:
    viewer = await house.viewers(role)
    found = await viewer.ask(FINDINGS)
    assert found["cases"]["totalCount"] == found["all"]["totalCount"] == (2 if role is Role.LOCAL_ADMINISTRATOR else 1)
    case = next(
        each for each in found["cases"]["nodes"] if each["anomalies"] or not may(role, Permission.READ_FINDINGS)
    )
    told = [case["anomalies"], case["cannotTell"], found["statistics"], *found["all"]["facets"].values()]
    told += [found["cannotTellCounts"]["edges"], found["cannotTellCounts"]["nodes"]]
    counted = [found["cannotTellCounts"]["totalCount"], found["searchCases"]["totalCount"]]
    node = await viewer.ask(NODE, id=house.ids["Anomaly"])
    if may(role, Permission.READ_FINDINGS):
        assert all(told)
        assert all(counted)
        assert node == {"node": {"__typename": "Anomaly"}, "nodes": [{"__typename": "Anomaly"}]}
    else:
        assert told == [[]] * len(told)
        assert counted == [0, 0]
        assert found["cannotTellCounts"]["pageInfo"] == {"hasNextPage": False, "endCursor": None}
        assert node == {"node": None, "nodes": [None]}


@pytest.mark.parametrize("role", READERS)
async def test_what_the_police_did_is_shown_to_whoever_may_know_of_it_and_is_no_event_to_others(
    house: House, role: Role
) -> None:
    viewer = await house.viewers(role)
    case = next(each for each in (await viewer.ask(CRIMINAL))["cases"]["nodes"] if each["timelineCount"] > 10)
    kinds = {event["kind"] for event in case["timeline"]}
    of_police = {kind for kind in kinds if kind.startswith(("criminal-case.", "coercion."))}
    assert case["timelineCount"] == len(case["timeline"])
    assert {"case.decided", "transfer.handed-over", "transfer.returned", "measure.served"} < kinds
    node = await viewer.ask(NODE, id=house.ids["CriminalCase"])
    if may(role, Permission.READ_CRIMINAL_CASES):
        assert len(case["criminalCases"]) == 1
        assert {"criminal-case.filed", "criminal-case.activity", "coercion.detention"} < of_police
        assert node["node"] == {"__typename": "CriminalCase"}
    else:
        assert (case["criminalCases"], of_police) == ([], set())
        assert node == {"node": None, "nodes": [None]}


@pytest.mark.parametrize("role", READERS)
async def test_loads_are_shown_to_whoever_may_know_of_them_and_no_edge_leads_others_to_one(
    house: House, role: Role
) -> None:
    viewer = await house.viewers(role)
    found = await viewer.ask(RUNS)
    waiting = found["waitingRecords"]["nodes"]
    criminal = may(role, Permission.READ_CRIMINAL_CASES)
    assert found["waitingRecords"]["totalCount"] == len(waiting) == len(FULL) - (not criminal)
    assert ("criminal_case" in {each["kind"] for each in waiting}) == criminal
    changes = [change for case in found["cases"]["nodes"] for change in case["history"]["nodes"]]
    assert [change["field"] for change in changes] == ["fine"]
    edges = [each["run"] for each in waiting] + [change[name] for change in changes for name in ("run", "earlierRun")]
    node = await viewer.ask(NODE, id=house.ids["FeedRun"])
    if may(role, Permission.READ_FEED_RUNS):
        assert None not in edges
        assert found["feedRuns"]["totalCount"] == len(found["feedRuns"]["nodes"]) > 0
        assert node["node"] == {"__typename": "FeedRun"}
    else:
        assert edges == [None] * len(edges)
        hidden = {"totalCount": 0, "edges": [], "nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
        assert found["feedRuns"] == hidden
        assert node == {"node": None, "nodes": [None]}


@pytest.mark.parametrize("role", READERS)
async def test_the_number_of_a_case_that_has_not_come_names_nobody_to_whom_the_role_shows_no_names(
    house: House, role: Role
) -> None:
    named = {**follow_up(FeedKind.TRANSFER, "东环罚〔赵小满〕3号"), "agency": EASTERN}
    await house.feed(named, name="named.jsonl", agency=EASTERN)
    found = (await (await house.viewers(role)).ask("{ waitingRecords { nodes { documentNumber } } }"))["waitingRecords"]
    shown = "东环罚〔赵小满〕3号" if may(role, Permission.READ_NAMES) else "东环罚〔赵**〕3号"
    assert shown in {record["documentNumber"] for record in found["nodes"]}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
async def test_who_reads_no_case_is_shown_nothing_of_any(house: House, role: Role) -> None:
    viewer = await house.viewers(role, CITY if role is Role.AUDITOR else None)
    found = await viewer.ask(FINDINGS)
    assert (found["cases"]["totalCount"], found["cannotTellCounts"]["totalCount"], found["statistics"]) == (0, 0, [])
    loads = await viewer.ask(RUNS)
    assert (loads["feedRuns"]["totalCount"], loads["waitingRecords"]["totalCount"]) == (0, 0)
    for hidden in house.ids.values():
        assert await viewer.ask(NODE, id=hidden) == {"node": None, "nodes": [None]}


@pytest.mark.parametrize("role", ASKERS)
async def test_a_decision_is_for_whoever_handles_cases_and_forbidden_to_everybody_else(
    house: House, role: Role
) -> None:
    viewer = await house.viewers(role)
    for document, status in zip(DECISIONS, ("CONFIRMED", "DISMISSED"), strict=True):
        told: dict[str, Any] = {"anomalyId": house.ids["Anomaly"], "reason": "查实"}
        if may(role, Permission.DECIDE_FINDINGS):
            [answer] = (await viewer.ask(document, input=told)).values()
            assert answer == {"anomaly": {"id": house.ids["Anomaly"], "status": status}, "userErrors": []}
            continue
        for tried in (house.ids["Anomaly"], global_id("Anomaly", 10**9), "nonsense"):
            assert await viewer.code(document, input={**told, "anomalyId": tried}) == "FORBIDDEN"
        assert await house.statuses() == {"OPEN"}


@pytest.mark.parametrize("document", DECISIONS)
async def test_a_finding_of_another_county_is_as_one_that_is_not_there(house: House, document: str) -> None:
    officer = await house.viewers(Role.CASE_OFFICER, WEST)
    for key in (None, "a key", "a key"):
        told = {"reason": "查实", "idempotencyKey": key}
        hidden = await officer.post(document, input={**told, "anomalyId": house.ids["Anomaly"]})
        absent = await officer.post(document, input={**told, "anomalyId": global_id("Anomaly", 10**9)})
        assert hidden.json() == absent.json()
        [answer] = hidden.json()["data"].values()
        assert (answer["anomaly"], answer["userErrors"][0]["code"]) == (None, "NOT_FOUND")
    assert await house.statuses() == {"OPEN"}


async def test_the_law_and_organisations_are_no_secret(house: House) -> None:
    document = "{ rules { code law } agencies { totalCount nodes { name procuratorate { name } } } }"
    found = [await (await house.viewers(role)).ask(document) for role in ASKERS]
    assert found == [found[0]] * len(ASKERS)
    assert found[0]["rules"]
    assert found[0]["agencies"]["totalCount"] == 3


async def test_a_revision_tells_of_no_finding_and_no_criminal_case(house: House) -> None:
    revisions = "{ cases { nodes { documentNumber revision history { totalCount } } } }"
    clerk = (await (await house.viewers(Role.AGENCY_CLERK)).ask(revisions))["cases"]["nodes"]
    officer = (await (await house.viewers(Role.CASE_OFFICER)).ask(revisions))["cases"]["nodes"]
    assert [case["revision"] for case in clerk] == [1 + case["history"]["totalCount"] for case in clerk]
    assert [case["revision"] for case in officer] > [case["revision"] for case in clerk]
