"""Who asks for the record of access_record.py: somebody of every role, and from several places."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import text

from schema.access_vocabularies import Role
from schema.vocabularies import Department
from stores.accounts import add_account, find_local_administrator
from stores.bearer_tokens import BearerTokens
from stores.machine_keys import issue_key
from tests.integration.feeding import Feed

CITY, EAST, WEST = "中市人民检察院", "东县人民检察院", "西县人民检察院"


class Place(StrEnum):
    """Whose records: those of the eastern county's agency, of the western one's, and of one that nobody supervises."""

    EAST = "东县生态环境局"
    WEST = "西县生态环境局"
    NOBODY = "中市城市管理局"

    @property
    def word(self) -> str:
        """What every text of this agency's records holds, and no other."""
        return {Place.EAST: "甲密", Place.WEST: "乙密", Place.NOBODY: "丙密"}[self]

    @property
    def person(self) -> str:
        """The natural person whom its records name."""
        return {Place.EAST: "赵甲敏", Place.WEST: "钱乙敏", Place.NOBODY: "孙丙敏"}[self]

    @property
    def company(self) -> str:
        return f"{self.word}化工有限公司"

    @property
    def agency_code(self) -> str:
        return {
            Place.EAST: "11410000MB00000000",
            Place.WEST: "11410000MB00000013",
            Place.NOBODY: "11410000MB00000026",
        }[self]

    @property
    def company_code(self) -> str:
        return {
            Place.EAST: "91411300MA40BBB20F",
            Place.WEST: "91411300MA40CCC305",
            Place.NOBODY: "91411300MA40DDD40T",
        }[self]

    @property
    def finding(self) -> str:
        """What the texts of its findings hold, and nothing else."""
        return f"{self.word}异"

    @property
    def criminal(self) -> str:
        """What the texts of its criminal cases hold, and nothing else."""
        return f"{self.word}刑"

    @property
    def clue(self) -> str:
        """What the texts of its clues hold, and nothing else."""
        return f"{self.word}线"

    @property
    def run(self) -> str:
        """What its loads hold, and nothing else."""
        return f"{self.word}批"

    @property
    def login(self) -> str:
        """What the logins of its accounts begin with, by which nobody asks."""
        return f"{self.name.lower()}.other"

    def number(self, ordinal: int) -> str:
        return f"{self.word}罚〔2024〕{ordinal}号"

    def said(self, word: str = "") -> str:
        """A text of this agency that names the person."""
        return f"{word or self.word}，{self.person}在场"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who asks: as what, from where, and whose records are in scope."""

    name: str
    role: Role
    procuratorate: str | None
    agency: Place | None
    scope: frozenset[Place]
    authorization: str = field(default="", repr=False)


def _supervising(name: str, role: Role, procuratorate: str) -> Viewer:
    scope = {CITY: frozenset(Place), EAST: frozenset({Place.EAST}), WEST: frozenset({Place.WEST})}[procuratorate]
    return Viewer(name, role, procuratorate, None, scope)


def _of_agency(name: str, role: Role, place: Place) -> Viewer:
    return Viewer(name, role, None, place, frozenset({place}))


VIEWERS: Final = (
    _supervising("east.officer", Role.CASE_OFFICER, EAST),
    _supervising("west.officer", Role.CASE_OFFICER, WEST),
    _supervising("city.officer", Role.CASE_OFFICER, CITY),
    _supervising("east.head", Role.DEPARTMENT_HEAD, EAST),
    _supervising("east.chief", Role.CHIEF, EAST),
    _supervising("west.management", Role.CASE_MANAGEMENT, WEST),
    _supervising("city.management", Role.CASE_MANAGEMENT, CITY),
    _supervising("west.discipline", Role.DISCIPLINE, WEST),
    _supervising("east.campaign", Role.CAMPAIGN_OFFICE, EAST),
    _supervising("west.auditor", Role.AUDITOR, WEST),
    _of_agency("east.clerk", Role.AGENCY_CLERK, Place.EAST),
    _of_agency("west.clerk", Role.AGENCY_CLERK, Place.WEST),
    _of_agency("stray.clerk", Role.AGENCY_CLERK, Place.NOBODY),
    _of_agency("east.machine", Role.MACHINE, Place.EAST),
    Viewer("keeper", Role.ADMINISTRATOR, None, None, frozenset(Place)),
    Viewer("local", Role.LOCAL_ADMINISTRATOR, None, None, frozenset(Place)),
)
"""Every role, and from several places those whose places matter most."""

OTHERS: Final = {
    Place.EAST: ((EAST, Role.CASE_OFFICER), (Place.EAST, Role.AGENCY_CLERK)),
    Place.WEST: ((WEST, Role.CASE_OFFICER), (Place.WEST, Role.AGENCY_CLERK)),
    Place.NOBODY: ((Place.NOBODY, Role.AGENCY_CLERK),),
}
"""Of each place, accounts of others: where they belong, and as what they act."""


async def added_others(feed: Feed) -> dict[Place, list[int]]:
    """Accounts of each place by which nobody asks."""
    homes = await _homes(feed)
    async with feed.database.begin() as connection:
        return {
            place: [
                (
                    await add_account(
                        connection,
                        login=f"{place.login}{ordinal}",
                        name=f"OTHER {ordinal}",
                        roles=[role],
                        procuratorate_id=None if isinstance(home, Place) else homes[home],
                        department=None if isinstance(home, Place) else Department.ANTI_CORRUPTION,
                        agency_id=homes[home] if isinstance(home, Place) else None,
                        now=feed.clock(),
                    )
                ).id
                for ordinal, (home, role) in enumerate(accounts)
            ]
            for place, accounts in OTHERS.items()
        }


async def _homes(feed: Feed) -> dict[str, int]:
    """Procuratorates and agencies by their names."""
    rows = await feed.rows("SELECT id, name FROM procuratorate UNION ALL SELECT id, name FROM agency")
    return {row["name"]: row["id"] for row in rows}


async def entered(feed: Feed) -> dict[str, Viewer]:
    """Accounts for everybody, with a session or a key that is good for the whole of a test."""
    homes = await _homes(feed)
    tokens, at = BearerTokens(feed.keys), feed.clock()
    found: dict[str, Viewer] = {}
    async with feed.database.begin() as connection:
        for viewer in VIEWERS:
            if viewer.role is Role.LOCAL_ADMINISTRATOR:
                account = await find_local_administrator(connection)
            else:
                account = await add_account(
                    connection,
                    login=viewer.name,
                    name=viewer.name.upper(),
                    roles=[viewer.role],
                    procuratorate_id=homes.get(viewer.procuratorate or ""),
                    department=Department.ANTI_CORRUPTION if viewer.procuratorate else None,
                    agency_id=homes.get(viewer.agency or ""),
                    now=at,
                )
            if viewer.role is Role.MACHINE:
                key = await issue_key(connection, account.id, expires_at=at + timedelta(hours=1), now=at)
                found[viewer.name] = replace(viewer, authorization=f"Bearer {key}")
                continue
            session = await connection.scalar(
                text(
                    "INSERT INTO sign_in_session (account_id, purpose, address, started_at, expires_at)"
                    " VALUES (:account, '核查', '10.0.0.9', :now, :end) RETURNING id"
                ),
                {"account": account.id, "now": at, "end": at + timedelta(hours=1)},
            )
            token, _ = tokens.issue(
                account_id=account.id, session_id=session, session_ends_at=at + timedelta(hours=1), now=at
            )
            found[viewer.name] = replace(viewer, authorization=f"Bearer {token}")
    return found
