"""Comparing the record with the index: every key and revision on both sides, in one streaming merge."""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import NamedTuple

from indexer.bulk import Write, send
from stores.elastic import CaseIndex
from stores.outbox import Standing, bury, documents, resurrect, revisions_behind, standings
from stores.postgres import Database

WINDOW = 10_000
"""Cases read at once from either side, so that no transaction and no view of the index lives long."""

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


@dataclass(frozen=True, slots=True)
class Scope:
    """What a comparison looks at and does: the alias to compare (the cases' unless named), and whether it repairs.

    `overlook_waiting`: a change that waits in the outbox is no difference; a relay is about to tell it.
    """

    alias: str
    repair: bool = False
    overlook_waiting: bool = False


class Window(NamedTuple):
    """Part of a comparison, and the case it went up to: None where it was the last part."""

    found: Comparison
    last_case_id: int | None


async def compare(
    database: Database, index: CaseIndex, *, target: str | None = None, repair: bool = False
) -> Comparison:
    """Compare everything, and with `repair` put right what differs. Constant memory whatever the number of cases."""
    scope = Scope(target or index.names.cases, repair=repair)
    found = Comparison()
    last: int | None = 0
    # An index of another program's under this name is nothing to compare with.
    await index.current_index(scope.alias)
    await index.refresh(scope.alias)
    while last is not None:
        last = (await compare_window(database, index, scope, after=last, size=WINDOW, found=found)).last_case_id
    if found.repaired:
        await index.refresh(scope.alias)
    return found


async def compare_window(
    database: Database, index: CaseIndex, scope: Scope, *, after: int, size: int, found: Comparison | None = None
) -> Window:
    """Compare the next cases behind one, and add what differs to `found`.

    The two sides are read one after the other while both go on changing, so what the merge finds is only a suspicion:
    it counts when both sides still differ as they are now.
    """
    counted = Comparison() if found is None else found
    suspects = _Suspects(database, index, scope, counted)
    async with database.begin() as connection:
        record = await revisions_behind(connection, after=after, first=size)
    counted.database += len(record)
    last = record[-1][0] if len(record) == size else None
    cases = iter(record)
    case = next(cases, None)
    # Below the first case and behind the last one nothing belongs, and all the same something may stand there.
    scan = index.scan_revisions(scope.alias, after=after or None, last=last)
    async with aclosing(scan) as indexed:
        async for document in indexed:
            counted.index += 1
            while case is not None and case[0] < document.case_id:
                await suspects.add(str(case[0]))
                case = next(cases, None)
            if case is None or document.document_id != str(case[0]):
                # No case's, or it would stand under its key.
                await suspects.add(document.document_id)
                continue
            if case[1] != document.version:
                await suspects.add(document.document_id)
            case = next(cases, None)
    while case is not None:
        await suspects.add(str(case[0]))
        case = next(cases, None)
    await suspects.check()
    return Window(counted, last)


@dataclass(slots=True)
class _Suspects:
    """Documents that may differ: looked at again in batches, counted if they do, and put right if that is wanted."""

    database: Database
    index: CaseIndex
    scope: Scope
    found: Comparison
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
        wanted = await self._standings(suspected)
        held = await self.index.versions(self.scope.alias, suspected)
        # A change that was sent between these two readings is none that the index is ahead by.
        wanted |= await self._standings([key for key in wanted if held.get(key, 0) > (wanted[key].revision or 0)])
        orphans: list[Write] = []
        to_send: list[int] = []
        for key in suspected:
            standing, version = wanted.get(key), held.get(key)
            revision = None if standing is None else standing.revision
            if revision == version or (self.scope.overlook_waiting and standing is not None and standing.waiting):
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
        if self.scope.repair and (orphans or to_send):
            await self._put_right(orphans, to_send)

    async def _standings(self, keys: Sequence[str]) -> dict[str, Standing]:
        case_ids = [int(key) for key in keys if key.isdecimal() and len(key) <= _LONGEST_CASE_ID]
        if not case_ids:
            return {}
        async with self.database.begin() as connection:
            return {str(standing.case_id): standing for standing in await standings(connection, case_ids)}

    async def _put_right(self, orphans: list[Write], case_ids: list[int]) -> None:
        async with self.database.begin() as connection:
            fresh = [
                Write(str(doc.case_id), doc.revision, doc.document) for doc in await documents(connection, case_ids)
            ]
        settled = await send(self.index, [self.scope.alias], [*orphans, *fresh])
        sent = {write.document_id: write.revision for write in fresh}
        async with self.database.begin() as connection:
            for key, reason in settled.refused.items():
                await bury(connection, int(key), sent[key], reason)
            taken = {int(key): revision for key, revision in sent.items() if key in settled.taken}
            await resurrect(connection, taken)
        self.found.repaired += len(settled.taken)
        self.found.refused += len(settled.refused)
