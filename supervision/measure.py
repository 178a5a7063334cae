"""The life of a measure (监督措施): which steps follow which, on which days, and what is said of one not taken.

Pure: a measure as it stands goes in, with today; a `Step` or a `Refusal` comes out. Nothing here knows who acts: who
may is asked before (`supervision.measure_actors`).
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from schema.measure_records import Measure
from schema.supervision_vocabularies import MeasureEventKind, MeasureStatus
from supervision.named_days import LATEST_DUE_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a measure's life: what happened, on which day, the measure after it, and what was said of it."""

    event: MeasureEventKind
    on: date
    measure: Measure
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step cannot be taken: how the measure stands, and what can be done. `field` is the input's to blame."""

    sentence: str
    field: str = "measureId"


class MeasureAction(StrEnum):
    """What can be done to a measure that was drafted."""

    ISSUE = "ISSUE"
    SERVE = "SERVE"
    COPY = "COPY"
    REPLY = "REPLY"
    CHECK = "CHECK"
    ESCALATE = "ESCALATE"
    WITHDRAW = "WITHDRAW"


_S: Final = MeasureStatus

TRANSITIONS: Final[Mapping[tuple[MeasureStatus, MeasureAction], AbstractSet[MeasureStatus]]] = MappingProxyType(
    {
        (_S.DRAFT, MeasureAction.ISSUE): {_S.ISSUED},
        (_S.DRAFT, MeasureAction.WITHDRAW): {_S.WITHDRAWN},
        (_S.ISSUED, MeasureAction.SERVE): {_S.SERVED},
        (_S.ISSUED, MeasureAction.COPY): {_S.ISSUED},
        (_S.ISSUED, MeasureAction.WITHDRAW): {_S.WITHDRAWN},
        (_S.SERVED, MeasureAction.COPY): {_S.SERVED},
        (_S.SERVED, MeasureAction.REPLY): {_S.REPLIED},
        (_S.SERVED, MeasureAction.CHECK): {_S.RECTIFIED, _S.NOT_RECTIFIED},
        # Once it is overdue.
        (_S.SERVED, MeasureAction.ESCALATE): {_S.ESCALATED},
        (_S.SERVED, MeasureAction.WITHDRAW): {_S.WITHDRAWN},
        (_S.REPLIED, MeasureAction.COPY): {_S.REPLIED},
        (_S.REPLIED, MeasureAction.CHECK): {_S.RECTIFIED, _S.NOT_RECTIFIED},
        (_S.REPLIED, MeasureAction.ESCALATE): {_S.ESCALATED},
        # Rectified, until a later check finds otherwise.
        (_S.RECTIFIED, MeasureAction.COPY): {_S.RECTIFIED},
        (_S.RECTIFIED, MeasureAction.REPLY): {_S.RECTIFIED},
        (_S.RECTIFIED, MeasureAction.CHECK): {_S.NOT_RECTIFIED},
        (_S.NOT_RECTIFIED, MeasureAction.COPY): {_S.NOT_RECTIFIED},
        (_S.NOT_RECTIFIED, MeasureAction.REPLY): {_S.NOT_RECTIFIED},
        (_S.NOT_RECTIFIED, MeasureAction.CHECK): {_S.RECTIFIED, _S.NOT_RECTIFIED},
        (_S.NOT_RECTIFIED, MeasureAction.ESCALATE): {_S.ESCALATED},
        # What was escalated is still to be answered, and looked at.
        (_S.ESCALATED, MeasureAction.COPY): {_S.ESCALATED},
        (_S.ESCALATED, MeasureAction.REPLY): {_S.ESCALATED},
        (_S.ESCALATED, MeasureAction.CHECK): {_S.RECTIFIED, _S.NOT_RECTIFIED},
    }
)
"""From which state which action leads where. A reply comes once; so does a copy. WITHDRAWN is the end."""


def shown_status(measure: Measure, today: date) -> MeasureStatus:
    """The status as it is read: a served measure without a reply is OVERDUE (逾期未回复) after its limit."""
    overdue = (
        measure.status is MeasureStatus.SERVED
        and not measure.is_answered
        and measure.reply_due_on is not None
        and today > measure.reply_due_on
    )
    return MeasureStatus.OVERDUE if overdue else measure.status


def issue(measure: Measure, number: str, today: date) -> Step | Refusal:
    """Give a draft its number (制发). Its limit, where it names one, is still to come."""
    refused = _refusal(measure, MeasureAction.ISSUE, today)
    if refused is not None:
        return refused
    limit = measure.named_limit_on
    if limit is not None and limit <= today:
        return Refusal("The limit that it names is today or past. Name a later `replyDueOn`.", "replyDueOn")
    if limit is not None and limit > LATEST_DUE_DAY:
        return Refusal(
            f"The limit that it names lies after {LATEST_DUE_DAY}. Name an earlier `replyDueOn`.", "replyDueOn"
        )
    after = replace(measure, status=_S.ISSUED, number=number, issued_on=today, reply_due_on=limit)
    return _step(MeasureEventKind.ISSUED, today, after, note=number)


def serve(measure: Measure, served_on: date, today: date, *, reply_due_on: date | None) -> Step | Refusal:
    """Say when it was served (送达); `reply_due_on` is the last day for the reply that follows from it."""
    refused = _refusal(measure, MeasureAction.SERVE, today) or _wrong_day(
        served_on, "servedOn", today, measure.issued_on, "it was issued"
    )
    if refused is not None:
        return refused
    if reply_due_on is not None and served_on > reply_due_on:
        return Refusal(
            f"The limit that it names, {reply_due_on}, lies before that day: nobody could answer it in time. "
            "Withdraw it, and issue one with a later limit.",
            "servedOn",
        )
    after = replace(measure, status=_S.SERVED, served_on=served_on, reply_due_on=reply_due_on)
    return _step(MeasureEventKind.SERVED, served_on, after)


def copy_to_legal_office(measure: Measure, copied_on: date, today: date) -> Step | Refusal:
    """Say when a copy went to the government's legal office (抄送政府法制办)."""
    if measure.copied_on is not None:
        return Refusal(f"It was copied on {measure.copied_on} already. Read its history.")
    refused = _refusal(measure, MeasureAction.COPY, today) or _wrong_day(
        copied_on, "copiedOn", today, measure.issued_on, "it was issued"
    )
    if refused is not None:
        return refused
    after = replace(measure, copy_to_legal_office=True, copied_on=copied_on)
    return _step(MeasureEventKind.COPIED, copied_on, after)


def record_reply(measure: Measure, replied_on: date, reply: str, today: date) -> Step | Refusal:
    """Keep the reply (回复). One that comes late, or after a check, ends no check and no escalation."""
    if measure.replied_on is not None:
        return Refusal(f"It was replied to on {measure.replied_on} already. Say what else came as a check's result.")
    refused = _refusal(measure, MeasureAction.REPLY, today) or _wrong_day(
        replied_on, "repliedOn", today, measure.served_on, "it was served"
    )
    if refused is not None:
        return refused
    status = _S.REPLIED if measure.status is _S.SERVED else measure.status
    after = replace(measure, status=status, replied_on=replied_on, reply=reply)
    return _step(MeasureEventKind.REPLIED, replied_on, after, note=reply)


def record_check(measure: Measure, checked_on: date, result: str, today: date, *, rectified: bool) -> Step | Refusal:
    """Keep what a check of the rectification found (整改核查)."""
    refused = _refusal(measure, MeasureAction.CHECK, today)
    if refused is not None:
        return refused
    if rectified and measure.status is _S.RECTIFIED:
        return Refusal("It is RECTIFIED already. A later check is recorded where it finds otherwise.", "rectified")
    since, what = (measure.served_on, "it was served")
    if measure.checked_on is not None:
        since, what = measure.checked_on, "it was last checked"
    wrong = _wrong_day(checked_on, "checkedOn", today, since, what)
    if wrong is not None:
        return wrong
    status = _S.RECTIFIED if rectified else _S.NOT_RECTIFIED
    after = replace(measure, status=status, checked_on=checked_on, rectification=result)
    return _step(MeasureEventKind.CHECKED, checked_on, after, note=result)


def escalate(measure: Measure, superior_id: int | None, reason: str, today: date) -> Step | Refusal:
    """Take it to the superior procuratorate (报请上级) of the one that has it now."""
    refused = _refusal(measure, MeasureAction.ESCALATE, today)
    if refused is not None:
        return refused
    if measure.status is _S.SERVED and measure.is_answered:
        return Refusal("A feed tells that it was answered. Record the reply first, or the check of the rectification.")
    if measure.status is _S.SERVED and shown_status(measure, today) is not _S.OVERDUE:
        due = "and no limit was set for its reply" if measure.reply_due_on is None else "and its reply is not overdue"
        return Refusal(
            f"It is SERVED, {due}: it cannot be escalated yet. Record the reply, or the check of the rectification."
        )
    if superior_id is None:
        return Refusal("There is no superior procuratorate to escalate it to. Serve a weightier measure instead.")
    after = replace(measure, status=_S.ESCALATED, escalated_to_id=superior_id)
    return _step(MeasureEventKind.ESCALATED, today, after, note=reason)


def withdraw(measure: Measure, reason: str, today: date) -> Step | Refusal:
    """Take it back (撤回), before anybody has answered it or looked at what came of it."""
    refused = _refusal(measure, MeasureAction.WITHDRAW, today)
    if refused is not None:
        return refused
    if measure.is_answered:
        return Refusal("A feed tells that it was answered: it is not withdrawn any more. Record the reply.")
    return _step(MeasureEventKind.WITHDRAWN, today, replace(measure, status=_S.WITHDRAWN), note=reason)


def allowed(status: MeasureStatus) -> list[MeasureAction]:
    """What can be done from a state, in the order of the procedure."""
    return [action for action in MeasureAction if (status, action) in TRANSITIONS]


_DOING: Final[Mapping[MeasureAction, str]] = MappingProxyType(
    {
        MeasureAction.ISSUE: "issued",
        MeasureAction.SERVE: "served",
        MeasureAction.COPY: "copied to the legal office",
        MeasureAction.REPLY: "replied to",
        MeasureAction.CHECK: "checked",
        MeasureAction.ESCALATE: "escalated",
        MeasureAction.WITHDRAW: "withdrawn",
    }
)


def _refusal(measure: Measure, action: MeasureAction, today: date) -> Refusal | None:
    """Why an action cannot follow on a state; None where it can."""
    if (measure.status, action) in TRANSITIONS:
        return None
    possible = [_DOING[each] for each in allowed(measure.status) if _is_open(measure, each, today)]
    told = f"It can be {', '.join(possible)}." if possible else "It is over; draft another."
    return Refusal(f"This measure is {shown_status(measure, today).value} and cannot be {_DOING[action]}. {told}")


def _is_open(measure: Measure, action: MeasureAction, today: date) -> bool:
    """Whether an action that its state allows was not taken before, and is not to be waited for."""
    match action:
        case MeasureAction.COPY:
            return measure.copied_on is None
        case MeasureAction.REPLY:
            return measure.replied_on is None
        case MeasureAction.ESCALATE:
            return measure.status is not _S.SERVED or shown_status(measure, today) is _S.OVERDUE
        case MeasureAction.WITHDRAW:
            return not measure.is_answered
        case _:
            return True


def _wrong_day(day: date, field: str, today: date, since: date | None, what: str) -> Refusal | None:
    if day > today:
        return Refusal(f"`{field}` lies in the future. Give the day it was done.", field)
    if since is not None and day < since:
        return Refusal(f"`{field}` lies before {since}, when {what}. Give the day it was done.", field)
    return None


def _step(event: MeasureEventKind, on: date, after: Measure, note: str = "") -> Step:
    return Step(event=event, on=on, measure=replace(after, revision=after.revision + 1), note=note)
