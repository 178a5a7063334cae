"""XLSX workbooks: the visible sheets, row by row, each cell as the text it would be in CSV.

A number is written in full and exactly as short as it is; a day as YYYY-MM-DD; an error is nothing. A number of more
than fifteen digits has lost the last ones when it was typed in: its row is rejected, for a wrong identity number is
worse than none.
"""

import hashlib
import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

import orjson
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from indexer.feeds import bounds
from indexer.feeds.headers import Header, header_of, require_distinct
from indexer.feeds.own_layouts import OwnLayout
from indexer.feeds.sources import FeedSource
from indexer.feeds.survey import HEADER_WITHIN, NO_HEADER
from indexer.feeds.tables import TableRow, trimmed
from indexer.feeds.values import MAX_TEXT
from indexer.feeds.workbook_parts import checked_copy
from schema.feed_records import SkippedLine
from stores.errors import UnreadableFeedError

Value = int | float | str | bool | time | date | datetime | timedelta
Sent = float | str | bool

_EXACT: Final = 10**15
_LOST_DIGITS: Final = (
    "The number has more than 15 digits, of which a spreadsheet keeps 15. Format the column as text and enter it again."
)
# A day without a number, which a cell formatted as a day shows as 1900-01-00.
_NO_DAY: Final = "1900-01-01"
_PANIC: Final = "PanicException"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet; `header` is None for one that is not read, for which there is a reason."""

    name: str
    grid: CalamineSheet | None
    header: Header | None
    header_line: int
    reason: str | None

    @property
    def lines(self) -> int:
        """Its lines to the last that holds something; 0 where it is not read."""
        return 0 if self.header is None or self.grid is None else self.grid.total_height

    def skipped(self) -> Iterator[SkippedLine]:
        """The lines above the first record, or the sheet that is not read."""
        if self.header is None or self.grid is None:
            yield SkippedLine(line=1, reason=self.reason or "blank", sheet=self.name)
            return
        for line, cells in _lines(self.grid, self.header_line - 1):
            yield SkippedLine(line=line, reason="title" if "".join(cells).strip() else "blank", sheet=self.name)
        yield SkippedLine(line=self.header_line, reason=self.header.reason, sheet=self.name)

    def rows(self) -> Iterator[TableRow]:
        """The rows below the header."""
        if self.header is None or self.grid is None:
            return
        merges = _Merges(self.grid)
        first = self.header_line + self.header.rows
        for line, values in enumerate(self.grid.iter_rows(), 1):
            filled = merges.fill(line, values) if merges.any else ()
            if line >= first:
                yield _row(line, values, filled)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook whose parts were checked."""

    sheets: tuple[Sheet, ...]
    sha256: str


def open_workbook(source: FeedSource, layouts: Sequence[OwnLayout] = ()) -> Workbook:
    """Read a workbook; `layouts` are agencies' own.

    Raises UnreadableFeedError for one that is damaged or hostile, or has no table we read.
    """
    name = source.member or source.path.name
    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as sent:
        size = 0
        for chunk in source.chunks():
            size += len(chunk)
            if size > bounds.MAX_WORKBOOK:
                raise UnreadableFeedError(
                    f"The workbook is larger than {bounds.MAX_WORKBOOK:,} bytes. Send it as CSV or JSON Lines."
                )
            digest.update(chunk)
            sent.write(chunk)
        with checked_copy(sent, name) as copy:
            try:
                sheets = _sheets(CalamineWorkbook.from_filelike(copy), layouts)
            except UnreadableFeedError:
                raise
            except (CalamineError, ValueError, OSError) as error:
                raise UnreadableFeedError(
                    "The workbook cannot be read. Open it, save it again as XLSX and send it again."
                ) from error
            except BaseException as error:
                # What the library's own Rust calls a panic is no Exception in Python.
                if type(error).__name__ != _PANIC:
                    raise
                raise UnreadableFeedError(
                    "The workbook is damaged. Open it, save it again as XLSX and send it again."
                ) from None
    shown = [sheet for sheet in sheets if sheet.header is not None]
    if not shown and any(sheet.grid is not None for sheet in sheets):
        raise UnreadableFeedError(f"No sheet of the workbook has a table. {NO_HEADER}")
    return Workbook(sheets, digest.hexdigest())


def _sheets(book: CalamineWorkbook, layouts: Sequence[OwnLayout]) -> tuple[Sheet, ...]:
    sheets = []
    for place, about in enumerate(book.sheets_metadata):
        if about.visible != SheetVisibleEnum.Visible:
            sheets.append(Sheet(about.name, None, None, 0, "hidden sheet, not read"))
        elif about.typ != SheetTypeEnum.WorkSheet:
            sheets.append(Sheet(about.name, None, None, 0, "no sheet of cells, not read"))
        else:
            sheets.append(_sheet(about.name, book.get_sheet_by_index(place), layouts))
    return tuple(sheets)


def _sheet(name: str, grid: CalamineSheet, layouts: Sequence[OwnLayout]) -> Sheet:
    if grid.end is None:
        return Sheet(name, None, None, 0, "blank")
    lines = [(line, trimmed(cells)) for line, cells in _lines(grid, bounds.LAST_ROW) if "".join(cells).strip()]
    for place, (line, cells) in enumerate(lines[:HEADER_WITHIN]):
        below: Sequence[str] = ()
        if place + 1 < len(lines) and lines[place + 1][0] == line + 1:
            below = lines[place + 1][1]
        if header := header_of(cells, below, sheet=name, own=layouts):
            require_distinct(header)
            return Sheet(name, grid, header, line, None)
    return Sheet(name, grid, None, 0, f"no header that is known; the sheet was not read ({len(lines)} rows)")


def _lines(grid: CalamineSheet, until: int) -> Iterator[tuple[int, list[str]]]:
    """The lines of a sheet as texts, to the one asked for."""
    for line, values in enumerate(grid.iter_rows(), 1):
        if line > until:
            return
        yield line, [_text(value) for value in values]


def _row(line: int, values: Sequence[Value], filled: Sequence[int]) -> TableRow:
    cells = [_text(value) for value in values]
    sent = [_sent(value, cell) for value, cell in zip(values, cells, strict=True)]
    while sent and sent[-1] == "":
        sent.pop()
    # Without its place: a row that moved is the same row.
    raw = orjson.dumps({"cells": sent, "merged": filled} if filled else {"cells": sent})
    flaws = {
        index: _LOST_DIGITS
        for index, value in enumerate(values)
        if isinstance(value, float) and math.isfinite(value) and abs(value) >= _EXACT
    }
    problem = None
    if max(map(len, cells)) > MAX_TEXT:
        problem = f"A cell is longer than {MAX_TEXT:,} characters."
    return TableRow(line, cells, raw, problem, flaws or None, tuple(filled))


def _text(value: Value) -> str:
    """A cell as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    return _time(value)


def _time(value: date | time | timedelta) -> str:
    if isinstance(value, datetime):
        whole = (value + timedelta(milliseconds=500)).replace(microsecond=0)
        return whole.date().isoformat() if whole.time() == time() else whole.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return _NO_DAY if value == time() else value.isoformat("seconds")
    return f"{value.total_seconds() / 3600:g} h"


def _number(value: float) -> str:
    if not math.isfinite(value):
        return repr(value)
    if value == int(value):
        return str(int(value))
    text = repr(value)
    return f"{value:.20f}".rstrip("0") if "e" in text else text


def _sent(value: Value, cell: str) -> Sent:
    """A cell as it is kept: numbers stay numbers, so that one that lost digits is not taken for a text later."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and math.isfinite(value):
        return value
    return cell


def text_of_sent(cell: Sent) -> str:
    """A cell that was kept, as text."""
    return _text(cell)


def with_sent(row: TableRow, cells: Mapping[int, Sent]) -> TableRow:
    """A row of a sheet with cells that were kept in the place of others, by their number from 1."""
    kept: list[Value] = orjson.loads(row.raw)["cells"]
    return _row(row.line, [cells.get(number, cell) for number, cell in enumerate(kept, 1)], row.filled)


class _Merges:
    """Cells merged over several rows of one column: their value is that of each row."""

    def __init__(self, grid: CalamineSheet) -> None:
        self._beginning: dict[int, list[tuple[int, int]]] = {}
        self._reaching: dict[int, tuple[int, Value]] = {}
        for (top, left), (bottom, right) in grid.merged_cell_ranges or ():
            if left == right and top < bottom and left < bounds.MAX_COLUMNS:
                self._beginning.setdefault(top + 1, []).append((left, bottom + 1))
        self.any = bool(self._beginning)

    def fill(self, line: int, values: list[Value]) -> list[int]:
        """Fill the cells of a row that belong to a merged one above; answers which. A blank row stays blank."""
        for column in [column for column, (last, _) in self._reaching.items() if last < line]:
            del self._reaching[column]
        filled = []
        if any(value != "" for value in values):
            for column, (_, value) in self._reaching.items():
                if column < len(values) and values[column] == "":
                    values[column] = value
                    filled.append(column)
        for column, last in self._beginning.get(line, ()):
            if column < len(values) and values[column] != "":
                self._reaching[column] = (last, values[column])
        return sorted(filled)
