"""`jiandu feed names` and `jiandu feed rename`: what names were taken to mean, and deciding it anew."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from stores.keys import KeyRing
from stores.postgres import Database
from tests.acceptance.program import NO_ELASTICSEARCH, Program
from tests.conftest import TEST_KEY, TestDatabase, dsn
from tests.integration.feeding import Feed, agency, case

pytestmark = pytest.mark.acceptance

BUREAU, OTHER = "昆明市生态环境局", "昆明市西山区生态环境局"
BRANCH = "昆明市生态环境局西山分局"


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
def settings(database_urls: TestDatabase) -> dict[str, str]:
    return {"database_url": dsn(database_urls.application), "data_key": TEST_KEY, **NO_ELASTICSEARCH}


async def test_a_decision_is_listed_decided_anew_and_refused(
    program: Program, settings: dict[str, str], feed: Feed
) -> None:
    assert program.run("feed", "names", **settings).out == "No name had to be decided about.\n"
    assert program.run("feed", "names", "--json", **settings).out == ""
    await feed(agency(BUREAU), agency(OTHER))
    report = await feed({**case("1号"), "agency": BRANCH})
    listed = program.run("feed", "names", "--json", **settings)
    assert (listed.status, listed.err) == (0, "")
    decided_at = listed.json["decidedAt"]
    assert listed.json == {
        "name": BRANCH,
        "agency": BUREAU,
        "how": "BRANCH",
        "cases": 1,
        "decidedAt": decided_at,
        "run": report.run,
        "note": None,
    }
    assert datetime.fromisoformat(decided_at).utcoffset() is not None
    renamed = program.run("feed", "rename", BRANCH, "--to", OTHER, "--reason", "独立机关", **settings)
    assert (renamed.status, renamed.err) == (0, "")
    assert renamed.out == f"{BRANCH} means {OTHER} from now on: 1 cases were moved.\n"
    (line,) = program.run("feed", "names", **settings).out.splitlines()
    assert line.startswith(f"{BRANCH}  ->  {OTHER}  BY_HAND  1 cases  ")
    assert line.endswith("by hand  (独立机关)")
    refused = program.run("feed", "rename", BRANCH, "--refuse", "--json", **settings)
    assert refused.json == {"name": BRANCH, "agency": None, "moved": 0, "staying": 1}
    assert json.loads(program.run("feed", "names", "--json", **settings).out)["agency"] is None
    assert "stay where they are" in program.run("feed", "rename", BRANCH, "--refuse", **settings).out


async def test_what_cannot_be_decided_is_a_mistake(program: Program, settings: dict[str, str], feed: Feed) -> None:
    await feed(agency(BUREAU, aliases=["昆明环保"]), agency(OTHER))
    await feed({**case("1号"), "agency": BRANCH}, {**case("1号"), "agency": OTHER})
    for words, told in (
        ((BRANCH,), "--to"),
        ((BRANCH, "--to", OTHER, "--refuse"), "--to"),
        ((" ", "--refuse"), "empty"),
        ((BRANCH, "--to", "无此局"), "No agency of this name or code"),
        ((BUREAU, "--to", OTHER), f"{BUREAU} is registered under"),
        (("昆明环保", "--refuse"), f"{BUREAU} is registered under"),
        ((BRANCH, "--to", OTHER), "nothing was moved: 1号"),
    ):
        assert told in program.run("feed", "rename", *words, **settings).sentence
