"""The frozen records that a feed's rows become before they are stored: parsed and checked, nothing looked up yet.

Money is yuan as exact decimals; an unknown value is None; lists that say nothing are empty.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from schema.vocabularies import (
    CoercionKind,
    CoerciveMeasureType,
    CriminalConclusion,
    DataSource,
    Domain,
    EnforcementRuling,
    FeedErrorCode,
    FilingDecision,
    Harm,
    MeasureKind,
    PartyType,
    PenaltyKind,
    QuantityMeasure,
    RemedyOutcome,
    RemedyType,
    ServiceMethod,
    TransferDecision,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReference:
    """The case a record belongs to. Agency as sent (name or code, one is known); the number is canonical."""

    agency_name: str | None
    agency_uscc: str | None
    document_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRecord:
    """A transfer of a suspected crime to the police (移送涉嫌犯罪案件)."""

    case: CaseReference
    reported_on: date | None
    decided_on: date | None
    decision: TransferDecision | None
    refusal_reason: str | None
    transferred_on: date | None
    to_organ: str | None
    suspected_crime: str | None
    received_on: date | None
    returned_on: date | None
    return_reason: str | None
    source_updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoercionRecord:
    """A coercive measure of criminal procedure (刑事强制措施); `extended_to` is the later end of a custody."""

    kind: CoercionKind
    begun_on: date
    ended_on: date | None
    extended_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRecord:
    """Something done on a day: an act of investigation, or of enforcement with who did it and whether in emergency."""

    on: date
    what: str
    by: str | None
    emergency: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CriminalCaseRecord:
    """What the police did with a case handed over to them (刑事案件)."""

    case: CaseReference
    case_number: str | None
    organ: str | None
    decision: FilingDecision | None
    decided_on: date | None
    notice_to_agency_on: date | None
    reasons_given: str | None
    coercion: tuple[CoercionRecord, ...]
    activity: tuple[ActivityRecord, ...]
    concluded_on: date | None
    conclusion: CriminalConclusion | None
    prosecuted_on: date | None
    judged_on: date | None
    outcome: str | None
    source_updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconsiderationRecord:
    """An administrative reconsideration or lawsuit against the penalty (行政复议、行政诉讼); `new_fine` in yuan."""

    case: CaseReference
    type: RemedyType
    applied_on: date | None
    decided_on: date | None
    served_on: date | None
    outcome: RemedyOutcome | None
    new_fine: Decimal | None
    source_updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementRecord:
    """A demand and an application to a court for enforcement (催告、申请法院强制执行); amounts in yuan."""

    case: CaseReference
    demanded_on: date | None
    applied_on: date | None
    court: str | None
    received_on: date | None
    accepted: bool | None
    accepted_on: date | None
    refused_on: date | None
    refusal_reason: str | None
    ruled_on: date | None
    ruling: EnforcementRuling | None
    ruling_reason: str | None
    overturned_on: date | None
    enforced_by: str | None
    enforced_amount: Decimal | None
    costs: Decimal | None
    concluded_on: date | None
    actions: tuple[ActivityRecord, ...]
    source_updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoerciveMeasureRecord:
    """An administrative coercive measure (行政强制措施); `testing_days` are calendar days that do not count."""

    case: CaseReference
    type: CoerciveMeasureType
    decided_on: date | None
    imposed_on: date | None
    reported_on: date | None
    extended_on: date | None
    until: date | None
    ended_on: date | None
    testing_days: int | None
    on_the_spot: bool | None
    source_updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRecord:
    """A measure a procuratorate issued about the case (检察监督措施)."""

    case: CaseReference
    type: MeasureKind
    number: str | None
    served_on: date | None
    reply_due_on: date | None
    urgent: bool | None
    replied_on: date | None
    reply: str | None
    outcome: str | None
    source_updated_at: datetime | None


FollowUpRecord = (
    TransferRecord
    | CriminalCaseRecord
    | ReconsiderationRecord
    | EnforcementRecord
    | CoerciveMeasureRecord
    | MeasureRecord
)
"""A record of what follows a penalty case; it names its case and waits for it where that has not arrived."""

FeedRecord = ProcuratorateRecord | AgencyRecord | CaseRecord | FollowUpRecord


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
class SentRow:
    """One data record of a file as it was sent, and how to find out what it says.

    Two rows of the same bytes and the same `reading` say the same: it stands for the header, the encoding, the layout.
    """

    ordinal: int
    line: int
    raw: bytes
    reading: bytes
    read: Callable[[], ParsedRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedLine:
    """A line that is no data record (title, header, blank, total), with the reason; `sheet` is a workbook's sheet."""

    line: int
    reason: str
    sheet: str | None = None
