"""The last wall before an answer: nothing of a case leaves that is not in the scope of whoever asks.

Row-level security shows the API no other case, and every search and list asks for none. This says it once more, by
`Scope.holds` alone and of what was read, so that a hole in either of them lets nothing out.
"""

from schema.access_records import Scope
from schema.anomaly_records import Anomaly
from schema.campaign_records import FileReview
from schema.clue_records import Clue
from schema.follow_up_records import CriminalCase, FollowUp
from schema.measure_records import Measure
from schema.records import Agency, FeedRun, PenaltyCase


class OutOfScopeError(Exception):
    """A record of somebody else's was about to be given out: a fault of ours. It says nothing of the record."""


class Gate:
    """The gate of one request. What belongs to a case is let through only after the case itself."""

    def __init__(self, scope: Scope) -> None:
        """Nothing was let through yet."""
        self._scope = scope
        self._case_ids: set[int] = set()

    def lets(self, case: PenaltyCase) -> bool:
        """Whether a case may be given out."""
        held = self._scope.holds(case.agency.id, case.agency.procuratorate_id)
        if held:
            self._case_ids.add(case.id)
        return held

    def lets_part(self, record: Anomaly | FollowUp | FileReview) -> bool:
        """Whether what belongs to a case may be given out, of which the case was let through."""
        if isinstance(record, Anomaly | FileReview) and not self._scope.findings:
            return False
        if isinstance(record, CriminalCase) and not self._scope.criminal_cases:
            return False
        return record.case_id in self._case_ids

    def lets_run(self, run: FeedRun, agency: Agency | None) -> bool:
        """Whether a run may be given out, with the agency whose feed it is; None where nobody said whose."""
        if agency is None:
            return self._scope.everything or (self._scope.unassigned and run.agency_id is None)
        return agency.id == run.agency_id and self._scope.holds(agency.id, agency.procuratorate_id)

    def lets_clue(self, clue: Clue) -> bool:
        """Whether a clue may be given out: one of the desks that have or had a part in it is in scope."""
        return any(self._scope.has_desk(desk) for desk in clue.desks)

    def lets_measure(self, measure: Measure) -> bool:
        """Whether a measure may be given out: in its procuratorate and above, and to its addressee once issued."""
        scope = self._scope
        if scope.everything:
            return scope.measures
        if scope.agency_id is not None:
            addressed = measure.agency_id == scope.agency_id and measure.number is not None
            return scope.measures and addressed
        return scope.measures and scope.supervises(measure.procuratorate_id)

    def forget(self) -> None:
        """Take back what was let through: it is read again."""
        self._case_ids.clear()

    def require(self, record: PenaltyCase | Anomaly | FollowUp | FileReview | Clue | Measure) -> None:
        """Let a record through. Raises OutOfScopeError."""
        if isinstance(record, Clue):
            let = self.lets_clue(record)
        elif isinstance(record, Measure):
            let = self.lets_measure(record)
        else:
            let = self.lets(record) if isinstance(record, PenaltyCase) else self.lets_part(record)
        if not let:
            raise OutOfScopeError
