"""The tables of who may call refuse every wrong state."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import CheckConstraint, UniqueConstraint

from schema.account_tables import account, failed_sign_in, machine_key, sign_in_session
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn
from tests.integration.feeding import Feed, agency, procuratorate

TABLES = (account, failed_sign_in, machine_key, sign_in_session)

SOMEBODY = """
INSERT INTO account (login, name, roles, procuratorate_id, password_hash)
SELECT 'zhang.san', '张三', '{CHIEF}', id, 'hash' FROM procuratorate;
INSERT INTO account (login, name, roles, agency_id) SELECT 'machine', '前置机', '{MACHINE}', id FROM agency;
INSERT INTO sign_in_session (account_id, purpose, address, started_at, expires_at)
SELECT id, '专项检查', '127.0.0.1', now(), now() + interval '10 hours' FROM account WHERE login = 'zhang.san';
INSERT INTO machine_key (key_id, account_id, digest, created_at, expires_at)
SELECT 'key', id, sha256('secret'), now(), now() + interval '1 day' FROM account WHERE login = 'machine';
INSERT INTO failed_sign_in (subject, failures, first_failed_at) VALUES ('login:zhang.san', 1, now());
"""


def of_chief(change: str) -> str:
    return f"UPDATE account SET {change} WHERE login = 'zhang.san'"  # noqa: S608  the words below


def of_machine(change: str) -> str:
    return f"UPDATE account SET {change} WHERE login = 'machine'"  # noqa: S608  the words below


WRONG_STATES = [
    (of_chief("roles = '{KING}'"), "ck_account_roles_known"),
    (of_chief("roles = '{CHIEF,KING}'"), "ck_account_roles_known"),
    (of_chief("department = 'KITCHEN'"), "ck_account_department_known"),
    (of_chief("login = ''"), "ck_account_login_and_name_not_empty"),
    (of_chief("name = ''"), "ck_account_login_and_name_not_empty"),
    (of_chief("roles = '{}'"), "ck_account_roles_not_empty"),
    (
        of_chief("roles = '{MACHINE}', password_hash = NULL"),
        "ck_account_agency_of_clerks_and_machines",
    ),
    (of_machine("roles = '{CHIEF}'"), "ck_account_agency_of_clerks_and_machines"),
    (of_machine("roles = '{MACHINE,CHIEF}'"), "ck_account_agency_of_clerks_and_machines"),
    (
        of_machine("procuratorate_id = (SELECT id FROM procuratorate)"),
        "ck_account_agency_of_clerks_and_machines",
    ),
    (of_chief("procuratorate_id = NULL"), "ck_account_belongs_somewhere"),
    (
        of_chief("procuratorate_id = NULL, roles = '{ADMINISTRATOR,CHIEF}'"),
        "ck_account_belongs_somewhere",
    ),
    (of_machine("password_hash = 'hash'"), "ck_account_password"),
    ("UPDATE account SET password_hash = 'hash' WHERE login = 'local administrator'", "ck_account_password"),
    (of_chief("login = 'machine'"), "uq_account_login"),
    (
        "INSERT INTO account (login, name, roles) VALUES ('another', '本机', '{LOCAL_ADMINISTRATOR}')",
        "uq_account_local_administrator",
    ),
    ("UPDATE sign_in_session SET purpose = ''", "ck_sign_in_session_purpose_not_empty"),
    ("UPDATE sign_in_session SET expires_at = started_at", "ck_sign_in_session_expires_after_start"),
    ("UPDATE machine_key SET digest = 'secret'", "ck_machine_key_digest_is_sha256"),
    ("UPDATE machine_key SET expires_at = created_at", "ck_machine_key_expires_after_creation"),
    (
        """
        INSERT INTO machine_key (key_id, account_id, digest, created_at, expires_at)
        SELECT key_id, account_id, digest, created_at, expires_at FROM machine_key
        """,
        "uq_machine_key_key_id",
    ),
    ("UPDATE failed_sign_in SET failures = 0", "ck_failed_sign_in_failures_positive"),
]


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


async def test_wrong_states_are_refused_by_the_constraint_that_names_them(
    feed: Feed, database_urls: TestDatabase
) -> None:
    await feed(procuratorate("试验县人民检察院"), agency())
    with psycopg.connect(dsn(database_urls.application), autocommit=True) as connection:
        connection.execute(SOMEBODY.encode())
        for statement, constraint in WRONG_STATES:
            with pytest.raises(errors.IntegrityError) as refused:
                connection.execute(statement.encode())
            assert refused.value.diag.constraint_name == constraint, statement


def test_every_check_and_unique_constraint_is_tried_above() -> None:
    named = {
        str(constraint.name)
        for table in TABLES
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint | UniqueConstraint)
    }
    unique = {str(index.name) for table in TABLES for index in table.indexes if index.unique}
    assert named | unique == {constraint for _statement, constraint in WRONG_STATES}
