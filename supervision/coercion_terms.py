"""How long a coercive measure of criminal procedure may last (刑事强制措施的期限)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from schema.vocabularies import CoercionKind
from supervision.calendars import Calendar
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.periods import last_day

_LONGEST: Final[Mapping[CoercionKind, str]] = {
    CoercionKind.DETENTION: "investigation.detention-longest",
    CoercionKind.ARREST: "investigation.custody",
    CoercionKind.BAIL: "investigation.bail",
    CoercionKind.RESIDENTIAL_SURVEILLANCE: "investigation.residential-surveillance",
}
_ORDINARY: Final[Mapping[CoercionKind, str]] = {CoercionKind.DETENTION: "investigation.detention"}


class BegunCoercion(Protocol):
    """What a term is counted from: a coercive measure as a feed tells of it, or as the record has it."""

    @property
    def kind(self) -> CoercionKind:
        """Which it is."""

    @property
    def begun_on(self) -> date:
        """Its first day."""

    @property
    def extended_to(self) -> date | None:
        """The later end of a custody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoercionTerm:
    """The last lawful day of a coercive measure, and the value of the law it rests on."""

    due_on: date
    law: LawValue


def coercion_term(measure: BegunCoercion, law: Law, calendar: Calendar) -> CoercionTerm | None:
    """The longest that the law of its first day allows; None where that law had no value.

    Of a detention (拘留) it is the term of the cases that may last longest: beyond it, every one is unlawful. An arrest
    (逮捕) may be extended; no other measure is.
    """
    period = law.value(_LONGEST[measure.kind], on=measure.begun_on)
    if period is None:
        return None
    due = last_day(measure.begun_on, period, calendar)
    if measure.kind is CoercionKind.ARREST and measure.extended_to is not None:
        due = max(due, measure.extended_to)
    return CoercionTerm(due_on=due, law=period)


def ordinary_last_day(measure: BegunCoercion, law: Law, calendar: Calendar) -> date | None:
    """The last lawful day in ordinary cases (一般案件) where the law has a longer term for others, else None.

    Whoever is detained longer is to be one of whom it says so: who roams, acts repeatedly or in a gang.
    """
    code = _ORDINARY.get(measure.kind)
    period = None if code is None else law.value(code, on=measure.begun_on)
    return None if period is None else last_day(measure.begun_on, period, calendar)


def longest_terms(law: Law) -> Iterator[tuple[CoercionKind, LawValue]]:
    """Every version of the law's longest terms, each with the kind of measure that it is a term of."""
    for kind, code in _LONGEST.items():
        for version in law.versions[code]:
            yield kind, version
