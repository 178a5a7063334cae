"""`filing.late-after-notice`: not filed in time after a filing notice (通知立案后逾期不立案)."""

from datetime import date

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.feed_records import MeasureRecord
from schema.vocabularies import Certainty, MeasureKind
from supervision.answers import Answer, AsOf, Found, Missing, foremost
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.follow_ups import filings_standing, may_be_withdrawn, served_measures
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.measure_deadlines import reply_period
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every notice by the first filing that nothing had undone before the notice was served."""
    notices = served_measures(case, MeasureKind.FILING_NOTICE)
    return foremost((_judge(notice, case, law, calendar) for notice in notices), as_of)


def _judge(notice: MeasureRecord, case: CaseFile, law: Law, calendar: Calendar) -> Answer:
    served_on = notice.served_on
    if served_on is None:
        return Missing(fields=("measure.servedOn",))
    period = reply_period(MeasureKind.FILING_NOTICE, served_on, law)
    if period is None:
        return None
    due = last_day(served_on, period, calendar)
    filings = filings_standing(case, served_on)
    days = [
        filing.decided_on
        for filing in filings
        if filing.decided_on is not None and not may_be_withdrawn(filing, served_on)
    ]
    filed_on = min(days, default=None)
    if filed_on is not None and filed_on <= due:
        return None
    if any(may_be_withdrawn(filing, served_on) for filing in filings):
        return Missing(fields=("criminal_case.concludedOn",))
    if any(filing.decided_on is None for filing in filings):
        return Missing(fields=("criminal_case.decidedOn",))
    return _found(served_on, filed_on, due, period)


def _found(served_on: date, filed_on: date | None, due: date, period: LawValue) -> Found:
    outcome = "至今没有立案记录"
    filed: tuple[Evidence, ...] = (stated("criminal_case.decision", ""),)
    if filed_on is not None:
        outcome = f"{chinese_day(filed_on)}才立案，逾期{(filed_on - due).days}日"
        filed = days_of("criminal_case", decidedOn=filed_on)
    return Found(
        certainty=Certainty.CERTAIN,
        due_on=due,
        done_on=filed_on,
        facts=f"通知立案书{chinese_day(served_on)}送达公安机关，最迟应于{chinese_day(due)}立案，{outcome}",
        evidence=(stated("measure.type", "FILING_NOTICE"), *days_of("measure", servedOn=served_on), *filed),
        law=(period,),
    )
