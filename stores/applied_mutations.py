"""Mutations by their idempotency key: the same change asked for again is not made again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_CLAIM = """
INSERT INTO applied_mutation (actor, key, mutation, input_digest, record_id, applied_at)
VALUES (:actor, :key, :mutation, :input_digest, 0, :now)
ON CONFLICT (actor, key) DO NOTHING RETURNING 1
"""
_APPLIED = "SELECT mutation, input_digest, record_id FROM applied_mutation WHERE (actor, key) = (:actor, :key)"
_KEEP = "UPDATE applied_mutation SET record_id = :record_id WHERE (actor, key) = (:actor, :key)"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedMutation:
    """A change that was made under a key, and the id of the record that it changed or made."""

    mutation: str
    input_digest: bytes
    record_id: int


async def claim_key(
    connection: AsyncConnection, *, actor: str, key: str, mutation: str, input_digest: bytes, now: datetime
) -> AppliedMutation | None:
    """Take an idempotency key for a mutation of this transaction; answers what it was used for where it was.

    Who asks while another transaction has taken it waits for that one to end. `keep_result` follows in the same one.
    """
    values = {"actor": actor, "key": key, "mutation": mutation, "input_digest": input_digest, "now": now}
    if await connection.scalar(text(_CLAIM), values):
        return None
    row = (await connection.execute(text(_APPLIED), {"actor": actor, "key": key})).one()
    return AppliedMutation(**row._asdict())


async def keep_result(connection: AsyncConnection, *, actor: str, key: str, record_id: int) -> None:
    """Keep which record a mutation under a claimed key changed or made."""
    await connection.execute(text(_KEEP), {"actor": actor, "key": key, "record_id": record_id})
