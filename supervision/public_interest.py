"""The life of a public-interest case (行政公益诉讼): which step follows which, and when the court is due. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

from schema.duty_vocabularies import PublicInterestEventKind, PublicInterestStatus
from supervision.calendars import Calendar
from supervision.case_steps import Refusal, refuse_day, step_after
from supervision.laws import Law
from supervision.periods import last_day

_S, _E = PublicInterestStatus, PublicInterestEventKind

STEPS: Final[Mapping[tuple[PublicInterestStatus, PublicInterestEventKind], PublicInterestStatus]] = MappingProxyType(
    {
        **{(status, _E.NOTED): status for status in (_S.FILED, _S.PROPOSED, _S.SUSPENDED, _S.SUED)},
        **{(status, _E.CLOSED): _S.CLOSED for status in _S if status is not _S.CLOSED},
        (_S.FILED, _E.PROPOSED): _S.PROPOSED,
        (_S.PROPOSED, _E.SUSPENDED): _S.SUSPENDED,
        (_S.SUSPENDED, _E.RESUMED): _S.PROPOSED,
        (_S.PROPOSED, _E.SUED): _S.SUED,
        (_S.SUED, _E.JUDGED): _S.JUDGED,
    }
)
"""The state after each step that can be taken; from CLOSED there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicInterestState:
    """What decides of the next step, and what it leaves: of suspensions that ended, `suspended_days` calendar days."""

    status: PublicInterestStatus
    last_step_on: date
    measure_id: int | None = None
    suspended_on: date | None = None
    suspended_days: int = 0
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


def take_step(state: PublicInterestState, step: PublicInterestStep, *, today: date) -> PublicInterestState | Refusal:
    """The case after a step on a day; the note of a judgment or a closing is the outcome."""
    status = step_after(STEPS, state.status, step.event, state=state.status.value)
    if isinstance(status, Refusal):
        return status
    refused = refuse_day(step.on, last_step_on=state.last_step_on, today=today) or _refuse_parts(step)
    if refused is not None:
        return refused
    after = replace(state, status=status, last_step_on=step.on)
    if step.event in {_E.RESUMED, _E.CLOSED}:
        after = _resumed(after)
    return replace(after, **_told(step))


def _told(step: PublicInterestStep) -> dict[str, Any]:
    """What a step leaves in the case."""
    match step.event:
        case _E.PROPOSED:
            return {"measure_id": step.measure_id}
        case _E.SUSPENDED:
            return {"suspended_on": step.on}
        case _E.SUED:
            return {"sued_on": step.on, "court": step.court}
        case _E.JUDGED | _E.CLOSED:
            return {"outcome": step.note}
        case _:
            return {}


def _resumed(state: PublicInterestState) -> PublicInterestState:
    """The case without its suspension, which is over on the day of the last step."""
    if state.suspended_on is None:
        return state
    days = (state.last_step_on - state.suspended_on).days
    return replace(state, suspended_on=None, suspended_days=state.suspended_days + days)


def _refuse_parts(step: PublicInterestStep) -> Refusal | None:
    if (step.event is _E.PROPOSED) is not (step.measure_id is not None):
        return Refusal("PROPOSED names the proposal by `measureId`, and no other step does.")
    if (step.event is _E.SUED) is not (step.court is not None):
        return Refusal("SUED names the court by `court`, and no other step does.")
    return None


def decision_due(state: PublicInterestState, reply_due_on: date | None, law: Law, calendar: Calendar) -> date | None:
    """The last day to decide whether to sue (审查起诉期限): counted from the end of the time to put things right.

    Suspensions do not count. None while there is nothing to decide, or where no law of that day is known.
    """
    if state.status is not _S.PROPOSED or reply_due_on is None:
        return None
    period = law.value("public-interest.review", on=reply_due_on)
    if period is None:
        return None
    return last_day(reply_due_on + timedelta(days=state.suspended_days), period, calendar)


def filing_service_due(filed_on: date, law: Law, calendar: Calendar) -> date | None:
    """The last day to serve the decision to file on the agency (送达立案决定书); None where no law of then is known."""
    period = law.value("public-interest.filing-served", on=filed_on)
    return None if period is None else last_day(filed_on, period, calendar)
