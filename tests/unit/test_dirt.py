"""Dirt that real feeds hold, literally, and what becomes of each piece of it in a row of the published table."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.feeds import columns as at
from indexer.feeds.json_records import json_record
from indexer.feeds.published import published_case, stated
from indexer.feeds.values import BadValueError, is_null
from schema.feed_records import CaseRecord, RowWarning
from schema.vocabularies import FeedErrorCode, PartyType
from supervision.privacy import cover_names
from tests.unit.feed_files import case as case_of
from tests.unit.feed_files import read as read_file

NUMBER = "11010519491231002X"
"""The identity number that GB 11643 gives as its example."""

ROW = {
    at.PARTY_NAME: "濮阳市东大食品有限公司",
    at.DOCUMENT_NUMBER: "濮环罚〔2018〕13号",
    at.DECIDED_ON: "2018-05-28",
    at.FACTS: "未如实填报排放信息",
    at.AGENCY_NAME: "濮阳市生态环境局",
}


def read(cells: Mapping[str, str]) -> tuple[CaseRecord, list[str | None]]:
    """The case of `ROW` with some cells changed, and the columns that are warned of."""
    warnings: list[RowWarning] = []
    record = published_case(stated({**ROW, **cells}.items()), warnings)
    return record, [warning.column for warning in warnings]


def error_of(cells: Mapping[str, str]) -> BadValueError:
    with pytest.raises(BadValueError) as caught:
        read(cells)
    return caught.value


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("京工商海处字【2018】第1583号", "京工商海处字〔2018〕第1583号"),
        ("京工商海处字〔2018〕第1583号", "京工商海处字〔2018〕第1583号"),
        ("东环罚[2018]13号", "东环罚〔2018〕13号"),
        ("郑环罚决字〔 2021〕006号", "郑环罚决字〔2021〕006号"),
        ("秀山规资执[处罚决定]〔2025〕18号", "秀山规资执[处罚决定]〔2025〕18号"),
        ("〔2023457", "〔2023〕457"),
    ],
)
def test_a_document_number_is_known_by_its_one_form(sent: str, number: str) -> None:
    record, warned = read({at.DOCUMENT_NUMBER: sent})
    assert record.document_number == number
    assert warned == []


@pytest.mark.parametrize("sent", ["石新市监 处罚〔 2025 〕xxx号", "当事人于2024年5月20日擅自经营，违反了规定"])
def test_a_placeholder_and_a_sentence_are_no_number_and_are_kept_as_sent(sent: str) -> None:
    record, warned = read({at.DOCUMENT_NUMBER: sent})
    assert record.document_number is None
    assert record.published_extras[at.DOCUMENT_NUMBER] == sent
    assert warned == [at.DOCUMENT_NUMBER]


@pytest.mark.parametrize(
    ("sent", "column", "yuan", "is_warned_of"),
    [
        ("0.500000", at.FINE, "5000.00", False),
        ("罚款5000元", at.FINE, "5000.00", True),
        ("罚款人民币伍万贰仟壹佰贰拾元", at.FINE, "52120.00", True),
        ("3306元…3259;两项合计6565元", at.FINE, "6565.00", True),
        ("罚款:8.0（万元", at.FINE, "80000.00", True),
        ("1，没收广告费用26220.46元2，罚款600000元", at.FINE, "600000.00", True),
        ("10000", at.FINE_YUAN, "10000.00", False),
        # In a column of 万元 it is a hundred million; it is kept, and a person is asked.
        ("10000", at.FINE, "100000000.00", True),
    ],
)
def test_an_amount_becomes_exact_yuan(sent: str, column: str, yuan: str, is_warned_of: bool) -> None:
    record, warned = read({column: sent})
    assert str(record.fine) == yuan
    assert warned == ([column] if is_warned_of else [])


def test_a_fine_and_a_confiscation_that_run_together_are_told_apart() -> None:
    sent = "1，没收广告费用26220.46元2，罚款600000元"
    record, _ = read({at.FINE: sent, at.CONFISCATED: sent, at.PENALTY_CONTENT: sent})
    assert (str(record.fine), str(record.confiscated)) == ("600000.00", "26220.46")


def test_an_amount_in_its_column_and_in_the_content_are_one_fine() -> None:
    record, warned = read({at.FINE: "0.500000", at.PENALTY_CONTENT: "罚款5000元"})
    assert str(record.fine) == "5000.00"
    assert warned == []


def test_yuan_in_the_column_of_ten_thousand_are_warned_of_where_the_content_says_so() -> None:
    record, warned = read({at.FINE: "5000", at.PENALTY_CONTENT: "罚款5000元"})
    assert str(record.fine) == "50000000.00"
    assert at.FINE in warned


@pytest.mark.parametrize(
    ("sent", "day", "is_warned_of"),
    [
        ("二0二三年二月十三日", date(2023, 2, 13), False),
        ("2024 年 5 月21日", date(2024, 5, 21), False),
        ("海淀局--2016-9-27", date(2016, 9, 27), True),
        ("20231025", date(2023, 10, 25), False),
        ("1900-1-1 0:00:00", None, True),
    ],
)
def test_a_date_is_read_or_unknown(sent: str, day: date | None, is_warned_of: bool) -> None:
    record, warned = read({at.DECIDED_ON: sent})
    assert record.decided_on == day
    assert warned == ([at.DECIDED_ON] if is_warned_of else [])


@pytest.mark.parametrize("sent", ["2022-09-31", "无处罚期限"])
def test_a_day_that_does_not_exist_and_words_reject_the_row(sent: str) -> None:
    error = error_of({at.DECIDED_ON: sent})
    assert (error.code, error.column) == (FeedErrorCode.BAD_VALUE, at.DECIDED_ON)


@pytest.mark.parametrize("sent", ["915206****7FMTAX63", "9153xxxxxxxx46A"])
def test_a_masked_code_is_kept_as_sent(sent: str) -> None:
    record, warned = read({at.PARTY_USCC: sent})
    assert record.party.uscc == sent
    assert warned == [at.PARTY_USCC]


def test_an_identity_number_in_the_codes_column_goes_where_it_belongs() -> None:
    record, warned = read({at.PARTY_NAME: "周*", at.PARTY_USCC: NUMBER})
    assert (record.party.uscc, record.party.identity_number) == (None, NUMBER)
    assert record.party.type is PartyType.PERSON
    assert warned == [at.PARTY_USCC]


@pytest.mark.parametrize("sent", ["——", "— —", "无", "/", "暂无", "××"])
def test_a_sign_for_nothing_is_nothing_in_every_column(sent: str) -> None:
    assert is_null(sent)
    record, warned = read(
        dict.fromkeys(
            (at.DOCUMENT_NUMBER, at.FINE, at.PARTY_USCC, at.PERSON_NUMBER, at.REMARK, at.LEGAL_BASIS, at.CONFISCATED),
            sent,
        )
    )
    assert warned == []
    assert (record.document_number, record.fine, record.confiscated) == (None, None, None)
    assert (record.party.uscc, record.party.identity_number, record.legal_basis) == (None, None, None)
    assert record.published_extras == {}


def test_a_blank_record_among_real_ones_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text(
        "处罚机关,行政处罚决定书文号,行政相对人名称,违法事实\n甲局,1号,宏达公司,事实\n,,,\n乙局,2号,宏达公司,事实\n",
        "utf-8",
    )
    rows, skipped = read_file(path)
    assert [case_of(row).document_number for row in rows] == ["1号", "2号"]
    assert [line.reason for line in skipped if line.line == 3] == ["blank"]


@pytest.mark.parametrize(
    "column", [at.FACTS, at.PENALTY_CONTENT, at.LEGAL_BASIS, at.VIOLATION_TYPE, at.REMARK, at.SOURCE_NAME]
)
def test_the_full_form_of_a_masked_name_is_covered_in_every_text(column: str) -> None:
    text = "经查，周建国在周边擅自取土，周建国承认，周末停工"
    record, _ = read({at.PARTY_NAME: "周*", at.PARTY_CATEGORY: "自然人", column: text})
    assert record.person_names == ("周建国",)
    assert cover_names(text, record.person_names) == "经查，周**在周边擅自取土，周**承认，周末停工"


@pytest.mark.parametrize("field", ["title", "facts", "legalBasis", "penaltyContent", "violationType"])
def test_the_full_form_of_a_masked_name_is_covered_in_every_text_of_the_platforms_own_records(field: str) -> None:
    sent = {
        "kind": "penalty_case",
        "agency": "濮阳市生态环境局",
        "documentNumber": "濮环罚〔2018〕13号",
        "party": {"type": "PERSON", "name": "周*"},
        field: "周建国擅自取土案",
    }
    record = json_record(sent, [])
    assert isinstance(record, CaseRecord)
    assert record.person_names == ("周建国",)


COLUMNS = st.sampled_from(
    [
        *(at.DOCUMENT_NUMBER, at.FINE, at.FINE_YUAN, at.CONFISCATED, at.DECIDED_ON, at.PARTY_USCC, at.PERSON_NUMBER),
        *(at.AGENCY_USCC, at.PARTY_CATEGORY, at.PENALTY_KINDS, at.PERSON_PAPER),
    ]
)
AROUND = st.text(alphabet="0123456789-./年月日元万罚款〔〕号，。:X*（） ", max_size=16)


@given(COLUMNS, AROUND, st.sampled_from(["诸葛亮", NUMBER, "110105491231002", "诸葛亮" + NUMBER]), AROUND)
def test_whatever_column_a_name_or_an_identity_number_stands_in_no_message_repeats_it(
    column: str, before: str, secret: str, after: str
) -> None:
    warnings: list[RowWarning] = []
    told = ""
    try:
        published_case(stated((ROW | {column: before + secret + after}).items()), warnings)
    except BadValueError as error:
        told = error.message
    told += "".join(warning.message for warning in warnings)
    assert not set("诸葛亮") & set(told)
    assert secret not in "".join(told.split())


@pytest.mark.parametrize("sent", ["海淀局", "环保局", "济源市环保局", "西山分局"])
def test_an_agencys_short_name_and_a_branch_are_kept_as_sent_for_the_register_to_resolve(sent: str) -> None:
    record, warned = read({at.AGENCY_NAME: sent})
    assert record.agency_name == sent
    assert warned == []


def test_signs_that_only_gb18030_has_are_read(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    content = "处罚机关,行政处罚决定书文号,行政相对人名称,违法事实\n甲局,1号,宏达公司,销售老院长®杀虫剂收¥600\n"
    with pytest.raises(UnicodeEncodeError):
        content.encode("gbk")
    path.write_bytes(content.encode("gb18030"))
    rows, _ = read_file(path)
    assert [case_of(row).facts for row in rows] == ["销售老院长®杀虫剂收¥600"]
