"""Clues as their people lead them: opened, assigned, handed over, returned, closed, and the result taken note of."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from api.ids import global_id
from stores.keys import KeyRing
from stores.postgres import Database
from supervision.privacy import mask_name
from tests.integration.clue_office import NAME, Office, opened_office
from tests.integration.search_corpus import now
from tests.integration.viewers import EAST, WEST

COVERED: Final = mask_name(NAME)
DUTIES: Final = "{ campaignOfficeDuties(first: 100) { nodes { kind records } } }"


@pytest.fixture
async def office(database: Database, keys: KeyRing, tmp_path: Path) -> AsyncIterator[Office]:
    async with opened_office(database, keys, tmp_path) as opened:
        yield opened


def names(clue: Any) -> tuple[str, str, str]:
    """Status, handler and sender."""
    return clue["status"], clue["handler"]["name"].removesuffix("某"), clue["sender"]["name"].removesuffix("某")


async def test_a_clue_goes_from_desk_to_desk_and_its_result_comes_back(office: Office) -> None:
    new = await office.opened("other officer", caseIds=[office.cases["东"]], text="群众反映", **{"class": "DUTY_CRIME"})
    assert new["number"] == f"东县线索〔{now().year}〕预防1号"
    assert names(new) == ("NEW", "other officer", "other officer")
    assert (new["class"], new["department"], new["procuratorate"]) == ("DUTY_CRIME", "PREVENTION", {"name": EAST})
    assert new["dueOn"] == (now() + timedelta(days=30)).date().isoformat()
    assert new["cases"] == {"totalCount": 1, "nodes": [{"documentNumber": "东环罚〔2024〕1号"}]}
    clue = {"clueId": new["id"]}
    assigned = await office.done("head", "assignClue", **clue, handlerId=office.id("handler"))
    assert names(assigned) == ("ASSIGNED", "handler", "other officer")
    await office.done("handler", "beginClueReview", **clue, note="调卷")
    await office.done("handler", "beginClueInvestigation", **clue)
    await office.done("handler", "recordClueStep", **clue, note="走访现场")
    later = (now() + timedelta(days=60)).date().isoformat()
    assert (await office.done("head", "extendClue", **clue, dueOn=later, reason="复杂"))["dueOn"] == later
    sent = await office.done(
        "handler",
        "transferClue",
        **clue,
        department="PREVENTION",
        procuratorateId=office.place(WEST),
        reason="西县管辖",
    )
    assert names(sent) == ("TRANSFERRED", "western head", "handler")
    accepted = await office.done("western head", "acceptClue", **clue, handlerId=office.id("western officer"))
    assert names(accepted) == ("ASSIGNED", "western officer", "handler")
    assert [(each["outcome"], each["reason"]) for each in accepted["handOvers"]] == [("ACCEPTED", "西县管辖")]
    closed = await office.done("western officer", "closeClue", **clue, result="立案侦查")
    assert (closed["status"], closed["result"], closed["acknowledgedAt"]) == ("CLOSED", "立案侦查", None)
    assert {(each["owed"]["name"], each["acknowledgedAt"]) for each in closed["receipts"]} == {
        ("other officer某", None),
        ("handler某", None),
    }
    first = await office.done("handler", "acknowledgeClue", **clue)
    assert first["acknowledgedAt"] is None
    last = await office.done("other head", "acknowledgeClue", **clue)
    assert last["acknowledgedAt"] is not None
    assert [(each["kind"], each["actor"]) for each in last["history"]] == [
        ("clue.opened", "other officer某"),
        ("clue.assigned", "head某"),
        ("clue.review-begun", "handler某"),
        ("clue.investigation-begun", "handler某"),
        ("clue.step-recorded", "handler某"),
        ("clue.extended", "head某"),
        ("clue.transferred", "handler某"),
        ("clue.accepted", "western head某"),
        ("clue.closed", "western officer某"),
        ("clue.acknowledged", "handler某"),
        ("clue.acknowledged", "other head某"),
    ]
    assert last["history"][4]["title"] == "办理记录：走访现场"
    assert last["revision"] == 11


async def test_a_clue_goes_back_to_whoever_sent_it(office: Office) -> None:
    new = await office.opened("head", handlerId=office.id("handler"))
    clue = {"clueId": new["id"]}
    await office.done("handler", "transferClue", **clue, department="COMPLAINTS", reason="属控申")
    back = await office.done("other head", "returnClue", **clue, reason="不属控申")
    assert names(back) == ("RETURNED", "handler", "head")
    assert back["department"] == "PREVENTION"
    assert [(each["outcome"], each["endedBy"]["name"]) for each in back["handOvers"]] == [("RETURNED", "other head某")]
    home = await office.done("handler", "returnClue", **clue, reason="无从查起")
    assert names(home) == ("RETURNED", "head", "head")
    assert (await office.refused("head", "returnClue", **clue, reason="？"))["code"] == "NOT_ALLOWED"


async def test_another_desk_that_is_invited_sees_the_clue_from_then_on(office: Office) -> None:
    new = await office.opened("handler")
    clue = {"clueId": new["id"]}
    assert await office.read("western officer", new["id"]) is None
    joint = {"department": "PREVENTION", "procuratorateId": office.place(WEST), "work": "CO_INVESTIGATION"}
    await office.done("handler", "inviteToClue", **clue, **joint)
    assert (await office.read("western officer", new["id"]))["number"] == new["number"]
    assert await office.ledger("western officer") == [new["title"]]
    answered = await office.done(
        "western officer", "giveClueOpinion", **clue, work="CO_INVESTIGATION", opinion="可以并案"
    )
    [participation] = answered["participations"]
    assert (participation["opinion"], participation["opinionBy"]["name"]) == ("可以并案", "western officer某")
    assert participation["procuratorate"] == {"name": WEST}
    assert (await office.refused("western officer", "closeClue", **clue, result="查否"))["code"] == "NOT_ALLOWED"


async def test_a_clue_shows_with_its_case_to_whoever_sees_the_clue(office: Office) -> None:
    new = await office.opened("handler", caseIds=[office.cases["东"]])
    asked = "query($id: ID!) { node(id: $id) { ... on PenaltyCase { clues { totalCount nodes { number } } } } }"
    for by, count in (("handler", 1), ("chief", 1), ("city chief", 1), ("other officer", 0), ("clerk", 0)):
        found = (await office.asks(by, asked, id=office.cases["东"]))["node"]["clues"]
        assert found["totalCount"] == len(found["nodes"]) == count, by
    assert new["cases"]["totalCount"] == 1


async def test_a_clue_is_seen_only_by_its_departments(office: Office) -> None:
    new = await office.opened("handler")
    for by in ("handler", "colleague", "head", "chief", "city head", "city chief", "inspector", "local"):
        assert (await office.read(by, new["id"]))["id"] == new["id"], by
        assert await office.ledger(by) == [new["title"]], by
    for by in ("other officer", "other head", "western officer", "western head", "campaigner", "clerk"):
        assert await office.read(by, new["id"]) is None, by
        assert await office.ledger(by) == [], by


async def test_cases_out_of_scope_are_left_out_and_persons_of_theirs_are_not_named(office: Office) -> None:
    new = await office.opened("handler", title=f"{NAME}涉嫌犯罪", text=f"{NAME}倾倒", caseIds=[office.cases["东"]])
    clue = {"clueId": new["id"]}
    assert new["title"] == f"{NAME}涉嫌犯罪"
    seen = await office.read("inspector", new["id"])
    assert NAME not in str(seen)
    assert seen["title"].endswith("涉嫌犯罪")
    away = {"department": "PREVENTION", "procuratorateId": office.place(WEST), "reason": f"{NAME}住西县"}
    await office.done("handler", "transferClue", **clue, **away)
    western = await office.read("western head", new["id"])
    assert western["cases"] == {"totalCount": 0, "nodes": []}
    assert western["title"] == f"{NAME}涉嫌犯罪"
    unnamed = await office.read("western inspector", new["id"])
    assert NAME not in str(unnamed)
    assert (unnamed["title"], unnamed["handOvers"][0]["reason"]) == (f"{COVERED}涉嫌犯罪", f"{COVERED}住西县")


async def test_a_clue_about_no_case_names_nobody_to_whom_the_role_shows_no_names(office: Office) -> None:
    new = await office.opened("handler", title=f"有人反映{NAME}多次倾倒废渣", text=f"{NAME}在场")
    assert (await office.read("head", new["id"]))["title"] == new["title"]
    unnamed = await office.read("inspector", new["id"])
    assert NAME not in str(unnamed)
    assert unnamed["text"] == f"{COVERED}在场"


async def test_identity_numbers_are_not_kept(office: Office) -> None:
    new = await office.opened("handler", text="身份证号11010519491231002X")
    assert "11010519491231002X" not in str(new)
    assert "11010519491231002X" not in str(await office.feed.record())


async def test_the_ledger_goes_by_due_day_and_is_walked_to_its_end(office: Office) -> None:
    days = [now().date() + timedelta(days=days) for days in (9, 3, 7, 3)]
    for place, day in enumerate(days):
        await office.opened("handler", title=f"第{place}条", dueOn=day.isoformat())
    found: list[str] = []
    after = None
    asked = """query($after: String) { clues(first: 1, after: $after) { totalCount nodes { title }
      pageInfo { endCursor hasNextPage } } }"""
    while True:
        page = (await office.asks("head", asked, after=after))["clues"]
        assert page["totalCount"] == 4
        found += [node["title"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == ["第1条", "第3条", "第2条", "第0条"]


async def test_the_ledger_is_filtered(office: Office) -> None:
    soon = (now().date() + timedelta(days=2)).isoformat()
    mine = await office.opened("handler", title="甲", dueOn=soon, **{"class": "DUTY_CRIME"})
    await office.opened("colleague", title="乙", source="CITIZEN_REPORT", handlerId=office.id("colleague"))
    await office.opened("chief", title="丙", department="COMPLAINTS")
    for filter_, titles in (
        ({}, ["甲", "乙", "丙"]),
        ({"departments": ["COMPLAINTS"]}, ["丙"]),
        ({"status": ["ASSIGNED"]}, ["乙"]),
        ({"handlerId": office.id("handler")}, ["甲"]),
        ({"dueBefore": soon}, []),
        ({"dueBefore": (now().date() + timedelta(days=3)).isoformat()}, ["甲"]),
        ({"classes": ["DUTY_CRIME"]}, ["甲"]),
        ({"sources": ["CITIZEN_REPORT"]}, ["乙"]),
        ({"dormant": False}, ["甲", "乙", "丙"]),
        ({"dormant": True}, []),
        ({"unacknowledged": True}, []),
        ({"departments": [], "status": []}, ["甲", "乙", "丙"]),
    ):
        assert await office.ledger("chief", **filter_) == titles, filter_
    await office.done("head", "closeClue", clueId=mine["id"], result="查否")
    assert await office.ledger("chief", unacknowledged=True) == ["甲"]


async def test_a_wrong_filter_and_a_wrong_cursor_are_refused(office: Office) -> None:
    for query in (
        '{ clues(filter: {handlerId: "VXNlcg=="}) { totalCount } }',
        "{ clues(first: 101) { totalCount } }",
        '{ clues(after: "x") { totalCount } }',
        '{ clues(after: "WyJjbHVlIiwiMjAyNi0xMy0wMSIsMV0") { totalCount } }',
    ):
        assert await office.people["head"].code(query) == "BAD_USER_INPUT", query


async def test_a_clue_that_lies_still_rises_and_its_ledger_says_so_as_the_clue_does(
    database: Database, keys: KeyRing, tmp_path: Path
) -> None:
    moment = now()

    def clock() -> datetime:
        return moment

    async with opened_office(database, keys, tmp_path, clock) as office:
        opened = {
            "照常": await office.opened("handler", title="照常", dueOn="2099-01-01"),
            "短限": await office.opened("handler", title="短限", dueOn=moment.date().isoformat()),
            "办结": await office.opened("colleague", title="办结", handlerId=office.id("handler")),
        }
        await office.done("handler", "closeClue", clueId=opened["办结"]["id"], result="查否")
        asked = "query($filter: ClueFilter) { clues(filter: $filter) { nodes { title dormant risenTo } } }"
        began = moment
        for days in (0, 1, 2, 15, 16, 17, 30, 31, 32):
            moment = began + timedelta(days=days)
            everything = (await office.asks("local", asked))["clues"]["nodes"]
            for risen in ("DEPARTMENT_HEAD", "CHIEF"):
                found = (await office.asks("local", asked, filter={"risenTo": risen}))["clues"]["nodes"]
                assert found == [node for node in everything if node["risenTo"] == risen], days
            dormant = (await office.asks("local", asked, filter={"dormant": True}))["clues"]["nodes"]
            assert dormant == [node for node in everything if node["dormant"]], days
            duties = (await office.asks("local", DUTIES))["campaignOfficeDuties"]["nodes"]
            assert sum(each["records"] for each in duties if each["kind"] == "DORMANT_CLUES") == len(dormant), days
            assert all(node["dormant"] == (node["risenTo"] is not None) for node in everything)
            risen_to = {node["title"]: node["risenTo"] for node in everything}
            assert risen_to["短限"] == (None if days < 1 else "DEPARTMENT_HEAD" if days < 16 else "CHIEF"), days
            assert risen_to["照常"] == (None if days < 16 else "DEPARTMENT_HEAD" if days < 31 else "CHIEF"), days
            assert risen_to["办结"] == risen_to["照常"], days


async def test_days_of_lying_still_begin_at_midnight_in_shanghai(
    database: Database, keys: KeyRing, tmp_path: Path
) -> None:
    # One second before midnight there.
    moment = datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC)

    def clock() -> datetime:
        return moment

    async with opened_office(database, keys, tmp_path, clock) as office:
        await office.opened("local", title="前一日", dueOn="2027-01-01")
        moment += timedelta(seconds=1)
        await office.opened("local", title="后一日", dueOn="2027-01-01")
        for day, still in ((17, []), (18, ["前一日"]), (19, ["前一日", "后一日"])):
            moment = datetime(2026, 3, day - 1, 16, tzinfo=UTC)
            assert await office.ledger("local", dormant=True) == still, day
            moment = datetime(2026, 3, day, 15, 59, 59, tzinfo=UTC)
            nodes = (await office.asks("local", "{ clues { nodes { title dormant } } }"))["clues"]["nodes"]
            assert [each["title"] for each in nodes if each["dormant"]] == still, day
            assert await office.ledger("local", dormant=True) == still, day


async def test_numbers_run_on_in_each_department(office: Office) -> None:
    numbers = [(await office.opened(by))["number"] for by in ("handler", "western officer", "head")]
    year = now().year
    assert numbers == [f"东县线索〔{year}〕预防1号", f"西县线索〔{year}〕预防1号", f"东县线索〔{year}〕预防2号"]


async def test_whoever_belongs_nowhere_opens_a_clue_where_its_case_is_supervised(office: Office) -> None:
    with_case = await office.opened("local", caseIds=[office.cases["西"]])
    assert with_case["procuratorate"] == {"name": WEST}
    without = await office.opened("local")
    assert (without["procuratorate"], without["number"]) == (None, f"线索〔{now().year}〕预防1号")
    # The department has a head there, and where nobody is whoever sits at the machine answers for it.
    sent = await office.done("local", "transferClue", clueId=without["id"], department="COMPLAINTS", reason="移送")
    assert sent["handler"]["id"] == global_id("User", office.accounts["local"].id)
