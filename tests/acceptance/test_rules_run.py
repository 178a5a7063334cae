"""`jiandu rules run`, `settings` and `set`: the record judged, and by which numbers."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from stores.keys import KeyRing
from stores.postgres import Database
from tests.acceptance.program import NO_ELASTICSEARCH, Program
from tests.conftest import TEST_KEY, TestDatabase, dsn
from tests.integration.feeding import AGENCY, Feed, agency
from tests.integration.test_judging import clean, served_late

pytestmark = pytest.mark.acceptance

NOTHING_ELSE = {"changed": 0, "failed": 0}


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
def settings(database_urls: TestDatabase) -> dict[str, str]:
    return {"database_url": dsn(database_urls.application), "data_key": TEST_KEY, **NO_ELASTICSEARCH}


async def test_what_changed_or_fell_due_is_judged_and_nothing_else(
    program: Program, settings: dict[str, str], feed: Feed
) -> None:
    await feed(served_late("试环罚〔2024〕1号"), clean("试环罚〔2024〕2号"))
    run = ("rules", "run", "--as-of", "2024-06-01")
    first = program.run(*run, "--json", **settings)
    assert (first.status, first.err) == (0, "")
    assert first.json == {"evaluated": 2, "opened": 1, "resolved": 0, "cannotTell": 0, **NOTHING_ELSE}
    again = program.run(*run, "--json", **settings)
    assert again.json == {"evaluated": 0, "opened": 0, "resolved": 0, "cannotTell": 0, **NOTHING_ELSE}
    told = program.run(*run, **settings).out
    assert (
        told
        == "As of 2024-06-01: 0 cases judged, 0 findings opened, 0 resolved, 0 changed, 0 answers cannot be told.\n"
    )
    full = program.run(*run, "--full", "--json", **settings)
    assert full.json == {"evaluated": 2, "opened": 0, "resolved": 0, "cannotTell": 0, **NOTHING_ELSE}
    await feed(clean("试环罚〔2024〕1号"))
    assert program.run(*run, "--json", **settings).json["resolved"] == 1


async def test_one_case_is_judged_by_its_number_or_its_id(
    program: Program, settings: dict[str, str], feed: Feed
) -> None:
    await feed(served_late("试环罚〔2024〕1号"), served_late("试环罚〔2024〕2号"))
    run = ("rules", "run", "--as-of", "2024-06-01", "--json", "--case")
    assert program.run(*run, "试环罚[2024]1号", **settings).json["opened"] == 1
    second = (await feed.cases())[1]["id"]
    assert program.run(*run, str(second), **settings).json == {
        "evaluated": 1,
        "opened": 1,
        "resolved": 0,
        "cannotTell": 0,
        **NOTHING_ELSE,
    }
    assert "no case of this document number or id" in program.run(*run, "没有的号", **settings).sentence


async def test_what_changes_is_judged_by_itself_until_it_is_ended(
    program: Program, settings: dict[str, str], feed: Feed
) -> None:
    await feed(served_late("试环罚〔2024〕1号"))
    with program.start("rules", "run", "--follow", "--json", **settings) as running:
        assert running.line()["opened"] == 1
        await feed(served_late("试环罚〔2024〕2号"), clean("试环罚〔2024〕1号"))
        told = running.line()
        assert (told["evaluated"], told["opened"], told["resolved"]) == (2, 1, 1)
    assert await feed.rows("SELECT FROM judging_queue") == []


@pytest.mark.parametrize(
    "words", [("--full", "--follow"), ("--case", "1号", "--full"), ("--follow", "--as-of", "2024-06-01")]
)
def test_ways_that_exclude_one_another_are_refused(
    program: Program, settings: dict[str, str], words: tuple[str, ...]
) -> None:
    assert "Choose one of" in program.run("rules", "run", *words, **settings).sentence


def test_a_day_that_is_none_is_refused(program: Program, settings: dict[str, str]) -> None:
    result = program.run("rules", "run", "--as-of", "2024-02-30", **settings)
    assert result.status == 2
    assert "2024-02-30" in result.err


async def test_a_number_set_for_an_agency_is_what_its_cases_are_judged_by(
    program: Program, settings: dict[str, str], feed: Feed
) -> None:
    await feed(agency(AGENCY, networkedOn="2015-01-01"), clean("1号", enteredAt="2024-04-20T09:00:00+08:00"))
    run = ("rules", "run", "--as-of", "2024-06-01", "--json")
    assert program.run(*run, **settings).json["opened"] == 1
    change = ("rules", "set", "entry.period", "40", "--agency", AGENCY, "--reason", "省级规定")
    assert program.run(*change, "--json", **settings).json == {
        "agency": AGENCY,
        "code": "entry.period",
        "value": "40",
        "cases": 1,
    }
    assert program.run(*run, **settings).json["resolved"] == 1
    listed = map(json.loads, program.run("rules", "settings", "--json", **settings).out.splitlines())
    [period] = [each for each in listed if each["code"] == "entry.period"]
    assert period["default"] == "7"
    assert period["agencies"] == [{"agency": AGENCY, "value": "40", "reason": "省级规定"}]
    assert f"  {AGENCY}: 40  (省级规定)\n" in program.run("rules", "settings", **settings).out
    back = ("rules", "set", "entry.period", "default", "--agency", AGENCY, "--reason", "废止")
    assert program.run(*back, **settings).status == 0
    assert program.run(*run, **settings).json["opened"] == 1
    assert "default holds already" in program.run(*back, **settings).sentence


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("no.such", "5", "--agency", AGENCY, "--reason", "x"), "no such setting"),
        (("transfer.handover", "5", "--agency", AGENCY, "--reason", "x"), "no such setting"),
        (("entry.period", "五", "--agency", AGENCY, "--reason", "x"), "is a number"),
        (("entry.period", "1.5", "--agency", AGENCY, "--reason", "x"), "a whole number of days from 1 to 1830"),
        (("entry.period", "NaN", "--agency", AGENCY, "--reason", "x"), "a whole number of days from 1 to 1830"),
        (("entry.period", "0", "--agency", AGENCY, "--reason", "x"), "a whole number of days from 1 to 1830"),
        (("entry.period", "1831", "--agency", AGENCY, "--reason", "x"), "a whole number of days from 1 to 1830"),
        (("entry.period", "1e9999", "--agency", AGENCY, "--reason", "x"), "a whole number of days from 1 to 1830"),
        (("decision.no-sector-rule", "7", "--agency", AGENCY, "--reason", "x"), "1 is yes and 0 is no"),
        (("penalty.facts-alike", "101", "--agency", AGENCY, "--reason", "x"), "a number of percent from 0 to 100"),
        (("threshold.mining-value-local", "1e20", "--agency", AGENCY, "--reason", "x"), "with 16 digits at most"),
        (("entry.period", "5", "--agency", "没有的局", "--reason", "x"), "No one agency"),
        (("entry.period", "5", "--agency", AGENCY, "--reason", " "), "Say why"),
    ],
)
async def test_a_setting_that_cannot_be_is_refused_with_a_sentence(
    program: Program, settings: dict[str, str], feed: Feed, words: tuple[str, ...], told: str
) -> None:
    await feed(agency(AGENCY))
    assert told in program.run("rules", "set", *words, **settings).sentence
    assert await feed.rows("SELECT FROM agency_setting") == []
