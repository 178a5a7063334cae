"""The queues of triage: their order whatever the findings say, whole walks, exact counts, each in its scope."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schema.access_records import EVERYTHING, Scope
from schema.triage_records import QueuedCase
from schema.vocabularies import AnomalyKind, AnomalyStatus, Certainty, Department
from stores.keys import KeyRing
from stores.postgres import Database
from stores.triage import count_queue, list_queue
from supervision.triage import DEPARTMENT_OF, LEADING
from tests.integration.feeding import Feed, case
from tests.integration.triage_rows import DueFinding, write_due_findings
from tests.integration.viewers import EAST, EASTERN, UNSUPERVISED, WESTERN, organise

TODAY = date(2024, 7, 1)
RULES = ("a.one", "b.two", "c.three")
DUE = [None, *(date(2024, 5, 1) + timedelta(days) for days in (0, 1, 2, 20))]


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


async def fill(feed: Feed, chance: random.Random, cases: int = 40) -> list[DueFinding]:
    """Cases of three agencies, and findings of every sort; the last word of a case's rule stands."""
    await organise(feed)
    agencies = (EASTERN, WESTERN, UNSUPERVISED)
    await feed(*(case(f"{number}号", agency=chance.choice(agencies)) for number in range(cases)))
    ids = [found["id"] for found in await feed.cases()]
    findings = []
    for _ in range(cases * 2):
        due = chance.choice(DUE)
        late = chance.choice([None, None, 1, 5, 70])
        findings.append(
            DueFinding(
                case_id=chance.choice(ids),
                rule=chance.choice(RULES),
                kind=chance.choice(list(AnomalyKind)),
                status=chance.choice([AnomalyStatus.OPEN, AnomalyStatus.OPEN, *AnomalyStatus]),
                certainty=chance.choice(list(Certainty)),
                due_on=due,
                done_on=None if due is None or late is None else due + timedelta(late),
                event=chance.choice(["OPENED", "CHANGED"]),
            )
        )
    await write_due_findings(feed.database, findings)
    # Several waited equally long.
    await feed.run("UPDATE triage_queue SET entered_at = timestamptz '2024-06-01' + (id % 4) * interval '1 hour'")
    return findings


def expected(rows: list[dict[str, Any]], findings: list[DueFinding], departments: list[Department]) -> list[int]:
    """The ids of the queue's rows in their order, by what the findings say last."""
    last = {(found.case_id, found.rule): found for found in findings}.values()
    active = [found for found in last if found.status in {AnomalyStatus.OPEN, AnomalyStatus.CONFIRMED}]

    def place(row: dict[str, Any]) -> tuple[Any, ...]:
        own = [
            found
            for found in active
            if found.case_id == row["case_id"] and DEPARTMENT_OF[found.kind] == row["department"]
        ]
        days = [((found.done_on or TODAY) - found.due_on).days for found in own if found.due_on is not None]
        rank = min((list(Certainty).index(found.certainty) for found in own), default=len(Certainty))
        return rank, -max(days) if days else 1_000, row["entered_at"], row["id"]

    return [row["id"] for row in sorted(rows, key=place) if row["department"] in departments]


async def walk(
    database: Database, scope: Scope, departments: list[Department], size: int, today: date = TODAY
) -> list[QueuedCase]:
    """The whole queue in pages; by the second page it is another day."""
    found: list[QueuedCase] = []
    place = None
    while True:
        async with database.acting(scope).begin() as connection:
            page = await list_queue(connection, scope, departments, as_of=today, first=size, after=place)
        found += page[:size]
        if len(page) <= size:
            return found
        place = page[size - 1].place
        today += timedelta(100)


@pytest.mark.parametrize("seed", range(6))
async def test_every_walk_has_every_row_once_in_order(feed: Feed, database: Database, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  a test's
    findings = await fill(feed, chance)
    rows = [dict(row) for row in await feed.rows("SELECT * FROM triage_queue")]
    for departments in ([LEADING], [Department.CIVIL_ADMINISTRATIVE], list(Department), []):
        wanted = expected(rows, findings, departments)
        for size in (1, 3, 7, 100):
            found = await walk(database, EVERYTHING, departments, size)
            assert [each.place.id for each in found] == wanted
        async with database.begin() as connection:
            assert await count_queue(connection, EVERYTHING, departments) == len(wanted)


async def test_a_queue_holds_what_is_in_scope_and_counts_no_more(feed: Feed, database: Database) -> None:
    findings = await fill(feed, random.Random(7))  # noqa: S311  a test's
    [east] = await feed.rows("SELECT id FROM procuratorate WHERE name = :name", name=EAST)
    rows = [
        dict(row)
        for row in await feed.rows(
            "SELECT q.* FROM triage_queue q JOIN penalty_case c ON c.id = q.case_id "
            "JOIN agency a ON a.id = c.agency_id WHERE a.procuratorate_id = :id",
            id=east["id"],
        )
    ]
    scope = Scope(procuratorate_ids=(east["id"],), findings=True, departments=tuple(Department))
    wanted = expected(rows, findings, list(Department))
    # The scope's own condition and row-level security each leave nothing else.
    for told, asked in ((scope, scope), (EVERYTHING, scope), (scope, EVERYTHING)):
        async with database.acting(told).begin() as connection:
            page = await list_queue(connection, asked, list(Department), as_of=TODAY, first=100, after=None)
            assert [each.place.id for each in page] == wanted
            assert await count_queue(connection, asked, list(Department)) == len(wanted)
    blind = Scope(procuratorate_ids=(east["id"],), departments=tuple(Department))
    assert await walk(database, blind, list(Department), 10) == []


async def test_a_case_that_another_agency_gets_waits_among_that_ones(feed: Feed) -> None:
    await organise(feed)
    await feed(case("1号", agency=EASTERN))
    [west] = await feed.rows("SELECT id FROM agency WHERE name = :name", name=WESTERN)
    await feed.run("UPDATE penalty_case SET agency_id = :id", id=west["id"])
    assert await feed.rows("SELECT agency_id FROM triage_queue") == [{"agency_id": west["id"]}]


async def test_the_database_and_the_law_agree_whose_business_a_finding_is(feed: Feed) -> None:
    for kind, department in DEPARTMENT_OF.items():
        assert await feed.rows("SELECT department_of_finding(:kind) AS found", kind=kind.value) == [
            {"found": department.value}
        ]


async def test_a_finding_that_a_rule_calls_otherwise_now_waits_at_its_new_department(feed: Feed) -> None:
    await feed(case())
    case_id = (await feed.only_case())["id"]
    await write_due_findings(feed.database, [DueFinding(case_id=case_id)])
    await feed.run("DELETE FROM triage_queue")
    await feed.run("UPDATE anomaly SET kind = 'SLOW_ACTION'")
    assert await feed.rows("SELECT department, certainty FROM triage_queue") == [
        {"department": "CIVIL_ADMINISTRATIVE", "certainty": "CERTAIN"}
    ]
