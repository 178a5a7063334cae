"""The reviews of files in campaigns."""

from datetime import datetime
from typing import Any

import strawberry

from api import paging
from api.auditing import given_out
from api.context import ApiInfo
from api.paging import PageInfo
from api.types.campaign import Campaign, account_name
from api.types.fields import resolved
from api.types.node import Node
from api.types.penalty_case import PenaltyCase
from schema import campaign_records, records
from schema.campaign_vocabularies import (
    ChecklistAnswer,
    FileReviewEventKind,
    FileReviewOutcome,
    FileReviewStatus,
)

ReviewParent = strawberry.Parent[campaign_records.FileReview]
EventParent = strawberry.Parent[campaign_records.FileReviewEvent]
AnswerParent = strawberry.Parent[campaign_records.AnsweredItem]


def _answer_note(root: AnswerParent, info: ApiInfo) -> str | None:
    return info.context.shown.written(root.note, root.person_names)


def _note(root: ReviewParent, info: ApiInfo) -> str | None:
    return info.context.shown.written(root.note, root.person_names)


def _event_note(root: EventParent, info: ApiInfo) -> str | None:
    return info.context.shown.written(root.note, root.person_names)


async def _campaign(root: ReviewParent, info: ApiInfo) -> campaign_records.Campaign | None:
    return await info.context.loaders.campaigns.load(root.campaign_id)


async def _penalty_case(root: ReviewParent, info: ApiInfo) -> records.PenaltyCase | None:
    return await info.context.loaders.cases.load(root.case_id)


async def _reviewer(root: ReviewParent, info: ApiInfo) -> str | None:
    return await account_name(info, root.reviewer_id)


async def _actor(root: EventParent, info: ApiInfo) -> str | None:
    return await account_name(info, root.actor_id)


async def _event_reviewer(root: EventParent, info: ApiInfo) -> str | None:
    return await account_name(info, root.reviewer_id)


async def _history(root: ReviewParent, info: ApiInfo) -> list[campaign_records.FileReviewEvent]:
    return await info.context.loaders.file_review_events.load(root.id)


@strawberry.type(description="What a reviewer found of an item. 检查项答案")
class AnsweredItem:
    """`schema.campaign_records.AnsweredItem` as clients see it."""

    item: str = strawberry.field(description="The item's code. 检查项代码")
    question: str = strawberry.field(description="As it was asked. 检查内容")
    answer: ChecklistAnswer = strawberry.field(description="What was found. 答案")
    note: str | None = resolved(_answer_note, "What there is to say of it. 备注")


@strawberry.type(description="A step of a file review. 阅卷检查记录")
class FileReviewEvent:
    """`schema.campaign_records.FileReviewEvent` as clients see it."""

    revision: int = strawberry.field(description="Of the review after it. 版本")
    event: FileReviewEventKind = strawberry.field(description="What happened. 环节")
    happened_at: datetime = strawberry.field(description="When. 时间")
    actor: str | None = resolved(_actor, "Who did it. 操作人")
    reviewer: str | None = resolved(_event_reviewer, "Whose review it was from then on. 阅卷人")
    outcome: FileReviewOutcome | None = strawberry.field(description="What was recorded. 阅卷结果")
    answers: list[AnsweredItem] = strawberry.field(description="What was answered. 检查项答案")
    note: str | None = resolved(_event_note, "What was said of it. 备注")


@strawberry.type(description="The review of a case's file in a campaign. 阅卷检查")
class FileReview(Node):
    """`schema.campaign_records.FileReview` as clients see it."""

    campaign: Campaign | None = resolved(_campaign, "In which campaign. 专项活动")
    penalty_case: PenaltyCase | None = resolved(_penalty_case, "Of which case. 案件")
    joined_at: datetime = strawberry.field(description="When the case joined. 纳入时间")
    status: FileReviewStatus = strawberry.field(description="Its state. 状态")
    reviewer: str | None = resolved(_reviewer, "Who reviews the file. 阅卷人")
    assigned_at: datetime | None = strawberry.field(description="Since when. 分配时间")
    outcome: FileReviewOutcome | None = strawberry.field(description="What it came to. 阅卷结果")
    answers: list[AnsweredItem] = strawberry.field(description="What was answered. 检查项答案")
    note: str | None = resolved(_note, "What there is to say of it. 备注")
    reviewed_at: datetime | None = strawberry.field(description="When it was recorded. 阅卷时间")
    revision: int = strawberry.field(description="One higher after every step; 0 before the first. 版本")
    history: list[FileReviewEvent] = resolved(_history, "Its steps, newest first, a hundred at most. 历史")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        """Tell a review among nodes; whatever way one came into an answer, it comes by here."""
        if not isinstance(value, campaign_records.FileReview):
            return False
        given_out(info, value)
        return True


@strawberry.type(description="A file review and its cursor. 阅卷检查及游标")
class FileReviewEdge:
    """An edge of FileReviewConnection."""

    node: FileReview = strawberry.field(description="The review. 阅卷检查")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="File reviews, who joined last first. 阅卷检查列表")
class FileReviewConnection:
    """`api.paging.Connection` of file reviews."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[FileReviewEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[FileReview] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")
