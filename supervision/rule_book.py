"""The rules as descriptions: found beside their functions, strictly read, in the order of their codes."""

import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from typing import Annotated, Final

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from schema.case_file import CaseFile
from schema.vocabularies import AnomalyKind, Certainty, FeedKind
from supervision import rules
from supervision.answers import Answer, AsOf
from supervision.calendars import Calendar
from supervision.law_files import package_yaml, read_mapping
from supervision.laws import Law

_RULES: Final = "supervision.rules"
_EXAMPLES: Final = ".examples.yaml"
_FOLD: Final = re.compile(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])")

RuleFunction = Callable[[CaseFile, Law, Calendar, AsOf], Answer]
"""One rule's judgement of a case: pure, and the same for the same case, law, calendar and day."""


class RuleFileError(ValueError):
    """A rule's description cannot be read, or it and its function do not belong together."""


class Precedence(BaseModel):
    """A finding of another rule beside which there is none of this rule; `certainty` None: of any certainty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str
    certainty: Certainty | None = None


def _unfolded(text: str) -> str:
    """Chinese whose lines YAML has joined with spaces, which Chinese does not have."""
    return _FOLD.sub("", text)


_Text = Annotated[str, Field(min_length=1)]
_Chinese = Annotated[_Text, AfterValidator(_unfolded)]


class Description(BaseModel):
    """What a rule says of itself, for people and for whoever runs it (`supervision.rules` explains each field)."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    code: _Text
    version: Annotated[int, Field(ge=1)]
    kind: AnomalyKind
    title_zh: _Chinese
    title_en: _Text
    condition_zh: _Chinese
    condition_en: _Text
    due_zh: _Chinese
    due_en: _Text
    law: Annotated[tuple[str, ...], Field(min_length=1)]
    effective_from: date
    effective_until: date | None
    follow_ups: tuple[FeedKind, ...]
    only_with: tuple[FeedKind, ...]
    gives_way_to: tuple[Precedence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: its description, and its function. `unknown_when_published` are the names of `follow_ups`."""

    description: Description
    evaluate: RuleFunction
    code: str
    unknown_when_published: tuple[str, ...]


def parse_description(text: str, name: str) -> Description:
    """A rule's description from its file. Raises RuleFileError with the place of what is wrong."""
    try:
        description = Description.model_validate(read_mapping(text))
    except (ValidationError, yaml.YAMLError) as error:
        raise RuleFileError(f"{name}: {error}") from error
    if file_stem(description.code) != name.removesuffix(".yaml"):
        raise RuleFileError(f"{name} describes {description.code}, whose file is {file_stem(description.code)}.yaml.")
    return description


def file_stem(code: str) -> str:
    """The name of a rule's files without their ending."""
    return code.replace(".", "_").replace("-", "_")


@cache
def rule_book() -> tuple[Rule, ...]:
    """Every rule, in the order of the codes; read once. Raises RuleFileError."""
    described = {name: text for name, text in package_yaml(_RULES) if not name.endswith(_EXAMPLES)}
    modules = {module.name for module in pkgutil.iter_modules(rules.__path__)}
    alone = modules.symmetric_difference(name.removesuffix(".yaml") for name in described)
    if alone:
        raise RuleFileError(f"A rule is a function and a description: one is missing of {', '.join(sorted(alone))}.")
    book = [_rule(parse_description(text, name)) for name, text in described.items()]
    return tuple(sorted(book, key=lambda rule: rule.code))


def example_files() -> Iterator[tuple[str, str]]:
    """Name and text of every rule's file of worked examples (`indexer.rule_examples` reads them)."""
    return ((name, text) for name, text in package_yaml(_RULES) if name.endswith(_EXAMPLES))


def _rule(description: Description) -> Rule:
    module = import_module(f"{_RULES}.{file_stem(description.code)}")
    return Rule(
        description=description,
        evaluate=module.evaluate,
        code=description.code,
        unknown_when_published=tuple(kind.value for kind in description.follow_ups),
    )
