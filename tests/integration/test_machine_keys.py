"""A machine's key opens what is its own until it ends, and tells whoever guesses nothing."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from api.ids import global_id
from schema.access_vocabularies import Role
from stores.accounts import add_account, disable_account
from stores.keys import KeyRing
from stores.machine_keys import end_key, find_key, issue_key, list_keys, revoke_key
from stores.postgres import Database
from tests.conftest import CHINA
from tests.integration.feeding import AGENCY, Feed, agency
from tests.integration.graphql_client import Client, served, the_error

WHO = "{ viewer { login roles permissions agency { name } procuratorate { name } department } }"


@dataclass
class Gate:
    """The application, closed to whoever has no token, with one machine's account, at a time that a test moves."""

    database: Database
    client: Client
    now: datetime
    account_id: int = 0

    async def issue(self, days: int = 90) -> str:
        async with self.database.begin() as connection:
            expires_at = self.now + timedelta(days=days)
            return await issue_key(connection, self.account_id, expires_at=expires_at, now=self.now)

    async def ask(self, key: str, document: str = WHO) -> httpx.Response:
        return await self.client.http.post(
            "/graphql", json={"query": document}, headers={"authorization": f"Bearer {key}"}
        )

    async def status(self, key: str) -> int:
        return (await self.ask(key)).status_code


@pytest.fixture
async def gate(database: Database, keys: KeyRing, tmp_path: Path) -> AsyncIterator[Gate]:
    gates = list[Gate]()
    async with served(database, open_locally=False, clock=lambda: gates[0].now) as client:
        gates.append(Gate(database, client, datetime.now(CHINA)))
        feed = Feed(database, keys, lambda: gates[0].now, tmp_path)
        await feed(agency())
        (row,) = await feed.rows("SELECT id FROM agency")
        async with database.begin() as connection:
            made = await add_account(
                connection,
                login="front.end",
                name="前置机",
                roles=[Role.MACHINE],
                agency_id=row["id"],
                now=gates[0].now,
            )
        gates[0].account_id = made.id
        yield gates[0]


def other_secret(key: str) -> str:
    return key[:-4] + ("aaaa" if key[-4:] != "aaaa" else "bbbb")


async def test_a_key_says_whose_it_is_and_that_it_loads_feeds(gate: Gate) -> None:
    answer = (await gate.ask(await gate.issue())).json()
    assert answer["data"]["viewer"] == {
        "login": "front.end",
        "roles": ["MACHINE"],
        "permissions": ["LOAD_FEEDS"],
        "agency": {"name": AGENCY},
        "procuratorate": None,
        "department": None,
    }


@pytest.mark.parametrize(
    "document",
    [
        "{ agencies { totalCount } }",
        "{ viewer { login } cases { totalCount } }",
        "{ viewer: cases { totalCount } }",
        "{ ...f } fragment f on Query { ... { rules { code } } }",
        'mutation { dismissAnomaly(input: {anomalyId: "x", reason: "x"}) { anomaly { id } } }',
        "{ __schema { types { name } } }",
    ],
)
async def test_a_key_reads_nothing_else(gate: Gate, document: str) -> None:
    response = await gate.ask(await gate.issue(), document)
    codes = {error["extensions"]["code"] for error in response.json()["errors"]}
    assert response.json()["data"] is None
    assert codes <= {"FORBIDDEN", "GRAPHQL_VALIDATION_FAILED"}
    async with gate.database.begin() as connection:
        refused = "SELECT detail ->> 'refused' FROM audit_entry WHERE account_id IS NOT NULL"
        tried = await connection.scalars(text(refused))
        assert list(tried) == [code for code in codes if code == "FORBIDDEN"]


async def test_a_key_replays_no_finding(gate: Gate) -> None:
    response = await gate.client.http.get(
        "/anomalies/QW5vbWFseTox", headers={"authorization": f"Bearer {await gate.issue()}"}
    )
    assert response.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_only_the_digest_of_a_key_is_kept(gate: Gate) -> None:
    key = await gate.issue()
    _, key_id, secret = key.split("_", 2)
    async with gate.database.begin() as connection:
        kept = await find_key(connection, key_id)
        dumped = (await connection.exec_driver_sql("SELECT k::text FROM machine_key k")).scalar_one()
    assert kept
    assert kept.digest == hashlib.sha256(secret.encode()).digest()
    assert secret not in dumped
    assert secret not in repr(kept)


async def test_a_key_ends_on_its_day_when_revoked_and_with_its_account(gate: Gate) -> None:
    expiring, revoked, kept = await gate.issue(days=1), await gate.issue(), await gate.issue()
    assert [await gate.status(key) for key in (expiring, revoked, kept)] == [200, 200, 200]
    gate.now += timedelta(days=1)
    async with gate.database.begin() as connection:
        assert await revoke_key(connection, revoked.split("_")[1], gate.now)
        assert not await revoke_key(connection, revoked.split("_")[1], gate.now)
    assert [await gate.status(key) for key in (expiring, revoked, kept)] == [401, 401, 200]
    async with gate.database.begin() as connection:
        await disable_account(connection, gate.account_id, gate.now)
    assert await gate.status(kept) == 401


async def test_a_key_is_rotated_without_a_gap(gate: Gate) -> None:
    old = await gate.issue()
    new = await gate.issue()
    async with gate.database.begin() as connection:
        assert await end_key(connection, old.split("_")[1], gate.now + timedelta(hours=2))
    assert [await gate.status(key) for key in (old, new)] == [200, 200]
    gate.now += timedelta(hours=2)
    assert [await gate.status(key) for key in (old, new)] == [401, 200]
    async with gate.database.begin() as connection:
        ends = await end_key(connection, old.split("_")[1], gate.now + timedelta(days=9))
    assert ends == gate.now
    assert await gate.status(old) == 401


async def test_a_key_of_another_secret_or_of_none_has_the_same_answer(gate: Gate) -> None:
    key = await gate.issue()
    wrong = await gate.ask(other_secret(key))
    unknown = await gate.ask("jdk_" + "0" * 16 + "_" + "a" * 43)
    assert (wrong.status_code, wrong.json(), dict(wrong.headers)) == (
        unknown.status_code,
        unknown.json(),
        dict(unknown.headers),
    )


async def test_a_key_is_locked_after_five_failures_though_its_secret_is_right_then(gate: Gate) -> None:
    key = await gate.issue()
    for _ in range(5):
        assert await gate.status(other_secret(key)) == 401
    assert await gate.status(key) == 401
    gate.now += timedelta(minutes=15)
    assert await gate.status(key) == 200


async def test_an_address_that_guesses_keys_has_to_wait(gate: Gate) -> None:
    key = await gate.issue()
    for n in range(30):
        assert await gate.status(f"jdk_{n:016x}_" + "a" * 43) == 401
    limited = await gate.ask(key)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "900")
    gate.now += timedelta(minutes=15)
    assert await gate.status(key) == 200


async def test_the_use_of_a_key_is_noted_once_an_hour(gate: Gate) -> None:
    key, first = await gate.issue(), gate.now
    seen = []
    for minutes in (0, 59, 1):
        gate.now += timedelta(minutes=minutes)
        await gate.status(key)
        async with gate.database.begin() as connection:
            seen.append((await list_keys(connection))[0].last_used_at)
    assert seen == [first, first, first + timedelta(hours=1)]


async def test_no_log_shows_a_key(gate: Gate) -> None:
    key = await gate.issue()
    with capture_logs() as logs:
        await gate.status(other_secret(key))
        await gate.status("jdk_x\nlevel=info")
    assert [entry["event"] for entry in logs] == ["key refused"]
    assert key[30:50] not in str(logs)


async def test_a_link_to_a_finding_is_forbidden_to_a_machine(gate: Gate) -> None:
    headers = {"authorization": f"Bearer {await gate.issue()}"}
    answered = await gate.client.http.get(f"/anomalies/{global_id('Anomaly', 1)}", headers=headers)
    assert answered.status_code == 403
    assert the_error(answered.json())["code"] == "FORBIDDEN"
