"""What the audit trail shows of itself: many views in little time, and views of watched names. And who is watched."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import TextClause

from schema.access_vocabularies import AlertKind
from schema.audit_records import AuditAlert, AuditReader, WatchedName
from schema.audit_tables import watched_name
from schema.tables import party
from schema.tokens import token_text
from stores.audit_readers import readable, reader_parameters
from stores.errors import BadUserInputError
from stores.named_statements import named_statements
from stores.search.scope import in_scope, scope_parameters

_FIELDS: Final = tuple(WatchedName.__dataclass_fields__)


async def find_many_views(
    connection: AsyncConnection,
    reader: AuditReader,
    *,
    since: datetime,
    until: datetime,
    most: int,
    minutes: int,
    first: int,
) -> list[AuditAlert]:
    """Who viewed more than so many distinct cases within so many minutes, newest first, of whom the reader may know.

    Views that go on are one alert: from its first view that was too many to its last. Whether they were too many goes
    by all of them; its `cases` are those that the reader may know of, where the connection's scope is the reader's.
    """
    given = {"since": since, "until": until, "most": most, "minutes": minutes, "first": first}
    rows = await connection.execute(*_for(reader, "many_views", given))
    return [
        AuditAlert(kind=AlertKind.MANY_VIEWS, case_id=None, reason=None, **row) for row in map(dict, rows.mappings())
    ]


async def find_watched_views(
    connection: AsyncConnection, reader: AuditReader, *, since: datetime, until: datetime, first: int
) -> list[AuditAlert]:
    """Views of cases whose party was watched at that time, newest first, one for each entry and case.

    Both the entry and the case are such as the reader may know of, where the connection's scope is the reader's.
    """
    rows = await connection.execute(*_for(reader, "watched_views", {"since": since, "until": until, "first": first}))
    return [AuditAlert(kind=AlertKind.WATCHED_NAME, **row) for row in map(dict, rows.mappings())]


def _for(reader: AuditReader, name: str, given: dict[str, Any]) -> tuple[TextClause, dict[str, Any]]:
    """A statement with all that it goes by."""
    written = named_statements("audit_alerts.sql")[name]
    statement = text(written.replace("$readable", readable("e")).replace("$in_scope", in_scope("c.agency_id")))
    return statement, {**given, **reader_parameters(reader), **scope_parameters(reader.scope)}


async def watch(
    connection: AsyncConnection, *, name: str | None, party_id: int | None, reason: str, set_by: str
) -> WatchedName:
    """Watch a name or a party from now on. Raises BadUserInputError for a name without a letter, or no such party."""
    tokens = None if name is None else token_text(name)
    if tokens == "" or (tokens is None) == (party_id is None):
        raise BadUserInputError("Say whom to watch: a name, or the number of a party.")
    if not reason.strip() or "\x00" in reason:
        raise BadUserInputError("Say why: the reason is shown with every view.")
    if party_id is not None and await connection.scalar(select(party.c.id).where(party.c.id == party_id)) is None:
        raise BadUserInputError("There is no party of this number.")
    values = {"name_tokens": tokens, "party_id": party_id, "reason": reason.strip(), "set_by": set_by}
    added = await connection.execute(
        insert(watched_name).values(values).returning(*(watched_name.c[name] for name in _FIELDS))
    )
    return _watched(added.one())


async def list_watched(connection: AsyncConnection) -> list[WatchedName]:
    """Who is watched now, in the order they were set."""
    columns = (watched_name.c[name] for name in _FIELDS)
    rows = await connection.execute(
        select(*columns).where(watched_name.c.ended_at.is_(None)).order_by(watched_name.c.id)
    )
    return [_watched(row) for row in rows]


async def stop_watching(connection: AsyncConnection, watched_id: int, *, ended_by: str) -> None:
    """Watch a name no longer; what was seen of it so far stays shown. Raises BadUserInputError for an unknown id."""
    ended = await connection.execute(
        update(watched_name)
        .where(watched_name.c.id == watched_id, watched_name.c.ended_at.is_(None))
        .values(ended_by=ended_by, ended_at=func.now())
    )
    if ended.rowcount == 0:
        raise BadUserInputError("No name of this number is watched. See `jiandu audit watch list`.")


def _watched(row: Sequence[Any]) -> WatchedName:
    return WatchedName(**dict(zip(_FIELDS, row, strict=True)))
