"""The cells of a row that was kept as it was sent, by the form of its feed."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from indexer.feeds.forms import CSV, JSON_LINES, FeedForm
from indexer.feeds.json_tokens import json_tokens
from indexer.feeds.survey import codec_of
from indexer.feeds.tables import TableRow
from indexer.feeds.workbooks import Sent, text_of_sent


def csv_cells(form: FeedForm, raw: bytes) -> list[str]:
    """The cells of a row of CSV, as they stand in it; none of what is no row."""
    try:
        lines = raw.decode(codec_of(form.encoding)).split(form.line_end)
        rows = list(csv.reader((line + "\n" for line in lines), delimiter=form.delimiter, strict=True))
    except (csv.Error, UnicodeDecodeError):
        return []
    return rows[0] if len(rows) == 1 else []


def with_csv_cells(row: TableRow, cells: Mapping[int, Sent], *, codec: str, line_end: str, delimiter: str) -> TableRow:
    """A row of CSV with others in the place of cells, by their number from 1."""
    written = [text_of_sent(cells.get(number, cell)) for number, cell in enumerate(row.cells, 1)]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerow(written)
    raw = text.getvalue().removesuffix("\r\n").replace("\n", line_end).encode(codec)
    return row._replace(cells=written, raw=raw)


def workbook_cells(raw: bytes) -> list[Sent]:
    """The cells of a row of a sheet, without the blank ones at its end."""
    cells: list[Sent] = orjson.loads(raw)["cells"]
    return cells


def kept_values(form: FeedForm, raw: bytes, cells: Iterable[int]) -> dict[int, Any]:
    """What stands in these cells of a kept row, by their number, as a row of this form takes it; of JSON as written."""
    if form.format == JSON_LINES:
        line = raw.decode(codec_of(form.encoding))
        tokens = {token.number: line[token.start : token.end] for token in json_tokens(line)}
        return {cell: tokens[cell] for cell in cells if cell in tokens}
    sent = csv_cells(form, raw) if form.format == CSV else workbook_cells(raw)
    return {cell: sent[cell - 1] for cell in cells if cell <= len(sent)}
