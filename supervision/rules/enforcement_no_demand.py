"""`enforcement.no-demand`: a court was applied to without a demand, or too soon after it (未依法催告)."""

from schema.case_file import CaseFile
from schema.feed_records import EnforcementRecord
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.enforcing import demand_before, judged_unless_stopped, was_applied
from supervision.evidence import days_of, stated
from supervision.laws import Law
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every application."""
    applications = filter(was_applied, case.enforcements)
    return judged_unless_stopped(
        (_judge(application, case, law, calendar) for application in applications), case, law, calendar, as_of
    )


def _judge(application: EnforcementRecord, case: CaseFile, law: Law, calendar: Calendar) -> Answer:
    applied_on = application.applied_on
    if applied_on is None:
        return Missing(fields=("enforcement.appliedOn",))
    period = law.value("enforcement.demand", on=applied_on)
    if period is None:
        return None
    demand = demand_before(applied_on, case, law, calendar)
    if demand is not None and applied_on > demand.waits_until:
        return None
    applied = f"{chinese_day(applied_on)}申请人民法院强制执行"
    if demand is None:
        facts = f"{applied}，此前没有催告记录"
    else:
        facts = f"{chinese_day(demand.made_on)}催告，{applied}，而催告后第十个工作日为{chinese_day(demand.waits_until)}"
    return Found(
        certainty=Certainty.CERTAIN,
        due_on=None if demand is None else demand.waits_until,
        facts=facts,
        evidence=(
            *(days_of("enforcement", demandedOn=demand.made_on) if demand else (stated("enforcement.demandedOn", ""),)),
            *days_of("enforcement", appliedOn=applied_on),
        ),
        law=(period,),
    )
