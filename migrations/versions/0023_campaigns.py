"""Campaigns with the reviews of files, and activities.

Revision: 0023, after 0022.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign_queue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False, comment="may be gone by now"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_queue")),
        comment="cases that changed and may join campaigns; filled by triggers",
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True, comment="its first day"),
        sa.Column("until_on", sa.Date(), nullable=True, comment="its last day, as planned"),
        sa.Column("filter", postgresql.JSONB(), nullable=False, comment="stores.search.seam.CaseFilter"),
        sa.Column("query", sa.Text(), nullable=True, comment="in the language of searches"),
        sa.Column("procuratorate_id", sa.BigInteger(), nullable=True, comment="which runs it; NULL: the platform"),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True, comment="总结"),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(status = 'CLOSED') = (closed_at IS NOT NULL)", name=op.f("ck_campaign_closed_by_somebody")
        ),
        sa.CheckConstraint("filter <> '{}' OR query IS NOT NULL", name=op.f("ck_campaign_selects_something")),
        sa.CheckConstraint(
            "kind IN ('ENVIRONMENTAL_CRIME', 'FOOD_DRUG_CRIME', 'NON_LITIGATION_ENFORCEMENT', "
            "'PLATFORM_ENTRY', 'OTHER')",
            name=op.f("ck_campaign_kind_known"),
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_campaign_name_not_empty")),
        sa.CheckConstraint("status IN ('OPEN', 'CLOSED')", name=op.f("ck_campaign_status_known")),
        sa.CheckConstraint(
            "num_nonnulls(closed_by, closed_at, summary) IN (0, 3)", name=op.f("ck_campaign_closed_whole")
        ),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_campaign_until_after_from")),
        sa.ForeignKeyConstraint(["closed_by"], ["account.id"], name=op.f("fk_campaign_closed_by_account")),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_campaign_opened_by_account")),
        sa.ForeignKeyConstraint(
            ["procuratorate_id"], ["procuratorate.id"], name=op.f("fk_campaign_procuratorate_id_procuratorate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        comment="专项活动",
    )
    op.create_index(op.f("ix_campaign_procuratorate_id"), "campaign", ["procuratorate_id"], unique=False)
    op.create_table(
        "activity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True, comment="what came of it"),
        sa.Column("procuratorate_id", sa.BigInteger(), nullable=True, comment="whose it is"),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('JOINT_MEETING', 'VISIT', 'PREVENTION_SURVEY', 'TRAINING')", name=op.f("ck_activity_kind_known")
        ),
        sa.CheckConstraint("title <> ''", name=op.f("ck_activity_title_not_empty")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_activity_campaign_id_campaign")),
        sa.ForeignKeyConstraint(
            ["procuratorate_id"], ["procuratorate.id"], name=op.f("fk_activity_procuratorate_id_procuratorate")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_activity_recorded_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        comment="活动",
    )
    op.create_index(op.f("ix_activity_campaign_id"), "activity", ["campaign_id"], unique=False)
    op.create_index("ix_activity_newest", "activity", ["held_on", "id"], unique=False)
    op.create_index(op.f("ix_activity_procuratorate_id"), "activity", ["procuratorate_id"], unique=False)
    op.create_table(
        "campaign_case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), server_default="UNASSIGNED", nullable=False),
        sa.Column("reviewer_id", sa.BigInteger(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column(
            "answers", postgresql.JSONB(), server_default="[]", nullable=False, comment="{item, question, answer, note}"
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "(status = 'REVIEWED') = (outcome IS NOT NULL) AND (outcome IS NULL) = (reviewed_at IS NULL)",
            name=op.f("ck_campaign_case_reviewed_with_outcome"),
        ),
        sa.CheckConstraint(
            "(status = 'UNASSIGNED') = (reviewer_id IS NULL) AND (reviewer_id IS NULL) = (assigned_at IS NULL)",
            name=op.f("ck_campaign_case_assigned_to_somebody"),
        ),
        sa.CheckConstraint(
            "outcome IN ('NOTHING_WRONG', 'PROBLEM_FOUND', 'NEEDS_MORE_FILES')",
            name=op.f("ck_campaign_case_outcome_known"),
        ),
        sa.CheckConstraint(
            "status IN ('UNASSIGNED', 'ASSIGNED', 'REVIEWED')", name=op.f("ck_campaign_case_status_known")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_case_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["case_id"], ["penalty_case.id"], name=op.f("fk_campaign_case_case_id_penalty_case")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["account.id"], name=op.f("fk_campaign_case_reviewer_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_case")),
        sa.UniqueConstraint("campaign_id", "case_id", name=op.f("uq_campaign_case_campaign_id_case_id")),
        comment="专项活动案件及阅卷检查",
    )
    op.create_index(op.f("ix_campaign_case_case_id"), "campaign_case", ["case_id"], unique=False)
    op.create_index("ix_campaign_case_newest", "campaign_case", ["campaign_id", "id"], unique=False)
    op.create_index(op.f("ix_campaign_case_reviewer_id"), "campaign_case", ["reviewer_id"], unique=False)
    op.create_table(
        "activity_agency",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_activity_agency_activity_id_activity")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_activity_agency_agency_id_agency")),
        sa.PrimaryKeyConstraint("activity_id", "agency_id", name=op.f("pk_activity_agency")),
        comment="agencies that an activity was held with or at",
    )
    op.create_index(op.f("ix_activity_agency_agency_id"), "activity_agency", ["agency_id"], unique=False)
    op.create_table(
        "activity_clue",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("clue_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_activity_clue_activity_id_activity")),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name=op.f("fk_activity_clue_clue_id_clue")),
        sa.PrimaryKeyConstraint("activity_id", "clue_id", name=op.f("pk_activity_clue")),
        comment="clues that came of an activity",
    )
    op.create_index(op.f("ix_activity_clue_clue_id"), "activity_clue", ["clue_id"], unique=False)
    op.create_table(
        "activity_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, comment="of the activity after it"),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False, comment="what was recorded of the outcome"),
        sa.CheckConstraint("event IN ('RECORDED', 'OUTCOME_RECORDED')", name=op.f("ck_activity_event_event_known")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_activity_event_activity_id_activity")),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_activity_event_actor_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_event")),
        comment="活动的历史; rows are added and never changed",
    )
    op.create_index("uq_activity_event_revision", "activity_event", ["activity_id", "revision"], unique=True)
    op.create_table(
        "activity_measure",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("measure_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_activity_measure_activity_id_activity")
        ),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_activity_measure_measure_id_measure")),
        sa.PrimaryKeyConstraint("activity_id", "measure_id", name=op.f("pk_activity_measure")),
        comment="measures that came of an activity",
    )
    op.create_index(op.f("ix_activity_measure_measure_id"), "activity_measure", ["measure_id"], unique=False)
    op.create_table(
        "activity_participant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="of a natural person"),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "category IN ('PROSECUTOR', 'AGENCY_STAFF', 'DEPUTY', 'CPPCC_MEMBER', 'PEOPLES_SUPERVISOR', "
            "'SPECIAL_PROSECUTOR', 'OTHER')",
            name=op.f("ck_activity_participant_category_known"),
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_activity_participant_name_not_empty")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_activity_participant_activity_id_activity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_participant")),
        comment="参加人员",
    )
    op.create_index(op.f("ix_activity_participant_activity_id"), "activity_participant", ["activity_id"], unique=False)
    op.create_table(
        "file_review_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign_case_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, comment="of the review after it"),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("answers", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(event = 'REVIEWED') = (outcome IS NOT NULL)", name=op.f("ck_file_review_event_reviewed_with_outcome")
        ),
        sa.CheckConstraint("event IN ('ASSIGNED', 'REVIEWED')", name=op.f("ck_file_review_event_event_known")),
        sa.CheckConstraint(
            "outcome IN ('NOTHING_WRONG', 'PROBLEM_FOUND', 'NEEDS_MORE_FILES')",
            name=op.f("ck_file_review_event_outcome_known"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_file_review_event_actor_id_account")),
        sa.ForeignKeyConstraint(
            ["campaign_case_id"], ["campaign_case.id"], name=op.f("fk_file_review_event_campaign_case_id_campaign_case")
        ),
        sa.ForeignKeyConstraint(["reviewer_id"], ["account.id"], name=op.f("fk_file_review_event_reviewer_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_review_event")),
        comment="阅卷检查的历史; rows are added and never changed",
    )
    op.create_index("uq_file_review_event_revision", "file_review_event", ["campaign_case_id", "revision"], unique=True)
    op.get_bind().exec_driver_sql(Path(__file__).with_name("0023_campaigns.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
