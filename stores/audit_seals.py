"""Seals upon the audit trail: what each holds, and how it is made.

A seal holds, for all entries of some transactions that have ended, the entry's id and its digest, and the hash of the
seal before; its own hash is over all of that. Both are HMAC-SHA-256 under a key derived from the data key
(`stores.keys`), which the database does not have: whoever rewrites entries and seals there cannot make them fit again.

What is hashed of an entry is the text that PostgreSQL gives of one JSON array, as `ENTRY_TEXT` builds it: numbers and
texts as they are, the time in UTC to the microsecond, `detail` with its keys in the order of jsonb. What is hashed of a
seal is the JSON array of its columns but the hash, as `Seal.told` gives it.

An entry belongs to the seal by its transaction, never by its id: ids are given out before transactions end, so that a
late commit would come behind a seal and never be sealed.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.audit_tables import audit_seal
from stores.errors import DatabaseError
from stores.keys import KeyRing
from stores.postgres import Database

SEAL_EVERY_SECONDS: Final = 60.0

MOST_ENTRIES: Final = 5_000
"""A seal holds the entries of whole transactions, and begins no other one when it has so many."""

DIGEST_BYTES: Final = 32

_ONE_AT_A_TIME: Final = 0x7365616C
"""The advisory lock of whoever seals: two at once would seal one entry twice."""

ENTRY_TEXT: Final = (
    """jsonb_build_array(e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.transaction,"""
    " e.account_id, e.login, e.session_id, e.address, e.purpose, e.action, e.operation, e.detail, to_jsonb(e.case_ids),"
    " e.result_count, e.index_version)::text"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A seal as it is kept; the digests stand in the order of the ids."""

    id: int
    sealed_at: datetime
    from_transaction: int
    below_transaction: int
    entry_ids: Sequence[int]
    entry_digests: bytes
    key_id: str
    previous: bytes | None
    hash: bytes

    @property
    def told(self) -> bytes:
        """What is hashed of it."""
        return _told(
            self.sealed_at,
            (self.from_transaction, self.below_transaction),
            self.entry_ids,
            self.entry_digests,
            self.key_id,
            self.previous,
        )


def _told(
    sealed_at: datetime,
    transactions: tuple[int, int],
    entry_ids: Sequence[int],
    entry_digests: bytes,
    key_id: str,
    previous: bytes | None,
) -> bytes:
    return orjson.dumps(
        [
            sealed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
            *transactions,
            len(entry_ids),
            list(entry_ids),
            entry_digests.hex(),
            key_id,
            None if previous is None else previous.hex(),
        ]
    )


def digest_of(key: bytes, told: bytes) -> bytes:
    """The digest of an entry's text, or the hash of what a seal tells."""
    return hmac.digest(key, told, "sha256")


def seal_of(row: Any) -> Seal:
    """A row of `audit_seal`."""
    return Seal(
        id=row.id,
        sealed_at=row.sealed_at,
        from_transaction=row.from_transaction,
        below_transaction=row.below_transaction,
        entry_ids=row.entry_ids,
        entry_digests=bytes(row.entry_digests),
        key_id=row.key_id,
        previous=None if row.previous is None else bytes(row.previous),
        hash=bytes(row.hash),
    )


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a sealing did: how many seals it made over how many entries, and the newest seal's hash, if there is one."""

    seals: int
    entries: int
    newest: bytes | None


async def seal_trail(database: Database, keys: KeyRing, *, unless_within_seconds: float = 0) -> Sealed:
    """Seal all entries of transactions that have ended; nothing where somebody sealed within so many seconds.

    Waits for whoever seals at the same time. Where there are no new entries no seal is made. Raises DatabaseError where
    the server counts transactions from below what is sealed.
    """
    seals, entries, newest = 0, 0, None
    while True:
        async with database.begin() as connection:
            newest, sealed = await _seal(connection, keys, 0 if seals else unless_within_seconds)
        if not sealed:
            return Sealed(seals, entries, newest)
        seals, entries = seals + 1, entries + sealed


_NEWEST: Final = text(
    "SELECT below_transaction, hash, sealed_at > clock_timestamp() - make_interval(secs => :seconds) AS recent"
    " FROM audit_seal ORDER BY id DESC LIMIT 1"
)
# All transactions before this one have ended: a statement after this one sees whatever they wrote.
_ENDED: Final = text(
    "SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint AS below, clock_timestamp() AS now"
)
_BELOW: Final = text(
    "SELECT CASE WHEN count(*) < :most THEN :below ELSE max(transaction) + 1 END FROM"
    " (SELECT transaction FROM audit_entry WHERE transaction >= :from AND transaction < :below"
    " ORDER BY transaction, id LIMIT :most) AS ended"
)
_ENTRIES: Final = text(
    f"SELECT e.id, {ENTRY_TEXT} AS told FROM audit_entry e"  # noqa: S608  put together from our own constants
    " WHERE e.transaction >= :from AND e.transaction < :below ORDER BY e.id"
)


async def _seal(connection: AsyncConnection, keys: KeyRing, within_seconds: float) -> tuple[bytes | None, int]:
    """Make one seal; answers the newest seal's hash and how many entries were sealed, 0 where no seal was made."""
    await connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
    last = (await connection.execute(_NEWEST, {"seconds": within_seconds})).one_or_none()
    previous = None if last is None else bytes(last.hash)
    begins = 0 if last is None else last.below_transaction
    if last is not None and last.recent:
        return previous, 0
    ended = (await connection.execute(_ENDED)).one()
    if ended.below < begins:
        raise DatabaseError(
            f"Seals reach up to transaction {begins}, and this server has come to {ended.below} only: it was filled "
            "from a dump. Set its next transaction and epoch above that with pg_resetwal, so that new entries can be "
            "sealed."
        )
    below = await connection.scalar(_BELOW, {"from": begins, "below": ended.below, "most": MOST_ENTRIES})
    key, ids, digests = keys.seal_key(keys.newest), list[int](), bytearray()
    for row in await connection.execute(_ENTRIES, {"from": begins, "below": below}):
        ids.append(row.id)
        digests += digest_of(key, row.told.encode())
    if not ids or below is None:
        return previous, 0
    made = digest_of(key, _told(ended.now, (begins, below), ids, bytes(digests), keys.newest, previous))
    await connection.execute(
        insert(audit_seal).values(
            sealed_at=ended.now,
            from_transaction=begins,
            below_transaction=below,
            entry_count=len(ids),
            entry_ids=ids,
            entry_digests=bytes(digests),
            key_id=keys.newest,
            previous=previous,
            hash=made,
        )
    )
    return made, len(ids)
