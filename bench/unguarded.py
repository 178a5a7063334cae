"""`jiandu serve` less row-level security, less the audit trail, or less both: what their cost is measured against.

Nothing can tell the product to do without either. What does without is put in its place here, in processes of the
benchmark. The scope that is compiled into every query stays, and so do the answers.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from psycopg import sql
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

import api.context
import commands.runtime
import commands.serve
from api.auditing import Audit
from bench.servers import Servers
from bench.timing import require
from commands.main import main
from schema.access_records import Scope
from stores.keys import KeyRing
from stores.postgres import APPLICATION_ROLE, BEGINNING, Database, DatabaseConnection

BYPASSING_ROLE: Final = "bench_bypassing"
"""May do what the application may, and no policy applies to it."""

_SUPERUSER: Final = "postgres"
_AS_BYPASSING = sql.SQL("SET ROLE {}").format(sql.Identifier(BYPASSING_ROLE))


def program(*, row_security: bool, audit: bool) -> str:
    """What Python runs as `jiandu`, with or without either."""
    return f"from bench.unguarded import run; run(row_security={row_security}, audit={audit})"


def make_bypassing_role(servers: Servers) -> None:
    """Make the role whom no policy makes wait, and make sure of it: just the application's own sees a policy."""
    role, application = sql.Identifier(BYPASSING_ROLE), sql.Identifier(APPLICATION_ROLE)
    with servers.superuser(servers.record) as connection:
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [BYPASSING_ROLE]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} BYPASSRLS IN ROLE {}").format(role, application))
        protected = (
            "SELECT count(*), count(*) FILTER (WHERE row_security_active(oid)) FROM pg_class WHERE relrowsecurity"
        )
        for acting, applies in ((application, True), (role, False)):
            connection.execute(sql.SQL("SET ROLE {}").format(acting))
            tables, active = connection.execute(protected).fetchone() or (0, 0)
            require(tables and active == (tables if applies else 0), f"{active} of {tables} tables are protected")


class _Unguarded(Database):
    """A database without row-level security, which has to be told no scope either."""

    @classmethod
    def at(cls, url: URL, *, scope: Scope, statement_timeout_seconds: float | None = None) -> "_Unguarded":
        opened = Database.at(
            url.set(username=_SUPERUSER), scope=scope, statement_timeout_seconds=statement_timeout_seconds
        )

        @event.listens_for(opened.engine.sync_engine, "connect")
        def bypass(connection: Any, _record: object) -> None:
            connection.cursor().execute(_AS_BYPASSING.as_string())

        return cls(opened.engine, scope)

    def acting(self, scope: Scope) -> "_Unguarded":
        return _Unguarded(self.engine, scope)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.begin() as connection:
            await connection.exec_driver_sql(BEGINNING)
            yield connection


class _NoAudit(Audit):
    """Notes nothing and writes nothing down."""

    def begin(self, info: Any, action: Any, arguments: Mapping[str, Any], *, shown: bool = True) -> None:
        pass

    def gave(self, info: Any, *case_ids: int) -> None:
        pass

    def counted(self, info: Any, count: int | None) -> None:
        pass

    async def searched(self, info: Any, engine: Any) -> None:
        pass

    async def change(
        self, connection: DatabaseConnection, operation: str, detail: Mapping[str, Any], *case_ids: int
    ) -> None:
        pass

    async def write(self) -> None:
        pass


@asynccontextmanager
async def _no_sealing(_database: Database, _keys: KeyRing) -> AsyncIterator[None]:
    yield


def run(*, row_security: bool, audit: bool) -> None:
    """Run `jiandu` with the words of the command line."""
    if not row_security:
        setattr(commands.runtime, "Database", _Unguarded)  # noqa: B010  a type cannot be assigned to
    if not audit:
        setattr(api.context, "Audit", _NoAudit)  # noqa: B010
        setattr(commands.serve, "sealing", _no_sealing)  # noqa: B010
    main()
