"""The life of a finding: what becomes of it when its case is judged again, and what persons decide of it."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from schema.anomaly_records import Evidence, KnownAnomaly
from schema.vocabularies import AnomalyDecision, AnomalyEventKind, AnomalyKind, AnomalyStatus, Certainty
from supervision.anomalies import decide, evidence_digest, settle
from supervision.answers import Finding

FINDING = Finding(
    rule="service.late",
    version=1,
    kind=AnomalyKind.SLOW_ACTION,
    certainty=Certainty.POSSIBLE,
    due_on=date(2024, 6, 6),
    done_on=None,
    overdue_days=1,
    explanation="逾期送达。",
    evidence=(Evidence(field="decidedOn", value="2024-05-30"), Evidence(field="servedOn", value="")),
    law=(),
    rests_on_setting=(),
)

findings = st.builds(
    lambda certainty, version, days, value, overdue: replace(
        FINDING,
        certainty=certainty,
        version=version,
        due_on=date(2024, 6, 6) + timedelta(days),
        evidence=(Evidence(field="decidedOn", value=value),),
        overdue_days=overdue,
    ),
    st.sampled_from(Certainty),
    st.integers(1, 2),
    st.integers(0, 1),
    st.sampled_from(["2024-05-30", "2024-05-31"]),
    st.integers(1, 99),
)


def kept(known: KnownAnomaly | None, found: Finding, status: AnomalyStatus) -> KnownAnomaly:
    """A finding as a run keeps it after a step."""
    return KnownAnomaly(
        status=status,
        certainty=found.certainty,
        due_on=found.due_on,
        done_on=found.done_on,
        explanation=found.explanation,
        rule_version=found.version,
        evidence_digest=evidence_digest(found.evidence),
        decision=None if known is None else known.decision,
        decided_certainty=None if known is None else known.decided_certainty,
        decided_digest=None if known is None else known.decided_digest,
    )


class Life(RuleBasedStateMachine):
    """Any chain of judgements and decisions."""

    def __init__(self) -> None:
        super().__init__()
        self.known: KnownAnomaly | None = None
        self.holds = False

    @rule(found=st.none() | findings)
    def judge(self, found: Finding | None) -> None:
        before, step = self.known, settle(self.known, found)
        self.holds = found is not None
        if step is None:
            assert before is None or before.status is AnomalyStatus.RESOLVED or found is not None
        elif found is None:
            assert before is not None
            assert (step.event, step.status) == (AnomalyEventKind.RESOLVED, AnomalyStatus.RESOLVED)
            self.known = replace(before, status=step.status)
        else:
            assert (step.event is AnomalyEventKind.OPENED) == (before is None)
            self.known = kept(before, found, step.status)
        assert settle(self.known, found) is None  # judged once more nothing happens

    @precondition(lambda self: self.known is not None)
    @rule(decision=st.sampled_from(AnomalyDecision))
    def decide(self, decision: AnomalyDecision) -> None:
        assert self.known is not None
        before, step = self.known, decide(self.known, decision)
        if step is None:
            assert before.status in {AnomalyStatus.RESOLVED, AnomalyStatus(decision.value)}
            return
        self.known = replace(
            before,
            status=step.status,
            decision=decision,
            decided_certainty=before.certainty,
            decided_digest=before.evidence_digest,
        )

    @invariant()
    def a_finding_is_over_just_when_it_does_not_hold(self) -> None:
        if self.known is not None:
            assert (self.known.status is AnomalyStatus.RESOLVED) is not self.holds

    @invariant()
    def a_decision_stands_just_as_long_as_what_was_decided(self) -> None:
        known = self.known
        if known is None or known.status is AnomalyStatus.RESOLVED:
            return
        stands = (
            known.decision is not None
            and known.decided_digest == known.evidence_digest
            and not (known.decided_certainty is Certainty.POSSIBLE and known.certainty is Certainty.CERTAIN)
        )
        decided = known.decision.value if stands and known.decision is not None else "OPEN"
        assert known.status.value == decided


TestLife = Life.TestCase


@given(st.permutations(FINDING.evidence))
def test_evidence_told_in_another_order_is_the_same(evidence: list[Evidence]) -> None:
    assert evidence_digest(tuple(evidence)) == evidence_digest(FINDING.evidence)


@given(findings, findings)
def test_evidence_is_the_same_just_when_fields_values_and_words_are(one: Finding, other: Finding) -> None:
    assert (evidence_digest(one.evidence) == evidence_digest(other.evidence)) == (one.evidence == other.evidence)
    quoted = tuple(replace(each, quote="原文", position=3) for each in one.evidence)
    assert evidence_digest(quoted) != evidence_digest(one.evidence)


def test_days_overdue_that_grow_are_no_step() -> None:
    known = kept(None, FINDING, AnomalyStatus.OPEN)
    assert settle(known, replace(FINDING, overdue_days=400)) is None
