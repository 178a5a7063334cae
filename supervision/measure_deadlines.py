"""Until when a measure is to be answered: the limit it names, else the law's, in force on the day of service. Pure.

The rules that find a measure unanswered ask the same, so that what a measure shows and what they find never differ.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from schema.vocabularies import MeasureKind
from supervision.calendars import Calendar
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.periods import last_day

_PERIODS: Final[Mapping[MeasureKind, str]] = MappingProxyType(
    {
        MeasureKind.RECOMMENDATION: "recommendation.reply",
        MeasureKind.PRE_LITIGATION_PROPOSAL: "recommendation.proposal-reply",
        MeasureKind.REASONS_REQUEST: "filing.explanation",
        MeasureKind.FILING_NOTICE: "filing.after-notice",
    }
)
"""Of the other kinds no law says by when; a correction notice is answered within the limit that it names."""

_URGENT_PERIOD: Final = "recommendation.proposal-urgent"


def reply_period(kind: MeasureKind, served_on: date, law: Law, *, urgent: bool | None = False) -> LawValue | None:
    """How long the law gives for the answer to a measure served on a day; None where it says nothing of it.

    What answers a filing notice is the filing.
    """
    code = _PERIODS.get(kind)
    if kind is MeasureKind.PRE_LITIGATION_PROPOSAL and urgent:
        code = _URGENT_PERIOD
    return None if code is None else law.value(code, on=served_on)


def reply_due_on(
    kind: MeasureKind, served_on: date, law: Law, calendar: Calendar, *, urgent: bool, named_limit_on: date | None
) -> date | None:
    """The last day for the answer: as it names it, else the law's, moved off holidays; None where nobody sets one."""
    if named_limit_on is not None:
        return named_limit_on
    period = reply_period(kind, served_on, law, urgent=urgent)
    return None if period is None else last_day(served_on, period, calendar)
