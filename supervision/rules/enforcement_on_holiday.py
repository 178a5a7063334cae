"""`enforcement.on-holiday`: an administrative organ enforced on a statutory holiday (节假日强制执行)."""

from typing import Final

from chinese_calendar import constants

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.feed_records import ActivityRecord, EnforcementRecord
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar
from supervision.enforcing import actor, is_by_court, judged_unless_stopped
from supervision.evidence import days_of, stated
from supervision.laws import Law
from supervision.sentences import chinese_day

_CHINESE_NAMES: Final[dict[str, str]] = {holiday.value: holiday.chinese for holiday in constants.Holiday}


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every action of every enforcement."""
    return judged_unless_stopped(
        (
            _judge(action, enforcement, law, calendar)
            for enforcement in case.enforcements
            for action in enforcement.actions
            if not action.emergency
        ),
        case,
        law,
        calendar,
        as_of,
    )


def _judge(action: ActivityRecord, enforcement: EnforcementRecord, law: Law, calendar: Calendar) -> Answer:
    holiday = calendar.statutory_holiday(action.on)
    duty = law.value("enforcement.no-holiday", on=action.on)
    if holiday is None or duty is None:
        return None
    by = actor(action, enforcement)
    if by is None:
        return Missing(fields=("enforcement.actions.by",))
    if is_by_court(by):
        return None
    return Found(
        certainty=Certainty.POSSIBLE,
        due_on=action.on,
        facts=f"{chinese_day(action.on)}（{_CHINESE_NAMES.get(holiday, holiday)}放假）行政机关采取强制执行措施，"
        "没有情况紧急的记录",
        evidence=(
            *days_of("enforcement.actions", on=action.on),
            Evidence(field="enforcement.actions.what", value=action.what, quote=action.what, position=0),
            stated("enforcement.actions.by" if action.by else "enforcement.enforcedBy", by),
            stated("enforcement.actions.emergency", ""),
        ),
        law=(duty,),
    )
