"""The benchmarks' cases: the same every time, and such as an agency sends."""

import statistics
from itertools import islice
from pathlib import Path

import pytest

from bench.generator import (
    agencies,
    case_rows,
    queries,
    register_rows,
    write_json_lines,
    write_published_table,
)
from indexer.feeds.reader import open_feed
from schema.feed_records import AgencyRecord, CaseRecord, FeedRecord, ParsedRow, ProcuratorateRecord, RowError
from schema.vocabularies import PartyType

ROWS = 400


def records(path: Path) -> list[FeedRecord]:
    """What our own readers make of a file in which every row is right and nothing needs a second look."""
    rows = [row for row in open_feed(path) if isinstance(row, ParsedRow)]
    assert [row.warnings for row in rows if row.warnings] == []
    found = [row.outcome for row in rows]
    assert [outcome for outcome in found if isinstance(outcome, RowError)] == []
    return [outcome for outcome in found if not isinstance(outcome, RowError)]


@pytest.fixture
def cases(tmp_path: Path) -> list[CaseRecord]:
    read = records(write_json_lines(tmp_path / "cases.jsonl", case_rows(ROWS)))
    return [record for record in read if isinstance(record, CaseRecord)]


def test_the_first_cases_are_the_same_however_many_are_asked_for() -> None:
    assert list(case_rows(50)) == list(islice(case_rows(ROWS), 50))


def test_another_seed_gives_other_cases() -> None:
    assert list(case_rows(50, seed=1)) != list(case_rows(50, seed=2))


def test_every_case_is_one_that_our_reader_accepts_without_a_warning(cases: list[CaseRecord]) -> None:
    assert len(cases) == ROWS
    assert len({(case.agency_name, case.document_number) for case in cases}) == ROWS
    assert len({(case.agency_name, case.filing_number) for case in cases}) == ROWS


def test_the_published_table_tells_of_the_same_cases(cases: list[CaseRecord], tmp_path: Path) -> None:
    def told(case: FeedRecord) -> tuple[object, ...]:
        assert isinstance(case, CaseRecord)
        return (
            *(case.agency_name, case.document_number, case.party, case.facts, case.legal_basis),
            *(case.fine, case.confiscated, case.decided_on, case.penalty_kinds, case.penalty_content),
        )

    published = records(write_published_table(tmp_path / "cases.csv", case_rows(ROWS)))
    assert list(map(told, published)) == list(map(told, cases))


def test_the_register_holds_every_agency_of_the_cases(cases: list[CaseRecord], tmp_path: Path) -> None:
    read = records(write_json_lines(tmp_path / "register.jsonl", register_rows()))
    registered = [record for record in read if isinstance(record, AgencyRecord)]
    procuratorates = {record.name: record.parent for record in read if isinstance(record, ProcuratorateRecord)}
    assert list(procuratorates.values()) == [None, *[next(iter(procuratorates))] * 13]
    assert {agency.procuratorate for agency in registered} == procuratorates.keys()
    assert len({agency.name for agency in registered}) == len({agency.uscc for agency in registered}) == 25
    assert {case.agency_name for case in cases} <= {agency.name for agency in registered}


def test_the_cases_have_the_shape_of_real_ones() -> None:
    rows = list(case_rows(3_000))
    assert statistics.mean(len(row["facts"]) for row in rows) == pytest.approx(208, abs=6)
    persons = sum(row["party"]["type"] == PartyType.PERSON for row in rows)
    assert persons / len(rows) == pytest.approx(0.35, abs=0.03)
    assert len({row["domain"] for row in rows}) == 6
    assert {row["agency"] for row in rows} == {agency.name for agency in agencies()}


def test_queries_are_distinct_and_each_is_found_in_some_case() -> None:
    rows = list(case_rows(2_000))
    asked = queries(200, rows)
    text = "\n".join(row["facts"] for row in rows)
    assert len(set(asked)) == 200
    assert [query for query in asked if query not in text] == []
