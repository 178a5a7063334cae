"""What a rule of the law sees of a case: its record, what followed it, what its texts weigh, and the party's others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from schema.feed_records import (
    AgencyRecord,
    CaseRecord,
    CoerciveMeasureRecord,
    CriminalCaseRecord,
    EnforcementRecord,
    MeasureRecord,
    ReconsiderationRecord,
    TransferRecord,
)
from schema.vocabularies import Certainty, Domain, QuantityMeasure


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedQuantity:
    """A quantity of the case that a threshold may be held against, stated in a field or read from the facts.

    `value` is in `unit`, the one `schema.vocabularies.UNITS` gives for the measure. One stated in a field has no
    `quote`; one read from the facts has the words it was read from and their `position` (code points). `acts` are the
    words for what was done in its sentence (倾倒, 贮存). `disagrees` says that field and text state different amounts.
    """

    measure: QuantityMeasure
    value: Decimal
    unit: str
    substance: str | None
    quote: str | None
    position: int | None
    certainty: Certainty
    disagrees: bool
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCase:
    """Another penalty case of what is taken to be the same party; the fine in yuan.

    `same_party` is CERTAIN where the credit codes are equal, POSSIBLE where only the normalised names are. `revoked`
    says that a remedy ended the penalty.
    """

    agency_name: str | None
    document_number: str | None
    same_party: Certainty
    domain: Domain | None
    violation_type: str | None
    facts: str | None
    legal_basis: str | None
    fine: Decimal | None
    act_ended_on: date | None
    found_on: date | None
    decided_on: date | None
    served_on: date | None
    revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A penalty case with all that is known of it (案卷).

    `agency` is None where no register of agencies is at hand. `published_only`: known from the published table (双公示)
    alone, with no record of the platform about it or about what followed, whatever was issued here. `other_cases` are
    the party's, in any order. `settings` are what the agency's procuratorate has set, by the code of the value they
    stand for, in its unit; `setting_reasons` say on what ground.
    """

    record: CaseRecord
    agency: AgencyRecord | None = None
    transfers: tuple[TransferRecord, ...] = ()
    criminal_cases: tuple[CriminalCaseRecord, ...] = ()
    reconsiderations: tuple[ReconsiderationRecord, ...] = ()
    enforcements: tuple[EnforcementRecord, ...] = ()
    coercive_measures: tuple[CoerciveMeasureRecord, ...] = ()
    measures: tuple[MeasureRecord, ...] = ()
    quantities: tuple[WeighedQuantity, ...] = ()
    published_only: bool = False
    other_cases: tuple[OtherCase, ...] = ()
    settings: Mapping[str, Decimal] = field(default_factory=dict)
    setting_reasons: Mapping[str, str] = field(default_factory=dict)
