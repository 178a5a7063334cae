"""Why a finding changed is told without what changed in the cases of others, and without natural persons' names."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from api.other_cases import UNSHOWN_CHANGES
from schema.access_vocabularies import Role
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import COMPANY, Feed, organisation
from tests.integration.graphql_client import served
from tests.integration.judging_cases import Judge
from tests.integration.test_judging import clean
from tests.integration.viewers import CITY, EASTERN, WESTERN, SignedIn, Viewers, organise

REASONS = "{ cases { nodes { agency { name } anomalies { history { nodes { event reason } } } } } }"
STEP = """
INSERT INTO anomaly_event (anomaly_id, event, reason, status, certainty, explanation, evidence, law, rule_version,
                           rule_book_id, judged_file_id, as_of)
SELECT id, 'CHANGED', :reason, status, certainty, explanation, evidence, law, rule_version, rule_book_id,
       judged_file_id, as_of
  FROM anomaly
"""
"""A step of every finding, as a program of another day wrote it."""


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], Any], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def viewers(database: Database, feed: Feed) -> AsyncIterator[Viewers]:
    await organise(feed)
    async with served(database) as client:
        yield Viewers(database, client)


async def reasons(viewer: SignedIn, agency: str = EASTERN) -> list[str]:
    """Why the findings of an agency's cases changed, without those that say nothing."""
    cases = (await viewer.ask(REASONS))["cases"]["nodes"]
    return [
        event["reason"]
        for case in cases
        if case["agency"]["name"] == agency
        for found in case["anomalies"]
        for event in found["history"]["nodes"]
        if event["reason"]
    ]


def of_company(number: str, agency: str, **fields: Any) -> Any:
    return clean(number, agency=agency, party=organisation("试验公司", COMPANY), **fields)


@pytest.mark.parametrize("wicked", ["西罚1号", "西罚；decidedOn：1号"])
async def test_what_changed_in_anothers_case_is_told_to_whoever_sees_everything_alone(
    feed: Feed, viewers: Viewers, clock: Callable[[], Any], wicked: str
) -> None:
    judge = Judge(feed, clock)
    await feed(of_company("1号", EASTERN, servedOn="2024-04-15"), name="1.jsonl", agency=EASTERN)
    await judge("2024-06-01")
    other = of_company(wicked, WESTERN, actEndedOn=None)
    await feed(other, name="2.jsonl", agency=WESTERN)
    await judge("2024-06-01")
    await feed(of_company("1号", EASTERN, servedOn="2024-03-05"), name="3.jsonl", agency=EASTERN)
    await judge("2024-06-01")
    whole = await reasons(await viewers(Role.LOCAL_ADMINISTRATOR))
    assert any(WESTERN in reason for reason in whole)
    told = await reasons(await viewers(Role.CASE_OFFICER))
    assert len(told) == len(whole)
    assert UNSHOWN_CHANGES in told
    assert not [reason for reason in told if "otherCase" in reason or "西" in reason or "另有" in reason]


async def test_how_many_changes_were_too_many_to_tell_is_told_to_whoever_sees_everything_alone(
    feed: Feed, viewers: Viewers, clock: Callable[[], Any]
) -> None:
    await feed(of_company("1号", EASTERN, servedOn="2024-04-15"), name="1.jsonl", agency=EASTERN)
    await Judge(feed, clock)("2024-06-01")
    kept = "证据变化：servedOn：无→2024-01-02；另有13处；由可能变为确定"
    await feed.run(STEP, reason=kept)
    assert await reasons(await viewers(Role.LOCAL_ADMINISTRATOR)) == [kept]
    for place in (CITY, None):
        assert await reasons(await viewers(Role.CASE_OFFICER, place)) == [
            "证据变化：servedOn：无→2024-01-02；另有若干处；由可能变为确定"
        ]


async def test_a_persons_name_that_changed_is_told_to_nobody(
    feed: Feed, viewers: Viewers, clock: Callable[[], Any]
) -> None:
    judge = Judge(feed, clock)
    await feed(of_company("1号", EASTERN, servedOn="2024-04-15"), name="1.jsonl", agency=EASTERN)
    await judge("2024-06-01")
    named = organisation("试验公司", COMPANY, legalRepresentative="王建国")
    changed = clean("1号", agency=EASTERN, party=named, servedOn="2024-04-16")
    await feed(changed, name="2.jsonl", agency=EASTERN)
    await judge("2024-06-01")
    for role in (Role.CASE_OFFICER, Role.DISCIPLINE):
        assert await reasons(await viewers(role)) == [
            "证据变化：party.legalRepresentative有改动；servedOn：2024-04-15→2024-04-16"
        ]


async def test_a_name_that_was_told_in_earlier_days_is_covered_where_the_role_shows_none(
    feed: Feed, viewers: Viewers, clock: Callable[[], Any]
) -> None:
    await feed(of_company("1号", EASTERN, servedOn="2024-04-15"), name="1.jsonl", agency=EASTERN)
    await Judge(feed, clock)("2024-06-01")
    kept = (
        "证据变化：fine：无→5；party.legalRepresentative：钱大有；李→无；party.name：无→周大海；"
        "servedOn有改动；由可能变为确定"
    )
    await feed.run(STEP, reason=kept)
    assert await reasons(await viewers(Role.CASE_OFFICER)) == [kept]
    assert await reasons(await viewers(Role.DISCIPLINE)) == [
        "证据变化：fine：无→5；party.legalRepresentative有改动；party.name有改动；servedOn有改动；由可能变为确定"
    ]
