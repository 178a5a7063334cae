"""`filing.refused-though-threshold`: refused with reasons although a criminal threshold is met (应立案而不立案)."""

from schema.anomaly_records import Evidence
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
    if refusal is None or refusal.decision is not FilingDecision.NOT_FILED or refusal.reasons_given is None:
        return None
    threshold = law.threshold_met(case)
    if threshold is None or isinstance(threshold, Missing):
        return threshold
    if refusal.decided_on is None:
        return Missing(fields=("criminal_case.decidedOn",))
    duty = law.value("filing.supervision", on=refusal.decided_on)
    if duty is None:
        return None
    return Found(
        certainty=Certainty.POSSIBLE,
        due_on=refusal.decided_on,
        facts=f"公安机关{chinese_day(refusal.decided_on)}说明理由后决定不予立案，而案件{threshold.suspicion}“{threshold.title}”",
        evidence=(
            stated("criminal_case.decision", "NOT_FILED"),
            *days_of("criminal_case", decidedOn=refusal.decided_on),
            Evidence(
                field="criminal_case.reasonsGiven", value=refusal.reasons_given, quote=refusal.reasons_given, position=0
            ),
            *threshold.evidence,
        ),
        law=(duty, *threshold.law),
    )
