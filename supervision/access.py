"""Who may do what: the permissions of each role, and the scope of an account. Pure; the tree is passed in."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from schema.access_records import Account, Scope, Viewer
from schema.access_vocabularies import Permission, Role
from schema.audit_records import AuditReader
from schema.vocabularies import Department

_READ_ALL: Final = frozenset({Permission.READ_CASES, Permission.READ_FINDINGS, Permission.READ_CRIMINAL_CASES})
_SUPERVISE: Final = _READ_ALL | {
    Permission.READ_NAMES,
    Permission.DECIDE_FINDINGS,
    Permission.TRIAGE_CASES,
    Permission.READ_CLUES,
    Permission.HANDLE_CLUES,
    Permission.READ_MEASURES,
    Permission.ISSUE_MEASURES,
    Permission.READ_CAMPAIGNS,
    Permission.REVIEW_FILES,
    Permission.RECORD_ACTIVITIES,
    Permission.MARK_TYPICAL_CASES,
}

PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.CASE_OFFICER: _SUPERVISE,
        Role.DEPARTMENT_HEAD: _SUPERVISE | {Permission.MANAGE_CAMPAIGNS},
        Role.CHIEF: _SUPERVISE
        | {
            Permission.READ_FEED_RUNS,
            Permission.READ_ACCOUNTS,
            Permission.MANAGE_CAMPAIGNS,
            Permission.SEND_REPORTS,
        },
        Role.CASE_MANAGEMENT: _READ_ALL
        | {
            Permission.READ_NAMES,
            Permission.READ_FEED_RUNS,
            Permission.READ_AUDIT_TRAIL,
            Permission.READ_ACCOUNTS,
            Permission.TRIAGE_CASES,
            Permission.READ_CLUES,
            Permission.HANDLE_CLUES,
            Permission.READ_MEASURES,
            Permission.READ_CAMPAIGNS,
        },
        # They look into what others did with cases, for which nobody's name is needed.
        Role.DISCIPLINE: _READ_ALL
        | {
            Permission.READ_AUDIT_TRAIL,
            Permission.READ_ACCOUNTS,
            Permission.READ_CLUES,
            Permission.READ_MEASURES,
            Permission.READ_CAMPAIGNS,
        },
        Role.CAMPAIGN_OFFICE: _READ_ALL
        | {
            Permission.READ_FEED_RUNS,
            Permission.READ_MEASURES,
            Permission.READ_CAMPAIGNS,
            Permission.MANAGE_CAMPAIGNS,
            Permission.RECORD_ACTIVITIES,
            Permission.SEND_REPORTS,
            Permission.MARK_TYPICAL_CASES,
        },
        Role.AUDITOR: frozenset({Permission.READ_AUDIT_TRAIL, Permission.READ_ACCOUNTS}),
        # What was found wrong with an agency's cases is for the procuratorate to tell it.
        # It says so by a measure, of which the clerk sees those that the agency was sent.
        Role.AGENCY_CLERK: frozenset(
            {Permission.READ_CASES, Permission.READ_NAMES, Permission.READ_FEED_RUNS, Permission.READ_MEASURES}
        ),
        Role.MACHINE: frozenset({Permission.LOAD_FEEDS}),
        # Who keeps the accounts reads no case and no load.
        Role.ADMINISTRATOR: frozenset({Permission.READ_ACCOUNTS}),
        Role.LOCAL_ADMINISTRATOR: frozenset(Permission) - {Permission.READ_NAMES, Permission.LOAD_FEEDS},
    }
)

_OF_AN_AGENCY: Final = frozenset({Role.AGENCY_CLERK, Role.MACHINE})


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """What somebody may do who acts in several roles: whatever one of them may."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


def scope_of(account: Account, subordinates: Iterable[int], *, highest: bool) -> Scope:
    """Whose cases an account may see.

    `subordinates` are the account's procuratorate and all below it, none for an account without one; the `highest` one
    has none above it, and to it fall the agencies that no procuratorate supervises.
    """
    permissions = permissions_of(account.roles)
    reads_audit = Permission.READ_AUDIT_TRAIL in permissions
    reads_clues = Permission.READ_CLUES in permissions
    if Permission.READ_CASES not in permissions:
        return Scope(audit_trail=reads_audit)
    if Role.LOCAL_ADMINISTRATOR in account.roles:
        whose = Scope(everything=True)
    elif account.agency_id is not None:
        whose = Scope(agency_id=account.agency_id)
    else:
        whose = Scope(procuratorate_ids=tuple(sorted(subordinates)), unassigned=highest)
    return replace(
        whose,
        findings=Permission.READ_FINDINGS in permissions,
        criminal_cases=Permission.READ_CRIMINAL_CASES in permissions,
        names=Permission.READ_NAMES in permissions,
        audit_trail=reads_audit,
        departments=departments_of(account) if reads_clues else (),
        measures=Permission.READ_MEASURES in permissions,
    )


def departments_of(account: Account) -> tuple[Department, ...]:
    """The departments in whose name somebody acts: one's own, and the head of a procuratorate all of them."""
    if {Role.CHIEF, Role.LOCAL_ADMINISTRATOR} & frozenset(account.roles):
        return tuple(Department)
    return () if account.department is None else (account.department,)


def belongs_rightly(account: Account) -> bool:
    """Whether an account belongs where its roles are at home: clerks and machines to an agency, with no other role."""
    roles = frozenset(account.roles)
    if roles & _OF_AN_AGENCY:
        return len(roles) == 1 and account.agency_id is not None and account.procuratorate_id is None
    if account.agency_id is not None or not roles:
        return False
    return account.procuratorate_id is not None or roles <= {Role.ADMINISTRATOR, Role.LOCAL_ADMINISTRATOR}


def may_see_account(
    viewer: Viewer, account: Account, home: int | None, subordinates: Iterable[int], *, highest: bool
) -> bool:
    """Whether somebody may see an account: one's own, and whoever reads accounts those within one's procuratorates.

    `home` is the account's procuratorate, or the one that supervises its agency; an agency without one falls to
    the `highest`. An administrator who belongs to no procuratorate keeps the accounts of all.
    """
    if account.id == viewer.account.id:
        return True
    if Permission.READ_ACCOUNTS not in viewer.permissions:
        return False
    if viewer.account.procuratorate_id is None:
        return True
    if home is None:
        return highest and account.agency_id is not None
    return home in frozenset(subordinates)


def audit_reader_of(viewer: Viewer, subordinates: Iterable[int], *, highest: bool) -> AuditReader | None:
    """Whose entries of the audit trail somebody may read: of whom `may_see_account` says so; None: nobody's.

    Who belongs nowhere keeps the accounts of all or acts at the machine itself, and nobody has the login of some who
    were refused: they are looked at by the highest, or nobody would.
    """
    if Permission.READ_AUDIT_TRAIL not in viewer.permissions:
        return None
    keeps = Permission.READ_ACCOUNTS in viewer.permissions
    return AuditReader(
        account_id=viewer.account.id,
        everybody=keeps and viewer.account.procuratorate_id is None,
        procuratorate_ids=tuple(sorted(subordinates)) if keeps else (),
        highest=keeps and highest,
        scope=viewer.scope,
    )


def viewer_of(
    account: Account,
    subordinates: Iterable[int],
    *,
    highest: bool,
    session_id: int | None,
    purpose: str,
    address: str,
) -> Viewer:
    """Who makes a request in the name of an account."""
    return Viewer(
        account=account,
        permissions=permissions_of(account.roles),
        scope=scope_of(account, subordinates, highest=highest),
        session_id=session_id,
        purpose=purpose,
        address=address,
    )
