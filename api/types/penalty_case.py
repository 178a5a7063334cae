"""Penalty cases and their parties."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from api import paging
from api.auditing import given_out
from api.context import ApiInfo
from api.paging import Connection, Page, PageInfo, make_page, page_size
from api.readings import Slice
from api.types.anomaly import Anomaly, CannotTell, case_anomalies, case_cannot_tell
from api.types.clue import ClueConnection, case_clues
from api.types.criminal_progress import CriminalProgress, case_criminal_progress
from api.types.fields import resolved
from api.types.follow_ups import (
    CoerciveMeasure,
    CriminalCase,
    EnforcementCase,
    ProcuratorialMeasure,
    Reconsideration,
    Transfer,
    following,
)
from api.types.history import CaseChangeConnection, case_history
from api.types.link import CaseLinkConnection, case_links
from api.types.measure import MeasureConnection, case_measures
from api.types.node import Node
from api.types.organisation import Agency
from api.types.quantity import Quantity, case_quantities
from api.types.timeline import TIMELINE_DESCRIPTION, CaseEvent, case_events, count_case_events
from api.types.triage import TriageDecisionConnection, case_triage
from schema import follow_up_records, records
from schema.access_vocabularies import Permission
from schema.vocabularies import CaseSort, DataSource, Domain, PartyType, PenaltyKind
from stores.search.seam import Position, decode_position

CaseParent = strawberry.Parent[records.PenaltyCase]
PartyParent = strawberry.Parent[records.Party]


def case_cursor(case: records.PenaltyCase, sort: CaseSort) -> str:
    """The cursor of a case in an order without scores."""
    key: date | Decimal | int | None = case.decided_on
    if sort is CaseSort.FINE_HIGHEST:
        key = case.fine
    elif sort is CaseSort.MOST_ANOMALIES:
        key = case.anomaly_count
    return Position(sort, None, key, case.id).encode()


async def _revision(root: CaseParent, info: ApiInfo) -> int:
    # Findings and criminal cases raise it: it would tell of them.
    if info.context.scope.findings and info.context.scope.criminal_cases:
        return root.revision
    return 1 + await info.context.loaders.case_change_counts.load(root.id)


def _document_number(root: CaseParent, info: ApiInfo) -> str | None:
    return info.context.shown.text(root, root.document_number)


def _filing_number(root: CaseParent, info: ApiInfo) -> str | None:
    return info.context.shown.text(root, root.filing_number)


def _title(root: CaseParent, info: ApiInfo) -> str | None:
    return info.context.shown.text(root, root.title)


def _violation_type(root: CaseParent, info: ApiInfo) -> str | None:
    return info.context.shown.text(root, root.violation_type)


def _facts(root: CaseParent, info: ApiInfo) -> str | None:
    return info.context.shown.text(root, root.facts)


def _legal_basis(root: CaseParent, info: ApiInfo) -> str | None:
    return info.context.shown.text(root, root.legal_basis)


def _penalty_content(root: CaseParent, info: ApiInfo) -> str | None:
    return info.context.shown.text(root, root.penalty_content)


def _name(root: PartyParent, info: ApiInfo) -> str:
    return info.context.shown.name(root)


def _masked(root: PartyParent, info: ApiInfo) -> bool:
    return info.context.shown.is_masked(root)


def _cases(
    root: PartyParent, info: ApiInfo, first: int | None = 20, after: str | None = strawberry.UNSET
) -> Connection[records.PenaltyCase]:
    size = page_size(first, 20)
    sort = CaseSort.DECIDED_NEWEST
    place = decode_position(after, sort) if after else None
    loaders, party_id = info.context.loaders, root.id

    async def page() -> Page[records.PenaltyCase]:
        cases = await loaders.party_cases.load(Slice(party_id, size, place))
        return make_page(cases, size, after, lambda case: case_cursor(case, sort))

    async def count() -> int:
        return await loaders.party_case_counts.load(party_id)

    return Connection(page, count)


@strawberry.type(description="The penalised party. 行政相对人")
class Party(Node):
    """`schema.records.Party` as clients see it."""

    type: PartyType = strawberry.field(description="Organisation or natural person. 类别")
    name: str = resolved(
        _name, "Its name; a natural person's is masked unless the role shows it. 名称（自然人按权限脱敏）"
    )
    uscc: str | None = strawberry.field(description="The unified social credit code, as sent. 统一社会信用代码")
    masked: bool = resolved(_masked, "Whether the name shown is not the whole. 是否脱敏")
    cases: Annotated["CaseConnection", strawberry.lazy("api.types.penalty_case")] = resolved(
        _cases, "The party's cases, newest first. 该相对人的案件"
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Tell a party among nodes."""
        return isinstance(value, records.Party)


@strawberry.type(description="An administrative-penalty case. 行政处罚案件")
class PenaltyCase(Node):
    """`schema.records.PenaltyCase` as clients see it."""

    document_number: str | None = resolved(
        _document_number, "Of the penalty decision; none before it, and none in some published tables. 处罚决定书文号"
    )
    filing_number: str | None = resolved(_filing_number, "Of the filing. 立案号")
    identity_derived: bool = strawberry.field(
        description="Known by party, agency and date only. 无文号，按当事人等识别"
    )
    title: str | None = resolved(_title, "The case's name. 案件名称")
    domain: Domain = strawberry.field(description="The domain it belongs to. 领域")
    violation_type: str | None = resolved(_violation_type, "As sent. 违法行为类型")
    agency: Agency = strawberry.field(description="Who decided. 处罚机关")
    party: Party = strawberry.field(description="Who was penalised. 行政相对人")
    facts: str | None = resolved(_facts, "What was found. 违法事实")
    legal_basis: str | None = resolved(_legal_basis, "The law applied. 处罚依据")
    penalty_kinds: list[PenaltyKind] = strawberry.field(description="The kinds of penalty. 处罚种类")
    penalty_content: str | None = resolved(_penalty_content, "What was ordered. 处罚内容")
    fine: Decimal | None = strawberry.field(description="In yuan. 罚款金额（元）")
    confiscated: Decimal | None = strawberry.field(description="In yuan. 没收金额（元）")
    act_ended_on: date | None = strawberry.field(description="The violation's end. 违法行为终了日")
    found_on: date | None = strawberry.field(description="The violation's discovery. 发现日期")
    filed_on: date | None = strawberry.field(description="The agency's filing. 立案日期")
    decided_on: date | None = strawberry.field(description="The decision. 处罚决定日期")
    served_on: date | None = strawberry.field(description="The decision's service. 送达日期")
    payment_due_on: date | None = strawberry.field(description="The last day of payment. 缴款期限")
    paid_on: date | None = strawberry.field(description="The payment. 缴款日期")
    paid_amount: Decimal | None = strawberry.field(description="In yuan. 已缴金额（元）")
    entered_at: datetime | None = strawberry.field(description="The entry into the platform. 录入平台时间")
    quantities: list[Quantity] = resolved(case_quantities, "What the rules weigh, a hundred at most. 涉案数量")
    sources: list[DataSource] = strawberry.field(description="Where it is known from. 数据来源")
    revision: int = resolved(
        _revision,
        "One higher after every change; to whoever may not know of findings and criminal cases, after every change of "
        "the case's own fields. 版本",
    )
    anomalies: list[Anomaly] = resolved(
        case_anomalies,
        "What the rules found, whatever became of it, or only in some states. 异常",
        needs=Permission.READ_FINDINGS,
    )
    cannot_tell: list[CannotTell] = resolved(
        case_cannot_tell,
        "What the rules cannot judge, and for want of what. 无法判断",
        needs=Permission.READ_FINDINGS,
    )
    history: CaseChangeConnection = resolved(case_history, "Its earlier values, newest first. 变更历史")
    timeline: list[CaseEvent] = resolved(case_events, TIMELINE_DESCRIPTION)
    timeline_count: int = resolved(count_case_events, "How many events its timeline has. 时间轴事件总数")
    transfers: list[Transfer] = resolved(following(follow_up_records.Transfer), "Transfers to the police. 移送")
    criminal_cases: list[CriminalCase] = resolved(
        following(follow_up_records.CriminalCase),
        "What the police did with it. 刑事案件",
        needs=Permission.READ_CRIMINAL_CASES,
    )
    criminal_progress: CriminalProgress | None = resolved(
        case_criminal_progress,
        "How far it has come after its transfer: filed, detained, prosecuted, judged; null before. 刑事案件办理进展",
        needs=Permission.READ_CRIMINAL_CASES,
    )
    enforcements: list[EnforcementCase] = resolved(
        following(follow_up_records.EnforcementCase), "Applications to a court for enforcement. 申请强制执行"
    )
    reconsiderations: list[Reconsideration] = resolved(
        following(follow_up_records.Reconsideration), "Remedies against the penalty. 行政复议、行政诉讼"
    )
    coercive_measures: list[CoerciveMeasure] = resolved(
        following(follow_up_records.CoerciveMeasure), "Coercive measures of the agency. 行政强制措施"
    )
    procuratorial_measures: list[ProcuratorialMeasure] = resolved(
        following(follow_up_records.ProcuratorialMeasure), "What feeds told of measures about it. 检察监督措施（导入）"
    )
    triage: TriageDecisionConnection = resolved(
        case_triage, "What was decided of it, newest first. 分流决定", needs=Permission.READ_FINDINGS
    )
    clues: ClueConnection = resolved(
        case_clues, "The clues of one's departments about it, by due day. 涉案线索", needs=Permission.READ_CLUES
    )
    measures: MeasureConnection = resolved(
        case_measures, "The measures issued here about it, newest first. 监督措施", needs=Permission.READ_MEASURES
    )

    links: CaseLinkConnection = resolved(
        case_links,
        (
            "The other cases that it is tied to, by the kind of the tie and the newest first, each with its reason: of "
            "one party, in one transfer or criminal case, clue, measure or campaign, or with similar facts. 关联案件"
        ),
    )

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        """Tell a case among nodes; whatever way one came into an answer, it comes by here."""
        if not isinstance(value, records.PenaltyCase):
            return False
        given_out(info, value)
        return True


@strawberry.type(description="A case and its cursor. 案件及游标")
class CaseEdge:
    """An edge of CaseConnection."""

    node: PenaltyCase = strawberry.field(description="The case. 案件")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Cases in order. 案件列表")
class CaseConnection:
    """`api.paging.Connection` of cases."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[CaseEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[PenaltyCase] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")
