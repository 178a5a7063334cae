"""The tables of public-interest cases (行政公益诉讼), of the penalty cases they are about, and of their steps.

Events are added and never changed; a case's `revision` is that of its last event.
"""

from sqlalchemy import CheckConstraint, Column, Date, DateTime, ForeignKey, Index, Integer, Table, Text, text

from schema.clue_tables import clue
from schema.duty_vocabularies import PublicInterestEventKind, PublicInterestStatus
from schema.measure_tables import measure
from schema.metadata import Key, metadata, one_of, row_id
from schema.vocabularies import Domain

public_interest_case = Table(
    "public_interest_case",
    metadata,
    row_id(),
    Column("number", Key, nullable=False, comment="立案决定书文号, canonical (schema.document_number)"),
    Column("title", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("agency_id", ForeignKey("agency.id"), nullable=False, index=True, comment="which has to act"),
    Column("status", Text, nullable=False),
    Column("clue_id", ForeignKey(clue.c.id), index=True, comment="from which it came"),
    Column("measure_id", ForeignKey(measure.c.id), index=True, comment="诉前检察建议"),
    Column("procuratorate_id", ForeignKey("procuratorate.id"), comment="whose it is; NULL: nobody said whose"),
    Column("filed_on", Date, nullable=False),
    Column("suspended_on", Date, comment="since when the review is suspended"),
    Column("sued_on", Date),
    Column("court", Text),
    Column("outcome", Text, comment="what was judged, else why it was closed"),
    Column("last_step_on", Date, nullable=False),
    Column("author_id", ForeignKey("account.id"), nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    one_of("domain", Domain),
    one_of("status", PublicInterestStatus),
    CheckConstraint("number <> '' AND title <> ''", name="number_and_title_not_empty"),
    CheckConstraint(
        "CASE status WHEN 'FILED' THEN measure_id IS NULL WHEN 'CLOSED' THEN true ELSE measure_id IS NOT NULL END",
        name="proposed_by_measure",
    ),
    CheckConstraint("(status = 'SUSPENDED') = (suspended_on IS NOT NULL)", name="suspended_since"),
    CheckConstraint("num_nonnulls(sued_on, court) IN (0, 2)", name="sued_whole"),
    CheckConstraint(
        "CASE WHEN status IN ('SUED', 'JUDGED') THEN sued_on IS NOT NULL"
        " WHEN status <> 'CLOSED' THEN sued_on IS NULL ELSE true END",
        name="sued_on_a_day",
    ),
    CheckConstraint("(status IN ('JUDGED', 'CLOSED')) = (outcome IS NOT NULL)", name="ended_with_outcome"),
    CheckConstraint("last_step_on >= filed_on", name="steps_after_filing"),
    Index("uq_public_interest_case_number", text("coalesce(procuratorate_id, 0)"), "number", unique=True),
    Index("ix_public_interest_case_filed", text("filed_on DESC"), text("id DESC")),
    comment="行政公益诉讼案件",
)

public_interest_penalty_case = Table(
    "public_interest_penalty_case",
    metadata,
    Column("public_interest_case_id", ForeignKey("public_interest_case.id"), primary_key=True),
    Column("case_id", ForeignKey("penalty_case.id"), primary_key=True, index=True),
    comment="penalty cases that a public-interest case is about",
)

public_interest_event = Table(
    "public_interest_event",
    metadata,
    row_id(),
    Column("case_id", ForeignKey("public_interest_case.id"), nullable=False),
    Column("revision", Integer, nullable=False, comment="of the case after it"),
    Column("event", Text, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("on_day", Date, nullable=False, comment="on which it was done, as it was told"),
    Column("actor_id", ForeignKey("account.id"), nullable=False),
    Column("status", Text, nullable=False, comment="of the case after it"),
    Column("note", Text, nullable=False, server_default="", comment="the reason, the outcome"),
    Column("measure_id", ForeignKey(measure.c.id), index=True, comment="of PROPOSED: the proposal"),
    one_of("event", PublicInterestEventKind),
    one_of("status", PublicInterestStatus),
    Index("uq_public_interest_event_revision", "case_id", "revision", unique=True),
    comment="公益诉讼案件的历史; rows are added and never changed",
)
