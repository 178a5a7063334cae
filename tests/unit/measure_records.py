"""A draft of a measure, and steps of its life."""

from datetime import UTC, date, datetime

from schema.measure_records import Measure, MeasureEvent
from schema.supervision_vocabularies import MeasureEventKind, MeasureStatus
from schema.vocabularies import MeasureKind

DRAFT = Measure(
    id=1,
    number=None,
    kind=MeasureKind.RECOMMENDATION,
    status=MeasureStatus.DRAFT,
    title="检察建议书",
    text="建议依法移送。",
    addressee="宛城区生态环境局",
    agency_id=3,
    procuratorate_id=7,
    department=None,
    clue_id=None,
    author_id=5,
    urgent=False,
    drafted_at=datetime(2026, 3, 1, tzinfo=UTC),
    issued_on=None,
    served_on=None,
    named_limit_on=None,
    reply_due_on=None,
    replied_on=None,
    reply=None,
    checked_on=None,
    rectification=None,
    copy_to_legal_office=False,
    copied_on=None,
    escalated_to_id=None,
    revision=1,
)


def measure_step(event: MeasureEventKind, note: str = "") -> MeasureEvent:
    """A step of the draft's life that somebody wrote down."""
    return MeasureEvent(
        id=1,
        measure_id=DRAFT.id,
        revision=1,
        event=event,
        happened_at=datetime(2026, 3, 2, tzinfo=UTC),
        on=date(2026, 3, 2),
        actor="李某",
        status=MeasureStatus.DRAFT,
        note=note,
    )
