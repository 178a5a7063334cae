"""What each role may do, and whose cases an account may see."""

from itertools import combinations

import pytest

from schema.access_records import Account, Scope
from schema.access_vocabularies import Permission, Role
from schema.vocabularies import Department
from supervision.access import PERMISSIONS, belongs_rightly, permissions_of, scope_of, viewer_of

OF_AN_AGENCY = {Role.AGENCY_CLERK, Role.MACHINE}
NEED_NO_PLACE = {Role.ADMINISTRATOR, Role.LOCAL_ADMINISTRATOR}


def account(
    *roles: Role, procuratorate_id: int | None = None, agency_id: int | None = None, login: str = "zhang"
) -> Account:
    return Account(
        id=1,
        login=login,
        name="某人",
        roles=roles,
        procuratorate_id=procuratorate_id,
        department=None,
        agency_id=agency_id,
        disabled_at=None,
    )


def test_every_role_has_its_permissions() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert all(PERMISSIONS.values())


def test_every_permission_is_some_roles() -> None:
    assert set().union(*PERMISSIONS.values()) == set(Permission)


def test_who_acts_in_two_roles_may_do_what_either_may() -> None:
    for roles in combinations(Role, 2):
        assert permissions_of(roles) == PERMISSIONS[roles[0]] | PERMISSIONS[roles[1]]


def test_case_management_and_discipline_read_the_audit_trail_and_no_case_officer_does() -> None:
    readers = {role for role in Role if Permission.READ_AUDIT_TRAIL in PERMISSIONS[role]}
    assert readers == {Role.CASE_MANAGEMENT, Role.DISCIPLINE, Role.AUDITOR, Role.LOCAL_ADMINISTRATOR}


def test_who_decides_of_findings_reads_them_and_who_reads_them_reads_cases() -> None:
    for may in PERMISSIONS.values():
        assert Permission.DECIDE_FINDINGS not in may or Permission.READ_FINDINGS in may
        assert not may & {Permission.READ_FINDINGS, Permission.READ_CRIMINAL_CASES, Permission.READ_NAMES} or (
            Permission.READ_CASES in may
        )


def test_a_county_sees_its_own_cases() -> None:
    scope = scope_of(account(Role.CASE_OFFICER, procuratorate_id=2), [2], highest=False)
    assert scope == Scope(procuratorate_ids=(2,), findings=True, criminal_cases=True, names=True, measures=True)
    assert scope.holds(7, 2)
    assert not scope.holds(7, 3)
    assert not scope.holds(7, None)


def test_a_city_sees_the_cases_of_its_counties_and_of_agencies_that_nobody_supervises() -> None:
    scope = scope_of(account(Role.CHIEF, procuratorate_id=1), [3, 1, 2], highest=True)
    assert scope == Scope(
        procuratorate_ids=(1, 2, 3),
        unassigned=True,
        findings=True,
        criminal_cases=True,
        names=True,
        departments=tuple(Department),
        measures=True,
    )
    assert scope.holds(7, 3)
    assert scope.holds(7, None)


def test_a_clerk_sees_the_agencys_cases_and_no_finding() -> None:
    scope = scope_of(account(Role.AGENCY_CLERK, agency_id=7), [], highest=False)
    assert scope == Scope(agency_id=7, names=True, measures=True)
    assert scope.holds(7, None)
    assert not scope.holds(8, None)


@pytest.mark.parametrize("role", [Role.MACHINE, Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_reads_no_case_has_an_empty_scope(role: Role) -> None:
    somebody = account(role, agency_id=7) if role is Role.MACHINE else account(role, procuratorate_id=1)
    assert scope_of(somebody, [1, 2], highest=True) == Scope(audit_trail=role is Role.AUDITOR)


def test_the_local_administrator_sees_every_case_and_no_natural_persons_name() -> None:
    scope = scope_of(account(Role.LOCAL_ADMINISTRATOR), [], highest=False)
    assert scope == Scope(
        everything=True,
        findings=True,
        criminal_cases=True,
        audit_trail=True,
        departments=tuple(Department),
        measures=True,
    )
    assert scope.holds(7, None)


def test_an_empty_scope_holds_nothing() -> None:
    assert not Scope().holds(7, 1)
    assert not Scope().holds(7, None)


@pytest.mark.parametrize("roles", [*combinations(Role, 1), *combinations(Role, 2)])
def test_clerks_and_machines_belong_to_an_agency_and_everybody_else_to_a_procuratorate(roles: tuple[Role, ...]) -> None:
    alone = len(roles) == 1
    assert belongs_rightly(account(*roles, agency_id=7)) == (alone and set(roles) <= OF_AN_AGENCY)
    assert belongs_rightly(account(*roles, procuratorate_id=1)) == (not set(roles) & OF_AN_AGENCY)
    assert belongs_rightly(account(*roles)) == (set(roles) <= NEED_NO_PLACE)
    assert not belongs_rightly(account(*roles, agency_id=7, procuratorate_id=1))


def test_an_account_without_a_role_belongs_nowhere() -> None:
    assert not belongs_rightly(account(procuratorate_id=1))


def test_a_viewer_may_what_the_accounts_roles_may() -> None:
    officer = account(Role.CASE_OFFICER, procuratorate_id=2)
    viewer = viewer_of(officer, [2], highest=False, session_id=5, purpose="专项检查", address="192.0.2.1")
    assert viewer.may(Permission.DECIDE_FINDINGS)
    assert not viewer.may(Permission.READ_AUDIT_TRAIL)
    assert (viewer.scope, viewer.session_id) == (scope_of(officer, [2], highest=False), 5)
