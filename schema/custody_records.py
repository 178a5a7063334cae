"""The frozen records of custodies (刑事拘留案件专项检查): coercive measures of criminal cases with their limits."""

from dataclasses import dataclass
from datetime import date

from schema.vocabularies import Certainty, CoercionKind, Labelled


class CustodyState(Labelled):
    """How a custody stands on a day against the longest that the law allows."""

    OPEN = "OPEN", "在期限内"
    OVERDUE = "OVERDUE", "超期未解除"
    ENDED = "ENDED", "已解除"
    ENDED_LATE = "ENDED_LATE", "超期后解除"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyTerm:
    """The longest that a kind of measure may last where it began on these days: months, then days.

    `moves`: a last day that is no working day moves to the next one.
    """

    kind: CoercionKind
    effective_from: date
    effective_until: date | None
    months: int
    days: int
    moves: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """One coercive measure of a criminal case, as it stands today.

    `place` is its number in its record, from 1. `case_id` is None where the penalty case has not arrived. `ended_on` is
    the day it ended, told or taken from the measure in its place; None where it lasts, or where only the end of the
    whole record tells that it ended. `days_left` counts calendar days from today to `due_on`, below 0 beyond it, of one
    that lasts; `overdue_days` those beyond it, of one that lasts or ended.
    """

    criminal_case_id: int
    place: int
    case_id: int | None
    agency_id: int
    document_number: str
    case_number: str | None
    organ: str | None
    person_names: tuple[str, ...]
    kind: CoercionKind
    begun_on: date
    told_end: date | None
    extended_to: date | None
    ended_on: date | None
    due_on: date | None
    state: CustodyState
    certainty: Certainty
    days_left: int | None
    overdue_days: int | None
