"""What follows a case is read field by field; a wrong value names its path, and the record names its case."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.feeds.json_records import json_record
from indexer.feeds.kinds.catalogue import KINDS
from indexer.feeds.values import BadValueError
from indexer.feeds.words import named_word
from schema.feed_records import RowWarning, TransferRecord
from schema.vocabularies import (
    EnforcementRuling,
    FeedErrorCode,
    FeedKind,
    FilingDecision,
    PenaltyKind,
    RemedyType,
    TransferDecision,
)
from tests.unit.feed_kind_examples import FULL, NUMBER, REFERENCE, sent

FOLLOW_UPS = sorted(FULL)


def read(fields: dict[str, Any], sender: str | None = None) -> tuple[Any, list[RowWarning]]:
    warnings: list[RowWarning] = []
    return json_record(fields, warnings, sender=sender), warnings


def error_of(fields: dict[str, Any]) -> tuple[FeedErrorCode, str | None]:
    with pytest.raises(BadValueError) as caught:
        read(fields)
    return caught.value.code, caught.value.column


@pytest.mark.parametrize("kind", FOLLOW_UPS)
def test_a_full_record_is_read(kind: FeedKind) -> None:
    assert read(sent(kind)) == (FULL[kind][1], [])


@pytest.mark.parametrize("kind", FOLLOW_UPS)
def test_every_field_of_the_description_stands_in_the_full_record(kind: FeedKind) -> None:
    assert {field.name for field in KINDS[kind].fields} == sent(kind).keys() - {"kind"}


@pytest.mark.parametrize("kind", FOLLOW_UPS)
def test_the_kind_may_be_named_by_its_label(kind: FeedKind) -> None:
    assert read(sent(kind) | {"kind": kind.label}) == read(sent(kind))


@pytest.mark.parametrize("kind", FOLLOW_UPS)
def test_absent_and_null_fields_are_unknown(kind: FeedKind) -> None:
    needed = {"kind", "agency", "documentNumber", "type", "decidedOn"}
    sparse = {name: value for name, value in sent(kind, decidedOn="2024-06-09").items() if name in needed}
    if kind in {FeedKind.ENFORCEMENT, FeedKind.MEASURE}:
        sparse = {name: value for name, value in sparse.items() if name != "decidedOn"} | {"concludedOn": None}
        sparse |= {"appliedOn": "2024-01-01"} if kind is FeedKind.ENFORCEMENT else {}
    sparse = {name: value for name, value in sparse.items() if value is not None}
    record, warnings = read(sparse)
    assert (record, warnings) == read(sparse | dict.fromkeys(set(sent(kind)) - set(sparse)))
    assert record.source_updated_at is None


@pytest.mark.parametrize("kind", FOLLOW_UPS)
def test_a_record_that_says_nothing_but_its_case_is_taken_with_a_warning(kind: FeedKind) -> None:
    bare = {"kind": kind.value, **REFERENCE, "sourceUpdatedAt": "2024-06-03"}
    if any(field.name == "type" for field in KINDS[kind].fields):
        assert error_of(bare) == (FeedErrorCode.MISSING_VALUE, "type")
    else:
        assert [warning.message for warning in read(bare)[1]] == [
            "The record says nothing but its case. Send what is known of it."
        ]


@pytest.mark.parametrize("kind", FOLLOW_UPS)
@pytest.mark.parametrize("number", [None, "——", "宛环罚〔2024〕xxx号", "未经批准擅自排放，情节严重。"])
def test_a_record_without_its_cases_number_is_rejected(kind: FeedKind, number: str | None) -> None:
    assert error_of(sent(kind, documentNumber=number)) == (FeedErrorCode.MISSING_VALUE, "documentNumber")


@pytest.mark.parametrize("kind", FOLLOW_UPS)
def test_the_sender_is_the_agency_of_a_record_that_names_none(kind: FeedKind) -> None:
    assert error_of(sent(kind, agency=None)) == (FeedErrorCode.MISSING_VALUE, "agency")
    assert read(sent(kind, agency="无"), sender="某局")[0].case.agency_name == "某局"


def test_the_agency_may_be_given_by_its_code() -> None:
    case = read(sent(FeedKind.TRANSFER, agency="91410923581749967U"))[0].case
    assert (case.agency_name, case.agency_uscc) == (None, "91410923581749967U")
    assert error_of(sent(FeedKind.TRANSFER, agency="914109235817499670")) == (FeedErrorCode.BAD_USCC, "agency")


@pytest.mark.parametrize("kind", FOLLOW_UPS)
def test_an_unknown_field_is_warned_of_and_left_out(kind: FeedKind) -> None:
    record, warnings = read(sent(kind, colour="red"))
    assert record == FULL[kind][1]
    assert ["colour" in warning.message for warning in warnings] == [True]


T, C, R = FeedKind.TRANSFER, FeedKind.CRIMINAL_CASE, FeedKind.RECONSIDERATION
E, A, M = FeedKind.ENFORCEMENT, FeedKind.COERCIVE_MEASURE, FeedKind.MEASURE
DETENTION = {"kind": "DETENTION", "from": "2024-06-12"}


@pytest.mark.parametrize(
    ("kind", "changes", "column"),
    [
        (T, {"reportedOn": "2022-09-31"}, "reportedOn"),
        (T, {"decision": "PERHAPS"}, "decision"),
        (T, {"toOrgan": 3}, "toOrgan"),
        (T, {"toOrgan": "甲" * 201}, "toOrgan"),
        (T, {"returnReason": "a\0b"}, "returnReason"),
        (T, {"sourceUpdatedAt": "noon"}, "sourceUpdatedAt"),
        (C, {"decision": ["FILED"]}, "decision"),
        (C, {"coercion": {}}, "coercion"),
        (C, {"coercion": [DETENTION, 1]}, "coercion[1]"),
        (C, {"coercion": [DETENTION | {"kind": "HUG"}]}, "coercion[0].kind"),
        (C, {"coercion": [DETENTION | {"from": "2024-13-01"}]}, "coercion[0].from"),
        (C, {"coercion": [DETENTION | {"to": "2024-06-11"}]}, "coercion[0].to"),
        (C, {"coercion": [DETENTION | {"extendedTo": "2024-06-11"}]}, "coercion[0].extendedTo"),
        (C, {"coercion": [DETENTION] * 1001}, "coercion"),
        (C, {"activity": [{"on": "2024-01-01", "what": 1}]}, "activity[0].what"),
        (C, {"conclusion": "LOST"}, "conclusion"),
        (C, {"judgedOn": 20240101}, "judgedOn"),
        (R, {"type": "PRAYER"}, "type"),
        (R, {"newFine": 8.5}, "newFine"),
        (R, {"newFine": "-1"}, "newFine"),
        (R, {"outcome": "LOST"}, "outcome"),
        (E, {"accepted": "maybe"}, "accepted"),
        (E, {"ruling": "YES"}, "ruling"),
        (E, {"enforcedAmount": "0.001"}, "enforcedAmount"),
        (E, {"actions": [{"on": "2024-01-01", "what": "a", "emergency": 2}]}, "actions[0].emergency"),
        (A, {"type": "SHOUT"}, "type"),
        (A, {"testingDays": "-1"}, "testingDays"),
        (A, {"testingDays": 1.5}, "testingDays"),
        (A, {"testingDays": 12345}, "testingDays"),
        (A, {"onTheSpot": []}, "onTheSpot"),
        (A, {"imposedOn": "2024-03-09"}, "endedOn"),
        (M, {"type": "LETTER"}, "type"),
        (M, {"urgent": 1.0}, "urgent"),
        (M, {"number": "a\ud800"}, "number"),
    ],
)
def test_a_wrong_value_names_the_field_by_its_path(kind: FeedKind, changes: dict[str, object], column: str) -> None:
    assert error_of(sent(kind, **changes)) == (FeedErrorCode.BAD_VALUE, column)


@pytest.mark.parametrize(
    ("kind", "changes", "column"),
    [
        (C, {"coercion": [{"from": "2024-06-12"}]}, "coercion[0].kind"),
        (C, {"coercion": [{"kind": "ARREST", "from": "1900-01-01"}]}, "coercion[0].from"),
        (C, {"activity": [{"on": "2024-06-12"}]}, "activity[0].what"),
        (E, {"actions": [{"what": "a"}]}, "actions[0].on"),
        (R, {"type": None}, "type"),
        (A, {"type": "/"}, "type"),
        (M, {"type": None}, "type"),
    ],
)
def test_a_required_value_that_is_absent_is_named(kind: FeedKind, changes: dict[str, object], column: str) -> None:
    assert error_of(sent(kind, **changes)) == (FeedErrorCode.MISSING_VALUE, column)


@pytest.mark.parametrize(
    ("kind", "changes", "column"),
    [
        (T, {"transferredOn": "2024-06-04"}, "transferredOn"),
        (C, {"noticeToAgencyOn": "2024-06-08"}, "noticeToAgencyOn"),
        (R, {"servedOn": "2024-06-30"}, "servedOn"),
        (E, {"ruledOn": "2024-11-07"}, "ruledOn"),
        (A, {"until": "2024-01-09"}, "until"),
        (M, {"repliedOn": "2024-07-31"}, "repliedOn"),
    ],
)
def test_days_in_an_unlikely_order_are_kept_with_a_warning(
    kind: FeedKind, changes: dict[str, object], column: str
) -> None:
    _, warnings = read(sent(kind, **changes))
    assert [warning.column for warning in warnings] == [column]


def test_a_number_that_is_none_is_kept_as_a_text() -> None:
    assert read(sent(M, number="口头提出"))[0].number == "口头提出"


@pytest.mark.parametrize(
    ("vocabulary", "text", "member"),
    [
        (TransferDecision, "批准移送", TransferDecision.APPROVED),
        (TransferDecision, " REFUSED", TransferDecision.REFUSED),
        (FilingDecision, "立案", FilingDecision.FILED),
        (FilingDecision, "不立案", FilingDecision.NOT_FILED),
        (EnforcementRuling, "不准予强制执行", EnforcementRuling.NOT_ENFORCE),
        (PenaltyKind, "没收非法财物", PenaltyKind.CONFISCATION),
        (PenaltyKind, "警告、通报批评", PenaltyKind.WARNING),
        (RemedyType, "行政复议", RemedyType.RECONSIDERATION),
    ],
)
def test_a_word_is_known_by_its_name_and_by_its_chinese_term(vocabulary: Any, text: str, member: object) -> None:
    assert named_word(vocabulary, text, "x") is member


def test_an_unknown_word_is_answered_with_the_words_there_are() -> None:
    with pytest.raises(BadValueError, match=r"FILED \(立案\), NOT_FILED \(不予立案\)"):
        named_word(FilingDecision, "待定", "decision")


def test_an_agency_that_says_only_what_it_decided_leaves_the_rest_unknown() -> None:
    transfer, _ = read({"kind": "transfer", **REFERENCE, "transferredOn": "2024-06-06"})
    assert isinstance(transfer, TransferRecord)
    assert transfer.decision is None


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["\ud800", NUMBER, "2024-01-01", "DETENTION", "——", "1", "是"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=8) | st.sampled_from(["kind", "from", "to", "on", "what"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(FULL)))
    whole = sent(kind)
    changes = draw(st.dictionaries(st.sampled_from(sorted(whole)) | st.text(max_size=6), ANYTHING, max_size=5))
    return whole | changes | {"kind": kind.value}


@given(objects())
def test_reading_any_object_gives_a_record_or_a_bad_value(fields: dict[str, Any]) -> None:
    message = ""
    try:
        record, _ = read(fields)
    except BadValueError as error:
        message = error.message
    else:
        assert type(record) is type(FULL[FeedKind(fields["kind"])][1])
    assert NUMBER not in message
