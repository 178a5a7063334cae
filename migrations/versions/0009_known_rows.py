"""Rows sent again are known by their bytes, without being read.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was loaded before has no such digest, and gets one when it is applied again.
    op.add_column(
        "case_source",
        sa.Column(
            "row_digest",
            sa.LargeBinary(),
            nullable=True,
            comment="of that row's bytes and of how they are read, by which it is known unread",
        ),
    )
    op.add_column(
        "case_source",
        sa.Column("row_updated_at", sa.DateTime(timezone=True), nullable=True, comment="that row's sourceUpdatedAt"),
    )
    op.add_column("case_source", sa.Column("row_warnings", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_index(
        "ix_case_source_row_digest",
        "case_source",
        ["row_digest"],
        unique=False,
        postgresql_where=sa.text("row_digest IS NOT NULL"),
    )
    op.add_column(
        "feed_run",
        sa.Column(
            "known",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="of the unchanged rows, those an earlier run has kept byte for byte; feed_row holds all others",
        ),
    )
    op.create_check_constraint(op.f("ck_feed_run_known_are_unchanged"), "feed_run", "known BETWEEN 0 AND unchanged")


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
