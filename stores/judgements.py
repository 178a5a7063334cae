"""What the rules said of cases, read and written for a run of them: a few statements for each batch.

The steps are `judgements.sql`. What a run needs to know of the law and of findings comes and goes as JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger, Text

from schema.anomaly_records import KnownAnomaly
from stores.anomalies import known_anomaly
from stores.named_statements import named_statements

Json = Mapping[str, Any]

_ONE_AT_A_TIME: Final = 0x6A696E64
"""The advisory lock of a batch: two runs at once would judge one case from two states of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptJudgement:
    """When a case was judged last, by which rule book, on what, and between which days the answers stay."""

    as_of: date
    unchanged_since: date | None
    next_change_on: date | None
    rule_book_id: int
    file_digest: bytes

    def holds(self, as_of: date, rule_book_id: int, file_digest: bytes) -> bool:
        """Whether judging the case again as of a day, on these things, can only give the same answers."""
        return (
            (self.unchanged_since is None or self.unchanged_since <= as_of)
            and (self.next_change_on is None or as_of < self.next_change_on)
            and (rule_book_id, file_digest) == (self.rule_book_id, self.file_digest)
        )


@dataclass(frozen=True, slots=True)
class RunPlace:
    """Where a batch's writes belong: its rule book, its day, its moment."""

    rule_book_id: int
    as_of: date
    now: datetime


async def _run(connection: AsyncConnection, name: str, **parameters: Any) -> Any:
    statement = text(named_statements("judgements.sql")[name])
    arrays: dict[str, type[BigInteger | Text]] = {
        "case_ids": BigInteger,
        "ids": BigInteger,
        "rules": Text,
        "kinds": Text,
    }
    typed = [bindparam(key, type_=ARRAY(arrays[key])) for key, value in parameters.items() if isinstance(value, list)]
    return await connection.execute(statement.bindparams(*typed), parameters)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


async def one_batch_at_a_time(connection: AsyncConnection) -> None:
    """Wait for the batch of another run, until the end of this transaction."""
    await connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))


async def use_rule_book(
    connection: AsyncConnection, digest: bytes, rules: Json, law: Sequence[Json], reading: bytes
) -> int:
    """The id of a rule book, which is kept when it is used first."""
    result = await _run(connection, "use_rule_book", digest=digest, rules=_json(rules), law=_json(law), reading=reading)
    return int(result.scalar_one())


async def other_rule_books(connection: AsyncConnection, rule_book_id: int) -> list[tuple[int, Json, list[Json], bytes]]:
    """(id, versions of rules, values of the law, reading) of every other book by which a case was judged last."""
    rows = await _run(connection, "other_rule_books", rule_book_id=rule_book_id)
    return [(row.id, row.rules, row.law, bytes(row.reading)) for row in rows]


async def change_rule_book(
    connection: AsyncConnection,
    from_id: int,
    to_id: int,
    *,
    rules: Sequence[str],
    kinds: Sequence[str],
    everything: bool,
) -> None:
    """Queue of the cases judged by one book those on which the other can say something else; the rest stand."""
    await _run(connection, "queue_book", from_id=from_id, everything=everything, rules=list(rules), kinds=list(kinds))
    await _run(connection, "keep_book", from_id=from_id, rule_book_id=to_id)


async def queue_due(connection: AsyncConnection, as_of: date) -> None:
    """Queue the cases of which a day that matters lies between when they were judged and this day."""
    await _run(connection, "queue_due", as_of=as_of)


async def queue_again(connection: AsyncConnection, case_ids: Sequence[int]) -> None:
    """Let cases wait for the next run."""
    if case_ids:
        await _run(connection, "queue_again", case_ids=list(case_ids))


@dataclass(frozen=True, slots=True)
class Claimed:
    """Rows taken from the queue: how many, the last one's id (0: there were none), and the cases to be judged."""

    rows: int
    last: int
    case_ids: list[int]


async def claim_cases(connection: AsyncConnection, most: int, *, behind: int) -> Claimed:
    """Take rows from the queue behind one of them, but for cases that were judged since.

    Those of the same party are among the cases where the change may bear on them.
    """
    row = (await _run(connection, "claim", most=most, behind=behind)).one()
    return Claimed(row.rows, row.last, list(row.case_ids))


async def count_waiting_cases(connection: AsyncConnection) -> int:
    """How many rows wait in the queue."""
    return int((await _run(connection, "waiting")).scalar_one())


async def last_run_day(connection: AsyncConnection) -> date | None:
    """The day the whole record was last judged as of; None where it never was."""
    day: date | None = (await _run(connection, "last_run")).scalar_one_or_none()
    return day


async def seen_below(connection: AsyncConnection) -> int:
    """The transaction before which all have ended: what is read after this has seen what they changed."""
    return int((await _run(connection, "seen_below")).scalar_one())


async def kept_judgements(connection: AsyncConnection, case_ids: Sequence[int]) -> dict[int, KeptJudgement]:
    """How cases were judged last, by their ids."""
    rows = await _run(connection, "judged", case_ids=list(case_ids))
    return {row.case_id: KeptJudgement(**{k: v for k, v in row._asdict().items() if k != "case_id"}) for row in rows}


@dataclass(frozen=True, slots=True)
class KeptAnomaly:
    """A finding as it is kept, and where."""

    id: int
    case_id: int
    rule: str
    judged_file_id: int
    anomaly: KnownAnomaly


async def known_anomalies(connection: AsyncConnection, case_ids: Sequence[int]) -> list[KeptAnomaly]:
    """The findings of cases, which nobody else changes until the end of this transaction."""
    rows = await _run(connection, "known", case_ids=list(case_ids))
    return [KeptAnomaly(row.id, row.case_id, row.rule, row.judged_file_id, known_anomaly(row)) for row in rows]


async def kept_files(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, Json]:
    """What findings were found on, by the ids of the files."""
    rows = await _run(connection, "kept_files", ids=list(ids))
    return {row.id: row.file for row in rows}


async def keep_files(connection: AsyncConnection, files: Sequence[tuple[int, bytes, bytes]]) -> dict[int, int]:
    """Keep the files (case id, digest, JSON) that findings rest on; answers the files' ids by their cases'."""
    told = b",".join(
        b'{"case_id":%d,"digest":"%b","file":%b}' % (case_id, digest.hex().encode(), file)
        for case_id, digest, file in files
    )
    rows = await _run(connection, "keep_files", files=(b"[" + told + b"]").decode())
    return {row.case_id: row.id for row in rows}


async def keep_found(connection: AsyncConnection, place: RunPlace, found: Sequence[Json]) -> None:
    """Open findings, or bring them up to date, each with its event."""
    await _run(
        connection,
        "keep_found",
        found=_json(found),
        rule_book_id=place.rule_book_id,
        as_of=place.as_of,
        now=place.now,
    )


async def keep_resolved(connection: AsyncConnection, place: RunPlace, resolved: Sequence[Json]) -> None:
    """Resolve findings, each with its event: {id, reason}."""
    await _run(
        connection,
        "keep_resolved",
        resolved=_json(resolved),
        rule_book_id=place.rule_book_id,
        as_of=place.as_of,
        now=place.now,
    )


async def keep_cannot_tell(connection: AsyncConnection, sets: Mapping[bytes, Sequence[Json]]) -> dict[bytes, int]:
    """Keep what cannot be told, by digest; answers the ids."""
    told = [{"digest": digest.hex(), "answers": answers} for digest, answers in sets.items()]
    rows = await _run(connection, "keep_cannot_tell", sets=_json(told))
    return {bytes.fromhex(row.digest): row.id for row in rows}


async def keep_judgements(connection: AsyncConnection, place: RunPlace, seen: int, judgements: Sequence[Json]) -> None:
    """Keep that cases were judged: {case_id, unchanged_since, next_change_on, file_digest, cannot_tell_id}."""
    await _run(
        connection,
        "keep_judgements",
        judgements=_json(judgements),
        seen_below=seen,
        rule_book_id=place.rule_book_id,
        as_of=place.as_of,
        now=place.now,
    )


async def keep_seen(connection: AsyncConnection, seen: int, case_ids: Sequence[int]) -> None:
    """Keep that cases were read and had nothing new for the rules."""
    await _run(connection, "keep_seen", seen_below=seen, case_ids=list(case_ids))


async def start_run(connection: AsyncConnection, place: RunPlace) -> int:
    """Write down that a run began; answers its id."""
    result = await _run(connection, "start_run", as_of=place.as_of, rule_book_id=place.rule_book_id, now=place.now)
    return int(result.scalar_one())


async def end_run(
    connection: AsyncConnection,
    run_id: int,
    *,
    now: datetime,
    evaluated: int,
    opened: int,
    resolved: int,
    cannot_tell: int,
) -> None:
    """Write down what a run did."""
    await _run(
        connection,
        "end_run",
        run_id=run_id,
        now=now,
        evaluated=evaluated,
        opened=opened,
        resolved=resolved,
        cannot_tell=cannot_tell,
    )
