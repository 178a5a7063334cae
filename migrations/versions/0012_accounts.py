"""Who may call: accounts, their sessions, machines' keys, and what was tried in vain.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Whoever calls from the machine itself where no token is required; it never signs in.
_LOCAL_ADMINISTRATOR = """
INSERT INTO account (login, name, roles) VALUES ('local administrator', '本机管理员', '{LOCAL_ADMINISTRATOR}')
"""


def upgrade() -> None:
    op.create_table(
        "failed_sign_in",
        sa.Column(
            "subject",
            sa.Text(collation="C"),
            nullable=False,
            comment="login:…, key:… or address:…, whether there is such a one or not",
        ),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("first_failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("failures > 0", name=op.f("ck_failed_sign_in_failures_positive")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_failed_sign_in")),
        comment="登录失败记录",
    )
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="of the person or the machine, as it is shown"),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("procuratorate_id", sa.BigInteger(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("agency_id", sa.BigInteger(), nullable=True, comment="of a clerk or a machine"),
        sa.Column("password_hash", sa.Text(), nullable=True, comment="Argon2id; NULL: nobody signs in with a password"),
        sa.Column("must_change_password", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(roles && ARRAY['AGENCY_CLERK', 'MACHINE']) = (agency_id IS NOT NULL) AND (agency_id IS NULL "
            "OR (cardinality(roles) = 1 AND procuratorate_id IS NULL))",
            name=op.f("ck_account_agency_of_clerks_and_machines"),
        ),
        sa.CheckConstraint(
            "department IN ('INVESTIGATION_SUPERVISION', 'ANTI_CORRUPTION', 'ANTI_DERELICTION', "
            "'CIVIL_ADMINISTRATIVE', 'PREVENTION', 'PUBLIC_PROSECUTION', 'COMPLAINTS', "
            "'DETENTION_SUPERVISION', 'CASE_MANAGEMENT', 'DISCIPLINE')",
            name=op.f("ck_account_department_known"),
        ),
        sa.CheckConstraint("login <> '' AND name <> ''", name=op.f("ck_account_login_and_name_not_empty")),
        sa.CheckConstraint(
            "num_nonnulls(agency_id, procuratorate_id) = 1 OR roles <@ ARRAY['ADMINISTRATOR', 'LOCAL_ADMINISTRATOR']",
            name=op.f("ck_account_belongs_somewhere"),
        ),
        sa.CheckConstraint(
            "password_hash IS NULL OR NOT roles && ARRAY['MACHINE', 'LOCAL_ADMINISTRATOR']",
            name=op.f("ck_account_password"),
        ),
        sa.CheckConstraint(
            "roles <@ ARRAY['CASE_OFFICER', 'DEPARTMENT_HEAD', 'CHIEF', 'CASE_MANAGEMENT', 'DISCIPLINE', "
            "'CAMPAIGN_OFFICE', 'AUDITOR', 'AGENCY_CLERK', 'MACHINE', 'ADMINISTRATOR', "
            "'LOCAL_ADMINISTRATOR']",
            name=op.f("ck_account_roles_known"),
        ),
        sa.CheckConstraint("cardinality(roles) > 0", name=op.f("ck_account_roles_not_empty")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_account_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["procuratorate_id"], ["procuratorate.id"], name=op.f("fk_account_procuratorate_id_procuratorate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
        comment="账号",
    )
    op.create_index(op.f("ix_account_agency_id"), "account", ["agency_id"], unique=False)
    op.create_index(op.f("ix_account_procuratorate_id"), "account", ["procuratorate_id"], unique=False)
    op.create_index(
        "uq_account_local_administrator",
        "account",
        [sa.literal_column("(true)")],
        unique=True,
        postgresql_where=sa.text("roles && ARRAY['LOCAL_ADMINISTRATOR']"),
    )
    op.create_table(
        "machine_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key_id", sa.Text(collation="C"), nullable=False, comment="the part of the key that may be shown"),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the key's secret part, which is random"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True, comment="to within an hour"),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_machine_key_expires_after_creation")),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_machine_key_digest_is_sha256")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_machine_key_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_machine_key")),
        sa.UniqueConstraint("key_id", name=op.f("uq_machine_key_key_id")),
        comment="机器密钥",
    )
    op.create_index(op.f("ix_machine_key_account_id"), "machine_key", ["account_id"], unique=False)
    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False, comment="what for, given once a session"),
        sa.Column("address", sa.Text(), nullable=False, comment="from where"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "expires_at", sa.DateTime(timezone=True), nullable=False, comment="no token of the session outlives it"
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose <> ''", name=op.f("ck_sign_in_session_purpose_not_empty")),
        sa.CheckConstraint("expires_at > started_at", name=op.f("ck_sign_in_session_expires_after_start")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_session_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
        comment="登录会话",
    )
    op.create_index(op.f("ix_sign_in_session_account_id"), "sign_in_session", ["account_id"], unique=False)
    op.execute(_LOCAL_ADMINISTRATOR)


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
