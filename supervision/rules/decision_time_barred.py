"""`decision.time-barred`: penalised although the act was found after prescription (超过处罚时效)."""

from datetime import date
from typing import Final

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.vocabularies import Certainty, Domain
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.follow_ups import shows_penalty
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day

# What is built or occupied unlawfully stays so: the act may go on though its end was written down.
_CONTINUING: Final = frozenset({Domain.LAND, Domain.CONSTRUCTION})


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:  # noqa: ARG001 - as every rule
    """Judge how long after its end a penalised act was found."""
    act_ended_on, found_on = case.record.act_ended_on, case.record.found_on
    unknown_decision = () if case.published_only or shows_penalty(case.record) else ("decidedOn",)
    if act_ended_on is None or found_on is None:
        days = (("actEndedOn", act_ended_on), ("foundOn", found_on))
        return Missing(fields=(*(name for name, day in days if day is None), *unknown_decision))
    answer = _judge(case, act_ended_on, found_on, law, calendar)
    return Missing(fields=unknown_decision) if answer is not None and unknown_decision else answer


def _judge(case: CaseFile, act_ended_on: date, found_on: date, law: Law, calendar: Calendar) -> Answer:
    period = law.value("decision.prescription", on=found_on)
    if period is None:
        return None
    due = last_day(act_ended_on, period, calendar)
    if found_on <= due:
        return None
    longer = _longer_period(case, due, found_on, law)
    continuing = _may_continue(case)
    if longer is None:
        certainty = Certainty.POSSIBLE if continuing else Certainty.CERTAIN
        return _found(case, act_ended_on, found_on, certainty, due, (period,))
    longer_due = last_day(act_ended_on, longer, calendar)
    if found_on > longer_due and not continuing:
        return _found(case, act_ended_on, found_on, Certainty.CERTAIN, longer_due, (longer,))
    return _found(case, act_ended_on, found_on, Certainty.POSSIBLE, due, (period, longer))


def _longer_period(case: CaseFile, due: date, found_on: date, law: Law) -> LawValue | None:
    """The period where life, health or finance is concerned, unless the shorter one had ended before it was law."""
    longer = law.value("decision.prescription-harm", on=found_on)
    return longer if case.record.harm and longer is not None and due >= longer.effective_from else None


def _may_continue(case: CaseFile) -> bool:
    """Whether the act may be a continuing one, by the case's domain, else by those of its agency."""
    if case.record.domain is not None:
        return case.record.domain in _CONTINUING
    domains = None if case.agency is None else case.agency.domains
    return not _CONTINUING.isdisjoint(domains or ())


def _domain(case: CaseFile) -> tuple[Evidence, ...]:
    if case.record.domain is not None:
        return (stated("domain", case.record.domain.value),)
    domains = None if case.agency is None else case.agency.domains
    return (stated("agency.domains", ", ".join(domains)),) if domains else ()


def _found(
    case: CaseFile, act_ended_on: date, found_on: date, certainty: Certainty, due: date, law: tuple[LawValue, ...]
) -> Found:
    record = case.record
    notes = "，自然资源、住房城乡建设领域的违法状态可能继续" if _may_continue(case) else ""
    if len(law) > 1:
        notes += "，涉及公民生命健康安全、金融安全，是否造成危害后果需要核实"
    decided = "仍作出处罚决定" if record.decided_on is None else f"{chinese_day(record.decided_on)}仍作出处罚决定"
    return Found(
        certainty=certainty,
        due_on=due,
        done_on=found_on,
        facts=f"违法行为{chinese_day(act_ended_on)}终了，{chinese_day(found_on)}才被发现，"
        f"期限至{chinese_day(due)}届满，{decided}{notes}",
        evidence=(
            *days_of(None, actEndedOn=act_ended_on, foundOn=found_on, decidedOn=record.decided_on),
            *((stated("decidedOn", ""),) if record.decided_on is None else ()),
            *_domain(case),
            *((stated("harm", ", ".join(record.harm)),) if record.harm else ()),
        ),
        law=law,
    )
