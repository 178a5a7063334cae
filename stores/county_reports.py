"""What counties owe and have sent, their ranking and what waits where: each list is one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as insert_or_not
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger, Date, Text

from schema.access_records import Scope
from schema.county_report_records import CountyRank, CountyReport, OfficeDuty, ReportPeriod
from schema.county_report_tables import county_report
from schema.duty_vocabularies import CountyReportKind, CountyReportState, OfficeDutyKind
from schema.vocabularies import Department
from stores.desk_scope import desk_parameters
from stores.named_statements import named_statements

_TYPES: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("kinds_owed", "states", "order"), ARRAY(Text)),
    **dict.fromkeys(("starts", "ends", "due_days"), ARRAY(Date)),
    **dict.fromkeys(("procuratorate_ids", "scope_procuratorate_ids"), ARRAY(BigInteger)),
    **dict.fromkeys(("today", "from_day", "until_day", "after_due", "after_end"), Date()),
    "weights": JSONB(),
}
_NOT_FIGURES: Final = frozenset({"procuratorate_id", "reports_late", "score", "place", "counties"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPlace:
    """A place among reports, the latest due first."""

    due_on: date
    kind: str
    period_end: date
    procuratorate_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilter:
    """Which reports: of the given periods, in these states, of these counties; an empty part does not narrow."""

    periods: Sequence[ReportPeriod]
    states: tuple[CountyReportState, ...] = ()
    procuratorate_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """By what is counted: the day it is, and after how many days without a step a clue lies still."""

    today: date
    still_days: int


DutyPlace = tuple[int, int, str, str]
"""A place among duties: how pressing, the procuratorate, the department, the kind of report."""


async def _run(connection: AsyncConnection, *names: str, **parameters: Any) -> Any:
    named = named_statements("county_reports.sql")
    typed = [bindparam(key, type_=_TYPES[key]) for key in parameters if key in _TYPES]
    return await connection.execute(text("".join(named[name] for name in names)).bindparams(*typed), parameters)


def _owed(periods: Sequence[ReportPeriod], *, starts: bool) -> dict[str, Any]:
    owed: dict[str, Any] = {
        "kinds_owed": [each.kind.value for each in periods],
        "ends": [each.end for each in periods],
        "due_days": [each.due_on for each in periods],
    }
    return owed | ({"starts": [each.start for each in periods]} if starts else {})


def _scope(scope: Scope) -> dict[str, Any]:
    names = ("scope_everything", "scope_measures", "scope_procuratorate_ids")
    return {name: desk_parameters(scope)[name] for name in names}


def _wanted(scope: Scope, wanted: ReportFilter, today: date) -> dict[str, Any]:
    return {
        **_scope(scope),
        **_owed(wanted.periods, starts=True),
        "states": [each.value for each in wanted.states],
        "procuratorate_ids": list(wanted.procuratorate_ids),
        "today": today,
    }


async def list_reports(
    connection: AsyncConnection,
    scope: Scope,
    wanted: ReportFilter,
    *,
    today: date,
    first: int,
    after: ReportPlace | None,
) -> list[CountyReport]:
    """What counties owe or have sent, the latest due first; one more than `first`."""
    rows = await _run(
        connection,
        "owed",
        "page",
        **_wanted(scope, wanted, today),
        after_due=None if after is None else after.due_on,
        after_kind=None if after is None else after.kind,
        after_end=None if after is None else after.period_end,
        after_county=None if after is None else after.procuratorate_id,
        most=first + 1,
    )
    return [
        CountyReport(**{**row._asdict(), "kind": CountyReportKind(row.kind), "state": CountyReportState(row.state)})
        for row in rows
    ]


async def count_reports(connection: AsyncConnection, scope: Scope, wanted: ReportFilter, *, today: date) -> int:
    """How many there are."""
    return int((await _run(connection, "owed", "total", **_wanted(scope, wanted, today))).scalar_one())


async def is_county(connection: AsyncConnection, procuratorate_id: int) -> bool:
    """Whether a procuratorate is one that reports: under another, and over none."""
    return bool((await _run(connection, "is_county", procuratorate_id=procuratorate_id)).scalar_one())


async def county_figures(
    connection: AsyncConnection, procuratorate_id: int, since: date, until: date, by: Counting
) -> dict[str, int] | None:
    """What a county in scope did from one day to another; None of one that is not."""
    row = (
        await _run(
            connection,
            "figures",
            procuratorate_id=procuratorate_id,
            from_day=since,
            until_day=until,
            today=by.today,
            still_days=by.still_days,
        )
    ).one_or_none()
    return None if row is None else _figures(row)


def _figures(row: Any) -> dict[str, int]:
    return {name: value for name, value in row._asdict().items() if name not in _NOT_FIGURES}


async def rank_counties(
    connection: AsyncConnection,
    since: date,
    until: date,
    weights: Mapping[str, Decimal],
    periods: Sequence[ReportPeriod],
    by: Counting,
) -> list[CountyRank]:
    """The counties in scope by their places, of which all counties of the city were counted."""
    rows = await _run(
        connection,
        "ranking",
        from_day=since,
        until_day=until,
        today=by.today,
        still_days=by.still_days,
        weights={name: str(points) for name, points in weights.items()},
        **_owed(periods, starts=False),
    )
    return [
        CountyRank(
            procuratorate_id=row.procuratorate_id,
            figures=_figures(row),
            reports_late=row.reports_late,
            score=row.score,
            place=row.place,
            counties=row.counties,
        )
        for row in rows
    ]


def _duties(periods: Sequence[ReportPeriod], by: Counting) -> dict[str, Any]:
    order = [kind.value for kind in OfficeDutyKind]
    return {"order": order, "today": by.today, "still_days": by.still_days, **_owed(periods, starts=False)}


async def list_duties(
    connection: AsyncConnection,
    periods: Sequence[ReportPeriod],
    by: Counting,
    *,
    first: int,
    after: DutyPlace | None,
) -> list[OfficeDuty]:
    """What waits in the procuratorates in scope, the most pressing first; one more than `first`."""
    pressing, whose, desk, report = after or (None, None, None, None)
    rows = await _run(
        connection,
        "duties",
        "duties_page",
        **_duties(periods, by),
        after_pressing=pressing,
        after_whose=whose,
        after_desk=desk,
        after_report=report,
        most=first + 1,
    )
    return [
        OfficeDuty(
            kind=OfficeDutyKind(row.kind),
            procuratorate_id=row.procuratorate_id,
            department=None if row.department is None else Department(row.department),
            report_kind=None if row.report_kind is None else CountyReportKind(row.report_kind),
            records=row.records,
            oldest_on=row.oldest_on,
        )
        for row in rows
    ]


async def count_duties(connection: AsyncConnection, periods: Sequence[ReportPeriod], by: Counting) -> int:
    """How many such lines there are."""
    return int((await _run(connection, "duties", "duties_total", **_duties(periods, by))).scalar_one())


async def send_report(
    connection: AsyncConnection,
    procuratorate_id: int,
    period: ReportPeriod,
    *,
    said: str,
    figures: Mapping[str, int],
    sent_on: date,
    sent_at: datetime,
    sent_by: int,
) -> int | None:
    """Keep a report; answers its id, or None where the county has sent the one of this period."""
    statement = (
        insert_or_not(county_report)
        .values(
            procuratorate_id=procuratorate_id,
            kind=period.kind,
            period_start=period.start,
            period_end=period.end,
            due_on=period.due_on,
            text=said,
            figures=dict(figures),
            sent_on=sent_on,
            sent_at=sent_at,
            sent_by=sent_by,
        )
        .on_conflict_do_nothing()
        .returning(county_report.c.id)
    )
    report_id: int | None = await connection.scalar(statement)
    return report_id
