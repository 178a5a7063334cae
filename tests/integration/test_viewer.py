"""`viewer` says who one is and what one may do; other accounts are seen by whoever keeps them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from api.ids import global_id
from schema.access_vocabularies import Permission, Role
from schema.vocabularies import Department
from stores.accounts import Standing, add_account, standings_of
from stores.keys import KeyRing
from stores.postgres import Database
from supervision.access import permissions_of
from tests.hashers import CheapHasher
from tests.integration.feeding import Feed, agency, procuratorate
from tests.integration.graphql_client import Client, served

PASSWORD = "a password of tests"  # noqa: S105  a test's
NODE = "query($id: ID!) { node(id: $id) { __typename ... on User { id login name } } }"


@dataclass
class House:
    """A city over two counties, with accounts in each."""

    database: Database
    client: Client
    ids: dict[str, int]

    @asynccontextmanager
    async def signed_in(self, login: str) -> AsyncIterator[Client]:
        body = {"login": login, "password": PASSWORD, "purpose": "专项检查"}
        token = (await self.client.http.post("/sign-in", json=body)).json()["token"]
        self.client.http.headers["authorization"] = f"Bearer {token}"
        yield self.client
        del self.client.http.headers["authorization"]

    async def sees(self, login: str) -> set[str]:
        seen = set()
        async with self.signed_in(login) as client:
            for other, key in self.ids.items():
                if (await client.ask(NODE, id=global_id("User", key)))["node"]:
                    seen.add(other)
        return seen


ACCOUNTS = [
    ("city.chief", Role.CHIEF, "试验市人民检察院", None),
    ("city.officer", Role.CASE_OFFICER, "试验市人民检察院", None),
    ("east.chief", Role.CHIEF, "东区人民检察院", None),
    ("east.auditor", Role.AUDITOR, "东区人民检察院", None),
    ("west.officer", Role.CASE_OFFICER, "西区人民检察院", None),
    ("east.clerk", Role.AGENCY_CLERK, None, "东区环保局"),
    ("stray.clerk", Role.AGENCY_CLERK, None, "无主管局"),
    ("keeper", Role.ADMINISTRATOR, None, None),
]


@pytest.fixture
async def house(
    database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path
) -> AsyncIterator[House]:
    feed = Feed(database, keys, clock, tmp_path)
    await feed(
        procuratorate("试验市人民检察院"),
        procuratorate("东区人民检察院", parent="试验市人民检察院"),
        procuratorate("西区人民检察院", parent="试验市人民检察院"),
        agency("东区环保局", procuratorate="东区人民检察院"),
        agency("无主管局"),
    )
    places = {row["name"]: row["id"] for row in await feed.rows("SELECT id, name FROM procuratorate")}
    bureaus = {row["name"]: row["id"] for row in await feed.rows("SELECT id, name FROM agency")}
    ids = {}
    async with database.begin() as connection:
        for login, role, place, bureau in ACCOUNTS:
            made = await add_account(
                connection,
                login=login,
                name=login.upper(),
                roles=[role],
                procuratorate_id=None if place is None else places[place],
                department=Department.PREVENTION if place else None,
                agency_id=None if bureau is None else bureaus[bureau],
                password_hash=CheapHasher().hash(PASSWORD),
                now=clock(),
            )
            ids[login] = made.id
    async with served(database, open_locally=False) as client:
        yield House(database, client, ids)


async def test_the_viewer_is_who_signed_in(house: House) -> None:
    async with house.signed_in("east.chief") as client:
        found = await client.ask(
            "{ viewer { id name login roles department permissions agency { name } "
            "procuratorate { name parent { name } } } }"
        )
    assert found["viewer"] == {
        "id": global_id("User", house.ids["east.chief"]),
        "name": "EAST.CHIEF",
        "login": "east.chief",
        "roles": ["CHIEF"],
        "department": "PREVENTION",
        "permissions": [name.value for name in Permission if name in permissions_of([Role.CHIEF])],
        "agency": None,
        "procuratorate": {"name": "东区人民检察院", "parent": {"name": "试验市人民检察院"}},
    }


@pytest.mark.parametrize(
    ("login", "seen"),
    [
        ("city.chief", {name for name, *_ in ACCOUNTS} - {"keeper"}),
        ("east.chief", {"east.chief", "east.auditor", "east.clerk"}),
        ("east.auditor", {"east.chief", "east.auditor", "east.clerk"}),
        ("city.officer", {"city.officer"}),
        ("east.clerk", {"east.clerk"}),
        ("keeper", {name for name, *_ in ACCOUNTS}),
    ],
)
async def test_accounts_are_seen_by_oneself_and_by_whoever_keeps_those_below(
    house: House, login: str, seen: set[str]
) -> None:
    assert await house.sees(login) == seen


async def test_what_is_not_seen_and_what_is_not_there_are_the_same(house: House) -> None:
    async with house.signed_in("east.chief") as client:
        hidden = await client.post(NODE, id=global_id("User", house.ids["west.officer"]))
        absent = await client.post(NODE, id=global_id("User", 999_999))
    assert hidden.json() == absent.json() == {"data": {"node": None}}


async def test_a_procuratorate_stands_over_itself_and_all_below_it(house: House, database: Database) -> None:
    async with database.begin() as connection:
        ids = {
            row.name: row.id
            for row in await connection.exec_driver_sql("SELECT id, name FROM procuratorate ORDER BY id")
        }
        found = await standings_of(connection, [*ids.values(), 999_999])
    assert house.ids
    assert found == {
        ids["试验市人民检察院"]: Standing(subordinates=tuple(sorted(ids.values())), highest=True),
        ids["东区人民检察院"]: Standing(subordinates=(ids["东区人民检察院"],)),
        ids["西区人民检察院"]: Standing(subordinates=(ids["西区人民检察院"],)),
    }
