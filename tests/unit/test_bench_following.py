"""What follows the benchmarks' cases: the same every time, as a city has it, and read without a warning."""

from itertools import chain, islice

import pytest

from bench.following import city_rows, is_published_only
from bench.rules import case_files, judge_of_city
from schema.case_file import CaseFile

CASES = 3_000


@pytest.fixture(scope="module")
def files() -> list[CaseFile]:
    return case_files(CASES)


def share(files: list[CaseFile], kind: str) -> float:
    return sum(bool(getattr(file, kind)) for file in files) / len(files)


def test_the_first_cases_are_the_same_however_many_are_asked_for() -> None:
    assert list(city_rows(50)) == list(islice(city_rows(CASES), 50))


def test_every_case_is_told_of_once_and_joined_by_what_follows_it(files: list[CaseFile]) -> None:
    rows = list(city_rows(CASES))
    assert len(files) == len(rows) == CASES
    assert sum(map(is_published_only, rows)) == sum(file.published_only for file in files)
    followed = [row for row in chain.from_iterable(rows) if row["kind"] != "penalty_case"]
    kinds = ("transfers", "criminal_cases", "reconsiderations", "enforcements", "coercive_measures", "measures")
    assert sum(len(getattr(file, kind)) for file in files for kind in kinds) == len(followed)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("transfers", 0.05),
        ("reconsiderations", 0.05),
        ("enforcements", 0.15),
        ("coercive_measures", 0.05),
        ("measures", 0.02),
        ("published_only", 0.10),
    ],
)
def test_most_penalties_end_with_payment(files: list[CaseFile], kind: str, expected: float) -> None:
    assert share(files, kind) == pytest.approx(expected, abs=0.02)
    assert sum(file.record.paid_on is not None for file in files) > len(files) / 2


def test_most_rules_find_something_and_every_rule_can_tell_of_some_case(files: list[CaseFile]) -> None:
    judge = judge_of_city()
    evaluations = [judge(file) for file in files]
    found = {finding.rule for evaluation in evaluations for finding in evaluation.findings}
    unable = [missing.rule for evaluation in evaluations for missing in evaluation.cannot_tells]
    assert len(found) > 20
    assert max(map(unable.count, set(unable))) < len(files)
