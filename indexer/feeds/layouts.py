"""What a table is, by its header: the columns it has, and how a row of it becomes a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from indexer.feeds import columns as at
from indexer.feeds.columns import column_of
from indexer.feeds.kind_tables import MIN_KNOWN_COLUMNS, recognise_kinds
from indexer.feeds.own_layouts import OwnLayout, recognise_own
from indexer.feeds.published import published_case, stated
from schema.feed_records import FeedRecord, RowWarning

EXPLANATIONS_SHEET: Final = "说明"
"""The sheet of a workbook that explains the columns; it holds no rows, whatever stands in it."""


class Layout(Protocol):
    """A table whose header was recognised."""

    @property
    def name(self) -> str:
        """The layout in words, as a run keeps it."""

    @property
    def columns(self) -> tuple[str | None, ...]:
        """What each cell of the header means, as errors name it; None for a column that is not read.

        That is the standard's name of a column of the published table, and the contract's field (`party.name`) in any
        other, whatever the header calls it.
        """

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


def recognise_layout(names: Sequence[str], *, sheet: str | None = None, own: Sequence[OwnLayout] = ()) -> Layout | None:
    """The layout whose columns a header names, or None for a line that is no header.

    `sheet` is a workbook's sheet, `own` the agencies' own layouts that are known: one whose headers are all there comes
    first. The published table comes before the kinds where it knows as many of the columns, unless a column or the
    sheet's name says which kind it is. Raises UnreadableFeedError, saying what to do, for a header that fits several
    equally well, and for one that names a column twice.
    """
    if sheet is not None and sheet.strip() == EXPLANATIONS_SHEET:
        return None
    if (found := recognise_own(names, own)) is not None:
        return found
    columns = tuple(map(column_of, names))
    known = len({column for column in columns if column is not None})
    if (table := recognise_kinds(names, sheet, at_least=known)) is not None:
        return table
    return PublishedLayout(columns) if known >= MIN_KNOWN_COLUMNS else None
