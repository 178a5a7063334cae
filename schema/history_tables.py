"""The table of what was: every earlier value of the record, as the triggers of its tables keep it."""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Index, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB

from schema.metadata import Key, metadata, one_of, row_id
from schema.vocabularies import RecordOperation

record_change = Table(
    "record_change",
    metadata,
    row_id(),
    Column("relation", Key, nullable=False, comment="the table of the record"),
    Column("record_id", BigInteger, nullable=False, comment="no foreign key: what was outlives the record"),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("run_id", ForeignKey("feed_run.id"), comment="the load that changed it; NULL: no load did"),
    Column("operation", Text, nullable=False),
    Column("before", JSONB, nullable=False, comment="the columns that changed, or the whole row that was deleted"),
    one_of("operation", RecordOperation),
    Index("ix_record_change_record", "relation", "record_id", "id"),
    Index("ix_record_change_run", "run_id", postgresql_where=text("run_id IS NOT NULL")),
    comment="变更历史; rows are added and never changed",
)
