"""`investigation.detention`: detained beyond the time without an arrest, release or end (刑事拘留超期)."""

from schema.case_file import CaseFile
from schema.vocabularies import Certainty, CoercionKind
from supervision.answers import Answer, AsOf, Found, foremost
from supervision.calendars import Calendar
from supervision.coercion_terms import coercion_term
from supervision.coercions import RunningCoercion, running_coercions
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every detention that nothing ended, of every criminal case: a later one frees nobody held in another."""
    return foremost(
        (_judge(running, law, calendar, as_of) for running in running_coercions(case, {CoercionKind.DETENTION})), as_of
    )


def _judge(running: RunningCoercion, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    detained_on = running.coercion.begun_on
    ordinary = law.value("investigation.detention", on=detained_on)
    longest = coercion_term(running.coercion, law, calendar)
    if ordinary is None or longest is None:
        return None
    certain = running.doubt is None and as_of.is_after(longest.due_on)
    due = longest.due_on if certain else last_day(detained_on, ordinary, calendar)
    return Found(
        certainty=Certainty.CERTAIN if certain else Certainty.POSSIBLE,
        due_on=due,
        facts=f"犯罪嫌疑人{chinese_day(detained_on)}被刑事拘留，期限最迟至{chinese_day(due)}，"
        f"没有逮捕、变更强制措施、释放或者侦查终结的记录{running.remark}",
        evidence=running.evidence,
        law=(longest.law if certain else ordinary,),
    )
