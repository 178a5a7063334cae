"""What the rules see of a case is the same, read from a feed in memory or from the record that was fed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bench.following import city_rows
from bench.generator import register_rows
from indexer.case_files import CaseShelf
from indexer.feeds.reader import open_feed
from indexer.kept_cases import read_cases
from schema.case_file import CaseFile
from schema.feed_records import ParsedRow, RowError
from stores.keys import KeyRing
from stores.postgres import Database
from supervision.parties import can_bear_on
from tests.integration.feeding import AGENCY, Feed, Fields, agency, case, organisation, person, procuratorate
from tests.integration.follow_up_feeding import FULL, follow_up

EVERYTHING: Fields = {
    "filingNumber": "试环立〔2024〕1号",
    "title": "倾倒危险废物案",
    "violationType": "倾倒危险废物",
    "domain": "ENVIRONMENT",
    "facts": "2024年1月5日，当事人将3.5吨危险废物倾倒于沟渠。",
    "legalBasis": "《中华人民共和国固体废物污染环境防治法》第一百一十二条",
    "penaltyKinds": ["FINE", "CONFISCATION"],
    "penaltyContent": "罚款100万元",
    "fine": "1000000.05",
    "confiscated": "12.30",
    "actEndedOn": "2024-01-05",
    "foundOn": "2024-01-08",
    "filedOn": "2024-01-09",
    "decidedOn": "2024-03-01",
    "servedOn": "2024-03-02",
    "paymentDueOn": "2024-03-17",
    "paidOn": "2024-03-10",
    "paidAmount": "500000",
    "enteredAt": "2024-03-05T09:00:00+08:00",
    "deferredUntil": "2024-06-01",
    "serviceMethod": "DIRECT",
    "quantities": [{"measure": "hazardous_waste", "value": "3.55", "unit": "t"}],
    "harm": ["HEALTH"],
}


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


def from_feed(path: Path) -> list[CaseFile]:
    """The case files of a feed, as `rules check` puts them together."""
    shelf = CaseShelf()
    for row in open_feed(path):
        assert isinstance(row, ParsedRow)
        assert not isinstance(row.outcome, RowError), row.outcome
        shelf.add(row.outcome)
    return list(shelf.case_files())


async def from_record(feed: Feed) -> list[CaseFile]:
    """The case files of the record, in the order in which the cases came."""
    async with feed.database.begin() as connection:
        ids = [row["id"] for row in await feed.rows("SELECT id FROM penalty_case ORDER BY id")]
        kept = await read_cases(connection, ids)
    found = {each.case_id: kept.whole(each) for each in kept.read}
    return [found[case_id] for case_id in ids]


FOLLOWING = ("transfers", "criminal_cases", "reconsiderations", "enforcements", "coercive_measures", "measures")


def seen(file: CaseFile) -> object:
    """A case file without what no rule sees: names to mask, and how it was told of."""
    record, agency_ = file.record, file.agency
    others = [each for each in file.other_cases if can_bear_on(each, record)]
    party = replace(record.party, identity_number=None)
    return (
        replace(record, person_names=(), published_extras={}, agency_uscc=None, party=party, source_updated_at=None),
        None
        if agency_ is None
        else (agency_.name, agency_.domains or (), agency_.networked_on, agency_.enforcement_power),
        [[replace(each, case=None, source_updated_at=None) for each in getattr(file, name)] for name in FOLLOWING],
        sorted(map(repr, others)),
        file.quantities,
        file.published_only,
        file.settings,
    )


def by_number(files: list[CaseFile]) -> dict[object, object]:
    """What is seen of each case by its agency and number."""
    found: dict[object, object] = {
        (file.record.agency_name, file.record.document_number or file.record.filing_number): seen(file)
        for file in files
    }
    assert len(found) == len(files)
    return found


async def test_everything_that_can_be_said_of_a_case_is_seen_alike(feed: Feed) -> None:
    rows = [
        procuratorate("试验县人民检察院"),
        agency(AGENCY, networkedOn="2015-01-01", enforcementPower=False, domains=["ENVIRONMENT"]),
        case(party=organisation("宏达公司", "91411300MA40AAA10R", legalRepresentative="周建国"), **EVERYTHING),
        case("2号", party=person("赵小满"), decidedOn="2024-03-01"),
        case("3号", party=organisation("宏达公司"), **{**EVERYTHING, "filingNumber": None}),
        *(follow_up(kind, **fields) for kind, fields in FULL.items()),
    ]
    path = feed.write(*rows)
    await feed.load(path)
    told, kept = from_feed(path), await from_record(feed)
    assert len(told) == len(kept) == 3
    for one, other in zip(told, kept, strict=True):
        assert seen(one) == seen(other)
    assert kept[0].transfers
    assert kept[0].criminal_cases[0].coercion
    assert kept[0].quantities
    assert kept[2].other_cases or kept[0].other_cases


async def test_a_city_s_cases_are_seen_alike(feed: Feed) -> None:
    rows = [row for rows in city_rows(400) for row in rows]
    path = feed.write(*(json.dumps(row, ensure_ascii=False) for row in (*register_rows(), *rows)))
    await feed.load(path)
    told, kept = from_feed(path), await from_record(feed)
    assert by_number(told) == by_number(kept)
    assert sum(bool(file.other_cases) for file in kept) > 0
    assert all(any(getattr(file, name) for file in kept) for name in FOLLOWING)
