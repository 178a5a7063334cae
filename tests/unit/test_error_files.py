"""Rejected rows written in the form they came in: what is read again is what was sent, and no spreadsheet runs it."""

import csv
import errno
import gzip
import io
import json
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from indexer.feeds.cell_marks import Marker
from indexer.feeds.error_files import error_file
from indexer.feeds.forms import FeedForm
from indexer.feeds.kept_cells import kept_values
from indexer.feeds.marked_rows import MarkedRow
from indexer.feeds.reader import open_feed
from indexer.whole_files import whole_file
from schema.feed_records import ParsedRow, SentRow
from schema.spreadsheet_text import guarded, unguarded
from stores.errors import BadUserInputError
from stores.keys import parse_key_ring
from tests.conftest import TEST_KEY
from tests.unit.feed_files import HEADER, NAMES, case, error, numbers, part_of, read, workbook

MARKER = Marker(parse_key_ring(TEST_KEY), "20240301-021500-a1b2c3")
CODE, MESSAGE = "BAD_VALUE", "A date is expected: 2022-09-31, or 2022/9/31."


def given_back(path: Path, *, compressed: bool = False) -> bytes:
    """The error file of a feed of which every row was rejected."""
    reader = open_feed(path)
    rows = [row for row in reader.sent() if isinstance(row, SentRow)]
    form = FeedForm.from_json(json.loads(json.dumps(reader.form.as_json())))
    stream = io.BytesIO()
    with error_file(form, stream, MARKER, compressed=compressed) as file:
        for row in rows:
            file.add(row.ordinal, row.raw, CODE, MESSAGE)
    return stream.getvalue()


def read_whole(path: Path, content: bytes) -> list[ParsedRow]:
    """What is read of an error file of a feed, with what its covered cells stand for."""
    reader = open_feed(path)
    kept = {row.ordinal: row.raw for row in reader.sent() if isinstance(row, SentRow)}
    path.write_bytes(content)
    found = []
    for row in open_feed(path).sent():
        if isinstance(row, MarkedRow):
            place = row.kept_at(MARKER.keys)
            assert place is not None
            found.append(row.whole(MARKER.keys, kept_values(reader.form, kept[place.ordinal], range(1, 100))).read())
        elif isinstance(row, SentRow):
            found.append(row.read())
    return found


def cells(content: bytes, encoding: str = "utf-8", delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_csv_keeps_its_encoding_delimiter_header_and_cells(
    path: Path, encoding: str, delimiter: str, line_end: str
) -> None:
    lines = (HEADER.replace(",", delimiter), f'甲局{delimiter}1号{delimiter}"宏{delimiter}达"{delimiter}事实®', "")
    path.write_bytes(line_end.join(lines).encode(encoding))
    content = given_back(path)
    assert cells(content, encoding, delimiter) == [
        [*NAMES, "code", "message"],
        ["甲局", "1号", f"宏{delimiter}达", "事实®", CODE, MESSAGE],
    ]
    path.write_bytes(content)
    reader = open_feed(path)
    assert (reader.encoding, numbers(read(path)[0])) == (encoding, ["1号"])


def test_titles_stay_behind_and_every_table_keeps_its_own_header(path: Path) -> None:
    path.write_text(f"标题,,,\n{HEADER}\n甲局,1号,宏达公司,事实\n\n行政处罚决定书文号,处罚机关\n2号,乙局\n合计,2\n")
    content = given_back(path)
    assert cells(content) == [
        [*NAMES, "code", "message"],
        ["甲局", "1号", "宏达公司", "事实", CODE, MESSAGE],
        ["行政处罚决定书文号", "处罚机关", "code", "message"],
        ["2号", "乙局", CODE, MESSAGE],
    ]
    path.write_bytes(content)
    assert numbers(read(path)[0]) == ["1号", "2号"]


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "＝1", "'=1", "''=1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_csv_error_file_begins_a_formula_and_all_are_read_as_sent(path: Path, formula: str) -> None:
    path.write_text(f"{HEADER},=备注()\n甲局,1号,宏达公司,{formula},{formula}\n")
    was = read(path)[0][0]
    content = given_back(path)
    for row in cells(content):
        assert not any(cell.lstrip("\t\r\n").startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) for cell in row)
    path.write_bytes(content)
    assert case(read(path)[0][0]).facts == case(was).facts
    assert given_back(path) == content


@given(st.text())
def test_a_guarded_cell_is_read_as_it_was_and_is_no_formula(cell: str) -> None:
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert unguarded(guarded(cell)) == (cell if guarded(cell) != cell else unguarded(cell))


cell_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=20)


@given(st.lists(st.tuples(cell_texts, cell_texts), min_size=1, max_size=5))
def test_any_cells_of_csv_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, texts: Sequence[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("any") / "feed"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(NAMES)
        writer.writerows(["甲局", f"甲罚〔2023〕{place}号", *texts] for place, texts in enumerate(texts))
    before = [row.outcome for row in read(path)[0]]
    assert [row.outcome for row in read_whole(path, given_back(path))] == before


@pytest.mark.parametrize("bad", ["甲局,1号,宏达公司", "甲局,1号,a,b,c,d", '甲局,1号,"宏"达,b', "\udcff\udcfe,1号,a,b"])
def test_a_row_that_is_no_row_is_shown_in_its_message_and_rejected_until_it_is_corrected(path: Path, bad: str) -> None:
    raw = bad.encode("utf-8", "surrogateescape")
    path.write_bytes(f"{HEADER}\n甲局,0号,宏达公司,事实\n".encode() + raw + b"\n")
    content = given_back(path)
    last = cells(content)[-1]
    assert last[:5] == ["", "", "", "", CODE]
    assert last[5] == f"{MESSAGE} As sent: {raw.decode('utf-8', 'backslashreplace')}"
    path.write_bytes(content)
    assert "not corrected" in error(read(path)[0][-1]).message
    assert cells(given_back(path))[-1] == last
    corrected = [*cells(content)[:-1], ["甲局", "1号", "宏达公司", "事实", "", ""]]
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(corrected)
    assert numbers(read(path)[0]) == ["0号", "1号"]


def test_json_lines_keep_each_object_to_the_last_digit_and_wrap_what_is_none(path: Path) -> None:
    lines = [
        '{"kind": "penalty_case",  "documentNumber":"1号","fine":1.10, "x":1e300, "y":12345678901234567890.10 } ',
        "{}",
        "no object",
        "[1]",
        '{"facts":"\\ud800"}',
    ]
    path.write_text("".join(f"{line}\n" for line in lines))
    content = given_back(path).decode().splitlines()
    told = f'"code":"{CODE}","message":"{MESSAGE}"'
    assert content[0] == lines[0].rstrip().removesuffix(" }") + f",{told}}}"
    assert content[1] == f"{{{told}}}"
    assert [json.loads(line)["raw"] for line in content[2:4]] == ["no object", "[1]"]
    assert json.loads(content[4])["facts"] == "\ud800"
    path.write_text("\n".join(content))
    assert given_back(path).decode().splitlines()[2:4] == [
        json.dumps({"raw": raw, "code": CODE, "message": MESSAGE}) for raw in ("no object", "[1]")
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_json_lines_keep_their_encoding(path: Path, encoding: str) -> None:
    line = json.dumps({"kind": "penalty_case", "agency": "甲局", "documentNumber": "1号"}, ensure_ascii=False)
    path.write_bytes((f"{line}\n" * 3).encode(encoding))
    path.write_bytes(given_back(path))
    assert (open_feed(path).encoding, numbers(read(path)[0])) == (encoding, ["1号"] * 3)


def test_a_workbook_comes_back_sheet_by_sheet_and_runs_nothing(path: Path) -> None:
    path.write_bytes(
        workbook(
            {
                "案件": [
                    ["标题"],
                    NAMES,
                    ["甲局", "1号", "=1+1", 5],
                    [],
                    ["处罚机关", "行政处罚决定书文号"],
                    ["乙局", "2号"],
                ],
                "说明": [["没有表"]],
                "第二": [NAMES, ["丙局", "3号", "http://example.com", True], ["丁局", "4号", "a", "b", "多"]],
            }
        )
    )
    content = given_back(path)
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert sheets.sheet_names == ["案件", "第二"]
    rows = sheets.get_sheet_by_name("案件").to_python()
    assert rows[:2] == [[*NAMES, "code", "message"], ["甲局", "1号", "=1+1", 5.0, CODE, MESSAGE]]
    assert rows[3][:4] == ["处罚机关", "行政处罚决定书文号", "code", "message"]
    odd = sheets.get_sheet_by_name("第二").to_python()[2]
    assert odd[:5] == ["", "", "", "", CODE]
    assert '"多"' in str(odd[5])
    for part in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
        assert b"<f>" not in part_of(content, part)
    path.write_bytes(content)
    again, _ = read(path)
    assert numbers(again[:3]) == ["1号", "2号", "3号"]
    assert "not corrected" in error(again[3]).message


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER}\n甲局,1号,宏达公司,事实\n".encode(),
        '{"kind":"penalty_case","agency":"甲局","documentNumber":"1号"}\n'.encode(),
        workbook({"a": [NAMES, ["甲局", "1号", "宏达公司", "事实"]]}),
    ],
)
def test_an_error_file_can_be_compressed_and_one_without_rows_is_still_a_feed(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    packed = given_back(path, compressed=True)
    path.write_bytes(packed)
    assert numbers(read(path)[0]) == ["1号"]
    reader = open_feed(path)
    list(reader)
    stream = io.BytesIO()
    with error_file(reader.form, stream, MARKER, compressed=False):
        pass
    path.write_bytes(stream.getvalue())
    assert read(path)[0] == []
    assert gzip.decompress(packed)[:2] != b"\x1f\x8b"


def test_a_row_longer_than_a_cell_is_shown_in_part(path: Path) -> None:
    path.write_text(f"{HEADER}\n甲局,1号,{'x' * 50_000}\n")
    last = cells(given_back(path))[-1]
    assert 30_000 < len(last[5]) < 31_000
    assert last[5].endswith("the file that was sent has the rest)")
    path.write_bytes(workbook({"a": [NAMES, ["甲局", "1号", "b", "c" * 32_767]]}))
    path.write_bytes(given_back(path))
    assert numbers(read(path)[0]) == ["1号"]


def test_a_file_appears_whole_for_its_owner_alone_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "errors.csv"
    with whole_file(path, force=False) as stream:
        stream.write(b"a")
        assert not path.exists()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(BadUserInputError, match="--force"), whole_file(path, force=False) as stream:
        stream.write(b"b")
    with pytest.raises(TypeError), whole_file(path, force=True) as stream:
        stream.write("no bytes")  # type: ignore[call-overload]
    assert path.read_bytes() == b"a"
    with whole_file(path, force=True) as stream:
        stream.write(b"c")
    assert path.read_bytes() == b"c"
    assert [each.name for each in tmp_path.iterdir()] == ["errors.csv"]


def test_a_file_system_without_second_names_does_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    path = tmp_path / "errors.csv"
    with whole_file(path, force=False) as stream:
        stream.write(b"a")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"a", 0o600)
    with pytest.raises(BadUserInputError, match="is there already"), whole_file(path, force=False):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["errors.csv"]


def test_a_file_that_came_meanwhile_is_kept_and_folders_are_no_files(tmp_path: Path) -> None:
    path = tmp_path / "errors.csv"
    with pytest.raises(BadUserInputError, match="is there already"), whole_file(path, force=False):
        path.write_bytes(b"somebody's")
    assert path.read_bytes() == b"somebody's"
    for place in (tmp_path, tmp_path / "missing" / "errors.csv"):
        with pytest.raises(BadUserInputError), whole_file(place, force=True):
            pass
    assert [each.name for each in tmp_path.iterdir()] == ["errors.csv"]
