"""The frozen records that cross layers on the way out: what the stores answer and the API shows."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from schema.feed_records import QuantityRecord
from schema.vocabularies import DataSource, Domain, FeedRunStatus, PartyType, PenaltyKind, SuggestionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Procuratorate:
    """A procuratorate (检察院); `region` is its GB/T 2260 code."""

    id: int
    name: str
    region: str
    parent_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """An agency of administrative enforcement (行政执法机关)."""

    id: int
    name: str
    aliases: tuple[str, ...]
    uscc: str | None
    domains: tuple[Domain, ...]
    region: str | None
    procuratorate_id: int | None
    networked_on: date | None
    priority: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The penalised party (行政相对人), with its name as sent: whoever shows it masks it first.

    `representative_names` are the full names of whoever represents or represented it, to be masked in its cases' texts.
    """

    id: int
    type: PartyType
    name: str | None
    uscc: str | None
    representative_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyCase:
    """An administrative-penalty case (行政处罚案件) with its agency and its party; money in yuan.

    `anomaly_count` counts its findings that are open or confirmed.
    """

    id: int
    agency: Agency
    party: Party
    document_number: str | None
    filing_number: str | None
    identity_derived: bool
    title: str | None
    domain: Domain
    violation_type: str | None
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
    quantities: tuple[QuantityRecord, ...]
    sources: tuple[DataSource, ...]
    person_names: tuple[str, ...]
    revision: int
    anomaly_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedLine:
    """A line of a file that is no record, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRun:
    """One load of one file (导入批次) with its accounts: rows = inserted + updated + unchanged + rejected.

    `skipped` are its first lines that are no record, a hundred at most; `reason` says why a file was refused.
    `agency_id` is whose feed it is, `loaded_by` the account that sent it; None where nobody said so.
    """

    id: int
    run: str
    file: str
    status: FeedRunStatus
    started_at: datetime
    ended_at: datetime | None
    rows: int
    inserted: int
    updated: int
    unchanged: int
    rejected: int
    waiting: int
    warnings: int
    reason: str | None
    skipped: tuple[SkippedLine, ...]
    agency_id: int | None
    loaded_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedError:
    """Why a row was rejected, and where it stands in its file."""

    ordinal: int
    line: int
    column: str | None
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What somebody who types may mean; `record_id` is the case's, party's or agency's, and a statute has none."""

    kind: SuggestionKind
    text: str
    record_id: int | None
