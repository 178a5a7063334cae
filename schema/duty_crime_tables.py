"""The tables of duty-crime cases (职务犯罪立案), and of every step of their lives.

Events are added and never changed; a case's `revision` is that of its last event.
"""

from typing import Final

from sqlalchemy import CheckConstraint, Column, Date, DateTime, ForeignKey, Index, Integer, Table, Text, text

from schema.clue_tables import clue
from schema.duty_vocabularies import DutyCrimeEventKind, DutyCrimeStatus
from schema.metadata import Key, metadata, one_of, row_id
from schema.vocabularies import Department

DUTY_CRIME_DEPARTMENTS: Final = (Department.ANTI_CORRUPTION, Department.ANTI_DERELICTION)
"""Who investigates duty crimes."""

duty_crime_case = Table(
    "duty_crime_case",
    metadata,
    row_id(),
    Column("number", Key, nullable=False, comment="立案决定书文号, canonical (schema.document_number)"),
    Column("official", Text, nullable=False, comment="who is suspected"),
    Column("position", Text, nullable=False, comment="职务"),
    Column("agency_id", ForeignKey("agency.id"), index=True, comment="where the official serves"),
    Column("workplace", Text, comment="the same where it is no agency of ours"),
    Column("crime", Text, nullable=False, comment="涉嫌罪名"),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("clue_id", ForeignKey(clue.c.id), index=True, comment="from which it came"),
    Column("procuratorate_id", ForeignKey("procuratorate.id"), comment="whose it is; NULL: nobody said whose"),
    Column("department", Text, nullable=False),
    Column("filed_on", Date, nullable=False),
    Column("last_step_on", Date, nullable=False),
    Column("author_id", ForeignKey("account.id"), nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    one_of("status", DutyCrimeStatus),
    one_of("department", DUTY_CRIME_DEPARTMENTS),
    CheckConstraint(
        "number <> '' AND official <> '' AND position <> '' AND crime <> '' AND workplace <> ''", name="texts_not_empty"
    ),
    CheckConstraint("num_nonnulls(agency_id, workplace) > 0", name="official_serves_somewhere"),
    CheckConstraint(
        "(status IN ('NOT_PROSECUTED', 'JUDGED', 'WITHDRAWN')) = (outcome IS NOT NULL)", name="ended_with_outcome"
    ),
    CheckConstraint("last_step_on >= filed_on", name="steps_after_filing"),
    Index("uq_duty_crime_case_number", text("coalesce(procuratorate_id, 0)"), "department", "number", unique=True),
    Index("ix_duty_crime_case_filed", text("filed_on DESC"), text("id DESC")),
    comment="职务犯罪立案",
)

duty_crime_event = Table(
    "duty_crime_event",
    metadata,
    row_id(),
    Column("case_id", ForeignKey("duty_crime_case.id"), nullable=False),
    Column("revision", Integer, nullable=False, comment="of the case after it"),
    Column("event", Text, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("on_day", Date, nullable=False, comment="on which it was done, as it was told"),
    Column("actor_id", ForeignKey("account.id"), nullable=False),
    Column("status", Text, nullable=False, comment="of the case after it"),
    Column("note", Text, nullable=False, server_default="", comment="the reason, the outcome"),
    one_of("event", DutyCrimeEventKind),
    one_of("status", DutyCrimeStatus),
    Index("uq_duty_crime_event_revision", "case_id", "revision", unique=True),
    comment="职务犯罪案件的历史; rows are added and never changed",
)
