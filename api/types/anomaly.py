"""Findings as clients see them: what is wrong with a case, on what it rests, what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from api import paging
from api.auditing import given_out
from api.context import ApiInfo
from api.ids import global_id
from api.masking import names_to_cover
from api.other_cases import UNSHOWN, own_evidence
from api.paging import Connection, Page, PageInfo, bounded, decode_cursor, encode_cursor, given, make_page, page_size
from api.readings import Slice
from api.replays import Replayed
from api.types.fields import resolved
from api.types.node import Node
from api.types.rule import Rule, shown_rule
from schema import anomaly_records, records
from schema.vocabularies import AnomalyEventKind, AnomalyKind, AnomalyStatus, Certainty
from stores.errors import BadUserInputError
from supervision.privacy import cover_identity_numbers

_DEFAULT_PAGE = 20

LazyCase = Annotated["PenaltyCase", strawberry.lazy("api.types.penalty_case")]  # type: ignore[name-defined]  # noqa: F821  lazy

AnomalyParent = strawberry.Parent[anomaly_records.Anomaly]


async def _covered(info: ApiInfo, case_id: int, text: str) -> str:
    """A text of a finding as it may be shown."""
    case = await info.context.loaders.cases.load(case_id)
    return info.context.shown.told(text, () if case is None else names_to_cover(case)) or ""


@dataclass(frozen=True, slots=True)
class ShownEvidence:
    """A fact a finding rests on, as it may be shown."""

    field: str
    value: str
    quote: str | None
    position: int | None


@strawberry.type(description="A fact that a finding rests on. 证据")
class Evidence:
    """`ShownEvidence` as clients see it."""

    field: str = strawberry.field(description="The feed's name of the field, such as transfer.transferredOn. 字段")
    value: str = strawberry.field(description="Its value; natural persons' names by role. 取值（自然人按权限脱敏）")
    quote: str | None = strawberry.field(description="The words of the text it was read from. 原文")
    position: int | None = strawberry.field(description="Where they begin in the text, in code points. 位置")


@strawberry.type(description="A text of the law that a finding cites. 引用的法律")
class CitedLaw:
    """A value of the law as it was when the finding was found."""

    code: str = strawberry.field(description="Its code in the law files. 代号")
    title: str = strawberry.field(description="What it says, in Chinese. 内容")
    value: str = strawberry.field(description="Its number, in `unit`. 数值")
    unit: str = strawberry.field(description="What the number counts. 单位")
    source: str = strawberry.field(description="The text's title. 法律文件")
    article: str = strawberry.field(description="Its article. 条款")
    effective_from: date = strawberry.field(description="The first day it was in force. 施行日期")
    effective_until: date | None = strawberry.field(description="The last one; null while in force. 失效日期")
    is_setting: bool = strawberry.field(
        description="No national source was verified: it is a setting of the place. 是否为可设定参数"
    )


EventParent = strawberry.Parent[anomaly_records.AnomalyEvent]


async def _event_text(info: ApiInfo, event: anomaly_records.AnomalyEvent, text: str) -> str:
    anomaly = await info.context.loaders.anomalies.load(event.anomaly_id)
    return "" if anomaly is None else await _covered(info, anomaly.case_id, text)


async def _told(info: ApiInfo, anomaly: anomaly_records.Anomaly, explanation: str) -> str:
    """What a finding says, or once said, unless it tells of a case out of scope."""
    if await info.context.other_cases.hides_then(anomaly, explanation):
        return UNSHOWN
    return await _covered(info, anomaly.case_id, explanation)


async def _reason(root: EventParent, info: ApiInfo) -> str:
    shown = info.context.shown
    if not root.actor:
        changed = shown.changes(info.context.other_cases.shown_changes(root.reason))
        return cover_identity_numbers(await _event_text(info, root, changed))
    # A person wrote it, in days when what was written was kept as it stood.
    told = await _event_text(info, root, root.reason)
    return cover_identity_numbers(shown.written(told, ()) or "")


async def _explanation_then(root: EventParent, info: ApiInfo) -> str:
    anomaly = await info.context.loaders.anomalies.load(root.anomaly_id)
    return "" if anomaly is None else await _told(info, anomaly, root.explanation)


@strawberry.type(description="A step of a finding's life, with what it said after it. 异常历史")
class AnomalyEvent:
    """`schema.anomaly_records.AnomalyEvent` as clients see it."""

    event: AnomalyEventKind = strawberry.field(description="What happened. 事件")
    happened_at: datetime = strawberry.field(description="When. 时间")
    as_of: date = strawberry.field(description="The day the case was judged as of. 判断基准日")
    actor: str | None = strawberry.field(description="Who did it; null: the rules. 操作人")
    status: AnomalyStatus = strawberry.field(description="Its state after it. 状态")
    certainty: Certainty = strawberry.field(description="How sure it was then. 确定程度")
    due_on: date | None = strawberry.field(description="The last lawful day it named then. 最后合法日")
    rule_version: int = strawberry.field(description="Of the rule that found it. 规则版本")

    reason: str = resolved(_reason, "Why, in Chinese; a person's reason as it was given. 原因")
    explanation: str = resolved(_explanation_then, "What it said then; persons by role. 说明（自然人按权限脱敏）")


@strawberry.type(description="A step and its cursor. 历史及游标")
class AnomalyEventEdge:
    """An edge of AnomalyEventConnection."""

    node: AnomalyEvent = strawberry.field(description="The step. 历史")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="The steps of a finding's life, newest first. 异常历史列表")
class AnomalyEventConnection:
    """`api.paging.Connection` of a finding's events."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[AnomalyEventEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[AnomalyEvent] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


@strawberry.type(description="A finding found again from exactly what it was found on. 重演")
class AnomalyReplay:
    """`api.replays.Replayed` as clients see it."""

    as_of: date = strawberry.field(description="The day it was found as of. 判断基准日")
    reproduced: bool = strawberry.field(
        description="Whether this program finds the same in the same file under the law of then. 是否一致"
    )
    explanation: str | None = strawberry.field(description="What it finds; null: nothing. 重演结论")
    under_present_law: str | None = strawberry.field(
        description="What it would find under the law as it is kept now; null: nothing. 按现行规则数据的结论"
    )
    rule_version: int = strawberry.field(description="Of the rule that found it. 原规则版本")
    present_rule_version: int | None = strawberry.field(description="Of the rule now. 现规则版本")
    inputs: str = strawberry.field(
        description="All that the rules saw of the case, as a JSON object by field; persons by role. 判断依据全文"
    )


def _rule(root: AnomalyParent, info: ApiInfo) -> anomaly_records.Rule:
    return shown_rule(root.rule, info.context.services.law)


async def _case(root: AnomalyParent, info: ApiInfo) -> records.PenaltyCase:
    case = await info.context.loaders.cases.load(root.case_id)
    if case is None:
        raise BadUserInputError("The case of this finding was deleted meanwhile. Search again.")
    return case


async def _explanation(root: AnomalyParent, info: ApiInfo) -> str:
    return await _told(info, root, root.explanation)


async def _evidence(root: AnomalyParent, info: ApiInfo) -> Sequence[ShownEvidence]:
    hidden = await info.context.other_cases.hides(root)
    return [
        ShownEvidence(
            field=each.field,
            value=await _covered(info, root.case_id, each.value),
            quote=None if each.quote is None else await _covered(info, root.case_id, each.quote),
            position=each.position,
        )
        for each in (own_evidence(root.evidence) if hidden else root.evidence)
    ]


def _law(root: AnomalyParent) -> Sequence[CitedLaw]:
    return [
        CitedLaw(
            code=value["code"],
            title=value["title_zh"],
            value=value["value"],
            unit=value["unit"],
            source=value["source"],
            article=value["article"],
            effective_from=date.fromisoformat(value["effective_from"]),
            effective_until=None if value["effective_until"] is None else date.fromisoformat(value["effective_until"]),
            is_setting=value["is_setting"],
        )
        for value in root.law
    ]


def _history(
    root: AnomalyParent, info: ApiInfo, first: int | None = _DEFAULT_PAGE, after: str | None = strawberry.UNSET
) -> Connection[anomaly_records.AnomalyEvent]:
    size = page_size(first, _DEFAULT_PAGE)
    behind: int | None = decode_cursor(after, "step", int)[0] if after else None
    loaders, anomaly_id = info.context.loaders, root.id

    async def page() -> Page[anomaly_records.AnomalyEvent]:
        events = await loaders.anomaly_events.load(Slice(anomaly_id, size, behind))
        return make_page(events, size, after, lambda event: encode_cursor("step", event.id))

    async def count() -> int:
        return await loaders.anomaly_event_counts.load(anomaly_id)

    return Connection(page, count)


def _permalink(root: AnomalyParent) -> str:
    return f"/anomalies/{global_id('Anomaly', root.id)}"


async def _replay(root: AnomalyParent, info: ApiInfo) -> Replayed:
    found = await info.context.replays.load(root.id)
    if found is None:
        raise BadUserInputError("The case of this finding was deleted meanwhile. Search again.")
    return found


@strawberry.type(description="What a rule found in a case. 异常")
class Anomaly(Node):
    """`schema.anomaly_records.Anomaly` as clients see it."""

    kind: AnomalyKind = strawberry.field(description="What is wrong, as a procuratorate names it. 异常种类")
    status: AnomalyStatus = strawberry.field(description="What became of it. 状态")
    certainty: Certainty = strawberry.field(
        description="A person must check against the file what is POSSIBLE. 确定程度"
    )
    rule: Rule = resolved(_rule, "The rule that found it. 规则")
    penalty_case: LazyCase = resolved(_case, "The case it was found in. 案件")
    explanation: str = resolved(
        _explanation, "One or two Chinese sentences to be pasted into a file; persons by role. 说明（自然人按权限脱敏）"
    )
    evidence: list[Evidence] = resolved(_evidence, "Every fact it rests on. 证据")
    law: list[CitedLaw] = resolved(_law, "The law it cites, in the version it was judged by. 引用的法律")
    due_on: date | None = strawberry.field(description="The last lawful day; null: there is none. 最后合法日")
    overdue_days: int | None = strawberry.field(
        description=(
            "Calendar days from `dueOn` to the late act, else to the day the record was last judged as of. 逾期天数"
        )
    )
    rule_version: int = strawberry.field(description="Of the rule that found it. 规则版本")
    as_of: date = strawberry.field(description="The day it was found as of. 判断基准日")
    detected_at: datetime = strawberry.field(description="When it was found first. 发现时间")
    history: AnomalyEventConnection = resolved(_history, "What became of it step by step, newest first. 异常历史")
    permalink: str = resolved(
        _permalink, "A path on this server under which the finding is replayed from its exact inputs. 固定链接"
    )
    replay: AnomalyReplay = resolved(_replay, "The finding found again from its exact inputs. 重演")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        """Tell a finding among nodes; it tells of its case."""
        if not isinstance(value, anomaly_records.Anomaly):
            return False
        given_out(info, value)
        return True


def _cannot_tell_rule(root: strawberry.Parent[anomaly_records.CannotTell], info: ApiInfo) -> anomaly_records.Rule:
    return shown_rule(root.rule, info.context.services.law)


@strawberry.type(description="That a rule cannot judge a case for want of fields. 无法判断")
class CannotTell:
    """`schema.anomaly_records.CannotTell` as clients see it."""

    rule: Rule = resolved(_cannot_tell_rule, "The rule. 规则")
    missing: list[str] = strawberry.field(description="The fields nobody filled in, by the feed's names. 缺少的字段")


async def case_anomalies(
    root: strawberry.Parent[records.PenaltyCase], info: ApiInfo, status: list[AnomalyStatus] | None = strawberry.UNSET
) -> Sequence[anomaly_records.Anomaly]:
    """The findings of a case in the order of the rules: those in some states, else whatever became of them."""
    bounded(given(status))
    found = await info.context.loaders.anomalies_of.load(root.id)
    return [each for each in found if not status or each.status in status]


async def case_cannot_tell(
    root: strawberry.Parent[records.PenaltyCase], info: ApiInfo
) -> Sequence[anomaly_records.CannotTell]:
    """What cannot be told of a case."""
    return await info.context.loaders.cannot_tell_of.load(root.id)
