"""`investigation.bail`: bail or residential surveillance beyond its time (取保候审、监视居住超期)."""

from typing import Final

from schema.case_file import CaseFile
from schema.vocabularies import Certainty, CoercionKind
from supervision.answers import Answer, AsOf, Found, foremost
from supervision.calendars import Calendar
from supervision.coercions import RunningCoercion, running_coercions
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day

_PERIODS: Final = {
    CoercionKind.BAIL: "investigation.bail",
    CoercionKind.RESIDENTIAL_SURVEILLANCE: "investigation.residential-surveillance",
}


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every bail and residential surveillance that nothing ended, of every criminal case."""
    return foremost((_judge(running, law, calendar) for running in running_coercions(case, _PERIODS.keys())), as_of)


def _judge(running: RunningCoercion, law: Law, calendar: Calendar) -> Answer:
    coercion = running.coercion
    period = law.value(_PERIODS[coercion.kind], on=coercion.begun_on)
    if period is None:
        return None
    due = last_day(coercion.begun_on, period, calendar)
    return Found(
        certainty=Certainty.CERTAIN if running.doubt is None else Certainty.POSSIBLE,
        due_on=due,
        facts=f"犯罪嫌疑人{chinese_day(coercion.begun_on)}起被{coercion.kind.label}，{chinese_day(due)}期限届满，"
        f"没有解除或者侦查终结的记录{running.remark}",
        evidence=running.evidence,
        law=(period,),
    )
