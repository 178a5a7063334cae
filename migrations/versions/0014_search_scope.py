"""What a search in a narrower scope needs: texts without natural persons' names, and whose supervision a case is under.

Revision: 0014, after 0013.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_text_covered",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("filing_number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("violation_type", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_text.case_id"],
            name=op.f("fk_case_text_covered_case_id_case_text"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_text_covered")),
        comment="the tokens of a case without its natural persons' names, kept by triggers; no row where they are the "
        "same",
    )
    op.get_bind().exec_driver_sql(Path(__file__).with_name("0014_search_scope.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
