"""The form a feed came in, so that its rejected rows can be given back in it.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "feed_run",
        sa.Column(
            "form",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="its format, encoding and headers, in which rejected rows are given back",
        ),
    )


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
