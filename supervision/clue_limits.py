"""How long a clue may take, and how long it may lie still: dated values out of data/clues.yaml."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Final

from schema.supervision_vocabularies import ClueClass
from supervision.law_files import parse_values
from supervision.law_values import LawValue, Unit
from supervision.periods import months_after

_LIMIT: Final = "clue.limit"
# Of these classes a text of the law names another limit for some years.
_LIMIT_OF: Final[Mapping[ClueClass, str]] = {ClueClass.DUTY_CRIME: "clue.reply"}


@cache
def clue_limits() -> tuple[LawValue, ...]:
    """Every version of every limit."""
    name = "data/clues.yaml"
    return tuple(parse_values(resources.files("supervision").joinpath(name).read_text(encoding="utf-8"), name))


def default_due_day(clue_class: ClueClass, opened_on: date) -> date:
    """The last day of a clue for which nobody named one."""
    cited = _LIMIT_OF.get(clue_class)
    limit = (None if cited is None else _in_force(cited, opened_on)) or _setting(_LIMIT, opened_on)
    if limit.unit is Unit.MONTHS:
        return months_after(opened_on, limit.length)
    return opened_on + timedelta(days=limit.length)


def still_days(today: date) -> int:
    """How many days a clue may go without a step; on the next one it is dormant."""
    return _setting("clue.still", today).length


def rise_days(today: date) -> int:
    """How many days more it lies still at the head of the department before it rises to the chief."""
    return _setting("clue.rise", today).length


def _in_force(code: str, day: date) -> LawValue | None:
    return next((value for value in clue_limits() if value.code == code and value.is_in_force(day)), None)


def _setting(code: str, day: date) -> LawValue:
    found = _in_force(code, day)
    if found is None:
        raise ValueError(f"{code} is not set for {day}.")
    return found
