"""`enforcement.excess`: more was paid and enforced than the penalty allows (超标的执行)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from schema.case_file import CaseFile
from schema.feed_records import CaseRecord, EnforcementRecord
from schema.vocabularies import Certainty, PenaltyKind
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.enforcing import judged_unless_stopped
from supervision.evidence import days_of, stated
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.remedies import fine_in_place
from supervision.sentences import chinese_day, plain

_NOTHING = Decimal(0)
_WHOLE = Decimal(100)


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge all that was enforced of the penalty together."""
    return judged_unless_stopped((_judge(case, law),), case, law, calendar, as_of)


def _judge(case: CaseFile, law: Law) -> Answer:
    enforced = [enforcement for enforcement in case.enforcements if enforcement.enforced_amount]
    if not enforced:
        return None
    enforced_on = _last(enforced, _enforced_on)
    known_on = enforced_on or _last(enforced, _begun_on)
    if known_on is None:
        return Missing(fields=("enforcement.concludedOn",))
    cap = law.value("enforcement.surcharge-cap", on=known_on)
    if cap is None:
        return None
    fine, field = fine_in_place(case)
    unknown = [*([field] if fine is None else []), *(["confiscated"] if _confiscates_unknown(case.record) else [])]
    if fine is None or unknown:
        return Missing(fields=tuple(unknown))
    return _weigh(case, (fine, field), enforced_on, cap)


def _weigh(case: CaseFile, fine_and_field: tuple[Decimal, str], enforced_on: date | None, cap: LawValue) -> Answer:
    fine, field = fine_and_field
    paid = case.record.paid_amount or _NOTHING
    taken = sum((enforcement.enforced_amount or _NOTHING for enforcement in case.enforcements), _NOTHING)
    costs = sum((enforcement.costs or _NOTHING for enforcement in case.enforcements), _NOTHING)
    confiscated = case.record.confiscated or _NOTHING
    surcharge = fine * cap.value / _WHOLE
    allowed = fine + surcharge + confiscated + costs
    if paid + taken <= allowed:
        return None
    day = f"至{chinese_day(enforced_on)}" if enforced_on else ""
    return Found(
        certainty=Certainty.POSSIBLE,
        due_on=enforced_on,
        facts=f"{day}已缴纳{plain(paid)}元、执行{plain(taken)}元，共{plain(paid + taken)}元，超过罚款{plain(fine)}元、"
        f"加处罚款最多{plain(surcharge)}元、没收{plain(confiscated)}元、执行费用{plain(costs)}元之和{plain(allowed)}元",
        evidence=(
            stated(field, plain(fine)),
            stated("confiscated", plain(confiscated)),
            stated("paidAmount", plain(paid)),
            stated("enforcement.enforcedAmount", plain(taken)),
            stated("enforcement.costs", plain(costs)),
            *days_of("enforcement", concludedOn=enforced_on),
        ),
        law=(cap,),
    )


def _confiscates_unknown(record: CaseRecord) -> bool:
    """Whether something was confiscated of which the amount is not known."""
    if record.confiscated is not None:
        return False
    return PenaltyKind.CONFISCATION in record.penalty_kinds or "没收" in (record.penalty_content or "")


def _enforced_on(enforcement: EnforcementRecord) -> date | None:
    return enforcement.concluded_on or max((action.on for action in enforcement.actions), default=None)


def _begun_on(enforcement: EnforcementRecord) -> date | None:
    return enforcement.ruled_on or enforcement.accepted_on or enforcement.received_on or enforcement.applied_on


def _last(enforced: list[EnforcementRecord], day_of: Callable[[EnforcementRecord], date | None]) -> date | None:
    days = [day for day in map(day_of, enforced) if day is not None]
    return max(days, default=None)
