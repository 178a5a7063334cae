"""Activities: joint meetings, visits, surveys and training, who took part, and what came of each."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import strawberry

from api import paging
from api.context import ApiInfo
from api.paging import PageInfo
from api.types.campaign import Campaign, account_name
from api.types.fields import resolved
from api.types.node import Node
from api.types.organisation import Agency, Procuratorate
from schema import activity_records, campaign_records, records
from schema.access_vocabularies import Permission
from schema.campaign_vocabularies import ActivityEventKind, ActivityKind, ParticipantCategory

ActivityParent = strawberry.Parent[activity_records.Activity]
EventParent = strawberry.Parent[activity_records.ActivityEvent]


@dataclass(frozen=True, slots=True)
class ShownParticipant:
    """A participant with the activity, which says whom else the texts may name."""

    activity: activity_records.Activity
    part: activity_records.Participant


ParticipantParent = strawberry.Parent[ShownParticipant]


def _participant_category(root: ParticipantParent) -> ParticipantCategory:
    return root.part.category


def _participant_name(root: ParticipantParent, info: ApiInfo) -> str:
    return info.context.shown.person(root.part.name)


def _organisation(root: ParticipantParent, info: ApiInfo) -> str | None:
    # Whoever works on his own is his own organisation.
    return info.context.shown.written(root.part.organisation, root.activity.person_names)


def _place(root: ActivityParent, info: ApiInfo) -> str | None:
    return info.context.shown.written(root.place, root.person_names)


def _title(root: ActivityParent, info: ApiInfo) -> str:
    return info.context.shown.written(root.title, root.person_names) or ""


def _text(root: ActivityParent, info: ApiInfo) -> str | None:
    return info.context.shown.written(root.text, root.person_names)


def _outcome(root: ActivityParent, info: ApiInfo) -> str | None:
    return info.context.shown.written(root.outcome, root.person_names)


def _note(root: EventParent, info: ApiInfo) -> str | None:
    return info.context.shown.written(root.note, root.person_names)


async def _agencies(root: ActivityParent, info: ApiInfo) -> list[records.Agency]:
    loaders = info.context.loaders
    found = await loaders.agencies.load_many(await loaders.activity_agencies.load(root.id))
    return [agency for agency in found if agency is not None]


async def _participants(root: ActivityParent, info: ApiInfo) -> list[ShownParticipant]:
    return [ShownParticipant(root, each) for each in await info.context.loaders.activity_participants.load(root.id)]


async def _procuratorate(root: ActivityParent, info: ApiInfo) -> records.Procuratorate | None:
    if root.procuratorate_id is None:
        return None
    return await info.context.loaders.procuratorates.load(root.procuratorate_id)


async def _campaign(root: ActivityParent, info: ApiInfo) -> campaign_records.Campaign | None:
    return None if root.campaign_id is None else await info.context.loaders.campaigns.load(root.campaign_id)


async def _clue_count(root: ActivityParent, info: ApiInfo) -> int:
    return await info.context.loaders.activity_clue_counts.load(root.id)


async def _measure_count(root: ActivityParent, info: ApiInfo) -> int:
    return await info.context.loaders.activity_measure_counts.load(root.id)


async def _recorded_by(root: ActivityParent, info: ApiInfo) -> str | None:
    return await account_name(info, root.recorded_by)


async def _history(root: ActivityParent, info: ApiInfo) -> list[activity_records.ActivityEvent]:
    return await info.context.loaders.activity_events.load(root.id)


async def _actor(root: EventParent, info: ApiInfo) -> str | None:
    return await account_name(info, root.actor_id)


@strawberry.type(description="A person who took part in an activity. 参加人员")
class Participant:
    """`ShownParticipant` as clients see it."""

    category: ParticipantCategory = resolved(_participant_category, "As what. 类别")
    name: str = resolved(_participant_name, "Masked unless the role shows it. 姓名（按权限脱敏）")
    organisation: str | None = resolved(_organisation, "Of which organisation. 单位")


@strawberry.type(description="A step of an activity's record. 活动登记记录")
class ActivityEvent:
    """`schema.activity_records.ActivityEvent` as clients see it."""

    revision: int = strawberry.field(description="Of the activity after it. 版本")
    event: ActivityEventKind = strawberry.field(description="What was done. 环节")
    happened_at: datetime = strawberry.field(description="When. 时间")
    actor: str | None = resolved(_actor, "Who did it. 操作人")
    note: str | None = resolved(_note, "What was recorded of the outcome. 内容")


@strawberry.type(description="What a procuratorate did beyond single cases, and what came of it. 活动")
class Activity(Node):
    """`schema.activity_records.Activity` as clients see it."""

    kind: ActivityKind = strawberry.field(description="What it was. 类别")
    held_on: date = strawberry.field(description="On which day. 日期")
    place: str | None = resolved(_place, "Where. 地点")
    title: str = resolved(_title, "What it was called. 名称")
    text: str | None = resolved(_text, "What was done and said. 内容")
    outcome: str | None = resolved(_outcome, "What came of it. 成效")
    agencies: list[Agency] = resolved(_agencies, "With which agencies, or at which. 涉及的执法机关")
    participants: list[Participant] = resolved(_participants, "Who took part. 参加人员")
    procuratorate: Procuratorate | None = resolved(_procuratorate, "Whose it was. 组织的检察院")
    campaign: Campaign | None = resolved(_campaign, "Of which campaign. 所属专项活动")
    clue_count: int = resolved(
        _clue_count, "How many clues in scope came of it. 发现线索数", needs=Permission.READ_CLUES
    )
    measure_count: int = resolved(
        _measure_count, "How many measures in scope came of it. 提出监督意见数", needs=Permission.READ_MEASURES
    )
    recorded_by: str | None = resolved(_recorded_by, "Who recorded it. 登记人")
    recorded_at: datetime = strawberry.field(description="When. 登记时间")
    revision: int = strawberry.field(description="One higher after every change. 版本")
    history: list[ActivityEvent] = resolved(_history, "What was recorded, newest first, a hundred at most. 历史")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Tell an activity among nodes."""
        return isinstance(value, activity_records.Activity)


@strawberry.type(description="An activity and its cursor. 活动及游标")
class ActivityEdge:
    """An edge of ActivityConnection."""

    node: Activity = strawberry.field(description="The activity. 活动")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Activities, the newest first. 活动列表")
class ActivityConnection:
    """`api.paging.Connection` of activities."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[ActivityEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[Activity] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")
