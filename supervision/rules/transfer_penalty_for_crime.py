"""`transfer.penalty-for-crime`: only penalised although a criminal threshold is met (以罚代刑)."""

from schema.case_file import CaseFile
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.evidence import days_of
from supervision.follow_ups import is_approved
from supervision.laws import Law
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:  # noqa: ARG001 - as every rule
    """Judge a case of which nothing reached the police."""
    if case.criminal_cases or any(map(is_approved, case.transfers)):
        return None
    threshold = law.threshold_met(case)
    if threshold is None:
        return None
    decided_on = case.record.decided_on
    if decided_on is None:
        fields = threshold.fields if isinstance(threshold, Missing) else ()
        return Missing(fields=tuple(dict.fromkeys((*fields, "decidedOn"))))
    if isinstance(threshold, Missing):
        return threshold
    duty = law.value("transfer.duty", on=decided_on)
    no_penalty_instead = law.value("transfer.no-penalty-instead", on=decided_on)
    if duty is None or no_penalty_instead is None:
        return None
    known = "公开信息中未见移送公安机关的记录" if case.published_only else "未移送公安机关"
    return Found(
        certainty=Certainty.POSSIBLE if case.published_only else threshold.certainty,
        due_on=decided_on,
        facts=f"{chinese_day(decided_on)}作出行政处罚决定，案件{threshold.suspicion}“{threshold.title}”，{known}",
        evidence=tuple(dict.fromkeys((*days_of(None, decidedOn=decided_on), *threshold.evidence))),
        law=(duty, no_penalty_instead, *threshold.law),
    )
