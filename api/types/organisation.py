"""Procuratorates and agencies."""

from datetime import date
from typing import Annotated, Any

import strawberry

from api import paging
from api.context import ApiInfo
from api.paging import PageInfo
from api.types.fields import resolved
from api.types.node import Node
from schema import records
from schema.vocabularies import Domain


async def _parent(root: strawberry.Parent[records.Procuratorate], info: ApiInfo) -> records.Procuratorate | None:
    return None if root.parent_id is None else await info.context.loaders.procuratorates.load(root.parent_id)


async def _procuratorate(root: strawberry.Parent[records.Agency], info: ApiInfo) -> records.Procuratorate | None:
    if root.procuratorate_id is None:
        return None
    return await info.context.loaders.procuratorates.load(root.procuratorate_id)


@strawberry.type(description="A procuratorate, over the counties of its region. 检察院")
class Procuratorate(Node):
    """`schema.records.Procuratorate` as clients see it."""

    name: str = strawberry.field(description="Its full name. 名称")
    region: str = strawberry.field(description="GB/T 2260, six digits. 行政区划代码")
    parent: Annotated["Procuratorate", strawberry.lazy("api.types.organisation")] | None = resolved(
        _parent, "The superior procuratorate. 上级检察院"
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Tell a procuratorate among nodes."""
        return isinstance(value, records.Procuratorate)


@strawberry.type(description="An agency of administrative enforcement. 行政执法机关")
class Agency(Node):
    """`schema.records.Agency` as clients see it."""

    name: str = strawberry.field(description="Its registered name. 名称")
    aliases: list[str] = strawberry.field(description="Former and short names. 曾用名、简称")
    uscc: str | None = strawberry.field(description="Its unified social credit code. 统一社会信用代码")
    domains: list[Domain] = strawberry.field(description="The domains it enforces in. 执法领域")
    region: str | None = strawberry.field(description="GB/T 2260, six digits. 行政区划代码")
    procuratorate: Procuratorate | None = resolved(_procuratorate, "The procuratorate that supervises it. 监督的检察院")
    networked_on: date | None = strawberry.field(description="The day it joined the platform. 两法衔接联网日期")
    priority: bool = strawberry.field(description="Whether it is watched with priority. 重点监督单位")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Tell an agency among nodes."""
        return isinstance(value, records.Agency)


@strawberry.type(description="An agency and its cursor. 执法机关及游标")
class AgencyEdge:
    """An edge of AgencyConnection."""

    node: Agency = strawberry.field(description="The agency. 执法机关")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Agencies by region and name. 执法机关列表")
class AgencyConnection:
    """`api.paging.Connection` of agencies."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[AgencyEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[Agency] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")
