"""Who did what is kept for good, and sealed: the audit trail, its seals, and the names whose views are shown.

Revision: 0015, after 0014.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
            comment="by the database's own clock: whoever adds an entry cannot set it",
        ),
        sa.Column(
            "transaction",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
            comment="that wrote the entry; it decides which seal holds it",
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=True, comment="NULL: nobody of that login"),
        sa.Column("login", sa.Text(collation="C"), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=True, comment="NULL: there was none"),
        sa.Column("address", sa.Text(), nullable=False, comment="from where"),
        sa.Column("purpose", sa.Text(), nullable=False, comment="what for, as it was given when the session began"),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column(
            "operation", sa.Text(collation="C"), nullable=False, comment="the root field of GraphQL, or the command"
        ),
        sa.Column(
            "detail",
            postgresql.JSONB(),
            nullable=False,
            comment="the arguments; never a password, a token or an identity number",
        ),
        sa.Column(
            "case_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False, comment="of which anything was given out"
        ),
        sa.Column(
            "result_count",
            sa.BigInteger(),
            nullable=True,
            comment="how many records answer the question; NULL: nobody counted",
        ),
        sa.Column(
            "index_version",
            sa.Text(),
            nullable=True,
            comment="what answered: the index's name, or the record at its revision",
        ),
        sa.CheckConstraint(
            "action IN ('SEARCH', 'VIEW', 'LIST', 'EXPORT', 'SIGN_IN', 'SIGN_IN_REFUSED', 'CHANGE', "
            "'READ_AUDIT', 'LOAD')",
            name=op.f("ck_audit_entry_action_known"),
        ),
        sa.CheckConstraint(
            "login <> '' AND operation <> ''", name=op.f("ck_audit_entry_login_and_operation_not_empty")
        ),
        sa.CheckConstraint("result_count >= 0", name=op.f("ck_audit_entry_result_count_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        comment="审计记录",
    )
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_index(op.f("ix_audit_entry_case_ids"), "audit_entry", ["case_ids"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_audit_entry_login_id"), "audit_entry", ["login", "id"], unique=False)
    op.create_index(op.f("ix_audit_entry_transaction_id"), "audit_entry", ["transaction", "id"], unique=False)
    op.create_table(
        "audit_seal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False, comment="by the database's own clock"),
        sa.Column("from_transaction", sa.BigInteger(), nullable=False, comment="inclusive: where the one before ended"),
        sa.Column("below_transaction", sa.BigInteger(), nullable=False, comment="exclusive: all before it had ended"),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column(
            "entry_ids",
            postgresql.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="of all entries of these transactions, by id",
        ),
        sa.Column("entry_digests", sa.LargeBinary(), nullable=False, comment="32 bytes each, in the order of the ids"),
        sa.Column("key_id", sa.Text(), nullable=False, comment="of the data key that the seal's key is derived from"),
        sa.Column("previous", sa.LargeBinary(), nullable=True, comment="the hash of the seal before; NULL: the first"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="HMAC-SHA-256 of all of this"),
        sa.CheckConstraint("below_transaction > from_transaction", name=op.f("ck_audit_seal_below_after_from")),
        sa.CheckConstraint("cardinality(entry_ids) = entry_count", name=op.f("ck_audit_seal_ids_counted")),
        sa.CheckConstraint(
            "octet_length(entry_digests) = 32 * entry_count", name=op.f("ck_audit_seal_digests_counted")
        ),
        sa.CheckConstraint("octet_length(hash) = 32", name=op.f("ck_audit_seal_hash_is_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("from_transaction", name=op.f("uq_audit_seal_from_transaction")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_seal_hash")),
        comment="审计封条",
    )
    op.create_index(
        "uq_audit_seal_previous", "audit_seal", ["previous"], unique=True, postgresql_nulls_not_distinct=True
    )
    op.create_table(
        "watched_name",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name_tokens", sa.Text(collation="C"), nullable=True, comment="schema.tokens of a party's name"),
        sa.Column("party_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(collation="C"), nullable=False, comment="the login"),
        sa.Column("set_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_by", sa.Text(collation="C"), nullable=True, comment="the login"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "name_tokens <> '' AND reason <> ''", name=op.f("ck_watched_name_name_and_reason_not_empty")
        ),
        sa.CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name=op.f("ck_watched_name_ended_by_somebody")),
        sa.CheckConstraint("num_nonnulls(name_tokens, party_id) = 1", name=op.f("ck_watched_name_name_or_party")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_watched_name_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watched_name")),
        comment="关注名单",
    )
    op.create_index(op.f("ix_watched_name_party_id"), "watched_name", ["party_id"], unique=False)
    op.execute(Path(__file__).with_name("0015_audit_trail.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
