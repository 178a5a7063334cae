"""The kind `measure`: what a procuratorate issued about a case (检察监督措施)."""

from typing import Final

from indexer.feeds.kinds.case_reference import CASE, follow_up
from indexer.feeds.kinds.description import SOURCE_UPDATED_AT, Field, FieldType, Kind
from schema.feed_records import MeasureRecord
from schema.vocabularies import FeedKind, MeasureKind

_SERVED_ON: Final = Field(
    name="servedOn", label="文书送达日期", type=FieldType.DATE, example="2024-08-01", other_labels=("送达日期",)
)
_REPLIED_ON: Final = Field(name="repliedOn", label="回复日期", type=FieldType.DATE, example="2024-09-20")

MEASURE: Final = Kind(
    kind=FeedKind.MEASURE,
    record=follow_up(MeasureRecord, in_order=((_SERVED_ON, _REPLIED_ON),)),
    fields=(
        *CASE,
        Field(
            name="type",
            label="监督措施种类",
            type=FieldType.WORD,
            required=True,
            vocabulary=MeasureKind,
            example=MeasureKind.RECOMMENDATION.value,
        ),
        Field(name="number", label="监督文书文号", type=FieldType.NUMBER, example="示例检建〔2024〕1号"),
        _SERVED_ON,
        Field(name="replyDueOn", label="回复期限", type=FieldType.DATE, example="2024-10-01"),
        Field(name="urgent", label="是否紧急", type=FieldType.FLAG, example=False),
        _REPLIED_ON,
        Field(name="reply", label="回复内容", type=FieldType.TEXT, example="已责令当事人清运并补办转移联单。"),
        Field(name="outcome", label="监督结果", type=FieldType.TEXT, example="已整改"),
        SOURCE_UPDATED_AT,
    ),
)
