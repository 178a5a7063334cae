"""The tables of who may call: accounts, their sessions, machines' keys, and what was tried in vain."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
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
from sqlalchemy.dialects.postgresql import ARRAY

from schema.access_vocabularies import Role
from schema.metadata import Key, all_of, metadata, one_of, row_id
from schema.vocabularies import Department

account = Table(
    "account",
    metadata,
    row_id(),
    Column("login", Key, nullable=False, unique=True),
    Column("name", Text, nullable=False, comment="of the person or the machine, as it is shown"),
    Column("roles", ARRAY(Text), nullable=False),
    Column("procuratorate_id", ForeignKey("procuratorate.id"), index=True),
    Column("department", Text),
    Column("agency_id", ForeignKey("agency.id"), index=True, comment="of a clerk or a machine"),
    Column("password_hash", Text, comment="Argon2id; NULL: nobody signs in with a password"),
    Column("must_change_password", Boolean, nullable=False, server_default=text("false")),
    Column("password_changed_at", DateTime(timezone=True)),
    Column("disabled_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    all_of("roles", Role),
    one_of("department", Department),
    CheckConstraint("login <> '' AND name <> ''", name="login_and_name_not_empty"),
    CheckConstraint("cardinality(roles) > 0", name="roles_not_empty"),
    CheckConstraint(
        "(roles && ARRAY['AGENCY_CLERK', 'MACHINE']) = (agency_id IS NOT NULL)"
        " AND (agency_id IS NULL OR (cardinality(roles) = 1 AND procuratorate_id IS NULL))",
        name="agency_of_clerks_and_machines",
    ),
    CheckConstraint(
        "num_nonnulls(agency_id, procuratorate_id) = 1 OR roles <@ ARRAY['ADMINISTRATOR', 'LOCAL_ADMINISTRATOR']",
        name="belongs_somewhere",
    ),
    CheckConstraint("password_hash IS NULL OR NOT roles && ARRAY['MACHINE', 'LOCAL_ADMINISTRATOR']", name="password"),
    Index(
        "uq_account_local_administrator",
        text("(true)"),
        unique=True,
        postgresql_where=text("roles && ARRAY['LOCAL_ADMINISTRATOR']"),
    ),
    comment="账号",
)

sign_in_session = Table(
    "sign_in_session",
    metadata,
    row_id(),
    Column("account_id", ForeignKey("account.id"), nullable=False, index=True),
    Column("purpose", Text, nullable=False, comment="what for, given once a session"),
    Column("address", Text, nullable=False, comment="from where"),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False, comment="no token of the session outlives it"),
    Column("ended_at", DateTime(timezone=True)),
    CheckConstraint("purpose <> ''", name="purpose_not_empty"),
    CheckConstraint("expires_at > started_at", name="expires_after_start"),
    comment="登录会话",
)

machine_key = Table(
    "machine_key",
    metadata,
    row_id(),
    Column("key_id", Key, nullable=False, unique=True, comment="the part of the key that may be shown"),
    Column("account_id", ForeignKey("account.id"), nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False, comment="SHA-256 of the key's secret part, which is random"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Column("last_used_at", DateTime(timezone=True), comment="to within an hour"),
    CheckConstraint("octet_length(digest) = 32", name="digest_is_sha256"),
    CheckConstraint("expires_at > created_at", name="expires_after_creation"),
    comment="机器密钥",
)

failed_sign_in = Table(
    "failed_sign_in",
    metadata,
    Column("subject", Key, primary_key=True, comment="login:…, key:… or address:…, whether there is such a one or not"),
    Column("failures", Integer, nullable=False),
    Column("first_failed_at", DateTime(timezone=True), nullable=False),
    Column("locked_until", DateTime(timezone=True)),
    CheckConstraint("failures > 0", name="failures_positive"),
    comment="登录失败记录",
)
