"""The life of a clue (线索): who may take which step when, and how the clue stands after it. Pure.

A clue has one `handler` at any time, who answers for it: its opener while it is NEW; whoever was named when it is
ASSIGNED; the head of the receiving desk while it is TRANSFERRED and nobody there was named; whoever had sent it when it
is RETURNED, or the head of that desk where that person is no longer there. The handler of a CLOSED clue is who handled
it last.

Its `sender` is who is to hear of it first: whoever handed it over last, of those hand-overs that were not returned, or
else its opener. One who gave a clue back has no part in it any more: the sender is again who it was before.

Hand-overs that were not returned lie one on another; a return takes the last one off, and brings the clue back to
where that one came from. So the result, when the clue is closed, goes back along the way it came: it is owed to the
opener, and to the sender of every hand-over that was accepted, to each once.

Whoever sits at a machine that asks for no token may do what anybody may (supervision/desks.py).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from schema.access_records import Account, Desk, Viewer
from schema.access_vocabularies import Role
from schema.clue_states import ClueState, ClueStep, Invited, Owed, Passed
from schema.supervision_vocabularies import ClueEventKind, ClueStatus
from supervision.clue_actions import (
    Accept,
    Acknowledge,
    Assign,
    BeginInvestigation,
    BeginReview,
    Close,
    ClueAction,
    Extend,
    GiveOpinion,
    Invite,
    RecordStep,
    Refusal,
    Return,
    Transfer,
)
from supervision.desks import acts_for, desk_of, leads, may_handle, sits_at
from supervision.named_days import LATEST_DUE_DAY

_NEW, _ASSIGNED = ClueStatus.NEW, ClueStatus.ASSIGNED
_REVIEW, _INVESTIGATING = ClueStatus.UNDER_REVIEW, ClueStatus.INVESTIGATING
_TRANSFERRED, _RETURNED, _CLOSED = ClueStatus.TRANSFERRED, ClueStatus.RETURNED, ClueStatus.CLOSED
_AT_WORK: Final = frozenset({_NEW, _ASSIGNED, _REVIEW, _INVESTIGATING, _RETURNED})

LEAVES: Final[Mapping[type[ClueAction], frozenset[ClueStatus]]] = MappingProxyType(
    {
        Assign: _AT_WORK,
        BeginReview: frozenset({_NEW, _ASSIGNED, _RETURNED}),
        BeginInvestigation: frozenset({_ASSIGNED, _REVIEW, _RETURNED}),
        RecordStep: _AT_WORK,
        Extend: _AT_WORK,
        Transfer: _AT_WORK,
        Accept: frozenset({_TRANSFERRED}),
        # A new clue lies with its opener, and came from nobody.
        Return: (_AT_WORK | {_TRANSFERRED}) - {_NEW},
        Invite: _AT_WORK,
        GiveOpinion: _AT_WORK | {_TRANSFERRED},
        Close: _AT_WORK,
        Acknowledge: frozenset({_CLOSED}),
    }
)
"""In which states each step can be taken at all."""

_NEXT: Final[Mapping[ClueStatus, str]] = MappingProxyType(
    {
        _NEW: "Assign it, review it, hand it over or close it.",
        _ASSIGNED: "Review it, investigate it, hand it over, return it or close it.",
        _REVIEW: "Investigate it, hand it over, return it or close it.",
        _INVESTIGATING: "Record what is done, hand it over, return it or close it.",
        _TRANSFERRED: "The desk that it was handed to accepts or returns it first.",
        _RETURNED: "Assign it, review it, investigate it, hand it over or close it.",
        _CLOSED: "Whoever is owed its result acknowledges it.",
    }
)


def open_clue_state(
    actor: Viewer, desk: Desk, handler: Account | None, *, due_on: date, today: date
) -> ClueState | Refusal:
    """A clue that somebody opens for a desk, of which it may name the handler."""
    wrong = _wrong_due_day(due_on, today)
    if wrong is not None:
        return wrong
    if handler is not None and not may_handle(handler, desk):
        return not_of_the_desk(desk)
    own = desk_of(actor.account)
    desks = frozenset({desk} if own is None else {desk, own})
    if not any(actor.scope.has_desk(each) for each in desks):
        return Refusal(
            "You belong to no department, and would not see the clue again. Ask your administrator for one.",
            "department",
        )
    return ClueState(
        status=_NEW if handler is None else _ASSIGNED,
        desk=desk,
        handler_id=actor.account.id if handler is None else handler.id,
        sender_id=actor.account.id,
        opener=actor.account,
        due_on=due_on,
        desks=desks,
    )


def take(  # noqa: C901, PLR0911, PLR0912  one case for each step
    state: ClueState, actor: Viewer, action: ClueAction, *, today: date
) -> ClueStep | Refusal:
    """The step that somebody asks for, or why it cannot be taken."""
    if state.status not in LEAVES[type(action)]:
        return Refusal(f"This clue is {state.status.value} ({state.status.label}). {_NEXT[state.status]}")
    match action:
        case Assign():
            return _assign(state, actor, action, today)
        case BeginReview():
            return _begin(state, actor, _REVIEW, ClueEventKind.REVIEW_BEGUN, action.note)
        case BeginInvestigation():
            return _begin(state, actor, _INVESTIGATING, ClueEventKind.INVESTIGATION_BEGUN, action.note)
        case RecordStep():
            return _begin(state, actor, state.status, ClueEventKind.STEP_RECORDED, action.note)
        case Extend():
            return _extend(state, actor, action, today)
        case Transfer():
            return _transfer(state, actor, action)
        case Accept():
            return _accept(state, actor, action, today)
        case Return():
            return _return(state, actor, action)
        case Invite():
            return _invite(state, actor, action)
        case GiveOpinion():
            return _give_opinion(state, actor, action)
        case Close():
            return _close(state, actor, action)
        case Acknowledge():
            return _acknowledge(state, actor)


def way_back(state: ClueState) -> tuple[Desk, Account] | None:
    """To which desk and whom a return brings a clue; None where it comes from nowhere else."""
    if state.passed:
        last = state.passed[-1]
        return last.from_desk, last.sender
    if state.opener.id == state.handler_id:
        return None
    return desk_of(state.opener) or state.desk, state.opener


def _handles(state: ClueState, actor: Viewer) -> bool:
    return state.handler_id == actor.account.id or leads(actor, state.desk)


def _not_yours(what: str) -> Refusal:
    return Refusal(f"Only its handler, and whoever heads the department that handles it, {what}.")


def _wrong_due_day(due_on: date | None, today: date) -> Refusal | None:
    """Why nothing can be due on a day; None where it can, and where no day is named."""
    if due_on is None:
        return None
    if due_on < today:
        return Refusal("`dueOn` is past. Give a day that is still to come.", "dueOn")
    if due_on > LATEST_DUE_DAY:
        return Refusal(f"`dueOn` lies after {LATEST_DUE_DAY}. Give an earlier day.", "dueOn")
    return None


def not_of_the_desk(desk: Desk) -> Refusal:
    """Why an account cannot be given a clue of a desk; the same for one that there is not."""
    return Refusal(
        f"This account handles no clues of {desk.department.label} there. Name somebody of that department.",
        "handlerId",
    )


def _assign(state: ClueState, actor: Viewer, action: Assign, today: date) -> ClueStep | Refusal:
    account = actor.account
    manages = Role.CASE_MANAGEMENT in account.roles and account.procuratorate_id == state.desk.procuratorate_id
    waits = state.status in {_NEW, _RETURNED}
    if not (leads(actor, state.desk) or manages or (waits and state.handler_id == account.id)):
        return Refusal("Only the head of the department, the chief and the case management assign it now. Ask them.")
    if action.handler is None or not may_handle(action.handler, state.desk):
        return not_of_the_desk(state.desk)
    due_on = action.due_on or state.due_on
    wrong = _wrong_due_day(action.due_on, today)
    if wrong is not None:
        return wrong
    if due_on > state.due_on and not leads(actor, state.desk):
        return Refusal("Only the head of the department and the chief give it more time. Leave `dueOn` out.", "dueOn")
    if not waits and (action.handler.id, due_on) == (state.handler_id, state.due_on):
        return Refusal("It is this person's already. Name another.", "handlerId")
    # Work that was begun goes on with another person.
    status = _ASSIGNED if waits else state.status
    after = replace(state, status=status, handler_id=action.handler.id, due_on=due_on)
    return ClueStep(event=ClueEventKind.ASSIGNED, state=after, note=action.handler.name)


def _begin(state: ClueState, actor: Viewer, status: ClueStatus, event: ClueEventKind, note: str) -> ClueStep | Refusal:
    if not _handles(state, actor):
        return _not_yours("say what is done with it")
    return ClueStep(event=event, state=replace(state, status=status), note=note)


def _extend(state: ClueState, actor: Viewer, action: Extend, today: date) -> ClueStep | Refusal:
    if not leads(actor, state.desk):
        return Refusal("Only the head of the department and the chief extend its limit. Ask them.")
    if action.due_on <= state.due_on or action.due_on < today:
        return Refusal(f"It is due on {state.due_on}. Give a later day, and none that is past.", "dueOn")
    wrong = _wrong_due_day(action.due_on, today)
    if wrong is not None:
        return wrong
    return ClueStep(event=ClueEventKind.EXTENDED, state=replace(state, due_on=action.due_on), note=action.reason)


def _transfer(state: ClueState, actor: Viewer, action: Transfer) -> ClueStep | Refusal:
    if not _handles(state, actor):
        return _not_yours("hand it over")
    if action.to == state.desk:
        return Refusal("It is at this department already. Name another.", "department")
    if action.head is None:
        return _nobody_at(action.to)
    after = replace(
        state,
        status=_TRANSFERRED,
        desk=action.to,
        handler_id=action.head.id,
        sender_id=actor.account.id,
        desks=state.desks | {action.to},
        passed=(*state.passed, Passed(from_desk=state.desk, sender=actor.account, accepted=False)),
    )
    return ClueStep(event=ClueEventKind.TRANSFERRED, state=after, note=action.reason)


def _accept(state: ClueState, actor: Viewer, action: Accept, today: date) -> ClueStep | Refusal:
    if not _handles(state, actor):
        return Refusal("Only the head of the department that it was handed to, and the chief, accept it. Ask them.")
    if action.handler is None or not may_handle(action.handler, state.desk):
        return not_of_the_desk(state.desk)
    wrong = _wrong_due_day(action.due_on, today)
    if wrong is not None:
        return wrong
    after = replace(
        state,
        status=_ASSIGNED,
        handler_id=action.handler.id,
        due_on=action.due_on or state.due_on,
        passed=(*state.passed[:-1], replace(state.passed[-1], accepted=True)),
    )
    return ClueStep(event=ClueEventKind.ACCEPTED, state=after, note=action.handler.name)


def _return(state: ClueState, actor: Viewer, action: Return) -> ClueStep | Refusal:
    if not _handles(state, actor):
        return _not_yours("return it")
    back = way_back(state)
    if back is None:
        return Refusal("Nobody handed it over, and it is with its opener. Hand it over or close it.")
    desk, sender = back
    receiver = _receiver(desk, sender, action.head)
    if receiver is None:
        return _nobody_at(desk)
    left = state.passed[:-1]
    after = replace(
        state,
        status=_RETURNED,
        desk=desk,
        handler_id=receiver.id,
        sender_id=left[-1].sender.id if left else state.opener.id,
        desks=state.desks | {desk},
        passed=left,
    )
    return ClueStep(event=ClueEventKind.RETURNED, state=after, note=action.reason)


def _receiver(desk: Desk, sender: Account, head: Account | None) -> Account | None:
    """Who answers for a clue that comes back: who sent it, unless somebody else has to, who is still there."""
    if may_handle(sender, desk):
        return sender
    if head is not None:
        return head
    return sender if sender.disabled_at is None else None


def _invite(state: ClueState, actor: Viewer, action: Invite) -> ClueStep | Refusal:
    if not _handles(state, actor):
        return _not_yours("ask others to take part")
    if action.desk == state.desk:
        return Refusal("This department handles it. Name another.", "department")
    if any((each.desk, each.work) == (action.desk, action.work) for each in state.invited):
        return Refusal("This department was asked before. Read `participations`.", "department")
    if action.head is None:
        return _nobody_at(action.desk)
    after = replace(
        state,
        desks=state.desks | {action.desk},
        invited=(*state.invited, Invited(desk=action.desk, work=action.work, opined=False)),
    )
    label = f"{action.desk.department.label}{action.work.label}"
    return ClueStep(event=ClueEventKind.DEPARTMENT_INVITED, state=after, note=label)


def opinion_of(state: ClueState, actor: Viewer, action: GiveOpinion) -> int | None:
    """The place of the invitation that an opinion answers; None where there is none for this person to answer."""
    for place, each in enumerate(state.invited):
        wanted = action.department in {None, each.desk.department}
        if each.work is action.work and not each.opined and wanted and sits_at(actor.account, each.desk):
            return place
    return None


def _give_opinion(state: ClueState, actor: Viewer, action: GiveOpinion) -> ClueStep | Refusal:
    place = opinion_of(state, actor, action)
    if place is None:
        return Refusal("Your department was not asked for this, or has answered. Read `participations`.", "work")
    answered = replace(state.invited[place], opined=True)
    after = replace(state, invited=(*state.invited[:place], answered, *state.invited[place + 1 :]))
    return ClueStep(event=ClueEventKind.OPINION_GIVEN, state=after, note=action.opinion)


def _close(state: ClueState, actor: Viewer, action: Close) -> ClueStep | Refusal:
    if not _handles(state, actor):
        return _not_yours("close it")
    owed = {state.opener.id: state.opener}
    owed |= {each.sender.id: each.sender for each in state.passed}
    desks = {desk for account in owed.values() if (desk := desk_of(account)) is not None}
    after = replace(
        state,
        status=_CLOSED,
        # Who sent it from another department than today's is to see its result all the same.
        desks=state.desks | desks,
        owed=tuple(Owed(account=account, acknowledged=account.id == actor.account.id) for account in owed.values()),
    )
    return ClueStep(event=ClueEventKind.CLOSED, state=after, note=action.result)


def _acknowledge(state: ClueState, actor: Viewer) -> ClueStep | Refusal:
    open_ = [each.account for each in state.owed if not each.acknowledged]
    own = {account.id for account in open_ if account.id == actor.account.id}
    # One's own result first; that of others, for whom one stands in, is another step.
    settled = own or {account.id for account in open_ if acts_for(actor, account, state.desk)}
    if not open_:
        return Refusal("Everybody who is owed its result has acknowledged it.")
    if not settled:
        return Refusal("Its result is owed to others. They, or whoever heads their departments, acknowledge it.")
    owed = tuple(replace(each, acknowledged=each.acknowledged or each.account.id in settled) for each in state.owed)
    return ClueStep(event=ClueEventKind.ACKNOWLEDGED, state=replace(state, owed=owed))


def _nobody_at(desk: Desk) -> Refusal:
    return Refusal(
        f"Nobody there would answer for it: {desk.department.label} has no head, and there is no chief. "
        "Ask the administrator to make an account.",
        "department",
    )
