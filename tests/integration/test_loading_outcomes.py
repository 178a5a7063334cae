"""What becomes of a file's rows: each is inserted, updated, unchanged or rejected, and no row is lost."""

import os
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import AGENCY, COMPANY, OTHER_AGENCY, Feed, agency, case, counts, organisation

AGENCY_CODE = "11411300006087123D"
OTHER_CODE = "91411300MA40AAA10R"
OLD, NEW = "2024-05-01T00:00:00+08:00", "2024-06-01T00:00:00+08:00"


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


async def test_every_row_is_accounted_for_and_the_accounts_add_up(feed: Feed) -> None:
    first = await feed(case("1号", fine="10.00"), case("2号"))
    assert counts(first) == (2, 0, 0, 0)
    second = await feed(case("1号", fine="20.00"), case("2号"), case("3号"), case("4号", fine="-1"))
    assert counts(second) == (1, 1, 1, 1)
    assert second.as_json()["rows"] == 4
    assert second.as_json()["waiting"] == 0


async def test_the_same_file_twice_changes_nothing(feed: Feed) -> None:
    records = [
        agency(AGENCY, aliases=["试验环保局"], domains=["ENVIRONMENT"]),
        case("1号", fine="10.00", party=organisation("宏达公司", COMPANY)),
        case("1号", fine="10.00", party=organisation("宏达公司", COMPANY)),
        case("2号", party=organisation("又一家公司", COMPANY)),
        case(None, decidedOn="2024-01-01"),
    ]
    await feed(*records)
    before = await feed.record()
    again = await feed(*records)
    assert counts(again) == (0, 0, 5, 0)
    assert await feed.record() == before


async def test_a_bad_row_is_rejected_by_code_line_and_column_while_the_others_land(feed: Feed) -> None:
    report = await feed(
        case("1号"), case("2号", decidedOn="2022-09-31"), "no object", '{"kind": "nonsense"}', "", case("3号")
    )
    assert counts(report) == (2, 0, 0, 3)
    assert [(error["line"], error["code"], error["column"]) for error in report.errors] == [
        (2, "BAD_VALUE", "decidedOn"),
        (3, "BAD_ROW", None),
        (4, "UNKNOWN_KIND", "kind"),
    ]
    assert report.accounts.skipped == [{"line": 5, "reason": "blank"}]
    assert [found["document_number"] for found in await feed.cases()] == ["1号", "3号"]
    stored = await feed.rows('SELECT line, code, "column", message FROM rejected_row ORDER BY ordinal')
    assert [row["message"] for row in stored] == [error["message"] for error in report.errors]


async def test_a_report_shows_the_first_twenty_errors_in_the_order_of_the_file(feed: Feed) -> None:
    bad = [case(f"{number}号", fine="x") for number in range(15)]
    clashing = [case("99号", fine=str(number)) for number in range(16)]
    rows = [row for pair in zip(bad, clashing, strict=False) for row in pair]
    report = await feed(*rows)
    assert counts(report) == (1, 0, 0, 29)
    assert [error["line"] for error in report.errors] == [1, *range(3, 22)]


# Agencies ------------------------------------------------------------------------------------------------------------


async def test_a_row_of_an_unknown_agency_is_rejected_until_agencies_are_to_be_registered(feed: Feed) -> None:
    refused = await feed(case("1号"), register=False)
    assert counts(refused) == (0, 0, 0, 1)
    assert (refused.errors[0]["code"], refused.errors[0]["column"]) == ("UNKNOWN_AGENCY", "agency")
    assert await feed.rows("SELECT FROM agency") == []
    accepted = await feed(case("1号"), case("2号"), register=True)
    assert counts(accepted) == (2, 0, 0, 0)
    assert [row["name"] for row in await feed.rows("SELECT name FROM agency")] == [AGENCY]


async def test_an_agency_is_found_by_code_name_or_an_alias_of_its_own(feed: Feed) -> None:
    await feed(
        agency(AGENCY, uscc=AGENCY_CODE, aliases=["环保局", "生态局"]),
        agency(OTHER_AGENCY, aliases=["市监局", "生态局"]),
    )
    report = await feed(
        *(
            case(f"{place}号", agency=named)
            for place, named in enumerate([AGENCY_CODE, AGENCY, "环保局", "市监局", "生态局", "环境局"])
        ),
        register=False,
    )
    assert counts(report) == (4, 0, 0, 2)
    assert [error["line"] for error in report.errors] == [5, 6]
    found = await feed.rows("SELECT a.name FROM penalty_case c JOIN agency a ON a.id = c.agency_id ORDER BY c.id")
    assert [row["name"] for row in found] == [AGENCY, AGENCY, AGENCY, OTHER_AGENCY]


async def test_an_alias_one_of_two_agencies_gives_up_is_the_others_alone(feed: Feed) -> None:
    await feed(agency(AGENCY, aliases=["生态局"]), agency(OTHER_AGENCY, aliases=["生态局"]))
    report = await feed(agency(OTHER_AGENCY, aliases=["市监局"]), case("1号", agency="生态局"), register=False)
    assert counts(report) == (1, 1, 0, 0)


async def test_a_renamed_agency_keeps_its_cases_and_is_known_by_its_new_name_only(feed: Feed) -> None:
    await feed(agency("试验县环境局", uscc=AGENCY_CODE), case("1号", agency="试验县环境局"))
    renamed = agency(AGENCY, uscc=AGENCY_CODE)
    same_file = await feed(renamed, case("1号"), case("2号", agency="试验县环境局"), register=False)
    assert counts(same_file) == (0, 1, 1, 1)
    next_file = await feed(case("2号", agency="试验县环境局"), register=False)
    assert counts(next_file) == (0, 0, 0, 1)


async def test_a_code_nobody_is_registered_under_is_unknown_even_where_the_sender_is_known(feed: Feed) -> None:
    await feed(agency(OTHER_AGENCY))
    report = await feed(case("1号", agency=AGENCY_CODE), agency=OTHER_AGENCY)
    assert counts(report) == (0, 0, 0, 1)
    assert report.errors[0]["code"] == "UNKNOWN_AGENCY"


async def test_rows_that_name_no_agency_are_the_senders(feed: Feed) -> None:
    report = await feed(case("1号", agency=None), case("2号", agency=OTHER_AGENCY), agency=AGENCY)
    assert counts(report) == (2, 0, 0, 0)
    found = await feed.rows("SELECT a.name FROM penalty_case c JOIN agency a ON a.id = c.agency_id ORDER BY c.id")
    assert [row["name"] for row in found] == [AGENCY, OTHER_AGENCY]


async def test_a_sender_may_be_named_by_its_code_which_registers_nobody(feed: Feed) -> None:
    nobody = await feed(case("1号", agency=None), agency=AGENCY_CODE)
    assert (counts(nobody), nobody.errors[0]["code"]) == ((0, 0, 0, 1), "UNKNOWN_AGENCY")
    await feed(agency(AGENCY, uscc=AGENCY_CODE))
    assert counts(await feed(case("1号", agency=None), agency=AGENCY_CODE)) == (1, 0, 0, 0)
    assert [row["name"] for row in await feed.rows("SELECT name FROM agency")] == [AGENCY]


async def test_a_row_without_an_agency_and_without_a_sender_is_rejected(feed: Feed) -> None:
    report = await feed(case("1号", agency=None))
    assert counts(report) == (0, 0, 0, 1)
    assert (report.errors[0]["code"], report.errors[0]["column"]) == ("MISSING_VALUE", "agency")


# Dry runs and file names ---------------------------------------------------------------------------------------------


async def test_a_dry_run_counts_everything_and_leaves_nothing(feed: Feed) -> None:
    await feed(case("1号", fine="1"))
    before = await feed.record()
    provenance = {table: await feed.rows(f"SELECT * FROM {table}") for table in ("feed", "feed_run", "feed_row")}  # noqa: S608  our own tables
    report = await feed(case("1号", fine="2"), case("2号"), case("3号", fine="x"), name="dry.jsonl", dry_run=True)
    assert counts(report) == (1, 1, 0, 1)
    assert await feed.record() == before
    for table, rows in provenance.items():
        assert await feed.rows(f"SELECT * FROM {table}") == rows  # noqa: S608  our own tables


async def test_a_file_whose_name_is_not_unicode_is_loaded_too(feed: Feed) -> None:
    path = Path(os.fsdecode(os.fsencode(feed.folder) + b"/\xb4\xa6\xb7\xa3.jsonl"))
    feed.write(case("1号")).rename(path)
    report = await feed.load(path)
    assert counts(report) == (1, 0, 0, 0)
    report.file.encode()
    ((name,),) = [tuple(row.values()) for row in await feed.rows("SELECT name FROM feed")]
    assert name.endswith("\N{REPLACEMENT CHARACTER}.jsonl")


async def test_two_files_with_one_name_are_two_runs_of_one_feed(feed: Feed) -> None:
    await feed(case("1号"), name="今日.jsonl")
    await feed(case("2号"), name="今日.jsonl")
    assert len(await feed.rows("SELECT FROM feed")) == 1
    assert len(await feed.rows("SELECT DISTINCT run FROM feed_run")) == 2


# Snapshots -----------------------------------------------------------------------------------------------------------


async def test_an_older_snapshot_never_overwrites_a_newer_one(feed: Feed) -> None:
    await feed(case(fine="20", title="新", sourceUpdatedAt=NEW))
    older = await feed(case(fine="10", facts="旧的事实", sourceUpdatedAt=OLD))
    assert counts(older) == (0, 0, 1, 0)
    found = await feed.only_case()
    assert (found["fine"], found["title"], found["facts"], found["revision"]) == (Decimal(20), "新", None, 1)


@pytest.mark.parametrize("order", [(OLD, NEW), (NEW, OLD)])
async def test_two_snapshots_in_one_file_are_no_conflict_and_the_newer_one_stands(
    feed: Feed, order: tuple[str, str]
) -> None:
    fines = {OLD: "10.00", NEW: "20.00"}
    records = [case(fine=fines[moment], sourceUpdatedAt=moment) for moment in order]
    assert counts(await feed(*records))[3] == 0
    assert (await feed.only_case())["fine"] == Decimal(20)
    assert counts(await feed(*records)) == (0, 0, 2, 0)


async def test_rows_that_clash_at_one_time_conflict_also_when_another_snapshot_stands_between(feed: Feed) -> None:
    report = await feed(
        case(fine="20", sourceUpdatedAt=NEW),
        case(fine="10", sourceUpdatedAt=OLD),
        case(fine="99", sourceUpdatedAt=NEW),
        case(fine="20", sourceUpdatedAt=NEW),
    )
    assert counts(report) == (1, 0, 2, 1)
    assert (await feed.only_case())["fine"] == Decimal(20)


async def test_an_unknown_value_says_nothing_of_what_is_known(feed: Feed) -> None:
    full = {"title": "甲案", "facts": "排放废水", "fine": "100.50", "decidedOn": "2024-01-02", "penaltyKinds": ["FINE"]}
    await feed(case(**full, quantities=[{"measure": "loss", "value": "5", "unit": "yuan"}], harm=["HEALTH"]))
    before = await feed.only_case()
    report = await feed(case(title=None, legalBasis="某法第一条", party={"type": "ORGANIZATION"}))
    assert counts(report) == (0, 1, 0, 0)
    after = await feed.only_case()
    changed = {column for column in before if before[column] != after[column]}
    assert changed == {"legal_basis", "revision", "updated_at"}


# Conflicts -----------------------------------------------------------------------------------------------------------


async def test_rows_that_claim_one_identity_and_differ_conflict_and_the_first_stands(feed: Feed) -> None:
    report = await feed(case(fine="1"), case(fine="2"), case(fine="1"), case("2号", fine="2"), case(fine="3"))
    assert counts(report) == (2, 0, 1, 2)
    assert [(error["line"], error["code"]) for error in report.errors] == [(2, "CONFLICT"), (5, "CONFLICT")]
    assert [found["fine"] for found in await feed.cases()] == [Decimal(1), Decimal(2)]


async def test_a_row_that_knows_a_case_by_another_number_is_no_conflict(feed: Feed) -> None:
    records = [
        case(None, filingNumber="立1号", title="立案", fine="1"),
        case("1号", filingNumber="立1号", title="决定", fine="2"),
        case(None, filingNumber="立1号", title="又来", fine="1"),
        case("1号", filingNumber="立1号", title="不同", fine="2"),
    ]
    report = await feed(*records)
    assert counts(report) == (1, 1, 0, 2)
    found = await feed.only_case()
    assert (found["document_number"], found["filing_number"], found["title"]) == ("1号", "立1号", "决定")
    before = await feed.record()
    assert counts(await feed(*records)) == (0, 0, 2, 2)
    assert await feed.record() == before


async def test_agency_rows_of_one_file_that_differ_conflict_and_the_first_stands(feed: Feed) -> None:
    records = [agency(AGENCY, region="411300"), agency(AGENCY, region="411301"), agency(AGENCY, region="411300")]
    for expected in [(1, 0, 1, 1), (0, 0, 2, 1)]:
        report = await feed(*records)
        assert counts(report) == expected
        assert report.errors[0]["code"] == "CONFLICT"
    assert [row["region"] for row in await feed.rows("SELECT region FROM agency")] == ["411300"]


async def test_a_repeated_row_far_behind_in_its_file_is_still_known(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.loading.BATCH_ROWS", 3)
    rows: list[dict[str, Any]] = [case(f"{number}号", fine=f"{number}") for number in range(10)]
    report = await feed(*rows, *rows, case("1号", fine="99"), case("2号", fine="x"))
    assert counts(report) == (10, 0, 10, 2)
    assert [error["line"] for error in report.errors] == [21, 22]


async def test_rows_with_long_texts_are_merged_before_they_fill_the_memory(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.loading.BATCH_BYTES", 50_000)
    reported: list[tuple[int, float]] = []
    path = feed.write(*(case(f"{number}号", facts="废" * 10_000) for number in range(10)))
    from indexer.loading import LoadOptions, load_feed  # noqa: PLC0415  the module whose limit was lowered

    report = await load_feed(
        feed.database,
        feed.keys,
        path,
        options=LoadOptions(register_agencies=True),
        clock=feed.clock,
        progress=lambda rows, fraction: reported.append((rows, fraction)),
    )
    assert counts(report) == (10, 0, 0, 0)
    assert len(reported) > 4
    assert reported == sorted(reported)
    assert reported[-1] == (10, 1.0)


async def test_every_field_of_a_case_arrives(feed: Feed) -> None:
    await feed(
        case(
            "试环罚〔2024〕9号",
            filingNumber="试环立〔2024〕3号",
            confiscated="12.30",
            actEndedOn="2023-12-01",
            paidAmount="0.01",
            enteredAt="2024-02-03T10:00:00",
            serviceMethod="MAIL",
            deferredUntil="2025-01-01",
            quantities=[{"measure": "hazardous_waste", "value": "3.5", "unit": "t", "substance": None}],
            harm=["LIFE", "HEALTH"],
        )
    )
    found = await feed.only_case()
    assert (found["confiscated"], found["paid_amount"]) == (Decimal("12.30"), Decimal("0.01"))
    assert (found["act_ended_on"], found["deferred_until"]) == (date(2023, 12, 1), date(2025, 1, 1))
    assert found["entered_at"] == datetime.fromisoformat("2024-02-03T10:00:00+08:00")
    assert found["quantities"] == [{"measure": "hazardous_waste", "value": "3.5", "unit": "t", "substance": None}]
    assert (found["harm"], found["service_method"]) == (["HEALTH", "LIFE"], "MAIL") or found["harm"] == [
        "LIFE",
        "HEALTH",
    ]


# Sizes ---------------------------------------------------------------------------------------------------------------


async def test_texts_that_postgresql_could_not_index_are_rejected_and_the_others_land(feed: Feed) -> None:
    han = "".join(chr(code) for code in range(0x4E00, 0x9FA5))
    distinct = "".join(first + second for first, second in zip(han * 3, han[7:] + han[11:] + han[13:], strict=False))
    report = await feed(case("1号", facts=distinct[:120_000]), case("2号", facts=distinct[:90_000]))
    assert counts(report) == (1, 0, 0, 1)
    assert (report.errors[0]["code"], report.errors[0]["line"]) == ("BAD_VALUE", 1)
