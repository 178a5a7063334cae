"""How the index stands: lag, outbox, dead letters, alias, mapping version."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from schema.search_document import MAPPING_VERSION
from stores.elastic import CaseIndex
from stores.index_walk import last_finished_walk
from stores.outbox import backlog, current_rebuild
from stores.postgres import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """`lag_seconds`: how long the oldest waiting change has waited; None where nothing waits.

    `compared_at` and `differences`: when the last whole comparison that goes on by itself ended, and what it found.
    """

    alias: str
    index: str | None
    health: str
    documents: int | None
    mapping_version: int | None
    wanted_mapping_version: int
    outbox: int
    lag_seconds: float | None
    dead_letters: int
    rebuilding: str | None
    compared_at: datetime | None
    differences: int | None

    def as_json(self) -> dict[str, Any]:
        """The status as commands and probes print it."""
        return asdict(self)


async def index_status(database: Database, index: CaseIndex, clock: Callable[[], datetime]) -> IndexStatus:
    """Ask both servers. Raises UnavailableError when one does not answer."""
    async with database.begin() as connection:
        waiting = await backlog(connection)
        under_way = await current_rebuild(connection)
        walked = await last_finished_walk(connection)
    current = await index.current_index()
    return IndexStatus(
        alias=index.names.cases,
        index=current,
        health=await index.health(),
        documents=None if current is None else await index.count(),
        mapping_version=None if current is None else await index.mapping_version(current),
        wanted_mapping_version=MAPPING_VERSION,
        outbox=waiting.pending,
        lag_seconds=None if waiting.oldest is None else (clock() - waiting.oldest).total_seconds(),
        dead_letters=waiting.dead_letters,
        rebuilding=None if under_way is None else under_way.index_name,
        compared_at=None if walked is None else walked.finished_at,
        differences=None if walked is None else walked.missing + walked.stale + walked.orphaned,
    )
