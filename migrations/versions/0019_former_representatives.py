"""Parties' representatives are named in texts of any of their cases, and covered there.

Revision: 0019, after 0018.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "party",
        sa.Column(
            "representative_names",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="full names of its legal representatives, earlier ones too; to mask in texts of its cases",
        ),
    )
    op.get_bind().exec_driver_sql(
        Path(__file__).with_name("0019_former_representatives.sql").read_text(encoding="utf-8")
    )


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
