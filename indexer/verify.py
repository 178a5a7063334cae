"""Comparing the record with the index: every key and revision on both sides, in one streaming merge."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from indexer.bulk import deletion, index_action
from stores.elastic import CaseIndex
from stores.outbox import documents, stream_revisions
from stores.postgres import Database

_PAGE = 10_000
_REPAIR_BATCH = 1_000


@dataclass(slots=True)
class Comparison:
    """Cases on each side, and how they differ: missing in the index, stale there, or orphaned (no longer a case)."""

    database: int = 0
    index: int = 0
    missing: int = 0
    stale: int = 0
    orphaned: int = 0
    repaired: int = 0

    @property
    def differences(self) -> int:
        """How many cases differ."""
        return self.missing + self.stale + self.orphaned


async def compare(
    database: Database, index: CaseIndex, *, target: str | None = None, repair: bool = False
) -> Comparison:
    """Compare, and with `repair` put right what differs. Constant memory whatever the number of cases.

    A difference may be a change on its way: a repair sends the case as it is now, never what the comparison saw.
    """
    found = Comparison()
    mender = _Mender(database, index, target or index.names.cases) if repair else None
    async with database.begin() as reading:
        async for case_id, revision, version in _merge(
            _flatten(stream_revisions(reading, page=_PAGE)), index.scan_revisions(target)
        ):
            found.database += revision is not None
            found.index += version is not None
            if revision == version:
                continue
            found.missing += version is None
            found.orphaned += revision is None
            found.stale += revision is not None and version is not None
            if mender is not None:
                await mender.add(case_id, version if revision is None else None)
    if mender is not None:
        await mender.flush()
        found.repaired = mender.repaired
        await index.refresh(target)
    return found


async def _flatten(pages: AsyncIterator[Sequence[tuple[int, int]]]) -> AsyncIterator[tuple[int, int]]:
    async for page in pages:
        for item in page:
            yield item


async def _merge(
    record: AsyncIterator[tuple[int, int]], indexed: AsyncIterator[tuple[int, int]]
) -> AsyncIterator[tuple[int, int | None, int | None]]:
    """Walk two lists of (case id, number) by id: (case id, number in the record, number in the index)."""
    case, document = await anext(record, None), await anext(indexed, None)
    while case is not None or document is not None:
        if document is None or (case is not None and case[0] < document[0]):
            assert case is not None  # noqa: S101  one of the two is there
            yield case[0], case[1], None
            case = await anext(record, None)
        elif case is None or document[0] < case[0]:
            yield document[0], None, document[1]
            document = await anext(indexed, None)
        else:
            yield case[0], case[1], document[1]
            case, document = await anext(record, None), await anext(indexed, None)


class _Mender:
    """Sends and deletes what differs, in batches."""

    def __init__(self, database: Database, index: CaseIndex, alias: str) -> None:
        self._database, self._index, self._alias = database, index, alias
        self._to_send: list[int] = []
        self._to_delete: list[tuple[int, int]] = []
        self.repaired = 0

    async def add(self, case_id: int, orphaned_version: int | None) -> None:
        """Take note of a case to send, or of a document without a case and its version."""
        if orphaned_version is None:
            self._to_send.append(case_id)
        else:
            self._to_delete.append((case_id, orphaned_version + 1))
        if len(self._to_send) + len(self._to_delete) >= _REPAIR_BATCH:
            await self.flush()

    async def flush(self) -> None:
        """Put right what waits; what Elasticsearch does not take counts as not repaired."""
        async with self._database.begin() as connection:
            fresh = await documents(connection, self._to_send)
        lines = [index_action(self._alias, case.case_id, case.revision, case.document) for case in fresh]
        lines += [deletion(self._alias, case_id, version) for case_id, version in self._to_delete]
        if lines:
            failed = await self._index.bulk(b"".join(lines))
            self.repaired += len(lines) - len(failed)
        self._to_send, self._to_delete = [], []
