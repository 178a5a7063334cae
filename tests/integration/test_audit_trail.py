"""Every answer leaves exactly its entry, and no answer leaves without it."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from api.graphql_schema import schema
from api.ids import global_id
from schema.access_vocabularies import AuditAction
from schema.audit_records import AuditFilter
from schema.vocabularies import FeedKind
from stores.audit_trail import count_entries
from stores.keys import KeyRing
from stores.migrating import newest_revision
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn
from tests.integration.audit_readers import EVERYBODY
from tests.integration.feeding import PERSON_NUMBER, Feed, case
from tests.integration.follow_up_feeding import follow_up
from tests.integration.graphql_client import Client, served
from tests.integration.judging_cases import Judge
from tests.integration.statement_counting import statements
from tests.integration.test_judging import served_late

RECORD = f"postgresql@{newest_revision()}"


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
def judge(feed: Feed, clock: Callable[[], datetime]) -> Judge:
    return Judge(feed, clock)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    async with served(database) as opened:
        yield opened


async def trail(feed: Feed) -> list[tuple[Any, ...]]:
    """(action, operation, detail, cases, count) of every entry, oldest first."""
    rows = await feed.rows("SELECT action, operation, detail, case_ids, result_count FROM audit_entry ORDER BY id")
    return [tuple(row.values()) for row in rows]


async def ids(feed: Feed) -> list[int]:
    return [row["id"] for row in await feed.rows("SELECT id FROM penalty_case ORDER BY id")]


async def test_an_entry_says_who_when_from_where_what_for_and_on_which_index(client: Client, feed: Feed) -> None:
    before = (await feed.rows("SELECT clock_timestamp() AS at"))[0]["at"]
    await client.ask(
        '{ searchCases(query: "废水", filter: {domains: [LAND], decidedFrom: "2024-01-02"}) { totalCount } }'
    )
    [entry] = await feed.rows("SELECT * FROM audit_entry")
    assert entry["login"] == "local administrator"
    assert entry["account_id"] == (await feed.rows("SELECT id FROM account"))[0]["id"]
    assert entry["session_id"] is None
    assert entry["action"] == "SEARCH"
    assert entry["operation"] == "searchCases"
    assert entry["detail"] == {
        "query": "废水",
        "filter": {"domains": ["LAND"], "decidedFrom": "2024-01-02"},
        "sort": "RELEVANCE",
        "first": 20,
    }
    assert entry["index_version"] == RECORD
    assert entry["result_count"] == 0
    assert before <= entry["at"] <= (await feed.rows("SELECT clock_timestamp() AS at"))[0]["at"]


async def test_each_root_field_leaves_its_entry_under_its_name_whatever_its_alias(client: Client, feed: Feed) -> None:
    await feed(case("1号"), case("2号"))
    await client.ask(
        """{ one: penaltyCase(documentNumber: "1号") { id } two: penaltyCase(documentNumber: "3号") { id }
           cases(first: 1) { nodes { id } } agencies { totalCount } rules { code } feedRuns { totalCount }
           suggest(prefix: "1") { text } waitingRecords { totalCount } cannotTellCounts { totalCount }
           statistics(groupBy: [DOMAIN]) { __typename } __typename }"""
    )
    first, second = await ids(feed)
    noted = [(action, name, cases, count) for action, name, _detail, cases, count in await trail(feed)]
    [(_, _, listed, _)] = [each for each in noted if each[1] == "cases"]
    assert listed in ([first], [second])
    assert sorted(noted) == sorted(
        [
            ("VIEW", "penaltyCase", [first], None),
            ("VIEW", "penaltyCase", [], None),
            ("LIST", "cases", listed, None),
            ("LIST", "agencies", [], None),
            ("LIST", "feedRuns", [], None),
            ("SEARCH", "suggest", [], 1),
            ("LIST", "waitingRecords", [], None),
            ("LIST", "cannotTellCounts", [], None),
            ("LIST", "statistics", [], 1),
        ]
    )


@pytest.mark.parametrize(
    "selection",
    [
        'node(id: "{case}") {{ id }}',
        'nodes(ids: ["{case}"]) {{ id }}',
        'penaltyCase(documentNumber: "1号") {{ documentNumber }}',
        "cases {{ nodes {{ documentNumber }} }}",
        "cases {{ edges {{ node {{ fine }} }} }}",
        'searchCases(query: "1号") {{ edges {{ node {{ fine }} }} }}',
        # The highlights alone are words of the case.
        'searchCases(query: "1号") {{ edges {{ highlights {{ fragments }} }} }}',
        'searchCases(query: "1号") {{ edges {{ cursor }} }}',
        'node(id: "{party}") {{ ... on Party {{ cases {{ nodes {{ id }} }} }} }}',
        # A party's newest case stands for the party.
        'node(id: "{party}") {{ ... on Party {{ name }} }}',
        'nodes(ids: ["{party}"]) {{ ... on Party {{ name }} }}',
        'node(id: "{anomaly}") {{ ... on Anomaly {{ penaltyCase {{ id }} }} }}',
        # A finding tells of its case, and so does what followed it.
        'node(id: "{anomaly}") {{ ... on Anomaly {{ explanation }} }}',
        'node(id: "{transfer}") {{ ... on Transfer {{ decision }} }}',
        "feedRuns {{ nodes {{ changes {{ nodes {{ penaltyCase {{ id }} }} }} }} }}",
    ],
)
async def test_a_case_is_noted_whichever_way_it_is_given_out(
    client: Client, feed: Feed, judge: Judge, selection: str
) -> None:
    await feed(served_late("1号"))
    await feed(follow_up(FeedKind.TRANSFER, "1号"))
    await judge("2024-06-01")
    [case_id] = await ids(feed)
    places = {
        "case": global_id("PenaltyCase", case_id),
        "party": global_id("Party", (await feed.rows("SELECT party_id AS id FROM penalty_case"))[0]["id"]),
        "anomaly": global_id("Anomaly", (await feed.rows("SELECT min(id) AS id FROM anomaly"))[0]["id"]),
        "transfer": global_id("Transfer", (await feed.rows("SELECT id FROM transfer"))[0]["id"]),
    }
    await client.ask("{ " + selection.format(**places) + " }")
    [(_action, _name, _detail, cases, _count)] = await trail(feed)
    assert cases == [case_id]


async def test_what_gives_out_no_case_names_none(client: Client, feed: Feed) -> None:
    await feed(case("1号"))
    await client.ask('{ cases { totalCount } searchCases(query: "1号") { totalCount } }')
    assert [(cases, count) for *_rest, cases, count in await trail(feed)] == [([], None), ([], 1)]


async def test_a_change_is_written_down_in_its_own_transaction(client: Client, feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    [anomaly] = await feed.rows("SELECT id FROM anomaly")
    anomaly_id = global_id("Anomaly", anomaly["id"])
    decide = """mutation($input: DismissAnomalyInput!) { dismissAnomaly(input: $input) {
      anomaly { penaltyCase { id } } userErrors { code } } }"""
    given = {"anomalyId": anomaly_id, "reason": "邮寄送达", "idempotencyKey": "k"}
    await client.ask(decide, input=given)
    [(action, name, detail, cases, _count)] = await trail(feed)
    assert (action, name, cases) == ("CHANGE", "dismissAnomaly", await ids(feed))
    assert detail == {"anomalyId": anomaly_id, "reason": "邮寄送达"}
    [same] = await feed.rows(
        "SELECT count(*) AS n FROM audit_entry e JOIN anomaly_event v ON v.xmin::text::bigint = e.transaction"
    )
    assert same["n"] == 1
    # The same again changes nothing; what is shown of the case is a view.
    await client.ask(decide, input=given)
    assert [action for action, *_rest in await trail(feed)] == ["CHANGE", "VIEW"]


async def test_a_refused_question_is_written_down_with_why(client: Client, feed: Feed) -> None:
    assert await client.code('{ searchCases(query: "((") { totalCount } }') == "BAD_USER_INPUT"
    [(action, _name, detail, _cases, _count)] = await trail(feed)
    assert (action, detail["query"], detail["refused"]) == ("SEARCH", "((", "BAD_USER_INPUT")


async def test_no_identity_number_is_kept_of_a_question(client: Client, feed: Feed) -> None:
    await client.ask("query($q: String!) { searchCases(query: $q) { totalCount } }", q=f"张三 {PERSON_NUMBER}")
    [(_action, _name, detail, _cases, _count)] = await trail(feed)
    assert PERSON_NUMBER not in detail["query"]
    assert detail["query"].startswith("张三 110105")


@pytest.mark.parametrize(
    "hostile",
    [
        "a\x00b",
        '"}, {"login": "root"}',
        "'); DROP TABLE audit_entry; --",
        "\r\n2026-01-01 VIEW root",
        "\u202e\ud7ff\uffff\\u0000",
        "x" * 100_000,
    ],
)
async def test_hostile_words_are_kept_as_words(client: Client, feed: Feed, hostile: str) -> None:
    await client.post("query($p: String!) { suggest(prefix: $p) { text } }", p=hostile)
    [(action, name, detail, _cases, _count)] = await trail(feed)
    assert (action, name) == ("SEARCH", "suggest")
    shown = hostile.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    assert detail["prefix"] == (shown if len(shown) <= 2_000 else shown[:2_000] + "…")


async def test_an_answer_that_cannot_be_written_down_is_not_given(
    client: Client, feed: Feed, database_urls: TestDatabase
) -> None:
    await feed(case("1号"))
    with psycopg.connect(dsn(database_urls.superuser), autocommit=True) as connection:
        connection.execute("REVOKE INSERT ON audit_entry FROM jiandu_app")
        connection.execute("ALTER TABLE audit_entry ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    response = await client.post('{ penaltyCase(documentNumber: "1号") { documentNumber } }')
    body = response.json()
    assert body["data"] is None
    assert [error["extensions"]["code"] for error in body["errors"]] == ["UNAVAILABLE"]
    assert "1号" not in response.text
    assert await trail(feed) == []
    # What needs no entry is answered still.
    assert (await client.ask("{ __typename }")) == {"__typename": "Query"}


async def test_a_change_that_cannot_be_written_down_is_not_made(
    client: Client, feed: Feed, judge: Judge, database_urls: TestDatabase
) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    [anomaly] = await feed.rows("SELECT id FROM anomaly")
    with psycopg.connect(dsn(database_urls.superuser), autocommit=True) as connection:
        connection.execute("ALTER TABLE audit_entry ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    response = await client.post(
        """mutation($id: ID!) { dismissAnomaly(input: {anomalyId: $id, reason: "x"}) { userErrors { code } } }""",
        id=global_id("Anomaly", anomaly["id"]),
    )
    assert response.json()["errors"]
    assert [row["status"] for row in await feed.rows("SELECT status FROM anomaly")] == ["OPEN"]


async def test_a_request_is_written_down_in_one_statement(client: Client, database: Database, feed: Feed) -> None:
    await feed(case("1号"), case("2号"))
    with statements(database) as executed:
        await client.ask("{ a: cases { nodes { id } } b: cases { totalCount } agencies { nodes { id } } }")
    assert len([statement for statement in executed if "audit_entry" in statement]) == 1
    async with database.begin() as connection:
        assert await count_entries(connection, EVERYBODY, AuditFilter(action=AuditAction.LIST)) == 3


async def test_a_permalink_leaves_an_entry(client: Client, feed: Feed, judge: Judge) -> None:
    await feed(served_late("1号"))
    await judge("2024-06-01")
    [anomaly] = await feed.rows("SELECT id FROM anomaly")
    found = await client.http.get(f"/anomalies/{global_id('Anomaly', anomaly['id'])}")
    assert found.status_code == httpx.codes.OK
    [(action, name, _detail, cases, _count)] = await trail(feed)
    assert (action, name, cases) == ("VIEW", "node", await ids(feed))


def test_every_root_field_but_the_published_law_and_who_one_is_is_audited() -> None:
    unaudited = {
        field.name
        for name in ("Query", "Mutation")
        for field in schema.get_type_by_name(name).fields  # type: ignore[union-attr]  # both are object types
        if not field.extensions
    }
    assert unaudited == {"rules", "viewer"}


async def test_of_very_much_that_is_asked_a_digest_and_the_beginning_are_kept(client: Client, feed: Feed) -> None:
    await client.code("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["x" * 2_000] * 100)
    [(_action, _name, detail, _cases, _count)] = await trail(feed)
    assert set(detail) == {"sha256", "bytes", "beginning", "refused"}
    assert detail["bytes"] > 100_000
    assert len(detail["beginning"]) == 2_000


async def test_many_root_fields_of_one_request_keep_no_more_together(client: Client, feed: Feed) -> None:
    asked = " ".join(f"a{number}: nodes(ids: $ids) {{ id }}" for number in range(30))
    await client.code(f"query($ids: [ID!]!) {{ {asked} }}", ids=["x" * 2_000] * 3)
    entries = await trail(feed)
    assert len(entries) == 30
    assert sum(len(json.dumps(detail)) for _action, _name, detail, _cases, _count in entries) < 24_000
    assert all(detail["ids"] if "ids" in detail else detail["sha256"] for _action, _name, detail, *_ in entries)
