"""Whether the audit trail is what was sealed: every entry and every seal, in constant memory."""

import hmac
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Executable, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.audit_tables import audit_seal
from stores.audit_seals import DIGEST_BYTES, ENTRY_TEXT, Seal, digest_of, seal_of
from stores.keys import KeyRing
from stores.postgres import Database

_SHOWN: Final = 20
_PAGE: Final = 500

_ENTRIES: Final = text(
    f"SELECT e.id, e.transaction, e.at, {ENTRY_TEXT} AS told FROM audit_entry e"  # noqa: S608  put together from our own constants
    " ORDER BY e.transaction, e.id"
)


@dataclass(slots=True)
class Entries:
    """Entries of one fault: how many, and the ids of the first."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, entry_id: int) -> None:
        """Count an entry."""
        self.count += 1
        if len(self.first) < _SHOWN:
            self.first.append(entry_id)


@dataclass(slots=True)
class Verification:
    """What was found: entries and seals, and what does not fit.

    `first_fault` is the first seal that does not fit: it was changed itself, what stood before it was removed, or an
    entry of its transactions was changed, removed or inserted. `expected_found` is None where no hash was expected.
    `unsealed_since` is when the oldest entry without a seal was written: a server that runs seals every minute.
    """

    seals: int = 0
    sealed: int = 0
    unsealed: int = 0
    unsealed_since: datetime | None = None
    newest: bytes | None = None
    first_fault: int | None = None
    changed_seals: Entries = field(default_factory=Entries)
    broken_chain: Entries = field(default_factory=Entries)
    changed: Entries = field(default_factory=Entries)
    removed: Entries = field(default_factory=Entries)
    inserted: Entries = field(default_factory=Entries)
    expected_found: bool | None = None

    @property
    def fits(self) -> bool:
        """Whether nothing was tampered with."""
        return self.first_fault is None and self.expected_found is not False

    def blame(self, seal: Seal, kind: Entries, record_id: int) -> None:
        """Count something that does not fit a seal."""
        kind.add(record_id)
        if self.first_fault is None:
            self.first_fault = seal.id

    def wait(self, at: datetime) -> None:
        """Count an entry that no seal holds."""
        self.unsealed += 1
        self.unsealed_since = at if self.unsealed_since is None else min(at, self.unsealed_since)

    def as_json(self) -> dict[str, Any]:
        """The result for scripts."""
        return {
            "fits": self.fits,
            "seals": self.seals,
            "sealed": self.sealed,
            "unsealed": self.unsealed,
            "unsealedSince": self.unsealed_since,
            "newest": None if self.newest is None else self.newest.hex(),
            "firstFault": self.first_fault,
            "changedSeals": self.changed_seals.first,
            "brokenBefore": self.broken_chain.first,
            "changed": {"count": self.changed.count, "first": self.changed.first},
            "removed": {"count": self.removed.count, "first": self.removed.first},
            "inserted": {"count": self.inserted.count, "first": self.inserted.first},
            "expectedFound": self.expected_found,
        }


@dataclass(frozen=True, slots=True)
class _Entry:
    id: int
    transaction: int
    at: datetime
    told: bytes


class _Entries:
    """The entries by transaction, looked at one ahead."""

    def __init__(self, rows: AsyncIterator[Any]) -> None:
        self._rows = rows
        self._next: _Entry | None = None
        self._ended = False

    async def below(self, transaction: int | None) -> AsyncIterator[_Entry]:
        """The next entries of transactions below one; with None all that are left."""
        while True:
            if self._next is None and not self._ended:
                row = await anext(self._rows, None)
                self._ended = row is None
                self._next = None if row is None else _Entry(row.id, row.transaction, row.at, row.told.encode())
            if self._next is None or (transaction is not None and self._next.transaction >= transaction):
                return
            entry, self._next = self._next, None
            yield entry


async def verify_trail(database: Database, keys: KeyRing, *, expected: bytes | None = None) -> Verification:
    """Compare every entry with its seal, and every seal with the one before.

    `expected` is the hash of a seal, kept elsewhere since: that seal must still be there, or the newest were removed.
    Raises SettingsError when a key the seals were made under is not on the ring.
    """
    found = Verification(expected_found=None if expected is None else False)
    async with (
        database.begin() as connection,
        # In this order: an entry of a seal that is read was there before it, and so is read as well.
        _streamed(connection, select(audit_seal).order_by(audit_seal.c.id), page=1) as seals,
        _streamed(connection, _ENTRIES, page=_PAGE) as rows,
    ):
        entries, last = _Entries(rows), None
        async for row in seals:
            seal = seal_of(row)
            await _check(found, keys, seal, last, entries)
            if seal.hash == expected:
                found.expected_found = True
            last, found.newest = seal, seal.hash
        async for entry in entries.below(None):
            found.wait(entry.at)
    return found


@asynccontextmanager
async def _streamed(
    connection: AsyncConnection, statement: Executable, *, page: int
) -> AsyncIterator[AsyncIterator[Any]]:
    result = await connection.stream(statement, execution_options={"yield_per": page})
    try:
        yield aiter(result)
    finally:
        await result.close()


async def _check(found: Verification, keys: KeyRing, seal: Seal, last: Seal | None, entries: _Entries) -> None:
    key = keys.seal_key(seal.key_id)
    found.seals += 1
    if not hmac.compare_digest(digest_of(key, seal.told), seal.hash):
        found.blame(seal, found.changed_seals, seal.id)
    before = (0, None) if last is None else (last.below_transaction, last.hash)
    if (seal.from_transaction, seal.previous) != before:
        found.blame(seal, found.broken_chain, seal.id)
    # Those that no seal holds: the one that did was removed.
    async for entry in entries.below(seal.from_transaction):
        found.wait(entry.at)
    expected = dict(_digests(seal.entry_ids, seal.entry_digests))
    async for entry in entries.below(seal.below_transaction):
        digest = expected.pop(entry.id, None)
        if digest is None:
            found.blame(seal, found.inserted, entry.id)
            continue
        found.sealed += 1
        if not hmac.compare_digest(digest_of(key, entry.told), digest):
            found.blame(seal, found.changed, entry.id)
    for entry_id in expected:
        found.blame(seal, found.removed, entry_id)


def _digests(ids: Sequence[int], digests: bytes) -> Iterator[tuple[int, bytes]]:
    for place, entry_id in enumerate(ids):
        yield entry_id, digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]
