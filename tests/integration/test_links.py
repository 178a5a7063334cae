"""Links between cases as clients see them: each with its reason, none that leads out of scope, and ways over them."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from api.ids import global_id
from schema.access_vocabularies import Role
from schema.vocabularies import Department, FeedKind
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import COMPANY, Feed, Fields, case, organisation, person
from tests.integration.follow_up_feeding import follow_up
from tests.integration.graphql_client import Client, served
from tests.integration.statement_counting import statements
from tests.integration.viewers import CITY, EAST, EASTERN, WESTERN, SignedIn, Viewers, organise

LINKS = """query($number: String!, $kinds: [LinkKind!], $first: Int, $after: String) {
  penaltyCase(documentNumber: $number) { links(kinds: $kinds, first: $first, after: $after) { totalCount
    nodes { kind reason acrossDepartments node { id ... on PenaltyCase { documentNumber } } }
    pageInfo { hasNextPage endCursor } } } }"""
PATH = """query($from: ID!, $to: ID!) { linkPath(from: $from, to: $to) { connected cut
  steps { kind reason acrossDepartments from { id } to { id } } } }"""
FACTS = "将废酸液用罐车运至河道沟渠偷排倾倒，造成水体严重污染，鱼类大量死亡"


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    async with served(database) as opened:
        yield opened


@pytest.fixture
async def viewers(database: Database, feed: Feed, client: Client) -> Viewers:
    await organise(feed)
    return Viewers(database, client)


def told(number: str, agency: str = EASTERN, /, party: str | None = None, **fields: Any) -> Fields:
    return case(number, agency=agency, party=organisation(party or f"{number}公司"), **fields)


async def id_of(feed: Feed, number: str) -> str:
    [row] = await feed.rows("SELECT id FROM penalty_case WHERE document_number = :number", number=number)
    return global_id("PenaltyCase", row["id"])


async def links(client: Client, number: str, **asked: Any) -> list[tuple[str, str, bool]]:
    """(kind, the other's number, whether it is another agency's) of all links of a case."""
    found: list[tuple[str, str, bool]] = []
    after = None
    while True:
        [page] = (await client.ask(LINKS, number=number, first=2, after=after, **asked))["penaltyCase"].values()
        assert all(each["reason"].endswith("。") for each in page["nodes"])
        found += [(each["kind"], each["node"]["documentNumber"], each["acrossDepartments"]) for each in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return found
        after = page["pageInfo"]["endCursor"]


async def tie(feed: Feed, what: str, *numbers: str) -> int:
    """Put cases into one clue, or one measure; answers its id."""
    opened = {
        "clue": "INSERT INTO clue (number, title, source, class, status, procuratorate_id, department, handler_id, "
        "sender_id, opener_id, due_on, opened_at, last_step_at, desks) SELECT '线索' || count(*) OVER (), '线索', "
        "'FINDING', 'OTHER', 'NEW', p.id, 'PREVENTION', a.id, a.id, a.id, '2024-12-31', now(), now(), "
        "ARRAY[p.id || '/PREVENTION'] FROM account a, procuratorate p WHERE p.name = :home ORDER BY a.id LIMIT 1 "
        "RETURNING id",
        "measure": "INSERT INTO measure (kind, status, title, text, addressee, procuratorate_id, author_id, "
        "drafted_at) SELECT 'RECOMMENDATION', 'DRAFT', '建议', '建议', '某局', p.id, a.id, now() "
        "FROM account a, procuratorate p WHERE p.name = :home ORDER BY a.id LIMIT 1 RETURNING id",
    }
    [made] = await feed.rows(opened[what], home=EAST)
    for number in numbers:
        await feed.run(
            f"INSERT INTO {what}_case ({what}_id, case_id) "  # noqa: S608  one of two names
            "SELECT :made, id FROM penalty_case WHERE document_number = :number",
            made=made["id"],
            number=number,
        )
    return int(made["id"])


async def test_cases_of_one_party_are_tied_across_agencies(viewers: Viewers, client: Client, feed: Feed) -> None:
    await feed(
        case("1号", agency=EASTERN, party=organisation("宏达公司", COMPANY)),
        case("2号", agency=WESTERN, party=organisation("宏达化工公司", COMPANY)),
        case("3号", agency=EASTERN, party=organisation("宏达化工公司")),
        told("4号"),
    )
    found = await links(client, "1号", kinds=["SAME_PARTY"])
    assert found == [("SAME_PARTY", "3号", False), ("SAME_PARTY", "2号", True)]
    assert await links(client, "4号") == []
    # What is out of scope is neither shown nor counted.
    assert await links(await viewers(Role.CHIEF, EAST), "1号") == [("SAME_PARTY", "3号", False)]


async def test_cases_handed_over_together_or_in_one_criminal_case_are_tied(
    viewers: Viewers, client: Client, feed: Feed
) -> None:
    together = {"transferredOn": "2024-05-01", "toOrgan": "东县公安局", "suspectedCrime": "污染环境罪"}
    await feed(
        *(told(f"{number}号") for number in range(1, 6)),
        *(follow_up(FeedKind.TRANSFER, f"{number}号", agency=EASTERN, **together) for number in (1, 2)),
        follow_up(FeedKind.TRANSFER, "3号", agency=EASTERN, **together | {"suspectedCrime": "非法采矿罪"}),
        *(
            follow_up(FeedKind.CRIMINAL_CASE, f"{number}号", agency=EASTERN, caseNumber="A1", organ="东县公安局")
            for number in (1, 4)
        ),
    )
    found = await links(client, "1号")
    assert found == [("SAME_TRANSFER", "4号", False), ("SAME_TRANSFER", "2号", False)]
    # An agency is not told of criminal cases.
    clerk = await viewers(Role.AGENCY_CLERK, EASTERN)
    assert await links(clerk, "1号") == [("SAME_TRANSFER", "2号", False)]


async def test_cases_in_one_clue_or_measure_are_tied_for_whoever_sees_it(
    viewers: Viewers, client: Client, feed: Feed
) -> None:
    await feed(*(told(f"{number}号") for number in range(1, 4)), told("4号", WESTERN))
    await tie(feed, "clue", "1号", "2号", "4号")
    await tie(feed, "measure", "1号", "3号")
    assert await links(client, "1号") == [
        ("SAME_CLUE", "4号", True),
        ("SAME_CLUE", "2号", False),
        ("SAME_MEASURE", "3号", False),
    ]
    prevention = await viewers(Role.CASE_OFFICER, EAST)
    assert await links(prevention, "1号") == [("SAME_CLUE", "2号", False), ("SAME_MEASURE", "3号", False)]
    leading = await viewers(Role.CASE_OFFICER, EAST, Department.INVESTIGATION_SUPERVISION)
    assert await links(leading, "1号") == [("SAME_MEASURE", "3号", False)]
    assert await links(await viewers(Role.AGENCY_CLERK, EASTERN), "1号") == []


async def test_cases_of_one_campaign_are_tied(viewers: Viewers, client: Client, feed: Feed) -> None:
    await feed(*(told(f"{number}号") for number in (1, 2)))
    await feed.run(
        "WITH opened AS (INSERT INTO campaign (name, kind, status, filter, opened_by, opened_at) "
        "SELECT '破坏环境资源犯罪专项', k.kind, 'OPEN', '{\"x\": 1}', a.id, now() FROM account a, "
        "(SELECT substring(pg_get_constraintdef(oid) FROM '''([A-Z_]+)''') AS kind FROM pg_constraint "
        "WHERE conname = 'ck_campaign_kind_known') k ORDER BY a.id LIMIT 1 RETURNING id) "
        "INSERT INTO campaign_case (campaign_id, case_id, joined_at) "
        "SELECT o.id, c.id, now() FROM opened o, penalty_case c"
    )
    found = (await client.ask(LINKS, number="1号"))["penaltyCase"]["links"]
    assert [(each["kind"], each["reason"]) for each in found["nodes"]] == [
        ("SAME_CAMPAIGN", "同属专项活动“破坏环境资源犯罪专项”。")
    ]
    assert await links(await viewers(Role.AGENCY_CLERK, EASTERN), "1号") == []


async def test_cases_with_similar_facts_are_tied_across_agencies(viewers: Viewers, client: Client, feed: Feed) -> None:
    await feed(
        told("1号", facts=f"2024年1月2日，{FACTS}。"),
        told("2号", WESTERN, facts=f"经查，该厂{FACTS}，另查明无证。"),
        told("3号", facts="超市销售的韭菜中毒死蜱超过国家标准，已售出五十公斤"),
        told("4号"),
    )
    assert await links(client, "1号") == [("SIMILAR_FACTS", "2号", True)]
    assert await links(client, "2号", kinds=["SIMILAR_FACTS"]) == [("SIMILAR_FACTS", "1号", True)]
    assert await links(client, "1号", kinds=["SAME_PARTY"]) == []
    assert await links(await viewers(Role.CHIEF, EAST), "1号") == []


async def test_links_cost_the_same_however_many_cases(client: Client, feed: Feed, database: Database) -> None:
    await feed(*(told(f"{number}号", party="宏达公司", facts=f"{FACTS}{number}") for number in range(30)))
    document = "query($n: Int) { cases(first: $n) { nodes { links(first: 2) { totalCount nodes { node { id } } } } } }"
    costs = {}
    for size in (5, 20, 30):
        with statements(database) as executed:
            await client.ask(document, n=size)
        costs[size] = len(executed)
    # The cases; their links; how many; those with similar facts, of the cases read again by id; those tied, of the
    # record and of the facts, together or one after the other; the entry of the audit trail.
    assert max(costs.values()) <= 8, costs


@pytest.mark.parametrize("after", ["nonsense", "WyJsaW5rIiwiT1RIRVIiLDFd"])
async def test_a_cursor_of_another_list_is_refused(client: Client, feed: Feed, after: str) -> None:
    await feed(told("1号"))
    assert await client.code(LINKS, number="1号", after=after) == "BAD_USER_INPUT"


# Ways ----------------------------------------------------------------------------------------------------------------


async def way(client: Client, begun: str, wanted: str) -> Any:
    return (await client.ask(PATH, **{"from": begun, "to": wanted}))["linkPath"]


async def chain(feed: Feed, length: int, *, agency: str = EASTERN) -> list[str]:
    """Cases each tied to the next by a clue of the two; answers their ids."""
    await feed(*(told(f"{number}号", agency) for number in range(length)))
    for number in range(length - 1):
        await feed.run("UPDATE clue SET number = 'n' || id")
        await tie(feed, "clue", f"{number}号", f"{number + 1}号")
    return [await id_of(feed, f"{number}号") for number in range(length)]


async def test_the_shortest_way_of_four_steps_at_most_is_told_step_by_step(
    viewers: Viewers, client: Client, feed: Feed
) -> None:
    ids = await chain(feed, 6)
    found = await way(client, ids[0], ids[4])
    assert (found["connected"], found["cut"]) == (True, 0)
    assert [(step["from"]["id"], step["to"]["id"]) for step in found["steps"]] == list(pairwise(ids[:5]))
    assert {step["kind"] for step in found["steps"]} == {"SAME_CLUE"}
    back = await way(client, ids[4], ids[0])
    assert [step["to"]["id"] for step in back["steps"]] == ids[3::-1]
    assert await way(client, ids[0], ids[5]) == {"connected": False, "cut": 0, "steps": []}
    assert await way(client, ids[0], ids[0]) == {"connected": True, "cut": 0, "steps": []}
    # Whoever sees no clue sees no way.
    leading = await viewers(Role.CASE_OFFICER, EAST, Department.INVESTIGATION_SUPERVISION)
    assert not (await way(leading, ids[0], ids[1]))["connected"]


async def test_a_way_leads_over_nothing_that_is_out_of_scope(viewers: Viewers, client: Client, feed: Feed) -> None:
    await feed(told("1号", party="宏达公司"), told("2号", WESTERN, party="宏达公司"), told("3号"))
    await tie(feed, "clue", "2号", "3号")
    one, two, three = [await id_of(feed, f"{number}号") for number in (1, 2, 3)]
    assert [step["kind"] for step in (await way(client, one, three))["steps"]] == ["SAME_PARTY", "SAME_CLUE"]
    chief: SignedIn = await viewers(Role.CHIEF, EAST)
    assert await way(chief, one, three) == {"connected": False, "cut": 0, "steps": []}
    assert await way(chief, one, two) is None
    assert await way(await viewers(Role.CHIEF, CITY), one, two) is not None


@pytest.mark.parametrize(("many", "cut"), [(101, False), (102, True)])
async def test_links_too_many_to_follow_are_counted_and_not_passed_over_in_silence(
    client: Client, feed: Feed, many: int, cut: bool
) -> None:
    await feed(*(told(f"{number}号", party="宏达公司") for number in range(many)), told("999号"))
    first, last, other = [await id_of(feed, number) for number in ("0号", f"{many - 1}号", "999号")]
    found = await way(client, first, other)
    assert (found["connected"], found["cut"] > 0) == (False, cut)
    # Another way round is found: each of the firm's cases is tied to every other one.
    assert [step["kind"] for step in (await way(client, first, last))["steps"]] == ["SAME_PARTY"]


async def test_a_way_begins_and_ends_at_clues_measures_and_parties_too(
    viewers: Viewers, client: Client, feed: Feed
) -> None:
    await organise(feed)
    await feed(told("1号", party="宏达公司"), told("2号", party="宏达公司"), told("3号"))
    clue = global_id("Clue", await tie(feed, "clue", "1号"))
    measure = global_id("Measure", await tie(feed, "measure", "2号"))
    found = await way(client, clue, measure)
    assert [step["kind"] for step in found["steps"]] == ["SAME_CLUE", "SAME_PARTY", "SAME_MEASURE"]
    assert (found["steps"][0]["from"]["id"], found["steps"][-1]["to"]["id"]) == (clue, measure)
    [party] = await feed.rows("SELECT id FROM party WHERE name = '3号公司'")
    assert not (await way(client, clue, global_id("Party", party["id"])))["connected"]
    assert await way(client, clue, global_id("PenaltyCase", 10**9)) is None
    leading = await viewers(Role.CASE_OFFICER, EAST, Department.INVESTIGATION_SUPERVISION)
    assert await way(leading, clue, measure) is None
    assert await client.code(PATH, **{"from": global_id("Agency", 1), "to": clue}) == "BAD_USER_INPUT"


async def test_a_way_from_a_party_or_a_clue_of_many_cases_leads_to_each_and_says_that_some_were_not_followed(
    client: Client, feed: Feed
) -> None:
    await organise(feed)
    numbers = [f"{number}号" for number in range(101)]
    await feed(*(told(number, party="宏达公司") for number in numbers), told("999号"))
    [party] = await feed.rows("SELECT id FROM party WHERE name = '宏达公司'")
    ends = {
        "SAME_PARTY": global_id("Party", party["id"]),
        "SAME_CLUE": global_id("Clue", await tie(feed, "clue", *numbers)),
    }
    other = await id_of(feed, "999号")
    for kind, end in ends.items():
        for number in (numbers[0], numbers[-1]):
            found = await way(client, end, await id_of(feed, number))
            assert ([step["kind"] for step in found["steps"]], found["cut"]) == ([kind], 1)
        assert not (await way(client, other, end))["connected"]
        assert (await way(client, other, end))["cut"] > 0


async def test_a_reason_names_nobody_whom_a_third_case_or_a_campaign_names(
    viewers: Viewers, client: Client, feed: Feed
) -> None:
    await feed(*(told(f"{number}号") for number in (1, 2)))
    await tie(feed, "measure", "1号", "2号")
    await feed.run("UPDATE measure SET title = '关于赵甲敏倾倒案的检察建议'")
    await feed.run(
        "WITH opened AS (INSERT INTO campaign (name, kind, status, filter, opened_by, opened_at) "
        "SELECT '赵甲敏倾倒案专项', 'OTHER', 'OPEN', '{\"x\": 1}', min(id), now() FROM account RETURNING id) "
        "INSERT INTO campaign_case (campaign_id, case_id, joined_at) "
        "SELECT o.id, c.id, now() FROM opened o, penalty_case c"
    )
    ids = [await id_of(feed, f"{number}号") for number in (1, 2)]
    for asked in (client, await viewers(Role.DISCIPLINE, EAST), await viewers(Role.CAMPAIGN_OFFICE, EAST)):
        found = (await asked.ask(LINKS, number="1号"))["penaltyCase"]["links"]["nodes"]
        assert [each["kind"] for each in found] == ["SAME_MEASURE", "SAME_CAMPAIGN"]
        assert "赵甲敏" not in str(found)
        assert "赵甲敏" not in str(await way(asked, *ids))
    officer = await viewers(Role.CASE_OFFICER, EAST)
    found = (await officer.ask(LINKS, number="1号"))["penaltyCase"]["links"]["nodes"]
    assert found[1]["reason"] == "同属专项活动“赵甲敏倾倒案专项”。"


async def test_a_reason_names_nobody_whom_the_other_case_names(viewers: Viewers, feed: Feed) -> None:
    together = {"transferredOn": "2024-05-01", "toOrgan": "东县公安局讯问禤甲敏", "suspectedCrime": "污染环境罪"}
    await feed(
        told("1号"),
        case("2号", agency=EASTERN, party=person("禤甲敏")),
        *(follow_up(FeedKind.TRANSFER, f"{number}号", agency=EASTERN, **together) for number in (1, 2)),
    )
    for role, named in ((Role.CASE_OFFICER, True), (Role.DISCIPLINE, False), (Role.CAMPAIGN_OFFICE, False)):
        asked = await viewers(role, EAST)
        [link] = (await asked.ask(LINKS, number="1号"))["penaltyCase"]["links"]["nodes"]
        assert ("甲敏" in link["reason"]) is named, role
