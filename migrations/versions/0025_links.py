"""What was handed over together, and what is in one criminal case, is found by an index.

Revision: 0025, after 0024.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_transfer_together", "transfer", ["transferred_on", "to_organ", "suspected_crime"], unique=False)
    op.create_index("ix_criminal_case_number", "criminal_case", ["case_number", "organ"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
