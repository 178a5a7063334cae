"""Clues from every source, to every department, and those whose people have left."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from schema.supervision_vocabularies import ClueSource
from schema.vocabularies import Department
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.clue_office import LEDGER, Office, opened_office


@pytest.fixture
async def office(database: Database, keys: KeyRing, tmp_path: Path) -> AsyncIterator[Office]:
    async with opened_office(database, keys, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("source", ClueSource)
async def test_a_clue_comes_from_every_source_there_is(office: Office, source: ClueSource) -> None:
    opened = await office.opened("handler", source=source.value)
    assert (opened["source"], opened["status"], opened["handler"]["id"]) == (source.value, "NEW", office.id("handler"))
    found = (await office.asks("head", LEDGER, filter={"sources": [source.value]}))["clues"]
    assert [node["id"] for node in found["nodes"]] == [opened["id"]]


@pytest.mark.parametrize("department", [each for each in Department if each is not Department.PREVENTION])
async def test_a_clue_goes_to_every_department_is_returned_handed_over_again_and_its_result_comes_back(
    office: Office, department: Department
) -> None:
    clue = await office.opened("handler")
    wanted = {"clueId": clue["id"], "department": department.value, "reason": "移送办理"}
    # Where nobody heads a department, the chief stands in.
    head = "other head" if department is Department.COMPLAINTS else "chief"
    sent = await office.done("handler", "transferClue", **wanted)
    assert (sent["status"], sent["department"], sent["handler"]["id"]) == (
        "TRANSFERRED",
        department.value,
        office.id(head),
    )
    back = await office.done(head, "returnClue", clueId=clue["id"], reason="不属本部门管辖")
    assert (back["status"], back["department"], back["handler"]["id"]) == (
        "RETURNED",
        "PREVENTION",
        office.id("handler"),
    )
    await office.done("handler", "transferClue", **wanted)
    accepted = await office.done(head, "acceptClue", clueId=clue["id"], handlerId=office.id(head))
    assert (accepted["status"], accepted["sender"]["id"]) == ("ASSIGNED", office.id("handler"))
    closed = await office.done(head, "closeClue", clueId=clue["id"], result="查实")
    assert (closed["acknowledgedAt"], [each["acknowledgedAt"] for each in closed["receipts"]]) == (None, [None])
    known = await office.done("handler", "acknowledgeClue", clueId=clue["id"])
    assert known["acknowledgedAt"] is not None


async def test_a_clue_whose_handler_and_head_have_left_is_still_led_by_who_stands_above_them(office: Office) -> None:
    clue = await office.opened("handler", title="无人办理")
    await office.done("handler", "transferClue", clueId=clue["id"], department="COMPLAINTS", reason="移送办理")
    await office.feed.run("UPDATE account SET disabled_at = now() WHERE login IN ('handler', 'other.head')")
    for who in ("other officer", "chief", "city chief"):
        assert await office.ledger(who) == ["无人办理"], who
    error = await office.refused("other officer", "acceptClue", clueId=clue["id"], handlerId=office.id("other officer"))
    assert error["code"] == "NOT_ALLOWED"
    # It goes back to nobody who has left, but to the head of the desk from which it came.
    back = await office.done("chief", "returnClue", clueId=clue["id"], reason="不属本部门管辖")
    assert (back["handler"]["id"], back["department"]) == (office.id("head"), "PREVENTION")
    assigned = await office.done("head", "assignClue", clueId=clue["id"], handlerId=office.id("colleague"))
    assert assigned["handler"]["id"] == office.id("colleague")
    await office.feed.run("UPDATE account SET disabled_at = now() WHERE login IN ('head', 'chief')")
    closed = await office.done("city chief", "closeClue", clueId=clue["id"], result="查否")
    assert closed["acknowledgedAt"] is None
    known = await office.done("city chief", "acknowledgeClue", clueId=clue["id"])
    assert known["acknowledgedAt"] is not None
