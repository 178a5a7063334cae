"""Files made to harm: each is refused with a reason, within bounds, and leaves nothing behind."""

import gzip
import io
import os
import random
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from indexer.feeds import bounds
from indexer.feeds.archives import feed_sources
from indexer.feeds.reader import open_feed
from schema.feed_records import ParsedRow
from schema.vocabularies import FeedErrorCode
from stores.errors import UnreadableFeedError
from tests.unit.feed_files import HEADER, NAMES, archive, case, error, part_of, read, with_parts, workbook

SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
BOOK = workbook({"a": [NAMES, ["甲局", "1号", "宏达公司", "事实"]]})


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    yield tmp_path / "feed"
    assert not list(temporary.iterdir())


def refusal(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    reasons = []
    for source in feed_sources(path):
        with pytest.raises(UnreadableFeedError) as refused:
            list(open_feed(source))
        reasons.append(refused.value.message)
    return " ".join(reasons)


def test_a_bomb_of_gzip_or_zip_is_refused_by_how_much_it_grows(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "RATIO_FROM", 4 * bounds.MIB)
    monkeypatch.setattr(bounds, "CHUNK", bounds.MIB)
    bomb = f"{HEADER}\n".encode() + b",\n" * 8 * bounds.MIB
    assert "bomb" in refusal(path, gzip.compress(bomb))
    assert "bomb" in refusal(path, archive({"a.csv": bomb}))


def test_what_unpacks_to_more_than_is_ever_read_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(1)  # noqa: S311  the same bytes every time
    noise = chance.randbytes(200_000).hex().encode()
    content = f"{HEADER}\n".encode() + b"\n".join(noise[at : at + 100] for at in range(0, len(noise), 100))
    monkeypatch.setattr(bounds, "MAX_UNPACKED", 300_000)
    assert "several parts" in refusal(path, gzip.compress(content))
    monkeypatch.setattr(bounds, "MAX_UNPACKED", bounds.GIB)
    monkeypatch.setattr(bounds, "MAX_UNPACKED_TOGETHER", 600_000)
    path.write_bytes(archive({"a.csv": content, "b.csv": content}))
    first, second = feed_sources(path)
    assert len([row for row in open_feed(first) if isinstance(row, ParsedRow)]) > 0
    with pytest.raises(UnreadableFeedError, match="several archives"):
        open_feed(second)


def test_members_that_overlap_are_a_bomb(path: Path) -> None:
    content = archive({f"{letter}.csv": HEADER.encode() * 10 for letter in "ab"}, zipfile.ZIP_STORED)
    second = content.rindex(b"PK\x01\x02")
    assert "overlap" in refusal(path, content[: second + 42] + struct.pack("<I", 0) + content[second + 46 :])


def test_archives_of_too_many_members_or_too_long_a_directory_are_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MAX_MEMBERS", 3)
    assert "3 members" in refusal(path, archive({f"{number}.csv": b"" for number in range(4)}))
    monkeypatch.setattr(bounds, "MAX_MEMBERS", 10_000)
    monkeypatch.setattr(bounds, "MAX_DIRECTORY", 100_000)
    assert "directory" in refusal(path, archive({f"{'x' * 200}{number}.csv": b"" for number in range(1_000)}))


@pytest.mark.parametrize("part", [SHEET, TEXTS, "xl/workbook.xml", "[Content_Types].xml", "xl/styles.xml"])
@pytest.mark.parametrize(
    "declared",
    [
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        b"<!DOCTYPE x>",
    ],
)
def test_entities_and_document_types_in_a_workbook_are_refused(path: Path, part: str, declared: bytes) -> None:
    content = part_of(BOOK, part)
    end = content.index(b"?>") + 2
    assert "document type" in refusal(path, with_parts(BOOK, {part: content[:end] + declared + content[end:]}))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_an_encoding_that_hides_a_document_type_is_not_believed(path: Path, encoding: str) -> None:
    hidden = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY e "x">]><sst/>'.encode(encoding)
    assert "document type" in refusal(path, with_parts(BOOK, {TEXTS: hidden}))


@pytest.mark.parametrize("reference", ["A9999999", "ZZZ1", "XFE1", "A1048577", "1A", "A0x", ""])
def test_a_cell_where_no_cell_can_be_is_refused(path: Path, reference: str) -> None:
    sheet = part_of(BOOK, SHEET).replace(b'r="A1"', f'r="{reference}"'.encode())
    assert "no cell can be" in refusal(path, with_parts(BOOK, {SHEET: sheet}))


def test_cells_far_apart_and_too_many_cells_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    far = part_of(BOOK, SHEET).replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    assert "far apart" in refusal(path, with_parts(BOOK, {SHEET: far}))
    monkeypatch.setattr(bounds, "MAX_CELLS", 1_000)
    assert "1,000 cells" in refusal(path, workbook({"a": [NAMES, *([["甲局", "1号", "a", "b"]] * 500)]}))


def test_a_workbook_that_unpacks_to_too_much_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    padded = part_of(BOOK, TEXTS).replace(b"</sst>", b" " * 5 * bounds.MIB + b"</sst>")
    monkeypatch.setattr(bounds, "MAX_PART", bounds.MIB)
    assert "A part" in refusal(path, with_parts(BOOK, {TEXTS: padded}))
    monkeypatch.setattr(bounds, "MAX_WORKBOOK_UNPACKED", 2 * bounds.MIB)
    assert "unpacks" in refusal(path, with_parts(BOOK, {TEXTS: padded}))
    monkeypatch.setattr(bounds, "MAX_WORKBOOK", 1_000)
    assert "larger" in refusal(path, BOOK)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (archive({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), "no workbook"),
        (archive({"[Content_Types].xml": b"<x/>", "xl/workbook.bin": b""}), "XLSB"),
        (with_parts(BOOK, {"xl/WORKBOOK.xml": b"<x/>"}), "one name"),
        (with_parts(BOOK, {SHEET: b"<x"}), "well-formed"),
        (with_parts(BOOK, {"xl/_rels/workbook.xml.rels": b"<Relationships/>"}), "cannot be read"),
        (BOOK[:-200], "damaged"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged"),
        (archive({}), "no file"),
        (b"\x1f\x8b\x08" + b"\0" * 100, "gzip"),
        (gzip.compress(HEADER.encode(), mtime=0)[:-9], "cut off"),
        (gzip.compress(HEADER.encode(), mtime=0) + b"x", "gzip"),
        (b"BZh91AY", "bzip2"),
        (b"\0" * 1_000, "NUL"),
    ],
)
def test_damaged_and_foreign_files_are_refused_in_words(path: Path, content: bytes, why: str) -> None:
    assert why in refusal(path, content)


def test_a_part_outside_of_the_workbook_is_not_followed(path: Path) -> None:
    links = part_of(BOOK, "xl/_rels/workbook.xml.rels").replace(b"worksheets/sheet1.xml", b"../../../../etc/passwd")
    assert "unusual name" in refusal(path, with_parts(BOOK, {"xl/_rels/workbook.xml.rels": links}))


def test_a_cell_of_ten_megabytes_rejects_its_row_alone(path: Path) -> None:
    cell = "大" * (10 * bounds.MIB // 3)
    path.write_text(f"{HEADER}\n甲局,1号,宏达公司,{cell}\n甲局,2号,宏达公司,事实\n")
    rows, _ = read(path)
    assert error(rows[0]).code in {FeedErrorCode.BAD_ROW, FeedErrorCode.BAD_VALUE}
    assert case(rows[-1]).document_number == "2号"
    path.write_text(f'{{"kind":"penalty_case","agency":"甲局","documentNumber":"1号","facts":"{cell}"}}\n')
    assert error(read(path)[0][0]).code is FeedErrorCode.BAD_VALUE
    texts = part_of(BOOK, TEXTS).replace("事实".encode(), cell.encode())
    path.write_bytes(with_parts(BOOK, {TEXTS: texts}))
    assert error(read(path)[0][0]).code is FeedErrorCode.BAD_ROW


def test_a_million_columns_reject_their_row_and_make_no_header(path: Path) -> None:
    path.write_text(f"{HEADER}\n{',' * 1_000_000}x\n甲局,2号,宏达公司,事实\n")
    rows, _ = read(path)
    assert "1,000 columns" in error(rows[0]).message
    assert case(rows[1]).document_number == "2号"
    assert "header" in refusal(path, f"{HEADER}{',x' * 1_000_000}\n".encode())


def test_half_a_character_rejects_its_row(path: Path) -> None:
    path.write_text('{"kind":"penalty_case","agency":"甲局","documentNumber":"1号","facts":"\\ud800"}\n')
    assert error(read(path)[0][0]).code is FeedErrorCode.BAD_VALUE
    path.write_bytes(f"{HEADER}\n甲局,1号,宏达公司,".encode() + b"\xed\xa0\x80\n" + "乙局,2号,宏达公司,事实\n".encode())
    rows, _ = read(path)
    assert [isinstance(row.outcome, type(error(rows[0]))) for row in rows] == [True, False]


def test_a_nul_in_a_header_is_left_out_of_its_name(path: Path) -> None:
    path.write_text(f"{HEADER},备\0注\n甲局,1号,宏达公司,{'事实' * 200},x\n")
    assert len(read(path)[0]) == 1
    assert open_feed(path).form.tables[0].names[-1] == "备注"


def test_a_file_that_never_ends_is_not_begun(path: Path) -> None:
    for endless in (Path("/dev/zero"), Path("/dev/stdin"), path.parent):
        with pytest.raises(UnreadableFeedError):
            open_feed(endless)
    os.mkfifo(path)
    with pytest.raises(UnreadableFeedError, match="no file"):
        open_feed(path)


@pytest.mark.parametrize("kind", ["xlsx", "zip", "gz"])
def test_mutated_files_are_read_or_refused_and_nothing_else(path: Path, kind: str) -> None:
    text = f"{HEADER}\n甲局,1号,宏达公司,事实\n".encode() * 20
    content = {"xlsx": BOOK, "zip": archive({"a.csv": text, "b.csv": text}), "gz": gzip.compress(text)}[kind]
    chance = random.Random(20_130_808)  # noqa: S311  a failure must be found again by its seed
    for _ in range(300):
        mutated = bytearray(content)
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(mutated))
            match chance.randrange(3):
                case 0:
                    mutated[at] = chance.randrange(256)
                case 1:
                    del mutated[at : at + chance.randint(1, 50)]
                case _:
                    mutated[at:at] = chance.randbytes(chance.randint(1, 20))
        path.write_bytes(mutated)
        for source in feed_sources(path):
            with suppress(UnreadableFeedError):
                list(open_feed(source))


def test_mutated_parts_of_a_workbook_are_read_or_refused_and_nothing_else(path: Path) -> None:
    chance = random.Random(4)  # noqa: S311  a failure must be found again by its seed
    with zipfile.ZipFile(io.BytesIO(BOOK)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    for _ in range(300):
        name = chance.choice(sorted(parts))
        mutated = bytearray(parts[name])
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(mutated))
            mutated[at : at + chance.randint(0, 3)] = chance.choice(
                [b"", b"9", b'"', b"<", b"&#0;", b"&#xd800;", b"-1", b"1e999", b"99999999999999999999", b"A1", b"b"]
            )
        path.write_bytes(archive(parts | {name: bytes(mutated)}))
        with suppress(UnreadableFeedError):
            list(open_feed(path))
