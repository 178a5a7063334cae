"""The frozen records of what counties report, of their ranking, of duties, and of typical cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from schema.duty_vocabularies import CountyReportKind, CountyReportState, OfficeDutyKind
from schema.vocabularies import Department


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPeriod:
    """A period for which a report is owed, until a day."""

    kind: CountyReportKind
    start: date
    end: date
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyReport:
    """A report that a county owes or has sent; what tells of the sending is None where it was not sent.

    `figures` are those of the county and the period as they were when it was sent.
    """

    procuratorate_id: int
    kind: CountyReportKind
    period_start: date
    period_end: date
    due_on: date
    state: CountyReportState
    id: int | None
    text: str | None
    figures: Mapping[str, int] | None
    sent_on: date | None
    sent_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyRank:
    """A county's figures of a year, its points, and its place among the counties of its city; ties share a place."""

    procuratorate_id: int
    figures: Mapping[str, int]
    reports_late: int
    score: Decimal
    place: int
    counties: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeDuty:
    """What waits at a procuratorate, and since when: reports of a kind, or records of a department."""

    kind: OfficeDutyKind
    procuratorate_id: int | None
    department: Department | None
    report_kind: CountyReportKind | None
    records: int
    oldest_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypicalCase:
    """A record that somebody marked as typical (典型案例), and why; withdrawn ones keep their reason."""

    id: int
    type_name: str
    record_id: int
    procuratorate_id: int | None
    summary: str
    marked_by: str
    marked_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawal_reason: str | None
    case_ids: tuple[int, ...]
    person_names: tuple[str, ...]
