"""Which step may follow on which state, and to which it leads; said of every kind of record apart from its machine."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Any, Final

from schema.supervision_vocabularies import ClueEventKind, ClueStatus, MeasureEventKind, MeasureStatus
from supervision import clue_actions as asked
from supervision.measure import MeasureAction
from tests.soak import clue_life, measure_life
from tests.soak.case_lives import DUTY_STEPS, PUBLIC_STEPS

_C, _M = ClueEventKind, MeasureEventKind
_CLUE: Final = {
    _C.ASSIGNED: asked.Assign,
    _C.REVIEW_BEGUN: asked.BeginReview,
    _C.INVESTIGATION_BEGUN: asked.BeginInvestigation,
    _C.STEP_RECORDED: asked.RecordStep,
    _C.EXTENDED: asked.Extend,
    _C.TRANSFERRED: asked.Transfer,
    _C.ACCEPTED: asked.Accept,
    _C.RETURNED: asked.Return,
    _C.DEPARTMENT_INVITED: asked.Invite,
    _C.OPINION_GIVEN: asked.GiveOpinion,
    _C.CLOSED: asked.Close,
    _C.ACKNOWLEDGED: asked.Acknowledge,
}
_MEASURE: Final = {
    _M.ISSUED: MeasureAction.ISSUE,
    _M.SERVED: MeasureAction.SERVE,
    _M.COPIED: MeasureAction.COPY,
    _M.REPLIED: MeasureAction.REPLY,
    _M.CHECKED: MeasureAction.CHECK,
    _M.ESCALATED: MeasureAction.ESCALATE,
    _M.WITHDRAWN: MeasureAction.WITHDRAW,
}


def _clue_leads(event: ClueEventKind, status: ClueStatus) -> ClueStatus:
    """The state after a step."""
    if event is _C.ASSIGNED and status in {ClueStatus.NEW, ClueStatus.RETURNED}:
        return ClueStatus.ASSIGNED
    return clue_life.REACHES.get(event, status)


LEADS: Final[Mapping[str, Mapping[tuple[str, str], AbstractSet[str]]]] = {
    "clue": {
        (event, status): {_clue_leads(event, status)}
        for event, action in _CLUE.items()
        for status in clue_life.LEAVES[action]
    },
    "measure": {
        (event, status): measure_life.REACHES[action, status]
        for event, action in _MEASURE.items()
        for status in MeasureStatus
        if (action, status) in measure_life.REACHES
    },
    "duty_crime": {key: {after} for key, after in DUTY_STEPS.items()},
    "public_interest": {key: {after} for key, after in PUBLIC_STEPS.items()},
}
_FIRST: Final[Mapping[str, AbstractSet[tuple[str, str]]]] = {
    "clue": {("OPENED", "NEW"), ("OPENED", "ASSIGNED")},
    "measure": {("DRAFTED", "DRAFT")},
    "duty_crime": {("FILED", "FILED")},
    "public_interest": {("FILED", "FILED")},
}


def require_legal(kind: str, events: Sequence[dict[str, Any]]) -> None:
    """The events of one record, in their order, are a life that it may have led."""
    assert (events[0]["event"], events[0]["status"]) in _FIRST[kind]
    assert [event["revision"] for event in events] == list(range(1, len(events) + 1))
    for before, after in pairwise(events):
        assert after["status"] in LEADS[kind][after["event"], before["status"]], (before, after)
