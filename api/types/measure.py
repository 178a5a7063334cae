"""Measures as clients see them: what a procuratorate issued, to whom, until when, and what came of it."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from api import paging
from api.auditing import given_out
from api.context import ApiInfo
from api.ids import global_id
from api.paging import Connection, Page, PageInfo, decode_cursor, encode_cursor, make_page, page_size
from api.readings import Slice
from api.types.fields import resolved
from api.types.node import Node
from api.types.organisation import Agency, Procuratorate
from api.types.user import User
from schema import clue_records, measure_records, records
from schema.access_records import Account
from schema.access_vocabularies import Permission
from schema.supervision_vocabularies import MeasureStatus
from schema.vocabularies import Department, MeasureKind
from supervision import timeline
from supervision.calendars import shanghai_day
from supervision.measure import shown_status
from supervision.measure_actors import is_addressee, steps_shown

if TYPE_CHECKING:
    from api.types.clue import Clue
    from api.types.penalty_case import CaseConnection
    from api.types.timeline import CaseEvent

DEFAULT_PAGE = 20

MeasureParent = strawberry.Parent[measure_records.Measure]
LazyCases = Annotated["CaseConnection", strawberry.lazy("api.types.penalty_case")]
LazyClue = Annotated["Clue", strawberry.lazy("api.types.clue")]
LazyEvent = Annotated["CaseEvent", strawberry.lazy("api.types.timeline")]


def today_of(info: ApiInfo) -> date:
    """The day it is in Shanghai."""
    return shanghai_day(info.context.services.clock())


def _status(root: MeasureParent, info: ApiInfo) -> MeasureStatus:
    return shown_status(root, today_of(info))


def _told(info: ApiInfo, root: measure_records.Measure, text: str | None) -> str | None:
    return info.context.shown.written(text, root.person_names)


def _title(root: MeasureParent, info: ApiInfo) -> str:
    return _told(info, root, root.title) or ""


def _text(root: MeasureParent, info: ApiInfo) -> str:
    return _told(info, root, root.text) or ""


def _addressee(root: MeasureParent, info: ApiInfo) -> str:
    return _told(info, root, root.addressee) or ""


def _replied_on(root: MeasureParent) -> date | None:
    return root.replied_on or root.told_replied_on


def _reply(root: MeasureParent, info: ApiInfo) -> str | None:
    return _told(info, root, root.reply if root.replied_on else root.told_reply)


def _rectification(root: MeasureParent, info: ApiInfo) -> str | None:
    return _told(info, root, root.rectification)


async def _agency(root: MeasureParent, info: ApiInfo) -> records.Agency | None:
    return None if root.agency_id is None else await info.context.loaders.agencies.load(root.agency_id)


async def _procuratorate(root: MeasureParent, info: ApiInfo) -> records.Procuratorate | None:
    if root.procuratorate_id is None:
        return None
    return await info.context.loaders.procuratorates.load(root.procuratorate_id)


async def _escalated_to(root: MeasureParent, info: ApiInfo) -> records.Procuratorate | None:
    if root.escalated_to_id is None or is_addressee(info.context.scope):
        return None
    return await info.context.loaders.procuratorates.load(root.escalated_to_id)


def _department(root: MeasureParent, info: ApiInfo) -> Department | None:
    return None if is_addressee(info.context.scope) else root.department


async def _author(root: MeasureParent, info: ApiInfo) -> Account | None:
    return None if is_addressee(info.context.scope) else await info.context.loaders.accounts.load(root.author_id)


async def _history(root: MeasureParent, info: ApiInfo) -> Sequence[timeline.CaseEvent]:
    steps = await info.context.loaders.measure_events.load(root.id)
    # A hundred at most, as of every list: the newest.
    shown = steps_shown(info.context.scope, steps)[-paging.MAX_PAGE :]
    return [timeline.measure_event(root, step) for step in shown]


def _cases(
    root: MeasureParent, info: ApiInfo, first: int | None = DEFAULT_PAGE, after: str | None = strawberry.UNSET
) -> Connection[records.PenaltyCase]:
    size = page_size(first, DEFAULT_PAGE)
    behind: int = decode_cursor(after, "measure-case", int)[0] if after else 0
    loaders = info.context.loaders

    async def seen() -> list[records.PenaltyCase]:
        # A hundred at most, and read once for both.
        return [case for case in await loaders.cases.load_many(list(root.case_ids)) if case is not None]

    async def page() -> Page[records.PenaltyCase]:
        following = [case for case in await seen() if case.id > behind]
        return make_page(following, size, after, lambda case: encode_cursor("measure-case", case.id))

    async def count() -> int:
        return len(await seen())

    return Connection(page, count)


async def _clue(root: MeasureParent, info: ApiInfo) -> clue_records.Clue | None:
    return None if root.clue_id is None else await info.context.loaders.clues.load(root.clue_id)


def _document(root: MeasureParent) -> str:
    return f"/measures/{global_id('Measure', root.id)}.docx"


@strawberry.type(description="What a procuratorate issues, to put a wrong right. 监督措施")
class Measure(Node):
    """`schema.measure_records.Measure` as clients see it; its addressee is shown the measure's own facts."""

    number: str | None = strawberry.field(description="Given when it is issued. 文书文号")
    kind: MeasureKind = strawberry.field(description="What it is. 种类")
    status: MeasureStatus = resolved(_status, "Where it stands today. 状态")
    title: str = resolved(_title, "Its title; persons by role. 标题（自然人按权限脱敏）")
    text: str = resolved(_text, "All of it; persons by role. 正文（自然人按权限脱敏）")
    addressee: str = resolved(_addressee, "To whom: an agency, the police, a court. 受文单位")
    agency: Agency | None = resolved(_agency, "The addressee, where it is an agency of the platform. 受文执法机关")
    procuratorate: Procuratorate | None = resolved(_procuratorate, "Whose it is. 制发检察院")
    department: Department | None = resolved(_department, "Of the procuratorate; not for the addressee. 承办部门")
    author: User | None = resolved(_author, "Who drafted it; not for the addressee. 拟稿人")
    clue: LazyClue | None = resolved(
        _clue, "From which clue; null to whoever does not see that. 来源线索", needs=Permission.READ_CLUES
    )
    urgent: bool = strawberry.field(description="Whether the shorter period for a reply holds. 是否紧急")
    issued_on: date | None = strawberry.field(description="The day it got its number. 制发日期")
    served_on: date | None = strawberry.field(description="The day it was served. 送达日期")
    reply_due_on: date | None = strawberry.field(
        description="The last day for the reply: as it names it, else the law's; null: nobody set one. 回复期限"
    )
    replied_on: date | None = resolved(
        _replied_on,
        "The day of the reply as recorded, else as a feed tells it; of a filing notice else of the filing. 回复日期",
    )
    reply: str | None = resolved(
        _reply, "What was replied, recorded or told by a feed; persons by role. 回复内容（自然人按权限脱敏）"
    )
    checked_on: date | None = strawberry.field(description="The last check of what came of it. 整改核查日期")
    rectification: str | None = resolved(
        _rectification, "What that check found; persons by role. 整改核查结果（自然人按权限脱敏）"
    )
    copy_to_legal_office: bool = strawberry.field(
        description="Whether the government's legal office gets a copy. 是否抄送政府法制办"
    )
    copied_on: date | None = strawberry.field(description="The day it was copied. 抄送日期")
    escalated_to: Procuratorate | None = resolved(
        _escalated_to, "The superior procuratorate that has it; not for the addressee. 报请的上级检察院"
    )
    revision: int = strawberry.field(description="One higher after every step. 版本")
    document: str = resolved(_document, "A path on this server under which it is a DOCX. 文书下载路径")
    history: list[LazyEvent] = resolved(
        _history, "Every step of its life, the first first; of more than a hundred the newest. 办理历史"
    )
    cases: LazyCases = resolved(_cases, "The cases in scope that it is about. 所涉案件")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        """Tell a measure among nodes; it tells of its cases."""
        if not isinstance(value, measure_records.Measure):
            return False
        given_out(info, value)
        return True


@strawberry.type(description="A measure and its cursor. 监督措施及游标")
class MeasureEdge:
    """An edge of MeasureConnection."""

    node: Measure = strawberry.field(description="The measure. 监督措施")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Measures, newest first. 监督措施列表")
class MeasureConnection:
    """`api.paging.Connection` of measures."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[MeasureEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[Measure] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


def measure_cursor(measure: measure_records.Measure) -> str:
    """The cursor of a measure in any list of measures."""
    return encode_cursor("measure", measure.id)


def read_measure_cursor(after: str | None) -> int | None:
    """The id in a cursor of a list of measures. Raises BadUserInputError for another."""
    return decode_cursor(after, "measure", int)[0] if after else None


def case_measures(
    root: strawberry.Parent[records.PenaltyCase],
    info: ApiInfo,
    first: int | None = DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[measure_records.Measure]:
    """The measures about a case, newest first."""
    size, behind = page_size(first, DEFAULT_PAGE), read_measure_cursor(after)
    loaders, case_id = info.context.loaders, root.id

    async def page() -> Page[measure_records.Measure]:
        found = await loaders.case_measures.load(Slice(case_id, size, behind))
        return make_page(found, size, after, measure_cursor)

    async def count() -> int:
        return await loaders.case_measure_counts.load(case_id)

    return Connection(page, count)
