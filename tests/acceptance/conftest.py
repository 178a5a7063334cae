"""The program, and the servers its commands are told to use."""

import shutil
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from stores.settings import Settings
from tests.acceptance.program import Program, Running
from tests.conftest import TEST_KEY, TestDatabase, dsn
from tests.folders import new_folder


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    opened = Program(tmp_path_factory.mktemp("program"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def data() -> Iterator[str]:
    """The folder of an embedded database that no command has used yet."""
    folder = new_folder()
    yield str(folder / "data")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def served(program: Program, data: str) -> Iterator[tuple[Running, dict[str, str]]]:
    """A server on the embedded database, which all the other commands share with it."""
    with program.start("serve", "--port", "0", "--json", data_dir=data) as running:
        yield running, running.line()


@pytest.fixture
def servers(database_urls: TestDatabase, search_settings: Settings) -> dict[str, str]:
    """Settings of servers that are not ours to start."""
    assert search_settings.elasticsearch_url is not None
    return {
        "database_url": dsn(database_urls.application),
        "elasticsearch_url": search_settings.elasticsearch_url.get_secret_value(),
        "elasticsearch_prefix": search_settings.elasticsearch_prefix,
        "search_patience_seconds": str(search_settings.search_patience_seconds),
        "data_key": TEST_KEY,
    }


@pytest.fixture
def unmigrated(database_urls: TestDatabase) -> Iterator[TestDatabase]:
    """A database without a table."""
    name = f"{database_urls.application.database}_empty"
    with psycopg.connect(dsn(database_urls.superuser), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 OWNER jiandu_owner".encode())
        yield TestDatabase(*(url.set(database=name) for url in vars_of(database_urls)))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def vars_of(urls: TestDatabase) -> tuple[Any, Any, Any]:
    return urls.superuser, urls.owner, urls.application
