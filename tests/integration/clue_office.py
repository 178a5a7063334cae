"""The desks of a city and its two counties, whose people lead clues through the real application."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from api.ids import global_id
from schema.access_records import Account
from schema.access_vocabularies import Role
from schema.tables import agency, procuratorate
from schema.vocabularies import Department
from stores.accounts import Credentials, add_account, find_local_administrator
from stores.keys import KeyRing
from stores.postgres import Database
from stores.sign_in_sessions import begin_session
from tests.hashers import CheapHasher
from tests.integration.feeding import Feed, case, person
from tests.integration.graphql_client import Client, served
from tests.integration.search_corpus import now
from tests.integration.viewers import CITY, EAST, EASTERN, WEST, WESTERN, SignedIn, organise

PREVENTION, COMPLAINTS = Department.PREVENTION, Department.COMPLAINTS
NAME: Final = "王小明"
"""The natural person of the eastern county's case."""

PEOPLE: Final[Mapping[str, tuple[Role, str | None, Department | None]]] = {
    "handler": (Role.CASE_OFFICER, EAST, PREVENTION),
    "colleague": (Role.CASE_OFFICER, EAST, PREVENTION),
    "head": (Role.DEPARTMENT_HEAD, EAST, PREVENTION),
    "chief": (Role.CHIEF, EAST, None),
    "other officer": (Role.CASE_OFFICER, EAST, COMPLAINTS),
    "other head": (Role.DEPARTMENT_HEAD, EAST, COMPLAINTS),
    "inspector": (Role.DISCIPLINE, EAST, PREVENTION),
    "campaigner": (Role.CAMPAIGN_OFFICE, EAST, PREVENTION),
    "western officer": (Role.CASE_OFFICER, WEST, PREVENTION),
    "western head": (Role.DEPARTMENT_HEAD, WEST, PREVENTION),
    "western inspector": (Role.DISCIPLINE, WEST, PREVENTION),
    "city head": (Role.DEPARTMENT_HEAD, CITY, PREVENTION),
    "city chief": (Role.CHIEF, CITY, None),
    "clerk": (Role.AGENCY_CLERK, EASTERN, None),
}

CLUE: Final = """id number title text status source class department procuratorate { name } handler { id name }
  sender { id name } opener { id name } dueOn dormant risenTo result openedAt lastStepAt closedAt acknowledgedAt
  revision   history { on kind title actor } cases { totalCount nodes { documentNumber } }
  handOvers { fromDepartment fromProcuratorate { name } toDepartment toProcuratorate { name } sender { name } reason
    outcome endedBy { name } endedAt sentAt }
  participations { work department procuratorate { name } invitedBy { name } invitedAt opinion opinionBy { name }
    opinionAt }
  receipts { owed { name } acknowledgedAt acknowledgedBy { name } }"""
READ: Final = f"query($id: ID!) {{ node(id: $id) {{ ... on Clue {{ {CLUE} }} }} }}"
LEDGER: Final = """query($filter: ClueFilter, $first: Int, $after: String) {
  clues(filter: $filter, first: $first, after: $after) { totalCount nodes { id number title } pageInfo { endCursor
  hasNextPage } } }"""


def changing(mutation: str) -> str:
    """The document of a mutation of a clue."""
    name = mutation[0].upper() + mutation[1:]
    return f"""mutation($input: {name}Input!) {{
      {mutation}(input: $input) {{ clue {{ {CLUE} }} userErrors {{ field code message }} }} }}"""


@dataclass
class Office:
    """Who is there, and the application that they ask."""

    database: Database
    client: Client
    feed: Feed
    people: dict[str, SignedIn] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)

    def id(self, name: str) -> str:
        """Somebody's global id."""
        return global_id("User", self.accounts[name].id)

    def place(self, name: str) -> str:
        """A procuratorate's global id."""
        return global_id("Procuratorate", self.places[name])

    async def asks(self, by: str, document: str, **variables: Any) -> Any:
        """The data that somebody is answered."""
        return await self.people[by].ask(document, **variables)

    async def does(self, by: str, mutation: str, **wanted: Any) -> Any:
        """What somebody's mutation answers."""
        return (await self.asks(by, changing(mutation), input=wanted))[mutation]

    async def done(self, by: str, mutation: str, **wanted: Any) -> Any:
        """The clue after somebody's mutation, which must succeed."""
        answer = await self.does(by, mutation, **wanted)
        assert answer["userErrors"] == [], answer
        return answer["clue"]

    async def refused(self, by: str, mutation: str, **wanted: Any) -> Any:
        """The one error of somebody's mutation, which must fail."""
        answer = await self.does(by, mutation, **wanted)
        [error] = answer["userErrors"]
        assert (answer["clue"] is None) == (error["code"] != "STALE")
        return error

    async def opened(self, by: str = "handler", **fields: Any) -> Any:
        """A clue that somebody opened."""
        wanted = {"title": "涉嫌非法处置危险废物", "source": "VISIT", "department": "PREVENTION", **fields}
        return await self.done(by, "openClue", **wanted)

    async def read(self, by: str, clue_id: str) -> Any:
        """A clue as somebody sees it; None where they do not."""
        return (await self.asks(by, READ, id=clue_id))["node"]

    async def ledger(self, by: str, **filter_: Any) -> list[str]:
        """The titles of the clues in somebody's ledger, which counts them rightly."""
        found = (await self.asks(by, LEDGER, filter=filter_, first=100))["clues"]
        assert found["totalCount"] == len(found["nodes"])
        return [node["title"] for node in found["nodes"]]

    async def kept(self) -> Mapping[str, int]:
        """How much is written down of clues, and of changes."""
        counted = {}
        for table in ("clue", "clue_event", "clue_hand_over", "clue_participation", "clue_receipt", "clue_case"):
            [row] = await self.feed.rows(f"SELECT count(*) AS n FROM {table}")  # noqa: S608  our own names
            counted[table] = row["n"]
        [row] = await self.feed.rows(
            "SELECT count(*) AS n FROM audit_entry WHERE action = 'CHANGE' AND detail ->> 'refused' IS NULL"
        )
        [keys] = await self.feed.rows("SELECT count(*) AS n FROM applied_mutation")
        [cases] = await self.feed.rows("SELECT sum(revision) AS n FROM penalty_case")
        return {**counted, "changes": row["n"], "keys": keys["n"], "revisions": int(cases["n"])}


async def enter(office: Office) -> None:
    """Make the accounts, and sign them in."""
    async with office.database.begin() as connection:
        homes = {row.name: row.id for row in await connection.execute(select(procuratorate.c.name, procuratorate.c.id))}
        agencies = {row.name: row.id for row in await connection.execute(select(agency.c.name, agency.c.id))}
        at = office.client.services.clock()
        hashed = CheapHasher().hash("a password of tests")
        for name, (role, place, department) in PEOPLE.items():
            of_agency = role is Role.AGENCY_CLERK
            account = await add_account(
                connection,
                login=name.replace(" ", "."),
                name=f"{name}某",
                roles=[role],
                procuratorate_id=None if of_agency else homes[place or ""],
                department=department,
                agency_id=agencies[place or ""] if of_agency else None,
                password_hash=hashed,
                now=at,
            )
            credentials = Credentials(account=account, password_hash=hashed, must_change_password=False)
            session = await begin_session(connection, credentials, purpose="专项检查", address="127.0.0.1", now=at)
            assert session is not None
            token, _ = office.client.services.tokens.issue(
                account_id=account.id, session_id=session[0], session_ends_at=session[1], now=at
            )
            office.people[name] = SignedIn(office.client.http, office.client.services, token)
            office.accounts[name] = account
        office.accounts["local"] = await find_local_administrator(connection)
        office.people["local"] = SignedIn(office.client.http, office.client.services, None)
        office.places.update(homes)


@asynccontextmanager
async def opened_office(
    database: Database, keys: KeyRing, folder: Path, clock: Callable[[], datetime] = now
) -> AsyncIterator[Office]:
    """The office, with a case in each county; the eastern one's party is a natural person."""
    feed = Feed(database, keys, now, folder)
    await organise(feed)
    await feed(
        case(
            "东环罚〔2024〕1号", agency=EASTERN, party=person(NAME), facts=f"{NAME}倾倒危险废物", decidedOn="2024-03-04"
        ),
        case("西环罚〔2024〕1号", agency=WESTERN, decidedOn="2024-03-05"),
    )
    async with served(database, clock=clock) as client:
        office = Office(database, client, feed)
        for row in await feed.rows("SELECT id, document_number FROM penalty_case"):
            office.cases[row["document_number"][0]] = global_id("PenaltyCase", row["id"])
        await enter(office)
        yield office
