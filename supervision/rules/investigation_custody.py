"""`investigation.custody`: custody after an arrest beyond its time (超期羁押)."""

from schema.case_file import CaseFile
from schema.vocabularies import Certainty, CoercionKind
from supervision.answers import Answer, AsOf, Found, foremost
from supervision.calendars import Calendar
from supervision.coercion_terms import coercion_term
from supervision.coercions import RunningCoercion, running_coercions
from supervision.laws import Law
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every arrest that nothing ended, of every criminal case: a later one frees nobody held in another."""
    return foremost(
        (_judge(running, law, calendar) for running in running_coercions(case, {CoercionKind.ARREST})), as_of
    )


def _judge(running: RunningCoercion, law: Law, calendar: Calendar) -> Answer:
    arrested_on, extended_to = running.coercion.begun_on, running.coercion.extended_to
    term = coercion_term(running.coercion, law, calendar)
    if term is None:
        return None
    extended = f"，羁押期限延长至{chinese_day(extended_to)}" if extended_to else ""
    return Found(
        certainty=Certainty.CERTAIN if running.doubt is None else Certainty.POSSIBLE,
        due_on=term.due_on,
        facts=f"犯罪嫌疑人{chinese_day(arrested_on)}被逮捕{extended}，{chinese_day(term.due_on)}羁押期限届满，"
        f"没有羁押结束或者侦查终结的记录{running.remark}",
        evidence=running.evidence,
        law=(term.law,),
    )
