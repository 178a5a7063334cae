"""Row-level security of parties, and of who did what.

Revision: 0017, after 0016.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_SUGGESTED = """
type = 'ORGANIZATION' AND name !~ '^([一-龥]{2,3}|[一-龥]{0,2}[*＊×xXｘＸ某○●□]+[一-龥0-9]?)$'
AND starts_with(name, legal_representative) IS NOT TRUE AND name_length BETWEEN 1 AND 400
"""


def upgrade() -> None:
    op.drop_index("ix_party_suggested", table_name="party")
    op.add_column(
        "party",
        sa.Column(
            "name_length",
            sa.Integer(),
            sa.Computed("length(name_tokens)", persisted=True),
            nullable=False,
            comment="of name_tokens",
        ),
    )
    op.create_index(
        "ix_party_suggested",
        "party",
        ["name_length", "name_tokens", sa.literal_column("(uscc IS NULL)"), "id"],
        unique=False,
        postgresql_ops={"name_tokens": "text_pattern_ops"},
        postgresql_where=sa.text(_SUGGESTED),
    )
    op.get_bind().exec_driver_sql(Path(__file__).with_name("0017_party_security.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
