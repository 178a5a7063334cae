"""`filing.no-explanation`: the police did not explain why they did not file (逾期不说明不立案理由)."""

from datetime import date

from schema.case_file import CaseFile
from schema.feed_records import MeasureRecord
from schema.vocabularies import Certainty, MeasureKind
from supervision.answers import Answer, AsOf, Found, Missing, foremost
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.follow_ups import filings_standing, may_be_withdrawn, served_measures
from supervision.laws import Law
from supervision.measure_deadlines import reply_period
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every request that was not replied to. A filing that stands answers it: there is nothing to explain."""
    requests = served_measures(case, MeasureKind.REASONS_REQUEST)
    return foremost((_judge(request, case, law, calendar) for request in requests), as_of)


def _judge(request: MeasureRecord, case: CaseFile, law: Law, calendar: Calendar) -> Answer:
    if request.replied_on is not None or request.reply is not None:
        return None
    # One served on no known day is answered by what stands to this day.
    asked_on = request.served_on or date.max
    filings = filings_standing(case, asked_on)
    if any(not may_be_withdrawn(filing, asked_on) for filing in filings):
        return None
    if request.served_on is None:
        return Missing(fields=("measure.servedOn",))
    if filings:
        return Missing(fields=("criminal_case.concludedOn",))
    period = reply_period(MeasureKind.REASONS_REQUEST, request.served_on, law)
    if period is None:
        return None
    due = last_day(request.served_on, period, calendar)
    return Found(
        certainty=Certainty.CERTAIN,
        due_on=due,
        facts=f"要求说明不立案理由通知书{chinese_day(request.served_on)}送达公安机关，最迟应于{chinese_day(due)}书面说明，"
        "至今没有回复记录",
        evidence=(
            stated("measure.type", "REASONS_REQUEST"),
            *days_of("measure", servedOn=request.served_on),
            stated("measure.repliedOn", ""),
        ),
        law=(period,),
    )
