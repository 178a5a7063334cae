"""Which record a row tells of: whatever order its snapshots come in, whatever the files, one record stays one."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.follow_up_tables import FOLLOW_UPS, told_columns
from schema.vocabularies import FeedKind, RowOutcome
from stores.follow_up_matching import MAX_REMEMBERED, RULES, KnownRecord, Settled, ToldRow, merge_rows

START = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = st.dates(date(2024, 1, 1), date(2024, 1, 6))
TIMES = st.none() | st.integers(0, 3).map(lambda day: START + timedelta(days=day))
KINDS = st.sampled_from(list(FOLLOW_UPS))


def row(at: datetime | None = None, **values: Any) -> ToldRow:
    digest = hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).digest()
    return ToldRow(values=values, digest=digest, source_updated_at=at)


def load(kind: FeedKind, known: list[KnownRecord], rows: Sequence[ToldRow]) -> list[Settled]:
    """Merge one file, after which its rows are no rows of the file under way any more."""
    settled = merge_rows(kind, known, rows)
    for record in known:
        record.tellings.clear()
        record.is_touched = False
        assert record.digest in record.told
        assert len(record.told) <= MAX_REMEMBERED
    return settled


def outcomes(settled: Sequence[Settled]) -> list[RowOutcome]:
    return [each.outcome for each in settled]


@st.composite
def said(draw: st.DrawFn, kind: FeedKind) -> dict[str, Any]:
    """What a row of a kind may say: few days and numbers, so that rows meet."""
    rule = RULES[kind]
    values: dict[str, Any] = {}
    for column in rule.identified_by:
        value = st.sampled_from(["甲1号", "甲2号"]) if column == rule.number else DAYS
        values[column] = draw(st.none() | value)
    if rule.has_type:
        values["type"] = draw(st.sampled_from(["A", "B"]))
    values["note"] = draw(st.none() | st.sampled_from(["甲", "乙"]))
    return values


@st.composite
def truths(draw: st.DrawFn, kind: FeedKind) -> dict[str, Any]:
    """All that is to be known of one record, with its days in their lawful order."""
    rule = RULES[kind]
    values: dict[str, Any] = {}
    days = iter(sorted(draw(st.lists(DAYS, min_size=3, max_size=3))))
    for column in (*rule.in_order, *(name for name in rule.identified_by if name not in rule.in_order)):
        values[column] = "甲1号" if column == rule.number else next(days)
    if rule.has_type:
        values["type"] = "A"
    return {**values, "note": "甲"}


@st.composite
def snapshots(draw: st.DrawFn) -> tuple[FeedKind, list[ToldRow]]:
    """Rows that each know a part of one record."""
    kind = draw(KINDS)
    truth = draw(truths(kind))
    rows = []
    for _each in range(draw(st.integers(1, 6))):
        known = draw(st.sets(st.sampled_from(list(truth))))
        values = {name: value if name in known or name == "type" else None for name, value in truth.items()}
        rows.append(row(draw(TIMES), **values))
    return kind, rows


@st.composite
def files(draw: st.DrawFn) -> tuple[FeedKind, list[list[ToldRow]]]:
    kind = draw(KINDS)
    rows = st.builds(lambda values, at: row(at, **values), said(kind), TIMES)
    return kind, draw(st.lists(st.lists(rows, max_size=5), min_size=1, max_size=3))


@given(snapshots())
def test_snapshots_of_one_record_in_any_order_end_in_one_record(sent: tuple[FeedKind, list[ToldRow]]) -> None:
    kind, rows = sent
    known: list[KnownRecord] = []
    for each in rows:
        load(kind, known, [each])
    assert len(known) == 1


@given(snapshots())
def test_snapshots_of_one_record_without_times_end_in_all_they_know_together(
    sent: tuple[FeedKind, list[ToldRow]],
) -> None:
    kind, rows = sent
    known: list[KnownRecord] = []
    for each in rows:
        load(kind, known, [row(**each.values)])
    (record,) = known
    together = {name: value for each in rows for name, value in each.values.items() if value is not None}
    assert {name: value for name, value in record.values.items() if value is not None} == together


@given(files())
def test_a_file_sent_again_changes_nothing_and_the_same_rows_are_rejected(
    sent: tuple[FeedKind, list[list[ToldRow]]],
) -> None:
    kind, loads = sent
    known: list[KnownRecord] = []
    for rows in loads:
        first = load(kind, known, rows)
    before = [(dict(record.values), record.digest, record.told, record.source_updated_at) for record in known]
    again = load(kind, known, rows)
    assert [outcome is RowOutcome.REJECTED for outcome in outcomes(again)] == [
        outcome is RowOutcome.REJECTED for outcome in outcomes(first)
    ]
    assert set(outcomes(again)) <= {RowOutcome.UNCHANGED, RowOutcome.REJECTED}
    assert [(record.values, record.digest, record.told, record.source_updated_at) for record in known] == before


@given(files())
def test_a_row_ends_in_exactly_one_way_and_batches_of_one_file_know_of_one_another(
    sent: tuple[FeedKind, list[list[ToldRow]]],
) -> None:
    kind, loads = sent
    known: list[KnownRecord] = []
    for rows in loads:
        records = len(known)
        settled = [each for telling in rows for each in merge_rows(kind, known, [telling])]
        assert len(settled) == len(rows)
        assert outcomes(settled).count(RowOutcome.INSERTED) == len(known) - records
        for (outcome, record), telling in zip(settled, rows, strict=True):
            assert record is not None
            beside = [other for other, found in zip(rows, settled, strict=True) if found.record is record]
            if outcome is RowOutcome.REJECTED:
                assert any(other.digest != telling.digest for other in beside)
        for record in known:
            record.tellings.clear()


@given(files())
def test_a_record_never_goes_back_in_time(sent: tuple[FeedKind, list[list[ToldRow]]]) -> None:
    kind, loads = sent
    known: list[KnownRecord] = []
    for rows in loads:
        for telling in rows:
            before = {id(record): (dict(record.values), record.source_updated_at) for record in known}
            for outcome, record in load(kind, known, [telling]):
                if record is None or id(record) not in before:
                    continue
                values, newest = before[id(record)]
                if newest is not None and telling.source_updated_at is not None and telling.source_updated_at < newest:
                    assert outcome is RowOutcome.UNCHANGED
                    assert (record.values, record.source_updated_at) == (values, newest)


def test_a_row_that_might_mean_either_of_two_records_is_a_third() -> None:
    known: list[KnownRecord] = []
    load(FeedKind.TRANSFER, known, [row(reported_on=date(2024, 1, 2)), row(reported_on=date(2024, 1, 3))])
    assert outcomes(load(FeedKind.TRANSFER, known, [row(reported_on=None, transferred_on=date(2024, 1, 9))])) == [
        RowOutcome.INSERTED
    ]


@pytest.mark.parametrize(
    ("kind", "known_day", "told_day"),
    [
        (FeedKind.TRANSFER, "reported_on", "decided_on"),
        (FeedKind.TRANSFER, "decided_on", "transferred_on"),
        (FeedKind.TRANSFER, "reported_on", "transferred_on"),
        (FeedKind.ENFORCEMENT, "demanded_on", "applied_on"),
    ],
)
def test_days_out_of_their_lawful_order_are_of_two_records(kind: FeedKind, known_day: str, told_day: str) -> None:
    for told, records in ((date(2024, 1, 5), 1), (date(2024, 1, 4), 2)):
        known: list[KnownRecord] = []
        load(kind, known, [row(None, **{known_day: date(2024, 1, 5)})])
        load(kind, known, [row(None, **{told_day: told})])
        assert len(known) == records, told


def test_who_shares_a_day_comes_before_who_only_might_be_meant_wherever_they_stand() -> None:
    known: list[KnownRecord] = []
    load(FeedKind.TRANSFER, known, [row(reported_on=date(2024, 1, 2))])
    sharing = row(reported_on=date(2024, 1, 2), to_organ="公安局")
    other = row(reported_on=None, transferred_on=date(2024, 3, 1))
    assert outcomes(load(FeedKind.TRANSFER, known, [other, sharing])) == [RowOutcome.INSERTED, RowOutcome.UPDATED]


def test_of_two_that_share_a_day_the_more_alike_is_meant() -> None:
    known: list[KnownRecord] = []
    day, early, late = date(2024, 1, 2), date(2024, 1, 4), date(2024, 1, 6)
    load(FeedKind.TRANSFER, known, [row(reported_on=day, decided_on=early)])
    load(FeedKind.TRANSFER, known, [row(reported_on=early, decided_on=late)])
    known[1].values["reported_on"] = day
    (settled,) = load(FeedKind.TRANSFER, known, [row(reported_on=day, decided_on=late, to_organ="公安局")])
    assert settled.record is known[1]


def test_a_record_remembers_the_latest_of_what_it_was_told_and_what_stands_for_ever() -> None:
    known: list[KnownRecord] = []
    load(FeedKind.TRANSFER, known, [row(START + timedelta(days=900), reported_on=date(2024, 1, 2), to_organ="新局")])
    for number in range(MAX_REMEMBERED + 50):
        older = row(START + timedelta(days=number), reported_on=date(2024, 1, 2), to_organ=f"{number}局")
        assert outcomes(load(FeedKind.TRANSFER, known, [older])) == [RowOutcome.UNCHANGED]
    assert len(known) == 1
    assert known[0].values["to_organ"] == "新局"


def test_every_rule_names_columns_of_its_table() -> None:
    assert RULES.keys() == FOLLOW_UPS.keys()
    for kind, rule in RULES.items():
        columns = set(told_columns(FOLLOW_UPS[kind]))
        assert {*rule.identified_by, *rule.in_order} <= columns
        assert rule.has_type == ("type" in columns)
        assert rule.number is None or rule.number in rule.identified_by
