"""A correction is history, not loss: earlier values are kept, with the row of the file that replaced each."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from api.ids import global_id
from schema.access_records import EVERYTHING
from schema.history_records import CaseChange
from stores.feed_runs import list_runs
from stores.history import changes_of_cases, count_changes_of_cases
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn, seeing_all
from tests.integration.feeding import (
    COMPANY,
    OTHER_AGENCY,
    OTHER_COMPANY,
    PERSON_NUMBER,
    Feed,
    agency,
    case,
    organisation,
    person,
)
from tests.integration.graphql_client import served
from tests.integration.statement_counting import statements

HISTORY = """query($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on PenaltyCase {
  history(first: $first, after: $after) { totalCount pageInfo { endCursor hasNextPage } nodes {
    field before after changedAt line run { file } earlierRun { file } } } } } }"""
CHANGES = """{ feedRuns(first: 100) { nodes { file warnings reason skipped { line reason }
  changes(first: 100) { totalCount nodes {
    outcome line penaltyCase { documentNumber } fields { field before after } } } } } }"""


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


async def changes(feed: Feed, number: str = "试环罚〔2024〕1号") -> list[CaseChange]:
    """The changes of the case of this number, the oldest first."""
    (found,) = await feed.rows("SELECT id FROM penalty_case WHERE document_number = :number", number=number)
    async with feed.database.begin() as connection:
        newest_first = (await changes_of_cases(connection, [found["id"]]))[found["id"]]
        assert await count_changes_of_cases(connection, [found["id"]]) == {found["id"]: len(newest_first)}
    assert [change.place for change in newest_first] == list(range(len(newest_first), 0, -1))
    return newest_first[::-1]


async def origins(feed: Feed, number: str = "试环罚〔2024〕1号") -> list[tuple[Any, ...]]:
    """Field, before, after, the file and line that changed it, and the file the earlier value came from."""
    async with feed.database.begin() as connection:
        files = {run.id: run.file for run in await list_runs(connection, EVERYTHING, first=100, after=None)}
    return [
        (
            change.field,
            change.before,
            change.after,
            files.get(change.run_id or 0),
            change.line,
            files.get(change.earlier_run_id or 0),
        )
        for change in await changes(feed, number)
    ]


async def test_a_first_load_and_the_same_file_again_write_no_history(feed: Feed) -> None:
    for _again in range(2):
        await feed(agency(), case("1号", party=organisation("宏达公司", COMPANY)), case("2号", party=person("赵小满")))
    assert await feed.rows("SELECT * FROM record_change") == []
    assert await changes(feed, "1号") == []


async def test_every_earlier_value_is_known_with_the_row_that_replaced_it_and_the_file_it_came_from(feed: Feed) -> None:
    await feed(case(fine="100", facts="甲事"), name="first.jsonl")
    await feed("", case("9号"), case(fine="200.5", penaltyKinds=["FINE"]), name="second.jsonl")
    await feed(case(fine="300", decidedOn="2024-01-02"), name="third.jsonl")
    assert await origins(feed) == [
        ("fine", "100.00", "200.50", "second.jsonl", 3, "first.jsonl"),
        ("penaltyKinds", "[]", '["FINE"]', "second.jsonl", 3, "first.jsonl"),
        ("decidedOn", None, "2024-01-02", "third.jsonl", 1, "first.jsonl"),
        ("fine", "200.50", "300.00", "third.jsonl", 1, "second.jsonl"),
    ]


async def test_two_snapshots_in_one_file_each_answer_for_what_they_changed(feed: Feed) -> None:
    await feed(case(fine="1"), name="old.jsonl")
    times = [f"2024-0{month}-01T00:00:00+08:00" for month in (1, 2, 3)]
    await feed(
        case("另1号"),
        case(fine="2", sourceUpdatedAt=times[0]),
        case(fine="3", facts="甲事", sourceUpdatedAt=times[1]),
        case(fine="4", sourceUpdatedAt=times[2]),
        name="new.jsonl",
    )
    assert await origins(feed) == [
        ("fine", "1.00", "2.00", "new.jsonl", 2, "old.jsonl"),
        ("facts", None, "甲事", "new.jsonl", 3, "old.jsonl"),
        ("fine", "2.00", "3.00", "new.jsonl", 3, "new.jsonl"),
        ("fine", "3.00", "4.00", "new.jsonl", 4, "new.jsonl"),
    ]


async def test_a_party_renamed_by_another_case_is_renamed_in_the_history_of_all_it_had_then(feed: Feed) -> None:
    await feed(case("1号", party=organisation("旧名公司", COMPANY)), name="a.jsonl")
    await feed(case("2号", party=organisation("新名公司", COMPANY)), name="b.jsonl")
    await feed(
        case("3号", party=organisation("三名公司", COMPANY)),
        case("4号", party=organisation("三名公司", COMPANY, legalRepresentative="周大海")),
        name="c.jsonl",
    )
    assert await origins(feed, "1号") == [
        ("party.name", "旧名公司", "新名公司", "b.jsonl", None, "a.jsonl"),
        ("party.legalRepresentative", None, "周大海", "c.jsonl", None, "a.jsonl"),
        ("party.name", "新名公司", "三名公司", "c.jsonl", None, "b.jsonl"),
    ]
    # What the party was called before a case came is no history of that case.
    assert [change[:3] for change in await origins(feed, "2号")] == [
        ("party.legalRepresentative", None, "周大海"),
        ("party.name", "新名公司", "三名公司"),
    ]
    assert await origins(feed, "3号") == []
    await feed(case("3号", party=organisation("四名公司", COMPANY)), name="d.jsonl")
    assert await origins(feed, "3号") == [("party.name", "三名公司", "四名公司", "d.jsonl", 1, "c.jsonl")]


async def test_the_name_of_a_party_that_is_gone_stays_in_its_cases_history(feed: Feed) -> None:
    await feed(case(party=organisation("甲公司", COMPANY)), name="a.jsonl")
    await feed(case(party=organisation("乙公司", OTHER_COMPANY)), name="b.jsonl")
    await feed(case(party=organisation("丙公司", OTHER_COMPANY)), name="c.jsonl")
    assert len(await feed.rows("SELECT FROM party")) == 1
    assert await origins(feed) == [
        ("party.name", "甲公司", "乙公司", "b.jsonl", 1, "a.jsonl"),
        ("party.uscc", COMPANY, OTHER_COMPANY, "b.jsonl", 1, "a.jsonl"),
        ("party.name", "乙公司", "丙公司", "c.jsonl", 1, "b.jsonl"),
    ]


async def test_what_no_load_changed_is_said_to_be_nobodys(feed: Feed) -> None:
    await feed(agency(OTHER_AGENCY), case(fine="1"))
    await feed.run("UPDATE penalty_case SET agency_id = (SELECT id FROM agency WHERE name = :name)", name=OTHER_AGENCY)
    ((field, before, after, changed_by, line, came_from),) = await origins(feed)
    assert (field, before, after) == ("agency", "试验县生态环境局", OTHER_AGENCY)
    assert (changed_by, line, came_from) == (None, None, "feed.jsonl")


async def test_what_is_only_kept_by_the_way_is_no_history(feed: Feed) -> None:
    await feed(agency(), case())
    await feed.run("UPDATE agency SET name_tokens = ' 甲 '")
    await feed.run("UPDATE penalty_case SET source_updated_at = now(), derived_key = 'k', revision = revision + 1")
    await feed.run("UPDATE party SET name = name")
    assert await feed.rows("SELECT * FROM record_change") == []
    await feed.run("UPDATE agency SET name = '新局'")
    # The revisions of all its cases are raised, and nothing else in them changed.
    (kept,) = await feed.rows("SELECT relation, operation, before FROM record_change")
    assert kept == {"relation": "agency", "operation": "UPDATE", "before": {"name": "试验县生态环境局"}}


async def test_a_deleted_row_is_kept_whole(feed: Feed) -> None:
    await feed(case(fine="5", party=person("赵小满", PERSON_NUMBER)))
    await feed.run("DELETE FROM penalty_case")
    await feed.run("DELETE FROM party")
    gone = {row["relation"]: row["before"] for row in await feed.rows("SELECT * FROM record_change")}
    assert gone["penalty_case"]["fine"] == 5
    assert gone["party"]["identity_masked"] == "110105************"
    assert PERSON_NUMBER not in json.dumps(gone, ensure_ascii=False)
    assert not gone["penalty_case"].keys() & {"revision", "created_at", "updated_at", "derived_key"}


async def test_a_load_that_fails_or_only_tries_leaves_no_history(feed: Feed) -> None:
    await feed(case(fine="1"))
    await feed(case(fine="2"), dry_run=True)
    assert await feed.rows("SELECT * FROM record_change") == []


def test_the_application_adds_to_the_history_and_changes_none_of_it(database_urls: TestDatabase) -> None:
    with psycopg.connect(seeing_all(database_urls.application), autocommit=True) as connection:
        for statement in ("UPDATE record_change SET before = '{}'", "DELETE FROM record_change"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_a_table_joins_the_history_by_one_statement(database_urls: TestDatabase) -> None:
    with psycopg.connect(dsn(database_urls.owner)) as connection:
        connection.execute("""CREATE TABLE "later Table" (id bigint PRIMARY KEY, "a%b" text, revision int)""")
        connection.execute("""SELECT keep_history_of('"later Table"')""")
        connection.execute("""INSERT INTO "later Table" VALUES (1, 'x', 1), (2, NULL, 1)""")
        connection.execute("""UPDATE "later Table" SET "a%b" = 'y', revision = 2""")
        connection.execute("""DELETE FROM "later Table" WHERE id = 2""")
        kept = connection.execute("SELECT relation, record_id, operation, before FROM record_change ORDER BY id")
        assert kept.fetchall() == [
            ("later Table", 1, "UPDATE", {"a%b": "x"}),
            ("later Table", 2, "UPDATE", {"a%b": None}),
            ("later Table", 2, "DELETE", {"id": 2, "a%b": "y"}),
        ]


# What the API shows --------------------------------------------------------------------------------------------------


async def case_ids(feed: Feed) -> list[str]:
    return [global_id("PenaltyCase", found["id"]) for found in await feed.cases()]


async def test_the_history_is_paged_newest_first(feed: Feed) -> None:
    for fine in range(1, 5):
        await feed(case(fine=str(fine)), name=f"{fine}.jsonl")
    (case_id,) = await case_ids(feed)
    async with served(feed.database) as client:
        first = (await client.ask(HISTORY, id=case_id, first=2))["node"]["history"]
        assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
        assert [(node["before"], node["run"]["file"], node["earlierRun"]["file"]) for node in first["nodes"]] == [
            ("3.00", "4.jsonl", "3.jsonl"),
            ("2.00", "3.jsonl", "2.jsonl"),
        ]
        # A change that comes in between does not move the pages.
        await feed(case(fine="9"))
        rest = (await client.ask(HISTORY, id=case_id, after=first["pageInfo"]["endCursor"]))["node"]["history"]
        assert [node["before"] for node in rest["nodes"]] == ["1.00"]
        assert await client.code(HISTORY, id=case_id, after="nonsense") == "BAD_USER_INPUT"


async def test_no_earlier_value_names_a_natural_person(feed: Feed) -> None:
    await feed(case(party=person("赵小满", PERSON_NUMBER), facts="赵小满倾倒废渣。"), name="a.jsonl")
    await feed(case(party=person("钱大有", PERSON_NUMBER), facts="钱大有倾倒废渣，赵小满在场。"), name="b.jsonl")
    await feed(case(party=organisation("孙长河"), facts="孙长河倾倒。"), name="c.jsonl")
    await feed(case(party=organisation("宏达公司", COMPANY, legalRepresentative="周大海")), name="d.jsonl")
    await feed(case(party=organisation("宏达公司", COMPANY, legalRepresentative="吴二水")), name="e.jsonl")
    (case_id,) = await case_ids(feed)
    async with served(feed.database) as client:
        shown = (await client.ask(HISTORY, id=case_id))["node"]["history"]["nodes"]
        runs = (await client.ask(CHANGES))["feedRuns"]["nodes"]
    told = json.dumps([shown, runs], ensure_ascii=False)
    assert [name for name in ("小满", "大有", "长河", "大海", "二水", PERSON_NUMBER) if name in told] == []
    named = [(node["field"], node["before"], node["after"]) for node in shown if node["field"].startswith("party.")]
    assert ("party.name", "赵**", "钱**") in named
    assert ("party.name", "孙**", "宏达公司") in named
    assert ("party.legalRepresentative", "周**", "吴**") in named
    assert ("facts", "赵**倾倒废渣。", "钱**倾倒废渣，赵**在场。") in [
        (node["field"], node["before"], node["after"]) for node in shown
    ]


async def test_a_run_shows_what_each_of_its_rows_changed(feed: Feed) -> None:
    await feed(agency(), case("1号", fine="1"), case("2号"), name="a.jsonl")
    await feed(case("1号", fine="2"), case("2号"), case("3号"), "no json", "", name="b.jsonl")
    async with served(feed.database) as client:
        second, first = (await client.ask(CHANGES))["feedRuns"]["nodes"]
    assert [(row["line"], row["outcome"], row["penaltyCase"], row["fields"]) for row in first["changes"]["nodes"]] == [
        (1, "inserted", None, []),
        (2, "inserted", {"documentNumber": "1号"}, []),
        (3, "inserted", {"documentNumber": "2号"}, []),
    ]
    assert second["changes"] == {
        "totalCount": 2,
        "nodes": [
            {
                "outcome": "updated",
                "line": 1,
                "penaltyCase": {"documentNumber": "1号"},
                "fields": [{"field": "fine", "before": "1.00", "after": "2.00"}],
            },
            {"outcome": "inserted", "line": 3, "penaltyCase": {"documentNumber": "3号"}, "fields": []},
        ],
    }
    assert second["skipped"] == [{"line": 5, "reason": second["skipped"][0]["reason"]}]
    assert (second["reason"], second["warnings"]) == (None, 0)


async def test_history_costs_the_same_however_many_cases_and_runs(feed: Feed) -> None:
    for fine in range(3):
        await feed(*(case(f"{number}号", fine=str(fine)) for number in range(12)), name=f"{fine}.jsonl")
    of_cases = "query($first: Int) { cases(first: $first) { nodes { history { totalCount nodes { run { file } } } } } }"
    of_runs = """query($first: Int) { feedRuns { nodes { changes(first: $first) { totalCount
        nodes { penaltyCase { documentNumber } fields { field before } } } } } }"""
    async with served(feed.database) as client:
        # One more writes down that it was asked.
        for document, cost in ((of_cases, 4 + 1), (of_runs, 4 + 1)):
            for first in (2, 12):
                with statements(feed.database) as executed:
                    await client.ask(document, first=first)
                assert len(executed) == cost, document
