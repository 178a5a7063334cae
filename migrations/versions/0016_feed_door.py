"""The feed's door: whose feed a run is and who sent it, what was answered to whom, and who sees a run.

Revision: 0016, after 0015.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False, comment="the file's name, as the sender gave it"),
        sa.Column("sha256", sa.LargeBinary(), nullable=False, comment="of the file as it was sent"),
        sa.Column("account_id", sa.BigInteger(), nullable=False, comment="whose key sent it"),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "exit_status",
            sa.Integer(),
            nullable=False,
            comment="as of `feed load`: 0 all accepted, 1 some rejected, 2 unread",
        ),
        sa.Column("answer", sa.Text(), nullable=False, comment="what `feed load --json` prints of the file"),
        sa.CheckConstraint("exit_status BETWEEN 0 AND 2", name=op.f("ck_feed_delivery_exit_status_known")),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_feed_delivery_sha256_is_whole")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_feed_delivery_account_id_account")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_feed_delivery_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_delivery")),
        comment="报送记录",
    )
    op.create_index("ix_feed_delivery_newest", "feed_delivery", ["agency_id", "name", "id"])
    op.create_index(op.f("ix_feed_delivery_account_id"), "feed_delivery", ["account_id"])
    op.add_column(
        "feed_run",
        sa.Column("agency_id", sa.BigInteger(), nullable=True, comment="whose feed it is; NULL: nobody said"),
    )
    op.add_column(
        "feed_run",
        sa.Column("loaded_by", sa.BigInteger(), nullable=True, comment="who sent it; NULL: a command loaded it"),
    )
    op.create_index(op.f("ix_feed_run_agency_id"), "feed_run", ["agency_id"])
    op.create_index(op.f("ix_feed_run_loaded_by"), "feed_run", ["loaded_by"])
    op.create_foreign_key(op.f("fk_feed_run_agency_id_agency"), "feed_run", "agency", ["agency_id"], ["id"])
    op.create_foreign_key(op.f("fk_feed_run_loaded_by_account"), "feed_run", "account", ["loaded_by"], ["id"])
    op.get_bind().exec_driver_sql(Path(__file__).with_name("0016_feed_door.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
