"""Whoever follows clues hears of every change to those of their departments, as soon as it is made."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

import anyio
import strawberry

from api.context import ApiInfo, Context
from schema import clue_records
from schema.access_vocabularies import AuditAction, Permission
from schema.vocabularies import Department
from stores.clue_rows import events_behind, last_events
from stores.errors import BadUserInputError, JianduError
from stores.postgres import Database

NO_SUCH_CLUES: Final = "There are no clues of this department that are yours to follow."

# It is looked this often where nothing is told, and no more often than that where much is.
_LOOK_EVERY_SECONDS: Final = 2.0
_LOOK_AT_MOST_EVERY_SECONDS: Final = 0.2
# A transaction that began before another may end after it; none of a change is under way for as long.
_LONGEST_CHANGE_SECONDS: Final = 60.0
_EVENTS_BEFORE: Final = 1_000


async def clue_changed(
    info: ApiInfo, department: Department | None = strawberry.UNSET
) -> AsyncGenerator[clue_records.Clue, None]:
    """Every clue in scope that is opened or takes a step from now on.

    Raises BadUserInputError where there are none to follow, LimitExceededError.
    """
    wanted = None if department is strawberry.UNSET else department
    audit, asked = info.context.audit, {"department": wanted}
    audit.begin(info, AuditAction.VIEW, asked)
    # That somebody follows is on record even if nothing ever comes.
    try:
        _require(info.context, wanted)
        await audit.write()
        async with aclosing(_changes(info.context, wanted)) as changes:
            async for clue in changes:
                audit.begin(info, AuditAction.VIEW, {**asked, "clue": clue.number})
                yield clue
    except JianduError as error:
        audit.begin(info, AuditAction.VIEW, asked)
        audit.refused(info, error)
        raise


def _require(context: Context, department: Department | None) -> None:
    scope = context.scope
    departments = tuple(Department) if scope.everything else scope.departments
    if not context.viewer.may(Permission.READ_CLUES) or not departments:
        raise BadUserInputError(NO_SUCH_CLUES)
    if department is not None and department not in departments:
        raise BadUserInputError(NO_SUCH_CLUES)


async def _changes(context: Context, department: Department | None) -> AsyncGenerator[clue_records.Clue, None]:
    """The clues that change: what changes twice while whoever follows is busy is told once."""
    following = context.services.following
    with following.subscriptions.seat(context.viewer.account.id, "subscriptions"), following.clues() as follower:
        events = _Events(context.database)
        await events.begin()
        while True:
            await follower.wait(_LOOK_EVERY_SECONDS - _LOOK_AT_MOST_EVERY_SECONDS)
            for clue_id in await events.changed():
                # What was read for the change before is no longer so.
                context.loaders.forget_all()
                clue = await context.loaders.clues.load(clue_id)
                if clue is not None and _is_of(context, clue, department):
                    yield clue
            await anyio.sleep(_LOOK_AT_MOST_EVERY_SECONDS)


def _is_of(context: Context, clue: clue_records.Clue, department: Department | None) -> bool:
    return department is None or any(
        desk.department is department and context.scope.has_desk(desk) for desk in clue.desks
    )


@dataclass(slots=True)
class _Events:
    """Which events in scope were told: those of the last minute by themselves, all before them by the last one."""

    database: Database
    behind: int = 0
    told: dict[int, float] = field(default_factory=dict)

    async def begin(self) -> None:
        """What there is already is not told."""
        async with self.database.begin() as connection:
            known = await last_events(connection, _EVENTS_BEFORE)
        now = anyio.current_time()
        self.told = dict.fromkeys(known, now)
        self.behind = min(known, default=1) - 1

    async def changed(self) -> list[int]:
        """The clues of the events that were not told yet, each once."""
        async with self.database.begin() as connection:
            found = await events_behind(connection, self.behind)
        now = anyio.current_time()
        changed = dict.fromkeys(clue_id for event_id, clue_id in found if event_id not in self.told)
        for event_id, _ in found:
            self.told.setdefault(event_id, now)
        settled = [event_id for event_id, at in self.told.items() if now - at > _LONGEST_CHANGE_SECONDS]
        if settled:
            self.behind = max(settled)
            self.told = {event_id: at for event_id, at in self.told.items() if event_id > self.behind}
        return list(changed)
