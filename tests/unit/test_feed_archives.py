"""Compressed files and archives: each member a feed of its own, refused by itself."""

import gzip
import hashlib
import io
import stat
import zipfile
from pathlib import Path

import pytest

from indexer.feeds.archives import feed_sources
from indexer.feeds.reader import open_feed
from schema.feed_records import ParsedRow
from stores.errors import UnreadableFeedError
from tests.unit.feed_files import HEADER, NAMES, archive, numbers, read, workbook

ROW = "甲局,1号,宏达公司,事实"
CONTENT = f"{HEADER}\n{ROW}\n".encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed.zip"


def members(path: Path) -> dict[str | None, list[str | None] | str]:
    """The document numbers of each member, or why it is refused."""
    found: dict[str | None, list[str | None] | str] = {}
    for source in feed_sources(path):
        try:
            found[source.member] = numbers([row for row in open_feed(source) if isinstance(row, ParsedRow)])
        except UnreadableFeedError as error:
            found[source.member] = error.message
    return found


@pytest.mark.parametrize("parts", [1, 3])
def test_a_gzip_file_is_what_it_holds_in_one_part_or_several(tmp_path: Path, parts: int) -> None:
    path = tmp_path / "feed.csv.gz"
    size = len(CONTENT) // parts + 1
    path.write_bytes(
        b"".join(gzip.compress(CONTENT[at : at + size]) for at in range(0, len(CONTENT), size)) + b"\0" * 9
    )
    reader = open_feed(path)
    assert numbers([row for row in reader if isinstance(row, ParsedRow)]) == ["1号"]
    assert reader.sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_a_workbook_compressed_with_gzip_is_read(tmp_path: Path) -> None:
    path = tmp_path / "feed.xlsx.gz"
    path.write_bytes(gzip.compress(workbook({"a": [NAMES, ROW.split(",")]})))
    assert numbers(read(path)[0]) == ["1号"]


def test_every_member_of_an_archive_is_a_feed_in_any_form(path: Path) -> None:
    path.write_bytes(
        archive(
            {
                "a.csv": CONTENT,
                "夜间/b.xlsx": workbook({"a": [NAMES, ["甲局", "2号", "宏达公司", "事实"]]}),
                "c.jsonl.gz": gzip.compress(
                    '{"kind":"penalty_case","agency":"甲局","documentNumber":"3号"}\n'.encode()
                ),
                "__MACOSX/._a.csv": b"\0\1",
                ".DS_Store": b"\0\1",
                "d.pdf": b"%PDF-1.7",
                "e.zip": archive({"a.csv": CONTENT}),
            }
        )
    )
    found = members(path)
    assert list(found) == ["a.csv", "夜间/b.xlsx", "c.jsonl.gz", "d.pdf", "e.zip"]
    assert list(found.values())[:3] == [["1号"], ["2号"], ["3号"]]
    assert "PDF" in str(found["d.pdf"])
    assert "another archive" in str(found["e.zip"])


def test_a_file_that_is_no_archive_is_its_own_only_feed(path: Path) -> None:
    for content in (CONTENT, workbook({"a": [NAMES]}), b"", b"PK\x03\x04"):
        path.write_bytes(content)
        (source,) = feed_sources(path)
        assert source.member is None
    (missing,) = feed_sources(path.with_name("missing"))
    with pytest.raises(UnreadableFeedError, match="cannot be read"):
        open_feed(missing)


@pytest.mark.parametrize(
    "name", ["../a.csv", "/etc/a.csv", "a/../../b.csv", "..\\a.csv", "C:\\a.csv", "\\\\host\\a.csv", "a/.."]
)
def test_a_name_that_leads_out_of_the_archive_refuses_its_member_alone(path: Path, name: str) -> None:
    path.write_bytes(archive({name: CONTENT, "good.csv": CONTENT}))
    found = members(path)
    assert found.pop("good.csv") == ["1号"]
    assert [("leads out" in str(why)) for why in found.values()] == [True]
    assert sorted(each.name for each in path.parent.iterdir()) == ["feed.zip"]


def test_links_devices_encrypted_and_repeated_members_are_refused_and_the_others_are_read(path: Path) -> None:
    link, pipe = zipfile.ZipInfo("link.csv"), zipfile.ZipInfo("pipe.csv")
    link.external_attr, pipe.external_attr = (stat.S_IFLNK | 0o777) << 16, (stat.S_IFIFO | 0o644) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr(link, "/etc/passwd")
        packed.writestr(pipe, b"")
        packed.writestr("good.csv", CONTENT)
        packed.writestr("twice.csv", CONTENT)
        with pytest.warns(UserWarning, match="Duplicate"):
            packed.writestr("twice.csv", CONTENT)
        packed.writestr(zipfile.ZipInfo("odd.csv"), CONTENT, zipfile.ZIP_BZIP2)
    path.write_bytes(buffer.getvalue())
    found = members(path)
    assert found["good.csv"] == ["1号"]
    for name, why in {"link.csv": "link", "pipe.csv": "pipe", "twice.csv": "this name", "odd.csv": "deflate"}.items():
        assert why in str(found[name])


def test_an_encrypted_member_is_refused(path: Path) -> None:
    content = bytearray(archive({"a.csv": CONTENT}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert "encrypted" in str(members(path)["a.csv"])


def test_names_in_the_senders_own_encoding_are_read_and_harmless(path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("ABCDEF.csv", CONTENT)
        packed.writestr("g\x1b[2Jh.csv", CONTENT)
    path.write_bytes(buffer.getvalue().replace(b"ABCDEF", "处罚表".encode("gb18030")))
    assert list(members(path)) == ["处罚表.csv", "g\ufffd[2Jh.csv"]


def test_a_damaged_member_is_refused_when_its_check_sum_is_wrong(path: Path) -> None:
    content = archive({"a.csv": CONTENT, "b.csv": CONTENT}, zipfile.ZIP_STORED)
    path.write_bytes(content.replace("宏达".encode(), "宏远".encode(), 1))
    found = members(path)
    assert "damaged" in str(found["a.csv"])
    assert found["b.csv"] == ["1号"]


def test_a_file_that_is_replaced_or_grows_while_it_is_read_is_read_as_it_was_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_bytes(CONTENT)
    reader = open_feed(path)
    with path.open("ab") as growing:
        growing.write("乙局,2号,宏达公司,事实\n".encode())
    assert numbers([row for row in reader if isinstance(row, ParsedRow)]) == ["1号"]
    other = tmp_path / "other"
    other.write_bytes(CONTENT)
    other.replace(path)
    with pytest.raises(UnreadableFeedError, match="replaced"):
        list(reader)
    reader = open_feed(path)
    path.write_bytes(CONTENT[:50])
    with pytest.raises(UnreadableFeedError, match="shorter"):
        list(reader)
