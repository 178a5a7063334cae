"""Rows with covered cells that refer to what was sent before, and how they become whole."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from indexer.feeds.cell_marks import MARK_WORD, Mark, is_genuine, read_mark
from schema.feed_records import ParsedRow, RowError, SentRow
from schema.vocabularies import FeedErrorCode
from stores.keys import KeyRing

_LEADS_NOWHERE: Final = (
    f"The value is covered, and what its mark 〖{MARK_WORD} … {MARK_WORD}〗 stands for cannot be told: the value was "
    "changed or moved, or the row it refers to or its key is not here. Write the whole value and take the mark away."
)


class MarkedCell(NamedTuple):
    """A cell with a mark, or with a piece of one. `number` is its place in this row, from 1; `field` the contract's."""

    number: int
    column: str
    field: str | None
    shown: str
    mark: Mark | None


class KeptAt(NamedTuple):
    """Where a row that was sent is kept."""

    run: str
    ordinal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedRow(SentRow):
    """A row with covered cells. It is read as an error: only with the values it refers to it is a row.

    `put` makes the row with values in the place of cells, by their number; one with other covered cells left is a
    marked row again.
    """

    cells: tuple[MarkedCell, ...]
    put: Callable[[Mapping[int, Any]], SentRow]

    def kept_at(self, keys: KeyRing) -> KeptAt | None:
        """The one row that its genuine marks refer to; None where they refer to several, or none is genuine."""
        places = {KeptAt(mark.run, mark.ordinal) for _, mark in self._genuine(keys)}
        return places.pop() if len(places) == 1 else None

    def whole(self, keys: KeyRing, values: Mapping[int, Any]) -> SentRow:
        """The row with what its genuine marks stand for; `values` are the kept row's, by the number of their cell."""
        found: dict[int, int] = {}
        for number, mark in self._genuine(keys):
            # Each value once: a row never grows beyond what was sent and what is kept.
            if mark.cell in values and mark.cell not in found:
                found[mark.cell] = number
        return self.put({number: values[cell] for cell, number in found.items()})

    def _genuine(self, keys: KeyRing) -> Iterable[tuple[int, Mark]]:
        for cell in self.cells:
            if cell.mark is not None and is_genuine(keys, cell.mark, column=cell.column, shown=cell.shown):
                yield cell.number, cell.mark


def marked_cells(cells: Iterable[tuple[int, str, str | None, str]]) -> tuple[MarkedCell, ...]:
    """Those of a row's cells (number, column, field, text) that hold a mark or a piece of one."""
    found = []
    for number, column, field, text in cells:
        marked = read_mark(text)
        if marked is not None:
            found.append(MarkedCell(number, column, field, marked.shown, marked.mark))
    return tuple(found)


def with_marks(row: SentRow, cells: tuple[MarkedCell, ...], put: Callable[[Mapping[int, Any]], SentRow]) -> SentRow:
    """The row as one with covered cells, where there are any."""
    if not cells:
        return row
    field = cells[0].field

    def read() -> ParsedRow:
        error = RowError(code=FeedErrorCode.BAD_VALUE, column=field, message=_LEADS_NOWHERE)
        return ParsedRow(ordinal=row.ordinal, line=row.line, raw=row.raw, outcome=error, warnings=())

    return MarkedRow(
        ordinal=row.ordinal, line=row.line, raw=row.raw, reading=row.reading, read=read, cells=cells, put=put
    )
