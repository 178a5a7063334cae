"""Workbooks: sheets, merged cells, serial dates, and what a spreadsheet does to numbers."""

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import xlsxwriter

from indexer.feeds.reader import open_feed
from indexer.feeds.templates import template
from schema.feed_records import AgencyRecord, RowError, SentRow, TransferRecord
from schema.vocabularies import FeedErrorCode, FeedKind
from stores.errors import UnreadableFeedError
from tests.unit.feed_files import NAMES, case, error, numbers, read, reasons, workbook


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed.xlsx"


def test_a_sheet_is_read_below_its_title_and_above_its_totals(path: Path) -> None:
    path.write_bytes(
        workbook(
            {
                "案件": [
                    ["行政处罚情况表"],
                    [],
                    NAMES,
                    ["甲局", "甲罚〔2023〕1号", "宏达公司", "事实"],
                    ["合计", 1],
                    [],
                    ["第二部分"],
                    ["行政处罚决定书文号", "处罚机关"],
                    ["甲罚〔2023〕2号", "乙局"],
                ]
            }
        )
    )
    rows, skipped = read(path)
    assert numbers(rows) == ["甲罚〔2023〕1号", "甲罚〔2023〕2号"]
    assert [row.line for row in rows] == [4, 9]
    assert [(line, why.split(";")[0]) for line, why in reasons(skipped)] == [
        (1, "title"), (2, "blank"), (3, "header"), (5, "total"), (6, "blank"), (7, "title"), (8, "header"),
    ]  # fmt: skip
    assert {line.sheet for line in skipped} == {"案件"}


def test_each_sheet_has_its_own_kind(path: Path) -> None:
    path.write_bytes(
        workbook(
            {
                "agency": [["name", "region"], ["试验县生态环境局", "411300"]],
                "移送": [["agency", "documentNumber", "decidedOn"], ["试验县生态环境局", "1号", "2023-05-01"]],
                "说明": [["name", "region"], ["名称", "六位"]],
                "处罚": [NAMES, ["甲局", "1号", "宏达公司", "事实"]],
            }
        )
    )
    rows, skipped = read(path)
    assert [type(row.outcome) for row in rows[:2]] == [AgencyRecord, TransferRecord]
    assert numbers(rows[2:]) == ["1号"]
    assert any(line.sheet == "说明" and "not read" in line.reason for line in skipped)
    reader = open_feed(path)
    list(reader)
    assert [reader.sheet_of(row.ordinal) for row in rows] == ["agency", "移送", "处罚"]
    assert reader.fraction_read == 1.0


def made(write: Any) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        write(book)
    return buffer.getvalue()


def test_merged_header_cells_and_merged_values_are_understood(path: Path) -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:A2", "处罚机关")
        sheet.merge_range("B1:C1", "行政相对人")
        sheet.write_row(1, 1, ["名称", "类别"])
        sheet.merge_range("D1:D2", "行政处罚决定书文号")
        sheet.merge_range("A3:A4", "甲局")
        sheet.write_row(2, 1, ["宏达公司", "法人及非法人组织", "1号"])
        sheet.write_row(3, 1, ["宏远公司", "法人及非法人组织", "2号"])
        sheet.write_row(4, 0, ["乙局", "宏大公司", "法人及非法人组织", "3号"])

    path.write_bytes(made(write))
    rows, _ = read(path)
    assert [(case(row).agency_name, case(row).party.name) for row in rows] == [
        ("甲局", "宏达公司"), ("甲局", "宏远公司"), ("乙局", "宏大公司"),
    ]  # fmt: skip
    assert [len(row.warnings) for row in rows] == [0, 1, 0]
    assert "merged" in rows[1].warnings[0].message


def test_days_amounts_and_formulas_are_read_as_shown(path: Path) -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy/m/d"})
        sheet.write_row(0, 0, ["处罚机关", "行政处罚决定书文号", "处罚决定日期", "罚款金额(万元)", "违法事实"])
        sheet.write_row(1, 0, ["甲局", "1号"])
        sheet.write_datetime(1, 2, datetime(2023, 5, 21), day)  # noqa: DTZ001  a cell has no zone
        sheet.write_number(1, 3, 0.1)
        sheet.write_formula(1, 4, '=CONCATENATE("事","实")', None, "事实")
        sheet.write_row(2, 0, ["甲局", "2号", 45067, 5])

    path.write_bytes(made(write))
    first, second = (case(row) for row in read(path)[0])
    assert (first.decided_on, str(first.fine), first.facts) == (date(2023, 5, 21), "1000.00", "事实")
    assert (second.decided_on, str(second.fine)) == (date(2023, 5, 21), "50000.00")


def test_a_number_that_lost_its_last_digits_rejects_its_row(path: Path) -> None:
    names = ["处罚机关", "行政处罚决定书文号", "行政相对人名称", "证件号码"]
    path.write_bytes(workbook({"a": [names, ["甲局", "1号", "张三", 110105194912310021]]}))
    (row,) = read(path)[0]
    assert (error(row).code, error(row).column) == (FeedErrorCode.BAD_VALUE, "证件号码(自然人)")
    assert "15 digits" in error(row).message
    assert "110105" not in error(row).message


def test_hidden_sheets_and_sheets_without_a_table_are_told_of(path: Path) -> None:
    def write(book: Any) -> None:
        shown = book.add_worksheet("案件")
        shown.write_row(0, 0, NAMES)
        shown.write_row(1, 0, ["甲局", "1号", "宏达公司", "事实"])
        hidden = book.add_worksheet("旧数据")
        hidden.write_row(0, 0, NAMES)
        hidden.hide()
        other = book.add_worksheet("联系人")
        other.write_row(0, 0, ["姓名", "电话"])

    path.write_bytes(made(write))
    rows, skipped = read(path)
    assert len(rows) == 1
    assert {line.sheet: line.reason for line in skipped} == {
        "案件": "header",
        "旧数据": "hidden sheet, not read",
        "联系人": "no header that is known; the sheet was not read (1 rows)",
    }


def test_a_workbook_without_any_table_is_refused_and_an_empty_one_has_no_rows(path: Path) -> None:
    path.write_bytes(workbook({"a": [["姓名", "电话"], ["张三", "1"]]}))
    with pytest.raises(UnreadableFeedError, match="No sheet"):
        open_feed(path)
    path.write_bytes(workbook({"a": []}))
    assert read(path)[0] == []


def test_a_row_is_known_by_its_cells_wherever_it_stands(tmp_path: Path) -> None:
    row = ["甲局", "1号", "宏达公司", 5]
    sent = []
    for name, rows in {"a": [NAMES, row], "b": [["标题"], NAMES, ["乙局", "2号", "", ""], row]}.items():
        path = tmp_path / name
        path.write_bytes(workbook({name: rows}))
        sent.append([line for line in open_feed(path).sent() if isinstance(line, SentRow)][-1])
    assert sent[0].raw == sent[1].raw == orjson.dumps({"cells": [*row[:3], 5.0]})
    assert sent[0].reading == sent[1].reading
    assert sent[0].line != sent[1].line


def test_a_row_that_says_something_right_of_the_table_is_rejected(path: Path) -> None:
    path.write_bytes(workbook({"a": [NAMES, ["甲局", "1号", "宏达公司", "事实", "多余"], ["甲局", "2号", "", "", ""]]}))
    rows, _ = read(path)
    assert error(rows[0]).code is FeedErrorCode.BAD_ROW
    assert numbers(rows[1:]) == ["2号"]


@pytest.mark.parametrize("kind", [*FeedKind, None])
def test_the_workbook_of_every_template_is_read_as_it_is_given(path: Path, kind: FeedKind | None) -> None:
    path.write_bytes(template(kind, "xlsx"))
    rows, skipped = read(path)
    assert len(rows) == 1
    assert not isinstance(rows[0].outcome, RowError)
    assert any(line.sheet == "说明" and "not read" in line.reason for line in skipped)
