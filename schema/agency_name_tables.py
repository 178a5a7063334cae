"""The tables of what was decided about names of agencies that are not registered, and of what came under them."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text

from schema.follow_up_tables import FOLLOW_UPS
from schema.metadata import Key, metadata, one_of, row_id
from schema.vocabularies import NameDecision

agency_name = Table(
    "agency_name",
    metadata,
    row_id(),
    Column(
        "sent",
        Key,
        nullable=False,
        unique=True,
        comment="the name as schema.agency_name compares it; one that was told by its sender alone has that behind it",
    ),
    Column("agency_id", ForeignKey("agency.id"), index=True, comment="NULL: refused by hand"),
    Column("how", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("run_id", ForeignKey("feed_run.id"), comment="the load that decided; NULL: a person did"),
    Column("note", Text),
    one_of("how", NameDecision),
    CheckConstraint("sent <> ''", name="sent_not_empty"),
    CheckConstraint("agency_id IS NOT NULL OR how = 'BY_HAND'", name="refused_by_hand_only"),
    comment="执法机关名称认定",
)

case_agency_name = Table(
    "case_agency_name",
    metadata,
    Column("case_id", ForeignKey("penalty_case.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("sent", Key, primary_key=True, comment="agency_name.sent; empty: the agency's registered name, too"),
    Index("ix_case_agency_name_sent", "sent"),
    comment="under which names a case came; one that came under registered names only is not here",
)

follow_up_agency_name = Table(
    "follow_up_agency_name",
    metadata,
    Column("kind", Key, primary_key=True),
    Column("record_id", BigInteger, primary_key=True, autoincrement=False, comment="in the kind's table"),
    Column("sent", Key, primary_key=True, comment="agency_name.sent; empty: the agency's registered name, too"),
    one_of("kind", FOLLOW_UPS),
    Index("ix_follow_up_agency_name_sent", "sent"),
    comment="under which names a record of what follows a case came; as case_agency_name",
)

agency_move = Table(
    "agency_move",
    metadata,
    Column("to_agency_id", ForeignKey("agency.id"), primary_key=True, autoincrement=False),
    Column(
        "from_agency_id",
        BigInteger,
        ForeignKey("agency.id"),
        primary_key=True,
        autoincrement=False,
        comment="whose id is in the derived keys of cases that were moved",
    ),
    CheckConstraint("to_agency_id <> from_agency_id", name="to_another"),
    comment="between which agencies cases were moved, because a name was decided anew",
)
