"""Cases written to show a rule (例子): what is on record, and what the rule answers as of which days.

They are YAML, read strictly, and their records become a case file as a feed's do:

    rule: transfer.late
    cases:
      - name: 批准后第五天才移送                  # what the case shows
        given:                                   # records by kind, in the feed contract's field names; one, or a list
          penalty_case: {decidedOn: 2024-05-20}  # of several the first is the case; agency, documentNumber and party
          transfer: {decidedOn: 2024-06-05, transferredOn: 2024-06-10}  # are filled in where left out
        published_only: true                     # known from the published table alone; left out: no
        settings: {transfer.waiting: 60}         # what the agency's procuratorate has set
        other_cases: [{same_party: CERTAIN}]     # other cases of the party, in the words of schema.case_file.OtherCase
        answers:
          - {as_of: 2024-06-06, none: true}
          - {as_of: 2024-06-07, certainty: CERTAIN, due: 2024-06-06, overdue: 4, says: [24小时]}
          - {as_of: 2024-06-07, cannot_tell: [transfer.decidedOn]}
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from indexer.case_files import CaseShelf
from indexer.feeds.json_records import json_record
from indexer.feeds.values import BadValueError
from schema.case_file import CaseFile, OtherCase
from schema.feed_records import FeedRecord, RowWarning
from schema.vocabularies import Certainty, FeedKind
from supervision.law_files import read_mapping
from supervision.rule_book import example_files

_STRICT: Final = ConfigDict(extra="forbid", frozen=True)

_AGENCY: Final = "示例市生态环境局"
_FILLED_IN: Final[Mapping[str, Any]] = {
    "agency": _AGENCY,
    "documentNumber": "示环罚决字〔2024〕1号",
    "party": {"type": "ORGANIZATION", "name": "示例有限公司"},
}
# An organ has no case, and no case can be told of before its agency.
_ORGANS: Final = (FeedKind.PROCURATORATE.value, FeedKind.AGENCY.value)
_UNKNOWN: Final = {**dict.fromkeys(each.name for each in fields(OtherCase)), "revoked": False}

Records = dict[str, Any]
Given = Mapping[str, Records | list[Records]]


class RuleExampleError(ValueError):
    """A case that is to show a rule cannot be read."""


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


class CaseOnRecord(BaseModel):
    """A case on record, as a file of cases says it."""

    model_config = _STRICT

    name: Annotated[str, Field(min_length=1)]
    given: dict[str, Records | list[Records]]
    published_only: bool = False
    settings: dict[str, Decimal] = Field(default_factory=dict)
    other_cases: tuple[OtherCase, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _unknown_where_left_out(cls, loaded: Any) -> Any:
        return {**loaded, "other_cases": [{**_UNKNOWN, **other} for other in loaded.get("other_cases", ())]}

    def case_file(self) -> CaseFile:
        """The case as the rules see it. Raises RuleExampleError for a record that no feed could hold."""
        return case_file(
            self.given, published_only=self.published_only, settings=self.settings, other_cases=self.other_cases
        )


class RuleExample(CaseOnRecord):
    """A case on record and the answers of one rule."""

    answers: Annotated[tuple[ExpectedAnswer, ...], Field(min_length=1)]


class _RuleExamples(BaseModel):
    model_config = _STRICT

    rule: str
    cases: Annotated[tuple[RuleExample, ...], Field(min_length=1)]


_File = TypeVar("_File", bound=BaseModel)


def read_cases(text: str, name: str, file: type[_File]) -> _File:
    """A file of cases. Raises RuleExampleError with the place of what is wrong."""
    try:
        return file.model_validate(read_mapping(text))
    except (ValidationError, yaml.YAMLError) as error:
        raise RuleExampleError(f"{name}: {error}") from error


@cache
def rule_examples() -> Mapping[str, tuple[RuleExample, ...]]:
    """The worked examples that the program ships, by the code of their rule; read once. Raises RuleExampleError."""
    read = [read_cases(text, name, _RuleExamples) for name, text in example_files()]
    return {each.rule: each.cases for each in read}


def case_file(
    given: Given,
    *,
    published_only: bool = False,
    settings: Mapping[str, Decimal] | None = None,
    other_cases: tuple[OtherCase, ...] = (),
) -> CaseFile:
    """The case file of the first penalty case of `given`. Raises RuleExampleError for a record no feed could hold."""
    shelf = CaseShelf()
    for record in _records(given):
        shelf.add(record)
    case = next(shelf.case_files())
    return replace(
        case,
        published_only=published_only,
        settings=settings or {},
        other_cases=(*case.other_cases, *other_cases),
    )


def _records(given: Given) -> Iterator[FeedRecord]:
    """Every record: organs first, then the cases, then what followed the first of them."""
    for kind in _ORGANS:
        yield from (_record(kind, {"name": _AGENCY, **sent}) for sent in _listed(given.get(kind, [])))
    cases = [{**_FILLED_IN, **sent} for sent in _listed(given.get(FeedKind.PENALTY_CASE, {}))]
    yield from (_record(FeedKind.PENALTY_CASE.value, case) for case in cases)
    known_by = {name: cases[0][name] for name in ("agency", "documentNumber")}
    for kind, records in given.items():
        if kind not in {*_ORGANS, FeedKind.PENALTY_CASE}:
            yield from (_record(kind, {**known_by, **sent}) for sent in _listed(records))


def _listed(records: Records | list[Records]) -> list[Records]:
    return records if isinstance(records, list) else [records]


def _record(kind: str, sent: Mapping[str, Any]) -> FeedRecord:
    warnings: list[RowWarning] = []
    try:
        record = json_record({"kind": kind, **_as_json(sent)}, warnings)
    except BadValueError as error:
        raise RuleExampleError(f"{kind}: {error.column}: {error.message}") from error
    # A feed's unknown fields are left out with a warning; in an example they would be a slip that makes it say nothing.
    for warning in warnings:
        if "does not have" in warning.message:
            raise RuleExampleError(f"{kind}: {warning.message}")
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
