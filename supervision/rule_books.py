"""The rule book of this program: the rules' versions, the law, and what another book would say otherwise."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import orjson
from pydantic import TypeAdapter

from supervision.calendars import Calendar
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.rule_book import Rule

_VALUES: Final = TypeAdapter(tuple[LawValue, ...])
_READING: Final = ("supervision.quantities", "supervision.thresholds")
"""The packages that read texts, words and program alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """By what cases are judged: rules and law, each with what tells one version of it from another.

    `reading` is a digest of how days are counted and texts are read, which no version of a rule tells.
    """

    rules: tuple[Rule, ...]
    law: Law
    versions: Mapping[str, int]
    values: Sequence[Mapping[str, Any]]
    reading: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class BookChange:
    """The rules that may answer otherwise than under another book; `everywhere` where that cannot be narrowed down."""

    rules: frozenset[str]
    kinds: frozenset[str]
    everywhere: bool


def this_rule_book(rules: tuple[Rule, ...], law: Law, calendar: Calendar) -> RuleBook:
    """The book of these rules, this law and this calendar."""
    versions = {rule.code: rule.description.version for rule in rules}
    values = written_law(law)
    reading = _digest(calendar.digest, *(text.encode() for text in _reading_files()))
    digest = _digest(orjson.dumps([versions, values], option=orjson.OPT_SORT_KEYS), reading)
    return RuleBook(rules=rules, law=law, versions=versions, values=values, reading=reading, digest=digest)


def written_law(law: Law) -> list[Mapping[str, Any]]:
    """Every value of the law as JSON."""
    values = tuple(value for code in sorted(law.versions) for value in law.versions[code])
    written: list[Mapping[str, Any]] = _VALUES.dump_python(values, mode="json")
    return written


def parsed_law(written: Iterable[Mapping[str, Any]]) -> tuple[LawValue, ...]:
    """The values of the law that were written."""
    return _VALUES.validate_python(list(written))


def book_change(
    book: RuleBook, versions: Mapping[str, int], values: Iterable[Mapping[str, Any]], reading: bytes
) -> BookChange:
    """What this book may say otherwise than one of these versions and values, and this reading.

    A rule is touched by its version and by the values it cites; a value that none cites is a threshold's, which may
    touch any case, as another reading may.
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
        everywhere=reading != book.reading
        or bool(codes - cited)
        or any(not rule.description.only_with for rule in changed.values()),
    )


def _changed_values(ours: Iterable[Mapping[str, Any]], theirs: Iterable[Mapping[str, Any]]) -> set[str]:
    """The codes of the values of which some version differs."""
    own, others = (
        {orjson.dumps(value, option=orjson.OPT_SORT_KEYS): value["code"] for value in told} for told in (ours, theirs)
    )
    return {own.get(text) or others[text] for text in own.keys() ^ others.keys()}


@cache
def _reading_files() -> tuple[str, ...]:
    """Name and text of every file of the packages that read texts."""
    told: list[str] = []
    for package in _READING:
        waiting = [resources.files(package)]
        while waiting:
            for file in sorted(waiting.pop().iterdir(), key=lambda file: file.name):
                if file.is_dir():
                    waiting.append(file)
                elif file.name.endswith((".py", ".yaml")):
                    told += (file.name, file.read_text(encoding="utf-8"))
    return tuple(told)


def _digest(*parts: bytes) -> bytes:
    hashed = hashlib.blake2b(digest_size=16)
    for part in parts:
        hashed.update(len(part).to_bytes(8))
        hashed.update(part)
    return hashed.digest()
