"""Which case a record belongs to, and what every kind that follows a case shares."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from indexer.feeds.cases import agency_of, document_number, require_agency
from indexer.feeds.kinds.description import Field, FieldType, RecordOf
from indexer.feeds.values import BadValueError, warn
from schema.feed_records import ActivityRecord, CaseReference, FollowUpRecord, RowWarning
from schema.vocabularies import FeedErrorCode

AGENCY: Final = Field(
    name="agency",
    label="执法机关",
    type=FieldType.AS_SENT,
    note="作出处罚决定的机关的登记名称或统一社会信用代码；为空时取报送单位",
    example="示例市生态环境局",
    other_labels=("处罚机关", "行政执法机关"),
)
DOCUMENT_NUMBER: Final = Field(
    name="documentNumber",
    label="决定书文号",
    type=FieldType.AS_SENT,
    required=True,
    note="行政处罚决定书文号",
    example="示例环罚决字〔2024〕1号",
    other_labels=("行政处罚决定书文号", "处罚决定书文号"),
)
CASE: Final = (AGENCY, DOCUMENT_NUMBER)
"""The fields by which a record names its case."""


def activity_item(values: dict[str, Any], _path: str) -> ActivityRecord:
    """Something done on a day; who did it and whether in emergency are known of enforcement only."""
    return ActivityRecord(on=values["on"], what=values["what"], by=values.get("by"), emergency=values.get("emergency"))


def follow_up(record: Callable[..., FollowUpRecord], *, in_order: tuple[tuple[Field, Field], ...] = ()) -> RecordOf:
    """Make records of a kind that follows a case.

    Of each pair `in_order` the second day cannot well be before the first, and a warning says so. Raises MISSING_VALUE
    for a record without its case, and for one that says nothing besides.
    """

    def record_of(values: dict[str, Any], warnings: list[RowWarning], sender: str | None) -> FollowUpRecord:
        case = _case_reference(values, warnings, sender)
        if not any(value not in (None, ()) for name, value in values.items() if name != "source_updated_at"):
            raise BadValueError(
                FeedErrorCode.MISSING_VALUE, None, "The record says nothing but its case. Fill in at least one field."
            )
        for earlier, later in in_order:
            if _is_before(values[later.attribute], values[earlier.attribute]):
                warn(warnings, later.name, f"{later.name} is before {earlier.name}; both were taken as they stand.")
        return record(case=case, **values)

    return record_of


def _case_reference(values: dict[str, Any], warnings: list[RowWarning], sender: str | None) -> CaseReference:
    name, code = agency_of(values.pop("agency"), "agency", warnings)
    name = sender if name is None and code is None else name
    require_agency(name or code, "agency")
    number = document_number(values.pop("document_number"), "documentNumber", [])
    if number is None:
        raise BadValueError(
            FeedErrorCode.MISSING_VALUE,
            "documentNumber",
            "A placeholder or a text is no document number, and nothing else tells which case this is. Give the number "
            "of the penalty decision.",
        )
    return CaseReference(agency_name=name, agency_uscc=code, document_number=number)


def _is_before(later: date | None, earlier: date | None) -> bool:
    return later is not None and earlier is not None and later < earlier
