"""Row-level security of supervision: a clue, and all that belongs to it, is seen by its desks and by nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from schema.access_records import EVERYTHING, Scope
from schema.vocabularies import AnomalyKind, Department
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.anomaly_rows import Found, write_findings
from tests.integration.clue_office import COMPLAINTS, PREVENTION, Office, opened_office
from tests.integration.viewers import CITY, EAST, WEST

OF_CLUES = (
    *("clue", "clue_hand_over", "clue_receipt", "clue_participation", "clue_case", "clue_anomaly", "clue_event"),
)


@pytest.fixture
async def office(database: Database, keys: KeyRing, tmp_path: Path) -> AsyncIterator[Office]:
    """With a clue that went from the eastern prevention to its complaints, and was closed there."""
    async with opened_office(database, keys, tmp_path) as opened:
        [row] = await opened.feed.rows("SELECT id FROM penalty_case WHERE document_number LIKE '东%'")
        await write_findings(database, {row["id"]: [Found("transfer.late", AnomalyKind.LATE_TRANSFER)]})
        [finding] = await opened.feed.rows("SELECT id FROM anomaly")
        clue = await opened.opened("handler", caseIds=[opened.cases["东"]])
        await opened.feed.run(
            "INSERT INTO clue_anomaly (clue_id, anomaly_id) SELECT id, :finding FROM clue", finding=finding["id"]
        )
        both = {"clueId": clue["id"], "department": "COMPLAINTS"}
        await opened.done("handler", "inviteToClue", **both, work="JOINT_REVIEW")
        await opened.done("handler", "transferClue", **both, reason="属控申")
        named = {"clueId": clue["id"], "handlerId": opened.id("other officer")}
        await opened.done("other head", "acceptClue", **named)
        await opened.done("other officer", "closeClue", clueId=clue["id"], result="查否")
        yield opened


async def seen(office: Office, scope: Scope) -> set[str]:
    """The tables of clues in which a scope shows rows."""
    found = set()
    async with office.database.acting(scope).begin() as connection:
        for table in OF_CLUES:
            if await connection.scalar(text(f"SELECT count(*) FROM {table}")):  # noqa: S608  our own names
                found.add(table)
    return found


def of(office: Office, *places: str, departments: tuple[Department, ...] = (), unassigned: bool = False) -> Scope:
    ids = tuple(office.places[place] for place in places)
    return Scope(procuratorate_ids=ids, unassigned=unassigned, findings=True, departments=departments)


async def test_a_clue_is_seen_by_the_desks_that_had_a_part_in_it(office: Office) -> None:
    for scope in (
        EVERYTHING,
        of(office, EAST, departments=(PREVENTION,)),
        of(office, EAST, departments=(COMPLAINTS,)),
        of(office, CITY, EAST, WEST, departments=tuple(Department)),
    ):
        assert await seen(office, scope) == set(OF_CLUES), scope


async def test_a_clue_is_seen_by_nobody_else(office: Office) -> None:
    for scope in (
        Scope(),
        of(office, EAST),
        of(office, EAST, departments=(Department.ANTI_CORRUPTION,)),
        of(office, WEST, departments=tuple(Department)),
        of(office, CITY, departments=tuple(Department), unassigned=True),
        Scope(agency_id=1, departments=tuple(Department)),
    ):
        assert await seen(office, scope) == set(), scope


async def test_a_clue_of_no_procuratorate_is_seen_by_the_highest(office: Office) -> None:
    await office.feed.run("DELETE FROM outbox")
    await office.opened("local")
    assert await seen(office, of(office, CITY, departments=(PREVENTION,), unassigned=True)) == {"clue", "clue_event"}


async def test_nobody_puts_a_clue_where_they_would_not_see_it(office: Office) -> None:
    statement = text(
        "INSERT INTO clue (number, title, source, class, status, department, handler_id, sender_id, opener_id, due_on,"
        " opened_at, last_step_at, desks) SELECT 'n', 't', 'VISIT', 'OTHER', 'NEW', 'COMPLAINTS', id, id, id, now(),"
        " now(), now(), '{0/COMPLAINTS}' FROM account LIMIT 1"
    )
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with office.database.acting(of(office, EAST, departments=(PREVENTION,))).begin() as connection:
            await connection.execute(statement)


async def test_nobody_changes_a_clue_that_they_do_not_see(office: Office) -> None:
    async with office.database.acting(of(office, WEST, departments=(PREVENTION,))).begin() as connection:
        changed = await connection.execute(text("UPDATE clue SET title = '别'"))
        assert changed.rowcount == 0
