"""Questions made from the SDL: of a root field, every field below it, to the leaves.

How far a question goes is told by its reach, so that every edge is followed by one question or another, and not all of
them by all. Connections, and whatever has no id of its own, are always followed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import groupby
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)

from api.limits import MAX_ALIASES, MAX_DEPTH, MAX_TOKENS

_TOKEN: Final = re.compile(r"\.\.\.|\w+|[^\s\w,]")
_ALIAS: Final = re.compile(r"\w+: (?=[a-z]\w* ?[\s{(}])")
_SMALL: Final = 10
_SPARE: Final = 40
"""Tokens that a question has around what it asks for."""


class Reach(Enum):
    """What is asked of a record."""

    LEAVES = "what it says itself"
    EDGES = "all it has; and of the records this leads to, what they say themselves"
    DEEP = "all it has, and all that the records have which it leads to, once of each type"


@dataclass(frozen=True, slots=True)
class Asked:
    """A field that a question asks for, and what of it."""

    type_name: str
    """Whose field it is."""
    name: str
    key: str
    """Under which the answer has it."""
    returns: str
    """The type, without lists and non-nulls."""
    below: tuple["Asked", ...] = ()
    only_on: str | None = None
    """The type of the records that have it, where there may be others."""
    arguments: str = ""

    @property
    def field(self) -> str:
        return f"{self.type_name}.{self.name}"

    def all(self) -> Iterator["Asked"]:
        """The field and everything below it."""
        yield self
        for each in self.below:
            yield from each.all()

    def written(self) -> str:
        """In the query language."""
        alias = "" if self.key == self.name else f"{self.key}: "
        return f"{alias}{self.name}{self.arguments}{f' {_written(self.below)}' if self.below else ''}"


def _written(asked: Sequence[Asked]) -> str:
    parts = []
    for only_on, several in groupby(asked, key=lambda each: each.only_on):
        told = " ".join(each.written() for each in several)
        parts.append(f"__typename ... on {only_on} {{ {told} }}" if only_on else told)
    return f"{{ {' '.join(parts)} }}"


@dataclass(frozen=True, slots=True)
class Question:
    """A root field with arguments, and everything below it."""

    name: str
    """For whoever reads what failed."""
    root: Asked
    document: str
    variables: Mapping[str, Any] = field(default_factory=dict)


def ask(
    schema: GraphQLSchema,
    root: str,
    /,
    *,
    on: str | None = None,
    mutation: bool = False,
    reach: Reach = Reach.LEAVES,
    **arguments: Any,
) -> Question:
    """The question for a root field; `on` is the type of the records expected where it may be any."""
    operation = schema.mutation_type if mutation else schema.query_type
    assert operation is not None
    found = operation.fields[root]
    walk = _Walk(schema, reach)
    target = get_named_type(found.type)
    if on is None:
        below = walk.below(target, MAX_DEPTH - 1, {operation.name})
    else:
        shared = tuple(_leaf(target, name, each) for name, each in _fields(target) if is_leaf(each))
        expected = walk.below(schema.type_map[on], MAX_DEPTH - 1, {operation.name})
        below = (*shared, *(replace(each, only_on=on) for each in expected))
    told = ", ".join(f"{name}: ${name}" for name in arguments)
    asked = Asked(operation.name, root, root, target.name, below, arguments=f"({told})" if told else "")
    taken = ", ".join(f"${name}: {found.args[name].type}" for name in arguments)
    kind = "mutation" if mutation else "query"
    document = f"{kind}{f'({taken})' if taken else ''} {{ {asked.written()} }}"
    return Question(f"{root}{f' {on}' if on else ''}", asked, document, arguments)


def parted(question: Question) -> list[Question]:
    """The question, or several that ask for all of it together, none with more tokens than an operation may have."""
    if _tokens(question.document) <= MAX_TOKENS:
        return [question]
    head = question.document[: question.document.index(question.root.written())]
    parts = _parts(question.root, MAX_TOKENS - 2 * _SPARE)
    return [replace(question, root=part, document=f"{head}{part.written()} }}") for part in parts]


def _tokens(written: str) -> int:
    """Tokens, an alias being as many as there may be to each alias of an operation."""
    return len(_TOKEN.findall(written)) + len(_ALIAS.findall(written)) * (MAX_TOKENS // MAX_ALIASES)


def _parts(asked: Asked, most: int) -> list[Asked]:
    if not asked.below or _tokens(asked.written()) <= most:
        return [asked]
    # What a record says itself is asked with each part: by it the answer tells whose it is.
    itself = [each for each in asked.below if _tokens(each.written()) <= _SMALL]
    room = most - _SPARE - _tokens(_written(itself))
    groups: list[list[Asked]] = [[]]
    for each in asked.below:
        for piece in [] if each in itself else _parts(each, room):
            if groups[-1] and _tokens(_written([*groups[-1], piece])) > room:
                groups.append([])
            groups[-1].append(piece)
    return [replace(asked, below=(*itself, *group)) for group in groups]


def is_leaf(found: GraphQLField) -> bool:
    """Whether nothing can be asked of a field's value."""
    return is_leaf_type(get_named_type(found.type))


def _fields(target: GraphQLNamedType) -> Sequence[tuple[str, GraphQLField]]:
    assert isinstance(target, GraphQLObjectType | GraphQLInterfaceType), target.name
    return list(target.fields.items())


@dataclass(frozen=True, slots=True)
class _Walk:
    """The way of a question through the types."""

    schema: GraphQLSchema
    reach: Reach

    def below(self, target: GraphQLNamedType, depth: int, met: set[str]) -> tuple[Asked, ...]:
        """What to ask of a type, as deep as a question may go."""
        if isinstance(target, GraphQLInterfaceType):
            return _any_record(self.schema, target)
        asked: list[Asked] = [_leaf(target, name, each) for name, each in _fields(target) if is_leaf(each)]
        if self._only_for_leaves(target, met):
            return tuple(asked)
        if _is_record(target):
            met.add(target.name)
        for name, each in _fields(target):
            if is_leaf(each) or depth < 1:
                continue
            returned = get_named_type(each.type)
            below = self.below(returned, depth - 1, met)
            if below:
                # More than anything here has of anything, and few enough for a question that goes deep.
                many = "(first: 15)" if "first" in each.args else ""
                asked.append(Asked(target.name, name, name, returned.name, below, arguments=many))
        return tuple(asked)

    def _only_for_leaves(self, target: GraphQLNamedType, met: set[str]) -> bool:
        if not _is_record(target) or self.reach is Reach.LEAVES:
            return _is_record(target)
        return target.name in met if self.reach is Reach.DEEP else bool(met - {"Query", "Mutation"})


def _is_record(target: GraphQLNamedType) -> bool:
    """Whether a type's values have ids, and so may be met again."""
    return isinstance(target, GraphQLObjectType) and bool(target.interfaces)


def _leaf(target: GraphQLNamedType, name: str, found: GraphQLField) -> Asked:
    return Asked(target.name, name, name, get_named_type(found.type).name)


def _any_record(schema: GraphQLSchema, interface: GraphQLInterfaceType) -> tuple[Asked, ...]:
    """The leaves of whatever record there is; fields of one name and of different types under names of their own."""
    asked: list[Asked] = []
    types: dict[str, str] = {}
    for target in schema.get_possible_types(interface):
        for name, each in _fields(target):
            if not is_leaf(each):
                continue
            key = name if types.setdefault(name, str(each.type)) == str(each.type) else f"{target.name}_{name}"
            asked.append(Asked(target.name, name, key, get_named_type(each.type).name, (), target.name))
    return tuple(asked)
