"""Accounts as they are kept: who there is, where they belong, and whether they may sign in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Account
from schema.access_vocabularies import Role
from schema.account_tables import account
from schema.tables import agency, procuratorate
from schema.vocabularies import Department
from stores.errors import LoginTakenError

_FIELDS: Final = tuple(account.c[name] for name in Account.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An account with what it signs in by; `password_hash` None: by no password."""

    account: Account
    password_hash: str | None
    must_change_password: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAccount:
    """An account with the names of where it belongs."""

    account: Account
    procuratorate: str | None
    agency: str | None
    must_change_password: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a procuratorate stands: itself and all below it, and whether it has none above it."""

    subordinates: tuple[int, ...] = ()
    highest: bool = False


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


async def add_account(
    connection: AsyncConnection,
    *,
    login: str,
    name: str,
    roles: Sequence[Role],
    procuratorate_id: int | None = None,
    department: Department | None = None,
    agency_id: int | None = None,
    password_hash: str | None = None,
    must_change_password: bool = False,
    now: datetime,
) -> Account:
    """Add an account. Raises LoginTakenError where the login is another's already."""
    statement = (
        insert(account)
        .values(
            login=login,
            name=name,
            roles=[role.value for role in dict.fromkeys(roles)],
            procuratorate_id=procuratorate_id,
            department=None if department is None else department.value,
            agency_id=agency_id,
            password_hash=password_hash,
            must_change_password=must_change_password,
            password_changed_at=None if password_hash is None else now,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["login"])
        .returning(*_FIELDS)
    )
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise LoginTakenError("An account with this login exists already. Choose another login.")
    return account_of(row)


async def find_credentials(connection: AsyncConnection, login: str) -> Credentials | None:
    """An account by its login, disabled or not."""
    statement = select(*_FIELDS, account.c.password_hash, account.c.must_change_password).where(
        account.c.login == login
    )
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        return None
    return Credentials(
        account=account_of(row),
        password_hash=row["password_hash"],
        must_change_password=row["must_change_password"],
    )


async def find_local_administrator(connection: AsyncConnection) -> Account:
    """Whoever calls from the machine itself where no token is required: a row that the migrations put there."""
    statement = select(*_FIELDS).where(account.c.roles.contains([Role.LOCAL_ADMINISTRATOR.value]))
    return account_of((await connection.execute(statement)).mappings().one())


async def find_account(connection: AsyncConnection, login: str) -> Account | None:
    """An account by its login, disabled or not."""
    row = (await connection.execute(select(*_FIELDS).where(account.c.login == login))).mappings().one_or_none()
    return None if row is None else account_of(row)


async def find_procuratorate(connection: AsyncConnection, name: str) -> int | None:
    """The procuratorate registered under a name."""
    found: int | None = await connection.scalar(select(procuratorate.c.id).where(procuratorate.c.name == name))
    return found


async def accounts_by_id(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, Account]:
    """Accounts by id; an unknown id is left out."""
    rows = await connection.execute(select(*_FIELDS).where(account.c.id == func.any(list(ids))))
    return {row["id"]: account_of(row) for row in rows.mappings()}


async def list_accounts(connection: AsyncConnection) -> Sequence[ListedAccount]:
    """All accounts, by login."""
    statement = (
        select(
            *_FIELDS,
            procuratorate.c.name.label("procuratorate"),
            agency.c.name.label("agency"),
            account.c.must_change_password,
            account.c.created_at,
        )
        .outerjoin(procuratorate, procuratorate.c.id == account.c.procuratorate_id)
        .outerjoin(agency, agency.c.id == account.c.agency_id)
        .order_by(account.c.login)
    )
    return [
        ListedAccount(
            account=account_of(row),
            procuratorate=row["procuratorate"],
            agency=row["agency"],
            must_change_password=row["must_change_password"],
            created_at=row["created_at"],
        )
        for row in (await connection.execute(statement)).mappings()
    ]


async def disable_account(connection: AsyncConnection, account_id: int, now: datetime) -> bool:
    """Let nobody in any more, and end every session; whether the account was enabled."""
    changed = await connection.execute(
        account.update().where(account.c.id == account_id, account.c.disabled_at.is_(None)).values(disabled_at=now)
    )
    await _end_sessions(connection, account_id, now)
    return changed.rowcount > 0


async def enable_account(connection: AsyncConnection, account_id: int) -> bool:
    """Let somebody in again; whether the account was disabled."""
    changed = await connection.execute(
        account.update().where(account.c.id == account_id, account.c.disabled_at.is_not(None)).values(disabled_at=None)
    )
    return changed.rowcount > 0


async def set_password(
    connection: AsyncConnection,
    account_id: int,
    password_hash: str,
    *,
    instead_of: str | None = None,
    must_change: bool,
    now: datetime,
) -> bool:
    """Set a password and end every session that the one before began; whether it was set.

    With `instead_of` it is not set where the hash is another by now, or the account disabled.
    """
    statement = account.update().where(account.c.id == account_id)
    if instead_of is not None:
        statement = statement.where(account.c.password_hash == instead_of, account.c.disabled_at.is_(None))
    values = {"password_hash": password_hash, "must_change_password": must_change, "password_changed_at": now}
    if (await connection.execute(statement.values(values))).rowcount == 0:
        return False
    await _end_sessions(connection, account_id, now)
    return True


async def rehash_password(connection: AsyncConnection, account_id: int, *, kept: str, anew: str) -> None:
    """Keep the same password under another hash, where it is still the same."""
    await connection.execute(
        account.update().where(account.c.id == account_id, account.c.password_hash == kept).values(password_hash=anew)
    )


async def standings_of(connection: AsyncConnection, procuratorate_ids: Sequence[int]) -> dict[int, Standing]:
    """Where each procuratorate stands; an unknown id is left out."""
    rows = await connection.execute(text(_STANDINGS), {"ids": list(procuratorate_ids)})
    return {row.root: Standing(subordinates=tuple(row.subordinates), highest=row.highest) for row in rows}


_STANDINGS: Final = """
WITH RECURSIVE below(root, id) AS (
  SELECT id, id FROM procuratorate WHERE id = ANY(:ids)
  UNION SELECT below.root, p.id FROM procuratorate p JOIN below ON p.parent_id = below.id
)
SELECT below.root, array_agg(below.id ORDER BY below.id) AS subordinates, root.parent_id IS NULL AS highest
  FROM below JOIN procuratorate root ON root.id = below.root
 GROUP BY below.root, root.parent_id
"""


async def _end_sessions(connection: AsyncConnection, account_id: int, now: datetime) -> None:
    await connection.execute(
        text("UPDATE sign_in_session SET ended_at = :now WHERE account_id = :account AND ended_at IS NULL"),
        {"account": account_id, "now": now},
    )
