"""Storing the cases of a feed, set-based: rows are staged by COPY and merged by a few statements a wave."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import anyio
import orjson
from psycopg import AsyncConnection, AsyncCursor
from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection as PooledConnection

from schema.vocabularies import FeedErrorCode
from stores.named_statements import named_statements
from stores.quoting import quoting_nothing as _quoting_nothing

_CONFLICT = (
    "Another row of this file tells of the same case and says something else. The first row stands: "
    "send the right one again in a file of its own."
)


class Json(Jsonb):
    """A value for a column of type jsonb."""

    def __init__(self, value: Any) -> None:
        """Keep the value until it is sent."""
        super().__init__(value, orjson.dumps)


class StagedRow(NamedTuple):
    """What a row is known by, as it is copied into the staging table; a field is a column of `staged`.

    `digest` is of what the row says, `row_digest` of its bytes and of how they are read.
    `agency_sent` is the decided name under which it came, None under a registered one; `former_keys` are its derived
    keys with the agencies from which cases were moved to its own.
    `party_cover` is a LIKE pattern of the names that a covered one may stand for; None where the name is not covered.
    """

    ordinal: int
    digest: bytes
    row_digest: bytes
    row_warnings: int
    source: str
    identity: str
    agency_id: int
    agency_sent: str | None
    document_number: str | None
    filing_number: str | None
    derived_key: bytes | None
    former_keys: list[bytes]
    source_updated_at: datetime | None
    party_key: str | None
    party_cover: str | None
    party_type: str
    party_name: str | None
    party_uscc: str | None
    party_identity_hash: bytes | None
    party_identity_masked: str | None
    legal_representative: str | None
    representative_names: list[str]
    t_party: str


class StagedContent(NamedTuple):
    """Everything else a row tells of its case; a field is a column of `staged_content`."""

    ordinal: int
    line: int
    title: str | None
    domain: str
    domain_given: bool
    violation_type: str | None
    facts: str | None
    legal_basis: str | None
    penalty_kinds: list[str]
    penalty_content: str | None
    fine: Decimal | None
    confiscated: Decimal | None
    act_ended_on: date | None
    found_on: date | None
    filed_on: date | None
    decided_on: date | None
    served_on: date | None
    payment_due_on: date | None
    paid_on: date | None
    paid_amount: Decimal | None
    entered_at: datetime | None
    deferred_until: date | None
    service_method: str | None
    quantities: Json
    harm: list[str]
    person_names: list[str]
    published_extras: Json
    t_number: str
    t_filing_number: str
    t_title: str
    t_agency: str
    t_violation_type: str
    t_facts: str
    t_basis: str
    t_content: str
    key_id: str
    raw: bytes
    warnings: Json


class StagedCase(NamedTuple):
    """One row as it is staged."""

    row: StagedRow
    content: StagedContent

    @property
    def text_size(self) -> int:
        """Characters of all its token texts together."""
        content = self.content
        return sum(
            map(
                len,
                (
                    self.row.t_party,
                    content.t_number,
                    content.t_filing_number,
                    content.t_title,
                    content.t_agency,
                    content.t_violation_type,
                    content.t_facts,
                    content.t_basis,
                    content.t_content,
                ),
            )
        )


class RecognisedRow(NamedTuple):
    """A row known by its bytes, as it is copied into the table `recognised`."""

    ordinal: int
    row_digest: bytes


class Recognised(NamedTuple):
    """Rows known by their bytes: how many, with how many warnings, and which another row of the file has replaced."""

    rows: int
    warnings: int
    superseded: frozenset[int]


class KeptRow(NamedTuple):
    """A row that is no case, as it is copied into feed_row."""

    run_id: int
    ordinal: int
    line: int
    outcome: str
    key_id: str
    raw: bytes
    warnings: Json


class Rejection(NamedTuple):
    """A rejected row, as it is copied into rejected_row."""

    run_id: int
    ordinal: int
    line: int
    column: str | None
    code: str
    message: str


_KNOWN_ROWS = text("SELECT row_digest FROM case_source WHERE row_digest = ANY (:digests)")
_KNOWN_ROWS_OF = text(
    "SELECT s.row_digest FROM case_source s JOIN penalty_case c ON c.id = s.case_id"
    " WHERE s.row_digest = ANY (:digests) AND c.agency_id = :agency_id"
)

_FIND_STEPS: tuple[str, ...] = (
    "find_by_number",
    "find_by_memory",
    "find_by_former_memory",
    "find_by_filing",
    "find_by_derived_key",
    "find_by_former_key",
)

_STEPS_OF_MOVED_CASES = frozenset({"find_by_former_memory", "find_by_former_key"})
"""Steps that find nothing where no agency of a wave has cases that were moved to it."""

_MERGE_STEPS = (
    "settle_found",
    "apply",
    "recognise_party",
    "keep_known_party",
    "insert_known_parties",
    "update_known_parties",
    "find_known_parties",
    "update_own_parties",
    "number_own_parties",
    "insert_own_parties",
    "learn_representatives",
    "insert_cases",
    "insert_texts",
    "update_texts",
    "update_cases",
    "learn_numbers",
    "settle_updated",
    "forget_replaced_parties",
    "remember_applied",
    "remember_older",
    "remember_seen",
    "remember_names",
    "keep_rows",
    "reject_conflicts",
)


async def known_rows(
    connection: PooledConnection, row_digests: Sequence[bytes], *, only_of: int | None = None
) -> frozenset[bytes]:
    """Which of these digests are of a row that was the last applied of its case, source and identity.

    With `only_of` among the cases of that agency: whether another's row is known is not for everybody to find out.
    """
    digests = list(row_digests)
    if only_of is None:
        found = await connection.execute(_KNOWN_ROWS, {"digests": digests})
    else:
        found = await connection.execute(_KNOWN_ROWS_OF, {"digests": digests, "agency_id": only_of})
    return frozenset(found.scalars())


def _column_list(row: type[tuple[Any, ...]]) -> str:
    names: tuple[str, ...] = row._fields  # type: ignore[attr-defined]  # every NamedTuple has them
    return ", ".join(f'"{name}"' for name in names)


class CaseLoad:
    """The load of one run, inside one transaction: create it, merge waves, and let the transaction decide."""

    def __init__(self, connection: PooledConnection, cursor: AsyncCursor[Any], run_id: int, last_change: int) -> None:
        """Use `start`."""
        self._connection = connection
        self._cursor = cursor
        self._run_id = run_id
        self._changes_before_run = self._changes_after = last_change
        self._find_steps: tuple[str, ...] = _FIND_STEPS

    @classmethod
    async def start(cls, connection: PooledConnection, run_id: int) -> "CaseLoad":
        """Create the staging tables; they go with the transaction."""
        raw = await connection.get_raw_connection()
        driver: AsyncConnection[Any] = raw.driver_connection  # type: ignore[assignment]  # psycopg, by the engine's URL
        cursor = driver.cursor()
        with _quoting_nothing():
            await cursor.execute(named_statements("case_staging.sql")["create"])
            # The search index gathers the pairs of a wave in memory before it writes them; more memory, fewer writes.
            await cursor.execute("SET LOCAL work_mem = '64MB'")
            return cls(connection, cursor, run_id, await _last_change(cursor))

    async def recognise(self, rows: Sequence[RecognisedRow]) -> None:
        """Count rows as told by this file that are, byte for byte, the last ones applied; before the others merge."""
        with _quoting_nothing():
            await self._cursor.execute("TRUNCATE recognised")
            await self._copy("recognised", RecognisedRow, rows)
            await self._cursor.execute(named_statements("case_staging.sql")["see_recognised"])

    async def settle_recognised(self) -> Recognised:
        """How many of them still are, now that the others of their batch are merged."""
        steps = named_statements("case_staging.sql")
        with _quoting_nothing():
            await self._cursor.execute(steps["settle_recognised"])
            found = await self._cursor.fetchall()
            superseded = [ordinal for ordinal, warnings in found if warnings is None]
            if superseded:
                await self._cursor.execute(steps["forget_superseded"], {"ordinals": superseded})
        still = [warnings for _, warnings in found if warnings is not None]
        return Recognised(rows=len(still), warnings=sum(still), superseded=frozenset(superseded))

    async def abandon(self) -> None:
        """Give the load up. A driver that was cancelled may have closed the connection, which the pool must hear of."""
        if self._cursor.connection.closed:
            with anyio.CancelScope(shield=True):
                await self._connection.invalidate()

    async def merge(self, wave: Iterable[StagedCase]) -> dict[str, int]:
        """Merge rows of which no two share a number; answers how many had which outcome."""
        outcomes: Counter[str] = Counter()
        with _quoting_nothing():
            await self._stage(list(wave))
            while await self._settle(outcomes):
                pass
        return dict(outcomes)

    async def _stage(self, wave: Sequence[StagedCase]) -> None:
        are_moved = any(case.row.former_keys for case in wave)
        self._find_steps = tuple(step for step in _FIND_STEPS if are_moved or step not in _STEPS_OF_MOVED_CASES)
        await self._cursor.execute("TRUNCATE staged, staged_content")
        await self._copy("staged", StagedRow, (case.row for case in wave))
        await self._copy("staged_content", StagedContent, (case.content for case in wave))

    async def _settle(self, outcomes: Counter[str]) -> bool:
        """Find the cases of the staged rows and merge into each its first row; whether there are others left."""
        steps = named_statements("case_staging.sql")
        for step in self._find_steps:
            await self._cursor.execute(steps[step])
        await self._cursor.execute(steps["postpone"])
        are_postponed = self._cursor.rowcount > 0
        parameters = {
            "run_id": self._run_id,
            "message": _CONFLICT,
            "changes_before_run": self._changes_before_run,
            "changes_after": self._changes_after,
        }
        for step in _MERGE_STEPS:
            await self._cursor.execute(steps[step], parameters if "%(run_id)s" in steps[step] else None)
        await self._cursor.execute("SELECT outcome, count(*) FROM staged GROUP BY outcome")
        outcomes.update(dict(await self._cursor.fetchall()))
        self._changes_after = await _last_change(self._cursor)
        if are_postponed:
            await self._cursor.execute(steps["resume"])
        return are_postponed

    async def keep(self, rows: Iterable[KeptRow], rejections: Iterable[Rejection]) -> None:
        """Keep rows that are no cases, and why some were rejected."""
        with _quoting_nothing():
            await self._copy("feed_row", KeptRow, rows)
            await self._copy("rejected_row", Rejection, rejections)

    async def conflicts(self, first: int) -> list[dict[str, Any]]:
        """The first rows of the run that were rejected because another row claims their case."""
        with _quoting_nothing():
            await self._cursor.execute(
                "SELECT ordinal, line, code, message FROM rejected_row "
                'WHERE run_id = %s AND code = %s AND "column" IS NULL ORDER BY ordinal LIMIT %s',
                [self._run_id, FeedErrorCode.CONFLICT, first],
            )
            rows = await self._cursor.fetchall()
        return [
            {"ordinal": ordinal, "line": line, "column": None, "code": code, "message": message}
            for ordinal, line, code, message in rows
        ]

    async def _copy(self, table: str, row_type: type[tuple[Any, ...]], rows: Iterable[tuple[Any, ...]]) -> None:
        async with self._cursor.copy(f"COPY {table} ({_column_list(row_type)}) FROM STDIN") as copy:
            for row in rows:
                await copy.write_row(row)


async def _last_change(cursor: AsyncCursor[Any]) -> int:
    """The newest change in the history; whatever this load changes from now on stands behind it."""
    await cursor.execute(named_statements("case_staging.sql")["last_change"])
    (newest,) = await cursor.fetchall()
    return int(newest[0])
