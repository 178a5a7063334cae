"""What the records that follow a case say taken together: which transfer stands, and which police decision counts.

An absent event day of such a record means that the event did not happen, but a later event shows that it did.
"""

from datetime import date

from schema.case_file import CaseFile
from schema.feed_records import CaseRecord, CoercionRecord, CriminalCaseRecord, MeasureRecord, TransferRecord
from schema.vocabularies import FilingDecision, MeasureKind, TransferDecision


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


def is_decided(criminal_case: CriminalCaseRecord) -> bool:
    """Whether the police decided, in words or by what they did next; a mere acceptance (受案) is no decision."""
    return criminal_case.decision is not None or criminal_case.decided_on is not None or _is_under_way(criminal_case)


def is_filed(criminal_case: CriminalCaseRecord) -> bool:
    """Whether the police filed (立案): as recorded, or because they went on to investigate."""
    if criminal_case.decision is None:
        return _is_under_way(criminal_case)
    return criminal_case.decision is FilingDecision.FILED


def is_concluded(criminal_case: CriminalCaseRecord) -> bool:
    """Whether the investigation is over (侦查终结): concluded, or gone on to the prosecutor or the court."""
    return (
        criminal_case.concluded_on is not None
        or criminal_case.conclusion is not None
        or criminal_case.prosecuted_on is not None
        or criminal_case.judged_on is not None
    )


def counting_criminal_case(case: CaseFile) -> CriminalCaseRecord | None:
    """Of several criminal cases the one decided last; of those decided on one day, or on no known day, one filed."""
    if len(case.criminal_cases) <= 1:
        return case.criminal_cases[0] if case.criminal_cases else None
    return max(case.criminal_cases, key=_decision_order)


def replaced_on(coercion: CoercionRecord, criminal_case: CriminalCaseRecord) -> date | None:
    """The day on which another kind of coercive measure followed this one; None where none did.

    Of two begun on one day the one listed later followed.
    """
    place = criminal_case.coercion.index(coercion)
    later = [
        other.begun_on
        for other_place, other in enumerate(criminal_case.coercion)
        if other.kind is not coercion.kind and (other.begun_on, other_place) > (coercion.begun_on, place)
    ]
    return min(later) if later else None


def served_measures(case: CaseFile, kind: MeasureKind) -> list[MeasureRecord]:
    """The procuratorate's measures of a kind about the case, in the order of service, those of no known day first."""
    if not case.measures:
        return []
    return sorted(
        (measure for measure in case.measures if measure.type is kind),
        key=lambda measure: measure.served_on or date.min,
    )


def _is_under_way(criminal_case: CriminalCaseRecord) -> bool:
    return bool(criminal_case.coercion) or bool(criminal_case.activity) or is_concluded(criminal_case)


def _decision_order(criminal_case: CriminalCaseRecord) -> tuple[bool, date, bool]:
    filed = is_filed(criminal_case)
    # One filed on no known day may be the later one: it resolves a refusal rather than being undone by it.
    undated_filing = filed and criminal_case.decided_on is None
    return undated_filing, criminal_case.decided_on or date.min, filed
