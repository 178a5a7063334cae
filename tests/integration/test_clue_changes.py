"""Changing clues: once for each key, by one of two who do so at once, and not at all where it is refused."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api.ids import global_id
from schema.access_records import Desk
from schema.vocabularies import AnomalyKind, Department
from stores.desks import head_of_desk
from stores.document_numbers import next_number
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.anomaly_rows import Found, write_findings
from tests.integration.clue_office import Office, changing, opened_office
from tests.integration.search_corpus import now
from tests.integration.viewers import CITY, EAST, WEST


@pytest.fixture
async def office(database: Database, keys: KeyRing, tmp_path: Path) -> AsyncIterator[Office]:
    async with opened_office(database, keys, tmp_path) as opened:
        yield opened


STEPS: dict[str, dict[str, Any]] = {
    "assignClue": {"handlerId": ""},
    "acceptClue": {"handlerId": ""},
    "transferClue": {"department": "COMPLAINTS", "reason": "属控申"},
    "returnClue": {"reason": "误"},
    "closeClue": {"result": "查否"},
    "acknowledgeClue": {},
    "beginClueReview": {},
    "beginClueInvestigation": {},
    "recordClueStep": {"note": "走访"},
    "extendClue": {"dueOn": "2099-01-01", "reason": "复杂"},
    "inviteToClue": {"department": "COMPLAINTS", "work": "JOINT_REVIEW"},
    "giveClueOpinion": {"work": "JOINT_REVIEW", "opinion": "同意"},
}


def step(office: Office, mutation: str) -> dict[str, Any]:
    """What a mutation takes besides the clue."""
    wanted = dict(STEPS[mutation])
    return wanted | {"handlerId": office.id("colleague")} if "handlerId" in wanted else wanted


@pytest.mark.parametrize("mutation", STEPS)
async def test_a_clue_that_one_may_not_see_is_as_one_that_is_not_there(office: Office, mutation: str) -> None:
    clue = await office.opened("handler")
    before = await office.kept()
    wanted = step(office, mutation)
    for by, clue_id in (("western head", clue["id"]), ("other head", clue["id"]), ("head", global_id("Clue", 999))):
        # A key is not even looked at.
        error = await office.refused(by, mutation, clueId=clue_id, idempotencyKey="k", **wanted)
        assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "clueId"])
        assert error["message"] == "There is no such clue. Take `id` as a query returned it."
    assert await office.kept() == before


@pytest.mark.parametrize("mutation", ["openClue", *STEPS])
async def test_whoever_handles_no_clues_changes_none(office: Office, mutation: str) -> None:
    clue = await office.opened("handler")
    opening = {"title": "某", "source": "VISIT", "department": "PREVENTION"}
    wanted = opening if mutation == "openClue" else {"clueId": clue["id"], **step(office, mutation)}
    before = await office.kept()
    for by in ("inspector", "campaigner", "clerk"):
        assert await office.people[by].code(changing(mutation), input=wanted) == "FORBIDDEN"
    assert await office.kept() == before


@pytest.mark.parametrize("mutation", STEPS)
async def test_a_clue_that_was_changed_meanwhile_is_stale_and_shown_as_it_stands(office: Office, mutation: str) -> None:
    clue = await office.opened("handler")
    await office.done("head", "assignClue", clueId=clue["id"], handlerId=office.id("colleague"))
    before = await office.kept()
    answer = await office.does("handler", mutation, clueId=clue["id"], expectedRevision=1, **step(office, mutation))
    [error] = answer["userErrors"]
    assert (error["code"], error["field"]) == ("STALE", ["input", "expectedRevision"])
    assert "ASSIGNED, revision 2" in error["message"]
    assert (answer["clue"]["revision"], answer["clue"]["status"]) == (2, "ASSIGNED")
    assert await office.kept() == before


async def test_of_two_at_once_one_wins_and_the_other_sees_what_became_of_it(office: Office) -> None:
    clue = await office.opened("head", handlerId=office.id("handler"))
    for expected, code in ((1, "STALE"), (None, "NOT_ALLOWED")):
        wanted = {"clueId": clue["id"], "reason": "属控申", "department": "COMPLAINTS"}
        if expected is not None:
            wanted["expectedRevision"] = clue["revision"]
        several = [office.does(by, "transferClue", **wanted) for by in ("handler", "head", "chief", "city chief")]
        answers = await asyncio.gather(*several)
        won = [answer for answer in answers if not answer["userErrors"]]
        lost = [answer for answer in answers if answer["userErrors"]]
        assert len(won) == 1
        assert {error["code"] for answer in lost for error in answer["userErrors"]} <= {code, "NOT_ALLOWED"}
        if expected is not None:
            assert {answer["clue"]["status"] for answer in lost} == {"TRANSFERRED"}
        clue = await office.done("other head", "returnClue", clueId=clue["id"], reason="不属")
    assert clue["revision"] == 5
    assert len(clue["history"]) == 5


async def test_numbers_have_no_gaps_however_many_open_clues_at_once(office: Office) -> None:
    bad = {"title": "某", "source": "VISIT", "department": "PREVENTION", "handlerId": office.id("western head")}
    several = [office.opened(by) for by in ("handler", "head", "colleague", "chief", "handler", "head")]
    await asyncio.gather(*several, office.refused("handler", "openClue", **bad))
    rows = await office.feed.rows("SELECT number FROM clue")
    year = now().year
    assert {row["number"] for row in rows} == {f"东县线索〔{year}〕预防{number}号" for number in range(1, 7)}


async def test_a_number_that_was_not_used_is_given_again(office: Office) -> None:
    async with office.database.begin() as connection:
        assert await next_number(connection, office.places[EAST], "measure/REMINDER", 2026) == 1
    async with office.database.begin() as connection:
        assert await next_number(connection, office.places[EAST], "measure/REMINDER", 2026) == 2
        await connection.rollback()
    async with office.database.begin() as connection:
        assert await next_number(connection, office.places[EAST], "measure/REMINDER", 2026) == 2
        assert await next_number(connection, office.places[WEST], "measure/REMINDER", 2026) == 1
        assert await next_number(connection, None, "measure/REMINDER", 2026) == 1
        assert await next_number(connection, None, "measure/REMINDER", 2026) == 2


async def test_the_same_key_opens_and_changes_once(office: Office) -> None:
    opening = {"title": "某", "source": "VISIT", "department": "PREVENTION", "idempotencyKey": "k1"}
    first = await office.done("handler", "openClue", **opening)
    kept = await office.kept()
    assert (await office.done("handler", "openClue", **opening))["id"] == first["id"]
    assert await office.kept() == kept
    assert (await office.refused("handler", "openClue", **{**opening, "title": "别"}))["code"] == "IDEMPOTENCY_MISMATCH"
    step_ = {"clueId": first["id"], "note": "走访", "expectedRevision": 1, "idempotencyKey": "k2"}
    assert (await office.done("handler", "recordClueStep", **step_))["revision"] == 2
    # Asked again it is not stale: it was made.
    assert (await office.done("handler", "recordClueStep", **step_))["revision"] == 2
    # Another's key of the same name is another key.
    assert (await office.done("head", "openClue", **opening))["id"] != first["id"]


async def test_a_refused_change_changes_nothing_and_keeps_no_key(office: Office) -> None:
    clue = await office.opened("handler")
    before, row = await office.kept(), await office.feed.rows("SELECT c::text FROM clue c")
    wanted = {"clueId": clue["id"], "handlerId": office.id("colleague"), "idempotencyKey": "k"}
    error = await office.refused("handler", "acceptClue", **wanted)
    assert error["code"] == "NOT_ALLOWED"
    assert error["message"].startswith("This clue is NEW (新登记). ")
    assert await office.kept() == before
    assert await office.feed.rows("SELECT c::text FROM clue c") == row
    await office.done("handler", "transferClue", clueId=clue["id"], department="COMPLAINTS", reason="属")
    done = await office.done(
        "other head", "acceptClue", clueId=clue["id"], handlerId=office.id("other officer"), idempotencyKey="k"
    )
    assert done["status"] == "ASSIGNED"


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"title": " "}, "INVALID", "title"),
        ({"title": "长" * 201}, "INVALID", "title"),
        ({"title": "a\x00"}, "INVALID", "title"),
        ({"title": "\u200b"}, "INVALID", "title"),
        ({"title": "某\x1b[31m"}, "INVALID", "title"),
        ({"text": "某\ufffe"}, "INVALID", "text"),
        ({"dueOn": "2000-01-01"}, "NOT_ALLOWED", "dueOn"),
        ({"dueOn": "9999-12-31"}, "NOT_ALLOWED", "dueOn"),
        ({"caseIds": [global_id("PenaltyCase", 1)] * 101}, "INVALID", "caseIds"),
        ({"caseIds": ["Q2x1ZTox"]}, "INVALID", "caseIds"),
        ({"caseIds": [global_id("PenaltyCase", 999_999)]}, "NOT_FOUND", "caseIds"),
        ({"anomalyIds": [global_id("Anomaly", 999_999)]}, "NOT_FOUND", "anomalyIds"),
        ({"handlerId": global_id("User", 999_999)}, "NOT_ALLOWED", "handlerId"),
        ({"handlerId": global_id("Clue", 1)}, "INVALID", "handlerId"),
        ({"idempotencyKey": ""}, "INVALID", "idempotencyKey"),
    ],
)
async def test_what_is_said_wrongly_of_a_new_clue_is_refused(
    office: Office, fields: dict[str, Any], code: str, field: str
) -> None:
    wanted = {"title": "某", "source": "VISIT", "department": "PREVENTION", **fields}
    error = await office.refused("handler", "openClue", **wanted)
    assert (error["code"], error["field"]) == (code, ["input", field])
    assert (await office.kept())["clue"] == 0


async def test_a_case_out_of_scope_is_as_one_that_is_not_there(office: Office) -> None:
    wanted = {"title": "某", "source": "VISIT", "department": "PREVENTION"}
    hidden = await office.refused("handler", "openClue", **wanted, caseIds=[office.cases["西"]])
    assert hidden == await office.refused("handler", "openClue", **wanted, caseIds=[global_id("PenaltyCase", 999_999)])


async def test_a_clue_is_handed_only_to_a_procuratorate_that_there_is(office: Office) -> None:
    clue = await office.opened("handler")
    error = await office.refused(
        "handler",
        "transferClue",
        clueId=clue["id"],
        department="PREVENTION",
        procuratorateId=global_id("Procuratorate", 999),
        reason="移",
    )
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "procuratorateId"])


async def test_a_clue_of_a_finding_is_about_its_case(office: Office, database: Database) -> None:
    [row] = await office.feed.rows("SELECT id FROM penalty_case WHERE document_number LIKE '东%'")
    await write_findings(database, {row["id"]: [Found("transfer.late", AnomalyKind.LATE_TRANSFER)]})
    [finding] = await office.feed.rows("SELECT id FROM anomaly")
    clue = await office.opened("handler", source="FINDING", anomalyIds=[global_id("Anomaly", finding["id"])])
    assert clue["cases"]["nodes"] == [{"documentNumber": "东环罚〔2024〕1号"}]
    assert len(await office.feed.rows("SELECT 1 FROM clue_anomaly")) == 1


async def test_opening_a_clue_raises_its_case_and_showing_it_to_another_desk_does_too(office: Office) -> None:
    async def revision() -> int:
        [row] = await office.feed.rows("SELECT revision FROM penalty_case WHERE document_number LIKE '东%'")
        return int(row["revision"])

    began = await revision()
    clue = await office.opened("handler", caseIds=[office.cases["东"]])
    assert await revision() == began + 1
    await office.done("handler", "recordClueStep", clueId=clue["id"], note="走访")
    assert await revision() == began + 1
    await office.done("handler", "transferClue", clueId=clue["id"], department="COMPLAINTS", reason="属")
    assert await revision() == began + 2


async def test_a_change_is_in_the_audit_trail_with_its_cases(office: Office) -> None:
    clue = await office.opened("handler", caseIds=[office.cases["东"]])
    await office.done("handler", "closeClue", clueId=clue["id"], result="查否")
    rows = await office.feed.rows(
        "SELECT login, operation, case_ids, detail FROM audit_entry WHERE action = 'CHANGE'"
        " AND detail ->> 'refused' IS NULL ORDER BY id"
    )
    assert [(row["login"], row["operation"], len(row["case_ids"])) for row in rows] == [
        ("handler", "openClue", 1),
        ("handler", "closeClue", 1),
    ]
    assert rows[1]["detail"]["result"] == "查否"


async def test_the_head_of_a_desk_is_the_chief_where_there_is_none_and_else_who_is_above(office: Office) -> None:
    async def head(place: str, department: Department) -> str | None:
        async with office.database.begin() as connection:
            found = await head_of_desk(connection, Desk(office.places[place], department))
        return None if found is None else found.login

    assert await head(EAST, Department.PREVENTION) == "head"
    assert await head(EAST, Department.ANTI_CORRUPTION) == "chief"
    assert await head(WEST, Department.COMPLAINTS) == "city.chief"
    assert await head(CITY, Department.PREVENTION) == "city.head"
    await office.feed.run("UPDATE account SET disabled_at = now() WHERE login IN ('head', 'western.head')")
    assert await head(EAST, Department.PREVENTION) == "chief"
    assert await head(WEST, Department.PREVENTION) == "city.head"
    await office.feed.run("UPDATE account SET disabled_at = now() WHERE login LIKE 'city%'")
    assert await head(WEST, Department.PREVENTION) is None
    async with office.database.begin() as connection:
        assert await head_of_desk(connection, Desk(None, Department.PREVENTION)) is None


async def test_a_head_above_who_stands_in_names_somebody_of_the_desk(office: Office) -> None:
    clue = await office.opened("handler")
    await office.feed.run("UPDATE account SET disabled_at = now() WHERE login IN ('western.head')")
    sent = await office.done(
        "handler",
        "transferClue",
        clueId=clue["id"],
        department="PREVENTION",
        procuratorateId=office.place(WEST),
        reason="西县管辖",
    )
    assert sent["handler"]["id"] == office.id("city head")
    accepted = await office.done("city head", "acceptClue", clueId=clue["id"], handlerId=office.id("western officer"))
    assert accepted["handler"]["id"] == office.id("western officer")
