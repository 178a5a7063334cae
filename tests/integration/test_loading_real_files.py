"""The 97 real decisions of ../shared/data, once in GB18030 and once in UTF-8: the same rows, the same record."""

import csv
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from indexer.load_reports import LoadReport
from schema.document_number import canonical_document_number
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import SHARED
from tests.integration.feeding import Feed, counts

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the real decisions lie beside the checkout, in ../shared")

GB18030 = SHARED / "data" / "penalties_real.gb18030.csv"
UTF_8 = SHARED / "data" / "penalties_real.utf8-bom.csv"
NUMBER, AGENCY = "行政处罚决定书文号", "处罚机关"
FINE, CONFISCATED = "罚款金额(万元)", "没收违法所得、没收非法财物的金额(万元)"


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def loaded(feed: Feed) -> LoadReport:
    return await feed.load(UTF_8)


def rows_as_published() -> list[dict[str, str]]:
    with UTF_8.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def in_yuan(cell: str) -> Decimal | None:
    return Decimal(cell) * 10_000 if cell else None


async def test_all_97_rows_are_accounted_for(loaded: LoadReport) -> None:
    assert counts(loaded) == (96, 0, 0, 1)
    assert loaded.accounts.rows == 97
    ((line, code, column),) = [(error["line"], error["code"], error["column"]) for error in loaded.errors]
    assert (code, column) == ("CONFLICT", None)
    assert line > 1
    assert loaded.accounts.skipped == [{"line": 1, "reason": "header"}]


@pytest.mark.parametrize(("first", "second"), [(UTF_8, GB18030), (GB18030, UTF_8)])
async def test_the_other_encoding_of_the_same_rows_changes_nothing(feed: Feed, first: Path, second: Path) -> None:
    before_report = await feed.load(first)
    before, queued = await feed.record(), await feed.queued()
    report = await feed.load(second)
    assert counts(report) == (0, 0, 96, 1)
    assert [error["line"] for error in report.errors] == [error["line"] for error in before_report.errors]
    assert await feed.record() == before
    assert await feed.queued() == queued == 96
    runs = await feed.rows("SELECT encoding, layout FROM feed_run ORDER BY id")
    assert {run["encoding"] for run in runs} == {"utf-8-sig", "gb18030"}
    assert {run["layout"] for run in runs} == {"published table"}


async def test_both_encodings_tell_the_same(feed: Feed) -> None:
    await feed.load(GB18030)
    told = await feed.told()
    assert len(told) == 96
    for table in ("penalty_case", "party"):
        await feed.run(f"DELETE FROM {table}")  # noqa: S608  our own tables
    await feed.load(UTF_8)
    assert await feed.told() == told


async def test_amounts_in_ten_thousand_yuan_are_stored_as_exact_yuan(feed: Feed, loaded: LoadReport) -> None:
    assert loaded.accounts.inserted == 96
    published = rows_as_published()
    stored = await feed.rows(
        "SELECT r.ordinal, c.fine, c.confiscated FROM feed_row r JOIN penalty_case c ON c.id = r.case_id"
    )
    for found in stored:
        row = published[found["ordinal"] - 1]
        assert (found["fine"], found["confiscated"]) == (in_yuan(row[FINE]), in_yuan(row[CONFISCATED]))
    assert {Decimal("545.00"), Decimal("427179.45")} <= {found["fine"] for found in stored}


async def test_each_number_is_stored_in_its_canonical_form_and_the_rest_is_known_by_derived_identity(
    feed: Feed, loaded: LoadReport
) -> None:
    assert loaded.accounts.inserted == 96
    numbers = [canonical_document_number(row[NUMBER]) if row[NUMBER] else None for row in rows_as_published()]
    stored = await feed.rows(
        "SELECT r.ordinal, c.document_number, c.identity_derived "
        "FROM feed_row r JOIN penalty_case c ON c.id = r.case_id"
    )
    for found in stored:
        number = numbers[found["ordinal"] - 1]
        assert (found["document_number"], found["identity_derived"]) == (number, number is None)
    # 14 cells are blank; in two more stand a placeholder and a sentence.
    assert sum(found["identity_derived"] for found in stored) == numbers.count(None) == 16


async def test_a_bracket_variant_of_a_real_number_is_the_same_case(feed: Feed, loaded: LoadReport) -> None:
    assert loaded.accounts.inserted == 96
    with UTF_8.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file))
    place = header.index(NUMBER)
    bracketed = [row for row in rows if re.search(r"〔\d{4}〕\d", row[place])]
    assert len(bracketed) > 20
    for row in bracketed:
        row[place] = row[place].replace("〔", " [ ").replace("〕", " ] ")
    variant = feed.folder / "variants.csv"
    with variant.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([header, *bracketed])
    before = await feed.record()
    report = await feed.load(variant)
    assert report.accounts.unchanged == len(bracketed)
    assert await feed.record() == before


async def test_agencies_are_registered_once_each_by_their_names(feed: Feed, loaded: LoadReport) -> None:
    assert loaded.accounts.inserted == 96
    published = {" ".join(row[AGENCY].split()) for row in rows_as_published() if row[AGENCY].strip()}
    stored = [row["name"] for row in await feed.rows("SELECT name FROM agency")]
    assert len(stored) == len(set(stored))
    assert set(stored) == published


async def test_without_leave_to_register_agencies_every_row_is_rejected_and_kept(feed: Feed) -> None:
    report = await feed.load(UTF_8, register=False)
    assert counts(report) == (0, 0, 0, 97)
    assert {error["code"] for error in report.errors} == {"UNKNOWN_AGENCY"}
    assert len(report.errors) == 20
    assert len(await feed.rows("SELECT FROM feed_row")) == 97
    assert await feed.cases() == []
