"""Records of a case and of what followed it, of which all is unknown but what a test says."""

from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import date, datetime
from types import UnionType
from typing import Any, TypeVar, get_args, get_type_hints

from schema.follow_up_records import (
    Act,
    Coercion,
    CoerciveMeasure,
    CriminalCase,
    EnforcementCase,
    FollowUp,
    ProcuratorialMeasure,
    Reconsideration,
    Transfer,
)
from schema.records import Agency, Party, PenaltyCase
from schema.vocabularies import (
    CoercionKind,
    CoerciveMeasureType,
    Domain,
    MeasureKind,
    PartyType,
    RemedyType,
)
from supervision.timeline import CaseEvent, case_timeline

AGENCY = "试验县生态环境局"
NUMBER = "试环罚〔2024〕1号"
FOLLOW_UPS: tuple[type[FollowUp], ...] = (
    Transfer,
    CriminalCase,
    Reconsideration,
    EnforcementCase,
    CoerciveMeasure,
    ProcuratorialMeasure,
)
_TYPES: dict[type, Any] = {
    Reconsideration: RemedyType.RECONSIDERATION,
    CoerciveMeasure: CoerciveMeasureType.SEAL,
    ProcuratorialMeasure: MeasureKind.RECOMMENDATION,
}

Record = TypeVar("Record")


def _blank(record: type[Record], known: dict[str, Any]) -> Record:
    """A record of which nothing is known besides; a list says nothing."""
    shape: Any = record
    hints: dict[str, Any] = get_type_hints(record)
    values = {
        field.name: None if type(None) in get_args(hints[field.name]) else ()
        for field in fields(shape)
        if field.default is MISSING
    }
    return record(**{**values, **known})


def penalty_case(**known: Any) -> PenaltyCase:
    agency = _blank(Agency, {"id": 1, "name": AGENCY, "priority": False})
    party = _blank(Party, {"id": 1, "type": PartyType.ORGANIZATION})
    needed = {"id": 1, "agency": agency, "party": party, "domain": Domain.OTHER, "identity_derived": False}
    return _blank(PenaltyCase, {**needed, "revision": 1, "document_number": NUMBER, **known})


def follow_up(record: type[Record], number: int = 1, /, **known: Any) -> Record:
    kind = {"type": _TYPES[record]} if record in _TYPES else {}
    return _blank(record, {"id": number, "case_id": 1, **kind, **known})


def coercion(
    kind: CoercionKind, begun_on: date, ended_on: date | None = None, extended_to: date | None = None
) -> Coercion:
    return Coercion(kind=kind, begun_on=begun_on, ended_on=ended_on, extended_to=extended_to)


def act(on: date, what: str = "讯问", by: str | None = None, *, emergency: bool | None = None) -> Act:
    return Act(on=on, what=what, by=by, emergency=emergency, person_names=())


def dated_fields(record: type) -> Iterator[str]:
    """The fields of a record that hold a day or a moment."""
    for name, hint in get_type_hints(record).items():
        if {date, datetime} & set(get_args(hint) if isinstance(hint, UnionType) else (hint,)):
            yield name


def list_fields(record: type) -> Iterator[tuple[str, type]]:
    """The fields of a record that hold several records with days of their own, and which."""
    for name, hint in get_type_hints(record).items():
        for item in get_args(hint):
            if isinstance(item, type) and hasattr(item, "__dataclass_fields__") and list(dated_fields(item)):
                yield name, item


def plainly(text: str) -> str:
    """Covers nothing."""
    return text


def timeline(*follow_ups: FollowUp, **known: Any) -> tuple[CaseEvent, ...]:
    return case_timeline(penalty_case(**known), follow_ups)


def titles(*follow_ups: FollowUp, **known: Any) -> list[str]:
    return [event.title(plainly) for event in timeline(*follow_ups, **known)]
