"""The table of who may see and do what (access.yaml), read strictly, and the part of docs/security.md made from it."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import yaml
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, build_schema

from schema.access_vocabularies import Role

REPOSITORY: Final = Path(__file__).resolve().parents[2]
TABLE: Final = REPOSITORY / "tests" / "acceptance" / "access.yaml"
SDL: Final = REPOSITORY / "schema" / "schema.graphql"
DOCUMENT: Final = REPOSITORY / "docs" / "security.md"
BEGIN: Final = "<!-- from tests/acceptance/access.yaml: python -m tests.acceptance.access_table --write -->"
END: Final = "<!-- the end of what is made from tests/acceptance/access.yaml -->"


class Seen(StrEnum):
    """What a role is shown of a field; the more comes later."""

    FORBIDDEN = "forbidden"
    HIDDEN = "hidden"
    MASKED = "masked"
    SHOWN = "shown"

    @property
    def rank(self) -> int:
        return list(Seen).index(self)


SHOWN_IN_CHINESE: Final = {
    Seen.SHOWN: "shown 显示",
    Seen.MASKED: "masked 脱敏",
    Seen.HIDDEN: "hidden 隐藏",
    Seen.FORBIDDEN: "forbidden 拒绝",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What a role is shown of a class: of what is in the account's scope, and of what is not."""

    within: Seen
    beyond: Seen

    @classmethod
    def read(cls, text: str) -> "Cell":
        within, _, beyond = text.partition(" | ")
        return cls(Seen(within), Seen(beyond or within))

    def of(self, *, in_scope: bool) -> Seen:
        return self.within if in_scope else self.beyond


@dataclass(frozen=True, slots=True)
class AccessClass:
    """Fields of which each role is shown the same."""

    name: str
    title: str
    about: str
    cells: Mapping[Role, Cell]
    fields: tuple[str, ...]
    """Each as `Type.field`, in the order of the file."""

    @property
    def by_scope(self) -> bool:
        """Whether it matters to anybody whose record it is."""
        return any(cell.within is not cell.beyond for cell in self.cells.values())


@dataclass(frozen=True, slots=True)
class AccessTable:
    """Every class by its name."""

    classes: Mapping[str, AccessClass]
    class_of: Mapping[str, AccessClass]
    """By `Type.field`."""

    def cell(self, field: str, role: Role) -> Cell:
        """What a role is shown of a field."""
        return self.class_of[field].cells[role]


class TableError(Exception):
    """The table contradicts itself, or is no table."""


def read_table(text: str | None = None) -> AccessTable:
    """Read the table. Raises TableError, saying what to do."""
    # Every word is a word: `on` is the name of a field.
    told: Any = yaml.load(TABLE.read_text(encoding="utf-8") if text is None else text, Loader=yaml.BaseLoader)  # noqa: S506  makes texts, lists and mappings only
    classes, fields = told["classes"], told["fields"]
    for missing in set(classes) ^ set(fields):
        raise TableError(f"The class {missing!r} must stand under `classes` and under `fields`.")
    read = {
        name: AccessClass(name, about["title"], about["about"], _cells(name, about["cells"]), _names(fields[name]))
        for name, about in classes.items()
    }
    class_of: dict[str, AccessClass] = {}
    for each in read.values():
        for field in each.fields:
            before = class_of.setdefault(field, each)
            if before is not each:
                raise TableError(f"{field} stands under {before.name!r} and {each.name!r}. Leave it in one class.")
    return AccessTable(read, class_of)


def _cells(name: str, told: Mapping[str, Sequence[str]]) -> Mapping[Role, Cell]:
    cells: dict[Role, Cell] = {}
    for text, roles in told.items():
        for role in map(Role, roles):
            if role in cells:
                raise TableError(f"{role} stands twice in the cells of the class {name!r}. Leave it in one.")
            cells[role] = Cell.read(text)
    for role in Role:
        if role not in cells:
            raise TableError(f"The class {name!r} does not say what {role} is shown. Add the role to one of its cells.")
    return cells


def _names(told: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(f"{type_name}.{field}" for type_name, names in told.items() for field in names)


def printed_schema() -> GraphQLSchema:
    """The API as it is printed to schema/schema.graphql."""
    return build_schema(SDL.read_text(encoding="utf-8"))


def fields_of(schema: GraphQLSchema) -> Iterator[str]:
    """Every `Type.field` that can be asked for."""
    for name, found in schema.type_map.items():
        if isinstance(found, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__"):
            yield from (f"{name}.{field}" for field in found.fields)


# The part of docs/security.md --------------------------------------------------------------------------------------


def section(table: AccessTable) -> str:
    """The table in Markdown: roles by classes, then the fields of each class."""
    lines = [
        BEGIN,
        "",
        "### Roles by classes of fields 角色与字段类别对照",
        "",
        "Of what is in the account's scope / of what is not; one word: of everything. What is hidden is null, empty or",
        "0, as if there were none. 管辖范围内 / 管辖范围外；只有一个词的不分范围。隐藏即空值、空列表或零，如同不存在。",
        "",
        f"| {' | '.join(['class 类别', *(f'`{role}` {role.label}' for role in Role)])} |",
        f"|{'---|' * (len(Role) + 1)}",
    ]
    for each in table.classes.values():
        cells = (_shown(each.cells[role]) for role in Role)
        lines.append(f"| {' | '.join([each.title, *cells])} |")
    lines += ["", "### Fields by class 各类别的字段", ""]
    for each in table.classes.values():
        lines += [f"**{each.title}** (`{each.name}`). {each.about}", ""]
        by_type: dict[str, list[str]] = {}
        for field in each.fields:
            type_name, _, name = field.partition(".")
            by_type.setdefault(type_name, []).append(f"`{name}`")
        lines += [f"- {type_name}: {', '.join(names)}" for type_name, names in by_type.items()]
        lines.append("")
    return "\n".join([*lines, END])


def _shown(cell: Cell) -> str:
    within, beyond = SHOWN_IN_CHINESE[cell.within], SHOWN_IN_CHINESE[cell.beyond]
    return within if within == beyond else f"{within} / {beyond}"


def written(document: str, table: AccessTable) -> str:
    """The document with the section as it should be. Raises TableError where it has no place for it."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise TableError(f"{DOCUMENT.name} lacks the lines {BEGIN!r} and {END!r}, between which the table stands.")
    return before + section(table) + after


def main(arguments: Sequence[str]) -> int:
    """Write the section, or say whether it is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the section; else it is only compared")
    chosen = parser.parse_args(arguments)
    document = DOCUMENT.read_text(encoding="utf-8")
    wanted = written(document, read_table())
    if chosen.write:
        DOCUMENT.write_text(wanted, encoding="utf-8")
        return 0
    return int(document != wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
