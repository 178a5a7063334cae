"""Row-level security: whatever a statement asks, a transaction sees what is in its scope."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from schema.access_records import EVERYTHING, Scope
from schema.access_vocabularies import AuditAction
from schema.audit_records import Caller, Deed
from schema.campaign_tables import campaign_queue
from schema.clue_tables import (
    clue,
    clue_anomaly,
    clue_case,
    clue_event,
    clue_hand_over,
    clue_participation,
    clue_receipt,
)
from schema.county_report_tables import county_report, typical_case
from schema.duty_crime_tables import duty_crime_case, duty_crime_event
from schema.follow_up_tables import FOLLOW_UPS
from schema.measure_tables import measure, measure_case, measure_event
from schema.metadata import metadata
from schema.public_interest_tables import public_interest_case, public_interest_event, public_interest_penalty_case
from schema.triage_tables import triage, triage_queue
from schema.vocabularies import AnomalyKind, FeedKind
from stores.audit_trail import write_entries
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn
from tests.integration.anomaly_rows import Found, write_findings
from tests.integration.feeding import Feed, agency, case, organisation, procuratorate
from tests.integration.follow_up_feeding import follow_up
from tests.integration.test_campaign_tables import TABLES as CAMPAIGN_TABLES

EASTERN, WESTERN, UNASSIGNED = "东县生态环境局", "西县生态环境局", "中市城市管理局"
AGENCIES: Final = (EASTERN, WESTERN, UNASSIGNED)

OF_CASES: Final = frozenset(
    {"penalty_case", "party", *(table.name for table in FOLLOW_UPS.values())} - {"criminal_case"}
)
OF_FINDINGS: Final = frozenset({"anomaly", "anomaly_event", "judged_file", "judgement"})
PROTECTED: Final = OF_CASES | OF_FINDINGS | {"criminal_case"}

# Tried in test_feed_runs_in_scope.py.
OF_LOADS: Final = frozenset({"feed_run", "feed_delivery"})
# Tried in test_supervision_security.py.
OF_SUPERVISION: Final = frozenset(
    table.name
    for table in (
        *(clue, clue_hand_over, clue_receipt, clue_participation, clue_case, clue_anomaly, clue_event),
        *(measure, measure_case, measure_event, triage, triage_queue),
        # Tried in test_duty_tables.py.
        *(duty_crime_case, duty_crime_event, public_interest_case, public_interest_event),
        *(public_interest_penalty_case, county_report, typical_case),
    )
)
OF_AUDIT: Final = frozenset({"audit_entry", "audit_seal", "watched_name"})
# Tried in test_campaign_security.py.
OF_CAMPAIGNS: Final = frozenset(table.name for table in CAMPAIGN_TABLES if table is not campaign_queue)

OPEN: Final = {
    "Who may call is asked before there is a scope.": {"account", "failed_sign_in", "machine_key", "sign_in_session"},
    "Organisations, the law and what nobody's case is told by are no secret.": {
        *("agency", "procuratorate", "statute", "agency_setting", "rule_book", "cannot_tell", "rules_run"),
    },
    "Work of the program, which no query of the API reads by itself.": {
        *("judging_queue", "outbox", "dead_letter", "index_rebuild", "index_walk", "applied_mutation"),
        *("case_source", "case_agency_name", "follow_up_agency_name", "agency_name", "agency_move", "document_counter"),
    },
    "Found by functions that are not leakproof, which could use no index behind a policy: the API has to ask for them "
    "by cases it was shown.": {"case_text", "case_text_covered"},
    "A case's earlier party may have no case any more: the API asks for the changes of cases it was shown.": {
        "record_change"
    },
    "Work of the program too: which cases changed.": {"campaign_queue"},
    "Loads, whose rows are encrypted; filled by COPY, which no policy allows, and read with their run.": {
        *("feed", "feed_row", "rejected_row"),
    },
}


@dataclass(frozen=True, slots=True)
class City:
    """A record in which every protected table has a row for each agency."""

    database: Database
    agencies: dict[str, int]
    procuratorates: dict[str, int]

    def of_counties(self, *names: str, unassigned: bool = False) -> Scope:
        """The scope of somebody who supervises."""
        ids = tuple(self.procuratorates[name] for name in names)
        return Scope(procuratorate_ids=ids, unassigned=unassigned, findings=True, criminal_cases=True)

    async def seen(self, scope: Scope) -> dict[str, set[str]]:
        """Of which agencies a scope shows rows, by table."""
        return {table: await self.seen_in(table, scope) for table in sorted(PROTECTED)}

    async def seen_in(self, table: str, scope: Scope) -> set[str]:
        """Of which agencies a scope shows rows in one table."""
        async with self.database.acting(scope).begin() as connection:
            ids = list(await connection.scalars(text(f"SELECT id FROM {table}" if table != "judgement" else _JUDGED)))  # noqa: S608  our own names
        async with self.database.acting(EVERYTHING).begin() as connection:
            owners = await connection.scalars(text(_OWNERS[table]), {"ids": ids})
            return set(owners)


_JUDGED: Final = "SELECT case_id FROM judgement"
_OF_A_CASE: Final = (
    "SELECT a.name FROM {} t JOIN penalty_case c ON c.id = t.case_id JOIN agency a ON a.id = c.agency_id"
)
_OWNERS: Final = {
    **{
        table: f"SELECT a.name FROM {table} t JOIN agency a ON a.id = t.agency_id WHERE t.id = ANY (:ids)"  # noqa: S608  our own names
        for table in PROTECTED - OF_FINDINGS - {"party"}
    },
    **{table: f"{_OF_A_CASE.format(table)} WHERE t.id = ANY (:ids)" for table in ("anomaly", "judged_file")},
    "party": "SELECT a.name FROM penalty_case c JOIN agency a ON a.id = c.agency_id WHERE c.party_id = ANY (:ids)",
    "judgement": f"{_OF_A_CASE.format('judgement')} WHERE t.case_id = ANY (:ids)",
    "anomaly_event": _OF_A_CASE.format("anomaly")
    + " JOIN anomaly_event e ON e.anomaly_id = t.id WHERE e.id = ANY (:ids)",
}
_EVENTS: Final = text(
    "INSERT INTO anomaly_event (anomaly_id, event, status, certainty, explanation, evidence, law, rule_version,"
    " rule_book_id, judged_file_id, as_of)"
    " SELECT id, 'OPENED', status, certainty, explanation, evidence, law, rule_version, rule_book_id, judged_file_id,"
    " as_of FROM anomaly"
)
_JUDGEMENTS: Final = text(
    "INSERT INTO judgement (case_id, as_of, rule_book_id, file_digest, seen_below)"
    " SELECT c.id, '2024-06-07', b.id, 'test', 1 FROM penalty_case c, rule_book b"
)


_HANDED_UP: Final = (
    "UPDATE agency a SET procuratorate_id = p.id FROM procuratorate p"
    " WHERE p.name = :procuratorate AND a.name = :agency"
)


@pytest.fixture
async def city(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> City:
    feed = Feed(database, keys, clock, tmp_path)
    await feed(
        procuratorate("中市人民检察院"),
        procuratorate("东县人民检察院", parent="中市人民检察院"),
        procuratorate("西县人民检察院", parent="中市人民检察院"),
        name="procuratorates.jsonl",
    )
    await feed(
        agency(EASTERN, procuratorate="东县人民检察院"),
        agency(WESTERN, procuratorate="西县人民检察院"),
        agency(UNASSIGNED),
        name="agencies.jsonl",
    )
    rows = [{**case(f"{name}1号", party=organisation(f"{name}甲公司")), "agency": name} for name in AGENCIES]
    rows += [{**follow_up(kind, f"{name}1号"), "agency": name} for name in AGENCIES for kind in FOLLOW_UPS]
    report = await feed(*rows, name="cases.jsonl")
    assert report.accounts.rejected == 0, report.errors
    async with database.begin() as connection:
        cases = list(await connection.scalars(text("SELECT id FROM penalty_case")))
    await write_findings(database, {case_id: [Found("transfer.late", AnomalyKind.LATE_TRANSFER)] for case_id in cases})
    async with database.begin() as connection:
        await connection.execute(_EVENTS)
        await connection.execute(_JUDGEMENTS)
        agencies = {row.name: row.id for row in await connection.execute(text("SELECT name, id FROM agency"))}
        procuratorates = {
            row.name: row.id for row in await connection.execute(text("SELECT name, id FROM procuratorate"))
        }
    return City(database, agencies, procuratorates)


def everywhere(*agencies: str) -> dict[str, set[str]]:
    """The same agencies in every protected table."""
    return {table: set(agencies) for table in PROTECTED}


async def test_the_program_itself_sees_every_row(city: City) -> None:
    assert await city.seen(EVERYTHING) == everywhere(*AGENCIES)


async def test_a_transaction_without_a_scope_sees_no_row(city: City) -> None:
    assert await city.seen(Scope()) == everywhere()
    async with city.database.engine.connect() as connection:
        for table in PROTECTED:
            assert await connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table  # noqa: S608  our own names


async def test_a_scope_ends_with_its_transaction(city: City, database_urls: TestDatabase) -> None:
    everything = Database.at(database_urls.application, scope=EVERYTHING)
    async with everything.begin() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM penalty_case")) == len(city.agencies)
        server = await connection.scalar(text("SELECT pg_backend_pid()"))
    async with everything.engine.connect() as connection:
        assert await connection.scalar(text("SELECT pg_backend_pid()")) == server
        assert await connection.scalar(text("SELECT count(*) FROM penalty_case")) == 0
    await everything.close()


async def test_a_county_sees_the_cases_of_the_agencies_it_supervises(city: City) -> None:
    assert await city.seen(city.of_counties("东县人民检察院")) == everywhere(EASTERN)
    assert await city.seen(city.of_counties("西县人民检察院")) == everywhere(WESTERN)
    assert await city.seen(city.of_counties("中市人民检察院")) == everywhere()


async def test_a_city_sees_what_its_counties_see_and_what_nobody_supervises(city: City) -> None:
    whole = city.of_counties(*city.procuratorates, unassigned=True)
    assert await city.seen(whole) == everywhere(*AGENCIES)
    assert await city.seen(replace(whole, unassigned=False)) == everywhere(EASTERN, WESTERN)


async def test_whoever_sees_every_agency_sees_no_case_of_one_that_came_later_to_others(city: City) -> None:
    whole = city.of_counties("东县人民检察院", "西县人民检察院", unassigned=True)
    assert await city.seen_in("penalty_case", whole) == set(AGENCIES)
    async with city.database.acting(EVERYTHING).begin() as connection:
        await connection.execute(text(_HANDED_UP), {"agency": EASTERN, "procuratorate": "中市人民检察院"})
    assert await city.seen_in("penalty_case", whole) == {WESTERN, UNASSIGNED}


async def test_whoever_sees_every_agency_is_not_asked_so_at_every_case(city: City) -> None:
    whole = city.of_counties(*city.procuratorates, unassigned=True)
    for scope, asked in ((whole, False), (replace(whole, unassigned=False), True)):
        async with city.database.acting(scope).begin() as connection:
            plan = await connection.scalars(text("EXPLAIN (ANALYZE, COSTS OFF) SELECT count(*) FROM penalty_case"))
            lines = "\n".join(plan)
        _, at_each_case = lines.split("on penalty_case")
        assert ("(never executed)" not in at_each_case) is asked, lines


async def test_a_clerk_sees_the_agencys_cases_and_neither_findings_nor_what_the_police_did(city: City) -> None:
    seen = await city.seen(Scope(agency_id=city.agencies[WESTERN]))
    assert seen == {table: {WESTERN} if table in OF_CASES else set() for table in PROTECTED}


async def test_the_scope_says_of_a_case_what_the_database_says(city: City) -> None:
    rows = "SELECT a.id, a.procuratorate_id, a.name FROM agency a"
    async with city.database.acting(EVERYTHING).begin() as connection:
        agencies = (await connection.execute(text(rows))).all()
    ids = (None, *city.agencies.values())
    counties = tuple(city.procuratorates.values())
    for agency_id in ids:
        for procuratorate_ids in ((), *((county,) for county in counties), counties):
            for unassigned in (False, True):
                scope = Scope(procuratorate_ids=procuratorate_ids, unassigned=unassigned, agency_id=agency_id)
                held = {row.name for row in agencies if scope.holds(row.id, row.procuratorate_id)}
                assert await city.seen_in("penalty_case", scope) == held, scope


async def test_nobody_changes_or_deletes_what_is_out_of_scope(city: City) -> None:
    async with city.database.acting(city.of_counties("东县人民检察院")).begin() as connection:
        for statement in ("UPDATE penalty_case SET title = '改'", "DELETE FROM transfer", "DELETE FROM enforcement"):
            assert (await connection.execute(text(statement))).rowcount == 1, statement
    seen = await city.seen(EVERYTHING)
    assert seen["transfer"] == seen["enforcement"] == {WESTERN, UNASSIGNED}


async def test_nobody_moves_or_adds_a_row_out_of_scope(city: City) -> None:
    eastern = city.of_counties("东县人民检察院")
    for statement in (
        "UPDATE penalty_case SET agency_id = :other",
        """
        INSERT INTO penalty_case (agency_id, party_id, document_number, identity_derived, domain, sources)
        SELECT :other, id, 'x', false, 'OTHER', '{PLATFORM}' FROM party LIMIT 1
        """,
    ):
        with pytest.raises(ProgrammingError) as refused:
            async with city.database.acting(eastern).begin() as connection:
                await connection.execute(text(statement), {"other": city.agencies[WESTERN]})
        assert isinstance(refused.value.orig, errors.InsufficientPrivilege)


async def test_whatever_the_scope_a_deed_is_written_down_and_only_whoever_may_reads_it(city: City) -> None:
    deed = Deed(action=AuditAction.VIEW, operation="node", detail={})
    caller = Caller(login="li", account_id=None, session_id=None, address="192.0.2.1", purpose="检查")
    async with city.database.acting(Scope()).begin() as connection:
        await write_entries(connection, caller, [deed])
    whole = city.of_counties(*city.procuratorates, unassigned=True)
    for scope, shown in ((whole, 0), (Scope(audit_trail=True), 1), (EVERYTHING, 1)):
        async with city.database.acting(scope).begin() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM audit_entry")) == shown, scope


def test_every_table_is_protected_or_says_why_it_is_not(database_urls: TestDatabase) -> None:
    said = set().union(*OPEN.values())
    protected = PROTECTED | OF_LOADS | OF_AUDIT | OF_SUPERVISION | OF_CAMPAIGNS
    assert protected | said == set(metadata.tables)
    assert not (protected - OF_AUDIT) & said
    query = "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"
    with psycopg.connect(dsn(database_urls.application)) as connection:
        assert {name for (name,) in connection.execute(query)} == protected


def test_every_kind_of_follow_up_is_here() -> None:
    assert set(FOLLOW_UPS) <= set(FeedKind)
    assert {table.name for table in FOLLOW_UPS.values()} <= PROTECTED
