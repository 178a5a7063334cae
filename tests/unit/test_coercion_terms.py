"""The last lawful day of a coercive measure: worked out by hand, and the one the rules find overrun."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.rule_examples import case_file
from schema.follow_up_records import Coercion
from schema.vocabularies import Certainty, CoercionKind
from supervision.answers import AsOf, Found
from supervision.calendars import state_council_calendar
from supervision.coercion_terms import coercion_term
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.rule_book import rule_book
from tests.unit.timeline_records import coercion

CALENDAR = state_council_calendar()
LAW = Law(law_values(), thresholds=lambda _case, _law: None)
RULES = {
    CoercionKind.DETENTION: "investigation.detention",
    CoercionKind.ARREST: "investigation.custody",
    CoercionKind.BAIL: "investigation.bail",
    CoercionKind.RESIDENTIAL_SURVEILLANCE: "investigation.bail",
}
LONG_AFTER = date(2060, 1, 1)


def day(text: str | None) -> Any:
    return None if text is None else date.fromisoformat(text)


@pytest.mark.parametrize(
    ("kind", "begun", "extended", "due"),
    [
        # 37 days, on a Saturday as on any day: no holiday extends custody.
        (CoercionKind.DETENTION, "2024-01-04", None, "2024-02-10"),
        (CoercionKind.DETENTION, "2018-10-25", None, "2018-12-01"),
        (CoercionKind.DETENTION, "2024-01-04", "2024-06-01", "2024-02-10"),
        (CoercionKind.ARREST, "2023-12-31", None, "2024-02-29"),
        (CoercionKind.ARREST, "2023-12-31", "2024-03-31", "2024-03-31"),
        (CoercionKind.ARREST, "2023-12-31", "2024-01-31", "2024-02-29"),
        # 11 February 2024 is in the Spring Festival, and Sunday the 18th a working day.
        (CoercionKind.BAIL, "2023-02-11", None, "2024-02-18"),
        (CoercionKind.BAIL, "2023-02-11", "2024-06-01", "2024-02-18"),
        (CoercionKind.RESIDENTIAL_SURVEILLANCE, "2023-08-08", None, "2024-02-08"),
        # Before 2013 no value is known.
        (CoercionKind.DETENTION, "2012-12-31", None, None),
        (CoercionKind.ARREST, "2012-12-31", "2013-06-01", None),
        (CoercionKind.BAIL, "2012-12-31", None, None),
        (CoercionKind.RESIDENTIAL_SURVEILLANCE, "2012-12-31", None, None),
    ],
)
def test_the_last_lawful_day_is_the_one_worked_out_by_hand(
    kind: CoercionKind, begun: str, extended: str | None, due: str | None
) -> None:
    term = coercion_term(coercion(kind, day(begun), None, day(extended)), LAW, CALENDAR)
    assert (None if term is None else term.due_on) == day(due)


@st.composite
def measures(draw: st.DrawFn) -> Coercion:
    begun_on = draw(st.dates(date(2012, 6, 1), date(2040, 1, 1)))
    extended_by = draw(st.none() | st.timedeltas(timedelta(0), timedelta(days=500)))
    extended_to = None if extended_by is None else begun_on + extended_by
    return coercion(draw(st.sampled_from(CoercionKind)), begun_on, None, extended_to)


@given(measure=measures())
def test_it_is_the_day_after_which_the_rule_is_certain(measure: Coercion) -> None:
    sent = {"kind": measure.kind.value, "from": measure.begun_on, "extendedTo": measure.extended_to}
    given_records: dict[str, Any] = {"criminal_case": {"decision": "FILED", "coercion": [sent]}}
    case = case_file(given_records)
    (rule,) = [each for each in rule_book() if each.code == RULES[measure.kind]]
    found = rule.evaluate(case, LAW, CALENDAR, AsOf(LONG_AFTER))
    term = coercion_term(measure, LAW, CALENDAR)
    if term is None:
        assert found is None
    else:
        assert isinstance(found, Found)
        assert (found.certainty, found.due_on, found.law) == (Certainty.CERTAIN, term.due_on, (term.law,))
