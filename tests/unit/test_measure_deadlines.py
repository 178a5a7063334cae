"""Until when a measure is to be answered: as it names it, else by the law of the day of service, off holidays."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.feed_records import CaseReference, MeasureRecord
from schema.vocabularies import MeasureKind
from supervision.answers import AsOf, Found
from supervision.calendars import state_council_calendar
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.measure_deadlines import reply_due_on, reply_period
from supervision.rules import filing_late_after_notice, filing_no_explanation, recommendation_overdue
from supervision.thresholds.judge import judge_thresholds
from tests.unit.test_law_files import empty_case

LAW = Law(law_values(), thresholds=judge_thresholds)
CALENDAR = state_council_calendar()
RULES = {
    MeasureKind.RECOMMENDATION: recommendation_overdue,
    MeasureKind.PRE_LITIGATION_PROPOSAL: recommendation_overdue,
    MeasureKind.REASONS_REQUEST: filing_no_explanation,
    MeasureKind.FILING_NOTICE: filing_late_after_notice,
}

UNLIMITED = (
    MeasureKind.ORAL_CORRECTION,
    MeasureKind.CORRECTION_NOTICE,
    MeasureKind.TRANSFER_OPINION,
    MeasureKind.REMINDER,
)
"""Of which no law says by when they are answered."""


def due(kind: MeasureKind, served: str, *, urgent: bool = False, named: str | None = None) -> str | None:
    named_on = None if named is None else date.fromisoformat(named)
    found = reply_due_on(kind, date.fromisoformat(served), LAW, CALENDAR, urgent=urgent, named_limit_on=named_on)
    return None if found is None else found.isoformat()


@pytest.mark.parametrize(
    ("kind", "served", "expected"),
    [
        (MeasureKind.RECOMMENDATION, "2019-02-25", None),
        (MeasureKind.RECOMMENDATION, "2019-02-26", "2019-04-26"),
        # Two months later is a Saturday.
        (MeasureKind.RECOMMENDATION, "2024-06-03", "2024-08-05"),
        (MeasureKind.RECOMMENDATION, "2024-12-31", "2025-02-28"),
        (MeasureKind.PRE_LITIGATION_PROPOSAL, "2018-03-01", None),
        (MeasureKind.PRE_LITIGATION_PROPOSAL, "2018-03-02", "2018-05-02"),
        # The seventh day is the Dragon Boat Festival.
        (MeasureKind.REASONS_REQUEST, "2024-06-03", "2024-06-11"),
        (MeasureKind.REASONS_REQUEST, "2012-12-31", None),
        (MeasureKind.FILING_NOTICE, "2024-06-03", "2024-06-18"),
        (MeasureKind.CORRECTION_NOTICE, "2024-06-03", None),
        (MeasureKind.TRANSFER_OPINION, "2024-06-03", None),
        (MeasureKind.ORAL_CORRECTION, "2024-06-03", None),
        (MeasureKind.REMINDER, "2024-06-03", None),
    ],
)
def test_the_law_of_the_day_of_service_sets_the_limit_or_nobody_does(
    kind: MeasureKind, served: str, expected: str | None
) -> None:
    assert due(kind, served) == expected


@pytest.mark.parametrize(
    ("kind", "served", "expected", "source", "article"),
    [
        (MeasureKind.RECOMMENDATION, "2016-06-01", None, "", ""),
        # Two months later is a Saturday.
        (
            MeasureKind.RECOMMENDATION,
            "2020-06-01",
            "2020-08-03",
            "《人民检察院检察建议工作规定》（2019年）",
            "第十九条",
        ),
        (MeasureKind.PRE_LITIGATION_PROPOSAL, "2016-06-01", None, "", ""),
        (MeasureKind.PRE_LITIGATION_PROPOSAL, "2020-06-01", "2020-08-03", "法释〔2018〕6号", "第二十一条"),
        (MeasureKind.REASONS_REQUEST, "2016-06-01", "2016-06-08", "规则（试行）》（2012年）", "第五百五十七条"),
        (MeasureKind.REASONS_REQUEST, "2019-12-29", "2020-01-06", "规则（试行）》（2012年）", "第五百五十七条"),
        (MeasureKind.REASONS_REQUEST, "2019-12-30", "2020-01-06", "诉讼规则》（2019年）", "第五百六十条"),
        (MeasureKind.FILING_NOTICE, "2016-06-01", "2016-06-16", "规则（试行）》（2012年）", "第五百五十九条"),
        # The fifteenth day, 26 January 2020, lies in the Spring Festival, which lasted to 2 February.
        (MeasureKind.FILING_NOTICE, "2020-01-11", "2020-02-03", "诉讼规则》（2019年）", "第五百六十三条"),
        *((kind, f"{year}-06-03", None, "", "") for kind in UNLIMITED for year in (2016, 2020, 2024)),
    ],
)
def test_each_limit_rests_on_the_article_in_force_on_the_day_of_service(
    kind: MeasureKind, served: str, expected: str | None, source: str, article: str
) -> None:
    assert due(kind, served) == expected
    period = reply_period(kind, date.fromisoformat(served), LAW)
    assert (period is None) == (expected is None)
    if period is not None:
        assert source in period.source
        assert period.article == article


def test_an_urgent_proposal_is_answered_within_fifteen_days() -> None:
    assert due(MeasureKind.PRE_LITIGATION_PROPOSAL, "2024-06-03", urgent=True) == "2024-06-18"


@pytest.mark.parametrize("kind", MeasureKind)
def test_a_limit_that_is_named_counts_as_it_stands(kind: MeasureKind) -> None:
    # A Sunday.
    assert due(kind, "2024-06-03", named="2024-06-30") == "2024-06-30"


@given(
    kind=st.sampled_from(sorted(RULES)),
    served_on=st.dates(date(2012, 1, 1), date(2026, 6, 1)),
    urgent=st.booleans(),
    named_after=st.none() | st.integers(1, 200),
)
def test_a_measure_and_the_rule_that_finds_it_unanswered_never_differ(
    kind: MeasureKind, served_on: date, *, urgent: bool, named_after: int | None
) -> None:
    limit_is_the_laws = kind in {MeasureKind.REASONS_REQUEST, MeasureKind.FILING_NOTICE}
    named_on = None if named_after is None or limit_is_the_laws else served_on + timedelta(named_after)
    urgent = urgent and kind is MeasureKind.PRE_LITIGATION_PROPOSAL
    told = MeasureRecord(
        case=CaseReference(agency_name="局", agency_uscc=None, document_number="1号"),
        type=kind,
        number=None,
        served_on=served_on,
        reply_due_on=named_on,
        urgent=urgent,
        replied_on=None,
        reply=None,
        outcome=None,
        source_updated_at=None,
    )
    answer = RULES[kind].evaluate(replace(empty_case(), measures=(told,)), LAW, CALENDAR, AsOf(date(2027, 6, 1)))
    shown = reply_due_on(kind, served_on, LAW, CALENDAR, urgent=urgent, named_limit_on=named_on)
    found_due = answer.due_on if isinstance(answer, Found) else None
    # What no law yet said anything of, no rule judges either, whatever limit it names.
    assert found_due == shown or (found_due is None and named_on is not None)
