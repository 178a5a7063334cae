"""The `jiandu` program as scripts, cron jobs and people meet it (../shared/contract/cli.md)."""

import json
import os
import re
import shutil
import signal
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import anyio
import httpx
import psycopg
import pytest
from sqlalchemy import text

from schema.access_records import EVERYTHING
from schema.vocabularies import AnomalyKind, AnomalyStatus
from stores.migrating import newest_revision
from stores.postgres import Database
from tests.acceptance.program import (
    COMPARISON,
    NO_ELASTICSEARCH,
    NOBODY,
    REPORT,
    SAMPLE,
    SAMPLE_CASES,
    Program,
    Running,
    ask,
    postgres_runs,
    wait_until,
)
from tests.conftest import TestDatabase, dsn, seeing_all
from tests.folders import new_folder
from tests.integration.anomaly_rows import Found, write_findings

pytestmark = pytest.mark.acceptance
HITS = {"totalCount", "engine", "degraded", "interpretedAs", "hits"}

# -- the embedded database ---------------------------------------------------------------------------------------------


def test_the_first_command_makes_the_database_and_all_that_run_share_it(
    program: Program, data: str, served: tuple[Running, dict[str, str]]
) -> None:
    _, addresses = served
    assert ask(addresses).json() == {"data": {"cases": {"totalCount": 0}}}
    server = (Path(data) / "postgres" / "postmaster.pid").read_text()
    loaded = program.run("feed", "load", *SAMPLE, "--json", data_dir=data)
    assert loaded.status == 0
    reports = [json.loads(line) for line in loaded.out.splitlines()]
    assert [set(report) for report in reports] == [REPORT] * 3
    assert [report["inserted"] for report in reports] == [14, 23, SAMPLE_CASES]
    assert ask(addresses).json() == {"data": {"cases": {"totalCount": SAMPLE_CASES}}}
    found = program.run("search", "危险废物", "--domain", "ENVIRONMENT", "--first", "1", "--json", data_dir=data).json
    assert set(found) == HITS
    assert (found["engine"], found["degraded"]) == ("POSTGRESQL", False)
    assert set(found["hits"][0]) == {"documentNumber", "agency", "party", "score", "highlights"}
    migrated = program.run("migrate", "--json", data_dir=data)
    assert migrated.json == {"from": newest_revision(), "to": newest_revision()}
    assert (Path(data) / "postgres" / "postmaster.pid").read_text() == server


@pytest.mark.usefixtures("served")
def test_people_read_hits_line_by_line(program: Program, data: str) -> None:
    program.run("feed", "load", *SAMPLE, data_dir=data)
    result = program.run("search", "危险废物", "--first", "2", data_dir=data)
    assert (result.status, result.err) == (0, "")
    first, *lines = result.out.splitlines()
    assert re.fullmatch(r'\d+ cases? for .*"危险废物".* \(POSTGRESQL\)', first)
    assert sum(not line.startswith("    ") for line in lines) == 2
    assert "<em>" not in result.out


def test_a_search_is_explained_without_any_server(program: Program, tmp_path: Path) -> None:
    nowhere = {"database_url": "postgresql://nobody@127.0.0.1:9/nothing", "elasticsearch_url": NOBODY}
    for servers in (nowhere, {"data_dir": str(tmp_path / "data")}):
        words = ("search", "危险废物 -贮存", "--domain", "LAND", "--first", "3", "--explain")
        found = program.run(*words, "--json", **servers)
        assert (found.status, found.err) == (0, "")
        assert set(found.json) == {"interpretedAs", "tree", "elasticsearch", "sql"}
        assert found.json["elasticsearch"]["size"] == 4
        assert [statement.split()[0] for statement in found.json["sql"]] == ["SELECT", "SELECT"]
        for_people = program.run(*words, **servers).out
        places = [for_people.index(part) for part in ("Parse tree", "Elasticsearch", "PostgreSQL", "'LAND'")]
        assert places == sorted(places)
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("served")
def test_a_load_ends_with_one_for_rejected_rows_and_two_for_unreadable_files(
    program: Program, data: str, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"kind": "penalty_case", "agency": "没有登记的局", "documentNumber": "〔2020〕1号"}\n')
    rejected = program.run("feed", "load", str(bad), "--json", data_dir=data)
    assert (rejected.status, rejected.json["rejected"]) == (1, 1)
    assert [(error["line"], error["code"]) for error in rejected.json["errors"]] == [(1, "UNKNOWN_AGENCY")]
    told = program.run("feed", "load", str(bad), data_dir=data)
    assert told.status == 1
    assert "line 1, agency: UNKNOWN_AGENCY" in told.out
    both = program.run("feed", "load", str(tmp_path / "absent.csv"), str(bad), "--json", data_dir=data)
    assert both.status == 2
    assert [json.loads(line)["file"] for line in both.out.splitlines()] == [str(tmp_path / "absent.csv"), str(bad)]
    assert both.err.startswith(f"jiandu: {tmp_path / 'absent.csv'}: ")


@pytest.mark.usefixtures("served")
def test_without_a_token_only_the_local_administrator_is_answered(program: Program, data: str) -> None:
    serve = ("serve", "--port", "0", "--json")
    everywhere = ("--host", "0.0.0.0", "--workers", "2")  # noqa: S104  the point of the test
    with ExitStack() as stack:
        closed = [
            stack.enter_context(program.start(*serve, data_dir=data, auth="required")),
            stack.enter_context(program.start(*serve, *everywhere, data_dir=data)),
        ]
        for running in closed:
            addresses = {name: url.replace("0.0.0.0", "127.0.0.1") for name, url in running.line().items()}  # noqa: S104  the same
            answer = ask(addresses)
            assert answer.status_code == httpx.codes.UNAUTHORIZED
            assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
            assert httpx.get(addresses["health"]).json()["database"] == "ok"
            assert httpx.get(addresses["health"].replace("readyz", "livez")).status_code == httpx.codes.OK
        for running in closed:
            result = running.end(signal.SIGTERM)
            assert (result.status, "Traceback" in result.err) == (0, False)


def test_a_port_that_is_taken_is_told_in_a_sentence(
    program: Program, data: str, served: tuple[Running, dict[str, str]]
) -> None:
    port = httpx.URL(served[1]["graphql"]).port
    assert f"port {port}" in program.run("serve", "--port", str(port), data_dir=data).sentence


def test_a_server_that_ends_takes_the_database_with_it(data: str, served: tuple[Running, dict[str, str]]) -> None:
    result = served[0].end(signal.SIGTERM)
    assert (result.status, result.out, result.err) == (0, "", "")
    assert not postgres_runs(data)


def test_a_number_left_behind_by_a_power_cut_is_not_taken_for_the_server(program: Program, data: str) -> None:
    # What a server writes down, under a number that is now another program's: this one's.
    left = [os.getpid(), Path(data) / "postgres", 0, 5432, Path(data) / "postgres", "", "0 0", "ready"]
    (Path(data) / "postgres" / "postmaster.pid").write_text("".join(f"{line}\n" for line in left))
    assert program.run("search", "危险废物", data_dir=data).status == 0
    assert not postgres_runs(data)


def test_two_demos_share_a_folder_and_end_one_after_the_other(program: Program) -> None:
    folder = new_folder()
    data = str(folder / "data")
    try:
        with program.start("demo", "--port", "0", "--data", data, "--json") as first:
            with program.start("demo", "--port", "0", "--data", data, "--json") as second:
                addresses = [first.line(), second.line()]
                for address in addresses:
                    assert ask(address).json() == {"data": {"cases": {"totalCount": SAMPLE_CASES}}}
                # Whoever is killed says no good-bye, and keeps the database of the others neither running nor down.
                assert second.end(signal.SIGKILL).status == -signal.SIGKILL
            assert ask(addresses[0]).status_code == httpx.codes.OK
            result = first.end(signal.SIGINT)
        assert (result.status, result.out, "Traceback" in result.err) == (0, "", False)
        assert not postgres_runs(data)
    finally:
        shutil.rmtree(folder)


# -- Elasticsearch and a database of one's own -------------------------------------------------------------------------


def test_the_commands_of_the_index(program: Program, servers: dict[str, str], database_urls: TestDatabase) -> None:
    program.run("feed", "load", *SAMPLE, **servers | NO_ELASTICSEARCH)
    assert program.run("index", "verify", **servers).sentence.endswith("Build it with `jiandu index rebuild`.")
    synced = program.run("index", "sync", "--json", **servers)
    assert (synced.status, synced.json) == (0, {"indexed": SAMPLE_CASES, "refused": 0, "pending": 0})
    agreed = program.run("index", "verify", "--json", **servers)
    assert agreed.status == 0
    assert agreed.json == dict.fromkeys(COMPARISON, 0) | {"database": SAMPLE_CASES, "index": SAMPLE_CASES}
    with psycopg.connect(seeing_all(database_urls.application)) as connection:
        connection.execute("UPDATE penalty_case SET fine = 1 WHERE id = (SELECT min(id) FROM penalty_case)")
    differing = program.run("index", "verify", "--repair", "--json", **servers)
    assert (differing.status, differing.json["stale"], differing.json["repaired"]) == (1, 1, 1)
    status = program.run("index", "status", "--json", **servers)
    assert status.json["outbox"] == 1
    assert {"alias", "index", "lag_seconds", "dead_letters", "mapping_version"} <= set(status.json)
    rebuilt = program.run("index", "rebuild", "--json", **servers)
    assert set(rebuilt.json) == {"index", "documents", "seconds"}
    assert rebuilt.json["documents"] == SAMPLE_CASES
    told = program.run("index", "status", **servers)
    assert f"index: {rebuilt.json['index']}\n" in told.out
    assert program.run("search", "废物", "--json", **servers).json["engine"] == "ELASTICSEARCH"


def test_whoever_loads_finds_at_once_what_was_loaded(program: Program, servers: dict[str, str]) -> None:
    assert program.run("feed", "load", *SAMPLE, **servers).status == 0
    found = program.run("search", "危险废物 倾倒", "--json", **servers).json
    assert (found["engine"], found["totalCount"]) == ("ELASTICSEARCH", 1)
    assert program.run("index", "status", "--json", **servers).json["outbox"] == 0


def test_a_search_is_narrowed_to_kinds_of_findings(
    program: Program, servers: dict[str, str], database_urls: TestDatabase
) -> None:
    program.run("feed", "load", *SAMPLE, **servers | NO_ELASTICSEARCH)
    late = Found("service.late", AnomalyKind.SLOW_ACTION)

    async def open_findings() -> None:
        database = Database.at(database_urls.application, scope=EVERYTHING)
        async with database.begin() as connection:
            ids = await connection.scalars(text("SELECT id FROM penalty_case ORDER BY id LIMIT 2"))
        await write_findings(
            database, dict(zip(ids, ([late], [replace(late, status=AnomalyStatus.DISMISSED)]), strict=True))
        )
        await database.close()

    anyio.run(open_findings)
    for words, found in (
        (("--anomaly", "SLOW_ACTION"), 1),
        (("--anomaly", "LATE_ENTRY"), 0),
        (("--anomaly", "LATE_ENTRY", "--anomaly", "SLOW_ACTION"), 1),
    ):
        result = program.run("search", "号", *words, "--json", **servers | NO_ELASTICSEARCH).json
        assert (set(result), result["totalCount"]) == (HITS, found)
    assert program.run("search", "号", "--anomaly", "LATE", **servers).status == 2


def test_what_is_loaded_while_elasticsearch_is_away_is_loaded_all_the_same(
    program: Program, servers: dict[str, str]
) -> None:
    loaded = program.run("feed", "load", *SAMPLE, **servers | {"elasticsearch_url": NOBODY})
    assert loaded.status == 0
    assert "kept, but not searchable yet. Elasticsearch does not answer" in loaded.err
    synced = program.run("index", "sync", "--json", **servers)
    assert synced.json == {"indexed": SAMPLE_CASES, "refused": 0, "pending": 0}


def test_relays_that_are_ended_say_what_they_did(
    program: Program, servers: dict[str, str], database_urls: TestDatabase
) -> None:
    program.run("feed", "load", *SAMPLE, **servers | NO_ELASTICSEARCH)
    endings = (signal.SIGTERM, signal.SIGINT)
    with ExitStack() as stack:
        relays = [stack.enter_context(program.start("index", "sync", "--follow", "--json", **servers)) for _ in endings]
        with psycopg.connect(seeing_all(database_urls.application), autocommit=True) as watching:
            # One can be done with it all before the other one is there at all.
            listening = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'"
            )
            wait_until(lambda: watching.execute(listening.encode()).fetchone() == (len(endings),))
            wait_until(lambda: watching.execute("SELECT count(*) FROM outbox").fetchone() == (0,))
        results = [relay.end(ending) for relay, ending in zip(relays, endings, strict=True)]
    assert [(result.status, "Traceback" in result.err) for result in results] == [(0, False)] * 2
    reports = [result.json for result in results]
    assert sum(report["indexed"] for report in reports) == SAMPLE_CASES
    assert [report["pending"] for report in reports] == [0, 0]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_load_that_is_interrupted_is_not_done_and_stores_nothing(
    program: Program, servers: dict[str, str], database_urls: TestDatabase, ending: signal.Signals
) -> None:
    with psycopg.connect(dsn(database_urls.superuser)) as holder:
        holder.execute("LOCK TABLE penalty_case IN SHARE MODE")
        with (
            program.start("feed", "load", *SAMPLE, "--json", **servers) as loading,
            psycopg.connect(dsn(database_urls.superuser), autocommit=True) as watching,
        ):
            blocked = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            wait_until(lambda: watching.execute(blocked.encode()).fetchone())
            result = loading.end(ending)
    assert result.status == 2
    assert "interrupted" in result.err
    assert "Traceback" not in result.err
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        rows = connection.execute("SELECT status, inserted FROM feed_run ORDER BY id").fetchall()
        assert rows == [("DONE", 14), ("DONE", 23), ("INTERRUPTED", 0)]
        assert connection.execute("SELECT count(*) FROM penalty_case").fetchone() == (0,)


def test_a_superuser_s_url_acts_as_the_application_s_role(
    program: Program, servers: dict[str, str], database_urls: TestDatabase
) -> None:
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        connection.execute("ALTER TABLE feed_run ADD COLUMN acted_as text DEFAULT current_user")
    loaded = program.run("feed", "load", SAMPLE[0], **servers | {"database_url": dsn(database_urls.superuser)})
    assert loaded.status == 0
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        assert connection.execute("SELECT acted_as FROM feed_run").fetchall() == [("jiandu_app",)]


def test_migrate_says_what_it_did(program: Program, unmigrated: TestDatabase) -> None:
    given = {"database_url": dsn(unmigrated.application), "owner_database_url": dsn(unmigrated.owner)}
    assert program.run("migrate", "--json", **given).json == {"from": None, "to": newest_revision()}
    assert program.run("migrate", **given).out == f"The database is at revision {newest_revision()} already.\n"


@pytest.mark.parametrize("words", [("search", "废物"), ("serve", "--port", "0"), ("feed", "load", SAMPLE[0])])
def test_a_database_that_was_not_migrated_is_told_in_a_sentence(
    program: Program, servers: dict[str, str], unmigrated: TestDatabase, words: tuple[str, ...]
) -> None:
    result = program.run(*words, **servers | {"database_url": dsn(unmigrated.application)})
    assert result.sentence.endswith("run `jiandu migrate`.")


def test_a_fault_of_our_own_says_where_it_is_and_quotes_nothing(
    program: Program, servers: dict[str, str], database_urls: TestDatabase
) -> None:
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        connection.execute("REVOKE SELECT ON outbox FROM jiandu_app")
    result = program.run("index", "status", "--json", **servers)
    assert (result.status, result.out) == (2, "")
    assert "index_status.py" in result.err
    assert "permission denied" not in result.err


@pytest.mark.parametrize("words", [("migrate",), ("search", "废物")])
def test_a_database_of_a_newer_program_is_left_alone(
    program: Program, servers: dict[str, str], database_urls: TestDatabase, words: tuple[str, ...]
) -> None:
    with psycopg.connect(dsn(database_urls.owner)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    result = program.run(*words, **servers | {"owner_database_url": dsn(database_urls.owner)})
    assert "9999, which this program does not know" in result.sentence


def test_a_server_that_lets_nobody_in_is_told_from_one_that_is_away(
    program: Program, servers: dict[str, str], database_urls: TestDatabase
) -> None:
    nowhere = database_urls.application.set(database="no_such_database")
    result = program.run("search", "废物", **servers | {"database_url": dsn(nowhere)})
    assert "PostgreSQL refuses the connection" in result.sentence


def test_an_application_s_role_that_may_not_migrate_is_told_so(program: Program, unmigrated: TestDatabase) -> None:
    result = program.run("migrate", database_url=dsn(unmigrated.application))
    assert "JIANDU_OWNER_DATABASE_URL" in result.sentence
