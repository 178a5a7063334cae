"""Reading a feed, recognised by its bytes, record by record: CSV and JSON Lines in constant memory, XLSX in bounded.

A text is read twice: once to find out what it is, once for its records. What is held is never more than one record.

CSV is read strictly: a quote inside a quoted cell must be doubled, and one that is never closed makes one BAD_ROW of
all it swallowed (until a cell is `MAX_TEXT` long), which is kept as sent, so that it can be corrected and sent again. A
lenient reader would glue the cells together and store the wrong thing without a word.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from indexer.feeds import bounds
from indexer.feeds.archives import ZIP
from indexer.feeds.csv_rows import csv_rows, title_lines
from indexer.feeds.forms import CSV, JSON_LINES, XLSX, FeedForm, TableForm
from indexer.feeds.json_lines import json_rows
from indexer.feeds.sources import GZIP, DiskFile, FeedSource, Gunzipped, beginning
from indexer.feeds.survey import CsvHeader, Survey, physical_lines, survey_of
from indexer.feeds.tables import Tables
from indexer.feeds.workbooks import Workbook, open_workbook
from schema.feed_records import ParsedRow, SkippedLine


class _Content(Protocol):
    """What a feed holds, once its format is known."""

    def form(self) -> FeedForm:
        """Its form; all tables are in it when all records have been read."""

    def layouts(self) -> tuple[str, ...]:
        """Its layouts, each once."""

    def rows(self) -> Iterator[ParsedRow | SkippedLine]:
        """Its records, from the first."""

    @property
    def sha256(self) -> str:
        """The digest of its bytes, when all records have been read."""


class FeedReader:
    """The records of one feed, in order, each once; made by `open_feed`.

    Iterating raises UnreadableFeedError for a line longer than 16 MB and where the file can no longer be read. Lines
    without a record that are more than `bounds.MAX_SKIPPED` are counted in the last one.
    """

    def __init__(self, source: FeedSource, content: _Content) -> None:
        """Remember what the file is."""
        self.source = source
        self._content = content
        self._ended = False

    @property
    def form(self) -> FeedForm:
        """The form it came in; all tables are known when all records have been read."""
        return self._content.form()

    @property
    def encoding(self) -> str:
        """A codec's name."""
        return self.form.encoding

    @property
    def layout(self) -> str:
        """The layouts, in words."""
        return ", ".join(self._content.layouts())

    @property
    def sha256(self) -> str:
        """The SHA-256 of the feed's bytes (unpacked), in hexadecimal; known when all records have been read."""
        if not self._ended:
            raise RuntimeError("the digest is known after the last record")
        return self._content.sha256

    def sheet_of(self, ordinal: int) -> str | None:
        """The sheet a record stands on, in a workbook of several tables."""
        form = self.form
        return form.table_of(ordinal).sheet if form.tables else None

    def __iter__(self) -> Iterator[ParsedRow | SkippedLine]:
        """Read from the beginning."""
        self._ended = False
        skipped = 0
        first_beyond: SkippedLine | None = None
        for row in self._content.rows():
            if isinstance(row, SkippedLine):
                skipped += 1
                if skipped > bounds.MAX_SKIPPED:
                    first_beyond = first_beyond or row
                    continue
            yield row
        if first_beyond is not None:
            reason = f"{first_beyond.reason}, and {skipped - bounds.MAX_SKIPPED - 1} more lines without a record below"
            yield SkippedLine(line=first_beyond.line, reason=reason, sheet=first_beyond.sheet)
        self._ended = True


class _JsonLines:
    """A feed of JSON Lines."""

    def __init__(self, source: FeedSource, survey: Survey, sender: str | None) -> None:
        self._source, self._survey, self._sender = source, survey, sender
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def form(self) -> FeedForm:
        return FeedForm(format=JSON_LINES, encoding=self._survey.encoding)

    def layouts(self) -> tuple[str, ...]:
        return ("JSON Lines",)

    def rows(self) -> Iterator[ParsedRow | SkippedLine]:
        self._digest = hashlib.sha256()
        lines = physical_lines(self._source.chunks(), self._survey.terminator, self._digest.update)
        return json_rows(lines, self._survey.codec, self._sender)


class _Csv:
    """A feed of CSV."""

    def __init__(self, source: FeedSource, survey: Survey, header: CsvHeader, sender: str | None) -> None:
        self._source, self._survey, self._header, self._sender = source, survey, header, sender
        self._digest = hashlib.sha256()
        self._tables = self._new_tables()

    def _new_tables(self) -> Tables:
        tables = Tables(self._sender, exact_width=True)
        tables.begin(self._header.header, None)
        return tables

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def form(self) -> FeedForm:
        return FeedForm(
            format=CSV,
            encoding=self._survey.encoding,
            line_end=self._survey.terminator.decode(),
            delimiter=self._header.delimiter,
            tables=table_forms(self._tables),
        )

    def layouts(self) -> tuple[str, ...]:
        return layout_names(self._tables)

    def rows(self) -> Iterator[ParsedRow | SkippedLine]:
        self._digest = hashlib.sha256()
        self._tables = self._new_tables()
        survey = self._survey
        lines = physical_lines(self._source.chunks(), survey.terminator, self._digest.update)
        yield from title_lines(lines, survey.codec, self._header)
        yield from self._tables.read(csv_rows(lines, survey, self._header))


class _Xlsx:
    """A feed that is a workbook."""

    def __init__(self, workbook: Workbook, sender: str | None) -> None:
        self._workbook, self._sender = workbook, sender
        self._tables = self._new_tables()

    def _new_tables(self) -> Tables:
        return Tables(self._sender, exact_width=False)

    @property
    def sha256(self) -> str:
        return self._workbook.sha256

    def form(self) -> FeedForm:
        return FeedForm(format=XLSX, tables=table_forms(self._tables))

    def layouts(self) -> tuple[str, ...]:
        return layout_names(self._tables)

    def rows(self) -> Iterator[ParsedRow | SkippedLine]:
        self._tables = self._new_tables()
        for sheet in self._workbook.sheets:
            yield from sheet.skipped()
            if sheet.header is not None:
                self._tables.begin(sheet.header, sheet.name)
                yield from self._tables.read(sheet.rows())


def table_forms(tables: Tables) -> tuple[TableForm, ...]:
    """The tables met, as they are kept with a run."""
    return tuple(
        TableForm(
            first=table.first,
            sheet=table.sheet,
            names=table.header.names,
            has_error_columns=table.header.has_error_columns,
        )
        for table in tables.met
    )


def layout_names(tables: Tables) -> tuple[str, ...]:
    """The layouts of the tables met, each once."""
    return tuple(dict.fromkeys(table.header.layout.name for table in tables.met))


def open_feed(feed: Path | FeedSource, *, sender: str | None = None) -> FeedReader:
    """Recognise a feed and make its records ready to be read; `sender` is the agency of cases that name none.

    Raises UnreadableFeedError, with a sentence for the sender, for one that is missing, binary, damaged, hostile, in
    neither UTF-8 nor GB18030, or without a header this version reads. An archive is not read by itself: its members
    are (`archives.feed_sources`).
    """
    source = DiskFile(feed) if isinstance(feed, Path) else feed
    content = Gunzipped(source) if beginning(source).startswith(GZIP) else source
    if beginning(content).startswith(ZIP):
        return FeedReader(source, _Xlsx(open_workbook(content), sender))
    survey = survey_of(content)
    if survey.header is None:
        return FeedReader(source, _JsonLines(content, survey, sender))
    return FeedReader(source, _Csv(content, survey, survey.header, sender))
