"""The numbers of clues: 宛城区线索〔2026〕侦监3号. Pure."""

from typing import Final

from schema.vocabularies import Department
from supervision.desks import ABBREVIATIONS

_ENDING: Final = "人民检察院"


def clue_series(department: Department) -> str:
    """The name under which a department's clues are counted, in each procuratorate and year."""
    return f"clue/{department.value}"


def clue_number(procuratorate: str | None, department: Department, year: int, number: int) -> str:
    """The number of a clue; the procuratorate's name stands before it, so that those of two counties differ."""
    place = (procuratorate or "").removesuffix(_ENDING)
    return f"{place}线索〔{year}〕{ABBREVIATIONS[department]}{number}号"
