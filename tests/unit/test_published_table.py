"""A row of the published penalty table becomes a case; the table's headers are known by many names."""

import csv
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from indexer.feeds import columns as at
from indexer.feeds.columns import column_of
from indexer.feeds.published import published_case, stated
from indexer.feeds.reader import open_feed
from indexer.feeds.values import BadValueError
from schema.feed_records import CaseRecord, ParsedRow, RowWarning
from schema.vocabularies import DataSource, FeedErrorCode, PartyType, PenaltyKind

SHARED = Path(__file__).resolve().parents[3] / "shared"
NUMBER = "11010519491231002X"
CODE = "91410923581749967U"
ROW = {
    at.PARTY_NAME: "濮阳市东大食品有限公司",
    at.PARTY_CATEGORY: "法人及非法人组织",
    at.PARTY_USCC: CODE,
    at.DOCUMENT_NUMBER: "东环罚[2018]13号",
    at.FACTS: "未如实填报排放信息",
    at.AGENCY_NAME: "濮阳市生态环境局",
}


def read(**changes: str) -> tuple[CaseRecord, list[RowWarning]]:
    """The case of `ROW` with some cells changed; keywords are the names of `indexer.feeds.columns`."""
    cells = ROW | {getattr(at, name): cell for name, cell in changes.items()}
    warnings: list[RowWarning] = []
    return published_case(stated(cells.items()), warnings), warnings


def error_of(**changes: str) -> BadValueError:
    with pytest.raises(BadValueError) as caught:
        read(**changes)
    return caught.value


def test_a_plain_row_becomes_a_case() -> None:
    case, warnings = read(
        PENALTY_KINDS="罚款、责令改正",
        PENALTY_CONTENT="罚款5000元",
        FINE="0.500000",
        CONFISCATED="0.321818",
        DECIDED_ON="2016-9-27",
        AGENCY_USCC="91450100051010997J",
        LEGAL_BASIS="《广告法》",
        VIOLATION_TYPE="环境",
    )
    assert warnings == []
    assert case.source is DataSource.PUBLISHED
    assert (case.agency_name, case.agency_uscc) == ("濮阳市生态环境局", "91450100051010997J")
    assert case.document_number == "东环罚〔2018〕13号"
    assert case.party.type is PartyType.ORGANIZATION
    assert (case.party.name, case.party.uscc) == ("濮阳市东大食品有限公司", CODE)
    assert case.penalty_kinds == (PenaltyKind.FINE, PenaltyKind.ORDER)
    assert (case.fine, case.confiscated) == (Decimal("5000.00"), Decimal("3218.18"))
    assert case.decided_on == date(2016, 9, 27)
    assert (case.violation_type, case.legal_basis, case.penalty_content) == ("环境", "《广告法》", "罚款5000元")
    assert case.domain is None
    assert case.published_extras == {}


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("京工商海处字【2018】第1583号", "京工商海处字〔2018〕第1583号"),
        ("京工商海处字〔2018〕第1583号", "京工商海处字〔2018〕第1583号"),
        ("郑环罚决字〔 2021〕006号", "郑环罚决字〔2021〕006号"),
        ("秀山规资执[处罚决定]〔2025〕18号", "秀山规资执[处罚决定]〔2025〕18号"),
        ("〔2023457", "〔2023〕457"),
    ],
)
def test_a_document_number_is_made_canonical(sent: str, number: str) -> None:
    assert read(DOCUMENT_NUMBER=sent)[0].document_number == number


@pytest.mark.parametrize("sent", ["石新市监 处罚〔 2025 〕xxx号", "未经备案网站提供互联网接入服务"])
def test_a_placeholder_or_a_sentence_is_no_number_but_is_kept_as_a_text(sent: str) -> None:
    case, warnings = read(DOCUMENT_NUMBER=sent)
    assert case.document_number is None
    assert case.published_extras == {at.DOCUMENT_NUMBER: sent}
    assert [warning.column for warning in warnings] == [at.DOCUMENT_NUMBER]


def test_columns_of_no_other_use_are_kept_as_texts_under_their_names() -> None:
    case, _ = read(
        VALID_UNTIL="无处罚期限",
        SHOWN_UNTIL="1900-1-1 0:00:00",
        SOURCE_NAME="信用中国",
        REMARK="——",
        LICENCE="许可证A1",
    )
    assert case.published_extras == {
        at.VALID_UNTIL: "无处罚期限",
        at.SHOWN_UNTIL: "1900-1-1 0:00:00",
        at.SOURCE_NAME: "信用中国",
        at.LICENCE: "许可证A1",
    }


def test_identity_numbers_are_covered_in_every_text_and_the_representatives_is_dropped() -> None:
    case, _ = read(
        FACTS=f"当事人身份证号码{NUMBER}",
        REMARK=f"证件{NUMBER}",
        PARTY_TAX_NUMBER=f"{NUMBER}00",
        LICENCE=f"驾驶证{NUMBER}",
        REPRESENTATIVE_NUMBER=NUMBER,
        REPRESENTATIVE_PAPER=NUMBER,
        LEGAL_REPRESENTATIVE=f"张三 {NUMBER}",
    )
    assert "19491231" not in repr(case)


def test_a_persons_row_has_an_identity_number_and_names_to_cover() -> None:
    case, warnings = read(
        PARTY_NAME="张建国",
        PARTY_CATEGORY="自然人",
        PARTY_USCC="",
        PERSON_NUMBER=NUMBER,
        PERSON_PAPER="身份证",
        LEGAL_REPRESENTATIVE="无",
        FACTS="法定代表人：邓小明，负责人：李**",
    )
    assert case.party.type is PartyType.PERSON
    assert case.party.identity_number == NUMBER
    assert case.person_names == ("张建国", "邓小明")
    assert case.published_extras == {at.PERSON_PAPER: "身份证"}
    assert warnings == []


def test_an_identity_number_in_the_credit_codes_column_is_moved_with_a_warning() -> None:
    case, warnings = read(PARTY_NAME="周*", PARTY_CATEGORY="", PARTY_USCC=NUMBER)
    assert (case.party.uscc, case.party.identity_number) == (None, NUMBER)
    assert case.party.type is PartyType.PERSON
    assert [warning.column for warning in warnings] == [at.PARTY_USCC]


def test_the_number_of_another_paper_is_left_out_with_a_warning() -> None:
    case, warnings = read(PERSON_PAPER="护照", PERSON_NUMBER="E12345678")
    assert case.party.identity_number is None
    assert "E12345678" not in repr(case)
    assert len(warnings) == 1


def test_a_masked_identity_number_is_left_out_with_a_warning() -> None:
    case, warnings = read(PERSON_NUMBER="430623********3035")
    assert case.party.identity_number is None
    assert len(warnings) == 1


@pytest.mark.parametrize(
    ("name", "category", "kind"),
    [
        ("张建国", "个体工商户", PartyType.PERSON),
        ("张建国小吃店", "个体工商户", PartyType.ORGANIZATION),
        ("周*", "", PartyType.PERSON),
        ("宏达化工有限公司", "", PartyType.ORGANIZATION),
        ("无为市明堂丁**小店", "", PartyType.ORGANIZATION),
        ("张建国", "法人及非法人组织", PartyType.ORGANIZATION),
    ],
)
def test_a_partys_type_is_stated_or_inferred(name: str, category: str, kind: PartyType) -> None:
    assert read(PARTY_NAME=name, PARTY_CATEGORY=category, PARTY_USCC="")[0].party.type is kind


def test_an_unknown_category_is_inferred_with_a_warning() -> None:
    case, warnings = read(PARTY_CATEGORY="7")
    assert case.party.type is PartyType.ORGANIZATION
    assert [warning.column for warning in warnings] == [at.PARTY_CATEGORY]


def test_the_full_form_of_a_masked_party_in_the_text_is_to_be_covered() -> None:
    case, _ = read(PARTY_NAME="周*", PARTY_CATEGORY="自然人", FACTS="当事人:周强,性别:男,民族:汉族")
    assert case.person_names == ("周强",)


def test_a_masked_credit_code_is_kept_and_a_wrong_one_rejected() -> None:
    case, warnings = read(PARTY_USCC="915206****7FMTAX63")
    assert case.party.uscc == "915206****7FMTAX63"
    assert len(warnings) == 1
    assert error_of(PARTY_USCC="914109235817499670").code is FeedErrorCode.BAD_USCC


def test_the_second_column_of_kinds_of_2015_is_what_the_first_points_to() -> None:
    assert read(PENALTY_KINDS="其他（见处罚类别2）", PENALTY_KINDS_2="警告")[0].penalty_kinds == (PenaltyKind.WARNING,)
    assert read(PENALTY_KINDS="罚款", PENALTY_KINDS_2="警告")[0].penalty_kinds == (
        PenaltyKind.WARNING,
        PenaltyKind.FINE,
    )


def test_a_column_of_yuan_is_read_in_yuan_and_may_not_contradict() -> None:
    assert read(FINE_YUAN="5000")[0].fine == 5000
    assert read(FINE_YUAN="5000", FINE="0.5")[0].fine == 5000
    assert error_of(FINE_YUAN="5000", FINE="5").code is FeedErrorCode.BAD_VALUE


def test_a_bare_number_that_makes_an_enormous_fine_is_warned_of() -> None:
    case, warnings = read(FINE="10000")
    assert case.fine == 100_000_000
    assert [warning.column for warning in warnings] == [at.FINE]


@pytest.mark.parametrize(
    ("column", "cell"), [("DECIDED_ON", "2022-09-31"), ("FINE", "-1"), ("FINE", "0.0000001"), ("CONFISCATED", "若干")]
)
def test_a_value_that_cannot_be_read_names_its_column(column: str, cell: str) -> None:
    error = error_of(**{column: cell})
    assert (error.code, error.column) == (FeedErrorCode.BAD_VALUE, getattr(at, column))


def test_a_row_without_an_agency_is_rejected() -> None:
    error = error_of(AGENCY_NAME="——")
    assert (error.code, error.column) == (FeedErrorCode.MISSING_VALUE, at.AGENCY_NAME)
    assert read(AGENCY_NAME="", AGENCY_USCC="91450100051010997J")[0].agency_name is None


def test_a_row_with_nothing_to_know_it_by_is_rejected() -> None:
    nothing = {"DOCUMENT_NUMBER": "", "PARTY_NAME": "××", "PARTY_USCC": ""}
    assert error_of(**nothing).code is FeedErrorCode.MISSING_VALUE
    assert error_of(**nothing, DECIDED_ON="2020-01-01").code is FeedErrorCode.MISSING_VALUE
    assert error_of(DOCUMENT_NUMBER="无", FACTS="").code is FeedErrorCode.MISSING_VALUE
    assert error_of(**nothing | {"PARTY_USCC": "9153xxxxxxxx46A"}).code is FeedErrorCode.MISSING_VALUE


def test_a_row_is_known_by_its_party_and_day_or_by_facts_that_tell_it() -> None:
    assert read(DOCUMENT_NUMBER="", FACTS="", DECIDED_ON="2020-01-01")[0].document_number is None
    assert read(DOCUMENT_NUMBER="", PARTY_NAME="××", PARTY_USCC="", FACTS="经查，当事人" * 10)[0].party.name is None


def test_line_ends_inside_a_cell_are_made_plain() -> None:
    assert read(FACTS="一\r\n二\r三")[0].facts == "一\n二\n三"


def test_every_header_of_the_contract_is_known() -> None:
    contract = SHARED / "contract" / "shuanggongshi_columns.csv"
    if not contract.exists():
        pytest.skip("../shared is not beside this checkout")
    with contract.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 30
    for row in rows:
        column = column_of(row["column_cn"])
        assert column == column_of(row["code"])
        assert column is not None
        for code in re.findall(r"CF_\w+|shzzdjzh", row["note"]):
            known = column_of(code)
            # What the older tables have in two columns, and what a table has twice, are columns of their own.
            assert known == column or known in {at.PENALTY_KINDS_2, at.PARTY_SOCIETY_NUMBER_2}, code
        if row["excel_header_seen_C"] and not row["excel_header_seen_C"].startswith("("):
            assert column_of(row["excel_header_seen_C"]) == column, row


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("行政相对人代码_1（统一社会信用代码）", at.PARTY_USCC),
        ("行政相对人代码_1\n (统一社会信用代码)", at.PARTY_USCC),
        ("行政相对人代码＿1", at.PARTY_USCC),
        ("罚款金额 （万元）", at.FINE),
        ("罚款金额", at.FINE),
        ("罚款金额（元）", at.FINE_YUAN),
        ("没收违法所得、没收非法财物的金额\n（万元）", at.CONFISCATED),
        ("*行政相对人名称（必填）", at.PARTY_NAME),
        ("cf_wsh", at.DOCUMENT_NUMBER),
        ("CF_XDR_GSDJ", at.PARTY_REGISTRATION),
        ("CF_XDR_ZDM", at.PARTY_ORGANISATION_CODE),
        ("CF_FR", at.LEGAL_REPRESENTATIVE),
        ("CF_FDDB", at.LEGAL_REPRESENTATIVE),
        ("CF_FR_SFZH", at.REPRESENTATIVE_NUMBER),
        ("法定代表人身份证号", at.REPRESENTATIVE_NUMBER),
        ("CF_XDR_SFZ", at.PERSON_NUMBER),
        ("证件类型(自然人)", at.PERSON_PAPER),
        ("处罚事由", at.FACTS),
        ("处罚结果", at.PENALTY_CONTENT),
        ("CF_JG", at.PENALTY_CONTENT),
        ("CF_XZJG", at.AGENCY_NAME),
        ("CF_CFLB1", at.PENALTY_KINDS),
        ("CF_CFLB2", at.PENALTY_KINDS_2),
        ("CF_SY", at.FACTS),
        ("shzzdjzh", at.PARTY_SOCIETY_NUMBER_2),
        ("行政相对人代码_2(组织机构代码)", at.PARTY_ORGANISATION_CODE),
        ("行政相对人代码_3（工商登记码）", at.PARTY_REGISTRATION),
        ("行政相对人代码_5 (居民身份证号)", at.PERSON_NUMBER),
        ("行政相对人代码_7(别的)", None),
        ("联系电话", None),
        ("", None),
    ],
)
def test_a_header_is_known_in_its_spellings_and_older_names(header: str, column: str | None) -> None:
    assert column_of(header) == column


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not beside this checkout")
def test_the_real_tables_are_read_alike_in_both_encodings() -> None:
    found = []
    for name, encoding in (("penalties_real.gb18030.csv", "gb18030"), ("penalties_real.utf8-bom.csv", "utf-8-sig")):
        reader = open_feed(SHARED / "data" / name)
        rows = [row for row in reader if isinstance(row, ParsedRow)]
        assert reader.encoding == encoding
        assert len(rows) == 97
        assert all(isinstance(row.outcome, CaseRecord) for row in rows)
        found.append([(row.ordinal, row.line, row.outcome, row.warnings) for row in rows])
    assert found[0] == found[1]


def test_both_columns_of_a_society_s_number_are_kept() -> None:
    case, _ = read(PARTY_SOCIETY_NUMBER="51410000", PARTY_SOCIETY_NUMBER_2="51410001")
    assert case.published_extras == {at.PARTY_SOCIETY_NUMBER: "51410000", at.PARTY_SOCIETY_NUMBER_2: "51410001"}
