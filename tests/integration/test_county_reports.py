"""What counties report, their ranking, and what the office of a campaign sees to, as clients see them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import text

from api.ids import global_id
from schema.access_records import Scope
from schema.access_vocabularies import Role
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import CHINA
from tests.integration.feeding import Feed, case
from tests.integration.graphql_client import Client, served
from tests.integration.statement_counting import statements
from tests.integration.test_typical_cases import MARK
from tests.integration.viewers import CITY, EAST, EASTERN, WEST, WESTERN, Viewers, organise

NOW: Final = datetime(2026, 7, 20, 9, tzinfo=CHINA)
_FIGURES: Final = """casesEntered casesTriaged cluesOpened cluesClosed cluesDormant measuresIssued measuresServed
  measuresRectified dutyCrimeCases publicInterestCases typicalCases"""
_REPORT: Final = f"""procuratorate {{ name }} kind periodStart periodEnd dueOn state sentOn sentBy text
  figures {{ {_FIGURES} }}"""
REPORTS: Final = f"""query($filter: CountyReportsFilter, $first: Int, $after: String) {{
  countyReports(filter: $filter, first: $first, after: $after) {{
    totalCount pageInfo {{ endCursor hasNextPage }} nodes {{ {_REPORT} }} }} }}"""
SEND: Final = f"""mutation($input: RecordCountyReportInput!) {{ recordCountyReport(input: $input) {{
  countyReport {{ {_REPORT} }} userErrors {{ field code message }} }} }}"""
RANKING: Final = f"""query($year: Int!) {{ countyRanking(year: $year) {{
  procuratorate {{ name }} place counties score reportsLate figures {{ {_FIGURES} }} }} }}"""
DUTIES: Final = """query($first: Int, $after: String) { campaignOfficeDuties(first: $first, after: $after) {
  totalCount pageInfo { endCursor hasNextPage }
  nodes { kind procuratorate { name } department reportKind records oldestOn who } } }"""


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def viewers(database: Database, feed: Feed) -> AsyncIterator[Viewers]:
    await organise(feed)
    async with served(database, clock=lambda: NOW) as opened:
        yield Viewers(database, opened)


@pytest.fixture
def local(viewers: Viewers) -> Client:
    return viewers.client


async def county(feed: Feed, name: str) -> int:
    [row] = await feed.rows("SELECT id FROM procuratorate WHERE name = :name", name=name)
    return int(row["id"])


async def worked(feed: Feed, name: str, agency: str, *, many: int) -> None:
    """What a county did in March 2026, each `many` times; and a clue that has lain still since."""
    rows = [
        {**case(f"{name}{n}号"), "agency": agency, "enteredAt": f"2026-03-31T23:{n:02}:00+08:00"} for n in range(many)
    ]
    rows.append({**case(f"{name}后99号"), "agency": agency, "enteredAt": "2026-04-01T00:01:00+08:00"})
    await feed(*rows, name="worked.jsonl")
    whose = await county(feed, name)
    statements_ = (
        """INSERT INTO clue (number, title, source, class, status, procuratorate_id, department, handler_id, sender_id,
             opener_id, due_on, opened_at, last_step_at, desks)
           VALUES (:number, '线索', 'VISIT', 'OTHER', 'ASSIGNED', :whose, 'PREVENTION', :actor, :actor, :actor,
             '2026-12-31', '2026-03-02T00:00:00+08', '2026-03-02T00:00:00+08', ARRAY[:whose || '/PREVENTION'])""",
        """INSERT INTO measure (number, kind, status, title, text, addressee, procuratorate_id, department, author_id,
             drafted_at, issued_on, served_on, reply_due_on)
           VALUES (:number, 'RECOMMENDATION', 'SERVED', '建议', '内容', '某局', :whose, 'PREVENTION', :actor, now(),
             '2026-03-03', '2026-03-04', '2026-05-04')""",
        """INSERT INTO duty_crime_case (number, official, position, workplace, crime, status, procuratorate_id,
             department, filed_on, last_step_on, author_id)
           VALUES (:number, '某人', '局长', '某局', '受贿罪', 'FILED', :whose, 'ANTI_CORRUPTION', '2026-03-05',
             '2026-03-05', :actor)""",
    )
    [actor] = await feed.rows("SELECT min(id) AS id FROM account")
    for n in range(many):
        for statement in statements_:
            told = {"number": f"{name}〔2026〕{n}号", "whose": whose, "actor": actor["id"]}
            await feed.run(statement, **{key: value for key, value in told.items() if f":{key}" in statement})


async def test_each_county_owes_the_reports_of_the_periods_that_ended(viewers: Viewers) -> None:
    head = await viewers(Role.CHIEF, CITY)
    found = (await head.ask(REPORTS, first=100))["countyReports"]
    # Six months, two quarters and a half-year, of each of two counties.
    assert found["totalCount"] == len(found["nodes"]) == 18
    due = [each for each in found["nodes"] if each["state"] == "DUE"]
    assert due == []
    by = {(each["procuratorate"]["name"], each["kind"], each["periodEnd"]): each for each in found["nodes"]}
    assert by[EAST, "SUMMARY", "2026-06-30"]["dueOn"] == "2026-07-15"
    assert {name for name, _, _ in by} == {EAST, WEST}
    order = [each["dueOn"] for each in found["nodes"]]
    assert order == sorted(order, reverse=True)
    east = await viewers(Role.CAMPAIGN_OFFICE, EAST)
    assert (await east.ask(REPORTS))["countyReports"]["totalCount"] == 9
    for role, place in ((Role.AGENCY_CLERK, None), (Role.AUDITOR, None)):
        assert (await (await viewers(role, place)).ask(REPORTS))["countyReports"]["totalCount"] == 0


async def test_a_report_is_sent_once_with_the_figures_of_its_county_and_period(viewers: Viewers, feed: Feed) -> None:
    await worked(feed, EAST, EASTERN, many=3)
    await worked(feed, WEST, WESTERN, many=1)
    office = await viewers(Role.CAMPAIGN_OFFICE, EAST)
    told = {"kind": "DATA", "periodEnd": "2026-03-31", "text": "三月数据", "idempotencyKey": "k"}
    first, again = [(await office.ask(SEND, input=told))["recordCountyReport"] for _ in range(2)]
    assert first == again
    assert first["userErrors"] == []
    report = first["countyReport"]
    assert (report["state"], report["sentOn"], report["text"], report["dueOn"]) == (
        "SENT_LATE",
        "2026-07-20",
        "三月数据",
        "2026-04-07",
    )
    assert report["figures"] == {
        "casesEntered": 3,
        "casesTriaged": 0,
        "cluesOpened": 3,
        "cluesClosed": 0,
        "cluesDormant": 3,
        "measuresIssued": 3,
        "measuresServed": 3,
        "measuresRectified": 0,
        "dutyCrimeCases": 3,
        "publicInterestCases": 0,
        "typicalCases": 0,
    }
    # It stays as it was sent, whatever is done later.
    await worked_again(feed)
    wanted = {"states": ["SENT_LATE"]}
    assert (await office.ask(REPORTS, filter=wanted))["countyReports"]["nodes"] == [report]
    [kept] = await feed.rows("SELECT count(*) AS n FROM county_report")
    assert kept["n"] == 1


async def worked_again(feed: Feed) -> None:
    await feed.run("UPDATE duty_crime_case SET filed_on = '2025-01-01'")


async def test_what_is_sent_wrongly_is_refused(viewers: Viewers, feed: Feed) -> None:
    office = await viewers(Role.CAMPAIGN_OFFICE, EAST)
    west = global_id("Procuratorate", await county(feed, WEST))
    told = {"kind": "DATA", "periodEnd": "2026-03-31", "text": "三月数据"}
    assert (await office.ask(SEND, input=told))["recordCountyReport"]["userErrors"] == []
    for changes, code, field in (
        ({}, "NOT_ALLOWED", "periodEnd"),
        ({"periodEnd": "2026-03-30"}, "INVALID", "periodEnd"),
        ({"periodEnd": "0001-01-31"}, "INVALID", "periodEnd"),
        ({"periodEnd": "9999-12-31"}, "INVALID", "periodEnd"),
        ({"kind": "SUMMARY"}, "INVALID", "periodEnd"),
        ({"periodEnd": "2026-07-31"}, "NOT_ALLOWED", "periodEnd"),
        ({"periodEnd": "2025-12-31"}, "INVALID", "periodEnd"),
        ({"text": " "}, "INVALID", "text"),
        ({"procuratorateId": west}, "NOT_FOUND", "procuratorateId"),
    ):
        done = (await office.ask(SEND, input={**told, **changes}))["recordCountyReport"]
        [error] = done["userErrors"]
        assert (error["code"], error["field"], done["countyReport"]) == (code, ["input", field], None), changes
    head = await viewers(Role.CHIEF, CITY)
    for changes, code in (({"procuratorateId": west}, "NOT_ALLOWED"), ({}, "NOT_FOUND")):
        [error] = (await head.ask(SEND, input={**told, **changes}))["recordCountyReport"]["userErrors"]
        assert error["code"] == code
    [error] = (await viewers.client.ask(SEND, input=told))["recordCountyReport"]["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", ["input", "procuratorateId"])
    done = await viewers.client.ask(SEND, input={**told, "procuratorateId": west})
    assert done["recordCountyReport"]["userErrors"] == []
    for role in (Role.CASE_OFFICER, Role.DISCIPLINE, Role.AGENCY_CLERK):
        assert await (await viewers(role)).code(SEND, input=told) == "FORBIDDEN"


async def test_the_list_is_filtered_and_paged(local: Client) -> None:
    every = (await local.ask(REPORTS, first=100))["countyReports"]["nodes"]
    seen, after = [], None
    while True:
        page = (await local.ask(REPORTS, first=5, after=after))["countyReports"]
        seen += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == every
    for wanted, count in (
        ({"kinds": ["DATA"]}, 12),
        ({"states": ["LATE"]}, 18),
        ({"states": ["SENT"]}, 0),
        ({"year": 2025}, 0),
        ({"procuratorateIds": [global_id("Procuratorate", 999)]}, 0),
    ):
        assert (await local.ask(REPORTS, filter=wanted))["countyReports"]["totalCount"] == count, wanted
    for arguments in (
        {"filter": {"year": 1}},
        {"filter": {"year": 0}},
        {"after": "x"},
        {"after": "WyJyZXBvcnQiLCJ4IiwiYSIsImIiLDFd"},
    ):
        assert await local.code(REPORTS, **arguments) == "BAD_USER_INPUT"


async def test_counties_are_ranked_by_their_points_and_each_sees_its_own_place(viewers: Viewers, feed: Feed) -> None:
    head = await viewers(Role.CHIEF, CITY)
    tied = (await head.ask(RANKING, year=2026))["countyRanking"]
    assert [(each["place"], each["counties"]) for each in tied] == [(1, 2), (1, 2)]
    await worked(feed, EAST, EASTERN, many=1)
    await worked(feed, WEST, WESTERN, many=2)
    with statements(viewers.database) as executed:
        ranking = (await head.ask(RANKING, year=2026))["countyRanking"]
    assert sum("county_ranking" in each for each in executed) == 1
    assert [(each["procuratorate"]["name"], each["place"]) for each in ranking] == [(WEST, 1), (EAST, 2)]
    # 9 reports late, cases entered, one more of them in April; clues that lie still, measures, duty-crime cases.
    assert [float(each["score"]) for each in ranking] == [
        pytest.approx(9 * -3 + 0.1 * (many + 1) + many * (1 - 2 + 1 + 1 + 5)) for many in (2, 1)
    ]
    east = (await (await viewers(Role.CAMPAIGN_OFFICE, EAST)).ask(RANKING, year=2026))["countyRanking"]
    assert east == ranking[1:]
    for role, place in ((Role.AGENCY_CLERK, None), (Role.AUDITOR, None), (Role.ADMINISTRATOR, None)):
        assert (await (await viewers(role, place)).ask(RANKING, year=2026))["countyRanking"] == []
    assert await head.code(RANKING, year=1) == "BAD_USER_INPUT"


async def rank_of(client: Client, name: str) -> dict[str, Any]:
    """A county's line of the ranking of 2026."""
    [row] = [
        each
        for each in (await client.ask(RANKING, year=2026))["countyRanking"]
        if each["procuratorate"]["name"] == name
    ]
    return dict(row)


async def test_a_clue_counts_where_it_was_opened_whoever_it_was_handed_over_to(viewers: Viewers, feed: Feed) -> None:
    await worked(feed, EAST, EASTERN, many=1)
    east, west = await county(feed, EAST), await county(feed, WEST)
    for whose, to in ((east, west), (west, east)):
        await feed.run(
            """INSERT INTO clue_hand_over (clue_id, from_procuratorate_id, from_department, sender_id,
                 to_procuratorate_id, to_department, reason, sent_at, outcome, ended_by, ended_at)
               SELECT id, CAST(:whose AS bigint), 'PREVENTION', opener_id,
                 CAST(:to AS bigint), 'PREVENTION', '移交', now(), 'ACCEPTED', opener_id, now() FROM clue""",
            whose=whose,
            to=to,
        )
    await feed.run(
        """UPDATE clue SET procuratorate_id = y.id, desks = desks || (y.id || '/PREVENTION'), status = 'CLOSED',
             result = '无', closed_at = '2026-06-01T00:00:00+08', acknowledged_at = now()
             FROM county y WHERE y.name = :west""",
        west=WEST,
    )
    head = await viewers(Role.CHIEF, CITY)
    counted = {name: (await rank_of(head, name))["figures"] for name in (EAST, WEST)}
    assert [(each["cluesOpened"], each["cluesClosed"]) for each in counted.values()] == [(1, 0), (0, 1)]


async def test_a_measure_that_was_withdrawn_earns_no_points(viewers: Viewers, feed: Feed) -> None:
    await worked(feed, EAST, EASTERN, many=2)
    await feed.run("UPDATE measure SET status = 'WITHDRAWN' WHERE id = (SELECT min(id) FROM measure)")
    figures = (await rank_of(await viewers(Role.CHIEF, CITY), EAST))["figures"]
    assert (figures["measuresIssued"], figures["measuresServed"]) == (1, 1)


async def test_a_countys_record_that_the_city_marks_as_typical_is_the_countys(viewers: Viewers, feed: Feed) -> None:
    await worked(feed, EAST, EASTERN, many=1)
    head = await viewers(Role.CHIEF, CITY)
    for type_name in ("Measure", "Clue"):
        [row] = await feed.rows(f"SELECT id FROM {type_name.lower()}")  # noqa: S608  our own words
        told = {"recordId": global_id(type_name, row["id"]), "summary": "典型"}
        assert (await head.ask(MARK, input=told))["markTypicalCase"]["userErrors"] == []
    assert [(await rank_of(head, name))["figures"]["typicalCases"] for name in (EAST, WEST)] == [2, 0]


async def test_a_report_that_was_sent_is_late_by_the_day_on_which_it_was_due_then(viewers: Viewers, feed: Feed) -> None:
    office = await viewers(Role.CAMPAIGN_OFFICE, EAST)
    assert (await rank_of(office, EAST))["reportsLate"] == 9
    await feed.run(
        """INSERT INTO county_report (procuratorate_id, kind, period_start, period_end, due_on, text, figures, sent_on,
             sent_at, sent_by)
           SELECT :east, 'DATA', '2026-06-01', '2026-06-30', '2026-07-31', '数据', '{}', '2026-07-20', now(), min(id)
             FROM account""",
        east=await county(feed, EAST),
    )
    sent = await office.ask("{ countyReports(filter: {states: [SENT]}) { totalCount } }")
    assert sent["countyReports"]["totalCount"] == 1
    assert (await rank_of(office, EAST))["reportsLate"] == 8


async def test_a_report_that_several_send_at_once_is_sent_once(viewers: Viewers, feed: Feed) -> None:
    office, chief = await viewers(Role.CAMPAIGN_OFFICE, EAST), await viewers(Role.CHIEF, EAST)
    told = {"kind": "DATA", "periodEnd": "2026-01-31", "text": "数据"}
    both = await asyncio.gather(*(by.ask(SEND, input=told) for by in (office, chief)))
    errors = sorted([error["code"] for error in each["recordCountyReport"]["userErrors"]] for each in both)
    assert errors == [[], ["NOT_ALLOWED"]]
    assert len(await feed.rows("SELECT id FROM county_report")) == 1


async def test_the_office_sees_what_is_late_owed_or_waiting_and_whose_it_is(viewers: Viewers, feed: Feed) -> None:
    await worked(feed, EAST, EASTERN, many=2)
    office = await viewers(Role.CAMPAIGN_OFFICE, EAST)
    found = (await office.ask(DUTIES))["campaignOfficeDuties"]
    told = [
        (each["kind"], each["department"], each["reportKind"], each["records"], each["oldestOn"], each["who"])
        for each in found["nodes"]
    ]
    assert told[:-1] == [
        ("REPORT_LATE", None, "DATA", 6, "2026-02-05", "活动办公室"),
        ("REPORT_LATE", None, "SUMMARY", 1, "2026-07-15", "活动办公室"),
        ("REPORT_LATE", None, "TYPICAL_CASE", 2, "2026-04-10", "活动办公室"),
        ("DORMANT_CLUES", "PREVENTION", None, 2, "2026-03-02", "职务犯罪预防部门负责人"),
        ("OVERDUE_MEASURES", "PREVENTION", None, 2, "2026-05-04", "职务犯罪预防部门负责人"),
    ]
    assert told[-1][:4] == ("TRIAGE_QUEUE", "INVESTIGATION_SUPERVISION", None, 3)
    assert found["totalCount"] == 6
    assert {each["procuratorate"]["name"] for each in found["nodes"]} == {EAST}
    head = await viewers(Role.CHIEF, CITY)
    every = (await head.ask(DUTIES, first=100))["campaignOfficeDuties"]["nodes"]
    assert len(every) == 9
    seen, after = [], None
    while True:
        page = (await head.ask(DUTIES, first=2, after=after))["campaignOfficeDuties"]
        seen += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == every
    assert (await (await viewers(Role.AGENCY_CLERK)).ask(DUTIES))["campaignOfficeDuties"]["totalCount"] == 0


async def test_the_numbers_of_a_county_out_of_scope_are_no_answer(viewers: Viewers, feed: Feed) -> None:
    west = await county(feed, WEST)
    east = Scope(procuratorate_ids=(await county(feed, EAST),), measures=True)
    async with viewers.database.acting(east).begin() as connection:
        for statement in (
            "SELECT count(*) FROM figures_in_scope(:day, :day, :day, 15) WHERE procuratorate_id = :west",
            "SELECT count(*) FROM office_duties(:day, 15, '{}', '{}', '{}') WHERE procuratorate_id = :west",
        ):
            assert await connection.scalar(text(statement), {"day": date(2026, 1, 1), "west": west}) == 0
    for refused in ("SELECT * FROM figures_of_counties('2026-01-01', '2026-01-01', '2026-01-01', 15)",):
        with pytest.raises(Exception, match="figures_of_counties"):
            await feed.rows(refused)
