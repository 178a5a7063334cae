"""The tables of the audit trail refuse every wrong state."""

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import CheckConstraint

from schema.audit_tables import audit_entry, audit_seal, watched_name
from tests.conftest import TestDatabase, dsn

TABLES = (audit_entry, audit_seal, watched_name)


def entry(login: str = "'zhang'", action: str = "'VIEW'", operation: str = "'node'", count: str = "0") -> str:
    return (
        "INSERT INTO audit_entry (login, address, purpose, action, operation, detail, case_ids, result_count)"  # noqa: S608  our own words
        f" VALUES ({login}, '', '', {action}, {operation}, '{{}}', '{{}}', {count})"
    )


def seal(
    below: str = "20",
    count: str = "1",
    digests: str = "sha256('a')",
    previous: str = "sha256('c')",
    made: str = "sha256('b')",
    begins: str = "10",
) -> str:
    return (
        "INSERT INTO audit_seal"  # noqa: S608  our own words
        " (sealed_at, from_transaction, below_transaction, entry_count, entry_ids, entry_digests, key_id, previous,"
        f" hash) VALUES (now(), {begins}, {below}, {count}, '{{1}}', {digests}, 'k', {previous}, {made})"
    )


def watch(name: str = "'张'", party: str = "NULL", reason: str = "'x'", ended: str = "NULL, NULL") -> str:
    return (
        "INSERT INTO watched_name (name_tokens, party_id, reason, set_by, ended_by, ended_at)"  # noqa: S608  our own words
        f" VALUES ({name}, {party}, {reason}, 'li', {ended})"
    )


FIRST = seal(previous="NULL")

WRONG_STATES = [
    (entry(action="'LOOK'"), "ck_audit_entry_action_known"),
    (entry(login="''"), "ck_audit_entry_login_and_operation_not_empty"),
    (entry(operation="''"), "ck_audit_entry_login_and_operation_not_empty"),
    (entry(count="-1"), "ck_audit_entry_result_count_not_negative"),
    (seal(below="10"), "ck_audit_seal_below_after_from"),
    (seal(made="'short'"), "ck_audit_seal_hash_is_sha256"),
    (seal(count="2", digests="sha256('a') || sha256('b')"), "ck_audit_seal_ids_counted"),
    (seal(digests="'short'"), "ck_audit_seal_digests_counted"),
    # One seal follows each, and one is the first: the chain has no forks.
    ("; ".join([FIRST, seal(previous="NULL", begins="11", made="sha256('d')")]), "uq_audit_seal_previous"),
    (watch(name="NULL"), "ck_watched_name_name_or_party"),
    (watch(name="''"), "ck_watched_name_name_and_reason_not_empty"),
    (watch(reason="''"), "ck_watched_name_name_and_reason_not_empty"),
    (watch(ended="'li', NULL"), "ck_watched_name_ended_by_somebody"),
]


@pytest.mark.parametrize(("statement", "constraint"), WRONG_STATES)
async def test_a_wrong_state_is_refused(database_urls: TestDatabase, statement: str, constraint: str) -> None:
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        with pytest.raises(errors.IntegrityError) as refused:
            connection.execute(statement.encode())
        assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize("statement", [entry(), seal(), watch()])
async def test_a_right_state_is_not(database_urls: TestDatabase, statement: str) -> None:
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        connection.execute(statement.encode())


def test_every_check_and_unique_index_is_tried_above() -> None:
    named = {
        str(constraint.name)
        for table in TABLES
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    } | {index.name for table in TABLES for index in table.indexes if index.unique}
    assert named == {constraint for _statement, constraint in WRONG_STATES}
