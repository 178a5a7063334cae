"""A template is read back as it was written: its titles are no rows, and its example is a good one."""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import orjson
import pytest

from indexer.feeds.json_records import json_record
from indexer.feeds.kinds.catalogue import KINDS
from indexer.feeds.layouts import recognise_layout
from indexer.feeds.reader import open_feed
from indexer.feeds.template_columns import template_columns
from indexer.feeds.templates import template, template_kind
from schema.feed_records import CaseRecord, FeedRecord, ParsedRow, RowWarning, SkippedLine
from schema.vocabularies import FeedKind
from stores.errors import BadUserInputError

SHARED = Path(__file__).resolve().parents[3] / "shared"
ALL = [None, *KINDS]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def example_of(kind: FeedKind) -> FeedRecord:
    warnings: list[RowWarning] = []
    record = json_record(orjson.loads(template(kind, "jsonl")), warnings)
    assert warnings == []
    return record


def part(archive: zipfile.ZipFile, name: str) -> ET.Element:
    """A part of a workbook that we wrote ourselves."""
    return ET.fromstring(archive.read(f"xl/{name}.xml"))  # noqa: S314  no one else's


def sheets(content: bytes) -> Iterator[tuple[str, list[list[str]]]]:
    """The texts of a workbook's sheets, row by row."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        strings = ["".join(text.itertext()) for text in part(archive, "sharedStrings").iter(f"{MAIN}si")]
        names = [sheet.attrib["name"] for sheet in part(archive, "workbook").iter(f"{MAIN}sheet")]
        for number, name in enumerate(names, 1):
            rows = part(archive, f"worksheets/sheet{number}").iter(f"{MAIN}row")
            yield name, [[strings[int(cell.findtext(f"{MAIN}v") or 0)] for cell in row if len(cell)] for row in rows]


@pytest.mark.parametrize("kind", ALL)
def test_a_csv_template_loads_with_its_example_and_nothing_else(kind: FeedKind | None, tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    path.write_bytes(template(kind, "csv"))
    found = list(open_feed(path))
    rows = [row for row in found if isinstance(row, ParsedRow)]
    skipped = [line for line in found if isinstance(line, SkippedLine)]
    assert [(line.line, line.reason) for line in skipped] == [(1, "title"), (2, "title"), (3, "header")]
    assert [row.warnings for row in rows] == [()]
    if kind is None:
        assert isinstance(rows[0].outcome, CaseRecord)
    else:
        assert rows[0].outcome == example_of(kind)


@pytest.mark.parametrize("kind", ALL)
def test_a_workbook_has_the_header_with_notes_an_example_and_a_sheet_of_explanations(kind: FeedKind | None) -> None:
    content = template(kind, "xlsx")
    (name, (header, *_)), (explanations, lines) = sheets(content)
    assert name == ("双公示" if kind is None else kind.label)
    assert header == [column.header for column in template_columns(kind)]
    assert explanations == "说明"
    assert [line[0] for line in lines[1:]] == header
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        notes = part(archive, "comments1")
    explained = [column.explanation for column in template_columns(kind) if column.explanation]
    assert ["".join(note.itertext()) for note in notes.iter(f"{MAIN}comment")] == explained


@pytest.mark.parametrize("kind", ALL)
def test_only_the_header_of_a_template_is_taken_for_one(kind: FeedKind | None) -> None:
    for name, rows in sheets(template(kind, "xlsx")):
        known = [recognise_layout(row, sheet=name) is not None for row in rows]
        assert known == [name != "说明" and index == 0 for index in range(len(rows))]
        # Nor in a copy of the sheet under another name.
        assert not any(recognise_layout(row) for row in rows[1:])


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_begins_with_the_kind_and_has_every_field(kind: FeedKind) -> None:
    columns = template_columns(kind)
    assert (columns[0].name, columns[0].header, columns[0].example) == ("kind", "记录类型", kind.label)
    assert {column.name.partition(".")[0] for column in columns[1:]} == {field.name for field in KINDS[kind].fields}


def test_the_published_template_has_the_thirty_columns_of_the_standard() -> None:
    columns = template_columns(None)
    assert len({column.header for column in columns}) == 30
    contract = SHARED / "contract" / "shuanggongshi_columns.csv"
    if not contract.exists():
        pytest.skip("../shared is not beside this checkout")
    with contract.open(encoding="utf-8", newline="") as stream:
        standard = [(row["code"], row["column_cn"]) for row in csv.DictReader(stream)]
    assert [(column.name, column.header) for column in columns] == standard


@pytest.mark.parametrize("kind", ALL)
def test_no_cell_of_a_template_begins_as_a_formula_does(kind: FeedKind | None) -> None:
    cells = [cell for row in csv.reader(io.StringIO(template(kind, "csv").decode("utf-8-sig"))) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))] == []


def test_a_template_is_asked_for_by_the_kinds_name_or_label() -> None:
    assert template_kind("transfer") is template_kind("移送") is FeedKind.TRANSFER
    assert template_kind("published") is template_kind("双公示") is None
    with pytest.raises(BadUserInputError, match="penalty_case"):
        template_kind("penalty")


@pytest.mark.parametrize(("kind", "form"), [(None, "jsonl"), (FeedKind.AGENCY, "xls"), (FeedKind.AGENCY, "")])
def test_a_format_there_is_not_is_refused(kind: FeedKind | None, form: str) -> None:
    with pytest.raises(BadUserInputError, match="format"):
        template(kind, form)
