"""What a client can get wrong: every error with its code and its HTTP status."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import get_introspection_query

from api.guard import MAX_BODY_BYTES
from api.limits import MAX_ALIASES, MAX_TOKENS
from stores.postgres import Database
from tests.integration.graphql_client import Client, served, the_error
from tests.integration.search_cases import LABELS
from tests.integration.search_corpus import Corpus

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
async def client(corpus: Corpus) -> AsyncIterator[Client]:
    async with served(corpus.database) as opened:
        yield opened


# -- what the document says ---------------------------------------------------------------------------


def bomb(levels: int, spreads: int = 2) -> str:
    """Fragments that spread the next one several times: a short document that is endless when written out."""
    inner = "".join(f"fragment F{level} on Query {{ {f'...F{level + 1} ' * spreads} }} " for level in range(levels))
    return f"{{ ...F0 }} {inner} fragment F{levels} on Query {{ __typename }}"


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "}",
        "{ nope }",
        "{ cases { totalCount nope } }",
        "{ cases }",
        "{ ...Nope }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ cases(first: 1.5) { totalCount } }",
        "{ cases(filter: {nope: 1}) { totalCount } }",
        "{ cases(sort: NOPE) { totalCount } }",
        "mutation { nope }",
    ],
)
async def test_a_document_that_is_no_valid_query_fails_validation(client: Client, document: str) -> None:
    assert await client.code(document) == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(
            "{searchCases{edges{node{party{cases{edges{node{party{cases{edges{node{id}}}}}}}}}}}}", id="depth"
        ),
        pytest.param("{" + "a{" * 700 + "b" + "}" * 701, id="depth beyond reading"),
        pytest.param(bomb(220, spreads=1), id="fragments in fragments beyond checking"),
        pytest.param("{ " + " ".join(f"a{n}: __typename" for n in range(MAX_ALIASES + 1)) + " }", id="aliases"),
        pytest.param(
            "{ " + "...A " * 16 + "} fragment A on Query { a: __typename b: __typename }", id="aliases of a fragment"
        ),
        pytest.param("{ " + "__typename " * MAX_TOKENS + " }", id="tokens"),
        pytest.param("{__schema{types" + "{fields{type" * 4 + "{name}" + "}}" * 4 + "}}", id="introspection"),
    ],
)
async def test_a_document_over_a_limit_is_refused_before_it_is_executed(client: Client, document: str) -> None:
    assert await client.code(document) == "LIMIT_EXCEEDED"


async def test_fragments_that_would_be_endless_when_written_out_cost_no_more_than_their_length(client: Client) -> None:
    assert await client.ask(bomb(60)) == {"__typename": "Query"}
    hits = bomb(60).replace("on Query { __typename }", "on CaseSearch { totalCount }").replace("Query", "CaseSearch")
    assert await client.ask("{ searchCases { ...F0 } }" + hits.removeprefix("{ ...F0 }")) == {
        "searchCases": {"totalCount": len(LABELS)}
    }


async def test_what_the_limits_allow_is_answered(client: Client) -> None:
    assert await client.ask("{ " + " ".join(f"a{n}: __typename" for n in range(MAX_ALIASES)) + " }")
    assert await client.ask("{searchCases{edges{node{party{cases{edges{node{party{cases{edges{cursor}}}}}}}}}}}")
    schema = await client.ask(get_introspection_query())
    assert schema["__schema"]["queryType"]["name"] == "Query"


async def test_lists_inside_one_another_may_hold_only_so_many_records(client: Client) -> None:
    document = """
    query ($first: Int) { cases(first: $first) { nodes { party { cases(first: $first) { nodes { party {
      cases(first: $first) { nodes { id } }
    } } } } } } }
    """
    assert await client.ask(document, first=5)
    error = await client.refused(document, first=100)
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert "1,020,200 records" in error["message"]


# -- what the arguments say ---------------------------------------------------------------------------


async def test_a_malformed_search_query_says_where_and_what_is_expected(client: Client) -> None:
    error = await client.refused('{ searchCases(query: "危废 OR 𠀀 )") { totalCount } }')
    assert error["extensions"] == {
        "code": "BAD_USER_INPUT",
        "position": 8,
        "expected": ["a word", "a phrase in quotes", "("],
    }
    assert error["path"] == ["searchCases"]


LISTS = [
    "searchCases(first: {first}) {{ totalCount edges {{ cursor }} }}",
    "cases(first: {first}) {{ totalCount edges {{ cursor }} }}",
    "agencies(first: {first}) {{ totalCount edges {{ cursor }} }}",
    "feedRuns(first: {first}) {{ totalCount edges {{ cursor }} }}",
    "waitingRecords(first: {first}) {{ totalCount edges {{ cursor }} }}",
]


@pytest.mark.parametrize("field", LISTS)
async def test_a_page_holds_0_to_100_and_null_is_the_default(client: Client, field: str) -> None:
    for first in (-1, 101, 2_147_483_647):
        assert await client.code("{ " + field.format(first=first) + " }") == "BAD_USER_INPUT"
    for good in ("null", "0", "100"):
        assert await client.ask("{ " + field.format(first=good) + " }")


@pytest.mark.parametrize(
    ("type_", "argument", "values"),
    [
        ("Decimal", "fineMin", [1.5, "1e5", "NaN", "-", "", "1.1234567", True, [1], 10**17, "12345678901234567", {}]),
        ("Date", "decidedFrom", ["2021-02-30", "2021-2-3", "20210203", "", 5, "2021-02-03T00:00:00Z", "0000-01-01"]),
    ],
)
async def test_a_value_that_is_none_of_its_scalar_is_refused(
    client: Client, type_: str, argument: str, values: list[Any]
) -> None:
    document = f"query($value: {type_}) {{ cases(filter: {{{argument}: $value}}) {{ totalCount }} }}"
    for value in values:
        assert await client.code(document, value=value) == "BAD_USER_INPUT", value
    literal = "{ cases(filter: {%s: %s}) { totalCount } }"
    for value in (value for value in values if isinstance(value, str | float)):
        assert await client.code(literal % (argument, json.dumps(value))) == "BAD_USER_INPUT", value


@pytest.mark.parametrize("value", ["1.5", "-1", 0, 5000, "50000.00", "9999999999999999.999999", None])
async def test_a_decimal_is_a_string_or_an_integer(client: Client, value: Any) -> None:
    assert await client.ask("query($v: Decimal) { cases(filter: {fineMax: $v}) { totalCount } }", v=value)


async def test_a_required_variable_that_is_missing_is_bad_input(client: Client) -> None:
    assert await client.code("query($id: ID!) { node(id: $id) { id } }") == "BAD_USER_INPUT"


BAD_IDS = [
    "",
    "x",
    "UGFydHk6MQ",
    "UGFydHk6MA==",
    "UGFydHk6LTE=",
    "UGFydHk6OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
    "Tm9wZTox",
    "é",
]


@pytest.mark.parametrize("bad", BAD_IDS)
async def test_what_is_no_id_of_ours_is_refused(client: Client, bad: str) -> None:
    assert await client.code("query($id: ID!) { node(id: $id) { id } }", id=bad) == "BAD_USER_INPUT"
    assert await client.code("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[bad]) == "BAD_USER_INPUT"


ID_OF_A_PARTY = "UGFydHk6MQ=="


@pytest.mark.parametrize(
    "document",
    [
        f'{{ cases(filter: {{agencyIds: ["{ID_OF_A_PARTY}"]}}) {{ totalCount }} }}',
        f'{{ penaltyCase(documentNumber: "罚〔2021〕1号", agencyId: "{ID_OF_A_PARTY}") {{ id }} }}',
        f"{{ nodes(ids: {json.dumps([ID_OF_A_PARTY] * 101)}) {{ id }} }}",
        f"{{ cases(filter: {{regions: {json.dumps(['411300'] * 101)}}}) {{ totalCount }} }}",
        '{ cases(filter: {regions: ["4113"]}) { totalCount } }',
        '{ cases(filter: {regions: ["４１１３００"]}) { totalCount } }',
        '{ cases(filter: {partyUscc: "信用代码"}) { totalCount } }',
        '{ cases(filter: {rules: ["transfer.late", "transfer.never"]}) { totalCount } }',
        '{ searchCases(filter: {rules: [""]}) { totalCount } }',
        f"{{ cases(filter: {{rules: {json.dumps(['transfer.late'] * 101)}}}) {{ totalCount }} }}",
        f"{{ cases(filter: {{anomalies: [{'INACTION ' * 101}]}}) {{ totalCount }} }}",
        '{ statistics(filter: {rules: ["transfer.never"]}, groupBy: [YEAR]) { cases } }',
        "{ statistics(groupBy: [YEAR, MONTH, YEAR]) { cases } }",
    ],
)
async def test_an_argument_that_cannot_be_used_is_refused(client: Client, document: str) -> None:
    assert await client.code(document) == "BAD_USER_INPUT"


async def test_who_names_a_rule_that_there_is_not_is_told_where_rules_are_listed_and_not_what_was_typed(
    client: Client,
) -> None:
    error = await client.refused('{ cases(filter: {rules: ["赵小满"]}) { totalCount } }')
    assert "jiandu rules list" in error["message"]
    assert "赵小满" not in json.dumps(error, ensure_ascii=False)


def encoded(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("field", "cursors"),
    [
        (
            "cases(sort: FINE_HIGHEST, after: $after)",
            [
                encoded("DECIDED_NEWEST", None, None, 1),
                encoded("FINE_HIGHEST", None, "1e-1000000", 1),
                encoded("FINE_HIGHEST", None, "NaN", 1),
                encoded("FINE_HIGHEST", None, "-1.00", 1),
                encoded("FINE_HIGHEST", None, 1, 1),
                encoded("FINE_HIGHEST", None, "1.00", 2**63),
                encoded("FINE_HIGHEST", None, "1.00", True),
                encoded("FINE_HIGHEST", 5, "1.00", 1),
            ],
        ),
        (
            "cases(sort: MOST_ANOMALIES, after: $after)",
            [
                encoded("MOST_ANOMALIES", None, None, 1),
                encoded("MOST_ANOMALIES", None, 1, 1),
                encoded("MOST_ANOMALIES", None, "-1", 1),
                encoded("MOST_ANOMALIES", None, "1.00", 1),
                encoded("MOST_ANOMALIES", None, "１", 1),
                encoded("MOST_ANOMALIES", None, "9999999999", 1),
                encoded("FINE_HIGHEST", None, "1.00", 1),
            ],
        ),
        (
            'searchCases(query: "a", after: $after)',
            [encoded("RELEVANCE", None, None, 1), encoded("RELEVANCE", -1, None, 1)],
        ),
        (
            "cases(after: $after)",
            [encoded("DECIDED_NEWEST", None, "2021-02-30", 1), encoded("DECIDED_NEWEST", None, 5, 1)],
        ),
        (
            "agencies(after: $after)",
            [
                encoded("agency", 5, "a", 1),
                encoded("run", "a", 1),
                encoded("agency", "411300", "a\x00", 1),
                encoded("agency", "4113\x00", "a", 1),
                encoded("agency", "411300", "a", 2**63),
                encoded("agency", "411300", "a", True),
            ],
        ),
        (
            "feedRuns(after: $after)",
            [
                encoded("run", "yesterday", 1),
                encoded("run", "2021-01-01T00:00:00+08:00", 10**30),
                encoded("run", "0001-01-01T00:00:00+23:59", 1),
            ],
        ),
        (
            "waitingRecords(after: $after)",
            [
                encoded("waiting", "yesterday", "transfer", 1),
                encoded("waiting", "2021-01-01T00:00:00+08:00", "trans\x00fer", 1),
                encoded("waiting", "2021-01-01T00:00:00+08:00", "transfer", 2**63),
                encoded("run", "2021-01-01T00:00:00+08:00", 1),
            ],
        ),
    ],
)
async def test_a_cursor_that_belongs_to_no_such_list_is_refused(client: Client, field: str, cursors: list[str]) -> None:
    document = "query($after: String) { " + field + " { pageInfo { endCursor } edges { cursor } } }"
    for cursor in [*cursors, "x", "é", "=", encoded(), "W10", encoded(None), encoded({}), "\x00"]:
        assert await client.code(document, after=cursor) == "BAD_USER_INPUT", cursor


# -- what the request is ------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
async def test_a_query_comes_by_post(client: Client, method: str) -> None:
    response = await client.http.request(method, "/graphql", params={"query": "{ __typename }"})
    assert (response.status_code, the_error(response.json())["code"]) == (405, "BAD_USER_INPUT")


@pytest.mark.parametrize("type_", ["text/plain", "application/graphql", "application/x-www-form-urlencoded", ""])
async def test_a_query_comes_as_json(client: Client, type_: str) -> None:
    response = await client.http.post(
        "/graphql", content=b'{"query": "{ __typename }"}', headers={"content-type": type_}
    )
    assert (response.status_code, the_error(response.json())["code"]) == (415, "BAD_USER_INPUT")


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"\xff\xfe", b'"x"', b"1", b"null", b"[" * 200_000, b"{}", b'{"query": 1}', b'{"query": ""}'),
        *(b"[]", b'[{"query": "{ __typename }"}]'),
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "variables": {"a": NaN}}',
        b'{"query": "{ __typename }", "variables": {"a": "\\ud800"}}',
        b'{"query": "{ __typename }", "operationName": "Nope"}',
        b'{"query": "fragment A on Query { __typename }"}',
    ],
)
async def test_a_body_that_is_no_request_is_refused(client: Client, body: bytes) -> None:
    response = await client.http.post("/graphql", content=body, headers=JSON)
    assert (response.status_code, the_error(response.json())["code"]) == (400, "BAD_USER_INPUT")


async def test_a_body_that_is_too_long_is_refused_told_or_untold(client: Client) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 1_000 + 1):
            yield b" " * 1_000

    for content in (b" " * (MAX_BODY_BYTES + 1), endless()):
        response = await client.http.post("/graphql", content=content, headers=JSON)
        assert (response.status_code, the_error(response.json())["code"]) == (413, "LIMIT_EXCEEDED")
    padded = b'{"query": "{ __typename }"}'.ljust(MAX_BODY_BYTES)
    assert (await client.http.post("/graphql", content=padded, headers=JSON)).json()["data"]


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "jiandu.example"},
        {"host": "127.0.0.1.example:8000"},
        {"host": ""},
        {"origin": "https://jiandu.example"},
        {"origin": "http://localhost.example:8000"},
        {"origin": "null"},
    ],
)
async def test_whoever_calls_from_elsewhere_is_not_signed_in(client: Client, headers: dict[str, str]) -> None:
    response = await client.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    assert (response.status_code, the_error(response.json())["code"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    "headers",
    [
        *({"host": host} for host in ("localhost", "localhost:8000", "127.0.0.1", "[::1]:8000")),
        {"origin": "http://localhost:5173"},
    ],
)
async def test_whoever_calls_from_this_machine_is_answered(client: Client, headers: dict[str, str]) -> None:
    response = await client.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    assert response.json() == {"data": {"__typename": "Query"}}


async def test_a_server_that_is_not_open_answers_health_only(database: Database) -> None:
    async with served(database, open_locally=False) as client:
        response = await client.post("{ __typename }")
        assert (response.status_code, the_error(response.json())["code"]) == (401, "UNAUTHENTICATED")
        assert (await client.http.get("/livez")).status_code == 200
        assert (await client.http.get("/readyz")).status_code == 200
