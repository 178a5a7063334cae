"""The kind `reconsideration`: a reconsideration of the penalty, or a lawsuit against it (行政复议、行政诉讼)."""

from typing import Final

from indexer.feeds.kinds.case_reference import CASE, follow_up
from indexer.feeds.kinds.description import SOURCE_UPDATED_AT, Field, FieldType, Kind
from schema.feed_records import ReconsiderationRecord
from schema.vocabularies import FeedKind, RemedyOutcome, RemedyType

_APPLIED_ON: Final = Field(
    name="appliedOn", label="申请或起诉日期", type=FieldType.DATE, example="2024-05-06", other_labels=("申请日期",)
)
_DECIDED_ON: Final = Field(
    name="decidedOn",
    label="复议决定或裁判日期",
    type=FieldType.DATE,
    example="2024-07-01",
    other_labels=("复议决定日期", "裁判日期"),
)
_SERVED_ON: Final = Field(name="servedOn", label="送达日期", type=FieldType.DATE, example="2024-07-04")

RECONSIDERATION: Final = Kind(
    kind=FeedKind.RECONSIDERATION,
    record=follow_up(ReconsiderationRecord, in_order=((_APPLIED_ON, _DECIDED_ON), (_DECIDED_ON, _SERVED_ON))),
    fields=(
        *CASE,
        Field(
            name="type",
            label="救济类型",
            type=FieldType.WORD,
            required=True,
            vocabulary=RemedyType,
            example=RemedyType.RECONSIDERATION.value,
        ),
        _APPLIED_ON,
        _DECIDED_ON,
        _SERVED_ON,
        Field(
            name="outcome",
            label="处理结果",
            type=FieldType.WORD,
            vocabulary=RemedyOutcome,
            example=RemedyOutcome.CHANGED.value,
        ),
        Field(
            name="newFine", label="变更后罚款金额(元)", type=FieldType.MONEY, note="变更罚款时填写", example="80000.00"
        ),
        SOURCE_UPDATED_AT,
    ),
)
