"""The cases of the criminal thresholds: like a rule's (`indexer.rule_examples`), but for what the judge answers.

cases:
  - name: 正好三吨
    given:
      penalty_case: {domain: ENVIRONMENT, facts: 倾倒危险废物3吨, actEndedOn: 2024-05-01, decidedOn: 2024-06-05}
    read:                                    # what was read from the facts, beside the quantities that are stated
      - {measure: hazardous_waste, value: 3, quote: 危险废物3吨, substance: 危险废物, acts: [倾倒], certainty: CERTAIN}
    met: {code: pollution.hazardous-waste, certainty: CERTAIN, law: [法释〔2023〕7号]}   # the texts cited, in order
  - name: ...
    none: true
  - name: ...
    cannot_tell: [actEndedOn]
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from indexer.case_files import weighed_quantities
from indexer.rule_examples import CaseOnRecord, read_cases
from schema.case_file import CaseFile, WeighedQuantity
from schema.vocabularies import UNITS, Certainty, QuantityMeasure
from tests.rules.rule_cases import HERE

_STRICT = ConfigDict(extra="forbid", frozen=True)


class ReadQuantity(BaseModel):
    """A quantity read from the facts, which hold its quote."""

    model_config = _STRICT

    measure: QuantityMeasure
    value: Decimal
    quote: str
    substance: str | None = None
    acts: tuple[str, ...] = ()
    certainty: Certainty = Certainty.CERTAIN

    def weighed(self, facts: str) -> WeighedQuantity:
        assert self.quote in facts
        return WeighedQuantity(
            measure=self.measure,
            value=self.value,
            unit=UNITS[self.measure],
            substance=self.substance,
            quote=self.quote,
            position=facts.index(self.quote),
            certainty=self.certainty,
            disagrees=False,
            acts=self.acts,
        )


class ExpectedThreshold(BaseModel):
    """The threshold that is met; `law` are words of the texts cited, each in one of them, in order."""

    model_config = _STRICT

    code: str
    certainty: Certainty
    law: tuple[str, ...] = ()


class ThresholdCase(CaseOnRecord):
    """A case on record, and what the judge answers."""

    read: tuple[ReadQuantity, ...] = ()
    met: ExpectedThreshold | None = None
    none: Literal[True] | None = None
    cannot_tell: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _one_answer(self) -> "ThresholdCase":
        if sum([self.none is not None, self.cannot_tell is not None, self.met is not None]) != 1:
            raise ValueError("one of none, cannot_tell and met is needed")
        return self

    def case_file(self) -> CaseFile:
        """The case with what is stated and what was read by hand, in place of what a reader would read."""
        case = super().case_file()
        stated = weighed_quantities(replace(case.record, facts=None, penalty_content=None, title=None))
        facts = case.record.facts or ""
        return replace(case, quantities=(*stated, *(found.weighed(facts) for found in self.read)))


class ThresholdCases(BaseModel):
    """A file of cases."""

    model_config = _STRICT

    cases: Annotated[tuple[ThresholdCase, ...], Field(min_length=1)]


def threshold_cases() -> Iterator[tuple[str, ThresholdCase]]:
    for path in sorted((HERE / "thresholds").glob("*.yaml")):
        loaded = read_cases(path.read_text(encoding="utf-8"), path.name, ThresholdCases)
        for case in loaded.cases:
            yield path.stem, case
