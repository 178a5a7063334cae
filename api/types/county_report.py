"""What counties report, their ranking, and what the office of a campaign sees to, as clients see them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import strawberry

from api import paging
from api.context import ApiInfo, Context
from api.ids import record_id
from api.paging import (
    MAX_PAGE,
    Connection,
    Page,
    PageInfo,
    bounded,
    decode_cursor,
    encode_cursor,
    given,
    make_page,
    page_size,
)
from api.types.duty_crime import procuratorate_field
from api.types.fields import resolved
from api.types.organisation import Procuratorate
from schema import county_report_records
from schema.duty_vocabularies import CountyReportKind, CountyReportState, OfficeDutyKind
from schema.vocabularies import Department
from stores.county_reports import (
    Counting,
    ReportFilter,
    ReportPlace,
    count_duties,
    count_reports,
    list_duties,
    list_reports,
    rank_counties,
)
from stores.errors import BadUserInputError
from supervision.calendars import shanghai_day
from supervision.clue_limits import still_days
from supervision.county_reports import owed_periods, periods_of_year, report_settings

_DEFAULT_PAGE: Final = 20
_FIRST_YEAR: Final = 2013
_LAST_YEAR: Final = 2100
_WRONG_CURSOR: Final = "This cursor does not belong to this list. Take `endCursor`."


def _figure(name: str, description: str) -> Any:
    def counted(root: strawberry.Parent[Any]) -> int:
        figures: dict[str, int] = root
        return figures[name]

    return resolved(counted, description)


@strawberry.type(description="What a county did in a period. 县级院工作数据")
class CountyFigures:
    """The numbers of `supervision.county_reports.FIGURES`."""

    cases_entered: int = _figure("cases_entered", "Cases that agencies entered. 录入案件数")
    cases_triaged: int = _figure("cases_triaged", "Cases decided of. 分流案件数")
    clues_opened: int = _figure("clues_opened", "Clues opened. 登记线索数")
    clues_closed: int = _figure("clues_closed", "Clues closed. 办结线索数")
    clues_dormant: int = _figure("clues_dormant", "Clues that lay still when it was counted. 休眠线索数")
    measures_issued: int = _figure("measures_issued", "Measures issued. 制发监督措施数")
    measures_served: int = _figure("measures_served", "Measures served. 送达监督措施数")
    measures_rectified: int = _figure("measures_rectified", "Measures after which all was put right. 整改到位数")
    duty_crime_cases: int = _figure("duty_crime_cases", "Duty-crime cases filed. 职务犯罪立案数")
    public_interest_cases: int = _figure("public_interest_cases", "Public-interest cases filed. 公益诉讼立案数")
    typical_cases: int = _figure("typical_cases", "Typical cases marked. 典型案例数")


def _figures(root: strawberry.Parent[Any]) -> Any:
    return root.figures


def _told(root: strawberry.Parent[county_report_records.CountyReport], info: ApiInfo) -> str | None:
    return info.context.shown.written(root.text, ())


@strawberry.type(description="A report that a county owes or has sent. 县级院报告")
class CountyReport:
    """`schema.county_report_records.CountyReport` as clients see it."""

    procuratorate: Procuratorate | None = procuratorate_field("The county's procuratorate. 县级检察院")
    kind: CountyReportKind = strawberry.field(description="What. 种类")
    period_start: date = strawberry.field(description="The first day of its period. 期间起")
    period_end: date = strawberry.field(description="The last one. 期间止")
    due_on: date = strawberry.field(description="The last day to send it. 报送期限")
    state: CountyReportState = strawberry.field(description="How it stands today. 状态")
    sent_on: date | None = strawberry.field(description="The day it was sent. 报送日期")
    sent_by: str | None = strawberry.field(description="Who sent it. 报送人")
    text: str | None = resolved(_told, "What it says; persons by role. 报告内容（自然人按权限脱敏）")
    figures: CountyFigures | None = resolved(_figures, "The county's figures when it was sent. 报送时的数据")


@strawberry.type(description="A report and its cursor. 报告及游标")
class CountyReportEdge:
    """An edge of CountyReportConnection."""

    node: CountyReport = strawberry.field(description="The report. 报告")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="What counties owe and have sent, the latest due first. 县级院报告列表")
class CountyReportConnection:
    """`api.paging.Connection` of reports."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[CountyReportEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[CountyReport] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


@strawberry.input(description="Which reports; every part narrows the list. 筛选条件")
class CountyReportsFilter:
    """What `countyReports` may be narrowed by."""

    year: int | None = strawberry.field(
        default=strawberry.UNSET, description="In which their periods end; without it this one. 年度"
    )
    kinds: list[CountyReportKind] | None = strawberry.field(default=strawberry.UNSET, description="Of these. 种类")
    states: list[CountyReportState] | None = strawberry.field(
        default=strawberry.UNSET, description="In these states. 状态"
    )
    procuratorate_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Of these counties; 100 at most. 县级检察院"
    )


def today_of(context: Context) -> date:
    """The day it is in Shanghai."""
    return shanghai_day(context.services.clock())


def counting(context: Context) -> Counting:
    """By what figures are counted today."""
    today = today_of(context)
    return Counting(today=today, still_days=still_days(today))


def ended_periods(context: Context, year: int) -> list[county_report_records.ReportPeriod]:
    """The periods of a year that have ended. Raises BadUserInputError."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise BadUserInputError(f"`year` is one from {_FIRST_YEAR} to {_LAST_YEAR}.")
    today = today_of(context)
    return [each for each in periods_of_year(year, report_settings(), context.services.calendar) if each.end < today]


def county_reports(
    info: ApiInfo,
    filter: CountyReportsFilter | None = strawberry.UNSET,  # noqa: A002  the name of every list's argument
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[county_report_records.CountyReport]:
    """What the counties in scope owe and have sent."""
    context, asked, today = info.context, given(filter), today_of(info.context)
    size, place = page_size(first, _DEFAULT_PAGE), _report_place(given(after))
    named = None if asked is None else given(asked.year)
    year = today.year if named is None else named
    wanted = ReportFilter(periods=ended_periods(context, year))
    if asked is not None:
        kinds, states = given(asked.kinds) or (), given(asked.states) or ()
        procuratorate_ids = given(asked.procuratorate_ids) or ()
        bounded(kinds, states, procuratorate_ids)
        wanted = ReportFilter(
            periods=[each for each in wanted.periods if not kinds or each.kind in kinds],
            states=tuple(states),
            procuratorate_ids=tuple(record_id(each, "Procuratorate", "procuratorateIds") for each in procuratorate_ids),
        )

    async def page() -> Page[county_report_records.CountyReport]:
        async with context.database.begin() as connection:
            found = await list_reports(connection, context.scope, wanted, today=today, first=size, after=place)
        held = [each for each in found if _holds(context, each.procuratorate_id)]
        return make_page(
            held,
            size,
            after,
            lambda each: encode_cursor(
                "report", each.due_on.isoformat(), each.kind, each.period_end.isoformat(), each.procuratorate_id
            ),
        )

    async def count() -> int:
        async with context.database.begin() as connection:
            return await count_reports(connection, context.scope, wanted, today=today)

    return Connection(page, count)


def _holds(context: Context, procuratorate_id: int | None) -> bool:
    """The last wall: what is a procuratorate's own is given out where it is in scope, and to no agency."""
    return context.scope.measures and context.scope.supervises(procuratorate_id)


def _report_place(cursor: str | None) -> ReportPlace | None:
    if not cursor:
        return None
    due_on, kind, period_end, county = decode_cursor(cursor, "report", str, str, str, int)
    try:
        return ReportPlace(
            due_on=date.fromisoformat(due_on),
            kind=kind,
            period_end=date.fromisoformat(period_end),
            procuratorate_id=county,
        )
    except ValueError as error:
        raise BadUserInputError(_WRONG_CURSOR) from error


@strawberry.type(description="A county's place in a year's assessment. 县级院年度考评排名")
class CountyRank:
    """`schema.county_report_records.CountyRank` as clients see it."""

    procuratorate: Procuratorate | None = procuratorate_field("The county's procuratorate. 县级检察院")
    place: int = strawberry.field(description="Among the counties of its city; ties share one. 名次（并列同名次）")
    counties: int = strawberry.field(description="How many counties there are. 参评县级院数")
    score: Decimal = strawberry.field(description="Its points, by the weights of the settings. 得分")
    reports_late: int = strawberry.field(description="Reports sent late or not at all. 逾期报告数")
    figures: CountyFigures = resolved(_figures, "What it did in the year. 年度数据")


async def county_ranking(info: ApiInfo, year: int) -> Sequence[county_report_records.CountyRank]:
    """The counties in scope by their places; of each the place among all of its city."""
    context, settings = info.context, report_settings()
    periods = ended_periods(context, year)
    async with context.database.begin() as connection:
        found = await rank_counties(
            connection, date(year, 1, 1), date(year, 12, 31), settings.weights, periods, counting(context)
        )
    return [each for each in found if _holds(context, each.procuratorate_id)][:MAX_PAGE]


def _who(root: strawberry.Parent[county_report_records.OfficeDuty]) -> str:
    return f"{root.department.label}部门负责人" if root.department is not None else "活动办公室"


@strawberry.type(description="What waits at a procuratorate, and who has to see to it. 活动办公室督办事项")
class OfficeDuty:
    """`schema.county_report_records.OfficeDuty` as clients see it."""

    kind: OfficeDutyKind = strawberry.field(description="What waits. 事项")
    procuratorate: Procuratorate | None = procuratorate_field("Where; null: nobody said whose it is. 检察院")
    department: Department | None = strawberry.field(description="At which department. 部门")
    report_kind: CountyReportKind | None = strawberry.field(description="Of reports: which. 报告种类")
    records: int = strawberry.field(description="How many. 件数")
    oldest_on: date | None = strawberry.field(
        description="Of reports and measures the earliest last day; else since when the oldest waits. 最早日期"
    )
    who: str = resolved(_who, "Who has to see to it, in Chinese. 责任人")


@strawberry.type(description="A duty and its cursor. 督办事项及游标")
class OfficeDutyEdge:
    """An edge of OfficeDutyConnection."""

    node: OfficeDuty = strawberry.field(description="The duty. 督办事项")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="What waits where, the most pressing kind first. 督办事项列表")
class OfficeDutyConnection:
    """`api.paging.Connection` of duties."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[OfficeDutyEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[OfficeDuty] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


def campaign_office_duties(
    info: ApiInfo, first: int | None = _DEFAULT_PAGE, after: str | None = strawberry.UNSET
) -> Connection[county_report_records.OfficeDuty]:
    """What waits in the procuratorates in scope."""
    context = info.context
    size = page_size(first, _DEFAULT_PAGE)
    place = None
    if given(after):
        pressing, whose, desk, report = decode_cursor(after or "", "duty", int, int, str, str)
        place = (min(pressing, MAX_PAGE), whose, desk, report)
    by, periods = (
        counting(context),
        owed_periods(today_of(context), report_settings(), context.services.calendar),
    )

    async def page() -> Page[county_report_records.OfficeDuty]:
        async with context.database.begin() as connection:
            found = await list_duties(connection, periods, by, first=size, after=place)
        held = [each for each in found if _holds(context, each.procuratorate_id)]
        return make_page(held, size, after, _duty_cursor)

    async def count() -> int:
        async with context.database.begin() as connection:
            return await count_duties(connection, periods, by)

    return Connection(page, count)


def _duty_cursor(duty: county_report_records.OfficeDuty) -> str:
    pressing = list(OfficeDutyKind).index(duty.kind) + 1
    return encode_cursor("duty", pressing, duty.procuratorate_id or 0, duty.department or "", duty.report_kind or "")
