"""What the records of enforcement say: which applied and when, whether the window was kept, who acted (非诉执行)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.feed_records import ActivityRecord, EnforcementRecord
from schema.vocabularies import EnforcementRuling
from supervision.answers import Answer, AsOf, Missing, foremost
from supervision.calendars import Calendar
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.periods import last_day
from supervision.remedies import litigation_period, stops_enforcement, was_litigated

_COURT: Final = ("法院", "法庭", "法官", "执行局", "执行庭")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationWindow:
    """When a court may be applied to: after `opens_after`, the end of the time to sue, and by `closes_on`.

    `law` are the values it rests on: of the time to sue, then of the time to apply.
    """

    opens_after: date
    closes_on: date
    evidence: tuple[Evidence, ...]
    law: tuple[LawValue, ...]


def application_window(case: CaseFile, law: Law, calendar: Calendar) -> ApplicationWindow | Missing | None:
    """The window of a penalty (申请强制执行的期间).

    Missing once a court decided a lawsuit, for no record says when that took effect. None where the time to sue ended
    before there was a law that gives a window.
    """
    if was_litigated(case):
        return Missing(fields=("reconsideration",))
    litigation = litigation_period(case, law, calendar)
    if litigation is None or isinstance(litigation, Missing):
        return litigation
    period = law.value("enforcement.application", on=litigation.ends_on)
    if period is None:
        return None
    return ApplicationWindow(
        opens_after=litigation.ends_on,
        closes_on=last_day(litigation.ends_on, period, calendar),
        evidence=litigation.evidence,
        law=(*litigation.law, period),
    )


def judged_unless_stopped(
    answers: Iterable[Answer], case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf
) -> Answer:
    """The foremost answer, but none while a remedy is pending or after it revoked the penalty."""
    answer = foremost(answers, as_of)
    if answer is None:
        return None
    stopped = stops_enforcement(case, law, calendar, as_of)
    if isinstance(stopped, Missing):
        known = answer.fields if isinstance(answer, Missing) else ()
        return Missing(fields=tuple(dict.fromkeys((*known, *stopped.fields))))
    return None if stopped else answer


def was_applied(enforcement: EnforcementRecord) -> bool:
    """Whether a court was applied to: the day is known, or what a court did with the application shows it."""
    return (
        applied_by(enforcement) is not None
        or enforcement.ruling is not None
        or enforcement.overturned_on is not None
        or is_concluded(enforcement)
        or is_by_court(enforcement.enforced_by)
        or any(is_by_court(action.by) for action in enforcement.actions)
    )


def applied_by(enforcement: EnforcementRecord) -> date | None:
    """A day on which the application had been made: its own, else the first one known on which the court had it."""
    if enforcement.applied_on is not None:
        return enforcement.applied_on
    later = (enforcement.received_on, enforcement.accepted_on, enforcement.refused_on, enforcement.ruled_on)
    return min((day for day in later if day is not None), default=None)


def first_applications(case: CaseFile) -> tuple[EnforcementRecord, ...]:
    """The applications of which one was the first: the earliest of known day, and every one of unknown day."""
    if not case.enforcements:
        return ()
    applied = [enforcement for enforcement in case.enforcements if was_applied(enforcement)]
    days = [enforcement.applied_on for enforcement in applied if enforcement.applied_on is not None]
    first = min(days, default=None)
    return tuple(enforcement for enforcement in applied if enforcement.applied_on in {None, first})


def is_accepted(enforcement: EnforcementRecord) -> bool:
    """Whether the court accepted (受理): as recorded, else because it did so last."""
    if enforcement.accepted is not None:
        return enforcement.accepted
    accepted_on, refused_on = enforcement.accepted_on, enforcement.refused_on
    return accepted_on is not None and (refused_on is None or refused_on < accepted_on)


def is_refused(enforcement: EnforcementRecord) -> bool:
    """Whether the court refused to accept (不予受理), and did not accept or rule all the same."""
    if is_ruled(enforcement) or is_accepted(enforcement):
        return False
    return enforcement.accepted is False or enforcement.refused_on is not None


def is_ruled(enforcement: EnforcementRecord) -> bool:
    """Whether the court ruled on the enforcement (裁定)."""
    return enforcement.ruled_on is not None or enforcement.ruling is not None


def is_concluded(enforcement: EnforcementRecord) -> bool:
    """Whether the enforcement has ended (执行结束)."""
    return enforcement.concluded_on is not None


def ruling_day(enforcement: EnforcementRecord) -> date | Missing | None:
    """The day of the court's ruling, to enforce or not; None where there is none.

    A refusal that a higher court overturned is no ruling: the higher court's counts.
    """
    if enforcement.ruling is EnforcementRuling.NOT_ENFORCE and enforcement.overturned_on is not None:
        return enforcement.overturned_on
    if enforcement.ruled_on is None and enforcement.ruling is not None:
        return Missing(fields=("enforcement.ruledOn",))
    return enforcement.ruled_on


def allows_enforcement(enforcement: EnforcementRecord) -> bool:
    """Whether a court allowed the enforcement: by its ruling, or by overturning a refusal."""
    return enforcement.ruling is EnforcementRuling.ENFORCE or (
        enforcement.ruling is EnforcementRuling.NOT_ENFORCE and enforcement.overturned_on is not None
    )


def actor(action: ActivityRecord, enforcement: EnforcementRecord) -> str | None:
    """Who did it: as the action says, else whoever is named for the whole enforcement."""
    return action.by or enforcement.enforced_by


def is_by_court(name: str | None) -> bool:
    """Whether a name is a court's (人民法院), or of somebody who acts for one."""
    return name is not None and any(word in name for word in _COURT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """The demand (催告) that speaks most for an application: its day, and the last day of the wait that follows it."""

    made_on: date
    waits_until: date
    period: LawValue


def demand_before(applied_on: date, case: CaseFile, law: Law, calendar: Calendar) -> Demand | None:
    """The earliest demand on or before the day of an application, in whichever record it stands."""
    days = [
        enforcement.demanded_on
        for enforcement in case.enforcements
        if enforcement.demanded_on is not None and enforcement.demanded_on <= applied_on
    ]
    made_on = min(days, default=None)
    period = None if made_on is None else law.value("enforcement.demand", on=applied_on)
    if made_on is None or period is None:
        return None
    return Demand(made_on=made_on, waits_until=last_day(made_on, period, calendar), period=period)
