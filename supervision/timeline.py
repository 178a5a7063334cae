"""One timeline over all that happened in a case, at the agency, the police, the procuratorate and the court (时间轴).

Every day a record tells of is an event, but for limits: the last day of a payment, of a reply, of an extension says
what ought to be, not what happened. What has no day stands in no timeline.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from schema.follow_up_records import (
    Act,
    Coercion,
    CoerciveMeasure,
    CriminalCase,
    EnforcementCase,
    FollowUp,
    ProcuratorialMeasure,
    Reconsideration,
    Transfer,
)
from schema.measure_records import Measure, MeasureEvent
from schema.records import PenaltyCase
from schema.supervision_vocabularies import MeasureEventKind
from schema.vocabularies import (
    CoercionKind,
    CoerciveMeasureType,
    CriminalConclusion,
    EnforcementRuling,
    FilingDecision,
    MeasureKind,
    PenaltyKind,
    RemedyOutcome,
    RemedyType,
    TransferDecision,
)
from supervision.calendars import shanghai_day
from supervision.event_kinds import EventKind
from supervision.sentences import chinese_day, plain

LONGEST_TEXT: Final = 60
"""Code points of a text as sent that a title shows; the record itself has all of it."""


@dataclass(frozen=True, slots=True)
class AsSent:
    """A text as it was sent, which may name a natural person."""

    text: str


Cover = Callable[[str], str]
"""Covers the natural persons' names in a text."""

Words = tuple[str | AsSent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """Something that happened in a case (案件事件): when, what, who did it, and the record that tells of it.

    `actor` is None where nobody recorded who it was, or where it was the party.
    """

    on: date
    kind: EventKind
    words: Words
    actor: str | AsSent | None
    record: PenaltyCase | FollowUp | Measure

    def title(self, cover: Cover) -> str:
        """What happened, in Chinese, in one line."""
        return "".join(_shown(part, cover) for part in self.words)

    def actor_name(self, cover: Cover) -> str | None:
        """Who did it."""
        return None if self.actor is None else _shown(self.actor, cover)


def case_timeline(
    case: PenaltyCase,
    follow_ups: Iterable[FollowUp],
    measures: Iterable[tuple[Measure, Iterable[MeasureEvent]]] = (),
) -> tuple[CaseEvent, ...]:
    """All events of a case, of what followed it and of the measures issued here about it, the first first.

    The order is total and the same whatever the order of the records: by day; on one day as the procedure goes; what
    is alike by record, as it was received, and within a record as it was sent. Of a measure issued here that a feed
    tells of too, what is written here stands.
    """
    placed = list(_of_case(case))
    issued = list(measures)
    numbered = {measure.number: measure for measure, _ in issued if measure.number}
    for record in follow_ups:
        told = _OF_RECORD[type(record)](record, case.agency.name)
        placed.extend(each for each in told if not _is_written_here(each[0], numbered))
    for measure, steps in issued:
        placed.extend((measure_event(measure, step), (step.revision,)) for step in steps)
    return tuple(event for event, _ in sorted(placed, key=_order))


def _is_written_here(event: CaseEvent, issued: Mapping[str, Measure]) -> bool:
    """Whether what a feed tells of a measure is a step of one that was issued here under its number."""
    told = event.record
    measure = issued.get(told.number or "") if isinstance(told, ProcuratorialMeasure) else None
    if measure is None:
        return False
    day = measure.served_on if event.kind is EventKind.PROCURATORATE_SERVED else measure.replied_on
    return day is not None


def measure_event(measure: Measure, step: MeasureEvent) -> CaseEvent:
    """A step of a measure's life, with what was said of it; `actor` is who wrote it down."""
    kind, done = _OF_MEASURE[step.event]
    oral = step.event is MeasureEventKind.SERVED and measure.kind is MeasureKind.ORAL_CORRECTION
    # A number given here names nobody.
    number = () if measure.number is None or step.event is MeasureEventKind.DRAFTED else (f"（{measure.number}）",)
    # The number is what is noted of its being issued.
    note = () if step.event is MeasureEventKind.ISSUED else _told("：", step.note)
    words = ("检察机关口头纠正",) if oral else (done.format(measure.kind.label),)
    return CaseEvent(on=step.on, kind=kind, words=(*words, *number, *note), actor=step.actor or None, record=measure)


_OF_MEASURE: Final = {
    MeasureEventKind.DRAFTED: (EventKind.MEASURE_DRAFTED, "检察机关起草{}"),
    MeasureEventKind.ISSUED: (EventKind.MEASURE_ISSUED, "检察机关制发{}"),
    MeasureEventKind.SERVED: (EventKind.PROCURATORATE_SERVED, "检察机关送达{}"),
    MeasureEventKind.COPIED: (EventKind.MEASURE_COPIED, "向政府法制办抄送{}"),
    MeasureEventKind.REPLIED: (EventKind.PROCURATORATE_ANSWERED, "回复{}"),
    MeasureEventKind.CHECKED: (EventKind.MEASURE_CHECKED, "检察机关核查{}的整改情况"),
    MeasureEventKind.ESCALATED: (EventKind.MEASURE_ESCALATED, "检察机关将{}报请上级院督办"),
    MeasureEventKind.WITHDRAWN: (EventKind.MEASURE_WITHDRAWN, "检察机关撤回{}"),
}

_Placed = tuple[CaseEvent, tuple[int, ...]]
"""An event and its place among those of its record that are alike."""

_RANKS: Final = {
    # Coercive measures follow each other in any order: which one ended before the other began, their places say.
    kind: list(EventKind).index(EventKind.DETENTION if kind.startswith("coercion.") else kind)
    for kind in EventKind
}


def _order(placed: _Placed) -> tuple[Any, ...]:
    event, place = placed
    # A measure issued here and one that a feed told of may have the same id.
    return event.on, _RANKS[event.kind], isinstance(event.record, Measure), event.record.id, place


def _shown(part: str | AsSent, cover: Cover) -> str:
    if isinstance(part, str):
        return part
    # Covered before it is cut: half a name would be known to nobody as one.
    text = " ".join(cover(part.text).split())
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def _told(before: str, text: str | None, after: str = "") -> Words:
    """A text that was sent, with our words around it; nothing where there is none."""
    return (before, AsSent(text), after) if text else ()


def _sent(text: str | None) -> AsSent | None:
    return AsSent(text) if text else None


def _yuan(before: str, amount: Decimal | None) -> str:
    return "" if amount is None else f"{before}{plain(amount)}元"


class _Telling:
    """Collects the events of one record, those whose day is known."""

    def __init__(self, record: PenaltyCase | FollowUp) -> None:
        self._record = record
        self._events: list[_Placed] = []

    def on(
        self,
        day: date | None,
        kind: EventKind,
        *words: str | AsSent,
        by: str | AsSent | None = None,
        place: tuple[int, ...] = (),
    ) -> None:
        if day is not None:
            event = CaseEvent(on=day, kind=kind, words=words, actor=by, record=self._record)
            self._events.append((event, place))

    def __iter__(self) -> Iterator[_Placed]:
        return iter(self._events)


# The penalty case ----------------------------------------------------------------------------------------------------


def _of_case(case: PenaltyCase) -> Iterable[_Placed]:
    agency, number = case.agency.name, _told("（", case.document_number, "）")
    tell = _Telling(case)
    tell.on(case.act_ended_on, EventKind.ACT_ENDED, "违法行为终了", *_told("：", case.violation_type))
    tell.on(case.found_on, EventKind.FOUND, "发现违法行为", by=agency)
    tell.on(case.filed_on, EventKind.AGENCY_FILED, "行政处罚立案", *_told("（", case.filing_number, "）"), by=agency)
    tell.on(case.decided_on, EventKind.PENALTY_DECIDED, "作出行政处罚决定", *number, _penalties(case), by=agency)
    tell.on(case.served_on, EventKind.PENALTY_SERVED, "送达行政处罚决定书", *number, by=agency)
    tell.on(case.paid_on, EventKind.PAID, "当事人缴款", _yuan("", case.paid_amount))
    entered_on = None if case.entered_at is None else shanghai_day(case.entered_at)
    tell.on(entered_on, EventKind.ENTERED, "录入两法衔接平台", by=agency)
    return tell


def _penalties(case: PenaltyCase) -> str:
    """What was ordered: a penalty with an amount by its amount, any other by its kind."""
    amounts = {PenaltyKind.FINE: _yuan("罚款", case.fine), PenaltyKind.CONFISCATION: _yuan("没收", case.confiscated)}
    kinds = [kind.label for kind in case.penalty_kinds if not amounts.get(kind)]
    named = [*filter(None, amounts.values()), *dict.fromkeys(kinds)]
    return f"：{'、'.join(named)}" if named else ""


# The transfer and the criminal case ----------------------------------------------------------------------------------


def _of_transfer(transfer: Transfer, agency: str) -> Iterable[_Placed]:
    organ, crime = transfer.to_organ, _told("，涉嫌罪名：", transfer.suspected_crime)
    refused = transfer.decision is TransferDecision.REFUSED
    tell = _Telling(transfer)
    tell.on(transfer.reported_on, EventKind.TRANSFER_REPORTED, "报请批准移送涉嫌犯罪案件", *crime, by=agency)
    if refused:
        reason = _told("：", transfer.refusal_reason)
        tell.on(transfer.decided_on, EventKind.TRANSFER_REFUSED, "决定不批准移送涉嫌犯罪案件", *reason, by=agency)
    else:
        tell.on(transfer.decided_on, EventKind.TRANSFER_APPROVED, "决定批准移送涉嫌犯罪案件", by=agency)
    tell.on(transfer.transferred_on, EventKind.HANDED_OVER, "移送涉嫌犯罪案件", *_told("至", organ), *crime, by=agency)
    tell.on(transfer.received_on, EventKind.TRANSFER_RECEIVED, "受理移送的涉嫌犯罪案件", by=_sent(organ))
    reason = _told("：", transfer.return_reason)
    tell.on(transfer.returned_on, EventKind.TRANSFER_RETURNED, "退回移送的涉嫌犯罪案件", *reason, by=_sent(organ))
    return tell


_POLICE_DECISIONS: Final = {
    FilingDecision.FILED: (EventKind.POLICE_FILED, "公安机关立案侦查", "立案决定"),
    FilingDecision.NOT_FILED: (EventKind.POLICE_DID_NOT_FILE, "公安机关决定不予立案", "不予立案决定"),
    None: (EventKind.POLICE_DECIDED, "公安机关作出是否立案的决定", "是否立案的决定"),
}
_CONCLUSIONS: Final = {
    CriminalConclusion.SENT_FOR_PROSECUTION: (EventKind.SENT_FOR_PROSECUTION, "侦查终结，移送审查起诉"),
    CriminalConclusion.WITHDRAWN: (EventKind.CRIMINAL_CASE_WITHDRAWN, "公安机关撤销案件"),
    None: (EventKind.INVESTIGATION_CONCLUDED, "侦查终结"),
}
_COERCIONS: Final = {
    CoercionKind.DETENTION: (EventKind.DETENTION, EventKind.DETENTION_ENDED),
    CoercionKind.ARREST: (EventKind.ARREST, EventKind.ARREST_ENDED),
    CoercionKind.BAIL: (EventKind.BAIL, EventKind.BAIL_ENDED),
    CoercionKind.RESIDENTIAL_SURVEILLANCE: (
        EventKind.RESIDENTIAL_SURVEILLANCE,
        EventKind.RESIDENTIAL_SURVEILLANCE_ENDED,
    ),
}


def _of_criminal_case(found: CriminalCase, _agency: str) -> Iterable[_Placed]:
    organ = _sent(found.organ)
    kind, decided, decision = _POLICE_DECISIONS[found.decision]
    reasons = () if found.decision is FilingDecision.FILED else _told("：", found.reasons_given)
    tell = _Telling(found)
    tell.on(found.decided_on, kind, decided, *_told("（", found.case_number, "）"), *reasons, by=organ)
    tell.on(found.notice_to_agency_on, EventKind.AGENCY_NOTIFIED, f"将{decision}书面通知移送机关", by=organ)
    _tell_coercion(tell, found.coercion, organ)
    _tell_acts(tell, EventKind.INVESTIGATED, "侦查活动", found.activity, organ)
    kind, concluded = _CONCLUSIONS[found.conclusion]
    tell.on(found.concluded_on, kind, concluded, by=organ)
    tell.on(found.prosecuted_on, EventKind.PROSECUTED, "检察机关提起公诉")
    tell.on(found.judged_on, EventKind.JUDGED, "人民法院作出刑事判决", *_told("：", found.outcome))
    return tell


def _tell_coercion(tell: _Telling, coercion: Iterable[Coercion], organ: AsSent | None) -> None:
    # One that began earlier ends before another begins; of two begun on one day the one listed later followed.
    for number, each in enumerate(coercion):
        begun, ended = _COERCIONS[each.kind]
        name, place = each.kind.label, (each.begun_on.toordinal(), number)
        extended = f"，期限延长至{chinese_day(each.extended_to)}" if each.extended_to else ""
        tell.on(each.begun_on, begun, f"{name}犯罪嫌疑人{extended}", by=organ, place=(*place, 0))
        tell.on(each.ended_on, ended, f"{name}结束", by=organ, place=(*place, 1))


def _tell_acts(tell: _Telling, kind: EventKind, name: str, acts: Iterable[Act], organ: AsSent | None) -> None:
    for number, act in enumerate(acts):
        urgent = "（紧急情况）" if act.emergency else ""
        tell.on(act.on, kind, f"{name}{urgent}", *_told("：", act.what), by=_sent(act.by) or organ, place=(number,))


# Remedies and enforcement --------------------------------------------------------------------------------------------


def _of_remedy(remedy: Reconsideration, _agency: str) -> Iterable[_Placed]:
    withdrawn = remedy.outcome is RemedyOutcome.WITHDRAWN
    of_penalty = f"：{remedy.outcome.label}行政处罚" if remedy.outcome else ""
    new_fine = _yuan("，罚款变更为", remedy.new_fine)
    tell = _Telling(remedy)
    if remedy.type is RemedyType.LITIGATION:
        tell.on(remedy.applied_on, EventKind.LITIGATION_APPLIED, "当事人提起行政诉讼")
        outcome = "：当事人撤回起诉" if withdrawn else of_penalty
        tell.on(remedy.decided_on, EventKind.LITIGATION_DECIDED, "行政诉讼裁判", outcome, new_fine)
        tell.on(remedy.served_on, EventKind.LITIGATION_SERVED, "送达行政诉讼裁判文书")
    else:
        tell.on(remedy.applied_on, EventKind.RECONSIDERATION_APPLIED, "当事人申请行政复议")
        outcome = "：当事人撤回申请" if withdrawn else of_penalty
        tell.on(remedy.decided_on, EventKind.RECONSIDERATION_DECIDED, "行政复议决定", outcome, new_fine)
        tell.on(remedy.served_on, EventKind.RECONSIDERATION_SERVED, "送达行政复议决定书")
    return tell


_RULINGS: Final = {
    EnforcementRuling.ENFORCE: (EventKind.ENFORCEMENT_GRANTED, "人民法院裁定准予强制执行"),
    EnforcementRuling.NOT_ENFORCE: (EventKind.ENFORCEMENT_DENIED, "人民法院裁定不予强制执行"),
    None: (EventKind.ENFORCEMENT_RULED, "人民法院就强制执行申请作出裁定"),
}


def _of_enforcement(found: EnforcementCase, agency: str) -> Iterable[_Placed]:
    court, enforcer = _sent(found.court), _sent(found.enforced_by)
    tell = _Telling(found)
    tell.on(found.demanded_on, EventKind.DEMANDED, "催告当事人履行义务", by=agency)
    tell.on(
        found.applied_on, EventKind.ENFORCEMENT_APPLIED, "申请人民法院强制执行", *_told("：", found.court), by=agency
    )
    tell.on(found.received_on, EventKind.ENFORCEMENT_RECEIVED, "人民法院收到强制执行申请", by=court)
    tell.on(found.accepted_on, EventKind.ENFORCEMENT_ACCEPTED, "人民法院受理强制执行申请", by=court)
    reason = _told("：", found.refusal_reason)
    tell.on(found.refused_on, EventKind.ENFORCEMENT_REFUSED, "人民法院不予受理强制执行申请", *reason, by=court)
    kind, ruled = _RULINGS[found.ruling]
    tell.on(found.ruled_on, kind, ruled, *_told("：", found.ruling_reason), by=court)
    _tell_acts(tell, EventKind.ENFORCED, "强制执行", found.actions, enforcer)
    tell.on(found.overturned_on, EventKind.RULING_OVERTURNED, "强制执行裁定被撤销或者变更")
    amounts = _yuan("，执行到位", found.enforced_amount), _yuan("，执行费用", found.costs)
    tell.on(found.concluded_on, EventKind.ENFORCEMENT_CONCLUDED, "强制执行终结", *amounts, by=enforcer)
    return tell


# Coercive measures of the agency, measures of the procuratorate ------------------------------------------------------


def _of_measure(measure: CoerciveMeasure, agency: str) -> Iterable[_Placed]:
    name = "行政强制措施" if measure.type is CoerciveMeasureType.OTHER else measure.type.label
    spot = "（当场）" if measure.on_the_spot else ""
    until = f"，至{chinese_day(measure.until)}" if measure.until else ""
    tell = _Telling(measure)
    tell.on(measure.decided_on, EventKind.MEASURE_DECIDED, f"决定{name}", by=agency)
    tell.on(measure.imposed_on, EventKind.MEASURE_IMPOSED, f"实施{name}{spot}", by=agency)
    tell.on(measure.reported_on, EventKind.MEASURE_REPORTED, f"补办{name}的批准手续", by=agency)
    tell.on(measure.extended_on, EventKind.MEASURE_EXTENDED, f"决定延长{name}期限{until}", by=agency)
    tell.on(measure.ended_on, EventKind.MEASURE_ENDED, f"解除{name}", by=agency)
    return tell


def _of_procuratorate(measure: ProcuratorialMeasure, _agency: str) -> Iterable[_Placed]:
    name = measure.type.label
    served = "检察机关口头纠正" if measure.type is MeasureKind.ORAL_CORRECTION else f"检察机关送达{name}"
    urgent = "（紧急）" if measure.urgent else ""
    due = f"，回复期限至{chinese_day(measure.reply_due_on)}" if measure.reply_due_on else ""
    number = _told("（", measure.number, "）")
    tell = _Telling(measure)
    tell.on(measure.served_on, EventKind.PROCURATORATE_SERVED, served, *number, urgent, due)
    tell.on(measure.replied_on, EventKind.PROCURATORATE_ANSWERED, f"回复{name}", *number, *_told("：", measure.reply))
    return tell


_OF_RECORD: Final[Mapping[type[FollowUp], Callable[[Any, str], Iterable[_Placed]]]] = {
    Transfer: _of_transfer,
    CriminalCase: _of_criminal_case,
    Reconsideration: _of_remedy,
    EnforcementCase: _of_enforcement,
    CoerciveMeasure: _of_measure,
    ProcuratorialMeasure: _of_procuratorate,
}
