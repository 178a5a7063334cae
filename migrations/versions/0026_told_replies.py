"""A reply that only a feed knows of answers the measure that was issued here, in lists and for the office too.

A case comes back to be decided of when what was only possible has become certain.

Revision: 0026, after 0025.
"""

from pathlib import Path

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_name("0026_told_replies.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
