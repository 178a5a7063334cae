"""A table in an agency's own layout: its headers, fixed values and words, as a layout file maps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.feeds import columns as at
from indexer.feeds.columns import header_key
from indexer.feeds.json_records import json_record
from indexer.feeds.kind_tables import IDENTIFYING, KIND, Column, put, require_distinct, value_of
from indexer.feeds.kinds.description import FieldType
from indexer.feeds.published import published_case, stated
from indexer.feeds.values import folded, is_null
from indexer.feeds.words import parts_of
from schema.feed_records import FeedRecord, RowWarning
from schema.vocabularies import FeedKind
from stores.errors import UnreadableFeedError

_LISTS = (FieldType.WORDS, FieldType.NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnColumn:
    """A column of an agency's own: the field it is and what its words mean, by the word as it is compared.

    `path` is the contract's field, or the column of the published table, for which `column` is None.
    """

    header: str
    path: str
    column: Column | None
    words: Mapping[str, str]

    def value(self, cell: str) -> Any:
        """What JSON has for the cell; None for one that says nothing. Raises BadValueError."""
        meant = self.words.get(folded(cell), cell)
        if is_null(meant):
            return None
        if self.column is None:
            return meant
        if self.words and self.column.field.type in _LISTS and not meant.lstrip().startswith("["):
            return [self.words.get(folded(part), part) for part in parts_of(meant)]
        return value_of(self.column, meant)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLayout:
    """What a layout file says. `kind` is None for a layout of the published table; `columns` go by compared header.

    `constants` are values as JSON has them, by path: those of fields that every row has and no column tells.
    """

    name: str
    file: str
    kind: FeedKind | None
    columns: Mapping[str, OwnColumn]
    constants: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OwnTable:
    """A table whose header has all the columns of an agency's own layout."""

    layout: OwnLayout
    own: tuple[OwnColumn | None, ...]

    @property
    def name(self) -> str:
        """The layout in words, as a run keeps it."""
        return self.layout.name

    @property
    def columns(self) -> tuple[str | None, ...]:
        """The field, or the published table's column, of each cell of the header."""
        return tuple(None if column is None else column.path for column in self.own)

    @property
    def identifying(self) -> frozenset[str]:
        """The columns that only a record fills, and no line of totals."""
        return IDENTIFYING if self.layout.kind is not None else frozenset({at.AGENCY_NAME, at.DOCUMENT_NUMBER})

    def record(self, cells: Sequence[str], warnings: list[RowWarning], *, sender: str | None) -> FeedRecord:
        """The record of a row. Raises BadValueError."""
        kind = self.layout.kind
        if kind is None:
            read = {
                column.path: column.value(cell) or "" for column, cell in zip(self.own, cells, strict=True) if column
            }
            return published_case(stated((read | dict(self.layout.constants)).items()), warnings, sender=sender)
        sent: dict[str, Any] = {KIND: kind.value}
        for path, value in self.layout.constants.items():
            put(sent, path, value)
        for column, cell in zip(self.own, cells, strict=True):
            if column is not None and (value := column.value(cell)) is not None:
                put(sent, column.path, value)
        return json_record(sent, warnings, sender=sender)


def recognise_own(names: Sequence[str], known: Sequence[OwnLayout]) -> OwnTable | None:
    """The table of the layout with most columns, of those whose columns a header has all; None where there is none.

    Raises UnreadableFeedError for a header that two of them fit equally well, and for one that names a column twice.
    """
    if not known:
        return None
    keys = [header_key(name) for name in names]
    fitting = sorted(
        (layout for layout in known if layout.columns.keys() <= set(keys)), key=lambda layout: -len(layout.columns)
    )
    if not fitting:
        return None
    if len(fitting) > 1 and len(fitting[0].columns) == len(fitting[1].columns):
        raise UnreadableFeedError(
            f"The header fits the layouts {fitting[0].name} ({fitting[0].file}) and {fitting[1].name} "
            f"({fitting[1].file}) equally well. Remove one of them."
        )
    own = tuple(map(fitting[0].columns.get, keys))
    require_distinct(column.path for column in own if column is not None)
    return OwnTable(fitting[0], own)
