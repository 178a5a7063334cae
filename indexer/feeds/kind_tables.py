"""Tables of the platform's own kinds: which kind a header is of, and how a row of it becomes a record.

A cell of the header is a field's name or its Chinese label; a field of an object has a column of its own
(`party.name`), and a list stands in its cell as JSON, or as words with 、 between. Errors name the contract's field.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final

import orjson

from indexer.feeds.columns import LONGEST_HEADER, header_key
from indexer.feeds.json_records import json_record, unknown_kind
from indexer.feeds.kinds.catalogue import KINDS, named_kind
from indexer.feeds.kinds.description import Field, FieldType
from indexer.feeds.money import TEN_THOUSAND_YUAN, YUAN, parse_money
from indexer.feeds.values import bad_value, is_null
from indexer.feeds.words import parts_of
from schema.feed_records import FeedRecord, RowWarning
from schema.vocabularies import FeedKind
from stores.errors import UnreadableFeedError

MIN_KNOWN_COLUMNS: Final = 2
"""Columns a header must name to be one: a single word of a title may be a column's name by chance."""

KIND: Final = "kind"
KIND_LABEL: Final = "记录类型"
_KIND_KEYS: Final = frozenset(map(header_key, (KIND, KIND_LABEL)))

IDENTIFYING: Final = frozenset({KIND, "agency", "documentNumber", "filingNumber", "region"})
"""The columns that only a record fills, and no line of totals."""

_IN_YUAN: Final = "(元)"
_IN_TEN_THOUSAND_YUAN: Final = "(万元)"


@dataclass(frozen=True, slots=True)
class Column:
    """A field as a column: its path (`party.name`), and the unit of its amounts in yuan."""

    path: str
    field: Field
    unit: Decimal = YUAN


Columns = tuple[Column | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTable:
    """A table of one kind or of several; `columns_of` gives the columns as each kind knows them.

    A row's own `kind` decides; where it has none, `kind` does, which the sheet's name or the whole header gives.
    """

    name: str
    columns: tuple[str | None, ...]
    columns_of: Mapping[FeedKind, Columns]
    kind: FeedKind | None
    identifying: frozenset[str] = IDENTIFYING

    def record(self, cells: Sequence[str], warnings: list[RowWarning], *, sender: str | None) -> FeedRecord:
        """The record of a row, which is that of a JSON object with the same values. Raises BadValueError."""
        kind = self._kind_of(cells)
        sent: dict[str, Any] = {KIND: kind.value}
        for column, path, cell in zip(self.columns_of[kind], self.columns, cells, strict=True):
            if path == KIND or is_null(cell):
                continue
            if column is not None:
                put(sent, column.path, value_of(column, cell))
            elif path is not None:
                # Another kind's column: the reader of this kind warns that it has no such field.
                sent[path] = cell
        return json_record(sent, warnings, sender=sender)

    def _kind_of(self, cells: Sequence[str]) -> FeedKind:
        kind = self.kind
        if KIND in self.columns and not is_null(cell := cells[self.columns.index(KIND)]):
            kind = named_kind(cell)
        if kind is None:
            raise unknown_kind()
        return kind


def put(sent: dict[str, Any], path: str, value: Any) -> None:
    """Set a value of an object, or of the object inside it that the path names."""
    outer, _, inner = path.partition(".")
    if inner:
        sent.setdefault(outer, {})[inner] = value
    else:
        sent[outer] = value


def value_of(column: Column, cell: str) -> Any:
    """What JSON has for a cell. Raises BadValueError for a list that is none, and for an amount."""
    match column.field.type:
        case FieldType.OBJECTS:
            return _json_list(cell, column.path)
        case FieldType.WORDS | FieldType.NAMES:
            return _json_list(cell, column.path) if cell.lstrip().startswith("[") else parts_of(cell)
        case FieldType.MONEY if column.unit != YUAN:
            return str(parse_money(cell, column.path, unit=column.unit))
        case _:
            return cell


def _json_list(cell: str, path: str) -> Any:
    try:
        value = orjson.loads(cell)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, list):
        raise bad_value(path, "A JSON list is expected in this cell, in square brackets, with quotes in ASCII.")
    return value


def recognise_kinds(names: Sequence[str], sheet: str | None, *, at_least: int) -> KindTable | None:
    """The table of kinds whose fields a header names; None for a line that is no header of one.

    A `kind` column or a sheet named after a kind says that it is one. Else the header must name more than `at_least`
    fields of one kind, all that the kind requires among them. Raises UnreadableFeedError for a header that fits
    several kinds equally well, and for one that names a field twice.
    """
    keys = [header_key(name) if len(name) <= LONGEST_HEADER else "" for name in names]
    columns_of = {kind: tuple(map(_headers(kind).get, keys)) for kind in KINDS}
    known = {kind: _count(columns) for kind, columns in columns_of.items()}
    if any(key in _KIND_KEYS for key in keys):
        if max(known.values()) + 1 < max(MIN_KNOWN_COLUMNS, at_least):
            return None
        kind = (named_kind(sheet) if sheet else None) or _only(_best(columns_of, known))
        return _table(keys, columns_of, kind)
    if sheet and (named := named_kind(sheet)) is not None:
        if known[named] < max(MIN_KNOWN_COLUMNS, at_least):
            return None
        return _table(keys, {named: columns_of[named]}, named)
    best = _best(columns_of, known)
    if not best or known[best[0]] < max(MIN_KNOWN_COLUMNS, at_least + 1):
        return None
    if (only := _only(best)) is None:
        fitting = ", ".join(f"{kind.value} ({kind.label})" for kind in best)
        raise UnreadableFeedError(
            f"The header fits the kinds {fitting} equally well. Add the column {KIND_LABEL} (kind), or name the sheet "
            "after the kind."
        )
    return _table(keys, {only: columns_of[only]}, only)


def _best(columns_of: Mapping[FeedKind, Columns], known: Mapping[FeedKind, int]) -> list[FeedKind]:
    """The kinds that have most of a header's cells, of those whose required fields are all there."""
    complete = [kind for kind, columns in columns_of.items() if _has_required(kind, columns)]
    most = max((known[kind] for kind in complete), default=0)
    return [kind for kind in complete if known[kind] == most]


def _only(kinds: list[FeedKind]) -> FeedKind | None:
    return kinds[0] if len(kinds) == 1 else None


def _has_required(kind: FeedKind, columns: Columns) -> bool:
    there = {column.path for column in columns if column is not None}
    return all(field.name in there for field in KINDS[kind].fields if field.required)


def _count(columns: Columns) -> int:
    return len({column.path for column in columns if column is not None})


def _table(keys: list[str], columns_of: Mapping[FeedKind, Columns], kind: FeedKind | None) -> KindTable:
    for columns in columns_of.values():
        require_distinct(column.path for column in columns if column is not None)
    paths = [KIND if key in _KIND_KEYS else None for key in keys]
    require_distinct(path for path in paths if path)
    for columns in columns_of.values():
        paths = [path or (column.path if column else None) for path, column in zip(paths, columns, strict=True)]
    return KindTable(
        name="table of several kinds" if len(columns_of) > 1 else f"table of {next(iter(columns_of)).value}",
        columns=tuple(paths),
        columns_of=columns_of,
        kind=kind,
    )


def require_distinct(paths: Iterable[str]) -> None:
    """Refuse a header that names a field twice. Raises UnreadableFeedError."""
    twice = [path for path, times in Counter(paths).items() if times > 1]
    if twice:
        raise UnreadableFeedError(f"The header names the column {twice[0]} twice. Keep one of the two.")


@cache
def _headers(kind: FeedKind) -> dict[str, Column]:
    """The columns of a kind by every header they are known by."""
    headers: dict[str, Column] = {}
    for path, field in columns_of_kind(kind):
        column = Column(path, field)
        for label in (path, field.label, *field.other_labels):
            headers[header_key(label)] = column
        if field.label.endswith(_IN_YUAN):
            other = field.label.removesuffix(_IN_YUAN) + _IN_TEN_THOUSAND_YUAN
            headers[header_key(other)] = Column(path, field, TEN_THOUSAND_YUAN)
    return headers


def columns_of_kind(kind: FeedKind) -> list[tuple[str, Field]]:
    """The columns of a kind in order: each field with its path; an object's fields stand in its place."""
    found: list[tuple[str, Field]] = []
    for field in KINDS[kind].fields:
        if field.type is FieldType.OBJECT:
            found += [(f"{field.name}.{inner.name}", inner) for inner in field.fields]
        else:
            found.append((field.name, field))
    return found


def column_named(kind: FeedKind, path: str) -> Column | None:
    """The column of a field given by its path; None where the kind has no such field."""
    field = dict(columns_of_kind(kind)).get(path)
    return None if field is None else Column(path, field)
