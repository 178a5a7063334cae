"""Every rule against its cases, and every rule for what it must have."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest

from indexer.rule_examples import ExpectedAnswer
from supervision.answers import Answer, AsOf, Finding, Found, Missing
from supervision.calendars import Calendar, state_council_calendar
from supervision.evaluation import Evaluation, answer_of, evaluate_case, finding_of
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.rule_book import Rule, rule_book
from supervision.thresholds.judge import judge_thresholds
from tests.rules.rule_cases import HERE, RuleCase, RuleCases, TogetherCase, rule_files, together_cases

CALENDAR: Calendar = state_council_calendar()
LAW = Law(law_values(), thresholds=judge_thresholds)
RULES = {rule.code: rule for rule in rule_book()}
FILES = rule_files()
DAY = timedelta(days=1)
# Longer than the longest period that a rule waits for.
HORIZON = timedelta(days=915)


def answers(files: Iterable[RuleCases] = FILES) -> Iterator[tuple[str, RuleCase, ExpectedAnswer]]:
    return ((file.rule, case, expected) for file in files for case in file.cases for expected in case.answers)


def answer_params(files: Iterable[RuleCases] = FILES) -> list[object]:
    return [
        pytest.param(code, case, expected, id=f"{code}: {case.name} ({expected.as_of})")
        for code, case, expected in answers(files)
    ]


def answered(code: str, case: RuleCase, as_of: date) -> Answer:
    return answer_of(RULES[code], case.case_file(), case.law(LAW), CALENDAR, AsOf(as_of))


def found_in(code: str) -> Iterator[tuple[RuleCase, ExpectedAnswer, Found]]:
    for rule, case, expected in answers():
        if rule == code and expected.certainty is not None:
            answer = answered(code, case, expected.as_of)
            assert isinstance(answer, Found)
            yield case, expected, answer


@pytest.mark.parametrize(("code", "case", "expected"), answer_params())
def test_a_rule_answers_as_its_cases_say(code: str, case: RuleCase, expected: ExpectedAnswer) -> None:
    assert_answered_as_expected(code, case, expected)


def assert_answered_as_expected(code: str, case: RuleCase, expected: ExpectedAnswer) -> None:
    answer = answered(code, case, expected.as_of)
    if expected.none:
        assert answer is None
    elif expected.cannot_tell is not None:
        assert answer == Missing(fields=expected.cannot_tell)
    else:
        assert isinstance(answer, Found), answer
        finding = finding_of(RULES[code], answer, CALENDAR, expected.as_of)
        shown = (finding.certainty, finding.due_on, finding.overdue_days)
        assert shown == (expected.certainty, expected.due, expected.overdue), finding.explanation
        assert [words for words in expected.says if words not in finding.explanation] == [], finding.explanation
        assert_can_be_pasted(finding)


def assert_can_be_pasted(finding: Finding) -> None:
    assert finding.evidence
    assert finding.law
    assert finding.explanation.endswith("。")
    assert "None" not in finding.explanation
    assert "。。" not in finding.explanation


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.rule)
def test_nothing_turns_by_itself_but_on_the_day_that_was_said(file: RuleCases) -> None:
    assert_turns_when_said(file)


def assert_turns_when_said(file: RuleCases) -> None:
    for case in file.cases:
        law = case.law(LAW)
        first = min(expected.as_of for expected in case.answers) - 40 * DAY
        record = case.case_file()
        evaluations = {
            day: evaluate_case(record, rules=[RULES[file.rule]], law=law, calendar=CALENDAR, as_of=day)
            for day in (first + n * DAY for n in range(HORIZON.days))
        }
        for (_, before), (day, after) in pairwise(evaluations.items()):
            if said(before) != said(after):
                assert before.next_change_on == day, case.name
                assert after.unchanged_since == day, case.name
            assert before.next_change_on is None or before.next_change_on >= day, case.name
            assert after.unchanged_since is None or after.unchanged_since <= day, case.name


def said(evaluation: Evaluation) -> object:
    """What an evaluation says, without the days overdue, which grow daily."""
    return evaluation.cannot_tells, [(found.certainty, found.due_on) for found in evaluation.findings]


@pytest.mark.parametrize("case", together_cases(), ids=lambda case: case.name)
def test_of_one_defect_there_is_one_finding(case: TogetherCase) -> None:
    assert_found_together(case)


def assert_found_together(case: TogetherCase) -> None:
    rules = [rule for rule in RULES.values() if rule.code.split(".")[0] in case.families]
    evaluation = evaluate_case(case.case_file(), rules=rules, law=case.law(LAW), calendar=CALENDAR, as_of=case.as_of)
    assert [finding.rule for finding in evaluation.findings] == sorted(case.findings)


@pytest.mark.parametrize("file", [*FILES, *rule_files(HERE / "kept_apart")], ids=lambda file: file.rule)
def test_a_rule_says_nothing_of_a_case_without_the_records_it_is_about(file: RuleCases) -> None:
    rule = RULES[file.rule]
    kinds = {kind.value for kind in rule.description.only_with}
    for case in file.cases if kinds else ():
        bare = case.model_copy(
            update={
                "given": {kind: told for kind, told in case.given.items() if kind not in kinds},
                "published_only": False,
            }
        )
        for expected in case.answers:
            as_of = AsOf(expected.as_of)
            assert answer_of(rule, bare.case_file(), case.law(LAW), CALENDAR, as_of) is None, case.name


def test_every_rule_has_cases_and_every_file_of_cases_a_rule() -> None:
    assert sorted(file.rule for file in FILES) == sorted(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_rule_cites_dated_law_and_no_more_than_it_uses(rule: Rule) -> None:
    description = rule.description
    assert set(description.law) <= LAW.versions.keys()
    assert all(precedence.rule in RULES for precedence in description.gives_way_to)
    for value in (version for code in description.law for version in LAW.versions[code]):
        assert value.source
        assert value.is_setting or (value.article and value.catalogue)
    cited = {value.code for _, _, found in found_in(rule.code) for value in found.law}
    # What a threshold that is met cites is the threshold's.
    assert {code for code in cited - set(description.law) if not code.startswith("threshold.")} == set()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_rule_is_shown_found_not_found_and_unable_to_tell(rule: Rule) -> None:
    expected = [expected for code, _, expected in answers() if code == rule.code]
    assert any(answer.certainty is not None for answer in expected)
    assert any(answer.none for answer in expected)
    assert any(answer.cannot_tell for answer in expected)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_rule_is_shown_on_the_days_around_its_due_day(rule: Rule) -> None:
    shown = []
    for code, case, expected in answers():
        if code == rule.code and expected.due is not None and expected.as_of == expected.due + DAY:
            days = {answer.as_of: answer for answer in case.answers}
            before, on = days.get(expected.due - DAY), days.get(expected.due)
            shown.append(before is not None and on is not None and expected.due not in {before.due, on.due})
    assert any(shown)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_rule_is_shown_under_each_version_of_its_law(rule: Rule) -> None:
    shown = {(value.code, value.effective_from) for _, _, found in found_in(rule.code) for value in found.law}
    there = {(code, value.effective_from) for code in rule.description.law for value in LAW.versions[code]}
    assert there - shown == set()
