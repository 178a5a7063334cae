"""What follows a penalty case: transfers, criminal cases, remedies, enforcement, coercive and other measures."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry

from api import paging
from api.auditing import given_out
from api.context import ApiInfo
from api.paging import MAX_PAGE, PageInfo
from api.types.feed_run import FeedRun
from api.types.fields import resolved
from api.types.node import Node
from api.types.organisation import Agency
from schema import follow_up_records, records
from schema.access_vocabularies import Permission
from schema.vocabularies import (
    CoercionKind,
    CoerciveMeasureType,
    FilingDecision,
    MeasureKind,
    RemedyOutcome,
    RemedyType,
    TransferDecision,
)
from supervision.coercion_terms import coercion_term, ordinary_last_day


def following(
    record: type[follow_up_records.FollowUp],
) -> Callable[..., Awaitable[Sequence[follow_up_records.FollowUp]]]:
    """A resolver of the records of one kind that follow a case, by their day."""

    async def of_case(
        root: strawberry.Parent[records.PenaltyCase], info: ApiInfo
    ) -> Sequence[follow_up_records.FollowUp]:
        return await info.context.loaders.follow_ups_of[record].load(root.id)

    return of_case


def _text(field: str, description: str) -> Any:
    """A text as it may be shown."""

    def shown(root: strawberry.Parent[Any], info: ApiInfo) -> str | None:
        return info.context.shown.told(getattr(root, field), root.person_names)

    return resolved(shown, description)


def _items(field: str, description: str) -> Any:
    """The first of a list inside a record, as many as any list that is no connection holds."""

    def shown(root: strawberry.Parent[Any]) -> Sequence[Any]:
        items: Sequence[Any] = getattr(root, field)
        return items[:MAX_PAGE]

    return resolved(shown, description)


_DUE_ON_DESCRIPTION = (
    "The last lawful day by the law of its first day: of a detention the longest that any case allows, of an arrest as "
    "extended; null where no law of that day is known. 法定最长期限届满日"
)


ORDINARY_DUE_ON = (
    "Of a detention the last lawful day in ordinary cases: longer only whoever roams, acts repeatedly or in a gang is "
    "detained; null for the others. 一般案件拘留期限届满日"
)


def _due_on(root: strawberry.Parent[follow_up_records.Coercion], info: ApiInfo) -> date | None:
    services = info.context.services
    term = coercion_term(root, services.law, services.calendar)
    return None if term is None else term.due_on


def ordinary_due_on(root: strawberry.Parent[Any], info: ApiInfo) -> date | None:
    """The last lawful day of a coercive measure in ordinary cases."""
    services = info.context.services
    return ordinary_last_day(root, services.law, services.calendar)


class _FollowUp(Node):
    """A record whose class in `schema.follow_up_records` has the type's name."""

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        """Tell such a record among nodes; it tells of its case."""
        if type(value) is not getattr(follow_up_records, cls.__name__):
            return False
        given_out(info, value)
        return True


@strawberry.type(description="A transfer of a suspected crime to the police. 移送涉嫌犯罪案件")
class Transfer(_FollowUp):
    """`schema.follow_up_records.Transfer` as clients see it."""

    reported_on: date | None = strawberry.field(description="The report to the agency's head. 报请日期")
    decided_on: date | None = strawberry.field(description="The head's decision. 决定日期")
    decision: TransferDecision | None = strawberry.field(description="What the head decided. 决定")
    refusal_reason: str | None = _text("refusal_reason", "Why the head refused. 不批准移送的理由")
    transferred_on: date | None = strawberry.field(description="The transfer. 移送日期")
    to_organ: str | None = _text("to_organ", "Whom it was handed to. 受移送机关")
    suspected_crime: str | None = _text("suspected_crime", "The suspected crime. 涉嫌罪名")
    received_on: date | None = strawberry.field(description="The receipt by that organ. 受理日期")
    returned_on: date | None = strawberry.field(description="The return by that organ. 退回日期")
    return_reason: str | None = _text("return_reason", "Why it was returned. 退回理由")


@strawberry.type(description="A coercive measure of criminal procedure. 刑事强制措施")
class Coercion:
    """`schema.follow_up_records.Coercion` as clients see it."""

    kind: CoercionKind = strawberry.field(description="Which. 种类")
    begun_on: date = strawberry.field(name="from", description="Its first day. 起始日期")
    ended_on: date | None = strawberry.field(name="to", description="Its last day. 截止日期")
    extended_to: date | None = strawberry.field(description="Its end after it was extended. 延长至")
    due_on: date | None = resolved(_due_on, _DUE_ON_DESCRIPTION)
    ordinary_due_on: date | None = resolved(ordinary_due_on, ORDINARY_DUE_ON)


@strawberry.type(description="Something done on a day. 侦查或执行行为")
class Act:
    """`schema.follow_up_records.Act` as clients see it."""

    on: date = strawberry.field(description="The day. 日期")
    what: str = _text("what", "What was done. 事项")
    by: str | None = _text("by", "Who did it. 实施者")
    emergency: bool | None = strawberry.field(description="Whether in emergency. 是否紧急情况")


@strawberry.type(description="What the police did with a case handed over to them. 刑事案件")
class CriminalCase(_FollowUp):
    """`schema.follow_up_records.CriminalCase` as clients see it."""

    case_number: str | None = _text("case_number", "Its number with the police. 刑事案件编号")
    organ: str | None = _text("organ", "Who handles it. 办案机关")
    decision: FilingDecision | None = strawberry.field(description="Whether it was filed. 立案决定")
    decided_on: date | None = strawberry.field(description="That decision. 立案或不予立案日期")
    notice_to_agency_on: date | None = strawberry.field(
        description="The written notice to the agency that handed it over. 书面通知移送机关日期"
    )
    reasons_given: str | None = _text("reasons_given", "Why it was not filed. 不予立案理由")
    coercion: list[Coercion] = _items("coercion", "The first hundred. 强制措施")
    activity: list[Act] = _items("activity", "The first hundred. 侦查活动")
    concluded_on: date | None = strawberry.field(description="The end of the investigation. 侦查终结日期")
    conclusion: str | None = strawberry.field(
        description="SENT_FOR_PROSECUTION or WITHDRAWN. 侦查结果（移送审查起诉、撤销案件）"
    )
    prosecuted_on: date | None = strawberry.field(description="The indictment. 起诉日期")
    judged_on: date | None = strawberry.field(description="The judgment. 判决日期")
    outcome: str | None = _text("outcome", "What was judged. 裁判结果")


@strawberry.type(description="A remedy against the penalty. 行政复议、行政诉讼")
class Reconsideration(_FollowUp):
    """`schema.follow_up_records.Reconsideration` as clients see it."""

    type: RemedyType = strawberry.field(description="Reconsideration or litigation. 救济途径")
    applied_on: date | None = strawberry.field(description="The application or action. 申请或起诉日期")
    decided_on: date | None = strawberry.field(description="The decision. 决定或裁判日期")
    served_on: date | None = strawberry.field(description="That decision's service. 送达日期")
    outcome: RemedyOutcome | None = strawberry.field(description="What became of the penalty. 结果")
    new_fine: Decimal | None = strawberry.field(description="In yuan. 变更后的罚款（元）")


@strawberry.type(description="An application to a court for enforcement. 申请法院强制执行")
class EnforcementCase(_FollowUp):
    """`schema.follow_up_records.EnforcementCase` as clients see it."""

    court: str | None = _text("court", "The court. 执行法院")
    demanded_on: date | None = strawberry.field(description="The demand before it. 催告日期")
    applied_on: date | None = strawberry.field(description="The application. 申请日期")
    received_on: date | None = strawberry.field(description="The court's receipt. 法院收到日期")
    accepted: bool | None = strawberry.field(description="Whether the court accepted it. 是否受理")
    accepted_on: date | None = strawberry.field(description="The acceptance. 受理日期")
    refused_on: date | None = strawberry.field(description="The refusal. 不予受理日期")
    refusal_reason: str | None = _text("refusal_reason", "Why it was refused. 不予受理理由")
    ruled_on: date | None = strawberry.field(description="The ruling. 裁定日期")
    ruling: str | None = strawberry.field(description="ENFORCE or NOT_ENFORCE. 裁定（准予执行、不予执行）")
    ruling_reason: str | None = _text("ruling_reason", "Why it was ruled so. 裁定理由")
    overturned_on: date | None = strawberry.field(description="The day the ruling fell. 撤销或变更裁定日期")
    enforced_by: str | None = _text("enforced_by", "Who enforces. 实施机关")
    enforced_amount: Decimal | None = strawberry.field(description="In yuan. 执行到位金额（元）")
    costs: Decimal | None = strawberry.field(description="In yuan. 执行费用（元）")
    concluded_on: date | None = strawberry.field(description="The end of enforcement. 执行终结日期")
    actions: list[Act] = _items("actions", "The first hundred. 执行行为")


@strawberry.type(description="A coercive measure of the agency. 行政强制措施")
class CoerciveMeasure(_FollowUp):
    """`schema.follow_up_records.CoerciveMeasure` as clients see it."""

    type: CoerciveMeasureType = strawberry.field(description="Which. 种类")
    decided_on: date | None = strawberry.field(description="The decision. 决定日期")
    imposed_on: date | None = strawberry.field(description="Its beginning. 实施日期")
    reported_on: date | None = strawberry.field(
        description="The report to the head, of an urgent one. 补办批准手续日期"
    )
    extended_on: date | None = strawberry.field(description="The decision to extend it. 延长决定日期")
    until: date | None = strawberry.field(description="Its last lawful day as decided. 期限届满日")
    ended_on: date | None = strawberry.field(description="Its end. 解除日期")
    testing_days: int | None = strawberry.field(
        description="Calendar days of tests, which do not count. 检测、检验、检疫、技术鉴定的期间"
    )
    on_the_spot: bool | None = strawberry.field(description="Whether imposed on the spot. 是否当场实施")


@strawberry.type(description="What a procuratorate issued about the case, as a feed told of it. 检察监督措施（导入）")
class ProcuratorialMeasure(_FollowUp):
    """`schema.follow_up_records.ProcuratorialMeasure` as clients see it."""

    type: MeasureKind = strawberry.field(description="Which. 监督方式")
    number: str | None = _text("number", "Its document number. 文书文号")
    served_on: date | None = strawberry.field(description="Its service. 送达日期")
    reply_due_on: date | None = strawberry.field(description="The last day of the reply. 回复期限")
    urgent: bool | None = strawberry.field(description="Whether it was urgent. 是否紧急")
    replied_on: date | None = strawberry.field(description="The reply's day. 回复日期")
    reply: str | None = _text("reply", "The reply. 回复内容")
    outcome: str | None = _text("outcome", "What came of it. 整改结果")


def _kind(root: strawberry.Parent[follow_up_records.WaitingRecord]) -> str:
    return root.kind.value


def _awaited_number(root: strawberry.Parent[follow_up_records.WaitingRecord], info: ApiInfo) -> str:
    return info.context.shown.number(root.document_number)


async def _agency(root: strawberry.Parent[follow_up_records.WaitingRecord], info: ApiInfo) -> Any:
    return await info.context.loaders.agencies.load(root.agency_id)


async def _run(root: strawberry.Parent[follow_up_records.WaitingRecord], info: ApiInfo) -> Any:
    return await info.context.loaders.runs.load(root.run_id)


@strawberry.type(description="A record whose case has not arrived. 待关联记录")
class WaitingRecord:
    """`schema.follow_up_records.WaitingRecord` as clients see it."""

    kind: str = resolved(_kind, "Its kind in the feed, such as transfer. 记录种类")
    agency: Agency = resolved(_agency, "The agency of the case it waits for. 执法机关")
    document_number: str = resolved(_awaited_number, "The number of the case it waits for. 处罚决定书文号")
    since: datetime = strawberry.field(description="When it came. 到达时间")
    run: FeedRun | None = resolved(_run, "The run that brought it. 导入批次", needs=Permission.READ_FEED_RUNS)


@strawberry.type(description="A waiting record and its cursor. 待关联记录及游标")
class WaitingRecordEdge:
    """An edge of WaitingRecordConnection."""

    node: WaitingRecord = strawberry.field(description="The record. 待关联记录")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="What waits for its case, the longest waiting first. 待关联记录列表")
class WaitingRecordConnection:
    """`api.paging.Connection` of waiting records."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[WaitingRecordEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[WaitingRecord] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")
