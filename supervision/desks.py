"""Who sits at which desk, who leads it, and who acts for whom. Pure.

A desk is a department of one procuratorate. The head of a procuratorate sits at all its desks, and leads them and
those of the procuratorates below it. Whoever sits at a machine that asks for no token acts for everybody.
"""

from typing import Final

from schema.access_records import Account, Desk, Viewer
from schema.access_vocabularies import Permission, Role
from schema.vocabularies import Department
from supervision.access import departments_of, permissions_of

ABBREVIATIONS: Final = {
    Department.INVESTIGATION_SUPERVISION: "侦监",
    Department.ANTI_CORRUPTION: "反贪",
    Department.ANTI_DERELICTION: "反渎",
    Department.CIVIL_ADMINISTRATIVE: "民行",
    Department.PREVENTION: "预防",
    Department.PUBLIC_PROSECUTION: "公诉",
    Department.COMPLAINTS: "控申",
    Department.DETENTION_SUPERVISION: "监所",
    Department.CASE_MANAGEMENT: "案管",
    Department.DISCIPLINE: "纪检",
}
"""How a department is written in a number."""


def is_local_administrator(account: Account) -> bool:
    """Whether an account is whoever sits at the machine itself."""
    return Role.LOCAL_ADMINISTRATOR in account.roles


def desk_of(account: Account) -> Desk | None:
    """The desk at which somebody sits; None for whoever belongs to no department or no procuratorate."""
    if account.department is None or account.procuratorate_id is None:
        return None
    return Desk(account.procuratorate_id, account.department)


def sits_at(account: Account, desk: Desk) -> bool:
    """Whether somebody is one of a desk, or heads its procuratorate."""
    if is_local_administrator(account):
        return True
    return account.procuratorate_id == desk.procuratorate_id and desk.department in departments_of(account)


def may_handle(account: Account, desk: Desk) -> bool:
    """Whether somebody can be given a clue of a desk."""
    able = account.disabled_at is None and Permission.HANDLE_CLUES in permissions_of(account.roles)
    return able and sits_at(account, desk)


def leads(actor: Viewer, desk: Desk) -> bool:
    """Whether somebody heads a desk, its procuratorate, or one above."""
    account = actor.account
    if is_local_administrator(account):
        return True
    if Role.CHIEF in account.roles and actor.scope.supervises(desk.procuratorate_id):
        return True
    return Role.DEPARTMENT_HEAD in account.roles and desk_of(account) == desk


def works_at(actor: Viewer, desk: Desk) -> bool:
    """Whether somebody acts for a desk: sits there, or leads it."""
    return sits_at(actor.account, desk) or leads(actor, desk)


def acts_for(actor: Viewer, account: Account, desk: Desk) -> bool:
    """Whether somebody may do what is for another to do: that person, or whoever leads that person's desk.

    For whoever belongs to no procuratorate it is whoever leads `desk`, at which the matter lies.
    """
    if actor.account.id == account.id:
        return True
    own = desk_of(account)
    if own is not None:
        return leads(actor, own)
    if account.procuratorate_id is None:
        return leads(actor, desk)
    return is_local_administrator(actor.account) or (
        Role.CHIEF in actor.account.roles and actor.scope.supervises(account.procuratorate_id)
    )
