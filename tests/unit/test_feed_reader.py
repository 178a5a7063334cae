"""A file is recognised by its bytes and read record by record, whatever an agency did to it."""

import csv
import gzip
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.feeds.reader import open_feed
from indexer.feeds.survey import MAX_LINE
from schema.feed_records import CaseRecord, ParsedRow, RowError, SkippedLine
from schema.vocabularies import FeedErrorCode
from stores.errors import UnreadableFeedError

HEADER = "处罚机关,行政处罚决定书文号,行政相对人名称,违法事实"
Row = tuple[str, str, str, str]


@pytest.fixture
def feed(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "feed.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def read(path: Path) -> tuple[list[ParsedRow], list[SkippedLine]]:
    found = list(open_feed(path))
    return [row for row in found if isinstance(row, ParsedRow)], [
        line for line in found if isinstance(line, SkippedLine)
    ]


def case(row: ParsedRow) -> CaseRecord:
    assert isinstance(row.outcome, CaseRecord), row.outcome
    return row.outcome


def error(row: ParsedRow) -> RowError:
    assert isinstance(row.outcome, RowError), row.outcome
    return row.outcome


Feed = Callable[[str | bytes], Path]


@pytest.mark.parametrize(("encoding", "name"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030")])
def test_the_encoding_is_recognised_by_the_bytes(feed: Feed, encoding: str, name: str) -> None:
    content = f"{HEADER}\r\n甲局,甲罚〔2023〕1号,宏达公司,罚款¥500®\r\n".encode(encoding)
    path = feed(content)
    reader = open_feed(path)
    rows = [row for row in reader if isinstance(row, ParsedRow)]
    assert (reader.encoding, reader.layout) == (name, "published CSV")
    assert reader.sha256 == hashlib.sha256(content).hexdigest()
    assert case(rows[0]).facts == "罚款¥500®"
    assert rows[0].raw == "甲局,甲罚〔2023〕1号,宏达公司,罚款¥500®".encode(encoding.removesuffix("-sig"))
    assert (rows[0].ordinal, rows[0].line) == (1, 2)


def test_the_digest_is_known_only_after_the_last_record(feed: Feed) -> None:
    with pytest.raises(RuntimeError):
        _ = open_feed(feed(HEADER)).sha256


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_delimiter_and_the_line_end_are_recognised(feed: Feed, delimiter: str, line_end: str) -> None:
    lines = (HEADER, "甲局,1号,宏达公司,事实", "乙局,2号,宏达公司,事实")
    rows, _ = read(feed(line_end.join(lines).replace(",", delimiter)))
    assert [case(row).document_number for row in rows] == ["1号", "2号"]
    assert [row.line for row in rows] == [2, 3]
    assert rows[0].raw.decode() == lines[1].replace(",", delimiter)


def test_titles_blank_lines_repeated_headers_and_totals_are_no_rows(feed: Feed) -> None:
    content = f"""\n行政处罚信息公示表,,,\n,,,\n{HEADER}\nCF_CFJG,CF_WSH,CF_XDR_MC,CF_SY\n甲局,1号,宏达公司,事实\n\n,,,
{HEADER}\n合  计,,,12.5\n总计：,,\n乙局,2号,宏达公司,事实\n"""
    rows, skipped = read(feed(content))
    assert [(row.ordinal, row.line) for row in rows] == [(1, 6), (2, 12)]
    assert [(line.line, line.reason) for line in skipped] == [
        (1, "blank"),
        (2, "title"),
        (3, "blank"),
        (4, "header"),
        (5, "repeated header"),
        (7, "blank"),
        (8, "blank"),
        (9, "repeated header"),
        (10, "total"),
        (11, "total"),
    ]


def test_a_party_called_like_a_total_is_a_row_when_it_names_a_case(feed: Feed) -> None:
    rows, _ = read(feed("行政相对人名称,处罚机关,行政处罚决定书文号\n合计,甲局,1号\n"))
    assert case(rows[0]).party.name == "合计"


def test_a_header_may_be_broken_over_lines_and_stand_below_titles(feed: Feed) -> None:
    header = '处罚机关,"行政处罚\n决定书文号","行政相对人代码_1\n（统一社会信用代码）",联系电话'
    content = f'"公示"表,\n\n{header}\n甲局,1号,,123\n'
    rows, skipped = read(feed(content))
    assert case(rows[0]).document_number == "1号"
    assert rows[0].line == 6
    assert skipped[-1] == SkippedLine(line=3, reason="header; columns not read: 联系电话")


def test_the_line_of_a_row_is_where_it_starts_and_its_bytes_are_all_its_lines(feed: Feed) -> None:
    rows, _ = read(feed(f'{HEADER}\r\n甲局,1号,宏达公司,"一\r\n二\r\n三"\r\n乙局,2号,宏达公司,事实\r\n'))
    assert [row.line for row in rows] == [2, 5]
    assert rows[0].raw.decode() == '甲局,1号,宏达公司,"一\r\n二\r\n三"'
    assert case(rows[0]).facts == "一\n二\n三"


@pytest.mark.parametrize(
    "row", ["甲局,1号,宏达公司", "甲局,1号,宏达公司,事实,多", '甲局,1号,宏达公司,"事实"外"', "甲局,1号,宏达公司,a\rb"]
)
def test_a_row_of_the_wrong_shape_is_a_bad_row_and_the_next_one_is_read(feed: Feed, row: str) -> None:
    rows, _ = read(feed(f"{HEADER}\n{row}\n乙局,2号,宏达公司,事实\n"))
    assert error(rows[0]).code is FeedErrorCode.BAD_ROW
    assert rows[0].raw.decode() == row
    assert case(rows[1]).document_number == "2号"


def test_a_quote_that_is_never_closed_makes_one_bad_row_of_what_it_swallowed(feed: Feed) -> None:
    rows, _ = read(feed(f'{HEADER}\n甲局,1号,宏达公司,事实\n乙局,2号,"宏达公司,事实\n丙局,3号,宏达公司,事实\n'))
    assert case(rows[0]).document_number == "1号"
    assert error(rows[1]).code is FeedErrorCode.BAD_ROW
    assert rows[1].raw.decode() == '乙局,2号,"宏达公司,事实\n丙局,3号,宏达公司,事实'
    assert len(rows) == 2


def test_an_open_quote_swallows_no_more_than_a_cell_may_hold(feed: Feed) -> None:
    line = "丙局,3号,宏达公司," + "甲" * 5_000
    rows, _ = read(feed(f'{HEADER}\n乙局,2号,"宏达公司,事实\n' + f"{line}\n" * 400))
    assert error(rows[0]).code is FeedErrorCode.BAD_ROW
    assert len(rows[0].raw) < 4_000_000
    assert case(rows[-1]).document_number == "3号"


def test_a_record_of_endless_lines_is_cut_off(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.feeds.reader.MAX_LINE", 10_000)
    rows, _ = read(feed(f'{HEADER}\n甲,"' + '\nx","' * 5_000))
    assert all(error(row).code is FeedErrorCode.BAD_ROW for row in rows)
    assert max(len(row.raw) for row in rows) < 11_000


@pytest.mark.parametrize("line_end", [b"", b"\n"])
def test_a_line_longer_than_any_record_makes_the_file_unreadable(feed: Feed, line_end: bytes) -> None:
    with pytest.raises(UnreadableFeedError, match="Line 2 "):
        open_feed(feed(f"{HEADER}\n".encode() + b"x" * (MAX_LINE + 1) + line_end))


def test_too_many_columns_are_a_bad_row_or_no_header(feed: Feed) -> None:
    rows, _ = read(feed(f"{HEADER}\n{',' * 2_000}x\n"))
    assert error(rows[0]).code is FeedErrorCode.BAD_ROW
    with pytest.raises(UnreadableFeedError):
        open_feed(feed(f"{HEADER}{',' * 2_000}\n"))


def test_damaged_bytes_reject_their_row_alone(feed: Feed) -> None:
    content = (
        f"{HEADER}\n甲局,1号,宏达公司,事实\n乙局,2号,宏达公司,".encode()
        + b"\xff\xfe\xff\n"
        + "丙局,3号,公司,事实".encode()
    )
    rows, _ = read(feed(content))
    assert [isinstance(row.outcome, CaseRecord) for row in rows] == [True, False, True]
    assert error(rows[1]).code is FeedErrorCode.BAD_ROW
    assert b"\xff\xfe\xff" in rows[1].raw


def test_text_in_no_encoding_we_know_names_the_byte(feed: Feed) -> None:
    with pytest.raises(UnreadableFeedError, match="offset 2") as caught:
        open_feed(feed(b"ab\xff\xff\xff\n\xff\xff\xff\n"))
    assert caught.value.extensions["offset"] == 2


def test_a_nul_in_a_value_rejects_its_row(feed: Feed) -> None:
    rows, _ = read(feed(f"{HEADER}\n甲局,1号,宏达公司,{'事实' * 100}\0\n"))
    assert (error(rows[0]).code, error(rows[0]).column) == (FeedErrorCode.BAD_VALUE, "违法事实")


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", HEADER)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (_zip(), "ZIP"),
        (gzip.compress(HEADER.encode()), "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "XLS"),
        (b"%PDF-1.7\n", "PDF"),
        (HEADER.encode("utf-16"), "UTF-16"),
        (HEADER.encode("utf-16-le"), "NUL"),
        (b"\x00\x01\x02\x03" * 100, "NUL"),
        (b"[{}]", "array"),
        ("姓名,电话\n张三,1\n".encode(), "行政相对人名称"),
        (f"{HEADER},CF_WSH\n".encode(), "twice"),
    ],
)
def test_what_is_no_feed_is_refused_in_words(feed: Feed, content: bytes, what: str) -> None:
    with pytest.raises(UnreadableFeedError, match=what):
        open_feed(feed(content))


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "missing.csv", tmp_path / "pipe", Path("a\0b")):
        with pytest.raises(UnreadableFeedError):
            open_feed(path)


@pytest.mark.parametrize("content", ["", "\ufeff", "\n\n", HEADER, f"{HEADER}\n"])
def test_an_empty_file_and_a_header_alone_have_no_rows(feed: Feed, content: str) -> None:
    path = feed(content)
    assert read(path)[0] == []
    reader = open_feed(path)
    list(reader)
    assert reader.sha256 == hashlib.sha256(content.encode()).hexdigest()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_json_lines_are_read_in_every_encoding(feed: Feed, encoding: str) -> None:
    objects = [{"kind": "penalty_case", "agency": "甲局", "documentNumber": f"{n}号", "facts": "事实"} for n in (1, 2)]
    content = "\n" + "\r\n\r\n".join(json.dumps(fields, ensure_ascii=False) for fields in objects)
    path = feed(content.encode(encoding))
    reader = open_feed(path)
    rows, skipped = read(path)
    assert (reader.encoding, reader.layout) == (encoding, "JSON Lines")
    assert [case(row).document_number for row in rows] == ["1号", "2号"]
    assert [(row.ordinal, row.line) for row in rows] == [(1, 2), (2, 4)]
    assert [line.line for line in skipped] == [1, 3]
    assert json.loads(rows[0].raw.decode(encoding.removesuffix("-sig"))) == objects[0]


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("[1]", FeedErrorCode.BAD_ROW, None),
        ('"x"', FeedErrorCode.BAD_ROW, None),
        ("{", FeedErrorCode.BAD_ROW, None),
        ("甲局,1号", FeedErrorCode.BAD_ROW, None),
        ('{"kind": "penalty_case", "fine": NaN}', FeedErrorCode.BAD_ROW, None),
        ("[" * 100_000, FeedErrorCode.BAD_ROW, None),
        ('{"kind": "transfers"}', FeedErrorCode.UNKNOWN_KIND, "kind"),
        ('{"kind": "penalty_case", "agency": "a\\u0000"}', FeedErrorCode.BAD_VALUE, "agency"),
        ('{"kind": "penalty_case", "facts": "a\\ud800"}', FeedErrorCode.BAD_VALUE, "facts"),
        ('{"kind": "penalty_case", "\\ud800": "a"}', FeedErrorCode.MISSING_VALUE, "agency"),
    ],
)
def test_a_line_that_is_no_record_is_rejected(feed: Feed, line: str, code: FeedErrorCode, column: str | None) -> None:
    rows, _ = read(feed(f'{{"kind": "agency", "name": "甲局"}}\n{line}\n'))
    assert (error(rows[1]).code, error(rows[1]).column) == (code, column)


def test_undecodable_json_rejects_its_line_alone(feed: Feed) -> None:
    good = '{"kind": "agency", "name": "甲局"}\n'.encode()
    rows, _ = read(feed(good + b'{"kind": "agency", "name": "\xff"}\n' + good))
    assert [isinstance(row.outcome, RowError) for row in rows] == [False, True, False]


def test_a_reader_can_be_read_again(feed: Feed) -> None:
    reader = open_feed(feed(f"{HEADER}\n甲局,1号,宏达公司,事实\n"))
    assert list(reader) == list(reader)


CELL = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=("Cs", "Cc"))
    | st.sampled_from('\n",;'),
    max_size=30,
)
TABLE_ROW = st.tuples(
    st.sampled_from(["甲局", "乙局"]), st.integers(1, 999).map(lambda n: f"罚〔2023〕{n}号"), CELL, CELL
)


@given(st.lists(TABLE_ROW, max_size=6), st.permutations(range(4)), st.sampled_from([",", ";", "\t"]))
@settings(deadline=None)
def test_a_table_reads_back_the_same_in_either_encoding_and_any_order(
    table: list[Row], order: list[int], delimiter: str
) -> None:
    outcomes = []
    for encoding, columns in (("utf-8-sig", [0, 1, 2, 3]), ("gb18030", order)):
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=delimiter)
        names = HEADER.split(",")
        writer.writerow([names[column] for column in columns])
        writer.writerows([[row[column] for column in columns] for row in table])
        outcomes.append(
            [row.outcome for row in _rows_of(text.getvalue().encode(encoding)) if isinstance(row, ParsedRow)]
        )
    assert outcomes[0] == outcomes[1]
    numbers = [outcome.document_number for outcome in outcomes[0] if isinstance(outcome, CaseRecord)]
    assert numbers == [row[1] for row in table]


def _rows_of(content: bytes) -> list[ParsedRow | SkippedLine]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return list(open_feed(Path(file.name)))


PIECES = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [HEADER.encode(), HEADER.encode("gb18030"), b"\n", b"\r\n", b'"', b",", b"{", b'{"kind":"agency"}', b"\0"]
    ),
    st.sampled_from(["甲局,1号,宏达公司,事实".encode(), "合计".encode(), b"\xef\xbb\xbf", b"\x81\x30"]),
)


@given(st.lists(PIECES, max_size=20).map(b"".join), st.booleans())
@settings(deadline=None)
def test_any_bytes_give_rows_or_are_refused_in_words(content: bytes, with_header: bool) -> None:
    sent = f"{HEADER}\n".encode() + content if with_header else content
    try:
        rows = _rows_of(sent)
    except UnreadableFeedError:
        return
    ordinals = [row.ordinal for row in rows if isinstance(row, ParsedRow)]
    assert ordinals == list(range(1, len(ordinals) + 1))
    lines = [row.line for row in rows]
    assert lines == sorted(set(lines))
    assert all(row.raw in sent for row in rows if isinstance(row, ParsedRow))
