"""Tables in a file: several of them, headers of two rows, titles, totals, and rows that look like none of these."""

from pathlib import Path

import pytest

from indexer.feeds.reader import open_feed
from schema.feed_records import SentRow
from schema.vocabularies import FeedErrorCode
from stores.errors import UnreadableFeedError
from tests.unit.feed_files import HEADER, case, error, numbers, read, reasons


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed.csv"


def test_several_tables_in_a_file_are_each_read_under_their_own_header(path: Path) -> None:
    path.write_text(
        f"关于处罚的统计表,,,\n{HEADER}\n甲局,1号,宏达公司,事实\n合计,1,,\n,,,\n第二部分,,,\n"
        "文号,行政处罚决定书文号,行政相对人名称,处罚机关\nx,2号,宏远公司,乙局\n"
        f"{HEADER}\n丙局,3号,宏大公司,事实\n"
    )
    rows, skipped = read(path)
    assert numbers(rows) == ["1号", "2号", "3号"]
    assert [case(row).agency_name for row in rows] == ["甲局", "乙局", "丙局"]
    assert [row.line for row in rows] == [3, 8, 10]
    assert reasons(skipped) == [
        (1, "title"), (2, "header"), (4, "total"), (5, "blank"), (6, "title"), (7, "header; columns not read: 文号"),
        (9, "header"),
    ]  # fmt: skip


def test_a_header_that_comes_again_is_no_row(path: Path) -> None:
    path.write_text(f"{HEADER}\n甲局,1号,宏达公司,事实\n{HEADER}\n甲局,2号,宏达公司,事实\n")
    rows, skipped = read(path)
    assert numbers(rows) == ["1号", "2号"]
    assert reasons(skipped)[1:] == [(3, "repeated header")]
    assert len(open_feed(path).form.tables) == 1


def test_an_upper_name_over_several_lower_ones_makes_one_header_of_two_rows(path: Path) -> None:
    path.write_text(
        "处罚情况,,行政相对人,,违法事实\n处罚机关,行政处罚决定书文号,名称,类别,\n甲局,1号,宏达公司,法人及非法人组织,事实\n"
    )
    rows, skipped = read(path)
    assert (case(rows[0]).party.name, case(rows[0]).facts, case(rows[0]).agency_name) == ("宏达公司", "事实", "甲局")
    assert [line.line for line in skipped] == [1]


def test_a_title_above_a_whole_header_stays_a_title(path: Path) -> None:
    path.write_text(f"行政处罚,2023年度,,\n{HEADER}\n甲局,1号,宏达公司,事实\n")
    rows, skipped = read(path)
    assert numbers(rows) == ["1号"]
    assert reasons(skipped) == [(1, "title"), (2, "header")]


@pytest.mark.parametrize("row", ["罚款,警告,,", "违法事实,处罚机关,宏达公司,某某,", "甲局,,,", ",,,事实"])
def test_a_row_of_words_that_are_columns_names_or_of_one_cell_is_a_row(path: Path, row: str) -> None:
    path.write_text(f"{HEADER}\n甲局,1号,宏达公司,事实\n{row}\n甲局,2号,宏达公司,事实\n")
    rows, skipped = read(path)
    assert [row.line for row in rows] == [2, 3, 4]
    assert reasons(skipped) == [(1, "header")]


def test_a_header_inside_a_file_that_names_a_column_twice_is_a_row_and_refuses_no_file(path: Path) -> None:
    path.write_text(f"{HEADER}\n甲局,1号,宏达公司,事实\n违法事实,违法事实,CF_WSH,CF_WSH\n")
    rows, _ = read(path)
    assert [row.line for row in rows] == [2, 3]


def test_the_columns_of_a_file_of_rejected_rows_are_not_read(path: Path) -> None:
    path.write_text(f"{HEADER},code,message\n甲局,1号,宏达公司,事实,BAD_VALUE,A date is expected.\n,,,,BAD_ROW,x\n")
    rows, skipped = read(path)
    assert numbers(rows[:1]) == ["1号"]
    assert error(rows[1]).code is FeedErrorCode.BAD_ROW
    assert "was not corrected" in error(rows[1]).message
    assert reasons(skipped) == [(1, "header")]
    assert rows[0].warnings == ()


@pytest.mark.parametrize(
    ("sent", "meant"), [("'=1+1", "=1+1"), ("'＋1", "＋1"), ("''=1", "'=1"), ("'事实", "'事实"), ("=1", "=1")]
)
def test_the_apostrophe_before_a_formula_is_taken_off(path: Path, sent: str, meant: str) -> None:
    path.write_text(f"{HEADER}\n甲局,1号,宏达公司,{sent}\n")
    assert case(read(path)[0][0]).facts == meant


def test_a_row_under_another_header_is_read_otherwise_and_one_that_moved_is_not(tmp_path: Path) -> None:
    row = "甲局,1号,宏达公司,事实"
    contents = {
        "a": f"{HEADER}\n{row}\n",
        "moved": f"标题,,,\n{HEADER}\n乙局,2号,宏达公司,事实\n{row}\n",
        "other": f"处罚机关,行政处罚决定书文号,行政相对人名称,备注\n{row}\n",
        "second": f"{HEADER}\n乙局,2号,宏达公司,事实\n处罚机关,行政处罚决定书文号,行政相对人名称,备注\n{row}\n",
    }
    readings = {}
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
        sent = [line for line in open_feed(tmp_path / name).sent() if isinstance(line, SentRow)]
        assert sent[-1].raw == row.encode()
        readings[name] = sent[-1].reading
    assert readings["a"] == readings["moved"]
    assert readings["other"] == readings["second"] != readings["a"]


def test_a_file_of_more_tables_than_any_has_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.feeds.bounds.MAX_TABLES", 3)
    other = "行政处罚决定书文号,处罚机关,行政相对人名称,违法事实"
    path.write_text(f"{HEADER}\n{other}\n" * 3)
    with pytest.raises(UnreadableFeedError, match="3 tables"):
        read(path)


def test_lines_without_a_record_beyond_a_bound_are_counted_together(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.feeds.bounds.MAX_SKIPPED", 3)
    path.write_text(f"{HEADER}\n" + ",,,\n" * 10 + "甲局,1号,宏达公司,事实\n")
    rows, skipped = read(path)
    assert len(rows) == 1
    assert reasons(skipped)[-1] == (4, "blank, and 7 more lines without a record below")


def test_how_much_was_read_grows_to_the_whole(path: Path) -> None:
    path.write_text(f"{HEADER}\n" + f"甲局,1号,宏达公司,{'事实' * 1000}\n" * 1000)
    reader = open_feed(path)
    read_so_far = [reader.fraction_read for _ in reader.sent()]
    assert read_so_far == sorted(read_so_far)
    assert 0 < read_so_far[0] < 0.5 < read_so_far[-1] <= reader.fraction_read == 1.0
