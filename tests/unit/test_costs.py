"""How many records an operation can answer with is known before it is executed."""

from typing import Any

import pytest
from graphql import get_operation_ast, parse

from api.costs import MAX_RECORDS, records_asked
from api.graphql_schema import schema

GRAPHQL = schema._schema  # noqa: SLF001  Strawberry has no public name for it


def records(query: str, **variables: Any) -> int:
    document = parse(query)
    operation = get_operation_ast(document)
    assert operation is not None
    return records_asked(GRAPHQL, document, operation, variables)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ viewer { name } }", 1),
        ("{ __schema { types { name fields { name } } } }", 0),
        ("{ cases { totalCount } }", 0),
        ("{ cases { nodes { id } } }", 20),
        ("{ cases(first: null) { nodes { id } } }", 20),
        ("{ cases(first: 7) { nodes { id } edges { node { id } } } }", 14),
        ("{ cases(first: 7) { nodes { agency { id } } } }", 14),
        ("{ cases(first: 5) { nodes { party { cases(first: 3) { nodes { id } } } } } }", 5 + 5 + 15),
        ("{ cases(first: 5) { nodes { anomalies { id } } } }", 5 + 50),
        ("{ a: cases(first: 5) { nodes { id } } b: cases(first: 5) { nodes { id } } }", 10),
        ("{ nodes(ids: [1, 2, 3]) { id ... on Party { cases(first: 4) { nodes { id } } } } }", 3 + 12),
        ("{ cases(first: 5) { ...Page } } fragment Page on CaseConnection { nodes { id } }", 5),
        ("{ cases(first: 1000000) { nodes { id } } }", 100),
        ("{ cases(first: -1) { nodes { id } } }", 0),
    ],
)
def test_a_page_counts_as_many_records_as_it_may_hold(query: str, expected: int) -> None:
    assert records(query) == expected


def test_variables_count_as_what_they_are_and_else_as_their_defaults() -> None:
    query = "query($n: Int = 9, $ids: [ID!]!) { cases(first: $n) { nodes { id } } nodes(ids: $ids) { id } }"
    assert records(query, ids=["a"]) == 10
    assert records(query, n=40, ids=["a", "b"]) == 42


def test_lists_inside_one_another_are_counted_by_their_product() -> None:
    nested = "{ id }"
    for _ in range(4):
        nested = "{ party { cases(first: 100) { nodes %s } } }" % nested  # noqa: UP031  braces are GraphQL's here
    assert records("{ cases(first: 100) { nodes %s } }" % nested) > 100**5 > MAX_RECORDS  # noqa: UP031  the same


def test_a_fragment_is_counted_once_however_often_it_is_spread() -> None:
    fragments = ["fragment F0 on PenaltyCase { id }"]
    fragments += [f"fragment F{i} on PenaltyCase {{ ...F{i - 1} ...F{i - 1} }}" for i in range(1, 60)]
    assert records("{ cases(first: 1) { nodes { ...F59 } } } " + " ".join(fragments)) == 1
