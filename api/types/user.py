"""Who calls, and whoever else has an account."""

from typing import Any

import strawberry

from api.context import ApiInfo, Context
from api.types.fields import resolved
from api.types.node import Node
from api.types.organisation import Agency, Procuratorate
from schema import records
from schema.access_records import Account
from schema.access_vocabularies import Permission
from schema.vocabularies import Department
from supervision.access import may_see_account, permissions_of


def _roles(root: strawberry.Parent[Account]) -> list[str]:
    return [role.value for role in root.roles]


def _permissions(root: strawberry.Parent[Account]) -> list[Permission]:
    granted = permissions_of(root.roles)
    return [permission for permission in Permission if permission in granted]


async def _procuratorate(root: strawberry.Parent[Account], info: ApiInfo) -> records.Procuratorate | None:
    if root.procuratorate_id is None:
        return None
    return await info.context.loaders.procuratorates.load(root.procuratorate_id)


async def _agency(root: strawberry.Parent[Account], info: ApiInfo) -> records.Agency | None:
    return None if root.agency_id is None else await info.context.loaders.agencies.load(root.agency_id)


@strawberry.type(description="An account: a person, or a machine. 用户")
class User(Node):
    """`schema.access_records.Account` as clients see it."""

    name: str = strawberry.field(description="Of the person or the machine. 姓名")
    login: str = strawberry.field(description="What it signs in as. 登录名")
    roles: list[str] = resolved(_roles, "As what it acts. 角色")
    department: Department | None = strawberry.field(description="Its department. 部门")
    procuratorate: Procuratorate | None = resolved(_procuratorate, "Where it belongs. 所属检察院")
    agency: Agency | None = resolved(_agency, "The agency of a clerk or a machine. 所属执法机关")
    permissions: list[Permission] = resolved(_permissions, "What it may see and do, in its scope. 权限")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Tell an account among nodes."""
        return isinstance(value, Account)


def viewer(info: ApiInfo) -> Account:
    """Who calls."""
    return info.context.viewer.account


async def user_by_id(context: Context, account_id: int) -> Account | None:
    """An account, where the viewer may see it."""
    own = context.viewer.account
    if account_id == own.id:
        return own
    if not context.viewer.may(Permission.READ_ACCOUNTS):
        return None
    account = await context.loaders.accounts.load(account_id)
    if account is None:
        return None
    home = account.procuratorate_id
    if account.agency_id is not None:
        agency = await context.loaders.agencies.load(account.agency_id)
        home = None if agency is None else agency.procuratorate_id
    standing = None if own.procuratorate_id is None else await context.loaders.standings.load(own.procuratorate_id)
    subordinates = () if standing is None else standing.subordinates
    visible = may_see_account(context.viewer, account, home, subordinates, highest=bool(standing and standing.highest))
    return account if visible else None
