"""What the queues of triage are ordered by, kept with what waits in them.

Revision: 0022, after 0021.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_triage_queue_department", table_name="triage_queue")
    op.add_column(
        "triage_queue", sa.Column("agency_id", sa.BigInteger(), nullable=True, comment="the case's: whose it is")
    )
    op.add_column(
        "triage_queue",
        sa.Column(
            "certainty",
            sa.Text(collation="C"),
            nullable=True,
            comment="the best of the department's active findings; NULL: there is none",
        ),
    )
    op.add_column(
        "triage_queue",
        sa.Column("due_on", sa.Date(), nullable=True, comment="the earliest due day of those whose act is not done"),
    )
    op.add_column(
        "triage_queue",
        sa.Column("done_days", sa.Integer(), nullable=True, comment="the most days by which a late act was done"),
    )
    op.add_column(
        "triage_queue",
        sa.Column(
            "done_place",
            sa.Integer(),
            sa.Computed("- done_days", persisted=True),
            nullable=True,
            comment="of done_days, the most first: an index goes by it where row-level security lets no function",
        ),
    )
    op.get_bind().exec_driver_sql(Path(__file__).with_name("0022_triage_order.sql").read_text(encoding="utf-8"))
    op.alter_column("triage_queue", "agency_id", nullable=False)
    op.create_foreign_key(op.f("fk_triage_queue_agency_id_agency"), "triage_queue", "agency", ["agency_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_triage_queue_certainty_known"), "triage_queue", "certainty IN ('CERTAIN', 'POSSIBLE')"
    )
    op.create_check_constraint(
        op.f("ck_triage_queue_days_of_a_finding"),
        "triage_queue",
        "certainty IS NOT NULL OR num_nonnulls(due_on, done_days) = 0",
    )
    op.create_index("ix_triage_queue_agency", "triage_queue", ["agency_id", "department"], unique=False)
    op.create_index(
        "ix_triage_queue_due",
        "triage_queue",
        ["department", "certainty", "due_on", "entered_at", "id"],
        unique=False,
        postgresql_include=["agency_id", "done_days"],
        postgresql_where=sa.text("due_on IS NOT NULL"),
    )
    op.create_index(
        "ix_triage_queue_done",
        "triage_queue",
        ["department", "certainty", "done_place", "entered_at", "id"],
        unique=False,
        postgresql_include=["agency_id", "due_on", "done_days"],
        postgresql_where=sa.text("done_place IS NOT NULL"),
    )
    op.create_index(
        "ix_triage_queue_undue",
        "triage_queue",
        ["department", "certainty", "entered_at", "id"],
        unique=False,
        postgresql_include=["agency_id"],
        postgresql_where=sa.text("certainty IS NOT NULL AND due_on IS NULL AND done_place IS NULL"),
    )
    op.create_index(
        "ix_triage_queue_unfound",
        "triage_queue",
        ["department", "entered_at", "id"],
        unique=False,
        postgresql_include=["agency_id"],
        postgresql_where=sa.text("certainty IS NULL"),
    )


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
