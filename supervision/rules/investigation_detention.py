"""`investigation.detention`: detained beyond the time without an arrest, release or end (刑事拘留超期)."""

from schema.case_file import CaseFile
from schema.feed_records import CoercionRecord
from schema.vocabularies import Certainty, CoercionKind
from supervision.answers import Answer, AsOf, Found, foremost
from supervision.calendars import Calendar
from supervision.coercion_terms import coercion_term
from supervision.evidence import days_of, stated
from supervision.follow_ups import counting_criminal_case, is_concluded, replaced_on
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every detention that nothing followed."""
    criminal_case = counting_criminal_case(case)
    if criminal_case is None or is_concluded(criminal_case):
        return None
    return foremost(
        (
            _judge(coercion, law, calendar, as_of)
            for coercion in criminal_case.coercion
            if coercion.kind is CoercionKind.DETENTION
            and coercion.ended_on is None
            and replaced_on(coercion, criminal_case) is None
        ),
        as_of,
    )


def _judge(detention: CoercionRecord, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    ordinary = law.value("investigation.detention", on=detention.begun_on)
    longest = coercion_term(detention, law, calendar)
    if ordinary is None or longest is None:
        return None
    certain = as_of.is_after(longest.due_on)
    due = longest.due_on if certain else last_day(detention.begun_on, ordinary, calendar)
    return Found(
        certainty=Certainty.CERTAIN if certain else Certainty.POSSIBLE,
        due_on=due,
        facts=f"犯罪嫌疑人{chinese_day(detention.begun_on)}被刑事拘留，期限最迟至{chinese_day(due)}，"
        "没有逮捕、变更强制措施、释放或者侦查终结的记录",
        evidence=(
            stated("criminal_case.coercion.kind", "DETENTION"),
            *days_of("criminal_case.coercion", **{"from": detention.begun_on}),
            stated("criminal_case.coercion.to", ""),
            stated("criminal_case.concludedOn", ""),
        ),
        law=(longest.law if certain else ordinary,),
    )
