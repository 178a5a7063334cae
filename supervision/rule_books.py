"""The rule book of this program: the rules' versions, the law, and what another book would say otherwise."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from pydantic import TypeAdapter

from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.rule_book import Rule

_VALUES: Final = TypeAdapter(tuple[LawValue, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """By what cases are judged: rules and law, each with what tells one version of it from another."""

    rules: tuple[Rule, ...]
    law: Law
    versions: Mapping[str, int]
    values: Sequence[Mapping[str, Any]]
    digest: bytes


@dataclass(frozen=True, slots=True)
class BookChange:
    """The rules that may answer otherwise than under another book; `everywhere` where that cannot be narrowed down."""

    rules: frozenset[str]
    kinds: frozenset[str]
    everywhere: bool


def this_rule_book(rules: tuple[Rule, ...], law: Law) -> RuleBook:
    """The book of these rules and this law."""
    versions = {rule.code: rule.description.version for rule in rules}
    values = written_law(law)
    told = orjson.dumps([versions, values], option=orjson.OPT_SORT_KEYS)
    digest = hashlib.blake2b(told, digest_size=16).digest()
    return RuleBook(rules=rules, law=law, versions=versions, values=values, digest=digest)


def written_law(law: Law) -> list[Mapping[str, Any]]:
    """Every value of the law as JSON."""
    values = tuple(value for code in sorted(law.versions) for value in law.versions[code])
    written: list[Mapping[str, Any]] = _VALUES.dump_python(values, mode="json")
    return written


def parsed_law(written: Iterable[Mapping[str, Any]]) -> tuple[LawValue, ...]:
    """The values of the law that were written."""
    return _VALUES.validate_python(list(written))


def book_change(book: RuleBook, versions: Mapping[str, int], values: Iterable[Mapping[str, Any]]) -> BookChange:
    """What this book may say otherwise than one of these versions and values.

    A rule is touched by its version and by the values it cites; a value that none cites is a threshold's, which may
    touch any case.
    """
    codes = _changed_values(book.values, values)
    cited = {code for rule in book.rules for code in rule.description.law}
    touched = [
        rule
        for rule in book.rules
        if versions.get(rule.code) != rule.description.version or codes.intersection(rule.description.law)
    ]
    gone = versions.keys() - book.versions.keys()
    giving_way = [
        rule
        for rule in book.rules
        if any(each.rule in {found.code for found in touched} | gone for each in rule.description.gives_way_to)
    ]
    changed = {rule.code: rule for rule in (*touched, *giving_way)}
    return BookChange(
        rules=frozenset(changed) | gone,
        kinds=frozenset(kind.value for rule in changed.values() for kind in rule.description.only_with),
        everywhere=bool(codes - cited) or any(not rule.description.only_with for rule in changed.values()),
    )


def _changed_values(ours: Iterable[Mapping[str, Any]], theirs: Iterable[Mapping[str, Any]]) -> set[str]:
    """The codes of the values of which some version differs."""
    own, others = (
        {orjson.dumps(value, option=orjson.OPT_SORT_KEYS): value["code"] for value in told} for told in (ours, theirs)
    )
    return {own.get(text) or others[text] for text in own.keys() ^ others.keys()}
