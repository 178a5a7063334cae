"""`enforcement.no-ruling`: a court accepted an application and did not rule on it (逾期不裁定)."""

from schema.case_file import CaseFile
from schema.feed_records import EnforcementRecord
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.enforcing import is_accepted, is_concluded, is_ruled, judged_unless_stopped
from supervision.evidence import days_of, stated
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every application that was accepted and has no ruling."""
    return judged_unless_stopped(
        (
            _judge(enforcement, law, calendar, as_of)
            for enforcement in case.enforcements
            if is_accepted(enforcement) and not is_ruled(enforcement) and not is_concluded(enforcement)
        ),
        case,
        law,
        calendar,
        as_of,
    )


def _judge(application: EnforcementRecord, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    accepted_on = application.accepted_on
    if accepted_on is None:
        return Missing(fields=("enforcement.acceptedOn",))
    regular = law.value("enforcement.ruling", on=accepted_on)
    longest = law.value("enforcement.ruling-longest", on=accepted_on)
    if regular is None or longest is None:
        return None
    is_certain = as_of.is_after(last_day(accepted_on, longest, calendar))
    due = last_day(accepted_on, longest if is_certain else regular, calendar)
    return Found(
        certainty=Certainty.CERTAIN if is_certain else Certainty.POSSIBLE,
        due_on=due,
        facts=f"人民法院{chinese_day(accepted_on)}受理强制执行申请，至{chinese_day(due)}没有作出裁定，至今没有裁定记录",
        evidence=(*days_of("enforcement", acceptedOn=accepted_on), stated("enforcement.ruledOn", "")),
        law=(regular, longest),
    )
