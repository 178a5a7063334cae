"""The timeline of a case: no day is lost, and the order is one and the same."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema import feed_records
from schema.follow_up_records import (
    Coercion,
    CoerciveMeasure,
    CriminalCase,
    EnforcementCase,
    FollowUp,
    ProcuratorialMeasure,
    Reconsideration,
    Transfer,
)
from schema.records import PenaltyCase
from schema.supervision_vocabularies import MeasureEventKind
from schema.vocabularies import (
    CoercionKind,
    CoerciveMeasureType,
    CriminalConclusion,
    EnforcementRuling,
    FilingDecision,
    MeasureKind,
    RemedyOutcome,
    RemedyType,
    TransferDecision,
)
from supervision.event_kinds import EventKind
from supervision.timeline import CaseEvent, case_timeline, measure_event
from tests.unit.measure_records import DRAFT, measure_step
from tests.unit.timeline_records import (
    FOLLOW_UPS,
    act,
    coercion,
    dated_fields,
    follow_up,
    list_fields,
    penalty_case,
    timeline,
    titles,
)

DAY = date(2024, 3, 1)
MOMENT = datetime(2024, 3, 1, 4, tzinfo=UTC)
NEXT = DAY + timedelta(days=1)
LATER = DAY + timedelta(days=9)

# What ought to be, not what happened: a title or the record shows it, and no event does.
LIMITS = {
    ("PenaltyCase", "payment_due_on"),
    ("Coercion", "extended_to"),
    ("CoerciveMeasure", "until"),
    ("ProcuratorialMeasure", "reply_due_on"),
}
# Of the records a feed is read into: a limit that no record on the way out holds, and when the sender said it.
NOT_ON_THE_WAY_OUT = {"deferred_until", "source_updated_at"}

RECORD_OF: dict[type, type] = {
    feed_records.CaseRecord: PenaltyCase,
    feed_records.TransferRecord: Transfer,
    feed_records.CriminalCaseRecord: CriminalCase,
    feed_records.CoercionRecord: Coercion,
    feed_records.ReconsiderationRecord: Reconsideration,
    feed_records.EnforcementRecord: EnforcementCase,
    feed_records.CoerciveMeasureRecord: CoerciveMeasure,
    feed_records.MeasureRecord: ProcuratorialMeasure,
}


def kinds(events: tuple[CaseEvent, ...]) -> list[str]:
    return [event.kind.value for event in events]


# No day is lost ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(dated_fields(PenaltyCase)))
def test_every_day_of_a_case_is_an_event_but_for_limits(name: str) -> None:
    events = timeline(**{name: MOMENT if name == "entered_at" else DAY})
    expected = [] if ("PenaltyCase", name) in LIMITS else [DAY]
    assert [event.on for event in events] == expected


@pytest.mark.parametrize(("record", "name"), [(each, name) for each in FOLLOW_UPS for name in dated_fields(each)])
def test_every_day_of_what_follows_a_case_is_an_event_but_for_limits(record: type[FollowUp], name: str) -> None:
    found = follow_up(record, **{name: DAY})
    expected = [] if (record.__name__, name) in LIMITS else [(DAY, found)]
    assert [(event.on, event.record) for event in timeline(found)] == expected


@pytest.mark.parametrize(
    ("record", "name", "item"), [(each, name, item) for each in FOLLOW_UPS for name, item in list_fields(each)]
)
def test_every_day_of_a_list_inside_a_record_is_an_event_but_for_limits(
    record: type[FollowUp], name: str, item: type
) -> None:
    days = {field: DAY + timedelta(days=number) for number, field in enumerate(sorted(dated_fields(item)))}
    items = (
        coercion(CoercionKind.BAIL, days["begun_on"], days["ended_on"], days["extended_to"])
        if item is Coercion
        else act(days["on"])
    )
    found = follow_up(record, **{name: (items,)})
    expected = sorted(day for field, day in days.items() if (item.__name__, field) not in LIMITS)
    assert [event.on for event in timeline(found)] == expected


def test_every_day_a_feed_tells_of_a_case_is_one_its_record_has() -> None:
    for told, record in RECORD_OF.items():
        assert set(dated_fields(told)) - NOT_ON_THE_WAY_OUT == set(dated_fields(record))
    lists = {told for each in RECORD_OF for _, told in list_fields(each)}
    assert lists == {feed_records.CoercionRecord, feed_records.ActivityRecord}


def test_every_kind_of_event_happens() -> None:
    happened = set()
    for record in FOLLOW_UPS:
        days = dict.fromkeys(dated_fields(record), DAY)
        for variant in VARIANTS[record]:
            happened |= {event.kind for event in timeline(follow_up(record, **days, **variant))}
    days = {name: MOMENT if name == "entered_at" else DAY for name in dated_fields(PenaltyCase)}
    happened |= {event.kind for event in timeline(**days)}
    happened |= {measure_event(DRAFT, measure_step(event)).kind for event in MeasureEventKind}
    assert happened == set(EventKind)


VARIANTS: dict[type[FollowUp], list[dict[str, Any]]] = {
    Transfer: [{"decision": decision} for decision in TransferDecision],
    CriminalCase: [
        *({"decision": decision} for decision in (None, *FilingDecision)),
        *({"conclusion": conclusion} for conclusion in (None, *CriminalConclusion)),
        *({"coercion": (coercion(kind, DAY, DAY),), "activity": (act(DAY),)} for kind in CoercionKind),
    ],
    Reconsideration: [{"type": remedy, "outcome": outcome} for remedy in RemedyType for outcome in RemedyOutcome],
    EnforcementCase: [{"ruling": ruling, "actions": (act(DAY),)} for ruling in (None, *EnforcementRuling)],
    CoerciveMeasure: [{"type": kind} for kind in CoerciveMeasureType],
    ProcuratorialMeasure: [{"type": kind} for kind in MeasureKind],
}


def test_what_has_no_day_is_no_event() -> None:
    undated = [follow_up(record, **variant) for record in FOLLOW_UPS for variant in VARIANTS[record]]
    undated = [
        found
        for found in undated
        if not getattr(found, "coercion", ())
        and not getattr(found, "activity", ())
        and not getattr(found, "actions", ())
    ]
    assert undated
    assert timeline(*undated, fine=Decimal(50000)) == ()


# One order -----------------------------------------------------------------------------------------------------------

days = st.dates(DAY, LATER)
maybe_days = st.none() | days
maybe_moments = st.none() | st.integers(0, 200).map(lambda hours: MOMENT + timedelta(hours=hours))
coercions = st.builds(coercion, st.sampled_from(CoercionKind), days, maybe_days, maybe_days)
acts = st.builds(act, days)


@st.composite
def what_followed(draw: st.DrawFn, number: int) -> FollowUp:
    record = draw(st.sampled_from(FOLLOW_UPS))
    known: dict[str, Any] = {name: draw(maybe_days) for name in dated_fields(record)}
    known |= draw(st.sampled_from(VARIANTS[record]))
    for name, item in list_fields(record):
        known[name] = tuple(draw(st.lists(coercions if item is Coercion else acts, max_size=4)))
    return follow_up(record, number, **known)


@st.composite
def cases_on_record(draw: st.DrawFn) -> tuple[PenaltyCase, list[FollowUp]]:
    known: dict[str, Any] = {name: draw(maybe_days) for name in dated_fields(PenaltyCase)}
    known["entered_at"] = draw(maybe_moments)
    followed = [draw(what_followed(number)) for number in range(draw(st.integers(0, 5)))]
    return penalty_case(**known), followed


def days_of(record: object) -> list[date]:
    """Every day of a record that is no limit, found without knowing what the days mean."""
    name = type(record).__name__
    found = [getattr(record, field) for field in dated_fields(type(record)) if (name, field) not in LIMITS]
    for field, _ in list_fields(type(record)):
        found += [day for item in getattr(record, field) for day in days_of(item)]
    moments = [day.astimezone(UTC) + timedelta(hours=8) for day in found if isinstance(day, datetime)]
    return [day for day in found if day and not isinstance(day, datetime)] + [moment.date() for moment in moments]


@given(on_record=cases_on_record())
def test_the_events_are_the_days_on_record_by_their_day(on_record: tuple[PenaltyCase, list[FollowUp]]) -> None:
    case, followed = on_record
    events = case_timeline(case, followed)
    assert [event.on for event in events] == sorted(day for record in (case, *followed) for day in days_of(record))
    by_record = Counter(id(event.record) for event in events)
    assert by_record == {id(record): len(days_of(record)) for record in (case, *followed) if days_of(record)}


@given(on_record=cases_on_record(), data=st.data())
def test_the_order_does_not_depend_on_how_the_records_are_read(
    on_record: tuple[PenaltyCase, list[FollowUp]], data: st.DataObject
) -> None:
    case, followed = on_record
    shuffled = data.draw(st.permutations(followed))
    assert case_timeline(case, shuffled) == case_timeline(case, followed)


def test_on_one_day_events_stand_in_the_order_of_the_procedure() -> None:
    followed = [follow_up(record, **dict.fromkeys(dated_fields(record), DAY)) for record in FOLLOW_UPS]
    order = list(EventKind)
    for some in permutations(followed):
        found = [event.kind for event in timeline(*some, decided_on=DAY, served_on=DAY, found_on=DAY)]
        assert found == sorted(found, key=order.index)


def test_events_that_are_alike_stand_as_their_records_came_and_as_they_were_sent() -> None:
    earlier = follow_up(CriminalCase, 1, activity=(act(DAY, "勘验"), act(DAY, "扣押")))
    later = follow_up(CriminalCase, 2, activity=(act(DAY, "搜查"), act(DAY, "讯问")))
    assert titles(later, earlier) == ["侦查活动：勘验", "侦查活动：扣押", "侦查活动：搜查", "侦查活动：讯问"]


def test_a_coercive_measure_ends_before_the_one_that_took_its_place_begins() -> None:
    bail = coercion(CoercionKind.BAIL, DAY, NEXT)
    arrest = coercion(CoercionKind.ARREST, NEXT, LATER)
    detention = coercion(CoercionKind.DETENTION, LATER, LATER)
    for some in permutations((bail, arrest, detention)):
        found = kinds(timeline(follow_up(CriminalCase, coercion=some)))
        assert found == [
            "coercion.bail",
            "coercion.bail-ended",
            "coercion.arrest",
            "coercion.arrest-ended",
            "coercion.detention",
            "coercion.detention-ended",
        ]


def test_the_day_of_the_entry_is_the_one_in_shanghai() -> None:
    assert [event.on for event in timeline(entered_at=datetime(2024, 3, 1, 16, tzinfo=UTC))] == [date(2024, 3, 2)]
