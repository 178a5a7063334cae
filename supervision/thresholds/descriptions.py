"""The thresholds as descriptions: strictly read from `thresholds.yaml`."""

from functools import cache
from importlib import resources
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from schema.vocabularies import Domain, QuantityMeasure
from supervision.law_files import read_mapping

_Text = Annotated[str, Field(min_length=1)]
_Names = tuple[_Text, ...]


class ThresholdFileError(ValueError):
    """The file of the thresholds cannot be read."""


class _Threshold(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    code: _Text
    title_zh: _Text
    domains: frozenset[Domain] | None = None
    or_unknown_domain: bool = False

    def is_of(self, domain: Domain | None) -> bool:
        """Whether a case of a domain can meet it."""
        return self.domains is None or (self.or_unknown_domain if domain is None else domain in self.domains)


class AmountThreshold(_Threshold):
    """A quantity that reaches a number; with `limit_from` a band whose upper end is `limit`."""

    form: Literal["amount"]
    measures: Annotated[tuple[QuantityMeasure, ...], Field(min_length=1)]
    limit: _Text
    limit_from: _Text | None = None
    limit_local: _Text | None = None
    unknown_before_first: bool = False
    named: _Names = ()
    unless: _Names = ()
    certain_with: _Names = ()
    certain_beside: _Names = ()
    substances: _Names = ()
    acts: Literal["waste", "pollution"] | None = None


class GoodsThreshold(_Threshold):
    """Goods sold, in stock, or both together, the sales counting `times` over in the sum."""

    form: Literal["goods"]
    sold: _Text
    stock: _Text
    mixed: _Text
    times: _Text
    named: Annotated[_Names, Field(min_length=1)]
    certain_with: _Names = ()
    gate: _Text | None = None

    @property
    def measures(self) -> tuple[QuantityMeasure, ...]:
        """What is held against its numbers."""
        return QuantityMeasure.SALES_AMOUNT, QuantityMeasure.STOCK_VALUE


class ForestThreshold(_Threshold):
    """Forest land of both kinds, each by itself or together."""

    form: Literal["forest"]
    public: _Text
    other: _Text
    half: _Text
    prorated: _Text

    @property
    def measures(self) -> tuple[QuantityMeasure, ...]:
        """What is held against its numbers."""
        return QuantityMeasure.PUBLIC_FOREST, QuantityMeasure.OTHER_FOREST


class WordsThreshold(_Threshold):
    """Words of `any_of` with one of `beside` in their sentence (where it has any), or one of `alone`."""

    form: Literal["words"]
    law: _Text
    any_of: Annotated[_Names, Field(min_length=1)]
    beside: _Names = ()
    alone: _Names = ()


class RepeatThreshold(_Threshold):
    """Two penalties for acts of the kind, then the act again within `time` of the first."""

    form: Literal["repeat"]
    domains: frozenset[Domain]
    count: _Text
    time: _Text
    kind: Annotated[_Names, Field(min_length=1)]
    not_kind: _Names = ()
    forest_share: _Text | None = None
    public: _Text | None = None
    other: _Text | None = None

    @model_validator(mode="after")
    def _whole(self) -> "RepeatThreshold":
        if len({value is None for value in (self.forest_share, self.public, self.other)}) != 1:
            raise ValueError("forest_share, public and other belong together")
        return self


Threshold = AmountThreshold | GoodsThreshold | ForestThreshold | WordsThreshold | RepeatThreshold

_THRESHOLDS = TypeAdapter(tuple[Annotated[Threshold, Field(discriminator="form")], ...])


def parse_thresholds(text: str) -> tuple[Threshold, ...]:
    """The thresholds of a file, in its order. Raises ThresholdFileError with the place of what is wrong."""
    try:
        found = _THRESHOLDS.validate_python(read_mapping(text).get("thresholds"))
    except (ValidationError, yaml.YAMLError) as error:
        raise ThresholdFileError(f"thresholds.yaml: {error}") from error
    codes = [threshold.code for threshold in found]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise ThresholdFileError(f"thresholds.yaml: {', '.join(twice)} stands twice")
    return found


@cache
def thresholds() -> tuple[Threshold, ...]:
    """Every threshold; read once. Raises ThresholdFileError."""
    source = resources.files("supervision.thresholds").joinpath("thresholds.yaml")
    return parse_thresholds(source.read_text(encoding="utf-8"))
