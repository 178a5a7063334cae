"""`investigation.no-outcome`: no outcome long after the filing, or after the last coercive measure (久侦不结)."""

from datetime import date

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.feed_records import CriminalCaseRecord
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.follow_ups import counting_criminal_case, is_concluded, is_filed, replaced_on
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:  # noqa: ARG001 - as every rule
    """Judge the criminal case that counts, from its filing or from the end of its last coercive measure."""
    criminal_case = counting_criminal_case(case)
    if criminal_case is None or not is_filed(criminal_case) or is_concluded(criminal_case):
        return None
    if criminal_case.coercion:
        ended_on = _coercion_ended_on(criminal_case)
        if ended_on is None:
            return None
        start = f"最后一项强制措施{chinese_day(ended_on)}结束"
        evidence = days_of("criminal_case.coercion", to=ended_on)
        return _found("investigation.after-coercion", ended_on, start, evidence, law, calendar)
    filed_on = criminal_case.decided_on
    if filed_on is None:
        return Missing(fields=("criminal_case.decidedOn",))
    start = f"公安机关{chinese_day(filed_on)}立案，未采取强制措施"
    evidence = (*days_of("criminal_case", decidedOn=filed_on), stated("criminal_case.coercion", ""))
    return _found("investigation.no-coercion", filed_on, start, evidence, law, calendar)


def _coercion_ended_on(criminal_case: CriminalCaseRecord) -> date | None:
    """The day the last coercive measure ended; None while one has no end and nothing took its place."""
    ends = [coercion.ended_on or replaced_on(coercion, criminal_case) for coercion in criminal_case.coercion]
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _found(
    code: str, started_on: date, start: str, evidence: tuple[Evidence, ...], law: Law, calendar: Calendar
) -> Answer:
    period = law.value(code, on=started_on)
    if period is None:
        return None
    due = last_day(started_on, period, calendar)
    return Found(
        certainty=Certainty.POSSIBLE,
        due_on=due,
        facts=f"{start}，至{chinese_day(due)}没有移送起诉、撤销案件等处理结果，至今没有侦查终结的记录",
        evidence=(*evidence, stated("criminal_case.concludedOn", "")),
        law=(period,),
    )
