"""The tables of what counties report (数据、典型案例、总结), and of the records marked as typical (典型案例)."""

from sqlalchemy import CheckConstraint, Column, Date, DateTime, ForeignKey, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from schema.clue_tables import clue
from schema.duty_crime_tables import duty_crime_case
from schema.duty_vocabularies import CountyReportKind
from schema.measure_tables import measure
from schema.metadata import metadata, one_of, row_id
from schema.public_interest_tables import public_interest_case

county_report = Table(
    "county_report",
    metadata,
    row_id(),
    Column("procuratorate_id", ForeignKey("procuratorate.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("due_on", Date, nullable=False, comment="as it was when it was sent"),
    Column("text", Text, nullable=False),
    Column("figures", JSONB, nullable=False, comment="of the county and the period, as they were when it was sent"),
    Column("sent_on", Date, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    Column("sent_by", ForeignKey("account.id"), nullable=False),
    one_of("kind", CountyReportKind),
    CheckConstraint("text <> ''", name="text_not_empty"),
    CheckConstraint("period_start <= period_end AND period_end < due_on", name="due_after_its_period"),
    CheckConstraint("jsonb_typeof(figures) = 'object'", name="figures_by_name"),
    Index("uq_county_report_period", "procuratorate_id", "kind", "period_end", unique=True),
    comment="县级院报告; rows are added and never changed",
)

typical_case = Table(
    "typical_case",
    metadata,
    row_id(),
    Column("case_id", ForeignKey("penalty_case.id")),
    Column("clue_id", ForeignKey(clue.c.id)),
    Column("measure_id", ForeignKey(measure.c.id)),
    Column("duty_crime_case_id", ForeignKey(duty_crime_case.c.id)),
    Column("public_interest_case_id", ForeignKey(public_interest_case.c.id)),
    Column("procuratorate_id", ForeignKey("procuratorate.id"), comment="whose it is; NULL: nobody said whose"),
    Column("summary", Text, nullable=False, comment="案情摘要及典型意义"),
    Column("marked_by", ForeignKey("account.id"), nullable=False),
    Column("marked_at", DateTime(timezone=True), nullable=False),
    Column("withdrawn_by", ForeignKey("account.id")),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawal_reason", Text),
    CheckConstraint(
        "num_nonnulls(case_id, clue_id, measure_id, duty_crime_case_id, public_interest_case_id) = 1", name="of_one"
    ),
    CheckConstraint("summary <> ''", name="summary_not_empty"),
    CheckConstraint("num_nonnulls(withdrawn_by, withdrawn_at, withdrawal_reason) IN (0, 3)", name="withdrawn_whole"),
    Index(
        "uq_typical_case_record",
        "case_id",
        "clue_id",
        "measure_id",
        "duty_crime_case_id",
        "public_interest_case_id",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("withdrawn_at IS NULL"),
    ),
    Index("ix_typical_case_marked", text("marked_at DESC"), text("id DESC")),
    comment="典型案例",
)
