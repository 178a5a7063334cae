"""Cases of one agency in a record and an index that a module's tests share: as good as its own, and far cheaper."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from pydantic import SecretStr
from sqlalchemy import text

from indexer.relay import Relay
from schema.access_records import EVERYTHING
from stores.elastic import CaseIndex
from stores.embedded import EmbeddedDatabase
from stores.postgres import Database
from stores.search.elastic_engine import ElasticEngine
from stores.search.postgres_engine import PostgresEngine
from stores.search.seam import SearchEngine
from stores.settings import Settings
from tests.conftest import cloned_database
from tests.integration.indexing_cases import add_cases
from tests.integration.search_corpus import now

_names = count()


@dataclass(frozen=True, slots=True)
class Shelf:
    """The cases of one agency."""

    database: Database
    index: CaseIndex
    agency: str
    agency_id: int

    @property
    def engines(self) -> tuple[SearchEngine, SearchEngine]:
        """PostgreSQL and Elasticsearch."""
        return PostgresEngine(self.database), ElasticEngine(self.index)

    async def sync(self) -> None:
        """Let the index hear of every change."""
        assert (await Relay(self.database, self.index, now).drain()).pending == 0
        await self.index.refresh()


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where a module's shelves stand."""

    database: Database
    index: CaseIndex

    async def new(self) -> Shelf:
        """An agency that has no case yet."""
        agency = f"第{next(_names)}局"
        await add_cases(self.database, 0, agency=agency)
        async with self.database.begin() as connection:
            agency_id = await connection.scalar(text("SELECT id FROM agency WHERE name = :name"), {"name": agency})
        return Shelf(self.database, self.index, agency, agency_id)


@asynccontextmanager
async def opened_shelves(postgres: EmbeddedDatabase, elasticsearch: str, prefix: str) -> AsyncIterator[Shelves]:
    """A database and an index of a whole module's own, empty."""
    settings = Settings(elasticsearch_url=SecretStr(elasticsearch), elasticsearch_prefix=prefix)
    with cloned_database(postgres) as urls:
        database, index = Database.at(urls.application, scope=EVERYTHING), CaseIndex(settings)
        try:
            yield Shelves(database, index)
        finally:
            for name in await index.our_indices():
                await index.drop(name)
            await index.close()
            await database.close()
