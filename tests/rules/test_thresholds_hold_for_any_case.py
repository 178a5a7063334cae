"""What holds of the judge for any case: it answers, more is never less, and doubt never makes it surer."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from indexer.rule_examples import case_file
from schema.case_file import CaseFile, WeighedQuantity
from schema.vocabularies import UNITS, Certainty, Domain, QuantityMeasure
from supervision.answers import ThresholdMet
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.thresholds.judge import judge_thresholds
from supervision.thresholds.reading import lexicon

LAW = Law(law_values(), thresholds=judge_thresholds)
CASE = case_file({"penalty_case": {}})

WORDS = sorted(word for words in lexicon().words.values() for word in words)
JOINS = [
    "，",
    "。",
    "、",
    "“",
    "”",
    "《",
    "》",
    "未发现",
    "禁止",
    "的",
    "涉嫌",
    "违反",
    "规定",
    "3.5吨",
    "\n",
    "称",
    "",
]
facts = st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(JOINS)), max_size=12).map("".join)
days = st.none() | st.dates(date(1995, 1, 1), date(2026, 12, 31))
measures = st.sampled_from(
    [measure for measure in QuantityMeasure if measure is not QuantityMeasure.TIMES_OVER_STANDARD]
)
values = st.decimals(0, 2_000_000, places=2)


def quantity(measure: QuantityMeasure, value: Decimal) -> WeighedQuantity:
    return WeighedQuantity(
        measure=measure,
        value=value,
        unit=UNITS[measure],
        substance=None,
        quote=None,
        position=None,
        certainty=Certainty.CERTAIN,
        disagrees=False,
        acts=(),
    )


@st.composite
def cases(draw: st.DrawFn) -> CaseFile:
    record = replace(
        CASE.record,
        facts=draw(st.none() | facts),
        domain=draw(st.none() | st.sampled_from(Domain)),
        act_ended_on=draw(days),
        found_on=draw(days),
        filed_on=draw(days),
        decided_on=draw(days),
    )
    return replace(CASE, record=record, quantities=(quantity(draw(measures), draw(values)),))


def strength(case: CaseFile) -> int:
    answer = judge_thresholds(case, LAW)
    if not isinstance(answer, ThresholdMet):
        return 0
    return 2 if answer.certainty is Certainty.CERTAIN else 1


@given(case=cases())
def test_any_case_is_answered_with_words_that_stand_in_its_facts(case: CaseFile) -> None:
    answer = judge_thresholds(case, LAW)
    if isinstance(answer, ThresholdMet):
        assert answer.law
        for evidence in answer.evidence:
            if evidence.quote is not None and evidence.position is not None:
                assert (case.record.facts or "").startswith(evidence.quote, evidence.position)


@given(case=cases(), more=st.decimals(0, 1_000_000, places=2))
def test_more_is_never_less(case: CaseFile, more: Decimal) -> None:
    [one] = case.quantities
    assert strength(replace(case, quantities=(replace(one, value=one.value + more),))) >= strength(case)


@given(case=cases())
def test_a_doubted_quantity_is_never_surer(case: CaseFile) -> None:
    [one] = case.quantities
    doubted = replace(case, quantities=(replace(one, certainty=Certainty.POSSIBLE),))
    assert strength(doubted) <= strength(case)


@given(case=cases(), on=st.dates(date(1995, 1, 1), date(2026, 12, 31)))
def test_what_is_met_across_two_days_is_met_on_each(case: CaseFile, on: date) -> None:
    both = replace(case, record=replace(case.record, act_ended_on=on, decided_on=on + timedelta(days=400)))
    if strength(both):
        for day in (on, on + timedelta(days=400)):
            alone = replace(both, record=replace(both.record, act_ended_on=day, decided_on=day))
            assert strength(alone) >= 1
