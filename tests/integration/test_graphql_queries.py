"""Every query of the API and its arguments, on the corpus."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from api.ids import global_id
from indexer.loading import LoadOptions, load_feed
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.graphql_client import Client, served
from tests.integration.search_cases import AGENCIES, CASES, LABELS, USCC_OF_MARKET
from tests.integration.search_corpus import Corpus, now


@pytest.fixture(scope="module")
async def client(corpus: Corpus) -> AsyncIterator[Client]:
    async with served(corpus.database, corpus.index) as opened:
        yield opened


def numbers(connection: Any) -> list[str]:
    return [edge["node"]["documentNumber"] for edge in connection["edges"]]


# -- searchCases --------------------------------------------------------------------------------------

SEARCH = """
query Search($query: String, $filter: CaseFilter, $sort: CaseSort, $first: Int, $after: String) {
  searchCases(query: $query, filter: $filter, sort: $sort, first: $first, after: $after) {
    totalCount interpretedAs engine degraded
    edges { cursor score node { documentNumber } highlights { field fragments } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    facets {
      domains { value label count } agencies { value label count }
      regions { value label count } years { value label count }
    }
  }
}
"""


async def test_a_search_answers_hits_highlights_facets_and_how_it_was_understood(
    client: Client, corpus: Corpus
) -> None:
    found = (await client.ask(SEARCH, query="危废 basis:第七十九条"))["searchCases"]
    assert found["interpretedAs"] == '("危废" OR "危险废物") basis:"第七十九条"'
    assert (found["engine"], found["degraded"], found["totalCount"]) == ("ELASTICSEARCH", False, 1)
    (edge,) = found["edges"]
    assert edge["node"] == {"documentNumber": CASES["W1"]["documentNumber"]}
    assert edge["score"] == 4 + 2
    assert edge["highlights"] == [
        {"field": "violationType", "fragments": ["非法倾倒<em>危险废物</em>"]},
        {
            "field": "facts",
            "fragments": ["当事人将<em>危险废物</em>3.5吨非法倾倒在河道内。法定代表人周**到场确认。"],
        },
        {"field": "basis", "fragments": ["《中华人民共和国固体废物污染环境防治法》<em>第七十九条</em>"]},
    ]
    assert found["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": edge["cursor"],
        "endCursor": edge["cursor"],
    }
    agency = {"value": global_id("Agency", corpus.agencies["W"]), "label": AGENCIES["W"]["name"], "count": 1}
    assert found["facets"] == {
        "domains": [{"value": "ENVIRONMENT", "label": "生态环境", "count": 1}],
        "agencies": [agency],
        "regions": [{"value": "411300", "label": "南阳市", "count": 1}],
        "years": [{"value": "2021", "label": "2021年", "count": 1}],
    }


async def test_no_highlight_reaches_from_one_text_of_a_field_into_another(client: Client) -> None:
    (edge,) = (await client.ask(SEARCH, query='"77号环立" OR 未密闭'))["searchCases"]["edges"]
    assert [highlight["field"] for highlight in edge["highlights"]] == ["facts"]
    (edge,) = (await client.ask(SEARCH, query="number:(77 OR 9) agency:环境保护局 运输"))["searchCases"]["edges"]
    assert {highlight["field"]: highlight["fragments"] for highlight in edge["highlights"]} == {
        "number": ["宛环罚〔2023〕<em>77</em>号", "环立〔2022〕<em>9</em>号"],
        "agency": ["宛城试验市<em>生态环境局</em>", "宛城试验市<em>环境保护局</em>"],
        "facts": ["<em>运输</em>车辆未密闭。"],
    }


async def test_what_is_no_match_is_escaped_in_a_highlight(client: Client) -> None:
    found = (await client.ask(SEARCH, query="script"))["searchCases"]
    (fragment,) = found["edges"][0]["highlights"][0]["fragments"]
    assert fragment == ("占用基本农田堆砂，&lt;<em>script</em>&gt;alert(1)&lt;/<em>script</em>&gt; &amp; 拒不改正。")


async def test_a_search_is_filtered_sorted_and_paged(client: Client, corpus: Corpus) -> None:
    chosen = {
        "domains": ["MARKET", "FOOD_DRUGS"],
        "agencyIds": [global_id("Agency", corpus.agencies["P"]), global_id("Agency", corpus.agencies["H"])],
        "regions": ["411300", "420000"],
        "decidedFrom": "2021-04-01",
        "decidedTo": "2022-08-08",
        "fineMin": "1200.09",
        "fineMax": 5000,
        "partyUscc": USCC_OF_MARKET.lower(),
    }
    walked: list[str] = []
    after = None
    for more in (True, True, False):
        page = (await client.ask(SEARCH, query="号", filter=chosen, sort="FINE_HIGHEST", first=1, after=after))[
            "searchCases"
        ]
        assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, more)
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        walked += numbers(page)
        after = page["pageInfo"]["endCursor"]
    assert walked == [CASES[label]["documentNumber"] for label in ("P3", "P2", "H2")]


async def test_no_query_is_every_case_the_newest_first_and_without_scores(client: Client) -> None:
    for query in (None, "", "  "):
        found = (await client.ask(SEARCH, query=query, first=1))["searchCases"]
        assert (found["totalCount"], found["interpretedAs"]) == (len(LABELS), "")
        assert found["edges"][0]["score"] is None
        assert found["edges"][0]["highlights"] == []
        assert found["edges"][0]["node"]["documentNumber"] is CASES["X5"].get("documentNumber")


async def test_a_filter_that_is_null_or_has_null_and_empty_fields_asks_nothing(client: Client) -> None:
    empty = dict.fromkeys(
        ("domains", "agencyIds", "regions", "decidedFrom", "decidedTo", "fineMin", "fineMax", "partyUscc")
    )
    filters: list[Any] = [None, {}, empty, {"domains": [], "agencyIds": [], "regions": []}]
    for chosen in filters:
        assert (await client.ask(SEARCH, filter=chosen, first=0))["searchCases"]["totalCount"] == len(LABELS)
        found = await client.ask("query($f: CaseFilter) { cases(filter: $f) { totalCount } }", f=chosen)
        assert found["cases"]["totalCount"] == len(LABELS)


# -- penaltyCase --------------------------------------------------------------------------------------

CASE = (
    "query($number: String!, $agency: ID) { penaltyCase(documentNumber: $number, agencyId: $agency) { title facts } }"
)


@pytest.mark.parametrize(
    "written", ["西环罚字（2020）7号", "西环罚字[2020]7号", "西环罚字【２０２０】7号", " 西环罚字 〔2020 〕 7号"]
)
async def test_a_case_is_found_by_its_number_in_any_bracket_style(client: Client, written: str) -> None:
    assert (await client.ask(CASE, number=written))["penaltyCase"]["title"] == "污水直排案"


@pytest.mark.parametrize("written", ["", "x", "西环罚字〔2020〕70号", "\x00", "1\x00", "环" * 1_000 + "1号", "某某号1"])
async def test_a_number_that_no_case_has_is_null(client: Client, written: str) -> None:
    assert (await client.ask(CASE, number=written)) == {"penaltyCase": None}


async def test_a_number_of_several_agencies_lists_them_and_is_told_by_the_agency(
    client: Client, corpus: Corpus
) -> None:
    error = await client.refused(CASE, number="市监处罚(2022)100号")
    agencies = [
        {"id": global_id("Agency", corpus.agencies[letter]), "name": AGENCIES[letter]["name"]} for letter in "PH"
    ]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "agencies": agencies}
    for agency, label in zip(agencies, ("P6", "H2"), strict=True):
        found = await client.ask(CASE, number="市监处罚(2022)100号", agency=agency["id"])
        assert found["penaltyCase"]["facts"] == CASES[label]["facts"]
    other = global_id("Agency", corpus.agencies["W"])
    assert (await client.ask(CASE, number="市监处罚(2022)100号", agency=other)) == {"penaltyCase": None}


async def test_a_case_shows_every_field_of_the_record(client: Client, corpus: Corpus) -> None:
    async with corpus.database.begin() as connection:
        kept = sa.text("SELECT revision FROM penalty_case WHERE id = :id")
        revision = await connection.scalar(kept, {"id": corpus.ids["P1"]})
    found = await client.ask("""
    { penaltyCase(documentNumber: "镇市监罚〔2021〕31号") {
        id documentNumber filingNumber identityDerived title domain violationType legalBasis penaltyKinds
        penaltyContent fine confiscated actEndedOn foundOn filedOn decidedOn servedOn paymentDueOn paidOn paidAmount
        enteredAt sources revision
        agency { id name aliases uscc domains region networkedOn priority procuratorate { name } }
        party { type uscc masked }
    } }""")
    assert found["penaltyCase"] == {
        "id": global_id("PenaltyCase", corpus.ids["P1"]),
        "documentNumber": "镇市监罚〔2021〕31号",
        "filingNumber": None,
        "identityDerived": False,
        "title": "孙**无照经营案",
        "domain": "MARKET",
        "violationType": None,
        "legalBasis": None,
        "penaltyKinds": ["CONFISCATION"],
        "penaltyContent": "没收违法所得360元。",
        "fine": None,
        "confiscated": "360.00",
        **dict.fromkeys(("actEndedOn", "foundOn", "filedOn", "servedOn", "paymentDueOn", "paidOn", "paidAmount")),
        "decidedOn": "2021-03-01",
        "enteredAt": None,
        "sources": ["PLATFORM"],
        "revision": revision,
        "agency": {
            "id": global_id("Agency", corpus.agencies["P"]),
            "name": AGENCIES["P"]["name"],
            "aliases": [],
            "uscc": None,
            "domains": ["FOOD_DRUGS", "MARKET"],
            "region": "411324",
            "networkedOn": "2019-03-01",
            "priority": True,
            "procuratorate": None,
        },
        "party": {"type": "PERSON", "uscc": None, "masked": True},
    }


# -- cases and a party's cases ------------------------------------------------------------------------

CASES_PAGE = """
query($filter: CaseFilter, $sort: CaseSort, $first: Int, $after: String) {
  cases(filter: $filter, sort: $sort, first: $first, after: $after) {
    totalCount nodes { documentNumber } edges { cursor node { documentNumber } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


@pytest.mark.parametrize("sort", ["RELEVANCE", "DECIDED_NEWEST", "DECIDED_OLDEST", "FINE_HIGHEST", None])
async def test_cases_are_walked_as_searches_without_a_query_are(client: Client, sort: str | None) -> None:
    walked: list[str] = []
    after = None
    while True:
        page = (await client.ask(CASES_PAGE, sort=sort, first=7, after=after))["cases"]
        assert page["totalCount"] == len(LABELS)
        assert [node["documentNumber"] for node in page["nodes"]] == numbers(page)
        walked += numbers(page)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    whole = (await client.ask(SEARCH, sort=sort, first=100))["searchCases"]
    assert walked == numbers(whole)
    assert len(walked) == len(LABELS)


async def test_a_cursor_of_one_list_goes_on_in_the_other_of_the_same_order(client: Client) -> None:
    page = (await client.ask(SEARCH, sort="FINE_HIGHEST", first=3))["searchCases"]
    after = page["pageInfo"]["endCursor"]
    listed = (await client.ask(CASES_PAGE, sort="FINE_HIGHEST", first=3, after=after))["cases"]
    assert numbers(listed) == numbers((await client.ask(SEARCH, sort="FINE_HIGHEST", first=6))["searchCases"])[3:]


async def test_a_partys_cases_come_newest_first_and_are_paged(client: Client) -> None:
    query = """
    query($after: String) { penaltyCase(documentNumber: "镇市监罚〔2021〕32号") { party {
      name uscc masked type
      cases(first: 2, after: $after) {
        totalCount edges { cursor node { documentNumber } } nodes { documentNumber } pageInfo { hasNextPage endCursor }
      } } } }"""
    party = (await client.ask(query))["penaltyCase"]["party"]
    assert (party["name"], party["uscc"], party["masked"], party["type"]) == (
        "镇平县大众超市",
        USCC_OF_MARKET,
        False,
        "ORGANIZATION",
    )
    assert (party["cases"]["totalCount"], party["cases"]["pageInfo"]["hasNextPage"]) == (3, True)
    rest = (await client.ask(query, after=party["cases"]["pageInfo"]["endCursor"]))["penaltyCase"]["party"]["cases"]
    walked = numbers(party["cases"]) + numbers(rest)
    assert walked == [CASES[label]["documentNumber"] for label in ("H2", "P3", "P2")]
    assert rest["pageInfo"]["hasNextPage"] is False


# -- agencies and procuratorates ----------------------------------------------------------------------

AGENCIES_PAGE = """
query($domains: [Domain!], $networked: Boolean, $first: Int, $after: String) {
  agencies(domains: $domains, networked: $networked, first: $first, after: $after) {
    totalCount nodes { name } edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
"""


def in_order(letters: str) -> list[str]:
    return [AGENCIES[letter]["name"] for letter in letters]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, "LZMWXPHTN"),
        ({"domains": []}, "LZMWXPHTN"),
        ({"domains": ["MARKET"]}, "PH"),
        ({"domains": ["MARKET", "LAND"]}, "PHN"),
        ({"networked": True}, "WP"),
        ({"networked": False, "domains": ["ENVIRONMENT"]}, "X"),
        ({"domains": ["OTHER"]}, "T"),
        ({"domains": ["OTHER"], "networked": True}, ""),
    ],
)
async def test_agencies_come_by_region_and_name_those_of_no_region_last(
    client: Client, arguments: dict[str, Any], expected: str
) -> None:
    found = (await client.ask(AGENCIES_PAGE, **arguments))["agencies"]
    assert [node["name"] for node in found["nodes"]] == in_order(expected)
    assert found["totalCount"] == len(expected)


async def test_agencies_are_walked_page_by_page(client: Client) -> None:
    walked: list[str] = []
    after = None
    while True:
        page = (await client.ask(AGENCIES_PAGE, first=1, after=after))["agencies"]
        walked += [edge["node"]["name"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert walked == in_order("LZMWXPHTN")


async def test_an_agency_leads_to_its_procuratorate_and_that_to_its_superior(client: Client) -> None:
    query = """{ penaltyCase(documentNumber: "西环罚字〔2020〕7号") { agency { procuratorate {
      name region parent { name parent { name parent { name } } } } } } }"""
    found = (await client.ask(query))["penaltyCase"]["agency"]["procuratorate"]
    assert found == {
        "name": "试验县人民检察院",
        "region": "411323",
        "parent": {"name": "试验市人民检察院", "parent": {"name": "试验省人民检察院", "parent": None}},
    }


# -- feed runs ----------------------------------------------------------------------------------------


async def test_runs_come_newest_first_with_their_accounts_and_their_rejected_rows(
    database: Database, keys: KeyRing, tmp_path: Path
) -> None:
    good = '{"kind": "agency", "name": "某县局"}\n'
    bad = '{"kind": "penalty_case", "agency": "无此机关", "documentNumber": "罚〔2021〕1号"}\n'
    for name, text in (("first.jsonl", good), ("second.jsonl", good + bad * 3 + "[]\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        await load_feed(database, keys, tmp_path / name, options=LoadOptions(), clock=now)
    query = """
    query($after: String, $rows: String) { feedRuns(first: 1, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { id run file status startedAt endedAt rows inserted updated unchanged rejected waiting
        errors(first: 3, after: $rows) {
          totalCount pageInfo { hasNextPage endCursor } edges { cursor } nodes { line column code message } } } } }"""
    async with served(database) as client:
        newest = (await client.ask(query))["feedRuns"]
        (run,) = newest["nodes"]
        assert (newest["totalCount"], newest["pageInfo"]["hasNextPage"]) == (2, True)
        counts = {name: run[name] for name in ("rows", "inserted", "updated", "unchanged", "rejected", "waiting")}
        assert counts == {"rows": 5, "inserted": 0, "updated": 0, "unchanged": 1, "rejected": 4, "waiting": 0}
        assert (run["file"], run["status"]) == ("second.jsonl", "DONE")
        assert run["startedAt"].endswith("+08:00")
        assert run["endedAt"] >= run["startedAt"]
        assert run["errors"]["totalCount"] == 4
        assert [(error["line"], error["column"], error["code"]) for error in run["errors"]["nodes"]] == [
            (line, "agency", "UNKNOWN_AGENCY") for line in (2, 3, 4)
        ]
        rest = await client.ask(query, rows=run["errors"]["pageInfo"]["endCursor"])
        (last,) = rest["feedRuns"]["nodes"][0]["errors"]["nodes"]
        assert (last["line"], last["code"]) == (5, "BAD_ROW")
        older = (await client.ask(query, after=newest["pageInfo"]["endCursor"]))["feedRuns"]
        assert (older["nodes"][0]["file"], older["pageInfo"]["hasNextPage"]) == ("first.jsonl", False)
        node = await client.ask("query($id: ID!) { node(id: $id) { ... on FeedRun { run } } }", id=run["id"])
        assert node["node"]["run"] == run["run"]


# -- node and nodes -----------------------------------------------------------------------------------


async def test_every_type_of_record_is_found_by_its_id(client: Client) -> None:
    found = await client.ask("""{ penaltyCase(documentNumber: "西环罚字〔2020〕7号") {
      id party { id } agency { id procuratorate { id } } } feedRuns { nodes { id } } }""")
    case = found["penaltyCase"]
    ids = [
        case["id"],
        case["party"]["id"],
        case["agency"]["id"],
        case["agency"]["procuratorate"]["id"],
        found["feedRuns"]["nodes"][0]["id"],
    ]
    missing = [global_id(name, 2**62) for name in ("PenaltyCase", "Party", "Agency", "Procuratorate", "FeedRun")]
    nodes = (await client.ask("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=[*ids, *missing]))[
        "nodes"
    ]
    assert [node and node["__typename"] for node in nodes] == [
        *("PenaltyCase", "Party", "Agency", "Procuratorate", "FeedRun"),
        *[None] * 5,
    ]
    for text, node in zip(ids + missing, nodes, strict=True):
        assert await client.ask("query($id: ID!) { node(id: $id) { __typename id } }", id=text) == {"node": node}
        assert node is None or node["id"] == text


async def test_nodes_keep_the_order_and_the_repetitions_of_their_ids(client: Client, corpus: Corpus) -> None:
    ids = [global_id("PenaltyCase", corpus.ids[label]) for label in ("Z1", "W1", "Z1")]
    found = await client.ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert [node["id"] for node in found["nodes"]] == ids
    assert await client.ask("{ nodes(ids: []) { id } }") == {"nodes": []}
