"""`enforcement.stalled`: enforcement was allowed and not concluded in time (久执不结)."""

from schema.case_file import CaseFile
from schema.feed_records import EnforcementRecord
from schema.vocabularies import Certainty, EnforcementRuling
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.enforcing import is_concluded, judged_unless_stopped
from supervision.evidence import days_of, stated
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every enforcement that was allowed and has no end."""
    return judged_unless_stopped(
        (
            _judge(enforcement, case, law, calendar)
            for enforcement in case.enforcements
            if enforcement.ruling is EnforcementRuling.ENFORCE and not is_concluded(enforcement)
        ),
        case,
        law,
        calendar,
        as_of,
    )


def _judge(enforcement: EnforcementRecord, case: CaseFile, law: Law, calendar: Calendar) -> Answer:
    ruled_on = enforcement.ruled_on
    if ruled_on is None:
        return Missing(fields=("enforcement.ruledOn",))
    period = law.setting("enforcement.execution", case, on=ruled_on)
    if period is None:
        return None
    due = last_day(ruled_on, period, calendar)
    return Found(
        certainty=Certainty.POSSIBLE,
        due_on=due,
        facts=f"人民法院{chinese_day(ruled_on)}裁定准予执行，至{chinese_day(due)}没有执行结束的记录",
        evidence=(
            stated("enforcement.ruling", EnforcementRuling.ENFORCE.value),
            *days_of("enforcement", ruledOn=ruled_on),
            stated("enforcement.concludedOn", ""),
        ),
        law=(period,),
    )
