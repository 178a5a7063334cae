"""What every command shares: settings to servers, one way to run, one way to print."""

import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import anyio
import orjson
import structlog
import typer

from stores.elastic import CaseIndex
from stores.embedded import start_embedded
from stores.errors import JianduError, SettingsError
from stores.keys import KeyRing, load_key_ring
from stores.migrating import current_revision, migrate, newest_revision
from stores.postgres import Database, parse_database_url
from stores.settings import Settings

CHINA = ZoneInfo("Asia/Shanghai")
NOT_DONE = 2

Value = TypeVar("Value")


def now() -> datetime:
    """The clock of the program."""
    return datetime.now(CHINA)


@dataclass(frozen=True, slots=True)
class Runtime:
    """The servers of an installation, opened."""

    settings: Settings
    database: Database
    index: CaseIndex | None

    @property
    def keys(self) -> KeyRing:
        """The keys at rest."""
        return load_key_ring(self.settings)

    def required_index(self) -> CaseIndex:
        """The index; SettingsError where none is configured."""
        if self.index is None:
            raise SettingsError(
                "No Elasticsearch is configured. Set JIANDU_ELASTICSEARCH_URL, such as http://localhost:9200."
            )
        return self.index


@asynccontextmanager
async def open_runtime(settings: Settings, *, patient: bool = True) -> AsyncIterator[Runtime]:
    """Open the servers the settings name; the embedded database is started and migrated first.

    `patient` statements may take as long as they need; those of a server that people wait for may not.
    """
    timeout = None if patient else settings.query_timeout_seconds
    if settings.database_url is None:
        embedded = await start_embedded(settings.data_dir)
        if await current_revision(embedded.application) != newest_revision():
            await migrate(embedded.owner)
        url = embedded.application
    else:
        url = parse_database_url(settings.database_url.get_secret_value(), "JIANDU_DATABASE_URL")
    database = Database(url, statement_timeout_seconds=timeout)
    index = None if settings.elasticsearch_url is None else CaseIndex(settings)
    try:
        yield Runtime(settings, database, index)
    finally:
        with anyio.CancelScope(shield=True):
            await database.close()
            if index is not None:
                await index.close()


def set_up_logging() -> None:
    """Log to standard error: for a person on a terminal, as key=value elsewhere."""
    renderer: Any = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.LogfmtRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(20),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


class Terminated(SystemExit):
    """SIGTERM: end as after Ctrl-C, so that everything is closed on the way out."""


def _terminate(_signal: int, _frame: object) -> NoReturn:
    raise Terminated(NOT_DONE)


def run(work: Callable[[], Coroutine[Any, Any, Value]], *, endless: bool = False) -> Value | None:
    """Run a command's work. Work without an end is done when somebody ends it; any other then is not."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        return anyio.run(work)
    except (KeyboardInterrupt, Terminated):
        if endless:
            return None
        typer.echo("Interrupted; nothing was left half done.", err=True)
        raise typer.Exit(NOT_DONE) from None


def print_json(value: Any) -> None:
    """One JSON document on one line of standard output."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE, default=str))
    sys.stdout.buffer.flush()


async def with_runtime(settings: Settings, work: Callable[[Runtime], Awaitable[Value]]) -> Value:
    """Open the servers, work, close them."""
    async with open_runtime(settings) as runtime:
        return await work(runtime)


def fail(error: JianduError) -> NoReturn:
    """Say what is wrong on standard error and end with `not done`."""
    typer.echo(f"jiandu: {error.message}", err=True)
    raise typer.Exit(NOT_DONE) from error
