"""Rejected rows that name persons: they are given back covered, mended, sent again, and stored as if never covered."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from indexer.error_file import write_error_file
from indexer.load_reports import LoadReport
from indexer.loading import LoadOptions, load_feed
from stores.keys import KeyRing, parse_key_ring
from stores.postgres import Database
from supervision.privacy import cover_identity_numbers
from tests.conftest import TEST_KEY, TestDatabase
from tests.integration.door_serving import door_settings, machine_of, opened_door
from tests.integration.feeding import AGENCY, OTHER_AGENCY, PERSON_NUMBER, Feed, agency, case, counts

OTHER_KEY = "other:" + "WVhaWWFiY2RlZkFCQ0RFRkdISUpLTE1OT1BRUlNUVVY="
NAME = "周建国"
FACTS = f"经查，当事人{NAME}（身份证号{PERSON_NUMBER}）在河边倾倒废渣"
KEPT_FACTS = cover_identity_numbers(FACTS)
BAD_DAY, GOOD_DAY = "2023-09-31", "2023-09-30"
NUMBER = "试环罚〔2024〕1号"
NAMES = ["处罚机关", "行政处罚决定书文号", "行政相对人名称", "行政相对人类别", "证件号码", "违法事实", "处罚决定日期"]
Row = list[Any]


def row(day: str = BAD_DAY, *, of: str = AGENCY, number: str = NUMBER, facts: str = FACTS) -> Row:
    return [of, number, NAME, "自然人", PERSON_NUMBER, facts, day]


def record(day: str = BAD_DAY, *, of: str = AGENCY, number: str = NUMBER) -> dict[str, Any]:
    party = {"type": "PERSON", "name": NAME, "idNumber": PERSON_NUMBER}
    return case(number, party=party, facts=FACTS, decidedOn=day) | {"agency": of}


def csv_of(rows: Sequence[Row], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def rows_of(content: bytes, encoding: str = "utf-8", delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter))


def book_of(*rows: Row) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("案件")
        for line, cells in enumerate(rows):
            sheet.write_row(line, 0, cells)
    return buffer.getvalue()


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


def put(feed: Feed, name: str, content: bytes) -> Path:
    path = feed.folder / name
    path.write_bytes(content)
    return path


async def given_back(feed: Feed, report: LoadReport, name: str) -> Path:
    """The error file of a run, which names nobody."""
    path = feed.folder / name
    assert await write_error_file(feed.database, feed.keys, report.run, path, force=True) == report.accounts.rejected
    return path


def names_nobody(text: str) -> bool:
    return NAME not in text and "建国" not in text and PERSON_NUMBER not in text and PERSON_NUMBER[6:] not in text


async def whole(feed: Feed) -> None:
    """The record is as if the row had been right the first time."""
    found = await feed.only_case()
    assert (found["party_name"], found["facts"], str(found["decided_on"])) == (NAME, KEPT_FACTS, GOOD_DAY)
    assert found["party_identity_hash"] == feed.keys.hash_identity(PERSON_NUMBER)
    assert NAME in found["person_names"]


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ","), ("gb18030", "\t")])
async def test_in_csv_only_the_day_is_mended_and_the_person_is_stored_whole(
    feed: Feed, encoding: str, delimiter: str
) -> None:
    report = await feed.load(put(feed, "feed.csv", csv_of([NAMES, row()], encoding, delimiter)))
    assert counts(report) == (0, 0, 0, 1)
    errors = await given_back(feed, report, "errors.csv")
    content = errors.read_bytes().decode(encoding)
    assert names_nobody(content)
    header, first = rows_of(errors.read_bytes(), encoding, delimiter)
    assert header == [*NAMES, "code", "message"]
    assert (first[:2], first[3], first[6]) == (row()[:2], "自然人", BAD_DAY)
    assert [cell.split("〖")[0] for cell in (first[2], first[4])] == ["周**", "110105************"]
    errors.write_bytes(errors.read_bytes().replace(BAD_DAY.encode(), GOOD_DAY.encode()))
    assert counts(await feed.load(errors)) == (1, 0, 0, 0)
    await whole(feed)
    # The same mended file again changes nothing, and neither does the row as its sender has it.
    assert counts(await feed.load(errors)) == (0, 0, 1, 0)
    right = put(feed, "right.csv", csv_of([NAMES, row(GOOD_DAY)], encoding, delimiter))
    assert counts(await feed.load(right)) == (0, 0, 1, 0)


async def test_in_a_workbook_and_in_json_lines_it_is_the_same(feed: Feed) -> None:
    report = await feed.load(put(feed, "feed.xlsx", book_of(NAMES, row())))
    errors = await given_back(feed, report, "errors.xlsx")
    header, first = CalamineWorkbook.from_path(errors).get_sheet_by_name("案件").to_python()
    assert names_nobody(repr(first))
    assert [str(cell).split("〖")[0] for cell in (first[2], first[4])] == ["周**", "110105************"]
    errors.write_bytes(book_of(header, [*first[:6], GOOD_DAY, *first[7:]]))
    assert counts(await feed.load(errors)) == (1, 0, 0, 0)
    await whole(feed)


@pytest.mark.parametrize("ascii_only", [False, True])
async def test_json_lines_are_mended_whatever_program_wrote_them_again(feed: Feed, *, ascii_only: bool) -> None:
    report = await feed(record())
    errors = await given_back(feed, report, "errors.jsonl")
    assert names_nobody(errors.read_text())
    fields = json.loads(errors.read_text())
    assert fields["party"]["name"].startswith("周**〖原值 ")
    assert {name: fields[name] for name in ("kind", "agency", "documentNumber")} == {
        "kind": "penalty_case",
        "agency": AGENCY,
        "documentNumber": NUMBER,
    }
    errors.write_text(json.dumps(fields | {"decidedOn": GOOD_DAY}, ensure_ascii=ascii_only) + "\n")
    assert counts(await feed.load(errors)) == (1, 0, 0, 0)
    await whole(feed)
    assert counts(await feed(record(GOOD_DAY))) == (0, 0, 1, 0)


async def test_a_row_that_is_rejected_again_is_covered_again_and_its_marks_still_lead_home(feed: Feed) -> None:
    report = await feed.load(put(feed, "feed.csv", csv_of([NAMES, row(), row(number="试环罚〔2024〕2号")])))
    for attempt in range(3):
        errors = await given_back(feed, report, f"errors{attempt}.csv")
        twice = await given_back(feed, report, "twice.csv")
        assert twice.read_bytes() == errors.read_bytes()
        assert names_nobody(errors.read_text())
        report = await feed.load(errors)
        assert counts(report) == (0, 0, 0, 2)
        assert {error["column"] for error in report.errors} == {"处罚决定日期"}
    last = await given_back(feed, report, "last.csv")
    header, first, _ = rows_of(last.read_bytes())
    last.write_bytes(csv_of([header, [*first[:6], GOOD_DAY, *first[7:]]]))
    assert counts(await feed.load(last)) == (1, 0, 0, 0)
    await whole(feed)


async def test_a_whole_value_may_be_written_instead_of_a_covered_one(feed: Feed) -> None:
    report = await feed.load(put(feed, "feed.csv", csv_of([NAMES, row()])))
    header, first = rows_of((await given_back(feed, report, "errors.csv")).read_bytes())
    mended = put(feed, "mended.csv", csv_of([header, [*first[:2], "王小明", *first[3:6], GOOD_DAY, *first[7:]]]))
    assert counts(await feed.load(mended)) == (1, 0, 0, 0)
    assert (await feed.only_case())["party_name"] == "王小明"


def _visible(cell: str) -> str:
    return cell.replace("周**", "王小明", 1)


def _forged(cell: str) -> str:
    return cell[:-21] + "A" * 16 + cell[-5:]


def _of_another_row(cell: str) -> str:
    return cell.replace("/1/3/", "/2/3/")


def _cut(cell: str) -> str:
    return cell[:-8]


@pytest.mark.parametrize("edit", [_visible, _forged, _of_another_row, _cut])
async def test_a_mark_that_leads_nowhere_rejects_its_row_until_the_value_is_written(
    feed: Feed, edit: Callable[[str], str]
) -> None:
    report = await feed.load(put(feed, "feed.csv", csv_of([NAMES, row(), row(number="2号")])))
    header, first, _ = rows_of((await given_back(feed, report, "errors.csv")).read_bytes())
    edited = [*first[:2], edit(first[2]), *first[3:6], GOOD_DAY, *first[7:]]
    assert edited[2] != first[2]
    again = await feed.load(put(feed, "edited.csv", csv_of([header, edited])))
    assert counts(again) == (0, 0, 0, 1)
    (error,) = again.errors
    assert (error["code"], error["column"]) == ("BAD_VALUE", "行政相对人名称")
    assert "take the mark away" in error["message"]
    assert await feed.cases() == []
    # The other cells of the row are whole, and are covered anew.
    errors = await given_back(feed, again, "again.csv")
    assert names_nobody(errors.read_text())
    assert "小明" not in errors.read_text()
    _, last = rows_of(errors.read_bytes())
    assert f"{again.run}/1/5/" in last[4]
    assert counts(await feed.load(errors)) == (0, 0, 0, 1)
    mended = put(feed, "mended.csv", csv_of([header, [*last[:2], NAME, *last[3:]]]))
    assert counts(await feed.load(mended)) == (1, 0, 0, 0)
    await whole(feed)


async def test_a_mark_is_taken_to_no_other_column_and_no_other_row(feed: Feed) -> None:
    report = await feed.load(put(feed, "feed.csv", csv_of([NAMES, row(), row(number="2号")])))
    header, first, second = rows_of((await given_back(feed, report, "errors.csv")).read_bytes())
    moved = [first[2], *first[1:6], GOOD_DAY, *first[7:]]
    mixed = [*second[:4], first[4], second[5], GOOD_DAY, *second[7:]]
    again = await feed.load(put(feed, "moved.csv", csv_of([header, moved, mixed])))
    assert counts(again) == (0, 0, 0, 2)
    assert [error["column"] for error in again.errors] == ["处罚机关", "行政相对人名称"]
    assert NAME not in json.dumps(again.as_json(), ensure_ascii=False)


async def test_without_the_key_a_mark_leads_nowhere_and_with_it_on_the_ring_it_leads_home(feed: Feed) -> None:
    report = await feed(record())
    errors = await given_back(feed, report, "errors.jsonl")
    errors.write_text(errors.read_text().replace(BAD_DAY, GOOD_DAY))
    options = LoadOptions(register_agencies=True)
    gone = await load_feed(feed.database, parse_key_ring(OTHER_KEY), errors, options=options, clock=feed.clock)
    assert (counts(gone), gone.errors[0]["code"]) == ((0, 0, 0, 1), "BAD_VALUE")
    rotated = parse_key_ring(f"{OTHER_KEY},{TEST_KEY}")
    found = await load_feed(feed.database, rotated, errors, options=options, clock=feed.clock)
    assert counts(found) == (1, 0, 0, 0)
    await whole(feed)


async def test_rows_are_made_whole_in_parts_that_stay_small(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [record(number=f"{number}号") for number in range(60)]
    report = await feed(*records, case("60号"))
    errors = await given_back(feed, report, "errors.jsonl")
    errors.write_text(errors.read_text().replace(BAD_DAY, GOOD_DAY))
    monkeypatch.setattr("indexer.loading.BATCH_BYTES", 5_000)
    assert counts(await feed.load(errors)) == (60, 0, 0, 0)
    found = await feed.rows(
        "SELECT DISTINCT p.name, c.facts FROM penalty_case c JOIN party p ON p.id = c.party_id WHERE p.type = 'PERSON'"
    )
    assert [tuple(each.values()) for each in found] == [(NAME, KEPT_FACTS)]


async def test_what_is_longer_than_a_workbook_holds_comes_back_whole(feed: Feed) -> None:
    facts = FACTS + "。" + "渣" * 40_000
    report = await feed.load(put(feed, "feed.csv", csv_of([NAMES, row(facts=facts)])))
    header, first = rows_of((await given_back(feed, report, "errors.csv")).read_bytes())
    mended = put(feed, "mended.xlsx", book_of(header, [*first[:5], "", GOOD_DAY, *first[7:]]))
    assert counts(await feed.load(mended)) == (1, 0, 0, 0)
    assert (await feed.only_case())["party_name"] == NAME


async def test_a_workbook_saved_as_csv_in_another_encoding_comes_back_whole(feed: Feed) -> None:
    report = await feed.load(put(feed, "feed.xlsx", book_of(NAMES, row())))
    errors = await given_back(feed, report, "errors.xlsx")
    header, first = CalamineWorkbook.from_path(errors).get_sheet_by_index(0).to_python()
    mended = put(feed, "mended.csv", csv_of([header, [*first[:6], GOOD_DAY, *first[7:]]], "gb18030", ";"))
    assert counts(await feed.load(mended)) == (1, 0, 0, 0)
    await whole(feed)


async def test_a_number_typed_as_a_number_is_covered_and_rejected_until_it_is_written_as_text(feed: Feed) -> None:
    sent = [*row(GOOD_DAY)[:4], 110105194912310021, *row(GOOD_DAY)[5:]]
    report = await feed.load(put(feed, "feed.xlsx", book_of(NAMES, sent)))
    assert counts(report) == (0, 0, 0, 1)
    errors = await given_back(feed, report, "errors.xlsx")
    header, first = CalamineWorkbook.from_path(errors).get_sheet_by_index(0).to_python()
    assert str(first[4]).startswith("110105************〖")
    again = await feed.load(errors)
    assert counts(again) == (0, 0, 0, 1)
    assert "15 digits" in again.errors[0]["message"]
    errors.write_bytes(book_of(header, [*first[:4], PERSON_NUMBER, *first[5:]]))
    assert counts(await feed.load(errors)) == (1, 0, 0, 0)
    await whole(feed)


async def test_what_was_no_row_shows_nobody_and_says_where_it_is_whole(feed: Feed) -> None:
    report = await feed.load(put(feed, "feed.csv", csv_of([NAMES, row()[:6], [*row(), "多", "多"]])))
    assert counts(report) == (0, 0, 0, 2)
    errors = await given_back(feed, report, "errors.csv")
    assert names_nobody(errors.read_text())
    messages = [cells[-1] for cells in rows_of(errors.read_bytes())[1:]]
    assert all("take the row from the file that was sent. As sent: " in message for message in messages)
    again = await feed.load(errors)
    assert [
        cells[-1].split("As sent")[1]
        for cells in rows_of((await given_back(feed, again, "again.csv")).read_bytes())[1:]
    ] == [message.split("As sent")[1] for message in messages]
    broken = await feed('{"party": {"name": "周建国", "idNumber": "11010519491231002X"')
    (line,) = (await given_back(feed, broken, "errors.jsonl")).read_text().splitlines()
    assert names_nobody(line)
    assert "take the row from the file that was sent" in json.loads(line)["message"]


async def test_a_key_makes_whole_what_its_own_agency_sent_with_a_key_and_nothing_else(
    feed: Feed, database_urls: TestDatabase, tmp_path: Path
) -> None:
    await feed(agency(AGENCY), agency(OTHER_AGENCY), name="agencies.jsonl")
    ids = {found["name"]: found["id"] for found in await feed.rows("SELECT id, name FROM agency")}
    settings = door_settings(database_urls, tmp_path / "spool")
    own, other = [
        await machine_of(feed.database, ids[name], login) for name, login in ((AGENCY, "a"), (OTHER_AGENCY, "b"))
    ]
    loaded = await feed(record(), agency=AGENCY)
    async with opened_door(feed.database, settings, own.key, AGENCY) as sender:
        sent = (await sender.put(json.dumps(record()).encode() + b"\n")).json()
        assert sent["rejected"] == 1
        files = []
        for run in (sent["run"], loaded.run):
            path = feed.folder / f"{run}.jsonl"
            await write_error_file(feed.database, feed.keys, run, path)
            files.append(path.read_text().replace(BAD_DAY, GOOD_DAY))
        theirs, commands = files
        # What a command loaded may be another agency's, whatever it was said to be.
        refused = (await sender.put(commands.encode(), "commands.jsonl")).json()
        assert (refused["rejected"], refused["errors"][0]["column"]) == (1, "party.name")
        assert await feed.cases() == []
    async with opened_door(feed.database, settings, other.key, OTHER_AGENCY) as sender:
        stolen = (await sender.put(theirs.replace(AGENCY, OTHER_AGENCY).encode(), "stolen.jsonl")).json()
        assert (stolen["inserted"], stolen["rejected"]) == (0, 1)
        assert (stolen["errors"][0]["code"], stolen["errors"][0]["column"]) == ("BAD_VALUE", "party.name")
        assert NAME not in json.dumps(stolen, ensure_ascii=False)
    async with opened_door(feed.database, settings, own.key, AGENCY) as sender:
        assert (await sender.put(theirs.encode(), "mended.jsonl")).json()["inserted"] == 1
    await whole(feed)
