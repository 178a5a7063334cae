"""Searching cases: the configured engine answers, and PostgreSQL where it does not."""

from dataclasses import replace
from functools import partial

import structlog

from stores.elastic import CaseIndex
from stores.errors import ForeignAnswerError, QueryTimeoutError, RefusedRequestError, SearchIndexError, UnavailableError
from stores.postgres import Database
from stores.search.availability import Availability
from stores.search.elastic_engine import ElasticEngine
from stores.search.postgres_engine import PostgresEngine
from stores.search.seam import SearchAnswer, SearchRequest

log = structlog.get_logger()


class CaseSearch:
    """Both engines as one. A process makes one of it: it remembers whether Elasticsearch answers."""

    def __init__(self, database: Database, index: CaseIndex | None) -> None:
        """Choose the engines; without an index PostgreSQL is the configured one."""
        self._postgres = PostgresEngine(database)
        self._elastic = None if index is None else ElasticEngine(index)
        self.availability = (
            None
            if index is None
            else Availability(patience=index.search_patience_seconds, pause=index.search_pause_seconds)
        )

    async def search(self, request: SearchRequest) -> SearchAnswer:
        """Answer one request; `degraded` when Elasticsearch is configured and PostgreSQL had to answer for it."""
        if self._elastic is None or self.availability is None:
            return await self._postgres.search(request)
        try:
            return await self.availability.attempt(partial(self._elastic.search, request))
        except (UnavailableError, QueryTimeoutError, SearchIndexError) as error:
            if isinstance(error, RefusedRequestError):
                # Elasticsearch is well and what we sent is not: no pause mends that, and somebody has to hear of it.
                log.error("Elasticsearch refuses a search, and PostgreSQL answers it", reason=error.message)  # noqa: TRY400  a trace would quote the query
            elif isinstance(error, ForeignAnswerError):
                log.error("Elasticsearch tells of cases out of scope, and PostgreSQL answers", reason=error.message)  # noqa: TRY400  a trace would quote the query
        return replace(await self._postgres.search(request), degraded=True)
