"""What the machines of a procuratorate's own cases have in common: steps on days, and refusals. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TypeVar

Status = TypeVar("Status", bound=Enum)
Event = TypeVar("Event", bound=Enum)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step cannot be taken: what the state is, and what can be done."""

    sentence: str


def step_after(
    steps: Mapping[tuple[Status, Event], Status], status: Status, event: Event, *, state: str
) -> Status | Refusal:
    """The state after a step; `state` says in words which it is now."""
    found = steps.get((status, event))
    if found is not None:
        return found
    possible = [each.value for (from_, each) in steps if from_ is status]
    what = f"What can be recorded is {', '.join(possible)}." if possible else "Nothing more can be recorded."
    return Refusal(f"This case is {state}, and {event.value} is no step from there. {what}")


def refuse_day(on: date, *, last_step_on: date, today: date) -> Refusal | None:
    """Why a step cannot have been taken on a day: it has not come, or lies before the last one."""
    if on > today:
        return Refusal("The day lies in the future. Give the day on which it was done.")
    if on < last_step_on:
        return Refusal(f"The last step was taken on {last_step_on}. Steps are recorded in the order of their days.")
    return None
