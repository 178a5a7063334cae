"""What changed between two states of a case, in words for the history of its findings."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from schema.case_file import CaseFile
from schema.vocabularies import PartyType
from supervision.sentences import plain

_MOST_CHANGES: Final = 8
_LONGEST_VALUE: Final = 30
_TOLD_OF: Final = {
    "transfers": "transfer",
    "criminal_cases": "criminalCase",
    "reconsiderations": "reconsideration",
    "enforcements": "enforcement",
    "coercive_measures": "coerciveMeasure",
    "measures": "measure",
    "other_cases": "otherCase",
    "quantities": "quantity",
}
_UNTOLD: Final = frozenset({"source_updated_at", "person_names", "published_extras", "case"})
"""What says nothing of a case itself."""

_TEXTS: Final = frozenset({"facts", "title", "penaltyContent", "legalBasis"})
"""Long texts, which may name natural persons: that they changed is said, not how."""

_PERSONS: Final = frozenset({"party.legalRepresentative", "party.name"})
"""What names a natural person, a party's name where it is one: that it changed is said, not how."""

# The values are whatever was sent: one ends where the name of the next field or another reason begins.
_CHANGE_OF_PERSON = re.compile(
    r"(party\.(?:legalRepresentative|name))：.*?"
    r"(?=；(?:[A-Za-z][A-Za-z.\[\]0-9]*(?:：|有改动)|另有|由|规则|证据与|现有记录|已由|该规则)|$)",
    re.DOTALL,
)


def describe_changes(before: CaseFile, after: CaseFile) -> str:
    """`decidedOn：无→2024-06-05；transfer.transferredOn：…`; empty where nothing that is told changed."""
    was, now = told_of(before), told_of(after)
    untold = _PERSONS if _is_person(before) or _is_person(after) else _PERSONS - {"party.name"}
    changes = [
        f"{name}有改动"
        if name in untold or _is_text(name)
        else f"{name}：{_short(was.get(name))}→{_short(now.get(name))}"
        for name in sorted(was.keys() | now.keys())
        if was.get(name) != now.get(name)
    ]
    more = f"；另有{len(changes) - _MOST_CHANGES}处" if len(changes) > _MOST_CHANGES else ""
    return "；".join(changes[:_MOST_CHANGES]) + more


def without_persons(changes: str) -> str:
    """Changes as they were described in days when persons' names were told, without the names."""
    return _CHANGE_OF_PERSON.sub(r"\1有改动", changes)


def told_of(case: CaseFile) -> dict[str, str]:
    """All that rules see of a case by the feed contract's names, in words; unknown values are left out."""
    return dict(_told(case))


def _short(value: str | None) -> str:
    if value is None:
        return "无"
    return value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"


def _told(case: CaseFile) -> Iterator[tuple[str, str]]:
    yield from _values("", case.record)
    if case.agency is not None:
        yield from _values("agency.", case.agency)
    yield "publishedOnly", "是" if case.published_only else "否"
    for code, value in case.settings.items():
        yield f"settings.{code}", plain(value)
    for collection, kind in _TOLD_OF.items():
        records = getattr(case, collection)
        for number, record in enumerate(records, start=1):
            place = "" if len(records) == 1 else f"[{number}]"
            yield from _values(f"{kind}{place}.", record)


def _values(prefix: str, record: Any) -> Iterator[tuple[str, str]]:
    for each in fields(record):
        value = getattr(record, each.name)
        if each.name in _UNTOLD or value is None or value == ():
            continue
        name = f"{prefix}{_camel(each.name)}"
        if is_dataclass(value):
            yield from _values(f"{name}.", value)
        else:
            yield name, _shown(value)


def _shown(value: Any) -> str:
    match value:
        case tuple():
            return "、".join(map(_shown, value))
        case bool():
            return "是" if value else "否"
        case Enum():
            return str(value.value)
        case Decimal():
            return plain(value)
        case datetime() | date():
            return value.isoformat()
    return " ".join(shown for _, shown in _values("", value)) if is_dataclass(value) else str(value)


def _is_person(case: CaseFile) -> bool:
    return case.record.party.type is PartyType.PERSON


def _is_text(name: str) -> bool:
    return name.rsplit(".", 1)[-1] in _TEXTS


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
