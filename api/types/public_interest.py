"""Public-interest cases as clients see them (行政公益诉讼)."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import strawberry

from api import paging
from api.context import ApiInfo
from api.ids import global_id, record_id
from api.paging import Connection, Page, PageInfo, bounded, encode_cursor, given, make_page, page_size
from api.types.duty_crime import (
    OwnEvent,
    clue_field,
    filed_place,
    number_field,
    own_events,
    procuratorate_field,
)
from api.types.fields import resolved
from api.types.node import Node
from api.types.organisation import Agency, Procuratorate
from api.types.timeline import CaseEvent
from schema import duty_records, records
from schema.duty_vocabularies import PublicInterestStatus
from schema.vocabularies import Domain
from stores.public_interest import PublicInterestFilter, count_public_interest_cases, list_public_interest_cases
from supervision.public_interest import PublicInterestState, decision_due, filing_service_due

_DEFAULT_PAGE = 20

LazyCase = Annotated["PenaltyCase", strawberry.lazy("api.types.penalty_case")]  # type: ignore[name-defined]  # noqa: F821  lazy

Parent = strawberry.Parent[duty_records.PublicInterestCase]


async def _agency(root: Parent, info: ApiInfo) -> records.Agency | None:
    return await info.context.loaders.agencies.load(root.agency_id)


async def _cases(root: Parent, info: ApiInfo) -> Sequence[records.PenaltyCase]:
    found = await info.context.loaders.cases.load_many(list(root.case_ids))
    return [case for case in found if case is not None]


def _measure_id(root: Parent) -> strawberry.ID | None:
    return None if root.measure_id is None else strawberry.ID(global_id("Measure", root.measure_id))


def _told(field: str, description: str) -> Any:
    def shown(root: Parent, info: ApiInfo) -> str | None:
        return info.context.shown.written(getattr(root, field), root.person_names)

    return resolved(shown, description)


def state_of(case: duty_records.PublicInterestCase) -> PublicInterestState:
    """What decides of a case's next step."""
    return PublicInterestState(
        status=case.status,
        last_step_on=case.last_step_on,
        measure_id=case.measure_id,
        suspended_on=case.suspended_on,
        sued_on=case.sued_on,
        court=case.court,
        outcome=case.outcome,
    )


def _decision_due(root: Parent, info: ApiInfo) -> date | None:
    services = info.context.services
    return decision_due(state_of(root), root.reply_due_on, root.suspensions, services.law, services.calendar)


def _service_due(root: Parent, info: ApiInfo) -> date | None:
    services = info.context.services
    return filing_service_due(root.filed_on, services.law, services.calendar)


async def _history(root: Parent, info: ApiInfo) -> Sequence[OwnEvent]:
    return own_events("public-interest", root, await info.context.loaders.public_interest_steps.load(root.id))


@strawberry.type(description="A case in the public interest against an agency. 行政公益诉讼案件")
class PublicInterestCase(Node):
    """`schema.duty_records.PublicInterestCase` as clients see it."""

    number: str = number_field()
    title: str | None = _told("title", "What it is about; persons by role. 案由（自然人按权限脱敏）")
    domain: Domain = strawberry.field(description="The field. 领域")
    agency: Agency | None = resolved(_agency, "The agency that has to act. 行政机关")
    cases: list[LazyCase] = resolved(_cases, "The penalty cases it is about that are in scope. 相关行政处罚案件")
    status: PublicInterestStatus = strawberry.field(description="How it stands. 状态")
    clue_id: strawberry.ID | None = clue_field()
    measure_id: strawberry.ID | None = resolved(_measure_id, "The id of the proposal before litigation. 诉前检察建议")
    procuratorate: Procuratorate | None = procuratorate_field("Whose it is. 办案检察院")
    filed_on: date = strawberry.field(description="The day it was filed. 立案日期")
    filing_service_due_on: date | None = resolved(
        _service_due,
        "The last day to serve the decision to file; null: no law of that day is known. 立案决定书送达期限",
    )
    decision_due_on: date | None = resolved(
        _decision_due,
        "While PROPOSED: the last day to decide whether to sue, without the chief's extension. 审查起诉期限届满日",
    )
    suspended_on: date | None = strawberry.field(description="Since when its review is suspended. 中止审查日期")
    sued_on: date | None = strawberry.field(description="The day the agency was sued. 起诉日期")
    court: str | None = _told("court", "Before which court. 受诉法院")
    outcome: str | None = _told("outcome", "What was judged, else why it was closed. 处理结果")
    last_step_on: date = strawberry.field(description="The day of its last step. 最近办理日期")
    author: str = strawberry.field(description="Who entered it. 登记人")
    revision: int = strawberry.field(description="How many steps it took; for `expectedRevision`. 版本")
    history: list[CaseEvent] = resolved(_history, "Its newest hundred steps, the earliest first. 办理经过")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Tell a public-interest case among nodes."""
        return isinstance(value, duty_records.PublicInterestCase)


@strawberry.type(description="A public-interest case and its cursor. 公益诉讼案件及游标")
class PublicInterestCaseEdge:
    """An edge of PublicInterestCaseConnection."""

    node: PublicInterestCase = strawberry.field(description="The case. 案件")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Public-interest cases, the latest filed first. 公益诉讼案件列表")
class PublicInterestCaseConnection:
    """`api.paging.Connection` of public-interest cases."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[PublicInterestCaseEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[PublicInterestCase] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


@strawberry.input(description="Which public-interest cases; every part narrows the list. 筛选条件")
class PublicInterestCasesFilter:
    """What `publicInterestCases` may be narrowed by."""

    statuses: list[PublicInterestStatus] | None = strawberry.field(
        default=strawberry.UNSET, description="In these states. 状态"
    )
    domains: list[Domain] | None = strawberry.field(default=strawberry.UNSET, description="In these fields. 领域")
    agency_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Against these agencies; 100 at most. 行政机关"
    )
    from_: date | None = strawberry.field(
        name="from", default=strawberry.UNSET, description="Filed on this day or later. 立案日期自"
    )
    to: date | None = strawberry.field(default=strawberry.UNSET, description="Filed on this day or earlier. 立案日期至")


def public_interest_cases(
    info: ApiInfo,
    filter: PublicInterestCasesFilter | None = strawberry.UNSET,  # noqa: A002  the name of every list's argument
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[duty_records.PublicInterestCase]:
    """The public-interest cases of the procuratorates in scope."""
    context, asked = info.context, given(filter)
    size, place = page_size(first, _DEFAULT_PAGE), filed_place(given(after), "public-interest")
    wanted = PublicInterestFilter()
    if asked is not None:
        statuses, domains = given(asked.statuses) or (), given(asked.domains) or ()
        agency_ids = given(asked.agency_ids) or ()
        bounded(statuses, domains, agency_ids)
        wanted = PublicInterestFilter(
            statuses=tuple(statuses),
            domains=tuple(domains),
            agency_ids=tuple(record_id(each, "Agency", "agencyIds") for each in agency_ids),
            filed_from=given(asked.from_),
            filed_until=given(asked.to),
        )

    async def page() -> Page[duty_records.PublicInterestCase]:
        async with context.database.begin() as connection:
            found = await list_public_interest_cases(connection, context.scope, wanted, first=size, after=place)
        scope = context.scope
        held = [each for each in found if scope.measures and scope.supervises(each.procuratorate_id)]
        return make_page(
            held, size, after, lambda each: encode_cursor("public-interest", each.filed_on.isoformat(), each.id)
        )

    async def count() -> int:
        async with context.database.begin() as connection:
            return await count_public_interest_cases(connection, context.scope, wanted)

    return Connection(page, count)
