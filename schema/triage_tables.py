"""The tables of triage (评估、审查、分流): what waits for a decision at each department, and what was decided."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text, UniqueConstraint, func

from schema.metadata import metadata, one_of, row_id
from schema.supervision_vocabularies import TriageDecision
from schema.vocabularies import Department

triage_queue = Table(
    "triage_queue",
    metadata,
    row_id(),
    Column("case_id", ForeignKey("penalty_case.id", ondelete="CASCADE"), nullable=False),
    Column("department", Text, nullable=False, comment="of the procuratorate that supervises the case's agency"),
    Column("entered_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    one_of("department", Department),
    UniqueConstraint("case_id", "department"),
    Index("ix_triage_queue_department", "department", "id"),
    comment="分流队列: filled when a case is entered and when a finding opens, emptied by decisions",
)

triage = Table(
    "triage",
    metadata,
    row_id(),
    Column("case_id", ForeignKey("penalty_case.id"), nullable=False, index=True),
    Column("decision", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", ForeignKey("account.id"), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("department", Text, comment="for whose queue; NULL: for all of the case's"),
    Column("clue_id", ForeignKey("clue.id"), index=True),
    Column("measure_id", ForeignKey("measure.id"), index=True),
    one_of("decision", TriageDecision),
    one_of("department", Department),
    CheckConstraint("reason <> ''", name="reason_not_empty"),
    CheckConstraint(
        "(decision = 'CLUE') = (clue_id IS NOT NULL) AND (decision = 'MEASURE') = (measure_id IS NOT NULL)",
        name="decision_with_what_came_of_it",
    ),
    comment="分流决定; rows are added and never changed",
)
