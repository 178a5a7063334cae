"""`service.late`: the penalty decision was served late, or never (逾期送达)."""

from schema.case_file import CaseFile
from schema.vocabularies import Certainty, ServiceMethod
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.follow_ups import is_told_by_published_table
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:  # noqa: ARG001 - as every rule
    """Judge when a decision was served, or that nothing says it ever was."""
    decided_on, served_on = case.record.decided_on, case.record.served_on
    if decided_on is None:
        return Missing(fields=("decidedOn",))
    period = law.value("service.period", on=decided_on)
    if period is None:
        return None
    due = last_day(decided_on, period, calendar)
    if served_on is not None and served_on <= due:
        return None
    if served_on is None and (is_told_by_published_table(case) or _was_served(case)):
        return Missing(fields=("servedOn",))
    by_notice = case.record.service_method is ServiceMethod.NOTICE
    notice = "公告送达，" if by_notice else ""
    if served_on is None:
        outcome = f"{notice}最迟应于{chinese_day(due)}送达，至今没有送达记录"
    else:
        outcome = (
            f"{notice}{chinese_day(served_on)}才送达，最迟应于{chinese_day(due)}送达，逾期{(served_on - due).days}日"
        )
    return Found(
        certainty=Certainty.POSSIBLE if by_notice else Certainty.CERTAIN,
        due_on=due,
        done_on=served_on,
        facts=f"{chinese_day(decided_on)}作出处罚决定，{outcome}",
        evidence=(
            *days_of(None, decidedOn=decided_on, servedOn=served_on),
            *((stated("servedOn", ""),) if served_on is None else ()),
            *((stated("serviceMethod", ServiceMethod.NOTICE.value),) if by_notice else ()),
        ),
        law=(period,),
    )


def _was_served(case: CaseFile) -> bool:
    """Whether something shows that the party has the decision, though not since when."""
    record = case.record
    return (
        record.paid_on is not None
        or record.paid_amount is not None
        or record.service_method not in {None, ServiceMethod.NOTICE}
        or bool(case.reconsiderations)
        or bool(case.enforcements)
    )
