"""A city over two counties with somebody of every role in each, for tests that attack: the east has what the west must
not learn of, and everybody calls the real application with a token of an own session."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy import text

from schema.access_vocabularies import Role
from schema.follow_up_tables import FOLLOW_UPS
from schema.vocabularies import AnomalyKind, Certainty, Department
from stores.accounts import add_account
from stores.elastic import CaseIndex
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import CHINA
from tests.hashers import CheapHasher
from tests.integration.anomaly_rows import Found, write_findings
from tests.integration.feeding import Feed, Fields, agency, case, organisation, person, procuratorate
from tests.integration.follow_up_feeding import FULL
from tests.integration.graphql_client import Client, served

CITY, EAST, WEST = "中市人民检察院", "东县人民检察院", "西县人民检察院"
EASTERN, WESTERN, UNASSIGNED = "东县生态环境局", "西县生态环境局", "中市城市管理局"
PASSWORD: Final = "a password of tests"  # noqa: S105  a test's

SHARED_NUMBER: Final = "联环罚〔2024〕9号"
"""What a case of the east and a case of the west are both called."""
SHARED_CODE: Final = "91411300MA40AAA10R"
SHARED_PARTY: Final = "试验甲化工有限公司"
EASTERN_CODE: Final = "91411300MA40BBB20F"
EASTERN_PARTY: Final = "东方秘密冶炼有限公司"
EASTERN_PERSON: Final = "欧阳谷雨"
WESTERN_PERSON: Final = "赵小满"

ACCOUNTS: Final[Mapping[str, tuple[Role, str | None, str | None]]] = {
    "city.chief": (Role.CHIEF, CITY, None),
    "city.officer": (Role.CASE_OFFICER, CITY, None),
    **{
        f"{side}.{role.value.lower().replace('_', '.')}": (role, place, None)
        for side, place in (("east", EAST), ("west", WEST))
        for role in (
            *(Role.CASE_OFFICER, Role.DEPARTMENT_HEAD, Role.CHIEF, Role.CASE_MANAGEMENT),
            *(Role.DISCIPLINE, Role.CAMPAIGN_OFFICE, Role.AUDITOR),
        )
    },
    "east.clerk": (Role.AGENCY_CLERK, None, EASTERN),
    "west.clerk": (Role.AGENCY_CLERK, None, WESTERN),
    "keeper": (Role.ADMINISTRATOR, None, None),
}
"""Role, procuratorate and agency of everybody, by login."""

WESTERNERS: Final = tuple(login for login in ACCOUNTS if login.startswith("west."))
NAMELESS: Final = ("west.discipline", "west.campaign.office")
"""Those who read cases of the west and nobody's name."""
FORGETFUL: Final = ("west.auditor", "keeper")
"""Those who read no case at all."""


@dataclass
class AttackedCity:
    """The application, closed to whoever has no token, at a time that a test moves."""

    database: Database
    client: Client
    feed: Feed
    hasher: CheapHasher
    now: datetime
    accounts: dict[str, int] = field(default_factory=dict)
    agencies: dict[str, int] = field(default_factory=dict)
    sessions: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    async def token(self, login: str) -> str:
        """A token of somebody's session, the same one again."""
        if login not in self.tokens:
            ends = self.now + timedelta(hours=10)
            async with self.database.begin() as connection:
                session_id = await connection.scalar(
                    text(
                        "INSERT INTO sign_in_session (account_id, purpose, address, started_at, expires_at)"
                        " VALUES (:account, '专项检查', '127.0.0.1', :now, :ends) RETURNING id"
                    ),
                    {"account": self.accounts[login], "now": self.now, "ends": ends},
                )
            assert session_id is not None
            self.sessions[login] = session_id
            self.tokens[login], _ = self.client.services.tokens.issue(
                account_id=self.accounts[login], session_id=session_id, session_ends_at=ends, now=self.now
            )
        return self.tokens[login]

    async def post(self, login: str, document: str, /, **variables: Any) -> httpx.Response:
        """The whole answer to somebody's operation."""
        return await self.client.http.post(
            "/graphql",
            json={"query": document, "variables": variables},
            headers={"authorization": f"Bearer {await self.token(login)}"},
        )

    async def told(self, login: str, document: str, /, **variables: Any) -> bytes:
        """All that somebody is told: the status and every byte of the answer."""
        response = await self.post(login, document, **variables)
        return b"%d %s" % (response.status_code, response.content)

    async def ask(self, login: str, document: str, /, **variables: Any) -> Any:
        """The data of somebody's operation, which must succeed."""
        body = (await self.post(login, document, **variables)).json()
        assert "errors" not in body, body
        return body["data"]

    async def codes(self, login: str, document: str, /, **variables: Any) -> set[str]:
        """The codes of the errors of somebody's operation; none where it succeeds."""
        body = (await self.post(login, document, **variables)).json()
        return {error["extensions"]["code"] for error in body.get("errors", ())}

    async def ids(self, table: str, agency_name: str) -> list[int]:
        """The ids of an agency's rows in a table that knows agencies."""
        rows = await self.feed.rows(
            f"SELECT t.id FROM {table} t JOIN agency a ON a.id = t.agency_id WHERE a.name = :name ORDER BY t.id",  # noqa: S608  our own names
            name=agency_name,
        )
        return [row["id"] for row in rows]

    async def findings(self, agency_name: str) -> list[int]:
        """The ids of the findings in an agency's cases."""
        rows = await self.feed.rows(
            "SELECT n.id FROM anomaly n JOIN penalty_case c ON c.id = n.case_id JOIN agency a ON a.id = c.agency_id"
            " WHERE a.name = :name ORDER BY n.id",
            name=agency_name,
        )
        return [row["id"] for row in rows]


def western_cases() -> Sequence[Fields]:
    """What the west has."""
    ours = {"agency": WESTERN}
    return (
        {
            **case(SHARED_NUMBER),
            **ours,
            **_told(1, SHARED_PARTY, SHARED_CODE),
            "party": organisation(SHARED_PARTY, SHARED_CODE),
        },
        {**case("西环罚〔2024〕2号"), **ours, **_told(2, "西县乙厂"), "party": organisation("西县乙厂")},
        {
            **case(f"西环罚〔{WESTERN_PERSON}〕3号"),
            **ours,
            **_told(3, WESTERN_PERSON),
            "party": person(WESTERN_PERSON, None),
        },
        {**case("西环罚〔2024〕4号"), **ours, "facts": "占道经营。", "party": organisation("西县丙店")},
    )


def eastern_cases() -> Sequence[Fields]:
    """What the east has, which the west's own cases resemble in everything that can be asked for."""
    theirs = {"agency": EASTERN}
    return (
        {
            **case(SHARED_NUMBER),
            **theirs,
            **_told(1, SHARED_PARTY, SHARED_CODE),
            "party": organisation(SHARED_PARTY, SHARED_CODE),
        },
        {
            **case("东环罚〔2024〕2号"),
            **theirs,
            **_told(2, EASTERN_PARTY),
            "party": organisation(EASTERN_PARTY, EASTERN_CODE),
        },
        {**case("东环罚〔2024〕3号"), **theirs, **_told(3, EASTERN_PERSON), "party": person(EASTERN_PERSON, None)},
    )


def _told(number: int, who: str, _code: str = "") -> Fields:
    return {
        "title": f"{who}非法倾倒案",
        "domain": "ENVIRONMENT",
        "violationType": "非法倾倒危险废物",
        "facts": f"{who}将危险废物{number}.5吨非法倾倒在河道内。",
        "legalBasis": "《中华人民共和国固体废物污染环境防治法》第七十九条",
        "fine": f"{number}00000.00",
        "decidedOn": f"2024-03-0{number}",
    }


def follow_ups(agency_name: str, number: str = SHARED_NUMBER) -> Sequence[Fields]:
    """One record of each kind that follows a case, and one whose case has not arrived."""
    told = {"agency": agency_name}
    rows = [{"kind": kind.value, "documentNumber": number, **FULL[kind], **told} for kind in FOLLOW_UPS]
    waiting = {**rows[0], "documentNumber": f"{agency_name}未到1号"}
    return (*rows, waiting)


async def fill(feed: Feed, agency_name: str, cases: Sequence[Fields]) -> None:
    """Load an agency's cases with what follows them, and find something wrong with each."""
    await load_cases(feed, agency_name, cases)
    await find_faults(feed, agency_name)


async def load_cases(feed: Feed, agency_name: str, cases: Sequence[Fields]) -> None:
    """Load an agency's cases with what follows them."""
    report = await feed(*cases, *follow_ups(agency_name), name=f"{agency_name}.jsonl", agency=agency_name)
    assert report.accounts.rejected == 0, report.errors


async def find_faults(feed: Feed, agency_name: str) -> None:
    """Find something wrong with the first three of an agency's cases, and that something cannot be told of all."""
    rows = await feed.rows(
        "SELECT c.id FROM penalty_case c JOIN agency a ON a.id = c.agency_id WHERE a.name = :name ORDER BY c.id",
        name=agency_name,
    )
    found = [
        Found("transfer.late", AnomalyKind.LATE_TRANSFER),
        Found("service.late", AnomalyKind.SLOW_ACTION, Certainty.POSSIBLE),
    ]
    await write_findings(feed.database, {row["id"]: found for row in rows[:3]})
    await feed.run(_CANNOT_TELL)
    await feed.run(_JUDGEMENTS, name=agency_name)
    await feed.run(_EVENTS, name=agency_name)
    # What an agency has not been told of: a clue about one of its cases, and a measure that is not issued yet.
    await feed.run(_CLUE, name=agency_name, case_id=rows[0]["id"])
    await feed.run(_DRAFT, name=agency_name, case_id=rows[1]["id"])


_CANNOT_TELL: Final = (
    "INSERT INTO cannot_tell (digest, answers)"
    """ VALUES ('attacks', '[{"rule": "service.late", "missing": ["servedOn"]}]') ON CONFLICT DO NOTHING"""
)
_JUDGEMENTS: Final = """
INSERT INTO judgement (case_id, as_of, rule_book_id, file_digest, seen_below, cannot_tell_id)
SELECT c.id, '2024-06-07', b.id, 'test', 1, t.id
  FROM penalty_case c JOIN agency a ON a.id = c.agency_id, rule_book b, cannot_tell t
 WHERE a.name = :name AND t.digest = 'attacks'
"""
_CLUE: Final = """
WITH opened AS (
  INSERT INTO clue (number, title, source, class, status, procuratorate_id, department, handler_id, sender_id,
                    opener_id, due_on, opened_at, last_step_at, desks)
  SELECT g.name || '线索', '线索', 'FINDING', 'OTHER', 'NEW', g.procuratorate_id, 'PREVENTION', a.id, a.id, a.id,
         '2024-12-31', now(), now(), ARRAY[coalesce(g.procuratorate_id, 0) || '/PREVENTION']
    FROM agency g, account a WHERE g.name = :name ORDER BY a.id LIMIT 1
  RETURNING id
)
INSERT INTO clue_case (clue_id, case_id) SELECT id, :case_id FROM opened
"""
_DRAFT: Final = """
WITH drafted AS (
  INSERT INTO measure (kind, status, title, text, addressee, agency_id, procuratorate_id, author_id, drafted_at)
  SELECT 'RECOMMENDATION', 'DRAFT', '建议', '建议', g.name, g.id, g.procuratorate_id, a.id, now()
    FROM agency g, account a WHERE g.name = :name ORDER BY a.id LIMIT 1
  RETURNING id
)
INSERT INTO measure_case (measure_id, case_id) SELECT id, :case_id FROM drafted
"""
_EVENTS: Final = """
INSERT INTO anomaly_event (anomaly_id, event, status, certainty, explanation, evidence, law, rule_version,
                           rule_book_id, judged_file_id, as_of)
SELECT n.id, 'OPENED', n.status, n.certainty, n.explanation, n.evidence, n.law, n.rule_version, n.rule_book_id,
       n.judged_file_id, n.as_of
  FROM anomaly n JOIN penalty_case c ON c.id = n.case_id JOIN agency a ON a.id = c.agency_id
 WHERE a.name = :name
"""


@asynccontextmanager
async def attacked_city(
    database: Database,
    keys: KeyRing,
    folder: Path,
    *,
    index: CaseIndex | None = None,
    proxies: Sequence[IPv4Network | IPv6Network] = (),
) -> AsyncIterator[AttackedCity]:
    """The city with everybody in it and no case yet."""
    cities = list[AttackedCity]()
    cheap = CheapHasher()
    async with served(
        database,
        index,
        open_locally=False,
        hasher=cheap,
        clock=lambda: cities[0].now if cities else datetime.now(CHINA),
        proxies=proxies,
    ) as client:
        feed = Feed(database, keys, lambda: datetime.now(CHINA), folder)
        city = AttackedCity(database, client, feed, cheap, datetime.now(CHINA))
        cities.append(city)
        await feed(
            procuratorate(CITY),
            procuratorate(EAST, parent=CITY),
            procuratorate(WEST, parent=CITY),
            agency(EASTERN, procuratorate=EAST, region="411323"),
            agency(WESTERN, procuratorate=WEST, region="411324"),
            agency(UNASSIGNED, region="411300"),
            name="organisation.jsonl",
        )
        places = {row["name"]: row["id"] for row in await feed.rows("SELECT id, name FROM procuratorate")}
        city.agencies |= {row["name"]: row["id"] for row in await feed.rows("SELECT id, name FROM agency")}
        password_hash = cheap.hash(PASSWORD)
        async with database.begin() as connection:
            for login, (role, place, bureau) in ACCOUNTS.items():
                made = await add_account(
                    connection,
                    login=login,
                    name=login.upper(),
                    roles=[role],
                    procuratorate_id=None if place is None else places[place],
                    department=Department.PREVENTION if place else None,
                    agency_id=None if bureau is None else city.agencies[bureau],
                    password_hash=password_hash,
                    now=city.now,
                )
                city.accounts[login] = made.id
        yield city
