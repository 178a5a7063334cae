"""Reading and checking the YAML files that describe agencies' own layouts.

A file is a small mapping: `name`, `kind` (or `published`), `columns` (header to field), and where needed `constants`
(field to value) and `values` (header to what its words mean). Every scalar is a text; anchors, tags and deep nesting
are refused, so that a file is never more than it looks. An error names the file, the line and what is expected.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NoReturn

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from indexer.feeds import columns as at
from indexer.feeds.columns import column_of, header_key
from indexer.feeds.kind_tables import MIN_KNOWN_COLUMNS, Column, column_named, columns_of_kind, value_of
from indexer.feeds.kinds.catalogue import KINDS, named_kind
from indexer.feeds.kinds.description import FieldType
from indexer.feeds.money import TEN_THOUSAND_YUAN, YUAN
from indexer.feeds.objects import read_value
from indexer.feeds.own_layouts import OwnColumn, OwnLayout
from indexer.feeds.values import BadValueError, folded, is_null
from indexer.feeds.words import named_word, parts_of
from indexer.small_files import read_small_file
from schema.vocabularies import FeedKind
from stores.errors import LayoutError

MAX_BYTES: Final = 64 * 1024
"""Bytes of the longest layout file."""

PUBLISHED: Final = "published"
"""What a layout of the published table (双公示) names as its kind."""

_DEEPEST: Final = 4
_UNITS: Final = {"元": YUAN, "万元": TEN_THOUSAND_YUAN}
# The published table has a column of each unit for an amount.
_BOTH_AMOUNTS: Final = {
    column: {"万元": in_ten_thousand, "元": in_yuan}
    for in_ten_thousand, in_yuan in ((at.FINE, at.FINE_YUAN), (at.CONFISCATED, at.CONFISCATED_YUAN))
    for column in (in_ten_thousand, in_yuan)
}
_PATTERNS: Final = ("*.yaml", "*.yml")

Place = tuple[str, ...]
Lines = dict[Place, int]


def _unit_in(header: str) -> str | None:
    """The unit that a header of amounts states."""
    return next((unit for unit in ("万元", "元") if unit in header_key(header)), None)


def _as_column(value: Any) -> Any:
    return {"field": value} if isinstance(value, str) else value


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _SentColumn(_Model):
    field: str
    unit: Literal["元", "万元"] | None = None


class _LayoutFile(_Model):
    name: Annotated[str, Field(min_length=1, max_length=80)]
    kind: str
    columns: Annotated[
        dict[str, Annotated[_SentColumn, BeforeValidator(_as_column)]],
        Field(min_length=MIN_KNOWN_COLUMNS, max_length=200),
    ]
    constants: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}


def read_layouts(folder: Path) -> tuple[OwnLayout, ...]:
    """The layouts of a folder's YAML files, by file name. Raises LayoutError for the first that cannot be used."""
    return tuple(map(read_layout, layout_files(folder)))


def layout_files(folder: Path) -> list[Path]:
    """A folder's YAML files, by name. Raises LayoutError where there is no such folder."""
    if not folder.is_dir():
        raise LayoutError(f"{folder} is no folder. Name the folder of the layout files (JIANDU_LAYOUTS_DIR).")
    return sorted(path for pattern in _PATTERNS for path in folder.glob(pattern))


def read_layout(path: Path) -> OwnLayout:
    """The layout that a file describes. Raises LayoutError, naming the line, for one that cannot be used."""
    text = read_small_file(path, most=MAX_BYTES, what="layout", error=LayoutError)
    try:
        return _Checker(path, *_parsed(text)).layout()
    except _RefusedYamlError as error:
        raise LayoutError(f"{path}, line {error.line}: {error.reason}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        what = getattr(error, "problem", None) or "a character that YAML does not allow"
        raise LayoutError(f"{path}{where}: this is no YAML: {what}.") from error


class _RefusedYamlError(Exception):
    """YAML that is well-formed, and more than a layout needs."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def _parsed(text: str) -> tuple[Any, Lines]:
    """The text as mappings, lists and strings, and the line on which each stands."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        reason = None
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            reason = "anchors, aliases and tags are not read. Write it out."
        elif depth > _DEEPEST:
            reason = "this is nested deeper than any layout."
        if reason is not None:
            raise _RefusedYamlError(event.start_mark.line + 1 if event.start_mark else 1, reason)
    node = yaml.compose(text, Loader=yaml.BaseLoader)
    lines: Lines = {}
    return (None if node is None else _plain(node, (), lines)), lines


def _plain(node: yaml.Node, place: Place, lines: Lines) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*place, str(index)), lines) for index, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return str(node.value)
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise _RefusedYamlError(line, "a text is expected as the key. Put quotes around it.")
        if key.value in found:
            raise _RefusedYamlError(line, f"{key.value} stands here twice. Keep one of the two.")
        lines[*place, key.value] = line
        found[key.value] = _plain(value, (*place, key.value), lines)
    return found


class _Checker:
    """Checks what a file says against the kinds there are."""

    def __init__(self, path: Path, sent: Any, lines: Lines) -> None:
        self._path = path
        self._lines = lines
        if not isinstance(sent, dict):
            raise LayoutError(f"{path}: a mapping is expected, with name, kind and columns.")
        try:
            self._file = _LayoutFile.model_validate(sent)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            self._refuse(tuple(map(str, first["loc"])), f"{first['msg']}.")
        self._kind = self._known_kind()

    def layout(self) -> OwnLayout:
        """The layout; LayoutError for the first thing that is wrong with it."""
        columns: dict[str, OwnColumn] = {}
        for header, sent in self._file.columns.items():
            place = ("columns", header)
            key = header_key(header)
            if not key:
                self._refuse(place, "a header of at least one letter or character is expected.")
            if key in columns:
                self._refuse(place, f"the header {columns[key].header} is the same but for spaces and signs.")
            columns[key] = self._column(place, header, sent)
        self._require_each_once([(("columns", column.header), column.path) for column in columns.values()])
        for header in self._file.values:
            if header not in self._file.columns:
                self._refuse(("values", header), "a header that stands under columns is expected.")
        constants = dict(self._constants({column.path for column in columns.values()}))
        self._require_complete(constants.keys() | {column.path for column in columns.values()})
        return OwnLayout(
            name=self._file.name, file=self._path.name, kind=self._kind, columns=columns, constants=constants
        )

    def _known_kind(self) -> FeedKind | None:
        if self._file.kind == PUBLISHED:
            return None
        kind = named_kind(self._file.kind)
        if kind is None:
            self._refuse(("kind",), f"one of {PUBLISHED}, {', '.join(known.value for known in FeedKind)} is expected.")
        return kind

    def _column(self, place: Place, header: str, sent: _SentColumn) -> OwnColumn:
        path, column = self._field(place, sent.field)
        is_money = path in _BOTH_AMOUNTS if column is None else column.field.type is FieldType.MONEY
        if sent.unit is not None and not is_money:
            self._refuse((*place, "unit"), f"{path} is no amount of money and has no unit.")
        unit = sent.unit or _unit_in(header)
        if is_money and unit is not None:
            if column is None:
                path = _BOTH_AMOUNTS[path][unit]
            else:
                column = Column(column.path, column.field, _UNITS[unit])
        return OwnColumn(header=header, path=path, column=column, words=self._words(header, column))

    def _field(self, place: Place, name: str) -> tuple[str, Column | None]:
        """A field by its path, or a column of the published table by its name or code."""
        if self._kind is None:
            found = column_of(name)
            if found is None:
                self._refuse(place, f"{name} is no column of the published table; its name or code is expected.")
            return found, None
        column = column_named(self._kind, name)
        if column is None:
            fields = ", ".join(path for path, _ in columns_of_kind(self._kind))
            self._refuse(place, f"{name} is no field of {self._kind.value}. One of these is expected: {fields}.")
        return column.path, column

    def _words(self, header: str, column: Column | None) -> Mapping[str, str]:
        words = {}
        for sent, meant in self._file.values.get(header, {}).items():
            if column is not None and column.field.vocabulary is not None:
                self._require_words(("values", header, sent), column, meant)
            words[folded(sent)] = meant
        return words

    def _require_words(self, place: Place, column: Column, meant: str) -> None:
        vocabulary = column.field.vocabulary
        for word in parts_of(meant) if column.field.type is FieldType.WORDS else [meant]:
            try:
                named_word(vocabulary, word, column.path) if vocabulary else None
            except BadValueError as error:
                self._refuse(place, f"{error.message}")

    def _constants(self, mapped: set[str]) -> Iterator[tuple[str, Any]]:
        for name, text in self._file.constants.items():
            place = ("constants", name)
            path, column = self._field(place, name)
            if path in mapped:
                self._refuse(place, f"{path} has a column already. Keep one of the two.")
            if is_null(text):
                self._refuse(place, "a value that says something is expected.")
            yield path, text if column is None else self._constant(place, column, text)

    def _constant(self, place: Place, column: Column, text: str) -> Any:
        try:
            value = value_of(column, text)
            read_value(column.field, value, column.path, [])
        except BadValueError as error:
            self._refuse(place, error.message)
        return value

    def _require_each_once(self, paths: list[tuple[Place, str]]) -> None:
        seen = set()
        for place, path in paths:
            if path in seen:
                self._refuse(place, f"{path} has a column already. Keep one of the two.")
            seen.add(path)

    def _require_complete(self, there: set[str]) -> None:
        if self._kind is None:
            return
        for field in KINDS[self._kind].fields:
            if field.required and field.name not in there:
                self._refuse(("columns",), f"{self._kind.value} needs {field.name}, from a column or under constants.")

    def _refuse(self, place: Place, reason: str) -> NoReturn:
        known = place
        while known and known not in self._lines:
            known = known[:-1]
        line = self._lines.get(known, 1)
        raise LayoutError(f"{self._path}, line {line}: {'.'.join(place)}: {reason}")
