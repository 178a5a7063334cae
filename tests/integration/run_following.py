"""Two agencies with runs of their feeds, and those who may follow them or may not."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from api.ids import global_id
from commands.runtime import now
from schema.access_vocabularies import Role
from schema.vocabularies import Department, FeedRunStatus
from stores.accounts import add_account
from stores.feed_runs import Accounts, begin_run, end_run, tell_progress
from stores.keys import KeyRing
from stores.postgres import Database
from tests.hashers import CheapHasher
from tests.integration.door_serving import Machine, machine_of
from tests.integration.feeding import AGENCY, OTHER_AGENCY, Feed, agency, procuratorate
from tests.integration.socket_serving import SocketServer, socket_server

PASSWORD = "一个足够长的口令——2024"  # noqa: S105  a test's
COUNTY = "试验县人民检察院"
ABOVE = "试验市人民检察院"
PEOPLE: Sequence[tuple[str, Role, str | None]] = (
    ("chief", Role.CHIEF, COUNTY),
    ("officer", Role.CASE_OFFICER, COUNTY),
    ("above", Role.CHIEF, ABOVE),
    ("elsewhere", Role.CHIEF, "别县人民检察院"),
    ("clerk", Role.AGENCY_CLERK, None),
    ("keeper", Role.ADMINISTRATOR, None),
)


@dataclass(slots=True)
class Run:
    """A run of a feed that goes on."""

    database: Database
    key: int
    name: str

    @property
    def id(self) -> str:
        return global_id("FeedRun", self.key)

    async def come_to(self, inserted: int) -> None:
        async with self.database.begin() as connection:
            await tell_progress(connection, self.key, Accounts(inserted=inserted))

    async def end(self, inserted: int = 0) -> None:
        async with self.database.begin() as connection:
            accounts = Accounts(inserted=inserted)
            await end_run(connection, self.key, status=FeedRunStatus.DONE, now=now(), accounts=accounts)


@dataclass(slots=True)
class House:
    """Who is there, and the server that they call."""

    database: Database
    feed: Feed
    server: SocketServer
    machine: Machine
    ids: dict[str, int]

    async def run(self, sender: str | None = AGENCY) -> Run:
        async with self.database.begin() as connection:
            key, name = await begin_run(
                connection, Path("cases.jsonl"), now(), sender=sender, loaded_by=self.machine.account_id
            )
        return Run(self.database, key, name)

    async def token(self, login: str = "chief") -> str:
        """A token of somebody's, or the machine's key."""
        if login == "machine":
            return self.machine.key
        body = {"login": login, "password": PASSWORD, "purpose": "专项检查"}
        answer = await self.server.http.post("/sign-in", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    async def trail(self) -> list[tuple[str, str, dict[str, str]]]:
        """Who followed what, as it is on record."""
        rows = await self.feed.rows(
            "SELECT login, action, detail FROM audit_entry WHERE operation = 'feedRunProgress' ORDER BY id"
        )
        return [(row["login"], row["action"], row["detail"]) for row in rows]


@asynccontextmanager
async def opened_house(database: Database, keys: KeyRing, folder: Path) -> AsyncIterator[House]:
    """A county and its agency, another one, the city above them, and a server that asks for tokens."""
    feed = Feed(database, keys, now, folder)
    await feed(
        procuratorate(ABOVE),
        procuratorate(COUNTY, parent=ABOVE),
        procuratorate("别县人民检察院", parent=ABOVE),
        agency(AGENCY, procuratorate=COUNTY),
        agency(OTHER_AGENCY, procuratorate="别县人民检察院"),
        name="register.jsonl",
    )
    places = {row["name"]: row["id"] for row in await feed.rows("SELECT id, name FROM procuratorate")}
    bureaus = {row["name"]: row["id"] for row in await feed.rows("SELECT id, name FROM agency")}
    ids = {}
    async with database.begin() as connection:
        for login, role, place in PEOPLE:
            made = await add_account(
                connection,
                login=login,
                name=login.upper(),
                roles=[role],
                procuratorate_id=None if place is None else places[place],
                department=None if place is None else Department.PREVENTION,
                agency_id=bureaus[AGENCY] if role is Role.AGENCY_CLERK else None,
                password_hash=CheapHasher().hash(PASSWORD),
                now=now(),
            )
            ids[login] = made.id
    machine = await machine_of(database, bureaus[AGENCY], "machine")
    async with socket_server(database) as server:
        yield House(database, feed, server, machine, ids)
