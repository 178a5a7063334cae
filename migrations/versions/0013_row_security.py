"""Row-level security: of cases and what follows them a transaction sees what is in its scope.

Revision: 0013, after 0012.
"""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_name("0013_row_security.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
