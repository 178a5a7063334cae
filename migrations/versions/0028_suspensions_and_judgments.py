"""The days of suspensions are told by the steps themselves, and kept nowhere besides; judgments are outcomes again.

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
    # What was said when a judged case was closed had taken the judgment's place; its step still tells of it.
    op.execute(
        """UPDATE public_interest_case c SET outcome = e.note FROM public_interest_event e
            WHERE e.case_id = c.id AND e.event = 'JUDGED' AND c.outcome <> e.note"""
    )


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
