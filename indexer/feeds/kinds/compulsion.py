"""The kinds `enforcement` and `coercive_measure`: carrying a penalty out, and compulsion before it (行政强制)."""

from typing import Any, Final

from indexer.feeds.kinds.case_reference import CASE, activity_item, follow_up
from indexer.feeds.kinds.description import SOURCE_UPDATED_AT, Field, FieldType, Kind
from indexer.feeds.values import bad_value
from schema.feed_records import CoerciveMeasureRecord, EnforcementRecord, FollowUpRecord, RowWarning
from schema.vocabularies import CoerciveMeasureType, EnforcementRuling, FeedKind

_DEMANDED_ON: Final = Field(
    name="demandedOn", label="催告日期", type=FieldType.DATE, note="催告书送达日期", example="2024-10-20"
)
_APPLIED_ON: Final = Field(
    name="appliedOn",
    label="申请日期",
    type=FieldType.DATE,
    note="申请法院强制执行的日期",
    example="2024-11-04",
    other_labels=("申请强制执行日期",),
)
_RECEIVED_ON: Final = Field(
    name="receivedOn", label="法院收到日期", type=FieldType.DATE, note="法院收到申请的日期", example="2024-11-05"
)
_ACCEPTED_ON: Final = Field(name="acceptedOn", label="受理日期", type=FieldType.DATE, example="2024-11-08")
_RULED_ON: Final = Field(name="ruledOn", label="裁定日期", type=FieldType.DATE, example="2024-12-02")
_CONCLUDED_ON: Final = Field(name="concludedOn", label="执行结束日期", type=FieldType.DATE, example="2025-01-15")

ENFORCEMENT: Final = Kind(
    kind=FeedKind.ENFORCEMENT,
    record=follow_up(
        EnforcementRecord,
        in_order=(
            (_DEMANDED_ON, _APPLIED_ON),
            (_APPLIED_ON, _RECEIVED_ON),
            (_RECEIVED_ON, _ACCEPTED_ON),
            (_ACCEPTED_ON, _RULED_ON),
            (_RULED_ON, _CONCLUDED_ON),
        ),
    ),
    fields=(
        *CASE,
        _DEMANDED_ON,
        _APPLIED_ON,
        Field(name="court", label="受理法院", type=FieldType.NAME, example="示例市人民法院"),
        _RECEIVED_ON,
        Field(name="accepted", label="是否受理", type=FieldType.FLAG, example=True),
        _ACCEPTED_ON,
        Field(name="refusedOn", label="不予受理日期", type=FieldType.DATE),
        Field(name="refusalReason", label="不予受理理由", type=FieldType.TEXT),
        _RULED_ON,
        Field(
            name="ruling",
            label="裁定结果",
            type=FieldType.WORD,
            vocabulary=EnforcementRuling,
            example=EnforcementRuling.ENFORCE.value,
        ),
        Field(name="rulingReason", label="裁定理由", type=FieldType.TEXT),
        Field(name="overturnedOn", label="裁定撤销日期", type=FieldType.DATE, note="上级法院撤销不予执行裁定的日期"),
        Field(name="enforcedBy", label="执行主体", type=FieldType.TEXT, example="示例市人民法院"),
        Field(name="enforcedAmount", label="执行金额(元)", type=FieldType.MONEY, example="120000.00"),
        Field(name="costs", label="执行费用(元)", type=FieldType.MONEY, example="1700.00"),
        _CONCLUDED_ON,
        Field(
            name="actions",
            label="执行措施",
            type=FieldType.OBJECTS,
            item=activity_item,
            note="emergency 表示情况紧急",
            example=[{"on": "2024-12-20", "what": "划拨存款", "by": "示例市人民法院", "emergency": False}],
            fields=(
                Field(name="on", label="日期", type=FieldType.DATE, required=True),
                Field(name="what", label="内容", type=FieldType.TEXT, required=True),
                Field(name="by", label="实施主体", type=FieldType.TEXT),
                Field(name="emergency", label="情况紧急", type=FieldType.FLAG),
            ),
        ),
        SOURCE_UPDATED_AT,
    ),
)

_IMPOSED_ON: Final = Field(
    name="imposedOn", label="实施日期", type=FieldType.DATE, note="实施强制措施的日期", example="2024-01-10"
)
_UNTIL: Final = Field(
    name="until", label="期限届满日期", type=FieldType.DATE, note="查封、扣押、冻结期限届满之日", example="2024-02-09"
)
_coercive_measure: Final = follow_up(CoerciveMeasureRecord, in_order=((_IMPOSED_ON, _UNTIL),))


def _measure_with_an_end(values: dict[str, Any], warnings: list[RowWarning], sender: str | None) -> FollowUpRecord:
    begun, ended = values["imposed_on"], values["ended_on"]
    if begun is not None and ended is not None and ended < begun:
        raise bad_value("endedOn", "A day that is not before imposedOn is expected.")
    return _coercive_measure(values, warnings, sender)


COERCIVE_MEASURE: Final = Kind(
    kind=FeedKind.COERCIVE_MEASURE,
    record=_measure_with_an_end,
    fields=(
        *CASE,
        Field(
            name="type",
            label="强制措施种类",
            type=FieldType.WORD,
            required=True,
            vocabulary=CoerciveMeasureType,
            example=CoerciveMeasureType.SEAL.value,
        ),
        Field(name="decidedOn", label="强制措施决定日期", type=FieldType.DATE, example="2024-01-10"),
        _IMPOSED_ON,
        Field(
            name="reportedOn",
            label="补报日期",
            type=FieldType.DATE,
            note="情况紧急当场实施的，向负责人报告并补办批准手续的日期",
        ),
        Field(name="extendedOn", label="延长决定日期", type=FieldType.DATE),
        _UNTIL,
        Field(name="endedOn", label="解除日期", type=FieldType.DATE, example="2024-02-08"),
        Field(
            name="testingDays",
            label="检测鉴定天数",
            type=FieldType.INTEGER,
            note="检测、检验、检疫、鉴定所用的自然日，不计入期限",
            example=5,
        ),
        Field(name="onTheSpot", label="是否当场实施", type=FieldType.FLAG, example=False),
        SOURCE_UPDATED_AT,
    ),
)
