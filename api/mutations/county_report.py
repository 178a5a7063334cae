"""Sending a county's reports (报送数据、典型案例、总结)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import strawberry

from api.context import ApiInfo, Context
from api.mutations.changing import (
    KEY_DESCRIPTION,
    LONGEST_TEXT,
    Changed,
    RefusedError,
    UserError,
    UserErrorCode,
    given,
    make_change,
    read_id,
    read_text,
)
from api.types.county_report import CountyReport, counting, today_of
from schema import county_report_records
from schema.access_vocabularies import Permission
from schema.county_report_records import ReportPeriod
from schema.duty_vocabularies import CountyReportKind
from stores.county_reports import ReportFilter, county_figures, is_county, list_reports, send_report
from stores.postgres import DatabaseConnection
from supervision.county_reports import periods_of_year, report_settings
from supervision.named_days import LATEST_DUE_DAY


@dataclass(frozen=True, slots=True)
class CountyReportChange:
    """A report that was sent, or why it was not."""

    county_report: county_report_records.CountyReport | None
    user_errors: Sequence[UserError]


@strawberry.type(description="What became of sending a report. 报送结果")
class CountyReportPayload:
    """`CountyReportChange` as clients see it."""

    county_report: CountyReport | None = strawberry.field(description="The report that was sent. 报告")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; else empty. 错误")


@strawberry.input(description="A report that is sent. 报送报告")
class RecordCountyReportInput:
    """What `recordCountyReport` takes."""

    kind: CountyReportKind = strawberry.field(description="Which. 种类")
    period_end: date = strawberry.field(description="The last day of its period, as `countyReports` tells it. 期间止")
    text: str = strawberry.field(description="What it says; 20,000 characters at most. 报告内容")
    procuratorate_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Whose; without it one's own procuratorate's. 检察院"
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


async def record_county_report(info: ApiInfo, input: RecordCountyReportInput) -> CountyReportChange:  # noqa: A002  the contract's name
    """Send a report, with the county's figures as they are now."""
    context = info.context

    async def sees() -> None:
        county_id = _county(context, input)
        read_text(input.text, "text", LONGEST_TEXT)
        async with context.database.begin() as connection:
            seen = context.scope.measures and context.scope.supervises(county_id)
            if not (seen and await is_county(connection, county_id)):
                raise RefusedError(
                    UserErrorCode.NOT_FOUND,
                    "There is no such county that reports. Take one that `countyReports` shows.",
                    "procuratorateId",
                )

    async def change(connection: DatabaseConnection) -> Changed:
        county_id, period = _county(context, input), _period(context, input)
        own = context.viewer.account.procuratorate_id
        if own not in (None, county_id):
            raise RefusedError(
                UserErrorCode.NOT_ALLOWED, "A county sends its own reports. Ask its office to.", "procuratorateId"
            )
        figures = await county_figures(connection, county_id, period.start, period.end, counting(context))
        report_id = await send_report(
            connection,
            county_id,
            period,
            said=read_text(input.text, "text", LONGEST_TEXT),
            figures=figures or {},
            sent_on=today_of(context),
            sent_at=context.services.clock(),
            sent_by=context.viewer.account.id,
        )
        if report_id is None:
            raise RefusedError(
                UserErrorCode.NOT_ALLOWED, "The report of this period was sent, and stays as it is.", "periodEnd"
            )
        return Changed(report_id)

    outcome = await make_change(
        context,
        "recordCountyReport",
        input,
        needs=Permission.SEND_REPORTS,
        forbidden="Only the office of the campaign, or the head of the procuratorate, sends reports. Ask them.",
        sees=sees,
        change=change,
    )
    if outcome.record_id is None:
        return CountyReportChange(None, outcome.user_errors)
    wanted = ReportFilter(periods=[_period(context, input)], procuratorate_ids=(_county(context, input),))
    async with context.database.begin() as connection:
        [report] = await list_reports(connection, context.scope, wanted, today=today_of(context), first=1, after=None)
    return CountyReportChange(report, [])


def _county(context: Context, wanted: RecordCountyReportInput) -> int:
    named = given(wanted.procuratorate_id)
    if named is not None:
        return read_id(named, "Procuratorate", "procuratorateId")
    own = context.viewer.account.procuratorate_id
    if own is None:
        raise RefusedError(UserErrorCode.INVALID, "Say whose report it is.", "procuratorateId")
    return own


def _period(context: Context, wanted: RecordCountyReportInput) -> ReportPeriod:
    """The period that ends on the day. Refuses a day on which none ends, and one that has not ended."""
    year = min(wanted.period_end, LATEST_DUE_DAY).year
    for period in periods_of_year(year, report_settings(), context.services.calendar):
        if (period.kind, period.end) == (wanted.kind, wanted.period_end):
            if period.end >= today_of(context):
                raise RefusedError(
                    UserErrorCode.NOT_ALLOWED, f"This period ends on {period.end}. Report it afterwards.", "periodEnd"
                )
            return period
    raise RefusedError(
        UserErrorCode.INVALID, "No period of this report ends on this day. `countyReports` shows which do.", "periodEnd"
    )
