"""Typical cases as clients see them (典型案例)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import strawberry

from api import paging
from api.context import ApiInfo
from api.ids import global_id
from api.paging import Connection, Page, PageInfo, bounded, decode_cursor, encode_cursor, given, make_page, page_size
from api.types.duty_crime import procuratorate_field
from api.types.fields import resolved
from api.types.node import Node
from api.types.organisation import Procuratorate
from schema import county_report_records, records
from stores.errors import BadUserInputError
from stores.typical_cases import COLUMNS, TypicalFilter, TypicalPlace, count_typical_cases, list_typical_cases

_DEFAULT_PAGE: Final = 20

LazyCase = Annotated["PenaltyCase", strawberry.lazy("api.types.penalty_case")]  # type: ignore[name-defined]  # noqa: F821  lazy

Parent = strawberry.Parent[county_report_records.TypicalCase]


def _record_id(root: Parent) -> strawberry.ID:
    return strawberry.ID(global_id(root.type_name, root.record_id))


def _told(field: str, description: str) -> Any:
    def shown(root: Parent, info: ApiInfo) -> str | None:
        return info.context.shown.written(getattr(root, field), root.person_names)

    return resolved(shown, description)


async def _cases(root: Parent, info: ApiInfo) -> Sequence[records.PenaltyCase]:
    found = await info.context.loaders.cases.load_many(list(root.case_ids))
    return [case for case in found if case is not None][: paging.MAX_PAGE]


@strawberry.type(description="A record that was marked as typical. 典型案例")
class TypicalCase(Node):
    """`schema.county_report_records.TypicalCase` as clients see it."""

    type_name: str = strawberry.field(
        description="What it is: PenaltyCase, Clue, Measure, DutyCrimeCase or PublicInterestCase. 记录类别"
    )
    record_id: strawberry.ID = resolved(_record_id, "The id of the record. 记录编号")
    cases: list[LazyCase] = resolved(_cases, "Its penalty cases that are in scope, the first hundred. 相关案件")
    procuratorate: Procuratorate | None = procuratorate_field("Whose it is. 检察院")
    summary: str | None = _told("summary", "What makes it typical; persons by role. 案情摘要及典型意义")
    marked_by: str = strawberry.field(description="Who marked it. 认定人")
    marked_at: datetime = strawberry.field(description="When. 认定时间")
    withdrawn_by: str | None = strawberry.field(description="Who withdrew the mark. 撤销人")
    withdrawn_at: datetime | None = strawberry.field(description="When. 撤销时间")
    withdrawal_reason: str | None = _told("withdrawal_reason", "Why it was withdrawn. 撤销理由")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Tell a typical case among nodes."""
        return isinstance(value, county_report_records.TypicalCase)


@strawberry.type(description="A typical case and its cursor. 典型案例及游标")
class TypicalCaseEdge:
    """An edge of TypicalCaseConnection."""

    node: TypicalCase = strawberry.field(description="The typical case. 典型案例")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Typical cases, the latest marked first. 典型案例列表")
class TypicalCaseConnection:
    """`api.paging.Connection` of typical cases."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[TypicalCaseEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[TypicalCase] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


@strawberry.input(description="Which typical cases; every part narrows the list. 筛选条件")
class TypicalCasesFilter:
    """What `typicalCases` may be narrowed by."""

    type_names: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Of these types, as `typeName` tells them. 记录类别"
    )
    withdrawn: bool | None = strawberry.field(
        default=strawberry.UNSET, description="true: only those whose mark was withdrawn; else only the others. 已撤销"
    )


def _place(cursor: str | None) -> TypicalPlace | None:
    if not cursor:
        return None
    at, key = decode_cursor(cursor, "typical", str, int)
    try:
        return datetime.fromisoformat(at).astimezone(UTC), key
    except (ValueError, OverflowError) as error:
        raise BadUserInputError("This cursor does not belong to this list. Take `endCursor`.") from error


def typical_cases(
    info: ApiInfo,
    filter: TypicalCasesFilter | None = strawberry.UNSET,  # noqa: A002  the name of every list's argument
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[county_report_records.TypicalCase]:
    """The typical cases whose records are in scope."""
    context, asked = info.context, given(filter)
    size, place = page_size(first, _DEFAULT_PAGE), _place(given(after))
    types = () if asked is None else tuple(given(asked.type_names) or ())
    bounded(types)
    if not set(types) <= set(COLUMNS):
        raise BadUserInputError(f"`typeNames` takes {', '.join(COLUMNS)}.")
    wanted = TypicalFilter(types=types, withdrawn=asked is not None and given(asked.withdrawn) is True)

    async def page() -> Page[county_report_records.TypicalCase]:
        async with context.database.begin() as connection:
            found = await list_typical_cases(connection, context.scope, wanted, first=size, after=place)
        held = found if context.scope.findings else []
        return make_page(held, size, after, lambda each: encode_cursor("typical", each.marked_at.isoformat(), each.id))

    async def count() -> int:
        async with context.database.begin() as connection:
            return await count_typical_cases(connection, context.scope, wanted)

    return Connection(page, count)
