"""Typical cases: marked, withdrawn, and listed in one statement with the names that their summaries may hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as insert_or_not
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger, Text, TypeEngine

from schema.access_records import Scope
from schema.county_report_records import TypicalCase
from schema.county_report_tables import typical_case
from stores.desk_scope import OF_DESK, OF_PROCURATORATE, SEEN_BY_DESKS, desk_parameters
from stores.named_statements import named_statements
from stores.search.scope import in_scope, scope_parameters

COLUMNS: Final = {
    "PenaltyCase": "case_id",
    "Clue": "clue_id",
    "Measure": "measure_id",
    "DutyCrimeCase": "duty_crime_case_id",
    "PublicInterestCase": "public_interest_case_id",
}
"""The records that can be typical, by their types, and the column that names one."""

_TYPES: Final[Mapping[str, TypeEngine[Any]]] = {
    **dict.fromkeys(("types", "scope_desks"), ARRAY(Text)),
    **dict.fromkeys(("ids", "scope_procuratorate_ids"), ARRAY(BigInteger)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TypicalFilter:
    """Which typical cases: of these types, of any where there is none; `withdrawn` ones only where asked for."""

    types: tuple[str, ...] = ()
    withdrawn: bool = False


TypicalPlace = tuple[datetime, int]
"""A place among typical cases, the latest marked first: when, the id."""


async def _run(connection: AsyncConnection, scope: Scope, *names: str, **parameters: Any) -> Any:
    named = named_statements("typical_cases.sql")
    statement = "".join(named[name] for name in names)
    for sign, condition in (
        ("$case_in_scope", in_scope("c.agency_id")),
        ("$clue_in_scope", SEEN_BY_DESKS.format("k")),
        ("$measure_in_scope", OF_PROCURATORATE.format("m")),
        ("$duty_crime_in_scope", OF_DESK.format("d")),
        ("$public_interest_in_scope", OF_PROCURATORATE.format("p")),
    ):
        statement = statement.replace(sign, condition)
    told = {**scope_parameters(scope), **desk_parameters(scope), **parameters}
    typed = [bindparam(key, type_=_TYPES[key]) for key in told if key in _TYPES]
    return await connection.execute(text(statement).bindparams(*typed), told)


def _typical(row: Any) -> TypicalCase:
    values = row._asdict()
    return TypicalCase(
        **{**values, "case_ids": tuple(row.case_ids), "person_names": tuple(row.person_names)},
    )


async def list_typical_cases(
    connection: AsyncConnection, scope: Scope, wanted: TypicalFilter, *, first: int, after: TypicalPlace | None
) -> list[TypicalCase]:
    """Typical cases whose record is in scope, the latest marked first; one more than `first`."""
    at, key = after or (None, None)
    rows = await _run(
        connection,
        scope,
        "typical",
        "wanted",
        "page",
        types=list(wanted.types),
        withdrawn=wanted.withdrawn,
        after_at=at,
        after_id=key,
        most=first + 1,
    )
    return [_typical(row) for row in rows]


async def count_typical_cases(connection: AsyncConnection, scope: Scope, wanted: TypicalFilter) -> int:
    """How many there are."""
    result = await _run(connection, scope, "counted", "wanted", types=list(wanted.types), withdrawn=wanted.withdrawn)
    return int(result.scalar_one())


async def typical_cases_by_id(connection: AsyncConnection, scope: Scope, ids: Sequence[int]) -> dict[int, TypicalCase]:
    """Typical cases by id, withdrawn ones too; one whose record is out of scope is left out."""
    rows = await _run(connection, scope, "typical", "by_id", ids=list(ids))
    return {row.id: _typical(row) for row in rows}


async def lock_typical_case(connection: AsyncConnection, scope: Scope, typical_id: int) -> TypicalCase | None:
    """One as it stands, which nobody changes until the end of this transaction."""
    await connection.execute(select(typical_case.c.id).where(typical_case.c.id == typical_id).with_for_update())
    return (await typical_cases_by_id(connection, scope, [typical_id])).get(typical_id)


async def home_of_clue(connection: AsyncConnection, scope: Scope, clue_id: int) -> tuple[int | None] | None:
    """The procuratorate that handles a clue, if any does; None in place of both where no such clue is in scope."""
    return await _home(connection, scope, "clue", SEEN_BY_DESKS, clue_id)


async def home_of_measure(connection: AsyncConnection, scope: Scope, measure_id: int) -> tuple[int | None] | None:
    """The procuratorate that issues a measure; as `home_of_clue`."""
    return await _home(connection, scope, "measure", OF_PROCURATORATE, measure_id)


async def _home(
    connection: AsyncConnection, scope: Scope, table: str, condition: str, record_id: int
) -> tuple[int | None] | None:
    statement = text(f"SELECT r.procuratorate_id FROM {table} r WHERE r.id = :id AND {condition.format('r')}")  # noqa: S608  our own words
    row = (await connection.execute(statement, {**desk_parameters(scope), "id": record_id})).one_or_none()
    return None if row is None else (row.procuratorate_id,)


async def mark_typical(
    connection: AsyncConnection,
    type_name: str,
    record_id: int,
    *,
    procuratorate_id: int | None,
    summary: str,
    marked_by: int,
    now: datetime,
) -> int | None:
    """Mark a record; answers the mark's id, or None where the record is marked."""
    statement = (
        insert_or_not(typical_case)
        .values(
            **{COLUMNS[type_name]: record_id},
            procuratorate_id=procuratorate_id,
            summary=summary,
            marked_by=marked_by,
            marked_at=now,
        )
        .on_conflict_do_nothing()
        .returning(typical_case.c.id)
    )
    typical_id: int | None = await connection.scalar(statement)
    return typical_id


async def withdraw_typical(
    connection: AsyncConnection, typical_id: int, *, reason: str, withdrawn_by: int, now: datetime
) -> None:
    """Take a locked mark back; it stays in the record with its reason."""
    await connection.execute(
        update(typical_case)
        .where(typical_case.c.id == typical_id)
        .values(withdrawn_by=withdrawn_by, withdrawn_at=now, withdrawal_reason=reason)
    )
