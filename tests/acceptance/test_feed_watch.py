"""`jiandu feed watch`: files are put into a folder, and what became of each is seen where it is moved to."""

import json
import random
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import anyio
import pytest

from stores.keys import KeyRing
from stores.postgres import Database
from tests.acceptance.program import NO_ELASTICSEARCH, REPORT, Program, wait_until
from tests.conftest import TEST_KEY, TestDatabase, dsn
from tests.faults.processes import Programs
from tests.integration.feeding import PERSON_NUMBER, Feed, Fields, case, person

pytestmark = pytest.mark.acceptance

ROUNDS = 6
FILES = 5


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
def settings(database_urls: TestDatabase) -> dict[str, str]:
    return {"database_url": dsn(database_urls.application), "data_key": TEST_KEY, **NO_ELASTICSEARCH}


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Programs]:
    opened = Programs(tmp_path)
    yield opened
    opened.close()


WATCH = ("feed", "watch", "inbox", "--register-agencies", "--quiet", "0")


def put(feed: Feed, inbox: Path, name: str, *records: Fields | str) -> None:
    feed.write(*records, name=name).rename(inbox / name)


def there(inbox: Path) -> list[str]:
    return sorted(str(path.relative_to(inbox)) for path in inbox.rglob("*") if path.is_file())


async def numbers(feed: Feed) -> set[str]:
    return {row["document_number"] for row in await feed.rows("SELECT document_number FROM penalty_case")}


async def test_each_file_is_put_where_its_rows_belong_and_its_mended_errors_land(
    program: Program, settings: dict[str, str], feed: Feed, inbox: Path
) -> None:
    inbox = Path(shutil.move(inbox, program.folder / "inbox"))
    put(feed, inbox, "good.jsonl", case("1号"))
    put(feed, inbox, "bad.jsonl", case("2号"), case("3号", fine="-1"))
    put(feed, inbox, "refused.csv", "no,header\n")
    ended = program.run(*WATCH, "--once", "--json", **settings)
    assert ended.status == 2
    reports = [json.loads(line) for line in ended.out.splitlines()]
    assert {report.get("file", "").removeprefix("inbox/") for report in reports} == {
        *("good.jsonl", "bad.jsonl", "refused.csv")
    }
    assert all(report.keys() == REPORT for report in reports if "run" in report)
    assert there(inbox) == [
        *("done/good.jsonl", "rejected/bad.jsonl", "rejected/bad.jsonl.errors.jsonl"),
        *("rejected/refused.csv", "rejected/refused.csv.refused.txt"),
    ]
    assert await numbers(feed) == {"1号", "2号"}
    assert "is a header" in (inbox / "rejected/refused.csv.refused.txt").read_text()
    errors = inbox / "rejected/bad.jsonl.errors.jsonl"
    assert errors.stat().st_mode & 0o777 == 0o600
    (inbox / "mended.jsonl").write_text(errors.read_text().replace('"-1"', '"1"'))
    assert program.run(*WATCH, "--once", **settings).status == 0
    assert await numbers(feed) == {"1号", "2号", "3号"}
    assert "done/mended.jsonl" in there(inbox)
    shutil.rmtree(inbox)


async def test_who_is_named_is_covered_beside_a_file_and_whole_in_the_record(
    program: Program, settings: dict[str, str], feed: Feed, inbox: Path
) -> None:
    inbox = Path(shutil.move(inbox, program.folder / "inbox"))
    named = {"party": person("周建国", PERSON_NUMBER), "facts": "业主：周建国，男，倾倒废渣"}
    put(feed, inbox, "bad.jsonl", case("1号", decidedOn="2023-09-31", **named))
    assert program.run(*WATCH, "--once", **settings).status == 1
    errors = (inbox / "rejected/bad.jsonl.errors.jsonl").read_text()
    assert "建国" not in errors
    assert PERSON_NUMBER not in errors
    (inbox / "mended.jsonl").write_text(errors.replace("2023-09-31", "2023-09-30"))
    assert program.run(*WATCH, "--once", **settings).status == 0
    found = await feed.only_case()
    assert (found["party_name"], found["facts"]) == ("周建国", named["facts"])
    assert found["party_identity_hash"] == feed.keys.hash_identity(PERSON_NUMBER)
    shutil.rmtree(inbox)


async def test_watchers_killed_at_any_moment_lose_nothing_and_move_only_what_is_stored(
    programs: Programs, settings: dict[str, str], feed: Feed, inbox: Path
) -> None:
    chance = random.Random(20150402)  # noqa: S311  the moments of the kills, again and again
    sent: set[str] = set()
    for attempt in range(ROUNDS):
        for place in range(FILES):
            told = [f"{attempt}-{place}-{row}号" for row in range(20)]
            put(feed, inbox, f"{attempt}-{place}.jsonl", *map(case, told))
            sent |= set(told)
        watchers = [programs.start(WATCH, settings) for _ in range(2)]
        await anyio.sleep(chance.uniform(0.1, 1.5))
        for watcher in watchers:
            watcher.kill()
        stored = await numbers(feed)
        for moved in (inbox / "done").glob("*.jsonl"):
            assert {json.loads(line)["documentNumber"] for line in moved.read_text().splitlines()} <= stored
    put(feed, inbox, "last.jsonl", case("99-0号"))
    sent.add("99-0号")
    last = programs.start(WATCH, settings)
    wait_until(lambda: not [name for name in there(inbox) if "/" not in name])
    ended = last.end()
    assert ended.status == 0, ended.err
    assert await numbers(feed) == sent
    assert there(inbox) == [
        *(f"done/{attempt}-{place}.jsonl" for attempt in range(ROUNDS) for place in range(FILES)),
        "done/last.jsonl",
    ]
    outcomes = await feed.rows(
        "SELECT sum(inserted) AS inserted, sum(updated) AS updated, sum(rejected) AS rejected FROM feed_run "
        "WHERE status = 'DONE'"
    )
    assert [dict(row) for row in outcomes] == [{"inserted": len(sent), "updated": 0, "rejected": 0}]


def test_a_folder_that_is_not_there_is_refused(program: Program, settings: dict[str, str]) -> None:
    assert "is no folder" in program.run("feed", "watch", "nowhere", **settings).sentence
