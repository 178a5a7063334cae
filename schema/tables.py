"""The tables of the record, with the constraints that make a wrong state impossible.

Money is yuan with two decimals; an unknown value is NULL. The triggers that raise `revision` and fill the outbox stand
in the first migration, because they belong to the database and not to any one writer.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from schema.metadata import Key, Yuan, all_of, metadata, one_of, row_id
from schema.vocabularies import (
    DataSource,
    Domain,
    FeedErrorCode,
    FeedRunStatus,
    Harm,
    PartyType,
    PenaltyKind,
    RowOutcome,
    ServiceMethod,
)

procuratorate = Table(
    "procuratorate",
    metadata,
    row_id(),
    Column("name", Key, nullable=False, unique=True),
    Column("region", Key, nullable=False, comment="GB/T 2260, six digits"),
    Column("parent_id", ForeignKey("procuratorate.id"), index=True),
    Column("source_updated_at", DateTime(timezone=True)),
    CheckConstraint("region ~ '^[0-9]{6}$'", name="region_is_six_digits"),
    CheckConstraint("parent_id <> id", name="parent_is_another"),
    comment="检察院",
)

agency = Table(
    "agency",
    metadata,
    row_id(),
    Column("name", Key, nullable=False, unique=True),
    Column("name_tokens", Text, nullable=False, comment="schema.tokens of the name and the aliases"),
    Column("aliases", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("uscc", Key),
    Column("domains", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("region", Key, comment="GB/T 2260, six digits"),
    Column("procuratorate_id", ForeignKey("procuratorate.id"), index=True),
    Column("networked_on", Date, comment="joined to the platform (两法衔接联网) on this day"),
    Column("priority", Boolean, nullable=False, server_default=text("false")),
    Column("enforcement_power", Boolean, comment="may enforce by itself (有行政强制执行权); NULL: unknown"),
    Column("source_updated_at", DateTime(timezone=True)),
    CheckConstraint("name <> ''", name="name_not_empty"),
    CheckConstraint("region ~ '^[0-9]{6}$'", name="region_is_six_digits"),
    CheckConstraint("length(uscc) = 18", name="uscc_has_18_characters"),
    all_of("domains", Domain),
    Index("uq_agency_uscc", "uscc", unique=True, postgresql_where=text("uscc IS NOT NULL")),
    comment="行政执法机关",
)

SUGGESTED_PARTY = """
type = 'ORGANIZATION' AND name !~ '^([一-龥]{2,3}|[一-龥]{0,2}[*＊×xXｘＸ某○●□]+[一-龥0-9]?)$'
AND starts_with(name, legal_representative) IS NOT TRUE AND name_length BETWEEN 1 AND 400
"""
"""Of which parties a name may be suggested: an organisation that does not go by the name of a natural person. A name of
two or three characters, or one that hides some of them, is a person's, whatever the sender says; so is one that begins
with its representative's. An index holds no text that is very long."""

party = Table(
    "party",
    metadata,
    row_id(),
    Column("type", Text, nullable=False),
    Column("name", Text, comment="as sent; a natural person's is masked wherever it is shown"),
    Column("name_tokens", Text, nullable=False, server_default=""),
    # Behind row-level security no index is used of what a function makes that is not leakproof, as length() is not.
    Column(
        "name_length",
        Integer,
        Computed("length(name_tokens)", persisted=True),
        nullable=False,
        comment="of name_tokens",
    ),
    Column("uscc", Key, comment="统一社会信用代码; kept as sent where it is masked"),
    Column("identity_hash", LargeBinary, comment="HMAC-SHA-256 of a natural person's identity number"),
    Column("identity_masked", Text, comment="the identity number with its birth date and serial covered"),
    Column("legal_representative", Text, comment="法定代表人; masked wherever it is shown"),
    Column(
        "representative_names",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="full names of its legal representatives, earlier ones too; to mask in texts of its cases",
    ),
    Column("identity_key", Key, comment="what two cases know one party by; NULL: known in its one case only"),
    Column(
        "source_updated_at", DateTime(timezone=True), comment="of the newest row that told of it under identity_key"
    ),
    one_of("type", PartyType),
    CheckConstraint("octet_length(identity_hash) = 32", name="identity_hash_is_sha256"),
    CheckConstraint("(identity_hash IS NULL) = (identity_masked IS NULL)", name="identity_hash_with_mask"),
    Index("uq_party_identity_key", "identity_key", unique=True, postgresql_where=text("identity_key IS NOT NULL")),
    Index("ix_party_uscc", "uscc", postgresql_where=text("uscc IS NOT NULL")),
    # By hash: a name may be longer than what an ordered index holds.
    Index(
        "ix_party_name",
        "name_tokens",
        postgresql_using="hash",
        postgresql_where=text("type = 'ORGANIZATION' AND name_tokens <> ''"),
    ),
    # By length, so that the shortest of a thousand names that begin alike is found first.
    Index(
        "ix_party_suggested",
        "name_length",
        "name_tokens",
        text("(uscc IS NULL)"),
        "id",
        postgresql_ops={"name_tokens": "text_pattern_ops"},
        postgresql_where=text(SUGGESTED_PARTY),
    ),
    comment="行政相对人",
)

penalty_case = Table(
    "penalty_case",
    metadata,
    row_id(),
    Column("agency_id", ForeignKey("agency.id"), nullable=False),
    Column("party_id", ForeignKey("party.id"), nullable=False, index=True),
    Column("document_number", Key, comment="文号, canonical (schema.document_number)"),
    Column("filing_number", Key, comment="立案号"),
    Column("derived_key", LargeBinary, comment="digest of party, agency and decision date (else facts)"),
    Column("identity_derived", Boolean, nullable=False, comment="known by derived_key only"),
    Column("title", Text),
    Column("domain", Text, nullable=False),
    Column("violation_type", Text, comment="违法行为类型"),
    Column("facts", Text, comment="违法事实"),
    Column("legal_basis", Text, comment="处罚依据"),
    Column("penalty_kinds", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("penalty_content", Text, comment="处罚内容"),
    Column("fine", Yuan, comment="yuan"),
    Column("confiscated", Yuan, comment="yuan"),
    Column("act_ended_on", Date),
    Column("found_on", Date),
    Column("filed_on", Date),
    Column("decided_on", Date),
    Column("served_on", Date),
    Column("payment_due_on", Date),
    Column("paid_on", Date),
    Column("paid_amount", Yuan, comment="yuan"),
    Column("entered_at", DateTime(timezone=True), comment="entered into the platform by the agency"),
    Column("deferred_until", Date, comment="payment deferred or by instalments until this day"),
    Column("service_method", Text),
    Column("quantities", JSONB, nullable=False, server_default=text("'[]'")),
    Column("harm", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("sources", ARRAY(Text), nullable=False),
    Column("person_names", ARRAY(Text), nullable=False, server_default=text("'{}'"), comment="names to mask in texts"),
    Column(
        "published_extras", JSONB, nullable=False, server_default=text("'{}'"), comment="双公示 columns of no other use"
    ),
    Column("revision", Integer, nullable=False, server_default=text("1"), comment="raised by trigger at every change"),
    Column(
        "anomaly_count",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="of active findings, kept by trigger",
    ),
    Column("source_updated_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    one_of("domain", Domain),
    one_of("service_method", ServiceMethod),
    all_of("penalty_kinds", PenaltyKind),
    all_of("harm", Harm),
    all_of("sources", DataSource),
    CheckConstraint("fine >= 0", name="fine_not_negative"),
    CheckConstraint("confiscated >= 0", name="confiscated_not_negative"),
    CheckConstraint("paid_amount >= 0", name="paid_amount_not_negative"),
    CheckConstraint("revision >= 1", name="revision_positive"),
    CheckConstraint("cardinality(sources) > 0", name="sources_not_empty"),
    CheckConstraint(
        "identity_derived = (document_number IS NULL AND filing_number IS NULL)", name="identity_derived_without_number"
    ),
    CheckConstraint("NOT identity_derived OR derived_key IS NOT NULL", name="known_by_something"),
    Index(
        "uq_penalty_case_document_number",
        "agency_id",
        "document_number",
        unique=True,
        postgresql_where=text("document_number IS NOT NULL"),
    ),
    Index(
        "uq_penalty_case_filing_number",
        "agency_id",
        "filing_number",
        unique=True,
        postgresql_where=text("document_number IS NULL AND filing_number IS NOT NULL"),
    ),
    # Of two agencies one may be told of under the key of the other's case, which was moved from there.
    Index(
        "uq_penalty_case_derived_key",
        "agency_id",
        "derived_key",
        unique=True,
        postgresql_where=text("identity_derived"),
    ),
    Index("ix_penalty_case_derived_key", "derived_key"),
    Index("ix_penalty_case_filing", "agency_id", "filing_number", postgresql_where=text("filing_number IS NOT NULL")),
    Index("ix_penalty_case_number", "document_number", postgresql_where=text("document_number IS NOT NULL")),
    Index("ix_penalty_case_newest", text("decided_on DESC NULLS LAST"), text("id DESC")),
    Index("ix_penalty_case_oldest", text("decided_on ASC NULLS LAST"), text("id DESC")),
    Index("ix_penalty_case_fine", text("fine DESC NULLS LAST"), text("id DESC")),
    Index("ix_penalty_case_anomalies", text("anomaly_count DESC"), text("id DESC")),
    Index("ix_penalty_case_agency_newest", "agency_id", text("decided_on DESC NULLS LAST"), text("id DESC")),
    Index("ix_penalty_case_domain_newest", "domain", text("decided_on DESC NULLS LAST"), text("id DESC")),
    comment="行政处罚案件",
)

case_text = Table(
    "case_text",
    metadata,
    Column("case_id", ForeignKey("penalty_case.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    *(
        Column(field, Text, nullable=False, server_default="")
        for field in (
            "number",
            "filing_number",
            "title",
            "party",
            "agency",
            "violation_type",
            "facts",
            "basis",
            "content",
        )
    ),
    *(
        Index(
            f"ix_case_text_{field}",
            text(f"length({field})"),
            field,
            "case_id",
            postgresql_ops={field: "text_pattern_ops"},
            postgresql_where=text(f"{field} <> ''"),
        )
        for field in ("number", "filing_number")
    ),
    comment="the tokens (schema.tokens) of a case's searchable fields, each with a space before and behind",
)

case_text_covered = Table(
    "case_text_covered",
    metadata,
    Column("case_id", ForeignKey("case_text.case_id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    *(
        Column(field, Text, nullable=False)
        for field in (
            "number",
            "filing_number",
            "title",
            "party",
            "agency",
            "violation_type",
            "facts",
            "basis",
            "content",
        )
    ),
    comment="the tokens of a case without its natural persons' names, kept by triggers; no row where they are the same",
)

statute = Table(
    "statute",
    metadata,
    Column("name", Key, primary_key=True, comment="as first cited, without 《》, line ends and the year of a version"),
    Column(
        "name_tokens",
        Key,
        nullable=False,
        unique=True,
        comment="schema.tokens.several_token_texts of the name, and of the name without 中华人民共和国",
    ),
    CheckConstraint("name_tokens <> ''", name="name_tokens_not_empty"),
    comment="案件引用过的法律、法规、规章和标准",
)

case_source = Table(
    "case_source",
    metadata,
    Column("case_id", ForeignKey("penalty_case.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("source", Text, primary_key=True),
    Column("identity", Key, primary_key=True, comment="what a row knew the case by: a number, or derived:…"),
    Column(
        "digest",
        LargeBinary,
        nullable=False,
        comment="of the last row applied from this source under this identity: the same row again changes nothing",
    ),
    Column(
        "row_digest", LargeBinary, comment="of that row's bytes and of how they are read, by which it is known unread"
    ),
    Column("row_updated_at", DateTime(timezone=True), comment="that row's sourceUpdatedAt"),
    Column("row_warnings", Integer, nullable=False, server_default=text("0")),
    one_of("source", DataSource),
    Index("ix_case_source_row_digest", "row_digest", postgresql_where=text("row_digest IS NOT NULL")),
    # A decision number is found in the case itself; any other identity may have been replaced by a better one there.
    Index("ix_case_source_identity", "identity", postgresql_where=text("identity NOT LIKE 'number:%'")),
    comment="案件数据来源",
)

feed = Table(
    "feed",
    metadata,
    row_id(),
    Column("name", Text, nullable=False, unique=True, comment="the file's name without its folder"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="数据来源文件",
)

feed_run = Table(
    "feed_run",
    metadata,
    row_id(),
    Column("run", Key, nullable=False, unique=True, comment="the name by which commands know the run"),
    Column("feed_id", ForeignKey("feed.id"), nullable=False, index=True),
    Column("agency_id", ForeignKey("agency.id"), index=True, comment="whose feed it is; NULL: nobody said"),
    Column("loaded_by", ForeignKey("account.id"), index=True, comment="who sent it; NULL: a command loaded it"),
    Column("status", Text, nullable=False),
    Column("sha256", LargeBinary, comment="of the whole file; NULL until it was read to its end"),
    Column("encoding", Text),
    Column("layout", Text),
    Column("form", JSONB, comment="its format, encoding and headers, in which rejected rows are given back"),
    Column("reason", Text, comment="why a file was refused"),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    *(
        Column(count, Integer, nullable=False, server_default=text("0"))
        for count in ("rows", "inserted", "updated", "unchanged", "rejected", "waiting", "warnings")
    ),
    Column(
        "known",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="of the unchanged rows, those an earlier run has kept byte for byte; feed_row holds all others",
    ),
    Column("skipped", JSONB, nullable=False, server_default=text("'[]'"), comment="lines that are no record, with why"),
    one_of("status", FeedRunStatus),
    CheckConstraint("rows = inserted + updated + unchanged + rejected", name="rows_accounted_for"),
    CheckConstraint("known BETWEEN 0 AND unchanged", name="known_are_unchanged"),
    CheckConstraint("(status = 'RUNNING') = (ended_at IS NULL)", name="ended_unless_running"),
    Index("ix_feed_run_newest", text("started_at DESC"), text("id DESC")),
    comment="导入批次",
)

feed_row = Table(
    "feed_row",
    metadata,
    Column("run_id", ForeignKey("feed_run.id"), primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False, comment="the record's place in its file, from 1"),
    Column("line", Integer, nullable=False, comment="the physical line on which the record starts"),
    Column("outcome", Text, nullable=False),
    Column("case_id", BigInteger, comment="the case it told of; no foreign key: a row outlives its case"),
    Column("key_id", Key, nullable=False),
    Column("raw", LargeBinary, nullable=False, comment="nonce, then AES-GCM ciphertext of the row as sent"),
    Column("warnings", JSONB, nullable=False, server_default=text("'[]'")),
    Column("changes_after", BigInteger, comment="what it changed begins behind this record_change.id"),
    Column("changes_until", BigInteger, comment="and ends with this one; NULL: its run had changed nothing yet"),
    one_of("outcome", RowOutcome),
    CheckConstraint("ordinal > 0 AND line > 0", name="counted_from_one"),
    Index("ix_feed_row_case", "case_id", postgresql_where=text("case_id IS NOT NULL")),
    comment="原始数据行",
)

rejected_row = Table(
    "rejected_row",
    metadata,
    Column("run_id", ForeignKey("feed_run.id"), primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, nullable=False),
    Column("column", Text),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    one_of("code", FeedErrorCode),
    comment="被拒收的数据行",
)
