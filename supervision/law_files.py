"""Reading the law's values out of their YAML files: strictly, so that no value goes without a citation and a date."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from supervision.law_values import PERIODS, DayKind, LawValue, Unit

_STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

_BOOLEAN: Final = "tag:yaml.org,2002:bool"

Text = Annotated[str, Field(min_length=1)]


class _Version(BaseModel):
    model_config = _STRICT

    value: Decimal | None = None
    days: DayKind | None = None
    source: Text | None = None
    article: Text | None = None
    basis: Text | None = None
    catalogue: Text | None = None
    effective_from: date
    effective_until: date | None = None
    in_force_zh: Text | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "_Version":
        if self.effective_until is not None and self.effective_until < self.effective_from:
            raise ValueError("effective_until is before effective_from")
        return self


class _Value(BaseModel):
    model_config = _STRICT

    title_zh: Text
    title_en: Text
    unit: Unit
    days: DayKind | None = None
    config: bool = False
    versions: Annotated[tuple[_Version, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> "_Value":
        for version in self.versions:
            self._check_days(version.days or self.days)
            self._check_version(version)
        return self

    def _check_days(self, days: DayKind | None) -> None:
        if (self.unit in PERIODS) != (days is not None):
            raise ValueError("days says how the days of a period count, and belongs to periods alone")
        if self.unit is Unit.HOURS and days is not DayKind.UNMOVED:
            raise ValueError("a period of hours is unmoved")
        if days is DayKind.WORKING and self.unit is not Unit.DAYS:
            raise ValueError("only a period of days can be of working days")

    def _check_version(self, version: _Version) -> None:
        if (self.unit is Unit.DUTY) != (version.value is None):
            raise ValueError("a value is needed, and a duty has none")
        if self.unit in PERIODS and (version.value is None or version.value < 1 or version.value % 1):
            raise ValueError("a period is a whole number, 1 or more")
        cited = version.source is not None and version.article is not None and version.catalogue is not None
        if self.config and (version.basis is None or cited):
            raise ValueError("a setting has a basis, and no article")
        if not self.config and (not cited or version.basis is not None):
            raise ValueError("source, article and catalogue are needed")


_VALUES = TypeAdapter(dict[Text, _Value])


class LawFileError(ValueError):
    """A file of the law's values cannot be read."""


def parse_values(text: str, name: str) -> Iterator[LawValue]:
    """Every version of every value of one file. Raises LawFileError with the place of what is wrong."""
    try:
        values = _VALUES.validate_python(read_mapping(text))
    except (ValidationError, yaml.YAMLError) as error:
        raise LawFileError(f"{name}: {error}") from error
    for code, value in values.items():
        for version in value.versions:
            number = Decimal(0) if version.value is None else version.value
            yield LawValue(
                code=code,
                title_zh=value.title_zh,
                title_en=value.title_en,
                value=number,
                unit=value.unit,
                days=version.days or value.days,
                length=int(number) if value.unit in PERIODS else 0,
                source=version.source or version.basis or "",
                article=version.article or "",
                catalogue=version.catalogue,
                effective_from=version.effective_from,
                effective_until=version.effective_until,
                is_setting=value.config,
                in_force_zh=version.in_force_zh,
                note=version.note,
            )


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, whose first value would be lost without a word; `on` and `no` are words.

    YAML 1.1 takes them for true and false, and an activity's day is called `on`.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = [str(key) for key in keys if keys.count(key) > 1]
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"{twice[0]} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag != _BOOLEAN or first in "tTfF"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_mapping(text: str) -> Mapping[str, Any]:
    """A YAML mapping whose keys are unique. Raises yaml.YAMLError."""
    loaded = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    return loaded if isinstance(loaded, Mapping) else {}


@cache
def law_values() -> tuple[LawValue, ...]:
    """Every value of the law, from the files beside `supervision.law`; read once. Raises LawFileError."""
    return tuple(value for name, text in package_yaml("supervision.law") for value in parse_values(text, name))


def package_yaml(package: str) -> Iterable[tuple[str, str]]:
    """Name and text of every YAML file of a package, in the order of their names."""
    files = sorted(
        (file for file in resources.files(package).iterdir() if file.name.endswith(".yaml")),
        key=lambda file: file.name,
    )
    return [(file.name, file.read_text(encoding="utf-8")) for file in files]
