"""Clues (线索) as clients see them: where each stands, who answers for it, and how it came there."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from api import paging
from api.auditing import clue_given_out
from api.context import ApiInfo
from api.paging import Connection, Page, PageInfo, decode_cursor, encode_cursor, make_page, page_size
from api.readings import Slice
from api.types.clue_parts import ClueHandOver, ClueParticipation, ClueReceipt, ShownHandOver, ShownParticipation
from api.types.fields import resolved
from api.types.node import Node
from api.types.organisation import Procuratorate
from api.types.timeline import CaseEvent
from api.types.user import User
from schema import clue_records, records
from schema.access_records import Account
from schema.clue_records import CluePlace, LyingStill
from schema.supervision_vocabularies import ClueClass, ClueRise, ClueSource, ClueStatus
from schema.vocabularies import CaseSort, Department
from stores.errors import BadUserInputError
from stores.search.seam import Position, decode_position
from supervision.calendars import shanghai_day
from supervision.clue_dormancy import Activity, risen_to
from supervision.clue_limits import rise_days, still_days
from supervision.clue_timeline import ClueCaseEvent, clue_timeline

_DEFAULT_PAGE = 20

LazyCases = Annotated["CaseConnection", strawberry.lazy("api.types.penalty_case")]  # type: ignore[name-defined]  # noqa: F821  lazy

ClueParent = strawberry.Parent[clue_records.Clue]


def lying_still(info: ApiInfo) -> LyingStill:
    """What tells which clues are dormant today."""
    today = shanghai_day(info.context.services.clock())
    return LyingStill(today=today, still_days=still_days(today), rise_days=rise_days(today))


def clue_cursor(clue: clue_records.Clue) -> str:
    """The cursor of a clue in a list by due day."""
    return encode_cursor("clue", clue.due_on.isoformat(), clue.id)


def read_clue_cursor(after: str | None) -> CluePlace | None:
    """The place that a cursor names. Raises BadUserInputError."""
    if not after:
        return None
    due_on, clue_id = decode_cursor(after, "clue", str, int)
    try:
        return CluePlace(date.fromisoformat(due_on), clue_id)
    except ValueError as error:
        raise BadUserInputError("This cursor does not belong to this list. Take `endCursor`.") from error


def _title(root: ClueParent, info: ApiInfo) -> str:
    return info.context.shown.written(root.title, root.person_names) or ""


def _text(root: ClueParent, info: ApiInfo) -> str | None:
    return info.context.shown.written(root.text, root.person_names)


def _result(root: ClueParent, info: ApiInfo) -> str | None:
    return info.context.shown.written(root.result, root.person_names)


def _class(root: ClueParent) -> ClueClass:
    return root.clue_class


def _department(root: ClueParent) -> Department:
    return root.desk.department


async def _procuratorate(root: ClueParent, info: ApiInfo) -> records.Procuratorate | None:
    home = root.desk.procuratorate_id
    return None if home is None else await info.context.loaders.procuratorates.load(home)


async def _account(info: ApiInfo, account_id: int) -> Account:
    account = await info.context.loaders.accounts.load(account_id)
    # An account that a record names is never deleted.
    assert account is not None  # noqa: S101
    return account


async def _handler(root: ClueParent, info: ApiInfo) -> Account:
    return await _account(info, root.handler_id)


async def _sender(root: ClueParent, info: ApiInfo) -> Account:
    return await _account(info, root.sender_id)


async def _opener(root: ClueParent, info: ApiInfo) -> Account:
    return await _account(info, root.opener_id)


def _risen_to(root: ClueParent, info: ApiInfo) -> ClueRise | None:
    activity = Activity(
        status=root.status,
        last_step_on=shanghai_day(root.last_step_at),
        due_on=root.due_on,
        acknowledged=root.acknowledged_at is not None,
    )
    return risen_to(activity, shanghai_day(info.context.services.clock()))


def _dormant(root: ClueParent, info: ApiInfo) -> bool:
    return _risen_to(root, info) is not None


async def _history(root: ClueParent, info: ApiInfo) -> tuple[ClueCaseEvent, ...]:
    return clue_timeline(root, await info.context.loaders.clue_events.load(root.id))


async def _hand_overs(root: ClueParent, info: ApiInfo) -> Sequence[ShownHandOver]:
    return [ShownHandOver(root, each) for each in await info.context.loaders.clue_hand_overs.load(root.id)]


async def _participations(root: ClueParent, info: ApiInfo) -> Sequence[ShownParticipation]:
    return [ShownParticipation(root, each) for each in await info.context.loaders.clue_participations.load(root.id)]


async def _receipts(root: ClueParent, info: ApiInfo) -> Sequence[clue_records.ClueReceipt]:
    return await info.context.loaders.clue_receipts.load(root.id)


def _cases(
    root: ClueParent, info: ApiInfo, first: int | None = _DEFAULT_PAGE, after: str | None = strawberry.UNSET
) -> Connection[records.PenaltyCase]:
    size, sort = page_size(first, _DEFAULT_PAGE), CaseSort.DECIDED_NEWEST
    place = decode_position(after, sort) if after else None
    loaders, clue_id = info.context.loaders, root.id

    async def page() -> Page[records.PenaltyCase]:
        case_ids = await loaders.clue_case_ids.load(Slice(clue_id, size, place))
        found = [case for case in await loaders.cases.load_many(case_ids) if case is not None]
        return make_page(found, size, after, lambda case: Position(sort, None, case.decided_on, case.id).encode())

    async def count() -> int:
        return await loaders.clue_case_counts.load(clue_id)

    return Connection(page, count)


@strawberry.type(description="Something that should be looked into, and whoever answers for it. 线索")
class Clue(Node):
    """`schema.clue_records.Clue` as clients see it."""

    number: str = strawberry.field(description="Of its department, in its year. 线索编号")
    title: str = resolved(_title, "What it is about; persons by role. 标题（自然人按权限脱敏）")
    text: str | None = resolved(_text, "What is known; persons by role. 内容（自然人按权限脱敏）")
    status: ClueStatus = strawberry.field(description="Where it stands. 状态")
    source: ClueSource = strawberry.field(description="Where it came from. 来源")
    class_: ClueClass = strawberry.field(resolver=_class, name="class", description="What it is a clue to. 类别")
    department: Department = resolved(_department, "Which handles it, or is to accept it. 承办部门")
    procuratorate: Procuratorate | None = resolved(
        _procuratorate, "Where it is handled; null: nobody said where. 承办检察院"
    )
    handler: User = resolved(
        _handler,
        "Who answers for it: the opener; whoever was named; on transfer the receiving department's head until it is "
        "accepted; returned, its sender. 承办人",
    )
    sender: User = resolved(_sender, "Who handed it over last, else its opener: gets the result. 移送人")
    opener: User = resolved(_opener, "Who opened it. 登记人")
    due_on: date = strawberry.field(description="The last day to close it. 办理期限")
    dormant: bool = resolved(
        _dormant,
        "Whether no step was taken for more than 15 days, or the due day is past; closed: whether somebody has not "
        "taken note of its result for as long. 是否休眠",
    )
    risen_to: ClueRise | None = resolved(_risen_to, "To whom a dormant one has risen. 休眠提级")
    result: str | None = resolved(_result, "What came of it; persons by role. 办理结果（自然人按权限脱敏）")
    opened_at: datetime = strawberry.field(description="When it was opened. 登记时间")
    last_step_at: datetime = strawberry.field(description="When its last step was taken. 最近办理时间")
    closed_at: datetime | None = strawberry.field(description="When it was closed. 办结时间")
    acknowledged_at: datetime | None = strawberry.field(
        description="When the last who is owed the result had taken note. 结果签收时间"
    )
    revision: int = strawberry.field(description="One higher after every step. 版本")
    history: list[CaseEvent] = resolved(_history, "The newest hundred steps, the earliest first. 办理历史")
    cases: LazyCases = resolved(_cases, "The cases in scope that it is about. 涉及案件")
    hand_overs: list[ClueHandOver] = resolved(_hand_overs, "How it came from desk to desk. 互转记录")
    participations: list[ClueParticipation] = resolved(_participations, "The departments asked to take part. 会同办理")
    receipts: list[ClueReceipt] = resolved(_receipts, "Who is owed its result. 结果反馈")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        """Tell a clue among nodes; whatever way one came into an answer, it comes by here."""
        if not isinstance(value, clue_records.Clue):
            return False
        clue_given_out(info, value)
        return True


@strawberry.type(description="A clue and its cursor. 线索及游标")
class ClueEdge:
    """An edge of ClueConnection."""

    node: Clue = strawberry.field(description="The clue. 线索")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Clues by due day. 线索台账")
class ClueConnection:
    """`api.paging.Connection` of clues."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[ClueEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[Clue] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


def case_clues(
    root: strawberry.Parent[records.PenaltyCase],
    info: ApiInfo,
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[clue_records.Clue]:
    """The clues in scope about a case, by due day."""
    size, place = page_size(first, _DEFAULT_PAGE), read_clue_cursor(after)
    loaders, case_id = info.context.loaders, root.id

    async def page() -> Page[clue_records.Clue]:
        return make_page(await loaders.case_clues.load(Slice(case_id, size, place)), size, after, clue_cursor)

    async def count() -> int:
        return await loaders.case_clue_counts.load(case_id)

    return Connection(page, count)
