"""The `jiandu` program as scripts, cron jobs and people meet it (../shared/contract/cli.md)."""

import json
import os
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unicodedata import category

import httpx
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from typer.testing import CliRunner

from api.graphql_schema import sdl
from commands.main import app
from commands.search import pointed
from stores.migrating import newest_revision
from stores.settings import Settings
from tests.acceptance.program import Program, Running, ask
from tests.conftest import REPOSITORY, TEST_KEY, TestDatabase, dsn

pytestmark = pytest.mark.acceptance

SAMPLE = sorted(str(file) for file in (REPOSITORY / "sample").glob("*.jsonl"))
SAMPLE_CASES = 72
NOBODY = "http://127.0.0.1:9"
REPORT = {
    "file",
    "run",
    "rows",
    "inserted",
    "updated",
    "unchanged",
    "rejected",
    "waiting",
    "skipped",
    "warnings",
    "errors",
}
COMPARISON = {"database", "index", "missing", "stale", "orphaned", "repaired"}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    opened = Program(tmp_path_factory.mktemp("program"))
    yield opened
    opened.close()


def new_folder() -> Path:
    # As root the database runs as another user, who has to reach it.
    folder = Path(tempfile.mkdtemp(prefix="jiandu-test-", dir="/var/tmp" if os.geteuid() == 0 else None))  # noqa: S108  a fresh one in it
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def data() -> Iterator[str]:
    """The folder of an embedded database that no command has used yet."""
    folder = new_folder()
    yield str(folder / "data")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def served(program: Program, data: str) -> Iterator[tuple[Running, dict[str, str]]]:
    """A server on the embedded database, which all the other commands share with it."""
    with program.start("serve", "--port", "0", "--json", data_dir=data) as running:
        yield running, running.line()


@pytest.fixture
def servers(database_urls: TestDatabase, search_settings: Settings) -> dict[str, str]:
    """Settings of servers that are not ours to start."""
    assert search_settings.elasticsearch_url is not None
    return {
        "database_url": dsn(database_urls.application),
        "elasticsearch_url": search_settings.elasticsearch_url.get_secret_value(),
        "elasticsearch_prefix": search_settings.elasticsearch_prefix,
        "data_key": TEST_KEY,
    }


@pytest.fixture
def unmigrated(database_urls: TestDatabase) -> Iterator[TestDatabase]:
    """A database without a table."""
    name = f"{database_urls.application.database}_empty"
    with psycopg.connect(dsn(database_urls.superuser), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 OWNER jiandu_owner".encode())
        yield TestDatabase(*(url.set(database=name) for url in vars_of(database_urls)))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def vars_of(urls: TestDatabase) -> tuple[Any, Any, Any]:
    return urls.superuser, urls.owner, urls.application


def postgres_runs(data: str) -> bool:
    return (Path(data) / "postgres" / "postmaster.pid").exists()


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


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
    assert set(found) == {"totalCount", "engine", "degraded", "interpretedAs", "hits"}
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
    assert re.fullmatch(r'\d+ cases for .*"危险废物".* \(POSTGRESQL\)', first)
    assert sum(not line.startswith("    ") for line in lines) == 2
    assert "<em>" not in result.out


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
    program.run("feed", "load", *SAMPLE, **servers)
    assert program.run("index", "verify", **servers).sentence.endswith("Build it with `jiandu index rebuild`.")
    synced = program.run("index", "sync", "--json", **servers)
    assert (synced.status, synced.json) == (0, {"indexed": SAMPLE_CASES, "refused": 0, "pending": 0})
    agreed = program.run("index", "verify", "--json", **servers)
    assert agreed.status == 0
    assert agreed.json == dict.fromkeys(COMPARISON, 0) | {"database": SAMPLE_CASES, "index": SAMPLE_CASES}
    with psycopg.connect(dsn(database_urls.application)) as connection:
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


def test_relays_that_are_ended_say_what_they_did(
    program: Program, servers: dict[str, str], database_urls: TestDatabase
) -> None:
    loaded = program.run("feed", "load", *SAMPLE, **servers)
    assert loaded.status == 0
    endings = (signal.SIGTERM, signal.SIGINT)
    with ExitStack() as stack:
        relays = [stack.enter_context(program.start("index", "sync", "--follow", "--json", **servers)) for _ in endings]
        with psycopg.connect(dsn(database_urls.application), autocommit=True) as watching:
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


# -- what goes wrong before anything is done ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "settings", "told"),
    [
        (("settings",), {"auth": "sometimes"}, "JIANDU_AUTH"),
        (("settings",), {"query_timeout_seconds": "soon"}, "JIANDU_QUERY_TIMEOUT_SECONDS"),
        (("search", "x"), {"database_url": "postgresql://a:geheim@127.0.0.1:9/x"}, "PostgreSQL does not answer"),
        (("migrate",), {"database_url": "postgresql://a:geheim@127.0.0.1:9/x"}, "PostgreSQL does not answer"),
        (("search", "x"), {"database_url": "mysql://a:geheim@b/c"}, "JIANDU_DATABASE_URL"),
        (("migrate",), {"database_url": "geheim"}, "JIANDU_DATABASE_URL"),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(
    program: Program, words: tuple[str, ...], settings: dict[str, str], told: str
) -> None:
    sentence = program.run(*words, **settings).sentence
    assert told in sentence
    assert "geheim" not in sentence


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (NOBODY, "Elasticsearch does not answer"),
        ("elsewhere", "JIANDU_ELASTICSEARCH_URL"),
        ("", "Set JIANDU_ELASTICSEARCH_URL"),
    ],
)
def test_a_missing_elasticsearch_is_told_in_a_sentence(
    program: Program, servers: dict[str, str], url: str, told: str
) -> None:
    assert told in program.run("index", "sync", **servers | {"elasticsearch_url": url}).sentence


def test_searches_go_on_without_elasticsearch(program: Program, servers: dict[str, str]) -> None:
    result = program.run("search", "废物", "--json", **servers | {"elasticsearch_url": NOBODY})
    assert (result.status, result.json["degraded"], result.json["engine"]) == (0, True, "POSTGRESQL")
    assert "PostgreSQL answers for Elasticsearch" in result.err


def test_a_mistake_in_a_query_is_pointed_at(program: Program) -> None:
    result = program.run("search", "危险废物 (倾倒 OR", "--json")
    assert (result.status, result.out) == (2, "")
    sentence, query, caret = result.err.splitlines()
    assert sentence.startswith("jiandu: Write a word")
    assert query == "  危险废物 (倾倒 OR"
    assert caret.index("^") == cell_len(query[: query.index("OR")])


@given(st.text(min_size=1, max_size=60), st.data())
def test_the_caret_stands_below_its_character(query: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(query)))
    shown, caret = pointed(query, position).splitlines()
    before = shown[: _characters_in(shown, caret.index("^"))]
    assert cell_len(before) == caret.index("^")
    assert not {category(character) for character in shown} & {"Cc", "Cf", "Cs"}


def _characters_in(text: str, cells: int) -> int:
    return next(count for count in range(len(text) + 1) if cell_len(text[:count]) >= cells)


# -- settings, help ----------------------------------------------------------------------------------------------------


def test_settings_name_their_sources_and_cover_what_is_secret(program: Program, tmp_path: Path) -> None:
    (program.folder / ".env").write_text("JIANDU_ELASTICSEARCH_PREFIX=stadt\nJIANDU_QUERY_TIMEOUT_SECONDS=5\n")
    try:
        shown = program.run(
            *("--elasticsearch-url", "http://elastic:geheim@search:9200", "settings", "--json"),
            database_url="postgresql://app@db/jiandu?password=geheim",
            data_key="k1:geheim",
            query_timeout_seconds="7",
        )
        told = program.run("settings", data_dir=str(tmp_path))
    finally:
        (program.folder / ".env").unlink()
    rows = {name: (row["value"], row["source"]) for name, row in shown.json.items()}
    assert rows["elasticsearch_url"] == ("http://elastic:***@search:9200", "option")
    assert rows["database_url"] == ("postgresql://app@db/jiandu?password=***", "environment")
    assert rows["data_key"] == ("***", "environment")
    assert rows["query_timeout_seconds"] == ("7.0", "environment")
    assert rows["elasticsearch_prefix"] == ("stadt", ".env")
    assert rows["auth"] == ("local", "default")
    assert "geheim" not in shown.out + shown.err
    assert f"JIANDU_DATA_DIR={tmp_path}  (environment)\n" in told.out


def test_the_schema_is_printed(program: Program) -> None:
    assert program.run("sdl").out == sdl()
    assert program.run("sdl", "--json").json == {"sdl": sdl()}


COMMANDS = [
    ("demo",),
    ("serve",),
    ("migrate",),
    ("feed", "load"),
    ("index", "sync"),
    ("index", "rebuild"),
    ("index", "verify"),
    ("index", "status"),
    ("search",),
    ("settings",),
    ("sdl",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_on_one_screen(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert "--json" in result.output
    assert len(result.output.splitlines()) <= 40


def test_no_command_is_forgotten_here() -> None:
    named: set[tuple[str | None, ...]] = {(command.name,) for command in app.registered_commands}
    for group in app.registered_groups:
        assert group.typer_instance
        named |= {(group.name, command.name) for command in group.typer_instance.registered_commands}
    assert named == set(COMMANDS)


def test_a_word_that_is_no_command_is_not_done(program: Program) -> None:
    result = program.run("frobnicate")
    assert (result.status, result.out) == (2, "")
    assert "frobnicate" in result.err
