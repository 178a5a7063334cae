"""The tables of clues (线索): where each stands, who handed it to whom, who takes part, and every step of its life.

A desk is a department of one procuratorate, as the text `12/PREVENTION`; 0 stands for no procuratorate. Events are
added and never changed; a clue's `revision` is that of its last event.
"""

from sqlalchemy import CheckConstraint, Column, Date, DateTime, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from schema.metadata import Key, metadata, one_of, row_id
from schema.supervision_vocabularies import (
    ClueClass,
    ClueEventKind,
    ClueSource,
    ClueStatus,
    HandOverOutcome,
    JointWork,
)
from schema.vocabularies import Department

clue = Table(
    "clue",
    metadata,
    row_id(),
    Column("number", Key, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("text", Text),
    Column("source", Text, nullable=False),
    Column("class", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("procuratorate_id", ForeignKey("procuratorate.id"), comment="where it is handled; NULL: nobody said where"),
    Column("department", Text, nullable=False, comment="which handles it; while TRANSFERRED: which is to accept it"),
    Column("handler_id", ForeignKey("account.id"), nullable=False, index=True),
    Column("sender_id", ForeignKey("account.id"), nullable=False, comment="who handed it over last, else its opener"),
    Column("opener_id", ForeignKey("account.id"), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("result", Text),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("last_step_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("acknowledged_at", DateTime(timezone=True), comment="when the last who is owed the result had taken note"),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    Column("desks", ARRAY(Text), nullable=False, comment="every desk that has or had a part in it, and so sees it"),
    one_of("source", ClueSource),
    one_of("class", ClueClass),
    one_of("status", ClueStatus),
    one_of("department", Department),
    CheckConstraint("title <> '' AND number <> ''", name="title_and_number_not_empty"),
    CheckConstraint(
        "(status = 'CLOSED') = (closed_at IS NOT NULL) AND (status = 'CLOSED') = (result IS NOT NULL)",
        name="closed_with_result",
    ),
    CheckConstraint("acknowledged_at IS NULL OR status = 'CLOSED'", name="acknowledged_when_closed"),
    CheckConstraint("(coalesce(procuratorate_id, 0) || '/' || department) = ANY (desks)", name="seen_by_its_desk"),
    Index("ix_clue_desks", "desks", postgresql_using="gin"),
    Index("ix_clue_due", "due_on", "id"),
    comment="线索",
)

clue_hand_over = Table(
    "clue_hand_over",
    metadata,
    row_id(),
    Column("clue_id", ForeignKey("clue.id"), nullable=False),
    Column("from_procuratorate_id", ForeignKey("procuratorate.id")),
    Column("from_department", Text, nullable=False),
    Column("sender_id", ForeignKey("account.id"), nullable=False),
    Column("to_procuratorate_id", ForeignKey("procuratorate.id")),
    Column("to_department", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    Column("outcome", Text, comment="NULL: it waits for acceptance"),
    Column("ended_by", ForeignKey("account.id")),
    Column("ended_at", DateTime(timezone=True)),
    one_of("from_department", Department),
    one_of("to_department", Department),
    one_of("outcome", HandOverOutcome),
    CheckConstraint("num_nonnulls(outcome, ended_by, ended_at) IN (0, 3)", name="ended_whole"),
    Index("uq_clue_hand_over_pending", "clue_id", unique=True, postgresql_where=text("outcome IS NULL")),
    Index("ix_clue_hand_over_clue", "clue_id", "id"),
    comment="线索互转",
)

clue_receipt = Table(
    "clue_receipt",
    metadata,
    Column("clue_id", ForeignKey("clue.id"), primary_key=True),
    Column("account_id", ForeignKey("account.id"), primary_key=True, comment="who is owed the result"),
    Column("acknowledged_at", DateTime(timezone=True)),
    Column("acknowledged_by", ForeignKey("account.id"), comment="that person, or who stands in"),
    CheckConstraint("num_nonnulls(acknowledged_at, acknowledged_by) IN (0, 2)", name="acknowledged_whole"),
    Index("ix_clue_receipt_owed", "account_id", postgresql_where=text("acknowledged_at IS NULL")),
    comment="线索结果反馈: to the opener and to everybody who handed it over",
)

clue_participation = Table(
    "clue_participation",
    metadata,
    row_id(),
    Column("clue_id", ForeignKey("clue.id"), nullable=False, index=True),
    Column("procuratorate_id", ForeignKey("procuratorate.id")),
    Column("department", Text, nullable=False),
    Column("work", Text, nullable=False),
    Column("invited_by", ForeignKey("account.id"), nullable=False),
    Column("invited_at", DateTime(timezone=True), nullable=False),
    Column("opinion", Text),
    Column("opinion_by", ForeignKey("account.id")),
    Column("opinion_at", DateTime(timezone=True)),
    one_of("department", Department),
    one_of("work", JointWork),
    CheckConstraint("num_nonnulls(opinion, opinion_by, opinion_at) IN (0, 3)", name="opinion_whole"),
    Index(
        "uq_clue_participation_desk",
        "clue_id",
        text("coalesce(procuratorate_id, 0)"),
        "department",
        "work",
        unique=True,
    ),
    comment="会同办理",
)

clue_case = Table(
    "clue_case",
    metadata,
    Column("clue_id", ForeignKey("clue.id"), primary_key=True),
    Column("case_id", ForeignKey("penalty_case.id"), primary_key=True, index=True),
    comment="cases that a clue is about",
)

clue_anomaly = Table(
    "clue_anomaly",
    metadata,
    Column("clue_id", ForeignKey("clue.id"), primary_key=True),
    Column("anomaly_id", ForeignKey("anomaly.id"), primary_key=True, index=True),
    comment="findings that a clue came from",
)

clue_event = Table(
    "clue_event",
    metadata,
    row_id(),
    Column("clue_id", ForeignKey("clue.id"), nullable=False),
    Column("revision", Integer, nullable=False, comment="of the clue after it"),
    Column("event", Text, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("actor_id", ForeignKey("account.id"), nullable=False),
    Column("status", Text, nullable=False, comment="of the clue after it"),
    Column("procuratorate_id", ForeignKey("procuratorate.id")),
    Column("department", Text, nullable=False),
    Column("handler_id", ForeignKey("account.id"), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("note", Text, nullable=False, server_default="", comment="the reason, the step, the result"),
    one_of("event", ClueEventKind),
    one_of("status", ClueStatus),
    Index("uq_clue_event_revision", "clue_id", "revision", unique=True),
    comment="线索的历史; rows are added and never changed",
)

document_counter = Table(
    "document_counter",
    metadata,
    row_id(),
    Column("procuratorate_id", ForeignKey("procuratorate.id")),
    Column("series", Key, nullable=False, comment="of what: clues of a department, measures of a kind"),
    Column("year", Integer, nullable=False),
    Column("last", Integer, nullable=False, comment="the last number given"),
    Index("uq_document_counter_series", text("coalesce(procuratorate_id, 0)"), "series", "year", unique=True),
    CheckConstraint("last > 0", name="last_positive"),
    comment="文号",
)
