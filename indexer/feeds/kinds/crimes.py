"""The kinds `transfer` and `criminal_case`: a suspected crime handed over to the police, and what they did with it."""

from typing import Any, Final

from indexer.feeds.kinds.case_reference import CASE, activity_item, follow_up
from indexer.feeds.kinds.description import SOURCE_UPDATED_AT, Field, FieldType, Kind
from indexer.feeds.values import bad_value
from schema.feed_records import CoercionRecord, CriminalCaseRecord, TransferRecord
from schema.vocabularies import CoercionKind, CriminalConclusion, FeedKind, FilingDecision, TransferDecision


def _coercion(values: dict[str, Any], path: str) -> CoercionRecord:
    for name, end in (("to", values["ended_on"]), ("extendedTo", values["extended_to"])):
        if end is not None and end < values["begun_on"]:
            raise bad_value(f"{path}.{name}", f"A day that is not before {path}.from is expected.")
    return CoercionRecord(**values)


_TRANSFER_DECIDED_ON: Final = Field(name="decidedOn", label="移送决定日期", type=FieldType.DATE, example="2024-06-05")
_TRANSFERRED_ON: Final = Field(
    name="transferredOn", label="移送日期", type=FieldType.DATE, note="移送公安机关的日期", example="2024-06-06"
)
_RECEIVED_ON: Final = Field(
    name="receivedOn", label="接受日期", type=FieldType.DATE, note="公安机关接受案件的日期", example="2024-06-06"
)

TRANSFER: Final = Kind(
    kind=FeedKind.TRANSFER,
    record=follow_up(
        TransferRecord, in_order=((_TRANSFER_DECIDED_ON, _TRANSFERRED_ON), (_TRANSFERRED_ON, _RECEIVED_ON))
    ),
    fields=(
        *CASE,
        Field(
            name="reportedOn",
            label="提请移送日期",
            type=FieldType.DATE,
            note="办案人员向本机关负责人书面报告的日期",
            example="2024-06-03",
        ),
        _TRANSFER_DECIDED_ON,
        Field(
            name="decision",
            label="移送决定",
            type=FieldType.WORD,
            vocabulary=TransferDecision,
            note="为空时视为批准移送",
            example=TransferDecision.APPROVED.value,
        ),
        Field(name="refusalReason", label="不批准移送理由", type=FieldType.TEXT),
        _TRANSFERRED_ON,
        Field(name="toOrgan", label="受移送机关", type=FieldType.NAME, example="示例市公安局"),
        Field(name="suspectedCrime", label="涉嫌罪名", type=FieldType.TEXT, example="污染环境罪"),
        _RECEIVED_ON,
        Field(name="returnedOn", label="退回日期", type=FieldType.DATE),
        Field(name="returnReason", label="退回理由", type=FieldType.TEXT),
        SOURCE_UPDATED_AT,
    ),
)

_FILING_DECIDED_ON: Final = Field(
    name="decidedOn", label="立案决定日期", type=FieldType.DATE, note="决定立案或者不予立案的日期", example="2024-06-09"
)
_NOTICE_ON: Final = Field(
    name="noticeToAgencyOn",
    label="通知移送机关日期",
    type=FieldType.DATE,
    note="将决定书面通知移送机关的日期",
    example="2024-06-11",
)
_CONCLUDED_ON: Final = Field(name="concludedOn", label="侦查终结日期", type=FieldType.DATE, example="2024-10-08")
_PROSECUTED_ON: Final = Field(name="prosecutedOn", label="提起公诉日期", type=FieldType.DATE, example="2024-11-20")
_JUDGED_ON: Final = Field(name="judgedOn", label="判决日期", type=FieldType.DATE, example="2025-02-27")

CRIMINAL_CASE: Final = Kind(
    kind=FeedKind.CRIMINAL_CASE,
    record=follow_up(
        CriminalCaseRecord,
        in_order=(
            (_FILING_DECIDED_ON, _NOTICE_ON),
            (_FILING_DECIDED_ON, _CONCLUDED_ON),
            (_PROSECUTED_ON, _JUDGED_ON),
        ),
    ),
    fields=(
        *CASE,
        Field(
            name="caseNumber",
            label="刑事案件编号",
            type=FieldType.NUMBER,
            note="公安机关立案决定书文号",
            example="示例公立字〔2024〕1号",
        ),
        Field(name="organ", label="办案机关", type=FieldType.NAME, example="示例市公安局"),
        Field(
            name="decision",
            label="立案决定",
            type=FieldType.WORD,
            vocabulary=FilingDecision,
            example=FilingDecision.FILED.value,
        ),
        _FILING_DECIDED_ON,
        _NOTICE_ON,
        Field(name="reasonsGiven", label="不予立案理由", type=FieldType.TEXT),
        Field(
            name="coercion",
            label="刑事强制措施",
            type=FieldType.OBJECTS,
            item=_coercion,
            note="extendedTo 为延长羁押期限后的届满日期",
            example=[
                {"kind": CoercionKind.DETENTION.value, "from": "2024-06-12", "to": "2024-06-19"},
                {"kind": CoercionKind.BAIL.value, "from": "2024-06-19"},
            ],
            fields=(
                Field(name="kind", label="措施", type=FieldType.WORD, required=True, vocabulary=CoercionKind),
                Field(name="from", label="起", type=FieldType.DATE, required=True, attribute="begun_on"),
                Field(name="to", label="止", type=FieldType.DATE, attribute="ended_on"),
                Field(name="extendedTo", label="延长至", type=FieldType.DATE),
            ),
        ),
        Field(
            name="activity",
            label="侦查活动",
            type=FieldType.OBJECTS,
            item=activity_item,
            example=[{"on": "2024-07-02", "what": "委托司法鉴定"}],
            fields=(
                Field(name="on", label="日期", type=FieldType.DATE, required=True),
                Field(name="what", label="内容", type=FieldType.TEXT, required=True),
            ),
        ),
        _CONCLUDED_ON,
        Field(
            name="conclusion",
            label="侦查结论",
            type=FieldType.WORD,
            vocabulary=CriminalConclusion,
            example=CriminalConclusion.SENT_FOR_PROSECUTION.value,
        ),
        _PROSECUTED_ON,
        _JUDGED_ON,
        Field(name="outcome", label="判决结果", type=FieldType.TEXT, example="判处罚金100000元"),
        SOURCE_UPDATED_AT,
    ),
)
