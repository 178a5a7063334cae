"""The record: organisation, parties, cases with their search texts and triggers, the outbox.

Revision: 0001, the first.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "deleted_revision",
            sa.Integer(),
            nullable=True,
            comment="of a case that is gone: one above its last revision",
        ),
        sa.Column("queued_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        comment="cases whose document in the index may be out of date; a row carries no document",
    )
    op.create_table(
        "party",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column(
            "name", sa.Text(), nullable=True, comment="as sent; a natural person's is masked wherever it is shown"
        ),
        sa.Column("name_tokens", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "uscc", sa.Text(collation="C"), nullable=True, comment="统一社会信用代码; kept as sent where it is masked"
        ),
        sa.Column(
            "identity_hash",
            sa.LargeBinary(),
            nullable=True,
            comment="HMAC-SHA-256 of a natural person's identity number",
        ),
        sa.Column(
            "identity_masked",
            sa.Text(),
            nullable=True,
            comment="the identity number with its birth date and serial covered",
        ),
        sa.Column("legal_representative", sa.Text(), nullable=True, comment="法定代表人; masked wherever it is shown"),
        sa.Column(
            "identity_key",
            sa.Text(collation="C"),
            nullable=True,
            comment="what two cases know one party by; NULL: known in its one case only",
        ),
        sa.Column(
            "source_updated_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="of the newest row that told of it under identity_key",
        ),
        sa.CheckConstraint("type IN ('ORGANIZATION', 'PERSON')", name=op.f("ck_party_type_known")),
        sa.CheckConstraint(
            "(identity_hash IS NULL) = (identity_masked IS NULL)", name=op.f("ck_party_identity_hash_with_mask")
        ),
        sa.CheckConstraint("octet_length(identity_hash) = 32", name=op.f("ck_party_identity_hash_is_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        comment="行政相对人",
    )
    op.create_index("ix_party_uscc", "party", ["uscc"], unique=False, postgresql_where=sa.text("uscc IS NOT NULL"))
    op.create_index(
        "uq_party_identity_key",
        "party",
        ["identity_key"],
        unique=True,
        postgresql_where=sa.text("identity_key IS NOT NULL"),
    )
    op.create_table(
        "procuratorate",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("region", sa.Text(collation="C"), nullable=False, comment="GB/T 2260, six digits"),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("region ~ '^[0-9]{6}$'", name=op.f("ck_procuratorate_region_is_six_digits")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_procuratorate_parent_is_another")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["procuratorate.id"], name=op.f("fk_procuratorate_parent_id_procuratorate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procuratorate")),
        sa.UniqueConstraint("name", name=op.f("uq_procuratorate_name")),
        comment="检察院",
    )
    op.create_index(op.f("ix_procuratorate_parent_id"), "procuratorate", ["parent_id"], unique=False)
    op.create_table(
        "agency",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_tokens", sa.Text(), nullable=False, comment="schema.tokens of the name and the aliases"),
        sa.Column("aliases", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("uscc", sa.Text(collation="C"), nullable=True),
        sa.Column("domains", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("region", sa.Text(collation="C"), nullable=True, comment="GB/T 2260, six digits"),
        sa.Column("procuratorate_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "networked_on", sa.Date(), nullable=True, comment="joined to the platform (两法衔接联网) on this day"
        ),
        sa.Column("priority", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "enforcement_power",
            sa.Boolean(),
            nullable=True,
            comment="may enforce by itself (有行政强制执行权); NULL: unknown",
        ),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "domains <@ ARRAY['ENVIRONMENT', 'FOOD_DRUGS', 'LAND', 'AGRICULTURE', 'FORESTRY', 'MARKET', "
            "'CONSTRUCTION', 'OTHER']",
            name=op.f("ck_agency_domains_known"),
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_agency_name_not_empty")),
        sa.CheckConstraint("region ~ '^[0-9]{6}$'", name=op.f("ck_agency_region_is_six_digits")),
        sa.CheckConstraint("length(uscc) = 18", name=op.f("ck_agency_uscc_has_18_characters")),
        sa.ForeignKeyConstraint(
            ["procuratorate_id"], ["procuratorate.id"], name=op.f("fk_agency_procuratorate_id_procuratorate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("name", name=op.f("uq_agency_name")),
        comment="行政执法机关",
    )
    op.create_index(op.f("ix_agency_procuratorate_id"), "agency", ["procuratorate_id"], unique=False)
    op.create_index("uq_agency_uscc", "agency", ["uscc"], unique=True, postgresql_where=sa.text("uscc IS NOT NULL"))
    op.create_table(
        "penalty_case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "document_number", sa.Text(collation="C"), nullable=True, comment="文号, canonical (schema.document_number)"
        ),
        sa.Column("filing_number", sa.Text(collation="C"), nullable=True, comment="立案号"),
        sa.Column(
            "derived_key",
            sa.LargeBinary(),
            nullable=True,
            comment="digest of party, agency and decision date (else facts)",
        ),
        sa.Column("identity_derived", sa.Boolean(), nullable=False, comment="known by derived_key only"),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("violation_type", sa.Text(), nullable=True, comment="违法行为类型"),
        sa.Column("facts", sa.Text(), nullable=True, comment="违法事实"),
        sa.Column("legal_basis", sa.Text(), nullable=True, comment="处罚依据"),
        sa.Column("penalty_kinds", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("penalty_content", sa.Text(), nullable=True, comment="处罚内容"),
        sa.Column("fine", sa.Numeric(precision=18, scale=2), nullable=True, comment="yuan"),
        sa.Column("confiscated", sa.Numeric(precision=18, scale=2), nullable=True, comment="yuan"),
        sa.Column("act_ended_on", sa.Date(), nullable=True),
        sa.Column("found_on", sa.Date(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("payment_due_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("paid_amount", sa.Numeric(precision=18, scale=2), nullable=True, comment="yuan"),
        sa.Column(
            "entered_at", sa.DateTime(timezone=True), nullable=True, comment="entered into the platform by the agency"
        ),
        sa.Column(
            "deferred_until", sa.Date(), nullable=True, comment="payment deferred or by instalments until this day"
        ),
        sa.Column("service_method", sa.Text(), nullable=True),
        sa.Column(
            "quantities", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("harm", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("sources", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "person_names",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="names to mask in texts",
        ),
        sa.Column(
            "published_extras",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="双公示 columns of no other use",
        ),
        sa.Column(
            "revision",
            sa.Integer(),
            server_default=sa.text("1"),
            nullable=False,
            comment="raised by trigger at every change",
        ),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "domain IN ('ENVIRONMENT', 'FOOD_DRUGS', 'LAND', 'AGRICULTURE', 'FORESTRY', 'MARKET', 'CONSTRUCTION', "
            "'OTHER')",
            name=op.f("ck_penalty_case_domain_known"),
        ),
        sa.CheckConstraint("harm <@ ARRAY['LIFE', 'HEALTH', 'FINANCE']", name=op.f("ck_penalty_case_harm_known")),
        sa.CheckConstraint(
            "penalty_kinds <@ ARRAY['WARNING', 'FINE', 'CONFISCATION', 'SUSPENSION', 'REVOCATION', 'ORDER', "
            "'DETENTION', 'OTHER']",
            name=op.f("ck_penalty_case_penalty_kinds_known"),
        ),
        sa.CheckConstraint(
            "service_method IN ('DIRECT', 'MAIL', 'NOTICE', 'OTHER')", name=op.f("ck_penalty_case_service_method_known")
        ),
        sa.CheckConstraint("sources <@ ARRAY['PUBLISHED', 'PLATFORM']", name=op.f("ck_penalty_case_sources_known")),
        sa.CheckConstraint(
            "NOT identity_derived OR derived_key IS NOT NULL", name=op.f("ck_penalty_case_known_by_something")
        ),
        sa.CheckConstraint("cardinality(sources) > 0", name=op.f("ck_penalty_case_sources_not_empty")),
        sa.CheckConstraint("confiscated >= 0", name=op.f("ck_penalty_case_confiscated_not_negative")),
        sa.CheckConstraint("fine >= 0", name=op.f("ck_penalty_case_fine_not_negative")),
        sa.CheckConstraint(
            "identity_derived = (document_number IS NULL AND filing_number IS NULL)",
            name=op.f("ck_penalty_case_identity_derived_without_number"),
        ),
        sa.CheckConstraint("paid_amount >= 0", name=op.f("ck_penalty_case_paid_amount_not_negative")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_penalty_case_revision_positive")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_penalty_case_agency_id_agency")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_penalty_case_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penalty_case")),
        comment="行政处罚案件",
    )
    op.create_index(
        "ix_penalty_case_agency_newest",
        "penalty_case",
        ["agency_id", sa.literal_column("decided_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_penalty_case_derived_key", "penalty_case", ["derived_key"], unique=False)
    op.create_index(
        "ix_penalty_case_domain_newest",
        "penalty_case",
        ["domain", sa.literal_column("decided_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_penalty_case_filing",
        "penalty_case",
        ["agency_id", "filing_number"],
        unique=False,
        postgresql_where=sa.text("filing_number IS NOT NULL"),
    )
    op.create_index(
        "ix_penalty_case_fine",
        "penalty_case",
        [sa.literal_column("fine DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_penalty_case_newest",
        "penalty_case",
        [sa.literal_column("decided_on DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_penalty_case_number",
        "penalty_case",
        ["document_number"],
        unique=False,
        postgresql_where=sa.text("document_number IS NOT NULL"),
    )
    op.create_index(
        "ix_penalty_case_oldest",
        "penalty_case",
        [sa.literal_column("decided_on ASC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(op.f("ix_penalty_case_party_id"), "penalty_case", ["party_id"], unique=False)
    op.create_index(
        "uq_penalty_case_derived_key",
        "penalty_case",
        ["derived_key"],
        unique=True,
        postgresql_where=sa.text("identity_derived"),
    )
    op.create_index(
        "uq_penalty_case_document_number",
        "penalty_case",
        ["agency_id", "document_number"],
        unique=True,
        postgresql_where=sa.text("document_number IS NOT NULL"),
    )
    op.create_index(
        "uq_penalty_case_filing_number",
        "penalty_case",
        ["agency_id", "filing_number"],
        unique=True,
        postgresql_where=sa.text("document_number IS NULL AND filing_number IS NOT NULL"),
    )
    op.create_table(
        "case_source",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "identity",
            sa.Text(collation="C"),
            nullable=False,
            comment="what a row knew the case by: a number, or derived:…",
        ),
        sa.Column(
            "digest",
            sa.LargeBinary(),
            nullable=False,
            comment="of the last row applied from this source under this identity: the same row again changes nothing",
        ),
        sa.CheckConstraint("source IN ('PUBLISHED', 'PLATFORM')", name=op.f("ck_case_source_source_known")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["penalty_case.id"], name=op.f("fk_case_source_case_id_penalty_case"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "source", "identity", name=op.f("pk_case_source")),
        comment="案件数据来源",
    )
    op.create_index(
        "ix_case_source_identity",
        "case_source",
        ["identity"],
        unique=False,
        postgresql_where=sa.text("identity NOT LIKE 'number:%'"),
    )
    op.create_table(
        "case_text",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("filing_number", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("party", sa.Text(), server_default="", nullable=False),
        sa.Column("agency", sa.Text(), server_default="", nullable=False),
        sa.Column("violation_type", sa.Text(), server_default="", nullable=False),
        sa.Column("facts", sa.Text(), server_default="", nullable=False),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["penalty_case.id"], name=op.f("fk_case_text_case_id_penalty_case"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_text")),
        comment="the tokens (schema.tokens) of a case's searchable fields, each with a space before and behind",
    )
    functions = Path(__file__).with_name("0001_functions.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(functions)


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
