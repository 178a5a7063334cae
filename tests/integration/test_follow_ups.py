"""What follows a case is kept, waits for a case that is not there, and is joined by the case's arrival alone."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from indexer.loading import BATCH_ROWS
from schema.vocabularies import FeedKind
from stores.follow_up_matching import MAX_RECORDS
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import AGENCY, OTHER_AGENCY, Feed, agency, case, counts
from tests.integration.follow_up_feeding import (
    FULL,
    MINIMAL,
    NUMBER,
    criminal_case,
    follow_up,
    measure,
    only,
    stored,
    transfer,
)

T1, T2, T3 = (f"2024-0{month}-01T00:00:00+08:00" for month in (1, 2, 3))


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


async def waiting(feed: Feed) -> int:
    """How many rows of the last run waited for their case."""
    (run,) = await feed.rows("SELECT waiting FROM feed_run ORDER BY id DESC LIMIT 1")
    return int(run["waiting"])


async def joined(feed: Feed) -> list[int | None]:
    """The case of each row of the last run, in the order of the file."""
    rows = await feed.rows(
        "SELECT case_id FROM feed_row WHERE run_id = (SELECT max(id) FROM feed_run) ORDER BY ordinal"
    )
    return [row["case_id"] for row in rows]


# Storing -------------------------------------------------------------------------------------------------------------


async def test_everything_a_row_of_each_kind_says_is_stored(feed: Feed) -> None:
    report = await feed(case(), *(follow_up(kind, **fields) for kind, fields in FULL.items()))
    assert counts(report) == (7, 0, 0, 0)
    assert report.accounts.waiting == 0
    assert report.accounts.warnings == 0
    assert (await only(feed, FeedKind.TRANSFER))["suspected_crime"] == "污染环境罪"
    found = await only(feed, FeedKind.CRIMINAL_CASE)
    assert found["coercion"] == [
        {"kind": "DETENTION", "from": "2024-01-09", "to": "2024-01-12", "extendedTo": "2024-01-16"}
    ]
    assert found["activity"] == [{"on": "2024-01-09", "what": "讯问嫌疑人", "by": None, "emergency": None}]
    assert (await only(feed, FeedKind.RECONSIDERATION))["new_fine"] == Decimal("3000.50")
    enforced = await only(feed, FeedKind.ENFORCEMENT)
    assert (enforced["accepted"], enforced["costs"]) == (True, Decimal("1100.25"))
    assert (await only(feed, FeedKind.COERCIVE_MEASURE))["testing_days"] == 7
    assert (await only(feed, FeedKind.MEASURE))["served_on"] == date(2024, 9, 1)
    for kind in FULL:
        assert None not in (await only(feed, kind)).values(), kind


async def test_a_row_that_says_next_to_nothing_is_stored_as_well(feed: Feed) -> None:
    report = await feed(case(), *(follow_up(kind) for kind in FULL))
    assert counts(report) == (7, 0, 0, 0)
    assert counts(await feed(*(follow_up(kind) for kind in FULL))) == (0, 0, 6, 0)


async def test_the_same_file_again_changes_nothing_at_all(feed: Feed) -> None:
    rows = [case(), *(follow_up(kind, **fields) for kind, fields in FULL.items())]
    rows += [transfer(reportedOn="2024-08-01"), transfer(transferredOn="2024-09-01"), transfer()]
    await feed(*rows)
    before = await feed.record()
    again = await feed(*rows)
    assert counts(again) == (0, 0, len(rows), 0)
    assert await feed.record() == before


async def test_a_dry_run_counts_and_stores_nothing(feed: Feed) -> None:
    await feed(agency())
    before = await feed.record()
    report = await feed(transfer(reportedOn="2024-01-01"), dry_run=True)
    assert (counts(report), report.accounts.waiting) == ((1, 0, 0, 0), 1)
    assert await feed.record() == before


async def test_an_unknown_agency_is_refused_or_registered_as_for_cases(feed: Feed) -> None:
    report = await feed(transfer(), register=False)
    assert [error["code"] for error in report.errors] == ["UNKNOWN_AGENCY"]
    assert counts(await feed(transfer())) == (1, 0, 0, 0)
    assert counts(await feed(transfer(reportedOn="2024-01-01"), register=False)) == (0, 1, 0, 0)


async def test_a_number_of_another_agency_is_another_case(feed: Feed) -> None:
    await feed(case(), {**transfer(), "agency": OTHER_AGENCY})
    assert await waiting(feed) == 1


# Waiting and joining -------------------------------------------------------------------------------------------------


async def test_a_record_waits_for_its_case_and_is_joined_by_the_cases_arrival(feed: Feed) -> None:
    report = await feed(*(follow_up(kind, **fields) for kind, fields in FULL.items()))
    assert (counts(report), report.as_json()["waiting"], await waiting(feed)) == ((6, 0, 0, 0), 6, 6)
    assert await joined(feed) == [None] * 6
    again = await feed(transfer(**FULL[FeedKind.TRANSFER]))
    assert (counts(again), again.accounts.waiting) == ((0, 0, 1, 0), 1)
    arrived = await feed(case())
    assert (counts(arrived), arrived.accounts.waiting) == ((1, 0, 0, 0), 0)
    found = await feed.only_case()
    assert found["revision"] == 1
    after = await feed(transfer(**FULL[FeedKind.TRANSFER]))
    assert (counts(after), after.accounts.waiting) == ((0, 0, 1, 0), 0)
    assert await joined(feed) == [found["id"]]


async def test_the_order_of_a_case_and_what_follows_it_in_one_file_does_not_matter(feed: Feed) -> None:
    await feed(transfer("2号"), case("1号"), case("2号"), transfer("1号"), transfer("3号"))
    assert await waiting(feed) == 1
    first, second = (found["id"] for found in await feed.cases())
    assert await joined(feed) == [second, first, second, first, None]


async def test_a_case_that_comes_batches_behind_what_follows_it_is_joined_in_the_same_run(feed: Feed) -> None:
    numbers = [f"{number}号" for number in range(BATCH_ROWS + 10)]
    await feed(*map(transfer, numbers), *map(case, numbers[:5]), *map(case, numbers[-5:]))
    assert await waiting(feed) == len(numbers) - 10
    ids = await joined(feed)
    assert ids[:5] == ids[len(numbers) : len(numbers) + 5]
    assert ids[len(numbers) - 5 : len(numbers)] == ids[-5:]
    assert ids.count(None) == len(numbers) - 10


async def test_a_case_that_learns_its_number_later_is_joined_then(feed: Feed) -> None:
    await feed(case(None, filingNumber="立1号"), transfer())
    assert await waiting(feed) == 1
    await feed(case(NUMBER, filingNumber="立1号"))
    found = await feed.only_case()
    assert found["document_number"] == NUMBER
    await feed(transfer())
    assert (await waiting(feed), await joined(feed)) == (0, [found["id"]])


# Revisions -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FULL)
async def test_what_follows_a_case_raises_its_revision_and_queues_it(feed: Feed, kind: FeedKind) -> None:
    await feed(case(), case("2号"))
    await feed.run("DELETE FROM outbox")
    expected = 1
    table = {FeedKind.MEASURE: "procuratorial_measure"}.get(kind, kind.value)
    for change, raises in (
        (lambda: feed(follow_up(kind)), True),
        (lambda: feed(follow_up(kind)), False),
        (lambda: feed(follow_up(kind, sourceUpdatedAt=T1)), False),
        (lambda: feed(follow_up(kind, **FULL[kind], sourceUpdatedAt=T2)), True),
        (lambda: feed(follow_up(kind, **FULL[kind], sourceUpdatedAt=T3)), False),
        (lambda: feed(follow_up(kind, sourceUpdatedAt=T1)), False),
        (lambda: feed.run(f"UPDATE {table} SET updated_at = now(), source_updated_at = now()"), False),  # noqa: S608  our own names
        (lambda: feed.run(f"UPDATE {table} SET document_number = '3号'"), True),  # noqa: S608  the same
        (lambda: feed.run(f"DELETE FROM {table}"), False),  # noqa: S608  it shows with no case any more
    ):
        await change()
        expected += raises
        assert [found["revision"] for found in await feed.cases()] == [expected, 1]
        assert await feed.queued() == int(raises)
        await feed.run("DELETE FROM outbox")


async def test_a_record_that_moves_or_goes_raises_every_case_it_showed_with(feed: Feed) -> None:
    await feed(case("1号"), case("2号"), transfer("1号"), transfer("1号", reportedOn="2024-01-01"))
    before = [found["revision"] for found in await feed.cases()]
    await feed.run("UPDATE transfer SET document_number = '2号'")
    moved = [found["revision"] for found in await feed.cases()]
    assert moved == [revision + 1 for revision in before]
    await feed.run("DELETE FROM transfer")
    assert [found["revision"] for found in await feed.cases()] == [moved[0], moved[1] + 1]


# Merging -------------------------------------------------------------------------------------------------------------


async def test_a_later_snapshot_adds_to_what_is_known_and_an_unknown_value_leaves_it(feed: Feed) -> None:
    await feed(case(), transfer(reportedOn="2024-01-02", toOrgan="公安局"))
    report = await feed(transfer(reportedOn="2024-01-02", decidedOn="2024-01-04"))
    assert counts(report) == (0, 1, 0, 0)
    found = await only(feed, FeedKind.TRANSFER)
    assert (found["reported_on"], found["decided_on"]) == (date(2024, 1, 2), date(2024, 1, 4))
    assert found["to_organ"] == "公安局"
    same = await feed(transfer(reportedOn="2024-01-02"))
    assert counts(same) == (0, 0, 1, 0)


async def test_an_empty_list_leaves_what_is_known_and_another_replaces_it(feed: Feed) -> None:
    bail = [{"kind": "BAIL", "from": "2024-01-09"}]
    await feed(criminal_case(caseNumber="刑1号", coercion=bail))
    assert counts(await feed(criminal_case(caseNumber="刑1号", coercion=[]))) == (0, 0, 1, 0)
    assert (await only(feed, FeedKind.CRIMINAL_CASE))["coercion"][0]["kind"] == "BAIL"
    ended = [{"kind": "BAIL", "from": "2024-01-09", "to": "2024-02-09"}]
    assert counts(await feed(criminal_case(caseNumber="刑1号", coercion=ended))) == (0, 1, 0, 0)
    assert (await only(feed, FeedKind.CRIMINAL_CASE))["coercion"][0]["to"] == "2024-02-09"


async def test_an_older_snapshot_overwrites_nothing(feed: Feed) -> None:
    await feed(transfer(reportedOn="2024-01-02", toOrgan="新名", sourceUpdatedAt=T2))
    older = await feed(transfer(reportedOn="2024-01-02", toOrgan="旧名", sourceUpdatedAt=T1))
    assert counts(older) == (0, 0, 1, 0)
    assert (await only(feed, FeedKind.TRANSFER))["to_organ"] == "新名"
    newer = await feed(transfer(reportedOn="2024-01-02", toOrgan="更新", sourceUpdatedAt=T3))
    assert counts(newer) == (0, 1, 0, 0)


async def test_a_correction_that_is_taken_back_is_taken_back(feed: Feed) -> None:
    for organ in ("甲局", "乙局", "甲局"):
        await feed(transfer(reportedOn="2024-01-02", toOrgan=organ))
        assert (await only(feed, FeedKind.TRANSFER))["to_organ"] == organ


async def test_two_rows_of_one_file_that_claim_one_record_and_differ_conflict_and_the_first_stands(feed: Feed) -> None:
    report = await feed(
        transfer(reportedOn="2024-01-02", toOrgan="甲局"),
        transfer(reportedOn="2024-01-02", toOrgan="甲局"),
        transfer(reportedOn="2024-01-02", toOrgan="乙局"),
    )
    assert counts(report) == (1, 0, 1, 1)
    (error,) = report.errors
    assert (error["line"], error["column"], error["code"]) == (3, None, "CONFLICT")
    assert "The first row stands" in error["message"]
    assert (await only(feed, FeedKind.TRANSFER))["to_organ"] == "甲局"


async def test_rows_of_one_record_that_conflict_conflict_across_batches_too(feed: Feed) -> None:
    between = [transfer(f"{number}号") for number in range(BATCH_ROWS)]
    report = await feed(
        transfer(reportedOn="2024-01-02", toOrgan="甲局"), *between, transfer(reportedOn="2024-01-02", toOrgan="乙局")
    )
    assert counts(report) == (BATCH_ROWS + 1, 0, 0, 1)
    assert [error["code"] for error in report.errors] == ["CONFLICT"]


async def test_snapshots_of_different_times_in_one_file_are_no_conflict_in_either_order(feed: Feed) -> None:
    early = transfer(reportedOn="2024-01-02", toOrgan="甲局", sourceUpdatedAt=T1)
    late = transfer(reportedOn="2024-01-02", toOrgan="乙局", sourceUpdatedAt=T2)
    assert counts(await feed(early, late)) == (1, 1, 0, 0)
    await feed.run("DELETE FROM transfer")
    assert counts(await feed(late, early)) == (1, 0, 1, 0)
    assert (await only(feed, FeedKind.TRANSFER))["to_organ"] == "乙局"


async def test_two_transfers_of_one_case_stay_two(feed: Feed) -> None:
    first = transfer(reportedOn="2024-01-02", decidedOn="2024-01-05", returnedOn="2024-01-20")
    second = transfer(reportedOn="2024-02-02", decidedOn="2024-02-05")
    assert counts(await feed(case(), first, second)) == (3, 0, 0, 0)
    assert counts(await feed(second, first)) == (0, 0, 2, 0)
    grown = await feed(transfer(decidedOn="2024-02-05", transferredOn="2024-02-06"))
    assert counts(grown) == (0, 1, 0, 0)
    days = [found["transferred_on"] for found in await stored(feed, FeedKind.TRANSFER)]
    assert days == [None, date(2024, 2, 6)]


async def test_rows_of_one_file_that_share_nothing_or_only_a_lesser_day_are_different_records(feed: Feed) -> None:
    rows = [
        transfer(reportedOn="2024-01-02", decidedOn="2024-01-05"),
        transfer(reportedOn="2024-01-03", decidedOn="2024-01-05"),
        transfer(transferredOn="2024-03-01"),
    ]
    assert counts(await feed(*rows)) == (3, 0, 0, 0)
    assert counts(await feed(*reversed(rows))) == (0, 0, 3, 0)


async def test_a_number_that_differs_means_another_record_and_its_brackets_mean_nothing(feed: Feed) -> None:
    await feed(criminal_case(caseNumber="公刑立字〔2024〕1号", decidedOn="2024-01-05"))
    other = await feed(criminal_case(caseNumber="公刑立字〔2024〕2号", decidedOn="2024-01-05"))
    assert counts(other) == (1, 0, 0, 0)
    typed = await feed(criminal_case(caseNumber="公刑立字[2024] 1号", organ="公安局"))
    assert counts(typed) == (0, 1, 0, 0)
    assert len(await stored(feed, FeedKind.CRIMINAL_CASE)) == 2


async def test_records_of_different_types_are_different_unless_they_have_one_number(feed: Feed) -> None:
    await feed(measure(type="RECOMMENDATION", servedOn="2024-01-02", number="建1号"))
    other = await feed(measure(type="REMINDER", servedOn="2024-01-02"))
    assert counts(other) == (1, 0, 0, 0)
    corrected = await feed(measure(type="CORRECTION_NOTICE", number="建1号"))
    assert counts(corrected) == (0, 1, 0, 0)
    types = [found["type"] for found in await stored(feed, FeedKind.MEASURE)]
    assert types == ["CORRECTION_NOTICE", "REMINDER"]


async def test_a_case_has_a_hundred_records_of_a_kind_at_most(feed: Feed) -> None:
    days = [f"{year}-{month:02}-01" for year in range(2000, 2024) for month in range(1, 13)]
    report = await feed(*(transfer(reportedOn=day) for day in days[: MAX_RECORDS + 1]))
    assert counts(report) == (MAX_RECORDS, 0, 0, 1)
    (error,) = report.errors
    assert (error["line"], error["code"], error["column"]) == (MAX_RECORDS + 1, "BAD_VALUE", "documentNumber")
    assert counts(await feed(transfer(reportedOn=days[0], toOrgan="公安局"))) == (0, 1, 0, 0)


async def test_no_kind_can_do_without_less_than_its_type() -> None:
    assert [kind for kind, fields in MINIMAL.items() if fields] == [
        FeedKind.RECONSIDERATION,
        FeedKind.COERCIVE_MEASURE,
        FeedKind.MEASURE,
    ]


async def test_the_agency_is_the_one_that_is_named(feed: Feed) -> None:
    await feed(case(), transfer(), {**transfer(), "agency": OTHER_AGENCY})
    names = await feed.rows("SELECT a.name FROM transfer t JOIN agency a ON a.id = t.agency_id ORDER BY t.id")
    assert [row["name"] for row in names] == [AGENCY, OTHER_AGENCY]
