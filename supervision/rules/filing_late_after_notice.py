"""`filing.late-after-notice`: not filed in time after a filing notice (通知立案后逾期不立案)."""

from datetime import date

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.feed_records import MeasureRecord
from schema.vocabularies import Certainty, FilingDecision, MeasureKind
from supervision.answers import Answer, AsOf, Found, Missing, foremost
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.follow_ups import is_filed, served_measures
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every notice by the first filing that no refusal undid before the notice was served."""
    notices = served_measures(case, MeasureKind.FILING_NOTICE)
    if not notices:
        return None
    filings = [criminal_case for criminal_case in case.criminal_cases if is_filed(criminal_case)]
    days = [filing.decided_on for filing in filings if filing.decided_on is not None]
    if filings and not days:
        return Missing(fields=("criminal_case.decidedOn",))
    refusals = [
        criminal_case.decided_on
        for criminal_case in case.criminal_cases
        if criminal_case.decision is FilingDecision.NOT_FILED and criminal_case.decided_on is not None
    ]
    return foremost((_judge(notice, days, refusals, law, calendar) for notice in notices), as_of)


def _judge(notice: MeasureRecord, filings: list[date], refusals: list[date], law: Law, calendar: Calendar) -> Answer:
    if notice.served_on is None:
        return Missing(fields=("measure.servedOn",))
    period = law.value("filing.after-notice", on=notice.served_on)
    if period is None:
        return None
    refused_on = max((day for day in refusals if day <= notice.served_on), default=date.min)
    filed_on = min((day for day in filings if day >= refused_on), default=None)
    due = last_day(notice.served_on, period, calendar)
    if filed_on is not None and filed_on <= due:
        return None
    outcome = "至今没有立案记录"
    filed: tuple[Evidence, ...] = (stated("criminal_case.decision", ""),)
    if filed_on is not None:
        outcome = f"{chinese_day(filed_on)}才立案，逾期{(filed_on - due).days}日"
        filed = days_of("criminal_case", decidedOn=filed_on)
    return Found(
        certainty=Certainty.CERTAIN,
        due_on=due,
        done_on=filed_on,
        facts=f"通知立案书{chinese_day(notice.served_on)}送达公安机关，最迟应于{chinese_day(due)}立案，{outcome}",
        evidence=(stated("measure.type", "FILING_NOTICE"), *days_of("measure", servedOn=notice.served_on), *filed),
        law=(period,),
    )
