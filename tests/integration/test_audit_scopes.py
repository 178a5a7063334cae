"""The trail of a county is read there and above, and tells nobody of cases that are not theirs."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.context import Context
from api.graphql_schema import schema
from api.ids import global_id
from schema.access_records import Viewer
from schema.access_vocabularies import AuditAction, Role
from schema.audit_records import Caller, Deed
from stores.accounts import accounts_by_id, add_account, find_local_administrator, standings_of
from stores.audit_alerts import watch
from stores.audit_trail import caller_of, write_entries
from stores.keys import KeyRing
from stores.postgres import Database
from supervision.access import may_see_account, viewer_of
from tests.integration.feeding import Feed, agency, case, procuratorate
from tests.integration.graphql_client import Client, served

CITY, EAST, WEST = "试验市人民检察院", "东区人民检察院", "西区人民检察院"
ACCOUNTS = (
    ("city.officer", Role.CASE_OFFICER, CITY, None),
    ("city.management", Role.CASE_MANAGEMENT, CITY, None),
    ("city.auditor", Role.AUDITOR, CITY, None),
    ("east.officer", Role.CASE_OFFICER, EAST, None),
    ("east.management", Role.CASE_MANAGEMENT, EAST, None),
    ("east.discipline", Role.DISCIPLINE, EAST, None),
    ("east.clerk", Role.AGENCY_CLERK, None, "东区环保局"),
    ("west.officer", Role.CASE_OFFICER, WEST, None),
    ("west.management", Role.CASE_MANAGEMENT, WEST, None),
    ("stray.clerk", Role.AGENCY_CLERK, None, "无主管局"),
    ("keeper", Role.ADMINISTRATOR, None, None),
)
LOCAL = "local administrator"
EASTERN = {"east.officer", "east.management", "east.discipline", "east.clerk"}
TRAIL = """query($filter: AuditFilter) { auditTrail(filter: $filter, first: 100) {
  totalCount nodes { accountLogin operation caseIds } } }"""


@dataclass(frozen=True, slots=True)
class Courthouse:
    """A city over two counties with accounts in each, and a case in each county and with no procuratorate."""

    database: Database
    client: Client
    homes: dict[str, int | None]
    viewers: dict[str, Viewer]
    cases: dict[str, int]

    async def viewed(self, login: str, *case_ids: int, times: int = 1) -> None:
        caller = caller_of(self.viewers[login])
        deed = Deed(action=AuditAction.VIEW, operation="node", detail={}, case_ids=case_ids)
        async with self.database.begin() as connection:
            await write_entries(connection, caller, [deed] * times)

    async def ask(self, login: str, document: str, **variables: Any) -> Any:
        context = Context.fresh(self.client.services, self.viewers[login])
        result = await schema.execute(document, variable_values=variables, context_value=context)
        assert not result.errors, result.errors
        return result.data

    async def read(self, login: str, **filter_: Any) -> list[tuple[str, str, list[str]]]:
        """(login, operation, cases) of every entry, but for those of the reading itself."""
        found = (await self.ask(login, TRAIL, filter=filter_))["auditTrail"]
        nodes = [tuple(node.values()) for node in found["nodes"]]
        assert found["totalCount"] == len(nodes)
        return [node for node in nodes if node[1] != "auditTrail"]

    async def logins(self, login: str) -> set[str]:
        return {who for who, *_rest in await self.read(login)}


@pytest.fixture
async def house(
    database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path
) -> AsyncIterator[Courthouse]:
    feed = Feed(database, keys, clock, tmp_path)
    await feed(
        procuratorate(CITY),
        procuratorate(EAST, parent=CITY),
        procuratorate(WEST, parent=CITY),
        agency("东区环保局", procuratorate=EAST),
        agency("西区环保局", procuratorate=WEST),
        agency("无主管局"),
        case("东1号", agency="东区环保局"),
        case("西1号", agency="西区环保局"),
        case("无1号", agency="无主管局"),
    )
    places = {row["name"]: row["id"] for row in await feed.rows("SELECT id, name FROM procuratorate")}
    bureaus = {row["name"]: row for row in await feed.rows("SELECT id, name, procuratorate_id FROM agency")}
    cases = {row["document_number"][0]: row["id"] for row in await feed.cases()}
    homes: dict[str, int | None] = {}
    viewers = {}
    async with database.begin() as connection:
        standings = await standings_of(connection, list(places.values()))
        for login, role, place, bureau in ACCOUNTS:
            home = None if place is None else places[place]
            made = await add_account(
                connection,
                login=login,
                name=login,
                roles=[role],
                procuratorate_id=home,
                agency_id=None if bureau is None else bureaus[bureau]["id"],
                now=clock(),
            )
            homes[login] = home if bureau is None else bureaus[bureau]["procuratorate_id"]
            standing = None if home is None else standings[home]
            viewers[login] = viewer_of(
                made,
                () if standing is None else standing.subordinates,
                highest=standing is not None and standing.highest,
                session_id=None,
                purpose="核对",
                address="10.0.0.9",
            )
        local = await find_local_administrator(connection)
        viewers[LOCAL] = viewer_of(local, (), highest=False, session_id=None, purpose="核对", address="10.0.0.9")
        homes[LOCAL] = None
    async with served(database, open_locally=False) as client:
        yield Courthouse(database, client, homes, viewers, cases)


async def by_nobody(house: Courthouse) -> None:
    caller = Caller(login="guessed", account_id=None, session_id=None, address="10.0.0.9", purpose="")
    deed = Deed(action=AuditAction.SIGN_IN_REFUSED, operation="sign-in", detail={"because": "UNKNOWN"})
    async with house.database.begin() as connection:
        await write_entries(connection, caller, [deed])


@pytest.mark.parametrize(
    ("reader", "read"),
    [
        ("east.management", EASTERN),
        ("east.discipline", EASTERN),
        ("west.management", {"west.officer", "west.management"}),
        ("city.management", {login for login, *_ in ACCOUNTS} | {LOCAL, "guessed"}),
        ("city.auditor", {login for login, *_ in ACCOUNTS} | {LOCAL, "guessed"}),
        (LOCAL, {login for login, *_ in ACCOUNTS} | {LOCAL, "guessed"}),
        ("city.officer", set()),
        ("east.clerk", set()),
        ("keeper", set()),
    ],
)
async def test_a_trail_is_read_at_home_and_above_and_what_is_nobodys_at_the_top(
    house: Courthouse, reader: str, read: set[str]
) -> None:
    for login in house.viewers:
        await house.viewed(login)
    await by_nobody(house)
    assert await house.logins(reader) == read


async def test_entries_are_read_of_whose_accounts_are_seen_and_at_the_top_of_who_belongs_nowhere(
    house: Courthouse,
) -> None:
    for login in house.viewers:
        await house.viewed(login)
    async with house.database.begin() as connection:
        accounts = await accounts_by_id(connection, [viewer.account.id for viewer in house.viewers.values()])
        homes = [home for home in house.homes.values() if home is not None]
        standings = await standings_of(connection, homes)
    for reader in ("east.management", "east.discipline", "west.management", "city.management", "city.auditor", LOCAL):
        viewer, home = house.viewers[reader], house.homes[reader]
        highest = home is not None and standings[home].highest
        seen = {
            login
            for login in house.viewers
            if may_see_account(
                viewer,
                accounts[house.viewers[login].account.id],
                house.homes[login],
                () if home is None else standings[home].subordinates,
                highest=highest,
            )
        }
        assert await house.logins(reader) == seen | ({"keeper", LOCAL} if highest else set())


async def test_an_entry_tells_of_no_case_that_is_not_the_readers(house: Courthouse) -> None:
    east, west, stray = (house.cases[name] for name in "东西无")
    await house.viewed("east.officer", west, east, stray)
    own = [("east.officer", "node", [global_id("PenaltyCase", east)])]
    every = [("east.officer", "node", [global_id("PenaltyCase", each) for each in (west, east, stray)])]
    assert await house.read("east.management", action="VIEW") == own
    assert await house.read("city.management", action="VIEW") == every
    assert await house.read(LOCAL, action="VIEW") == every
    # Whoever reads no case is told of none.
    assert await house.read("city.auditor", action="VIEW") == [("east.officer", "node", [])]


async def test_nobody_finds_out_by_a_filter_who_saw_a_case_that_is_not_theirs(house: Courthouse) -> None:
    east, west = house.cases["东"], house.cases["西"]
    await house.viewed("east.officer", west, east)
    for reader, case_id, found in (
        ("east.management", east, 1),
        ("east.management", west, 0),
        ("east.management", 10**9, 0),
        ("city.management", west, 1),
        ("city.auditor", west, 0),
    ):
        assert len(await house.read(reader, caseId=global_id("PenaltyCase", case_id))) == found


ALERTS = "{ auditAlerts { kind accountLogin cases caseId } }"


async def alerts(house: Courthouse, reader: str) -> list[tuple[Any, ...]]:
    return [tuple(alert.values()) for alert in (await house.ask(reader, ALERTS))["auditAlerts"]]


async def test_an_alert_is_shown_where_the_account_is_seen_and_counts_the_readers_cases(house: Courthouse) -> None:
    east, west = house.cases["东"], house.cases["西"]
    await house.viewed("east.officer", east, west, *range(10**6, 10**6 + 250))
    assert await alerts(house, "west.management") == []
    assert await alerts(house, "city.officer") == []
    assert await alerts(house, "east.management") == [("MANY_VIEWS", "east.officer", 1, None)]
    assert await alerts(house, "city.management") == [("MANY_VIEWS", "east.officer", 2, None)]
    assert await alerts(house, "city.auditor") == [("MANY_VIEWS", "east.officer", 0, None)]
    assert await alerts(house, LOCAL) == [("MANY_VIEWS", "east.officer", 252, None)]


async def test_a_watched_names_view_is_shown_with_a_case_of_the_readers_alone(house: Courthouse) -> None:
    east, west = house.cases["东"], house.cases["西"]
    async with house.database.begin() as connection:
        party = (await connection.exec_driver_sql("SELECT min(party_id) FROM penalty_case")).scalar_one()
        await connection.exec_driver_sql("UPDATE penalty_case SET party_id = %(party)s", {"party": party})
        await watch(connection, name=None, party_id=party, reason="回避", set_by="wang")
    await house.viewed("east.officer", east, west)
    told = {case_id: ("WATCHED_NAME", "east.officer", 1, global_id("PenaltyCase", case_id)) for case_id in (east, west)}
    assert await alerts(house, "east.management") == [told[east]]
    assert await alerts(house, "west.management") == []
    assert await alerts(house, "city.management") == [told[east], told[west]]
    assert await alerts(house, "city.auditor") == []


SHOWN = "{ auditTrail { nodes { accountLogin purpose detail } } auditAlerts { reason } }"


async def shown_to(house: Courthouse, reader: str) -> tuple[str, dict[str, Any], str]:
    """(purpose, details, an alert's reason) of what an officer searched for."""
    found = await house.ask(reader, SHOWN)
    [entry] = [node for node in found["auditTrail"]["nodes"] if node["accountLogin"] == "east.officer"]
    [alert] = found["auditAlerts"]
    return entry["purpose"], orjson.loads(entry["detail"]), alert["reason"]


async def test_whoever_may_not_read_names_reads_a_question_without_them(house: Courthouse) -> None:
    east = house.cases["东"]
    async with house.database.begin() as connection:
        party = (await connection.exec_driver_sql("SELECT min(party_id) FROM penalty_case")).scalar_one()
        await watch(connection, name=None, party_id=party, reason="王五举报", set_by="wang")
        caller = replace(caller_of(house.viewers["east.officer"]), purpose="核查张三一案")
        asked = {"query": "party:张三", "filter": {"partyUscc": "李四", "domains": ["LAND"]}, "first": 20}
        deed = Deed(action=AuditAction.SEARCH, operation="searchCases", detail=asked, case_ids=[east])
        await write_entries(connection, caller, [deed])
    covered = {"query": "party:张*", "filter": {"partyUscc": "李*", "domains": ["LAND"]}, "first": 20}
    for reader in ("city.management", "east.management"):
        assert await shown_to(house, reader) == ("核查张三一案", asked, "王五举报")
    for reader in ("east.discipline", LOCAL):
        assert await shown_to(house, reader) == ("核查***案", covered, "王**报")
    # What is kept is what was asked.
    async with house.database.begin() as connection:
        kept = await connection.exec_driver_sql("SELECT detail FROM audit_entry WHERE action = 'SEARCH'")
        assert kept.scalar_one() == asked
