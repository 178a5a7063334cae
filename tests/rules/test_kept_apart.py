"""Every rule against cases kept apart: begun from the law alone before the rules were seen, and added to since."""

import pytest

from indexer.rule_examples import ExpectedAnswer
from tests.rules.rule_cases import HERE, RuleCase, RuleCases, TogetherCase, rule_files, together_cases
from tests.rules.test_rules import (
    RULES,
    answer_params,
    assert_answered_as_expected,
    assert_found_together,
    assert_turns_when_said,
)

KEPT_APART = HERE / "kept_apart"
FILES = rule_files(KEPT_APART)


@pytest.mark.parametrize(("code", "case", "expected"), answer_params(FILES))
def test_a_rule_answers_as_the_cases_kept_apart_say(code: str, case: RuleCase, expected: ExpectedAnswer) -> None:
    assert_answered_as_expected(code, case, expected)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.rule)
def test_nothing_kept_apart_turns_by_itself_but_on_the_day_that_was_said(file: RuleCases) -> None:
    assert_turns_when_said(file)


@pytest.mark.parametrize("case", together_cases(KEPT_APART), ids=lambda case: case.name)
def test_of_one_defect_kept_apart_there_is_one_finding(case: TogetherCase) -> None:
    assert_found_together(case)


def test_every_rule_of_the_book_has_cases_kept_apart() -> None:
    named = {path.stem for path in KEPT_APART.glob("*.yaml")} - {"together"}
    assert named == {file.rule for file in FILES}
    assert named == RULES.keys()
