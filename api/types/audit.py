"""The audit trail as those see it who may: who did what, and what it shows of itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import orjson
import strawberry

from api import paging
from api.context import ApiInfo, Context
from api.ids import global_id, record_id
from api.paging import Connection, Page, PageInfo, decode_cursor, encode_cursor, given, make_page, page_size
from api.types.fields import resolved
from schema import audit_records
from schema.access_vocabularies import AlertKind, AuditAction
from stores.accounts import Standing, standings_of
from stores.audit_alerts import find_many_views, find_watched_views
from stores.audit_trail import count_entries, list_entries
from stores.errors import BadUserInputError
from stores.postgres import DatabaseConnection
from supervision.access import audit_reader_of
from supervision.audit_covering import cover_detail, cover_remark
from supervision.viewing_limits import viewing_limit_on

_DEFAULT_PAGE = 20
_DEFAULT_DAYS = 30
_MOST_DAYS = 366

EntryParent = strawberry.Parent[audit_records.AuditEntry]
AlertParent = strawberry.Parent[audit_records.AuditAlert]


def _entry_login(root: EntryParent) -> str:
    return root.login


def _detail(root: EntryParent, info: ApiInfo) -> str:
    detail = root.detail if info.context.scope.names else cover_detail(root.detail)
    return orjson.dumps(detail).decode()


def _purpose(root: EntryParent, info: ApiInfo) -> str:
    return root.purpose if info.context.scope.names else cover_remark(root.purpose)


def _case_ids(root: EntryParent) -> list[strawberry.ID]:
    return [strawberry.ID(global_id("PenaltyCase", case_id)) for case_id in root.case_ids]


@strawberry.type(description="Something that somebody did; nothing of it is ever changed. 审计记录")
class AuditEntry:
    """`schema.audit_records.AuditEntry` as clients see it."""

    at: datetime = strawberry.field(description="When, by the database's clock. 时间")
    account_login: str = resolved(_entry_login, "Who. 账号")
    address: str = strawberry.field(description="From where. 来源地址")
    purpose: str = resolved(_purpose, "What for, as it was given when the session began. 用途")
    action: AuditAction = strawberry.field(description="What. 操作类型")
    operation: str = strawberry.field(description="The root field, or the command. 操作")
    detail: str = resolved(
        _detail, "The arguments, as a JSON object; see docs/security.md for what is covered in it. 参数"
    )
    case_ids: list[strawberry.ID] = resolved(_case_ids, "Those of your cases of which anything was given out. 涉及案件")
    result_count: int | None = strawberry.field(description="How many records answered; null: not counted. 结果数")
    index_version: str | None = strawberry.field(description="Which index answered, or the record. 索引版本")


@strawberry.type(description="An entry and its cursor. 审计记录及游标")
class AuditEntryEdge:
    """An edge of AuditTrailConnection."""

    node: AuditEntry = strawberry.field(description="The entry. 审计记录")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Entries, newest first; empty for whoever may not read them. 审计记录列表")
class AuditTrailConnection:
    """`api.paging.Connection` of entries."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[AuditEntryEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[AuditEntry] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


@strawberry.input(description="Which entries; all that is given must hold. 审计记录筛选条件")
class AuditFilter:
    """What `auditTrail` takes."""

    account_login: str | None = strawberry.field(default=strawberry.UNSET, description="Who. 账号")
    action: AuditAction | None = strawberry.field(default=strawberry.UNSET, description="What. 操作类型")
    case_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Something of this case was given out. 案件"
    )
    from_: datetime | None = strawberry.field(name="from", default=strawberry.UNSET, description="Inclusive. 起始时间")
    to: datetime | None = strawberry.field(default=strawberry.UNSET, description="Exclusive. 截止时间")


def _read(filter_: AuditFilter | None) -> audit_records.AuditFilter:
    if not filter_:
        return audit_records.AuditFilter()
    login, case_id = given(filter_.account_login), given(filter_.case_id)
    if login is not None and "\x00" in login:
        raise BadUserInputError("`accountLogin` is a login, and no login has a NUL.")
    return audit_records.AuditFilter(
        login=login,
        action=given(filter_.action),
        case_id=None if case_id is None else record_id(case_id, "PenaltyCase", "caseId"),
        since=given(filter_.from_),
        until=given(filter_.to),
    )


async def _reader(context: Context, connection: DatabaseConnection) -> audit_records.AuditReader | None:
    """Whose entries whoever calls may read; None: nobody's."""
    home = context.viewer.account.procuratorate_id
    standings = {} if home is None else await standings_of(connection, [home])
    standing = Standing() if home is None else standings[home]
    return audit_reader_of(context.viewer, standing.subordinates, highest=standing.highest)


def audit_trail(
    info: ApiInfo,
    filter: AuditFilter | None = strawberry.UNSET,  # noqa: A002  as everywhere in the API
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[audit_records.AuditEntry]:
    """Entries of those whose accounts one may see, newest first; none for whoever may not read any."""
    context, wanted, size = info.context, _read(filter), page_size(first, _DEFAULT_PAGE)
    behind: int | None = decode_cursor(after, "audit", int)[0] if after else None

    async def page() -> Page[audit_records.AuditEntry]:
        found: list[audit_records.AuditEntry] = []
        async with context.database.begin() as connection:
            reader = await _reader(context, connection)
            if reader is not None:
                found = await list_entries(connection, reader, wanted, first=size, after=behind)
        return make_page(found, size, after, lambda entry: encode_cursor("audit", entry.id))

    async def count() -> int:
        async with context.database.begin() as connection:
            reader = await _reader(context, connection)
            return 0 if reader is None else await count_entries(connection, reader, wanted)

    return Connection(page, count)


def _alert_login(root: AlertParent) -> str:
    return root.login


def _alert_case(root: AlertParent) -> strawberry.ID | None:
    return None if root.case_id is None else strawberry.ID(global_id("PenaltyCase", root.case_id))


def _alert_reason(root: AlertParent, info: ApiInfo) -> str | None:
    return root.reason if root.reason is None or info.context.scope.names else cover_remark(root.reason)


@strawberry.type(description="What the audit trail shows of itself. 审计预警")
class AuditAlert:
    """`schema.audit_records.AuditAlert` as clients see it."""

    kind: AlertKind = strawberry.field(description="Many views in little time, or a watched name's. 预警类别")
    account_login: str = resolved(_alert_login, "Who. 账号")
    since: datetime = strawberry.field(description="The first view that was one too many. 开始时间")
    until: datetime = strawberry.field(description="The last. 结束时间")
    cases: int = strawberry.field(description="Distinct cases of yours, at most so many at once. 案件数")
    case_id: strawberry.ID | None = resolved(_alert_case, "The watched name's case. 案件")
    reason: str | None = resolved(_alert_reason, "Why the name is watched. 关注原因")


async def audit_alerts(
    info: ApiInfo,
    from_: Annotated[datetime | None, strawberry.argument(name="from")] = strawberry.UNSET,
    to: datetime | None = strawberry.UNSET,
    first: int | None = _DEFAULT_PAGE,
) -> Sequence[audit_records.AuditAlert]:
    """Alerts of those whose accounts one may see, newest first; none for whoever may not read the trail."""
    context, size = info.context, page_size(first, _DEFAULT_PAGE)
    until = given(to) or context.services.clock()
    try:
        since = given(from_) or until - timedelta(days=_DEFAULT_DAYS)
    except OverflowError as error:
        raise BadUserInputError("`to` lies before every calendar.") from error
    if not timedelta() <= until - since <= timedelta(days=_MOST_DAYS):
        raise BadUserInputError(f"`from` lies before `to`, by {_MOST_DAYS} days at most.")
    limit = viewing_limit_on(until.date())
    async with context.database.begin() as connection:
        reader = await _reader(context, connection)
        if reader is None:
            return []
        alerts = await find_watched_views(connection, reader, since=since, until=until, first=size)
        if limit is not None:
            alerts += await find_many_views(
                connection, reader, since=since, until=until, most=limit.cases, minutes=limit.minutes, first=size
            )
    return sorted(alerts, key=lambda alert: (alert.until, alert.entry_id), reverse=True)[:size]
