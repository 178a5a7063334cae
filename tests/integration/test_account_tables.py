"""The tables of who may call: wrong states are impossible, and the local administrator is there."""

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import CheckConstraint, UniqueConstraint

from schema import account_tables
from schema.metadata import metadata
from tests.conftest import TestDatabase, dsn

TABLES = [table for table in metadata.sorted_tables if getattr(account_tables, table.name, None) is table]

THERE = """
INSERT INTO procuratorate (name, region) VALUES ('中市人民检察院', '411300');
INSERT INTO agency (name, name_tokens) VALUES ('东县生态环境局', '');
INSERT INTO account (login, name, roles, procuratorate_id) SELECT 'li', '李某', '{CHIEF}', id FROM procuratorate;
INSERT INTO account (login, name, roles, agency_id) SELECT 'machine', '交换机', '{MACHINE}', id FROM agency;
INSERT INTO sign_in_session (account_id, purpose, address, started_at, expires_at)
SELECT id, '检查', '192.0.2.1', now(), now() + interval '1 hour' FROM account WHERE login = 'li';
INSERT INTO machine_key (key_id, account_id, digest, created_at, expires_at)
SELECT 'k', id, sha256('secret'), now(), now() + interval '1 day' FROM account WHERE login = 'machine';
INSERT INTO failed_sign_in (subject, failures, first_failed_at) VALUES ('login:li', 1, now());
"""

WRONG_STATES = [
    ("UPDATE account SET roles = '{KING}' WHERE login = 'li'", "ck_account_roles_known"),
    ("UPDATE account SET roles = '{}' WHERE login = 'li'", "ck_account_roles_not_empty"),
    ("UPDATE account SET department = 'KITCHEN'", "ck_account_department_known"),
    ("UPDATE account SET login = '' WHERE login = 'li'", "ck_account_login_and_name_not_empty"),
    ("UPDATE account SET name = '' WHERE login = 'li'", "ck_account_login_and_name_not_empty"),
    ("UPDATE account SET login = 'machine' WHERE login = 'li'", "uq_account_login"),
    ("UPDATE account SET roles = '{CHIEF}' WHERE login = 'machine'", "ck_account_agency_of_clerks_and_machines"),
    (
        "UPDATE account SET roles = '{MACHINE,CHIEF}' WHERE login = 'machine'",
        "ck_account_agency_of_clerks_and_machines",
    ),
    (
        "UPDATE account SET procuratorate_id = (SELECT id FROM procuratorate) WHERE login = 'machine'",
        "ck_account_agency_of_clerks_and_machines",
    ),
    ("UPDATE account SET procuratorate_id = NULL WHERE login = 'li'", "ck_account_belongs_somewhere"),
    ("UPDATE account SET password_hash = 'x' WHERE login = 'machine'", "ck_account_password"),
    ("UPDATE account SET password_hash = 'x' WHERE login = 'local administrator'", "ck_account_password"),
    (
        "INSERT INTO account (login, name, roles) VALUES ('second', '又一个', '{LOCAL_ADMINISTRATOR}')",
        "uq_account_local_administrator",
    ),
    ("UPDATE sign_in_session SET purpose = ''", "ck_sign_in_session_purpose_not_empty"),
    ("UPDATE sign_in_session SET expires_at = started_at", "ck_sign_in_session_expires_after_start"),
    ("UPDATE machine_key SET digest = 'short'", "ck_machine_key_digest_is_sha256"),
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


def test_wrong_states_are_refused_by_the_constraint_that_names_them(database_urls: TestDatabase) -> None:
    with psycopg.connect(dsn(database_urls.application), autocommit=True) as connection:
        connection.execute(THERE.encode())
        for statement, constraint in WRONG_STATES:
            with pytest.raises(errors.IntegrityError) as refused:
                connection.execute(statement.encode())
            assert refused.value.diag.constraint_name == constraint, statement


def test_every_check_and_unique_constraint_is_tried_above() -> None:
    assert len(TABLES) == 4
    named = {
        str(constraint.name)
        for table in TABLES
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint | UniqueConstraint)
    }
    named |= {str(index.name) for table in TABLES for index in table.indexes if index.unique}
    assert named == {constraint for _, constraint in WRONG_STATES}


def test_the_local_administrator_is_there_and_has_no_password(database_urls: TestDatabase) -> None:
    with psycopg.connect(dsn(database_urls.application)) as connection:
        rows = connection.execute("SELECT login, roles, password_hash FROM account").fetchall()
    assert rows == [("local administrator", ["LOCAL_ADMINISTRATOR"], None)]
