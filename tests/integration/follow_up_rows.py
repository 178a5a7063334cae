"""Reads rows of what follows cases where the reader does not know their kinds yet: a stand-in for a part of it."""

from collections.abc import Mapping
from typing import Any

import pytest

from indexer.feeds import json_records, reader
from indexer.feeds.cases import document_number
from indexer.feeds.values import BadValueError
from schema import feed_records as rows
from schema import vocabularies as words
from schema.vocabularies import FeedErrorCode

_COMMON = {"kind", "sourceUpdatedAt", "agency", "documentNumber"}
_FIELDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "transfer": (
        rows.TransferRecord,
        {
            **dict.fromkeys(("reportedOn", "decidedOn", "transferredOn", "receivedOn", "returnedOn"), "date"),
            **dict.fromkeys(("refusalReason", "toOrgan", "suspectedCrime", "returnReason"), "text"),
            "decision": words.TransferDecision,
        },
    ),
    "criminal_case": (
        rows.CriminalCaseRecord,
        {
            **dict.fromkeys(("decidedOn", "noticeToAgencyOn", "concludedOn", "prosecutedOn", "judgedOn"), "date"),
            **dict.fromkeys(("caseNumber", "organ", "reasonsGiven", "outcome"), "text"),
            "decision": words.FilingDecision,
            "conclusion": words.CriminalConclusion,
            "coercion": "coercion",
            "activity": "activity",
        },
    ),
    "reconsideration": (
        rows.ReconsiderationRecord,
        {
            **dict.fromkeys(("appliedOn", "decidedOn", "servedOn"), "date"),
            "type": words.RemedyType,
            "outcome": words.RemedyOutcome,
            "newFine": "money",
        },
    ),
    "enforcement": (
        rows.EnforcementRecord,
        {
            **dict.fromkeys(("demandedOn", "appliedOn", "receivedOn", "acceptedOn", "refusedOn"), "date"),
            **dict.fromkeys(("ruledOn", "overturnedOn", "concludedOn"), "date"),
            **dict.fromkeys(("court", "refusalReason", "rulingReason", "enforcedBy"), "text"),
            **dict.fromkeys(("enforcedAmount", "costs"), "money"),
            "accepted": "flag",
            "ruling": words.EnforcementRuling,
            "actions": "activity",
        },
    ),
    "coercive_measure": (
        rows.CoerciveMeasureRecord,
        {
            **dict.fromkeys(("decidedOn", "imposedOn", "reportedOn", "extendedOn", "until", "endedOn"), "date"),
            "type": words.CoerciveMeasureType,
            "testingDays": "count",
            "onTheSpot": "flag",
        },
    ),
    "measure": (
        rows.MeasureRecord,
        {
            **dict.fromkeys(("servedOn", "replyDueOn", "repliedOn"), "date"),
            **dict.fromkeys(("number", "reply", "outcome"), "text"),
            "type": words.MeasureKind,
            "urgent": "flag",
        },
    ),
}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _value(fields: Any, name: str, how: Any) -> Any:
    if isinstance(how, type):
        return fields.word(name, how)
    if how == "count":
        text = fields.number_text(name)
        return None if text is None else int(text)
    if how == "coercion":
        return tuple(
            rows.CoercionRecord(
                kind=item.word("kind", words.CoercionKind),
                begun_on=item.date("from"),
                ended_on=item.date("to"),
                extended_to=item.date("extendedTo"),
            )
            for item in fields.objects(name, frozenset({"kind", "from", "to", "extendedTo"}))
        )
    if how == "activity":
        return tuple(
            rows.ActivityRecord(
                on=item.date("on"), what=item.text("what"), by=item.text("by"), emergency=item.flag("emergency")
            )
            for item in fields.objects(name, frozenset({"on", "what", "by", "emergency"}))
        )
    return getattr(fields, how)(name)


def _follow_up(sent: Mapping[str, Any], warnings: list[rows.RowWarning]) -> rows.FeedRecord:
    record, known = _FIELDS[sent["kind"]]
    fields = json_records._Fields(sent, "", frozenset(_COMMON | known.keys()), warnings)  # noqa: SLF001  its other half is under way
    agency_name, agency_uscc = json_records._agency_of(fields)  # noqa: SLF001  the same
    number = fields.read("documentNumber", lambda text, path: document_number(text, path, warnings))
    case = rows.CaseReference(agency_name=agency_name, agency_uscc=agency_uscc, document_number=number or "")
    values = {_snake(name): _value(fields, name, how) for name, how in known.items()}
    found: rows.FeedRecord = record(case=case, source_updated_at=fields.instant("sourceUpdatedAt"), **values)
    return found


@pytest.fixture
def follow_ups_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of the kinds that follow a case become records."""
    known = json_records.json_record

    def read(
        fields: Mapping[str, Any], warnings: list[rows.RowWarning], *, sender: str | None = None
    ) -> rows.FeedRecord:
        try:
            return known(fields, warnings, sender=sender)
        except BadValueError as error:
            if error.code is not FeedErrorCode.UNKNOWN_KIND or fields.get("kind") not in _FIELDS:
                raise
            return _follow_up(fields, warnings)

    monkeypatch.setattr(reader, "json_record", read)
