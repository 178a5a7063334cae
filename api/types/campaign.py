"""Special campaigns: their selections, their cases, and how far they are."""

from datetime import date, datetime
from typing import Annotated, Any

import orjson
import strawberry
from strawberry.utils.str_converters import to_camel_case

from api import paging
from api.context import ApiInfo
from api.ids import global_id
from api.loaders import ReviewSlice
from api.paging import Connection, Page, PageInfo, bounded, decode_cursor, encode_cursor, given, page_size
from api.types.fields import resolved
from api.types.node import Node
from api.types.organisation import Procuratorate
from api.types.penalty_case import CaseConnection
from schema import campaign_records, records
from schema.campaign_vocabularies import CampaignKind, CampaignStatus, FileReviewStatus
from stores.file_reviews import ReviewsWanted
from supervision.checklists import checklist_of

LazyReviews = Annotated["FileReviewConnection", strawberry.lazy("api.types.file_review")]  # type: ignore[name-defined]  # noqa: F821  lazy
CampaignParent = strawberry.Parent[campaign_records.Campaign]
ProgressParent = strawberry.Parent[campaign_records.CampaignProgress]
_DEFAULT_PAGE = 20


async def account_name(info: ApiInfo, account_id: int | None) -> str | None:
    """The name of whoever did something, who may have done it long ago."""
    account = None if account_id is None else await info.context.loaders.accounts.load(account_id)
    return None if account is None else account.name


def _name(root: CampaignParent, info: ApiInfo) -> str:
    return info.context.shown.written(root.name, ()) or ""


def _summary(root: CampaignParent, info: ApiInfo) -> str | None:
    return info.context.shown.written(root.summary, ())


def _from(root: CampaignParent) -> date | None:
    return root.from_on


def _until(root: CampaignParent) -> date | None:
    return root.until_on


def _selection(root: CampaignParent, info: ApiInfo) -> str:
    asked = {
        to_camel_case(name): [global_id("Agency", each) for each in value] if name == "agency_ids" else value
        for name, value in root.filter.items()
    }
    told: dict[str, Any] = {"filter": asked, "query": info.context.shown.written(root.query, ())}
    return orjson.dumps({name: value for name, value in told.items() if value}).decode()


async def _procuratorate(root: CampaignParent, info: ApiInfo) -> records.Procuratorate | None:
    if root.procuratorate_id is None:
        return None
    return await info.context.loaders.procuratorates.load(root.procuratorate_id)


async def _opened_by(root: CampaignParent, info: ApiInfo) -> str | None:
    return await account_name(info, root.opened_by)


async def _closed_by(root: CampaignParent, info: ApiInfo) -> str | None:
    return await account_name(info, root.closed_by)


def _checklist(root: CampaignParent) -> list[campaign_records.ChecklistItem]:
    return list(checklist_of(root.kind))


async def _progress(root: CampaignParent, info: ApiInfo) -> list[campaign_records.CampaignProgress]:
    return await info.context.loaders.campaign_progress.load(root.id)


def _cases(
    root: CampaignParent, info: ApiInfo, first: int | None = _DEFAULT_PAGE, after: str | None = strawberry.UNSET
) -> Connection[records.PenaltyCase]:
    size = page_size(first, _DEFAULT_PAGE)
    behind: int | None = decode_cursor(after, "campaign-case", int)[0] if after else None
    loaders, wanted = info.context.loaders, ReviewsWanted()

    async def page() -> Page[records.PenaltyCase]:
        reviews = await loaders.campaign_reviews.load(ReviewSlice(root.id, size, behind, wanted))
        cases = await loaders.cases.load_many([each.case_id for each in reviews])
        edges = [
            paging.Edge(case, encode_cursor("campaign-case", review.id))
            for case, review in zip(cases[:size], reviews, strict=False)
            if case is not None
        ]
        return Page(edges, has_next=len(reviews) > size, has_previous=bool(after))

    async def count() -> int:
        return await loaders.campaign_review_counts.load(ReviewSlice(root.id, 0, None, wanted))

    return Connection(page, count)


def _reviews(
    root: CampaignParent,
    info: ApiInfo,
    status: list[FileReviewStatus] | None = strawberry.UNSET,
    mine: bool | None = False,
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[campaign_records.FileReview]:
    size = page_size(first, _DEFAULT_PAGE)
    behind: int | None = decode_cursor(after, "file-review", int)[0] if after else None
    bounded(given(status))
    loaders = info.context.loaders
    wanted = ReviewsWanted(tuple(sorted(set(given(status) or ()))), info.context.viewer.account.id if mine else None)

    async def page() -> Page[campaign_records.FileReview]:
        found = await loaders.campaign_reviews.load(ReviewSlice(root.id, size, behind, wanted))
        return paging.make_page(found, size, after, lambda each: encode_cursor("file-review", each.id))

    async def count() -> int:
        return await loaders.campaign_review_counts.load(ReviewSlice(root.id, 0, None, wanted))

    return Connection(page, count)


async def _progress_place(root: ProgressParent, info: ApiInfo) -> records.Procuratorate | None:
    if root.procuratorate_id is None:
        return None
    return await info.context.loaders.procuratorates.load(root.procuratorate_id)


@strawberry.type(description="What a reviewer looks for in a file. 阅卷检查项")
class ChecklistItem:
    """`schema.campaign_records.ChecklistItem` as clients see it."""

    item: str = strawberry.field(description="Its code, for `recordFileReview`. 检查项代码")
    question: str = strawberry.field(description="In Chinese; it says what is right. 检查内容")


@strawberry.type(description="How far a campaign is in one procuratorate; of cases in scope. 专项活动进度")
class CampaignProgress:
    """`schema.campaign_records.CampaignProgress` as clients see it."""

    procuratorate: Procuratorate | None = resolved(
        _progress_place, "Whose agencies' cases; null: of agencies that nobody supervises. 检察院"
    )
    cases: int = strawberry.field(description="That joined. 案件数")
    assigned: int = strawberry.field(description="That have a reviewer, reviewed or not. 已分配数")
    reviewed: int = strawberry.field(description="Whose files were reviewed. 已阅卷数")
    problems: int = strawberry.field(description="Of those, with a problem. 发现问题数")
    needs_more_files: int = strawberry.field(description="Of those, more files are needed. 需补充调卷数")


@strawberry.type(
    description=(
        "A special campaign: a saved selection of cases with the review of each case's file. Cases that match later "
        "join it; one that joined stays. 专项活动"
    )
)
class Campaign(Node):
    """`schema.campaign_records.Campaign` as clients see it."""

    name: str = resolved(_name, "Its name. 名称")
    kind: CampaignKind = strawberry.field(description="What it is about. 类别")
    status: CampaignStatus = strawberry.field(description="Whether cases still join. 状态")
    # `from` is a word of Python's.
    from_: date | None = strawberry.field(resolver=_from, name="from", description="Its first day. 开始日期")
    until: date | None = resolved(_until, "Its last day, as planned. 结束日期")
    selection: str = resolved(
        _selection, "JSON: `filter` as CaseFilter takes it, and the words of `query`. 筛选条件（JSON）"
    )
    procuratorate: Procuratorate | None = resolved(
        _procuratorate, "Which runs it, with all below it; null: the platform as a whole. 组织的检察院"
    )
    opened_by: str | None = resolved(_opened_by, "Who opened it. 发起人")
    opened_at: datetime = strawberry.field(description="When. 发起时间")
    closed_by: str | None = resolved(_closed_by, "Who ended it. 结束人")
    closed_at: datetime | None = strawberry.field(description="When. 结束时间")
    summary: str | None = resolved(_summary, "What it came to. 总结")
    revision: int = strawberry.field(description="One higher after every change of it. 版本")
    checklist: list[ChecklistItem] = resolved(_checklist, "What a reviewer answers in it. 阅卷检查表")
    cases: CaseConnection = resolved(_cases, "Its cases in scope, who joined last first. 案件")
    reviews: LazyReviews = resolved(
        _reviews, "The reviews of its cases' files; `mine`: those that one reviews oneself. 阅卷检查"
    )
    progress: list[CampaignProgress] = resolved(
        _progress, "By procuratorate, those in scope, one for each that has cases in it. 进度"
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Tell a campaign among nodes."""
        return isinstance(value, campaign_records.Campaign)


@strawberry.type(description="A campaign and its cursor. 专项活动及游标")
class CampaignEdge:
    """An edge of CampaignConnection."""

    node: Campaign = strawberry.field(description="The campaign. 专项活动")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Campaigns, the newest first. 专项活动列表")
class CampaignConnection:
    """`api.paging.Connection` of campaigns."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[CampaignEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[Campaign] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")
