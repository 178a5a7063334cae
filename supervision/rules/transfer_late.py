"""`transfer.late`: handed over to the police later than 24 hours after the approval (移送超期)."""

from schema.case_file import CaseFile
from schema.feed_records import TransferRecord
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing, foremost
from supervision.calendars import Calendar
from supervision.evidence import days_of
from supervision.follow_ups import is_approved, receipt_day, was_handed_over
from supervision.laws import Law
from supervision.periods import is_overrun, last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every approved transfer that was handed over."""
    handed_over = (transfer for transfer in case.transfers if is_approved(transfer) and was_handed_over(transfer))
    return foremost((_judge(transfer, law, calendar) for transfer in handed_over), as_of)


def _judge(transfer: TransferRecord, law: Law, calendar: Calendar) -> Answer:
    approved_on, handed_over_on = transfer.decided_on, transfer.transferred_on
    if approved_on is None:
        return Missing(fields=("transfer.decidedOn",))
    period = law.value("transfer.handover", on=approved_on)
    if period is None:
        return None
    # Without the day it was handed over, a receipt in time shows that it was in time, and a later one shows nothing.
    received_on = handed_over_on or receipt_day(transfer)
    if received_on is not None and not is_overrun(approved_on, received_on, period, calendar):
        return None
    if handed_over_on is None:
        return Missing(fields=("transfer.transferredOn",))
    due = last_day(approved_on, period, calendar)
    return Found(
        certainty=Certainty.CERTAIN,
        due_on=due,
        done_on=handed_over_on,
        facts=f"{chinese_day(approved_on)}批准移送，{chinese_day(handed_over_on)}才移送公安机关，"
        f"最迟应于{chinese_day(due)}移送，逾期{(handed_over_on - due).days}日",
        evidence=days_of("transfer", decidedOn=approved_on, transferredOn=handed_over_on),
        law=(period,),
    )
