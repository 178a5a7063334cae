"""Dormant clues (线索休眠): found when a clue is read, from its last step, its due day, and the day it is.

A clue is dormant from the day after the last on which a step was due, or after its due day. One that is closed has kept
its limit; it is dormant when somebody who is owed its result does not take note of it. On the first dormant day it
rises to the head of the department, and when it lies still for as long again, to the chief.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from schema.supervision_vocabularies import ClueRise, ClueStatus
from supervision.clue_limits import rise_days, still_days

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What dormancy goes by: days are those in Asia/Shanghai."""

    status: ClueStatus
    last_step_on: date
    due_on: date
    acknowledged: bool
    """Whether everybody who is owed the result has taken note of it."""


def dormant_since(activity: Activity, today: date) -> date | None:
    """The first day on which a clue is or will be dormant if nothing is done; None for one that is finished."""
    closed = activity.status is ClueStatus.CLOSED
    if closed and activity.acknowledged:
        return None
    still = activity.last_step_on + timedelta(days=still_days(today)) + _DAY
    return still if closed else min(still, activity.due_on + _DAY)


def risen_to(activity: Activity, today: date) -> ClueRise | None:
    """To whom a clue has risen by a day; None for one that is not dormant."""
    since = dormant_since(activity, today)
    if since is None or today < since:
        return None
    # A step taken after the limit leaves the clue dormant, but it does not lie still.
    lies_still_since = max(since, activity.last_step_on)
    if today >= lies_still_since + timedelta(days=rise_days(today)):
        return ClueRise.CHIEF
    return ClueRise.DEPARTMENT_HEAD
