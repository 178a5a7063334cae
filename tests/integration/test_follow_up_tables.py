"""The tables of what follows a case refuse every wrong state, whoever writes; nothing is a foreign word to them."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import CheckConstraint

from schema.follow_up_tables import FOLLOW_UPS
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import TestDatabase, seeing_all
from tests.integration.feeding import Feed, case
from tests.integration.follow_up_feeding import follow_up

_OF_EVERY_TABLE = [
    ("document_number = ''", "document_number_not_empty"),
    ("digest = 'another'", "last_row_told_of_it"),
    ("told = '{}'", "last_row_told_of_it"),
]
_NO_ACTS = ["""'{"on": "2024-01-01", "what": "x"}'""", """'["x"]'""", "'[{}]'", """'[{"on": null, "what": "x"}]'"""]
_NO_ACTS += ["'5'", """'[{"on": "2024-01-01"}]'""", """'[{"on": "2024-01-01", "what": 5}]'"""]
_NO_COERCION = ["""'{"kind": "BAIL", "from": "2024-01-01"}'""", """'["BAIL"]'""", "'[{}]'", """'[{"kind": "BAIL"}]'"""]
_NO_COERCION += ["""'[{"kind": "PRISON", "from": "2024-01-01"}]'""", """'[{"from": "2024-01-01"}]'"""]
_NO_COERCION += ["""'[{"kind": "BAIL", "from": "2024-01-01"}, {"kind": "ARREST", "from": 5}]'"""]

WRONG_STATES = [
    *((table.name, change, name) for table in FOLLOW_UPS.values() for change, name in _OF_EVERY_TABLE),
    ("transfer", "decision = 'MAYBE'", "decision_known"),
    ("criminal_case", "decision = 'APPROVED'", "decision_known"),
    ("criminal_case", "conclusion = 'LOST'", "conclusion_known"),
    *(("criminal_case", f"activity = {value}", "activity_are_acts") for value in _NO_ACTS),
    *(("criminal_case", f"coercion = {value}", "coercion_known") for value in _NO_COERCION),
    ("reconsideration", "type = 'APPEAL'", "type_known"),
    ("reconsideration", "outcome = 'ENFORCE'", "outcome_known"),
    ("reconsideration", "new_fine = -0.01", "new_fine_not_negative"),
    ("enforcement", "ruling = 'FILED'", "ruling_known"),
    ("enforcement", "enforced_amount = -1", "enforced_amount_not_negative"),
    ("enforcement", "costs = -1", "costs_not_negative"),
    *(("enforcement", f"actions = {value}", "actions_are_acts") for value in _NO_ACTS),
    ("coercive_measure", "type = 'ARREST'", "type_known"),
    ("coercive_measure", "testing_days = -1", "testing_days_not_negative"),
    ("procuratorial_measure", "type = 'LAWSUIT'", "type_known"),
]


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


async def test_wrong_states_are_refused_by_the_constraint_that_names_them(
    feed: Feed, database_urls: TestDatabase
) -> None:
    await feed(case(), *(follow_up(kind) for kind in FOLLOW_UPS))
    with psycopg.connect(seeing_all(database_urls.application), autocommit=True) as connection:
        for table, change, constraint in WRONG_STATES:
            with pytest.raises(errors.CheckViolation) as refused:
                connection.execute(f"UPDATE {table} SET {change}".encode())  # noqa: S608  the table above
            assert refused.value.diag.constraint_name == f"ck_{table}_{constraint}", change


async def test_a_record_has_an_agency_a_run_and_a_type(feed: Feed, database_urls: TestDatabase) -> None:
    await feed(*(follow_up(kind) for kind in FOLLOW_UPS))
    with psycopg.connect(seeing_all(database_urls.application), autocommit=True) as connection:
        for table in FOLLOW_UPS.values():
            for column in ("agency_id", "run_id"):
                with pytest.raises(errors.ForeignKeyViolation):
                    connection.execute(f"UPDATE {table.name} SET {column} = 0".encode())  # noqa: S608  our own names
            for column in ("agency_id", "run_id", "document_number", *(["type"] if "type" in table.c else [])):
                with pytest.raises(errors.NotNullViolation):
                    connection.execute(f"UPDATE {table.name} SET {column} = NULL".encode())  # noqa: S608  the same


def test_every_check_is_tried_above() -> None:
    named = {
        str(constraint.name)
        for table in FOLLOW_UPS.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert named == {f"ck_{table}_{constraint}" for table, _change, constraint in WRONG_STATES}
