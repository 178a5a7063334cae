"""From a parsed row of what follows a case to the row that is merged: plain values by column, digest, encryption."""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any, Final

import orjson

from indexer.feeds.staging import Seal, warnings_json
from schema.feed_records import (
    ActivityRecord,
    CoercionRecord,
    CoerciveMeasureRecord,
    CriminalCaseRecord,
    EnforcementRecord,
    FollowUpRecord,
    MeasureRecord,
    ParsedRow,
    ReconsiderationRecord,
    TransferRecord,
)
from schema.vocabularies import FeedKind
from stores.follow_up_matching import ToldRow
from stores.follow_ups import StagedFollowUp
from stores.register import RegisteredAgency

_KINDS: Final[Mapping[type, FeedKind]] = {
    TransferRecord: FeedKind.TRANSFER,
    CriminalCaseRecord: FeedKind.CRIMINAL_CASE,
    ReconsiderationRecord: FeedKind.RECONSIDERATION,
    EnforcementRecord: FeedKind.ENFORCEMENT,
    CoerciveMeasureRecord: FeedKind.COERCIVE_MEASURE,
    MeasureRecord: FeedKind.MEASURE,
}

_NOT_TOLD: Final = frozenset({"case", "source_updated_at"})


def stage_follow_up(
    row: ParsedRow, record: FollowUpRecord, agency: RegisteredAgency, seal: Seal, agency_sent: str | None
) -> StagedFollowUp:
    """The staged row of a record of a registered agency's case; a record's fields are its table's columns."""
    kind = _KINDS[type(record)]
    values = {name: _plain(getattr(record, name)) for name in record.__dataclass_fields__ if name not in _NOT_TOLD}
    said = orjson.dumps([kind.value, values], default=str, option=orjson.OPT_SORT_KEYS)
    return StagedFollowUp(
        ordinal=row.ordinal,
        line=row.line,
        kind=kind,
        agency_id=agency.id,
        agency_sent=agency_sent,
        document_number=record.case.document_number,
        told=ToldRow(values=values, digest=seal.keys.hash_bytes(said), source_updated_at=record.source_updated_at),
        key_id=seal.keys.newest,
        raw=seal(row),
        warnings=warnings_json(row.warnings),
    )


def _plain(value: Any) -> Any:
    """A value as its column holds it, and as it is compared with what is stored there."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_event(item) for item in value]
    return value


def _event(item: CoercionRecord | ActivityRecord) -> dict[str, Any]:
    if isinstance(item, CoercionRecord):
        return {
            "kind": item.kind.value,
            "from": item.begun_on.isoformat(),
            "to": _day(item.ended_on),
            "extendedTo": _day(item.extended_to),
        }
    return {"on": item.on.isoformat(), "what": item.what, "by": item.by, "emergency": item.emergency}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
