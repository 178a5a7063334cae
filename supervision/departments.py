"""The departments of local governments: how each is written, and which took over which (机构改革)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import resources
from typing import Final

import yaml

LITERAL: Final = "="
"""What stands before the key of a department that is not in the list: it is only itself."""


class Kinship(Enum):
    """How two names of departments belong together."""

    SAME = "SAME"
    RENAMED = "RENAMED"


@dataclass(frozen=True, slots=True)
class _Departments:
    """Every spelling with its department's key, and of each department the one that took it over."""

    spellings: Mapping[str, str]
    successors: Mapping[str, str]
    sole_predecessors: Mapping[str, str]
    longest: int


@cache
def _departments() -> _Departments:
    script = resources.files("supervision").joinpath("data/departments.yaml").read_text(encoding="utf-8")
    spellings: dict[str, str] = {}
    successors: dict[str, str] = {}
    sole: dict[str, str] = {}
    for name, entry in yaml.safe_load(script).items():
        before: list[list[str]] = entry.get("before", [])
        for spelled in ([name, *entry.get("also", [])], *before):
            for spelling in spelled:
                if spellings.setdefault(spelling, spelled[0]) != spelled[0]:
                    raise ValueError(f"departments.yaml: {spelling} means two departments")
        for spelled in before:
            successors[spelled[0]] = name
        if len(before) == 1:
            sole[name] = before[0][0]
    return _Departments(spellings, successors, sole, max(map(len, spellings)))


def department_at_end(name: str) -> tuple[str, str] | None:
    """The rest of a name before its department, and the department's key; None where it ends with none of the list."""
    known = _departments()
    for length in range(min(known.longest, len(name)), 1, -1):
        department = known.spellings.get(name[-length:])
        if department is not None:
            return name[:-length], department
    return None


def kinship(sent: str, registered: str) -> Kinship | None:
    """How the department that was sent and the registered one belong together; None where they do not."""
    if sent == registered:
        return Kinship.SAME
    known = _departments()
    if known.successors.get(sent) == registered or known.sole_predecessors.get(sent) == registered:
        return Kinship.RENAMED
    return None
