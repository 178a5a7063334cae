"""The frozen records that a feed's rows become before they are stored: parsed and checked, nothing looked up yet.

Money is yuan as exact decimals; an unknown value is None; lists that say nothing are empty.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from schema.vocabularies import (
    DataSource,
    Domain,
    FeedErrorCode,
    Harm,
    PartyType,
    PenaltyKind,
    QuantityMeasure,
    ServiceMethod,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcuratorateRecord:
    """A row of kind `procuratorate`; `parent` is the superior's name."""

    name: str
    region: str
    parent: str | None
    source_updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyRecord:
    """A row of kind `agency`; `procuratorate` is its supervisor's name; None where the row does not say."""

    name: str
    aliases: tuple[str, ...] | None
    uscc: str | None
    domains: tuple[Domain, ...] | None
    region: str | None
    procuratorate: str | None
    networked_on: date | None
    priority: bool | None
    enforcement_power: bool | None
    source_updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRecord:
    """The party of a case row. `identity_number` is in clear and lives in memory only; the stores keep a keyed hash."""

    type: PartyType
    name: str | None
    uscc: str | None
    identity_number: str | None
    legal_representative: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityRecord:
    """A quantity the agency states; `unit` is the one `schema.vocabularies.UNITS` gives for the measure."""

    measure: QuantityMeasure
    value: Decimal
    unit: str
    substance: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """A row that tells of a penalty case. Identity numbers in its texts are covered already.

    `agency_name` and `agency_uscc` are as sent (at least one is known). `domain` is None where the row does not say.
    `person_names` are the natural persons' full names to be masked wherever a text of the case is shown.
    """

    source: DataSource
    agency_name: str | None
    agency_uscc: str | None
    document_number: str | None
    filing_number: str | None
    title: str | None
    violation_type: str | None
    domain: Domain | None
    party: PartyRecord
    facts: str | None
    legal_basis: str | None
    penalty_kinds: tuple[PenaltyKind, ...]
    penalty_content: str | None
    fine: Decimal | None
    confiscated: Decimal | None
    act_ended_on: date | None
    found_on: date | None
    filed_on: date | None
    decided_on: date | None
    served_on: date | None
    payment_due_on: date | None
    paid_on: date | None
    paid_amount: Decimal | None
    entered_at: datetime | None
    deferred_until: date | None
    service_method: ServiceMethod | None
    quantities: tuple[QuantityRecord, ...]
    harm: tuple[Harm, ...]
    person_names: tuple[str, ...]
    published_extras: dict[str, Any]
    source_updated_at: datetime | None


FeedRecord = ProcuratorateRecord | AgencyRecord | CaseRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """Why a row is rejected. The message never holds a natural person's name or identity number."""

    code: FeedErrorCode
    column: str | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowWarning:
    """Something about an accepted row that a person should look at."""

    column: str | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedRow:
    """One data record of a file: where it starts, what was sent, and what it became (a record or an error)."""

    ordinal: int
    line: int
    raw: bytes
    outcome: FeedRecord | RowError
    warnings: tuple[RowWarning, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedLine:
    """A line that is no data record (title, header, blank, total), with the reason."""

    line: int
    reason: str
