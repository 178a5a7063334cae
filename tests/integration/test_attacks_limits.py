"""What would cost without end is refused before any of it is worked on, however it is written."""

from collections.abc import AsyncIterator
from typing import Any, Final

import orjson
import pytest
from graphql import GraphQLObjectType, build_schema

from api.graphql_schema import sdl
from api.ids import global_id
from schema.access_records import EVERYTHING
from stores.embedded import EmbeddedDatabase
from stores.keys import parse_key_ring
from stores.postgres import Database
from tests.conftest import TEST_KEY, cloned_database
from tests.integration.attack_city import AttackedCity, attacked_city
from tests.integration.statement_counting import statements

WHO: Final = "west.chief"
SDL: Final = build_schema(sdl())


@pytest.fixture(scope="module")
async def city(postgres: EmbeddedDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AttackedCity]:
    with cloned_database(postgres) as urls:
        database = Database.at(urls.application, scope=EVERYTHING)
        async with attacked_city(database, parse_key_ring(TEST_KEY), tmp_path_factory.mktemp("feed")) as opened:
            await opened.token(WHO)
            yield opened
        await database.close()


def bomb(levels: int, spreads: int, inside: str) -> str:
    inner = "".join(f"fragment F{n} on Query {{ {f'...F{n + 1} ' * spreads} }} " for n in range(levels))
    return f"query {{ ...F0 }} {inner} fragment F{levels} on Query {{ {inside} }}"


DOCUMENTS: Final = {
    "aliases": "{ " + " ".join(f"a{n}: cases {{ totalCount }}" for n in range(1_000)) + " }",
    "a few too many aliases": "{ " + " ".join(f"a{n}: viewer {{ login }}" for n in range(31)) + " }",
    "aliases below": "{ cases { nodes { " + " ".join(f"a{n}: title" for n in range(31)) + " } } }",
    "aliases in a fragment that is spread often": "{ "
    + "...F " * 16
    + "} fragment F on Query { a: rules { code } b: viewer { login } }",
    "aliases in fragments in fragments": bomb(12, 2, "a: rules { code }"),
    "aliases of several operations": " ".join(
        f"query Q{n} {{ {' '.join(f'a{m}: __typename' for m in range(31))} }}" for n in range(2)
    ),
    "aliases of a change": "mutation { "
    + " ".join(
        f'a{n}: dismissAnomaly(input: {{anomalyId: "x", reason: "x"}}) {{ userErrors {{ code }} }}' for n in range(31)
    )
    + " }",
    "depth": "{ " + "cases { nodes { party { " * 4 + "name" + " } } }" * 4 + " }",
    "depth in inline fragments": "{ cases "
    + "{ ... { nodes { ... { party { ... { cases " * 4
    + "{ totalCount }"
    + " }}} }}}" * 4
    + "}",
    "depth beyond reading": "{ a" * 600 + " }" * 600,
    "tokens": "{ viewer { " + "login " * 3_000 + "} }",
    "directives": "{ viewer @include(if: true) { login " + "@include(if: true) " * 2_000 + "} }",
    "one argument of many values": "{ nodes(ids: [" + '"x" ' * 3_000 + "]) { id } }",
    "introspection in introspection": "{ __schema { types " + "{ fields { type " * 5 + "{ name }" + " } }" * 5 + " } }",
    "introspection of possible types": "{ __schema { types { "
    + "possibleTypes { interfaces { " * 4
    + "name"
    + " } }" * 4
    + " } } }",
}


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
async def test_a_document_without_end_is_refused_before_anything_is_read(city: AttackedCity, name: str) -> None:
    with statements(city.database) as executed:
        assert await city.codes(WHO, DOCUMENTS[name], operationName=None) == {"LIMIT_EXCEEDED"}
    # Whose token it is was asked, and nothing else.
    assert len(executed) == 1


@pytest.mark.parametrize(
    "document",
    [
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ ...A } fragment A on Query { ...A }",
        "{ viewer { login @skip(if: true) @skip(if: true) } }",
        "{ viewer { login @nope } }",
        "query($a: Boolean = true, $a: Boolean = true) { viewer @skip(if: $a) { login } }",
    ],
)
async def test_a_document_that_goes_in_circles_is_no_valid_one(city: AttackedCity, document: str) -> None:
    with statements(city.database) as executed:
        assert await city.codes(WHO, document) == {"GRAPHQL_VALIDATION_FAILED"}
    assert len(executed) == 1


async def test_a_list_of_requests_is_none(city: AttackedCity) -> None:
    headers = {"authorization": f"Bearer {await city.token(WHO)}"}
    for body in ([{"query": "{ viewer { login } }"}] * 1_000, [], {"0": {"query": "{ viewer { login } }"}}):
        with statements(city.database) as executed:
            answered = await city.client.http.post("/graphql", json=body, headers=headers)
        assert (answered.status_code, answered.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_USER_INPUT")
        assert len(executed) == 1


async def test_a_hundred_thousand_ids_are_not_looked_up_and_not_written_down(city: AttackedCity) -> None:
    ids = ["x"] * 100_000
    for document, variables in (
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids}),
        ("query($ids: [ID!]) { cases(filter: {agencyIds: $ids}) { totalCount } }", {"ids": ids}),
        ("query($ids: [String!]) { searchCases(filter: {regions: $ids}) { totalCount } }", {"ids": ids}),
        ("query($ids: [String!]) { statistics(filter: {rules: $ids}, groupBy: []) { cases } }", {"ids": ids}),
        ("query($ids: [ID!]) { cannotTellCounts(agencyIds: $ids) { totalCount } }", {"ids": ids}),
        ("query($ids: [StatisticsKey!]!) { statistics(groupBy: $ids) { cases } }", {"ids": ["DOMAIN"] * 50_000}),
        ("query($ids: [Domain!]) { agencies(domains: $ids) { totalCount } }", {"ids": ["LAND"] * 100_000}),
    ):
        with statements(city.database) as executed:
            assert await city.codes(WHO, document, **variables) <= {"BAD_USER_INPUT"}, document
        assert len(executed) <= 3, document
    (kept,) = await city.feed.rows("SELECT max(length(detail::text)) AS longest FROM audit_entry")
    assert kept["longest"] < 20_000


@pytest.mark.parametrize("depth", [50, 500, 1_000])
async def test_a_value_nested_without_end_is_bad_input(city: AttackedCity, depth: int) -> None:
    headers = {"authorization": f"Bearer {await city.token(WHO)}", "content-type": "application/json"}
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        value = opening * depth + "1" + closing * depth
        for document in (
            "query($v: [ID!]!) { nodes(ids: $v) { id } }",
            "query($v: CaseFilter) { cases(filter: $v) { totalCount } }",
            "query($v: Decimal) { cases(filter: {fineMin: $v}) { totalCount } }",
        ):
            content = f'{{"query": {orjson.dumps(document).decode()}, "variables": {{"v": {value}}}}}'
            answered = await city.client.http.post("/graphql", content=content, headers=headers)
            codes = {error["extensions"]["code"] for error in answered.json()["errors"]}
            assert codes <= {"BAD_USER_INPUT", "LIMIT_EXCEEDED"}, answered.text[:200]


def lists_with_first() -> list[str]:
    query = SDL.type_map["Query"]
    assert isinstance(query, GraphQLObjectType)
    return sorted(name for name, field in query.fields.items() if "first" in field.args)


REQUIRED: Final = {"suggest": 'prefix: "x", '}


@pytest.mark.parametrize("name", lists_with_first())
async def test_no_list_gives_more_than_a_page(city: AttackedCity, name: str) -> None:
    for first in (-1, 101, 100_000, 2**31 - 1):
        field = getattr(SDL.type_map["Query"], "fields")[name]  # noqa: B009  mypy knows not which type it is
        selection = "{ __typename }" if str(field.type).startswith("[") else "{ pageInfo { hasNextPage } }"
        document = f"{{ {name}({REQUIRED.get(name, '')}first: {first}) {selection} }}"
        assert await city.codes(WHO, document) == {"BAD_USER_INPUT"}
    for number in ("2147483648", "1e9", "99999999999999999999", '"100"'):
        document = f"{{ {name}({REQUIRED.get(name, '')}first: {number}) {{ __typename }} }}"
        assert await city.codes(WHO, document) == {"GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ("query($v: String) { searchCases(query: $v) { totalCount } }", "词 " * 100_000),
        ("query($v: String) { searchCases(query: $v) { totalCount } }", "(" * 100_000),
        ("query($v: String) { searchCases(query: $v) { totalCount } }", "-" * 100_000 + "x"),
        ("query($v: String!) { suggest(prefix: $v) { text } }", "词" * 100_000),
    ],
)
async def test_a_query_without_end_is_bad_input_before_it_is_searched(
    city: AttackedCity, document: str, value: str
) -> None:
    assert await city.codes(WHO, document, v=value) <= {"BAD_USER_INPUT", "LIMIT_EXCEEDED"}
    assert await city.codes(WHO, document, v=value) != set()


async def test_a_number_without_end_is_no_number_of_a_case(city: AttackedCity) -> None:
    document = "query($v: String!) { penaltyCase(documentNumber: $v) { id } }"
    assert await city.codes(WHO, document, v="〔" * 200_000) <= {"BAD_USER_INPUT"}
    (kept,) = await city.feed.rows("SELECT max(length(detail::text)) AS longest FROM audit_entry")
    assert kept["longest"] < 20_000


async def test_a_change_without_end_is_refused(city: AttackedCity) -> None:
    document = """mutation($id: ID!, $reason: String!, $key: String) {
      dismissAnomaly(input: {anomalyId: $id, reason: $reason, idempotencyKey: $key}) { userErrors { code } } }"""
    # Whether a finding is there is asked before the key is looked at.
    for changed, code in (
        ({"reason": "x" * 500_000}, "INVALID"),
        ({"key": "x" * 500_000}, "NOT_FOUND"),
        ({"id": "x" * 500_000}, "INVALID"),
    ):
        variables: dict[str, Any] = {"id": global_id("Anomaly", 1), "reason": "查实", "key": None} | changed
        found = await city.ask(WHO, document, **variables)
        assert [each["code"] for each in found["dismissAnomaly"]["userErrors"]] == [code]
