"""A filing that stands answers a notice and a request for reasons, whenever it was; every proposal of a case is kept.

Revision: 0029, after 0028.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "public_interest_event",
        sa.Column(
            "measure_id",
            sa.BigInteger(),
            sa.ForeignKey("measure.id"),
            nullable=True,
            comment="of PROPOSED: the proposal",
        ),
    )
    op.create_index("ix_public_interest_event_measure_id", "public_interest_event", ["measure_id"], unique=False)
    op.get_bind().exec_driver_sql(Path(__file__).with_name("0029_filings_answer.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
