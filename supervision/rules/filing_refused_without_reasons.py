"""`filing.refused-without-reasons`: the police refused to file and gave no reasons (不予立案未说明理由)."""

from schema.case_file import CaseFile
from schema.vocabularies import Certainty, FilingDecision
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.follow_ups import counting_criminal_case
from supervision.laws import Law
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:  # noqa: ARG001 - as every rule
    """Judge the last decision of the police."""
    refusal = counting_criminal_case(case)
    if refusal is None or refusal.decision is not FilingDecision.NOT_FILED or refusal.reasons_given is not None:
        return None
    due = refusal.notice_to_agency_on or refusal.decided_on
    if due is None:
        return Missing(fields=("criminal_case.decidedOn",))
    duty = law.value("filing.reasons-to-agency", on=due)
    if duty is None:
        return None
    told = (
        f"{chinese_day(due)}通知移送机关不予立案" if refusal.notice_to_agency_on else f"{chinese_day(due)}决定不予立案"
    )
    return Found(
        certainty=Certainty.CERTAIN,
        due_on=due,
        facts=f"公安机关{told}，没有说明不予立案的理由",
        evidence=(
            stated("criminal_case.decision", "NOT_FILED"),
            *days_of("criminal_case", decidedOn=refusal.decided_on, noticeToAgencyOn=refusal.notice_to_agency_on),
            stated("criminal_case.reasonsGiven", ""),
        ),
        law=(duty,),
    )
