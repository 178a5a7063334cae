"""`coercive.report-late`: a measure imposed on the spot was reported late or never (当场强制措施逾期报告)."""

from schema.case_file import CaseFile
from schema.feed_records import CoerciveMeasureRecord
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing, foremost
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.laws import Law
from supervision.periods import is_overrun, last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every measure that was imposed on the spot."""
    return foremost(
        (_judge(measure, law, calendar) for measure in case.coercive_measures if measure.on_the_spot), as_of
    )


def _judge(measure: CoerciveMeasureRecord, law: Law, calendar: Calendar) -> Answer:
    imposed_on, reported_on = measure.imposed_on, measure.reported_on
    if imposed_on is None:
        return Missing(fields=("coercive_measure.imposedOn",))
    period = law.value("coercive.report", on=imposed_on)
    if period is None or (reported_on is not None and not is_overrun(imposed_on, reported_on, period, calendar)):
        return None
    due = last_day(imposed_on, period, calendar)
    if reported_on is None:
        report = "没有报告并补办批准手续的记录"
    else:
        report = f"{chinese_day(reported_on)}才报告并补办批准手续，逾期{(reported_on - due).days}日"
    return Found(
        certainty=Certainty.CERTAIN,
        due_on=due,
        done_on=reported_on,
        facts=f"{chinese_day(imposed_on)}当场实施行政强制措施，最迟应于{chinese_day(due)}报告，{report}",
        evidence=(
            stated("coercive_measure.onTheSpot", "true"),
            *days_of("coercive_measure", imposedOn=imposed_on),
            stated("coercive_measure.reportedOn", "" if reported_on is None else reported_on.isoformat()),
        ),
        law=(period,),
    )
