"""The tables of duty-crime and public-interest cases, of reports and typical cases refuse every wrong state."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import CheckConstraint, text

from schema.access_records import Scope
from schema.county_report_tables import county_report, typical_case
from schema.duty_crime_tables import duty_crime_case, duty_crime_event
from schema.public_interest_tables import public_interest_case, public_interest_event, public_interest_penalty_case
from schema.vocabularies import Department
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn
from tests.integration.feeding import Feed, agency, case, procuratorate

TABLES = (
    *(duty_crime_case, duty_crime_event, public_interest_case, public_interest_event),
    *(public_interest_penalty_case, county_report, typical_case),
)
_ACTOR = "(SELECT min(id) FROM account)"
_COUNTY = "INSERT INTO procuratorate (name, region) VALUES ('甲院', '411300')"


def crime(**changes: str) -> str:
    values = {
        "number": "'立〔2024〕1号'",
        "official": "'甲'",
        "position": "'局长'",
        "workplace": "'某局'",
        "crime": "'受贿罪'",
        "status": "'FILED'",
        "outcome": "NULL",
        "department": "'ANTI_CORRUPTION'",
        "filed_on": "'2024-01-01'",
        "last_step_on": "'2024-01-01'",
        "author_id": _ACTOR,
        **changes,
    }
    return _insert("duty_crime_case", values)


def _insert(table: str, values: dict[str, str]) -> str:
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())})"  # noqa: S608  our own words


def step(table: str, of: str, **changes: str) -> str:
    values = {
        "case_id": f"(SELECT id FROM {of})",  # noqa: S608  our own names
        "revision": "1",
        "event": "'FILED'",
        "happened_at": "now()",
        "on_day": "'2024-01-01'",
        "actor_id": _ACTOR,
        "status": "'FILED'",
        **changes,
    }
    return _insert(table, values)


def measure() -> str:
    values = {
        "kind": "'PRE_LITIGATION_PROPOSAL'",
        "status": "'DRAFT'",
        **dict.fromkeys(("title", "text", "addressee"), "'甲'"),
        "author_id": _ACTOR,
        "drafted_at": "now()",
    }
    return _insert("measure", values)


def public(**changes: str) -> str:
    values = {
        "number": "'公〔2024〕1号'",
        "title": "'案由'",
        "domain": "'LAND'",
        "agency_id": "(SELECT min(id) FROM agency)",
        "status": "'FILED'",
        "filed_on": "'2024-01-01'",
        "last_step_on": "'2024-01-01'",
        "author_id": _ACTOR,
        **changes,
    }
    return "; ".join([measure(), _AGENCIES, _insert("public_interest_case", values)])


_AGENCIES = "INSERT INTO agency (name, name_tokens) VALUES ('甲局', '甲 局') ON CONFLICT DO NOTHING"
_MEASURE = "(SELECT max(id) FROM measure)"


def report(**changes: str) -> str:
    values = {
        "procuratorate_id": "(SELECT min(id) FROM procuratorate)",
        "kind": "'DATA'",
        "period_start": "'2024-01-01'",
        "period_end": "'2024-01-31'",
        "due_on": "'2024-02-05'",
        "text": "'甲'",
        "figures": "'{}'",
        "sent_on": "'2024-02-01'",
        "sent_at": "now()",
        "sent_by": _ACTOR,
        **changes,
    }
    return _insert("county_report", values)


def typical(**changes: str) -> str:
    values = {
        "measure_id": _MEASURE,
        "summary": "'甲'",
        "marked_by": _ACTOR,
        "marked_at": "now()",
        **changes,
    }
    return _insert("typical_case", values)


def after(*statements: str) -> str:
    return "; ".join(statements)


WRONG_STATES = [
    (crime(status="'LOST'"), "ck_duty_crime_case_status_known"),
    (crime(department="'PREVENTION'"), "ck_duty_crime_case_department_known"),
    (crime(official="''"), "ck_duty_crime_case_texts_not_empty"),
    (crime(workplace="NULL"), "ck_duty_crime_case_official_serves_somewhere"),
    (crime(status="'JUDGED'"), "ck_duty_crime_case_ended_with_outcome"),
    (crime(outcome="'甲'"), "ck_duty_crime_case_ended_with_outcome"),
    (crime(last_step_on="'2023-12-31'"), "ck_duty_crime_case_steps_after_filing"),
    (after(crime(), crime()), "uq_duty_crime_case_number"),
    (after(crime(), step("duty_crime_event", "duty_crime_case", event="'X'")), "ck_duty_crime_event_event_known"),
    (after(crime(), step("duty_crime_event", "duty_crime_case", status="'X'")), "ck_duty_crime_event_status_known"),
    (after(crime(), *[step("duty_crime_event", "duty_crime_case")] * 2), "uq_duty_crime_event_revision"),
    (public(status="'LOST'", measure_id=_MEASURE), "ck_public_interest_case_status_known"),
    (public(domain="'X'"), "ck_public_interest_case_domain_known"),
    (public(title="''"), "ck_public_interest_case_number_and_title_not_empty"),
    (public(measure_id=_MEASURE), "ck_public_interest_case_proposed_by_measure"),
    (public(status="'PROPOSED'"), "ck_public_interest_case_proposed_by_measure"),
    (public(suspended_on="'2024-01-01'"), "ck_public_interest_case_suspended_since"),
    (public(status="'SUED'", measure_id=_MEASURE, sued_on="'2024-01-01'"), "ck_public_interest_case_sued_whole"),
    (public(status="'SUED'", measure_id=_MEASURE), "ck_public_interest_case_sued_on_a_day"),
    (public(outcome="'甲'"), "ck_public_interest_case_ended_with_outcome"),
    (public(last_step_on="'2023-12-31'"), "ck_public_interest_case_steps_after_filing"),
    (after(public(), public()), "uq_public_interest_case_number"),
    (
        after(public(), step("public_interest_event", "public_interest_case", event="'X'")),
        "ck_public_interest_event_event_known",
    ),
    (
        after(public(), step("public_interest_event", "public_interest_case", status="'X'")),
        "ck_public_interest_event_status_known",
    ),
    (
        after(public(), *[step("public_interest_event", "public_interest_case")] * 2),
        "uq_public_interest_event_revision",
    ),
    (after(_COUNTY, report(kind="'X'")), "ck_county_report_kind_known"),
    (after(_COUNTY, report(text="''")), "ck_county_report_text_not_empty"),
    (after(_COUNTY, report(due_on="'2024-01-31'")), "ck_county_report_due_after_its_period"),
    (after(_COUNTY, report(figures="'[]'")), "ck_county_report_figures_by_name"),
    (after(_COUNTY, report(), report(period_start="'2024-01-02'")), "uq_county_report_period"),
    (typical(), "ck_typical_case_of_one"),
    (
        after(measure(), crime(), typical(duty_crime_case_id="(SELECT id FROM duty_crime_case)")),
        "ck_typical_case_of_one",
    ),
    (after(measure(), typical(summary="''")), "ck_typical_case_summary_not_empty"),
    (after(measure(), typical(withdrawn_at="now()")), "ck_typical_case_withdrawn_whole"),
    (after(measure(), typical(), typical()), "uq_typical_case_record"),
]


@pytest.mark.parametrize(("statement", "constraint"), WRONG_STATES)
async def test_a_wrong_state_is_refused(database_urls: TestDatabase, statement: str, constraint: str) -> None:
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        with pytest.raises(errors.IntegrityError) as refused:
            connection.execute(statement.encode())
        assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize(
    "statement",
    [
        after(crime(), step("duty_crime_event", "duty_crime_case")),
        crime(status="'JUDGED'", outcome="'甲'"),
        after(crime(), crime(department="'ANTI_DERELICTION'")),
        after(public(), step("public_interest_event", "public_interest_case")),
        public(status="'SUED'", measure_id=_MEASURE, sued_on="'2024-01-01'", court="'甲法院'"),
        public(status="'CLOSED'", outcome="'甲'"),
        after(_COUNTY, report()),
        after(measure(), typical(withdrawn_at="now()", withdrawn_by=_ACTOR, withdrawal_reason="'甲'"), typical()),
    ],
)
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


_ABOUT = "SELECT p.id, c.id FROM public_interest_case p JOIN penalty_case c USING (agency_id)"


# Whose rows are seen -------------------------------------------------------------------------------------------------


@pytest.fixture
async def filled(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> dict[str, int]:
    """A row in every table for each of two counties; their ids by name."""
    feed = Feed(database, keys, clock, tmp_path)
    names = ("东县", "西县")
    await feed(procuratorate("中市"), *(procuratorate(name, parent="中市") for name in names), name="p.jsonl")
    await feed(*(agency(f"{name}局", procuratorate=name) for name in names), name="a.jsonl")
    await feed(*({**case(f"{name}1号"), "agency": f"{name}局"} for name in names), name="c.jsonl")
    ids = {row["name"]: row["id"] for row in await feed.rows("SELECT name, id FROM procuratorate")}
    for name in names:
        whose = f"(SELECT id FROM procuratorate WHERE name = '{name}')"  # noqa: S608  our own words
        of = f"WHERE procuratorate_id = {whose}"
        for statement in (
            crime(procuratorate_id=whose),
            step("duty_crime_event", f"duty_crime_case {of}"),
            public(procuratorate_id=whose, agency_id=f"(SELECT id FROM agency {of})").rpartition("; ")[2],  # noqa: S608  our own names
            step("public_interest_event", f"public_interest_case {of}"),
            f"INSERT INTO public_interest_penalty_case {_ABOUT} {of}",
            report(procuratorate_id=whose),
            typical(
                measure_id="NULL",
                case_id=f"(SELECT c.id FROM penalty_case c JOIN agency a ON a.id = c.agency_id {of})",  # noqa: S608  our own names
                procuratorate_id=whose,
            ),
        ):
            await feed.run(statement)
    return ids


async def seen(database: Database, scope: Scope) -> dict[str, int]:
    async with database.acting(scope).begin() as connection:
        return {
            table.name: await connection.scalar(text(f"SELECT count(*) FROM {table.name}")) or 0  # noqa: S608  our own names
            for table in TABLES
        }


async def test_each_scope_shows_its_own_rows(database: Database, filled: dict[str, int]) -> None:
    east, both = (filled["东县"],), tuple(filled.values())
    crimes = {"duty_crime_case", "duty_crime_event"}
    everything = Scope(everything=True)
    desk = (Department.ANTI_CORRUPTION,)
    others = {table.name for table in TABLES} - crimes - {"typical_case"}
    for scope, expected in (
        (everything, dict.fromkeys((table.name for table in TABLES), 2)),
        (Scope(), {}),
        (Scope(procuratorate_ids=east), {}),
        (Scope(procuratorate_ids=east, departments=desk), dict.fromkeys(crimes, 1)),
        (Scope(procuratorate_ids=both, departments=desk), dict.fromkeys(crimes, 2)),
        (Scope(procuratorate_ids=both, departments=(Department.ANTI_DERELICTION,)), {}),
        (Scope(procuratorate_ids=east, measures=True), dict.fromkeys(others, 1)),
        (Scope(procuratorate_ids=both, measures=True), dict.fromkeys(others, 2)),
        (Scope(procuratorate_ids=east, findings=True), {"typical_case": 1}),
        # An agency's clerk, who sees the measures that the agency was sent.
        (Scope(agency_id=1, measures=True), {}),
    ):
        assert await seen(database, scope) == dict.fromkeys((table.name for table in TABLES), 0) | expected, scope


@pytest.mark.parametrize(
    "statement",
    [
        *(f"UPDATE {name} SET revision = 9" for name in ("duty_crime_event", "public_interest_event")),  # noqa: S608  our own names
        "UPDATE county_report SET text = '改'",
        *(f"DELETE FROM {table.name}" for table in TABLES),  # noqa: S608  our own names
    ],
)
async def test_what_was_written_down_stays(database_urls: TestDatabase, statement: str) -> None:
    with (
        psycopg.connect(dsn(database_urls.application), options="-c role=jiandu_app") as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())
