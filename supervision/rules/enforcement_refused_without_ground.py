"""`enforcement.refused-without-ground`: a court refused without a ground (无正当理由不受理、不予执行)."""

from dataclasses import dataclass
from datetime import date

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.feed_records import EnforcementRecord
from schema.vocabularies import Certainty, EnforcementRuling
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.enforcing import application_window, demand_before, is_refused, judged_unless_stopped
from supervision.evidence import days_of, stated
from supervision.laws import Law
from supervision.sentences import chinese_day


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """What the court refused, in words, when and why; and the duty it is held against."""

    words: str
    field: str
    on: date | None
    reason_field: str
    reason: str | None
    duty: str


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every refusal that stands."""
    return judged_unless_stopped(
        (
            _judge(refusal, enforcement, case, law, calendar)
            for enforcement in case.enforcements
            if (refusal := _refusal(enforcement)) is not None and not _is_overturned(enforcement, as_of)
        ),
        case,
        law,
        calendar,
        as_of,
    )


def _refusal(enforcement: EnforcementRecord) -> _Refusal | None:
    if is_refused(enforcement):
        return _Refusal(
            words="不予受理强制执行申请",
            field="refusedOn",
            on=enforcement.refused_on,
            reason_field="refusalReason",
            reason=enforcement.refusal_reason,
            duty="enforcement.acceptance-duty",
        )
    if enforcement.ruling is EnforcementRuling.NOT_ENFORCE:
        return _Refusal(
            words="裁定不予执行",
            field="ruledOn",
            on=enforcement.ruled_on,
            reason_field="rulingReason",
            reason=enforcement.ruling_reason,
            duty="enforcement.refusal-reasons",
        )
    return None


def _is_overturned(enforcement: EnforcementRecord, as_of: AsOf) -> bool:
    return enforcement.overturned_on is not None and as_of.has_reached(enforcement.overturned_on)


def _judge(refusal: _Refusal, enforcement: EnforcementRecord, case: CaseFile, law: Law, calendar: Calendar) -> Answer:
    if refusal.on is None:
        return Missing(fields=(f"enforcement.{refusal.field}",))
    duty = law.value(refusal.duty, on=refusal.on)
    if duty is None:
        return None
    if refusal.reason is not None:
        return _with_reason(refusal, refusal.on, enforcement, case, law, calendar)
    return Found(
        certainty=Certainty.CERTAIN,
        due_on=refusal.on,
        facts=f"人民法院{chinese_day(refusal.on)}{refusal.words}，没有记录理由",
        evidence=_evidence(refusal, refusal.on),
        law=(duty,),
    )


def _with_reason(
    refusal: _Refusal, on: date, enforcement: EnforcementRecord, case: CaseFile, law: Law, calendar: Calendar
) -> Answer:
    applied_on = enforcement.applied_on
    window = application_window(case, law, calendar)
    if window is None:
        return None
    if applied_on is None or isinstance(window, Missing):
        unknown = window.fields if isinstance(window, Missing) else ()
        return Missing(fields=unknown if applied_on else (*unknown, "enforcement.appliedOn"))
    demand = demand_before(applied_on, case, law, calendar)
    duty = law.value(refusal.duty, on=on)
    if demand is None or duty is None or applied_on <= demand.waits_until:
        return None
    if not window.opens_after < applied_on <= window.closes_on:
        return None
    return Found(
        certainty=Certainty.POSSIBLE,
        due_on=on,
        facts=f"人民法院{chinese_day(on)}{refusal.words}，记录有理由，而行政机关{chinese_day(demand.made_on)}催告、"
        f"{chinese_day(applied_on)}申请，申请在{chinese_day(window.opens_after)}起诉期限届满以后、"
        f"{chinese_day(window.closes_on)}以前",
        evidence=(
            *_evidence(refusal, on),
            *window.evidence,
            *days_of("enforcement", demandedOn=demand.made_on, appliedOn=applied_on),
        ),
        law=(duty, *window.law, demand.period),
    )


def _evidence(refusal: _Refusal, on: date) -> tuple[Evidence, ...]:
    reason = refusal.reason
    return (
        *days_of("enforcement", **{refusal.field: on}),
        stated(f"enforcement.{refusal.reason_field}", "")
        if reason is None
        else Evidence(field=f"enforcement.{refusal.reason_field}", value=reason, quote=reason, position=0),
    )
