"""What sets the kinds of measures (监督措施) apart: their numbers, who issues them, what they must name. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schema.access_records import Account
from schema.access_vocabularies import Role
from schema.vocabularies import MeasureKind

_ENDING: Final = "人民检察院"

ABBREVIATIONS: Final[Mapping[MeasureKind, str]] = MappingProxyType(
    {
        MeasureKind.ORAL_CORRECTION: "检口纠",
        MeasureKind.RECOMMENDATION: "检建",
        MeasureKind.CORRECTION_NOTICE: "检纠违",
        MeasureKind.TRANSFER_OPINION: "检意",
        MeasureKind.REASONS_REQUEST: "检说理",
        MeasureKind.FILING_NOTICE: "检通立",
        MeasureKind.REMINDER: "检催",
        MeasureKind.PRE_LITIGATION_PROPOSAL: "检行公建",
    }
)
"""How a kind is written in a number (文书代字)."""

ISSUED_BY_HEADS: Final = frozenset(
    {MeasureKind.CORRECTION_NOTICE, MeasureKind.FILING_NOTICE, MeasureKind.PRE_LITIGATION_PROPOSAL}
)
"""What only a department head, a chief or the local administrator issues."""

ABOUT_CASES: Final = frozenset({MeasureKind.TRANSFER_OPINION, MeasureKind.REASONS_REQUEST, MeasureKind.FILING_NOTICE})
"""What is nothing without the case that it is about."""

LIMIT_IS_THE_LAWS: Final = frozenset({MeasureKind.REASONS_REQUEST, MeasureKind.FILING_NOTICE})
"""Whose limit the law sets, and no author another."""

MOST_CASES: Final = 100
"""That one measure is about."""

_HEADS: Final = frozenset({Role.DEPARTMENT_HEAD, Role.CHIEF, Role.LOCAL_ADMINISTRATOR})


def may_issue(account: Account, kind: MeasureKind) -> bool:
    """Whether somebody who issues measures at all issues those of a kind."""
    return kind not in ISSUED_BY_HEADS or not _HEADS.isdisjoint(account.roles)


def measure_series(kind: MeasureKind) -> str:
    """The name under which measures of a kind are counted, in each procuratorate and year."""
    return f"measure/{kind.value}"


def measure_number(procuratorate: str | None, kind: MeasureKind, year: int, number: int) -> str:
    """The number of a measure (文书文号): 南阳市检建〔2026〕12号."""
    return f"{(procuratorate or '').removesuffix(_ENDING)}{ABBREVIATIONS[kind]}〔{year}〕{number}号"
