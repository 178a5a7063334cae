"""What is judged again though no record of its case changed: others' names, holidays, a run as of another day."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from indexer.campaigns import join_campaigns
from indexer.following import LOOKS_EVERY_SECONDS, RulesFollower
from indexer.judging import RunReport
from schema.case_file import CaseFile
from stores.keys import KeyRing
from stores.postgres import Database
from supervision.calendars import Calendar, Notices
from supervision.evaluation import Evaluation, evaluate_case
from tests.integration.feeding import AGENCY, COMPANY, OTHER_AGENCY, Feed, agency, organisation
from tests.integration.judging_cases import Judge, changed_book
from tests.integration.test_judging import FINED, LATE, clean, served_late


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
def judge(feed: Feed, clock: Callable[[], datetime]) -> Judge:
    return Judge(feed, clock)


async def test_a_new_name_of_an_agency_reaches_the_cases_that_other_agencies_have_of_its_parties(
    feed: Feed, judge: Judge
) -> None:
    named = {**FINED, "party": organisation("宏达公司", COMPANY)}
    code = "11410000005184603J"
    await feed(
        agency(OTHER_AGENCY, uscc=code),
        clean("1号", **named, agency=OTHER_AGENCY),
        clean("2号", **named, decidedOn="2024-03-05"),
    )
    await judge("2024-03-20")
    await feed(agency("试验县自然资源局", uscc=code))
    assert await judge.evaluated("2024-03-20") == 2
    [found] = await feed.rows("SELECT explanation FROM anomaly WHERE rule = 'penalty.twice-for-one'")
    assert "由试验县自然资源局以1号罚款" in found["explanation"]
    again = await judge.again("2024-03-20")
    assert (again.opened, again.resolved, again.changed) == (0, 0, 0)


async def test_a_new_notice_of_holidays_judges_every_case_again(feed: Feed, judge: Judge) -> None:
    await feed(clean("1号", decidedOn="2024-06-05", servedOn="2024-06-17", enteredAt="2024-06-06"), clean("2号"))
    # Before anybody knew the Dragon Boat holiday of 2024, the seventh working day was the 14th.
    unknowing = Calendar(Notices(first_year=2024, last_year=2024, holidays={}, make_up_days=frozenset()))
    before = replace(judge, calendar=unknowing, book=changed_book(calendar=unknowing))
    await before("2024-07-01")
    assert ("1号", *LATE) in await judge.findings()
    report = await judge("2024-07-01")
    assert (report.evaluated, report.resolved) == (2, 1)
    assert await judge.evaluated("2024-07-01") == 0


async def test_following_puts_back_what_a_run_as_of_another_day_said(feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号"))
    runs = asyncio.Queue[RunReport]()
    follower = RulesFollower(
        judging=judge.judging,
        today=lambda: date(2024, 6, 1),
        judged=runs.put,
        joining=lambda: join_campaigns(feed.database, feed.clock),
    )
    following = asyncio.create_task(follower.follow())
    try:
        assert (await asyncio.wait_for(runs.get(), 10)).opened == 1
        await judge("2024-03-01")
        assert await judge.findings() == []
        assert (await asyncio.wait_for(runs.get(), 10)).opened == 1
        assert await judge.findings() == [("1号", *LATE)]
        await asyncio.sleep(2 * LOOKS_EVERY_SECONDS)
        assert runs.empty()
    finally:
        following.cancel()


async def test_a_fault_in_one_case_keeps_no_other_from_being_judged(
    feed: Feed, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await feed(*(served_late(f"{number}号") for number in range(4)))

    def faulty(case: CaseFile, **asked: Any) -> Evaluation:
        if case.record.document_number == "2号":
            raise ZeroDivisionError("当事人周建国")
        return evaluate_case(case, **asked)

    with monkeypatch.context() as patched:
        patched.setattr("indexer.judging.evaluate_case", faulty)
        report = await judge("2024-06-01")
        assert (report.evaluated, report.opened, len(report.failed)) == (3, 3, 1)
        assert len((await judge("2024-06-01")).failed) == 1
    report = await judge("2024-06-01")
    assert (report.evaluated, report.opened, report.failed) == (1, 1, [])


async def test_a_finding_rests_on_the_reason_a_number_was_set_for(feed: Feed, judge: Judge) -> None:
    await feed(agency(AGENCY, networkedOn="2015-01-01"), clean("1号", enteredAt="2024-04-20T09:00:00+08:00"))
    await feed.run(
        "INSERT INTO agency_setting (agency_id, code, value, reason) "
        "SELECT id, 'entry.period', 10, '《某省平台管理办法》第八条' FROM agency"
    )
    await judge("2024-06-01")
    (found,) = await feed.rows("SELECT explanation FROM anomaly")
    assert "系按设置为10个工作日（《某省平台管理办法》第八条）" in found["explanation"]
