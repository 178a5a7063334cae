"""The tables of special campaigns (专项活动): a saved selection of cases, and of each a file review (阅卷检查).

A case that was selected once stays, whatever becomes of it. Events are added and never changed; a review's `revision`
is that of its last event, 0 before the first.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from schema.campaign_vocabularies import (
    CampaignKind,
    CampaignStatus,
    FileReviewEventKind,
    FileReviewOutcome,
    FileReviewStatus,
)
from schema.metadata import metadata, one_of, row_id

campaign = Table(
    "campaign",
    metadata,
    row_id(),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("from_on", Date, comment="its first day"),
    Column("until_on", Date, comment="its last day, as planned"),
    Column("filter", JSONB, nullable=False, comment="stores.search.seam.CaseFilter"),
    Column("query", Text, comment="in the language of searches"),
    Column("procuratorate_id", ForeignKey("procuratorate.id"), index=True, comment="which runs it; NULL: the platform"),
    Column("opened_by", ForeignKey("account.id"), nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_by", ForeignKey("account.id")),
    Column("closed_at", DateTime(timezone=True)),
    Column("summary", Text, comment="总结"),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    one_of("kind", CampaignKind),
    one_of("status", CampaignStatus),
    CheckConstraint("name <> ''", name="name_not_empty"),
    CheckConstraint("until_on >= from_on", name="until_after_from"),
    CheckConstraint("num_nonnulls(closed_by, closed_at, summary) IN (0, 3)", name="closed_whole"),
    CheckConstraint("(status = 'CLOSED') = (closed_at IS NOT NULL)", name="closed_by_somebody"),
    CheckConstraint("filter <> '{}' OR query IS NOT NULL", name="selects_something"),
    comment="专项活动",
)

campaign_case = Table(
    "campaign_case",
    metadata,
    row_id(),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("case_id", ForeignKey("penalty_case.id"), nullable=False, index=True),
    Column("joined_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False, server_default="UNASSIGNED"),
    Column("reviewer_id", ForeignKey("account.id"), index=True),
    Column("assigned_at", DateTime(timezone=True)),
    Column("outcome", Text),
    Column("answers", JSONB, nullable=False, server_default="[]", comment="{item, question, answer, note}"),
    Column("note", Text),
    Column("reviewed_at", DateTime(timezone=True)),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    one_of("status", FileReviewStatus),
    one_of("outcome", FileReviewOutcome),
    CheckConstraint(
        "(status = 'UNASSIGNED') = (reviewer_id IS NULL) AND (reviewer_id IS NULL) = (assigned_at IS NULL)",
        name="assigned_to_somebody",
    ),
    CheckConstraint(
        "(status = 'REVIEWED') = (outcome IS NOT NULL) AND (outcome IS NULL) = (reviewed_at IS NULL)",
        name="reviewed_with_outcome",
    ),
    UniqueConstraint("campaign_id", "case_id"),
    Index("ix_campaign_case_newest", "campaign_id", "id"),
    comment="专项活动案件及阅卷检查",
)

file_review_event = Table(
    "file_review_event",
    metadata,
    row_id(),
    Column("campaign_case_id", ForeignKey("campaign_case.id"), nullable=False),
    Column("revision", Integer, nullable=False, comment="of the review after it"),
    Column("event", Text, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("actor_id", ForeignKey("account.id"), nullable=False),
    Column("reviewer_id", ForeignKey("account.id"), nullable=False),
    Column("outcome", Text),
    Column("answers", JSONB, nullable=False, server_default="[]"),
    Column("note", Text),
    one_of("event", FileReviewEventKind),
    one_of("outcome", FileReviewOutcome),
    CheckConstraint("(event = 'REVIEWED') = (outcome IS NOT NULL)", name="reviewed_with_outcome"),
    Index("uq_file_review_event_revision", "campaign_case_id", "revision", unique=True),
    comment="阅卷检查的历史; rows are added and never changed",
)

campaign_queue = Table(
    "campaign_queue",
    metadata,
    Column("id", BigInteger, Identity(always=False), primary_key=True),
    Column("case_id", BigInteger, nullable=False, comment="may be gone by now"),
    comment="cases that changed and may join campaigns; filled by triggers",
)
