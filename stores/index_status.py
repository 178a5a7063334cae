"""How the index stands: lag, outbox, dead letters, alias, mapping version."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import anyio

from schema.search_document import MAPPING_VERSION
from stores.elastic import CaseIndex
from stores.errors import QueryTimeoutError, SearchIndexError, UnavailableError
from stores.index_walk import last_finished_walk
from stores.outbox import backlog, current_rebuild
from stores.postgres import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """`lag_seconds`: how long the oldest waiting change has waited; None where nothing waits.

    `compared_at` and `differences`: when the last whole comparison that goes on by itself ended, and what it found.
    `fault`: why Elasticsearch told nothing; what only it knows is None then.
    """

    alias: str
    index: str | None = None
    health: str | None = None
    documents: int | None = None
    mapping_version: int | None = None
    wanted_mapping_version: int = MAPPING_VERSION
    outbox: int
    lag_seconds: float | None
    dead_letters: int
    rebuilding: str | None
    compared_at: datetime | None
    differences: int | None
    fault: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The status as commands and probes print it."""
        return asdict(self)


async def index_status(
    database: Database, index: CaseIndex, clock: Callable[[], datetime], *, patience_seconds: float
) -> IndexStatus:
    """Ask both servers, and Elasticsearch for so long at most. Raises UnavailableError when PostgreSQL is away."""
    async with database.begin() as connection:
        waiting = await backlog(connection)
        under_way = await current_rebuild(connection)
        walked = await last_finished_walk(connection)
    told: dict[str, Any] = {"fault": f"Elasticsearch did not answer within {patience_seconds:g} s."}
    with anyio.move_on_after(patience_seconds):
        try:
            told = await _told_by_elasticsearch(index)
        except (UnavailableError, QueryTimeoutError, SearchIndexError) as error:
            told = {"fault": error.message}
    return IndexStatus(
        alias=index.names.cases,
        outbox=waiting.pending,
        lag_seconds=None if waiting.oldest is None else (clock() - waiting.oldest).total_seconds(),
        dead_letters=waiting.dead_letters,
        rebuilding=None if under_way is None else under_way.index_name,
        compared_at=None if walked is None else walked.finished_at,
        differences=None if walked is None else walked.missing + walked.stale + walked.orphaned,
        **told,
    )


async def _told_by_elasticsearch(index: CaseIndex) -> dict[str, Any]:
    current = await index.current_index()
    told: dict[str, Any] = {"index": current, "health": await index.health()}
    if current is not None:
        told |= {"documents": await index.count(), "mapping_version": await index.mapping_version(current)}
    return told
