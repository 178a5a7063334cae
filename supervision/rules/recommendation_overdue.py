"""`recommendation.overdue`: a recommendation is unanswered past its limit (逾期不回复检察建议)."""

from datetime import date

from schema.case_file import CaseFile
from schema.feed_records import MeasureRecord
from schema.vocabularies import Certainty, MeasureKind
from supervision.answers import Answer, AsOf, Found, Missing, foremost
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.follow_ups import served_measures
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.measure_deadlines import reply_period
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every recommendation and every proposal about the case that was not replied to."""
    measures = (
        *served_measures(case, MeasureKind.RECOMMENDATION),
        *served_measures(case, MeasureKind.PRE_LITIGATION_PROPOSAL),
    )
    unanswered = (measure for measure in measures if measure.replied_on is None and measure.reply is None)
    return foremost((_judge(measure, law, calendar) for measure in unanswered), as_of)


def _judge(measure: MeasureRecord, law: Law, calendar: Calendar) -> Answer:
    is_proposal = measure.type is MeasureKind.PRE_LITIGATION_PROPOSAL
    if measure.reply_due_on is not None:
        code = "recommendation.proposal-named-limit" if is_proposal else "recommendation.named-limit"
        # Without the day of service the limit still stands; the law is then that of its last day.
        duty = law.value(code, on=measure.served_on or measure.reply_due_on)
        return None if duty is None else _found(measure, measure.reply_due_on, duty)
    if measure.served_on is None:
        return Missing(fields=("measure.servedOn",))
    period = reply_period(measure.type, measure.served_on, law, urgent=measure.urgent)
    return None if period is None else _found(measure, last_day(measure.served_on, period, calendar), period)


def _found(measure: MeasureRecord, due: date, law: LawValue) -> Found:
    served = "" if measure.served_on is None else f"{chinese_day(measure.served_on)}送达，"
    limit = "" if measure.reply_due_on is None else "（载明的期限）"
    return Found(
        certainty=Certainty.CERTAIN,
        due_on=due,
        facts=f"{measure.type.label}{served}最迟应于{chinese_day(due)}{limit}回复，至今没有回复记录",
        evidence=(
            stated("measure.type", measure.type.value),
            *days_of("measure", servedOn=measure.served_on, replyDueOn=measure.reply_due_on),
            *((stated("measure.urgent", "true"),) if measure.urgent and measure.reply_due_on is None else ()),
            stated("measure.repliedOn", ""),
        ),
        law=(law,),
    )
