"""The life of a finding: what becomes of one when its case is judged again, and what a person decides of it.

A decision stays until the evidence it was made on changes, or until what was only possible has become certain. It is
remembered beyond that: should the evidence be again what it was, so is the decision.
"""

import hashlib
from dataclasses import dataclass

from schema.anomaly_records import Evidence, KnownAnomaly
from schema.vocabularies import AnomalyDecision, AnomalyEventKind, AnomalyStatus, Certainty
from supervision.answers import Finding

_DECIDED = {
    AnomalyDecision.CONFIRMED: AnomalyStatus.CONFIRMED,
    AnomalyDecision.DISMISSED: AnomalyStatus.DISMISSED,
}
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a finding's life: what happened, and the status it has now."""

    event: AnomalyEventKind
    status: AnomalyStatus


def settle(known: KnownAnomaly | None, found: Finding | None) -> Step | None:
    """What becomes of a finding when its case was judged again; None where nothing does."""
    if found is None:
        if known is None or known.status is AnomalyStatus.RESOLVED:
            return None
        return Step(AnomalyEventKind.RESOLVED, AnomalyStatus.RESOLVED)
    if known is None:
        return Step(AnomalyEventKind.OPENED, AnomalyStatus.OPEN)
    status = _decided_status(known, found)
    if known.status is status and _says_the_same(known, found):
        return None
    reopened = status is AnomalyStatus.OPEN and known.status is not AnomalyStatus.OPEN
    return Step(AnomalyEventKind.REOPENED if reopened else AnomalyEventKind.CHANGED, status)


def decide(known: KnownAnomaly, decision: AnomalyDecision) -> Step | None:
    """What becomes of a finding when a person decides of it; None where it cannot be decided of.

    One that is resolved is over, and nobody decides twice in the same way.
    """
    status = _DECIDED[decision]
    if known.status in {AnomalyStatus.RESOLVED, status}:
        return None
    return Step(AnomalyEventKind(decision.value), status)


def evidence_digest(evidence: tuple[Evidence, ...]) -> bytes:
    """What a decision is made on: fields, values and words, in whatever order they are told. 16 bytes."""
    told = sorted(_SEPARATOR.join((each.field, each.value, each.quote or "", str(each.position))) for each in evidence)
    return hashlib.blake2b("\n".join(told).encode(), digest_size=16).digest()


def _decided_status(known: KnownAnomaly, found: Finding) -> AnomalyStatus:
    if known.decision is None or known.decided_digest != evidence_digest(found.evidence):
        return AnomalyStatus.OPEN
    if known.decided_certainty is Certainty.POSSIBLE and found.certainty is Certainty.CERTAIN:
        return AnomalyStatus.OPEN
    return _DECIDED[known.decision]


def _says_the_same(known: KnownAnomaly, found: Finding) -> bool:
    return (
        known.certainty is found.certainty
        and known.due_on == found.due_on
        and known.done_on == found.done_on
        and known.explanation == found.explanation
        and known.rule_version == found.version
        and known.evidence_digest == evidence_digest(found.evidence)
    )
