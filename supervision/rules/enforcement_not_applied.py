"""`enforcement.not-applied`: no court was applied to although the fine was not paid (应申请强制执行而未申请)."""

from decimal import Decimal

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.enforcing import ApplicationWindow, application_window, judged_unless_stopped, was_applied
from supervision.evidence import days_of, stated
from supervision.laws import Law
from supervision.periods import last_day
from supervision.remedies import fine_in_place
from supervision.sentences import chinese_day, plain


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge the penalty of an agency that has to ask a court."""
    if case.agency is not None and case.agency.enforcement_power:
        return None
    if any(map(was_applied, case.enforcements)):
        return None
    return judged_unless_stopped((_judge(case, law, calendar, as_of),), case, law, calendar, as_of)


def _judge(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    record = case.record
    fine, field = fine_in_place(case)
    if fine == 0 or _is_paid(case, fine):
        return None
    if record.deferred_until is not None and not as_of.is_after(record.deferred_until):
        return None
    window = application_window(case, law, calendar)
    unknown_fine = (field,) if fine is None else ()
    if isinstance(window, Missing):
        return Missing(fields=(*window.fields, *unknown_fine))
    if window is None or not as_of.is_after(window.closes_on):
        return None
    if fine is None:
        return Missing(fields=unknown_fine)
    served_on = record.served_on
    old = None if served_on is None else law.value("enforcement.application-old-unapplied", on=served_on)
    is_possible = old is not None and not as_of.is_after(last_day(window.opens_after, old, calendar))
    suit_period = law.value("enforcement.application-suit-period", on=window.closes_on)
    cited = (suit_period, old if is_possible else None)
    return Found(
        certainty=Certainty.POSSIBLE if is_possible else Certainty.CERTAIN,
        due_on=window.closes_on,
        facts=_facts(case, fine, window),
        evidence=_evidence(case, fine, field, window),
        law=(*window.law, *(value for value in cited if value is not None)),
    )


def _is_paid(case: CaseFile, fine: Decimal | None) -> bool:
    """Whether the fine is fully paid; a payment without an amount is taken for all of it."""
    paid_amount = case.record.paid_amount
    if paid_amount is None:
        return case.record.paid_on is not None
    return fine is not None and paid_amount >= fine


def _facts(case: CaseFile, fine: Decimal, window: ApplicationWindow) -> str:
    paid_amount, deferred_until = case.record.paid_amount, case.record.deferred_until
    paid = f"仅缴纳{plain(paid_amount)}元" if paid_amount else "没有缴纳"
    deferred = f"，曾批准延期或者分期至{chinese_day(deferred_until)}" if deferred_until else ""
    return (
        f"罚款{plain(fine)}元{paid}{deferred}，起诉期限{chinese_day(window.opens_after)}届满，"
        f"至{chinese_day(window.closes_on)}没有申请人民法院强制执行，至今没有申请记录"
    )


def _evidence(case: CaseFile, fine: Decimal, field: str, window: ApplicationWindow) -> tuple[Evidence, ...]:
    record = case.record
    paid_amount = "" if record.paid_amount is None else plain(record.paid_amount)
    return (
        stated(field, plain(fine)),
        *days_of(None, paidOn=record.paid_on, deferredUntil=record.deferred_until),
        stated("paidAmount", paid_amount),
        *window.evidence,
        stated("enforcement.appliedOn", ""),
    )
