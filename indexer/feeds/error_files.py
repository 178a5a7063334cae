"""Files of rejected rows in the form they came in, with the columns code and message, to be corrected and sent again.

A row that was no row (of another width, undecodable, with an open quote) cannot be put under the header: its columns
stay empty, and its message ends with the row as it was sent. Sent again without being corrected it is rejected again.
"""

import csv
import gzip
import io
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any, Final, Protocol, TypeVar, cast

import orjson
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.worksheet import Worksheet

from indexer.feeds.forms import CSV, JSON_LINES, FeedForm, TableForm
from indexer.feeds.headers import ERROR_COLUMNS
from indexer.feeds.json_lines import has_error, json_object
from indexer.feeds.survey import codec_of
from indexer.feeds.values import BadValueError
from schema.spreadsheet_text import guarded, unguarded

AS_SENT: Final = " As sent: "
"""What stands in a message before a row that is shown as it was sent."""

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
def error_file(form: FeedForm, stream: IO[bytes], *, compressed: bool) -> Iterator[ErrorFile]:
    """Write a file of rejected rows to a stream; a file without any has the headers alone."""
    if not compressed:
        with _error_file(form, stream) as file:
            yield file
        return
    with gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) as packed:
        if form.format in (CSV, JSON_LINES):
            with _error_file(form, cast("IO[bytes]", packed)) as file:
                yield file
            return
        # A workbook is written here and there, a compressed stream from its beginning to its end.
        with tempfile.TemporaryFile() as whole:
            with _error_file(form, whole) as file:
                yield file
            whole.seek(0)
            shutil.copyfileobj(whole, packed)


@contextmanager
def _error_file(form: FeedForm, stream: IO[bytes]) -> Iterator[ErrorFile]:
    if form.format == JSON_LINES:
        yield _JsonLinesErrors(form, stream)
        return
    if form.format == CSV:
        text = io.TextIOWrapper(stream, encoding=form.encoding, newline="")
        try:
            yield _CsvErrors(form, text)
        finally:
            text.detach()
        return
    # The library keeps the rows in files of its own until the end.
    with tempfile.TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(stream, {"constant_memory": True, "tmpdir": folder})
        errors = _WorkbookErrors(form, book)
        yield errors
        errors.end()


class _JsonLinesErrors:
    """The objects as sent, with two more keys; a line that is no object is wrapped in one."""

    def __init__(self, form: FeedForm, stream: IO[bytes]) -> None:
        self._stream = stream
        self._codec = codec_of(form.encoding)
        stream.write("".encode(form.encoding))

    def add(self, ordinal: int, raw: bytes, code: str, message: str) -> None:
        del ordinal
        error = dict(zip(ERROR_COLUMNS, (code, message), strict=True))
        try:
            fields = json_object(raw, self._codec)
        except BadValueError:
            self._write({_RAW: _bounded(raw.decode(self._codec, "backslashreplace"))} | error)
            return
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


class _CsvErrors:
    """The rows under the headers they were sent under; a formula is written as a text."""

    def __init__(self, form: FeedForm, text: IO[str]) -> None:
        self._form = form
        self._writer = csv.writer(text, delimiter=form.delimiter, lineterminator="\r\n")
        self._table = form.tables[0]
        self._begin(self._table)

    def _begin(self, table: TableForm) -> None:
        self._table = table
        self._writer.writerow([guarded(cell) for cell in (*table.names, *ERROR_COLUMNS)])

    def add(self, ordinal: int, raw: bytes, code: str, message: str) -> None:
        table = self._form.table_of(ordinal)
        if table.names != self._table.names:
            self._begin(table)
        cells, told = self._cells(raw, table, message)
        self._writer.writerow([guarded(cell) for cell in (*cells, code, told)])

    def _cells(self, raw: bytes, table: TableForm, message: str) -> tuple[list[str], str]:
        codec = codec_of(self._form.encoding)
        rows: list[list[str]] = []
        with suppress(csv.Error, UnicodeDecodeError):
            lines = raw.decode(codec).split(self._form.line_end)
            rows = list(csv.reader((line + "\n" for line in lines), delimiter=self._form.delimiter, strict=True))
        cells = [unguarded(cell) for cell in rows[0]] if len(rows) == 1 else []
        as_sent = raw.decode(codec, "backslashreplace")
        return _fitted(cells, table, message, as_sent)


Cell = TypeVar("Cell", str, str | float | bool)


def _fitted(cells: list[Cell], table: TableForm, message: str, as_sent: str) -> tuple[list[Cell] | list[str], str]:
    """The cells under the header, and the message; a row that does not fit is shown in the message."""
    width = len(table.names)
    own = cells[:width]
    said = any(str(cell).strip() for cell in own)
    if said and len(cells) == width + (len(ERROR_COLUMNS) if table.has_error_columns else 0):
        return own, message
    if not said and cells and AS_SENT in (before := str(cells[-1])):
        # Sent again as it was given back.
        as_sent = before.split(AS_SENT, 1)[1]
    return [""] * width, message + AS_SENT + _bounded(as_sent)


def _bounded(as_sent: str) -> str:
    """A row that is no row, no longer than a cell can be."""
    return as_sent if len(as_sent) <= _LONGEST_SHOWN else f"{as_sent[:_LONGEST_SHOWN]}{_SHOWN_IN_PART}"


class _WorkbookErrors:
    """The rows on the sheets they came from. Texts are written as texts, whatever they begin with."""

    def __init__(self, form: FeedForm, book: xlsxwriter.Workbook) -> None:
        self._form = form
        self._book = book
        self._sheets: dict[str | None, Worksheet] = {}
        self._table: TableForm | None = None
        self._sheet: Worksheet | None = None
        self._line = 0

    def _begin(self, table: TableForm) -> None:
        if table.sheet not in self._sheets:
            self._sheets[table.sheet] = self._new_sheet(table.sheet)
            self._line = -1
        self._table, self._sheet = table, self._sheets[table.sheet]
        self._line += 1
        self._write([*table.names, *ERROR_COLUMNS])

    def _new_sheet(self, name: str | None) -> Worksheet:
        try:
            return self._book.add_worksheet(name)
        except XlsxWriterException:
            # A name that no spreadsheet program would have let through.
            return self._book.add_worksheet()

    def _write(self, cells: Sequence[str | float | bool]) -> None:
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
        sent: list[str | float | bool] = orjson.loads(raw)["cells"]
        width = len(table.names) + (len(ERROR_COLUMNS) if table.has_error_columns else 0)
        cells, told = _fitted(
            sent + [""] * (width - len(sent)), table, message, as_sent=json.dumps(sent, ensure_ascii=False)
        )
        if any(isinstance(cell, str) and len(cell) > _LONGEST_CELL for cell in cells):
            told += _CUT_OFF
        self._write([*cells, code, told])

    def end(self) -> None:
        """Write the file; the headers alone where no row was rejected."""
        if self._table is None:
            for table in self._form.tables:
                self._begin(table)
        self._book.close()
