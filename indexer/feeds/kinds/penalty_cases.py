"""The kind `penalty_case`: an administrative penalty (行政处罚案件)."""

from typing import Any, Final

from indexer.feeds import columns as at
from indexer.feeds.cases import agency_of, document_number, party_of, require_known, text_of
from indexer.feeds.kinds import case_reference
from indexer.feeds.kinds.description import SOURCE_UPDATED_AT, Field, FieldType, Kind
from indexer.feeds.values import bad_value, folded
from schema.feed_records import CaseRecord, PartyRecord, QuantityRecord, RowWarning
from schema.vocabularies import (
    UNITS,
    DataSource,
    Domain,
    FeedKind,
    Harm,
    PartyType,
    PenaltyKind,
    QuantityMeasure,
    ServiceMethod,
)
from supervision.privacy import find_person_names

_NO_PARTY: Final[dict[str, Any]] = dict.fromkeys(("type", "name", "uscc", "id_number", "legal_representative"))


def _case(values: dict[str, Any], warnings: list[RowWarning], sender: str | None) -> CaseRecord:
    agency, code = agency_of(values.pop("agency"), "agency", warnings)
    agency = sender if agency is None and code is None else agency
    party = _party(values.pop("party") or _NO_PARTY, warnings)
    sent_number, sent_filing = values.pop("document_number"), values.pop("filing_number")
    number = None if sent_number is None else document_number(sent_number, "documentNumber", warnings)
    filing = None if sent_filing is None else document_number(sent_filing, "filingNumber", warnings)
    facts, title, content = values["facts"], values["title"], values["penalty_content"]
    require_known(
        agency=agency or code,
        agency_column="agency",
        number=number or filing,
        number_column="documentNumber",
        party=party,
        decided_on=values["decided_on"],
        facts=facts,
    )
    values["penalty_kinds"] = values["penalty_kinds"] or ()
    values["harm"] = values["harm"] or ()
    return CaseRecord(
        source=DataSource.PLATFORM,
        agency_name=agency,
        agency_uscc=code,
        document_number=number,
        filing_number=filing,
        party=party,
        person_names=find_person_names(party.name, party.type, party.legal_representative, (title, facts, content)),
        published_extras={at.DOCUMENT_NUMBER: text_of(sent_number)} if sent_number and number is None else {},
        **values,
    )


def _party(values: dict[str, Any], warnings: list[RowWarning]) -> PartyRecord:
    return party_of(
        given_type=values["type"],
        name=values["name"],
        name_column="party.name",
        code=values["uscc"],
        code_column="party.uscc",
        number=values["id_number"],
        number_column="party.idNumber",
        legal_representative=values["legal_representative"],
        representative_column="party.legalRepresentative",
        warnings=warnings,
    )


def _quantity(values: dict[str, Any], path: str) -> QuantityRecord:
    measure = values["measure"]
    expected, unit = UNITS[measure], values.pop("unit")
    if unit is not None and folded(unit) != expected:
        raise bad_value(f"{path}.unit", f"The unit of {measure.value} is {expected}; give the value in it.")
    return QuantityRecord(unit=expected, **values)


_PARTY: Final = Field(
    name="party",
    label="当事人",
    type=FieldType.OBJECT,
    fields=(
        Field(
            name="type",
            label="当事人类型",
            type=FieldType.WORD,
            vocabulary=PartyType,
            example=PartyType.ORGANIZATION.value,
        ),
        Field(name="name", label="当事人名称", type=FieldType.AS_SENT, example="示例化工有限公司"),
        Field(
            name="uscc",
            label="当事人统一社会信用代码",
            type=FieldType.AS_SENT,
            note="GB 32100-2015 十八位代码",
            example="91410923581749967U",
        ),
        Field(name="idNumber", label="当事人身份证号码", type=FieldType.AS_SENT, note="自然人填写"),
        Field(
            name="legalRepresentative",
            label="当事人法定代表人",
            type=FieldType.AS_SENT,
            note="法人填写",
            example="张某",
        ),
    ),
)
_QUANTITIES: Final = Field(
    name="quantities",
    label="涉案数量",
    type=FieldType.OBJECTS,
    item=_quantity,
    note="单位: " + "、".join(f"{measure.value} {unit}" for measure, unit in UNITS.items()),
    example=[{"measure": "hazardous_waste", "value": "3.5", "unit": "t", "substance": "废矿物油"}],
    fields=(
        Field(name="measure", label="指标", type=FieldType.WORD, required=True, vocabulary=QuantityMeasure),
        Field(name="value", label="数值", type=FieldType.DECIMAL, required=True),
        Field(name="unit", label="单位", type=FieldType.AS_SENT),
        Field(name="substance", label="物质", type=FieldType.TEXT),
    ),
)

PENALTY_CASE: Final = Kind(
    kind=FeedKind.PENALTY_CASE,
    record=_case,
    fields=(
        case_reference.AGENCY,
        Field(
            name="documentNumber",
            label=case_reference.DOCUMENT_NUMBER.label,
            type=FieldType.AS_SENT,
            note="行政处罚决定书文号；尚未决定的填立案号",
            example=case_reference.DOCUMENT_NUMBER.example,
            other_labels=case_reference.DOCUMENT_NUMBER.other_labels,
        ),
        Field(name="filingNumber", label="立案号", type=FieldType.AS_SENT, example="示例环立字〔2024〕1号"),
        Field(name="title", label="案件名称", type=FieldType.TEXT, example="示例化工有限公司未按规定贮存危险废物案"),
        Field(name="violationType", label="违法行为类型", type=FieldType.TEXT, example="未按规定贮存危险废物"),
        Field(
            name="domain",
            label="执法领域",
            type=FieldType.WORD,
            vocabulary=Domain,
            example=Domain.ENVIRONMENT.value,
        ),
        _PARTY,
        Field(
            name="facts",
            label="违法事实",
            type=FieldType.TEXT,
            example="当事人将3.5吨废矿物油露天堆放，未采取防渗漏措施。",
        ),
        Field(
            name="legalBasis",
            label="处罚依据",
            type=FieldType.TEXT,
            example="《中华人民共和国固体废物污染环境防治法》第一百一十二条",
        ),
        Field(
            name="penaltyKinds",
            label="处罚种类",
            type=FieldType.WORDS,
            vocabulary=PenaltyKind,
            example=[PenaltyKind.FINE.value, PenaltyKind.ORDER.value],
        ),
        Field(name="penaltyContent", label="处罚内容", type=FieldType.TEXT, example="责令改正，罚款120000元。"),
        Field(name="fine", label="罚款金额(元)", type=FieldType.MONEY, example="120000.00"),
        Field(name="confiscated", label="没收金额(元)", type=FieldType.MONEY, example="3500.00"),
        Field(name="actEndedOn", label="违法行为终了日期", type=FieldType.DATE, example="2024-01-10"),
        Field(name="foundOn", label="发现日期", type=FieldType.DATE, example="2024-01-10"),
        Field(name="filedOn", label="立案日期", type=FieldType.DATE, example="2024-01-15"),
        Field(name="decidedOn", label="处罚决定日期", type=FieldType.DATE, example="2024-04-08"),
        Field(name="servedOn", label="送达日期", type=FieldType.DATE, example="2024-04-10"),
        Field(name="paymentDueOn", label="缴款期限", type=FieldType.DATE, example="2024-04-25"),
        Field(name="paidOn", label="缴款日期", type=FieldType.DATE, example="2024-04-19"),
        Field(name="paidAmount", label="已缴金额(元)", type=FieldType.MONEY, example="120000.00"),
        Field(
            name="enteredAt",
            label="录入时间",
            type=FieldType.INSTANT,
            note="执法机关将案件录入平台的时间",
            example="2024-04-11T17:39:36+08:00",
        ),
        _QUANTITIES,
        Field(name="harm", label="危害后果", type=FieldType.WORDS, vocabulary=Harm, example=[Harm.HEALTH.value]),
        Field(
            name="serviceMethod",
            label="送达方式",
            type=FieldType.WORD,
            vocabulary=ServiceMethod,
            example=ServiceMethod.DIRECT.value,
        ),
        Field(
            name="deferredUntil",
            label="延期缴款至",
            type=FieldType.DATE,
            note="经批准延期或者分期缴纳罚款的最后日期",
            example="2024-07-25",
        ),
        SOURCE_UPDATED_AT,
    ),
)
