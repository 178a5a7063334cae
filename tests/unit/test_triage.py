"""Triage: whose business a finding is, what a decision needs, and whose queue it clears."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.access_records import Account
from schema.access_vocabularies import Permission, Role
from schema.supervision_vocabularies import ClueClass, TriageDecision
from schema.triage_records import AwaitedCase
from schema.vocabularies import AnomalyKind, Department, MeasureKind
from supervision.access import permissions_of
from supervision.triage import (
    DEPARTMENT_OF,
    LEADING,
    Decided,
    Refusal,
    clue_class_of,
    decide,
    measure_kind_of,
    needs_of,
)

OFFICER = Account(
    id=1,
    login="zhang",
    name="张",
    roles=(Role.CASE_OFFICER,),
    procuratorate_id=1,
    department=LEADING,
    agency_id=None,
    disabled_at=None,
)
ALL = frozenset({LEADING, Department.CIVIL_ADMINISTRATIVE})
WAITING = AwaitedCase(revision=3, waiting=ALL, decided=frozenset())

deciders = st.builds(
    lambda role, department: replace(OFFICER, roles=(role,), department=department),
    st.sampled_from([role for role in Role if Permission.TRIAGE_CASES in permissions_of([role])]),
    st.none() | st.sampled_from(Department),
)


def test_every_kind_of_finding_is_some_departments_business() -> None:
    assert DEPARTMENT_OF.keys() == set(AnomalyKind)


@pytest.mark.parametrize("decision", TriageDecision)
def test_a_clue_and_nothing_else_goes_to_a_department(decision: TriageDecision) -> None:
    of_clue = decision is TriageDecision.CLUE
    assert (needs_of(decision, Department.PREVENTION) is None) == of_clue
    assert (needs_of(decision, None) is None) == (not of_clue)


def test_an_officer_decides_for_the_own_department() -> None:
    assert decide(OFFICER, WAITING) == Decided(leaves=frozenset({LEADING}), department=LEADING)


@pytest.mark.parametrize("role", [Role.CHIEF, Role.CASE_MANAGEMENT, Role.LOCAL_ADMINISTRATOR])
def test_who_acts_for_all_departments_decides_for_all(role: Role) -> None:
    assert decide(replace(OFFICER, roles=(role,)), WAITING) == Decided(leaves=ALL, department=None)


def test_who_belongs_to_no_department_decides_for_none() -> None:
    refused = decide(replace(OFFICER, department=None), WAITING)
    assert isinstance(refused, Refusal)
    assert "administrator" in refused.sentence


def test_a_department_that_was_not_asked_may_speak_once_and_clears_nobodys_queue() -> None:
    outsider = replace(OFFICER, department=Department.PREVENTION)
    assert decide(outsider, WAITING) == Decided(leaves=frozenset(), department=Department.PREVENTION)
    spoken = replace(WAITING, decided=frozenset({Department.PREVENTION}))
    assert isinstance(decide(outsider, spoken), Refusal)


@given(st.lists(deciders | st.sampled_from(Department), max_size=30))
def test_a_case_waits_until_its_department_decides_and_again_after_a_finding(steps: list[Account | Department]) -> None:
    case = AwaitedCase(revision=1, waiting=frozenset({LEADING}), decided=frozenset())
    for step in steps:
        if isinstance(step, Department):
            # A finding of that department opens.
            case = replace(case, waiting=case.waiting | {step})
            continue
        decided = decide(step, case)
        if isinstance(decided, Refusal):
            assert step.department not in case.waiting or step.department is None
            continue
        assert decided.leaves == (case.waiting if decided.department is None else case.waiting & {step.department})
        case = replace(
            case, waiting=case.waiting - decided.leaves, decided=case.decided | frozenset({decided.department})
        )
        # Whoever comes second, for the same department, is told so.
        assert isinstance(decide(step, case), Refusal)


@pytest.mark.parametrize(
    ("department", "kinds", "expected"),
    [
        (Department.ANTI_CORRUPTION, [AnomalyKind.NOT_TRANSFERRED], ClueClass.DUTY_CRIME),
        (LEADING, [AnomalyKind.LATE_ENTRY, AnomalyKind.PENALTY_FOR_CRIME], ClueClass.SUSPECTED_CRIME),
        (LEADING, [AnomalyKind.NOT_FILED], ClueClass.FILING_SUPERVISION),
        (LEADING, [AnomalyKind.STALLED_INVESTIGATION], ClueClass.INVESTIGATION_SUPERVISION),
        (Department.CIVIL_ADMINISTRATIVE, [AnomalyKind.STALLED_ENFORCEMENT], ClueClass.ENFORCEMENT_SUPERVISION),
        (LEADING, [AnomalyKind.SLOW_ACTION], ClueClass.ADMINISTRATIVE_VIOLATION),
        (LEADING, [], ClueClass.OTHER),
    ],
)
def test_a_clue_is_one_to_what_was_found(department: Department, kinds: list[AnomalyKind], expected: ClueClass) -> None:
    assert clue_class_of(department, kinds) is expected


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([AnomalyKind.NOT_TRANSFERRED, AnomalyKind.LATE_ENTRY], MeasureKind.TRANSFER_OPINION),
        ([AnomalyKind.LATE_TRANSFER], MeasureKind.RECOMMENDATION),
        ([AnomalyKind.LATE_TRANSFER, AnomalyKind.NOT_FILED], MeasureKind.REASONS_REQUEST),
        ([AnomalyKind.NOT_FILED], MeasureKind.REASONS_REQUEST),
        ([AnomalyKind.FILED_NOT_INVESTIGATED], MeasureKind.REMINDER),
        ([AnomalyKind.INACTION], MeasureKind.RECOMMENDATION),
        ([], MeasureKind.RECOMMENDATION),
    ],
)
def test_a_measure_answers_to_what_was_found(kinds: list[AnomalyKind], expected: MeasureKind) -> None:
    assert measure_kind_of(kinds) is expected
    assert measure_kind_of(kinds, disobeyed=True) is MeasureKind.CORRECTION_NOTICE
