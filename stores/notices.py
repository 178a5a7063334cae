"""Notices of PostgreSQL (LISTEN, NOTIFY): they wake whoever waits, and one that is lost loses nothing."""

from psycopg import AsyncConnection as DriverConnection
from psycopg import OperationalError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from stores.errors import UnavailableError


async def listen_to(connection: AsyncConnection, channel: str) -> None:
    """Hear of what is told on a channel from now on; the connection must be in autocommit mode."""
    await connection.execute(text(f"LISTEN {channel}"))


async def heard(connection: AsyncConnection, seconds: float) -> list[tuple[str, str]]:
    """What was told, with its channel, as soon as something is; nothing when time is over. Raises UnavailableError."""
    raw = await connection.get_raw_connection()
    driver: DriverConnection[tuple[object, ...]] = raw.driver_connection  # type: ignore[assignment]  # psycopg's
    try:
        return [(notice.channel, notice.payload) async for notice in driver.notifies(timeout=seconds, stop_after=1)]
    except OperationalError as error:
        # The driver itself waits here, so its error has not come through SQLAlchemy, which must hear that it is dead.
        await connection.invalidate()
        raise UnavailableError("PostgreSQL does not answer: the connection that waits for changes was lost.") from error
