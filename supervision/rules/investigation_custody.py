"""`investigation.custody`: custody after an arrest beyond its time (超期羁押)."""

from schema.case_file import CaseFile
from schema.feed_records import CoercionRecord, CriminalCaseRecord
from schema.vocabularies import Certainty, CoercionKind
from supervision.answers import Answer, AsOf, Found, foremost
from supervision.calendars import Calendar
from supervision.coercion_terms import coercion_term
from supervision.evidence import days_of, stated
from supervision.follow_ups import counting_criminal_case, is_concluded, replaced_on
from supervision.laws import Law
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every arrest that has no end."""
    criminal_case = counting_criminal_case(case)
    if criminal_case is None or is_concluded(criminal_case):
        return None
    return foremost(
        (
            _judge(coercion, criminal_case, law, calendar)
            for coercion in criminal_case.coercion
            if coercion.kind is CoercionKind.ARREST and coercion.ended_on is None
        ),
        as_of,
    )


def _judge(arrest: CoercionRecord, criminal_case: CriminalCaseRecord, law: Law, calendar: Calendar) -> Answer:
    term = coercion_term(arrest, law, calendar)
    if term is None:
        return None
    extended = f"，羁押期限延长至{chinese_day(arrest.extended_to)}" if arrest.extended_to else ""
    replaced = replaced_on(arrest, criminal_case)
    change = f"；{chinese_day(replaced)}另有其他强制措施，羁押可能已经变更" if replaced else ""
    return Found(
        certainty=Certainty.POSSIBLE if replaced else Certainty.CERTAIN,
        due_on=term.due_on,
        facts=f"犯罪嫌疑人{chinese_day(arrest.begun_on)}被逮捕{extended}，{chinese_day(term.due_on)}羁押期限届满，"
        f"没有羁押结束或者侦查终结的记录{change}",
        evidence=(
            stated("criminal_case.coercion.kind", "ARREST"),
            *days_of("criminal_case.coercion", **{"from": arrest.begun_on, "extendedTo": arrest.extended_to}),
            stated("criminal_case.coercion.to", ""),
            stated("criminal_case.concludedOn", ""),
        ),
        law=(term.law,),
    )
