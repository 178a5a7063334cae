"""Measures and triage: what becomes of a finding.

Revision: 0021, after 0020.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "triage_queue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "department", sa.Text(), nullable=False, comment="of the procuratorate that supervises the case's agency"
        ),
        sa.Column("entered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "department IN ('INVESTIGATION_SUPERVISION', 'ANTI_CORRUPTION', 'ANTI_DERELICTION', "
            "'CIVIL_ADMINISTRATIVE', 'PREVENTION', 'PUBLIC_PROSECUTION', 'COMPLAINTS', "
            "'DETENTION_SUPERVISION', 'CASE_MANAGEMENT', 'DISCIPLINE')",
            name=op.f("ck_triage_queue_department_known"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["penalty_case.id"], name=op.f("fk_triage_queue_case_id_penalty_case"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triage_queue")),
        sa.UniqueConstraint("case_id", "department", name=op.f("uq_triage_queue_case_id_department")),
        comment="分流队列: filled when a case is entered and when a finding opens, emptied by decisions",
    )
    op.create_index("ix_triage_queue_department", "triage_queue", ["department", "id"], unique=False)
    op.create_table(
        "measure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=True, comment="文书文号, given when it is issued"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=True, comment="where the addressee is one"),
        sa.Column("procuratorate_id", sa.BigInteger(), nullable=True, comment="whose it is"),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("clue_id", sa.BigInteger(), nullable=True),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column(
            "named_limit_on", sa.Date(), nullable=True, comment="the last day for the reply that its author named"
        ),
        sa.Column("reply_due_on", sa.Date(), nullable=True, comment="the last day for the reply, named or the law's"),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("rectification", sa.Text(), nullable=True, comment="what the check found"),
        sa.Column("copy_to_legal_office", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("copied_on", sa.Date(), nullable=True, comment="抄送政府法制办"),
        sa.Column("escalated_to_id", sa.BigInteger(), nullable=True, comment="the superior procuratorate"),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "department IN ('INVESTIGATION_SUPERVISION', 'ANTI_CORRUPTION', 'ANTI_DERELICTION', "
            "'CIVIL_ADMINISTRATIVE', 'PREVENTION', 'PUBLIC_PROSECUTION', 'COMPLAINTS', "
            "'DETENTION_SUPERVISION', 'CASE_MANAGEMENT', 'DISCIPLINE')",
            name=op.f("ck_measure_department_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('ORAL_CORRECTION', 'RECOMMENDATION', 'CORRECTION_NOTICE', 'TRANSFER_OPINION', "
            "'REASONS_REQUEST', 'FILING_NOTICE', 'REMINDER', 'PRE_LITIGATION_PROPOSAL')",
            name=op.f("ck_measure_kind_known"),
        ),
        sa.CheckConstraint("status <> 'DRAFT' OR number IS NULL", name=op.f("ck_measure_draft_without_number")),
        sa.CheckConstraint(
            "status IN ('DRAFT', 'ISSUED', 'SERVED', 'REPLIED', 'RECTIFIED', 'NOT_RECTIFIED', 'ESCALATED', "
            "'WITHDRAWN')",
            name=op.f("ck_measure_status_known"),
        ),
        sa.CheckConstraint(
            "status IN ('DRAFT', 'WITHDRAWN') OR number IS NOT NULL", name=op.f("ck_measure_issued_with_number")
        ),
        sa.CheckConstraint(
            "title <> '' AND text <> '' AND addressee <> ''", name=op.f("ck_measure_title_text_and_addressee_not_empty")
        ),
        sa.CheckConstraint("num_nonnulls(checked_on, rectification) IN (0, 2)", name=op.f("ck_measure_check_whole")),
        sa.CheckConstraint("num_nonnulls(number, issued_on) IN (0, 2)", name=op.f("ck_measure_numbered_when_issued")),
        sa.CheckConstraint("num_nonnulls(replied_on, reply) IN (0, 2)", name=op.f("ck_measure_reply_whole")),
        sa.CheckConstraint(
            "replied_on IS NULL OR replied_on >= served_on", name=op.f("ck_measure_replied_after_service")
        ),
        sa.CheckConstraint("served_on IS NULL OR issued_on IS NOT NULL", name=op.f("ck_measure_served_after_issue")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_measure_agency_id_agency")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_measure_author_id_account")),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name=op.f("fk_measure_clue_id_clue")),
        sa.ForeignKeyConstraint(
            ["escalated_to_id"], ["procuratorate.id"], name=op.f("fk_measure_escalated_to_id_procuratorate")
        ),
        sa.ForeignKeyConstraint(
            ["procuratorate_id"], ["procuratorate.id"], name=op.f("fk_measure_procuratorate_id_procuratorate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint("number", name=op.f("uq_measure_number")),
        comment="监督措施",
    )
    op.create_index(op.f("ix_measure_agency_id"), "measure", ["agency_id"], unique=False)
    op.create_index(op.f("ix_measure_clue_id"), "measure", ["clue_id"], unique=False)
    op.create_index(op.f("ix_measure_procuratorate_id"), "measure", ["procuratorate_id"], unique=False)
    op.create_index("ix_measure_reply_due", "measure", ["reply_due_on", "id"], unique=False)
    op.create_table(
        "measure_case",
        sa.Column("measure_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["penalty_case.id"], name=op.f("fk_measure_case_case_id_penalty_case")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_measure_case_measure_id_measure")),
        sa.PrimaryKeyConstraint("measure_id", "case_id", name=op.f("pk_measure_case")),
        comment="cases that a measure is about",
    )
    op.create_index(op.f("ix_measure_case_case_id"), "measure_case", ["case_id"], unique=False)
    op.create_table(
        "measure_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("measure_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, comment="of the measure after it"),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False, comment="on which it was done, as it was told"),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="of the measure after it"),
        sa.Column("note", sa.Text(), server_default="", nullable=False, comment="the reason, the reply, the result"),
        sa.CheckConstraint(
            "event IN ('DRAFTED', 'ISSUED', 'SERVED', 'COPIED', 'REPLIED', 'CHECKED', 'ESCALATED', 'WITHDRAWN')",
            name=op.f("ck_measure_event_event_known"),
        ),
        sa.CheckConstraint(
            "status IN ('DRAFT', 'ISSUED', 'SERVED', 'REPLIED', 'RECTIFIED', 'NOT_RECTIFIED', 'ESCALATED', "
            "'WITHDRAWN')",
            name=op.f("ck_measure_event_status_known"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_measure_event_actor_id_account")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_measure_event_measure_id_measure")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_event")),
        comment="监督措施的历史; rows are added and never changed",
    )
    op.create_index("uq_measure_event_revision", "measure_event", ["measure_id", "revision"], unique=True)
    op.create_table(
        "triage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("department", sa.Text(), nullable=True, comment="for whose queue; NULL: for all of the case's"),
        sa.Column("clue_id", sa.BigInteger(), nullable=True),
        sa.Column("measure_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(decision = 'CLUE') = (clue_id IS NOT NULL) AND (decision = 'MEASURE') = (measure_id IS NOT NULL)",
            name=op.f("ck_triage_decision_with_what_came_of_it"),
        ),
        sa.CheckConstraint(
            "decision IN ('NO_ACTION', 'WATCH', 'CLUE', 'MEASURE')", name=op.f("ck_triage_decision_known")
        ),
        sa.CheckConstraint(
            "department IN ('INVESTIGATION_SUPERVISION', 'ANTI_CORRUPTION', 'ANTI_DERELICTION', "
            "'CIVIL_ADMINISTRATIVE', 'PREVENTION', 'PUBLIC_PROSECUTION', 'COMPLAINTS', "
            "'DETENTION_SUPERVISION', 'CASE_MANAGEMENT', 'DISCIPLINE')",
            name=op.f("ck_triage_department_known"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_triage_reason_not_empty")),
        sa.ForeignKeyConstraint(["case_id"], ["penalty_case.id"], name=op.f("fk_triage_case_id_penalty_case")),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name=op.f("fk_triage_clue_id_clue")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_triage_decided_by_account")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_triage_measure_id_measure")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triage")),
        comment="分流决定; rows are added and never changed",
    )
    op.create_index(op.f("ix_triage_case_id"), "triage", ["case_id"], unique=False)
    op.create_index(op.f("ix_triage_clue_id"), "triage", ["clue_id"], unique=False)
    op.create_index(op.f("ix_triage_measure_id"), "triage", ["measure_id"], unique=False)
    op.get_bind().exec_driver_sql(Path(__file__).with_name("0021_measures_and_triage.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
