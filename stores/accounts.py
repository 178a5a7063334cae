"""Accounts as they are kept: who there is."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Account
from schema.access_vocabularies import Role
from schema.account_tables import account
from schema.vocabularies import Department

_FIELDS: Final = tuple(account.c[name] for name in Account.__dataclass_fields__)


def account_of(row: RowMapping | Mapping[str, Any]) -> Account:
    """An account from a row that has its columns."""
    return Account(
        id=row["id"],
        login=row["login"],
        name=row["name"],
        roles=tuple(Role(role) for role in row["roles"]),
        procuratorate_id=row["procuratorate_id"],
        department=None if row["department"] is None else Department(row["department"]),
        agency_id=row["agency_id"],
        disabled_at=row["disabled_at"],
    )


async def find_local_administrator(connection: AsyncConnection) -> Account:
    """Whoever calls from the machine itself where no token is required: a row that the migrations put there."""
    statement = select(*_FIELDS).where(account.c.roles.contains([Role.LOCAL_ADMINISTRATOR.value]))
    return account_of((await connection.execute(statement)).mappings().one())
