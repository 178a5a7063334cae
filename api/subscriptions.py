"""The subscriptions."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, Final

import anyio
import strawberry

from api.clue_following import clue_changed
from api.context import ApiInfo, Context
from api.ids import record_id
from api.loaders import Loaders
from api.types.clue import Clue
from api.types.feed_run import FeedRun
from schema import records
from schema.access_records import Scope
from schema.access_vocabularies import AuditAction, Permission
from stores.errors import BadUserInputError, JianduError

NO_SUCH_RUN: Final = "There is no feed run of this id, or it is not yours to follow."

# A run is looked at this often where nothing is told, and no more often than that where much is.
_LOOK_EVERY_SECONDS: Final = 2.0
_LOOK_AT_MOST_EVERY_SECONDS: Final = 0.2


async def feed_run_progress(info: ApiInfo, id: strawberry.ID) -> AsyncGenerator[records.FeedRun, None]:  # noqa: A002  the contract's name
    """A run as it is now, again whenever it has come further, and the last time when it has ended.

    Raises BadUserInputError for a run that is not there or not in scope, LimitExceededError.
    """
    audit = info.context.audit
    audit.begin(info, AuditAction.VIEW, {"id": id})
    try:
        async with aclosing(_states(info.context, record_id(id, "FeedRun", "id"))) as states:
            async for run in states:
                yield run
                # That somebody follows it is on record; what comes later is, where it shows anything of cases.
                audit.begin(info, AuditAction.VIEW, {"id": id}, shown=False)
    except JianduError as error:
        audit.refused(info, error)
        raise


async def _states(context: Context, run_id: int) -> AsyncGenerator[records.FeedRun, None]:
    """What is new of a run: states that whoever follows has no time for are left out."""
    following = context.services.following
    last: records.FeedRun | None = None
    with following.subscriptions.seat(context.viewer.account.id, "subscriptions"), following.run(run_id) as follower:
        while last is None or last.ended_at is None:
            if last is not None:
                await anyio.sleep(_LOOK_AT_MOST_EVERY_SECONDS)
                await follower.wait(_LOOK_EVERY_SECONDS - _LOOK_AT_MOST_EVERY_SECONDS)
            run = await _read(context, run_id)
            if run is None:
                raise BadUserInputError(NO_SUCH_RUN)
            if run != last:
                last = run
                # What was read for the state before is no longer so.
                context.loaders.forget_all()
                yield run


async def _read(context: Context, run_id: int) -> records.FeedRun | None:
    """The run, where whoever follows may see it; None otherwise."""
    viewer = context.viewer
    if viewer.may(Permission.READ_FEED_RUNS):
        scope = context.scope
    elif viewer.may(Permission.LOAD_FEEDS) and viewer.account.agency_id is not None:
        # A machine reads nothing but how the loads of its agency's files go.
        scope = Scope(agency_id=viewer.account.agency_id)
    else:
        return None
    return await Loaders(context.services.database.acting(scope), scope).runs.load(run_id)


def _followed(resolver: Callable[..., AsyncGenerator[Any, None]], description: str) -> Any:
    """A field that is answered again and again with the records that its annotated GraphQL type shows."""
    return strawberry.subscription(resolver=resolver, description=description)


@strawberry.type(description="What can be followed over a websocket (graphql-transport-ws). 订阅")
class Subscription:
    """Contract: shared/contract/schema.graphql."""

    feed_run_progress: AsyncIterator[FeedRun] = _followed(
        feed_run_progress,
        "How far a feed's load has come: at once, again when it has come further, and to the end. 导入进度",
    )
    clue_changed: AsyncIterator[Clue] = _followed(
        clue_changed,
        "A clue of one's departments whenever it was opened or took a step, as it then stands; only of one department, "
        "where it is named. 线索变更",
    )
