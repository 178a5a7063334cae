"""Which county owes which report for which period, until when (数据、典型案例、总结). Pure; the settings are data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from schema.county_report_records import ReportPeriod
from schema.duty_vocabularies import CountyReportKind
from supervision.calendars import Calendar
from supervision.periods import months_after

_MONTHS_A_YEAR: Final = 12

FIGURES: Final = (
    *("cases_entered", "cases_triaged", "clues_opened", "clues_closed", "clues_dormant"),
    *("measures_issued", "measures_served", "measures_rectified"),
    *("duty_crime_cases", "public_interest_cases", "typical_cases"),
)
"""What is counted of a county in a period; dormant clues are those of today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Reports of a kind that are owed again and again: for so many months, that many calendar days after their end."""

    kind: CountyReportKind
    every: int
    due_days: int
    ends_in: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """What is owed, since when, and the points of the ranking by what they are for."""

    series: Sequence[Series]
    owed_from: date
    weights: Mapping[str, Decimal]


@cache
def report_settings() -> ReportSettings:
    """The settings that come with the program."""
    return read_settings(
        resources.files("supervision").joinpath("data/county_reports.yaml").read_text(encoding="utf-8")
    )


def read_settings(script: str) -> ReportSettings:
    """Read settings. Raises ValueError for what nobody could report or count by."""
    told: dict[str, Any] = yaml.safe_load(script)
    weights = {name: Decimal(str(points)) for name, points in told["weights"].items()}
    unknown = weights.keys() - {*FIGURES, "reports_late"}
    if unknown:
        raise ValueError(f"county_reports.yaml: nobody counts {', '.join(sorted(unknown))}")
    series = [_series(CountyReportKind(kind), entry) for kind, entries in told["reports"].items() for entry in entries]
    return ReportSettings(series=series, owed_from=told["owed_from"], weights=weights)


def _series(kind: CountyReportKind, entry: Mapping[str, Any]) -> Series:
    every, due_days = entry["every"], entry["due_days"]
    if every not in {1, 2, 3, 4, 6, 12} or due_days < 1:
        raise ValueError(f"county_reports.yaml: {kind} has months that do not fill a year, or no days to send it")
    return Series(kind=kind, every=every, due_days=due_days, ends_in=tuple(entry.get("ends_in", ())))


def periods_of_year(year: int, settings: ReportSettings, calendar: Calendar) -> list[ReportPeriod]:
    """The periods that end in a year, by the days on which their reports are due."""
    found = [each for series in settings.series for each in _periods(year, series, settings.owed_from, calendar)]
    return sorted(found, key=lambda each: (each.due_on, each.kind.value, each.end))


def _periods(year: int, series: Series, owed_from: date, calendar: Calendar) -> Iterator[ReportPeriod]:
    for month in range(1, _MONTHS_A_YEAR + 1, series.every):
        start = date(year, month, 1)
        end = months_after(start, series.every) - timedelta(days=1)
        if start < owed_from or (series.ends_in and end.month not in series.ends_in):
            continue
        due_on = calendar.working_day_from(end + timedelta(days=series.due_days))
        yield ReportPeriod(kind=series.kind, start=start, end=end, due_on=due_on)


def owed_periods(today: date, settings: ReportSettings, calendar: Calendar) -> list[ReportPeriod]:
    """The periods of this year and the one before that have ended: what an office can still see to."""
    years = (today.year - 1, today.year)
    return [each for year in years for each in periods_of_year(year, settings, calendar) if each.end < today]
