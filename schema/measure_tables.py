"""The tables of measures (监督措施) that are issued here, and of every step of their lives.

Those that were issued before, and that a feed tells of, stand in `procuratorial_measure`. Events are added and never
changed; a measure's `revision` is that of its last event.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, DateTime, ForeignKey, Index, Integer, Table, Text, text

from schema.metadata import Key, metadata, one_of, row_id
from schema.supervision_vocabularies import MeasureEventKind, MeasureStatus
from schema.vocabularies import Department, MeasureKind

STORED_STATUSES = tuple(status for status in MeasureStatus if status is not MeasureStatus.OVERDUE)
"""What a measure's row may say: that it is overdue shows when it is read."""

measure = Table(
    "measure",
    metadata,
    row_id(),
    Column("number", Key, unique=True, comment="文书文号, given when it is issued"),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("addressee", Text, nullable=False),
    Column("agency_id", ForeignKey("agency.id"), index=True, comment="where the addressee is one"),
    Column("procuratorate_id", ForeignKey("procuratorate.id"), index=True, comment="whose it is"),
    Column("department", Text),
    Column("clue_id", ForeignKey("clue.id"), index=True),
    Column("author_id", ForeignKey("account.id"), nullable=False),
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    Column("drafted_at", DateTime(timezone=True), nullable=False),
    Column("issued_on", Date),
    Column("served_on", Date),
    Column("named_limit_on", Date, comment="the last day for the reply that its author named"),
    Column("reply_due_on", Date, comment="the last day for the reply, named or the law's"),
    Column("replied_on", Date),
    Column("reply", Text),
    Column("checked_on", Date),
    Column("rectification", Text, comment="what the check found"),
    Column("copy_to_legal_office", Boolean, nullable=False, server_default=text("false")),
    Column("copied_on", Date, comment="抄送政府法制办"),
    Column("escalated_to_id", ForeignKey("procuratorate.id"), comment="the superior procuratorate"),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    one_of("kind", MeasureKind),
    one_of("status", STORED_STATUSES),
    one_of("department", Department),
    CheckConstraint("title <> '' AND text <> '' AND addressee <> ''", name="title_text_and_addressee_not_empty"),
    CheckConstraint("num_nonnulls(number, issued_on) IN (0, 2)", name="numbered_when_issued"),
    CheckConstraint("status IN ('DRAFT', 'WITHDRAWN') OR number IS NOT NULL", name="issued_with_number"),
    CheckConstraint("status <> 'DRAFT' OR number IS NULL", name="draft_without_number"),
    CheckConstraint("served_on IS NULL OR issued_on IS NOT NULL", name="served_after_issue"),
    CheckConstraint("num_nonnulls(replied_on, reply) IN (0, 2)", name="reply_whole"),
    CheckConstraint("replied_on IS NULL OR replied_on >= served_on", name="replied_after_service"),
    CheckConstraint("num_nonnulls(checked_on, rectification) IN (0, 2)", name="check_whole"),
    Index("ix_measure_reply_due", "reply_due_on", "id"),
    comment="监督措施",
)

measure_case = Table(
    "measure_case",
    metadata,
    Column("measure_id", ForeignKey("measure.id"), primary_key=True),
    Column("case_id", ForeignKey("penalty_case.id"), primary_key=True, index=True),
    comment="cases that a measure is about",
)

measure_event = Table(
    "measure_event",
    metadata,
    row_id(),
    Column("measure_id", ForeignKey("measure.id"), nullable=False),
    Column("revision", Integer, nullable=False, comment="of the measure after it"),
    Column("event", Text, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("on_day", Date, nullable=False, comment="on which it was done, as it was told"),
    Column("actor_id", ForeignKey("account.id"), nullable=False),
    Column("status", Text, nullable=False, comment="of the measure after it"),
    Column("note", Text, nullable=False, server_default="", comment="the reason, the reply, the result"),
    one_of("event", MeasureEventKind),
    one_of("status", STORED_STATUSES),
    Index("uq_measure_event_revision", "measure_id", "revision", unique=True),
    comment="监督措施的历史; rows are added and never changed",
)
