"""Clues between all departments, whatever they came of, and when nobody is there any more."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from schema.access_vocabularies import Role
from schema.supervision_vocabularies import ClueSource
from schema.vocabularies import Department
from stores.accounts import Credentials, add_account
from stores.keys import KeyRing
from stores.postgres import Database
from stores.sign_in_sessions import begin_session
from tests.integration.clue_office import Office, opened_office
from tests.integration.viewers import EAST, SignedIn

DEPARTMENTS = list(Department)
ROOMS = [(role, department) for department in Department for role in (Role.CASE_OFFICER, Role.DEPARTMENT_HEAD)]


@pytest.fixture
async def office(database: Database, keys: KeyRing, tmp_path: Path) -> AsyncIterator[Office]:
    async with opened_office(database, keys, tmp_path) as opened:
        yield opened


def officer(department: Department) -> str:
    return f"{Role.CASE_OFFICER.value} {department.value}"


def head(department: Department) -> str:
    return f"{Role.DEPARTMENT_HEAD.value} {department.value}"


async def fill(office: Office) -> None:
    """An officer and a head for every department of the eastern county, and no other head."""
    await office.feed.run("UPDATE account SET disabled_at = now() WHERE login IN ('head', 'other.head')")
    services = office.client.services
    at = services.clock()
    async with office.database.begin() as connection:
        for role, department in ROOMS:
            name = f"{role.value} {department.value}"
            account = await add_account(
                connection,
                login=name.replace(" ", "."),
                name=f"{name}某",
                roles=[role],
                procuratorate_id=office.places[EAST],
                department=department,
                agency_id=None,
                password_hash="-",  # noqa: S106  nobody signs in with it
                now=at,
            )
            credentials = Credentials(account=account, password_hash="-", must_change_password=False)  # noqa: S106
            session = await begin_session(connection, credentials, purpose="专项检查", address="127.0.0.1", now=at)
            assert session is not None
            token, _ = services.tokens.issue(
                account_id=account.id, session_id=session[0], session_ends_at=session[1], now=at
            )
            office.people[name] = SignedIn(office.client.http, services, token)
            office.accounts[name] = account


async def test_a_clue_of_every_source_goes_round_all_departments_and_its_result_to_each_that_sent_it(
    office: Office,
) -> None:
    await fill(office)
    for source in ClueSource:
        first, *others = DEPARTMENTS
        clue = await office.opened(officer(first), source=source.value, department=first.value)
        assert (clue["source"], clue["department"]) == (source.value, first.value)
        at = first
        for to in others:
            who = officer(at)
            sent = await office.done(who, "transferClue", clueId=clue["id"], department=to.value, reason="属其职责")
            assert sent["handler"]["id"] == office.id(head(to))
            if source is ClueSource.VISIT:
                # Each gives it back once before it keeps it.
                back = await office.done(head(to), "returnClue", clueId=clue["id"], reason="材料不全")
                assert (back["handler"]["id"], back["department"]) == (office.id(who), at.value)
                await office.done(who, "transferClue", clueId=clue["id"], department=to.value, reason="已补")
            await office.done(head(to), "acceptClue", clueId=clue["id"], handlerId=office.id(officer(to)))
            at = to
        closed = await office.done(officer(at), "closeClue", clueId=clue["id"], result="查实")
        assert {each["owed"]["name"] for each in closed["receipts"]} == {
            f"{officer(each)}某" for each in DEPARTMENTS[:-1]
        }
        for each in DEPARTMENTS[:-1]:
            assert await office.ledger(officer(each), unacknowledged=True) == [clue["title"]]
            settled = await office.done(officer(each), "acknowledgeClue", clueId=clue["id"])
        assert settled["acknowledgedAt"] is not None
        assert await office.ledger("chief", unacknowledged=True) == []


@pytest.mark.parametrize("work", ["JOINT_REVIEW", "CO_INVESTIGATION"])
async def test_all_departments_take_part_in_one_clue_together_and_each_says_what_it_thinks(
    office: Office, work: str
) -> None:
    await fill(office)
    first, *others = DEPARTMENTS
    clue = await office.opened(officer(first), department=first.value)
    for each in others:
        await office.done(officer(first), "inviteToClue", clueId=clue["id"], department=each.value, work=work)
    for each in others:
        seen = await office.done(
            officer(each), "giveClueOpinion", clueId=clue["id"], work=work, opinion=f"{each.label}意见"
        )
    told = {each["department"]: each["opinion"] for each in seen["participations"]}
    assert told == {each.value: f"{each.label}意见" for each in others}
    assert seen["handler"]["id"] == office.id(officer(first))


async def test_a_clue_whose_people_have_left_is_its_heads_then_its_chiefs_and_then_the_chiefs_above(
    office: Office,
) -> None:
    async def leaves(*logins: str) -> None:
        await office.feed.run("UPDATE account SET disabled_at = now() WHERE login = ANY (:logins)", logins=list(logins))

    clue = await office.opened("handler")
    await leaves("handler")
    taken = await office.done("head", "recordClueStep", clueId=clue["id"], note="接手")
    assert taken["handler"]["id"] == office.id("handler")
    given = await office.done("head", "assignClue", clueId=clue["id"], handlerId=office.id("colleague"))
    assert given["handler"]["id"] == office.id("colleague")
    await leaves("colleague", "head")
    assert await office.ledger("chief") == [clue["title"]]
    await office.done("chief", "recordClueStep", clueId=clue["id"], note="检察长过问")
    await leaves("chief")
    assert await office.ledger("city chief") == [clue["title"]]
    closed = await office.done("city chief", "closeClue", clueId=clue["id"], result="市院督办，查实")
    assert [each["owed"]["name"] for each in closed["receipts"]] == ["handler某"]
    settled = await office.done("city chief", "acknowledgeClue", clueId=clue["id"])
    assert settled["acknowledgedAt"] is not None


async def test_a_clue_of_which_nobody_is_left_is_still_led_by_whoever_sits_at_the_machine(office: Office) -> None:
    clue = await office.opened("handler")
    await office.feed.run("UPDATE account SET disabled_at = now() WHERE NOT roles @> '{LOCAL_ADMINISTRATOR}'")
    assert await office.ledger("local") == [clue["title"]]
    await office.done("local", "closeClue", clueId=clue["id"], result="查否")
    settled = await office.done("local", "acknowledgeClue", clueId=clue["id"])
    assert settled["acknowledgedAt"] is not None


async def test_a_clue_is_not_handed_to_where_nobody_would_answer_for_it(office: Office) -> None:
    clue = await office.opened("handler")
    await office.feed.run("UPDATE account SET disabled_at = now() WHERE roles @> '{CHIEF}'")
    before = await office.kept()
    error = await office.refused(
        "handler", "transferClue", clueId=clue["id"], department="ANTI_CORRUPTION", reason="职务犯罪"
    )
    assert (error["code"], error["field"]) == ("NOT_ALLOWED", ["input", "department"])
    assert "Ask the administrator" in error["message"]
    assert await office.kept() == before


async def test_the_same_key_of_one_person_many_times_at_once_opens_one_clue(office: Office) -> None:
    wanted = {"title": "某", "source": "VISIT", "department": "PREVENTION", "idempotencyKey": "一"}
    found = await asyncio.gather(*(office.done("handler", "openClue", **wanted) for _ in range(6)))
    assert len({each["id"] for each in found}) == 1
    kept = await office.kept()
    assert (kept["clue"], kept["clue_event"], kept["keys"], kept["changes"]) == (1, 1, 1, 1)


async def test_a_key_of_one_mutation_is_not_for_another(office: Office) -> None:
    clue = await office.opened("handler", idempotencyKey="一")
    before = await office.kept()
    error = await office.refused("handler", "closeClue", clueId=clue["id"], result="查否", idempotencyKey="一")
    assert (error["code"], error["field"]) == ("IDEMPOTENCY_MISMATCH", ["input", "idempotencyKey"])
    assert await office.kept() == before


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
