"""The tables of activities (活动): joint meetings, visits, surveys and training, who took part, and what came of each.

Events are added and never changed; an activity's `revision` is that of its last event.
"""

from sqlalchemy import CheckConstraint, Column, Date, DateTime, ForeignKey, Index, Integer, Table, Text, text

from schema.campaign_vocabularies import ActivityEventKind, ActivityKind, ParticipantCategory
from schema.metadata import metadata, one_of, row_id

activity = Table(
    "activity",
    metadata,
    row_id(),
    Column("kind", Text, nullable=False),
    Column("held_on", Date, nullable=False),
    Column("place", Text),
    Column("title", Text, nullable=False),
    Column("text", Text),
    Column("outcome", Text, comment="what came of it"),
    Column("procuratorate_id", ForeignKey("procuratorate.id"), index=True, comment="whose it is"),
    Column("campaign_id", ForeignKey("campaign.id"), index=True),
    Column("recorded_by", ForeignKey("account.id"), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    one_of("kind", ActivityKind),
    CheckConstraint("title <> ''", name="title_not_empty"),
    Index("ix_activity_newest", "held_on", "id"),
    comment="活动",
)

activity_agency = Table(
    "activity_agency",
    metadata,
    Column("activity_id", ForeignKey("activity.id"), primary_key=True),
    Column("agency_id", ForeignKey("agency.id"), primary_key=True, index=True),
    comment="agencies that an activity was held with or at",
)

activity_participant = Table(
    "activity_participant",
    metadata,
    row_id(),
    Column("activity_id", ForeignKey("activity.id"), nullable=False, index=True),
    Column("category", Text, nullable=False),
    Column("name", Text, nullable=False, comment="of a natural person"),
    Column("organisation", Text),
    one_of("category", ParticipantCategory),
    CheckConstraint("name <> ''", name="name_not_empty"),
    comment="参加人员",
)

activity_clue = Table(
    "activity_clue",
    metadata,
    Column("activity_id", ForeignKey("activity.id"), primary_key=True),
    Column("clue_id", ForeignKey("clue.id"), primary_key=True, index=True),
    comment="clues that came of an activity",
)

activity_measure = Table(
    "activity_measure",
    metadata,
    Column("activity_id", ForeignKey("activity.id"), primary_key=True),
    Column("measure_id", ForeignKey("measure.id"), primary_key=True, index=True),
    comment="measures that came of an activity",
)

activity_event = Table(
    "activity_event",
    metadata,
    row_id(),
    Column("activity_id", ForeignKey("activity.id"), nullable=False),
    Column("revision", Integer, nullable=False, comment="of the activity after it"),
    Column("event", Text, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("actor_id", ForeignKey("account.id"), nullable=False),
    Column("note", Text, nullable=False, server_default="", comment="what was recorded of the outcome"),
    one_of("event", ActivityEventKind),
    Index("uq_activity_event_revision", "activity_id", "revision", unique=True),
    comment="活动的历史; rows are added and never changed",
)
