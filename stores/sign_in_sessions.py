"""Sessions of those who signed in: begun with a password, looked up at every request, ended at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Account
from stores.accounts import Credentials, Standing, account_of

SESSION_LIFE: Final = timedelta(hours=10)

STANDING_OF_ACCOUNT: Final = """
  LEFT JOIN procuratorate p ON p.id = a.procuratorate_id
  LEFT JOIN LATERAL (
    WITH RECURSIVE below(id) AS (
      SELECT p.id UNION SELECT q.id FROM procuratorate q JOIN below ON q.parent_id = below.id
    )
    SELECT array_agg(below.id ORDER BY below.id) AS subordinates FROM below
  ) AS tree ON p.id IS NOT NULL
"""
"""Joins the account `a` with where its procuratorate stands: p.parent_id, tree.subordinates."""

ACCOUNT_COLUMNS: Final = """
  a.id, a.login, a.name, a.roles, a.procuratorate_id, a.department, a.agency_id, a.disabled_at,
  coalesce(tree.subordinates, '{}') AS subordinates, p.id IS NOT NULL AND p.parent_id IS NULL AS highest
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session that goes on, with whose it is."""

    id: int
    account: Account
    standing: Standing
    purpose: str
    expires_at: datetime


def standing_of(row: Any) -> Standing:
    """Where an account's procuratorate stands, from a row of ACCOUNT_COLUMNS."""
    return Standing(subordinates=tuple(row["subordinates"]), highest=row["highest"])


async def begin_session(
    connection: AsyncConnection, credentials: Credentials, *, purpose: str, address: str, now: datetime
) -> tuple[int, datetime] | None:
    """Begin a session: its id and when it ends.

    None where the account was disabled, or its password changed, since the credentials were read.
    """
    parameters = {
        "account": credentials.account.id,
        "hash": credentials.password_hash,
        "purpose": purpose,
        "address": address,
        "now": now,
        "expires_at": now + SESSION_LIFE,
    }
    row = (await connection.execute(text(_BEGIN), parameters)).one_or_none()
    return None if row is None else (row.id, row.expires_at)


# The lock waits for whoever is changing the account, and goes by what it is then.
_BEGIN: Final = """
WITH still AS (
  SELECT id FROM account
   WHERE id = :account AND password_hash = :hash AND disabled_at IS NULL AND NOT must_change_password
     FOR SHARE
)
INSERT INTO sign_in_session (account_id, purpose, address, started_at, expires_at)
SELECT id, :purpose, :address, CAST(:now AS timestamptz), CAST(:expires_at AS timestamptz) FROM still
RETURNING id, expires_at
"""


async def find_session(connection: AsyncConnection, session_id: int, account_id: int, now: datetime) -> Session | None:
    """A session of an account with all that a request needs to know; None where it is over or the account disabled."""
    parameters = {"session": session_id, "account": account_id, "now": now}
    row = (await connection.execute(text(_FIND), parameters)).mappings().one_or_none()
    if row is None:
        return None
    return Session(
        id=session_id,
        account=account_of(row),
        standing=standing_of(row),
        purpose=row["purpose"],
        expires_at=row["expires_at"],
    )


_FIND: Final = f"""
SELECT {ACCOUNT_COLUMNS}, s.purpose, s.expires_at
  FROM sign_in_session s JOIN account a ON a.id = s.account_id {STANDING_OF_ACCOUNT}
 WHERE s.id = :session AND a.id = :account AND s.ended_at IS NULL AND s.expires_at > :now AND a.disabled_at IS NULL
"""  # noqa: S608  of the constants above


async def end_session(connection: AsyncConnection, session_id: int, now: datetime) -> None:
    """End a session: its tokens are worth nothing from now on."""
    await connection.execute(
        text("UPDATE sign_in_session SET ended_at = :now WHERE id = :session AND ended_at IS NULL"),
        {"session": session_id, "now": now},
    )
