"""`enforcement.court-silent`: a court neither accepted nor refused an application (法院逾期不受理)."""

from schema.case_file import CaseFile
from schema.feed_records import EnforcementRecord
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.enforcing import is_accepted, is_concluded, is_refused, is_ruled, judged_unless_stopped, was_applied
from supervision.evidence import days_of, stated
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every application a court has said nothing of."""
    unanswered = (enforcement for enforcement in case.enforcements if _is_unanswered(enforcement))
    return judged_unless_stopped(
        (_judge(application, law, calendar) for application in unanswered), case, law, calendar, as_of
    )


def _is_unanswered(enforcement: EnforcementRecord) -> bool:
    answered = is_accepted(enforcement) or is_refused(enforcement) or is_ruled(enforcement) or is_concluded(enforcement)
    return was_applied(enforcement) and not answered


def _judge(application: EnforcementRecord, law: Law, calendar: Calendar) -> Answer:
    received_on = application.received_on
    if received_on is None:
        return Missing(fields=("enforcement.receivedOn",))
    period = law.value("enforcement.acceptance", on=received_on)
    if period is None:
        return None
    due = last_day(received_on, period, calendar)
    return Found(
        certainty=Certainty.CERTAIN,
        due_on=due,
        facts=f"人民法院{chinese_day(received_on)}收到强制执行申请，至{chinese_day(due)}没有受理，也没有不予受理，"
        "至今没有答复记录",
        evidence=(
            *days_of("enforcement", appliedOn=application.applied_on, receivedOn=received_on),
            stated("enforcement.accepted", ""),
            stated("enforcement.acceptedOn", ""),
            stated("enforcement.refusedOn", ""),
        ),
        law=(period,),
    )
