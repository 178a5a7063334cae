"""Machines' keys: `jdk_<key id>_<secret>`, shown once, of which only the secret's digest is kept."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Account
from schema.account_tables import account, machine_key
from schema.tables import agency
from stores.accounts import Standing, account_of
from stores.sign_in_sessions import ACCOUNT_COLUMNS, STANDING_OF_ACCOUNT, standing_of

PREFIX: Final = "jdk_"

_SECRET_BYTES: Final = 32
_WRITTEN: Final = re.compile(r"jdk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_NOBODYS: Final = hashlib.sha256(secrets.token_bytes(_SECRET_BYTES)).digest()
_USE_NOTED_EVERY: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenKey:
    """A key as a machine sends it."""

    key_id: str
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptKey:
    """A key as it is kept, with whose it is."""

    key_id: str
    digest: bytes = field(repr=False)
    account: Account
    standing: Standing
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    def usable(self, now: datetime) -> bool:
        """Whether the key lets anybody in at this time."""
        return self.revoked_at is None and self.account.disabled_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedKey:
    """A key as it is shown."""

    key_id: str
    login: str
    name: str
    agency: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


def read_key(written: str) -> WrittenKey | None:
    """A key as it is written; None for what is none."""
    match = _WRITTEN.fullmatch(written)
    if match is None:
        return None
    return WrittenKey(key_id=match[1], digest=_digest(match[2]))


def opens(written: WrittenKey, kept: KeptKey | None, now: datetime) -> bool:
    """Whether a key is the one kept and usable; the same is compared where none is kept."""
    same = hmac.compare_digest(written.digest, _NOBODYS if kept is None else kept.digest)
    return kept is not None and kept.usable(now) and same


async def issue_key(connection: AsyncConnection, account_id: int, *, expires_at: datetime, now: datetime) -> str:
    """Issue a key for a machine's account, besides those it has. Answers it as it is written, which is kept nowhere."""
    key_id = secrets.token_hex(8)
    secret = base64.urlsafe_b64encode(secrets.token_bytes(_SECRET_BYTES)).decode().rstrip("=")
    await connection.execute(
        machine_key.insert().values(
            key_id=key_id, account_id=account_id, digest=_digest(secret), created_at=now, expires_at=expires_at
        )
    )
    return f"{PREFIX}{key_id}_{secret}"


async def find_key(connection: AsyncConnection, key_id: str) -> KeptKey | None:
    """A key by the part of it that may be shown, with all that a request needs to know; usable or not."""
    row = (await connection.execute(text(_FIND), {"key_id": key_id})).mappings().one_or_none()
    if row is None:
        return None
    return KeptKey(
        key_id=key_id,
        digest=bytes(row["digest"]),
        account=account_of(row),
        standing=standing_of(row),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        last_used_at=row["last_used_at"],
    )


_FIND: Final = f"""
SELECT {ACCOUNT_COLUMNS}, k.digest, k.created_at, k.expires_at, k.revoked_at, k.last_used_at
  FROM machine_key k JOIN account a ON a.id = k.account_id {STANDING_OF_ACCOUNT}
 WHERE k.key_id = :key_id
"""  # noqa: S608  of the constants above


async def note_use(connection: AsyncConnection, key: KeptKey, now: datetime) -> None:
    """Write down that a key was used, once an hour."""
    if key.last_used_at is None or key.last_used_at + _USE_NOTED_EVERY <= now:
        await connection.execute(
            machine_key.update().where(machine_key.c.key_id == key.key_id).values(last_used_at=now)
        )


async def end_key(connection: AsyncConnection, key_id: str, at: datetime) -> datetime | None:
    """Let a key that is not revoked end at a time, never later than it would have: when it ends. None: no such key."""
    row = (await connection.execute(text(_END), {"key_id": key_id, "at": at})).one_or_none()
    return None if row is None else row.expires_at


_END: Final = """
UPDATE machine_key SET expires_at = least(expires_at, CAST(:at AS timestamptz))
 WHERE key_id = :key_id AND revoked_at IS NULL
RETURNING expires_at
"""


async def revoke_key(connection: AsyncConnection, key_id: str, now: datetime) -> bool:
    """Revoke a key at once; whether there is one of this id that was not revoked."""
    changed = await connection.execute(
        machine_key.update()
        .where(machine_key.c.key_id == key_id, machine_key.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return changed.rowcount > 0


async def list_keys(connection: AsyncConnection) -> Sequence[ListedKey]:
    """All keys by agency, the newest first."""
    statement = (
        select(
            machine_key.c.key_id,
            account.c.login,
            account.c.name,
            agency.c.name.label("agency"),
            machine_key.c.created_at,
            machine_key.c.expires_at,
            machine_key.c.revoked_at,
            machine_key.c.last_used_at,
        )
        .join(account, account.c.id == machine_key.c.account_id)
        .join(agency, agency.c.id == account.c.agency_id)
        .order_by(agency.c.name, machine_key.c.created_at.desc(), machine_key.c.id.desc())
    )
    return [ListedKey(**row) for row in (await connection.execute(statement)).mappings()]


def _digest(secret: str) -> bytes:
    # The secret is random: nothing is gained by hashing it slowly.
    return hashlib.sha256(secret.encode()).digest()
