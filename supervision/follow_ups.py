"""What the records that follow a case say taken together: which transfer stands, and which police decision counts.

An absent event day of such a record means that the event did not happen, but a later event shows that it did.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeVar

from schema.case_file import CaseFile
from schema.feed_records import CaseRecord, CriminalCaseRecord, MeasureRecord, TransferRecord
from schema.vocabularies import CriminalConclusion, DataSource, FilingDecision, MeasureKind, TransferDecision


class PoliceCase(Protocol):
    """A criminal case as a feed sent it, or as it is on record."""

    @property
    def decision(self) -> FilingDecision | None:
        """Whether the police filed."""

    @property
    def decided_on(self) -> date | None:
        """When they decided so."""

    @property
    def coercion(self) -> tuple[object, ...]:
        """Coercive measures."""

    @property
    def activity(self) -> tuple[object, ...]:
        """What was done."""

    @property
    def concluded_on(self) -> date | None:
        """The end of the investigation."""

    @property
    def conclusion(self) -> CriminalConclusion | None:
        """What it ended with."""

    @property
    def prosecuted_on(self) -> date | None:
        """The prosecution."""

    @property
    def judged_on(self) -> date | None:
        """The judgment."""


_Police = TypeVar("_Police", bound=PoliceCase)


def is_told_by_published_table(case: CaseFile) -> bool:
    """Whether the published table alone tells of the case itself, whatever is on record of what followed it.

    It has no columns for service, entry and the like: what is absent there is unknown.
    """
    return case.published_only or case.record.source is DataSource.PUBLISHED


def shows_penalty(record: CaseRecord) -> bool:
    """Whether anything says that a penalty was decided, be its day known or not."""
    return (
        record.decided_on is not None
        or record.served_on is not None
        or record.paid_on is not None
        or record.fine is not None
        or record.confiscated is not None
        or record.penalty_content is not None
        or bool(record.penalty_kinds)
    )


def is_approved(transfer: TransferRecord) -> bool:
    """Whether the transfer was approved (批准移送): every one that was not refused."""
    return transfer.decision is not TransferDecision.REFUSED


def was_handed_over(transfer: TransferRecord) -> bool:
    """Whether the police got the case: what they received or returned was handed over, its day known or not."""
    return transfer.transferred_on is not None or transfer.received_on is not None or transfer.returned_on is not None


def receipt_day(transfer: TransferRecord) -> date | None:
    """The day the police received the case (接受日期): as recorded, else the day it was handed over."""
    return transfer.received_on or transfer.transferred_on


def is_decided(criminal_case: PoliceCase) -> bool:
    """Whether the police decided, in words or by what they did next; a mere acceptance (受案) is no decision."""
    return criminal_case.decision is not None or criminal_case.decided_on is not None or is_under_way(criminal_case)


def is_filed(criminal_case: PoliceCase) -> bool:
    """Whether the police filed (立案): as recorded, or because they went on to investigate."""
    if criminal_case.decision is None:
        return is_under_way(criminal_case)
    return criminal_case.decision is FilingDecision.FILED


def is_concluded(criminal_case: PoliceCase) -> bool:
    """Whether the investigation is over (侦查终结): concluded, or gone on to the prosecutor or the court."""
    return (
        criminal_case.concluded_on is not None
        or criminal_case.conclusion is not None
        or criminal_case.prosecuted_on is not None
        or criminal_case.judged_on is not None
    )


def is_under_way(criminal_case: PoliceCase) -> bool:
    """Whether the police investigated: a coercive measure, an activity, or an end of the investigation shows it."""
    return bool(criminal_case.coercion) or bool(criminal_case.activity) or is_concluded(criminal_case)


def counting_criminal_case(case: CaseFile) -> CriminalCaseRecord | None:
    """Of several criminal cases of a case the one that counts."""
    return decided_last(case.criminal_cases)


def decided_last(criminal_cases: Sequence[_Police]) -> _Police | None:
    """Of several criminal cases the one decided last; of those decided on one day, or on no known day, one filed."""
    if len(criminal_cases) <= 1:
        return criminal_cases[0] if criminal_cases else None
    return max(criminal_cases, key=_decision_order)


def filings_standing(case: CaseFile, on: date) -> list[CriminalCaseRecord]:
    """The filings no refusal and no withdrawal (撤销案件) had undone by a day; one of no known day may be later."""
    refusals = [
        criminal_case.decided_on
        for criminal_case in case.criminal_cases
        if criminal_case.decision is FilingDecision.NOT_FILED and criminal_case.decided_on is not None
    ]
    refused_on = max((day for day in refusals if day <= on), default=date.min)
    return [
        filing
        for filing in case.criminal_cases
        if is_filed(filing)
        and (filing.decided_on is None or filing.decided_on >= refused_on)
        and not (_is_withdrawn(filing) and filing.concluded_on is not None and filing.concluded_on <= on)
    ]


def may_be_withdrawn(filing: CriminalCaseRecord, on: date) -> bool:
    """Whether a filing was withdrawn on no known day, which may have been before a day."""
    filed_before = filing.decided_on is not None and filing.decided_on <= on
    return filed_before and _is_withdrawn(filing) and filing.concluded_on is None


def served_measures(case: CaseFile, kind: MeasureKind) -> list[MeasureRecord]:
    """The procuratorate's measures of a kind about the case, in the order of service, those of no known day first."""
    if not case.measures:
        return []
    return sorted(
        (measure for measure in case.measures if measure.type is kind),
        key=lambda measure: measure.served_on or date.min,
    )


def _is_withdrawn(criminal_case: CriminalCaseRecord) -> bool:
    return criminal_case.conclusion is CriminalConclusion.WITHDRAWN


def _decision_order(criminal_case: PoliceCase) -> tuple[bool, date, bool]:
    filed = is_filed(criminal_case)
    # One filed on no known day may be the later one: it resolves a refusal rather than being undone by it.
    undated_filing = filed and criminal_case.decided_on is None
    return undated_filing, criminal_case.decided_on or date.min, filed
