"""The frozen records of what follows a case, on the way out: what the stores answer and the API shows.

Texts are as they were sent: whoever shows one covers `person_names` in it first. Money is yuan; unknown is None.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from schema.vocabularies import (
    CoercionKind,
    CoerciveMeasureType,
    CriminalConclusion,
    EnforcementRuling,
    FeedKind,
    FilingDecision,
    MeasureKind,
    RemedyOutcome,
    RemedyType,
    TransferDecision,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What every record here has: its case, and the natural persons' names its texts may hold."""

    id: int
    case_id: int
    person_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(FollowUp):
    """A transfer of a suspected crime to the police (移送涉嫌犯罪案件)."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Coercion:
    """One coercive measure of criminal procedure (刑事强制措施) and its days."""

    kind: CoercionKind
    begun_on: date
    ended_on: date | None
    extended_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something done on a day, of an investigation or an enforcement (侦查活动、执行行为)."""

    on: date
    what: str
    by: str | None
    emergency: bool | None
    person_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriminalCase(FollowUp):
    """What the police did with a case handed over to them (刑事案件)."""

    case_number: str | None
    organ: str | None
    decision: FilingDecision | None
    decided_on: date | None
    notice_to_agency_on: date | None
    reasons_given: str | None
    coercion: tuple[Coercion, ...]
    activity: tuple[Act, ...]
    concluded_on: date | None
    conclusion: CriminalConclusion | None
    prosecuted_on: date | None
    judged_on: date | None
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconsideration(FollowUp):
    """An administrative reconsideration or lawsuit against the penalty (行政复议、行政诉讼)."""

    type: RemedyType
    applied_on: date | None
    decided_on: date | None
    served_on: date | None
    outcome: RemedyOutcome | None
    new_fine: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementCase(FollowUp):
    """A demand and an application to a court for enforcement (催告、申请法院强制执行)."""

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
    actions: tuple[Act, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoerciveMeasure(FollowUp):
    """An administrative coercive measure (行政强制措施); `testing_days` are calendar days that do not count."""

    type: CoerciveMeasureType
    decided_on: date | None
    imposed_on: date | None
    reported_on: date | None
    extended_on: date | None
    until: date | None
    ended_on: date | None
    testing_days: int | None
    on_the_spot: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcuratorialMeasure(FollowUp):
    """A measure a procuratorate issued about the case before this platform (检察监督措施)."""

    type: MeasureKind
    number: str | None
    served_on: date | None
    reply_due_on: date | None
    urgent: bool | None
    replied_on: date | None
    reply: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRecord:
    """A record whose case has not arrived (待关联记录): since when, and the run that first told of it."""

    id: int
    kind: FeedKind
    agency_id: int
    document_number: str
    since: datetime
    run_id: int
