"""The tables of findings refuse every wrong state; what was written down stays; what changes a case queues it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import CheckConstraint, UniqueConstraint

from schema.anomaly_tables import (
    agency_setting,
    anomaly,
    anomaly_event,
    cannot_tell,
    judged_file,
    judgement,
    rule_book,
)
from schema.vocabularies import FeedKind
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import TestDatabase, seeing_all
from tests.integration.feeding import AGENCY, COMPANY, Feed, agency, case, organisation
from tests.integration.follow_up_feeding import follow_up

TABLES = (agency_setting, anomaly, anomaly_event, cannot_tell, judged_file, judgement, rule_book)

A_FINDING = """
INSERT INTO rule_book (digest, rules, law, reading) VALUES ('book', '{}', '{}', '');
INSERT INTO judged_file (case_id, digest, file) SELECT id, 'file', '{}' FROM penalty_case;
INSERT INTO anomaly (case_id, rule, kind, status, certainty, due_on, explanation, evidence, law, rule_version,
                     rule_book_id, judged_file_id, as_of, evidence_digest, detected_at)
SELECT f.case_id, 'service.late', 'SLOW_ACTION', 'OPEN', 'CERTAIN', '2024-06-06', '逾期送达', '[]', '[]', 1,
       b.id, f.id, '2024-06-07', 'evidence', now()
  FROM judged_file f, rule_book b;
INSERT INTO anomaly_event (anomaly_id, event, status, certainty, due_on, explanation, evidence, law, rule_version,
                           rule_book_id, judged_file_id, as_of)
SELECT id, 'OPENED', status, certainty, due_on, explanation, evidence, law, rule_version, rule_book_id, judged_file_id,
       as_of
  FROM anomaly;
INSERT INTO judgement (case_id, as_of, unchanged_since, next_change_on, rule_book_id, file_digest, seen_below)
SELECT c.id, '2024-06-07', '2024-06-07', '2024-07-01', b.id, 'file', 1 FROM penalty_case c, rule_book b;
INSERT INTO agency_setting (agency_id, code, value, reason) SELECT id, 'entry.deadline', 10, '省级规定' FROM agency;
INSERT INTO cannot_tell (digest, answers) VALUES ('none', '[]');
"""

_COPIED = """
INSERT INTO anomaly_event (anomaly_id, event, actor, status, certainty, due_on, explanation, evidence, law,
                           rule_version, rule_book_id, judged_file_id, as_of)
SELECT anomaly_id, {event}, {actor}, {status}, {certainty}, due_on, {explanation}, evidence, law, rule_version,
       rule_book_id, judged_file_id, {as_of}
  FROM anomaly_event
"""


def _event(**changed: str) -> str:
    same = {name: name for name in ("event", "actor", "status", "certainty", "explanation", "as_of")}
    return _COPIED.format(**{**same, **changed})


WRONG_STATES = [
    ("UPDATE anomaly SET status = 'LOST'", "ck_anomaly_status_known"),
    ("UPDATE anomaly SET certainty = 'MAYBE'", "ck_anomaly_certainty_known"),
    ("UPDATE anomaly SET kind = 'BAD_MOOD'", "ck_anomaly_kind_known"),
    ("UPDATE anomaly SET decision = 'LOST', decided_certainty = '', decided_digest = ''", "ck_anomaly_decision_known"),
    ("UPDATE anomaly SET decision = 'DISMISSED'", "ck_anomaly_decision_with_what_was_decided"),
    ("UPDATE anomaly SET explanation = ''", "ck_anomaly_explanation_not_empty"),
    ("UPDATE anomaly SET as_of = due_on", "ck_anomaly_found_after_due"),
    (
        """
        INSERT INTO anomaly (case_id, rule, kind, status, certainty, explanation, evidence, law, rule_version,
                             rule_book_id, judged_file_id, as_of, evidence_digest, detected_at)
        SELECT case_id, rule, kind, 'RESOLVED', certainty, explanation, evidence, law, rule_version, rule_book_id,
               judged_file_id, as_of, evidence_digest, now() FROM anomaly
        """,
        "uq_anomaly_case_id_rule",
    ),
    (_event(event="'FORGOTTEN'"), "ck_anomaly_event_event_known"),
    (_event(status="'LOST'"), "ck_anomaly_event_status_known"),
    (_event(certainty="'MAYBE'"), "ck_anomaly_event_certainty_known"),
    (_event(explanation="''"), "ck_anomaly_event_explanation_not_empty"),
    (_event(as_of="due_on"), "ck_anomaly_event_found_after_due"),
    (_event(event="'DISMISSED'"), "ck_anomaly_event_persons_decide_and_rules_find"),
    (_event(actor="'somebody'"), "ck_anomaly_event_persons_decide_and_rules_find"),
    ("UPDATE judgement SET as_of = next_change_on", "ck_judgement_as_of_within"),
    ("UPDATE judgement SET unchanged_since = as_of + 1", "ck_judgement_as_of_within"),
    ("UPDATE agency_setting SET value = -1", "ck_agency_setting_value_not_negative"),
    ("UPDATE agency_setting SET reason = ''", "ck_agency_setting_reason_not_empty"),
    (
        """
        INSERT INTO agency_setting (agency_id, code, value, reason)
        SELECT agency_id, code, 1, 'x' FROM agency_setting
        """,
        "uq_agency_setting_agency_id_code",
    ),
    ("INSERT INTO cannot_tell (digest, answers) VALUES ('none', '[]')", "uq_cannot_tell_digest"),
    ("INSERT INTO rule_book (digest, rules, law, reading) VALUES ('book', '{}', '{}', '')", "uq_rule_book_digest"),
    (
        "INSERT INTO judged_file (case_id, digest, file) SELECT case_id, digest, file FROM judged_file",
        "uq_judged_file_case_id_digest",
    ),
]


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


async def test_wrong_states_are_refused_by_the_constraint_that_names_them(
    feed: Feed, database_urls: TestDatabase
) -> None:
    await feed(case("1号"))
    with psycopg.connect(seeing_all(database_urls.application), autocommit=True) as connection:
        connection.execute(A_FINDING.encode())
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
    assert named == {constraint for _statement, constraint in WRONG_STATES}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE anomaly_event SET reason = 'x'",
        "DELETE FROM anomaly_event",
        "DELETE FROM anomaly",
        "UPDATE judged_file SET file = '{}'",
        "UPDATE rule_book SET law = '{}'",
    ],
)
async def test_what_was_written_down_of_a_finding_stays(
    feed: Feed, database_urls: TestDatabase, statement: str
) -> None:
    await feed(case("1号"))
    with psycopg.connect(seeing_all(database_urls.application), autocommit=True) as connection:
        connection.execute(A_FINDING.encode())
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement.encode())


async def test_a_finding_raises_its_case_and_is_counted_there_while_it_is_active(feed: Feed) -> None:
    await feed(case("1号"), case("2号"))
    await feed.run("DELETE FROM outbox")
    for statement in A_FINDING.replace("FROM penalty_case;", "FROM penalty_case WHERE document_number = '1号';").split(
        ";\n"
    ):
        await feed.run(statement or "SELECT 1")
    seen = []
    for status in ("OPEN", "CONFIRMED", "DISMISSED", "RESOLVED"):
        await feed.run(f"UPDATE anomaly SET status = '{status}'")  # noqa: S608  the words above
        first, second = await feed.cases()
        seen.append((first["revision"], first["anomaly_count"], second["revision"], second["anomaly_count"]))
    assert seen == [(3, 1, 1, 0), (4, 1, 1, 0), (5, 0, 1, 0), (6, 0, 1, 0)]
    assert len(await feed.rows("SELECT FROM outbox")) == 5
    assert await feed.rows("SELECT FROM record_change") == []


async def queued(feed: Feed) -> list[tuple[str | None, bool]]:
    """The document numbers of the cases to be judged, and whether a change bears on others; the queue is emptied."""
    rows = await feed.rows(
        "SELECT DISTINCT c.document_number, q.party_id IS NOT NULL AS bears FROM judging_queue q "
        "LEFT JOIN penalty_case c ON c.id = q.case_id ORDER BY 1, 2"
    )
    await feed.run("DELETE FROM judging_queue")
    return [(row["document_number"], row["bears"]) for row in rows]


async def test_what_the_rules_see_of_a_case_queues_it_and_nothing_else_does(feed: Feed) -> None:
    await feed(case("1号", party=organisation("甲公司")), case("2号", party=organisation("乙公司")))
    assert await queued(feed) == [("1号", True), ("2号", True)]
    of_one = " WHERE document_number = '1号'"
    for change, expected in {
        "paid_on = '2024-01-01'": [("1号", False)],
        "fine = 5": [("1号", True)],
        "fine = 5 ": [],
        "revision = revision + 1": [],
        "person_names = '{赵小满}'": [],
    }.items():
        await feed.run(f"UPDATE penalty_case SET {change}{of_one}")  # noqa: S608  the table above
        assert await queued(feed) == expected, change
    await feed(follow_up(FeedKind.TRANSFER, "1号", transferredOn="2024-01-02"))
    assert await queued(feed) == [("1号", False)]
    await feed(follow_up(FeedKind.RECONSIDERATION, "1号", type="RECONSIDERATION", appliedOn="2024-01-02"))
    assert await queued(feed) == [("1号", True)]
    await feed(follow_up(FeedKind.TRANSFER, "3号", transferredOn="2024-01-02"))
    assert await queued(feed) == []
    await feed(agency(AGENCY, priority=True))
    assert await queued(feed) == []
    await feed(agency(AGENCY, priority=True, networkedOn="2013-01-01"))
    assert await queued(feed) == [("1号", False), ("2号", False)]
    await feed.run("INSERT INTO agency_setting (agency_id, code, value, reason) SELECT id, 'x', 1, '试' FROM agency")
    assert await queued(feed) == [("1号", False), ("2号", False)]
    await feed.run("DELETE FROM penalty_case WHERE document_number = '1号'")
    assert await queued(feed) == [(None, True)]


async def test_a_party_that_is_known_by_something_else_queues_its_namesakes_of_before_and_after(feed: Feed) -> None:
    await feed(
        case("1号", party=organisation("甲公司", COMPANY)),
        case("2号", party=organisation("甲公司")),
        case("3号", party=organisation("乙公司")),
    )
    await queued(feed)
    await feed.run("UPDATE party SET name = '丙公司', name_tokens = ' 丙 公 司 ' WHERE uscc IS NOT NULL")
    assert await queued(feed) == [("1号", True), ("2号", True)]
