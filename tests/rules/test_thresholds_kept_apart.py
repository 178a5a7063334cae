"""The judge of thresholds against the cases of `kept_apart`, written from the law alone.

They say nothing of what was read from the facts: it is read as the indexer reads it.
"""

from dataclasses import replace

import pytest

from indexer.case_files import CaseShelf
from schema.case_file import CaseFile
from supervision.law_files import read_mapping
from tests.rules import test_thresholds
from tests.rules.rule_cases import HERE
from tests.rules.threshold_cases import ThresholdCase, ThresholdCases

KEPT_APART = HERE / "kept_apart"


class ThresholdCaseAsFed(ThresholdCase):
    """A case whose quantities are weighed from its fields and its facts, as those of a feed are."""

    def case_file(self) -> CaseFile:
        case = super().case_file()
        shelf = CaseShelf()
        shelf.add(case.record)
        [fed] = shelf.case_files()
        return replace(case, quantities=fed.quantities)


class ThresholdCasesAsFed(ThresholdCases):
    cases: tuple[ThresholdCaseAsFed, ...]


THRESHOLDS = [
    (path.stem, case)
    for path in sorted((KEPT_APART / "thresholds").glob("*.yaml"))
    for case in ThresholdCasesAsFed.model_validate(read_mapping(path.read_text(encoding="utf-8"))).cases
]


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{stem}: {case.name}") for stem, case in THRESHOLDS])
def test_the_judge_answers_as_the_law_s_page_says(case: ThresholdCase) -> None:
    test_thresholds.test_the_judge_answers_as_its_cases_say(case)
