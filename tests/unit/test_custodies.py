"""The law's terms of custodies as a database counts by them."""

from dataclasses import replace
from datetime import date

import pytest

from schema.vocabularies import CoercionKind
from supervision.calendars import state_council_calendar
from supervision.coercion_terms import longest_terms
from supervision.custodies import custody_terms, moved_days
from supervision.law_files import law_values
from supervision.law_values import DayKind, LawValue, Unit
from supervision.laws import Law


def law_with(**changes: object) -> Law:
    """The law with another term of detention."""

    def changed(value: LawValue) -> LawValue:
        return replace(value, **changes) if value.code == "investigation.detention-longest" else value  # type: ignore[arg-type]

    return Law(map(changed, law_values()), thresholds=lambda _case, _law: None)


def test_every_version_of_the_law_is_a_term() -> None:
    law = law_with()
    terms = custody_terms(law)
    assert len(terms) == len(list(longest_terms(law)))
    assert {term.kind for term in terms} == set(CoercionKind)
    [first, *_] = [term for term in terms if term.kind is CoercionKind.BAIL]
    assert (first.effective_from, first.months, first.days, first.moves) == (date(2013, 1, 1), 12, 0, True)


def test_years_are_months_and_hours_are_days_begun() -> None:
    assert custody_terms(law_with(unit=Unit.YEARS, length=2))[0].months == 24
    assert custody_terms(law_with(unit=Unit.HOURS, length=25))[0].days == 2


@pytest.mark.parametrize("changes", [{"days": DayKind.WORKING}, {"unit": Unit.YUAN, "days": None}])
def test_what_no_custody_is_counted_by_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="detention-longest"):
        custody_terms(law_with(**changes))


def test_only_days_that_move_otherwise_than_a_weekend_are_listed() -> None:
    moved = dict(moved_days(state_council_calendar()))
    # The Spring Festival of 2024, and a Sunday on which everybody worked.
    assert moved[date(2024, 2, 12)] == moved[date(2024, 2, 17)] == date(2024, 2, 18)
    assert moved[date(2024, 2, 18)] == date(2024, 2, 18)
    assert date(2024, 6, 1) not in moved
    assert len(moved) < 1_000
