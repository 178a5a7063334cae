"""Comparing the record with the index: every key and revision on both sides, in one streaming merge."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from indexer.bulk import Write, send
from stores.elastic import CaseIndex
from stores.outbox import bury, documents, resurrect, revisions, stream_revisions
from stores.postgres import Database, DatabaseConnection

_PAGE = 10_000
_CHECKED_AT_ONCE = 1_000
# Nothing longer is a bigint of PostgreSQL for certain; no case is near it.
_LONGEST_CASE_ID = 18


@dataclass(slots=True)
class Comparison:
    """Cases on each side, and how they differ: missing in the index, stale there, or orphaned (no longer a case).

    `refused` counts those of them that Elasticsearch refuses: they are dead letters.
    """

    database: int = 0
    index: int = 0
    missing: int = 0
    stale: int = 0
    orphaned: int = 0
    repaired: int = 0
    refused: int = 0

    @property
    def differences(self) -> int:
        """How many cases differ."""
        return self.missing + self.stale + self.orphaned

    def as_json(self) -> dict[str, int]:
        """The comparison as the contract writes it."""
        return {
            "database": self.database,
            "index": self.index,
            "missing": self.missing,
            "stale": self.stale,
            "orphaned": self.orphaned,
            "repaired": self.repaired,
        }


async def compare(
    database: Database, index: CaseIndex, *, target: str | None = None, repair: bool = False
) -> Comparison:
    """Compare, and with `repair` put right what differs. Constant memory whatever the number of cases.

    The two sides are read one after the other while both go on changing, so what the walk finds is only a suspicion:
    it counts when both sides still differ as they are now.
    """
    alias = target or index.names.cases
    await index.refresh(alias)
    suspects = _Suspects(database, index, alias, repair)
    found = suspects.found
    async with (
        database.begin() as reading,
        aclosing(_revisions(reading)) as record,
        aclosing(index.scan_revisions(alias)) as indexed,
    ):
        case, document = await anext(record, None), await anext(indexed, None)
        while case is not None or document is not None:
            if document is not None and document.document_id != str(document.case_id):
                # None of ours, or it would stand under its own key.
                await suspects.add(document.document_id)
                found.index += 1
                document = await anext(indexed, None)
            elif document is None or (case is not None and case[0] < document.case_id):
                assert case is not None  # noqa: S101  one of the two is there
                await suspects.add(str(case[0]))
                found.database += 1
                case = await anext(record, None)
            elif case is None or document.case_id < case[0]:
                await suspects.add(document.document_id)
                found.index += 1
                document = await anext(indexed, None)
            else:
                if case[1] != document.version:
                    await suspects.add(document.document_id)
                found.database += 1
                found.index += 1
                case, document = await anext(record, None), await anext(indexed, None)
        await suspects.check()
    if found.repaired:
        await index.refresh(alias)
    return found


async def _revisions(reading: DatabaseConnection) -> AsyncGenerator[tuple[int, int], None]:
    async with aclosing(stream_revisions(reading, page=_PAGE)) as pages:
        async for page in pages:
            for item in page:
                yield item


@dataclass(slots=True)
class _Suspects:
    """Documents that may differ: looked at again in batches, counted if they do, and put right if that is wanted."""

    database: Database
    index: CaseIndex
    alias: str
    repair: bool
    found: Comparison = field(default_factory=Comparison)
    _waiting: list[str] = field(default_factory=list)

    async def add(self, document_id: str) -> None:
        """Take note of a document to look at."""
        self._waiting.append(document_id)
        if len(self._waiting) >= _CHECKED_AT_ONCE:
            await self.check()

    async def check(self) -> None:
        """Look at both sides again, as they are now."""
        if not self._waiting:
            return
        suspected, self._waiting = self._waiting, []
        wanted = await self._revisions_now(suspected)
        held = await self.index.versions(self.alias, suspected)
        # A change that was sent between these two readings is none that the index is ahead by.
        wanted |= await self._revisions_now([key for key in wanted if held.get(key, 0) > wanted[key]])
        orphans: list[Write] = []
        to_send: list[int] = []
        for key in suspected:
            revision, version = wanted.get(key), held.get(key)
            if revision == version:
                continue
            if revision is None:
                assert version is not None  # noqa: S101  the two differ
                self.found.orphaned += 1
                orphans.append(Write(key, version + 1, None))
            elif version is None:
                self.found.missing += 1
                to_send.append(int(key))
            else:
                self.found.stale += 1
                # Nothing that is sent beats a version above the record's own: only a rebuild does.
                to_send += [int(key)] if version < revision else []
        if self.repair and (orphans or to_send):
            await self._put_right(orphans, to_send)

    async def _revisions_now(self, keys: list[str]) -> dict[str, int]:
        case_ids = [int(key) for key in keys if key.isdecimal() and len(key) <= _LONGEST_CASE_ID]
        if not case_ids:
            return {}
        async with self.database.begin() as connection:
            return {str(case_id): revision for case_id, revision in await revisions(connection, case_ids)}

    async def _put_right(self, orphans: list[Write], case_ids: list[int]) -> None:
        async with self.database.begin() as connection:
            fresh = [
                Write(str(doc.case_id), doc.revision, doc.document) for doc in await documents(connection, case_ids)
            ]
        settled = await send(self.index, [self.alias], [*orphans, *fresh])
        sent = {write.document_id: write.revision for write in fresh}
        async with self.database.begin() as connection:
            for key, reason in settled.refused.items():
                await bury(connection, int(key), sent[key], reason)
            taken = {int(key): revision for key, revision in sent.items() if key in settled.taken}
            await resurrect(connection, taken)
        self.found.repaired += len(settled.taken)
        self.found.refused += len(settled.refused)
