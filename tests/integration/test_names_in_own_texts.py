"""Whoever a text written here tells of is named to nobody whose role shows no names, whether any case tells of them."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest

from api.ids import global_id
from schema.access_vocabularies import Permission, Role
from schema.vocabularies import Department
from stores.keys import KeyRing
from stores.postgres import Database
from supervision.access import PERMISSIONS
from tests.integration.clue_office import changing
from tests.integration.feeding import Feed, case, person
from tests.integration.graphql_client import served
from tests.integration.measure_steps import do, issued
from tests.integration.public_interest_steps import FILE_PUBLIC, LIST_PUBLIC, STEP_PUBLIC, harm, proposal
from tests.integration.test_activities import CAME, HOLD, MEETING
from tests.integration.test_activities import LIST as ACTIVITIES
from tests.integration.test_duty_crimes import FILE, STEP, ids, official
from tests.integration.test_duty_crimes import LIST as DUTY_CRIMES
from tests.integration.test_typical_cases import LIST as TYPICAL
from tests.integration.test_typical_cases import MARK, WITHDRAW
from tests.integration.triage_office import decided
from tests.integration.viewers import EAST, EASTERN, SignedIn, Viewers, organise

PARTY, OFFICIAL, NEVER_KNOWN, UNUSUAL = "赵小满", "钱大有", "孙二宝", "禤三水"
PERSONS: Final = (PARTY, OFFICIAL, NEVER_KNOWN, UNUSUAL)
"""The party of the one case; an official; somebody of whom no record tells; a surname that no list holds."""

COVERED: Final = [
    role
    for role in Role
    if Permission.READ_FINDINGS in PERMISSIONS[role] and Permission.READ_NAMES not in PERMISSIONS[role]
]
DEPARTMENT: Final = Department.ANTI_CORRUPTION

CLUES: Final = """{ clues { nodes { title text result history { title } handOvers { reason }
  participations { opinion } } } }"""
MEASURES: Final = "{ measures { nodes { title text addressee reply rectification history { title } } } }"
OF_CASES: Final = """{ cases { nodes { timeline { title } triage { nodes { reason } } links { nodes { reason } }
  anomalies { history { nodes { reason } } } } } }"""


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def viewers(database: Database, feed: Feed) -> AsyncIterator[Viewers]:
    await organise(feed)
    await feed({**case("东1号", party=person(PARTY)), "agency": EASTERN}, name="cases.jsonl")
    async with served(database) as opened:
        yield Viewers(database, opened)


def named(answer: Any) -> set[str]:
    """The persons an answer names, whole or but for the surname."""
    return {name for name in PERSONS if name[1:] in str(answer)}


async def done(viewer: SignedIn, document: str, **wanted: Any) -> Mapping[str, Any]:
    """What a mutation that must succeed answers."""
    [answer] = (await viewer.ask(document, input=wanted)).values()
    assert answer["userErrors"] == [], answer
    found: Mapping[str, Any] = answer
    return found


async def the_case(feed: Feed) -> str:
    [row] = await feed.cases()
    return global_id("PenaltyCase", row["id"])


async def told(viewers: Viewers, role: Role, document: str) -> Any:
    """What whoever has a role at the eastern county's desk against corruption is told; there must be something."""
    place = None if role is Role.LOCAL_ADMINISTRATOR else EAST
    answer = await (await viewers(role, place, DEPARTMENT)).ask(document)
    [listed] = answer.values()
    assert listed["nodes"]
    return answer


async def officer_at(viewers: Viewers) -> SignedIn:
    return await viewers(Role.CASE_OFFICER, EAST, DEPARTMENT)


async def test_an_activity_names_nobody_who_took_part_or_did_not(viewers: Viewers) -> None:
    officer = await officer_at(viewers)
    held = await done(
        officer,
        HOLD,
        **{
            **MEETING,
            "title": f"走访{NEVER_KNOWN}",
            "place": f"{NEVER_KNOWN}家中",
            "text": f"{PARTY}介绍，{NEVER_KNOWN}与{UNUSUAL}补充",
            "participants": [
                {"category": "DEPUTY", "name": PARTY, "organisation": NEVER_KNOWN},
                {"category": "OTHER", "name": UNUSUAL, "organisation": f"{UNUSUAL}诊所"},
                {"category": "OTHER", "name": OFFICIAL, "organisation": f"{UNUSUAL}诊所"},
            ],
        },
    )
    outcome = f"发现{NEVER_KNOWN}、{UNUSUAL}涉嫌犯罪"
    came = await done(officer, CAME, activityId=held["activity"]["id"], outcome=outcome)
    assert named(came) == set(PERSONS)
    for role in COVERED:
        shown = await told(viewers, role, ACTIVITIES)
        assert named(shown) == set(), role
        assert shown["activities"]["nodes"][0]["participants"][0]["organisation"] == "孙**"


async def test_a_duty_crime_case_names_neither_the_official_nor_anybody_else(viewers: Viewers) -> None:
    officer = await officer_at(viewers)
    filed = official(
        f"{OFFICIAL}立〔2024〕1号",
        official=f"{OFFICIAL}、{UNUSUAL}",
        position=f"副局长（{NEVER_KNOWN}的继任）",
        workplace=f"{NEVER_KNOWN}诊所",
        crime=f"受贿罪（与{NEVER_KNOWN}、{UNUSUAL}共同）",
    )
    found = (await done(officer, FILE, **filed))["dutyCrimeCase"]
    for step, on in (("NOTED", "2024-03-02"), ("WITHDRAWN", "2024-04-01")):
        note = f"{OFFICIAL}、{UNUSUAL}到案，{NEVER_KNOWN}作证"
        found = (await done(officer, STEP, dutyCrimeCaseId=found["id"], step=step, on=on, note=note))["dutyCrimeCase"]
    assert named(found) == {OFFICIAL, NEVER_KNOWN, UNUSUAL}
    for role in COVERED:
        # The office of a campaign belongs to no desk, and is shown no duty crime.
        if role is not Role.CAMPAIGN_OFFICE:
            shown = await told(viewers, role, DUTY_CRIMES)
            assert named(shown) == set(), role
            [kept] = shown["dutyCrimeCases"]["nodes"]
            assert kept["history"][0]["title"] == "立案"
            assert kept["position"].startswith("副局长")


@pytest.mark.parametrize("about_cases", [False, True])
async def test_a_public_interest_case_names_nobody_whether_it_is_about_cases(
    viewers: Viewers, feed: Feed, *, about_cases: bool
) -> None:
    officer = await viewers(Role.CHIEF, EAST)
    agencies = await ids(feed, "agency")
    about = [await the_case(feed)] if about_cases else []
    wanted = harm(agencies[EASTERN], title=f"{NEVER_KNOWN}倾倒废渣", caseIds=about)
    found = (await done(officer, FILE_PUBLIC, **wanted))["publicInterestCase"]
    measure = await proposal(feed)
    for step, more in (
        ("PROPOSED", {"measureId": measure}),
        ("NOTED", {}),
        ("SUED", {"court": f"{NEVER_KNOWN}法庭"}),
        ("JUDGED", {}),
        ("CLOSED", {}),
    ):
        note = f"{NEVER_KNOWN}应当清理"
        asked = {"publicInterestCaseId": found["id"], "step": step, "on": "2024-03-01", "note": note, **more}
        found = (await done(officer, STEP_PUBLIC, **asked))["publicInterestCase"]
    assert named(found) == {NEVER_KNOWN}
    for role in COVERED:
        shown = await told(viewers, role, LIST_PUBLIC)
        assert named(shown) == set(), role
        [kept] = shown["publicInterestCases"]["nodes"]
        assert kept["history"][-1]["title"] == "终结案件：孙**应当清理"


async def test_a_public_interest_case_names_nobody_whom_a_case_of_its_proposal_names(
    viewers: Viewers, feed: Feed
) -> None:
    await feed({**case("东2号", party=person(UNUSUAL)), "agency": EASTERN}, name="other.jsonl")
    officer, agencies = await viewers(Role.CHIEF, EAST), await ids(feed, "agency")
    found = (await done(officer, FILE_PUBLIC, **harm(agencies[EASTERN])))["publicInterestCase"]
    measure = await proposal(feed)
    await feed.run("INSERT INTO measure_case (measure_id, case_id) SELECT m.id, c.id FROM measure m, penalty_case c")
    asked = {"publicInterestCaseId": found["id"], "on": "2024-03-01", "note": f"{UNUSUAL}应当清理"}
    await done(officer, STEP_PUBLIC, **asked, step="PROPOSED", measureId=measure)
    await done(officer, STEP_PUBLIC, **asked, step="CLOSED")
    await done(officer, MARK, recordId=found["id"], summary=f"督促清理{UNUSUAL}倾倒的废渣")
    for role in COVERED:
        for document in (LIST_PUBLIC, TYPICAL):
            assert named(await told(viewers, role, document)) == set(), role


async def test_a_typical_case_names_nobody_whatever_it_is_about(viewers: Viewers, feed: Feed) -> None:
    local, agencies, about = viewers.client, await ids(feed, "agency"), await the_case(feed)
    told_of = {"official": UNUSUAL, "agencyId": global_id("Agency", agencies[EASTERN])}
    crime = (await local.ask(FILE, input=official(**told_of)))["fileDutyCrimeCase"]["dutyCrimeCase"]["id"]
    chief = await viewers(Role.CHIEF, EAST)
    public = (await done(chief, FILE_PUBLIC, **harm(agencies[EASTERN])))["publicInterestCase"]["id"]
    measure = (await issued(chief, "RECOMMENDATION"))["id"]
    opening = {"title": "线索", "source": "VISIT", "department": DEPARTMENT.value, "caseIds": [about]}
    clue = (await done(await officer_at(viewers), changing("openClue"), **opening))["clue"]["id"]
    marker = await viewers(Role.CHIEF, EAST)
    for record in (about, crime, public, measure, clue):
        names = f"{PARTY}、{NEVER_KNOWN}" + (f"、{UNUSUAL}" if record == crime else "")
        marked = (await done(marker, MARK, recordId=record, summary=f"{names}案"))["typicalCase"]
        gone = await done(marker, WITHDRAW, typicalCaseId=marked["id"], reason=f"{names}不宜公开")
        assert {PARTY, NEVER_KNOWN} <= named(gone)
        await done(marker, MARK, recordId=record, summary=f"{names}案")
    for role in COVERED:
        for withdrawn in (False, True):
            place = None if role is Role.LOCAL_ADMINISTRATOR else EAST
            viewer = await viewers(role, place, DEPARTMENT)
            shown = (await viewer.ask(TYPICAL, filter={"withdrawn": withdrawn}))["typicalCases"]["nodes"]
            assert len(shown) >= 3
            assert named(shown) == set(), role


async def test_clues_measures_and_triage_name_nobody_else_than_the_party_of_their_case_either(
    viewers: Viewers, feed: Feed
) -> None:
    officer, about = await officer_at(viewers), await the_case(feed)
    text = f"{PARTY}由{NEVER_KNOWN}指使"
    opening = {"title": text, "text": text, "source": "VISIT", "department": DEPARTMENT.value, "caseIds": [about]}
    clue = (await done(officer, changing("openClue"), **opening))["clue"]["id"]
    await done(officer, changing("closeClue"), clueId=clue, result=text)
    row = int((await feed.cases())[0]["id"])
    measure = await issued(officer, "RECOMMENDATION", row, title=text, text=text, addressee=f"{NEVER_KNOWN}诊所")
    await do(officer, "serveMeasure", measureId=measure["id"], servedOn=measure["issuedOn"])
    await do(officer, "recordReply", measureId=measure["id"], repliedOn=measure["issuedOn"], reply=text)
    assert (await decided(officer, caseId=about, reason=text))["userErrors"] == []
    for document in (CLUES, MEASURES, OF_CASES):
        assert NEVER_KNOWN in named(await officer.ask(document)), document
        for role in COVERED:
            if document is not CLUES or role is not Role.CAMPAIGN_OFFICE:
                assert named(await told(viewers, role, document)) == set(), (role, document)
