"""The frozen records of access: who calls, what may be done, and whose cases are in scope."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from schema.access_vocabularies import Permission, Role
from schema.vocabularies import Department


@dataclass(frozen=True, slots=True, order=True)
class Desk:
    """A department of one procuratorate; None: of those whose procuratorate nobody said."""

    procuratorate_id: int | None
    department: Department

    def __str__(self) -> str:
        """The desk as the record keeps it, such as 12/PREVENTION."""
        return f"{self.procuratorate_id or 0}/{self.department.value}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The desk that the record keeps as a text."""
        procuratorate, _, department = text.partition("/")
        return cls(int(procuratorate) or None, Department(department))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose cases may be seen: all, those of the agencies that some procuratorates supervise, or one agency's.

    `unassigned` are the cases of agencies that no procuratorate supervises. `findings`: what the rules say of the cases
    may be seen too; `criminal_cases`: what the police did with them. `names`: natural persons may be named, and found
    by their names. `audit_trail`: who did what may be read. `departments`: whose clues may be seen, in those
    procuratorates. `measures`: what was issued may be seen, by an agency what it was sent. The default is nothing.
    """

    everything: bool = False
    procuratorate_ids: tuple[int, ...] = ()
    unassigned: bool = False
    agency_id: int | None = None
    findings: bool = False
    criminal_cases: bool = False
    names: bool = False
    audit_trail: bool = False
    departments: tuple[Department, ...] = ()
    measures: bool = False

    def holds(self, agency_id: int, procuratorate_id: int | None) -> bool:
        """Whether the cases of an agency, with the procuratorate that supervises it, are in scope."""
        if self.everything or agency_id == self.agency_id:
            return True
        return self.supervises(procuratorate_id)

    def supervises(self, procuratorate_id: int | None) -> bool:
        """Whether what is a procuratorate's own is in scope; None: what is nobody's."""
        if self.everything:
            return True
        return self.unassigned if procuratorate_id is None else procuratorate_id in self.procuratorate_ids

    def has_desk(self, desk: Desk) -> bool:
        """Whether the clues of a desk are in scope."""
        return self.supervises(desk.procuratorate_id) and (self.everything or desk.department in self.departments)


EVERYTHING = Scope(everything=True, findings=True, criminal_cases=True, names=True, audit_trail=True, measures=True)
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
