"""`coercive.too-long`: a seal, a seizure or a freeze lasted longer than the law allows (查封、扣押、冻结超期)."""

from datetime import date, timedelta
from typing import Final

from schema.case_file import CaseFile
from schema.feed_records import CoerciveMeasureRecord
from schema.vocabularies import Certainty, CoerciveMeasureType
from supervision.answers import Answer, AsOf, Found, Missing, foremost
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.follow_ups import is_approved, receipt_day, was_handed_over
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day

_LIMITED: Final = frozenset({CoerciveMeasureType.SEAL, CoerciveMeasureType.SEIZURE, CoerciveMeasureType.FREEZE})


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every seal, seizure and freeze."""
    limited = (measure for measure in case.coercive_measures if measure.type in _LIMITED)
    return foremost((_judge(measure, case, law, calendar, as_of) for measure in limited), as_of)


def _judge(measure: CoerciveMeasureRecord, case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    imposed_on = measure.imposed_on
    if imposed_on is None:
        return Missing(fields=("coercive_measure.imposedOn",))
    regular = law.value("coercive.duration", on=imposed_on)
    extended = law.value("coercive.duration-extended", on=imposed_on)
    if regular is None or extended is None:
        return None
    start = imposed_on + timedelta(days=measure.testing_days or 0)
    due = last_day(start, regular, calendar)
    is_extended = measure.extended_on is not None and measure.extended_on <= due
    if is_extended:
        due = max(last_day(start, extended, calendar), measure.until or start)
    handed_over_on = _handed_over_on(imposed_on, case)
    ended_on = min((day for day in (measure.ended_on, handed_over_on) if day is not None), default=None)
    if (ended_on is not None and ended_on <= due) or not as_of.is_after(due):
        return None
    if _may_be_handed_over(imposed_on, due, case):
        return Missing(fields=("transfer.transferredOn",))
    return Found(
        certainty=Certainty.POSSIBLE if measure.testing_days is None else Certainty.CERTAIN,
        due_on=due,
        done_on=ended_on,
        facts=_facts(measure, imposed_on, due, ended_on, is_extended=is_extended),
        evidence=(
            stated("coercive_measure.type", measure.type.value),
            *days_of("coercive_measure", imposedOn=imposed_on, extendedOn=measure.extended_on, until=measure.until),
            stated("coercive_measure.endedOn", "" if measure.ended_on is None else measure.ended_on.isoformat()),
            stated("coercive_measure.testingDays", "" if measure.testing_days is None else str(measure.testing_days)),
            *days_of("transfer", transferredOn=handed_over_on),
        ),
        law=(regular, extended) if is_extended else (regular,),
    )


def _handed_over_on(imposed_on: date, case: CaseFile) -> date | None:
    """The first day from the measure on which the police had the case, and the goods with it."""
    days = [
        day
        for transfer in case.transfers
        if is_approved(transfer) and (day := transfer.transferred_on or receipt_day(transfer)) is not None
    ]
    return min((day for day in days if day >= imposed_on), default=None)


def _may_be_handed_over(imposed_on: date, due: date, case: CaseFile) -> bool:
    """Whether the case was handed over on a day that is not known, and may have been in time."""
    return any(
        (transfer.decided_on is None or transfer.decided_on <= due)
        and (transfer.received_on is None or transfer.received_on >= imposed_on)
        for transfer in case.transfers
        if is_approved(transfer) and was_handed_over(transfer) and transfer.transferred_on is None
    )


def _facts(
    measure: CoerciveMeasureRecord, imposed_on: date, due: date, ended_on: date | None, *, is_extended: bool
) -> str:
    testing = f"，检测鉴定{measure.testing_days}日不计算" if measure.testing_days else ""
    if is_extended and measure.extended_on is not None:
        extension = f"，{chinese_day(measure.extended_on)}决定延长"
    elif measure.extended_on is not None:
        extension = f"，{chinese_day(measure.extended_on)}才决定延长"
    else:
        extension = "，没有决定延长"
    ended = "，没有解除或者移交的记录"
    if ended_on is not None:
        ended = f"，{chinese_day(ended_on)}才结束，超过{(ended_on - due).days}日"
    return f"{chinese_day(imposed_on)}实施{measure.type.label}{extension}{testing}，最迟至{chinese_day(due)}{ended}"
