"""Every command that changes what others go by, loads, or shows cases stands on the audit trail."""

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.acceptance.program import Program
from tests.conftest import TEST_KEY, TestDatabase, dsn

pytestmark = pytest.mark.acceptance

CITY = {"kind": "procuratorate", "name": "试验市人民检察院", "region": "411300"}
BUREAU = {"kind": "agency", "name": "试验市环保局", "procuratorate": "试验市人民检察院"}
CASE = {"kind": "penalty_case", "documentNumber": "试环罚〔2024〕1号", "agencyName": "试验市环保局"}

Trail = list[tuple[str, str, dict[str, Any], str]]


@pytest.fixture
def settings(database_urls: TestDatabase) -> dict[str, str]:
    return {"database_url": dsn(database_urls.application), "data_key": TEST_KEY}


@pytest.fixture
def trail(database_urls: TestDatabase) -> Callable[[], Trail]:
    def read() -> Trail:
        """(action, operation, detail, whole) of every entry, oldest first."""
        with psycopg.connect(dsn(database_urls.superuser)) as connection:
            return connection.execute(
                "SELECT action, operation, detail, e::text FROM audit_entry e"
                " WHERE login = 'local administrator' AND address = 'command line' ORDER BY id"
            ).fetchall()

    return read


def loaded(program: Program, settings: dict[str, str], *records: dict[str, Any], name: str = "feed.jsonl") -> Any:
    feed = program.folder / name
    feed.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return program.run("feed", "load", str(feed), "--json", **settings)


def test_a_load_is_written_down_with_its_run_and_nothing_that_stands_in_the_file(
    program: Program, settings: dict[str, str], trail: Callable[[], Trail]
) -> None:
    first = loaded(program, settings, CITY, BUREAU)
    assert first.status == 0
    rejected = loaded(program, settings, CASE | {"party": {"name": "张三丰", "type": "PERSON"}}, name="cases.jsonl")
    assert rejected.status == 1
    unreadable = program.folder / "none.jsonl"
    assert program.run("feed", "load", str(unreadable), "--dry-run", **settings).status == 2
    entries = trail()
    assert [(action, operation) for action, operation, *_rest in entries] == [("LOAD", "feed load")] * 3
    files = [str(program.folder / name) for name in ("feed.jsonl", "cases.jsonl", "none.jsonl")]
    details = [detail for _action, _operation, detail, _whole in entries]
    assert [detail["file"] for detail in details] == files
    assert [detail.get("run") for detail in details] == [first.json["run"], rejected.json["run"], None]
    assert [detail.get("exitStatus") for detail in details][:2] == [0, 1]
    assert details[2]["refused"]
    assert not any("张三丰" in whole or "试环罚" in whole for *_rest, whole in entries)


def test_accounts_and_keys_are_changed_on_record_without_a_password_or_a_key(
    program: Program, settings: dict[str, str], trail: Callable[[], Trail]
) -> None:
    loaded(program, settings, CITY, BUREAU)
    chief = ("--name", "张三", "--role", "CHIEF", "--procuratorate", "试验市人民检察院", "--json")
    secrets = [program.run("user", "add", "zhang.san", *chief, **settings).json["initialPassword"]]
    secrets.append(program.run("user", "password", "zhang.san", "--json", **settings).json["initialPassword"])
    for command in ("disable", "disable", "enable"):
        assert program.run("user", command, "zhang.san", **settings).status == 0
    assert program.run("user", "list", **settings).status == 0
    assert program.run("user", "disable", "nobody", **settings).status == 2
    issue = ("--agency", "试验市环保局", "--name", "前置机", "--days", "90", "--json")
    issued = program.run("token", "issue", *issue, **settings).json
    rotated = program.run("token", "rotate", issued["keyId"], "--overlap-hours", "1", "--json", **settings).json
    assert program.run("token", "revoke", issued["keyId"], **settings).status == 0
    assert program.run("token", "list", **settings).status == 0
    secrets += [issued["key"].split("_", 2)[2], rotated["key"].split("_", 2)[2]]
    entries = [entry for entry in trail() if entry[0] != "LOAD"]
    assert [(action, operation) for action, operation, *_rest in entries] == [
        ("CHANGE", "user add"),
        ("CHANGE", "user password"),
        ("CHANGE", "user disable"),
        ("CHANGE", "user disable"),
        ("CHANGE", "user enable"),
        ("LIST", "user list"),
        ("CHANGE", "token issue"),
        ("CHANGE", "token rotate"),
        ("CHANGE", "token revoke"),
        ("LIST", "token list"),
    ]
    details = [detail for _action, _operation, detail, _whole in entries]
    assert details[0] == {
        "login": "zhang.san",
        "roles": ["CHIEF"],
        "procuratorate": "试验市人民检察院",
        "department": None,
        "agency": None,
    }
    assert [detail["changed"] for detail in details[2:5]] == [True, False, True]
    assert (details[6]["keyId"], details[7]["oldKeyId"]) == (issued["keyId"], issued["keyId"])
    assert details[7]["keyId"] == rotated["keyId"]
    assert not [secret for secret in secrets for *_rest, whole in entries if secret in whole]


def test_an_account_that_cannot_be_written_down_is_not_made(
    program: Program, settings: dict[str, str], database_urls: TestDatabase
) -> None:
    with psycopg.connect(dsn(database_urls.superuser), autocommit=True) as connection:
        connection.execute("ALTER TABLE audit_entry ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
        keeper = ("--name", "某人", "--role", "ADMINISTRATOR")
        assert program.run("user", "add", "keeper", *keeper, **settings).status != 0
        assert connection.execute("SELECT count(*) FROM account WHERE login = 'keeper'").fetchone() == (0,)


def test_settings_names_and_runs_of_rules_are_on_record_and_so_are_lists_of_what_waits(
    program: Program, settings: dict[str, str], trail: Callable[[], Trail]
) -> None:
    loaded(program, settings, CITY, BUREAU)
    given = ("--agency", "试验市环保局", "--reason", "省里的规定")
    assert program.run("rules", "set", "entry.period", "10", *given, **settings).status == 0
    assert program.run("rules", "set", "entry.period", "default", *given, **settings).status == 0
    assert program.run("feed", "rename", "环保分局", "--to", "试验市环保局", **settings).status == 0
    assert program.run("rules", "run", "--as-of", "2024-06-01", **settings).status == 0
    assert program.run("feed", "waiting", **settings).status == 0
    assert [entry[:3] for entry in trail() if entry[0] != "LOAD"] == [
        (
            "CHANGE",
            "rules set",
            {"code": "entry.period", "value": "10", "agency": "试验市环保局", "reason": "省里的规定"},
        ),
        (
            "CHANGE",
            "rules set",
            {"code": "entry.period", "value": "default", "agency": "试验市环保局", "reason": "省里的规定"},
        ),
        (
            "CHANGE",
            "feed rename",
            {"name": "环保分局", "agency": "试验市环保局", "reason": None, "moved": 0},
        ),
        ("CHANGE", "rules run", {"asOf": "2024-06-01"}),
        ("LIST", "feed waiting", {"agencyId": None}),
    ]


def test_a_watched_folder_leaves_an_entry_for_every_file_and_every_file_of_errors(
    program: Program, settings: dict[str, str], trail: Callable[[], Trail]
) -> None:
    folder = program.folder / "drop"
    folder.mkdir()
    (folder / "a.jsonl").write_text(json.dumps(CITY, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "b.jsonl").write_text(json.dumps(CASE, ensure_ascii=False) + "\n", encoding="utf-8")
    program.run("feed", "watch", str(folder), "--once", "--quiet", "0", **settings)
    noted = sorted((action, operation, detail.get("exitStatus")) for action, operation, detail, _whole in trail())
    assert noted == [("EXPORT", "feed watch", None), ("LOAD", "feed watch", 0), ("LOAD", "feed watch", 1)]
