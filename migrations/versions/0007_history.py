"""History: every earlier value of cases, parties and agencies is kept, with the load that replaced it.

Revision: 0007, after 0006.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("relation", sa.Text(collation="C"), nullable=False, comment="the table of the record"),
        sa.Column("record_id", sa.BigInteger(), nullable=False, comment="no foreign key: what was outlives the record"),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True, comment="the load that changed it; NULL: no load did"),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column(
            "before",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the columns that changed, or the whole row that was deleted",
        ),
        sa.CheckConstraint("operation IN ('UPDATE', 'DELETE')", name=op.f("ck_record_change_operation_known")),
        sa.ForeignKeyConstraint(["run_id"], ["feed_run.id"], name=op.f("fk_record_change_run_id_feed_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_change")),
        comment="变更历史; rows are added and never changed",
    )
    op.create_index("ix_record_change_record", "record_change", ["relation", "record_id", "id"], unique=False)
    op.create_index(
        "ix_record_change_run",
        "record_change",
        ["run_id"],
        unique=False,
        postgresql_where=sa.text("run_id IS NOT NULL"),
    )
    op.add_column(
        "feed_row",
        sa.Column(
            "changes_after",
            sa.BigInteger(),
            nullable=True,
            comment="what it changed begins behind this record_change.id",
        ),
    )
    op.add_column(
        "feed_row",
        sa.Column(
            "changes_until",
            sa.BigInteger(),
            nullable=True,
            comment="and ends with this one; NULL: its run had changed nothing yet",
        ),
    )
    script = Path(__file__).with_name("0007_history.sql").read_text(encoding="utf-8")
    # The driver reads a single % as the place of a parameter.
    op.get_bind().exec_driver_sql(script.replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
