"""Every custody with its limits, as the record tells of it: what is counted in SQL is what the law's rules say."""

import random
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from indexer.rule_examples import case_file
from schema.access_records import EVERYTHING, Scope
from schema.access_vocabularies import Role
from schema.custody_records import Custody, CustodyState
from schema.follow_up_records import Coercion
from schema.vocabularies import Certainty, CoercionKind
from stores.custodies import CustodyCount, CustodyFilter, CustodyPlace, count_custodies, list_custodies
from stores.keys import KeyRing
from stores.postgres import Database
from supervision.calendars import state_council_calendar
from supervision.coercion_terms import coercion_term, longest_terms
from supervision.coercions import followed_coercions
from supervision.custodies import custody_terms, moved_days
from supervision.law_files import law_values
from supervision.laws import Law
from tests.integration.feeding import Feed, case, person
from tests.integration.follow_up_feeding import criminal_case
from tests.integration.graphql_client import Client, served
from tests.integration.statement_counting import statements
from tests.integration.viewers import EASTERN, WESTERN, Viewers, organise

CALENDAR: Final = state_council_calendar()
LAW: Final = Law(law_values(), thresholds=lambda _case, _law: None)
TODAY: Final = date(2024, 6, 7)
LISTED: Final = """query($filter: CustodiesFilter, $first: Int, $after: String) {
  custodies(filter: $filter, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    nodes { agency { name } documentNumber penaltyCase { documentNumber } criminalCase { caseNumber } caseNumber organ
      kind from to extendedTo endedOn dueOn ordinaryDueOn state certainty daysLeft overdueDays } } }"""


def counted(today: date = TODAY) -> CustodyCount:
    return CustodyCount(terms=custody_terms(LAW), moved=moved_days(CALENDAR), today=today)


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    async with served(database) as opened:
        yield opened


@pytest.fixture
async def viewers(database: Database, feed: Feed) -> AsyncIterator[Viewers]:
    await organise(feed)
    async with served(database) as opened:
        yield Viewers(database, opened)


async def listed(
    database: Database, wanted: CustodyFilter | None = None, today: date = TODAY, scope: Scope = EVERYTHING
) -> list[Custody]:
    async with database.acting(scope).begin() as connection:
        return await list_custodies(
            connection, scope, wanted or CustodyFilter(), counted(today), first=10_000, after=None
        )


def entry(kind: CoercionKind, begun: date, ended: date | None = None, extended: date | None = None) -> dict[str, Any]:
    told = {"kind": kind.value, "from": begun.isoformat()}
    told |= {} if ended is None else {"to": ended.isoformat()}
    return told | ({} if extended is None else {"extendedTo": extended.isoformat()})


def sampled_days() -> list[date]:
    """Days around every change of the law and of years, month ends, and some by chance."""
    chance = random.Random(8)  # noqa: S311  a sample of days
    turns = {version.effective_from for _, version in longest_terms(LAW)}
    turns |= {version.effective_until for _, version in longest_terms(LAW) if version.effective_until}
    turns |= {date(year, month, 1) for year in (2013, 2016, 2020, 2023, 2024) for month in (1, 2, 3, 8)}
    around = {turn + timedelta(days=shift) for turn in turns for shift in (-2, -1, 0, 1)}
    by_chance = {date(2012, 1, 1) + timedelta(days=chance.randrange(5_500)) for _ in range(400)}
    return sorted(day for day in around | by_chance if day.year >= 1950)


async def test_the_database_counts_every_term_as_the_rules_do_under_every_version_of_the_law(
    database: Database, feed: Feed
) -> None:
    days = sampled_days()
    chance = random.Random(9)  # noqa: S311  a sample of days
    rows = []
    for kind in CoercionKind:
        for number, day in enumerate(days):
            extended = day + timedelta(days=chance.randrange(200)) if chance.random() < 0.3 else None
            rows.append(criminal_case(f"{kind.value}〔2024〕{number}号", coercion=[entry(kind, day, None, extended)]))
    assert (await feed(*rows)).accounts.rejected == 0
    found = await listed(database)
    assert len(found) == len(days) * len(CoercionKind)
    for each in found:
        told = Coercion(kind=each.kind, begun_on=each.begun_on, ended_on=None, extended_to=each.extended_to)
        term = coercion_term(told, LAW, CALENDAR)
        assert each.due_on == (None if term is None else term.due_on), each
        assert each.state is (CustodyState.OVERDUE if each.due_on and each.due_on < TODAY else CustodyState.OPEN), each
    assert any(each.due_on is None for each in found)
    order = [(each.due_on or date.max, each.criminal_case_id, each.place) for each in found]
    assert order == sorted(order)


def random_record(chance: random.Random) -> list[dict[str, Any]]:
    begun = date(2024, 1, 1)
    entries = []
    for _ in range(chance.randrange(1, 5)):
        begun += timedelta(days=chance.choice((0, 0, 1, 5, 20)))
        ended = begun + timedelta(days=chance.choice((0, 1, 5, 20))) if chance.random() < 0.5 else None
        entries.append(entry(chance.choice(list(CoercionKind)), begun, ended))
    chance.shuffle(entries)
    return entries


async def test_what_ended_is_told_as_the_rules_tell_it_or_left_to_a_person(database: Database, feed: Feed) -> None:
    chance = random.Random(10)  # noqa: S311  a sample of records
    records = {f"抽样〔2024〕{number}号": random_record(chance) for number in range(1, 500)}
    assert (await feed(*(criminal_case(key, coercion=told) for key, told in records.items()))).accounts.rejected == 0
    found: dict[tuple[str, int], Custody] = {
        (each.document_number, each.place): each for each in await listed(database, today=date(2025, 6, 1))
    }
    sure = 0
    for number, told in records.items():
        rows = {"criminal_case": [{"decision": "FILED", "coercion": told}]}
        [record] = case_file(rows, published_only=False, settings={}, other_cases=()).criminal_cases
        measures = record.coercion
        for followed in followed_coercions(record):
            [place] = [at for at, each in enumerate(measures, 1) if each is followed.coercion]
            custody = found[number, place]
            ended = custody.state in {CustodyState.ENDED, CustodyState.ENDED_LATE}
            if custody.certainty is Certainty.CERTAIN:
                sure += 1
                assert ended is (followed.ended_on is not None), (told, custody)
                assert custody.ended_on == followed.ended_on, (told, custody)
                assert followed.doubt is None, (told, custody)
            else:
                # The rules tell that it ended, or are in doubt themselves; the list shows it, and says so.
                assert not ended, (told, custody)
                assert followed.doubt or followed.ended_on or len(measures) > 1, (told, custody)
    assert sure > len(records)


DETAINED: Final = entry(CoercionKind.DETENTION, date(2024, 4, 1))


@pytest.mark.parametrize(
    ("fields", "today", "state", "certainty", "left", "overdue"),
    [
        # 37 days end on 8 May.
        ({}, date(2024, 5, 8), "OPEN", "CERTAIN", 0, 0),
        ({}, date(2024, 5, 9), "OVERDUE", "CERTAIN", -1, 1),
        ({"coercion": [{**DETAINED, "to": "2024-05-08"}]}, TODAY, "ENDED", "CERTAIN", None, 0),
        ({"coercion": [{**DETAINED, "to": "2024-05-10"}]}, TODAY, "ENDED_LATE", "CERTAIN", None, 2),
        # An end that has not come yet.
        ({"coercion": [{**DETAINED, "to": "2024-06-08"}]}, TODAY, "OVERDUE", "CERTAIN", -30, 30),
        # When it ended nobody says.
        ({"concludedOn": "2024-06-01"}, TODAY, "ENDED", "POSSIBLE", None, None),
        ({"decision": "NOT_FILED", "decidedOn": "2024-05-20"}, TODAY, "ENDED", "POSSIBLE", None, None),
        ({"decision": "NOT_FILED", "decidedOn": "2024-03-20"}, TODAY, "OVERDUE", "CERTAIN", -30, 30),
    ],
)
async def test_a_custody_stands_against_its_limit(
    database: Database,
    feed: Feed,
    fields: dict[str, Any],
    today: date,
    state: str,
    certainty: str,
    left: int | None,
    overdue: int | None,
) -> None:
    await feed(case(), criminal_case(**{"coercion": [DETAINED], **fields}))
    [found] = await listed(database, today=today)
    assert found.due_on == date(2024, 5, 8)
    assert (found.state.value, found.certainty.value, found.days_left, found.overdue_days) == (
        state,
        certainty,
        left,
        overdue,
    )


async def test_the_measure_in_its_place_ends_a_detention_and_one_of_another_record_leaves_it_in_doubt(
    database: Database, feed: Feed
) -> None:
    arrested = entry(CoercionKind.ARREST, date(2024, 5, 10))
    await feed(case(), criminal_case(caseNumber="一", coercion=[arrested, DETAINED]))
    detention, arrest = await listed(database)
    assert (detention.kind, detention.state, detention.ended_on, detention.overdue_days) == (
        CoercionKind.DETENTION,
        CustodyState.ENDED_LATE,
        date(2024, 5, 10),
        2,
    )
    assert (arrest.state, arrest.certainty, arrest.place) == (CustodyState.OPEN, Certainty.CERTAIN, 1)
    other = criminal_case(caseNumber="二", coercion=[entry(CoercionKind.BAIL, date(2024, 5, 20))])
    await feed(other, name="later.jsonl")
    [_, arrest, _] = await listed(database)
    assert (arrest.kind, arrest.certainty) == (CoercionKind.ARREST, Certainty.POSSIBLE)


async def test_the_list_is_filtered_counted_and_paged_in_its_order(database: Database, feed: Feed) -> None:
    kinds = list(CoercionKind)
    rows = [
        criminal_case(f"试〔2024〕{n}号", coercion=[entry(kinds[n % 4], date(2024, 1, 1) + timedelta(days=n % 7))])
        for n in range(40)
    ]
    await feed(*rows, criminal_case("早〔2010〕1号", coercion=[entry(kinds[0], date(2010, 1, 1))]))
    every = await listed(database)
    assert len(every) == 41
    assert every[-1].due_on is None
    seen: list[Custody] = []
    place: CustodyPlace | None = None
    async with database.begin() as connection:
        while True:
            page: Sequence[Custody] = await list_custodies(
                connection, EVERYTHING, CustodyFilter(), counted(), first=7, after=place
            )
            seen += page[:7]
            if len(page) <= 7:
                break
            place = CustodyPlace(page[6].due_on, page[6].criminal_case_id, page[6].place)
    assert seen == every
    filters: list[tuple[CustodyFilter, Callable[[Custody], bool]]] = [
        (CustodyFilter(overdue=True), lambda each: each.state in {CustodyState.OVERDUE, CustodyState.ENDED_LATE}),
        (CustodyFilter(overdue=False), lambda each: each.state in {CustodyState.OPEN, CustodyState.ENDED}),
        (CustodyFilter(kinds=(CoercionKind.BAIL,)), lambda each: each.kind is CoercionKind.BAIL),
        (CustodyFilter(begun_from=date(2024, 1, 4)), lambda each: each.begun_on >= date(2024, 1, 4)),
        (CustodyFilter(begun_until=date(2024, 1, 4)), lambda each: each.begun_on <= date(2024, 1, 4)),
        (CustodyFilter(agency_ids=(every[0].agency_id + 99,)), lambda _each: False),
    ]
    async with database.begin() as connection:
        for wanted, holds in filters:
            expected = [each for each in every if holds(each)]
            assert await listed(database, wanted) == expected
            assert await count_custodies(connection, EVERYTHING, wanted, counted()) == len(expected)


# As clients see it ---------------------------------------------------------------------------------------------------


async def test_clients_are_shown_custodies_with_their_cases_for_two_statements_a_page(
    client: Client, feed: Feed, database: Database
) -> None:
    rows = [case(f"试〔2024〕{n}号") for n in range(30)]
    rows += [
        criminal_case(f"试〔2024〕{n}号", organ="试验县公安局", caseNumber=f"公{n}", coercion=[DETAINED])
        for n in range(31)
    ]
    await feed(*rows)
    costs = {}
    for size in (5, 20):
        with statements(database) as executed:
            found = (await client.ask(LISTED, first=size))["custodies"]
        costs[size] = len(executed)
        assert found["totalCount"] == 31
        assert len(found["nodes"]) == size
    # The page, the count, agencies, cases, criminal cases, the entry of the audit trail.
    assert costs == dict.fromkeys(costs, 6)
    first = found["nodes"][0]
    assert first["penaltyCase"]["documentNumber"] == first["documentNumber"] == "试〔2024〕0号"
    assert first["criminalCase"] == {"caseNumber": "公0"}
    assert (first["kind"], first["from"], first["ordinaryDueOn"], first["dueOn"], first["organ"]) == (
        "DETENTION",
        "2024-04-01",
        "2024-04-15",
        "2024-05-08",
        "试验县公安局",
    )
    after = found["pageInfo"]["endCursor"]
    rest = (await client.ask(LISTED, first=100, after=after))["custodies"]["nodes"]
    assert len(rest) == 11
    assert (rest[-1]["penaltyCase"], rest[-1]["criminalCase"], rest[-1]["caseNumber"]) == (None, None, "公30")
    [entered] = await feed.rows("SELECT cardinality(case_ids) AS cases FROM audit_entry ORDER BY id DESC LIMIT 1")
    assert entered["cases"] == 10


@pytest.mark.parametrize(
    "arguments",
    [
        {"filter": {"agencyIds": ["UnVsZTox"]}},
        {"filter": {"kinds": ["BAIL"] * 101}},
        {"first": 101},
        {"after": "x"},
        {"after": "WyJjdXN0b2R5IiwieCIsMSwxXQ"},
    ],
)
async def test_a_list_that_is_asked_for_wrongly_is_refused(client: Client, arguments: dict[str, Any]) -> None:
    assert await client.code(LISTED, **arguments) == "BAD_USER_INPUT"


async def test_each_sees_the_custodies_of_the_cases_in_scope_and_clerks_none(viewers: Viewers, feed: Feed) -> None:
    rows: list[Any] = []
    for name in (EASTERN, WESTERN):
        rows.append({**case(f"{name}1号", party=person("赵甲敏")), "agency": name})
        told = criminal_case(
            f"{name}1号", organ="东县公安局讯问赵甲敏", caseNumber="东公〔赵甲敏〕1号", coercion=[DETAINED]
        )
        rows.append({**told, "agency": name})
    await feed(*rows, name="cases.jsonl")
    for role, place, seen in (
        (Role.CASE_OFFICER, None, [EASTERN]),
        (Role.CASE_OFFICER, "西县人民检察院", [WESTERN]),
        (Role.CHIEF, "中市人民检察院", [EASTERN, WESTERN]),
        (Role.AGENCY_CLERK, None, []),
        (Role.AUDITOR, None, []),
        (Role.ADMINISTRATOR, None, []),
    ):
        found = (await (await viewers(role, place)).ask(LISTED))["custodies"]
        assert ([each["agency"]["name"] for each in found["nodes"]], found["totalCount"]) == (seen, len(seen)), role
        wanted = {"agencyIds": [each["id"] for each in await _agencies(viewers)]}
        assert (await (await viewers(role, place)).ask(LISTED, filter=wanted))["custodies"] == found
    for role, name in ((Role.CASE_OFFICER, "赵甲敏"), (Role.CAMPAIGN_OFFICE, "赵")):
        [custody] = (await (await viewers(role)).ask(LISTED))["custodies"]["nodes"]
        assert name in custody["organ"]
        for told_of in ("organ", "caseNumber"):
            assert ("赵甲敏" in custody[told_of]) is (role is Role.CASE_OFFICER)


async def _agencies(viewers: Viewers) -> Any:
    return (await viewers.client.ask("{ agencies { nodes { id } } }"))["agencies"]["nodes"]
