"""`enforcement.before-ruling`: enforced after an application and before the court's ruling (裁定前执行)."""

import re
from datetime import date
from typing import Final

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.feed_records import ActivityRecord, EnforcementRecord
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.enforcing import allows_enforcement, applied_by, judged_unless_stopped, ruling_day, was_applied
from supervision.evidence import days_of, stated
from supervision.laws import Law
from supervision.sentences import chinese_day

_ENFORCING: Final = re.compile("划拨|拍卖|拆除")
_PRESERVING: Final = re.compile("查封|扣押|冻结")
# Words that say of what follows that it was not done, not yet, or not by force.
_NOT_DONE: Final = re.compile("未|没有|不|暂缓|停止|中止|撤销|撤回|拟|准备|申请|通知|责令|自行")


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every action of every application."""
    return judged_unless_stopped(
        (
            _judge(action, enforcement, case, law)
            for enforcement in case.enforcements
            if was_applied(enforcement)
            for action in enforcement.actions
        ),
        case,
        law,
        calendar,
        as_of,
    )


def _judge(action: ActivityRecord, enforcement: EnforcementRecord, case: CaseFile, law: Law) -> Answer:
    certainty = _certainty(action.what)
    duty = law.value("enforcement.ruling-first", on=action.on)
    if certainty is None or duty is None:
        return None
    # A ruling to enforce may stand in another record of the case; a refusal is of its own application alone.
    rulings = [ruling_day(other) for other in case.enforcements if other is enforcement or allows_enforcement(other)]
    ruled_on = min((day for day in rulings if isinstance(day, date)), default=None)
    if ruled_on is not None and ruled_on <= action.on:
        return None
    applied_on = applied_by(enforcement)
    if applied_on is None or action.on <= applied_on:
        # Before the first day that is known of an application it may have been made, unless that is its own day.
        return None if enforcement.applied_on else Missing(fields=("enforcement.appliedOn",))
    for ruling in rulings:
        if isinstance(ruling, Missing):
            return ruling
    words = _ENFORCING.search(action.what)
    done = "采取执行措施" if words is None else f"采取{words.group()}措施"
    ruled = f"而人民法院{chinese_day(ruled_on)}才裁定" if ruled_on else "而没有人民法院裁定的记录"
    return Found(
        certainty=certainty,
        due_on=ruled_on,
        facts=f"{chinese_day(applied_on)}已申请人民法院强制执行，{chinese_day(action.on)}{done}，{ruled}",
        evidence=(
            *days_of("enforcement", appliedOn=enforcement.applied_on),
            *days_of("enforcement.actions", on=action.on),
            Evidence(field="enforcement.actions.what", value=action.what, quote=action.what, position=0),
            stated("enforcement.ruledOn", ruled_on.isoformat() if ruled_on else ""),
        ),
        law=(duty,),
    )


def _certainty(what: str) -> Certainty | None:
    """How sure it is that an action was enforcement; None for one that only preserves."""
    enforcing = _ENFORCING.search(what)
    if enforcing is None:
        return None if _PRESERVING.search(what) else Certainty.POSSIBLE
    return Certainty.POSSIBLE if _NOT_DONE.search(what, 0, enforcing.start()) else Certainty.CERTAIN
