"""The rows of a CSV file, each with its line and its bytes as sent."""

import csv
from collections.abc import Iterator
from typing import Final, Self

from indexer.feeds import bounds
from indexer.feeds.survey import CsvHeader, Survey
from indexer.feeds.tables import TableRow
from indexer.feeds.values import MAX_TEXT
from schema.feed_records import SkippedLine

_BLANKS: Final = " \t\r\n\u3000\xa0"

# The csv module keeps this limit for the whole process; nothing else of ours reads CSV with it.
csv.field_size_limit(MAX_TEXT)


class _RecordTooLongError(Exception):
    """A record's lines are longer than a record may be."""


class TextLines:
    """Feeds a csv.reader with text and keeps the bytes of the lines that it took for the record under way."""

    def __init__(self, physical: Iterator[bytes], codec: str, terminator: bytes, *, number: int = 0) -> None:
        """Read lines of which `number` have gone before."""
        self._physical = physical
        self._codec = codec
        self._terminator = terminator
        self._number = number
        self._taken: list[bytes] = []
        self._size = 0
        self.damaged = False

    def __iter__(self) -> Self:
        """The lines are read once."""
        return self

    def __next__(self) -> str:
        """A line as text."""
        line = next(self._physical)
        self._number += 1
        self._taken.append(line)
        self._size += len(line) + 1
        if self._size > bounds.MAX_LINE:
            raise _RecordTooLongError
        try:
            return line.decode(self._codec) + "\n"
        except UnicodeDecodeError:
            self.damaged = True
            return line.decode(self._codec, "replace") + "\n"

    def begin_record(self) -> int:
        """Forget the last record; answer the line on which the next one starts."""
        self._taken = []
        self._size = 0
        self.damaged = False
        return self._number + 1

    def taken(self) -> bytes:
        """The record as it was sent, without the end of its last line."""
        lines = self._taken
        raw = lines[0] if len(lines) == 1 else self._terminator.join(lines)
        return raw.removesuffix(b"\r")


def title_lines(physical: Iterator[bytes], codec: str, header: CsvHeader) -> Iterator[SkippedLine]:
    """The lines above the header, and the header; the rows come next."""
    for number in range(1, header.line):
        text = next(physical, b"").decode(codec, "replace")
        yield SkippedLine(line=number, reason="title" if text.strip(_BLANKS + header.delimiter) else "blank")
    for _ in range(header.lines):
        next(physical, b"")
    yield SkippedLine(line=header.line, reason=header.header.reason)


def csv_rows(physical: Iterator[bytes], survey: Survey, header: CsvHeader) -> Iterator[TableRow]:
    """The rows below the header."""
    before = header.line + header.lines - 1
    lines = TextLines(physical, survey.codec, survey.terminator, number=before)
    rows = csv.reader(lines, delimiter=header.delimiter, strict=True)
    while True:
        line = lines.begin_record()
        row: list[str] = []
        problem: str | None = None
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"The row cannot be read as CSV ({_in_words(error)}). Double every quote inside a quoted cell."
        except _RecordTooLongError:
            problem = f"The row is longer than {bounds.MAX_LINE:,} bytes. Close the quote that is open in it."
        if lines.damaged and problem is None and "".join(row).strip():
            problem = f"The row holds bytes that are not {survey.codec.upper()}."
        yield TableRow(line, row, lines.taken(), problem)


def _in_words(error: csv.Error) -> str:
    words = str(error)
    if "unexpected end" in words:
        return "a quote is opened and never closed"
    if "field larger" in words:
        return f"a cell is longer than {MAX_TEXT:,} characters; a quote may be open"
    if "new-line" in words:
        return "a line break stands in a cell without quotes"
    return "a quote stands inside a quoted cell"
