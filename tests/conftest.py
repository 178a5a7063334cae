"""One PostgreSQL and one Elasticsearch for the whole run; a database cloned from a migrated template for each test."""

import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import anyio
import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import URL

from schema.access_records import EVERYTHING
from stores.elastic import CaseIndex
from stores.embedded import EmbeddedDatabase, start_embedded, stop_embedded
from stores.keys import KeyRing, parse_key_ring
from stores.migrating import migrate
from stores.postgres import Database
from stores.settings import Settings
from tests.elasticsearch_server import ElasticsearchServer
from tests.folders import new_folder, temporary_parent

CHINA = ZoneInfo("Asia/Shanghai")
REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"
# Searches that are not about patience have plenty of it: other tests may keep this machine busy.
SEARCH_PATIENCE_SECONDS = 30.0
TEST_KEY = "test:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


def dsn(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def seeing_all(url: URL) -> str:
    """The address for a driver of the test's own, whose transactions see everything."""
    return dsn(url.update_query_dict({"options": "-cjiandu.everything=on"}))


@contextmanager
def migrated_postgres(folder: Path, *not_needed: str) -> Iterator[EmbeddedDatabase]:
    """A PostgreSQL server with a migrated template database; `not_needed` names settings that it is run without."""
    try:
        server = anyio.run(start_embedded, folder)
        anyio.run(migrate, server.owner)
        with psycopg.connect(dsn(server.superuser), autocommit=True) as connection:
            for setting in not_needed:
                connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("ALTER DATABASE jiandu RENAME TO jiandu_template")
        yield server
    finally:
        anyio.run(stop_embedded, folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedDatabase]:
    """The run's PostgreSQL server, with a migrated template database."""
    folder = new_folder()
    # Nothing here has to survive a power cut.
    with migrated_postgres(folder, "fsync", "synchronous_commit", "full_page_writes") as server:
        yield server


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """A database of one test, as each role sees it."""

    __test__ = False

    superuser: URL
    owner: URL
    application: URL


@contextmanager
def cloned_database(postgres: EmbeddedDatabase) -> Iterator[TestDatabase]:
    """A fresh database at the newest revision, dropped in the end."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(dsn(postgres.superuser), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE jiandu_template OWNER jiandu_owner STRATEGY FILE_COPY")
        try:
            yield TestDatabase(
                postgres.superuser.set(database=name),
                postgres.owner.set(database=name),
                postgres.application.set(database=name),
            )
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_urls(postgres: EmbeddedDatabase) -> Iterator[TestDatabase]:
    """The test's own database."""
    with cloned_database(postgres) as urls:
        yield urls


@pytest.fixture
async def database(database_urls: TestDatabase) -> AsyncIterator[Database]:
    """The application's way to the test's database."""
    opened = Database.at(database_urls.application, scope=EVERYTHING)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def elasticsearch() -> Iterator[str]:
    """The run's Elasticsearch."""
    with ElasticsearchServer(parent=temporary_parent()) as server:
        yield server.url


@pytest.fixture
def search_settings(elasticsearch: str) -> Settings:
    """Settings that name the run's Elasticsearch, under a prefix of the test's own."""
    return Settings(
        elasticsearch_url=SecretStr(elasticsearch),
        elasticsearch_prefix=f"t{secrets.token_hex(6)}",
        search_patience_seconds=SEARCH_PATIENCE_SECONDS,
    )


@pytest.fixture
async def index(search_settings: Settings) -> AsyncIterator[CaseIndex]:
    """The test's own index names; every index of the test goes with it."""
    opened = CaseIndex(search_settings)
    yield opened
    for name in await opened.our_indices():
        await opened.drop(name)
    await opened.close()


@pytest.fixture
def keys() -> KeyRing:
    return parse_key_ring(TEST_KEY)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    return lambda: datetime.now(CHINA)
