"""Reading a feed file, recognised by its bytes, record by record in constant memory.

A file is read twice: once to find out what it is, once for its records. What is held is never more than one record.

CSV is read strictly: a quote inside a quoted cell must be doubled, and one that is never closed makes one BAD_ROW of
all it swallowed (until a cell is `MAX_TEXT` long), which is kept as sent, so that it can be corrected and sent again. A
lenient reader would glue the cells together and store the wrong thing without a word.
"""

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

import orjson

from indexer.feeds import columns as at
from indexer.feeds.columns import column_of
from indexer.feeds.json_records import json_record
from indexer.feeds.published import published_case, stated
from indexer.feeds.survey import MAX_COLUMNS, MAX_LINE, CsvHeader, Survey, physical_lines, survey_of
from indexer.feeds.values import MAX_TEXT, BadValueError
from schema.feed_records import FeedRecord, ParsedRow, RowError, RowWarning, SentRow, SkippedLine
from schema.vocabularies import FeedErrorCode
from stores.errors import UnreadableFeedError

READING: Final = 1
"""Raise it when a row comes to be read otherwise than before, so that rows sent again are read again."""

_TOTAL = re.compile(r"(?:本页|本頁)?\s*(?:合\s*[计計]|[总總]\s*[计計]|小\s*[计計]|共\s*[计計])[\s:：0-9.,]*")
_LONGEST_MARK: Final = 40

# The csv module keeps this limit for the whole process; nothing else of ours reads CSV with it.
csv.field_size_limit(MAX_TEXT)


class _RecordTooLongError(Exception):
    """A record's lines are longer than a record may be."""


class FeedReader:
    """The records of one file, in order, each once; made by `open_feed`.

    Iterating raises UnreadableFeedError for a line longer than 16 MB and where the file can no longer be read.
    `encoding` is a codec's name, `layout` is "published CSV" or "JSON Lines".
    """

    def __init__(self, path: Path, survey: Survey, sender: str | None) -> None:
        """Remember what the file is."""
        self.path = path
        self.encoding: str = survey.encoding
        self.layout: str = survey.layout
        self._survey = survey
        self._sender = sender
        self._digest = hashlib.sha256()
        self._ended = False

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file's bytes, in hexadecimal; known when all records have been read."""
        if not self._ended:
            raise RuntimeError("the digest is known after the last record")
        return self._digest.hexdigest()

    @property
    def reading(self) -> bytes:
        """How the bytes of a row are read: two rows of the same bytes and the same reading say the same."""
        header = self._survey.header
        parts = (READING, self.encoding, self._sender, *((header.delimiter, *header.names) if header else ()))
        return hashlib.sha256(repr(parts).encode()).digest()

    def __iter__(self) -> Iterator[ParsedRow | SkippedLine]:
        """Read the file from its beginning, every row of it."""
        for row in self.sent():
            yield row if isinstance(row, SkippedLine) else row.read()

    def sent(self) -> Iterator[SentRow | SkippedLine]:
        """The rows as they were sent, to be read by whom they are news to."""
        self._digest = hashlib.sha256()
        self._ended = False
        header = self._survey.header
        try:
            with self.path.open("rb") as stream:
                lines = physical_lines(stream, self._survey.terminator, self._digest.update)
                yield from self._json_rows(lines) if header is None else self._csv_rows(lines, header)
        except OSError as error:
            raise UnreadableFeedError(f"{self.path.name} cannot be read: {error.strerror}.") from error
        self._ended = True

    def _csv_rows(self, physical: Iterator[bytes], header: CsvHeader) -> Iterator[SentRow | SkippedLine]:
        lines = _TextLines(physical, self._survey.codec, self._survey.terminator)
        for number in range(1, header.line):
            yield SkippedLine(
                line=number, reason="title" if next(lines, "").strip(_BLANKS + header.delimiter) else "blank"
            )
        for _ in range(header.lines):
            next(lines, "")
        yield SkippedLine(line=header.line, reason=_about(header))
        rows = csv.reader(lines, delimiter=header.delimiter, strict=True)
        ordinal = 0
        while True:
            line = lines.begin_record()
            row: list[str] | None = None
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                reason = f"The row cannot be read as CSV ({_in_words(error)}). Double every quote inside a quoted cell."
            except _RecordTooLongError:
                reason = f"The row is longer than {MAX_LINE:,} bytes. Close the quote that is open in it."
            if row is not None and (why := _no_record(row, header)) is not None:
                yield SkippedLine(line=line, reason=why)
                continue
            ordinal += 1
            raw = lines.taken()
            if row is None:
                bad = _bad_row(reason)
            elif lines.damaged:
                bad = _bad_row(f"The row holds bytes that are not {self._survey.codec.upper()}.")
            else:
                bad = None
            read = partial(self._csv_row, ordinal, line, raw, row or [], header, bad)
            yield SentRow(ordinal=ordinal, line=line, raw=raw, read=read)

    def _csv_row(
        self, ordinal: int, line: int, raw: bytes, row: list[str], header: CsvHeader, bad: RowError | None
    ) -> ParsedRow:
        warnings: list[RowWarning] = []
        outcome = bad or _case_of(row, header, warnings, self._sender, has_nul=b"\0" in raw)
        return ParsedRow(ordinal=ordinal, line=line, raw=raw, outcome=outcome, warnings=tuple(warnings))

    def _json_rows(self, physical: Iterator[bytes]) -> Iterator[SentRow | SkippedLine]:
        codec = None if self._survey.codec == "utf-8" else self._survey.codec
        ordinal = 0
        for number, physical_line in enumerate(physical, 1):
            raw = physical_line.removesuffix(b"\r")
            if not raw.strip():
                yield SkippedLine(line=number, reason="blank")
                continue
            ordinal += 1
            yield SentRow(
                ordinal=ordinal, line=number, raw=raw, read=partial(self._json_row, ordinal, number, raw, codec)
            )

    def _json_row(self, ordinal: int, line: int, raw: bytes, codec: str | None) -> ParsedRow:
        warnings: list[RowWarning] = []
        outcome: FeedRecord | RowError
        try:
            outcome = json_record(_json_object(raw, codec), warnings, sender=self._sender)
        except BadValueError as error:
            outcome = RowError(code=error.code, column=error.column, message=error.message)
        return ParsedRow(ordinal=ordinal, line=line, raw=raw, outcome=outcome, warnings=tuple(warnings))


_BLANKS: Final = " \t\r\n\u3000\xa0"


class _TextLines:
    """Feeds a csv.reader with text and keeps the bytes of the lines that it took for the record under way."""

    def __init__(self, physical: Iterator[bytes], codec: str, terminator: bytes) -> None:
        self._physical = physical
        self._codec = codec
        self._terminator = terminator
        self._number = 0
        self._taken: list[bytes] = []
        self._size = 0
        self.damaged = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = next(self._physical)
        self._number += 1
        self._taken.append(line)
        self._size += len(line) + 1
        if self._size > MAX_LINE:
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


def open_feed(path: Path, *, sender: str | None = None) -> FeedReader:
    """Recognise a file and make its records ready to be read; `sender` is the agency of cases that name none.

    Raises UnreadableFeedError, with a sentence for the sender, for a file that is missing, binary, in neither UTF-8 nor
    GB18030, or without a header this version reads.
    """
    return FeedReader(path, survey_of(path), sender)


def _about(header: CsvHeader) -> str:
    """The reason a header is listed with, which names the columns that are not read."""
    unknown = [
        "".join(filter(str.isprintable, name)).strip()[:_LONGEST_MARK]
        for name, column in zip(header.names, header.columns, strict=True)
        if column is None
    ]
    named = [name for name in unknown if name]
    return f"header; columns not read: {', '.join(named)}" if named else "header"


def _no_record(row: list[str], header: CsvHeader) -> str | None:
    """Why a row is no data record, or None for one that is."""
    first = next(filter(None, row), "")
    if not first or (first.isspace() and not "".join(row).strip()):
        return "blank"
    if len(first) > _LONGEST_MARK:
        return None
    if _TOTAL.fullmatch(first.strip()) and not _names_a_case(row, header, after=row.index(first)):
        return "total"
    if column_of(first) is not None and all(column_of(cell) for cell in row if cell):
        return "repeated header"
    return None


def _names_a_case(row: list[str], header: CsvHeader, *, after: int) -> bool:
    named = {at.AGENCY_NAME, at.DOCUMENT_NUMBER}
    cells = zip(header.columns[after + 1 :], row[after + 1 :], strict=False)
    return any(column in named and cell.strip() for column, cell in cells)


def _case_of(
    row: list[str], header: CsvHeader, warnings: list[RowWarning], sender: str | None, *, has_nul: bool
) -> FeedRecord | RowError:
    columns = header.columns
    if len(row) != len(columns):
        if len(row) > MAX_COLUMNS:
            return _bad_row(f"The row has more than {MAX_COLUMNS:,} columns.")
        return _bad_row(f"{len(columns)} columns are expected, as in the header; the row has {len(row)}.")
    if has_nul:
        column = next(column for column, cell in zip(columns, row, strict=True) if "\0" in cell)
        return RowError(code=FeedErrorCode.BAD_VALUE, column=column, message="A value holds a NUL character.")
    try:
        return published_case(stated(zip(columns, row, strict=True)), warnings, sender=sender)
    except BadValueError as error:
        return RowError(code=error.code, column=error.column, message=error.message)


def _json_object(raw: bytes, codec: str | None) -> dict[str, Any]:
    try:
        text = raw if codec is None else raw.decode(codec)
        value = orjson.loads(text)
    except UnicodeDecodeError:
        raise _not_an_object("The line holds bytes that are not GB18030.") from None
    except orjson.JSONDecodeError as error:
        value = _with_lone_surrogates(raw, codec, f"The line is no JSON: {error.msg.split(':')[0]}.")
    if not isinstance(value, dict):
        raise _not_an_object("A JSON object is expected, in braces.")
    return value


def _with_lone_surrogates(raw: bytes, codec: str | None, otherwise: str) -> Any:
    """A line's value where all that is wrong with it is half a character, which its column's error then names."""
    if b"\\ud" not in raw.lower():
        raise _not_an_object(otherwise)
    try:
        return json.loads(raw.decode(codec or "utf-8"))
    except (ValueError, RecursionError):
        raise _not_an_object(otherwise) from None


def _not_an_object(message: str) -> BadValueError:
    return BadValueError(FeedErrorCode.BAD_ROW, None, message)


def _bad_row(message: str) -> RowError:
    return RowError(code=FeedErrorCode.BAD_ROW, column=None, message=message)


def _in_words(error: csv.Error) -> str:
    words = str(error)
    if "unexpected end" in words:
        return "a quote is opened and never closed"
    if "field larger" in words:
        return f"a cell is longer than {MAX_TEXT:,} characters; a quote may be open"
    if "new-line" in words:
        return "a line break stands in a cell without quotes"
    return "a quote stands inside a quoted cell"
