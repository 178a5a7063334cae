"""The cases of the rules: YAML that says what is on record, as of which days it is judged, and what is to be answered.

`supervision/rules` says how a rule is described; a file of cases, named by the rule's code, is written so:

    rule: transfer.late
    cases:
      - name: 批准后第五天才移送                  # what the case shows
        given:                                   # records by kind, in the feed contract's field names; one, or a list
          penalty_case: {decidedOn: 2024-05-20}  # agency, documentNumber and party are filled in where left out
          transfer: {decidedOn: 2024-06-05, transferredOn: 2024-06-10}
        published_only: true                     # known from the published table alone; left out: no
        settings: {transfer.waiting: 60}         # what the agency's procuratorate has set
        threshold: CERTAIN                       # the criminal threshold it meets, by hand: CERTAIN, POSSIBLE, or
                                                 # {missing: [actEndedOn]}, or none; left out: what the judge says
        other_cases: [{same_party: CERTAIN}]     # other cases of the party, in the words of schema.case_file.OtherCase
        answers:
          - {as_of: 2024-06-06, none: true}
          - {as_of: 2024-06-07, certainty: CERTAIN, due: 2024-06-06, overdue: 4, says: [24小时]}
          - {as_of: 2024-06-07, cannot_tell: [transfer.decidedOn]}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from indexer.feeds.json_records import json_record
from schema.anomaly_records import Evidence
from schema.case_file import CaseFile, OtherCase, WeighedQuantity
from schema.feed_records import (
    AgencyRecord,
    CaseRecord,
    CoerciveMeasureRecord,
    CriminalCaseRecord,
    EnforcementRecord,
    FeedRecord,
    MeasureRecord,
    ReconsiderationRecord,
    RowWarning,
    TransferRecord,
)
from schema.vocabularies import Certainty
from supervision.answers import Missing, ThresholdMet
from supervision.law_files import read_mapping
from supervision.law_values import LawValue, Unit
from supervision.laws import Law

HERE = Path(__file__).parent

AGENCY = "示例市生态环境局"
DOCUMENT_NUMBER = "示环罚决字〔2024〕1号"
PARTY = {"type": "ORGANIZATION", "name": "示例有限公司"}

_STRICT = ConfigDict(extra="forbid", frozen=True)

Records = dict[str, Any]


class ExpectedAnswer(BaseModel):
    """What is to be answered as of a day: a finding, nothing, or that it cannot be told."""

    model_config = _STRICT

    as_of: date
    none: Literal[True] | None = None
    cannot_tell: tuple[str, ...] | None = None
    certainty: Certainty | None = None
    due: date | None = None
    overdue: int | None = None
    says: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_answer(self) -> "ExpectedAnswer":
        if sum([self.none is not None, self.cannot_tell is not None, self.certainty is not None]) != 1:
            raise ValueError("one of none, cannot_tell and certainty is needed")
        return self


Threshold = Certainty | Literal["none"] | dict[Literal["missing"], tuple[str, ...]]


class CaseOnRecord(BaseModel):
    """A case on record, as a file of cases says it."""

    model_config = _STRICT

    name: Annotated[str, Field(min_length=1)]
    given: dict[str, Records | list[Records]]
    published_only: bool = False
    settings: dict[str, Decimal] = Field(default_factory=dict)
    threshold: Threshold | None = None
    other_cases: tuple[OtherCase, ...] = ()

    def case_file(self) -> CaseFile:
        """The case as the rules see it, read as a feed's JSON is."""
        return case_file(
            self.given, published_only=self.published_only, settings=self.settings, other_cases=self.other_cases
        )

    def law(self, law: Law) -> Law:
        """The law, with the threshold that was written by hand."""
        if self.threshold is None:
            return law
        answer = threshold_by_hand(self.threshold)
        return law.with_thresholds(lambda _case, _law: answer)


class RuleCase(CaseOnRecord):
    """A case on record and the answers of one rule."""

    answers: Annotated[tuple[ExpectedAnswer, ...], Field(min_length=1)]


class RuleCases(BaseModel):
    """A file of cases of one rule."""

    model_config = _STRICT

    rule: str
    cases: tuple[RuleCase, ...]


class TogetherCase(CaseOnRecord):
    """A case on record, and each rule of some families that is to find something of it: of one defect only one."""

    as_of: date
    families: tuple[str, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Given:
    """The records of a case, by kind."""

    records: Mapping[str, list[FeedRecord]]

    def of(self, kind: str) -> tuple[Any, ...]:
        return tuple(self.records.get(kind, ()))


def rule_files(folder: Path = HERE) -> list[RuleCases]:
    return [
        RuleCases.model_validate(read_mapping(path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("*.yaml"))
        if path.name != "together.yaml"
    ]


def together_cases(folder: Path = HERE) -> list[TogetherCase]:
    loaded = read_mapping((folder / "together.yaml").read_text(encoding="utf-8"))
    return [TogetherCase.model_validate(case) for case in loaded["cases"]]


def case_file(
    given: Mapping[str, Records | list[Records]],
    *,
    published_only: bool,
    settings: Mapping[str, Decimal],
    other_cases: tuple[OtherCase, ...],
) -> CaseFile:
    records = Given(
        records={
            kind: [_record(kind, fields) for fields in (found if isinstance(found, list) else [found])]
            for kind, found in given.items()
        }
    )
    [record] = records.of("penalty_case") or (_record("penalty_case", {}),)
    assert isinstance(record, CaseRecord)
    agencies: tuple[AgencyRecord, ...] = records.of("agency")
    transfers: tuple[TransferRecord, ...] = records.of("transfer")
    criminal_cases: tuple[CriminalCaseRecord, ...] = records.of("criminal_case")
    reconsiderations: tuple[ReconsiderationRecord, ...] = records.of("reconsideration")
    enforcements: tuple[EnforcementRecord, ...] = records.of("enforcement")
    coercive_measures: tuple[CoerciveMeasureRecord, ...] = records.of("coercive_measure")
    measures: tuple[MeasureRecord, ...] = records.of("measure")
    return CaseFile(
        record=record,
        agency=agencies[0] if agencies else None,
        transfers=transfers,
        criminal_cases=criminal_cases,
        reconsiderations=reconsiderations,
        enforcements=enforcements,
        coercive_measures=coercive_measures,
        measures=measures,
        quantities=tuple(
            WeighedQuantity(
                measure=stated.measure,
                value=stated.value,
                unit=stated.unit,
                substance=stated.substance,
                quote=None,
                position=None,
                certainty=Certainty.CERTAIN,
                disagrees=False,
                acts=(),
            )
            for stated in record.quantities
        ),
        published_only=published_only,
        other_cases=other_cases,
        settings=settings,
    )


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


def _record(kind: str, fields: Records) -> FeedRecord:
    sent = {"kind": kind, **_as_json(fields)}
    if kind != "agency":
        sent = {"agency": AGENCY, "documentNumber": DOCUMENT_NUMBER, **sent}
    if kind == "agency":
        sent = {"name": AGENCY, **sent}
    if kind == "penalty_case":
        sent = {"party": PARTY, **sent}
    warnings: list[RowWarning] = []
    record = json_record(sent, warnings)
    # A feed's unknown fields are left out with a warning; in a case they would be a slip that makes it say nothing.
    assert [warning.message for warning in warnings if "does not have" in warning.message] == []
    return record


def _as_json(value: Any) -> Any:
    """YAML reads days as days and amounts as numbers; a feed has strings."""
    if isinstance(value, Mapping):
        return {name: _as_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(value)
    return value
