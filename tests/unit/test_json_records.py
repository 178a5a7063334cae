"""One JSON object becomes one record, or a bad value that names the field by its path."""

import copy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.feeds.json_records import json_record
from indexer.feeds.values import BadValueError
from schema.feed_records import AgencyRecord, CaseRecord, ProcuratorateRecord, QuantityRecord, RowWarning
from schema.vocabularies import (
    DataSource,
    Domain,
    FeedErrorCode,
    Harm,
    PartyType,
    PenaltyKind,
    QuantityMeasure,
    ServiceMethod,
)

NUMBER = "11010519491231002X"
CASE: dict[str, Any] = {
    "kind": "penalty_case",
    "agency": "宛城区环境保护局",
    "documentNumber": "宛环罚决字[2023]12号",
    "filingNumber": "宛环立字〔2023〕9号",
    "title": "张建国违法排污案",
    "violationType": "水污染",
    "domain": "ENVIRONMENT",
    "party": {"type": "PERSON", "name": "张建国", "idNumber": NUMBER, "legalRepresentative": None},
    "facts": f"当事人张建国，身份证号{NUMBER}",
    "legalBasis": "《水污染防治法》第八十三条",
    "penaltyKinds": ["ORDER", "FINE", "FINE"],
    "penaltyContent": "罚款",
    "fine": "5000.50",
    "confiscated": 12,
    "actEndedOn": "2023-01-01",
    "foundOn": "2023-01-02",
    "filedOn": "2023-01-03",
    "decidedOn": "2023-02-13",
    "servedOn": "2023-02-14",
    "paymentDueOn": "2023-03-01",
    "paidOn": "2023-02-28",
    "paidAmount": "5000.50",
    "enteredAt": "2023-02-14T09:00:00",
    "quantities": [
        {"measure": "hazardous_waste", "value": "3.50", "unit": "t"},
        {"measure": "times_over_standard", "value": 5000, "substance": "铅"},
    ],
    "harm": ["HEALTH"],
    "serviceMethod": "MAIL",
    "deferredUntil": "2023-04-01",
    "sourceUpdatedAt": "2023-02-14T09:00:00+08:00",
}


def read(fields: dict[str, Any]) -> tuple[Any, list[RowWarning]]:
    warnings: list[RowWarning] = []
    return json_record(fields, warnings), warnings


def error_of(**changes: object) -> BadValueError:
    with pytest.raises(BadValueError) as caught:
        read(CASE | changes)
    return caught.value


def test_a_full_case_is_read() -> None:
    case, warnings = read(CASE)
    assert isinstance(case, CaseRecord)
    assert warnings == []
    assert case.source is DataSource.PLATFORM
    assert (case.agency_name, case.agency_uscc) == ("宛城区环境保护局", None)
    assert case.document_number == "宛环罚决字〔2023〕12号"
    assert case.filing_number == "宛环立字〔2023〕9号"
    assert case.domain is Domain.ENVIRONMENT
    assert case.party.type is PartyType.PERSON
    assert case.party.identity_number == NUMBER
    assert case.facts == "当事人张建国，身份证号110105************"
    assert case.penalty_kinds == (PenaltyKind.FINE, PenaltyKind.ORDER)
    assert (case.fine, case.confiscated, case.paid_amount) == (Decimal("5000.50"), Decimal(12), Decimal("5000.50"))
    assert (case.act_ended_on, case.deferred_until) == (date(2023, 1, 1), date(2023, 4, 1))
    assert case.entered_at == datetime(2023, 2, 14, 1, tzinfo=UTC)
    assert case.source_updated_at == datetime(2023, 2, 14, 1, tzinfo=UTC)
    assert case.quantities == (
        QuantityRecord(measure=QuantityMeasure.HAZARDOUS_WASTE, value=Decimal("3.5"), unit="t", substance=None),
        QuantityRecord(measure=QuantityMeasure.TIMES_OVER_STANDARD, value=Decimal(5000), unit="times", substance="铅"),
    )
    assert [str(quantity.value) for quantity in case.quantities] == ["3.5", "5000"]
    assert case.harm == (Harm.HEALTH,)
    assert case.service_method is ServiceMethod.MAIL
    assert case.person_names == ("张建国",)


def test_absent_and_null_fields_are_unknown() -> None:
    sparse = {"kind": "penalty_case", "agency": "某局", "documentNumber": "1号"}
    case, warnings = read(sparse | dict.fromkeys(set(CASE) - set(sparse)))
    assert (case, warnings) == read(sparse)
    assert warnings == []
    assert case.party.name is None
    assert (case.fine, case.penalty_kinds, case.quantities, case.harm) == (None, (), (), ())


def test_the_agency_may_be_given_by_its_code() -> None:
    case, _ = read(CASE | {"agency": "91410923581749967U"})
    assert (case.agency_name, case.agency_uscc) == (None, "91410923581749967U")
    assert error_of(agency="914109235817499670").code is FeedErrorCode.BAD_USCC


def test_an_unknown_field_is_warned_of_by_name_and_left_out() -> None:
    _, warnings = read(CASE | {"colour": "red", "party": CASE["party"] | {"phone": "1"}, "张三": 1})
    assert [warning.column for warning in warnings] == [None, "party"]
    assert "colour" in warnings[0].message
    assert "张三" not in warnings[0].message
    assert "party.phone" in warnings[1].message


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"fine": 5000.5}, "fine"),
        ({"fine": True}, "fine"),
        ({"fine": -1}, "fine"),
        ({"fine": "0.001"}, "fine"),
        ({"decidedOn": "2022-09-31"}, "decidedOn"),
        ({"decidedOn": 20220930}, "decidedOn"),
        ({"enteredAt": "noon"}, "enteredAt"),
        ({"domain": "SEA"}, "domain"),
        ({"penaltyKinds": "FINE"}, "penaltyKinds"),
        ({"penaltyKinds": ["FINE", 3]}, "penaltyKinds[1]"),
        ({"penaltyKinds": ["FEAR"]}, "penaltyKinds[0]"),
        ({"party": "张三"}, "party"),
        ({"party": {"name": 3}}, "party.name"),
        ({"party": {"type": "GHOST"}}, "party.type"),
        ({"facts": ["a"]}, "facts"),
        ({"facts": "a\0b"}, "facts"),
        ({"facts": "a\ud800b"}, "facts"),
        ({"title": "甲" * 1_000_001}, "title"),
        ({"quantities": [{"measure": "joy", "value": 1}]}, "quantities[0].measure"),
        ({"quantities": [{"measure": "loss", "value": 1.5}]}, "quantities[0].value"),
        ({"quantities": [{"measure": "loss", "value": "-1"}]}, "quantities[0].value"),
        ({"quantities": [{"measure": "loss", "value": "1", "unit": "t"}]}, "quantities[0].unit"),
        ({"quantities": [1]}, "quantities[0]"),
        ({"harm": [["LIFE"]]}, "harm[0]"),
        ({"serviceMethod": "PIGEON"}, "serviceMethod"),
        ({"agency": "甲" * 201}, "agency"),
    ],
)
def test_a_wrong_value_names_the_field_by_its_path(changes: dict[str, object], column: str) -> None:
    error = error_of(**changes)
    assert (error.code, error.column) == (FeedErrorCode.BAD_VALUE, column)


@pytest.mark.parametrize(("field", "column"), [("agency", "agency"), ("documentNumber", "documentNumber")])
def test_a_case_without_agency_or_without_anything_to_know_it_by_is_rejected(field: str, column: str) -> None:
    bare = {"kind": "penalty_case", "agency": "某局", "documentNumber": "1号"}
    with pytest.raises(BadValueError) as caught:
        read(bare | {field: "——"})
    assert (caught.value.code, caught.value.column) == (FeedErrorCode.MISSING_VALUE, column)


def test_a_filing_number_is_enough_to_know_a_case_by() -> None:
    case, _ = read({"kind": "penalty_case", "agency": "某局", "filingNumber": "立〔2023〕1号"})
    assert case.filing_number == "立〔2023〕1号"


@pytest.mark.parametrize("kind", ["transfers", "", None, 3, ["agency"], "AGENCY"])
def test_a_kind_this_version_does_not_read_is_named_as_such(kind: object) -> None:
    assert error_of(kind=kind).code is FeedErrorCode.UNKNOWN_KIND


def test_a_procuratorate_is_read() -> None:
    record, warnings = read(
        {"kind": "procuratorate", "name": "宛城区人民检察院", "region": "411302", "parent": "南阳市人民检察院"}
    )
    assert record == ProcuratorateRecord(
        name="宛城区人民检察院", region="411302", parent="南阳市人民检察院", source_updated_at=None
    )
    assert warnings == []


def test_an_agency_is_read_and_what_it_does_not_say_is_none() -> None:
    record, _ = read(
        {
            "kind": "agency",
            "name": "宛城区环境保护局",
            "aliases": ["宛城环保局", " 宛城环保局 ", ""],
            "uscc": "91410923581749967U",
            "domains": ["LAND", "ENVIRONMENT"],
            "region": "411302",
            "procuratorate": "宛城区人民检察院",
            "networkedOn": "2015-01-01",
            "priority": True,
            "enforcementPower": "否",
        }
    )
    assert record == AgencyRecord(
        name="宛城区环境保护局",
        aliases=("宛城环保局",),
        uscc="91410923581749967U",
        domains=(Domain.ENVIRONMENT, Domain.LAND),
        region="411302",
        procuratorate="宛城区人民检察院",
        networked_on=date(2015, 1, 1),
        priority=True,
        enforcement_power=False,
        source_updated_at=None,
    )
    bare, _ = read({"kind": "agency", "name": "甲局"})
    assert (bare.aliases, bare.domains, bare.priority, bare.enforcement_power) == (None, None, None, None)


@pytest.mark.parametrize(("kind", "column"), [("agency", "name"), ("procuratorate", "name")])
def test_a_reference_record_without_a_name_is_rejected(kind: str, column: str) -> None:
    with pytest.raises(BadValueError) as caught:
        read({"kind": kind})
    assert (caught.value.code, caught.value.column) == (FeedErrorCode.MISSING_VALUE, column)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.just("\ud800")
    | st.just(NUMBER),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(sorted(CASE)), ANYTHING),
    st.sampled_from(["penalty_case", "agency", "procuratorate"]),
)
def test_reading_any_object_gives_a_record_or_a_bad_value(changes: dict[str, Any], kind: str) -> None:
    sent = copy.deepcopy(CASE) | {"name": "甲局", "region": "411302"} | changes | {"kind": kind}
    message = ""
    try:
        record, _ = read(sent)
    except BadValueError as error:
        message = error.message
    else:
        assert isinstance(record, CaseRecord | AgencyRecord | ProcuratorateRecord)
        if isinstance(record, CaseRecord):
            assert NUMBER not in f"{record.facts}{record.title}{record.legal_basis}{record.penalty_content}"
    assert NUMBER not in message
    assert "张建国" not in message
