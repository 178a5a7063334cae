"""`investigation.no-outcome`: no outcome long after the filing, or after the last coercive measure (久侦不结)."""

from collections.abc import Sequence
from datetime import date

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.coercions import FollowedCoercion, followed_coercions
from supervision.evidence import days_of, stated
from supervision.follow_ups import counting_criminal_case, is_concluded, is_filed
from supervision.investigations import done_elsewhere
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:  # noqa: ARG001 - as every rule
    """Judge the criminal case that counts, from its filing or from the end of the last coercive measure since."""
    criminal_case = counting_criminal_case(case)
    if criminal_case is None or not is_filed(criminal_case) or is_concluded(criminal_case):
        return None
    coercions, filed_on = followed_coercions(criminal_case), criminal_case.decided_on
    if filed_on is None:
        # What the others did may have been before or after.
        if coercions and len(case.criminal_cases) == 1:
            return _after_coercion(coercions, law, calendar)
        return Missing(fields=("criminal_case.decidedOn",))
    elsewhere = done_elsewhere(case, criminal_case, filed_on)
    if elsewhere.concluded:
        return None
    coercions += elsewhere.coercions
    answer = _after_coercion(coercions, law, calendar) if coercions else _after_filing(filed_on, law, calendar)
    return Missing(fields=("criminal_case.concludedOn",)) if answer and elsewhere.concluded is None else answer


def _after_filing(filed_on: date, law: Law, calendar: Calendar) -> Found | None:
    start = f"公安机关{chinese_day(filed_on)}立案，未采取强制措施"
    evidence = (*days_of("criminal_case", decidedOn=filed_on), stated("criminal_case.coercion", ""))
    return _found("investigation.no-coercion", filed_on, start, evidence, law, calendar)


def _after_coercion(coercions: Sequence[FollowedCoercion], law: Law, calendar: Calendar) -> Found | None:
    """From the end of the last measure; one without an end is another rule's."""
    ends = [followed.ended_on for followed in coercions if followed.ended_on is not None]
    if len(ends) < len(coercions):
        return None
    start = f"最后一项强制措施{chinese_day(max(ends))}结束"
    evidence = days_of("criminal_case.coercion", to=max(ends))
    return _found("investigation.after-coercion", max(ends), start, evidence, law, calendar)


def _found(
    code: str, started_on: date, start: str, evidence: tuple[Evidence, ...], law: Law, calendar: Calendar
) -> Found | None:
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
