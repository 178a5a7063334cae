"""What was before: earlier values of a case, and what the rows of a run changed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import strawberry

from api import paging
from api.auditing import given_out
from api.context import ApiInfo
from api.paging import Connection, Page, PageInfo, decode_cursor, encode_cursor, make_page, page_size
from api.readings import Slice
from api.types.fields import resolved
from schema import history_records, records
from schema.access_vocabularies import Permission

_DEFAULT_PAGE = 20

LazyRun = Annotated["FeedRun", strawberry.lazy("api.types.feed_run")]  # type: ignore[name-defined]  # noqa: F821  lazy
LazyCase = Annotated["PenaltyCase", strawberry.lazy("api.types.penalty_case")]  # type: ignore[name-defined]  # noqa: F821  lazy


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change of a case, with the case, which says whose names are masked in it."""

    case: records.PenaltyCase
    change: history_records.CaseChange


ChangeParent = strawberry.Parent[ShownChange]


def _field(root: ChangeParent) -> str:
    return root.change.field


def _before(root: ChangeParent, info: ApiInfo) -> str | None:
    return info.context.shown.earlier_value(root.case, root.change, root.change.before)


def _after(root: ChangeParent, info: ApiInfo) -> str | None:
    return info.context.shown.earlier_value(root.case, root.change, root.change.after)


def _changed_at(root: ChangeParent) -> datetime:
    return root.change.changed_at


def _line(root: ChangeParent) -> int | None:
    return root.change.line


async def _run(root: ChangeParent, info: ApiInfo) -> records.FeedRun | None:
    return None if root.change.run_id is None else await info.context.loaders.runs.load(root.change.run_id)


async def _earlier_run(root: ChangeParent, info: ApiInfo) -> records.FeedRun | None:
    earlier = root.change.earlier_run_id
    return None if earlier is None else await info.context.loaders.runs.load(earlier)


_FIELD_DESCRIPTION = "The field by its name here; the party's are party.name and so on. 字段"
_BEFORE_DESCRIPTION = "What it was; null: unknown. Natural persons' names by role. 原值（自然人按权限脱敏）"
_AFTER_DESCRIPTION = "What it became, masked in the same way. 新值（自然人按权限脱敏）"


@strawberry.type(description="An earlier value of a field of a case. 案件变更")
class CaseChange:
    """`schema.history_records.CaseChange` as clients see it."""

    field: str = resolved(_field, _FIELD_DESCRIPTION)
    before: str | None = resolved(_before, _BEFORE_DESCRIPTION)
    after: str | None = resolved(_after, _AFTER_DESCRIPTION)
    changed_at: datetime = resolved(_changed_at, "When it was replaced. 变更时间")
    run: LazyRun | None = resolved(
        _run, "The load that replaced it; null: no load did. 变更批次", needs=Permission.READ_FEED_RUNS
    )
    line: int | None = resolved(
        _line, "The line of that load's file; null where it told of another case of the same party. 行号"
    )
    earlier_run: LazyRun | None = resolved(
        _earlier_run, "The load that the earlier value came from. 原值来源批次", needs=Permission.READ_FEED_RUNS
    )


@strawberry.type(description="A change and its cursor. 变更及游标")
class CaseChangeEdge:
    """An edge of CaseChangeConnection."""

    node: CaseChange = strawberry.field(description="The change. 变更")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Changes of a case, newest first. 案件变更列表")
class CaseChangeConnection:
    """`api.paging.Connection` of a case's changes."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[CaseChangeEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[CaseChange] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


def case_history(
    root: strawberry.Parent[records.PenaltyCase],
    info: ApiInfo,
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[ShownChange]:
    """The changes of a case, newest first; a place counts from the oldest, so that a cursor stays valid."""
    size = page_size(first, _DEFAULT_PAGE)
    behind: int | None = decode_cursor(after, "change", int)[0] if after else None
    case, loaders = root, info.context.loaders

    async def page() -> Page[ShownChange]:
        changes = await loaders.case_changes.load(Slice(case.id, size, behind))
        shown = [ShownChange(case, change) for change in changes]
        return make_page(shown, size, after, lambda each: encode_cursor("change", each.change.place))

    async def count() -> int:
        return await loaders.case_change_counts.load(case.id)

    return Connection(page, count)


@strawberry.type(description="A field that a row changed. 变更字段")
class FieldChange:
    """A part of `schema.history_records.CaseChange`."""

    field: str = resolved(_field, _FIELD_DESCRIPTION)
    before: str | None = resolved(_before, _BEFORE_DESCRIPTION)
    after: str | None = resolved(_after, _AFTER_DESCRIPTION)


RowParent = strawberry.Parent[history_records.RunChange]


def _outcome(root: RowParent) -> str:
    return root.outcome.value


async def _row_case(root: RowParent, info: ApiInfo) -> records.PenaltyCase | None:
    return None if root.case_id is None else await info.context.loaders.cases.load(root.case_id)


async def _fields(root: RowParent, info: ApiInfo) -> Sequence[ShownChange]:
    loaders = info.context.loaders
    if root.case_id is None:
        return []
    case, changes = await asyncio.gather(loaders.cases.load(root.case_id), loaders.row_changes.load(root))
    if case is None:
        return []
    given_out(info, case)
    return [ShownChange(case, change) for change in changes]


@strawberry.type(description="A row of a run that inserted or updated something. 批次变更行")
class FeedRunChange:
    """`schema.history_records.RunChange` as clients see it."""

    outcome: str = resolved(_outcome, "`inserted` or `updated`. 处理结果")
    line: int = strawberry.field(description="The physical line of the file. 行号")
    penalty_case: LazyCase | None = resolved(
        _row_case, "The case; null where the row told of none, or where it is gone. 案件"
    )
    fields: list[FieldChange] = resolved(_fields, "What an update changed in the case. 变更字段")


@strawberry.type(description="A row that changed something, and its cursor. 变更行及游标")
class FeedRunChangeEdge:
    """An edge of FeedRunChangeConnection."""

    node: FeedRunChange = strawberry.field(description="The row. 变更行")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Rows that changed something, in the order of the file. 变更行列表")
class FeedRunChangeConnection:
    """`api.paging.Connection` of a run's rows that inserted or updated."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[FeedRunChangeEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[FeedRunChange] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


def run_changes(
    root: strawberry.Parent[records.FeedRun],
    info: ApiInfo,
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[history_records.RunChange]:
    """The rows of a run that inserted or updated, in the order of the file."""
    size = page_size(first, _DEFAULT_PAGE)
    behind: int = decode_cursor(after, "runChange", int)[0] if after else 0
    loaders, run = info.context.loaders, root

    async def page() -> Page[history_records.RunChange]:
        rows = await loaders.run_changes.load(Slice(run.id, size, behind))
        return make_page(rows, size, after, lambda row: encode_cursor("runChange", row.ordinal))

    async def count() -> int:
        return run.inserted + run.updated

    return Connection(page, count)
