"""What two laws say of one case: found anew, found no longer, found otherwise."""

from dataclasses import replace
from datetime import date

from schema.anomaly_records import CannotTell
from schema.vocabularies import AnomalyKind, Certainty
from supervision.answers import Finding
from supervision.differences import FindingChange, difference
from supervision.evaluation import Evaluation

FOUND = Finding(
    rule="a.late",
    version=1,
    kind=AnomalyKind.SLOW_ACTION,
    certainty=Certainty.CERTAIN,
    due_on=date(2024, 6, 17),
    done_on=None,
    overdue_days=13,
    explanation="逾期13日。",
    evidence=(),
    law=(),
    rests_on_setting=(),
)


def judged(*findings: Finding, cannot_tells: tuple[CannotTell, ...] = ()) -> Evaluation:
    return Evaluation(findings=findings, cannot_tells=cannot_tells, unchanged_since=None, next_change_on=None)


def test_alike_is_no_difference() -> None:
    assert not difference(judged(FOUND), judged(FOUND))
    assert not difference(judged(FOUND), judged(replace(FOUND, version=2)))


def test_a_finding_appears_and_disappears() -> None:
    other = replace(FOUND, rule="b.late")
    assert difference(judged(FOUND), judged(FOUND, other)).appeared == (other,)
    assert difference(judged(FOUND, other), judged(other)).disappeared == (FOUND,)


def test_a_finding_changes_with_what_it_says() -> None:
    for after in (
        replace(FOUND, certainty=Certainty.POSSIBLE),
        replace(FOUND, due_on=date(2024, 6, 20), overdue_days=10),
        replace(FOUND, explanation="依据新法。"),
    ):
        found = difference(judged(FOUND), judged(after))
        assert found.changed == (FindingChange(rule="a.late", before=FOUND, after=after),)
        assert (found.appeared, found.disappeared) == ((), ())


def test_what_cannot_be_told_appears_and_disappears_with_what_is_missing() -> None:
    one, other = (CannotTell(rule="a.late", missing=(name,)) for name in ("servedOn", "decidedOn"))
    found = difference(judged(FOUND), judged(cannot_tells=(one,)))
    assert (found.disappeared, found.cannot_tell_appeared, found.cannot_tell_disappeared) == ((FOUND,), (one,), ())
    found = difference(judged(cannot_tells=(one,)), judged(cannot_tells=(other,)))
    assert (found.cannot_tell_appeared, found.cannot_tell_disappeared) == ((other,), (one,))
