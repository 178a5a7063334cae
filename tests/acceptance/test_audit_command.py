"""`jiandu audit` as an administrator types it, and what the other commands leave in the trail."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.acceptance.program import Program
from tests.conftest import TEST_KEY, TestDatabase, dsn


@pytest.fixture
def settings(database_urls: TestDatabase) -> dict[str, str]:
    """A database of the test's own, searched by itself."""
    return {"database_url": dsn(database_urls.application), "data_key": TEST_KEY}


def test_the_trail_is_sealed_and_verified_and_what_was_changed_is_named(
    program: Program, settings: dict[str, str], database_urls: TestDatabase
) -> None:
    assert program.run("audit", "seal", "--json", **settings).json == {"seals": 0, "entries": 0, "newest": None}
    assert program.run("search", "废水", **settings).status == 0
    sealed = program.run("audit", "seal", "--json", **settings).json
    assert (sealed["seals"], sealed["entries"]) == (1, 1)
    assert program.run("search", "废气", **settings).status == 0
    found = program.run("audit", "verify", "--json", "--expect", sealed["newest"], **settings)
    assert found.status == 0
    told = found.json
    assert datetime.fromisoformat(told.pop("unsealedSince")) > datetime.now(UTC) - timedelta(minutes=5)
    assert told == {
        "fits": True,
        "seals": 1,
        "sealed": 1,
        "unsealed": 1,
        "newest": sealed["newest"],
        "firstFault": None,
        "changedSeals": [],
        "brokenBefore": [],
        "changed": {"count": 0, "first": []},
        "removed": {"count": 0, "first": []},
        "inserted": {"count": 0, "first": []},
        "expectedFound": True,
    }
    with psycopg.connect(dsn(database_urls.superuser), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE audit_entry SET login = 'somebody else' WHERE id = 1")
    found = program.run("audit", "verify", "--json", **settings)
    assert (found.status, found.json["firstFault"], found.json["changed"]) == (1, 1, {"count": 1, "first": [1]})
    typed = program.run("audit", "verify", **settings)
    assert typed.status == 1
    summary, *faults = typed.out.splitlines()[:3]
    assert summary.startswith("1 entries under 1 seals, 1 not sealed yet, the oldest since 20")
    assert faults == [
        "Seal 1 is the first that does not fit.",
        "Entries changed: 1 (1)",
    ]
    missing = program.run("audit", "verify", "--expect", "00" * 32, **settings)
    assert missing.status == 1
    assert "The seal that was expected is not there: the newest seals were removed." in missing.out


def test_a_hash_that_is_none_is_told_in_a_sentence(program: Program, settings: dict[str, str]) -> None:
    assert "64 hex digits" in program.run("audit", "verify", "--expect", "xyz", **settings).sentence


def test_a_name_is_watched_until_it_is_no_longer_and_every_step_is_on_record(
    program: Program, settings: dict[str, str], database_urls: TestDatabase
) -> None:
    added = program.run("audit", "watch", "add", "张三丰", "--reason", "回避", "--json", **settings)
    assert added.status == 0
    assert (added.json["name"], added.json["reason"], added.json["party"]) == ("张**", "回避", None)
    listed = program.run("audit", "watch", "list", **settings)
    assert "张**  回避" in listed.out
    assert "张三丰" not in listed.out
    number = str(added.json["number"])
    assert program.run("audit", "watch", "remove", number, **settings).status == 0
    assert program.run("audit", "watch", "list", "--json", **settings).out == ""
    assert "No name of this number" in program.run("audit", "watch", "remove", number, **settings).sentence
    assert "Say whom to watch" in program.run("audit", "watch", "add", "--reason", "x", **settings).sentence
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        rows = connection.execute("SELECT action, operation, login, address FROM audit_entry ORDER BY id").fetchall()
    who = ("local administrator", "command line")
    assert rows == [
        ("CHANGE", "audit watch add", *who),
        ("READ_AUDIT", "audit watch list", *who),
        ("CHANGE", "audit watch remove", *who),
        ("READ_AUDIT", "audit watch list", *who),
    ]


def test_nobody_is_watched_with_an_identity_number(
    program: Program, settings: dict[str, str], database_urls: TestDatabase
) -> None:
    number = "110105194912310025"
    added = program.run("audit", "watch", "add", "张三丰", "--reason", f"回避{number}", "--json", **settings)
    assert added.json["reason"] == "回避110105************"
    refused = program.run("audit", "watch", "add", number, "--reason", "回避", **settings).sentence
    assert "not by an identity number" in refused
    assert number not in refused
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        statement = "SELECT w::text FROM watched_name w UNION ALL SELECT e::text FROM audit_entry e"
        kept = connection.execute(statement).fetchall()
    assert len(kept) == 2
    assert number not in str(kept)


def test_a_search_at_the_terminal_is_on_record_before_it_is_printed(
    program: Program, settings: dict[str, str], database_urls: TestDatabase
) -> None:
    assert program.run("search", "废水 11010519491231002X", "--domain", "LAND", **settings).status == 0
    with psycopg.connect(dsn(database_urls.superuser), autocommit=True) as connection:
        [(action, detail, purpose, count)] = connection.execute(
            "SELECT action, detail, purpose, result_count FROM audit_entry"
        ).fetchall()
        assert (action, purpose, count) == ("SEARCH", "jiandu search", 0)
        assert detail["filter"] == {"domains": ["LAND"], "anomalies": []}
        assert detail["query"].startswith("废水 110105")
        assert "19491231" not in detail["query"]
        connection.execute("ALTER TABLE audit_entry ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    refused = program.run("search", "废水", **settings)
    assert (refused.status, refused.out) == (2, "")


def test_rejected_rows_that_leave_are_an_export(
    program: Program, settings: dict[str, str], database_urls: TestDatabase
) -> None:
    feed = program.folder / "rejected.jsonl"
    feed.write_text('{"kind": "penalty_case", "documentNumber": "1号"}\n', encoding="utf-8")
    loaded = program.run("feed", "load", str(feed), "--json", **settings).json
    output = program.folder / "errors.jsonl"
    assert program.run("feed", "errors", loaded["run"], "--output", str(output), **settings).status == 0
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        rows = connection.execute(
            "SELECT action, operation, detail, purpose FROM audit_entry WHERE action <> 'LOAD'"
        ).fetchall()
    assert rows == [("EXPORT", "feed errors", {"run": loaded["run"]}, "jiandu feed errors")]
