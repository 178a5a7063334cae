"""Duty-crime cases: one statement for each relation and level; a case and its step are written together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Scope
from schema.duty_crime_tables import duty_crime_case, duty_crime_event
from schema.duty_records import CaseFiling, CaseStep, DutyCrimeCase
from schema.duty_vocabularies import DutyCrimeEventKind, DutyCrimeStatus
from schema.tables import agency
from schema.vocabularies import Department
from stores.desk_scope import OF_DESK, SEEN_BY_DESKS, desk_parameters

_FROM: Final = f"""
  FROM duty_crime_case d JOIN account a ON a.id = d.author_id
 WHERE {OF_DESK.format("d")}
"""
_READ: Final = f"""
SELECT d.id, d.number, d.official, d.position, d.agency_id, d.workplace, d.crime, d.status, d.outcome,
       (SELECT k.id FROM clue k WHERE k.id = d.clue_id AND {SEEN_BY_DESKS.format("k")}) AS clue_id,
       d.procuratorate_id, d.department, d.filed_on, d.last_step_on, a.name AS author, d.revision
{_FROM}"""  # noqa: S608  our own words
_WANTED: Final = """
   AND (cardinality(CAST(:statuses AS text[])) = 0 OR d.status = ANY (CAST(:statuses AS text[])))
   AND (cardinality(CAST(:departments AS text[])) = 0 OR d.department = ANY (CAST(:departments AS text[])))
   AND (cardinality(CAST(:agency_ids AS bigint[])) = 0 OR d.agency_id = ANY (CAST(:agency_ids AS bigint[])))
   AND (CAST(:filed_from AS date) IS NULL OR d.filed_on >= :filed_from)
   AND (CAST(:filed_until AS date) IS NULL OR d.filed_on <= :filed_until)
"""
_PAGE: Final = """
   AND (CAST(:after_id AS bigint) IS NULL OR (d.filed_on, d.id) < (CAST(:after_day AS date), :after_id))
 ORDER BY d.filed_on DESC, d.id DESC LIMIT :most
"""
_EVENTS: Final = """
SELECT e.case_id, e.revision, e.event, e.on_day AS on, a.name AS actor, e.note
  FROM duty_crime_event e JOIN account a ON a.id = e.actor_id
 WHERE e.case_id = ANY (CAST(:ids AS bigint[]))
 ORDER BY e.case_id, e.revision
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyCrimeFilter:
    """Which duty-crime cases: each part narrows the list, one that is empty or None does not."""

    statuses: tuple[DutyCrimeStatus, ...] = ()
    departments: tuple[Department, ...] = ()
    agency_ids: tuple[int, ...] = ()
    filed_from: date | None = None
    filed_until: date | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """As a statement takes them."""
        return {
            "statuses": [each.value for each in self.statuses],
            "departments": [each.value for each in self.departments],
            "agency_ids": list(self.agency_ids),
            "filed_from": self.filed_from,
            "filed_until": self.filed_until,
        }


FiledPlace = tuple[date, int]
"""A place among cases, the latest filed first: the day, the id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDutyCrimeCase:
    """A duty-crime case that is filed."""

    number: str
    official: str
    position: str
    agency_id: int | None
    workplace: str | None
    crime: str
    clue_id: int | None
    department: Department
    filed_on: date


def _case(row: Any) -> DutyCrimeCase:
    values = {**row._asdict(), "status": DutyCrimeStatus(row.status), "department": Department(row.department)}
    return DutyCrimeCase(**values)


async def list_duty_crimes(
    connection: AsyncConnection, scope: Scope, wanted: DutyCrimeFilter, *, first: int, after: FiledPlace | None
) -> list[DutyCrimeCase]:
    """Cases, the latest filed first; one more than `first`."""
    day, key = after or (None, None)
    place = {"after_day": day, "after_id": key, "most": first + 1}
    parameters = {**desk_parameters(scope), **wanted.parameters, **place}
    return [_case(row) for row in await connection.execute(text(_READ + _WANTED + _PAGE), parameters)]


async def count_duty_crimes(connection: AsyncConnection, scope: Scope, wanted: DutyCrimeFilter) -> int:
    """How many there are."""
    statement = text(f"SELECT count(*) {_FROM}{_WANTED}")
    return await connection.scalar(statement, {**desk_parameters(scope), **wanted.parameters}) or 0


async def duty_crimes_by_id(connection: AsyncConnection, scope: Scope, ids: Sequence[int]) -> dict[int, DutyCrimeCase]:
    """Cases by id; one that is unknown or out of scope is left out."""
    statement = text(_READ + " AND d.id = ANY (CAST(:ids AS bigint[]))")
    rows = await connection.execute(statement, {**desk_parameters(scope), "ids": list(ids)})
    return {row.id: _case(row) for row in rows}


async def steps_of_duty_crimes(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, list[CaseStep]]:
    """The steps of several cases, the earliest first."""
    found: dict[int, list[CaseStep]] = {case_id: [] for case_id in ids}
    for row in await connection.execute(text(_EVENTS), {"ids": list(ids)}):
        found[row.case_id].append(CaseStep(**{**row._asdict(), "event": DutyCrimeEventKind(row.event)}))
    return found


async def lock_duty_crime(connection: AsyncConnection, scope: Scope, case_id: int) -> DutyCrimeCase | None:
    """A case as it stands, which nobody changes until the end of this transaction."""
    await connection.execute(select(duty_crime_case.c.id).where(duty_crime_case.c.id == case_id).with_for_update())
    return (await duty_crimes_by_id(connection, scope, [case_id])).get(case_id)


async def file_duty_crime(connection: AsyncConnection, case: NewDutyCrimeCase, filing: CaseFiling) -> int | None:
    """File a case; answers its id, or None where its department has one of this number."""
    statement = (
        insert_or_not(duty_crime_case)
        .values(
            number=case.number,
            official=case.official,
            position=case.position,
            agency_id=case.agency_id,
            workplace=case.workplace,
            crime=case.crime,
            clue_id=case.clue_id,
            department=case.department,
            filed_on=case.filed_on,
            status=DutyCrimeStatus.FILED,
            procuratorate_id=filing.procuratorate_id,
            last_step_on=case.filed_on,
            author_id=filing.author_id,
        )
        .on_conflict_do_nothing()
        .returning(duty_crime_case.c.id)
    )
    case_id: int | None = await connection.scalar(statement)
    if case_id is not None:
        await _keep_event(
            connection,
            case_id,
            1,
            DutyCrimeEventKind.FILED,
            DutyCrimeStatus.FILED,
            on=case.filed_on,
            note="",
            actor_id=filing.author_id,
            now=filing.at,
        )
    return case_id


async def keep_duty_crime_step(
    connection: AsyncConnection,
    case: DutyCrimeCase,
    event: DutyCrimeEventKind,
    status: DutyCrimeStatus,
    *,
    on: date,
    note: str,
    outcome: str | None,
    actor_id: int,
    now: datetime,
) -> None:
    """Write a step of a locked case down, and how it stands after it."""
    revision = case.revision + 1
    await connection.execute(
        update(duty_crime_case)
        .where(duty_crime_case.c.id == case.id)
        .values(status=status, last_step_on=on, outcome=outcome, revision=revision)
    )
    await _keep_event(connection, case.id, revision, event, status, on=on, note=note, actor_id=actor_id, now=now)


async def _keep_event(
    connection: AsyncConnection,
    case_id: int,
    revision: int,
    event: DutyCrimeEventKind,
    status: DutyCrimeStatus,
    *,
    on: date,
    note: str,
    actor_id: int,
    now: datetime,
) -> None:
    await connection.execute(
        insert(duty_crime_event).values(
            case_id=case_id,
            revision=revision,
            event=event,
            status=status,
            on_day=on,
            note=note,
            actor_id=actor_id,
            happened_at=now,
        )
    )


async def sees_clue(connection: AsyncConnection, scope: Scope, clue_id: int) -> bool:
    """Whether a clue is there, and in scope."""
    statement = text(f"SELECT EXISTS (SELECT FROM clue k WHERE k.id = :id AND {SEEN_BY_DESKS.format('k')})")  # noqa: S608  our own words
    return bool(await connection.scalar(statement, {**desk_parameters(scope), "id": clue_id}))


async def procuratorate_of_agency(connection: AsyncConnection, agency_id: int) -> int | None:
    """Which supervises an agency."""
    return await connection.scalar(select(agency.c.procuratorate_id).where(agency.c.id == agency_id))
