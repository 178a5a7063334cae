"""What belongs to others is like what does not exist: by its id, by a link, in a change, and behind a cursor."""

import base64
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import orjson
import pytest
from graphql import GraphQLInterfaceType, GraphQLSchema, build_schema

from api.graphql_schema import sdl
from api.ids import global_id
from schema.access_records import EVERYTHING
from schema.follow_up_tables import FOLLOW_UPS
from schema.vocabularies import CaseSort, FeedKind
from stores.embedded import EmbeddedDatabase
from stores.keys import parse_key_ring
from stores.postgres import Database
from tests.conftest import TEST_KEY, cloned_database
from tests.integration.attack_city import (
    ACCOUNTS,
    EASTERN,
    EASTERN_PARTY,
    FORGETFUL,
    SHARED_NUMBER,
    WESTERN,
    WESTERNERS,
    AttackedCity,
    attacked_city,
    eastern_cases,
    fill,
    western_cases,
)
from tests.integration.attack_records import made_by
from tests.integration.statement_counting import statements

UNKNOWN: Final = 2**40 + 7
TYPE_OF: Final[Mapping[FeedKind, str]] = {
    FeedKind.TRANSFER: "Transfer",
    FeedKind.CRIMINAL_CASE: "CriminalCase",
    FeedKind.RECONSIDERATION: "Reconsideration",
    FeedKind.ENFORCEMENT: "EnforcementCase",
    FeedKind.COERCIVE_MEASURE: "CoerciveMeasure",
    FeedKind.MEASURE: "ProcuratorialMeasure",
}
OPEN_TO_ALL: Final = {"Agency", "Procuratorate", "Rule"}
"""Organisations and the law are no secret."""

NODE: Final = """
query($id: ID!) {
  node(id: $id) {
    __typename id
    ... on PenaltyCase { documentNumber revision agency { name } party { name } anomalies { id } }
    ... on Party { name uscc masked cases { totalCount } }
    ... on Anomaly { explanation permalink penaltyCase { documentNumber } history { totalCount } }
    ... on FeedRun { run file rows errors { totalCount } changes { totalCount } }
    ... on User { login name roles }
  }
}
"""
NODES: Final = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


@pytest.fixture(scope="module")
async def city(postgres: EmbeddedDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AttackedCity]:
    with cloned_database(postgres) as urls:
        database = Database.at(urls.application, scope=EVERYTHING)
        async with attacked_city(database, parse_key_ring(TEST_KEY), tmp_path_factory.mktemp("feed")) as opened:
            await fill(opened.feed, WESTERN, western_cases())
            await fill(opened.feed, EASTERN, eastern_cases())
            yield opened
        await database.close()


async def records_of(city: AttackedCity, agency_name: str, person: str, parties: str) -> dict[str, list[int]]:
    """The ids of what an agency and its county have, by type."""
    runs = await city.feed.rows(
        "SELECT r.id FROM feed_run r JOIN feed f ON f.id = r.feed_id WHERE f.name = :name", name=f"{agency_name}.jsonl"
    )
    return {
        "PenaltyCase": await city.ids("penalty_case", agency_name),
        "Anomaly": await city.findings(agency_name),
        "Party": [row["id"] for row in await city.feed.rows("SELECT id FROM party WHERE name = :name", name=parties)],
        "FeedRun": [row["id"] for row in runs],
        "User": [city.accounts[person]],
        **{TYPE_OF[kind]: await city.ids(table.name, agency_name) for kind, table in FOLLOW_UPS.items()},
    }


@pytest.fixture(scope="module")
async def eastern(city: AttackedCity) -> dict[str, list[int]]:
    found = await records_of(city, EASTERN, "east.case.officer", EASTERN_PARTY)
    found |= await made_by(city, "east", EASTERN)
    assert all(found.values()), found
    return found


@pytest.fixture(scope="module")
async def western(city: AttackedCity) -> dict[str, list[int]]:
    found = await records_of(city, WESTERN, "west.case.officer", "西县乙厂")
    found |= await made_by(city, "west", WESTERN)
    assert all(found.values()), found
    return found


def node_types() -> set[str]:
    schema: GraphQLSchema = build_schema(sdl())
    interface = schema.type_map["Node"]
    assert isinstance(interface, GraphQLInterfaceType)
    return {each.name for each in schema.get_possible_types(interface)}


TYPES: Final = sorted(node_types() - OPEN_TO_ALL)


async def test_every_type_that_has_an_id_is_tried_or_open_to_all(eastern: dict[str, list[int]]) -> None:
    assert set(eastern) | OPEN_TO_ALL == node_types()


@pytest.mark.parametrize("type_name", TYPES)
async def test_a_record_of_the_east_is_to_the_west_as_one_that_does_not_exist(
    city: AttackedCity, eastern: dict[str, list[int]], type_name: str
) -> None:
    foreign = [global_id(type_name, key) for key in eastern[type_name]]
    unknown = [global_id(type_name, UNKNOWN + n) for n in range(len(foreign))]
    for login in WESTERNERS:
        await city.token(login)
        with statements(city.database) as for_unknown:
            nothing = await city.told(login, NODE, id=unknown[0])
        assert nothing == b'200 {"data":{"node":null}}'
        for each in foreign:
            with statements(city.database) as for_foreign:
                assert await city.told(login, NODE, id=each) == nothing, login
            # That an account is there is no secret: they are numbered one after another.
            assert type_name == "User" or for_foreign == for_unknown, login
        assert await city.told(login, NODES, ids=foreign) == await city.told(login, NODES, ids=unknown), login


@pytest.mark.parametrize("type_name", sorted({"PenaltyCase", "Anomaly", *TYPE_OF.values()}))
async def test_the_tests_above_would_find_what_is_shown(
    city: AttackedCity, eastern: dict[str, list[int]], western: dict[str, list[int]], type_name: str
) -> None:
    for login, keys in (("west.case.officer", western[type_name]), ("city.officer", eastern[type_name])):
        ids = [global_id(type_name, key) for key in keys]
        # Besides, what waits for its case is shown in no way but as waiting.
        assert any((await city.ask(login, NODES, ids=ids))["nodes"])


@pytest.mark.parametrize("login", [*FORGETFUL, "east.auditor"])
@pytest.mark.parametrize("type_name", sorted({"PenaltyCase", "Party", "Anomaly", *TYPE_OF.values()}))
async def test_who_reads_no_cases_reads_none_of_their_ids_either(
    city: AttackedCity, western: dict[str, list[int]], login: str, type_name: str
) -> None:
    for key in western[type_name]:
        assert await city.told(login, NODE, id=global_id(type_name, key)) == b'200 {"data":{"node":null}}'


@pytest.mark.parametrize("type_name", ["Anomaly", "CriminalCase"])
async def test_an_agency_reads_neither_findings_nor_what_the_police_did_by_their_ids(
    city: AttackedCity, western: dict[str, list[int]], type_name: str
) -> None:
    for key in western[type_name]:
        assert await city.told("west.clerk", NODE, id=global_id(type_name, key)) == b'200 {"data":{"node":null}}'


@pytest.mark.parametrize("login", [*WESTERNERS, "city.chief", "keeper"])
async def test_what_is_no_id_is_told_so_to_everybody_in_the_same_words(city: AttackedCity, login: str) -> None:
    garbage = [
        *("", "x", "é", "=", "PenaltyCase:1", "\x00", global_id("Nope", 1), global_id("penaltycase", 1)),
        *(global_id("PenaltyCase", key) for key in (0, -1, 2**63)),
        *(
            base64.b64encode(f"PenaltyCase:{key}".encode()).decode()
            for key in ("１", "1 OR 1=1", "1;", "", "NULL", "1.0")
        ),
        *(global_id(name, 1) for name in ("Account", "Session", "FeedError", "AuditEntry", "SignInSession", "Node")),
    ]
    told = {await city.told(login, NODE, id=each) for each in garbage}
    assert len(told) == 1
    (error,) = orjson.loads(told.pop()[4:])["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_a_link_to_a_finding_of_others_is_like_one_to_none(
    city: AttackedCity, eastern: dict[str, list[int]], western: dict[str, list[int]]
) -> None:
    async def told(login: str, key: int) -> tuple[int, bytes]:
        headers = {"authorization": f"Bearer {await city.token(login)}"}
        answered = await city.client.http.get(f"/anomalies/{global_id('Anomaly', key)}", headers=headers)
        return answered.status_code, answered.content

    for login in WESTERNERS:
        nothing = await told(login, UNKNOWN)
        assert nothing[0] == 404
        assert {await told(login, key) for key in eastern["Anomaly"]} == {nothing}, login
    for login in ("west.clerk", "west.auditor"):
        assert {await told(login, key) for key in western["Anomaly"]} == {await told(login, UNKNOWN)}, login


# -- changes -----------------------------------------------------------------------------------------------------------

MUTATIONS: Final = {
    name: f"""
    mutation($id: ID!, $reason: String!, $key: String) {{
      {name}(input: {{anomalyId: $id, reason: $reason, idempotencyKey: $key}}) {{
        anomaly {{ id status }} userErrors {{ field code message }}
      }}
    }}"""
    for name in ("dismissAnomaly", "confirmAnomaly")
}


@pytest.mark.parametrize("mutation", sorted(MUTATIONS))
async def test_a_finding_of_others_is_changed_by_nobody_and_is_like_one_that_does_not_exist(
    city: AttackedCity, eastern: dict[str, list[int]], mutation: str
) -> None:
    before = await city.feed.rows("SELECT id, status, evidence_digest FROM anomaly ORDER BY id")
    for login in (*WESTERNERS, "keeper"):
        for key in (None, "a key"):
            asked = {"reason": "查实", "key": key}
            unknown = await city.told(login, MUTATIONS[mutation], id=global_id("Anomaly", UNKNOWN), **asked)
            for number in eastern["Anomaly"]:
                foreign = await city.told(login, MUTATIONS[mutation], id=global_id("Anomaly", number), **asked)
                assert foreign == unknown, login
    assert await city.feed.rows("SELECT id, status, evidence_digest FROM anomaly ORDER BY id") == before
    assert await city.feed.rows("SELECT * FROM applied_mutation") == []
    tried = "SELECT DISTINCT action, detail ->> 'refused' AS why FROM audit_entry WHERE operation = :mutation"
    entries = {tuple(entry.values()) for entry in await city.feed.rows(tried, mutation=mutation)}
    assert entries == {("CHANGE", "NOT_FOUND"), ("CHANGE", "FORBIDDEN")}


@pytest.mark.parametrize("mutation", sorted(MUTATIONS))
@pytest.mark.parametrize(
    "login", ["west.case.management", "west.discipline", "west.campaign.office", "west.auditor", "west.clerk", "keeper"]
)
async def test_who_decides_of_no_findings_is_forbidden_it_of_any(
    city: AttackedCity, eastern: dict[str, list[int]], western: dict[str, list[int]], login: str, mutation: str
) -> None:
    before = await city.feed.rows("SELECT id, status FROM anomaly ORDER BY id")
    answers = {
        await city.told(login, MUTATIONS[mutation], id=global_id("Anomaly", key), reason="查实")
        for key in (*eastern["Anomaly"], *western["Anomaly"], UNKNOWN)
    }
    assert await city.feed.rows("SELECT id, status FROM anomaly ORDER BY id") == before
    assert len(answers) == 1
    (error,) = orjson.loads(answers.pop()[4:])["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    tried = "SELECT action, detail ->> 'refused' FROM audit_entry WHERE (login, operation) = (:login, :mutation)"
    entries = await city.feed.rows(tried, login=login, mutation=mutation)
    assert len(entries) > len(eastern["Anomaly"]) + len(western["Anomaly"])
    assert all(tuple(entry.values()) == ("CHANGE", "FORBIDDEN") for entry in entries)


# -- cursors -----------------------------------------------------------------------------------------------------------

LISTS: Final = {
    "cases": "query($after: String, $sort: CaseSort) { list: cases(sort: $sort, first: 1, after: $after)"
    " { totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } }",
    "searchCases": 'query($after: String, $sort: CaseSort) { list: searchCases(query: "危险废物", sort: $sort,'
    " first: 1, after: $after) { totalCount edges { cursor score node { id } } pageInfo { hasNextPage endCursor } } }",
}


async def walked(city: AttackedCity, login: str, document: str, after: str | None, **variables: Any) -> list[str]:
    """The ids behind a place, page by page."""
    found: list[str] = []
    while True:
        page = (await city.ask(login, document, after=after, **variables))["list"]
        found += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]
        assert len(found) < 50


async def cursors(city: AttackedCity, login: str, document: str, **variables: Any) -> list[str]:
    """The cursor of every record of a list."""
    found, after = list[str](), None
    while True:
        page = (await city.ask(login, document, after=after, **variables))["list"]
        found += [edge["cursor"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def edited(cursor: str) -> list[str]:
    """Cursors that a curious person makes of one."""
    sort, score, key, case_id = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    scores = [None] if score is None else [0, score, score + 1, 2**24 - 1]
    keys: list[Any] = [key, None] if sort != CaseSort.MOST_ANOMALIES else [key, "0", "9"]
    keys += ["2024-03-02", "1900-01-01", "9999-12-31"] if "DECIDED" in sort or sort == "RELEVANCE" else []
    made = [[sort, each, value, number] for each in scores for value in keys for number in (1, case_id, 2**63 - 1)]
    return [base64.urlsafe_b64encode(orjson.dumps(each)).decode().rstrip("=") for each in made]


@pytest.mark.parametrize("sort", list(CaseSort))
@pytest.mark.parametrize("name", sorted(LISTS))
async def test_a_cursor_of_others_or_of_ones_own_making_leads_to_no_case_but_ones_own(
    city: AttackedCity, western: dict[str, list[int]], name: str, sort: CaseSort
) -> None:
    ours = {global_id("PenaltyCase", key) for key in western["PenaltyCase"]}
    theirs = await cursors(city, "east.case.officer", LISTS[name], sort=sort.value)
    assert len(theirs) == 3
    for login in ("west.case.officer", "west.campaign.office", "west.clerk", "west.auditor"):
        if sort is CaseSort.MOST_ANOMALIES and login in {"west.clerk", "west.auditor"}:
            assert await city.codes(login, LISTS[name], after=theirs[0], sort=sort.value) == {"BAD_USER_INPUT"}
            continue
        whole = (await city.ask(login, LISTS[name], sort=sort.value))["list"]["totalCount"]
        mine = set() if login in FORGETFUL else ours
        for cursor in {*theirs, *edited(theirs[0])}:
            page = (await city.ask(login, LISTS[name], after=cursor, sort=sort.value))["list"]
            assert page["totalCount"] == whole
            assert set(await walked(city, login, LISTS[name], cursor, sort=sort.value)) <= mine


@pytest.mark.parametrize("sort", [each for each in CaseSort if each is not CaseSort.RELEVANCE])
async def test_a_cursor_of_another_order_or_list_is_refused(city: AttackedCity, sort: CaseSort) -> None:
    other = {CaseSort.FINE_HIGHEST: "DECIDED_NEWEST"}.get(sort, "FINE_HIGHEST")
    theirs = await cursors(city, "east.case.officer", LISTS["cases"], sort=other)
    for document in LISTS.values():
        assert await city.codes("west.case.officer", document, after=theirs[0], sort=sort.value) == {"BAD_USER_INPUT"}


OTHER_LISTS: Final = {
    "feedRuns": ("chief", "{ list: feedRuns(first: 1%s) { totalCount edges { cursor node { file } } } }"),
    "waitingRecords": (
        "case.officer",
        "{ list: waitingRecords(first: 1%s) { totalCount edges { cursor node { documentNumber } } } }",
    ),
    "cannotTellCounts": (
        "case.officer",
        "{ list: cannotTellCounts(first: 1%s) { totalCount edges { cursor node { agency { name } cases } } } }",
    ),
    "auditTrail": (
        "case.management",
        "{ list: auditTrail(first: 1%s) { edges { cursor node { accountLogin } } } }",
    ),
}


@pytest.mark.parametrize("name", sorted(OTHER_LISTS))
async def test_a_cursor_of_others_in_another_list_leads_to_nothing_of_theirs(city: AttackedCity, name: str) -> None:
    role, document = OTHER_LISTS[name]
    # Both look once, so that each has something in the trail.
    theirs = (await city.ask(f"east.{role}", document % ""))["list"]
    assert theirs["edges"]
    cursor = theirs["edges"][0]["cursor"]
    kept = (await city.ask(f"west.{role}", document % ""))["list"]
    behind = (await city.ask(f"west.{role}", document % f', after: "{cursor}"'))["list"]
    if name != "auditTrail":
        assert behind["totalCount"] == kept["totalCount"] == 1
    assert not [each for each in (*kept["edges"], *behind["edges"]) if "东" in str(each) or "east" in str(each)]


async def test_the_cases_of_a_party_that_both_counties_know_are_ones_own(city: AttackedCity) -> None:
    document = """query($n: String!, $after: String) { penaltyCase(documentNumber: $n) { party {
      cases(first: 1, after: $after) { totalCount edges { cursor node { agency { name } } } pageInfo { hasNextPage } }
    } } }"""
    theirs = (await city.ask("east.case.officer", document, n=SHARED_NUMBER))["penaltyCase"]["party"]["cases"]
    for after in (None, theirs["edges"][0]["cursor"]):
        for login in ("west.case.officer", "west.clerk"):
            found = (await city.ask(login, document, n=SHARED_NUMBER, after=after))["penaltyCase"]["party"]["cases"]
            assert (found["totalCount"], found["pageInfo"]["hasNextPage"]) == (1, False)
            assert {edge["node"]["agency"]["name"] for edge in found["edges"]} <= {WESTERN}


@pytest.mark.parametrize("login", ["west.case.management", "west.discipline", "west.auditor"])
async def test_the_trail_of_one_county_tells_nothing_of_anothers_cases_and_accounts(
    city: AttackedCity, eastern: dict[str, list[int]], login: str
) -> None:
    case_id = global_id("PenaltyCase", eastern["PenaltyCase"][1])
    await city.ask("east.case.officer", "query($id: ID!) { node(id: $id) { id } }", id=case_id)
    document = """query($filter: AuditFilter) { auditTrail(filter: $filter, first: 100) {
      totalCount nodes { accountLogin detail caseIds } } }"""
    for wanted in ({"caseId": case_id}, {"accountLogin": "east.case.officer"}):
        assert (await city.ask(login, document, filter=wanted))["auditTrail"]["totalCount"] == 0
    told = (await city.ask(login, document))["auditTrail"]["nodes"]
    assert {entry["accountLogin"] for entry in told} <= {each for each in ACCOUNTS if not each.startswith("east.")}
