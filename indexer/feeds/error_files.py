"""Files of rejected rows in the form they came in, with the columns code and message, to be corrected and sent again.

Natural persons' names and identity numbers are covered: a mark behind each covered cell refers to what was sent, and is
replaced by it when the file is loaded (`indexer.feeds.cell_marks`).

A row that was no row (of another width, undecodable, with an open quote) cannot be put under the header: its columns
stay empty, and its message ends with the row as it was sent. Sent again without being corrected it is rejected again.
"""

import csv
import gzip
import io
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any, Final, Protocol, TypeVar, cast

import orjson
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.worksheet import Worksheet

from indexer.feeds.cell_marks import Marker
from indexer.feeds.covered_cells import covered_cells, covered_json
from indexer.feeds.forms import CSV, JSON_LINES, FeedForm, TableForm
from indexer.feeds.headers import ERROR_COLUMNS
from indexer.feeds.json_lines import has_error, json_object
from indexer.feeds.kept_cells import csv_cells, workbook_cells
from indexer.feeds.survey import codec_of
from indexer.feeds.values import BadValueError
from indexer.feeds.workbooks import Sent, text_of_sent
from schema.spreadsheet_text import guarded, unguarded
from supervision.covered_rows import cover_broken_row, cover_header

AS_SENT: Final = " As sent: "
"""What stands in a message before a row that is shown as it was sent."""

COVERED_IN_IT: Final = " Persons in it are covered: take the row from the file that was sent."
"""Stands before that where it is not shown whole."""

_RAW: Final = "raw"
_LONGEST_CELL: Final = 32_767
_LONGEST_SHOWN: Final = 30_000
_SHOWN_IN_PART: Final = "… (cut off here; the file that was sent has the rest)"
_CUT_OFF: Final = f" (A cell was cut off at {_LONGEST_CELL:,} characters, the most a workbook holds.)"


class ErrorFile(Protocol):
    """A file of rejected rows that is being written."""

    def add(self, ordinal: int, raw: bytes, code: str, message: str) -> None:
        """Write a row, as sent, with why it was rejected."""


@contextmanager
def error_file(form: FeedForm, stream: IO[bytes], marker: Marker, *, compressed: bool) -> Iterator[ErrorFile]:
    """Write a file of rejected rows to a stream, persons covered; a file without any has the headers alone."""
    if not compressed:
        with _error_file(form, stream, marker) as file:
            yield file
        return
    with gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) as packed:
        if form.format in (CSV, JSON_LINES):
            with _error_file(form, cast("IO[bytes]", packed), marker) as file:
                yield file
            return
        # A workbook is written here and there, a compressed stream from its beginning to its end.
        with tempfile.TemporaryFile() as whole:
            with _error_file(form, whole, marker) as file:
                yield file
            whole.seek(0)
            shutil.copyfileobj(whole, packed)


@contextmanager
def _error_file(form: FeedForm, stream: IO[bytes], marker: Marker) -> Iterator[ErrorFile]:
    if form.format == JSON_LINES:
        yield _JsonLinesErrors(form, stream, marker)
        return
    if form.format == CSV:
        text = io.TextIOWrapper(stream, encoding=form.encoding, newline="")
        try:
            yield _CsvErrors(form, text, marker)
        finally:
            text.detach()
        return
    # The library keeps the rows in files of its own until the end.
    with tempfile.TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(stream, {"constant_memory": True, "tmpdir": folder})
        errors = _WorkbookErrors(form, book, marker)
        yield errors
        errors.end()


class _JsonLinesErrors:
    """The objects as sent, with two more keys; a line that is no object is wrapped in one."""

    def __init__(self, form: FeedForm, stream: IO[bytes], marker: Marker) -> None:
        self._stream = stream
        self._marker = marker
        self._codec = codec_of(form.encoding)
        stream.write("".encode(form.encoding))

    def add(self, ordinal: int, raw: bytes, code: str, message: str) -> None:
        try:
            json_object(raw, self._codec)
        except BadValueError:
            as_sent = raw.decode(self._codec, "backslashreplace")
            shown, is_covered = _shown(as_sent, ())
            self._write({_RAW: shown} | _error(code, message + COVERED_IN_IT if is_covered else message))
            return
        raw = covered_json(self._marker, ordinal, raw, self._codec)
        fields = json_object(raw, self._codec)
        error = _error(code, message)
        if has_error(fields):
            self._write(fields | error)
            return
        # The object's own text stays as it was sent, to the last digit.
        begun = raw.rstrip()[:-1].rstrip()
        told = orjson.dumps(error)[1:].decode().encode(self._codec)
        self._stream.write(begun + (b"," if fields else b"") + told + b"\n")

    def _write(self, fields: dict[str, Any]) -> None:
        # Half a character is written as JSON writes it, \ud800.
        text = json.dumps(fields, ensure_ascii=False)
        self._stream.write(text.encode(self._codec, "backslashreplace") + b"\n")


def _error(code: str, message: str) -> dict[str, str]:
    return dict(zip(ERROR_COLUMNS, (code, message), strict=True))


class _CsvErrors:
    """The rows under the headers they were sent under; a formula is written as a text."""

    def __init__(self, form: FeedForm, text: IO[str], marker: Marker) -> None:
        self._form = form
        self._marker = marker
        self._writer = csv.writer(text, delimiter=form.delimiter, lineterminator="\r\n")
        self._table = form.tables[0]
        self._begin(self._table)

    def _begin(self, table: TableForm) -> None:
        self._table, self._names = table, _header(table)
        self._writer.writerow([guarded(cell) for cell in (*self._names, *ERROR_COLUMNS)])

    def add(self, ordinal: int, raw: bytes, code: str, message: str) -> None:
        table = self._form.table_of(ordinal)
        if table.names != self._table.names:
            self._begin(table)
        codec = codec_of(self._form.encoding)
        sent = [unguarded(cell) for cell in csv_cells(self._form, raw)]
        cells, told = _fitted(sent, table, message, raw.decode(codec, "backslashreplace"))
        covered = covered_cells(self._marker, ordinal, self._names, cells)
        self._writer.writerow([guarded(cell) for cell in (*_with(cells, covered), code, told)])


def _header(table: TableForm) -> list[str]:
    """The names of the columns, by which they are known when the file is read."""
    return [cover_header(name) for name in table.names]


Cell = TypeVar("Cell", str, Sent)


def _with(cells: Sequence[Cell], covered: Mapping[int, str]) -> list[Cell | str]:
    """The cells with those that are covered in their places."""
    return [covered.get(number, cell) for number, cell in enumerate(cells, 1)]


def _fitted(cells: list[Cell], table: TableForm, message: str, as_sent: str) -> tuple[list[Cell] | list[str], str]:
    """The cells under the header, and the message; a row that does not fit is shown in the message."""
    width = len(table.names)
    own = cells[:width]
    said = any(str(cell).strip() for cell in own)
    if said and len(cells) == width + (len(ERROR_COLUMNS) if table.has_error_columns else 0):
        return own, message
    was_covered = False
    if not said and cells and AS_SENT in (before := str(cells[-1])):
        # Sent again as it was given back.
        told, as_sent = before.split(AS_SENT, 1)
        was_covered = told.endswith(COVERED_IN_IT)
    shown, is_covered = _shown(as_sent, table.names)
    if was_covered or is_covered:
        message += COVERED_IN_IT
    return [""] * width, message + AS_SENT + shown


def _shown(as_sent: str, columns: Sequence[str]) -> tuple[str, bool]:
    """A row that is no row, no longer than a cell can be, and whether persons in it are covered."""
    beginning = as_sent[: 2 * _LONGEST_SHOWN]
    covered = cover_broken_row(beginning, columns)
    shown = covered if len(as_sent) <= _LONGEST_SHOWN else f"{covered[:_LONGEST_SHOWN]}{_SHOWN_IN_PART}"
    return shown, covered != beginning


class _WorkbookErrors:
    """The rows on the sheets they came from. Texts are written as texts, whatever they begin with."""

    def __init__(self, form: FeedForm, book: xlsxwriter.Workbook, marker: Marker) -> None:
        self._form = form
        self._marker = marker
        self._book = book
        self._sheets: dict[str | None, Worksheet] = {}
        self._table: TableForm | None = None
        self._names: list[str] = []
        self._sheet: Worksheet | None = None
        self._line = 0

    def _begin(self, table: TableForm) -> None:
        if table.sheet not in self._sheets:
            self._sheets[table.sheet] = self._new_sheet(table.sheet)
            self._line = -1
        self._table, self._sheet = table, self._sheets[table.sheet]
        self._line += 1
        self._names = _header(table)
        self._write([*self._names, *ERROR_COLUMNS])

    def _new_sheet(self, name: str | None) -> Worksheet:
        try:
            return self._book.add_worksheet(name)
        except XlsxWriterException:
            # A name that no spreadsheet program would have let through.
            return self._book.add_worksheet()

    def _write(self, cells: Sequence[Sent]) -> None:
        assert self._sheet is not None  # noqa: S101  a row stands in a table
        for column, cell in enumerate(cells):
            if isinstance(cell, bool):
                self._sheet.write_boolean(self._line, column, cell)
            elif isinstance(cell, int | float):
                self._sheet.write_number(self._line, column, cell)
            elif cell:
                self._sheet.write_string(self._line, column, cell[:_LONGEST_CELL])
        self._line += 1

    def add(self, ordinal: int, raw: bytes, code: str, message: str) -> None:
        table = self._form.table_of(ordinal)
        if table is not self._table:
            self._begin(table)
        sent = workbook_cells(raw)
        width = len(table.names) + (len(ERROR_COLUMNS) if table.has_error_columns else 0)
        cells, told = _fitted(
            sent + [""] * (width - len(sent)), table, message, as_sent=json.dumps(sent, ensure_ascii=False)
        )
        texts = [text_of_sent(cell) for cell in cells]
        given = _with(cells, covered_cells(self._marker, ordinal, self._names, texts, longest=_LONGEST_CELL))
        if any(isinstance(cell, str) and len(cell) > _LONGEST_CELL for cell in given):
            told += _CUT_OFF
        self._write([*given, code, told])

    def end(self) -> None:
        """Write the file; the headers alone where no row was rejected."""
        if self._table is None:
            for table in self._form.tables:
                self._begin(table)
        self._book.close()
