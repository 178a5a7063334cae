"""Whatever a client says in a change of supervision is answered with what is wrong about it, and never breaks anything.

The inputs are made from the SDL: each field of each input in turn says what nobody should.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    build_schema,
    is_required_input_field,
)

from api.graphql_schema import sdl
from api.ids import global_id
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.campaign_serving import City, served_city
from tests.integration.feeding import Feed

SCHEMA: Final = build_schema(sdl())
_TYPES: Final = ("PenaltyCase", "Clue", "Measure", "Campaign", "Activity", "Agency", "Procuratorate", "User", "Nothing")
_IDS: Final = ["", "x", "\0", "1", "UGVuYWx0eUNhc2U6LTE=", *(global_id(name, 2**63) for name in _TYPES)]
_IDS_THAT_ARE: Final = [global_id(name, 1) for name in _TYPES]
HOSTILE: Final[dict[str, list[Any]]] = {
    "String": ["", " \u3000\n", "\0", "甲\0乙", "\u202e\ufeff", "长" * 30_000, "11010519491231002X"],
    "ID": [*_IDS, *_IDS_THAT_ARE],
    "Date": ["0001-01-01", "9999-12-31", "2024-02-30", "", "2024-01-01T00:00:00"],
    "Int": [-1, 0, 2**31 - 1],
    "Decimal": ["-1", "1e400", "NaN", "0." + "0" * 500 + "1"],
    "Boolean": [True, False],
}
PLAIN: Final[dict[str, Any]] = {
    "String": "某某",
    "Date": "2015-05-06",
    "Int": 1,
    "Decimal": "1",
    "Boolean": True,
}
REFUSED: Final = frozenset({"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "LIMIT_EXCEEDED"})


_OF_FIELDS: Final = {"case": "PenaltyCase", "record": "PenaltyCase", "handler": "User", "reviewer": "User"}
MAKING: Final[dict[str, dict[str, Any]]] = {
    "openClue": {"department": "PREVENTION"},
    "draftMeasure": {"addressee": "某局"},
    "recordActivity": {},
    "fileDutyCrimeCase": {"department": "ANTI_CORRUPTION", "number": "检反贪立〔2024〕1号", "workplace": "某局"},
    "filePublicInterestCase": {"number": "检行公立〔2024〕1号"},
    "markTypicalCase": {},
}
"""What leaves the records that the other changes are about, and what it must be told besides."""


def _id_for(field: str) -> str:
    named = field.removesuffix("s").removesuffix("Id")
    return global_id(_OF_FIELDS.get(named, named[:1].upper() + named[1:]), 1)


def plain(type_: Any, field: str = "") -> Any:
    """A value of a type that says nothing in particular; only what must be said."""
    if isinstance(type_, GraphQLNonNull):
        return plain(type_.of_type, field)
    if isinstance(type_, GraphQLList):
        return [plain(type_.of_type, field)]
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        needed = {name: each.type for name, each in type_.fields.items() if is_required_input_field(each)}
        return {name: plain(each, name) for name, each in needed.items()}
    assert isinstance(type_, GraphQLScalarType)
    return _id_for(field) if type_.name == "ID" else PLAIN[type_.name]


def _more(type_: GraphQLInputObjectType) -> dict[str, Any]:
    name = type_.name.removesuffix("Input")
    return MAKING.get(name[:1].lower() + name[1:], {})


def hostile(type_: Any, field: str = "") -> Iterator[Any]:
    """Values of a type that nobody should say."""
    if isinstance(type_, GraphQLNonNull):
        yield from hostile(type_.of_type, field)
    elif isinstance(type_, GraphQLList):
        one = plain(type_.of_type, field)
        yield from ([], [one, one], [one] * 101, [one] * 1_000)
        yield from ([each] for each in hostile(type_.of_type, field))
    elif isinstance(type_, GraphQLEnumType):
        yield from type_.values
    elif isinstance(type_, GraphQLInputObjectType):
        for name, each in type_.fields.items():
            yield from ({**plain(type_), **_more(type_), name: value} for value in hostile(each.type, name))
    else:
        yield from HOSTILE[type_.name]


def _mutations() -> list[str]:
    assert isinstance(SCHEMA.mutation_type, GraphQLObjectType)
    return sorted(SCHEMA.mutation_type.fields)


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def city(feed: Feed) -> AsyncIterator[City]:
    async with served_city(feed) as opened:
        await opened.opened()
        for mutation in MAKING:
            document, inputs = _asked(mutation)
            told = await opened.viewers.client.ask(document, input={**plain(inputs), **MAKING[mutation]})
            assert told[mutation]["userErrors"] == [], mutation
        yield opened


def _asked(mutation: str) -> tuple[str, Any]:
    """The document of a change, and the type of its input."""
    assert SCHEMA.mutation_type is not None
    type_ = SCHEMA.mutation_type.fields[mutation].args["input"].type
    document = f"mutation($input: {type_}) {{ {mutation}(input: $input) {{ userErrors {{ code message }} }} }}"
    return document, type_.of_type if isinstance(type_, GraphQLNonNull) else type_


@pytest.mark.parametrize("mutation", _mutations())
async def test_whatever_a_change_is_told_is_answered(city: City, mutation: str) -> None:
    document, inputs = _asked(mutation)
    for told in hostile(inputs):
        answer = await city.viewers.client.post(document, input=told)
        body = answer.json()
        codes = {error["extensions"]["code"] for error in body.get("errors", ())}
        assert codes <= REFUSED, (told if len(str(told)) < 2_000 else str(told)[:200], body)
        for error in ((body.get("data") or {}).get(mutation) or {}).get("userErrors", ()):
            assert error["message"], told
            assert "11010519491231002X" not in error["message"]
