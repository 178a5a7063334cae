"""What a table is, by its header: the columns it has, and how a row of it becomes a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from indexer.feeds import columns as at
from indexer.feeds.columns import column_of
from indexer.feeds.published import published_case, stated
from schema.feed_records import FeedRecord, RowWarning

MIN_KNOWN_COLUMNS = 2
"""Columns a header must name to be one: a single word of a title may be a column's name by chance."""


class Layout(Protocol):
    """A table whose header was recognised."""

    @property
    def name(self) -> str:
        """The layout in words, as a run keeps it."""

    @property
    def columns(self) -> tuple[str | None, ...]:
        """What each cell of the header means, as errors name it; None for a column that is not read."""

    @property
    def identifying(self) -> frozenset[str]:
        """The columns that only a record fills, and no line of totals."""

    def record(self, cells: Sequence[str], warnings: list[RowWarning], *, sender: str | None) -> FeedRecord:
        """The record of a row of as many cells as the header has. Raises BadValueError."""


@dataclass(frozen=True, slots=True)
class PublishedLayout:
    """The published penalty table (双公示)."""

    columns: tuple[str | None, ...]
    name: str = "published table"
    identifying: frozenset[str] = frozenset({at.AGENCY_NAME, at.DOCUMENT_NUMBER})

    def record(self, cells: Sequence[str], warnings: list[RowWarning], *, sender: str | None) -> FeedRecord:
        """The penalty case of a row."""
        return published_case(stated(zip(self.columns, cells, strict=True)), warnings, sender=sender)


def recognise_layout(names: Sequence[str], *, sheet: str | None = None) -> Layout | None:
    """The layout whose columns a header names, or None for a line that is no header; `sheet` is a workbook's sheet."""
    del sheet
    columns = tuple(map(column_of, names))
    if sum(column is not None for column in columns) < MIN_KNOWN_COLUMNS:
        return None
    return PublishedLayout(columns)
