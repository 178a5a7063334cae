"""What an upgrade does to rows that an older program wrote."""

import secrets
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from stores.embedded import EmbeddedDatabase
from stores.migrating import migrate
from tests.conftest import REPOSITORY, TestDatabase, dsn


@pytest.fixture
def unmigrated(postgres: EmbeddedDatabase) -> Iterator[TestDatabase]:
    """A database that no migration has seen."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(dsn(postgres.superuser), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER jiandu_owner TEMPLATE template0".encode())
        try:
            yield TestDatabase(
                *(getattr(postgres, role).set(database=name) for role in ("superuser", "owner", "application"))
            )
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


async def upgrade_to(revision: str, urls: TestDatabase) -> None:
    """Bring a database to a revision that need not be the newest."""

    def upgrade(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(REPOSITORY / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    engine = create_async_engine(urls.owner, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


OF_REVISION_3 = """
WITH office AS (
  INSERT INTO agency (name, aliases, name_tokens) VALUES
    ('甲局', '{乙局,丙局}', ' 甲 局 乙 局 丙 局 '), ('丁局', '{}', ' 丁 局 ') RETURNING id, name_tokens
), parties AS (
  INSERT INTO party (type, name, name_tokens) VALUES ('ORGANIZATION', '某厂', ' 某 厂 ') RETURNING id
), cases AS (
  INSERT INTO penalty_case (agency_id, party_id, document_number, identity_derived, domain, sources)
  SELECT office.id, parties.id, '罚1号', false, 'OTHER', '{PLATFORM}' FROM office, parties RETURNING id, agency_id
)
INSERT INTO case_text (case_id, agency) SELECT cases.id, name_tokens FROM cases JOIN office ON office.id = agency_id
"""


async def test_an_agencys_names_are_set_apart_in_every_case_and_the_index_hears_of_it(unmigrated: TestDatabase) -> None:
    await upgrade_to("0003", unmigrated)
    with psycopg.connect(dsn(unmigrated.owner)) as connection:
        connection.execute(OF_REVISION_3)
        connection.execute("DELETE FROM outbox")
    assert (await migrate(unmigrated.owner))[0] == "0003"
    with psycopg.connect(dsn(unmigrated.owner)) as connection:
        shown = "SELECT t.agency, c.revision FROM case_text t JOIN penalty_case c ON c.id = t.case_id ORDER BY c.id"
        assert connection.execute(shown).fetchall() == [(" 甲 局  乙 局  丙 局 ", 2), (" 丁 局 ", 1)]
        assert connection.execute("SELECT count(*) FROM outbox").fetchone() == (1,)


OF_REVISION_17 = """
WITH office AS (
  INSERT INTO agency (name, name_tokens) VALUES ('甲局', ' 甲 局 ') RETURNING id
), parties AS (
  INSERT INTO party (type, name, name_tokens, legal_representative)
  VALUES ('ORGANIZATION', '某厂', ' 某 厂 ', '王 建国、某公司') RETURNING id
), cases AS (
  INSERT INTO penalty_case (agency_id, party_id, document_number, identity_derived, domain, sources, facts,
                            person_names)
  SELECT office.id, parties.id, told.number, false, 'OTHER', '{PLATFORM}', told.facts, told.names
    FROM office, parties,
         (VALUES ('罚1号', '王建国到场', '{}'::text[]), ('罚2号', '', '{王建国,证人}')) AS told(number, facts, names)
  RETURNING id, document_number
)
INSERT INTO case_text (case_id, agency, facts)
SELECT id, ' 甲 局 ', CASE document_number WHEN '罚1号' THEN ' 王 建 国 到 场 ' ELSE '' END FROM cases
"""
CHANGED_SINCE = "UPDATE party SET legal_representative = '李四'"


@pytest.mark.parametrize("statement", ["SELECT", CHANGED_SINCE], ids=["now", "once"])
async def test_who_represented_a_party_is_covered_in_its_cases_that_were_there(
    unmigrated: TestDatabase, statement: str
) -> None:
    await upgrade_to("0017", unmigrated)
    with psycopg.connect(dsn(unmigrated.owner)) as connection:
        connection.execute(OF_REVISION_17)
        connection.execute(statement.encode())
        connection.execute("DELETE FROM outbox")
        changes = connection.execute("SELECT count(*) FROM record_change").fetchone()
    await migrate(unmigrated.owner)
    with psycopg.connect(dsn(unmigrated.owner)) as connection:
        assert connection.execute("SELECT representative_names FROM party").fetchall() == [(["王建国"],)]
        covered = "SELECT v.facts FROM case_text_covered v JOIN penalty_case c ON c.id = v.case_id"
        assert connection.execute(covered).fetchall() == [(" 到 场 ",)]
        assert connection.execute("SELECT count(DISTINCT case_id) FROM outbox").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM record_change").fetchone() == changes


OF_REVISION_19 = """
WITH office AS (
  INSERT INTO agency (name, name_tokens) VALUES ('甲局', ' 甲 局 ') RETURNING id
), parties AS (
  INSERT INTO party (type, name, name_tokens) VALUES ('ORGANIZATION', '某厂', ' 某 厂 ') RETURNING id
), cases AS (
  INSERT INTO penalty_case (agency_id, party_id, document_number, identity_derived, domain, sources)
  SELECT office.id, parties.id, told.number, false, 'OTHER', ARRAY[told.source]
    FROM office, parties, (VALUES ('罚1号', 'PLATFORM'), ('罚2号', 'PUBLISHED')) AS told(number, source)
  RETURNING id, agency_id, document_number
), texts AS (
  INSERT INTO case_text (case_id, agency) SELECT id, ' 甲 局 ' FROM cases
), book AS (
  INSERT INTO rule_book (digest, rules, law, reading) VALUES ('a', '{}', '[]', 'a') RETURNING id
), files AS (
  INSERT INTO judged_file (case_id, digest, file) SELECT id, 'a', '{}' FROM cases RETURNING id, case_id
)
INSERT INTO anomaly (case_id, rule, kind, certainty, status, explanation, evidence, law, due_on, done_on, as_of,
                     rule_version, rule_book_id, judged_file_id, evidence_digest, detected_at)
SELECT cases.id, found.rule, found.kind, found.certainty, found.status, '说明', '[]', '[]', found.due_on,
       found.done_on, '2024-06-01', 1, book.id, files.id, 'a', now()
  FROM book, cases JOIN files ON files.case_id = cases.id,
       (VALUES ('service.late', 'SLOW_ACTION', 'CERTAIN', 'OPEN', date '2024-03-11', date '2024-03-20'),
               ('found.not-filed', 'INACTION', 'POSSIBLE', 'CONFIRMED', '2024-04-01', NULL),
               ('entry.late', 'LATE_ENTRY', 'CERTAIN', 'RESOLVED', '2024-03-13', NULL))
         AS found(rule, kind, certainty, status, due_on, done_on)
 WHERE cases.document_number = '罚1号'
"""


async def test_every_case_that_was_there_waits_for_triage_where_its_findings_have_it(unmigrated: TestDatabase) -> None:
    await upgrade_to("0019", unmigrated)
    with psycopg.connect(dsn(unmigrated.owner)) as connection:
        connection.execute(OF_REVISION_19)
    await migrate(unmigrated.owner)
    with psycopg.connect(dsn(unmigrated.owner)) as connection:
        waiting = """
          SELECT c.document_number, q.department, q.certainty, q.due_on::text, q.done_days
            FROM triage_queue q JOIN penalty_case c ON c.id = q.case_id AND c.agency_id = q.agency_id ORDER BY 1, 2
        """
        assert connection.execute(waiting).fetchall() == [
            ("罚1号", "CIVIL_ADMINISTRATIVE", "CERTAIN", "2024-04-01", 9),
            ("罚1号", "INVESTIGATION_SUPERVISION", None, None, None),
            ("罚2号", "INVESTIGATION_SUPERVISION", None, None, None),
        ]


OF_REVISION_26 = """
WITH city AS (INSERT INTO procuratorate (name, region) VALUES ('市院', '411300') RETURNING id),
county AS (INSERT INTO procuratorate (name, region, parent_id) SELECT '县院', '411321', id FROM city RETURNING id),
office AS (
  INSERT INTO agency (name, name_tokens, procuratorate_id) SELECT '甲局', ' 甲 局 ', id FROM county RETURNING id
), person AS (
  INSERT INTO account (login, name, roles, procuratorate_id) SELECT 'a', '甲', '{CHIEF}', id FROM city RETURNING id
), proposed AS (
  INSERT INTO measure (kind, status, title, text, addressee, procuratorate_id, author_id, drafted_at, number, issued_on)
  SELECT 'PRE_LITIGATION_PROPOSAL', 'ISSUED', '建议', '内容', '甲局', county.id, person.id, now(), '建1号', '2024-02-20'
    FROM county, person RETURNING id
), marked AS (
  INSERT INTO typical_case (measure_id, procuratorate_id, summary, marked_by, marked_at)
  SELECT proposed.id, city.id, '典型', person.id, now() FROM proposed, city, person
), closed AS (
  INSERT INTO public_interest_case (number, title, domain, agency_id, status, measure_id, procuratorate_id, filed_on,
      sued_on, court, outcome, last_step_on, author_id, suspended_days)
  SELECT '立1号', '污染', 'LAND', office.id, 'CLOSED', proposed.id, county.id, '2024-02-01', '2024-06-01', '某法院',
      '归档', '2024-09-01', person.id, 3 FROM office, proposed, county, person RETURNING id, author_id
)
INSERT INTO public_interest_event (case_id, revision, event, happened_at, on_day, actor_id, status, note)
SELECT closed.id, told.revision, told.event, now(), '2024-08-01', author_id, told.event, told.note
  FROM closed, (VALUES (6, 'JUDGED', '判令履行'), (7, 'CLOSED', '归档')) AS told (revision, event, note)
"""


async def test_a_judgment_is_the_outcome_again_and_a_countys_record_the_countys(unmigrated: TestDatabase) -> None:
    await upgrade_to("0026", unmigrated)
    with psycopg.connect(dsn(unmigrated.owner)) as connection:
        connection.execute(OF_REVISION_26)
    await migrate(unmigrated.owner)
    with psycopg.connect(dsn(unmigrated.owner)) as connection:
        assert connection.execute("SELECT outcome FROM public_interest_case").fetchall() == [("判令履行",)]
        whose = "SELECT p.name FROM typical_case t JOIN procuratorate p ON p.id = t.procuratorate_id"
        assert connection.execute(whose).fetchall() == [("县院",)]
