"""Whoever guesses a machine's key learns nothing, is counted whatever the guess, and shuts nobody else out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest

from schema.access_vocabularies import Role
from stores.accounts import add_account, disable_account
from stores.keys import KeyRing
from stores.machine_keys import KeptKey, WrittenKey, issue_key, opens, revoke_key
from stores.postgres import Database
from tests.integration.attack_city import EASTERN, WESTERN, AttackedCity, attacked_city
from tests.integration.statement_counting import statements

WHO = {"query": "{ viewer { login } }"}
UNKNOWN = "jdk_" + "0" * 16 + "_" + "a" * 43


@dataclass
class Machines:
    """A machine of each county, and requests in their names from wherever a proxy says."""

    city: AttackedCity
    west: str
    east: str
    accounts: dict[str, int]

    async def ask(self, key: str, address: str | None = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {key}"} | ({} if address is None else {"x-forwarded-for": address})
        return await self.city.client.http.post("/graphql", json=WHO, headers=headers)

    async def status(self, key: str, address: str | None = None) -> int:
        return (await self.ask(key, address)).status_code


@asynccontextmanager
async def opened_machines(
    database: Database, keys: KeyRing, folder: Path, *, behind_proxy: bool
) -> AsyncIterator[Machines]:
    proxies = [ip_network("127.0.0.0/8")] if behind_proxy else []
    async with attacked_city(database, keys, folder, proxies=proxies) as city:
        issued, accounts = {}, {}
        for side, bureau in (("west", WESTERN), ("east", EASTERN)):
            async with database.begin() as connection:
                made = await add_account(
                    connection,
                    login=f"{side}.machine",
                    name="前置机",
                    roles=[Role.MACHINE],
                    agency_id=city.agencies[bureau],
                    now=city.now,
                )
                ends = city.now + timedelta(days=30)
                issued[side] = await issue_key(connection, made.id, expires_at=ends, now=city.now)
                accounts[side] = made.id
        yield Machines(city, issued["west"], issued["east"], accounts)


@pytest.fixture
async def machines(database: Database, keys: KeyRing, tmp_path: Path) -> AsyncIterator[Machines]:
    async with opened_machines(database, keys, tmp_path, behind_proxy=True) as opened:
        yield opened


def guess(key: str, number: int = 0) -> str:
    """Another secret with the same id."""
    return key[:-3] + f"{number:03}"


async def test_a_wrong_a_revoked_an_expired_a_locked_and_an_unknown_key_are_one_answer_and_the_same_work(
    machines: Machines,
) -> None:
    city = machines.city
    async with city.database.begin() as connection:
        made = [
            await issue_key(
                connection, machines.accounts["west"], expires_at=city.now + timedelta(hours=hours), now=city.now
            )
            for hours in (1, 40, 40, 40)
        ]
        expired, revoked, locked, _ = made
        await revoke_key(connection, revoked.split("_")[1], city.now)
        gone = await issue_key(
            connection, machines.accounts["east"], expires_at=city.now + timedelta(hours=40), now=city.now
        )
        await disable_account(connection, machines.accounts["east"], city.now)
    city.now += timedelta(hours=2)
    for number in range(5):
        await machines.ask(guess(locked, number), "198.51.100.1")
    answers, work = [], []
    for key in (guess(machines.west), UNKNOWN, expired, revoked, locked, gone):
        with statements(city.database) as executed:
            answered = await machines.ask(key)
        answers.append((answered.status_code, answered.content, sorted(answered.headers.items())))
        work.append(executed)
    assert answers[0][0] == 401
    assert answers == answers[:1] * len(answers)
    assert work == work[:1] * len(work)


async def test_what_only_looks_like_a_key_is_the_same_answer_again(machines: Machines) -> None:
    refused = await machines.ask(UNKNOWN)
    _, key_id, secret = machines.west.split("_", 2)
    for written in (
        *("jdk_", "jdk__", f"jdk_{key_id}", f"jdk_{key_id}_", f"jdk_{key_id}_{secret}x", f"jdk_{key_id}_{secret[:-1]}"),
        *(f"jdk_{key_id}_{secret}.", f"jdk_{key_id.upper()}x_{secret}", f"JDK_{key_id}_{secret}", f"jdk_%_{secret}"),
        *(f"jdk_{key_id}_{'%' * 43}", "jdk_" + "0" * 16 + f"' OR '1'='1_{secret}", f"jdk_{key_id}_{secret}\xa0"),
    ):
        header = [(b"authorization", f"Bearer {written}".encode("latin-1"))]
        answered = await machines.city.client.http.post("/graphql", json=WHO, headers=header)
        assert (answered.status_code, answered.content) == (refused.status_code, refused.content), written


async def test_the_secret_of_one_key_opens_nothing_under_the_id_of_another(machines: Machines) -> None:
    west, east = machines.west.split("_", 2), machines.east.split("_", 2)
    assert await machines.status("_".join(("jdk", west[1], east[2]))) == 401
    assert await machines.status("_".join(("jdk", east[1], west[2]))) == 401


async def test_guesses_at_the_same_time_are_compared_no_oftener_than_one_after_another(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[bool] = []

    def counted(written: WrittenKey, kept: KeptKey | None, now: Any) -> bool:
        compared.append(kept is not None)
        return opens(written, kept, now)

    monkeypatch.setattr("api.bearers.opens", counted)
    await asyncio.gather(*(machines.ask(guess(machines.west, number)) for number in range(20)))
    assert sorted(compared) == [False] * 15 + [True] * 5
    assert await machines.status(machines.west) == 401
    (row,) = await machines.city.feed.rows("SELECT failures FROM failed_sign_in WHERE subject LIKE 'key:%'")
    assert row["failures"] == 5


async def test_a_locked_key_locks_no_other_and_an_address_that_guesses_none_but_itself(machines: Machines) -> None:
    for number in range(30):
        assert await machines.status(guess(machines.west, number), "198.51.100.1") == 401
    assert await machines.status(machines.west, "198.51.100.1") == 429
    assert await machines.status(machines.east, "198.51.100.1") == 429
    assert await machines.status(machines.east, "198.51.100.2") == 200
    assert await machines.status(machines.west, "198.51.100.2") == 401
    machines.city.now += timedelta(days=1, minutes=1)
    assert await machines.status(machines.west, "198.51.100.2") == 200


async def test_an_address_that_has_to_wait_is_told_the_same_whatever_it_sends(machines: Machines) -> None:
    for number in range(30):
        await machines.ask(f"jdk_{number:016x}_" + "a" * 43, "198.51.100.1")
    told = []
    for key in (machines.west, guess(machines.west), UNKNOWN):
        answered = await machines.ask(key, "198.51.100.1")
        told.append((answered.status_code, answered.content, sorted(answered.headers.items())))
    assert told[0][0] == 429
    assert told == told[:1] * 3


async def test_what_a_caller_says_of_its_address_is_not_believed_without_a_proxy(
    database: Database, keys: KeyRing, tmp_path: Path
) -> None:
    async with opened_machines(database, keys, tmp_path, behind_proxy=False) as machines:
        for number in range(30):
            assert await machines.status(f"jdk_{number:016x}_" + "a" * 43, f"198.51.100.{number}") == 401
        for header in ({"x-forwarded-for": "198.51.100.99"}, {"forwarded": "for=198.51.100.99"}, {"x-real-ip": "::1"}):
            answered = await machines.city.client.http.post(
                "/graphql", json=WHO, headers={"authorization": f"Bearer {machines.west}"} | header
            )
            assert answered.status_code == 429


@pytest.mark.parametrize(
    "forged", ["198.51.100.{n}, 198.51.100.1", "198.51.100.{n},198.51.100.1 ", "x{n}, 198.51.100.1"]
)
async def test_what_a_caller_writes_before_its_proxy_is_not_believed(machines: Machines, forged: str) -> None:
    for number in range(30):
        assert await machines.status(f"jdk_{number:016x}_" + "a" * 43, forged.format(n=number)) == 401
    assert await machines.status(machines.west, "198.51.100.1") == 429


async def test_a_key_is_good_for_no_session_and_a_token_for_no_feed(machines: Machines) -> None:
    key = {"authorization": f"Bearer {machines.west}"}
    for path in ("/sign-in/renew", "/sign-out"):
        assert (await machines.city.client.http.post(path, json={}, headers=key)).status_code == 400
    token = {"authorization": f"Bearer {await machines.city.token('west.clerk')}"}
    answered = await machines.city.client.http.put(f"/feeds/{WESTERN}/a.csv", content=b"x", headers=token)
    assert answered.status_code == 403


async def test_a_machine_sends_no_feed_of_another_agency_and_learns_of_none(machines: Machines) -> None:
    key = {"authorization": f"Bearer {machines.west}"}
    told = [
        (answered.status_code, answered.content)
        for called in (EASTERN, "没有这个局", "%2e%2e")
        for answered in [await machines.city.client.http.put(f"/feeds/{called}/a.csv", content=b"x", headers=key)]
    ]
    assert told[0][0] == 404
    assert told == told[:1] * 3
