"""What follows supervision: duty-crime and public-interest cases, what counties report, typical cases.

Revision: 0024, after 0023.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "county_report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("procuratorate_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False, comment="as it was when it was sent"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "figures",
            postgresql.JSONB(),
            nullable=False,
            comment="of the county and the period, as they were when it was sent",
        ),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("jsonb_typeof(figures) = 'object'", name=op.f("ck_county_report_figures_by_name")),
        sa.CheckConstraint("kind IN ('DATA', 'TYPICAL_CASE', 'SUMMARY')", name=op.f("ck_county_report_kind_known")),
        sa.CheckConstraint("text <> ''", name=op.f("ck_county_report_text_not_empty")),
        sa.CheckConstraint(
            "period_start <= period_end AND period_end < due_on", name=op.f("ck_county_report_due_after_its_period")
        ),
        sa.ForeignKeyConstraint(
            ["procuratorate_id"], ["procuratorate.id"], name=op.f("fk_county_report_procuratorate_id_procuratorate")
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["account.id"], name=op.f("fk_county_report_sent_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_county_report")),
        comment="县级院报告; rows are added and never changed",
    )
    op.create_index("uq_county_report_period", "county_report", ["procuratorate_id", "kind", "period_end"], unique=True)
    op.create_table(
        "duty_crime_case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "number",
            sa.Text(collation="C"),
            nullable=False,
            comment="立案决定书文号, canonical (schema.document_number)",
        ),
        sa.Column("official", sa.Text(), nullable=False, comment="who is suspected"),
        sa.Column("position", sa.Text(), nullable=False, comment="职务"),
        sa.Column("agency_id", sa.BigInteger(), nullable=True, comment="where the official serves"),
        sa.Column("workplace", sa.Text(), nullable=True, comment="the same where it is no agency of ours"),
        sa.Column("crime", sa.Text(), nullable=False, comment="涉嫌罪名"),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("clue_id", sa.BigInteger(), nullable=True, comment="from which it came"),
        sa.Column("procuratorate_id", sa.BigInteger(), nullable=True, comment="whose it is; NULL: nobody said whose"),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("last_step_on", sa.Date(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(status IN ('NOT_PROSECUTED', 'JUDGED', 'WITHDRAWN')) = (outcome IS NOT NULL)",
            name=op.f("ck_duty_crime_case_ended_with_outcome"),
        ),
        sa.CheckConstraint(
            "department IN ('ANTI_CORRUPTION', 'ANTI_DERELICTION')", name=op.f("ck_duty_crime_case_department_known")
        ),
        sa.CheckConstraint(
            "number <> '' AND official <> '' AND position <> '' AND crime <> '' AND workplace <> ''",
            name=op.f("ck_duty_crime_case_texts_not_empty"),
        ),
        sa.CheckConstraint(
            "status IN ('FILED', 'TRANSFERRED_FOR_PROSECUTION', 'PROSECUTED', 'NOT_PROSECUTED', 'JUDGED', 'WITHDRAWN')",
            name=op.f("ck_duty_crime_case_status_known"),
        ),
        sa.CheckConstraint("last_step_on >= filed_on", name=op.f("ck_duty_crime_case_steps_after_filing")),
        sa.CheckConstraint(
            "num_nonnulls(agency_id, workplace) > 0", name=op.f("ck_duty_crime_case_official_serves_somewhere")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_duty_crime_case_agency_id_agency")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_duty_crime_case_author_id_account")),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name=op.f("fk_duty_crime_case_clue_id_clue")),
        sa.ForeignKeyConstraint(
            ["procuratorate_id"], ["procuratorate.id"], name=op.f("fk_duty_crime_case_procuratorate_id_procuratorate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_crime_case")),
        comment="职务犯罪立案",
    )
    op.create_index(op.f("ix_duty_crime_case_agency_id"), "duty_crime_case", ["agency_id"], unique=False)
    op.create_index(op.f("ix_duty_crime_case_clue_id"), "duty_crime_case", ["clue_id"], unique=False)
    op.create_index(
        "ix_duty_crime_case_filed",
        "duty_crime_case",
        [sa.literal_column("filed_on DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "uq_duty_crime_case_number",
        "duty_crime_case",
        [sa.literal_column("coalesce(procuratorate_id, 0)"), "department", "number"],
        unique=True,
    )
    op.create_table(
        "duty_crime_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, comment="of the case after it"),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False, comment="on which it was done, as it was told"),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="of the case after it"),
        sa.Column("note", sa.Text(), server_default="", nullable=False, comment="the reason, the outcome"),
        sa.CheckConstraint(
            "event IN ('FILED', 'NOTED', 'TRANSFERRED_FOR_PROSECUTION', 'PROSECUTED', 'NOT_PROSECUTED', "
            "'JUDGED', 'WITHDRAWN')",
            name=op.f("ck_duty_crime_event_event_known"),
        ),
        sa.CheckConstraint(
            "status IN ('FILED', 'TRANSFERRED_FOR_PROSECUTION', 'PROSECUTED', 'NOT_PROSECUTED', 'JUDGED', 'WITHDRAWN')",
            name=op.f("ck_duty_crime_event_status_known"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_duty_crime_event_actor_id_account")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["duty_crime_case.id"], name=op.f("fk_duty_crime_event_case_id_duty_crime_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_crime_event")),
        comment="职务犯罪案件的历史; rows are added and never changed",
    )
    op.create_index("uq_duty_crime_event_revision", "duty_crime_event", ["case_id", "revision"], unique=True)
    op.create_table(
        "public_interest_case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "number",
            sa.Text(collation="C"),
            nullable=False,
            comment="立案决定书文号, canonical (schema.document_number)",
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False, comment="which has to act"),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("clue_id", sa.BigInteger(), nullable=True, comment="from which it came"),
        sa.Column("measure_id", sa.BigInteger(), nullable=True, comment="诉前检察建议"),
        sa.Column("procuratorate_id", sa.BigInteger(), nullable=True, comment="whose it is; NULL: nobody said whose"),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("suspended_on", sa.Date(), nullable=True, comment="since when the review is suspended"),
        sa.Column(
            "suspended_days",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="of suspensions that ended",
        ),
        sa.Column("sued_on", sa.Date(), nullable=True),
        sa.Column("court", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True, comment="what was judged, else why it was closed"),
        sa.Column("last_step_on", sa.Date(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(status = 'SUSPENDED') = (suspended_on IS NOT NULL)", name=op.f("ck_public_interest_case_suspended_since")
        ),
        sa.CheckConstraint(
            "(status IN ('JUDGED', 'CLOSED')) = (outcome IS NOT NULL)",
            name=op.f("ck_public_interest_case_ended_with_outcome"),
        ),
        sa.CheckConstraint(
            "CASE WHEN status IN ('SUED', 'JUDGED') THEN sued_on IS NOT NULL WHEN status <> 'CLOSED' THEN "
            "sued_on IS NULL ELSE true END",
            name=op.f("ck_public_interest_case_sued_on_a_day"),
        ),
        sa.CheckConstraint(
            "CASE status WHEN 'FILED' THEN measure_id IS NULL WHEN 'CLOSED' THEN true ELSE measure_id IS NOT NULL END",
            name=op.f("ck_public_interest_case_proposed_by_measure"),
        ),
        sa.CheckConstraint(
            "domain IN ('ENVIRONMENT', 'FOOD_DRUGS', 'LAND', 'AGRICULTURE', 'FORESTRY', 'MARKET', "
            "'CONSTRUCTION', 'OTHER')",
            name=op.f("ck_public_interest_case_domain_known"),
        ),
        sa.CheckConstraint(
            "number <> '' AND title <> ''", name=op.f("ck_public_interest_case_number_and_title_not_empty")
        ),
        sa.CheckConstraint(
            "status IN ('FILED', 'PROPOSED', 'SUSPENDED', 'SUED', 'JUDGED', 'CLOSED')",
            name=op.f("ck_public_interest_case_status_known"),
        ),
        sa.CheckConstraint("last_step_on >= filed_on", name=op.f("ck_public_interest_case_steps_after_filing")),
        sa.CheckConstraint("num_nonnulls(sued_on, court) IN (0, 2)", name=op.f("ck_public_interest_case_sued_whole")),
        sa.CheckConstraint("suspended_days >= 0", name=op.f("ck_public_interest_case_suspended_days_not_negative")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_public_interest_case_agency_id_agency")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_public_interest_case_author_id_account")),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name=op.f("fk_public_interest_case_clue_id_clue")),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measure.id"], name=op.f("fk_public_interest_case_measure_id_measure")
        ),
        sa.ForeignKeyConstraint(
            ["procuratorate_id"],
            ["procuratorate.id"],
            name=op.f("fk_public_interest_case_procuratorate_id_procuratorate"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_interest_case")),
        comment="行政公益诉讼案件",
    )
    op.create_index(op.f("ix_public_interest_case_agency_id"), "public_interest_case", ["agency_id"], unique=False)
    op.create_index(op.f("ix_public_interest_case_clue_id"), "public_interest_case", ["clue_id"], unique=False)
    op.create_index(
        "ix_public_interest_case_filed",
        "public_interest_case",
        [sa.literal_column("filed_on DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(op.f("ix_public_interest_case_measure_id"), "public_interest_case", ["measure_id"], unique=False)
    op.create_index(
        "uq_public_interest_case_number",
        "public_interest_case",
        [sa.literal_column("coalesce(procuratorate_id, 0)"), "number"],
        unique=True,
    )
    op.create_table(
        "public_interest_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, comment="of the case after it"),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False, comment="on which it was done, as it was told"),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="of the case after it"),
        sa.Column("note", sa.Text(), server_default="", nullable=False, comment="the reason, the outcome"),
        sa.CheckConstraint(
            "event IN ('FILED', 'NOTED', 'PROPOSED', 'SUSPENDED', 'RESUMED', 'SUED', 'JUDGED', 'CLOSED')",
            name=op.f("ck_public_interest_event_event_known"),
        ),
        sa.CheckConstraint(
            "status IN ('FILED', 'PROPOSED', 'SUSPENDED', 'SUED', 'JUDGED', 'CLOSED')",
            name=op.f("ck_public_interest_event_status_known"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_public_interest_event_actor_id_account")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["public_interest_case.id"], name=op.f("fk_public_interest_event_case_id_public_interest_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_interest_event")),
        comment="公益诉讼案件的历史; rows are added and never changed",
    )
    op.create_index("uq_public_interest_event_revision", "public_interest_event", ["case_id", "revision"], unique=True)
    op.create_table(
        "public_interest_penalty_case",
        sa.Column("public_interest_case_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["penalty_case.id"], name=op.f("fk_public_interest_penalty_case_case_id_penalty_case")
        ),
        sa.ForeignKeyConstraint(
            ["public_interest_case_id"],
            ["public_interest_case.id"],
            name=op.f("fk_public_interest_penalty_case_public_interest_case_id_public_interest_case"),
        ),
        sa.PrimaryKeyConstraint("public_interest_case_id", "case_id", name=op.f("pk_public_interest_penalty_case")),
        comment="penalty cases that a public-interest case is about",
    )
    op.create_index(
        op.f("ix_public_interest_penalty_case_case_id"), "public_interest_penalty_case", ["case_id"], unique=False
    )
    op.create_table(
        "typical_case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("clue_id", sa.BigInteger(), nullable=True),
        sa.Column("measure_id", sa.BigInteger(), nullable=True),
        sa.Column("duty_crime_case_id", sa.BigInteger(), nullable=True),
        sa.Column("public_interest_case_id", sa.BigInteger(), nullable=True),
        sa.Column("procuratorate_id", sa.BigInteger(), nullable=True, comment="whose it is; NULL: nobody said whose"),
        sa.Column("summary", sa.Text(), nullable=False, comment="案情摘要及典型意义"),
        sa.Column("marked_by", sa.BigInteger(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("summary <> ''", name=op.f("ck_typical_case_summary_not_empty")),
        sa.CheckConstraint(
            "num_nonnulls(case_id, clue_id, measure_id, duty_crime_case_id, public_interest_case_id) = 1",
            name=op.f("ck_typical_case_of_one"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(withdrawn_by, withdrawn_at, withdrawal_reason) IN (0, 3)",
            name=op.f("ck_typical_case_withdrawn_whole"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["penalty_case.id"], name=op.f("fk_typical_case_case_id_penalty_case")),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name=op.f("fk_typical_case_clue_id_clue")),
        sa.ForeignKeyConstraint(
            ["duty_crime_case_id"],
            ["duty_crime_case.id"],
            name=op.f("fk_typical_case_duty_crime_case_id_duty_crime_case"),
        ),
        sa.ForeignKeyConstraint(["marked_by"], ["account.id"], name=op.f("fk_typical_case_marked_by_account")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_typical_case_measure_id_measure")),
        sa.ForeignKeyConstraint(
            ["procuratorate_id"], ["procuratorate.id"], name=op.f("fk_typical_case_procuratorate_id_procuratorate")
        ),
        sa.ForeignKeyConstraint(
            ["public_interest_case_id"],
            ["public_interest_case.id"],
            name=op.f("fk_typical_case_public_interest_case_id_public_interest_case"),
        ),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["account.id"], name=op.f("fk_typical_case_withdrawn_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typical_case")),
        comment="典型案例",
    )
    op.create_index(
        "ix_typical_case_marked",
        "typical_case",
        [sa.literal_column("marked_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "uq_typical_case_record",
        "typical_case",
        ["case_id", "clue_id", "measure_id", "duty_crime_case_id", "public_interest_case_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.get_bind().exec_driver_sql(Path(__file__).with_name("0024_duties_and_reports.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
