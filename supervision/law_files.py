"""Reading the law's values out of their YAML files: strictly, so that no value goes without a citation and a date."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from supervision.law_values import PERIODS, DayKind, LawValue, Unit, why_not

_STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

_BOOLEAN: Final = "tag:yaml.org,2002:bool"
_DAY: Final = "tag:yaml.org,2002:timestamp"

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
        problem = None if version.value is None else why_not(version.value, self.unit)
        if problem is not None:
            raise ValueError(problem)
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
    except ValidationError as error:
        errors = error.errors(include_input=False, include_url=False, include_context=False)
        # A misspelt name is one that is missing, too; the slip is what its writer looks for.
        first = min(errors, key=lambda found: found["type"] != "extra_forbidden")
        place = tuple(part for part in first["loc"] if part != "[key]")
        raise LawFileError(f"{name}{_where(text, place)}{first['msg']}") from error
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        line = "" if mark is None else f", line {mark.line + 1}"
        raise LawFileError(f"{name}{line}: this is no YAML: {problem or 'a character it does not allow'}") from error
    except (ValueError, RecursionError) as error:
        raise LawFileError(
            f"{name}: this is no YAML that can be read: write it as the law of this program is"
        ) from error
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


def line_of(text: str, place: Sequence[str | int]) -> int:
    """The line on which the value of a place stands (`entry.period`, `versions`, 0), or what holds it; from 1."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = 0
    for part in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
        elif isinstance(node, yaml.MappingNode):
            key, node = next(((key, value) for key, value in node.value if key.value == str(part)), (None, None))
            line = line if key is None else key.start_mark.line
    return line + 1


def _where(text: str, place: Sequence[str | int]) -> str:
    path = ".".join(map(str, place))
    return f", line {line_of(text, place)}: {path}: " if path else ": "


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, whose first value would be lost without a word; `on` and `no` are words.

    YAML 1.1 takes them for true and false, and an activity's day is called `on`.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key} stands twice", node.value[place][0].start_mark
                )
        return super().construct_mapping(node, deep)

    def construct_day(self, node: yaml.ScalarNode) -> Any:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(
                None, None, f"{node.value} is no day: {error}", node.start_mark
            ) from error


_Loader.add_constructor(_DAY, _Loader.construct_day)
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
