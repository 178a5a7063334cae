"""The tables of who did what: the audit trail, the seals upon it, and the names whose views are shown.

Nothing of a trail or a seal is ever changed: the application may only add to them and read them, and triggers refuse
everything else to whoever is no superuser. What a superuser does to them, the seals tell (stores/audit_seals.py).
"""

from sqlalchemy import (
    BigInteger,
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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from schema.access_vocabularies import AuditAction
from schema.metadata import Key, metadata, one_of, row_id

# An entry speaks for itself, whatever becomes of the account or the session: it refers to no other row.
audit_entry = Table(
    "audit_entry",
    metadata,
    row_id(),
    Column(
        "at",
        DateTime(timezone=True),
        nullable=False,
        server_default=text("clock_timestamp()"),
        comment="by the database's own clock: whoever adds an entry cannot set it",
    ),
    Column(
        "transaction",
        BigInteger,
        nullable=False,
        server_default=text("(pg_current_xact_id()::text)::bigint"),
        comment="that wrote the entry; it decides which seal holds it",
    ),
    Column("account_id", BigInteger, comment="NULL: nobody of that login"),
    Column("login", Key, nullable=False),
    Column("session_id", BigInteger, comment="NULL: there was none"),
    Column("address", Text, nullable=False, comment="from where"),
    Column("purpose", Text, nullable=False, comment="what for, as it was given when the session began"),
    Column("action", Text, nullable=False),
    Column("operation", Key, nullable=False, comment="the root field of GraphQL, or the command"),
    Column("detail", JSONB, nullable=False, comment="the arguments; never a password, a token or an identity number"),
    Column("case_ids", ARRAY(BigInteger), nullable=False, comment="of which anything was given out"),
    Column("result_count", BigInteger, comment="how many records answer the question; NULL: nobody counted"),
    Column("index_version", Text, comment="what answered: the index's name, or the record at its revision"),
    one_of("action", AuditAction),
    CheckConstraint("login <> '' AND operation <> ''", name="login_and_operation_not_empty"),
    CheckConstraint("result_count >= 0", name="result_count_not_negative"),
    Index(None, "transaction", "id"),
    Index(None, "at"),
    Index(None, "login", "id"),
    Index(None, "case_ids", postgresql_using="gin"),
    comment="审计记录",
)

audit_seal = Table(
    "audit_seal",
    metadata,
    row_id(),
    Column("sealed_at", DateTime(timezone=True), nullable=False, comment="by the database's own clock"),
    Column(
        "from_transaction", BigInteger, nullable=False, unique=True, comment="inclusive: where the one before ended"
    ),
    Column("below_transaction", BigInteger, nullable=False, comment="exclusive: all before it had ended"),
    Column("entry_count", Integer, nullable=False),
    Column("entry_ids", ARRAY(BigInteger), nullable=False, comment="of all entries of these transactions, by id"),
    Column("entry_digests", LargeBinary, nullable=False, comment="32 bytes each, in the order of the ids"),
    Column("key_id", Text, nullable=False, comment="of the data key that the seal's key is derived from"),
    Column("previous", LargeBinary, nullable=True, comment="the hash of the seal before; NULL: the first"),
    Column("hash", LargeBinary, nullable=False, unique=True, comment="HMAC-SHA-256 of all of this"),
    CheckConstraint("below_transaction > from_transaction", name="below_after_from"),
    CheckConstraint("octet_length(hash) = 32", name="hash_is_sha256"),
    CheckConstraint("cardinality(entry_ids) = entry_count", name="ids_counted"),
    CheckConstraint("octet_length(entry_digests) = 32 * entry_count", name="digests_counted"),
    Index("uq_audit_seal_previous", "previous", unique=True, postgresql_nulls_not_distinct=True),
    comment="审计封条",
)

watched_name = Table(
    "watched_name",
    metadata,
    row_id(),
    Column("name_tokens", Key, comment="schema.tokens of a party's name"),
    Column("party_id", ForeignKey("party.id"), index=True),
    Column("reason", Text, nullable=False),
    Column("set_by", Key, nullable=False, comment="the login"),
    Column("set_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_by", Key, comment="the login"),
    Column("ended_at", DateTime(timezone=True)),
    CheckConstraint("num_nonnulls(name_tokens, party_id) = 1", name="name_or_party"),
    CheckConstraint("name_tokens <> '' AND reason <> ''", name="name_and_reason_not_empty"),
    CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name="ended_by_somebody"),
    comment="关注名单",
)
