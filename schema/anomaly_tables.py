"""The tables of what the rules say of cases: findings with their history, what cannot be told, what is to be judged.

A finding has one row for its rule and its case, whatever becomes of it; each step of its life is an event, and events
are never changed. The triggers that fill the queue and raise a case's `revision` stand in the migration of the tables.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from schema.metadata import Key, metadata, one_of, row_id
from schema.vocabularies import AnomalyDecision, AnomalyEventKind, AnomalyKind, AnomalyStatus, Certainty

rule_book = Table(
    "rule_book",
    metadata,
    row_id(),
    Column(
        "digest",
        LargeBinary,
        nullable=False,
        unique=True,
        comment="of the rules' versions, the law's values and the reading",
    ),
    Column("rules", JSONB, nullable=False, comment="the version of each rule by its code"),
    Column("law", JSONB, nullable=False, comment="every version of every value of the law"),
    Column("reading", LargeBinary, nullable=False, comment="digest of how days are counted and texts are read"),
    Column("first_used_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="规则与法律的版本: by what cases were judged",
)

agency_setting = Table(
    "agency_setting",
    metadata,
    row_id(),
    Column("agency_id", ForeignKey("agency.id"), nullable=False),
    Column("code", Key, nullable=False, comment="of the value of the law it stands for"),
    Column("value", Numeric, nullable=False, comment="in that value's unit"),
    Column("reason", Text, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("agency_id", "code"),
    CheckConstraint("value >= 0", name="value_not_negative"),
    CheckConstraint("reason <> ''", name="reason_not_empty"),
    comment="执法机关的规则参数",
)

judging_queue = Table(
    "judging_queue",
    metadata,
    row_id(),
    Column("case_id", BigInteger, nullable=False),
    Column("party_id", BigInteger, comment="whose other cases this change may bear on; NULL: on none"),
    Column(
        "transaction",
        BigInteger,
        nullable=False,
        server_default=text("(pg_current_xact_id()::text)::bigint"),
        comment="a case read when this one had ended has been judged with the change",
    ),
    comment="cases whose findings may be out of date",
)

cannot_tell = Table(
    "cannot_tell",
    metadata,
    row_id(),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("answers", JSONB, nullable=False, comment="[{rule, missing: [fields]}]"),
    comment="无法判断: what cannot be told of cases, one row for all cases that lack the same",
)

judgement = Table(
    "judgement",
    metadata,
    Column("case_id", ForeignKey("penalty_case.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("as_of", Date, nullable=False),
    Column("unchanged_since", Date, comment="the answers are the same as of any day from this one; NULL: from ever"),
    Column("next_change_on", Date, comment="and before this one; NULL: for ever"),
    Column("rule_book_id", ForeignKey("rule_book.id"), nullable=False, index=True),
    Column("file_digest", LargeBinary, nullable=False, comment="of all that the rules saw of the case"),
    Column(
        "seen_below",
        BigInteger,
        nullable=False,
        comment="every transaction before this one had ended when the case was read",
    ),
    Column("cannot_tell_id", ForeignKey("cannot_tell.id"), index=True),
    Column("judged_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("unchanged_since <= as_of AND as_of < next_change_on", name="as_of_within"),
    Index("ix_judgement_due", "next_change_on", postgresql_where=text("next_change_on IS NOT NULL")),
    comment="案件判断: when a case was judged last, and until when the answers stay",
)

judged_file = Table(
    "judged_file",
    metadata,
    row_id(),
    Column("case_id", ForeignKey("penalty_case.id", ondelete="CASCADE"), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("file", JSONB, nullable=False, comment="a schema.case_file.CaseFile"),
    UniqueConstraint("case_id", "digest"),
    comment="据以判断的案卷: exactly what the rules saw when they found something",
)


def _finding() -> tuple[Column[object] | CheckConstraint, ...]:
    """What a finding says: now in `anomaly`, and after each step in `anomaly_event`."""
    return (
        Column("status", Text, nullable=False),
        Column("certainty", Text, nullable=False),
        Column("due_on", Date, comment="the last lawful day"),
        Column("done_on", Date, comment="the day the late act was done"),
        Column("explanation", Text, nullable=False, comment="may name natural persons: masked wherever it is shown"),
        Column("evidence", JSONB, nullable=False, comment="[{field, value, quote, position}]"),
        Column("law", JSONB, nullable=False, comment="the values of the law it cites, whole"),
        Column("rule_version", Integer, nullable=False),
        Column("rule_book_id", ForeignKey("rule_book.id"), nullable=False),
        Column("judged_file_id", ForeignKey("judged_file.id", ondelete="CASCADE"), nullable=False),
        Column("as_of", Date, nullable=False, comment="the day it was found as of"),
        one_of("status", AnomalyStatus),
        one_of("certainty", Certainty),
        CheckConstraint("explanation <> ''", name="explanation_not_empty"),
    )


ACTIVE = "status IN ('OPEN', 'CONFIRMED')"
"""Of findings those that filters, facets, orders and statistics know: neither dismissed nor resolved."""

anomaly = Table(
    "anomaly",
    metadata,
    row_id(),
    Column("case_id", ForeignKey("penalty_case.id", ondelete="CASCADE"), nullable=False),
    Column("rule", Key, nullable=False),
    Column("kind", Key, nullable=False),
    *_finding(),
    Column("evidence_digest", LargeBinary, nullable=False),
    Column("decision", Text, comment="what a person decided of it last"),
    Column("decided_certainty", Text, comment="its certainty at that time"),
    Column("decided_digest", LargeBinary, comment="its evidence_digest at that time"),
    Column("detected_at", DateTime(timezone=True), nullable=False),
    one_of("kind", AnomalyKind),
    one_of("decision", AnomalyDecision),
    CheckConstraint("due_on < as_of", name="found_after_due"),
    UniqueConstraint("case_id", "rule"),
    CheckConstraint(
        "num_nonnulls(decision, decided_certainty, decided_digest) IN (0, 3)", name="decision_with_what_was_decided"
    ),
    Index("ix_anomaly_kind", "kind", "certainty", "case_id", postgresql_where=text(ACTIVE)),
    Index("ix_anomaly_rule", "rule", "certainty", "case_id", postgresql_where=text(ACTIVE)),
    comment="异常",
)

anomaly_event = Table(
    "anomaly_event",
    metadata,
    row_id(),
    Column("anomaly_id", ForeignKey("anomaly.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("event", Text, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("actor", Text, comment="who did it; NULL: the rules did"),
    Column("reason", Text, nullable=False, server_default=""),
    *_finding(),
    one_of("event", AnomalyEventKind),
    # As of an earlier day a finding is resolved because that day had not come.
    CheckConstraint("event = 'RESOLVED' OR due_on < as_of", name="found_after_due"),
    CheckConstraint(
        "(event IN ('DISMISSED', 'CONFIRMED')) = (actor IS NOT NULL)", name="persons_decide_and_rules_find"
    ),
    comment="异常的历史; rows are added and never changed",
)

rules_run = Table(
    "rules_run",
    metadata,
    row_id(),
    Column("as_of", Date, nullable=False),
    Column("rule_book_id", ForeignKey("rule_book.id"), nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    *(
        Column(count, Integer, nullable=False, server_default=text("0"))
        for count in ("evaluated", "opened", "resolved", "cannot_tell")
    ),
    comment="规则运行",
)

applied_mutation = Table(
    "applied_mutation",
    metadata,
    Column("actor", Key, primary_key=True),
    Column("key", Key, primary_key=True, comment="the client's idempotencyKey"),
    Column("mutation", Key, nullable=False),
    Column("input_digest", LargeBinary, nullable=False),
    Column("record_id", BigInteger, nullable=False, comment="of what was changed"),
    Column("applied_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="mutations by their idempotencyKey: the same again changes nothing",
)
