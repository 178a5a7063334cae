"""`filing.no-decision`: the police did not decide on a case handed over to them (有案不立)."""

from datetime import date

from schema.case_file import CaseFile
from schema.feed_records import CriminalCaseRecord, TransferRecord
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, foremost
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.follow_ups import filings_standing, is_decided, receipt_day, was_handed_over
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every transfer the police have and never decided of."""
    return foremost(
        (
            _judge(transfer, received_on, law, calendar, as_of)
            for transfer in case.transfers
            if transfer.returned_on is None and (received_on := receipt_day(transfer)) is not None
            if not any(_decides(criminal_case, transfer, case) for criminal_case in case.criminal_cases)
        ),
        as_of,
    )


def _decides(criminal_case: CriminalCaseRecord, transfer: TransferRecord, case: CaseFile) -> bool:
    """Whether a decision is one on this transfer; what was refused or undone before may be of an earlier one."""
    if not is_decided(criminal_case):
        return False
    begun_on = transfer.decided_on or transfer.transferred_on or transfer.received_on
    if any(criminal_case is filing for filing in filings_standing(case, begun_on or date.max)):
        return True
    if criminal_case.decided_on is None or begun_on is None or criminal_case.decided_on >= begun_on:
        return True
    return not any(other is not transfer and was_handed_over(other) for other in case.transfers)


def _judge(transfer: TransferRecord, received_on: date, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    review = law.value("filing.review", on=received_on)
    longest = law.value("filing.review-longest", on=received_on)
    if review is None:
        return None
    due = last_day(received_on, review, calendar)
    if longest is None:
        return _found(Certainty.CERTAIN, transfer, received_on, due, (review,))
    longest_due = last_day(received_on, longest, calendar)
    if as_of.is_after(longest_due):
        return _found(Certainty.CERTAIN, transfer, received_on, longest_due, (review, longest))
    return _found(Certainty.POSSIBLE, transfer, received_on, due, (review, longest))


def _found(
    certainty: Certainty, transfer: TransferRecord, received_on: date, due: date, law: tuple[LawValue, ...]
) -> Found:
    received = "接受移送的案件" if transfer.received_on else "收到移送的案件（按移送日期）"
    return Found(
        certainty=certainty,
        due_on=due,
        facts=f"公安机关{chinese_day(received_on)}{received}，截至{chinese_day(due)}没有作出立案或者不予立案的决定，至今没有决定记录",
        evidence=(
            *days_of("transfer", transferredOn=transfer.transferred_on, receivedOn=transfer.received_on),
            stated("criminal_case.decision", ""),
        ),
        law=law,
    )
