"""The life of a duty-crime case (职务犯罪立案): which step follows which, and what each must say. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from schema.duty_vocabularies import DutyCrimeEventKind, DutyCrimeStatus
from supervision.case_steps import Refusal, refuse_day, step_after

_S, _E = DutyCrimeStatus, DutyCrimeEventKind

STEPS: Final[Mapping[tuple[DutyCrimeStatus, DutyCrimeEventKind], DutyCrimeStatus]] = MappingProxyType(
    {
        (_S.FILED, _E.NOTED): _S.FILED,
        (_S.FILED, _E.TRANSFERRED_FOR_PROSECUTION): _S.TRANSFERRED_FOR_PROSECUTION,
        (_S.FILED, _E.WITHDRAWN): _S.WITHDRAWN,
        (_S.TRANSFERRED_FOR_PROSECUTION, _E.NOTED): _S.TRANSFERRED_FOR_PROSECUTION,
        (_S.TRANSFERRED_FOR_PROSECUTION, _E.PROSECUTED): _S.PROSECUTED,
        (_S.TRANSFERRED_FOR_PROSECUTION, _E.NOT_PROSECUTED): _S.NOT_PROSECUTED,
        (_S.TRANSFERRED_FOR_PROSECUTION, _E.WITHDRAWN): _S.WITHDRAWN,
        (_S.PROSECUTED, _E.NOTED): _S.PROSECUTED,
        (_S.PROSECUTED, _E.JUDGED): _S.JUDGED,
        # 撤回起诉: what the prosecution took back is decided not to be prosecuted.
        (_S.PROSECUTED, _E.NOT_PROSECUTED): _S.NOT_PROSECUTED,
    }
)
"""The state after each step that can be taken; from the others there is none."""

ENDED: Final = frozenset({_S.NOT_PROSECUTED, _S.JUDGED, _S.WITHDRAWN})
"""The states that a case stays in, with its outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyCrimeState:
    """What decides of the next step."""

    status: DutyCrimeStatus
    last_step_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyCrimeStep:
    """A case after a step: what it was, the state after it, and its outcome, which only one that ended has."""

    event: DutyCrimeEventKind
    status: DutyCrimeStatus
    on: date
    note: str
    outcome: str | None


def take_step(
    state: DutyCrimeState, event: DutyCrimeEventKind, *, on: date, note: str, today: date
) -> DutyCrimeStep | Refusal:
    """Take a step on a day; `note` says what was done, and is the outcome of a case that ends with it."""
    status = step_after(STEPS, state.status, event, state=state.status.value)
    if isinstance(status, Refusal):
        return status
    wrong_day = refuse_day(on, last_step_on=state.last_step_on, today=today)
    if wrong_day is not None:
        return wrong_day
    return DutyCrimeStep(event=event, status=status, on=on, note=note, outcome=note if status in ENDED else None)
