"""Clues: what is found and handed on.

Revision: 0020, after 0019.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_counter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("procuratorate_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "series",
            sa.Text(collation="C"),
            nullable=False,
            comment="of what: clues of a department, measures of a kind",
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False, comment="the last number given"),
        sa.CheckConstraint("last > 0", name=op.f("ck_document_counter_last_positive")),
        sa.ForeignKeyConstraint(
            ["procuratorate_id"], ["procuratorate.id"], name=op.f("fk_document_counter_procuratorate_id_procuratorate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_counter")),
        comment="文号",
    )
    op.create_index(
        "uq_document_counter_series",
        "document_counter",
        [sa.literal_column("coalesce(procuratorate_id, 0)"), "series", "year"],
        unique=True,
    )
    op.create_table(
        "clue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "procuratorate_id", sa.BigInteger(), nullable=True, comment="where it is handled; NULL: nobody said where"
        ),
        sa.Column(
            "department",
            sa.Text(),
            nullable=False,
            comment="which handles it; while TRANSFERRED: which is to accept it",
        ),
        sa.Column("handler_id", sa.BigInteger(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False, comment="who handed it over last, else its opener"),
        sa.Column("opener_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_step_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "acknowledged_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the last who is owed the result had taken note",
        ),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "desks",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="every desk that has or had a part in it, and so sees it",
        ),
        sa.CheckConstraint(
            "(coalesce(procuratorate_id, 0) || '/' || department) = ANY (desks)", name=op.f("ck_clue_seen_by_its_desk")
        ),
        sa.CheckConstraint(
            "(status = 'CLOSED') = (closed_at IS NOT NULL) AND (status = 'CLOSED') = (result IS NOT NULL)",
            name=op.f("ck_clue_closed_with_result"),
        ),
        sa.CheckConstraint(
            "acknowledged_at IS NULL OR status = 'CLOSED'", name=op.f("ck_clue_acknowledged_when_closed")
        ),
        sa.CheckConstraint(
            "class IN ('SUSPECTED_CRIME', 'FILING_SUPERVISION', 'INVESTIGATION_SUPERVISION', 'DUTY_CRIME', "
            "'ADMINISTRATIVE_VIOLATION', 'ENFORCEMENT_SUPERVISION', 'PUBLIC_INTEREST', 'OTHER')",
            name=op.f("ck_clue_class_known"),
        ),
        sa.CheckConstraint(
            "department IN ('INVESTIGATION_SUPERVISION', 'ANTI_CORRUPTION', 'ANTI_DERELICTION', "
            "'CIVIL_ADMINISTRATIVE', 'PREVENTION', 'PUBLIC_PROSECUTION', 'COMPLAINTS', "
            "'DETENTION_SUPERVISION', 'CASE_MANAGEMENT', 'DISCIPLINE')",
            name=op.f("ck_clue_department_known"),
        ),
        sa.CheckConstraint(
            "source IN ('TRIAGE', 'FINDING', 'CITIZEN_REPORT', 'VISIT', 'CASE_CHECK', 'PREVENTION_SURVEY', "
            "'OTHER_DEPARTMENT', 'SUPERIOR')",
            name=op.f("ck_clue_source_known"),
        ),
        sa.CheckConstraint(
            "status IN ('NEW', 'ASSIGNED', 'UNDER_REVIEW', 'INVESTIGATING', 'TRANSFERRED', 'RETURNED', 'CLOSED')",
            name=op.f("ck_clue_status_known"),
        ),
        sa.CheckConstraint("title <> '' AND number <> ''", name=op.f("ck_clue_title_and_number_not_empty")),
        sa.ForeignKeyConstraint(["handler_id"], ["account.id"], name=op.f("fk_clue_handler_id_account")),
        sa.ForeignKeyConstraint(["opener_id"], ["account.id"], name=op.f("fk_clue_opener_id_account")),
        sa.ForeignKeyConstraint(
            ["procuratorate_id"], ["procuratorate.id"], name=op.f("fk_clue_procuratorate_id_procuratorate")
        ),
        sa.ForeignKeyConstraint(["sender_id"], ["account.id"], name=op.f("fk_clue_sender_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clue")),
        sa.UniqueConstraint("number", name=op.f("uq_clue_number")),
        comment="线索",
    )
    op.create_index("ix_clue_desks", "clue", ["desks"], unique=False, postgresql_using="gin")
    op.create_index("ix_clue_due", "clue", ["due_on", "id"], unique=False)
    op.create_index(op.f("ix_clue_handler_id"), "clue", ["handler_id"], unique=False)
    op.create_table(
        "clue_case",
        sa.Column("clue_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["penalty_case.id"], name=op.f("fk_clue_case_case_id_penalty_case")),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name=op.f("fk_clue_case_clue_id_clue")),
        sa.PrimaryKeyConstraint("clue_id", "case_id", name=op.f("pk_clue_case")),
        comment="cases that a clue is about",
    )
    op.create_index(op.f("ix_clue_case_case_id"), "clue_case", ["case_id"], unique=False)
    op.create_table(
        "clue_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("clue_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, comment="of the clue after it"),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="of the clue after it"),
        sa.Column("procuratorate_id", sa.BigInteger(), nullable=True),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("handler_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False, comment="the reason, the step, the result"),
        sa.CheckConstraint(
            "event IN ('OPENED', 'ASSIGNED', 'REVIEW_BEGUN', 'INVESTIGATION_BEGUN', 'STEP_RECORDED', "
            "'EXTENDED', 'TRANSFERRED', 'ACCEPTED', 'RETURNED', 'DEPARTMENT_INVITED', 'OPINION_GIVEN', "
            "'CLOSED', 'ACKNOWLEDGED')",
            name=op.f("ck_clue_event_event_known"),
        ),
        sa.CheckConstraint(
            "status IN ('NEW', 'ASSIGNED', 'UNDER_REVIEW', 'INVESTIGATING', 'TRANSFERRED', 'RETURNED', 'CLOSED')",
            name=op.f("ck_clue_event_status_known"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_clue_event_actor_id_account")),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name=op.f("fk_clue_event_clue_id_clue")),
        sa.ForeignKeyConstraint(["handler_id"], ["account.id"], name=op.f("fk_clue_event_handler_id_account")),
        sa.ForeignKeyConstraint(
            ["procuratorate_id"], ["procuratorate.id"], name=op.f("fk_clue_event_procuratorate_id_procuratorate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clue_event")),
        comment="线索的历史; rows are added and never changed",
    )
    op.create_index("uq_clue_event_revision", "clue_event", ["clue_id", "revision"], unique=True)
    op.create_table(
        "clue_hand_over",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("clue_id", sa.BigInteger(), nullable=False),
        sa.Column("from_procuratorate_id", sa.BigInteger(), nullable=True),
        sa.Column("from_department", sa.Text(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("to_procuratorate_id", sa.BigInteger(), nullable=True),
        sa.Column("to_department", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True, comment="NULL: it waits for acceptance"),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "from_department IN ('INVESTIGATION_SUPERVISION', 'ANTI_CORRUPTION', 'ANTI_DERELICTION', "
            "'CIVIL_ADMINISTRATIVE', 'PREVENTION', 'PUBLIC_PROSECUTION', 'COMPLAINTS', "
            "'DETENTION_SUPERVISION', 'CASE_MANAGEMENT', 'DISCIPLINE')",
            name=op.f("ck_clue_hand_over_from_department_known"),
        ),
        sa.CheckConstraint("outcome IN ('ACCEPTED', 'RETURNED')", name=op.f("ck_clue_hand_over_outcome_known")),
        sa.CheckConstraint(
            "to_department IN ('INVESTIGATION_SUPERVISION', 'ANTI_CORRUPTION', 'ANTI_DERELICTION', "
            "'CIVIL_ADMINISTRATIVE', 'PREVENTION', 'PUBLIC_PROSECUTION', 'COMPLAINTS', "
            "'DETENTION_SUPERVISION', 'CASE_MANAGEMENT', 'DISCIPLINE')",
            name=op.f("ck_clue_hand_over_to_department_known"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(outcome, ended_by, ended_at) IN (0, 3)", name=op.f("ck_clue_hand_over_ended_whole")
        ),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name=op.f("fk_clue_hand_over_clue_id_clue")),
        sa.ForeignKeyConstraint(["ended_by"], ["account.id"], name=op.f("fk_clue_hand_over_ended_by_account")),
        sa.ForeignKeyConstraint(
            ["from_procuratorate_id"],
            ["procuratorate.id"],
            name=op.f("fk_clue_hand_over_from_procuratorate_id_procuratorate"),
        ),
        sa.ForeignKeyConstraint(["sender_id"], ["account.id"], name=op.f("fk_clue_hand_over_sender_id_account")),
        sa.ForeignKeyConstraint(
            ["to_procuratorate_id"],
            ["procuratorate.id"],
            name=op.f("fk_clue_hand_over_to_procuratorate_id_procuratorate"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clue_hand_over")),
        comment="线索互转",
    )
    op.create_index("ix_clue_hand_over_clue", "clue_hand_over", ["clue_id", "id"], unique=False)
    op.create_index(
        "uq_clue_hand_over_pending",
        "clue_hand_over",
        ["clue_id"],
        unique=True,
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "clue_participation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("clue_id", sa.BigInteger(), nullable=False),
        sa.Column("procuratorate_id", sa.BigInteger(), nullable=True),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.BigInteger(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("opinion_by", sa.BigInteger(), nullable=True),
        sa.Column("opinion_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "department IN ('INVESTIGATION_SUPERVISION', 'ANTI_CORRUPTION', 'ANTI_DERELICTION', "
            "'CIVIL_ADMINISTRATIVE', 'PREVENTION', 'PUBLIC_PROSECUTION', 'COMPLAINTS', "
            "'DETENTION_SUPERVISION', 'CASE_MANAGEMENT', 'DISCIPLINE')",
            name=op.f("ck_clue_participation_department_known"),
        ),
        sa.CheckConstraint(
            "work IN ('JOINT_REVIEW', 'CO_INVESTIGATION')", name=op.f("ck_clue_participation_work_known")
        ),
        sa.CheckConstraint(
            "num_nonnulls(opinion, opinion_by, opinion_at) IN (0, 3)", name=op.f("ck_clue_participation_opinion_whole")
        ),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name=op.f("fk_clue_participation_clue_id_clue")),
        sa.ForeignKeyConstraint(["invited_by"], ["account.id"], name=op.f("fk_clue_participation_invited_by_account")),
        sa.ForeignKeyConstraint(["opinion_by"], ["account.id"], name=op.f("fk_clue_participation_opinion_by_account")),
        sa.ForeignKeyConstraint(
            ["procuratorate_id"],
            ["procuratorate.id"],
            name=op.f("fk_clue_participation_procuratorate_id_procuratorate"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clue_participation")),
        comment="会同办理",
    )
    op.create_index(op.f("ix_clue_participation_clue_id"), "clue_participation", ["clue_id"], unique=False)
    op.create_index(
        "uq_clue_participation_desk",
        "clue_participation",
        ["clue_id", sa.literal_column("coalesce(procuratorate_id, 0)"), "department", "work"],
        unique=True,
    )
    op.create_table(
        "clue_receipt",
        sa.Column("clue_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False, comment="who is owed the result"),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.BigInteger(), nullable=True, comment="that person, or who stands in"),
        sa.CheckConstraint(
            "num_nonnulls(acknowledged_at, acknowledged_by) IN (0, 2)", name=op.f("ck_clue_receipt_acknowledged_whole")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_clue_receipt_account_id_account")),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["account.id"], name=op.f("fk_clue_receipt_acknowledged_by_account")
        ),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name=op.f("fk_clue_receipt_clue_id_clue")),
        sa.PrimaryKeyConstraint("clue_id", "account_id", name=op.f("pk_clue_receipt")),
        comment="线索结果反馈: to the opener and to everybody who handed it over",
    )
    op.create_index(
        "ix_clue_receipt_owed",
        "clue_receipt",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("acknowledged_at IS NULL"),
    )
    op.create_table(
        "clue_anomaly",
        sa.Column("clue_id", sa.BigInteger(), nullable=False),
        sa.Column("anomaly_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["anomaly_id"], ["anomaly.id"], name=op.f("fk_clue_anomaly_anomaly_id_anomaly")),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name=op.f("fk_clue_anomaly_clue_id_clue")),
        sa.PrimaryKeyConstraint("clue_id", "anomaly_id", name=op.f("pk_clue_anomaly")),
        comment="findings that a clue came from",
    )
    op.create_index(op.f("ix_clue_anomaly_anomaly_id"), "clue_anomaly", ["anomaly_id"], unique=False)
    op.get_bind().exec_driver_sql(Path(__file__).with_name("0020_clues.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
