"""How a step of a clue's life is taken: seen, locked, decided of, written down."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from api.context import Context
from api.mutations.changing import (
    Changed,
    Outcome,
    RefusedError,
    UserError,
    UserErrorCode,
    make_change,
    read_id,
    require_revision,
)
from schema import clue_records
from schema.access_records import Account, Desk
from schema.access_vocabularies import Permission
from schema.clue_states import ClueState
from schema.vocabularies import Department
from stores.accounts import accounts_by_id
from stores.clues import cases_of_clue, keep_step, lock_clue, name_of_procuratorate
from stores.desks import head_of_desk
from stores.postgres import DatabaseConnection
from supervision.calendars import shanghai_day
from supervision.clue import take
from supervision.clue_actions import ClueAction, Refusal
from supervision.desks import is_local_administrator

_FORBIDDEN: Final = "Only whoever handles clues may do this. Ask the head of your department."

Asked = Callable[[DatabaseConnection, ClueState], Awaitable[ClueAction]]
"""Makes what is asked of a clue, out of what was read of the input."""


def just(action: ClueAction) -> Asked:
    """What is asked without anything having to be read from the record."""

    async def asked(_connection: DatabaseConnection, _state: ClueState) -> ClueAction:
        return action

    return asked


class ClueInput(Protocol):
    """What every mutation of a clue takes."""

    clue_id: Any
    expected_revision: int | None


@dataclass(frozen=True, slots=True)
class ClueChange:
    """A clue that was changed, or why it was not; where it was changed meanwhile, as it stands now."""

    clue: clue_records.Clue | None
    user_errors: Sequence[UserError]


async def step_taken(context: Context, wanted: ClueInput, mutation: str, read: Callable[[], Asked]) -> ClueChange:
    """Take the step that `read` reads out of a mutation's input, which refuses a wrong one by RefusedError."""

    async def sees() -> None:
        clue_id = read_id(wanted.clue_id, "Clue", "clueId")
        read()
        if not context.viewer.may(Permission.READ_CLUES) or await context.loaders.clues.load(clue_id) is None:
            raise _no_such_clue()

    async def change(connection: DatabaseConnection) -> Changed:
        clue_id = read_id(wanted.clue_id, "Clue", "clueId")
        await _take(connection, context, clue_id, wanted.expected_revision, read())
        return Changed(clue_id, await cases_of_clue(connection, clue_id))

    outcome = await make_change(
        context, mutation, wanted, needs=Permission.HANDLE_CLUES, forbidden=_FORBIDDEN, sees=sees, change=change
    )
    return await changed_clue(context, outcome, wanted)


async def changed_clue(context: Context, outcome: Outcome, wanted: ClueInput | None = None) -> ClueChange:
    """What a mutation answers; a clue that was changed meanwhile is shown as it stands now."""
    clue_id = outcome.record_id
    if clue_id is None:
        stale = any(error.code == UserErrorCode.STALE.value for error in outcome.user_errors)
        if not stale or wanted is None:
            return ClueChange(None, outcome.user_errors)
        context.loaders.forget()
        clue_id = read_id(wanted.clue_id, "Clue", "clueId")
    return ClueChange(await context.loaders.clues.load(clue_id), outcome.user_errors)


async def _take(
    connection: DatabaseConnection, context: Context, clue_id: int, expected: int | None, asked: Asked
) -> None:
    known = await lock_clue(connection, clue_id)
    if known is None:
        raise _no_such_clue()
    require_revision(known.revision, expected, f"it is {known.state.status.value}")
    now = context.services.clock()
    step = take(known.state, context.viewer, await asked(connection, known.state), today=shanghai_day(now))
    if isinstance(step, Refusal):
        raise RefusedError(UserErrorCode.NOT_ALLOWED, step.sentence, step.field)
    await keep_step(connection, known, step, actor_id=context.viewer.account.id, now=now)


async def account_of_id(connection: DatabaseConnection, account_id: int) -> Account | None:
    """An account that an input names; None where there is none."""
    return (await accounts_by_id(connection, [account_id])).get(account_id)


async def desk_and_head(
    connection: DatabaseConnection,
    context: Context,
    state: ClueState,
    department: Department,
    procuratorate_id: int | None,
) -> tuple[Desk, Account | None]:
    """The desk that an input names, by default of the procuratorate that handles the clue, and who answers for it."""
    if procuratorate_id is not None and await name_of_procuratorate(connection, procuratorate_id) is None:
        raise RefusedError(
            UserErrorCode.NOT_FOUND,
            "There is no such procuratorate. Take `id` as a query returned it.",
            "procuratorateId",
        )
    desk = Desk(state.desk.procuratorate_id if procuratorate_id is None else procuratorate_id, department)
    return desk, await head_for(connection, context, desk)


async def head_for(connection: DatabaseConnection, context: Context, desk: Desk) -> Account | None:
    """Who answers for a desk; where nobody does, whoever sits at the machine itself, if it is that one who acts."""
    head = await head_of_desk(connection, desk)
    actor = context.viewer.account
    return actor if head is None and is_local_administrator(actor) else head


def _no_such_clue() -> RefusedError:
    """The answer for a clue that is not there, and for one that the viewer may not see."""
    return RefusedError(UserErrorCode.NOT_FOUND, "There is no such clue. Take `id` as a query returned it.", "clueId")
