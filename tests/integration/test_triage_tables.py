"""The tables of triage refuse every wrong state."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import CheckConstraint, UniqueConstraint

from schema.triage_tables import triage, triage_queue
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import TestDatabase, seeing_all
from tests.integration.feeding import Feed, case

TABLES = (triage, triage_queue)


def decision(decision: str = "'WATCH'", reason: str = "'看'", department: str = "NULL") -> str:
    return (
        "INSERT INTO triage (case_id, decision, reason, decided_by, decided_at, department)"  # noqa: S608  our own words
        f" SELECT c.id, {decision}, {reason}, a.id, now(), {department} FROM penalty_case c, account a LIMIT 1"
    )


COPIED = """
INSERT INTO triage_queue (case_id, agency_id, department) SELECT case_id, agency_id, department FROM triage_queue
"""

WRONG_STATES = [
    (decision(decision="'SLEEP'"), "ck_triage_decision_known"),
    (decision(department="'CANTEEN'"), "ck_triage_department_known"),
    (decision(reason="''"), "ck_triage_reason_not_empty"),
    # A clue without a clue.
    (decision(decision="'CLUE'"), "ck_triage_decision_with_what_came_of_it"),
    ("UPDATE triage_queue SET department = 'CANTEEN'", "ck_triage_queue_department_known"),
    ("UPDATE triage_queue SET certainty = 'MAYBE'", "ck_triage_queue_certainty_known"),
    ("UPDATE triage_queue SET due_on = '2024-01-01'", "ck_triage_queue_days_of_a_finding"),
    (COPIED, "uq_triage_queue_case_id_department"),
]


async def test_a_wrong_state_is_refused(
    database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path, database_urls: TestDatabase
) -> None:
    await Feed(database, keys, clock, tmp_path)(case())
    with psycopg.connect(seeing_all(database_urls.application), autocommit=True) as connection:
        connection.execute(decision().encode())
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
    } | {index.name for table in TABLES for index in table.indexes if index.unique}
    assert named == {constraint for _statement, constraint in WRONG_STATES}
