"""The tables of how the search index is told of the record: what waits, was refused, is being filled or compared."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)

from schema.metadata import metadata, row_id

outbox = Table(
    "outbox",
    metadata,
    row_id(),
    Column("case_id", BigInteger, nullable=False),
    Column("deleted_revision", Integer, comment="of a case that is gone: one above its last revision"),
    Column("queued_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    comment="cases whose document in the index may be out of date; a row carries no document",
)

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("case_id", BigInteger, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("failed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="documents that Elasticsearch refused",
)

index_rebuild = Table(
    "index_rebuild",
    metadata,
    Column("singleton", SmallInteger, primary_key=True, server_default=text("1"), autoincrement=False),
    Column("index_name", Text, nullable=False),
    Column(
        "last_case_id", BigInteger, nullable=False, server_default=text("0"), comment="filled up to and with this case"
    ),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("singleton = 1", name="at_most_one"),
    comment="the rebuild under way, to which relays write as well",
)

index_walk = Table(
    "index_walk",
    metadata,
    row_id(),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("stepped_at", DateTime(timezone=True), nullable=False, server_default=text("'-infinity'")),
    Column("finished_at", DateTime(timezone=True)),
    Column(
        "last_case_id",
        BigInteger,
        nullable=False,
        server_default=text("0"),
        comment="compared up to and with this case",
    ),
    *(
        Column(count, BigInteger, nullable=False, server_default=text("0"))
        for count in ("compared", "missing", "stale", "orphaned", "repaired", "refused")
    ),
    Index("uq_index_walk_unfinished", text("(true)"), unique=True, postgresql_where=text("finished_at IS NULL")),
    comment="the comparison under `index sync --follow`: the one under way, and the last whole one",
)
