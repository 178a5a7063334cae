"""`found.not-filed`: an act was found and nothing was filed (发现违法行为不立案)."""

from schema.case_file import CaseFile
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.follow_ups import shows_penalty
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:  # noqa: ARG001 - as every rule
    """Judge a case that was neither filed nor decided; what is published was decided."""
    record = case.record
    filed = record.filed_on is not None or record.filing_number is not None
    if filed or case.published_only or shows_penalty(record):
        return None
    if record.found_on is None:
        return Missing(fields=("foundOn",))
    period = law.setting("found.filing", case, on=record.found_on)
    if period is None:
        return None
    due = last_day(record.found_on, period, calendar)
    return Found(
        certainty=Certainty.POSSIBLE,
        due_on=due,
        facts=f"{chinese_day(record.found_on)}发现违法行为，至{chinese_day(due)}没有立案，"
        "至今既没有立案记录，也没有处罚决定的记录",
        evidence=(*days_of(None, foundOn=record.found_on), stated("filedOn", ""), stated("decidedOn", "")),
        law=(period,),
    )
