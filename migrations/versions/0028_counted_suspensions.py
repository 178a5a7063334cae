"""The days of suspensions are told by the steps themselves, and kept nowhere besides.

Revision: 0028, after 0027.
"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("suspended_days_not_negative", "public_interest_case", type_="check")
    op.drop_column("public_interest_case", "suspended_days")


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
