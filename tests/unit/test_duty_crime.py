"""The life of a duty-crime case: whatever is tried in whatever order, no step is taken that does not follow."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.access_records import Account, Desk, Scope, Viewer
from schema.access_vocabularies import Role
from schema.duty_vocabularies import DutyCrimeEventKind, DutyCrimeStatus
from schema.vocabularies import Department
from supervision.case_steps import Refusal
from supervision.desks import works_at
from supervision.duty_crime import ENDED, STEPS, DutyCrimeState, take_step

TODAY = date(2024, 6, 7)
FILED = DutyCrimeState(status=DutyCrimeStatus.FILED, last_step_on=date(2024, 1, 1))
DAYS = st.integers(-10, 200).map(lambda days: date(2024, 1, 1) + timedelta(days=days))


@pytest.mark.parametrize(("status", "event"), list(product(DutyCrimeStatus, DutyCrimeEventKind)))
def test_a_step_is_taken_where_the_table_has_it_and_refused_with_what_can_be_done_elsewhere(
    status: DutyCrimeStatus, event: DutyCrimeEventKind
) -> None:
    found = take_step(replace(FILED, status=status), event, on=TODAY, note="说明", today=TODAY)
    if (status, event) in STEPS:
        assert not isinstance(found, Refusal)
        assert found.status is STEPS[status, event]
        assert (found.outcome == "说明") is (found.status in ENDED)
    else:
        assert isinstance(found, Refusal)
        assert status.value in found.sentence
        assert ("Nothing more" in found.sentence) is (status in ENDED)


def test_every_state_is_reached_and_only_those_with_an_outcome_are_left_by_nothing() -> None:
    assert {DutyCrimeStatus.FILED, *STEPS.values()} == set(DutyCrimeStatus)
    assert set(DutyCrimeStatus) - {status for status, _ in STEPS} == ENDED


@given(st.lists(st.tuples(st.sampled_from(list(DutyCrimeEventKind)), DAYS), max_size=12))
def test_whatever_is_tried_days_go_forward_and_what_ended_stays_ended(
    tried: list[tuple[DutyCrimeEventKind, date]],
) -> None:
    state = FILED
    for event, on in tried:
        step = take_step(state, event, on=on, note="说明", today=TODAY)
        if isinstance(step, Refusal):
            continue
        assert state.status not in ENDED
        assert state.last_step_on <= step.on <= TODAY
        state = DutyCrimeState(status=step.status, last_step_on=step.on)


@pytest.mark.parametrize(
    ("role", "procuratorate", "department", "works"),
    [
        (Role.CASE_OFFICER, 2, Department.ANTI_CORRUPTION, True),
        (Role.CASE_OFFICER, 2, Department.PREVENTION, False),
        (Role.CASE_OFFICER, 1, Department.ANTI_CORRUPTION, False),
        (Role.CHIEF, 2, None, True),
        # Of the city above; and of another county.
        (Role.CHIEF, 1, None, True),
        (Role.CHIEF, 3, None, False),
        (Role.LOCAL_ADMINISTRATOR, None, None, True),
    ],
)
def test_whoever_sits_at_a_desk_or_heads_its_procuratorate_or_one_above_acts_for_it(
    role: Role, procuratorate: int | None, department: Department | None, works: bool
) -> None:
    account = Account(
        id=1,
        login="zhang",
        name="张",
        roles=(role,),
        procuratorate_id=procuratorate,
        department=department,
        agency_id=None,
        disabled_at=None,
    )
    below = {1: (1, 2, 3), 2: (2,), 3: (3,), None: ()}[procuratorate]
    viewer = Viewer(
        account=account,
        permissions=frozenset(),
        scope=Scope(procuratorate_ids=below),
        session_id=None,
        purpose="",
        address="",
    )
    assert works_at(viewer, Desk(2, Department.ANTI_CORRUPTION)) is works
