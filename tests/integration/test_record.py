"""The record guards itself: revisions, the outbox, constraints, roles and migrations, whoever writes."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import anyio
import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy import CheckConstraint

from schema.access_records import EVERYTHING
from schema.follow_up_tables import FOLLOW_UPS
from schema.metadata import metadata
from stores.embedded import EmbeddedDatabase
from stores.errors import DatabaseError
from stores.keys import KeyRing
from stores.migrating import check_migrations, current_revision, migrate, newest_revision, require_newest
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn, seeing_all
from tests.integration.feeding import AGENCY, COMPANY, Feed, agency, case, organisation, person
from tests.integration.test_account_tables import TABLES as ACCOUNT_TABLES
from tests.integration.test_anomaly_tables import TABLES as ANOMALY_TABLES
from tests.integration.test_audit_tables import TABLES as AUDIT_TABLES
from tests.integration.test_campaign_tables import TABLES as CAMPAIGN_TABLES
from tests.integration.test_clue_tables import TABLES as CLUE_TABLES
from tests.integration.test_duty_tables import TABLES as DUTY_TABLES
from tests.integration.test_measure_tables import TABLES as MEASURE_TABLES
from tests.integration.test_triage_tables import TABLES as TRIAGE_TABLES


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


async def revisions(feed: Feed) -> list[int]:
    return [found["revision"] for found in await feed.cases()]


async def queue(feed: Feed) -> list[tuple[int, int | None]]:
    """What waits for the index, each case once; the queue is emptied."""
    rows = await feed.rows("SELECT DISTINCT case_id, deleted_revision FROM outbox ORDER BY case_id")
    await feed.run("DELETE FROM outbox")
    return [(row["case_id"], row["deleted_revision"]) for row in rows]


# Revisions and the outbox --------------------------------------------------------------------------------------------

CHANGES_THAT_SHOW = {
    "document_number": "'新1号'",
    "filing_number": "'立1号'",
    "title": "'题'",
    "domain": "'LAND'",
    "violation_type": "'类'",
    "facts": "'事'",
    "legal_basis": "'法'",
    "penalty_kinds": "'{FINE}'",
    "penalty_content": "'罚'",
    "fine": "1",
    "confiscated": "1",
    "act_ended_on": "'2024-01-01'",
    "found_on": "'2024-01-01'",
    "filed_on": "'2024-01-01'",
    "decided_on": "'2024-01-01'",
    "served_on": "'2024-01-01'",
    "payment_due_on": "'2024-01-01'",
    "paid_on": "'2024-01-01'",
    "paid_amount": "1",
    "entered_at": "'2024-01-01'",
    "deferred_until": "'2024-01-01'",
    "service_method": "'MAIL'",
    "quantities": """'[{"measure": "loss"}]'""",
    "harm": "'{LIFE}'",
    "sources": "'{PLATFORM,PUBLISHED}'",
    "person_names": "'{赵小满}'",
    "published_extras": """'{"备注": "有"}'""",
}


async def test_every_change_of_a_case_that_shows_raises_its_revision_by_one_and_queues_it(feed: Feed) -> None:
    await feed(case())
    case_id = (await feed.only_case())["id"]
    assert await queue(feed) == [(case_id, None)]
    for number, (column, value) in enumerate(CHANGES_THAT_SHOW.items(), start=2):
        for _again in range(2):  # the same value once more is no change
            await feed.run(f"UPDATE penalty_case SET {column} = {value}")  # noqa: S608  the table above
        assert await revisions(feed) == [number], column
        assert await queue(feed) == [(case_id, None)], column


async def test_a_change_that_shows_nowhere_raises_nothing(feed: Feed) -> None:
    await feed(case(sourceUpdatedAt="2024-01-01T00:00:00+08:00"))
    await queue(feed)
    await feed.run("UPDATE penalty_case SET source_updated_at = now(), derived_key = 'abc'")
    assert await revisions(feed) == [1]
    again = await feed(case(sourceUpdatedAt="2024-02-01T00:00:00+08:00"))
    assert again.accounts.unchanged == 1
    assert await revisions(feed) == [1]
    assert await queue(feed) == []


async def test_no_column_of_a_case_is_forgotten_here() -> None:
    shows_nowhere = {"id", "agency_id", "party_id", "derived_key", "identity_derived", "source_updated_at"}
    kept_by_triggers = {"revision", "anomaly_count", "created_at", "updated_at"}
    columns = set(metadata.tables["penalty_case"].columns.keys())
    assert columns == CHANGES_THAT_SHOW.keys() | shows_nowhere | kept_by_triggers


async def test_a_writer_cannot_set_a_revision_back(feed: Feed) -> None:
    await feed(case())
    await feed.run("UPDATE penalty_case SET revision = 40")
    await feed.run("UPDATE penalty_case SET revision = 1, fine = 3")
    assert await revisions(feed) == [3]


async def test_the_outbox_row_is_part_of_the_changes_own_transaction(feed: Feed) -> None:
    await feed(case())
    await queue(feed)
    async with feed.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE penalty_case SET fine = 9")
        await connection.exec_driver_sql("DELETE FROM case_source")
        assert (await connection.exec_driver_sql("SELECT count(*) FROM outbox")).scalar() == 1
        await connection.rollback()
    assert await revisions(feed) == [1]
    assert await queue(feed) == []


async def test_a_deleted_case_queues_a_revision_above_its_last(feed: Feed) -> None:
    await feed(case("1号"), case("2号"))
    await feed.run("UPDATE penalty_case SET fine = 9 WHERE document_number = '2号'")
    first, second = (found["id"] for found in await feed.cases())
    await queue(feed)
    await feed.run("DELETE FROM penalty_case")
    assert await queue(feed) == [(first, 2), (second, 3)]
    assert await feed.rows("SELECT FROM case_text UNION ALL SELECT FROM case_source") == []


@pytest.mark.parametrize(
    ("statement", "shows"),
    [
        ("UPDATE agency SET name = '新局', name_tokens = ' 新 局 '", True),
        ("UPDATE agency SET region = '411322'", True),
        ("UPDATE agency SET priority = true, networked_on = '2024-01-01'", False),
        ("UPDATE party SET name = '新名', name_tokens = ' 新 名 '", True),
        ("UPDATE party SET uscc = '91411300MA40BBB20F'", True),
        ("UPDATE party SET type = 'PERSON'", True),
        ("UPDATE party SET source_updated_at = now()", False),
        ("UPDATE party SET name = name", False),
    ],
)
async def test_what_an_agency_or_a_party_shows_raises_all_its_cases_in_its_one_statement(
    feed: Feed, statement: str, shows: bool
) -> None:
    await feed(*(case(f"{number}号", party=organisation("宏达公司", COMPANY)) for number in range(3)))
    ids = [found["id"] for found in await feed.cases()]
    await queue(feed)
    await feed.run(statement)
    assert await revisions(feed) == ([2] * 3 if shows else [1] * 3)
    assert await queue(feed) == ([(case_id, None) for case_id in ids] if shows else [])
    texts = await feed.rows(
        "SELECT DISTINCT t.agency = a.name_tokens AS a, t.party = p.name_tokens AS p "
        "FROM case_text t JOIN penalty_case c ON c.id = t.case_id "
        "JOIN agency a ON a.id = c.agency_id JOIN party p ON p.id = c.party_id"
    )
    assert texts == [{"a": True, "p": True}]


async def test_a_load_raises_a_case_in_the_transaction_of_its_change_only(feed: Feed) -> None:
    await feed(case("1号", party=person("赵小满")), case("2号", party=person("赵小满")))
    await feed(case("1号", party=person("赵大满")))
    renamed, untouched = await revisions(feed)
    assert renamed > 1
    assert untouched == 1
    await feed(agency(AGENCY, aliases=["环保局"]))
    after = await revisions(feed)
    assert after == [renamed + 1, 2]
    await feed(agency(AGENCY, aliases=["环保局"], priority=True))
    assert await revisions(feed) == after


# Constraints ---------------------------------------------------------------------------------------------------------

_DELIVERED = (
    "INSERT INTO feed_delivery (agency_id, account_id, name, delivered_at, sha256, exit_status, answer)"
    " SELECT agency.id, account.id, 'a.csv', now()"
)

WRONG_STATES = [
    ("UPDATE penalty_case SET fine = -1", "ck_penalty_case_fine_not_negative"),
    ("UPDATE penalty_case SET confiscated = -0.01", "ck_penalty_case_confiscated_not_negative"),
    ("UPDATE penalty_case SET paid_amount = -1", "ck_penalty_case_paid_amount_not_negative"),
    ("UPDATE penalty_case SET domain = 'SPACE'", "ck_penalty_case_domain_known"),
    ("UPDATE penalty_case SET penalty_kinds = '{PRISON}'", "ck_penalty_case_penalty_kinds_known"),
    ("UPDATE penalty_case SET harm = '{PRIDE}'", "ck_penalty_case_harm_known"),
    ("UPDATE penalty_case SET service_method = 'PIGEON'", "ck_penalty_case_service_method_known"),
    ("UPDATE penalty_case SET sources = '{}'", "ck_penalty_case_sources_not_empty"),
    ("UPDATE penalty_case SET sources = '{RUMOUR}'", "ck_penalty_case_sources_known"),
    ("UPDATE penalty_case SET identity_derived = true", "ck_penalty_case_identity_derived_without_number"),
    (
        "UPDATE penalty_case SET document_number = NULL, identity_derived = true, derived_key = NULL",
        "ck_penalty_case_known_by_something",
    ),
    ("UPDATE penalty_case SET document_number = '1号'", "uq_penalty_case_document_number"),
    (
        "UPDATE penalty_case SET document_number = NULL, filing_number = '立1号'",
        "uq_penalty_case_filing_number",
    ),
    (
        "UPDATE penalty_case SET document_number = NULL, identity_derived = true, derived_key = 'k'",
        "uq_penalty_case_derived_key",
    ),
    ("UPDATE penalty_case SET agency_id = 0", "fk_penalty_case_agency_id_agency"),
    ("DELETE FROM party", "fk_penalty_case_party_id_party"),
    ("UPDATE party SET type = 'ROBOT'", "ck_party_type_known"),
    ("UPDATE party SET identity_hash = 'short', identity_masked = '4'", "ck_party_identity_hash_is_sha256"),
    ("UPDATE party SET identity_masked = '411300'", "ck_party_identity_hash_with_mask"),
    ("UPDATE party SET identity_key = 'one'", "uq_party_identity_key"),
    ("UPDATE agency SET name = ''", "ck_agency_name_not_empty"),
    ("UPDATE agency SET region = '41130'", "ck_agency_region_is_six_digits"),
    ("UPDATE agency SET uscc = 'short'", "ck_agency_uscc_has_18_characters"),
    ("UPDATE agency SET domains = '{SPACE}'", "ck_agency_domains_known"),
    ("INSERT INTO agency (name, name_tokens) SELECT name, '' FROM agency", "uq_agency_name"),
    (
        "INSERT INTO agency (name, name_tokens, uscc) SELECT n, '', '91411300MA40AAA10R' FROM unnest(ARRAY['a','b']) n",
        "uq_agency_uscc",
    ),
    ("INSERT INTO procuratorate (name, region) VALUES ('院', 'x')", "ck_procuratorate_region_is_six_digits"),
    (
        "INSERT INTO procuratorate (name, region) VALUES ('院', '411300'), ('院', '411300')",
        "uq_procuratorate_name",
    ),
    (
        "INSERT INTO procuratorate (id, name, region, parent_id) VALUES (7, '院', '411300', 7)",
        "ck_procuratorate_parent_is_another",
    ),
    ("INSERT INTO statute (name, name_tokens) VALUES ('《》', '')", "ck_statute_name_tokens_not_empty"),
    ("INSERT INTO statute (name, name_tokens) VALUES ('a', ' a '), ('A', ' a ')", "uq_statute_name_tokens"),
    ("UPDATE case_source SET source = 'RUMOUR'", "ck_case_source_source_known"),
    ("UPDATE feed_run SET rows = rows + 1", "ck_feed_run_rows_accounted_for"),
    ("UPDATE feed_run SET known = unchanged + 1", "ck_feed_run_known_are_unchanged"),
    ("UPDATE feed_run SET status = 'RUNNING'", "ck_feed_run_ended_unless_running"),
    ("UPDATE feed_run SET ended_at = NULL", "ck_feed_run_ended_unless_running"),
    ("UPDATE feed_run SET status = 'LOST'", "ck_feed_run_status_known"),
    ("UPDATE feed_row SET outcome = 'lost'", "ck_feed_row_outcome_known"),
    ("UPDATE feed_row SET ordinal = -ordinal", "ck_feed_row_counted_from_one"),
    ("UPDATE rejected_row SET code = 'BAD_MOOD'", "ck_rejected_row_code_known"),
    (
        "INSERT INTO record_change (relation, record_id, operation, before) VALUES ('party', 1, 'MERGE', '{}')",
        "ck_record_change_operation_known",
    ),
    ("INSERT INTO agency_name (sent, how, decided_at) VALUES ('', 'BY_HAND', now())", "ck_agency_name_sent_not_empty"),
    (
        "INSERT INTO agency_name (sent, agency_id, how, decided_at) SELECT '分局', id, 'GUESSED', now() FROM agency",
        "ck_agency_name_how_known",
    ),
    (
        "INSERT INTO agency_name (sent, how, decided_at) VALUES ('分局', 'BRANCH', now())",
        "ck_agency_name_refused_by_hand_only",
    ),
    (
        "INSERT INTO agency_name (sent, how, decided_at) SELECT '分局', 'BY_HAND', now() FROM generate_series(1, 2)",
        "uq_agency_name_sent",
    ),
    (
        "INSERT INTO agency_name (sent, agency_id, how, decided_at) VALUES ('分局', 0, 'BRANCH', now())",
        "fk_agency_name_agency_id_agency",
    ),
    ("INSERT INTO case_agency_name (case_id, sent) VALUES (0, '分局')", "fk_case_agency_name_case_id_penalty_case"),
    (
        "INSERT INTO follow_up_agency_name (kind, record_id, sent) VALUES ('penalty_case', 1, '分局')",
        "ck_follow_up_agency_name_kind_known",
    ),
    (f"{_DELIVERED}, sha256('a'), 3, '' FROM agency, account", "ck_feed_delivery_exit_status_known"),
    (f"{_DELIVERED}, 'a', 0, '' FROM agency, account", "ck_feed_delivery_sha256_is_whole"),
    ("INSERT INTO agency_move SELECT id, id FROM agency", "ck_agency_move_to_another"),
    ("INSERT INTO index_walk (last_case_id) VALUES (0), (1)", "uq_index_walk_unfinished"),
    ("INSERT INTO index_rebuild (singleton, index_name) VALUES (2, 'x')", "ck_index_rebuild_at_most_one"),
]


async def test_wrong_states_are_refused_by_the_constraint_that_names_them(
    feed: Feed, database_urls: TestDatabase
) -> None:
    await feed(case("1号"), case("2号", party=organisation("又一家公司")), case("1号", fine="5"))
    with psycopg.connect(seeing_all(database_urls.application), autocommit=True) as connection:
        for statement, constraint in WRONG_STATES:
            with pytest.raises(errors.IntegrityError) as refused:
                connection.execute(statement.encode())
            assert refused.value.diag.constraint_name == constraint, statement


def test_every_check_and_unique_constraint_is_tried_above() -> None:
    # The others have files of their own: test_follow_up_tables, and those whose TABLES are brought in above.
    elsewhere = {
        *(*FOLLOW_UPS.values(), *ANOMALY_TABLES, *ACCOUNT_TABLES, *AUDIT_TABLES),
        *(*CLUE_TABLES, *TRIAGE_TABLES, *DUTY_TABLES, *MEASURE_TABLES, *CAMPAIGN_TABLES),
    }
    tables = [table for table in metadata.tables.values() if table not in elsewhere]
    named = {
        str(constraint.name)
        for table in tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    } | {index.name for table in tables for index in table.indexes if index.unique}
    # Held by the trigger that raises revisions, and by a load's own lock.
    untried = {"ck_penalty_case_revision_positive"}
    assert named - {constraint for _statement, constraint in WRONG_STATES} == untried


def test_every_constraint_and_index_has_a_name_of_the_convention(database_urls: TestDatabase) -> None:
    prefixes = {"c": "ck", "f": "fk", "p": "pk", "u": "uq"}
    with psycopg.connect(dsn(database_urls.owner)) as connection:
        constraints = connection.execute(
            "SELECT contype::text, c.relname, conname FROM pg_constraint JOIN pg_class c ON c.oid = conrelid "
            "WHERE c.relnamespace = 'public'::regnamespace AND contype <> 'n' AND c.relname <> 'alembic_version'"
        ).fetchall()
        indexes = connection.execute(
            "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchall()
    assert {table for _kind, table, _name in constraints} == set(metadata.tables)
    for kind, table, name in constraints:
        assert name.startswith(f"{prefixes[kind]}_{table}"), name
    for table, name in indexes:
        assert name.startswith((f"ix_{table}_", f"uq_{table}_", f"pk_{table}")), name


# Roles ---------------------------------------------------------------------------------------------------------------


def test_the_application_reads_and_writes_rows_and_nothing_else(database_urls: TestDatabase) -> None:
    with psycopg.connect(seeing_all(database_urls.application), autocommit=True) as connection:
        (role, is_superuser, may_create) = (
            connection.execute(
                "SELECT rolname, rolsuper OR rolbypassrls, rolcreaterole OR rolcreatedb FROM pg_roles "
                "WHERE rolname = current_user"
            ).fetchone()
            or ()
        )
        assert (role, is_superuser, may_create) == ("jiandu_app", False, False)
        owned = connection.execute("SELECT tablename FROM pg_tables WHERE tableowner = current_user").fetchall()
        assert owned == []
        tables = [name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        assert set(tables) == set(metadata.tables) | {"alembic_version"}
        for table in tables:
            for refused in (
                "TRUNCATE {}",
                "ALTER TABLE {} ADD COLUMN x int",
                "DROP TABLE {}",
                "CREATE INDEX ON {} ((1))",
            ):
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(sql.SQL(refused).format(sql.Identifier(table)))
        for refused in ("CREATE TABLE mine (x int)", "DELETE FROM alembic_version", "SET ROLE jiandu_owner"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(refused.encode())


# Migrations ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def empty_database(postgres: EmbeddedDatabase, database_urls: TestDatabase) -> Iterator[TestDatabase]:
    """A database that no migration has seen."""
    name = f"{database_urls.owner.database}_empty"
    with psycopg.connect(dsn(postgres.superuser), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER jiandu_owner TEMPLATE template0".encode())
        try:
            yield TestDatabase(
                *(getattr(postgres, role).set(database=name) for role in ("superuser", "owner", "application"))
            )
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


async def test_the_migrations_give_the_tables_of_the_schema(database_urls: TestDatabase) -> None:
    await check_migrations(database_urls.owner)


async def test_a_difference_between_migrations_and_schema_is_found(database_urls: TestDatabase) -> None:
    with psycopg.connect(dsn(database_urls.owner)) as connection:
        connection.execute("ALTER TABLE agency DROP COLUMN priority")
    with pytest.raises(DatabaseError, match="priority"):
        await check_migrations(database_urls.owner)


async def test_two_migrations_at_once_wait_for_one_another(empty_database: TestDatabase) -> None:
    assert await current_revision(empty_database.owner) is None
    found: list[tuple[str | None, str | None]] = []

    async def migrate_once() -> None:
        found.append(await migrate(empty_database.owner))

    async with anyio.create_task_group() as tasks:
        for _number in range(2):
            tasks.start_soon(migrate_once)
    newest = newest_revision()
    assert sorted(found, key=str) == [(newest, newest), (None, newest)]
    await check_migrations(empty_database.owner)


async def test_a_program_refuses_a_database_of_another_revision(
    database: Database, empty_database: TestDatabase
) -> None:
    await require_newest(database)
    behind = Database.at(empty_database.application, scope=EVERYTHING)
    try:
        with pytest.raises(DatabaseError, match="jiandu migrate"):
            await require_newest(behind)
    finally:
        await behind.close()


async def test_a_role_that_may_not_change_the_tables_is_told_which_setting_names_one_that_may(
    empty_database: TestDatabase,
) -> None:
    with pytest.raises(DatabaseError, match="JIANDU_OWNER_DATABASE_URL"):
        await migrate(empty_database.application)
