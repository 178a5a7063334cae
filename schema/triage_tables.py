"""The tables of triage (评估、审查、分流): what waits for a decision at each department, and what was decided."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

from schema.metadata import Key, metadata, one_of, row_id
from schema.supervision_vocabularies import TriageDecision
from schema.vocabularies import Certainty, Department

triage_queue = Table(
    "triage_queue",
    metadata,
    row_id(),
    Column("case_id", ForeignKey("penalty_case.id", ondelete="CASCADE"), nullable=False),
    Column("department", Text, nullable=False, comment="of the procuratorate that supervises the case's agency"),
    Column("entered_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # What the places in a queue go by; triggers keep it as the findings change.
    Column("agency_id", ForeignKey("agency.id"), nullable=False, comment="the case's: whose it is"),
    Column("certainty", Key, comment="the best of the department's active findings; NULL: there is none"),
    Column("due_on", Date, comment="the earliest due day of those whose act is not done"),
    Column("done_days", Integer, comment="the most days by which a late act was done"),
    Column(
        "done_place",
        Integer,
        Computed("- done_days", persisted=True),
        comment="of done_days, the most first: an index goes by it where row-level security lets no function",
    ),
    one_of("department", Department),
    one_of("certainty", Certainty),
    CheckConstraint("certainty IS NOT NULL OR num_nonnulls(due_on, done_days) = 0", name="days_of_a_finding"),
    UniqueConstraint("case_id", "department"),
    Index("ix_triage_queue_agency", "agency_id", "department"),
    Index(
        "ix_triage_queue_due",
        *("department", "certainty", "due_on", "entered_at", "id"),
        postgresql_include=["agency_id", "done_days"],
        postgresql_where=text("due_on IS NOT NULL"),
    ),
    Index(
        "ix_triage_queue_done",
        *("department", "certainty", "done_place", "entered_at", "id"),
        postgresql_include=["agency_id", "due_on", "done_days"],
        postgresql_where=text("done_place IS NOT NULL"),
    ),
    Index(
        "ix_triage_queue_undue",
        *("department", "certainty", "entered_at", "id"),
        postgresql_include=["agency_id"],
        postgresql_where=text("certainty IS NOT NULL AND due_on IS NULL AND done_place IS NULL"),
    ),
    Index(
        "ix_triage_queue_unfound",
        *("department", "entered_at", "id"),
        postgresql_include=["agency_id"],
        postgresql_where=text("certainty IS NULL"),
    ),
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
