"""The one way to PostgreSQL: an engine whose sessions run as the application's role, and its errors in our words."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import lru_cache
from typing import TypeVar

import orjson
from psycopg.sql import Literal
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from schema.access_records import Scope
from stores.errors import CollisionError, QueryTimeoutError, SettingsError, UnavailableError

DatabaseConnection = AsyncConnection
"""A connection in a transaction, as the stores' functions take it."""

APPLICATION_ROLE = "jiandu_app"
"""Neither owns the tables nor is a superuser, so that row-level security applies to it."""

BEGINNING = "BEGIN ISOLATION LEVEL READ COMMITTED"
"""Of a transaction, before it is told its scope."""

_COVERED = "***"
_SECRET_PARAMETER = re.compile("pass|key|secret|token", re.IGNORECASE)
_QUERY_CANCELED = "57014"
_DEADLOCK_DETECTED = "40P01"
_POOL_SIZE = 10
_Given = TypeVar("_Given")


def parse_database_url(text: str, variable: str) -> URL:
    """Read a database URL, whatever driver it names. Raises SettingsError."""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise SettingsError(
            f"{variable} is no database URL: write postgresql://user:password@host/database."
        ) from error
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise SettingsError(f"{variable} names another database than PostgreSQL: write postgresql://…")
    return url.set(drivername="postgresql+psycopg")


def masked_url(text: str) -> str:
    """A URL with its password covered, also where it stands as a parameter; nothing of it where it cannot be read."""
    try:
        url = make_url(text)
    except ArgumentError:
        return _COVERED
    if "@" in (url.host or ""):
        # A password that holds an @ of its own, and should have been written %40.
        return _COVERED
    covered = {name: _COVERED for name in url.query if _SECRET_PARAMETER.search(name)}
    return url.update_query_dict(covered).render_as_string(hide_password=True).replace("%2A", "*")


class Database:
    """A pool of connections to the record, of which row-level security shows what is in a scope and nothing else."""

    def __init__(self, engine: AsyncEngine, scope: Scope) -> None:
        """Show what is in this scope."""
        self.engine = engine
        self.scope = scope

    @classmethod
    def at(cls, url: URL, *, scope: Scope, statement_timeout_seconds: float | None = None) -> "Database":
        """Remember how to connect; the first use connects."""
        timeout = int((statement_timeout_seconds or 0) * 1000)
        engine = create_async_engine(
            url,
            pool_size=_POOL_SIZE,
            max_overflow=_POOL_SIZE,
            # Parameters are names and facts: they stay out of errors and logs.
            hide_parameters=True,
            connect_args={
                "application_name": "jiandu",
                # jit costs more than it gives for statements of a few milliseconds
                "options": f"-c role={APPLICATION_ROLE} -c timezone=Asia/Shanghai -c jit=off"
                f" -c statement_timeout={timeout}",
            },
            # The driver begins no transaction by itself: `begin` does, and tells the scope in the same message.
            isolation_level="AUTOCOMMIT",
            json_deserializer=orjson.loads,
            json_serializer=lambda value: orjson.dumps(value).decode(),
        )
        return cls(engine, scope)

    def acting(self, scope: Scope) -> "Database":
        """The same connections, showing another scope."""
        return Database(self.engine, scope)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction: committed at the end, rolled back on an exception."""
        with _in_our_words():
            async with AsyncExitStack() as stack:
                try:
                    connection = await stack.enter_async_context(self._entered())
                except DBAPIError as error:
                    if not error.connection_invalidated:
                        raise
                    # One that lay in the pool since before the server was started anew. The others are thrown away too.
                    connection = await stack.enter_async_context(self._entered())
                yield connection

    @asynccontextmanager
    async def _entered(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that was told its scope, by which is known besides that the connection is good."""
        async with self.engine.begin() as connection:
            await connection.exec_driver_sql(_beginning(self.scope))
            yield connection

    async def alone(self, send: Callable[[AsyncConnection], Awaitable[_Given]]) -> _Given:
        """What one statement gives, a transaction of its own that shows nothing of any scope.

        Neither its beginning nor its end has to be waited for. It is sent anew where the server was started anew
        meanwhile, and what it does may then be done twice.
        """
        with _in_our_words():
            try:
                async with self.engine.connect() as connection:
                    return await send(connection)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                async with self.engine.connect() as connection:
                    return await send(connection)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[AsyncConnection]:
        """A connection in no transaction, for LISTEN."""
        with _in_our_words():
            async with self.engine.connect() as connection:
                yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


@lru_cache(maxsize=256)
def _beginning(scope: Scope) -> str:
    """What begins a transaction, and tells its scope for so long: one message, and one answer to wait for."""
    told = (f"set_config('jiandu.{name}', {Literal(value).as_string()}, true)" for name, value in _told(scope).items())
    return f"{BEGINNING}; SELECT {' || '.join(told)}"


def _told(scope: Scope) -> dict[str, str]:
    """A scope as the policies read it."""
    return {
        "everything": _switch(scope.everything),
        "procuratorates": "{" + ",".join(map(str, scope.procuratorate_ids)) + "}",
        "unassigned": _switch(scope.unassigned),
        "agency": "" if scope.agency_id is None else str(scope.agency_id),
        "findings": _switch(scope.findings),
        "criminal_cases": _switch(scope.criminal_cases),
        "audit_trail": _switch(scope.audit_trail),
        "departments": "{" + ",".join(department.value for department in scope.departments) + "}",
        "measures": _switch(scope.measures),
    }


def _switch(on: bool) -> str:
    return "on" if on else "off"


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Faults of the server and of the pool as errors of ours."""
    try:
        yield
    except PoolTimeoutError as error:
        raise UnavailableError("Too many requests wait for PostgreSQL. Try again in a moment.") from error
    except DBAPIError as error:
        raise _translated(error) from error.orig


def _translated(error: DBAPIError) -> Exception:
    """The error in our words where it is about the server; otherwise the error itself, which is a fault of ours."""
    if getattr(error.orig, "sqlstate", None) == _QUERY_CANCELED:
        return QueryTimeoutError("PostgreSQL did not answer in time. Narrow the filter or the dates and try again.")
    if getattr(error.orig, "sqlstate", None) == _DEADLOCK_DETECTED:
        return CollisionError("Others change the same records at this moment, and nothing was changed. Try again.")
    if isinstance(error, OperationalError) and _refused(error):
        return UnavailableError(
            "PostgreSQL refuses the connection. Check the user, the password and the database in JIANDU_DATABASE_URL, "
            f"and that this user may act as the role {APPLICATION_ROLE}, which `jiandu migrate` makes."
        )
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return UnavailableError("PostgreSQL does not answer. Check that it runs and that JIANDU_DATABASE_URL names it.")
    return error


def _refused(error: OperationalError) -> bool:
    """Whether a server is there and would not let us in: libpq keeps what it said, and no code of it."""
    said = str(error.orig)
    return getattr(error.orig, "sqlstate", None) is None and ("FATAL" in said or "致命错误" in said)
