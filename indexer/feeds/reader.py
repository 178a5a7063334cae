"""Reading a feed, recognised by its bytes, record by record: CSV and JSON Lines in constant memory, XLSX in bounded.

A text is read twice: once to find out what it is, once for its records. What is held is never more than one record.

CSV is read strictly: a quote inside a quoted cell must be doubled, and one that is never closed makes one BAD_ROW of
all it swallowed (until a cell is `MAX_TEXT` long), which is kept as sent, so that it can be corrected and sent again. A
lenient reader would glue the cells together and store the wrong thing without a word.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from indexer.feeds import bounds
from indexer.feeds.archives import ZIP
from indexer.feeds.cell_marks import MARK_WORD
from indexer.feeds.csv_rows import csv_rows, title_lines
from indexer.feeds.forms import CSV, JSON_LINES, XLSX, FeedForm
from indexer.feeds.json_lines import json_rows
from indexer.feeds.kept_cells import with_csv_cells
from indexer.feeds.own_layouts import OwnLayout
from indexer.feeds.sources import GZIP, CountedSource, DiskFile, FeedSource, Gunzipped, beginning
from indexer.feeds.survey import CsvHeader, Survey, physical_lines, survey_of
from indexer.feeds.tables import Tables
from indexer.feeds.workbooks import Workbook, open_workbook, with_sent
from schema.feed_records import ParsedRow, SentRow, SkippedLine


class _Content(Protocol):
    """What a feed holds, once its format is known."""

    def form(self) -> FeedForm:
        """Its form; all tables are in it when all records have been read."""

    def layouts(self) -> tuple[str, ...]:
        """Its layouts, each once."""

    def rows(self) -> Iterator[SentRow | SkippedLine]:
        """Its records, from the first."""

    @property
    def sha256(self) -> str:
        """The digest of its bytes, when all records have been read."""

    @property
    def fraction_read(self) -> float:
        """How much of it was read, from 0 to 1."""


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

    @property
    def fraction_read(self) -> float:
        """How much of the feed was read for its records, from 0 to 1, for whoever waits."""
        return 1.0 if self._ended else self._content.fraction_read

    def sheet_of(self, ordinal: int) -> str | None:
        """The sheet a record stands on, in a workbook."""
        form = self.form
        return form.table_of(ordinal).sheet if form.tables else None

    def __iter__(self) -> Iterator[ParsedRow | SkippedLine]:
        """Read from the beginning, every row."""
        for row in self.sent():
            yield row if isinstance(row, SkippedLine) else row.read()

    def sent(self) -> Iterator[SentRow | SkippedLine]:
        """The rows from the beginning as they were sent, to be read by whom they are news to."""
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


class _Text:
    """A feed that is a text of lines."""

    def __init__(self, packed: CountedSource, content: FeedSource, survey: Survey) -> None:
        self._packed, self._content, self._survey = packed, content, survey
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    @property
    def fraction_read(self) -> float:
        return self._packed.fraction_read

    def _lines(self) -> Iterator[bytes]:
        self._digest = hashlib.sha256()
        return physical_lines(self._content.chunks(), self._survey.terminator, self._digest.update)


class _JsonLines(_Text):
    """A feed of JSON Lines."""

    def __init__(self, packed: CountedSource, content: FeedSource, survey: Survey, sender: str | None) -> None:
        super().__init__(packed, content, survey)
        self._sender = sender

    def form(self) -> FeedForm:
        return FeedForm(format=JSON_LINES, encoding=self._survey.encoding)

    def layouts(self) -> tuple[str, ...]:
        return ("JSON Lines",)

    def rows(self) -> Iterator[SentRow | SkippedLine]:
        return json_rows(self._lines(), self._survey.codec, self._sender)


class _Csv(_Text):
    """A feed of CSV."""

    def __init__(
        self, packed: CountedSource, content: FeedSource, survey: Survey, header: CsvHeader, tables: Tables
    ) -> None:
        super().__init__(packed, content, survey)
        self._header, self._tables = header, tables
        tables.begin(header.header, None)

    def form(self) -> FeedForm:
        return FeedForm(
            format=CSV,
            encoding=self._survey.encoding,
            line_end=self._survey.terminator.decode(),
            delimiter=self._header.delimiter,
            tables=self._tables.forms(),
        )

    def layouts(self) -> tuple[str, ...]:
        return self._tables.layouts()

    def rows(self) -> Iterator[SentRow | SkippedLine]:
        self._tables = self._tables.anew()
        self._tables.begin(self._header.header, None)
        lines = self._lines()
        yield from title_lines(lines, self._survey.codec, self._header)
        yield from self._tables.read(csv_rows(lines, self._survey, self._header))


class _Xlsx:
    """A feed that is a workbook."""

    def __init__(self, workbook: Workbook, tables: Tables) -> None:
        self._workbook, self._tables = workbook, tables
        self._passed = 0

    @property
    def sha256(self) -> str:
        return self._workbook.sha256

    @property
    def fraction_read(self) -> float:
        return min(1.0, self._passed / max(1, sum(sheet.lines for sheet in self._workbook.sheets)))

    def form(self) -> FeedForm:
        return FeedForm(format=XLSX, tables=self._tables.forms())

    def layouts(self) -> tuple[str, ...]:
        return self._tables.layouts()

    def rows(self) -> Iterator[SentRow | SkippedLine]:
        self._tables = self._tables.anew()
        self._passed = 0
        for sheet in self._workbook.sheets:
            yield from sheet.skipped()
            if sheet.header is not None:
                self._tables.begin(sheet.header, sheet.name)
                for row in self._tables.read(sheet.rows()):
                    self._passed += 1
                    yield row


def open_feed(feed: Path | FeedSource, *, sender: str | None = None, layouts: Sequence[OwnLayout] = ()) -> FeedReader:
    """Recognise a feed and make its records ready to be read; `sender` is the agency of cases that name none.

    `layouts` are the agencies' own that are known.

    Raises UnreadableFeedError, with a sentence for the sender, for one that is missing, binary, damaged, hostile, in
    neither UTF-8 nor GB18030, or without a header this version reads. An archive is not read by itself: its members
    are (`archives.feed_sources`).
    """
    source = DiskFile(feed) if isinstance(feed, Path) else feed
    packed = CountedSource(source)
    content = Gunzipped(packed) if beginning(packed).startswith(GZIP) else packed
    if beginning(content).startswith(ZIP):
        workbook = open_workbook(content, layouts)
        return FeedReader(source, _Xlsx(workbook, Tables(sender, exact_width=False, put=with_sent, own=layouts)))
    survey = survey_of(content, layouts)
    if survey.header is None:
        return FeedReader(source, _JsonLines(packed, content, survey, sender))
    delimiter = survey.header.delimiter
    tables = Tables(
        sender,
        exact_width=True,
        put=partial(with_csv_cells, codec=survey.codec, line_end=survey.terminator.decode(), delimiter=delimiter),
        mark_word=MARK_WORD.encode(survey.codec),
        own=layouts,
        reading=(survey.encoding, delimiter),
    )
    return FeedReader(source, _Csv(packed, content, survey, survey.header, tables))
