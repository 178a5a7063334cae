"""Which coercive measures run, whatever is on record of several people and several criminal cases."""

from collections.abc import Mapping
from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.rule_examples import case_file
from schema.case_file import CaseFile
from schema.vocabularies import CoercionKind
from supervision.coercions import RunningCoercion, followed_coercions, running_coercions

KINDS = [*CoercionKind]
FIRST = date(2024, 1, 1)
DAYS = st.integers(0, 400).map(lambda days: FIRST + timedelta(days=days))
COERCIONS = st.lists(
    st.fixed_dictionaries({"kind": st.sampled_from([kind.value for kind in KINDS]), "from": DAYS}), max_size=5
)
CHANGES = {
    CoercionKind.DETENTION: [CoercionKind.ARREST, CoercionKind.BAIL, CoercionKind.RESIDENTIAL_SURVEILLANCE],
    CoercionKind.ARREST: [CoercionKind.BAIL, CoercionKind.RESIDENTIAL_SURVEILLANCE],
    CoercionKind.BAIL: [CoercionKind.ARREST, CoercionKind.DETENTION, CoercionKind.RESIDENTIAL_SURVEILLANCE],
    CoercionKind.RESIDENTIAL_SURVEILLANCE: [CoercionKind.ARREST, CoercionKind.DETENTION, CoercionKind.BAIL],
}


@st.composite
def measures_of_one_person(draw: st.DrawFn) -> list[dict[str, object]]:
    kind, day = draw(st.sampled_from(KINDS)), FIRST
    measures: list[dict[str, object]] = [{"kind": kind.value, "from": day}]
    for _ in range(draw(st.integers(0, 4))):
        kind, day = draw(st.sampled_from(CHANGES[kind])), day + timedelta(days=draw(st.integers(1, 60)))
        measures.append({"kind": kind.value, "from": day})
    return measures


def case_with(*criminal_cases: Mapping[str, object]) -> CaseFile:
    return case_file(
        {"criminal_case": [dict(criminal_case) for criminal_case in criminal_cases]},
        published_only=False,
        settings={},
        other_cases=(),
    )


def running(case: CaseFile) -> list[RunningCoercion]:
    return list(running_coercions(case, KINDS))


@given(measures_of_one_person())
def test_of_one_person_only_the_last_measure_runs_though_no_end_is_written_down(
    measures: list[dict[str, object]],
) -> None:
    [last] = running(case_with({"decision": "FILED", "coercion": measures}))
    assert (last.coercion.kind, last.coercion.begun_on) == (measures[-1]["kind"], measures[-1]["from"])
    assert last.doubt is None


@given(COERCIONS)
def test_no_more_measures_are_ended_than_followed(measures: list[dict[str, object]]) -> None:
    [criminal_case] = case_with({"decision": "FILED", "coercion": measures}).criminal_cases
    followed = followed_coercions(criminal_case)
    ended = [measure for measure in followed if measure.ended_on is not None]
    assert len(ended) <= max(len(followed) - 1, 0)
    assert all(measure.ended_on >= measure.coercion.begun_on for measure in ended if measure.ended_on is not None)


@given(COERCIONS, COERCIONS)
def test_another_criminal_case_ends_no_measure_but_may_leave_it_in_doubt(
    measures: list[dict[str, object]], others: list[dict[str, object]]
) -> None:
    own = {"caseNumber": "1", "decision": "FILED", "coercion": measures}
    other = {"caseNumber": "2", "decision": "FILED", "coercion": others, "concludedOn": date(2026, 1, 1)}
    alone, together = running(case_with(own)), running(case_with(own, other))
    assert [found.coercion for found in together] == [found.coercion for found in alone]
    assert all(after.doubt == before.doubt for before, after in zip(alone, together, strict=True) if before.doubt)


@given(COERCIONS)
def test_the_order_in_which_measures_of_different_days_are_listed_does_not_matter(
    measures: list[dict[str, object]],
) -> None:
    assume(len({measure["from"] for measure in measures}) == len(measures))
    listed, reversed_ = (
        followed_coercions(case_with({"decision": "FILED", "coercion": order}).criminal_cases[0])
        for order in (measures, measures[::-1])
    )
    assert listed == reversed_
