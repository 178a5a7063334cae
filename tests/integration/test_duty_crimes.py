"""Duty-crime cases as clients file, follow and see them; and public-interest cases."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import text

from api.ids import global_id
from schema.access_vocabularies import Role
from schema.vocabularies import Department
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import Feed
from tests.integration.graphql_client import Client, served
from tests.integration.public_interest_steps import FILE_PUBLIC, harm
from tests.integration.statement_counting import statements
from tests.integration.viewers import CITY, EAST, EASTERN, WEST, SignedIn, Viewers, organise

_SHOWN: Final = """id number official position agency { name } workplace crime status outcome clueId
  procuratorate { name } department filedOn lastStepOn author revision history { on kind title actor node { id } }"""
FILE: Final = f"""mutation($input: FileDutyCrimeCaseInput!) {{ fileDutyCrimeCase(input: $input) {{
  dutyCrimeCase {{ {_SHOWN} }} userErrors {{ field code message }} }} }}"""
STEP: Final = f"""mutation($input: RecordDutyCrimeStepInput!) {{ recordDutyCrimeStep(input: $input) {{
  dutyCrimeCase {{ {_SHOWN} }} userErrors {{ field code message }} }} }}"""
LIST: Final = f"""query($filter: DutyCrimeCasesFilter, $first: Int, $after: String) {{
  dutyCrimeCases(filter: $filter, first: $first, after: $after) {{
    totalCount pageInfo {{ endCursor hasNextPage }} nodes {{ {_SHOWN} }} }} }}"""


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def viewers(database: Database, feed: Feed) -> AsyncIterator[Viewers]:
    await organise(feed)
    async with served(database) as opened:
        yield Viewers(database, opened)


@pytest.fixture
def local(viewers: Viewers) -> Client:
    return viewers.client


async def seated(viewers: Viewers, role: Role, place: str, department: Department) -> SignedIn:
    """Whoever acts in a role at a desk."""
    found = await viewers(role, place)
    async with viewers.database.begin() as connection:
        await connection.execute(
            text(
                "UPDATE account SET department = :department WHERE :role = ANY (roles)"
                " AND procuratorate_id = (SELECT id FROM procuratorate WHERE name = :place)"
            ),
            {"department": department.value, "role": role.value, "place": place},
        )
    return found


async def ids(feed: Feed, table: str) -> dict[str, int]:
    return {row["name"]: row["id"] for row in await feed.rows(f"SELECT id, name FROM {table}")}  # noqa: S608  our own names


def official(number: str = "东检反贪立〔2024〕1号", **fields: Any) -> dict[str, Any]:
    return {
        "number": number,
        "official": "赵甲敏",
        "position": "副局长",
        "workplace": EASTERN,
        "crime": "受贿罪",
        "department": "ANTI_CORRUPTION",
        "filedOn": "2024-03-01",
        **fields,
    }


async def test_a_case_is_filed_followed_to_its_judgment_and_told_step_by_step(viewers: Viewers, feed: Feed) -> None:
    officer = await seated(viewers, Role.CASE_OFFICER, EAST, Department.ANTI_CORRUPTION)
    agencies = await ids(feed, "agency")
    told = official(" 东检反贪立[2024]1号", agencyId=global_id("Agency", agencies[EASTERN]))
    done = (await officer.ask(FILE, input=told))["fileDutyCrimeCase"]
    assert done["userErrors"] == []
    found = done["dutyCrimeCase"]
    assert (found["number"], found["official"], found["status"], found["revision"]) == (
        "东检反贪立〔2024〕1号",
        "赵甲敏",
        "FILED",
        1,
    )
    assert (found["agency"], found["procuratorate"], found["author"]) == (
        {"name": EASTERN},
        {"name": EAST},
        Role.CASE_OFFICER.label,
    )
    steps = [("NOTED", "2024-03-02"), ("TRANSFERRED_FOR_PROSECUTION", "2024-04-01"), ("PROSECUTED", "2024-05-01")]
    steps.append(("JUDGED", "2024-06-01"))
    for revision, (step, on) in enumerate(steps, 1):
        asked = {"dutyCrimeCaseId": found["id"], "step": step, "on": on, "note": f"{step}，赵甲敏到案"}
        done = (await officer.ask(STEP, input={**asked, "expectedRevision": revision}))["recordDutyCrimeStep"]
        assert done["userErrors"] == []
    case_ = done["dutyCrimeCase"]
    assert (case_["status"], case_["outcome"], case_["lastStepOn"], case_["revision"]) == (
        "JUDGED",
        "JUDGED，赵甲敏到案",
        "2024-06-01",
        5,
    )
    assert [each["kind"] for each in case_["history"]] == [
        "duty-crime.filed",
        "duty-crime.noted",
        "duty-crime.transferred-for-prosecution",
        "duty-crime.prosecuted",
        "duty-crime.judged",
    ]
    assert case_["history"][0]["title"] == "立案"
    assert case_["history"][-1]["title"] == "判决：JUDGED，赵甲敏到案"
    assert case_["history"][-1]["node"] == {"id": found["id"]}
    # Who sees no names is shown none, in no text.
    [shown] = (await viewers.client.ask(LIST))["dutyCrimeCases"]["nodes"]
    assert shown["official"] == "赵**"
    assert "甲敏" not in str(shown)
    [entry] = await feed.rows("SELECT count(*) AS n FROM audit_entry WHERE action = 'CHANGE'")
    assert entry["n"] == 5


async def test_a_case_is_seen_by_its_desk_and_the_heads_of_the_procuratorate_and_those_above(
    viewers: Viewers,
) -> None:
    chief = await viewers(Role.CHIEF, EAST)
    filed = (await chief.ask(FILE, input=official()))["fileDutyCrimeCase"]["dutyCrimeCase"]
    node = "query($id: ID!) { node(id: $id) { id } }"
    for role, place, department, seen in (
        (Role.CASE_OFFICER, EAST, Department.ANTI_CORRUPTION, True),
        (Role.DISCIPLINE, EAST, Department.ANTI_DERELICTION, False),
        (Role.CASE_MANAGEMENT, EAST, Department.CASE_MANAGEMENT, False),
        (Role.CASE_OFFICER, WEST, Department.ANTI_CORRUPTION, False),
        (Role.DEPARTMENT_HEAD, CITY, Department.ANTI_CORRUPTION, True),
        (Role.CHIEF, CITY, Department.DISCIPLINE, True),
        (Role.CHIEF, WEST, Department.DISCIPLINE, False),
        (Role.CAMPAIGN_OFFICE, EAST, Department.ANTI_CORRUPTION, False),
        (Role.AUDITOR, EAST, Department.ANTI_CORRUPTION, False),
    ):
        viewer = await seated(viewers, role, place, department)
        found = (await viewer.ask(LIST))["dutyCrimeCases"]
        assert (found["totalCount"], len(found["nodes"])) == (int(seen), int(seen)), (role, place)
        assert (await viewer.ask(node, id=filed["id"]))["node"] == ({"id": filed["id"]} if seen else None)
    clerk = await viewers(Role.AGENCY_CLERK)
    assert (await clerk.ask(LIST))["dutyCrimeCases"]["totalCount"] == 0


async def test_what_is_asked_wrongly_is_refused_and_changes_nothing(viewers: Viewers, feed: Feed) -> None:
    officer = await seated(viewers, Role.CASE_OFFICER, EAST, Department.ANTI_CORRUPTION)
    other = await seated(viewers, Role.DEPARTMENT_HEAD, EAST, Department.ANTI_DERELICTION)
    filed = (await officer.ask(FILE, input=official()))["fileDutyCrimeCase"]["dutyCrimeCase"]
    for changes, code, field in (
        ({"number": "无"}, "INVALID", "number"),
        ({"official": " "}, "INVALID", "official"),
        ({"crime": "罪" * 201}, "INVALID", "crime"),
        ({"department": "PREVENTION"}, "INVALID", "department"),
        ({"workplace": None}, "INVALID", "workplace"),
        ({"filedOn": "2099-01-01"}, "INVALID", "filedOn"),
        ({"filedOn": "0001-01-01"}, "INVALID", "filedOn"),
        ({"agencyId": filed["id"]}, "INVALID", "agencyId"),
        ({"agencyId": global_id("Agency", 999)}, "NOT_FOUND", "agencyId"),
        ({"clueId": global_id("Clue", 999)}, "NOT_FOUND", "clueId"),
        ({"department": "ANTI_DERELICTION"}, "NOT_ALLOWED", None),
        ({}, "NOT_ALLOWED", "number"),
    ):
        done = (await officer.ask(FILE, input={**official(), **changes}))["fileDutyCrimeCase"]
        [error] = done["userErrors"]
        assert (error["code"], error["field"]) == (code, field and ["input", field]), changes
        assert done["dutyCrimeCase"] is None
    asked = {"dutyCrimeCaseId": filed["id"], "step": "PROSECUTED", "on": "2024-04-01", "note": "说明"}
    for viewer, changes, code in (
        (officer, {}, "NOT_ALLOWED"),
        (officer, {"step": "NOTED", "on": "2024-02-28"}, "NOT_ALLOWED"),
        (officer, {"step": "NOTED", "on": "2099-01-01"}, "NOT_ALLOWED"),
        (officer, {"note": ""}, "INVALID"),
        (officer, {"dutyCrimeCaseId": global_id("DutyCrimeCase", 999)}, "NOT_FOUND"),
        # The same answer as of one that is not there.
        (other, {}, "NOT_FOUND"),
    ):
        done = (await viewer.ask(STEP, input={**asked, **changes}))["recordDutyCrimeStep"]
        assert [error["code"] for error in done["userErrors"]] == [code], changes
        assert done["dutyCrimeCase"] is None
    for role in (Role.DISCIPLINE, Role.CAMPAIGN_OFFICE):
        viewer = await viewers(role)
        assert await viewer.code(FILE, input=official()) == "FORBIDDEN"
        assert await viewer.code(STEP, input=asked) == "FORBIDDEN"
        assert await viewer.code(FILE_PUBLIC, input=harm(1)) == "FORBIDDEN"
    [kept] = await feed.rows("SELECT count(*) AS n, max(revision) AS revision FROM duty_crime_case")
    assert kept == {"n": 1, "revision": 1}
    [kept] = await feed.rows("SELECT count(*) AS n FROM applied_mutation")
    assert kept["n"] == 0


async def test_a_desk_above_sees_a_countys_case_and_leaves_it_to_the_county(viewers: Viewers) -> None:
    chief = await viewers(Role.CHIEF, EAST)
    filed = (await chief.ask(FILE, input=official()))["fileDutyCrimeCase"]["dutyCrimeCase"]
    asked = {"dutyCrimeCaseId": filed["id"], "step": "NOTED", "on": "2024-04-01", "note": "说明"}
    above = await seated(viewers, Role.CASE_OFFICER, CITY, Department.ANTI_CORRUPTION)
    [error] = (await above.ask(STEP, input=asked))["recordDutyCrimeStep"]["userErrors"]
    assert error["code"] == "NOT_ALLOWED"
    head = await viewers(Role.CHIEF, CITY)
    assert (await head.ask(STEP, input=asked))["recordDutyCrimeStep"]["userErrors"] == []


async def test_of_two_who_act_at_once_one_wins_and_the_other_is_shown_how_it_stands(local: Client) -> None:
    filed = (await local.ask(FILE, input=official()))["fileDutyCrimeCase"]["dutyCrimeCase"]
    asked = {
        "dutyCrimeCaseId": filed["id"],
        "step": "TRANSFERRED_FOR_PROSECUTION",
        "on": "2024-04-01",
        "note": "说明",
        "expectedRevision": 1,
    }
    both = await asyncio.gather(*(local.ask(STEP, input=asked) for _ in range(2)))
    codes = sorted(error["code"] for each in both for error in each["recordDutyCrimeStep"]["userErrors"])
    assert codes == ["STALE"]
    for each in both:
        assert each["recordDutyCrimeStep"]["dutyCrimeCase"]["revision"] == 2


async def test_the_same_key_files_and_steps_once(local: Client, feed: Feed) -> None:
    told = {**official(), "idempotencyKey": "k1"}
    first, again = [(await local.ask(FILE, input=told))["fileDutyCrimeCase"] for _ in range(2)]
    assert first == again
    step = {"dutyCrimeCaseId": first["dutyCrimeCase"]["id"], "step": "NOTED", "on": "2024-04-01", "note": "说明"}
    for _ in range(2):
        done = (await local.ask(STEP, input={**step, "idempotencyKey": "k2"}))["recordDutyCrimeStep"]
        assert done["dutyCrimeCase"]["revision"] == 2
    [error] = (await local.ask(STEP, input={**step, "idempotencyKey": "k1"}))["recordDutyCrimeStep"]["userErrors"]
    assert error["code"] == "IDEMPOTENCY_MISMATCH"
    [kept] = await feed.rows("SELECT count(*) AS n FROM duty_crime_event")
    assert kept["n"] == 2


async def test_cases_are_filtered_and_paged_at_the_same_cost(local: Client, database: Database) -> None:
    for n in range(1, 13):
        told = official(f"检立〔2024〕{n}号", filedOn=f"2024-03-{1 + n // 2:02}", department=_DEPARTMENTS[n % 2])
        assert (await local.ask(FILE, input=told))["fileDutyCrimeCase"]["userErrors"] == []
    every = (await local.ask(LIST))["dutyCrimeCases"]["nodes"]
    assert [each["filedOn"] for each in every] == sorted((each["filedOn"] for each in every), reverse=True)
    seen, after = [], None
    while True:
        with statements(database) as executed:
            page = (await local.ask(LIST, first=5, after=after))["dutyCrimeCases"]
        # The page, the count, the steps, and the entry of the audit trail.
        assert len(executed) == 4
        seen += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == every
    for wanted, count in (
        ({"departments": ["ANTI_CORRUPTION"]}, 6),
        ({"statuses": ["JUDGED"]}, 0),
        ({"from": "2024-03-03", "to": "2024-03-03"}, 2),
        ({"agencyIds": [global_id("Agency", 1)]}, 0),
    ):
        assert (await local.ask(LIST, filter=wanted))["dutyCrimeCases"]["totalCount"] == count, wanted
    assert await local.code(LIST, after="x") == "BAD_USER_INPUT"
    assert await local.code(LIST, filter={"statuses": ["FILED"] * 101}) == "BAD_USER_INPUT"


_DEPARTMENTS: Final = ("ANTI_CORRUPTION", "ANTI_DERELICTION")
