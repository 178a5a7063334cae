"""Typical cases: marked, shown to whoever sees the record, and withdrawn again."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest

from api.ids import global_id
from schema.access_vocabularies import Role
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import Feed, case, person
from tests.integration.graphql_client import served
from tests.integration.public_interest_steps import FILE_PUBLIC, harm, proposal
from tests.integration.statement_counting import statements
from tests.integration.test_duty_crimes import FILE, ids, official
from tests.integration.viewers import CITY, EAST, EASTERN, WEST, WESTERN, Viewers, organise

_SHOWN: Final = """id typeName recordId cases { documentNumber } procuratorate { name } summary markedBy markedAt
  withdrawnBy withdrawnAt withdrawalReason"""
MARK: Final = f"""mutation($input: MarkTypicalCaseInput!) {{ markTypicalCase(input: $input) {{
  typicalCase {{ {_SHOWN} }} userErrors {{ field code message }} }} }}"""
WITHDRAW: Final = f"""mutation($input: WithdrawTypicalCaseInput!) {{ withdrawTypicalCase(input: $input) {{
  typicalCase {{ {_SHOWN} }} userErrors {{ field code message }} }} }}"""
LIST: Final = f"""query($filter: TypicalCasesFilter, $first: Int, $after: String) {{
  typicalCases(filter: $filter, first: $first, after: $after) {{
    totalCount pageInfo {{ endCursor hasNextPage }} nodes {{ {_SHOWN} }} }} }}"""


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def viewers(database: Database, feed: Feed) -> AsyncIterator[Viewers]:
    await organise(feed)
    rows = [{**case(f"{name}1号", party=person("赵甲敏")), "agency": name} for name in (EASTERN, WESTERN)]
    await feed(*rows, name="cases.jsonl")
    async with served(database) as opened:
        yield Viewers(database, opened)


async def the_case(feed: Feed, agency: str) -> str:
    [row] = await feed.rows("SELECT id FROM penalty_case WHERE document_number = :number", number=f"{agency}1号")
    return global_id("PenaltyCase", row["id"])


async def test_a_case_is_marked_shown_and_withdrawn_with_its_reason(viewers: Viewers, feed: Feed) -> None:
    officer = await viewers(Role.CASE_OFFICER, EAST)
    told = {"recordId": await the_case(feed, EASTERN), "summary": "赵甲敏倾倒案", "idempotencyKey": "k"}
    first, again = [(await officer.ask(MARK, input=told))["markTypicalCase"] for _ in range(2)]
    assert first == again
    marked = first["typicalCase"]
    assert (marked["typeName"], marked["recordId"], marked["summary"], marked["procuratorate"]) == (
        "PenaltyCase",
        told["recordId"],
        "赵甲敏倾倒案",
        {"name": EAST},
    )
    for role, place, seen in (
        (Role.CAMPAIGN_OFFICE, EAST, 1),
        (Role.CHIEF, CITY, 1),
        (Role.CHIEF, WEST, 0),
        (Role.AGENCY_CLERK, None, 0),
        (Role.AUDITOR, None, 0),
    ):
        found = (await (await viewers(role, place)).ask(LIST))["typicalCases"]
        assert (found["totalCount"], len(found["nodes"])) == (seen, seen), (role, place)
    office = await viewers(Role.CAMPAIGN_OFFICE, EAST)
    [shown] = (await office.ask(LIST))["typicalCases"]["nodes"]
    assert shown["summary"] == "赵**倾倒案"
    gone = {"typicalCaseId": marked["id"], "reason": "赵甲敏不宜公开"}
    done = (await officer.ask(WITHDRAW, input=gone))["withdrawTypicalCase"]
    assert done["userErrors"] == []
    assert done["typicalCase"]["withdrawalReason"] == "赵甲敏不宜公开"
    assert (await officer.ask(LIST))["typicalCases"]["totalCount"] == 0
    [kept] = (await officer.ask(LIST, filter={"withdrawn": True}))["typicalCases"]["nodes"]
    assert kept == done["typicalCase"]
    [error] = (await officer.ask(WITHDRAW, input=gone))["withdrawTypicalCase"]["userErrors"]
    assert error["code"] == "NOT_ALLOWED"
    # It may be marked again.
    again = (await officer.ask(MARK, input={**told, "idempotencyKey": "k2"}))["markTypicalCase"]
    assert again["userErrors"] == []


async def test_whatever_can_be_typical_is_marked_and_listed_for_one_statement_a_level(
    viewers: Viewers, feed: Feed, database: Database
) -> None:
    local, agencies = viewers.client, await ids(feed, "agency")
    crime = (await local.ask(FILE, input=official()))["fileDutyCrimeCase"]["dutyCrimeCase"]["id"]
    about = [await the_case(feed, EASTERN)]
    told = harm(agencies[EASTERN], caseIds=about)
    public = (await local.ask(FILE_PUBLIC, input=told))["filePublicInterestCase"]["publicInterestCase"]["id"]
    [clue] = await feed.rows(
        """INSERT INTO clue (number, title, source, class, status, department, handler_id, sender_id, opener_id, due_on,
             opened_at, last_step_at, desks)
           SELECT '线〔2024〕1号', '线索', 'VISIT', 'OTHER', 'ASSIGNED', 'PREVENTION', id, id, id, '2026-12-31', now(),
             now(), ARRAY['0/PREVENTION'] FROM account ORDER BY id LIMIT 1 RETURNING id"""
    )
    every = [about[0], crime, public, await proposal(feed), global_id("Clue", clue["id"])]
    for record in every:
        done = (await local.ask(MARK, input={"recordId": record, "summary": "赵甲敏案"}))["markTypicalCase"]
        assert done["userErrors"] == [], record
    found = (await local.ask(LIST))["typicalCases"]
    assert [each["recordId"] for each in found["nodes"]] == every[::-1]
    hidden = {each["typeName"]: each["summary"] for each in found["nodes"]}
    for type_name in ("PenaltyCase", "DutyCrimeCase", "PublicInterestCase"):
        assert hidden[type_name] == "赵**案"
    costs = set()
    for size in (3, 5):
        with statements(database) as executed:
            page = (await local.ask(LIST, first=size))["typicalCases"]
        costs.add(len(executed))
    assert len(costs) == 1
    rest = (await local.ask(LIST, first=2))["typicalCases"]
    rest = (await local.ask(LIST, first=5, after=rest["pageInfo"]["endCursor"]))["typicalCases"]
    assert rest["nodes"] == page["nodes"][2:]
    wanted = {"typeNames": ["Clue", "Measure"]}
    assert (await local.ask(LIST, filter=wanted))["typicalCases"]["totalCount"] == 2
    for arguments in ({"filter": {"typeNames": ["Party"]}}, {"after": "x"}, {"after": "WyJ0eXBpY2FsIiwieCIsMV0"}):
        assert await local.code(LIST, **arguments) == "BAD_USER_INPUT"
    # Of the others' clues and duty crimes nothing is told.
    officer = await viewers(Role.CASE_OFFICER, CITY)
    seen = {each["typeName"] for each in (await officer.ask(LIST))["typicalCases"]["nodes"]}
    assert seen == {"PenaltyCase", "PublicInterestCase", "Measure", "Clue"}
    assert (await officer.ask(LIST))["typicalCases"]["totalCount"] == 4


async def test_what_is_marked_wrongly_is_refused(viewers: Viewers, feed: Feed) -> None:
    officer = await viewers(Role.CASE_OFFICER, EAST)
    told: dict[str, Any] = {"recordId": await the_case(feed, EASTERN), "summary": "摘要"}
    assert (await officer.ask(MARK, input=told))["markTypicalCase"]["userErrors"] == []
    for changes, code, field in (
        ({}, "NOT_ALLOWED", "recordId"),
        ({"summary": " "}, "INVALID", "summary"),
        ({"recordId": "x"}, "INVALID", "recordId"),
        ({"recordId": global_id("Agency", 1)}, "INVALID", "recordId"),
        ({"recordId": await the_case(feed, WESTERN)}, "NOT_FOUND", "recordId"),
        *(
            ({"recordId": global_id(each, 999)}, "NOT_FOUND", "recordId")
            for each in ("PenaltyCase", "Clue", "Measure", "DutyCrimeCase", "PublicInterestCase")
        ),
    ):
        done = (await officer.ask(MARK, input={**told, **changes}))["markTypicalCase"]
        [error] = done["userErrors"]
        assert (error["code"], error["field"], done["typicalCase"]) == (code, ["input", field], None), changes
    gone = {"typicalCaseId": global_id("TypicalCase", 999), "reason": "理由"}
    [error] = (await officer.ask(WITHDRAW, input=gone))["withdrawTypicalCase"]["userErrors"]
    assert error["code"] == "NOT_FOUND"
    for role in (Role.DISCIPLINE, Role.AGENCY_CLERK):
        assert await (await viewers(role)).code(MARK, input=told) == "FORBIDDEN"
        assert await (await viewers(role)).code(WITHDRAW, input=gone) == "FORBIDDEN"
