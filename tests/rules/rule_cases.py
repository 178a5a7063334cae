"""The cases of the rules: worked examples as `indexer.rule_examples` reads them, and the threshold by hand.

A file of cases is named by the rule's code; what it may say besides is the criminal threshold that a case meets:

        threshold: CERTAIN                       # CERTAIN, POSSIBLE, {missing: [actEndedOn]}, or none;
                                                 # left out: what the judge of the thresholds says
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from indexer.rule_examples import CaseOnRecord, RuleExample, read_cases
from schema.anomaly_records import Evidence
from schema.vocabularies import Certainty
from supervision.answers import Missing, ThresholdMet
from supervision.law_values import LawValue, Unit
from supervision.laws import Law

HERE = Path(__file__).parent

_STRICT = ConfigDict(extra="forbid", frozen=True)

Threshold = Certainty | Literal["none"] | dict[Literal["missing"], tuple[str, ...]]


class CaseWithThreshold(CaseOnRecord):
    """A case on record, and the threshold it meets where that is written by hand."""

    threshold: Threshold | None = None

    def law(self, law: Law) -> Law:
        """The law, with the threshold that was written by hand."""
        if self.threshold is None:
            return law
        answer = threshold_by_hand(self.threshold)
        return law.with_thresholds(lambda _case, _law: answer)


class RuleCase(CaseWithThreshold, RuleExample):
    """A case on record and the answers of one rule."""


class RuleCases(BaseModel):
    """A file of cases of one rule."""

    model_config = _STRICT

    rule: str
    cases: tuple[RuleCase, ...]


class TogetherCase(CaseWithThreshold):
    """A case on record, and each rule of some families that is to find something of it: of one defect only one."""

    as_of: date
    families: tuple[str, ...]
    findings: tuple[str, ...]


class TogetherCases(BaseModel):
    """A file of cases of several rules."""

    model_config = _STRICT

    cases: Annotated[tuple[TogetherCase, ...], Field(min_length=1)]


def rule_files(folder: Path = HERE) -> list[RuleCases]:
    return [
        read_cases(path.read_text(encoding="utf-8"), path.name, RuleCases)
        for path in sorted(folder.glob("*.yaml"))
        if path.name != "together.yaml"
    ]


def together_cases(folder: Path = HERE) -> tuple[TogetherCase, ...]:
    path = folder / "together.yaml"
    return read_cases(path.read_text(encoding="utf-8"), path.name, TogetherCases).cases


BY_HAND = LawValue(
    code="threshold.by-hand",
    title_zh="非法处置危险废物构成污染环境罪的数量",
    title_en="hazardous waste disposed of unlawfully",
    value=Decimal(3),
    unit=Unit.TONNES,
    days=None,
    length=0,
    source="《示例解释》",
    article="第一条",
    catalogue=None,
    effective_from=date(2013, 1, 1),
    effective_until=None,
    is_setting=False,
    in_force_zh=None,
    note=None,
)


def threshold_by_hand(threshold: Threshold) -> ThresholdMet | Missing | None:
    if threshold == "none":
        return None
    if isinstance(threshold, dict):
        return Missing(fields=threshold["missing"])
    return ThresholdMet(
        code="by-hand",
        title="非法处置危险废物三吨以上",
        certainty=threshold,
        evidence=(Evidence(field="facts", value="3.5 t", quote="非法处置危险废物3.5吨", position=0),),
        law=(BY_HAND,),
    )
