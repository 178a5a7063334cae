"""Every rule against the cases of `kept_apart`, written from the law alone by somebody who had not seen the rules."""

import pytest

from tests.rules.rule_cases import HERE, ExpectedAnswer, RuleCase, TogetherCase, rule_files, together_cases
from tests.rules.test_rules import RULES, answer_params, assert_answered_as_expected, assert_found_together

KEPT_APART = HERE / "kept_apart"
FILES = rule_files(KEPT_APART)


@pytest.mark.parametrize(("code", "case", "expected"), answer_params(FILES))
def test_a_rule_answers_as_the_cases_kept_apart_say(code: str, case: RuleCase, expected: ExpectedAnswer) -> None:
    assert_answered_as_expected(code, case, expected)


@pytest.mark.parametrize("case", together_cases(KEPT_APART), ids=lambda case: case.name)
def test_of_one_defect_kept_apart_there_is_one_finding(case: TogetherCase) -> None:
    assert_found_together(case)


def test_the_files_of_cases_kept_apart_are_named_by_rules_of_the_book() -> None:
    named = {path.stem for path in KEPT_APART.glob("*.yaml")} - {"together"}
    assert named == {file.rule for file in FILES}
    assert named <= RULES.keys()
