"""Triage: what waits for decisions, and what was decided of a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Final

import strawberry

from api import paging
from api.context import ApiInfo
from api.masking import names_to_cover
from api.paging import MAX_PAGE, Connection, Page, PageInfo, decode_cursor, encode_cursor, make_page, page_size
from api.readings import Slice
from api.types.fields import resolved
from schema import records
from schema.access_records import Scope
from schema.supervision_vocabularies import TriageDecision
from schema.triage_records import QueuedCase, QueuePlace, TriageRecord
from schema.vocabularies import Certainty, Department
from stores.errors import BadUserInputError
from stores.triage import count_queue, list_queue
from supervision.calendars import shanghai_day

_DEFAULT_PAGE: Final = 20
_MOST_DAYS: Final = 100_000

LazyCase = Annotated["PenaltyCase", strawberry.lazy("api.types.penalty_case")]  # type: ignore[name-defined]  # noqa: F821  lazy


@dataclass(frozen=True, slots=True)
class ShownDecision:
    """A decision with its case, which says whose names are masked in it."""

    case: records.PenaltyCase
    record: TriageRecord


DecisionParent = strawberry.Parent[ShownDecision]
QueuedParent = strawberry.Parent[QueuedCase]


def _decision(root: DecisionParent) -> TriageDecision:
    return root.record.decision


def _reason(root: DecisionParent, info: ApiInfo) -> str:
    return info.context.shown.written(root.record.reason, names_to_cover(root.case)) or ""


def _for_department(root: DecisionParent) -> Department | None:
    return root.record.department


def _decided_at(root: DecisionParent) -> datetime:
    return root.record.decided_at


async def _decided_by(root: DecisionParent, info: ApiInfo) -> str | None:
    account = await info.context.loaders.accounts.load(root.record.decided_by)
    return None if account is None else account.name


@strawberry.type(description="A decision of triage about a case. 分流决定")
class TriageDecisionRecord:
    """`schema.triage_records.TriageRecord` as clients see it."""

    decision: TriageDecision = resolved(_decision, "What was decided. 决定")
    reason: str = resolved(_reason, "Why. Natural persons' names by role. 理由（自然人按权限脱敏）")
    department: Department | None = resolved(_for_department, "For which department; null: for all. 部门")
    decided_at: datetime = resolved(_decided_at, "When. 决定时间")
    decided_by: str | None = resolved(_decided_by, "By whom: the account's name. 决定人")


@strawberry.type(description="A decision and its cursor. 分流决定及游标")
class TriageDecisionEdge:
    """An edge of TriageDecisionConnection."""

    node: TriageDecisionRecord = strawberry.field(description="The decision. 决定")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Decisions of triage about a case, newest first. 分流决定列表")
class TriageDecisionConnection:
    """`api.paging.Connection` of a case's decisions."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[TriageDecisionEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[TriageDecisionRecord] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


def case_triage(
    root: strawberry.Parent[records.PenaltyCase],
    info: ApiInfo,
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[ShownDecision]:
    """The decisions about a case, newest first."""
    size = page_size(first, _DEFAULT_PAGE)
    behind: int | None = decode_cursor(after, "triage", int)[0] if after else None
    case, loaders = root, info.context.loaders

    async def page() -> Page[ShownDecision]:
        found = await loaders.triage_of.load(Slice(case.id, size, behind))
        shown = [ShownDecision(case, record) for record in found]
        return make_page(shown, size, after, lambda each: encode_cursor("triage", each.record.id))

    async def count() -> int:
        return await loaders.triage_counts.load(case.id)

    return Connection(page, count)


async def _queued_case(root: QueuedParent, info: ApiInfo) -> records.PenaltyCase | None:
    return await info.context.loaders.cases.load(root.case_id)


def _entered_at(root: QueuedParent) -> datetime:
    return root.place.entered_at


def _certainty(root: QueuedParent) -> Certainty | None:
    return root.place.certainty


def _overdue_days(root: QueuedParent) -> int | None:
    return root.place.overdue_days


@strawberry.type(description="A case that waits for a department's decision. 待分流案件")
class TriageQueueItem:
    """`schema.triage_records.QueuedCase` as clients see it."""

    penalty_case: LazyCase | None = resolved(_queued_case, "The case. 案件")
    department: Department = strawberry.field(description="Whose decision it waits for. 部门")
    entered_at: datetime = resolved(_entered_at, "Since when. 进入队列时间")
    certainty: Certainty | None = resolved(
        _certainty, "The best of the findings that are the department's business; null: there is none. 确定程度"
    )
    overdue_days: int | None = resolved(
        _overdue_days,
        "The most days overdue of those findings, to the late act, else to today; null: none has a due day. 逾期天数",
    )


@strawberry.type(description="A waiting case and its cursor. 待分流案件及游标")
class TriageQueueEdge:
    """An edge of TriageQueueConnection."""

    node: TriageQueueItem = strawberry.field(description="The waiting case. 待分流案件")
    cursor: str = strawberry.field(description="For `after`; it keeps the day that days were counted to. 游标")


@strawberry.type(description="What waits for decisions, the most certain and most overdue first. 分流队列")
class TriageQueueConnection:
    """`api.paging.Connection` of what waits."""

    total_count: int = resolved(paging.total_count, "Exact; a case counts at each department. 总数")
    edges: list[TriageQueueEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[TriageQueueItem] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


def triage_queue(
    info: ApiInfo,
    departments: list[Department] | None = strawberry.UNSET,
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[QueuedCase]:
    """What waits at the viewer's departments, or at some of them."""
    size, context = page_size(first, _DEFAULT_PAGE), info.context
    if len(departments or ()) > MAX_PAGE:
        raise BadUserInputError(f"A filter's list holds at most {MAX_PAGE} values.")
    wanted = _departments(context.scope, departments or ())
    place = _read_place(after) if after else None
    today = shanghai_day(context.services.clock())

    async def page() -> Page[QueuedCase]:
        async with context.database.begin() as connection:
            found = await list_queue(connection, context.scope, wanted, as_of=today, first=size, after=place)
        await context.loaders.cases.load_many([each.case_id for each in found])
        return make_page(found, size, after, _cursor)

    async def count() -> int:
        async with context.database.begin() as connection:
            return await count_queue(connection, context.scope, wanted)

    return Connection(page, count)


def _departments(scope: Scope, asked: Sequence[Department]) -> list[Department]:
    """Those of the asked ones whose queues are in scope; all of these, where none is asked for."""
    seen = tuple(Department) if scope.everything else scope.departments
    return [department for department in seen if not asked or department in asked]


def _cursor(queued: QueuedCase) -> str:
    place = queued.place
    days = None if place.overdue_days is None else str(place.overdue_days)
    return encode_cursor(
        "queue", place.as_of.isoformat(), place.certainty, days, place.entered_at.isoformat(), place.id
    )


def _read_place(cursor: str) -> QueuePlace:
    """The place that a cursor names. Raises BadUserInputError."""
    nullable = (str, type(None))
    as_of, certainty, days, entered_at, key = decode_cursor(cursor, "queue", str, nullable, nullable, str, int)
    try:
        place = QueuePlace(
            as_of=date.fromisoformat(as_of),
            certainty=None if certainty is None else Certainty(certainty),
            overdue_days=None if days is None else int(days),
            entered_at=datetime.fromisoformat(entered_at).astimezone(UTC),
            id=key,
        )
        counted = place.overdue_days
        known = counted is None or (certainty is not None and abs(counted) <= _MOST_DAYS)
        if not known or not date(1900, 1, 1) <= place.as_of <= date(9000, 1, 1):
            raise ValueError  # noqa: TRY301  one answer for everything that is wrong
    except (ValueError, OverflowError) as error:
        raise BadUserInputError(
            "This cursor does not belong to this list. Take `endCursor` of the page before."
        ) from error
    return place
