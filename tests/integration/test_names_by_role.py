"""A natural person's name is whole where the role shows it, and nowhere else, through whichever door one looks."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from api.ids import global_id
from schema.access_vocabularies import Permission, Role
from schema.vocabularies import FeedKind
from stores.keys import KeyRing
from stores.postgres import Database
from supervision.access import PERMISSIONS
from tests.integration.feeding import COMPANY, PERSON_NUMBER, Feed, organisation, person
from tests.integration.follow_up_feeding import follow_up
from tests.integration.graphql_client import served
from tests.integration.judging_cases import Judge
from tests.integration.test_judging import clean
from tests.integration.viewers import EASTERN, SignedIn, Viewers, organise

NAME, EARLIER, REPRESENTATIVE, WITNESS, STRANGER = "赵小满", "钱大有", "周大海", "吴二水", "孙三宝"
PERSONS: Final = (NAME, EARLIER, REPRESENTATIVE, WITNESS, STRANGER)

READERS: Final = [role for role in Role if Permission.READ_CASES in PERMISSIONS[role]]
NAMED: Final = [role for role in READERS if Permission.READ_NAMES in PERMISSIONS[role]]
UNNAMED: Final = [role for role in Role if role not in NAMED and role is not Role.MACHINE]
JUDGES: Final = [role for role in NAMED if Permission.READ_FINDINGS in PERMISSIONS[role]]

DOORS: Final = {
    "party": "{ cases { nodes { party { name masked } } } }",
    "cases of a party": "{ cases { nodes { party { cases { nodes { title party { name } } } } } } }",
    "texts": "{ cases { nodes { title violationType facts legalBasis penaltyContent } } }",
    "quantities": "{ cases { nodes { quantities { quote } } } }",
    "history": "{ cases { nodes { history { nodes { field before after } } } } }",
    "timeline": "{ cases { nodes { timeline { title actor } } } }",
    "what follows": """{ cases { nodes { transfers { refusalReason toOrgan }
      enforcements { court actions { what by } } procuratorialMeasures { number } } } }""",
    "highlights": '{ searchCases(query: "赵小满") { edges { highlights { field fragments } } } }',
}
DOORS_OF_FINDINGS: Final = {
    "criminal cases": "{ cases { nodes { criminalCases { caseNumber organ outcome activity { what by } } } } }",
    "findings": "{ cases { nodes { anomalies { explanation evidence { value quote } } } } }",
    "steps of findings": "{ cases { nodes { anomalies { history { nodes { explanation reason } } } } } }",
    "replays": "{ cases { nodes { anomalies { replay { explanation underPresentLaw inputs } } } } }",
}
CHANGES: Final = """{ feedRuns { nodes { file reason errors { nodes { column code message } }
  changes { nodes { fields { field before after } penaltyCase { title party { name } } } } } } }"""


@pytest.fixture
async def viewers(
    database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path
) -> AsyncIterator[Viewers]:
    feed = Feed(database, keys, clock, tmp_path)
    await organise(feed)

    def of(**fields: Any) -> Any:
        return clean("1号", **{"agency": EASTERN, "title": f"{NAME}污染环境案", "legalBasis": None, **fields})

    def dumped(name: str) -> str:
        return f"危险废物由{name}倾倒，合计3.5吨。"

    await feed(of(party=person(EARLIER, PERSON_NUMBER), facts=dumped(EARLIER)), name="1.jsonl", agency=EASTERN)
    await feed(of(party=person(NAME, PERSON_NUMBER), facts=dumped(NAME)), name="2.jsonl", agency=EASTERN)
    for number, representative in enumerate((EARLIER, REPRESENTATIVE)):
        company = organisation("宏达公司", COMPANY, legalRepresentative=representative)
        second = clean("2号", agency=EASTERN, party=company, legalBasis=None, facts=f"嫌疑人{WITNESS}，男，在场")
        await feed(second, name=f"company{number}.jsonl", agency=EASTERN)
    again = {"title": None, "party": person(NAME, PERSON_NUMBER), "facts": dumped(NAME)}
    await feed(of(**again, documentNumber="4号"), name="4.jsonl", agency=EASTERN)
    acts = [{"on": "2024-04-09", "what": f"讯问{NAME}", "by": NAME}]
    told: dict[FeedKind, dict[str, Any]] = {
        FeedKind.TRANSFER: {"decidedOn": "2024-03-09", "decision": "REFUSED", "refusalReason": f"{NAME}情节轻微"},
        FeedKind.ENFORCEMENT: {"appliedOn": "2024-06-01", "court": "东县人民法院", "actions": acts},
        FeedKind.CRIMINAL_CASE: {"decidedOn": "2024-04-08", "activity": acts, "outcome": f"判处{NAME}拘役"}
        | {"caseNumber": f"东公〔{NAME}〕1号"},
        FeedKind.MEASURE: {"type": "RECOMMENDATION", "number": f"东检建〔{NAME}〕1号", "servedOn": "2024-05-01"},
    }
    rows = [{**follow_up(kind, "1号", **fields), "agency": EASTERN} for kind, fields in told.items()]
    await feed(*rows, name="3.jsonl", agency=EASTERN)
    wrong = clean("3号", agency=EASTERN, party=person(NAME, NAME), decidedOn=NAME, fine=NAME, penaltyKinds=[NAME])
    report = await feed(wrong, {**wrong, "kind": NAME}, f'{{"{NAME}', name="wrong.jsonl", agency=EASTERN)
    assert report.accounts.rejected == 3
    await Judge(feed, clock)("2024-06-01")
    async with served(database) as client:
        opened = Viewers(database, client)
        await confirm_everything(await opened(Role.CASE_OFFICER))
        yield opened


async def confirm_everything(officer: SignedIn) -> None:
    """Confirm every finding, with a reason that names somebody."""
    cases = (await officer.ask("{ cases { nodes { anomalies { id } } } }"))["cases"]["nodes"]
    confirm = "mutation($input: ConfirmAnomalyInput!) { confirmAnomaly(input: $input) { userErrors { code } } }"
    for found in (each["id"] for case in cases for each in case["anomalies"]):
        told = {"anomalyId": found, "reason": f"当事人{NAME}，男，身份证号{PERSON_NUMBER}，已自认，{STRANGER}作证"}
        assert (await officer.ask(confirm, input=told))["confirmAnomaly"]["userErrors"] == []


@pytest.fixture(autouse=True)
def nothing_logged() -> Iterator[None]:
    """Whatever is asked, no log names anybody."""
    with capture_logs() as logs:
        yield
    assert named(logs) == set()


def named(answer: Any) -> set[str]:
    """The persons an answer names whole."""
    shown = json.dumps(answer, ensure_ascii=False, default=str).replace("<em>", "").replace("</em>", "")
    assert PERSON_NUMBER not in shown
    return {name for name in PERSONS if name in shown}


async def permalinks(viewer: SignedIn) -> list[Any]:
    cases = (await viewer.ask("{ cases { nodes { anomalies { permalink } } } }"))["cases"]["nodes"]
    links = [each["permalink"] for case in cases for each in case["anomalies"]]
    return [(await viewer.get(link)).json() for link in links]


@pytest.mark.parametrize("role", NAMED)
async def test_a_role_that_shows_names_is_shown_them_whole_through_every_door(viewers: Viewers, role: Role) -> None:
    viewer = await viewers(role)
    doors = DOORS | (DOORS_OF_FINDINGS if role in JUDGES else {})
    told = {door: await viewer.ask(document) for door, document in doors.items()}
    assert {door for door, answer in told.items() if NAME not in named(answer)} == set()
    assert EARLIER in named(told["history"])
    assert REPRESENTATIVE in named(told["history"])
    assert WITNESS in named(told["texts"])
    assert "*" not in json.dumps([told["party"], told["texts"], told["timeline"], told["what follows"]])
    assert [case["party"]["masked"] for case in told["party"]["cases"]["nodes"]] == [False, False, False]


@pytest.mark.parametrize("role", UNNAMED)
async def test_nobody_else_is_told_a_name_through_any_door(viewers: Viewers, role: Role) -> None:
    viewer = await viewers(role)
    told = {door: await viewer.ask(document) for door, document in (DOORS | DOORS_OF_FINDINGS).items()}
    told["changes of loads"] = await viewer.ask(CHANGES)
    told["permalinks"] = await permalinks(viewer)
    assert {door: named(answer) for door, answer in told.items()} == {door: set() for door in told}
    if role in READERS:
        shown = json.dumps(told, ensure_ascii=False)
        assert shown.count("赵**") > 20
        assert sorted(case["party"]["masked"] for case in told["party"]["cases"]["nodes"]) == [False, True, True]
        assert told["highlights"] == {"searchCases": {"edges": []}}


async def test_an_identity_number_in_a_reason_is_covered_before_it_is_kept(viewers: Viewers) -> None:
    async with viewers.database.begin() as connection:
        kept = set(await connection.scalars(text("SELECT reason FROM anomaly_event WHERE event = 'CONFIRMED'")))
    assert kept == {f"当事人{NAME}，男，身份证号110105************，已自认，{STRANGER}作证"}


@pytest.mark.parametrize("role", JUDGES)
async def test_a_permalink_names_persons_to_whom_the_role_shows_them(viewers: Viewers, role: Role) -> None:
    answers = await permalinks(await viewers(role))
    assert answers
    assert NAME in named([answer["evidence"] for answer in answers])
    assert NAME in named([answer["replay"]["inputs"] for answer in answers])


async def test_a_replay_names_a_legal_representative_to_whom_the_role_shows_names(viewers: Viewers) -> None:
    document = "{ cases { nodes { documentNumber anomalies { replay { inputs } } } } }"
    whole = await (await viewers(Role.CASE_OFFICER)).ask(document)
    masked = await (await viewers(Role.DISCIPLINE)).ask(document)
    inputs = [
        json.loads(found["replay"]["inputs"])
        for answer in (whole, masked)
        for case in answer["cases"]["nodes"]
        for found in case["anomalies"]
    ]
    assert {told["party.name"] for told in inputs} == {NAME, "赵**", "宏达公司"}
    assert {told.get("party.legalRepresentative") for told in inputs} == {None, REPRESENTATIVE, "周**"}


@pytest.mark.parametrize("role", [Role.CHIEF, Role.CASE_MANAGEMENT, Role.AGENCY_CLERK])
async def test_changes_of_a_load_name_persons_to_whom_the_role_shows_them(viewers: Viewers, role: Role) -> None:
    runs = (await (await viewers(role)).ask(CHANGES))["feedRuns"]["nodes"]
    assert {NAME, EARLIER, REPRESENTATIVE} <= named([run["changes"] for run in runs])


@pytest.mark.parametrize("role", [role for role in READERS if Permission.READ_FEED_RUNS in PERMISSIONS[role]])
async def test_no_error_of_a_rejected_row_names_anybody_to_anybody(viewers: Viewers, role: Role) -> None:
    runs = (await (await viewers(role)).ask(CHANGES))["feedRuns"]["nodes"]
    errors = [error for run in runs for error in run["errors"]["nodes"]]
    assert len(errors) == 3
    assert named(errors) == set()


@pytest.mark.parametrize("role", READERS)
async def test_a_party_fetched_by_its_id_is_named_by_role(viewers: Viewers, role: Role) -> None:
    viewer = await viewers(role)
    cases = (await viewer.ask("{ cases(sort: DECIDED_OLDEST) { nodes { party { id type } } } }"))["cases"]["nodes"]
    [party] = {case["party"]["id"] for case in cases if case["party"]["type"] == "PERSON"}
    found = await viewer.ask("query($id: ID!) { node(id: $id) { ... on Party { name masked } } }", id=party)
    whole = role in NAMED
    assert found["node"] == {"name": NAME if whole else "赵**", "masked": not whole}


@pytest.mark.parametrize("role", READERS)
async def test_a_search_by_name_finds_the_case_for_those_who_may_see_the_name(viewers: Viewers, role: Role) -> None:
    document = "query($query: String!) { searchCases(query: $query) { totalCount edges { highlights { fragments } } } }"
    found = (await (await viewers(role)).ask(document, query=f"party:{NAME}"))["searchCases"]
    fragments = [part for edge in found["edges"] for each in edge["highlights"] for part in each["fragments"]]
    assert (found["totalCount"], fragments) == ((2, [f"<em>{NAME}</em>"] * 2) if role in NAMED else (0, []))


@pytest.mark.parametrize("role", READERS)
async def test_no_suggestion_facet_statistic_or_error_names_anybody_to_anybody(viewers: Viewers, role: Role) -> None:
    viewer = await viewers(role)
    suggestions = "query($prefix: String!) { suggest(prefix: $prefix) { text kind node { id } } }"
    for name in PERSONS:
        assert (await viewer.ask(suggestions, prefix=name[:2]))["suggest"] == []
    facets = """query { searchCases(query: "") { totalCount facets { domains { value label } agencies { value label }
      regions { value label } years { value label } anomalies { value label } rules { value label } } } }"""
    found = await viewer.ask(facets)
    assert found["searchCases"]["totalCount"] == 3
    keys = "statistics(groupBy: [AGENCY, DOMAIN, YEAR]) { keys { value label } cases }"
    assert named([found, await viewer.ask(f"{{ {keys} }}")]) == set()
    search = "query($query: String!) { searchCases(query: $query) { totalCount } }"
    for query in (f'"{NAME}', f"{NAME} OR", f"nobody:{NAME}"):
        assert named(await viewer.refused(search, query=query)) == set()
    node = "query($id: ID!) { node(id: $id) { id } }"
    for wrong in (NAME, global_id(NAME, 1)):
        assert named(await viewer.refused(node, id=wrong)) == set()
