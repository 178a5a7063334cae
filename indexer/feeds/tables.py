"""The rows of tables as records: headers, titles, blank lines and totals told apart, in CSV and in sheets alike."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, NamedTuple

from indexer.feeds import bounds
from indexer.feeds.cell_marks import MARK_WORD
from indexer.feeds.forms import TableForm
from indexer.feeds.headers import ERROR_COLUMNS, Header, header_of
from indexer.feeds.marked_rows import marked_cells, with_marks
from indexer.feeds.own_layouts import OwnLayout
from indexer.feeds.reading import reading_of
from indexer.feeds.values import BadValueError
from schema.feed_records import FeedRecord, ParsedRow, RowError, RowWarning, SentRow, SkippedLine
from schema.spreadsheet_text import unguarded
from schema.vocabularies import FeedErrorCode
from stores.errors import UnreadableFeedError

_TOTAL = re.compile(r"(?:本页|本頁)?\s*(?:合\s*[计計]|[总總]\s*[计計]|小\s*[计計]|共\s*[计計])[\s:：0-9.,]*")
# How many rows there are, or what they come to: it may stand in any column of a line of totals.
_COUNT = re.compile(r"[\s0-9.,，]*(?:件|条|起|户|宗|家|个|元|万元)?\s*")
_LONGEST_MARK: Final = 40
_LONGEST_NAME: Final = 80
# Hardly any record is without a number, a date or a year, and no name of a column has one.
_NUMBER = re.compile(r"[0-9]{4}")
_PENDING_AT_ONCE: Final = 10
_MERGED: Final = "The value is that of a cell merged over several rows, and was taken for each of them."


class TableRow(NamedTuple):
    """A row as it was sent. `problem` is why it is no row; `flaws` are cells that lost something, by their index."""

    line: int
    cells: list[str]
    raw: bytes
    problem: str | None = None
    flaws: dict[int, str] | None = None
    filled: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was met: its header, its sheet, the ordinal of its first record, and what its rows are read by."""

    header: Header
    sheet: str | None
    first: int
    reading: bytes


@dataclass(slots=True)
class Tables:
    """Reads the rows of a file's tables, one after another; `met` grows as tables are met.

    `own` are agencies' own layouts. `reading` is what rows are read by besides their header. `put` makes a row with
    others in the place of cells, by their number from 1, and `mark_word` is the word of their marks in a row's bytes.
    """

    sender: str | None
    exact_width: bool
    put: Callable[[TableRow, Mapping[int, Any]], TableRow]
    mark_word: bytes = MARK_WORD.encode()
    own: Sequence[OwnLayout] = ()
    reading: tuple[str, ...] = ()
    met: list[Table] = field(default_factory=list)
    ordinal: int = 0

    def anew(self) -> "Tables":
        """The same, before the first table."""
        return replace(self, met=[], ordinal=0)

    def forms(self) -> tuple[TableForm, ...]:
        """The tables met, as they are kept with a run."""
        return tuple(
            TableForm(
                first=table.first,
                sheet=table.sheet,
                names=table.header.names,
                has_error_columns=table.header.has_error_columns,
            )
            for table in self.met
        )

    def layouts(self) -> tuple[str, ...]:
        """The layouts of the tables met, each once."""
        return tuple(dict.fromkeys(table.header.layout.name for table in self.met))

    def begin(self, header: Header, sheet: str | None) -> None:
        """A table begins. Raises UnreadableFeedError for a file of more tables than any has."""
        if len(self.met) == bounds.MAX_TABLES:
            raise UnreadableFeedError(f"The file holds more than {bounds.MAX_TABLES} tables. Send it in several parts.")
        layout = header.layout
        reading = reading_of(
            self.sender, *self.reading, layout.name, layout.meanings, header.names, header.has_error_columns
        )
        self.met.append(Table(header, sheet, self.ordinal + 1, reading))

    def read(self, rows: Iterator[TableRow]) -> Iterator[SentRow | SkippedLine]:
        """The rows below the header that was begun."""
        ahead = _Ahead(rows)
        pending: list[tuple[TableRow, str | None]] = []
        while (row := ahead.take()) is not None:
            header = None
            reason = None if row.problem is not None else _no_record(row.cells, self.met[-1].header)
            if row.problem is None and reason is None and _may_be_header(row.cells):
                header = self._header(row.cells, ahead.peek())
            may_be_title = reason is None and header is None and _is_alone(row)
            if (may_be_title or (pending and reason == "blank")) and len(pending) < _PENDING_AT_ONCE:
                # A title of the next table, or a record of one cell: what follows will tell.
                pending.append((row, reason))
                continue
            if pending:
                yield from self._settled(pending, "title" if header is not None else None)
                pending.clear()
            if header is not None:
                yield from self._next_table(header, row, ahead)
            elif reason is not None:
                yield self._skipped(row.line, reason)
            else:
                yield self._sent(row)
        yield from self._settled(pending, None)

    def _settled(
        self, pending: Sequence[tuple[TableRow, str | None]], otherwise: str | None
    ) -> Iterator[SentRow | SkippedLine]:
        for row, reason in pending:
            why = reason or otherwise
            yield self._sent(row) if why is None else self._skipped(row.line, why)

    def _next_table(self, header: Header, row: TableRow, ahead: "_Ahead") -> Iterator[SkippedLine]:
        now = self.met[-1].header
        same = (now.layout.name, now.layout.columns, now.width) == (
            *(header.layout.name, header.layout.columns),
            header.width,
        )
        if not same:
            self.begin(header, self.met[-1].sheet)
        yield self._skipped(row.line, "repeated header" if same else header.reason)
        if header.rows > 1 and (below := ahead.take()) is not None:
            yield self._skipped(below.line, "header")

    def _skipped(self, line: int, reason: str) -> SkippedLine:
        return SkippedLine(line=line, reason=reason, sheet=self.met[-1].sheet)

    def _header(self, cells: Sequence[str], below: TableRow | None) -> Header | None:
        under: Sequence[str] = () if below is None or below.problem is not None else below.cells
        if not self.exact_width:
            cells, under = trimmed(cells), trimmed(under)
        header = header_of(cells, under, sheet=self.met[-1].sheet, own=self.own)
        if header is None or not header.says_mostly_names or header.repeated is not None:
            return None
        return header

    def _sent(self, row: TableRow) -> SentRow:
        self.ordinal += 1
        return self._sent_as(self.ordinal, row, self.met[-1])

    def _sent_as(self, ordinal: int, row: TableRow, table: Table) -> SentRow:
        read = partial(self._read_row, ordinal, row, table.header)
        sent = SentRow(ordinal=ordinal, line=row.line, raw=row.raw, reading=table.reading, read=read)
        if self.mark_word not in row.raw or row.problem is not None:
            return sent
        header = table.header
        cells = row.cells if self.exact_width else _fitted(row.cells, header.width)
        if len(cells) != header.width:
            return sent
        # Behind the names stand code and message, which are not read.
        columns = zip(header.names, header.layout.columns, cells, strict=False)
        told = ((number, name, field, unguarded(cell)) for number, (name, field, cell) in enumerate(columns, 1))

        def put(values: Mapping[int, Any]) -> SentRow:
            return self._sent_as(ordinal, self.put(row, values), table)

        return with_marks(sent, marked_cells(told), put)

    def _read_row(self, ordinal: int, row: TableRow, header: Header) -> ParsedRow:
        warnings: list[RowWarning] = []
        outcome = _bad_row(row.problem) if row.problem is not None else self._outcome(row, header, warnings)
        return ParsedRow(ordinal=ordinal, line=row.line, raw=row.raw, outcome=outcome, warnings=tuple(warnings))

    def _outcome(self, row: TableRow, header: Header, warnings: list[RowWarning]) -> FeedRecord | RowError:
        cells = row.cells if self.exact_width else _fitted(row.cells, header.width)
        if len(cells) != header.width:
            return _bad_row(_wrong_width(cells, header))
        if header.has_error_columns:
            cells = cells[: -len(ERROR_COLUMNS)]
            if not "".join(cells).strip():
                return _bad_row("The row was not corrected: its columns are empty. Fill them as they should have been.")
        if b"'" in row.raw:
            cells = [unguarded(cell) for cell in cells]
        try:
            _require_whole(row, cells, header.layout.columns)
            record = header.layout.record(cells, warnings, sender=self.sender)
        except BadValueError as error:
            return RowError(code=error.code, column=error.column, message=error.message)
        warnings += [
            RowWarning(column=column, message=_MERGED)
            for index, column in enumerate(header.layout.columns)
            if column is not None and index in row.filled
        ]
        return record


def _require_whole(row: TableRow, cells: Sequence[str], columns: Sequence[str | None]) -> None:
    """Raise BadValueError where a cell that is read has lost something, or holds what no text does."""
    flaws = dict(row.flaws or {})
    if b"\0" in row.raw or b"u0000" in row.raw:
        flaws |= {index: "A value holds a NUL character." for index, cell in enumerate(cells) if "\0" in cell}
    for index, flaw in flaws.items():
        if index < len(columns) and columns[index] is not None:
            raise BadValueError(FeedErrorCode.BAD_VALUE, columns[index], flaw)


def trimmed(cells: Sequence[str]) -> Sequence[str]:
    """A sheet's row without the blank cells at its end."""
    end = len(cells)
    while end and (not cells[end - 1] or cells[end - 1].isspace()):
        end -= 1
    return cells[:end]


def _fitted(cells: Sequence[str], width: int) -> list[str]:
    """A sheet's row as wide as its header, or wider where it says something farther right."""
    own = list(trimmed(cells))
    return own + [""] * (width - len(own))


def _wrong_width(cells: Sequence[str], header: Header) -> str:
    if len(cells) > bounds.MAX_COLUMNS:
        return f"The row has more than {bounds.MAX_COLUMNS:,} columns."
    return f"{header.width} columns are expected, as in the header; the row has {len(cells)}."


def _no_record(row: list[str], header: Header) -> str | None:
    """Why a row is no data record, or None for one that may be."""
    first = next(filter(None, row), "")
    if not first or (first.isspace() and not "".join(row).strip()):
        return "blank"
    if len(first) <= _LONGEST_MARK and _TOTAL.fullmatch(first.strip()) and not _names_a_record(row, header, first):
        return "total"
    return None


def _names_a_record(row: list[str], header: Header, first: str) -> bool:
    after = row.index(first) + 1
    cells = zip(header.layout.columns[after:], row[after:], strict=False)
    return any(column in header.layout.identifying and not _COUNT.fullmatch(cell) for column, cell in cells)


def _may_be_header(row: list[str]) -> bool:
    return max(map(len, row)) <= _LONGEST_NAME and not _NUMBER.search("".join(row))


def _is_alone(row: TableRow) -> bool:
    cells = row.cells
    return row.problem is None and len(cells) - cells.count("") == 1


def _bad_row(message: str) -> RowError:
    return RowError(code=FeedErrorCode.BAD_ROW, column=None, message=message)


class _Ahead:
    """Rows, of which the next one can be looked at."""

    def __init__(self, rows: Iterator[TableRow]) -> None:
        self._rows = rows
        self._next: TableRow | None = None

    def take(self) -> TableRow | None:
        found, self._next = self._next, None
        return found or next(self._rows, None)

    def peek(self) -> TableRow | None:
        if self._next is None:
            self._next = next(self._rows, None)
        return self._next
