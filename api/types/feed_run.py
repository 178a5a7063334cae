"""Feed runs and their rejected rows."""

from datetime import datetime
from typing import Any

import strawberry

from api import paging
from api.context import ApiInfo
from api.paging import Connection, Page, PageInfo, decode_cursor, encode_cursor, make_page, page_size
from api.readings import Slice
from api.types.fields import resolved
from api.types.history import FeedRunChangeConnection, run_changes
from api.types.node import Node
from api.types.organisation import Agency
from api.types.user import User, user_by_id
from schema import records
from schema.access_records import Account
from schema.vocabularies import FeedRunStatus
from supervision.audit_covering import cover_file_name


@strawberry.type(description="Why a row was rejected. 拒收原因")
class FeedError:
    """`schema.records.FeedError` as clients see it."""

    line: int = strawberry.field(description="The physical line of the file. 行号")
    column: str | None = strawberry.field(description="The column, where one is to blame. 列")
    code: str = strawberry.field(description="A code of the feed contract. 代码")
    message: str = strawberry.field(description="What is wrong and what to do. 说明")


@strawberry.type(description="A rejected row and its cursor. 拒收行及游标")
class FeedErrorEdge:
    """An edge of FeedErrorConnection."""

    node: FeedError = strawberry.field(description="The rejected row. 拒收行")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Rejected rows in the order of the file. 拒收行列表")
class FeedErrorConnection:
    """`api.paging.Connection` of rejected rows."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[FeedErrorEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[FeedError] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


def _errors(
    root: strawberry.Parent[records.FeedRun],
    info: ApiInfo,
    first: int | None = 20,
    after: str | None = strawberry.UNSET,
) -> Connection[records.FeedError]:
    size = page_size(first, 20)
    behind: int = decode_cursor(after, "row", int)[0] if after else 0
    loaders, run_id = info.context.loaders, root.id

    async def page() -> Page[records.FeedError]:
        errors = await loaders.run_errors.load(Slice(run_id, size, behind))
        return make_page(errors, size, after, lambda error: encode_cursor("row", error.ordinal))

    async def count() -> int:
        return await loaders.run_error_counts.load(run_id)

    return Connection(page, count)


def _file(root: strawberry.Parent[records.FeedRun], info: ApiInfo) -> str:
    return root.file if info.context.scope.names else cover_file_name(root.file)


async def _agency(root: strawberry.Parent[records.FeedRun], info: ApiInfo) -> records.Agency | None:
    return None if root.agency_id is None else await info.context.loaders.agencies.load(root.agency_id)


async def _loaded_by(root: strawberry.Parent[records.FeedRun], info: ApiInfo) -> Account | None:
    return None if root.loaded_by is None else await user_by_id(info.context, root.loaded_by)


@strawberry.type(description="A line that is no record: a title, a header, a blank or a total. 跳过行")
class SkippedLine:
    """`schema.records.SkippedLine` as clients see it."""

    line: int = strawberry.field(description="The physical line of the file. 行号")
    reason: str = strawberry.field(description="Why it is no record. 原因")


@strawberry.type(description="One load of one file, with its accounts. 导入批次")
class FeedRun(Node):
    """`schema.records.FeedRun` as clients see it: rows = inserted + updated + unchanged + rejected."""

    run: str = strawberry.field(description="The name by which commands know the run. 批次号")
    file: str = resolved(_file, "The file's name; natural persons' names in it by role. 文件名（自然人按权限脱敏）")
    status: FeedRunStatus = strawberry.field(description="How it stands. 状态")
    started_at: datetime = strawberry.field(description="When loading began. 开始时间")
    ended_at: datetime | None = strawberry.field(description="When it ended; null while it runs. 结束时间")
    rows: int = strawberry.field(description="Data records in the file. 数据行数")
    inserted: int = strawberry.field(description="New cases. 新增")
    updated: int = strawberry.field(description="Changed cases. 更新")
    unchanged: int = strawberry.field(description="Rows that changed nothing. 未变")
    rejected: int = strawberry.field(description="Rows that could not be taken. 拒收")
    waiting: int = strawberry.field(description="Accepted rows whose case has not arrived. 待关联")
    warnings: int = strawberry.field(description="What a person should look at in accepted rows. 提示数")
    reason: str | None = strawberry.field(description="Why the file was refused; null otherwise. 拒收文件的原因")
    skipped: list[SkippedLine] = strawberry.field(description="Lines that are no record, the first 100. 跳过行")
    agency: Agency | None = resolved(_agency, "Whose feed it is, where that was said. 报送机关")
    loaded_by: User | None = resolved(_loaded_by, "Whose account sent it, where you may see that account. 报送账号")
    errors: FeedErrorConnection = resolved(_errors, "The rejected rows. 拒收行")
    changes: FeedRunChangeConnection = resolved(run_changes, "The rows that inserted or updated. 变更行")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Tell a run among nodes."""
        return isinstance(value, records.FeedRun)


@strawberry.type(description="A run and its cursor. 批次及游标")
class FeedRunEdge:
    """An edge of FeedRunConnection."""

    node: FeedRun = strawberry.field(description="The run. 批次")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Runs, newest first. 批次列表")
class FeedRunConnection:
    """`api.paging.Connection` of runs."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[FeedRunEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[FeedRun] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")
