"""The worked examples that the program ships: every rule has some, and what they say is what the rule answers."""

from dataclasses import replace
from datetime import date

import pytest

from indexer.rule_examples import ExpectedAnswer, RuleExample, RuleExampleError, case_file, read_cases, rule_examples
from supervision.evaluation import evaluate_case
from supervision.laws import Law
from supervision.rule_book import example_files, file_stem
from supervision.thresholds.judge import judge_thresholds
from tests.rules.rule_cases import RuleCases
from tests.rules.test_rules import CALENDAR, LAW, RULES

EXAMPLES = rule_examples()


@pytest.mark.parametrize(
    ("code", "example", "expected"),
    [
        pytest.param(code, example, expected, id=f"{code}: {example.name} ({expected.as_of})")
        for code, examples in EXAMPLES.items()
        for example in examples
        for expected in example.answers
    ],
)
def test_an_example_comes_out_as_it_is_written(code: str, example: RuleExample, expected: ExpectedAnswer) -> None:
    evaluation = evaluate_case(
        example.case_file(), rules=[RULES[code]], law=LAW, calendar=CALENDAR, as_of=expected.as_of
    )
    missing = [field for answer in evaluation.cannot_tells for field in answer.missing]
    found = [(finding.certainty, finding.due_on, finding.overdue_days) for finding in evaluation.findings]
    assert missing == list(expected.cannot_tell or ())
    assert found == ([] if expected.certainty is None else [(expected.certainty, expected.due, expected.overdue)])


@pytest.mark.parametrize("code", RULES)
def test_a_rule_has_examples_that_find_and_that_do_not(code: str) -> None:
    expected = [answer for example in EXAMPLES[code] for answer in example.answers]
    assert len(EXAMPLES[code]) in {2, 3}
    assert any(answer.certainty is not None for answer in expected)
    assert any(answer.none for answer in expected)


def test_every_file_of_examples_is_a_rule_s_and_is_named_by_it() -> None:
    assert {name: read_cases(text, name, RuleCases).rule for name, text in example_files()} == {
        f"{file_stem(code)}.examples.yaml": code for code in RULES
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{rule: a, cases: [{name: 甲, given: {}, answers: [{as_of: 2024-06-05}]}]}", "one of none, cannot_tell"),
        ("{rule: a, cases: [{name: 甲, given: {}, answers: []}]}", "answers"),
        ("{rule: a, cases: [{name: 甲, given: {}, answers: [{as_of: 2024-06-05, none: true}], notes: 一}]}", "notes"),
        ("{rule: a, rule: b}", "stands twice"),
        ("{rule: [", r"a\.yaml"),
    ],
)
def test_a_file_of_cases_that_is_wrong_says_where(text: str, reason: str) -> None:
    with pytest.raises(RuleExampleError, match=reason) as caught:
        read_cases(text, "a.yaml", RuleCases)
    assert str(caught.value).startswith("a.yaml: ")


def test_a_record_that_no_feed_could_hold_is_refused() -> None:
    with pytest.raises(RuleExampleError, match="transfer: decidedOn"):
        case_file({"transfer": {"decidedOn": "2024-06-31"}})
    with pytest.raises(RuleExampleError, match="decideOn"):
        case_file({"transfer": {"decideOn": "2024-06-05"}})


def test_what_follows_is_of_the_first_case_and_the_others_are_its_party_s() -> None:
    case = case_file(
        {"penalty_case": [{"documentNumber": "甲罚〔2024〕1号"}, {"documentNumber": "甲罚〔2024〕2号"}], "transfer": {}}
    )
    assert case.record.document_number == "甲罚〔2024〕1号"
    assert [other.document_number for other in case.other_cases] == ["甲罚〔2024〕2号"]
    assert len(case.transfers) == 1


@pytest.mark.parametrize("code", LAW.versions)
def test_a_law_that_is_tried_may_lack_what_is_not_in_force_yet(code: str) -> None:
    later = replace(LAW.versions[code][-1], effective_from=date(2099, 1, 1), effective_until=None)
    others = [value for each, versions in LAW.versions.items() if each != code for value in versions]
    tried = Law([*others, later], thresholds=judge_thresholds)
    for example in (example for examples in EXAMPLES.values() for example in examples):
        day = example.answers[-1].as_of
        evaluate_case(example.case_file(), rules=RULES.values(), law=tried, calendar=CALENDAR, as_of=day)
