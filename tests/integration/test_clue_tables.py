"""The tables of clues: wrong states are impossible, and what was written down stays."""

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import CheckConstraint, UniqueConstraint

from schema.clue_tables import (
    clue,
    clue_anomaly,
    clue_case,
    clue_event,
    clue_hand_over,
    clue_participation,
    clue_receipt,
    document_counter,
)
from tests.conftest import TestDatabase, dsn

TABLES = (
    *(clue, clue_hand_over, clue_receipt, clue_participation, clue_case, clue_anomaly, clue_event),
    document_counter,
)

THERE = """
INSERT INTO procuratorate (name, region) VALUES ('东县人民检察院', '411300');
INSERT INTO account (login, name, roles, procuratorate_id) SELECT 'li', '李某', '{CHIEF}', id FROM procuratorate;
INSERT INTO clue (number, title, source, class, status, department, handler_id, sender_id, opener_id, due_on, opened_at,
                  last_step_at, desks)
SELECT '线索〔2026〕预防1号', '某', 'VISIT', 'OTHER', 'NEW', 'PREVENTION', id, id, id, '2026-04-01', now(), now(),
       '{0/PREVENTION}' FROM account WHERE login = 'li';
INSERT INTO clue_hand_over (clue_id, from_department, sender_id, to_department, reason, sent_at)
SELECT c.id, 'PREVENTION', handler_id, 'COMPLAINTS', '属', now() FROM clue c;
INSERT INTO clue_receipt (clue_id, account_id) SELECT id, handler_id FROM clue;
INSERT INTO clue_participation (clue_id, department, work, invited_by, invited_at)
SELECT id, 'COMPLAINTS', 'JOINT_REVIEW', handler_id, now() FROM clue;
INSERT INTO clue_event (clue_id, revision, event, happened_at, actor_id, status, department, handler_id, due_on)
SELECT id, 1, 'OPENED', now(), handler_id, 'NEW', 'PREVENTION', handler_id, due_on FROM clue;
INSERT INTO document_counter (series, year, last) VALUES ('clue/PREVENTION', 2026, 1);
"""

CLOSED = "UPDATE clue SET status = 'CLOSED', closed_at = now(), result = '查否'"
ANOTHER = "INSERT INTO {0} ({1}) SELECT {1} FROM {0}"

WRONG_STATES = [
    ("UPDATE clue SET source = 'DREAM'", "ck_clue_source_known"),
    ("UPDATE clue SET class = 'RUMOUR'", "ck_clue_class_known"),
    ("UPDATE clue SET status = 'LOST'", "ck_clue_status_known"),
    ("UPDATE clue SET department = 'KITCHEN', desks = '{0/KITCHEN}'", "ck_clue_department_known"),
    ("UPDATE clue SET title = ''", "ck_clue_title_and_number_not_empty"),
    ("UPDATE clue SET number = ''", "ck_clue_title_and_number_not_empty"),
    ("UPDATE clue SET status = 'CLOSED'", "ck_clue_closed_with_result"),
    ("UPDATE clue SET result = '查否'", "ck_clue_closed_with_result"),
    ("UPDATE clue SET acknowledged_at = now()", "ck_clue_acknowledged_when_closed"),
    ("UPDATE clue SET desks = '{1/PREVENTION}'", "ck_clue_seen_by_its_desk"),
    ("UPDATE clue SET procuratorate_id = (SELECT id FROM procuratorate)", "ck_clue_seen_by_its_desk"),
    (
        ANOTHER.format(
            "clue",
            "number, title, source, class, status, department, handler_id, sender_id, opener_id, due_on, opened_at,"
            " last_step_at, desks",
        ),
        "uq_clue_number",
    ),
    ("UPDATE clue_hand_over SET from_department = 'KITCHEN'", "ck_clue_hand_over_from_department_known"),
    ("UPDATE clue_hand_over SET to_department = 'KITCHEN'", "ck_clue_hand_over_to_department_known"),
    (
        "UPDATE clue_hand_over SET outcome = 'LOST', ended_by = sender_id, ended_at = now()",
        "ck_clue_hand_over_outcome_known",
    ),
    ("UPDATE clue_hand_over SET outcome = 'ACCEPTED'", "ck_clue_hand_over_ended_whole"),
    (
        ANOTHER.format("clue_hand_over", "clue_id, from_department, sender_id, to_department, reason, sent_at"),
        "uq_clue_hand_over_pending",
    ),
    ("UPDATE clue_receipt SET acknowledged_at = now()", "ck_clue_receipt_acknowledged_whole"),
    (ANOTHER.format("clue_receipt", "clue_id, account_id"), "pk_clue_receipt"),
    ("UPDATE clue_participation SET department = 'KITCHEN'", "ck_clue_participation_department_known"),
    ("UPDATE clue_participation SET work = 'LUNCH'", "ck_clue_participation_work_known"),
    ("UPDATE clue_participation SET opinion = '同意'", "ck_clue_participation_opinion_whole"),
    (
        ANOTHER.format("clue_participation", "clue_id, department, work, invited_by, invited_at"),
        "uq_clue_participation_desk",
    ),
    ("UPDATE clue_event SET event = 'LOST'", "ck_clue_event_event_known"),
    ("UPDATE clue_event SET status = 'LOST'", "ck_clue_event_status_known"),
    (
        ANOTHER.format(
            "clue_event", "clue_id, revision, event, happened_at, actor_id, status, department, handler_id, due_on"
        ),
        "uq_clue_event_revision",
    ),
    ("UPDATE document_counter SET last = 0", "ck_document_counter_last_positive"),
    (ANOTHER.format("document_counter", "series, year, last"), "uq_document_counter_series"),
]


@pytest.mark.parametrize(("statement", "constraint"), WRONG_STATES)
async def test_a_wrong_state_is_refused(database_urls: TestDatabase, statement: str, constraint: str) -> None:
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        connection.execute(THERE.encode())
        with pytest.raises(errors.IntegrityError) as refused:
            connection.execute(statement.encode())
        assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize("statement", [CLOSED, f"{CLOSED}, acknowledged_at = now()"])
async def test_a_right_state_is_not(database_urls: TestDatabase, statement: str) -> None:
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        connection.execute(THERE.encode())
        connection.execute(statement.encode())


def test_every_check_and_unique_constraint_is_tried_above() -> None:
    named = {
        str(constraint.name)
        for table in TABLES
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint | UniqueConstraint)
    } | {str(index.name) for table in TABLES for index in table.indexes if index.unique}
    assert named == {constraint for _statement, constraint in WRONG_STATES} - {"pk_clue_receipt"}


@pytest.mark.parametrize("table", [table.name for table in TABLES])
async def test_the_program_deletes_nothing_of_clues(database_urls: TestDatabase, table: str) -> None:
    with (
        psycopg.connect(dsn(database_urls.application)) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(f"DELETE FROM {table}".encode())  # noqa: S608  our own names


async def test_the_program_changes_no_step_that_was_taken(database_urls: TestDatabase) -> None:
    with (
        psycopg.connect(dsn(database_urls.application)) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute("UPDATE clue_event SET note = ''")
