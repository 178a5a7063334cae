"""The life of a public-interest case (行政公益诉讼): which step follows which, and when the court is due. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

from schema.duty_records import ProposalStanding, Suspension
from schema.duty_vocabularies import PublicInterestEventKind, PublicInterestStatus
from supervision.calendars import Calendar
from supervision.case_steps import Refusal, refuse_day, step_after
from supervision.laws import Law
from supervision.periods import last_day, last_day_lengthened

_S, _E = PublicInterestStatus, PublicInterestEventKind

STEPS: Final[Mapping[tuple[PublicInterestStatus, PublicInterestEventKind], PublicInterestStatus]] = MappingProxyType(
    {
        **{(status, _E.NOTED): status for status in _S if status is not _S.CLOSED},
        **{(status, _E.CLOSED): _S.CLOSED for status in _S if status is not _S.CLOSED},
        (_S.FILED, _E.PROPOSED): _S.PROPOSED,
        # Anew, where the proposal was withdrawn.
        (_S.PROPOSED, _E.PROPOSED): _S.PROPOSED,
        (_S.PROPOSED, _E.SUSPENDED): _S.SUSPENDED,
        (_S.SUSPENDED, _E.RESUMED): _S.PROPOSED,
        (_S.PROPOSED, _E.SUED): _S.SUED,
        (_S.SUED, _E.JUDGED): _S.JUDGED,
    }
)
"""The state after each step that can be taken; from CLOSED there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicInterestState:
    """What decides of the next step, and what it leaves."""

    status: PublicInterestStatus
    last_step_on: date
    measure_id: int | None = None
    suspended_on: date | None = None
    sued_on: date | None = None
    court: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicInterestStep:
    """A step that is to be taken; `measure_id` is the proposal of PROPOSED, `court` that of SUED."""

    event: PublicInterestEventKind
    on: date
    note: str
    measure_id: int | None = None
    court: str | None = None


def take_step(
    state: PublicInterestState, step: PublicInterestStep, *, proposal: ProposalStanding, today: date
) -> PublicInterestState | Refusal:
    """The case after a step on a day; the note of a judgment is the outcome, or that of a closing without one.

    `proposal` is that which the case names by now. An agency is sued after one that reached it (行政诉讼法 art 25).
    """
    status = step_after(STEPS, state.status, step.event, state=state.status.value)
    if isinstance(status, Refusal):
        return status
    refused = (
        refuse_day(step.on, last_step_on=state.last_step_on, today=today)
        or _refuse_parts(step)
        or _refuse_by_proposal(state, step, proposal)
    )
    if refused is not None:
        return refused
    after = replace(state, status=status, last_step_on=step.on)
    return replace(after, **_told(state, step))


def _told(state: PublicInterestState, step: PublicInterestStep) -> dict[str, Any]:
    """What a step leaves in the case."""
    left: dict[PublicInterestEventKind, dict[str, Any]] = {
        _E.PROPOSED: {"measure_id": step.measure_id},
        _E.SUSPENDED: {"suspended_on": step.on},
        _E.RESUMED: {"suspended_on": None},
        _E.SUED: {"sued_on": step.on, "court": step.court},
        _E.JUDGED: {"outcome": step.note},
        _E.CLOSED: {"suspended_on": None, "outcome": state.outcome or step.note},
    }
    return left.get(step.event, {})


def _refuse_parts(step: PublicInterestStep) -> Refusal | None:
    if (step.event is _E.PROPOSED) is not (step.measure_id is not None):
        return Refusal("PROPOSED names the proposal by `measureId`, and no other step does.")
    if (step.event is _E.SUED) is not (step.court is not None):
        return Refusal("SUED names the court by `court`, and no other step does.")
    return None


def _refuse_by_proposal(
    state: PublicInterestState, step: PublicInterestStep, proposal: ProposalStanding
) -> Refusal | None:
    if step.event is _E.SUED and proposal.withdrawn:
        return Refusal("Its proposal was withdrawn, and no suit rests on that. Record PROPOSED with a new one first.")
    if step.event is _E.SUED and (proposal.served_on is None or proposal.served_on > step.on):
        return Refusal("Its proposal was not served by that day, and no suit precedes it. Record its service first.")
    if step.event is _E.PROPOSED and state.status is _S.PROPOSED and not proposal.withdrawn:
        return Refusal("Its proposal stands. Only after that one is withdrawn another takes its place.")
    return None


def decision_due(
    state: PublicInterestState,
    reply_due_on: date | None,
    suspensions: Iterable[Suspension],
    law: Law,
    calendar: Calendar,
) -> date | None:
    """The last day to decide whether to sue (审查起诉期限): counted from the end of the time to put things right.

    Suspensions, in their order, do not count; what of them lies before that end, and those that begin when the time is
    over, move nothing. None while there is nothing to decide, or where no law of that day is known.
    """
    if state.status is not _S.PROPOSED or reply_due_on is None:
        return None
    period = law.value("public-interest.review", on=reply_due_on)
    if period is None:
        return None
    begins, days = reply_due_on + timedelta(days=1), 0
    for each in suspensions:
        # What begins when the time is over gives no more of it.
        if each.since <= last_day_lengthened(reply_due_on, period, days, calendar):
            days += max(0, (each.until - max(each.since, begins)).days)
    return last_day_lengthened(reply_due_on, period, days, calendar)


def filing_service_due(filed_on: date, law: Law, calendar: Calendar) -> date | None:
    """The last day to serve the decision to file on the agency (送达立案决定书); None where no law of then is known."""
    period = law.value("public-interest.filing-served", on=filed_on)
    return None if period is None else last_day(filed_on, period, calendar)
