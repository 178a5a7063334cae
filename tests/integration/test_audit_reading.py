from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.context import Context
from api.graphql_schema import schema
from api.ids import global_id
from schema.access_records import Account
from schema.access_vocabularies import Role
from stores.audit_alerts import watch
from stores.keys import KeyRing
from stores.postgres import Database
from supervision.access import viewer_of
from tests.conftest import TestDatabase, dsn
from tests.integration.feeding import Feed, case
from tests.integration.graphql_client import Client, served

TRAIL = """query($filter: AuditFilter, $first: Int, $after: String) {
  auditTrail(filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { at accountLogin address purpose action operation detail caseIds resultCount indexVersion } } }"""


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    async with served(database) as opened:
        yield opened


def operations(found: Any) -> list[str]:
    return [node["operation"] for node in found["auditTrail"]["nodes"]]


async def test_the_trail_is_read_newest_first_and_reading_it_is_part_of_it(client: Client, feed: Feed) -> None:
    await feed(case("1号"))
    await client.ask('{ penaltyCase(documentNumber: "1号") { id } }')
    await client.ask("{ cases { totalCount } }")
    first = await client.ask(TRAIL)
    assert operations(first) == ["cases", "penaltyCase"]
    [case_id] = first["auditTrail"]["nodes"][1]["caseIds"]
    assert case_id == global_id("PenaltyCase", (await feed.only_case())["id"])
    again = await client.ask(TRAIL)
    assert operations(again) == ["auditTrail", "cases", "penaltyCase"]
    assert again["auditTrail"]["nodes"][0]["action"] == "READ_AUDIT"
    assert again["auditTrail"]["totalCount"] == 3


async def test_the_trail_is_walked_by_its_cursors(client: Client) -> None:
    for _ in range(5):
        await client.ask("{ agencies { totalCount } }")
    wanted = {"action": "LIST"}
    first = (await client.ask(TRAIL, filter=wanted, first=3))["auditTrail"]
    assert (len(first["nodes"]), first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, 5, True)
    rest = (await client.ask(TRAIL, filter=wanted, first=3, after=first["pageInfo"]["endCursor"]))["auditTrail"]
    assert (len(rest["nodes"]), rest["pageInfo"]["hasNextPage"]) == (2, False)


async def test_the_trail_is_filtered_by_who_what_which_case_and_when(client: Client, feed: Feed) -> None:
    await feed(case("1号"), case("2号"))
    first, _second = [row["id"] for row in await feed.cases()]
    for number in ("1号", "2号", "1号"):
        await client.ask("query($n: String!) { penaltyCase(documentNumber: $n) { id } }", n=number)
    at = [row["at"] for row in await feed.rows("SELECT at FROM audit_entry ORDER BY id")]
    cases = {
        "caseId": global_id("PenaltyCase", first),
        "accountLogin": "local administrator",
        "action": "VIEW",
    }
    assert len(operations(await client.ask(TRAIL, filter=cases))) == 2
    assert operations(await client.ask(TRAIL, filter={"accountLogin": "nobody"})) == []
    times = {"from": at[1].isoformat(), "to": at[2].isoformat(), "action": "VIEW"}
    assert len(operations(await client.ask(TRAIL, filter=times))) == 1
    [asked] = await feed.rows("SELECT detail FROM audit_entry ORDER BY id DESC LIMIT 1")
    assert asked["detail"]["filter"]["from"] == times["from"]


async def test_what_cannot_be_read_as_a_filter_is_refused(client: Client) -> None:
    for wanted in ({"caseId": global_id("Agency", 1)}, {"accountLogin": "a\x00"}, {"caseId": "x"}):
        assert await client.code(TRAIL, filter=wanted) == "BAD_USER_INPUT"
    assert await client.code(TRAIL, after="x") == "BAD_USER_INPUT"
    for range_ in ('from: "2026-02-01T00:00:00Z", to: "2026-01-01T00:00:00Z"', 'to: "0001-01-02T00:00:00Z"'):
        assert await client.code(f"{{ auditAlerts({range_}) {{ kind }} }}") == "BAD_USER_INPUT"


# A machine asks for nothing but who it is.
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MACHINE}))
async def test_only_who_supervises_the_looks_of_others_reads_them(
    client: Client, database: Database, role: Role
) -> None:
    await client.ask("{ agencies { totalCount } }")
    account = Account(
        id=7,
        login="someone",
        name="某人",
        roles=(role,),
        procuratorate_id=None,
        department=None,
        agency_id=None,
        disabled_at=None,
    )
    viewer = viewer_of(account, (), highest=True, session_id=None, purpose="核查", address="10.0.0.9")
    async with served(database) as opened:
        services = opened.services
        context = Context.fresh(services, viewer)
        result = await schema.execute(
            "{ auditTrail { totalCount nodes { operation } } auditAlerts { kind } }", context_value=context
        )
    assert not result.errors
    assert result.data is not None
    may = role in {Role.CASE_MANAGEMENT, Role.DISCIPLINE, Role.AUDITOR, Role.LOCAL_ADMINISTRATOR}
    assert result.data["auditTrail"]["totalCount"] == (1 if may else 0)
    assert len(result.data["auditTrail"]["nodes"]) == (1 if may else 0)
    # Whoever tried is on record.
    found = await client.ask(TRAIL, filter={"accountLogin": "someone"})
    assert sorted(operations(found)) == ["auditAlerts", "auditTrail"]
    assert {node["purpose"] for node in found["auditTrail"]["nodes"]} == {"核查"}


async def test_alerts_are_shown_newest_first(
    client: Client, database: Database, feed: Feed, database_urls: TestDatabase
) -> None:
    await feed(case("1号"))
    seen = await feed.only_case()
    async with database.begin() as connection:
        await watch(connection, name=None, party_id=seen["party_id"], reason="举报线索", set_by="wang")
    with psycopg.connect(dsn(database_urls.superuser), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO audit_entry (login, address, purpose, action, operation, detail, case_ids)"
            " SELECT 'zhang', '', '', 'LIST', 'cases', '{}', array_agg(id) FROM generate_series(1000, 1250) AS id"
        )
    await client.ask('{ penaltyCase(documentNumber: "1号") { id } }')
    alerts = (await client.ask("{ auditAlerts { kind accountLogin cases caseId reason } }"))["auditAlerts"]
    assert alerts == [
        {
            "kind": "WATCHED_NAME",
            "accountLogin": "local administrator",
            "cases": 1,
            "caseId": global_id("PenaltyCase", seen["id"]),
            "reason": "举报线索",
        },
        {"kind": "MANY_VIEWS", "accountLogin": "zhang", "cases": 251, "caseId": None, "reason": None},
    ]
