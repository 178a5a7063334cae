"""Accounts and keys from the command line, and what they open."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.acceptance.program import SECONDS, Program
from tests.conftest import TEST_KEY, TestDatabase, dsn

pytestmark = pytest.mark.acceptance

CITY = {"kind": "procuratorate", "name": "试验市人民检察院", "region": "411300"}
BUREAU = {"kind": "agency", "name": "试验市环保局", "procuratorate": "试验市人民检察院", "aliases": ["环保局"]}
CHIEF = ("--name", "张三", "--role", "CHIEF", "--procuratorate", "试验市人民检察院")


@pytest.fixture
def settings(program: Program, database_urls: TestDatabase, tmp_path: Path) -> dict[str, str]:
    """Settings of a database that knows one procuratorate and one agency."""
    given = {"database_url": dsn(database_urls.application), "data_key": TEST_KEY}
    feed = tmp_path / "feed.jsonl"
    feed.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in (CITY, BUREAU)))
    assert program.run("feed", "load", str(feed), **given).status == 0
    return given


@pytest.fixture
def origin(program: Program, settings: dict[str, str]) -> Iterator[str]:
    with program.start("serve", "--port", "0", "--json", **settings) as running:
        yield running.line()["graphql"].removesuffix("/graphql")


def post(url: str, token: str | None = None, /, **body: str) -> httpx.Response:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return httpx.post(url, json=body, headers=headers, timeout=SECONDS)


def test_an_account_is_made_signs_in_and_is_closed(program: Program, settings: dict[str, str], origin: str) -> None:
    made = program.run("user", "add", "zhang.san", *CHIEF, "--department", "PREVENTION", "--json", **settings).json
    initial = made["initialPassword"]
    new = "a password of tests"
    first = {"login": "zhang.san", "purpose": "专项检查"}
    assert post(f"{origin}/sign-in", **first, password=initial).json()["mustChangePassword"] is True
    changed = post(f"{origin}/password", login="zhang.san", password=initial, newPassword=new)
    assert changed.json() == {"changed": True}
    token = post(f"{origin}/sign-in", **first, password=new).json()["token"]
    asked = post(f"{origin}/graphql", token, query="{ viewer { login name } }").json()
    assert asked == {"data": {"viewer": {"login": "zhang.san", "name": "张三"}}}
    listed = program.run("user", "list", "--json", **settings).out.splitlines()
    (row,) = [json.loads(line) for line in listed if "zhang.san" in line]
    assert (row["roles"], row["department"], row["procuratorate"]) == (["CHIEF"], "PREVENTION", "试验市人民检察院")
    assert program.run("user", "disable", "zhang.san", "--json", **settings).json["changed"] is True
    assert "already" in program.run("user", "disable", "zhang.san", **settings).out
    assert post(f"{origin}/graphql", token, query="{ viewer { login } }").status_code == httpx.codes.UNAUTHORIZED
    assert program.run("user", "enable", "zhang.san", **settings).out == "zhang.san is enabled.\n"
    again = program.run("user", "password", "zhang.san", "--json", **settings).json["initialPassword"]
    assert again != initial
    assert post(f"{origin}/sign-in", **first, password=new).status_code == httpx.codes.UNAUTHORIZED


def test_a_new_initial_password_unlocks_a_login(program: Program, settings: dict[str, str], origin: str) -> None:
    program.run("user", "add", "zhang.san", *CHIEF, **settings)
    first = {"login": "zhang.san", "purpose": "专项检查"}
    wrong = {"password": "nobody's"}
    for _ in range(5):
        assert post(f"{origin}/sign-in", **first, **wrong).status_code == httpx.codes.UNAUTHORIZED
    initial = program.run("user", "password", "zhang.san", "--json", **settings).json["initialPassword"]
    assert post(f"{origin}/sign-in", **first, password=initial).json()["mustChangePassword"] is True


def test_a_machine_s_key_is_issued_rotated_and_revoked(program: Program, settings: dict[str, str], origin: str) -> None:
    words = ("--agency", "试验市环保局", "--name", "前置机", "--days", "90", "--json")
    old = program.run("token", "issue", *words, **settings).json
    new = program.run("token", "rotate", old["keyId"], "--overlap-hours", "2", "--json", **settings).json
    asks = {"query": "{ viewer { agency { name } } }"}
    for key in (old["key"], new["key"]):
        answer = post(f"{origin}/graphql", key, **asks)
        assert answer.json() == {"data": {"viewer": {"agency": {"name": "试验市环保局"}}}}
    listed = [json.loads(line) for line in program.run("token", "list", "--json", **settings).out.splitlines()]
    assert [row["keyId"] for row in listed] == [new["keyId"], old["keyId"]]
    assert listed[1]["expiresAt"] == new["oldKeyExpiresAt"] < listed[0]["expiresAt"]
    assert program.run("token", "revoke", old["keyId"], **settings).out == f"{old['keyId']} is revoked.\n"
    assert post(f"{origin}/graphql", old["key"], **asks).status_code == httpx.codes.UNAUTHORIZED
    assert post(f"{origin}/graphql", new["key"], **asks).status_code == httpx.codes.OK
    assert old["key"].split("_", 2)[2] not in program.run("token", "list", **settings).out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("user", "add", "张三", *CHIEF), "A login has 2 to 64 characters"),
        (("user", "add", "demo.x", *CHIEF), "the demo's"),
        (("user", "add", "zhang", "--name", "x\x1b[2J", *CHIEF[2:]), "without control characters"),
        (("user", "add", "zhang", *CHIEF[:5], "别处"), "No procuratorate of this name"),
        (("user", "add", "zhang", *CHIEF[:4]), "everybody else has --procuratorate"),
        (("user", "add", "zhang", *CHIEF, "--agency", "试验市环保局"), "A clerk has --agency"),
        (("user", "add", "zhang", *CHIEF[:3], "AGENCY_CLERK", "--agency", "环保局"), "No agency of this name"),
        (("user", "add", "zhang", *CHIEF[:3], "MACHINE", "--agency", "试验市环保局"), "jiandu token issue"),
        (("user", "add", "zhang", *CHIEF[:3], "LOCAL_ADMINISTRATOR"), "jiandu token issue"),
        (("user", "disable", "nobody"), "No account has this login"),
        (("user", "disable", "local administrator"), "JIANDU_AUTH=required"),
        (("user", "password", "local administrator"), "signs in with no password"),
        (("token", "issue", "--agency", "环保局", "--name", "x", "--days", "9"), "No agency of this name"),
        (("token", "issue", "--agency", "试验市环保局", "--name", " ", "--days", "9"), "--name"),
        (("token", "rotate", "0123456789abcdef", "--overlap-hours", "1"), "No key of this id is in use"),
        (("token", "revoke", "0123456789abcdef"), "No key has this id"),
    ],
)
def test_a_mistake_is_told_in_a_sentence_and_makes_nothing(
    program: Program, settings: dict[str, str], database_urls: TestDatabase, words: tuple[str, ...], told: str
) -> None:
    assert told in program.run(*words, **settings).sentence
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        assert connection.execute("SELECT login FROM account").fetchall() == [("local administrator",)]


def test_a_login_is_one_account_s(program: Program, settings: dict[str, str]) -> None:
    assert program.run("user", "add", "zhang.san", *CHIEF, **settings).status == 0
    assert "exists already" in program.run("user", "add", "zhang.san", *CHIEF, **settings).sentence
