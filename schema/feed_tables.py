"""The table of the feed's door: what came through it, and what was answered."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Integer, LargeBinary, Table, Text

from schema.metadata import Key, metadata, row_id

feed_delivery = Table(
    "feed_delivery",
    metadata,
    row_id(),
    Column("agency_id", ForeignKey("agency.id"), nullable=False),
    Column("name", Key, nullable=False, comment="the file's name, as the sender gave it"),
    Column("sha256", LargeBinary, nullable=False, comment="of the file as it was sent"),
    Column("account_id", ForeignKey("account.id"), nullable=False, index=True, comment="whose key sent it"),
    Column("delivered_at", DateTime(timezone=True), nullable=False),
    Column(
        "exit_status", Integer, nullable=False, comment="as of `feed load`: 0 all accepted, 1 some rejected, 2 unread"
    ),
    Column("answer", Text, nullable=False, comment="what `feed load --json` prints of the file"),
    CheckConstraint("octet_length(sha256) = 32", name="sha256_is_whole"),
    CheckConstraint("exit_status BETWEEN 0 AND 2", name="exit_status_known"),
    Index("ix_feed_delivery_newest", "agency_id", "name", "id"),
    comment="报送记录",
)
