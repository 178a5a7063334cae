"""What is suggested to whoever types: the statutes that cases cite, and indexes by which names and numbers begin.

Revision: 0005, after 0004.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SUGGESTED_PARTY = """
type = 'ORGANIZATION' AND name !~ '^([一-龥]{2,3}|[一-龥]{0,2}[*＊×xXｘＸ某○●□]+[一-龥0-9]?)$'
AND starts_with(name, legal_representative) IS NOT TRUE AND length(name_tokens) BETWEEN 1 AND 400
"""


def upgrade() -> None:
    op.create_table(
        "statute",
        sa.Column(
            "name",
            sa.Text(collation="C"),
            nullable=False,
            comment="as first cited, without 《》, line ends and the year of a version",
        ),
        sa.Column(
            "name_tokens",
            sa.Text(collation="C"),
            nullable=False,
            comment="schema.tokens.several_token_texts of the name, and of the name without 中华人民共和国",
        ),
        sa.CheckConstraint("name_tokens <> ''", name=op.f("ck_statute_name_tokens_not_empty")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_statute")),
        sa.UniqueConstraint("name_tokens", name=op.f("uq_statute_name_tokens")),
        comment="案件引用过的法律、法规、规章和标准",
    )
    op.create_index(
        "ix_party_suggested",
        "party",
        [
            sa.literal_column("length(name_tokens)"),
            "name_tokens",
            sa.literal_column("(uscc IS NULL)"),
            "id",
        ],
        unique=False,
        postgresql_ops={"name_tokens": "text_pattern_ops"},
        postgresql_where=sa.text(_SUGGESTED_PARTY),
    )
    for field in ("number", "filing_number"):
        op.create_index(
            f"ix_case_text_{field}",
            "case_text",
            [sa.literal_column(f"length({field})"), field, "case_id"],
            unique=False,
            postgresql_ops={field: "text_pattern_ops"},
            postgresql_where=sa.text(f"{field} <> ''"),
        )
    op.get_bind().exec_driver_sql(Path(__file__).with_name("0005_suggestions.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
