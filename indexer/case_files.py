"""The case files of one feed, put together in memory: what its rows say of each case, with nothing stored anywhere.

Rows of one case become one record as a load would make them: an unknown value leaves what is known, and an older
snapshot overwrites nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from indexer.feeds.domains import infer_domain
from schema.case_file import CaseFile, OtherCase, WeighedQuantity
from schema.feed_records import (
    AgencyRecord,
    CaseRecord,
    CoerciveMeasureRecord,
    CriminalCaseRecord,
    EnforcementRecord,
    FeedRecord,
    FollowUpRecord,
    MeasureRecord,
    ProcuratorateRecord,
    ReconsiderationRecord,
    TransferRecord,
)
from schema.vocabularies import Certainty, DataSource, Domain, RemedyOutcome
from supervision.parties import identity_of, same_party
from supervision.quantities.weighing import WeighedQuantity as Weighed
from supervision.quantities.weighing import weigh_quantities

_Key = tuple[str, str]
_Record = TypeVar("_Record", CaseRecord, FollowUpRecord)

_FIRST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Gathered:
    """What the rows said of one case, in their order."""

    records: list[CaseRecord] = field(default_factory=list)
    follow_ups: list[FollowUpRecord] = field(default_factory=list)


@dataclass(slots=True)
class CaseShelf:
    """Gathers the records of a feed; its case files are complete when all have been added."""

    _agencies: dict[str, AgencyRecord] = field(default_factory=dict)
    _gathered: dict[_Key, _Gathered] = field(default_factory=lambda: defaultdict(_Gathered))

    def add(self, record: FeedRecord) -> None:
        """Put a record where it belongs."""
        if isinstance(record, ProcuratorateRecord):
            return
        if isinstance(record, AgencyRecord):
            for name in (record.name, record.uscc, *(record.aliases or ())):
                if name is not None:
                    self._agencies[name] = record
        elif isinstance(record, CaseRecord):
            self._gathered[self._key(record.agency_name, record.agency_uscc, _known_by(record))].records.append(record)
        else:
            case = record.case
            key = self._key(case.agency_name, case.agency_uscc, f"number:{case.document_number}")
            self._gathered[key].follow_ups.append(record)

    def case_files(self) -> Iterator[CaseFile]:
        """The cases in the order in which the feed first told of them; what follows an unknown case makes none."""
        told = {key: self._in_domain(_merged(found.records)) for key, found in self._gathered.items() if found.records}
        alike = _by_party(told)
        for key, record in told.items():
            yield self._case_file(key, record, alike)

    def unknown_cases(self) -> int:
        """How many cases are named by what follows them and not told of themselves."""
        return sum(not found.records for found in self._gathered.values())

    def _case_file(self, key: _Key, record: CaseRecord, alike: Mapping[str, list[tuple[_Key, CaseRecord]]]) -> CaseFile:
        gathered = self._gathered[key]
        published = all(each.source is DataSource.PUBLISHED for each in gathered.records)
        return CaseFile(
            record=replace(record, source=DataSource.PUBLISHED if published else DataSource.PLATFORM),
            agency=self._agency(record.agency_name, record.agency_uscc),
            transfers=_told(gathered, TransferRecord),
            criminal_cases=_told(gathered, CriminalCaseRecord),
            reconsiderations=_told(gathered, ReconsiderationRecord),
            enforcements=_told(gathered, EnforcementRecord),
            coercive_measures=_told(gathered, CoerciveMeasureRecord),
            measures=_told(gathered, MeasureRecord),
            quantities=weighed_quantities(record),
            published_only=published and not gathered.follow_ups,
            other_cases=tuple(self._others(key, record, alike)),
        )

    def _in_domain(self, record: CaseRecord) -> CaseRecord:
        """A case with its domain, as a load infers it where the rows do not say."""
        agency = self._agency(record.agency_name, record.agency_uscc)
        name = agency.name if agency is not None else record.agency_name or ""
        domains = (agency.domains if agency is not None else None) or ()
        return replace(record, domain=record.domain or infer_domain(domains, name, record.legal_basis))

    def _agency(self, name: str | None, uscc: str | None) -> AgencyRecord | None:
        return (self._agencies.get(uscc) if uscc else None) or (self._agencies.get(name) if name else None)

    def _key(self, name: str | None, uscc: str | None, known_by: str) -> _Key:
        agency = self._agency(name, uscc)
        return (agency.name if agency is not None else uscc or name or "", known_by)

    def _others(
        self, key: _Key, record: CaseRecord, alike: Mapping[str, list[tuple[_Key, CaseRecord]]]
    ) -> Iterator[OtherCase]:
        seen, identity = {key}, identity_of(record.party)
        for known_by in (identity.code, identity.name):
            for other_key, other in alike.get(known_by, ()) if known_by is not None else ():
                certainty = same_party(identity, identity_of(other.party))
                if certainty is not None and other_key not in seen:
                    seen.add(other_key)
                    yield self._other(other_key, other, certainty)

    def _other(self, key: _Key, record: CaseRecord, certainty: Certainty) -> OtherCase:
        remedies = _told(self._gathered[key], ReconsiderationRecord)
        return OtherCase(
            agency_name=record.agency_name,
            document_number=record.document_number,
            same_party=certainty,
            domain=record.domain,
            violation_type=record.violation_type,
            facts=record.facts,
            legal_basis=record.legal_basis,
            fine=record.fine,
            act_ended_on=record.act_ended_on,
            found_on=record.found_on,
            decided_on=record.decided_on,
            served_on=record.served_on,
            revoked=any(remedy.outcome is RemedyOutcome.REVOKED for remedy in remedies),
        )


def _known_by(record: CaseRecord) -> str:
    if record.document_number is not None:
        return f"number:{record.document_number}"
    if record.filing_number is not None:
        return f"filing:{record.filing_number}"
    return f"derived:{record.party.uscc or record.party.name}/{record.decided_on or record.facts}"


def _by_time(records: Iterable[_Record]) -> list[_Record]:
    return sorted(records, key=lambda record: record.source_updated_at or _FIRST)


def _merged(records: Iterable[Any]) -> Any:
    """The snapshots of one record as one: a later one tells, where it says anything."""
    first, *later = _by_time(records)
    for record in later:
        said = {each.name: getattr(record, each.name) for each in fields(record)}
        first = replace(first, **{name: value for name, value in said.items() if value not in (None, (), {})})
    return first


def _told(gathered: _Gathered, kind: type[Any]) -> tuple[Any, ...]:
    """The records of one kind, of each its newest snapshot: those are of one record that share its first days."""
    snapshots: dict[Any, list[Any]] = defaultdict(list)
    for record in gathered.follow_ups:
        if isinstance(record, kind):
            snapshots[_identity(record)].append(record)
    return tuple(map(_merged, snapshots.values()))


def _identity(record: FollowUpRecord) -> tuple[Any, ...]:
    match record:
        case TransferRecord():
            return (record.reported_on or record.decided_on or record.transferred_on,)
        case CriminalCaseRecord():
            return (record.case_number or record.decided_on,)
        case ReconsiderationRecord():
            return (record.type, record.applied_on or record.decided_on)
        case EnforcementRecord():
            return (record.applied_on or record.demanded_on,)
        case CoerciveMeasureRecord():
            return (record.type, record.imposed_on or record.decided_on)
        case MeasureRecord():
            return (record.number or (record.type, record.served_on),)


def _by_party(told: Mapping[_Key, CaseRecord]) -> dict[str, list[tuple[_Key, CaseRecord]]]:
    alike: dict[str, list[tuple[_Key, CaseRecord]]] = defaultdict(list)
    for key, record in told.items():
        identity = identity_of(record.party)
        for known_by in (identity.code, identity.name):
            if known_by is not None:
                alike[known_by].append((key, record))
    return alike


def weighed_quantities(record: CaseRecord) -> tuple[WeighedQuantity, ...]:
    """What the fields and the texts of a case of a known domain weigh."""
    texts = (record.facts, record.penalty_content, record.title)
    return tuple(map(_quantity, weigh_quantities(record.quantities, texts, record.domain or Domain.OTHER)))


def _quantity(weighed: Weighed) -> WeighedQuantity:
    mention = weighed.mention
    return WeighedQuantity(
        measure=weighed.measure,
        value=weighed.value,
        unit=weighed.unit,
        substance=weighed.substance,
        quote=weighed.quote,
        position=mention.start if mention is not None and weighed.text == 0 else None,
        certainty=weighed.certainty,
        disagrees=weighed.disagrees,
        acts=() if mention is None else mention.acts,
    )
