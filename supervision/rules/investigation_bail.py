"""`investigation.bail`: bail or residential surveillance beyond its time (取保候审、监视居住超期)."""

from typing import Final

from schema.case_file import CaseFile
from schema.vocabularies import Certainty, CoercionKind
from supervision.answers import Answer, AsOf, Found, foremost
from supervision.calendars import Calendar
from supervision.coercion_terms import coercion_term
from supervision.coercions import RunningCoercion, running_coercions
from supervision.laws import Law
from supervision.sentences import chinese_day

_KINDS: Final = frozenset({CoercionKind.BAIL, CoercionKind.RESIDENTIAL_SURVEILLANCE})


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every bail and residential surveillance that nothing ended, of every criminal case."""
    return foremost((_judge(running, law, calendar) for running in running_coercions(case, _KINDS)), as_of)


def _judge(running: RunningCoercion, law: Law, calendar: Calendar) -> Answer:
    coercion = running.coercion
    term = coercion_term(coercion, law, calendar)
    if term is None:
        return None
    return Found(
        certainty=Certainty.CERTAIN if running.doubt is None else Certainty.POSSIBLE,
        due_on=term.due_on,
        facts=f"犯罪嫌疑人{chinese_day(coercion.begun_on)}起被{coercion.kind.label}，{chinese_day(term.due_on)}期限届满，"
        f"没有解除或者侦查终结的记录{running.remark}",
        evidence=running.evidence,
        law=(term.law,),
    )
