"""What reconsideration and lawsuits do to the enforcement of a penalty: when it may begin, and when it must wait."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.feed_records import ReconsiderationRecord
from schema.vocabularies import RemedyOutcome, RemedyType
from supervision.answers import AsOf, Missing
from supervision.calendars import Calendar
from supervision.evidence import days_of
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.periods import last_day


@dataclass(frozen=True, slots=True, kw_only=True)
class LitigationPeriod:
    """The time to sue against a penalty (起诉期限): `ends_on` is its last day, moved off holidays."""

    ends_on: date
    evidence: tuple[Evidence, ...]
    law: tuple[LawValue, ...]


def litigation_period(case: CaseFile, law: Law, calendar: Calendar) -> LitigationPeriod | Missing | None:
    """When the time to sue ends: from service, or later where a reconsideration was decided; a withdrawn one leaves it.

    None where no law of the time gives a period.
    """
    served_on = case.record.served_on
    if served_on is None:
        return Missing(fields=("servedOn",))
    direct = law.value("remedy.litigation", on=served_on)
    if direct is None:
        return None
    period = LitigationPeriod(
        ends_on=last_day(served_on, direct, calendar), evidence=days_of(None, servedOn=served_on), law=(direct,)
    )
    for remedy in case.reconsiderations:
        if remedy.type is RemedyType.RECONSIDERATION and _is_decided(remedy):
            known_on = remedy.served_on or remedy.decided_on
            if known_on is None:
                return Missing(fields=("reconsideration.decidedOn",))
            after = law.value("remedy.after-reconsideration", on=known_on)
            ends_on = period.ends_on if after is None else last_day(known_on, after, calendar)
            if after is not None and ends_on > period.ends_on:
                period = LitigationPeriod(
                    ends_on=ends_on,
                    evidence=days_of(None, servedOn=served_on)
                    + days_of("reconsideration", decidedOn=remedy.decided_on, servedOn=remedy.served_on),
                    law=(after,),
                )
    return period


def stops_enforcement(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> bool | Missing:
    """Whether a remedy revoked the penalty, or is pending (复议、诉讼期间).

    A reconsideration is pending until its decision, at most as long as the law gives for it; a lawsuit until its
    decision. Missing where a decision's outcome is not known, for it may have revoked the penalty.
    """
    if any(remedy.outcome is RemedyOutcome.REVOKED for remedy in case.reconsiderations):
        return True
    missing: dict[str, None] = {}
    for remedy in case.reconsiderations:
        pending = _is_pending(remedy, law, calendar, as_of)
        if pending is True:
            return True
        if pending is None:
            missing["reconsideration.appliedOn"] = None
        elif remedy.outcome is None and _is_over(remedy):
            missing["reconsideration.outcome"] = None
    return Missing(fields=tuple(missing)) if missing else False


def was_litigated(case: CaseFile) -> bool:
    """Whether a court decided a lawsuit against the penalty; one that was withdrawn leaves everything as it was."""
    return any(remedy.type is RemedyType.LITIGATION and _is_decided(remedy) for remedy in case.reconsiderations)


def fine_in_place(case: CaseFile) -> tuple[Decimal | None, str]:
    """The fine that is to be paid, in yuan, and the field it stands in: the new one where a remedy changed it."""
    changes = [remedy for remedy in case.reconsiderations if remedy.outcome is RemedyOutcome.CHANGED]
    if not changes:
        return case.record.fine, "fine"
    return max(changes, key=lambda remedy: remedy.decided_on or date.min).new_fine, "reconsideration.newFine"


def _is_decided(remedy: ReconsiderationRecord) -> bool:
    """Whether a decision was made that was not the end of a withdrawn remedy."""
    return remedy.outcome is not RemedyOutcome.WITHDRAWN and _is_over(remedy)


def _is_over(remedy: ReconsiderationRecord) -> bool:
    return remedy.outcome is not None or remedy.decided_on is not None or remedy.served_on is not None


def _is_pending(remedy: ReconsiderationRecord, law: Law, calendar: Calendar, as_of: AsOf) -> bool | None:
    """Whether a remedy is pending; None where the day it began is needed and unknown."""
    decided_on = remedy.decided_on or remedy.served_on
    if _is_over(remedy) and (decided_on is None or as_of.has_reached(decided_on)):
        return False
    if remedy.type is RemedyType.LITIGATION:
        return True
    if remedy.applied_on is None:
        # The day of the decision is to come, or nothing at all is known of when it was asked for.
        return True if decided_on is not None else None
    ends_on = _longest(remedy.applied_on, law, calendar)
    return ends_on is not None and not as_of.is_after(ends_on)


def _longest(applied_on: date, law: Law, calendar: Calendar) -> date | None:
    """The last day on which a reconsideration asked for on a day can be pending."""
    regular = law.value("remedy.reconsideration-decision", on=applied_on)
    extension = law.value("remedy.reconsideration-extension", on=applied_on)
    if regular is None or extension is None:
        return None
    return last_day(last_day(applied_on, regular, calendar), extension, calendar)
