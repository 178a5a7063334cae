"""Provenance: feeds, their runs and rows; and what the relay and a rebuild remember.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dead_letter",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_dead_letter")),
        comment="documents that Elasticsearch refused",
    )
    op.create_table(
        "feed",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="the file's name without its folder"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("name", name=op.f("uq_feed_name")),
        comment="数据来源文件",
    )
    op.create_table(
        "index_rebuild",
        sa.Column("singleton", sa.SmallInteger(), server_default=sa.text("1"), autoincrement=False, nullable=False),
        sa.Column("index_name", sa.Text(), nullable=False),
        sa.Column(
            "last_case_id",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="filled up to and with this case",
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("singleton = 1", name=op.f("ck_index_rebuild_at_most_one")),
        sa.PrimaryKeyConstraint("singleton", name=op.f("pk_index_rebuild")),
        comment="the rebuild under way, to which relays write as well",
    )
    op.create_table(
        "feed_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run", sa.Text(collation="C"), nullable=False, comment="the name by which commands know the run"),
        sa.Column("feed_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "sha256", sa.LargeBinary(), nullable=True, comment="of the whole file; NULL until it was read to its end"
        ),
        sa.Column("encoding", sa.Text(), nullable=True),
        sa.Column("layout", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True, comment="why a file was refused"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("inserted", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rejected", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("waiting", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("warnings", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "skipped",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
            comment="lines that are no record, with why",
        ),
        sa.CheckConstraint("(status = 'RUNNING') = (ended_at IS NULL)", name=op.f("ck_feed_run_ended_unless_running")),
        sa.CheckConstraint(
            "status IN ('RUNNING', 'DONE', 'REFUSED', 'INTERRUPTED')", name=op.f("ck_feed_run_status_known")
        ),
        sa.CheckConstraint(
            "rows = inserted + updated + unchanged + rejected", name=op.f("ck_feed_run_rows_accounted_for")
        ),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_run_feed_id_feed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_run")),
        sa.UniqueConstraint("run", name=op.f("uq_feed_run_run")),
        comment="导入批次",
    )
    op.create_index(op.f("ix_feed_run_feed_id"), "feed_run", ["feed_id"], unique=False)
    op.create_index(
        "ix_feed_run_newest",
        "feed_run",
        [sa.literal_column("started_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "feed_row",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "ordinal",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="the record's place in its file, from 1",
        ),
        sa.Column("line", sa.Integer(), nullable=False, comment="the physical line on which the record starts"),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column(
            "case_id",
            sa.BigInteger(),
            nullable=True,
            comment="the case it told of; no foreign key: a row outlives its case",
        ),
        sa.Column("key_id", sa.Text(collation="C"), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False, comment="nonce, then AES-GCM ciphertext of the row as sent"),
        sa.Column("warnings", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('inserted', 'updated', 'unchanged', 'rejected')", name=op.f("ck_feed_row_outcome_known")
        ),
        sa.CheckConstraint("ordinal > 0 AND line > 0", name=op.f("ck_feed_row_counted_from_one")),
        sa.ForeignKeyConstraint(["run_id"], ["feed_run.id"], name=op.f("fk_feed_row_run_id_feed_run")),
        sa.PrimaryKeyConstraint("run_id", "ordinal", name=op.f("pk_feed_row")),
        comment="原始数据行",
    )
    op.create_index(
        "ix_feed_row_case", "feed_row", ["case_id"], unique=False, postgresql_where=sa.text("case_id IS NOT NULL")
    )
    op.create_table(
        "rejected_row",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "code IN ('MISSING_VALUE', 'BAD_VALUE', 'BAD_USCC', 'CONFLICT', 'BAD_ROW', 'UNKNOWN_KIND', "
            "'UNKNOWN_AGENCY')",
            name=op.f("ck_rejected_row_code_known"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["feed_run.id"], name=op.f("fk_rejected_row_run_id_feed_run")),
        sa.PrimaryKeyConstraint("run_id", "ordinal", name=op.f("pk_rejected_row")),
        comment="被拒收的数据行",
    )


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
