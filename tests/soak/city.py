"""A city over two counties whose people ask the real application, on days that a sequence sets."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from api.ids import global_id
from schema.access_records import Account, Desk, Viewer
from schema.access_vocabularies import Role
from schema.tables import agency, procuratorate
from schema.triage_records import AwaitedCase
from schema.vocabularies import Department
from stores.accounts import Credentials, add_account, find_local_administrator
from stores.keys import KeyRing
from stores.machine_keys import issue_key
from stores.postgres import Database
from stores.sign_in_sessions import begin_session
from supervision.access import viewer_of
from supervision.calendars import shanghai_day
from tests.hashers import CheapHasher
from tests.integration.feeding import Feed, case, person
from tests.integration.graphql_client import Client, Json, served
from tests.integration.search_corpus import now as now_in_shanghai
from tests.integration.viewers import CITY, EAST, EASTERN, OF_AN_AGENCY, WEST, WESTERN, SignedIn, organise

_PREVENTION, _COMPLAINTS = Department.PREVENTION, Department.COMPLAINTS
_CIVIL, _LEADING = Department.CIVIL_ADMINISTRATIVE, Department.INVESTIGATION_SUPERVISION
PEOPLE: Final[Mapping[str, tuple[Role, str | None, Department | None]]] = {
    "handler": (Role.CASE_OFFICER, EAST, _PREVENTION),
    "colleague": (Role.CASE_OFFICER, EAST, _PREVENTION),
    "head": (Role.DEPARTMENT_HEAD, EAST, _PREVENTION),
    "chief": (Role.CHIEF, EAST, None),
    "manager": (Role.CASE_MANAGEMENT, EAST, Department.CASE_MANAGEMENT),
    "other officer": (Role.CASE_OFFICER, EAST, _COMPLAINTS),
    "other head": (Role.DEPARTMENT_HEAD, EAST, _COMPLAINTS),
    "leader": (Role.DEPARTMENT_HEAD, EAST, _LEADING),
    "investigator": (Role.CASE_OFFICER, EAST, Department.ANTI_CORRUPTION),
    "civil officer": (Role.CASE_OFFICER, EAST, _CIVIL),
    "civil head": (Role.DEPARTMENT_HEAD, EAST, _CIVIL),
    "western officer": (Role.CASE_OFFICER, WEST, _PREVENTION),
    "western head": (Role.DEPARTMENT_HEAD, WEST, _PREVENTION),
    "western leader": (Role.CASE_OFFICER, WEST, _LEADING),
    "city head": (Role.DEPARTMENT_HEAD, CITY, _PREVENTION),
    "city officer": (Role.CASE_OFFICER, CITY, _LEADING),
    "city chief": (Role.CHIEF, CITY, None),
    "inspector": (Role.DISCIPLINE, EAST, Department.DISCIPLINE),
    "campaigner": (Role.CAMPAIGN_OFFICE, EAST, _PREVENTION),
    "auditor": (Role.AUDITOR, EAST, None),
    "administrator": (Role.ADMINISTRATOR, None, None),
    "clerk": (Role.AGENCY_CLERK, EASTERN, None),
    "machine": (Role.MACHINE, EASTERN, None),
}
LEAVING: Final = ("handler", "colleague", "other officer", "other head", "western officer", "western head")
"""Who may leave while a sequence goes on, and is back at the next."""

MOVING: Final = ("handler", "colleague", "other officer")
"""Who may go to another department."""

BEGINS: Final = datetime(2024, 6, 3, 2, tzinfo=UTC)
"""When every sequence begins."""

EASTERN_CASES, WESTERN_CASES = 8, 4


@dataclass
class City:
    """Who is there, where, and the application that they ask."""

    feed: Feed
    days: "Days"
    client: Client
    accounts: dict[str, Account] = field(default_factory=dict)
    viewers: dict[str, Viewer] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    agencies: dict[str, int] = field(default_factory=dict)
    cases: dict[int, str] = field(default_factory=dict)
    """Of each case, by its id, the place of its agency."""
    tokens: dict[tuple[str, date], str | None] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return shanghai_day(self.days())

    @property
    def there(self) -> list[str]:
        """Who has not left."""
        return [name for name, account in self.accounts.items() if account.disabled_at is None]

    def account(self, account_id: int) -> Account:
        """An account as it is now."""
        return next(each for each in self.accounts.values() if each.id == account_id)

    def head_of(self, desk: Desk, by: str) -> Account | None:
        """Who answers for a desk: its head, its chief, the same above; else whoever sits at the machine and acts."""
        homes = [desk.procuratorate_id, self.places[CITY]]
        for home in homes if desk.procuratorate_id is not None else []:
            there = [self.accounts[name] for name in self.there if self.accounts[name].procuratorate_id == home]
            for role, department in ((Role.DEPARTMENT_HEAD, desk.department), (Role.CHIEF, None)):
                for each in there:
                    if role in each.roles and department in {None, each.department}:
                        return each
        return self.accounts["local"] if by == "local" else None

    async def asks(self, by: str, document: str, wanted: Json) -> Json:
        """The whole answer to somebody's question."""
        self.days.now += timedelta(seconds=1)
        token = self.tokens.get((by, self.today))
        if token is None and by != "local":
            token = self.tokens[by, self.today] = await self._signed_in(by)
        response = await SignedIn(self.client.http, self.client.services, token).post(document, input=wanted)
        assert response.status_code == 200, response.text
        body: Json = response.json()
        return body

    async def _signed_in(self, name: str) -> str:
        account, now = self.accounts[name], self.days()
        async with self.feed.database.begin() as connection:
            if Role.MACHINE in account.roles:
                return await issue_key(connection, account.id, expires_at=now + timedelta(days=1), now=now)
            credentials = Credentials(account=account, password_hash=_HASHED, must_change_password=False)
            session = await begin_session(connection, credentials, purpose="专项检查", address="127.0.0.1", now=now)
        assert session is not None
        services = self.client.services
        return services.tokens.issue(account_id=account.id, session_id=session[0], session_ends_at=session[1], now=now)[
            0
        ]

    async def leaves(self, name: str) -> None:
        """Somebody's account is disabled."""
        account = self.accounts[name]
        self.accounts[name] = replace(account, disabled_at=self.days())
        await self.feed.run("UPDATE account SET disabled_at = :at WHERE id = :id", at=self.days(), id=account.id)

    async def moves(self, name: str, department: Department) -> None:
        """Somebody is at another department's desk from now on."""
        account = self.accounts[name]
        self._know(name, replace(account, department=department))
        statement = "UPDATE account SET department = :department WHERE id = :id"
        await self.feed.run(statement, department=department.value, id=account.id)

    def _know(self, name: str, account: Account) -> None:
        """What the account is, and what its viewer sees by it."""
        self.accounts[name] = account
        place = PEOPLE[name][1] if name in PEOPLE else None
        self.viewers[name] = viewer_of(
            account,
            [self.places[each] for each in _BELOW.get(place or "", ())],
            highest=place == CITY,
            session_id=None,
            purpose="",
            address="127.0.0.1",
        )

    async def begin_anew(self) -> None:
        """Everybody is there again, at their own desks, on the first day."""
        self.days.now = BEGINS
        if any(account.disabled_at for account in self.accounts.values()):
            await self.feed.run("UPDATE account SET disabled_at = NULL")
        for name in MOVING:
            department = PEOPLE[name][2]
            if department is not None and self.accounts[name].department is not department:
                await self.moves(name, department)
        for name, account in self.accounts.items():
            self._know(name, replace(account, disabled_at=None))

    def user(self, name: str) -> str:
        """Somebody's global id."""
        return global_id("User", self.accounts[name].id)


@dataclass
class Days:
    """A clock that a sequence moves."""

    now: datetime = BEGINS

    def __call__(self) -> datetime:
        return self.now


_BELOW: Final = {CITY: (CITY, EAST, WEST), EAST: (EAST,), WEST: (WEST,)}
_HASHED: Final = CheapHasher().hash("a password of tests")


async def _enter(city: City) -> None:
    """Make the accounts, and the viewers that they are."""
    async with city.feed.database.begin() as connection:
        rows = await connection.execute(select(procuratorate.c.name, procuratorate.c.id))
        city.places.update({row.name: row.id for row in rows})
        city.agencies.update({row.name: row.id for row in await connection.execute(select(agency.c.name, agency.c.id))})
        for name, (role, place, department) in PEOPLE.items():
            of_agency = role in OF_AN_AGENCY
            city.accounts[name] = await add_account(
                connection,
                login=name.replace(" ", "."),
                name=f"{name}某",
                roles=[role],
                procuratorate_id=None if of_agency or place is None else city.places[place],
                department=department,
                agency_id=city.agencies[place or ""] if of_agency else None,
                password_hash=None if role is Role.MACHINE else _HASHED,
                now=BEGINS,
            )
        city.accounts["local"] = await find_local_administrator(connection)
    await city.begin_anew()


@asynccontextmanager
async def opened_city(database: Database, keys: KeyRing, folder: Path) -> AsyncIterator[City]:
    """The city, with some cases in each county."""
    feed, days = Feed(database, keys, now_in_shanghai, folder), Days()
    await organise(feed)
    told: list[dict[str, Any]] = [
        *(
            case(f"东环罚〔2024〕{number}号", agency=EASTERN, party=person("王小明"), decidedOn="2024-03-04")
            for number in range(1, EASTERN_CASES + 1)
        ),
        *(
            case(f"西环罚〔2024〕{number}号", agency=WESTERN, decidedOn="2024-03-05")
            for number in range(1, WESTERN_CASES + 1)
        ),
    ]
    await feed(*told)
    async with served(database, clock=days) as client:
        city = City(feed, days, client)
        for row in await feed.rows("SELECT id, document_number FROM penalty_case"):
            city.cases[row["id"]] = EAST if row["document_number"][0] == "东" else WEST
        await _enter(city)
        yield city


async def awaited_cases(city: City) -> dict[int, AwaitedCase]:
    """Where every case waits, and for whom it was decided of."""
    rows = await city.feed.rows(
        "SELECT c.id, c.revision,"
        " ARRAY(SELECT q.department FROM triage_queue q WHERE q.case_id = c.id) AS waiting,"
        " ARRAY(SELECT DISTINCT t.department FROM triage t WHERE t.case_id = c.id) AS decided FROM penalty_case c"
    )
    return {
        row["id"]: AwaitedCase(
            revision=row["revision"],
            waiting=frozenset(map(Department, row["waiting"])),
            decided=frozenset(None if each is None else Department(each) for each in row["decided"]),
        )
        for row in rows
    }
