"""Whose cases cannot be judged, and for want of what."""

from typing import Any

import strawberry

from api import paging
from api.context import ApiInfo
from api.ids import record_id
from api.labels import checked_rules
from api.paging import MAX_PAGE, Connection, Page, PageInfo, decode_cursor, encode_cursor, make_page, page_size
from api.types.fields import resolved
from api.types.organisation import Agency
from schema import records
from schema.anomaly_records import CannotTellCount as Count
from stores.anomalies import CountPlace, count_cannot_tell, total_cannot_tell
from stores.errors import BadUserInputError

_DEFAULT_PAGE = 20


async def _agency(root: strawberry.Parent[Count], info: ApiInfo) -> records.Agency | None:
    return await info.context.loaders.agencies.load(root.agency_id)


@strawberry.type(description="In how many cases of an agency some rule cannot judge for want of a field. 无法判断统计")
class CannotTellCount:
    """`schema.anomaly_records.CannotTellCount` as clients see it."""

    agency: Agency | None = resolved(_agency, "The agency. 执法机关")
    field: str = strawberry.field(description="The missing field, by the feed's name. 缺少的字段")
    cases: int = strawberry.field(description="Its cases that lack it. 案件数")


@strawberry.type(description="A count and its cursor. 统计及游标")
class CannotTellCountEdge:
    """An edge of CannotTellCountConnection."""

    node: CannotTellCount = strawberry.field(description="The count. 统计")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Counts of what cannot be judged, the most cases first. 无法判断统计列表")
class CannotTellCountConnection:
    """`api.paging.Connection` of counts."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[CannotTellCountEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[CannotTellCount] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


def cannot_tell_counts(
    info: ApiInfo,
    agency_ids: list[strawberry.ID] | None = strawberry.UNSET,
    rules: list[str] | None = strawberry.UNSET,
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[Count]:
    """By agency and missing field."""
    size, database = page_size(first, _DEFAULT_PAGE), info.context.database
    if max(len(agency_ids or ()), len(rules or ())) > MAX_PAGE:
        raise BadUserInputError(f"A filter's list holds at most {MAX_PAGE} values.")
    wanted: dict[str, Any] = {
        "agency_ids": [record_id(each, "Agency", "agencyIds") for each in agency_ids or ()],
        "rules": checked_rules(rules),
    }
    place = CountPlace(*decode_cursor(after, "lacking", int, int, str)) if after else None

    async def page() -> Page[Count]:
        async with database.begin() as connection:
            found = await count_cannot_tell(connection, info.context.scope, **wanted, first=size, after=place)
        return make_page(
            found, size, after, lambda each: encode_cursor("lacking", each.cases, each.agency_id, each.field)
        )

    async def count() -> int:
        async with database.begin() as connection:
            return await total_cannot_tell(connection, info.context.scope, **wanted)

    return Connection(page, count)
