"""No list that a question takes is longer than a page: whoever asks with more is told so, and nothing is read."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_required_argument,
)

from api.graphql_schema import schema
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.campaign_serving import City, served_city
from tests.integration.feeding import Feed

TYPES: Final = schema._schema.type_map  # noqa: SLF001  the one way to graphql-core's schema
NEEDED: Final = {"query": '""', "groupBy": "[DOMAIN]", "prefix": '"x"', "id": '"x"', "year": "2024"}
"""What a field cannot be asked without."""

EACH_ONCE: Final = "statistics.groupBy"
"""A list that takes every value once, and has an error of its own for more."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A list that a field takes: as an argument, or as a part of one."""

    owner: str
    field: str
    argument: str
    part: str | None
    kind: str
    value: object

    def __str__(self) -> str:
        """Its path."""
        return ".".join(filter(None, (self.field, self.argument, self.part)))


def lists() -> Iterator[Taken]:
    """Every list that a question takes."""
    for owner in TYPES.values():
        if isinstance(owner, GraphQLObjectType) and owner.name not in {"Mutation", "Subscription"}:
            for name, field in owner.fields.items():
                for argument, given in field.args.items():
                    yield from of_argument(owner.name, name, argument, given)


def of_argument(owner: str, field: str, argument: str, given: GraphQLArgument) -> Iterator[Taken]:
    inner = get_named_type(given.type)
    if is_list_type(get_nullable_type(given.type)):
        yield Taken(owner, field, argument, None, str(given.type), some(inner))
    elif isinstance(inner, GraphQLInputObjectType):
        for part, each in inner.fields.items():
            if is_list_type(get_nullable_type(each.type)):
                yield Taken(owner, field, argument, part, str(given.type), some(get_named_type(each.type)))


def some(kind: Any) -> object:
    return next(iter(kind.values)) if isinstance(kind, GraphQLEnumType) else "x"


def asking(taken: Taken, field: GraphQLField) -> str:
    """The document that gives the list as `$given`."""
    others = [
        f", {name}: {NEEDED[name]}"
        for name, argument in field.args.items()
        if is_required_argument(argument) and name != taken.argument
    ]
    asked = f"{taken.field}({taken.argument}: $given{''.join(others)}) {{ __typename }}"
    inside = {"Query": "{}", "PenaltyCase": "cases {{ nodes {{ {} }} }}", "Campaign": "campaigns {{ nodes {{ {} }} }}"}
    return f"query($given: {taken.kind}) {{ {inside[taken.owner].format(asked)} }}"


@pytest.fixture
async def city(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> AsyncIterator[City]:
    async with served_city(Feed(database, keys, clock, tmp_path)) as opened:
        yield opened


async def test_a_list_of_more_than_a_page_is_refused_wherever_one_is_taken(city: City) -> None:
    await city.opened()
    every = [each for each in lists() if str(each) != EACH_ONCE]
    assert len(every) > 30
    unbounded = []
    for taken in every:
        field: GraphQLField = TYPES[taken.owner].fields[taken.field]  # type: ignore[attr-defined]  # all have fields
        values = [taken.value] * 101
        given = values if taken.part is None else {taken.part: values}
        body = {"query": asking(taken, field), "variables": {"given": given}}
        answer = (await city.viewers.client.http.post("/graphql", json=body)).json()
        refused = [
            error
            for error in answer.get("errors") or ()
            if error["extensions"]["code"] == "BAD_USER_INPUT" and "at most 100" in error["message"]
        ]
        if not refused:
            unbounded.append((str(taken), str(answer)[:200]))
    assert unbounded == []
