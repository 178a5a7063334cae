"""The outbox, the dead letters and the rebuild under way: what the index still has to be told."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, exists, func, literal, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.index_tables import dead_letter, index_rebuild, outbox
from schema.search_document import DOCUMENT_SQL
from schema.tables import penalty_case
from stores.notices import heard, listen_to

CHANNEL = "jiandu_outbox"

# What a claimed case looks like NOW, in the statement that claims it; a case that is gone has the revision of its end.
_CLAIM = f"""
WITH claimed AS (
  SELECT id, case_id, deleted_revision FROM outbox ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
), wanted AS (
  SELECT case_id, array_agg(id) AS outbox_ids, max(deleted_revision) AS deleted_revision FROM claimed GROUP BY case_id
)
SELECT w.case_id, w.outbox_ids, coalesce(d.revision, w.deleted_revision) AS revision, d.document
  FROM wanted w
  LEFT JOIN LATERAL ({DOCUMENT_SQL} WHERE c.id = w.case_id) d ON true
"""  # noqa: S608  put together from our own constants


class Claimed(NamedTuple):
    """A case whose document is to be sent; `document` is None for a case that is gone."""

    case_id: int
    outbox_ids: list[int]
    revision: int | None
    document: str | None


class Document(NamedTuple):
    """A case's document as JSON text, with the revision it shows."""

    case_id: int
    revision: int
    document: str


@dataclass(frozen=True, slots=True)
class Rebuild:
    """The rebuild under way: the index it fills and the last case it has filled."""

    index_name: str
    last_case_id: int


async def claim(connection: AsyncConnection, batch: int) -> list[Claimed]:
    """Claim waiting rows for this transaction, past rows that other relays hold, with their cases as they are now."""
    rows = await connection.execute(text(_CLAIM), {"batch": batch})
    return [Claimed(row.case_id, row.outbox_ids, row.revision, row.document) for row in rows]


async def acknowledge(connection: AsyncConnection, outbox_ids: Sequence[int]) -> None:
    """Delete rows whose documents the index has."""
    await connection.execute(delete(outbox).where(outbox.c.id == func.any(list(outbox_ids))))


async def bury(connection: AsyncConnection, case_id: int, revision: int, reason: str) -> None:
    """Put a document that Elasticsearch refuses aside, with its reason; nothing where the case has moved on since."""
    still_so = select(literal(case_id), literal(revision), literal(reason), func.now()).where(
        exists().where(penalty_case.c.id == case_id, penalty_case.c.revision == revision)
    )
    columns = [dead_letter.c.case_id, dead_letter.c.revision, dead_letter.c.reason, dead_letter.c.failed_at]
    buried = insert(dead_letter).from_select(columns, still_so)
    await connection.execute(
        buried.on_conflict_do_update(
            index_elements=[dead_letter.c.case_id],
            set_={column.name: buried.excluded[column.name] for column in columns[1:]},
        )
    )


async def resurrect(connection: AsyncConnection, revisions: Mapping[int, int]) -> None:
    """Forget the dead letters of cases of which the index has taken this revision or a higher one."""
    if revisions:
        await connection.execute(
            text(
                "DELETE FROM dead_letter d "
                "USING unnest(CAST(:ids AS bigint[]), CAST(:revisions AS int[])) AS taken(id, revision) "
                "WHERE d.case_id = taken.id AND d.revision <= taken.revision"
            ),
            {"ids": list(revisions.keys()), "revisions": list(revisions.values())},
        )


async def dead_letters(connection: AsyncConnection, *, after: int, first: int) -> list[int]:
    """The cases whose documents were refused, by id, behind a case id."""
    statement = select(dead_letter.c.case_id).where(dead_letter.c.case_id > after).order_by(dead_letter.c.case_id)
    return list(await connection.scalars(statement.limit(first)))


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far the index lies behind."""

    pending: int
    oldest: datetime | None
    dead_letters: int


async def backlog(connection: AsyncConnection) -> Backlog:
    """Count what waits and what was refused."""
    pending, oldest = (await connection.execute(select(func.count(), func.min(outbox.c.queued_at)))).one()
    dead = await connection.scalar(select(func.count()).select_from(dead_letter))
    return Backlog(pending, oldest, dead or 0)


async def newest_waiting(connection: AsyncConnection) -> int:
    """The newest row that waits; 0 where none does."""
    return await connection.scalar(select(func.coalesce(func.max(outbox.c.id), 0))) or 0


async def waiting_up_to(connection: AsyncConnection, newest: int) -> int:
    """How many rows still wait up to one of them, those other relays hold included."""
    return await connection.scalar(select(func.count()).where(outbox.c.id <= newest)) or 0


async def current_rebuild(connection: AsyncConnection) -> Rebuild | None:
    """The rebuild under way. A relay asks after it has claimed, so that none begun before its claim is missed."""
    row = (await connection.execute(select(index_rebuild.c.index_name, index_rebuild.c.last_case_id))).one_or_none()
    return None if row is None else Rebuild(row.index_name, row.last_case_id)


async def begin_rebuild(connection: AsyncConnection, index_name: str, now: datetime) -> None:
    """Announce a rebuild to the relays."""
    await connection.execute(insert(index_rebuild).values(index_name=index_name, started_at=now))


async def advance_rebuild(connection: AsyncConnection, last_case_id: int) -> None:
    """Remember how far a rebuild has come."""
    await connection.execute(index_rebuild.update().values(last_case_id=last_case_id))


async def end_rebuild(connection: AsyncConnection) -> None:
    """Take the announcement back."""
    await connection.execute(delete(index_rebuild))


async def lock_rebuild(connection: AsyncConnection) -> bool:
    """Whether this transaction now holds the right to rebuild; the server frees it if we die."""
    return bool(await connection.scalar(select(func.pg_try_advisory_xact_lock(20_150_101))))


async def keep_rebuild_lock(connection: AsyncConnection) -> None:
    """Raise UnavailableError when the connection that holds the right to rebuild is lost, and the right with it."""
    await connection.execute(select(1))


# A claim locks its rows, and with them the table in this mode; nothing else does. A name of a transaction is never used
# twice while the server runs.
_CLAIMING = """
SELECT virtualtransaction FROM pg_locks
 WHERE locktype = 'relation' AND mode = 'RowShareLock' AND relation = 'outbox'::regclass
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def claiming(connection: AsyncConnection) -> set[str]:
    """The transactions that hold claimed rows now, by name."""
    return set(await connection.scalars(text(_CLAIMING)))


async def stream_documents(
    connection: AsyncConnection, *, after: int, page: int
) -> AsyncGenerator[Sequence[Document], None]:
    """Every case's document behind a case id, by id, in pages, read by one statement in constant memory."""
    statement = text(f"{DOCUMENT_SQL} WHERE c.id > :after ORDER BY c.id")
    result = await connection.stream(statement, {"after": after}, execution_options={"yield_per": page})
    try:
        # The size is said again: partitions of a text() know nothing of yield_per, and would be one of everything.
        async for rows in result.partitions(page):
            yield [Document(row.id, row.revision, row.document) for row in rows]
    finally:
        await result.close()


async def revisions_behind(connection: AsyncConnection, *, after: int, first: int) -> list[tuple[int, int]]:
    """(case id, revision) of the first cases behind an id, by id."""
    statement = select(penalty_case.c.id, penalty_case.c.revision).where(penalty_case.c.id > after)
    rows = await connection.execute(statement.order_by(penalty_case.c.id).limit(first))
    return [(row.id, row.revision) for row in rows]


class Standing(NamedTuple):
    """How a case stands in the record: its revision, None where there is no such case, and whether a change waits."""

    case_id: int
    revision: int | None
    waiting: bool


_STANDINGS = """
SELECT wanted.id AS case_id, c.revision, EXISTS (SELECT FROM outbox o WHERE o.case_id = wanted.id) AS waiting
  FROM unnest(CAST(:ids AS bigint[])) AS wanted (id) LEFT JOIN penalty_case c ON c.id = wanted.id
"""


async def standings(connection: AsyncConnection, case_ids: Sequence[int]) -> list[Standing]:
    """How some cases stand now, all at one moment: what waits for nothing was told to the index before it."""
    rows = await connection.execute(text(_STANDINGS), {"ids": list(case_ids)})
    return [Standing(*row) for row in rows]


async def documents(connection: AsyncConnection, case_ids: Sequence[int]) -> list[Document]:
    """The documents of some cases as they are now."""
    rows = await connection.execute(text(f"{DOCUMENT_SQL} WHERE c.id = ANY (:ids)"), {"ids": list(case_ids)})
    return [Document(*row) for row in rows]


async def wait_for_notice(connection: AsyncConnection, seconds: float) -> None:
    """Sleep until a change is announced or the time is over, whichever comes first. Raises UnavailableError."""
    await heard(connection, seconds)


async def listen(connection: AsyncConnection) -> None:
    """Hear of changes on this connection from now on; it must be in autocommit mode."""
    await listen_to(connection, CHANNEL)
