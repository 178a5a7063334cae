"""`decision.over-90-days`: no penalty decision within 90 days of the filing (逾期未作出处罚决定)."""

from schema.case_file import CaseFile
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.follow_ups import shows_penalty
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:  # noqa: ARG001 - as every rule
    """Judge a filed case by its decision, or by there being none yet; what is published was decided."""
    filed_on, decided_on = case.record.filed_on, case.record.decided_on
    if filed_on is None:
        return Missing(fields=("filedOn",))
    period = law.value("decision.period", on=filed_on)
    if period is None:
        return None
    due = last_day(filed_on, period, calendar)
    if decided_on is None and (case.published_only or shows_penalty(case.record)):
        return Missing(fields=("decidedOn",))
    if decided_on is not None and decided_on <= due:
        return None
    setting = law.setting("decision.no-sector-rule", case, on=filed_on)
    no_sector_rule = () if setting is None or not setting.value else (setting,)
    if decided_on is None:
        outcome = f"最迟应于{chinese_day(due)}作出处罚决定，至今没有处罚决定的记录"
    else:
        outcome = (
            f"{chinese_day(decided_on)}才作出处罚决定，最迟应于{chinese_day(due)}作出，逾期{(decided_on - due).days}日"
        )
    return Found(
        certainty=Certainty.CERTAIN if no_sector_rule else Certainty.POSSIBLE,
        due_on=due,
        done_on=decided_on,
        facts=f"{chinese_day(filed_on)}立案，{outcome}",
        evidence=(
            *days_of(None, filedOn=filed_on, decidedOn=decided_on),
            *((stated("decidedOn", ""),) if decided_on is None else ()),
        ),
        law=(period, *no_sector_rule),
    )
