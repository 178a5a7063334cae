"""A dirty feed in any form: its rejected rows are given back in that form, are mended, sent again, and land."""

import csv
import gzip
import io
import json
import stat
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from indexer.error_file import write_error_file
from indexer.feeds.archives import feed_sources
from indexer.file_loading import load_file
from indexer.load_reports import LoadReport, Refusal
from indexer.loading import LoadOptions
from stores.errors import BadUserInputError
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import AGENCY, PERSON_NUMBER, Feed, case, counts

NAMES = ["处罚机关", "行政处罚决定书文号", "行政相对人名称", "违法事实", "处罚决定日期"]
Row = list[Any]
GOOD: Row = [AGENCY, "试环罚〔2024〕1号", "试验县宏达化工有限公司", "=1+1", "2023-05-21"]
BAD: Row = [AGENCY, "试环罚〔2024〕2号", "试验县宏远化工有限公司", "@事实", "2023-09-31"]
MENDED_DAY = "2023-09-30"


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


async def load_all(feed: Feed, path: Path) -> list[LoadReport | Refusal]:
    options = LoadOptions(register_agencies=True)
    return [found async for found in load_file(feed.database, feed.keys, path, options=options, clock=feed.clock)]


async def given_back(feed: Feed, report: LoadReport, name: str) -> Path:
    path = feed.folder / name
    assert await write_error_file(feed.database, feed.keys, report.run, path) == report.accounts.rejected
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return path


async def stored(feed: Feed) -> list[tuple[str, str, str]]:
    rows = await feed.rows("SELECT document_number, decided_on::text, facts FROM penalty_case ORDER BY 1")
    return [(row["document_number"], row["decided_on"], row["facts"]) for row in rows]


LANDED = [("试环罚〔2024〕1号", "2023-05-21", "=1+1"), ("试环罚〔2024〕2号", MENDED_DAY, "@事实")]


def csv_of(rows: Sequence[Row], encoding: str, delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ","), ("gb18030", "\t")])
async def test_csv_rows_are_mended_and_land(feed: Feed, encoding: str, delimiter: str) -> None:
    path = feed.folder / "feed.csv"
    path.write_bytes(csv_of([["标题"], NAMES, GOOD, BAD, [*BAD[:2], "这一行少了几格"]], encoding, delimiter))
    report = await feed.load(path)
    assert counts(report) == (1, 0, 0, 2)
    errors = await given_back(feed, report, "errors.csv")
    text = errors.read_bytes().decode(encoding)
    header, first, second = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    assert header == [*NAMES, "code", "message"]
    assert first[:4] == [*BAD[:3], "'@事实"]
    assert (first[5], second[5]) == ("BAD_VALUE", "BAD_ROW")
    assert "这一行少了几格" in second[6]
    errors.write_bytes(csv_of([header, [*first[:4], MENDED_DAY, *first[5:]], second], encoding, delimiter))
    again = await feed.load(errors)
    assert counts(again) == (1, 0, 0, 1)
    assert await stored(feed) == LANDED
    assert counts(await feed.load(await given_back(feed, again, "once more.csv"))) == (0, 0, 0, 1)


async def test_json_lines_are_mended_and_land(feed: Feed) -> None:
    bad = case(BAD[1], decidedOn="2023-09-31", facts="@事实")
    report = await feed(case(GOOD[1], decidedOn="2023-05-21", facts="=1+1"), bad, "no object")
    assert counts(report) == (1, 0, 0, 2)
    errors = await given_back(feed, report, "errors.jsonl")
    first, second = map(json.loads, errors.read_text().splitlines())
    assert (first.pop("code"), len(first.pop("message")) > 10) == ("BAD_VALUE", True)
    assert first == bad
    assert second["raw"] == "no object"
    errors.write_text(errors.read_text().replace('"2023-09-31"', f'"{MENDED_DAY}"', 1))
    assert counts(await feed.load(errors)) == (1, 0, 0, 1)
    assert await stored(feed) == LANDED


def book_of(*rows: Row) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("案件")
        for line, row in enumerate(rows):
            sheet.write_row(line, 0, row)
    return buffer.getvalue()


async def test_rows_of_a_workbook_are_mended_and_land_and_say_on_which_sheet_they_stand(feed: Feed) -> None:
    path = feed.folder / "feed.xlsx"
    path.write_bytes(book_of(["标题"], NAMES, GOOD, BAD, ["合计", 2]))
    report = await feed.load(path)
    assert counts(report) == (1, 0, 0, 1)
    assert (report.errors[0]["sheet"], report.errors[0]["line"]) == ("案件", 4)
    errors = await given_back(feed, report, "errors.xlsx")
    sheet = CalamineWorkbook.from_path(errors).get_sheet_by_name("案件")
    header, row = sheet.to_python()
    assert header == [*NAMES, "code", "message"]
    assert row[:5] == BAD
    errors.write_bytes(book_of(header, [*row[:4], MENDED_DAY, *row[5:]]))
    assert counts(await feed.load(errors)) == (1, 0, 0, 0)
    assert await stored(feed) == LANDED


async def test_each_member_of_an_archive_is_a_run_and_a_refused_one_hinders_none(feed: Feed) -> None:
    path = feed.folder / "night.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", csv_of([NAMES, GOOD], "utf-8", ","))
        archive.writestr("../b.csv", csv_of([NAMES, GOOD], "utf-8", ","))
        archive.writestr("c.pdf", b"%PDF-1.7")
        archive.writestr("d.xlsx", book_of(NAMES, BAD))
    first, traversal, document, last = await load_all(feed, path)
    assert isinstance(first, LoadReport)
    assert isinstance(last, LoadReport)
    assert (first.member, counts(first)) == ("a.csv", (1, 0, 0, 0))
    assert (last.member, counts(last)) == ("d.xlsx", (0, 0, 0, 1))
    assert last.as_json()["file"] == str(path)
    assert [found.as_json()["member"] for found in (traversal, document)] == ["../b.csv", "c.pdf"]
    assert all(isinstance(found, Refusal) for found in (traversal, document))
    runs = await feed.rows("SELECT f.name, r.status FROM feed_run r JOIN feed f ON f.id = r.feed_id ORDER BY r.id")
    assert [(run["name"], run["status"]) for run in runs] == [
        ("night.zip!a.csv", "DONE"),
        ("night.zip!../b.csv", "REFUSED"),
        ("night.zip!c.pdf", "REFUSED"),
        ("night.zip!d.xlsx", "DONE"),
    ]
    errors = await given_back(feed, last, "errors.xlsx")
    header, row = CalamineWorkbook.from_path(errors).get_sheet_by_index(0).to_python()
    errors.write_bytes(book_of(header, [*row[:4], MENDED_DAY, "", ""]))
    assert counts(await feed.load(errors)) == (1, 0, 0, 0)
    assert await stored(feed) == LANDED
    assert len(feed_sources(path)) == 4


async def test_an_archive_sent_again_with_its_rows_moved_changes_nothing(feed: Feed) -> None:
    other = [*BAD[:4], MENDED_DAY]
    for rows in ([GOOD, other], [other, GOOD]):
        path = feed.folder / "night.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.xlsx", book_of(NAMES, *rows))
        (report,) = await load_all(feed, path)
    assert isinstance(report, LoadReport)
    assert counts(report) == (0, 0, 2, 0)
    assert report.accounts.known == 2


async def test_a_compressed_feed_is_loaded_and_its_errors_can_be_compressed(feed: Feed) -> None:
    path = feed.folder / "feed.csv.gz"
    path.write_bytes(gzip.compress(csv_of([NAMES, GOOD, BAD], "utf-8", ",")))
    report = await feed.load(path)
    errors = await given_back(feed, report, "errors.csv.gz")
    mended = gzip.decompress(errors.read_bytes()).replace(b"2023-09-31", MENDED_DAY.encode())
    errors.write_bytes(gzip.compress(mended))
    assert counts(await feed.load(errors)) == (1, 0, 0, 0)
    assert await stored(feed) == LANDED


async def test_rows_in_conflict_and_of_follow_ups_are_given_back_too(feed: Feed) -> None:
    report = await feed(
        case("1号", fine="1"),
        case("1号", fine="2"),
        {"kind": "transfer", "agency": AGENCY, "documentNumber": "1号", "decidedOn": "x"},
    )
    assert counts(report) == (1, 0, 0, 2)
    errors = await given_back(feed, report, "errors.jsonl")
    lines = [json.loads(line) for line in errors.read_text().splitlines()]
    assert [(line["kind"], line["code"]) for line in lines] == [("penalty_case", "CONFLICT"), ("transfer", "BAD_VALUE")]


async def test_many_rows_come_back_in_their_order(feed: Feed) -> None:
    report = await feed(*(case(f"{number}号", decidedOn="x") for number in range(1_500)))
    errors = await given_back(feed, report, "errors.jsonl")
    numbers = [json.loads(line)["documentNumber"] for line in errors.read_text().splitlines()]
    assert numbers == [f"{number}号" for number in range(1_500)]


async def test_a_persons_number_is_in_no_file_and_in_no_message(feed: Feed) -> None:
    party = {"type": "PERSON", "name": "张某某", "idNumber": PERSON_NUMBER}
    report = await feed(case("1号", party=party, decidedOn="x"))
    (line,) = (await given_back(feed, report, "errors.jsonl")).read_text().splitlines()
    assert PERSON_NUMBER not in line
    fields = json.loads(line)
    assert fields["party"]["name"] == "张某某"
    assert "张某某" not in fields["message"]


async def test_runs_that_kept_nothing_and_places_that_are_taken_are_refused(feed: Feed) -> None:
    report = await feed(case("1号", decidedOn="x"))
    taken = feed.write(case("1号"), name="taken.jsonl")
    before = taken.read_bytes()
    with pytest.raises(BadUserInputError, match="--force"):
        await write_error_file(feed.database, feed.keys, report.run, taken)
    assert taken.read_bytes() == before
    assert await write_error_file(feed.database, feed.keys, report.run, taken, force=True) == 1
    with pytest.raises(BadUserInputError, match="no run of this name"):
        await write_error_file(feed.database, feed.keys, "20200101-000000-abcdef", feed.folder / "a")
    path = feed.folder / "document.pdf"
    path.write_bytes(b"%PDF-1.7")
    (refused,) = await load_all(feed, path)
    assert isinstance(refused, Refusal)
    (run,) = await feed.rows("SELECT run FROM feed_run WHERE status = 'REFUSED'")
    with pytest.raises(BadUserInputError, match="REFUSED"):
        await write_error_file(feed.database, feed.keys, run["run"], feed.folder / "a")
    assert not (feed.folder / "a").exists()
    clean = await feed(case("2号"))
    assert await write_error_file(feed.database, feed.keys, clean.run, feed.folder / "none.jsonl") == 0
