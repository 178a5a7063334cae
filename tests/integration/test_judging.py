"""A run of the rules judges what can have changed and nothing else, and a full one finds the same."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from schema.vocabularies import FeedKind
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import AGENCY, COMPANY, OTHER_AGENCY, Feed, Fields, agency, case, organisation
from tests.integration.follow_up_feeding import follow_up
from tests.integration.judging_cases import BOOK, Judge, changed_book

LATE = ("service.late", "CERTAIN")
# Complete and in time, so that no rule finds anything of it before 2025.
CLEAN: Fields = {
    "actEndedOn": "2024-01-10",
    "foundOn": "2024-02-01",
    "filedOn": "2024-02-02",
    "decidedOn": "2024-03-04",
    "servedOn": "2024-03-05",
    "enteredAt": "2024-03-05T09:00:00+08:00",
    "facts": "未按规定设置标志牌",
    "legalBasis": "《中华人民共和国环境保护法》",
    "penaltyKinds": ["WARNING"],
    "penaltyContent": "警告",
    "domain": "ENVIRONMENT",
}


def clean(number: str, /, **fields: object) -> Fields:
    """A case of a company of its own that nothing is wrong with."""
    return case(number, **{"party": organisation(f"第{number}公司"), **CLEAN, **fields})


def served_late(number: str, /, **fields: object) -> Fields:
    return clean(number, servedOn="2024-04-15", **fields)


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
def judge(feed: Feed, clock: Callable[[], datetime]) -> Judge:
    return Judge(feed, clock)


# What is judged ------------------------------------------------------------------------------------------------------


async def test_what_did_not_change_is_not_judged_again(feed: Feed, judge: Judge) -> None:
    await feed(clean("1号"), served_late("2号"), clean("3号"))
    first = await judge("2024-06-01")
    assert (first.evaluated, first.opened, first.resolved) == (3, 1, 0)
    assert await judge.findings() == [("2号", *LATE)]
    assert await judge.evaluated("2024-06-01") == 0
    await feed(clean("1号"), served_late("2号"), clean("3号"))
    assert await judge.evaluated("2024-06-02") == 0


async def test_a_changed_case_is_judged_and_no_other(feed: Feed, judge: Judge) -> None:
    await feed(*(clean(f"{number}号") for number in range(20)))
    await judge("2024-06-01")
    await feed(clean("7号", servedOn="2024-04-15"))
    report = await judge("2024-06-01")
    assert (report.evaluated, report.opened) == (1, 1)
    await feed(follow_up(FeedKind.TRANSFER, "8号", decidedOn="2024-03-01", transferredOn="2024-03-20"))
    report = await judge("2024-06-01")
    assert (report.evaluated, report.opened) == (1, 2)
    assert await judge.findings() == [
        ("7号", *LATE),
        ("8号", "filing.no-decision", "CERTAIN"),
        ("8号", "transfer.late", "CERTAIN"),
    ]


async def test_a_change_that_no_rule_sees_judges_nothing(feed: Feed, judge: Judge) -> None:
    await feed(clean("1号"))
    await judge("2024-06-01")
    await feed.run("UPDATE penalty_case SET person_names = '{赵小满}', published_extras = '{\"备注\": \"有\"}'")
    await feed.run("UPDATE penalty_case SET fine = 5; UPDATE penalty_case SET fine = NULL")
    assert await judge.evaluated("2024-06-01") == 0


async def test_a_day_that_matters_is_enough(feed: Feed, judge: Judge) -> None:
    await feed(clean("1号"), follow_up(FeedKind.TRANSFER, "1号", decidedOn="2024-03-04", transferredOn="2024-03-05"))
    await feed(*(clean(f"{number}号") for number in range(2, 12)))
    found = []
    for day in ("2024-03-07", "2024-03-08", "2024-03-09", "2024-03-11", "2024-04-04", "2024-04-08", "2024-06-01"):
        report = await judge(day)
        found.append((day, report.evaluated, await judge.findings()))
    no_decision = "filing.no-decision"
    assert found == [
        ("2024-03-07", 11, []),
        ("2024-03-08", 0, []),
        ("2024-03-09", 1, [("1号", no_decision, "POSSIBLE")]),
        ("2024-03-11", 0, [("1号", no_decision, "POSSIBLE")]),
        ("2024-04-04", 0, [("1号", no_decision, "POSSIBLE")]),
        ("2024-04-08", 1, [("1号", no_decision, "CERTAIN")]),
        ("2024-06-01", 0, [("1号", no_decision, "CERTAIN")]),
    ]


async def test_an_earlier_day_may_be_asked_too(feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号"), clean("2号"))
    await judge("2024-06-01")
    assert await judge.findings() == [("1号", *LATE)]
    report = await judge("2024-03-10")
    assert (report.evaluated, report.resolved) == (1, 1)
    assert await judge.findings("RESOLVED") == [("1号", *LATE)]
    assert await judge.evaluated("2024-03-09") == 0
    assert (await judge("2024-06-01")).opened == 1


async def test_an_agency_and_its_settings_concern_its_cases_only(feed: Feed, judge: Judge) -> None:
    await feed(
        clean("1号", enteredAt=None),
        clean("2号", enteredAt=None, agency=OTHER_AGENCY),
        agency(AGENCY),
        agency(OTHER_AGENCY),
    )
    await judge("2024-06-01")
    assert await judge.findings() == []
    await feed(agency(AGENCY, networkedOn="2015-01-01"))
    assert await judge.evaluated("2024-06-01") == 1
    assert await judge.findings() == [("1号", "entry.late", "POSSIBLE")]
    await feed.run(
        "INSERT INTO agency_setting (agency_id, code, value, reason) "
        "SELECT id, 'entry.period', 200, '省级规定' FROM agency WHERE name = :name",
        name=AGENCY,
    )
    assert await judge.evaluated("2024-06-01") == 1
    assert await judge.findings() == []
    assert await judge.life("entry.late") == [
        ("OPENED", "OPEN", ""),
        ("RESOLVED", "RESOLVED", "案件记录变化：settings.entry.period：无→200"),
    ]


# Across cases --------------------------------------------------------------------------------------------------------

FINED: Fields = {
    "fine": "5000",
    "penaltyKinds": ["FINE"],
    "facts": "擅自倾倒建筑垃圾二十车于河道滩地",
    "paidOn": "2024-03-06",
}


async def test_a_change_reaches_the_other_cases_of_the_party_it_can_bear_on(feed: Feed, judge: Judge) -> None:
    party = organisation("宏达公司", COMPANY)
    first, second = {**FINED, "party": party}, {**FINED, "party": organisation("宏达化工", COMPANY)}
    await feed(
        clean("1号", **first),
        clean("2号", **second, agency=OTHER_AGENCY, decidedOn="2024-03-05"),
        clean("3号", **{**first, "actEndedOn": "2023-01-10", "foundOn": "2023-02-01", "decidedOn": "2023-03-01"}),
        *(clean(f"{number}号", **FINED) for number in range(10, 20)),
    )
    await judge("2024-03-20")
    twice = ("penalty.twice-for-one", "POSSIBLE")
    assert [found for found in await judge.findings() if found[1] == twice[0]] == [("2号", *twice)]
    await feed(clean("1号", **{**first, "fine": "0"}))
    assert await judge.evaluated("2024-03-20") == 2
    assert [found for found in await judge.findings("RESOLVED") if found[1] == twice[0]] == [("2号", *twice)]
    await feed(clean("1号", **first), follow_up(FeedKind.RECONSIDERATION, "1号", type="RECONSIDERATION"))
    await judge("2024-03-20")
    assert [found for found in await judge.findings() if found[1] == twice[0]] == [("2号", *twice)]
    await feed(
        follow_up(FeedKind.RECONSIDERATION, "1号", type="RECONSIDERATION", decidedOn="2024-03-19", outcome="REVOKED")
    )
    await judge("2024-03-20")
    assert [found for found in await judge.findings() if found[1] == twice[0]] == []


async def test_parties_are_the_same_by_code_surely_and_by_name_perhaps(feed: Feed, judge: Judge) -> None:
    named = {**FINED, "party": organisation("宏达（试验）公司")}
    await feed(
        clean("1号", **named),
        clean("2号", **{**named, "party": organisation("宏达(试验)公司")}, decidedOn="2024-03-05"),
    )
    await judge("2024-03-20")
    assert ("2号", "penalty.twice-for-one", "POSSIBLE") in await judge.findings()
    (evidence,) = await feed.rows("SELECT evidence FROM anomaly WHERE rule = 'penalty.twice-for-one'")
    assert {"field": "other_case.sameParty", "value": "POSSIBLE", "quote": None, "position": None} in evidence[
        "evidence"
    ]
    # Two codes say that they are two.
    await feed(clean("1号", **{**named, "party": organisation("宏达（试验）公司", COMPANY)}))
    await feed(
        clean("2号", **{**named, "party": organisation("宏达(试验)公司", "91411300MA40BBB20F")}, decidedOn="2024-03-05")
    )
    await judge("2024-03-20")
    assert "penalty.twice-for-one" not in [rule for _, rule, _ in await judge.findings()]


# Persons' decisions --------------------------------------------------------------------------------------------------


async def decide(feed: Feed, decision: str) -> None:
    await feed.run(
        "UPDATE anomaly SET status = :decision, decision = :decision, decided_certainty = certainty, "
        "decided_digest = evidence_digest",
        decision=decision,
    )


@pytest.mark.parametrize("decision", ["DISMISSED", "CONFIRMED"])
async def test_a_decision_stays_until_the_evidence_changes(feed: Feed, judge: Judge, decision: str) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    await decide(feed, decision)
    await judge("2025-06-01")
    await judge.again("2025-06-01")
    await feed(served_late("1号", paidOn="2024-05-01"))
    await judge("2025-06-01")
    assert ("1号", *LATE) in await judge.findings(decision)
    await feed(clean("1号", servedOn="2024-04-20"))
    await judge("2025-06-01")
    assert ("1号", *LATE) in await judge.findings()
    [*_, (event, status, reason)] = await judge.life("service.late")
    assert (event, status) == ("REOPENED", "OPEN")
    assert "证据变化：" in reason
    assert "servedOn：2024-04-15→2024-04-20" in reason


async def test_a_dismissed_finding_that_no_longer_holds_is_resolved_and_stays_dismissed_when_it_holds_again(
    feed: Feed, judge: Judge
) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    await decide(feed, "DISMISSED")
    await feed(clean("1号"))
    await judge("2024-06-01")
    assert await judge.findings("RESOLVED") == [("1号", *LATE)]
    await feed(served_late("1号"))
    report = await judge("2024-06-01")
    assert report.opened == 0
    assert await judge.findings("DISMISSED") == [("1号", *LATE)]
    assert [step[:2] for step in await judge.life("service.late")] == [
        ("OPENED", "OPEN"),
        ("RESOLVED", "RESOLVED"),
        ("CHANGED", "DISMISSED"),
    ]


async def test_what_was_possible_and_dismissed_opens_again_when_it_is_certain(feed: Feed, judge: Judge) -> None:
    await feed(clean("1号"), follow_up(FeedKind.TRANSFER, "1号", decidedOn="2024-03-04", transferredOn="2024-03-05"))
    await judge("2024-03-20")
    await decide(feed, "DISMISSED")
    await judge("2024-03-30")
    assert await judge.findings() == []
    await judge("2024-04-10")
    assert await judge.findings() == [("1号", "filing.no-decision", "CERTAIN")]
    assert (await judge.life("filing.no-decision"))[-1] == ("REOPENED", "OPEN", "由待核变为确定")


async def test_an_act_done_late_resolves_the_finding_that_it_was_not_done(feed: Feed, judge: Judge) -> None:
    await feed(clean("1号"), follow_up(FeedKind.TRANSFER, "1号", decidedOn="2024-03-04", decision="APPROVED"))
    await judge("2024-03-20")
    assert await judge.findings() == [("1号", "transfer.not-transferred", "CERTAIN")]
    await feed(
        follow_up(FeedKind.TRANSFER, "1号", decidedOn="2024-03-04", decision="APPROVED", transferredOn="2024-03-19")
    )
    await judge("2024-03-20")
    assert await judge.findings() == [("1号", "transfer.late", "CERTAIN")]
    [*_, (event, _, reason)] = await judge.life("transfer.not-transferred")
    assert event == "RESOLVED"
    assert "transfer.transferredOn：无→2024-03-19" in reason


# Rule books ----------------------------------------------------------------------------------------------------------


async def test_a_new_version_of_a_rule_judges_again_what_the_rule_can_speak_of(feed: Feed, judge: Judge) -> None:
    await feed(
        *(clean(f"{number}号") for number in range(10)),
        follow_up(FeedKind.TRANSFER, "3号", decidedOn="2024-03-04", transferredOn="2024-03-20"),
        follow_up(FeedKind.TRANSFER, "4号", decidedOn="2024-03-04", transferredOn="2024-03-05"),
        clean("11号", enteredAt=None),
    )
    await feed.run("UPDATE penalty_case SET sources = '{PUBLISHED}' WHERE document_number = '11号'")
    await judge("2024-03-21")
    newer = replace(judge, book=changed_book(versions={"transfer.late": 99}))
    report = await newer("2024-03-21")
    assert report.evaluated == 3  # the two with a transfer, and the one known from the published table alone
    assert [step[0] for step in await judge.life("transfer.late")] == ["OPENED", "CHANGED"]
    assert (await judge.life("transfer.late"))[-1][2] == "规则由第1版改为第99版"
    assert await newer.evaluated("2024-03-21") == 0
    everywhere = replace(judge, book=changed_book(versions={"service.late": 99}))
    assert await everywhere.evaluated("2024-03-21") == 11


async def test_a_new_number_of_the_law_judges_again_what_the_rules_that_cite_it_can_speak_of(
    feed: Feed, judge: Judge
) -> None:
    await feed(
        *(clean(f"{number}号") for number in range(10)),
        follow_up(FeedKind.MEASURE, "3号", type="REASONS_REQUEST", servedOn="2024-03-04"),
    )
    await judge("2024-03-21")
    newer = replace(judge, book=changed_book(values={"filing.explanation": 30}))
    report = await newer("2024-03-21")
    assert (report.evaluated, report.resolved) == (1, 1)
    thresholds = replace(judge, book=changed_book(values={"threshold.hazardous-waste": 1}))
    assert await thresholds.evaluated("2024-03-21") == 10


# Interrupted, twice at once ------------------------------------------------------------------------------------------


class _InterruptedError(Exception):
    pass


async def test_a_run_that_is_killed_leaves_nothing_half_done(
    feed: Feed, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.judging.BATCH", 4)
    await feed(*(served_late(f"{number}号") for number in range(10)))

    seen = 0

    def after_some(_report: object, _left: int) -> None:
        nonlocal seen
        seen += 1
        if seen == 2:
            raise _InterruptedError

    with pytest.raises(_InterruptedError):
        await judge.judging.run(date(2024, 6, 1), progress=after_some)
    assert len(await judge.findings()) == 8
    report = await judge("2024-06-01")
    assert (report.evaluated, report.opened) == (2, 2)
    assert len(await judge.findings()) == 10


async def test_two_runs_at_once_judge_each_case_once(feed: Feed, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.judging.BATCH", 3)
    await feed(*(served_late(f"{number}号") for number in range(30)))
    reports = await asyncio.gather(judge("2024-06-01"), judge("2024-06-01"), judge("2024-06-01"))
    assert sum(report.evaluated for report in reports) == 30
    assert sum(report.opened for report in reports) == 30
    assert len(await judge.life("service.late")) == 30


async def test_a_change_that_commits_after_its_case_was_judged_is_judged_next(feed: Feed, judge: Judge) -> None:
    await feed(clean("1号"), clean("2号"))
    await judge("2024-06-01")
    async with feed.database.begin() as slow:
        await slow.exec_driver_sql("UPDATE penalty_case SET served_on = '2024-04-15' WHERE document_number = '1号'")
        await feed(clean("2号", servedOn="2024-04-16"))
        assert await judge.evaluated("2024-06-01") == 1
    assert await judge.evaluated("2024-06-01") == 1
    assert await judge.findings() == [("1号", *LATE), ("2号", *LATE)]


async def test_a_deleted_case_takes_its_findings_along(feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    await feed.run("DELETE FROM penalty_case")
    assert await judge.evaluated("2024-06-01") == 0
    assert await judge.findings() == []


async def test_a_finding_waits_for_the_index_with_its_case(feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号"), clean("2号"))
    await feed.run("DELETE FROM outbox")
    await judge("2024-06-01")
    waiting = await feed.rows(
        "SELECT DISTINCT c.document_number, c.revision FROM outbox o JOIN penalty_case c ON c.id = o.case_id"
    )
    assert [(row["document_number"], row["revision"]) for row in waiting] == [("1号", 2)]


async def test_a_run_is_written_down(feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号"), clean("2号", decidedOn=None, servedOn=None, enteredAt=None))
    report = await judge("2024-06-01")
    (run,) = await feed.rows("SELECT * FROM rules_run")
    assert (run["as_of"], run["evaluated"], run["opened"], run["resolved"]) == (date(2024, 6, 1), 2, 1, 0)
    assert run["cannot_tell"] == report.cannot_tell > 0
    assert run["ended_at"] is not None


def test_the_book_is_the_same_whenever_it_is_read() -> None:
    assert changed_book().digest == BOOK.digest
    assert changed_book(versions={"transfer.late": 2}).digest != BOOK.digest
