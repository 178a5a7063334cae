"""The ledger of clues (线索台账) of one's departments."""

from collections.abc import Sequence
from datetime import date

import strawberry

from api.context import ApiInfo
from api.ids import record_id
from api.paging import MAX_PAGE, Connection, Page, given, make_page, page_size
from api.types.clue import clue_cursor, lying_still, read_clue_cursor
from schema import clue_records
from schema.supervision_vocabularies import ClueClass, ClueRise, ClueSource, ClueStatus
from schema.vocabularies import Department
from stores.clue_rows import count_clues, list_clues
from stores.errors import BadUserInputError

_DEFAULT_PAGE = 20


@strawberry.input(description="Which clues: OR within a list, AND between fields; an empty list asks nothing. 线索筛选")
class ClueFilter:
    """`schema.clue_records.ClueFilter` as clients write it."""

    departments: list[Department] | None = strawberry.field(
        default=strawberry.UNSET, description="Handled by any of these, or waiting for them to accept. 承办部门"
    )
    status: list[ClueStatus] | None = strawberry.field(
        default=strawberry.UNSET, description="In any of these states. 状态"
    )
    handler_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="With this handler. 承办人"
    )
    due_before: date | None = strawberry.field(
        default=strawberry.UNSET, description="Due before this day. 办理期限早于"
    )
    dormant: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Dormant ones, or those that are not. 是否休眠"
    )
    classes: list[ClueClass] | None = strawberry.field(
        default=strawberry.UNSET, description="Of any of these classes. 类别"
    )
    sources: list[ClueSource] | None = strawberry.field(
        default=strawberry.UNSET, description="From any of these sources. 来源"
    )
    unacknowledged: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Closed, and somebody has not taken note of the result. 结果待签收"
    )
    risen_to: ClueRise | None = strawberry.field(
        default=strawberry.UNSET, description="Dormant and risen to just this one. 休眠提级"
    )


def read_clue_filter(filter_: ClueFilter | None) -> clue_records.ClueFilter:
    """Check a filter and read its ids. Raises BadUserInputError, naming the field."""
    if not filter_:
        return clue_records.ClueFilter()
    for name in ("departments", "status", "classes", "sources"):
        if len(getattr(filter_, name) or ()) > MAX_PAGE:
            raise BadUserInputError(f"A filter's list holds at most {MAX_PAGE} values.")
    handler = given(filter_.handler_id)
    return clue_records.ClueFilter(
        departments=tuple(filter_.departments or ()),
        statuses=tuple(filter_.status or ()),
        classes=tuple(filter_.classes or ()),
        sources=tuple(filter_.sources or ()),
        handler_id=None if handler is None else record_id(handler, "User", "handlerId"),
        due_before=given(filter_.due_before),
        dormant=given(filter_.dormant),
        risen_to=given(filter_.risen_to),
        unacknowledged=given(filter_.unacknowledged),
    )


def clues(
    info: ApiInfo,
    filter: ClueFilter | None = strawberry.UNSET,  # noqa: A002  the contract's name
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[clue_records.Clue]:
    """The clues that one's departments have or had a part in, by due day."""
    wanted, size, place = read_clue_filter(filter), page_size(first, _DEFAULT_PAGE), read_clue_cursor(after)
    context, lying = info.context, lying_still(info)

    async def read() -> Sequence[clue_records.Clue]:
        async with context.database.begin() as connection:
            return await list_clues(connection, context.scope, wanted, lying, first=size, after=place)

    async def page() -> Page[clue_records.Clue]:
        return make_page(await read(), size, after, clue_cursor)

    async def count() -> int:
        async with context.database.begin() as connection:
            return await count_clues(connection, context.scope, wanted, lying)

    return Connection(page, count)
