"""The frozen records of access: who calls, what may be done, and whose cases are in scope."""

from dataclasses import dataclass
from datetime import datetime

from schema.access_vocabularies import Permission, Role
from schema.vocabularies import Department


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose cases may be seen: all, those of the agencies that some procuratorates supervise, or one agency's.

    `unassigned` are the cases of agencies that no procuratorate supervises. `findings`: what the rules say of the cases
    may be seen too; `criminal_cases`: what the police did with them. `names`: natural persons may be named, and found
    by their names. `audit_trail`: who did what may be read. The default is nothing.
    """

    everything: bool = False
    procuratorate_ids: tuple[int, ...] = ()
    unassigned: bool = False
    agency_id: int | None = None
    findings: bool = False
    criminal_cases: bool = False
    names: bool = False
    audit_trail: bool = False

    def holds(self, agency_id: int, procuratorate_id: int | None) -> bool:
        """Whether the cases of an agency, with the procuratorate that supervises it, are in scope."""
        if self.everything or agency_id == self.agency_id:
            return True
        return self.unassigned if procuratorate_id is None else procuratorate_id in self.procuratorate_ids


EVERYTHING = Scope(everything=True, findings=True, criminal_cases=True, names=True, audit_trail=True)
"""The scope of the program's own work: loading, indexing, judging. Nobody who calls has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who may call: a person, a machine, or whoever sits at a machine that asks for no token.

    A clerk and a machine belong to an agency, everybody else to a procuratorate; an administrator may belong to none.
    """

    id: int
    login: str
    name: str
    roles: tuple[Role, ...]
    procuratorate_id: int | None
    department: Department | None
    agency_id: int | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who makes a request: the account, what it may do, from where and what for.

    `purpose` was given when the session began; `session_id` is None where there is no session: for a machine's key, and
    for the local administrator.
    """

    account: Account
    permissions: frozenset[Permission]
    scope: Scope
    session_id: int | None
    purpose: str
    address: str

    def may(self, permission: Permission) -> bool:
        """Whether the viewer may do this, within the scope."""
        return permission in self.permissions
