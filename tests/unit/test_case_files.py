"""The case files of a feed put together in memory, as the rules see them."""

from datetime import date
from decimal import Decimal
from typing import Any

from indexer.case_files import CaseShelf
from indexer.feeds.json_records import json_record
from schema.case_file import CaseFile
from schema.vocabularies import Certainty, Domain

AGENCY = "试验县生态环境局"
NUMBER = "试环罚〔2024〕1号"
CODE = "91411300MA40AAA10R"


def shelf(*records: dict[str, Any]) -> CaseShelf:
    filled = CaseShelf()
    for record in records:
        filled.add(json_record({"agency": AGENCY, "documentNumber": NUMBER, **record}, []))
    return filled


def case(**fields: Any) -> dict[str, Any]:
    return {"kind": "penalty_case", "party": {"type": "ORGANIZATION", "name": "宏达公司"}, **fields}


def files(*records: dict[str, Any]) -> list[CaseFile]:
    return list(shelf(*records).case_files())


def test_what_follows_a_case_joins_it_wherever_it_stands() -> None:
    (found,) = files({"kind": "transfer", "decidedOn": "2024-03-02"}, case(), {"kind": "measure", "type": "REMINDER"})
    assert [transfer.decided_on for transfer in found.transfers] == [date(2024, 3, 2)]
    assert len(found.measures) == 1
    assert not found.published_only


def test_what_follows_a_case_that_is_not_told_of_makes_no_case_and_is_counted() -> None:
    found = shelf({"kind": "transfer", "decidedOn": "2024-03-02"})
    assert list(found.case_files()) == []
    assert found.unknown_cases() == 1


def test_a_later_snapshot_tells_where_it_says_anything_and_an_older_one_overwrites_nothing() -> None:
    rows = [
        case(fine="1.00", decidedOn="2024-03-01", sourceUpdatedAt="2024-04-01"),
        case(fine="3.00", sourceUpdatedAt="2024-06-01"),
        case(fine="2.00", foundOn="2024-01-01", sourceUpdatedAt="2024-05-01"),
    ]
    (found,) = files(*rows)
    record = found.record
    assert (record.fine, record.decided_on, record.found_on) == (Decimal("3.00"), date(2024, 3, 1), date(2024, 1, 1))


def test_snapshots_of_one_transfer_are_one_and_two_transfers_are_two() -> None:
    (found,) = files(
        case(),
        {"kind": "transfer", "decidedOn": "2024-03-02"},
        {"kind": "transfer", "decidedOn": "2024-03-02", "transferredOn": "2024-03-03"},
        {"kind": "transfer", "decidedOn": "2024-05-02"},
    )
    assert [(each.decided_on, each.transferred_on) for each in found.transfers] == [
        (date(2024, 3, 2), date(2024, 3, 3)),
        (date(2024, 5, 2), None),
    ]


def test_the_agency_is_known_by_any_of_its_names_where_the_feed_has_its_record() -> None:
    agency = {"kind": "agency", "name": AGENCY, "aliases": ["试验环保局"], "domains": ["ENVIRONMENT"]}
    (found,) = files(agency, case(agency="试验环保局"), {"kind": "transfer", "decidedOn": "2024-03-02"})
    assert found.agency is not None
    assert found.agency.name == AGENCY
    assert len(found.transfers) == 1
    assert found.record.domain is Domain.ENVIRONMENT


def test_quantities_of_the_facts_are_weighed_with_the_place_they_stand_at() -> None:
    (found,) = files(case(facts="将3.5吨危险废物倾倒于沟渠。", domain="ENVIRONMENT"))
    (quantity,) = found.quantities
    assert (quantity.value, quantity.position) == (Decimal("3.5"), 1)
    assert quantity.quote is not None
    assert quantity.quote.startswith("3.5吨")
    assert "倾倒" in quantity.acts


def test_other_cases_of_a_party_are_certain_by_code_and_possible_by_name() -> None:
    party = {"type": "ORGANIZATION", "name": "宏达公司", "uscc": CODE}
    one, two, three, four = files(
        case(party=party),
        case(documentNumber="2号", party={**party, "name": "宏达有限公司"}),
        case(documentNumber="3号"),
        case(documentNumber="4号", party={"type": "PERSON", "name": "周建国"}),
    )
    assert [(each.document_number, each.same_party) for each in one.other_cases] == [
        ("2号", Certainty.CERTAIN),
        ("3号", Certainty.POSSIBLE),
    ]
    assert [each.document_number for each in two.other_cases] == [NUMBER]
    assert [each.document_number for each in three.other_cases] == [NUMBER]
    assert four.other_cases == ()


def test_a_person_of_the_same_name_is_not_taken_for_the_same_person() -> None:
    person = {"type": "PERSON", "name": "周建国"}
    one, two = files(case(party=person), case(documentNumber="2号", party=person))
    assert (one.other_cases, two.other_cases) == ((), ())
