"""`entry.late`: entered into the platform late, or never (录入不及时)."""

from datetime import date, datetime

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar, shanghai_day
from supervision.evidence import days_of, stated
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:  # noqa: ARG001 - as every rule
    """Judge when a decided case was entered; one without a time of entry, by whether its agency had joined by then."""
    decided_on, entered_at = case.record.decided_on, case.record.entered_at
    if decided_on is None:
        return Missing(fields=("decidedOn",))
    period = law.setting("entry.period", case, on=decided_on)
    if period is None:
        return None
    due = last_day(decided_on, period, calendar)
    if entered_at is None:
        return _never_entered(case, decided_on, due, period)
    if shanghai_day(entered_at) <= due:
        return None
    return _entered_late(case, decided_on, entered_at, due, period)


def _entered_late(case: CaseFile, decided_on: date, entered_at: datetime, due: date, period: LawValue) -> Answer:
    entered_on = shanghai_day(entered_at)
    networked_on = None if case.agency is None else case.agency.networked_on
    # A reader has to know that the agency could not enter anything in time.
    joined_later = networked_on is not None and networked_on > due
    joined = f"，该机关{chinese_day(networked_on)}联网" if joined_later and networked_on is not None else ""
    return Found(
        certainty=Certainty.CERTAIN,
        due_on=due,
        done_on=entered_on,
        facts=f"{chinese_day(decided_on)}作出处罚决定，{chinese_day(entered_on)}才录入信息共享平台，"
        f"最迟应于{chinese_day(due)}录入，逾期{(entered_on - due).days}日{joined}",
        evidence=(
            *days_of(None, decidedOn=decided_on),
            Evidence(field="enteredAt", value=entered_at.isoformat()),
            *(days_of("agency", networkedOn=networked_on) if joined_later else ()),
        ),
        law=(period,),
    )


def _never_entered(case: CaseFile, decided_on: date, due: date, period: LawValue) -> Answer:
    networked_on = None if case.agency is None else case.agency.networked_on
    if networked_on is None:
        return Missing(fields=("enteredAt", "agency.networkedOn"))
    if networked_on > due:
        return None
    return Found(
        certainty=Certainty.POSSIBLE,
        due_on=due,
        facts=f"{chinese_day(decided_on)}作出处罚决定，最迟应于{chinese_day(due)}录入信息共享平台，"
        f"至今没有录入信息共享平台的记录，该机关已于{chinese_day(networked_on)}联网",
        evidence=(
            *days_of(None, decidedOn=decided_on),
            stated("enteredAt", ""),
            *days_of("agency", networkedOn=networked_on),
        ),
        law=(period,),
    )
