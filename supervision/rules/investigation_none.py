"""`investigation.none`: the police filed and did not investigate (立而不侦)."""

from datetime import date

from schema.case_file import CaseFile
from schema.vocabularies import Certainty, MeasureKind
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.follow_ups import counting_criminal_case, is_filed, is_under_way, served_measures
from supervision.investigations import done_elsewhere
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_amount, chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:  # noqa: ARG001 - as every rule
    """Judge the criminal case that counts, and what the others did since it was filed."""
    criminal_case = counting_criminal_case(case)
    if criminal_case is None or not is_filed(criminal_case) or is_under_way(criminal_case):
        return None
    filed_on = criminal_case.decided_on
    if filed_on is None:
        return Missing(fields=("criminal_case.decidedOn",))
    elsewhere = done_elsewhere(case, criminal_case, filed_on)
    if elsewhere.concluded or elsewhere.was_active or elsewhere.coercions:
        return None
    if elsewhere.concluded is None:
        return Missing(fields=("criminal_case.concludedOn",))
    period = law.value("investigation.reminder", on=filed_on)
    return None if period is None else _found(case, filed_on, period, calendar)


def _found(case: CaseFile, filed_on: date, period: LawValue, calendar: Calendar) -> Found:
    notice_on = _notice_before(filed_on, case)
    due = last_day(filed_on, period, calendar)
    supervised = f"收到{chinese_day(notice_on)}送达的通知立案书后，" if notice_on else ""
    return Found(
        certainty=Certainty.CERTAIN if notice_on else Certainty.POSSIBLE,
        due_on=due,
        facts=f"公安机关{supervised}于{chinese_day(filed_on)}立案，至{chinese_day(due)}已满{chinese_amount(period)}，"
        "没有侦查活动、强制措施和侦查终结的记录",
        evidence=(
            *days_of("criminal_case", decidedOn=filed_on),
            stated("criminal_case.activity", ""),
            stated("criminal_case.coercion", ""),
            stated("criminal_case.concludedOn", ""),
            *days_of("measure", servedOn=notice_on),
        ),
        law=(period,),
    )


def _notice_before(filed_on: date, case: CaseFile) -> date | None:
    """The service of the last filing notice before the filing."""
    days = [notice.served_on for notice in served_measures(case, MeasureKind.FILING_NOTICE)]
    return max((day for day in days if day is not None and day <= filed_on), default=None)
