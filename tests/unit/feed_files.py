"""Feed files of a test's own making, and what the reader makes of them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from indexer.feeds.reader import open_feed
from schema.feed_records import CaseRecord, ParsedRow, RowError, SkippedLine

NAMES = ("处罚机关", "行政处罚决定书文号", "行政相对人名称", "违法事实")
HEADER = ",".join(NAMES)

Cell = Any
Sheets = Mapping[str, Sequence[Sequence[Cell]]]


def workbook(sheets: Sheets) -> bytes:
    """A workbook of sheets' rows; texts are texts, whatever they begin with."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, cells in enumerate(rows):
                sheet.write_row(line, 0, cells)
    return buffer.getvalue()


def archive(members: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def with_parts(book: bytes, parts: Mapping[str, bytes]) -> bytes:
    """A workbook of which some parts are replaced, or more are there."""
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        return archive({name: packed.read(name) for name in packed.namelist()} | dict(parts))


def part_of(book: bytes, name: str) -> bytes:
    """A part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        return packed.read(name)


def read(path: Path) -> tuple[list[ParsedRow], list[SkippedLine]]:
    """The rows of a feed, and the lines that are none."""
    found = list(open_feed(path))
    return [row for row in found if isinstance(row, ParsedRow)], [
        line for line in found if isinstance(line, SkippedLine)
    ]


def numbers(rows: Sequence[ParsedRow]) -> list[str | None]:
    """The document numbers of rows that are cases."""
    return [case(row).document_number for row in rows]


def case(row: ParsedRow) -> CaseRecord:
    """The case a row is."""
    assert isinstance(row.outcome, CaseRecord), row.outcome
    return row.outcome


def error(row: ParsedRow) -> RowError:
    """The error a row is."""
    assert isinstance(row.outcome, RowError), row.outcome
    return row.outcome


def reasons(lines: Sequence[SkippedLine]) -> list[tuple[int, str]]:
    """Where the lines that are no rows stand, and why they are none."""
    return [(line.line, line.reason) for line in lines]
