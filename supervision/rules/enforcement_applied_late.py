"""`enforcement.applied-late`: a court was applied to after the window had closed (逾期申请强制执行)."""

from datetime import date

from schema.case_file import CaseFile
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.enforcing import (
    ApplicationWindow,
    application_window,
    applied_by,
    first_applications,
    judged_unless_stopped,
)
from supervision.evidence import days_of
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge the first application: one made again, after one in time, is not late."""
    return judged_unless_stopped((_judge(case, law, calendar),), case, law, calendar, as_of)


def _judge(case: CaseFile, law: Law, calendar: Calendar) -> Answer:
    applications = first_applications(case)
    if not applications:
        return None
    window = application_window(case, law, calendar)
    if window is None or isinstance(window, Missing):
        return window
    # Without the day of the application, a court that had it in time shows that it was in time.
    if any(day is not None and day <= window.closes_on for day in map(applied_by, applications)):
        return None
    days = [application.applied_on for application in applications if application.applied_on is not None]
    if len(days) < len(applications):
        return Missing(fields=("enforcement.appliedOn",))
    return _found(min(days), window, case, law, calendar)


def _found(applied_on: date, window: ApplicationWindow, case: CaseFile, law: Law, calendar: Calendar) -> Found:
    old = law.value("enforcement.application-old", on=applied_on)
    is_possible = old is not None and applied_on <= last_day(window.opens_after, old, calendar)
    suit_period = law.value("enforcement.application-suit-period", on=applied_on)
    cited = (suit_period, old if is_possible else None)
    deferred_until = case.record.deferred_until
    deferred = f"（曾批准延期或者分期至{chinese_day(deferred_until)}）" if deferred_until else ""
    return Found(
        certainty=Certainty.POSSIBLE if is_possible else Certainty.CERTAIN,
        due_on=window.closes_on,
        done_on=applied_on,
        facts=f"起诉期限{chinese_day(window.opens_after)}届满{deferred}，最迟应于{chinese_day(window.closes_on)}"
        f"申请人民法院强制执行，{chinese_day(applied_on)}才申请，逾期{(applied_on - window.closes_on).days}日",
        evidence=(
            *window.evidence,
            *days_of(None, deferredUntil=deferred_until),
            *days_of("enforcement", appliedOn=applied_on),
        ),
        law=(*window.law, *(value for value in cited if value is not None)),
    )
