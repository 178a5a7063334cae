"""The findings of the corpus: several of a case, of one kind or of one certainty, and some that no search knows."""

from collections.abc import Mapping, Sequence

from schema.vocabularies import AnomalyKind, AnomalyStatus, Certainty
from tests.integration.anomaly_rows import Found

NOT_TRANSFERRED = Found("transfer.not-transferred", AnomalyKind.NOT_TRANSFERRED)
LATE_TRANSFER = Found("transfer.late", AnomalyKind.LATE_TRANSFER)
MAYBE_LATE_TRANSFER = Found("transfer.late", AnomalyKind.LATE_TRANSFER, Certainty.POSSIBLE)
LATE_SERVICE = Found("service.late", AnomalyKind.SLOW_ACTION)
MAYBE_LATE_SERVICE = Found("service.late", AnomalyKind.SLOW_ACTION, Certainty.POSSIBLE)
MAYBE_LATE_DECISION = Found("decision.over-90-days", AnomalyKind.SLOW_ACTION, Certainty.POSSIBLE)
LATE_ENTRY = Found("entry.late", AnomalyKind.LATE_ENTRY)
NO_DECISION = Found("filing.no-decision", AnomalyKind.NOT_FILED)
NO_EXPLANATION = Found("filing.no-explanation", AnomalyKind.NOT_FILED, Certainty.POSSIBLE, AnomalyStatus.CONFIRMED)

FINDINGS: Mapping[str, Sequence[Found]] = {
    "W1": (
        NOT_TRANSFERRED,
        MAYBE_LATE_SERVICE,
        Found("entry.late", AnomalyKind.LATE_ENTRY, status=AnomalyStatus.CONFIRMED),
    ),
    "W2": (LATE_SERVICE, MAYBE_LATE_DECISION),
    "W3": (Found("service.late", AnomalyKind.SLOW_ACTION, status=AnomalyStatus.DISMISSED),),
    "W8": (LATE_ENTRY,),
    "X1": (LATE_TRANSFER, Found("entry.late", AnomalyKind.LATE_ENTRY, status=AnomalyStatus.RESOLVED)),
    "X2": (MAYBE_LATE_TRANSFER, LATE_SERVICE),
    "P6": (LATE_SERVICE,),
    "H2": (LATE_SERVICE,),
    "N1": (NO_DECISION, NO_EXPLANATION),
    # Of a kind that the rule had before.
    "T1": (Found("service.late", AnomalyKind.INACTION),),
}

FOUND: Sequence[Found] = [found for several in FINDINGS.values() for found in several]


def active_findings(label: str) -> Sequence[Found]:
    """The findings of a case that searches know."""
    return [found for found in FINDINGS.get(label, ()) if found.active]
