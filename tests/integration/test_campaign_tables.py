"""The tables of campaigns and of activities refuse every wrong state, and keep what was written down."""

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import CheckConstraint, UniqueConstraint

from schema.activity_tables import (
    activity,
    activity_agency,
    activity_clue,
    activity_event,
    activity_measure,
    activity_participant,
)
from schema.campaign_tables import campaign, campaign_case, campaign_queue, file_review_event
from tests.conftest import TestDatabase, dsn

TABLES = (
    *(campaign, campaign_case, file_review_event, campaign_queue),
    *(activity, activity_agency, activity_participant, activity_clue, activity_measure, activity_event),
)

# The local administrator's account is there from the beginning.
RECORD = """
INSERT INTO procuratorate (id, name, region) OVERRIDING SYSTEM VALUE VALUES (1, '市院', '411300');
INSERT INTO agency (id, name, name_tokens) OVERRIDING SYSTEM VALUE VALUES (1, '局', ' 局 ');
INSERT INTO party (id, type, name, name_tokens) OVERRIDING SYSTEM VALUE VALUES (1, 'ORGANIZATION', '甲', ' 甲 ');
INSERT INTO penalty_case (id, agency_id, party_id, document_number, identity_derived, domain, sources)
  OVERRIDING SYSTEM VALUE VALUES (1, 1, 1, '1号', false, 'OTHER', '{PLATFORM}'),
                                 (2, 1, 1, '2号', false, 'OTHER', '{PLATFORM}');
"""
ME = "(SELECT min(id) FROM account)"


def opened(
    name: str = "'甲'",
    kind: str = "'OTHER'",
    status: str = "'OPEN'",
    days: str = "NULL, NULL",
    closed: str = "NULL, NULL, NULL",
    chosen: str = """'{"domains": ["LAND"]}', NULL""",
) -> str:
    return (
        "INSERT INTO campaign (id, name, kind, status, from_on, until_on, closed_by, closed_at, summary, filter,"  # noqa: S608  our own words
        f" query, opened_by, opened_at) OVERRIDING SYSTEM VALUE VALUES (1, {name}, {kind}, {status}, {days}, {closed}, {chosen},"  # noqa: E501
        f" {ME}, now())"
    )


def joined(status: str = "'UNASSIGNED'", assigned: str = "NULL, NULL", found: str = "NULL, NULL") -> str:
    return (
        f"{opened()}; INSERT INTO campaign_case (id, campaign_id, case_id, joined_at, status, reviewer_id, assigned_at,"  # noqa: S608  our own words
        f" outcome, reviewed_at) OVERRIDING SYSTEM VALUE VALUES (1, 1, 1, now(), {status}, {assigned}, {found})"
    )


def reviewed(event: str = "'ASSIGNED'", outcome: str = "NULL") -> str:
    return (
        "INSERT INTO file_review_event (campaign_case_id, revision, event, happened_at, actor_id, reviewer_id, outcome)"  # noqa: S608  our own words
        f" VALUES (1, 1, {event}, now(), {ME}, {ME}, {outcome})"
    )


def held(kind: str = "'VISIT'", title: str = "'访'") -> str:
    return (
        "INSERT INTO activity (id, kind, held_on, title, recorded_by, recorded_at) OVERRIDING SYSTEM VALUE"  # noqa: S608  our own words
        f" VALUES (1, {kind}, '2015-01-01', {title}, {ME}, now())"
    )


def attended(category: str = "'DEPUTY'", name: str = "'赵'") -> str:
    return f"{held()}; INSERT INTO activity_participant (activity_id, category, name) VALUES (1, {category}, {name})"  # noqa: S608  our own words


def happened(event: str = "'RECORDED'") -> str:
    return (
        "INSERT INTO activity_event (activity_id, revision, event, happened_at, actor_id)"  # noqa: S608  our own words
        f" VALUES (1, 1, {event}, now(), {ME})"
    )


AGAIN = (
    "INSERT INTO campaign_case (id, campaign_id, case_id, joined_at) OVERRIDING SYSTEM VALUE VALUES (2, 1, 1, now())"
)


def both(*statements: str) -> str:
    return "; ".join(statements)


WRONG_STATES = [
    (opened(kind="'SOMETHING'"), "ck_campaign_kind_known"),
    (opened(status="'PAUSED'"), "ck_campaign_status_known"),
    (opened(name="''"), "ck_campaign_name_not_empty"),
    (opened(days="'2015-01-02', '2015-01-01'"), "ck_campaign_until_after_from"),
    (opened(status="'CLOSED'", closed=f"{ME}, now(), NULL"), "ck_campaign_closed_whole"),
    (opened(status="'CLOSED'"), "ck_campaign_closed_by_somebody"),
    (opened(closed=f"{ME}, now(), '完'"), "ck_campaign_closed_by_somebody"),
    (opened(chosen="'{}', NULL"), "ck_campaign_selects_something"),
    (joined("'LOST'", f"{ME}, now()"), "ck_campaign_case_status_known"),
    (joined("'REVIEWED'", f"{ME}, now()", "'FINE', now()"), "ck_campaign_case_outcome_known"),
    (joined("'ASSIGNED'"), "ck_campaign_case_assigned_to_somebody"),
    (joined(assigned=f"{ME}, now()"), "ck_campaign_case_assigned_to_somebody"),
    (joined("'ASSIGNED'", f"{ME}, NULL"), "ck_campaign_case_assigned_to_somebody"),
    (joined("'REVIEWED'", f"{ME}, now()"), "ck_campaign_case_reviewed_with_outcome"),
    (joined("'ASSIGNED'", f"{ME}, now()", "'NOTHING_WRONG', now()"), "ck_campaign_case_reviewed_with_outcome"),
    (
        both(joined(), AGAIN),
        "uq_campaign_case_campaign_id_case_id",
    ),
    (both(joined(), reviewed(event="'LOST'")), "ck_file_review_event_event_known"),
    (both(joined(), reviewed("'REVIEWED'", "'FINE'")), "ck_file_review_event_outcome_known"),
    (both(joined(), reviewed("'REVIEWED'")), "ck_file_review_event_reviewed_with_outcome"),
    (both(joined(), reviewed(outcome="'NOTHING_WRONG'")), "ck_file_review_event_reviewed_with_outcome"),
    (both(joined(), reviewed(), reviewed()), "uq_file_review_event_revision"),
    (held(kind="'PARTY'"), "ck_activity_kind_known"),
    (held(title="''"), "ck_activity_title_not_empty"),
    (attended(category="'GUEST'"), "ck_activity_participant_category_known"),
    (attended(name="''"), "ck_activity_participant_name_not_empty"),
    (both(held(), happened("'LOST'")), "ck_activity_event_event_known"),
    (both(held(), happened(), happened()), "uq_activity_event_revision"),
]


@pytest.mark.parametrize(("statement", "constraint"), WRONG_STATES)
async def test_a_wrong_state_is_refused(database_urls: TestDatabase, statement: str, constraint: str) -> None:
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        connection.execute(RECORD.encode())
        with pytest.raises(errors.IntegrityError) as refused:
            connection.execute(statement.encode())
        assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize(
    "statement",
    [
        opened("'甲'", "'OTHER'", "'CLOSED'", "'2015-01-01', '2015-01-01'", f"{ME}, now(), '完'", "'{}', '危废'"),
        both(joined(), reviewed()),
        joined("'ASSIGNED'", f"{ME}, now()"),
        both(joined("'REVIEWED'", f"{ME}, now()", "'NOTHING_WRONG', now()"), reviewed("'REVIEWED'", "'PROBLEM_FOUND'")),
        both(attended(), happened()),
    ],
)
async def test_a_right_state_is_not(database_urls: TestDatabase, statement: str) -> None:
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        connection.execute(RECORD.encode())
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        *(f"DELETE FROM {table.name}" for table in TABLES if table is not campaign_queue),  # noqa: S608  our own words
        "UPDATE file_review_event SET note = '改'",
        "UPDATE activity_event SET note = '改'",
        "UPDATE activity_participant SET name = '改'",
        "UPDATE activity_clue SET clue_id = 1",
    ],
)
async def test_what_was_written_down_stays(database_urls: TestDatabase, statement: str) -> None:
    with (
        psycopg.connect(dsn(database_urls.application)) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(f"SET ROLE jiandu_app; {statement}".encode())


def test_every_check_and_unique_constraint_is_tried_above() -> None:
    named = {
        str(constraint.name)
        for table in TABLES
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint | UniqueConstraint)
    } | {str(index.name) for table in TABLES for index in table.indexes if index.unique}
    assert named == {constraint for _statement, constraint in WRONG_STATES}
