"""Judging a case by the rules: what is found, what cannot be told, and when the answers can next turn by themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from schema.anomaly_records import CannotTell
from schema.case_file import CaseFile
from schema.vocabularies import FeedKind
from supervision.answers import Answer, AsOf, Finding, Found, Missing
from supervision.calendars import Calendar
from supervision.laws import Law
from supervision.rule_book import Precedence, Rule
from supervision.sentences import explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What the rules say of a case as of a day, in the order of the rules.

    They say the same as of any day from `unchanged_since` on (None: from ever) and before `next_change_on` (None: for
    ever), as long as the record stays as it is. Days overdue grow daily and are no change.
    """

    findings: tuple[Finding, ...]
    cannot_tells: tuple[CannotTell, ...]
    unchanged_since: date | None
    next_change_on: date | None


def evaluate_case(case: CaseFile, *, rules: Iterable[Rule], law: Law, calendar: Calendar, as_of: date) -> Evaluation:
    """Judge a case by every rule as of a day; of one defect there is one finding."""
    asked = AsOf(as_of)
    found: list[tuple[Rule, Found]] = []
    cannot_tells: list[CannotTell] = []
    for rule in rules:
        answer = answer_of(rule, case, law, calendar, asked)
        if isinstance(answer, Found):
            found.append((rule, answer))
        elif answer is not None:
            cannot_tells.append(CannotTell(rule=rule.code, missing=answer.fields))
    return Evaluation(
        findings=tuple(
            finding_of(rule, answer, calendar, as_of)
            for rule, answer in found
            if not _gives_way(rule.description.gives_way_to, found)
        ),
        cannot_tells=tuple(cannot_tells),
        unchanged_since=asked.unchanged_since,
        next_change_on=asked.next_change_on,
    )


def answer_of(rule: Rule, case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """What one rule answers, with what holds of every rule applied.

    A case known from the published table alone leaves unknown what followed it, but for measures issued here; nothing
    is found before its last lawful day has passed.
    """
    if case.published_only and rule.unknown_when_published and not _asks_of_measures_of(case, rule):
        return Missing(fields=rule.unknown_when_published)
    answer = rule.evaluate(case, law, calendar, as_of)
    if isinstance(answer, Found) and answer.due_on is not None and not as_of.is_after(answer.due_on):
        return None
    return answer


def _asks_of_measures_of(case: CaseFile, rule: Rule) -> bool:
    """Whether a rule asks what came of measures that were issued here: that is known, whatever else followed."""
    return bool(case.measures) and FeedKind.MEASURE.value in rule.unknown_when_published


def finding_of(rule: Rule, found: Found, calendar: Calendar, as_of: date) -> Finding:
    """What a rule found, as it is kept and shown."""
    overdue = None if found.due_on is None else ((found.done_on or as_of) - found.due_on).days
    return Finding(
        rule=rule.code,
        version=rule.description.version,
        kind=rule.description.kind,
        certainty=found.certainty,
        due_on=found.due_on,
        done_on=found.done_on,
        overdue_days=overdue,
        explanation=explanation(found, calendar),
        evidence=found.evidence,
        law=found.law,
        rests_on_setting=tuple(value.code for value in found.law if value.is_setting),
    )


def _gives_way(precedences: tuple[Precedence, ...], found: list[tuple[Rule, Found]]) -> bool:
    return any(
        rule.code == precedence.rule and precedence.certainty in {None, answer.certainty}
        for precedence in precedences
        for rule, answer in found
    )
