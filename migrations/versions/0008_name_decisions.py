"""What was decided about names of agencies that are not registered is kept, and can be decided anew.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agency_name",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "sent",
            sa.Text(collation="C"),
            nullable=False,
            comment=(
                "the name as schema.agency_name compares it; one that was told by its sender alone has that behind it"
            ),
        ),
        sa.Column("agency_id", sa.BigInteger(), nullable=True, comment="NULL: refused by hand"),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True, comment="the load that decided; NULL: a person did"),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "how IN ('SHORT_NAME', 'BRANCH', 'RENAMED', 'BY_HAND')", name=op.f("ck_agency_name_how_known")
        ),
        sa.CheckConstraint("sent <> ''", name=op.f("ck_agency_name_sent_not_empty")),
        sa.CheckConstraint(
            "agency_id IS NOT NULL OR how = 'BY_HAND'", name=op.f("ck_agency_name_refused_by_hand_only")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_name_agency_id_agency")),
        sa.ForeignKeyConstraint(["run_id"], ["feed_run.id"], name=op.f("fk_agency_name_run_id_feed_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_name")),
        sa.UniqueConstraint("sent", name=op.f("uq_agency_name_sent")),
        comment="执法机关名称认定",
    )
    op.create_index(op.f("ix_agency_name_agency_id"), "agency_name", ["agency_id"], unique=False)
    op.create_table(
        "case_agency_name",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "sent",
            sa.Text(collation="C"),
            nullable=False,
            comment="agency_name.sent; empty: the agency's registered name, too",
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["penalty_case.id"],
            name=op.f("fk_case_agency_name_case_id_penalty_case"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", "sent", name=op.f("pk_case_agency_name")),
        comment="under which names a case came; one that came under registered names only is not here",
    )
    op.create_index("ix_case_agency_name_sent", "case_agency_name", ["sent"], unique=False)
    op.create_table(
        "follow_up_agency_name",
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="in the kind's table"),
        sa.Column(
            "sent",
            sa.Text(collation="C"),
            nullable=False,
            comment="agency_name.sent; empty: the agency's registered name, too",
        ),
        sa.CheckConstraint(
            "kind IN ('transfer', 'criminal_case', 'reconsideration', 'enforcement', 'coercive_measure', 'measure')",
            name=op.f("ck_follow_up_agency_name_kind_known"),
        ),
        sa.PrimaryKeyConstraint("kind", "record_id", "sent", name=op.f("pk_follow_up_agency_name")),
        comment="under which names a record of what follows a case came; as case_agency_name",
    )
    op.create_index("ix_follow_up_agency_name_sent", "follow_up_agency_name", ["sent"], unique=False)
    op.create_table(
        "agency_move",
        sa.Column("to_agency_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "from_agency_id",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="whose id is in the derived keys of cases that were moved",
        ),
        sa.CheckConstraint("to_agency_id <> from_agency_id", name=op.f("ck_agency_move_to_another")),
        sa.ForeignKeyConstraint(["from_agency_id"], ["agency.id"], name=op.f("fk_agency_move_from_agency_id_agency")),
        sa.ForeignKeyConstraint(["to_agency_id"], ["agency.id"], name=op.f("fk_agency_move_to_agency_id_agency")),
        sa.PrimaryKeyConstraint("to_agency_id", "from_agency_id", name=op.f("pk_agency_move")),
        comment="between which agencies cases were moved, because a name was decided anew",
    )
    # A case that was moved keeps its derived key, which names the agency it was moved from.
    op.drop_index("uq_penalty_case_derived_key", table_name="penalty_case")
    op.create_index(
        "uq_penalty_case_derived_key",
        "penalty_case",
        ["agency_id", "derived_key"],
        unique=True,
        postgresql_where=sa.text("identity_derived"),
    )


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
