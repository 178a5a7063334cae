"""How rules are judged together: precedence, what is foremost of several records, and when an answer can turn."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.rule_examples import case_file
from schema.anomaly_records import CannotTell, Evidence
from schema.case_file import CaseFile
from schema.vocabularies import AnomalyKind, Certainty, DataSource, FeedKind
from supervision.answers import Answer, AsOf, Found, Missing, foremost
from supervision.calendars import Calendar, state_council_calendar
from supervision.evaluation import Evaluation, evaluate_case
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.rule_book import Description, Precedence, Rule, rule_book

CALENDAR = state_council_calendar()
LAW = Law(law_values(), thresholds=lambda _case, _law: None)
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2020, 3, 31))


def found(due: date | None, certainty: Certainty = Certainty.CERTAIN, done: date | None = None) -> Found:
    value = LAW.versions["transfer.handover"][0]
    evidence = (Evidence(field="decidedOn", value="2020-01-01"),)
    return Found(certainty=certainty, due_on=due, done_on=done, facts="事实", evidence=evidence, law=(value,))


def rule(
    code: str, answer: Answer, *, gives_way_to: tuple[Precedence, ...] = (), follow_ups: tuple[FeedKind, ...] = ()
) -> Rule:
    def evaluate(_case: CaseFile, _law: Law, _calendar: Calendar, _as_of: AsOf) -> Answer:
        return answer

    description = Description(
        code=code,
        version=1,
        kind=AnomalyKind.INACTION,
        title_zh="一",
        title_en="a",
        condition_zh="一",
        condition_en="a",
        due_zh="一",
        due_en="a",
        law=("transfer.handover",),
        effective_from=date(2001, 7, 9),
        effective_until=None,
        only_with=(),
        follow_ups=follow_ups,
        gives_way_to=gives_way_to,
    )
    unknown = tuple(kind.value for kind in follow_ups)
    return Rule(description=description, evaluate=evaluate, code=code, unknown_when_published=unknown)


def judged(*rules: Rule, as_of: date = date(2020, 6, 1), published_only: bool = False) -> Evaluation:
    case = case_file({"penalty_case": {"filedOn": "2024-05-01"}}, published_only=published_only)
    return evaluate_case(case, rules=rules, law=LAW, calendar=CALENDAR, as_of=as_of)


def codes(evaluation: Evaluation) -> list[str]:
    return [finding.rule for finding in evaluation.findings]


def test_a_rule_gives_way_to_a_finding_of_another() -> None:
    late = rule("a.late", found(date(2020, 1, 1)))
    weaker = rule("a.none", found(date(2020, 1, 1)), gives_way_to=(Precedence(rule="a.late"),))
    assert codes(judged(late, weaker)) == ["a.late"]
    assert codes(judged(rule("a.late", None), weaker)) == ["a.none"]
    assert codes(judged(rule("a.late", Missing(fields=("decidedOn",))), weaker)) == ["a.none"]


def test_a_rule_gives_way_to_a_finding_of_one_certainty_only() -> None:
    way = (Precedence(rule="a.late", certainty=Certainty.POSSIBLE),)
    weaker = rule("a.none", found(date(2020, 1, 1)), gives_way_to=way)
    assert codes(judged(rule("a.late", found(date(2020, 1, 1))), weaker)) == ["a.late", "a.none"]
    assert codes(judged(rule("a.late", found(date(2020, 1, 1), Certainty.POSSIBLE)), weaker)) == ["a.late"]


def test_a_published_case_is_not_accused_of_what_its_table_has_no_column_for() -> None:
    decided = {"decidedOn": "2024-03-01", "penaltyKinds": ["FINE"]}
    file = case_file({"penalty_case": decided, "transfer": {"decidedOn": "2024-03-01"}})
    published = replace(file, record=replace(file.record, source=DataSource.PUBLISHED))
    for case, untold in ((file, False), (published, True)):
        evaluation = evaluate_case(case, rules=rule_book(), law=LAW, calendar=CALENDAR, as_of=date(2024, 6, 1))
        accused = {each.rule for each in evaluation.findings} & {"service.late", "entry.incomplete"}
        cannot_tell = {each.rule for each in evaluation.cannot_tells} & {"service.late", "entry.incomplete"}
        assert (not accused, len(cannot_tell) == 2) == (untold, untold)


def test_of_a_published_case_nothing_is_said_of_what_followed() -> None:
    follows = rule("a.late", found(date(2020, 1, 1)), follow_ups=(FeedKind.TRANSFER,))
    evaluation = judged(follows, rule("a.none", found(date(2020, 1, 1))), published_only=True)
    assert evaluation.cannot_tells == (CannotTell(rule="a.late", missing=("transfer",)),)
    assert codes(evaluation) == ["a.none"]


@given(DAYS, DAYS)
def test_nothing_is_found_before_its_last_lawful_day_has_passed(due: date, as_of: date) -> None:
    evaluation = judged(rule("a.late", found(due)), as_of=as_of)
    assert bool(evaluation.findings) == (as_of > due)
    assert evaluation.next_change_on == (None if as_of > due else due + timedelta(days=1))


def test_a_finding_without_a_due_day_is_open_at_once() -> None:
    [finding] = judged(rule("a.late", found(None))).findings
    assert (finding.due_on, finding.overdue_days) == (None, None)


def test_days_overdue_are_counted_to_the_late_act_or_else_to_the_day_asked_as_of() -> None:
    late = rule("a.late", found(date(2020, 1, 1), done=date(2020, 1, 5)))
    [done], [undone] = judged(late).findings, judged(rule("a.late", found(date(2020, 1, 1)))).findings
    assert (done.overdue_days, undone.overdue_days) == (4, 152)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], None),
        ([None, None], None),
        ([Missing(fields=("a", "b")), None, Missing(fields=("b", "c"))], Missing(fields=("a", "b", "c"))),
        ([Missing(fields=("a",)), found(date(2020, 1, 1))], found(date(2020, 1, 1))),
        ([Missing(fields=("a",)), found(date(2020, 9, 1))], Missing(fields=("a",))),
        ([found(date(2020, 2, 1)), found(date(2020, 1, 1))], found(date(2020, 1, 1))),
        ([found(date(2020, 1, 1), Certainty.POSSIBLE), found(date(2020, 2, 1))], found(date(2020, 2, 1))),
        (
            [found(date(2020, 9, 1)), found(date(2020, 1, 1), Certainty.POSSIBLE)],
            found(date(2020, 1, 1), Certainty.POSSIBLE),
        ),
    ],
)
def test_the_foremost_answer_is_the_surest_then_the_longest_overdue(answers: list[Answer], expected: Answer) -> None:
    assert foremost(answers, AsOf(date(2020, 6, 1))) == expected


@given(DAYS, st.lists(DAYS))
def test_the_next_change_is_the_first_day_on_which_a_comparison_turns(day: date, dues: list[date]) -> None:
    as_of = AsOf(day)
    after = [as_of.is_after(due) for due in dues]
    reached = [as_of.has_reached(due) for due in dues]
    expected = next(
        (
            later
            for later in (day + timedelta(days=n) for n in range(1, 100))
            if after != [later > due for due in dues] or reached != [later >= due for due in dues]
        ),
        None,
    )
    assert as_of.next_change_on == expected


def test_the_rules_stand_in_the_order_of_their_codes() -> None:
    book = [rule.code for rule in rule_book()]
    assert book == sorted(book)
    assert len(book) == len(set(book))


def test_an_empty_case_is_judged_without_an_error() -> None:
    case = case_file({"penalty_case": {"filedOn": "2024-05-01"}})
    evaluation = evaluate_case(case, rules=rule_book(), law=LAW, calendar=CALENDAR, as_of=date(2024, 6, 1))
    assert evaluation.findings == ()
