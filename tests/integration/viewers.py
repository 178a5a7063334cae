"""Viewers of every role, each asking the real application as who signed in, in a city over two counties."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
from sqlalchemy import select

from schema.access_vocabularies import Role
from schema.tables import agency, procuratorate
from schema.vocabularies import Department
from stores.accounts import Credentials, add_account
from stores.machine_keys import issue_key
from stores.postgres import Database
from stores.sign_in_sessions import begin_session
from tests.hashers import CheapHasher
from tests.integration import feeding
from tests.integration.feeding import Feed
from tests.integration.graphql_client import Client

CITY, EAST, WEST = "中市人民检察院", "东县人民检察院", "西县人民检察院"
EASTERN, WESTERN, UNSUPERVISED = "东县生态环境局", "西县生态环境局", "中市城市管理局"
"""An agency of each county, and one that no procuratorate supervises, which falls to the city."""

OF_AN_AGENCY: Final = frozenset({Role.AGENCY_CLERK, Role.MACHINE})
_PASSWORD: Final = "a password of tests"  # noqa: S105  a test's


async def organise(feed: Feed) -> None:
    """Register the procuratorates and the agencies."""
    await feed(
        feeding.procuratorate(CITY),
        feeding.procuratorate(EAST, parent=CITY),
        feeding.procuratorate(WEST, parent=CITY),
        feeding.agency(EASTERN, procuratorate=EAST),
        feeding.agency(WESTERN, procuratorate=WEST),
        feeding.agency(UNSUPERVISED),
        name="organisation.jsonl",
    )


@dataclass(frozen=True, slots=True)
class SignedIn(Client):
    """Asks the application with a token; without one, as whoever sits at the machine."""

    token: str | None

    @property
    def headers(self) -> Mapping[str, str]:
        """What says who asks."""
        return {} if self.token is None else {"authorization": f"Bearer {self.token}"}

    async def post(self, document: str, /, **variables: Any) -> httpx.Response:
        """The whole answer to an operation."""
        body = {"query": document, "variables": variables}
        return await self.http.post("/graphql", json=body, headers=self.headers)

    async def get(self, path: str) -> httpx.Response:
        """The answer to a link."""
        return await self.http.get(path, headers=self.headers)


@dataclass(frozen=True, slots=True)
class Viewers:
    """Makes accounts on demand, one of each role and place, and signs them in."""

    database: Database
    client: Client
    known: dict[tuple[Role, str | None, Department], SignedIn] = field(default_factory=dict)

    async def __call__(
        self, role: Role, place: str | None = None, department: Department = Department.PREVENTION
    ) -> SignedIn:
        """Whoever acts in a role at a place: a procuratorate's name, or an agency's; by default in the eastern county.

        `LOCAL_ADMINISTRATOR` asks without a token, so the application must be open locally.
        """
        if place is None and role not in {Role.ADMINISTRATOR, Role.LOCAL_ADMINISTRATOR}:
            place = EASTERN if role in OF_AN_AGENCY else EAST
        if (role, place, department) not in self.known:
            token = None if role is Role.LOCAL_ADMINISTRATOR else await self._token(role, place, department)
            self.known[role, place, department] = SignedIn(self.client.http, self.client.services, token)
        return self.known[role, place, department]

    async def _token(self, role: Role, place: str | None, department: Department) -> str:
        now = self.client.services.clock()
        of_agency = role in OF_AN_AGENCY
        hashed = CheapHasher().hash(_PASSWORD)
        async with self.database.begin() as connection:
            where = agency.c if of_agency else procuratorate.c
            home = await connection.scalar(select(where.id).where(where.name == place))
            assert (home is None) == (place is None)
            account = await add_account(
                connection,
                login=f"viewer.{secrets.token_hex(8)}",
                name=role.label,
                roles=[role],
                procuratorate_id=None if of_agency else home,
                department=None if of_agency or place is None else department,
                agency_id=home if of_agency else None,
                password_hash=None if role is Role.MACHINE else hashed,
                now=now,
            )
            if role is Role.MACHINE:
                return await issue_key(connection, account.id, expires_at=now + timedelta(days=1), now=now)
            credentials = Credentials(account=account, password_hash=hashed, must_change_password=False)
            session = await begin_session(connection, credentials, purpose="专项检查", address="127.0.0.1", now=now)
        assert session is not None
        return self._issued(account.id, *session, now)

    def _issued(self, account_id: int, session_id: int, ends_at: datetime, now: datetime) -> str:
        token, _ = self.client.services.tokens.issue(
            account_id=account_id, session_id=session_id, session_ends_at=ends_at, now=now
        )
        return token
