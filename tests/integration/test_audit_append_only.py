import psycopg
import pytest

from schema.access_vocabularies import AuditAction
from schema.audit_records import Caller, Deed
from stores.audit_trail import write_entries
from stores.postgres import APPLICATION_ROLE, Database
from tests.conftest import TestDatabase, dsn, seeing_all

CALLER = Caller(login="zhang", account_id=None, session_id=None, address="", purpose="")


@pytest.fixture
async def written(database: Database) -> Database:
    async with database.begin() as connection:
        await write_entries(connection, CALLER, [Deed(action=AuditAction.VIEW, operation="node", detail={})])
    return database


@pytest.mark.parametrize("role", ["application", "owner"])
@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = DEFAULT", "DELETE FROM {}", "TRUNCATE {}"])
async def test_nobody_who_is_no_superuser_changes_or_removes_what_was_written(
    written: Database, database_urls: TestDatabase, role: str, table: str, statement: str
) -> None:
    assert not written.scope.unassigned
    with (
        psycopg.connect(dsn(getattr(database_urls, role))) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.format(table).encode())


@pytest.mark.parametrize(("column", "value"), [("id", "1"), ("at", "now() - interval '1 day'"), ("transaction", "1")])
async def test_the_application_dates_and_numbers_no_entry(database_urls: TestDatabase, column: str, value: str) -> None:
    statement = (
        f"INSERT INTO audit_entry ({column}, login, address, purpose, action, operation, detail, case_ids)"  # noqa: S608  our own words
        f" OVERRIDING SYSTEM VALUE VALUES ({value}, 'x', '', '', 'VIEW', 'node', '{{}}', '{{}}')"
    )
    with (
        psycopg.connect(dsn(database_urls.application)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


async def test_the_application_can_take_no_trigger_away(database_urls: TestDatabase) -> None:
    for statement in ("DROP TRIGGER stays ON audit_entry", "SET session_replication_role = replica"):
        with (
            psycopg.connect(dsn(database_urls.application)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.encode())


async def test_a_name_that_was_watched_stays_known(database_urls: TestDatabase) -> None:
    with psycopg.connect(seeing_all(database_urls.application)) as connection:
        connection.execute("INSERT INTO watched_name (name_tokens, reason, set_by) VALUES ('张 三', '回避', 'li')")
        connection.execute("UPDATE watched_name SET ended_by = 'wang', ended_at = now()")
    for statement in ("DELETE FROM watched_name", "UPDATE watched_name SET reason = 'x'", "TRUNCATE watched_name"):
        with (
            psycopg.connect(seeing_all(database_urls.application)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.encode())


async def test_the_application_acts_as_its_role(written: Database) -> None:
    async with written.begin() as connection:
        assert (await connection.exec_driver_sql("SELECT current_user")).scalar_one() == APPLICATION_ROLE
