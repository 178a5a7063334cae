"""Storing what follows the cases of a feed, set-based: a few statements for each kind of a batch of rows.

The stored records of a batch's cases are read in one statement, merged in memory (`stores.follow_up_matching`), and
written back by COPY and one statement.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from psycopg import AsyncConnection, AsyncCursor
from psycopg.sql import SQL, Composable, Identifier
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection as PooledConnection

from schema.follow_up_tables import FOLLOW_UPS, told_columns
from schema.vocabularies import FeedErrorCode, FeedKind, RowOutcome
from stores.case_loading import Json, Rejection
from stores.follow_up_matching import (
    MAX_RECORDS,
    RULES,
    KnownRecord,
    Settled,
    Telling,
    ToldRow,
    identity_of,
    merge_rows,
)
from stores.quoting import quoting_nothing

_CONFLICT = (
    "Another row of this file tells of the same record and says something else. The first row stands: "
    "send the right one again in a file of its own."
)
_TOO_MANY = (
    f"This case has {MAX_RECORDS} records of this kind already, and no case has more. Correct the document number, or "
    "the days and numbers by which a record is known again."
)


class StagedFollowUp(NamedTuple):
    """A row of a registered agency, ready to be merged; `raw` is encrypted.

    `agency_sent` is the decided name under which it came, None under a registered one.
    """

    ordinal: int
    line: int
    kind: FeedKind
    agency_id: int
    agency_sent: str | None
    document_number: str
    told: ToldRow
    key_id: str
    raw: bytes
    warnings: Json

    @property
    def case(self) -> "Case":
        """What the row knows its case by."""
        return self.agency_id, self.document_number


Case = tuple[int, str]
"""An agency's id and a document number: what a record knows its case by."""


@dataclass(slots=True)
class MergedFollowUps:
    """What became of a batch; `refused` are the rejected rows but for those in conflict."""

    outcomes: Counter[RowOutcome] = field(default_factory=Counter)
    refused: list[Rejection] = field(default_factory=list)


# Every accepted row of the run: what it told of, and where its case was when it was merged.
_CREATE = """
CREATE TEMPORARY TABLE followed (
  ordinal integer, kind text COLLATE "C", record_id bigint, identity text, digest bytea, source_updated_at timestamptz,
  agency_id bigint, document_number text COLLATE "C", case_id bigint
) ON COMMIT DROP;
CREATE INDEX ON followed (kind, record_id)
"""
_FOLLOWED = (
    "ordinal",
    "kind",
    "record_id",
    "identity",
    "digest",
    "source_updated_at",
    "agency_id",
    "document_number",
    "case_id",
)
_KEPT = ("run_id", "ordinal", "line", "outcome", "case_id", "key_id", "raw", "warnings")

_OF_CASES = SQL("JOIN unnest(%s::bigint[], %s::text[]) AS wanted (agency_id, document_number)") + SQL(
    " USING (agency_id, document_number)"
)
_JOIN_ARRIVED = """
UPDATE feed_row r SET case_id = c.id
  FROM followed f JOIN penalty_case c ON c.agency_id = f.agency_id AND c.document_number = f.document_number
 WHERE f.case_id IS NULL AND r.run_id = %s AND r.ordinal = f.ordinal
"""
_COUNT_WAITING = """
SELECT count(*) FROM followed f
 WHERE NOT EXISTS (SELECT FROM penalty_case c
                    WHERE c.agency_id = f.agency_id AND c.document_number = f.document_number)
"""


# As the step `remember_names` does for cases.
_REMEMBER_NAMES = """
WITH told AS (
  SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::boolean[]) AS told (kind, record_id, sent, is_new)
), known AS (
  SELECT DISTINCT n.kind, n.record_id FROM told JOIN follow_up_agency_name n USING (kind, record_id)
)
INSERT INTO follow_up_agency_name (kind, record_id, sent)
SELECT kind, record_id, coalesce(sent, '') FROM told LEFT JOIN known USING (kind, record_id)
 WHERE sent IS NOT NULL OR known IS NOT NULL
 UNION
SELECT kind, record_id, '' FROM told t
 WHERE sent IS NOT NULL AND NOT EXISTS (SELECT FROM known k WHERE (k.kind, k.record_id) = (t.kind, t.record_id))
   AND NOT EXISTS (SELECT FROM told n WHERE (n.kind, n.record_id) = (t.kind, t.record_id) AND n.is_new)
ON CONFLICT DO NOTHING
"""


class FollowUpLoad:
    """What follows the cases of one run, inside its transaction."""

    def __init__(self, connection: PooledConnection, run_id: int) -> None:
        """Nothing is asked of the database before the first rows come."""
        self._connection = connection
        self._run_id = run_id
        self._cursor: AsyncCursor[Any] | None = None
        self._staging_tables: set[str] = set()

    async def merge(self, rows: Sequence[StagedFollowUp]) -> MergedFollowUps:
        """Merge rows in their order, keep them as they were sent, and tell what became of them."""
        merged = MergedFollowUps()
        with quoting_nothing():
            cursor = await self._opened()
            settled: list[tuple[StagedFollowUp, Settled]] = []
            for kind in FOLLOW_UPS:
                of_kind = [row for row in rows if row.kind is kind]
                if of_kind:
                    settled += await self._merge_kind(cursor, kind, of_kind)
            await self._keep(cursor, settled, merged)
        return merged

    async def finish(self) -> int:
        """Join the run's rows to cases that came behind them; answers how many accepted rows wait for their case."""
        if self._cursor is None:
            return 0
        with quoting_nothing():
            await self._cursor.execute("ANALYZE followed")
            await self._cursor.execute(_JOIN_ARRIVED, [self._run_id])
            await self._cursor.execute(_COUNT_WAITING)
            ((waiting,),) = await self._cursor.fetchall()
        return int(waiting)

    async def _opened(self) -> AsyncCursor[Any]:
        if self._cursor is None:
            raw = await self._connection.get_raw_connection()
            driver: AsyncConnection[Any] = raw.driver_connection  # type: ignore[assignment]  # psycopg, by the engine's URL
            cursor = driver.cursor()
            await cursor.execute(_CREATE)
            self._cursor = cursor
        return self._cursor

    async def _merge_kind(
        self, cursor: AsyncCursor[Any], kind: FeedKind, rows: Sequence[StagedFollowUp]
    ) -> list[tuple[StagedFollowUp, Settled]]:
        of_cases: defaultdict[Case, list[StagedFollowUp]] = defaultdict(list)
        for row in rows:
            of_cases[row.case].append(row)
        known = await self._read_known(cursor, kind, of_cases)
        settled: list[tuple[StagedFollowUp, Settled]] = []
        for case, of_case in of_cases.items():
            results = merge_rows(kind, known[case], [row.told for row in of_case])
            settled += zip(of_case, results, strict=True)
        await self._update(cursor, FOLLOW_UPS[kind], known)
        await self._insert(cursor, FOLLOW_UPS[kind], known)
        return settled

    async def _read_known(
        self, cursor: AsyncCursor[Any], kind: FeedKind, cases: Iterable[Case]
    ) -> defaultdict[Case, list[KnownRecord]]:
        """The records of the cases in the order in which they came, with what the file told of them so far."""
        table = FOLLOW_UPS[kind]
        columns = told_columns(table)
        await cursor.execute(
            SQL(
                "SELECT agency_id, document_number, id, source_updated_at, digest, told, {} FROM {} {} ORDER BY id"
            ).format(_names(columns), Identifier(table.name), _OF_CASES),
            _arrays(cases),
        )
        known: defaultdict[Case, list[KnownRecord]] = defaultdict(list)
        by_id: dict[int, KnownRecord] = {}
        for agency_id, document_number, record_id, source_updated_at, digest, told, *values in await cursor.fetchall():
            by_id[record_id] = record = KnownRecord(
                id=record_id,
                values=dict(zip(columns, values, strict=True)),
                digest=digest,
                told=tuple(told),
                source_updated_at=source_updated_at,
            )
            known[agency_id, document_number].append(record)
        if by_id:
            await cursor.execute(
                "SELECT record_id, identity, digest, source_updated_at FROM followed "
                "WHERE kind = %s AND record_id = ANY (%s) ORDER BY ordinal",
                [kind.value, list(by_id)],
            )
            for record_id, *telling in await cursor.fetchall():
                by_id[record_id].tellings.append(Telling(*telling))
        return known

    async def _insert(
        self, cursor: AsyncCursor[Any], table: Table, known: Mapping[Case, Sequence[KnownRecord]]
    ) -> None:
        new = [(case, record) for case, records in known.items() for record in records if record.id is None]
        if not new:
            return
        await cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table.name, len(new)]
        )
        for (_case, record), (record_id,) in zip(new, await cursor.fetchall(), strict=True):
            record.id = record_id
        columns = ("agency_id", "document_number", "run_id", *_written(table))
        values = ((*case, self._run_id, *_values(table, record)) for case, record in new)
        staged = await self._stage(cursor, table, columns, values)
        await cursor.execute(
            SQL("INSERT INTO {} ({columns}) SELECT {columns} FROM {} ORDER BY id").format(
                Identifier(table.name), staged, columns=_names(columns)
            )
        )

    async def _update(
        self, cursor: AsyncCursor[Any], table: Table, known: Mapping[Case, Sequence[KnownRecord]]
    ) -> None:
        changed = [
            record for records in known.values() for record in records if record.is_touched and record.id is not None
        ]
        if not changed:
            return
        values = (_values(table, record) for record in changed)
        staged = await self._stage(cursor, table, _written(table), values)
        columns = told_columns(table)
        await cursor.execute(
            SQL(
                "UPDATE {name} t SET ({written}) = ROW ({new_written}), "
                "updated_at = CASE WHEN ({old}) IS DISTINCT FROM ({new}) THEN now() ELSE t.updated_at END "
                "FROM {staged} s WHERE t.id = s.id"
            ).format(
                name=Identifier(table.name),
                staged=staged,
                written=_names(_written(table)),
                new_written=_names(_written(table), of="s"),
                old=_names(columns, of="t"),
                new=_names(columns, of="s"),
            )
        )

    async def _stage(
        self, cursor: AsyncCursor[Any], table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
    ) -> Identifier:
        """Bring rows into a temporary table shaped like one of ours, into which no COPY may write: it has policies."""
        name = f"staged_{table.name}"
        if table.name not in self._staging_tables:
            self._staging_tables.add(table.name)
            await cursor.execute(
                SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT * FROM {} WITH NO DATA").format(
                    Identifier(name), Identifier(table.name)
                )
            )
        await cursor.execute(SQL("TRUNCATE {}").format(Identifier(name)))
        await _copy(cursor, name, columns, rows)
        return Identifier(name)

    async def _keep(
        self, cursor: AsyncCursor[Any], settled: Sequence[tuple[StagedFollowUp, Settled]], merged: MergedFollowUps
    ) -> None:
        """Keep the rows as they were sent, what they told of, and why some were rejected."""
        case_ids = await _read_case_ids(cursor, {row.case for row, _ in settled})
        kept: list[tuple[Any, ...]] = []
        followed: list[tuple[Any, ...]] = []
        rejections: list[Rejection] = []
        for row, (outcome, record) in settled:
            merged.outcomes[outcome] += 1
            case_id = None if outcome is RowOutcome.REJECTED else case_ids.get(row.case)
            kept.append(
                (self._run_id, row.ordinal, row.line, outcome.value, case_id, row.key_id, row.raw, row.warnings)
            )
            if outcome is not RowOutcome.REJECTED and record is not None:
                telling = (identity_of(RULES[row.kind], row.told), row.told.digest, row.told.source_updated_at)
                followed.append((row.ordinal, row.kind.value, record.id, *telling, *row.case, case_id))
            elif record is not None:
                rejections.append(
                    Rejection(self._run_id, row.ordinal, row.line, None, FeedErrorCode.CONFLICT.value, _CONFLICT)
                )
            else:
                merged.refused.append(
                    Rejection(
                        self._run_id, row.ordinal, row.line, "documentNumber", FeedErrorCode.BAD_VALUE.value, _TOO_MANY
                    )
                )
        await _remember_names(cursor, settled)
        await _copy(cursor, "feed_row", _KEPT, kept)
        await _copy(cursor, "followed", _FOLLOWED, followed)
        await _copy(cursor, "rejected_row", Rejection._fields, [*rejections, *merged.refused])


async def _remember_names(cursor: AsyncCursor[Any], settled: Sequence[tuple[StagedFollowUp, Settled]]) -> None:
    accepted = [
        (row.kind.value, record.id, row.agency_sent, outcome is RowOutcome.INSERTED)
        for row, (outcome, record) in settled
        if outcome is not RowOutcome.REJECTED and record is not None
    ]
    if accepted:
        await cursor.execute(_REMEMBER_NAMES, [list(column) for column in zip(*accepted, strict=True)])


async def _read_case_ids(cursor: AsyncCursor[Any], cases: Iterable[Case]) -> dict[Case, int]:
    await cursor.execute(
        SQL("SELECT agency_id, document_number, id FROM penalty_case {}").format(_OF_CASES), _arrays(cases)
    )
    return {(agency_id, number): case_id for agency_id, number, case_id in await cursor.fetchall()}


def _arrays(cases: Iterable[Case]) -> list[list[int] | list[str]]:
    """Cases as two arrays side by side."""
    wanted = list(cases)
    return [[agency_id for agency_id, _ in wanted], [number for _, number in wanted]]


def _names(columns: Sequence[str], *, of: str | None = None) -> Composable:
    return SQL(", ").join(Identifier(column) if of is None else Identifier(of, column) for column in columns)


def _written(table: Table) -> tuple[str, ...]:
    """The columns that merging decides about."""
    return ("id", *told_columns(table), "source_updated_at", "digest", "told")


def _values(table: Table, record: KnownRecord) -> tuple[Any, ...]:
    told = (
        Json(record.values[column]) if isinstance(table.c[column].type, JSONB) else record.values[column]
        for column in told_columns(table)
    )
    return (record.id, *told, record.source_updated_at, record.digest, list(record.told))


async def _copy(
    cursor: AsyncCursor[Any], table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]] | Iterable[Any]
) -> None:
    async with cursor.copy(SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), _names(columns))) as copy:
        for row in rows:
            await copy.write_row(row)
