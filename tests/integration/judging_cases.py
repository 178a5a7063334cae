"""Judging a test's database as `rules run` does, and looking at what was found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from indexer.judging import Judging, RunReport
from supervision.calendars import Calendar, state_council_calendar
from supervision.law_files import law_values
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.rule_book import Rule, rule_book
from supervision.rule_books import RuleBook, this_rule_book
from supervision.thresholds.judge import judge_thresholds
from tests.integration.feeding import Feed

CALENDAR = state_council_calendar()
BOOK = this_rule_book(rule_book(), Law(law_values(), thresholds=judge_thresholds), CALENDAR)


@dataclass(frozen=True)
class Judge:
    """The way to the findings of a test's database."""

    feed: Feed
    clock: Callable[[], datetime]
    book: RuleBook = BOOK
    calendar: Calendar = CALENDAR

    async def __call__(self, as_of: str) -> RunReport:
        """Judge what can have changed."""
        return await self.judging.run(date.fromisoformat(as_of))

    async def again(self, as_of: str) -> RunReport:
        """Judge every case, whatever changed."""
        return await self.judging.run_everything(date.fromisoformat(as_of))

    @property
    def judging(self) -> Judging:
        return Judging(database=self.feed.database, book=self.book, calendar=self.calendar, clock=self.clock)

    async def evaluated(self, as_of: str) -> int:
        """How many cases a run judges."""
        return (await self(as_of)).evaluated

    async def findings(self, *status: str) -> list[tuple[str | None, str, str]]:
        """(document number, rule, certainty) of the findings in some states: OPEN, where none is named."""
        rows = await self.feed.rows(
            "SELECT c.document_number, a.rule, a.certainty FROM anomaly a JOIN penalty_case c ON c.id = a.case_id "
            "WHERE a.status = ANY (:status) ORDER BY 1, 2",
            status=list(status or ("OPEN",)),
        )
        return [tuple(row.values()) for row in rows]

    async def life(self, rule: str) -> list[tuple[str, str, str]]:
        """(event, status, reason) of every step of the findings of a rule."""
        rows = await self.feed.rows(
            "SELECT e.event, e.status, e.reason FROM anomaly_event e JOIN anomaly a ON a.id = e.anomaly_id "
            "WHERE a.rule = :rule ORDER BY e.id",
            rule=rule,
        )
        return [tuple(row.values()) for row in rows]


def changed_book(
    *, versions: Mapping[str, int] = {}, values: Mapping[str, Any] = {}, calendar: Calendar = CALENDAR
) -> RuleBook:
    """The rule book with other versions of some rules, other numbers of some values of the law, another calendar."""
    rules = tuple(_in_version(rule, versions.get(rule.code)) for rule in rule_book())
    law = Law((_with_number(value, values.get(value.code)) for value in law_values()), thresholds=judge_thresholds)
    return this_rule_book(rules, law, calendar)


def _in_version(rule: Rule, version: int | None) -> Rule:
    if version is None:
        return rule
    return replace(rule, description=rule.description.model_copy(update={"version": version}))


def _with_number(value: LawValue, number: int | None) -> LawValue:
    return value if number is None else replace(value, value=value.value * 0 + number, length=number)
