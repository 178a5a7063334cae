"""Who signs in, and who is refused, is on the audit trail, which nobody fills by guessing."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from stores.accounts import disable_account
from stores.keys import KeyRing
from stores.machine_keys import revoke_key
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn
from tests.integration.feeding import Feed
from tests.integration.statement_counting import statements
from tests.integration.test_machine_keys import Gate, gate, other_secret
from tests.integration.test_sign_in import LOGIN, NEW, PASSWORD, Desk, desk

__all__ = ["desk", "gate"]

WRONG = "wrong wrong wrong"


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
def trail(feed: Feed) -> Callable[[], Any]:
    async def read() -> list[tuple[str, str, str, dict[str, Any]]]:
        rows = await feed.rows("SELECT login, action, operation, detail FROM audit_entry ORDER BY id")
        return [tuple(row.values()) for row in rows]

    return read


async def test_a_sign_in_is_written_down_in_the_transaction_that_begins_its_session(desk: Desk, feed: Feed) -> None:
    await desk.token()
    [entry] = await feed.rows("SELECT * FROM audit_entry")
    [session] = await feed.rows("SELECT *, xmin::text::bigint AS transaction FROM sign_in_session")
    assert (entry["action"], entry["operation"], entry["detail"]) == ("SIGN_IN", "sign-in", {})
    assert (entry["login"], entry["account_id"]) == (LOGIN, session["account_id"])
    assert (entry["session_id"], entry["transaction"]) == (session["id"], session["transaction"])
    assert (entry["purpose"], entry["address"]) == ("专项检查", session["address"])


async def test_what_becomes_of_a_session_and_a_password_is_written_down(desk: Desk, trail: Callable[[], Any]) -> None:
    token = await desk.token()
    await desk.post("/sign-in/renew", token)
    await desk.post("/sign-out", token)
    await desk.post("/password", login=LOGIN, password=PASSWORD, newPassword=NEW)
    assert await trail() == [
        (LOGIN, "SIGN_IN", "sign-in", {}),
        (LOGIN, "SIGN_IN", "sign-in/renew", {}),
        (LOGIN, "CHANGE", "sign-out", {}),
        (LOGIN, "CHANGE", "password", {}),
    ]


async def test_why_a_sign_in_is_refused_is_told_to_the_trail_alone(desk: Desk, trail: Callable[[], Any]) -> None:
    await desk.sign_in(WRONG)
    await desk.sign_in(login="nobody")
    await desk.sign_in(login="demo.chief")
    await desk.account("initial", must_change=True)
    await desk.sign_in(login="initial")
    async with desk.database.begin() as connection:
        await disable_account(connection, await desk.account("wang.wu"), desk.now)
    await desk.sign_in(login="wang.wu")
    await desk.post("/password", login="nobody", password=PASSWORD, newPassword=NEW)
    assert await trail() == [
        (LOGIN, "SIGN_IN_REFUSED", "sign-in", {"because": "WRONG_PASSWORD"}),
        ("nobody", "SIGN_IN_REFUSED", "sign-in", {"because": "UNKNOWN"}),
        ("demo.chief", "SIGN_IN_REFUSED", "sign-in", {"because": "UNKNOWN"}),
        ("initial", "SIGN_IN_REFUSED", "sign-in", {"because": "PASSWORD_TO_BE_CHANGED"}),
        ("wang.wu", "SIGN_IN_REFUSED", "sign-in", {"because": "DISABLED"}),
        ("nobody", "SIGN_IN_REFUSED", "password", {"because": "UNKNOWN"}),
    ]


async def test_a_lockout_is_told_with_the_failure_that_locks(desk: Desk, trail: Callable[[], Any]) -> None:
    for _ in range(5):
        await desk.sign_in(WRONG)
    await desk.sign_in()
    assert [detail for *_rest, detail in await trail()] == [
        *([{"because": "WRONG_PASSWORD"}] * 4),
        {"because": "WRONG_PASSWORD", "lockedSeconds": 900},
        {"because": "LOCKED", "lockedSeconds": 900},
    ]


async def test_whatever_is_typed_as_a_login_is_kept_as_words_with_no_identity_number_and_no_password(
    desk: Desk, feed: Feed
) -> None:
    typed = ["x\nlevel=info event='signed in'", "a\x00b", "'); DROP TABLE audit_entry; --", "110105194912310025 张三"]
    for login in typed:
        await desk.sign_in(WRONG, login=login)
    rows = await feed.rows("SELECT *, e::text AS whole FROM audit_entry e ORDER BY id")
    assert [row["login"] for row in rows] == [typed[0], "a�b", typed[2], "110105************ 张三"]
    assert {row["account_id"] for row in rows} == {None}
    assert not [row for row in rows if WRONG in row["whole"]]


async def test_no_purpose_is_kept_with_an_identity_number_in_it(desk: Desk, feed: Feed) -> None:
    signed_in = await desk.post("/sign-in", login=LOGIN, password=PASSWORD, purpose="核查110105194912310025一案")
    token = str(signed_in.json()["token"])
    await desk.post("/graphql", token, query="{ cases { totalCount } }")
    await desk.post("/sign-out", token)
    kept = await feed.rows("SELECT purpose FROM audit_entry UNION ALL SELECT purpose FROM sign_in_session")
    assert len(kept) == 4
    assert {row["purpose"] for row in kept} == {"核查110105************一案"}


async def test_an_attempt_that_is_not_judged_leaves_no_entry(desk: Desk, trail: Callable[[], Any]) -> None:
    desk.headers = {"x-forwarded-for": "198.51.100.7"}
    await asyncio.gather(*(desk.sign_in(login=f"nobody.{n}") for n in range(40)))
    for _ in range(5):
        assert (await desk.sign_in()).status_code == 429
    assert len(await trail()) == 30


async def test_an_unknown_login_a_wrong_password_and_a_lock_cost_the_same_statements(desk: Desk) -> None:
    await desk.account("locked.one")
    for _ in range(5):
        await desk.sign_in(WRONG, login="locked.one")
    asked = []
    for login in (LOGIN, "nobody", "locked.one"):
        with statements(desk.database) as executed:
            await desk.sign_in(WRONG, login=login)
        asked.append(list(executed))
    assert asked[0] == asked[1] == asked[2]


async def test_nobody_signs_in_who_cannot_be_written_down(desk: Desk, feed: Feed, database_urls: TestDatabase) -> None:
    with psycopg.connect(dsn(database_urls.superuser), autocommit=True) as connection:
        connection.execute("ALTER TABLE audit_entry ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    response = await desk.sign_in()
    assert response.status_code >= 500
    assert "token" not in response.json()
    assert await feed.rows("SELECT id FROM sign_in_session") == []
    assert (await desk.sign_in(WRONG)).status_code >= 500


# -- tokens and keys ---------------------------------------------------------------------------------------------------


async def test_a_token_of_a_session_that_is_over_is_written_down_once(
    desk: Desk, feed: Feed, trail: Callable[[], Any]
) -> None:
    token = await desk.token()
    await desk.post("/sign-out", token)
    for _ in range(3):
        assert await desk.who(token) == 401
    assert await desk.who("a.b.c") == 401
    assert (await trail())[2:] == [(LOGIN, "SIGN_IN_REFUSED", "token", {"because": "SESSION_OVER"})]
    sessions = {row["session_id"] for row in await feed.rows("SELECT session_id FROM audit_entry")}
    assert len(sessions) == 1


async def test_a_refused_key_is_written_down_by_the_part_that_may_be_shown(
    gate: Gate, feed: Feed, trail: Callable[[], Any]
) -> None:
    key, revoked, old = await gate.issue(), await gate.issue(), await gate.issue(days=1)
    async with gate.database.begin() as connection:
        await revoke_key(connection, revoked.split("_")[1], gate.now)
    gate.now += timedelta(days=1)
    for sent in (other_secret(key), revoked, old, "jdk_" + "0" * 16 + "_" + "a" * 43, "jdk_x"):
        assert await gate.status(sent) == 401
    ids = [sent.split("_")[1] for sent in (key, revoked, old)]
    assert await trail() == [
        ("front.end", "SIGN_IN_REFUSED", "key", {"because": "WRONG_KEY", "keyId": ids[0]}),
        ("front.end", "SIGN_IN_REFUSED", "key", {"because": "REVOKED", "keyId": ids[1]}),
        ("front.end", "SIGN_IN_REFUSED", "key", {"because": "EXPIRED", "keyId": ids[2]}),
        ("jdk_" + "0" * 16, "SIGN_IN_REFUSED", "key", {"because": "UNKNOWN", "keyId": "0" * 16}),
    ]
    for row in await feed.rows("SELECT e::text AS whole FROM audit_entry e"):
        assert key.split("_", 2)[2] not in row["whole"]
        assert other_secret(key).split("_", 2)[2] not in row["whole"]


async def test_an_address_that_guesses_keys_fills_the_trail_no_further(gate: Gate, trail: Callable[[], Any]) -> None:
    for n in range(35):
        await gate.status(f"jdk_{n:016x}_" + "a" * 43)
    assert len(await trail()) == 30
