"""Custodies as clients see them (刑事拘留案件专项检查): the coercive measures of criminal cases with their limits."""

from datetime import date
from typing import Annotated, Any

import strawberry

from api import paging
from api.context import ApiInfo
from api.ids import record_id
from api.paging import MAX_PAGE, Connection, Page, PageInfo, decode_cursor, encode_cursor, given, make_page, page_size
from api.types.fields import resolved
from api.types.follow_ups import ORDINARY_DUE_ON, CriminalCase, ordinary_due_on
from api.types.organisation import Agency
from schema import custody_records, follow_up_records, records
from schema.custody_records import CustodyState
from schema.vocabularies import Certainty, CoercionKind
from stores.custodies import CustodyCount, CustodyFilter, CustodyPlace, count_custodies, list_custodies
from stores.errors import BadUserInputError
from supervision.calendars import shanghai_day
from supervision.custodies import custody_terms, moved_days

_DEFAULT_PAGE = 20

LazyCase = Annotated["PenaltyCase", strawberry.lazy("api.types.penalty_case")]  # type: ignore[name-defined]  # noqa: F821  lazy

Parent = strawberry.Parent[custody_records.Custody]


@strawberry.input(description="Which custodies; every part narrows the list. 筛选条件")
class CustodiesFilter:
    """What `custodies` may be narrowed by."""

    overdue: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="true: only those beyond their limit, lasting or ended; false: only the others. 是否超期",
    )
    kinds: list[CoercionKind] | None = strawberry.field(default=strawberry.UNSET, description="Of these kinds. 种类")
    agency_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Of the cases of these agencies; 100 at most. 执法机关"
    )
    from_: date | None = strawberry.field(
        name="from", default=strawberry.UNSET, description="Begun on this day or later. 起始日期自"
    )
    to: date | None = strawberry.field(default=strawberry.UNSET, description="Begun on this day or earlier. 起始日期至")


async def _agency(root: Parent, info: ApiInfo) -> records.Agency | None:
    return await info.context.loaders.agencies.load(root.agency_id)


async def _case(root: Parent, info: ApiInfo) -> records.PenaltyCase | None:
    return None if root.case_id is None else await info.context.loaders.cases.load(root.case_id)


async def _criminal_case(root: Parent, info: ApiInfo) -> Any:
    loader = info.context.loaders.follow_ups[follow_up_records.CriminalCase.__name__]
    return await loader.load(root.criminal_case_id)


def _organ(root: Parent, info: ApiInfo) -> str | None:
    return info.context.shown.told(root.organ, root.person_names)


def _number(root: Parent, info: ApiInfo) -> str:
    return info.context.shown.told(root.document_number, root.person_names) or ""


def _case_number(root: Parent, info: ApiInfo) -> str | None:
    return info.context.shown.told(root.case_number, root.person_names)


@strawberry.type(description="A coercive measure of criminal procedure with its limits. 强制措施期限检查")
class Custody:
    """`schema.custody_records.Custody` as clients see it."""

    agency: Agency | None = resolved(_agency, "The agency that handed the case over. 移送机关")
    document_number: str = resolved(_number, "The number of the penalty decision. 处罚决定书文号")
    penalty_case: LazyCase | None = resolved(_case, "The case; null: it has not arrived. 案件")
    criminal_case: CriminalCase | None = resolved(
        _criminal_case, "What the police did with it; null: the case has not arrived. 刑事案件"
    )
    case_number: str | None = resolved(_case_number, "The criminal case's number. 刑事案件编号")
    organ: str | None = resolved(_organ, "Who handles it. 办案机关")
    kind: CoercionKind = strawberry.field(description="Which measure. 种类")
    begun_on: date = strawberry.field(name="from", description="Its first day. 起始日期")
    told_end: date | None = strawberry.field(name="to", description="Its last day as it was told. 截止日期")
    extended_to: date | None = strawberry.field(description="Its end after it was extended. 延长至")
    ended_on: date | None = strawberry.field(
        description="The day it ended: `to`, else the day on which the next measure took its place. 实际解除日期"
    )
    due_on: date | None = strawberry.field(
        description="The last lawful day by the law of its first day, as `Coercion.dueOn`. 法定最长期限届满日"
    )
    ordinary_due_on: date | None = resolved(ordinary_due_on, ORDINARY_DUE_ON)
    state: CustodyState = strawberry.field(description="How it stands today. 状态")
    certainty: Certainty = strawberry.field(
        description="POSSIBLE: a person must check whether, or when, something else ended it. 确定程度"
    )
    days_left: int | None = strawberry.field(
        description="Calendar days to `dueOn` while it lasts, below 0 beyond it. 剩余天数"
    )
    overdue_days: int | None = strawberry.field(description="Calendar days beyond `dueOn`. 超期天数")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        """Tell a custody; it tells of its case."""
        if not isinstance(value, custody_records.Custody):
            return False
        if value.case_id is not None:
            info.context.audit.gave(info, value.case_id)
        return True


@strawberry.type(description="A custody and its cursor. 强制措施及游标")
class CustodyEdge:
    """An edge of CustodyConnection."""

    node: Custody = strawberry.field(description="The custody. 强制措施")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Custodies by their last lawful day, those without one last. 强制措施期限列表")
class CustodyConnection:
    """`api.paging.Connection` of custodies."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[CustodyEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[Custody] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


def custodies(
    info: ApiInfo,
    filter: CustodiesFilter | None = strawberry.UNSET,  # noqa: A002  the name of every list's argument
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[custody_records.Custody]:
    """Every custody in scope, by its last lawful day."""
    context = info.context
    size, wanted = page_size(first, _DEFAULT_PAGE), _wanted(filter)
    place = _place(after) if after else None
    by = CustodyCount(
        terms=custody_terms(context.services.law),
        moved=moved_days(context.services.calendar),
        today=shanghai_day(context.services.clock()),
    )

    async def page() -> Page[custody_records.Custody]:
        async with context.database.begin() as connection:
            found = await list_custodies(connection, context.scope, wanted, by, first=size, after=place)
        agencies = await context.loaders.agencies.load_many([each.agency_id for each in found])
        # The last wall: what the police did is given out only where the agency's cases are in scope.
        held = [
            each
            for each, agency in zip(found, agencies, strict=True)
            if context.scope.criminal_cases and agency and context.scope.holds(agency.id, agency.procuratorate_id)
        ]
        return make_page(held, size, after, _cursor)

    async def count() -> int:
        async with context.database.begin() as connection:
            return await count_custodies(connection, context.scope, wanted, by)

    return Connection(page, count)


def _cursor(custody: custody_records.Custody) -> str:
    due = None if custody.due_on is None else custody.due_on.isoformat()
    return encode_cursor("custody", due, custody.criminal_case_id, custody.place)


def _place(cursor: str) -> CustodyPlace:
    due, criminal_case_id, place = decode_cursor(cursor, "custody", (str, type(None)), int, int)
    try:
        return CustodyPlace(None if due is None else date.fromisoformat(due), criminal_case_id, place)
    except ValueError as error:
        raise BadUserInputError("This cursor does not belong to this list. Take `endCursor`.") from error


def _wanted(wanted: CustodiesFilter | None) -> CustodyFilter:
    asked = given(wanted)
    if asked is None:
        return CustodyFilter()
    kinds, agency_ids = given(asked.kinds) or (), given(asked.agency_ids) or ()
    if max(len(kinds), len(agency_ids)) > MAX_PAGE:
        raise BadUserInputError(f"A filter's list holds at most {MAX_PAGE} values.")
    return CustodyFilter(
        overdue=given(asked.overdue),
        kinds=tuple(kinds),
        agency_ids=tuple(record_id(each, "Agency", "agencyIds") for each in agency_ids),
        begun_from=given(asked.from_),
        begun_until=given(asked.to),
    )
