"""What follows a penalty case: six tables, and the triggers by which their records raise their case's revision.

Revision: 0006, after 0005.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ARE_ACTS = (
    "jsonb_typeof({column}) = 'array' AND NOT jsonb_path_exists({column}, "
    """'$[*] ? (!(@."on".type() == "string" && @."what".type() == "string"))')"""
)
_COERCION_KNOWN = (
    "jsonb_typeof(coercion) = 'array' AND NOT jsonb_path_exists(coercion, "
    """'$[*] ? (!(@."from".type() == "string" && (@."kind" == "DETENTION" || @."kind" == "ARREST" || """
    """@."kind" == "BAIL" || @."kind" == "RESIDENTIAL_SURVEILLANCE")))')"""
)


def upgrade() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "document_number",
            sa.Text(collation="C"),
            nullable=False,
            comment="of the penalty decision (处罚决定书文号), canonical",
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=False, comment="the run that first told of it"),
        sa.Column("reported_on", sa.Date(), nullable=True, comment="to the agency's head 报请日期"),
        sa.Column("decided_on", sa.Date(), nullable=True, comment="by the agency's head 决定日期"),
        sa.Column("decision", sa.Text(), nullable=True, comment="决定"),
        sa.Column("refusal_reason", sa.Text(), nullable=True, comment="不批准移送的理由"),
        sa.Column("transferred_on", sa.Date(), nullable=True, comment="移送日期"),
        sa.Column("to_organ", sa.Text(), nullable=True, comment="受移送机关"),
        sa.Column("suspected_crime", sa.Text(), nullable=True, comment="涉嫌罪名"),
        sa.Column("received_on", sa.Date(), nullable=True, comment="by the police 受理日期"),
        sa.Column("returned_on", sa.Date(), nullable=True, comment="by the police 退回日期"),
        sa.Column("return_reason", sa.Text(), nullable=True, comment="退回理由"),
        sa.Column(
            "source_updated_at", sa.DateTime(timezone=True), nullable=True, comment="of the newest row that told of it"
        ),
        sa.Column(
            "digest", sa.LargeBinary(), nullable=False, comment="of the last row applied: the same again says nothing"
        ),
        sa.Column(
            "told",
            postgresql.ARRAY(sa.LargeBinary()),
            nullable=False,
            comment="digests of the rows that told of it, the latest last: each finds this record again",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("decision IN ('APPROVED', 'REFUSED')", name=op.f("ck_transfer_decision_known")),
        sa.CheckConstraint("document_number <> ''", name=op.f("ck_transfer_document_number_not_empty")),
        sa.CheckConstraint("digest = ANY (told)", name=op.f("ck_transfer_last_row_told_of_it")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_transfer_agency_id_agency")),
        sa.ForeignKeyConstraint(["run_id"], ["feed_run.id"], name=op.f("fk_transfer_run_id_feed_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        comment="移送涉嫌犯罪案件",
    )
    op.create_index("ix_transfer_case", "transfer", ["agency_id", "document_number"], unique=False)
    op.create_table(
        "criminal_case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "document_number",
            sa.Text(collation="C"),
            nullable=False,
            comment="of the penalty decision (处罚决定书文号), canonical",
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=False, comment="the run that first told of it"),
        sa.Column("case_number", sa.Text(), nullable=True, comment="刑事案件编号"),
        sa.Column("organ", sa.Text(), nullable=True, comment="办案机关"),
        sa.Column("decision", sa.Text(), nullable=True, comment="立案决定"),
        sa.Column("decided_on", sa.Date(), nullable=True, comment="立案或不予立案日期"),
        sa.Column("notice_to_agency_on", sa.Date(), nullable=True, comment="书面通知移送机关日期"),
        sa.Column("reasons_given", sa.Text(), nullable=True, comment="不予立案理由"),
        sa.Column(
            "coercion",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
            comment="刑事强制措施: {kind, from, to, extendedTo}",
        ),
        sa.Column(
            "activity",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
            comment="侦查活动: {on, what, by, emergency}",
        ),
        sa.Column("concluded_on", sa.Date(), nullable=True, comment="侦查终结日期"),
        sa.Column("conclusion", sa.Text(), nullable=True, comment="侦查结果"),
        sa.Column("prosecuted_on", sa.Date(), nullable=True, comment="起诉日期"),
        sa.Column("judged_on", sa.Date(), nullable=True, comment="判决日期"),
        sa.Column("outcome", sa.Text(), nullable=True, comment="裁判结果"),
        sa.Column(
            "source_updated_at", sa.DateTime(timezone=True), nullable=True, comment="of the newest row that told of it"
        ),
        sa.Column(
            "digest", sa.LargeBinary(), nullable=False, comment="of the last row applied: the same again says nothing"
        ),
        sa.Column(
            "told",
            postgresql.ARRAY(sa.LargeBinary()),
            nullable=False,
            comment="digests of the rows that told of it, the latest last: each finds this record again",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "conclusion IN ('SENT_FOR_PROSECUTION', 'WITHDRAWN')", name=op.f("ck_criminal_case_conclusion_known")
        ),
        sa.CheckConstraint("decision IN ('FILED', 'NOT_FILED')", name=op.f("ck_criminal_case_decision_known")),
        sa.CheckConstraint("document_number <> ''", name=op.f("ck_criminal_case_document_number_not_empty")),
        sa.CheckConstraint("digest = ANY (told)", name=op.f("ck_criminal_case_last_row_told_of_it")),
        sa.CheckConstraint(
            _ARE_ACTS.format(column="activity"),
            name=op.f("ck_criminal_case_activity_are_acts"),
        ),
        sa.CheckConstraint(
            _COERCION_KNOWN,
            name=op.f("ck_criminal_case_coercion_known"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_criminal_case_agency_id_agency")),
        sa.ForeignKeyConstraint(["run_id"], ["feed_run.id"], name=op.f("fk_criminal_case_run_id_feed_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criminal_case")),
        comment="刑事案件",
    )
    op.create_index("ix_criminal_case_case", "criminal_case", ["agency_id", "document_number"], unique=False)
    op.create_table(
        "reconsideration",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "document_number",
            sa.Text(collation="C"),
            nullable=False,
            comment="of the penalty decision (处罚决定书文号), canonical",
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=False, comment="the run that first told of it"),
        sa.Column("type", sa.Text(), nullable=False, comment="救济途径"),
        sa.Column("applied_on", sa.Date(), nullable=True, comment="申请或起诉日期"),
        sa.Column("decided_on", sa.Date(), nullable=True, comment="决定或裁判日期"),
        sa.Column("served_on", sa.Date(), nullable=True, comment="送达日期"),
        sa.Column("outcome", sa.Text(), nullable=True, comment="结果"),
        sa.Column("new_fine", sa.Numeric(precision=18, scale=2), nullable=True, comment="变更后的罚款, yuan"),
        sa.Column(
            "source_updated_at", sa.DateTime(timezone=True), nullable=True, comment="of the newest row that told of it"
        ),
        sa.Column(
            "digest", sa.LargeBinary(), nullable=False, comment="of the last row applied: the same again says nothing"
        ),
        sa.Column(
            "told",
            postgresql.ARRAY(sa.LargeBinary()),
            nullable=False,
            comment="digests of the rows that told of it, the latest last: each finds this record again",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("document_number <> ''", name=op.f("ck_reconsideration_document_number_not_empty")),
        sa.CheckConstraint(
            "outcome IN ('UPHELD', 'REVOKED', 'CHANGED', 'WITHDRAWN')", name=op.f("ck_reconsideration_outcome_known")
        ),
        sa.CheckConstraint("type IN ('RECONSIDERATION', 'LITIGATION')", name=op.f("ck_reconsideration_type_known")),
        sa.CheckConstraint("digest = ANY (told)", name=op.f("ck_reconsideration_last_row_told_of_it")),
        sa.CheckConstraint("new_fine >= 0", name=op.f("ck_reconsideration_new_fine_not_negative")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_reconsideration_agency_id_agency")),
        sa.ForeignKeyConstraint(["run_id"], ["feed_run.id"], name=op.f("fk_reconsideration_run_id_feed_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconsideration")),
        comment="行政复议、行政诉讼",
    )
    op.create_index("ix_reconsideration_case", "reconsideration", ["agency_id", "document_number"], unique=False)
    op.create_table(
        "enforcement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "document_number",
            sa.Text(collation="C"),
            nullable=False,
            comment="of the penalty decision (处罚决定书文号), canonical",
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=False, comment="the run that first told of it"),
        sa.Column("demanded_on", sa.Date(), nullable=True, comment="催告日期"),
        sa.Column("applied_on", sa.Date(), nullable=True, comment="申请强制执行日期"),
        sa.Column("court", sa.Text(), nullable=True, comment="执行法院"),
        sa.Column("received_on", sa.Date(), nullable=True, comment="法院收到日期"),
        sa.Column("accepted", sa.Boolean(), nullable=True, comment="是否受理"),
        sa.Column("accepted_on", sa.Date(), nullable=True, comment="受理日期"),
        sa.Column("refused_on", sa.Date(), nullable=True, comment="不予受理日期"),
        sa.Column("refusal_reason", sa.Text(), nullable=True, comment="不予受理理由"),
        sa.Column("ruled_on", sa.Date(), nullable=True, comment="裁定日期"),
        sa.Column("ruling", sa.Text(), nullable=True, comment="裁定"),
        sa.Column("ruling_reason", sa.Text(), nullable=True, comment="裁定理由"),
        sa.Column("overturned_on", sa.Date(), nullable=True, comment="撤销或变更裁定日期"),
        sa.Column("enforced_by", sa.Text(), nullable=True, comment="实施机关"),
        sa.Column("enforced_amount", sa.Numeric(precision=18, scale=2), nullable=True, comment="执行到位金额, yuan"),
        sa.Column("costs", sa.Numeric(precision=18, scale=2), nullable=True, comment="执行费用, yuan"),
        sa.Column("concluded_on", sa.Date(), nullable=True, comment="执行终结日期"),
        sa.Column(
            "actions",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
            comment="执行行为: {on, what, by, emergency}",
        ),
        sa.Column(
            "source_updated_at", sa.DateTime(timezone=True), nullable=True, comment="of the newest row that told of it"
        ),
        sa.Column(
            "digest", sa.LargeBinary(), nullable=False, comment="of the last row applied: the same again says nothing"
        ),
        sa.Column(
            "told",
            postgresql.ARRAY(sa.LargeBinary()),
            nullable=False,
            comment="digests of the rows that told of it, the latest last: each finds this record again",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("document_number <> ''", name=op.f("ck_enforcement_document_number_not_empty")),
        sa.CheckConstraint("ruling IN ('ENFORCE', 'NOT_ENFORCE')", name=op.f("ck_enforcement_ruling_known")),
        sa.CheckConstraint("costs >= 0", name=op.f("ck_enforcement_costs_not_negative")),
        sa.CheckConstraint("digest = ANY (told)", name=op.f("ck_enforcement_last_row_told_of_it")),
        sa.CheckConstraint("enforced_amount >= 0", name=op.f("ck_enforcement_enforced_amount_not_negative")),
        sa.CheckConstraint(
            _ARE_ACTS.format(column="actions"),
            name=op.f("ck_enforcement_actions_are_acts"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_enforcement_agency_id_agency")),
        sa.ForeignKeyConstraint(["run_id"], ["feed_run.id"], name=op.f("fk_enforcement_run_id_feed_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enforcement")),
        comment="催告、申请法院强制执行",
    )
    op.create_index("ix_enforcement_case", "enforcement", ["agency_id", "document_number"], unique=False)
    op.create_table(
        "coercive_measure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "document_number",
            sa.Text(collation="C"),
            nullable=False,
            comment="of the penalty decision (处罚决定书文号), canonical",
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=False, comment="the run that first told of it"),
        sa.Column("type", sa.Text(), nullable=False, comment="强制措施种类"),
        sa.Column("decided_on", sa.Date(), nullable=True, comment="决定日期"),
        sa.Column("imposed_on", sa.Date(), nullable=True, comment="实施日期"),
        sa.Column("reported_on", sa.Date(), nullable=True, comment="of an urgent one 补办批准手续日期"),
        sa.Column("extended_on", sa.Date(), nullable=True, comment="延长决定日期"),
        sa.Column("until", sa.Date(), nullable=True, comment="期限届满日"),
        sa.Column("ended_on", sa.Date(), nullable=True, comment="解除日期"),
        sa.Column(
            "testing_days",
            sa.Integer(),
            nullable=True,
            comment="检测、检验、检疫、技术鉴定的期间, calendar days that do not count",
        ),
        sa.Column("on_the_spot", sa.Boolean(), nullable=True, comment="是否当场实施"),
        sa.Column(
            "source_updated_at", sa.DateTime(timezone=True), nullable=True, comment="of the newest row that told of it"
        ),
        sa.Column(
            "digest", sa.LargeBinary(), nullable=False, comment="of the last row applied: the same again says nothing"
        ),
        sa.Column(
            "told",
            postgresql.ARRAY(sa.LargeBinary()),
            nullable=False,
            comment="digests of the rows that told of it, the latest last: each finds this record again",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("document_number <> ''", name=op.f("ck_coercive_measure_document_number_not_empty")),
        sa.CheckConstraint(
            "type IN ('SEAL', 'SEIZURE', 'FREEZE', 'OTHER')", name=op.f("ck_coercive_measure_type_known")
        ),
        sa.CheckConstraint("digest = ANY (told)", name=op.f("ck_coercive_measure_last_row_told_of_it")),
        sa.CheckConstraint("testing_days >= 0", name=op.f("ck_coercive_measure_testing_days_not_negative")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_coercive_measure_agency_id_agency")),
        sa.ForeignKeyConstraint(["run_id"], ["feed_run.id"], name=op.f("fk_coercive_measure_run_id_feed_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coercive_measure")),
        comment="行政强制措施",
    )
    op.create_index("ix_coercive_measure_case", "coercive_measure", ["agency_id", "document_number"], unique=False)
    op.create_table(
        "procuratorial_measure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "document_number",
            sa.Text(collation="C"),
            nullable=False,
            comment="of the penalty decision (处罚决定书文号), canonical",
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=False, comment="the run that first told of it"),
        sa.Column("type", sa.Text(), nullable=False, comment="监督方式"),
        sa.Column("number", sa.Text(), nullable=True, comment="文书文号"),
        sa.Column("served_on", sa.Date(), nullable=True, comment="送达日期"),
        sa.Column("reply_due_on", sa.Date(), nullable=True, comment="回复期限"),
        sa.Column("urgent", sa.Boolean(), nullable=True, comment="是否紧急"),
        sa.Column("replied_on", sa.Date(), nullable=True, comment="回复日期"),
        sa.Column("reply", sa.Text(), nullable=True, comment="回复内容"),
        sa.Column("outcome", sa.Text(), nullable=True, comment="整改结果"),
        sa.Column(
            "source_updated_at", sa.DateTime(timezone=True), nullable=True, comment="of the newest row that told of it"
        ),
        sa.Column(
            "digest", sa.LargeBinary(), nullable=False, comment="of the last row applied: the same again says nothing"
        ),
        sa.Column(
            "told",
            postgresql.ARRAY(sa.LargeBinary()),
            nullable=False,
            comment="digests of the rows that told of it, the latest last: each finds this record again",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("document_number <> ''", name=op.f("ck_procuratorial_measure_document_number_not_empty")),
        sa.CheckConstraint(
            "type IN ('ORAL_CORRECTION', 'RECOMMENDATION', 'CORRECTION_NOTICE', "
            "'TRANSFER_OPINION', 'REASONS_REQUEST', 'FILING_NOTICE', 'REMINDER', 'PRE_LITIGATION_PROPOSAL')",
            name=op.f("ck_procuratorial_measure_type_known"),
        ),
        sa.CheckConstraint("digest = ANY (told)", name=op.f("ck_procuratorial_measure_last_row_told_of_it")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_procuratorial_measure_agency_id_agency")),
        sa.ForeignKeyConstraint(["run_id"], ["feed_run.id"], name=op.f("fk_procuratorial_measure_run_id_feed_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procuratorial_measure")),
        comment="检察监督措施",
    )
    op.create_index(
        "ix_procuratorial_measure_case", "procuratorial_measure", ["agency_id", "document_number"], unique=False
    )
    op.get_bind().exec_driver_sql(Path(__file__).with_name("0006_follow_ups.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
