"""A finding found again: the rules asked of exactly what they saw then, under the law of then and under today's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from schema.case_file import CaseFile
from supervision.answers import Finding
from supervision.calendars import Calendar
from supervision.evaluation import evaluate_case
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.rule_book import rule_book
from supervision.thresholds.judge import judge_thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What this program finds in a kept case file as of the day of the finding; None: nothing under that rule."""

    under_law_of_then: Finding | None
    under_present_law: Finding | None


def replay(
    rule: str, case: CaseFile, kept_law: Iterable[LawValue], present_law: Law, calendar: Calendar, as_of: date
) -> Replay:
    """Ask all rules, since a finding may give way to another's, and answer with the one rule's."""
    then = Law(kept_law, thresholds=judge_thresholds)
    return Replay(
        under_law_of_then=_finding(rule, case, then, calendar, as_of),
        under_present_law=_finding(rule, case, present_law, calendar, as_of),
    )


def _finding(rule: str, case: CaseFile, law: Law, calendar: Calendar, as_of: date) -> Finding | None:
    evaluation = evaluate_case(case, rules=rule_book(), law=law, calendar=calendar, as_of=as_of)
    return next((finding for finding in evaluation.findings if finding.rule == rule), None)
