"""What every command shares: settings to servers, one way to run, one way to print."""

import signal
import sys
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, MutableMapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import anyio
import orjson
import structlog
import typer

from schema.access_records import EVERYTHING
from stores.elastic import CaseIndex
from stores.embedded import start_embedded
from stores.errors import SettingsError
from stores.keys import KeyRing, load_key_ring
from stores.migrating import current_revision, migrate, newest_revision, require_newest
from stores.postgres import Database, parse_database_url
from stores.settings import Settings

CHINA = ZoneInfo("Asia/Shanghai")
NOT_DONE = 2

# Controls, what turns text around, halves of characters, and separators of lines and paragraphs.
_STEERS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

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

    Raises DatabaseError for a database that is not at this program's revision, UnavailableError for one that is away.
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
    index = None if settings.elasticsearch_url is None else CaseIndex(settings)
    database = Database.at(url, scope=EVERYTHING, statement_timeout_seconds=timeout)
    try:
        await require_newest(database)
        yield Runtime(settings, database, index)
    finally:
        with anyio.CancelScope(shield=True):
            await database.close()
            if index is not None:
                await index.close()


def on_one_line(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Write out, in every text of a log's entry, what would begin a line or steer a terminal: an entry is one line."""
    return {
        name: value if value is None or isinstance(value, int | float) else escaped(str(value))
        for name, value in event.items()
    }


def escaped(text: str) -> str:
    r"""A text with its control characters as Python writes them, such as \x1b."""
    return "".join(
        character.encode("unicode_escape").decode() if unicodedata.category(character) in _STEERS else character
        for character in text
    )


def set_up_logging() -> None:
    """Log to standard error: for a person on a terminal, as key=value elsewhere."""
    renderer: Any = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.LogfmtRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            on_one_line,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(20),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@contextmanager
def _signals_as_interrupts() -> Iterator[None]:
    """SIGTERM and a closed terminal do what Ctrl-C does: work is cancelled, and everything is closed on the way out."""

    def interrupt(_signal: int, _frame: object) -> None:
        signal.raise_signal(signal.SIGINT)

    before = {signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler)}
    for ending in (signal.SIGTERM, signal.SIGHUP):
        before[ending] = signal.signal(ending, interrupt)
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)


def run(work: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
    """Run a command's work; work that somebody ends is not done."""
    try:
        with _signals_as_interrupts():
            return anyio.run(work)
    except KeyboardInterrupt:
        typer.echo("jiandu: interrupted. Nothing is left half done: run it again.", err=True)
        raise typer.Exit(NOT_DONE) from None


def run_until_ended(work: Callable[[], object]) -> None:
    """Run what has no end of its own: it is done when somebody ends it."""
    with suppress(KeyboardInterrupt), _signals_as_interrupts():
        work()


def print_json(value: Any) -> None:
    """One JSON document on one line of standard output."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE, default=str))
    sys.stdout.buffer.flush()


async def with_runtime(settings: Settings, work: Callable[[Runtime], Awaitable[Value]]) -> Value:
    """Open the servers, work, close them."""
    async with open_runtime(settings) as runtime:
        return await work(runtime)


def printable(text: str) -> str:
    """A text of somebody else's for a terminal: what could steer the terminal is left out."""
    return "".join(" " if unicodedata.category(character) in {"Cc", "Cf", "Cs"} else character for character in text)
