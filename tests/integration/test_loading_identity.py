"""Which rows are one case and which parties are one party, across numbers, sources, files and snapshots."""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import (
    AGENCY,
    COMPANY,
    OTHER_AGENCY,
    OTHER_COMPANY,
    PERSON_NUMBER,
    Feed,
    agency,
    case,
    counts,
    organisation,
    person,
    procuratorate,
)

OLD, NEW = "2024-05-01T00:00:00+08:00", "2024-06-01T00:00:00+08:00"
COMPANY_WITH_XX = "91411300MXX0AAA10U"
PUBLISHED_HEADER = "行政相对人名称,行政处罚决定书文号,违法事实,罚款金额(万元),处罚决定日期,处罚机关"


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


def published(feed: Feed, *rows: str, name: str = "published.csv") -> Path:
    path = feed.folder / name
    path.write_text("\n".join((PUBLISHED_HEADER, *rows)) + "\n", encoding="utf-8")
    return path


# Numbers -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("files", [1, 2])
async def test_a_case_known_by_its_filing_number_is_joined_by_its_decision_number(feed: Feed, files: int) -> None:
    filed = case(None, filingNumber="立1号", filedOn="2024-01-01")
    decided = case("罚1号", filingNumber="立1号", decidedOn="2024-03-01")
    if files == 1:
        assert counts(await feed(filed, decided)) == (1, 1, 0, 0)
    else:
        assert counts(await feed(filed)) == (1, 0, 0, 0)
        assert counts(await feed(decided)) == (0, 1, 0, 0)
    found = await feed.only_case()
    assert (found["document_number"], found["filing_number"]) == ("罚1号", "立1号")
    assert (str(found["filed_on"]), str(found["decided_on"])) == ("2024-01-01", "2024-03-01")
    before = await feed.record()
    assert counts(await feed(filed, decided)) == (0, 0, 2, 0)
    assert await feed.record() == before


@pytest.mark.parametrize("known", [{"filingNumber": "立1号"}, {"decidedOn": "2024-03-01"}])
async def test_an_older_snapshot_still_tells_the_number_its_case_was_not_known_by(
    feed: Feed, known: dict[str, str]
) -> None:
    records = [
        case(None, title="新", sourceUpdatedAt=NEW, **known),
        case("罚1号", title="旧", sourceUpdatedAt=OLD, **known),
        case("罚1号", facts="以后"),
    ]
    assert [counts(await feed(record)) for record in records] == [(1, 0, 0, 0), (0, 1, 0, 0), (0, 1, 0, 0)]
    found = await feed.only_case()
    assert (found["document_number"], found["title"], found["facts"]) == ("罚1号", "新", "以后")
    assert (await feed.rows("SELECT number FROM case_text")) == [{"number": " 罚 1 号 "}]
    for record in records:
        assert counts(await feed(record)) == (0, 0, 1, 0)


async def test_two_decisions_on_one_filing_are_two_cases(feed: Feed) -> None:
    records = [case("罚1号", filingNumber="立1号"), case("罚2号", filingNumber="立1号")]
    assert counts(await feed(*records)) == (2, 0, 0, 0)
    assert counts(await feed(*records)) == (0, 0, 2, 0)


async def test_a_filing_that_led_to_three_decisions_is_still_found_by_its_own_number(feed: Feed) -> None:
    filed = case(None, filingNumber="立1号", title="立案")
    await feed(filed)
    await feed(*(case(f"罚{number}号", filingNumber="立1号") for number in range(3)))
    assert counts(await feed(filed)) == (0, 0, 1, 0)
    assert len(await feed.cases()) == 3


async def test_rows_of_one_case_that_share_no_number_are_merged_one_after_the_other(feed: Feed) -> None:
    await feed(case("罚1号", filingNumber="立1号"))
    report = await feed(case("罚1号", title="甲"), case(None, filingNumber="立1号", facts="乙"), case("罚2号"))
    assert counts(report) == (1, 2, 0, 0)
    first = (await feed.cases())[0]
    assert (first["title"], first["facts"], first["revision"]) == ("甲", "乙", 3)


async def test_one_number_of_two_agencies_is_two_cases(feed: Feed) -> None:
    assert counts(await feed(case("1号"), case("1号", agency=OTHER_AGENCY))) == (2, 0, 0, 0)


async def test_bracket_variants_of_one_number_are_one_case(feed: Feed) -> None:
    spellings = ["京工商海处字【2018】第1583号", "京工商海处字〔2018〕第1583号", "京工商海处字[ 2018 ] 第１５８３号"]
    reports = [await feed(case(spelling)) for spelling in spellings]
    assert [counts(report) for report in reports] == [(1, 0, 0, 0), (0, 0, 1, 0), (0, 0, 1, 0)]
    assert (await feed.only_case())["document_number"] == "京工商海处字〔2018〕第1583号"


# Derived identity ----------------------------------------------------------------------------------------------------

UNNUMBERED = case(None, decidedOn="2024-03-01", title="无号")
NUMBERED = case("罚1号", decidedOn="2024-03-01", facts="有号")


async def test_a_row_without_a_number_is_kept_under_a_derived_identity(feed: Feed) -> None:
    assert counts(await feed(UNNUMBERED, UNNUMBERED)) == (1, 0, 1, 0)
    found = await feed.only_case()
    assert (found["identity_derived"], found["document_number"], found["filing_number"]) == (True, None, None)


async def test_a_derived_case_is_joined_by_its_numbered_record_and_still_found_without_the_number(feed: Feed) -> None:
    await feed(UNNUMBERED)
    assert counts(await feed(NUMBERED)) == (0, 1, 0, 0)
    found = await feed.only_case()
    assert (found["identity_derived"], found["document_number"]) == (False, "罚1号")
    assert (found["title"], found["facts"]) == ("无号", "有号")
    before = await feed.record()
    for again in (UNNUMBERED, NUMBERED):
        assert counts(await feed(again)) == (0, 0, 1, 0)
    assert counts(await feed(NUMBERED, UNNUMBERED)) == (0, 0, 2, 0)
    assert await feed.record() == before


async def test_an_unnumbered_row_finds_the_case_it_joined_although_the_numbered_record_has_moved_on(feed: Feed) -> None:
    await feed(UNNUMBERED)
    await feed(NUMBERED)
    await feed(case("罚1号", decidedOn="2024-03-02", facts="有号"))
    assert counts(await feed(UNNUMBERED)) == (0, 0, 1, 0)
    assert (await feed.only_case())["decided_on"].isoformat() == "2024-03-02"


async def test_an_unnumbered_row_finds_the_one_numbered_case_of_an_earlier_file(feed: Feed) -> None:
    await feed(NUMBERED)
    assert counts(await feed(UNNUMBERED)) == (0, 1, 0, 0)
    assert (await feed.only_case())["document_number"] == "罚1号"


@pytest.mark.parametrize("records", [(UNNUMBERED, NUMBERED), (NUMBERED, UNNUMBERED)])
async def test_across_one_file_rows_with_and_without_a_number_stay_apart(
    feed: Feed, records: tuple[dict[str, Any], ...]
) -> None:
    assert counts(await feed(*records)) == (2, 0, 0, 0)
    before = await feed.record()
    assert counts(await feed(*records)) == (0, 0, 2, 0)
    assert await feed.record() == before


async def test_an_unnumbered_row_does_not_guess_between_two_numbered_cases(feed: Feed) -> None:
    await feed(NUMBERED, case("罚2号", decidedOn="2024-03-01"))
    assert counts(await feed(UNNUMBERED)) == (1, 0, 0, 0)


async def test_several_numbered_records_of_one_day_do_not_all_join_one_derived_case(feed: Feed) -> None:
    await feed(UNNUMBERED)
    later = [NUMBERED, case("罚2号", decidedOn="2024-03-01")]
    assert counts(await feed(*later)) == (1, 1, 0, 0)
    assert counts(await feed(UNNUMBERED)) == (0, 0, 1, 0)


# Sources -------------------------------------------------------------------------------------------------------------


async def test_a_published_and_a_platform_row_of_one_case_are_both_its_sources(feed: Feed) -> None:
    table = published(feed, f"宏达公司,罚1号,排放废水,1.5,2024-03-01,{AGENCY}")
    platform = case("罚1号", fine="20000.00", title="宏达公司案", party=organisation("宏达公司"))
    assert counts(await feed.load(table)) == (1, 0, 0, 0)
    assert counts(await feed(platform)) == (0, 1, 0, 0)
    found = await feed.only_case()
    assert (found["sources"], found["fine"], found["facts"]) == (["PUBLISHED", "PLATFORM"], Decimal(20000), "排放废水")
    before = await feed.record()
    assert counts(await feed.load(table)) == (0, 0, 1, 0)
    assert counts(await feed(platform)) == (0, 0, 1, 0)
    assert await feed.record() == before


async def test_a_value_corrected_back_is_applied_again(feed: Feed) -> None:
    for fine, expected in [("1", (1, 0, 0, 0)), ("2", (0, 1, 0, 0)), ("1", (0, 1, 0, 0))]:
        assert counts(await feed(case(fine=fine))) == expected
    assert (await feed.only_case())["fine"] == Decimal(1)


# Procuratorates and agencies -----------------------------------------------------------------------------------------


async def test_procuratorates_are_inserted_updated_and_unchanged_by_name(feed: Feed) -> None:
    city, county = procuratorate("试验市人民检察院"), procuratorate("试验县人民检察院", parent="试验市人民检察院")
    assert counts(await feed(city, county)) == (2, 0, 0, 0)
    assert counts(await feed(city, county | {"region": "411321"})) == (0, 1, 1, 0)
    assert counts(await feed(city, county | {"region": "411321"})) == (0, 0, 2, 0)


async def test_a_procuratorate_under_an_unknown_one_or_under_itself_is_rejected(feed: Feed) -> None:
    city, county = procuratorate("试验市人民检察院"), procuratorate("试验县人民检察院", parent="试验市人民检察院")
    unknown = await feed(county, city)
    assert counts(unknown) == (1, 0, 0, 1)
    assert (unknown.errors[0]["code"], unknown.errors[0]["column"]) == ("BAD_VALUE", "parent")
    await feed(county)
    for circular in (city | {"parent": "试验市人民检察院"}, city | {"parent": "试验县人民检察院"}):
        report = await feed(circular)
        assert (report.errors[0]["code"], report.errors[0]["column"]) == ("BAD_VALUE", "parent")


async def test_agencies_are_found_by_code_then_by_name_and_keep_what_a_row_leaves_out(feed: Feed) -> None:
    await feed(procuratorate("试验市人民检察院"), agency(AGENCY, uscc=COMPANY, region="411300", priority=True))
    report = await feed(agency("试验县环境局", uscc=COMPANY, procuratorate="试验市人民检察院"), agency(OTHER_AGENCY))
    assert counts(report) == (1, 1, 0, 0)
    (renamed, _) = await feed.rows("SELECT * FROM agency ORDER BY id")
    assert (renamed["name"], renamed["region"], renamed["priority"]) == ("试验县环境局", "411300", True)
    assert renamed["procuratorate_id"] is not None


async def test_two_agencies_never_share_a_code_or_a_name(feed: Feed) -> None:
    await feed(agency(AGENCY, uscc=COMPANY), agency(OTHER_AGENCY, uscc=OTHER_COMPANY))
    report = await feed(agency(AGENCY, uscc=OTHER_COMPANY), agency("第三局", procuratorate="无此院"), case("1号"))
    assert counts(report) == (1, 0, 0, 2)
    assert [(error["line"], error["code"], error["column"]) for error in report.errors] == [
        (1, "CONFLICT", "name"),
        (2, "BAD_VALUE", "procuratorate"),
    ]


async def test_an_older_snapshot_of_an_agency_changes_nothing_and_a_newer_one_that_says_the_same_neither(
    feed: Feed,
) -> None:
    await feed(agency(region="411300", sourceUpdatedAt=NEW))
    assert counts(await feed(agency(region="411301", sourceUpdatedAt=OLD))) == (0, 0, 1, 0)
    later = "2024-07-01T00:00:00+08:00"
    assert counts(await feed(agency(region="411300", sourceUpdatedAt=later))) == (0, 0, 1, 0)
    (stored,) = await feed.rows("SELECT region, source_updated_at FROM agency")
    assert stored == {"region": "411300", "source_updated_at": datetime.fromisoformat(later)}


# Parties -------------------------------------------------------------------------------------------------------------


async def test_a_company_is_one_party_by_its_code_and_a_newer_name_shows_in_all_its_cases(feed: Feed) -> None:
    await feed(*(case(f"{number}号", party=organisation("宏达公司", COMPANY)) for number in range(3)))
    report = await feed(case("1号", party=organisation("宏达集团", COMPANY)))
    assert counts(report) == (0, 1, 0, 0)
    found = await feed.cases()
    assert [(row["party_name"], row["revision"]) for row in found] == [("宏达集团", 2)] * 3
    texts = await feed.rows("SELECT DISTINCT party FROM case_text")
    assert [row["party"] for row in texts] == [" 宏 达 集 团 "]


async def test_an_older_row_of_another_case_does_not_bring_a_companys_old_name_back(feed: Feed) -> None:
    await feed(case("1号", party=organisation("宏达集团", COMPANY), sourceUpdatedAt=NEW))
    await feed(case("2号", party=organisation("宏达公司", COMPANY), sourceUpdatedAt=OLD))
    assert {row["party_name"] for row in await feed.cases()} == {"宏达集团"}
    assert {row["party"] for row in await feed.rows("SELECT party FROM case_text")} == {" 宏 达 集 团 "}
    both = [
        case("3号", party=organisation("宏达控股", OTHER_COMPANY), sourceUpdatedAt=NEW),
        case("4号", party=organisation("宏达旧名", OTHER_COMPANY), sourceUpdatedAt=OLD),
    ]
    await feed(*both)
    assert {row["party_name"] for row in await feed.cases()} == {"宏达集团", "宏达控股"}


async def test_a_valid_code_with_two_x_in_it_is_no_masked_one(feed: Feed) -> None:
    await feed(
        case("1号", party=organisation("甲公司", COMPANY_WITH_XX)),
        case("2号", party=organisation("乙公司", COMPANY_WITH_XX)),
    )
    assert len(await feed.rows("SELECT FROM party")) == 1


async def test_a_company_without_a_code_is_one_party_by_its_name(feed: Feed) -> None:
    await feed(case("1号", party=organisation("宏达 公司")), case("2号", party=organisation("宏达公司")))
    assert len(await feed.rows("SELECT FROM party")) == 1


async def test_a_company_whose_code_arrives_later_leaves_no_party_behind(feed: Feed) -> None:
    await feed(case("1号", party=organisation("宏达公司")))
    await feed(case("1号", party=organisation(uscc=COMPANY)))
    found = await feed.only_case()
    assert (found["party_name"], found["party_uscc"]) == ("宏达公司", COMPANY)
    assert len(await feed.rows("SELECT FROM party")) == 1


async def test_natural_persons_without_a_number_are_never_shared_between_cases(feed: Feed) -> None:
    await feed(case("1号", party=person("赵小满")), case("2号", party=person("赵小满")))
    assert len(await feed.rows("SELECT FROM party")) == 2
    await feed(case("1号", party=person("赵大满")))
    assert [row["party_name"] for row in await feed.cases()] == ["赵大满", "赵小满"]


async def test_a_natural_person_with_a_number_is_one_party_in_all_cases(feed: Feed, keys: KeyRing) -> None:
    await feed(
        case("1号", party=person("赵小满", PERSON_NUMBER)), case("2号", party=person("赵小满", PERSON_NUMBER.lower()))
    )
    (stored,) = await feed.rows("SELECT * FROM party")
    assert bytes(stored["identity_hash"]) == keys.hash_identity(PERSON_NUMBER)
    assert stored["identity_masked"] == "110105************"


@pytest.mark.parametrize("covered", ["赵**", "赵某某", "*小满", "赵×满", "赵XX"])
async def test_a_masked_name_does_not_overwrite_a_full_one(feed: Feed, covered: str) -> None:
    await feed(case(party=person("赵小满")))
    await feed(case(party=person(covered), title="有变"))
    assert (await feed.only_case())["party_name"] == "赵小满"
    assert len(await feed.rows("SELECT FROM party")) == 1


async def test_a_full_name_replaces_a_masked_one_and_a_mask_that_cannot_be_the_same_is_another_person(
    feed: Feed,
) -> None:
    await feed(case(party=person("赵**")))
    await feed(case(party=person("赵小满")))
    assert (await feed.only_case())["party_name"] == "赵小满"
    await feed(case(party=person("钱**")))
    assert (await feed.only_case())["party_name"] == "钱**"


async def test_a_number_that_arrives_with_a_masked_name_is_kept_with_the_full_name(feed: Feed, keys: KeyRing) -> None:
    await feed(case(party=person("赵小满")))
    await feed(case(party=person("赵**", PERSON_NUMBER)))
    found = await feed.only_case()
    assert found["party_name"] == "赵小满"
    assert bytes(found["party_identity_hash"]) == keys.hash_identity(PERSON_NUMBER)
    assert len(await feed.rows("SELECT FROM party")) == 1


async def test_signs_that_mean_something_to_like_are_signs_in_a_name(feed: Feed) -> None:
    await feed(case(party=organisation("甲乙丙公司")))
    await feed(case(party=organisation("%_*公司"), title="有变"))
    assert (await feed.only_case())["party_name"] == "%_*公司"


async def test_a_name_as_long_as_a_name_may_be_is_stored(feed: Feed) -> None:
    longest = (
        "".join(chr(0x4E00 + place * 7) for place in range(480))
        + "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 20
    )
    report = await feed(case("1号", party=organisation(longest)), case("2号", party=organisation(longest)))
    assert counts(report) == (2, 0, 0, 0)
    assert len(await feed.rows("SELECT FROM party")) == 1


# Domains -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "domains", "name", "basis", "expected"),
    [
        ("LAND", ["MARKET"], "某县生态环境局", "《森林法》", "LAND"),
        (None, ["MARKET"], "某县生态环境局", "《森林法》", "MARKET"),
        (None, ["MARKET", "FOOD_DRUGS"], "某县生态环境局", "《森林法》", "ENVIRONMENT"),
        (None, [], "某县综合行政执法局", "《中华人民共和国森林法》第七十六条", "FORESTRY"),
        (None, [], "某县综合行政执法局", "《中华人民共和国固体废物污染环境防治法》", "ENVIRONMENT"),
        (None, [], "某县综合行政执法局", "《农产品质量安全法》", "AGRICULTURE"),
        (None, [], "天津市蓟州区渔阳镇市监所", None, "MARKET"),
        (None, [], "某市药监局", None, "FOOD_DRUGS"),
        (None, [], "某县国土局", None, "LAND"),
        (None, [], "某县水利局", None, "OTHER"),
    ],
)
async def test_a_domain_is_as_given_else_the_agencys_else_by_name_else_by_statute(
    feed: Feed, given: str | None, domains: list[str], name: str, basis: str | None, expected: str
) -> None:
    await feed(agency(name, domains=domains), case(agency=name, domain=given, legalBasis=basis))
    assert (await feed.only_case())["domain"] == expected


async def test_an_inferred_domain_does_not_overwrite_a_given_one(feed: Feed) -> None:
    await feed(case("罚1号", domain="LAND"))
    await feed.load(published(feed, f"宏达公司,罚1号,排放废水,1.5,2024-03-01,{AGENCY}"))
    assert (await feed.only_case())["domain"] == "LAND"
    assert json.dumps((await feed.only_case())["sources"]) == '["PLATFORM", "PUBLISHED"]'
