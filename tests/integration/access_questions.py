"""Questions made from the SDL: of a root field, every field below it, to the leaves.

An object type is asked for all of its fields where it is met first, and further on for its leaves: so every edge is
followed, and no cycle for ever. Connections and their edges, which are lists only, are followed wherever they are met.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)

from api.limits import MAX_DEPTH


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
    schema: GraphQLSchema, root: str, /, *, on: str | None = None, mutation: bool = False, **arguments: Any
) -> Question:
    """The question for a root field; `on` is the type of the records expected where it may be any."""
    operation = schema.mutation_type if mutation else schema.query_type
    assert operation is not None
    found = operation.fields[root]
    depth = MAX_DEPTH - 1
    target = get_named_type(found.type)
    if on is None:
        below = _below(schema, target, depth, {operation.name})
    else:
        shared = tuple(_leaf(target, name, each) for name, each in _fields(target) if is_leaf(each))
        below = (*shared, *_only_on(_below(schema, schema.type_map[on], depth, {operation.name}), on))
    told = ", ".join(f"{name}: ${name}" for name in arguments)
    asked = Asked(operation.name, root, root, target.name, below, arguments=f"({told})" if told else "")
    taken = ", ".join(f"${name}: {found.args[name].type}" for name in arguments)
    kind = "mutation" if mutation else "query"
    document = f"{kind}{f'({taken})' if taken else ''} {{ {asked.written()} }}"
    return Question(f"{root}{f' {on}' if on else ''}", asked, document, arguments)


def is_leaf(found: GraphQLField) -> bool:
    """Whether nothing can be asked of a field's value."""
    return is_leaf_type(get_named_type(found.type))


def _fields(target: GraphQLNamedType) -> Sequence[tuple[str, GraphQLField]]:
    assert isinstance(target, GraphQLObjectType | GraphQLInterfaceType), target.name
    return list(target.fields.items())


def _is_list(target: GraphQLNamedType) -> bool:
    return target.name.endswith(("Connection", "Edge"))


def _below(schema: GraphQLSchema, target: GraphQLNamedType, depth: int, met: set[str]) -> tuple[Asked, ...]:
    """What to ask of a type: all where it was not met before, as deep as a question may go; else its leaves."""
    if isinstance(target, GraphQLInterfaceType):
        return _any_record(schema, target)
    again = target.name in met
    met.add(target.name)
    asked: list[Asked] = [_leaf(target, name, each) for name, each in _fields(target) if is_leaf(each)]
    for name, each in _fields(target):
        returned = get_named_type(each.type)
        if is_leaf(each) or depth < 1 or (again and not _is_list(target)):
            continue
        below = _below(schema, returned, depth - 1, met)
        if below:
            # The arguments of a list have defaults; more than the least is asked for, so that nothing stays behind.
            many = "(first: 100)" if "first" in each.args else ""
            asked.append(Asked(target.name, name, name, returned.name, below, arguments=many))
    return tuple(asked)


def _leaf(target: GraphQLNamedType, name: str, found: GraphQLField) -> Asked:
    return Asked(target.name, name, name, get_named_type(found.type).name)


def _only_on(asked: Sequence[Asked], type_name: str) -> tuple[Asked, ...]:
    return tuple(replace(each, only_on=type_name) for each in asked)


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
