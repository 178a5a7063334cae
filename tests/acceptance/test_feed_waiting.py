"""`jiandu feed waiting`: which records wait for their case, since when and out of which file."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from stores.keys import KeyRing
from stores.postgres import Database
from tests.acceptance.program import NO_ELASTICSEARCH, Program
from tests.conftest import TEST_KEY, TestDatabase, dsn
from tests.integration.feeding import AGENCY, OTHER_AGENCY, Feed, case
from tests.integration.follow_up_feeding import measure, transfer

pytestmark = pytest.mark.acceptance


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
def settings(database_urls: TestDatabase) -> dict[str, str]:
    return {"database_url": dsn(database_urls.application), "data_key": TEST_KEY, **NO_ELASTICSEARCH}


async def test_what_waits_is_listed_with_its_file_and_its_run(
    program: Program, settings: dict[str, str], feed: Feed
) -> None:
    assert program.run("feed", "waiting", **settings).out == "No record waits for its case.\n"
    assert program.run("feed", "waiting", "--json", **settings).out == ""
    report = await feed({**measure("1号"), "agency": OTHER_AGENCY}, transfer("2号"), case("3号"), transfer("3号"))
    result = program.run("feed", "waiting", "--json", **settings)
    assert (result.status, result.err) == (0, "")
    found = [json.loads(line) for line in result.out.splitlines()]
    assert [(each["kind"], each["agency"], each["documentNumber"]) for each in found] == [
        ("measure", OTHER_AGENCY, "1号"),
        ("transfer", AGENCY, "2号"),
    ]
    for each in found:
        assert set(each) == {"kind", "agency", "documentNumber", "since", "file", "run"}
        assert (each["file"], each["run"]) == ("feed.jsonl", report.run)
        assert datetime.fromisoformat(each["since"]).utcoffset() is not None
    for_people = program.run("feed", "waiting", "--agency", AGENCY, **settings)
    (line,) = for_people.out.splitlines()
    assert line.startswith(f"transfer  {AGENCY}  2号  since ")
    await feed(case("2号"))
    assert program.run("feed", "waiting", "--agency", AGENCY, "--json", **settings).out == ""


async def test_an_agency_nobody_knows_is_a_mistake(program: Program, settings: dict[str, str], feed: Feed) -> None:
    await feed(transfer())
    result = program.run("feed", "waiting", "--agency", "无此局", **settings)
    assert (result.status, result.out) == (2, "")
    assert "No agency of this name or code is registered" in result.err
