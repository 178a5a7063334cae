"""`enforcement.applied-early`: a court was applied to while the party could still sue (提前申请强制执行)."""

from datetime import date

from schema.case_file import CaseFile
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.enforcing import first_applications, judged_unless_stopped
from supervision.evidence import days_of
from supervision.laws import Law
from supervision.remedies import LitigationPeriod, litigation_period, was_litigated
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge the first application: where it was not early, none was."""
    return judged_unless_stopped((_judge(case, law, calendar),), case, law, calendar, as_of)


def _judge(case: CaseFile, law: Law, calendar: Calendar) -> Answer:
    days = {application.applied_on for application in first_applications(case)}
    if not days:
        return None
    if was_litigated(case):
        return Missing(fields=("reconsideration",))
    period = litigation_period(case, law, calendar)
    if period is None or isinstance(period, Missing):
        return period
    early = [day for day in days if day is not None and day <= period.ends_on]
    if early:
        return _found(early[0], period, law)
    return Missing(fields=("enforcement.appliedOn",)) if None in days else None


def _found(applied_on: date, period: LitigationPeriod, law: Law) -> Answer:
    application = law.value("enforcement.application", on=applied_on)
    if application is None:
        return None
    suit_period = law.value("enforcement.application-suit-period", on=applied_on)
    return Found(
        certainty=Certainty.POSSIBLE if suit_period is None else Certainty.CERTAIN,
        due_on=period.ends_on,
        facts=f"{chinese_day(applied_on)}申请人民法院强制执行，而起诉期限{chinese_day(period.ends_on)}才届满",
        evidence=(*period.evidence, *days_of("enforcement", appliedOn=applied_on)),
        law=(*period.law, application, *([] if suit_period is None else [suit_period])),
    )
