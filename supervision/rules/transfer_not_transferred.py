"""`transfer.not-transferred`: a suspected crime was not handed over to the police (有案不移)."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.feed_records import TransferRecord
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing, ThresholdMet, foremost
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.follow_ups import (
    filings_standing,
    is_approved,
    is_decided,
    is_filed,
    may_be_withdrawn,
    shows_penalty,
    was_handed_over,
)
from supervision.laws import Law
from supervision.periods import last_day
from supervision.sentences import chinese_day

_DAY: Final = timedelta(days=1)


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge a case by its transfers, else by how long it has lain."""
    if not case.transfers:
        return None if case.criminal_cases else _never_transferred(case, law, calendar)
    return foremost(_transfers(case, law, calendar), as_of)


def _transfers(case: CaseFile, law: Law, calendar: Calendar) -> Iterator[Answer]:
    for transfer in case.transfers:
        decided_on, returned_on = transfer.decided_on, transfer.returned_on
        if not is_approved(transfer):
            if not _was_followed(transfer, decided_on, case):
                yield _unless_with_police(_refused(transfer, case, law), decided_on, case)
        elif not was_handed_over(transfer):
            if not _was_followed(transfer, decided_on, case, handed_over=True):
                yield _unless_with_police(_never_handed_over(transfer, law, calendar), decided_on, case)
        elif returned_on is not None and not _was_followed(transfer, returned_on, case):
            # What the police decided on the day of the return is why they returned it.
            answer = _returned(transfer, returned_on, case, law)
            yield _unless_with_police(answer, returned_on, case, refused_since=returned_on + _DAY)


def _unless_with_police(
    answer: Answer, event_on: date | None, case: CaseFile, *, refused_since: date | None = None
) -> Answer:
    """The answer, but none where the police have the case: accepted, filed and not withdrawn by then, or refused since.

    `refused_since` is the day of the event itself where it is left out.
    """
    standing = filings_standing(case, event_on or date.max)
    doubtful = [filing for filing in standing if may_be_withdrawn(filing, event_on or date.max)]
    refusals = [other.decided_on for other in case.criminal_cases if not is_filed(other)]
    since = refused_since or event_on
    if (
        len(standing) > len(doubtful)
        or not all(map(is_decided, case.criminal_cases))
        or any(since is not None and day is not None and day >= since for day in refusals)
    ):
        return None
    unknown = (
        *(("criminal_case.concludedOn",) if doubtful else ()),
        *(("criminal_case.decidedOn",) if None in refusals else ()),
    )
    return Missing(fields=unknown) if unknown and isinstance(answer, Found) else answer


def _was_followed(
    transfer: TransferRecord, event_on: date | None, case: CaseFile, *, handed_over: bool = False
) -> bool:
    """Whether another transfer was approved (`handed_over`: and reached the police) since; on no known day: it was."""
    return any(
        _is_since(event_on, other)
        for other in case.transfers
        if other is not transfer and is_approved(other) and (was_handed_over(other) or not handed_over)
    )


def _is_since(event_on: date | None, other: TransferRecord) -> bool:
    days = [day for day in (other.decided_on, other.transferred_on, other.received_on) if day is not None]
    return event_on is None or not days or max(days) >= event_on


def _never_handed_over(transfer: TransferRecord, law: Law, calendar: Calendar) -> Answer:
    if transfer.decided_on is None:
        return Missing(fields=("transfer.decidedOn",))
    period = law.value("transfer.handover", on=transfer.decided_on)
    if period is None:
        return None
    due = last_day(transfer.decided_on, period, calendar)
    return Found(
        certainty=Certainty.CERTAIN,
        due_on=due,
        facts=f"{chinese_day(transfer.decided_on)}批准移送，最迟应于{chinese_day(due)}移送公安机关，至今没有移送记录",
        evidence=(*days_of("transfer", decidedOn=transfer.decided_on), stated("transfer.transferredOn", "")),
        law=(period,),
    )


def _refused(transfer: TransferRecord, case: CaseFile, law: Law) -> Answer:
    def found(threshold: ThresholdMet) -> Answer:
        if transfer.decided_on is None:
            return Missing(fields=("transfer.decidedOn",))
        return _possible(
            f"案件{threshold.suspicion}“{threshold.title}”，{chinese_day(transfer.decided_on)}决定不批准移送",
            (
                *days_of("transfer", decidedOn=transfer.decided_on),
                stated("transfer.decision", "REFUSED"),
                stated("transfer.refusalReason", transfer.refusal_reason or ""),
            ),
            transfer.decided_on,
            threshold,
            law,
        )

    return _if_threshold(case, law, found)


def _returned(transfer: TransferRecord, returned_on: date, case: CaseFile, law: Law) -> Answer:
    decided_on = case.record.decided_on
    if decided_on is not None and decided_on >= returned_on:
        return None

    def found(threshold: ThresholdMet) -> Answer:
        if decided_on is None and shows_penalty(case.record):
            return Missing(fields=("decidedOn",))
        return _possible(
            f"案件{threshold.suspicion}“{threshold.title}”，移送后于{chinese_day(returned_on)}被退回，"
            "此后没有再次移送、处罚决定和公安机关处理的记录",
            (*days_of("transfer", transferredOn=transfer.transferred_on, returnedOn=returned_on),),
            returned_on,
            threshold,
            law,
        )

    return _if_threshold(case, law, found)


def _never_transferred(case: CaseFile, law: Law, calendar: Calendar) -> Answer:
    if shows_penalty(case.record):
        return None

    def found(threshold: ThresholdMet) -> Answer:
        filed_on = case.record.filed_on
        if filed_on is None:
            return Missing(fields=("filedOn",))
        duty = law.value("transfer.duty", on=filed_on)
        waiting = law.setting("transfer.waiting", case, on=filed_on)
        if duty is None or waiting is None:
            return None
        return Found(
            certainty=Certainty.POSSIBLE,
            due_on=last_day(filed_on, waiting, calendar),
            facts=f"案件{threshold.suspicion}“{threshold.title}”，{chinese_day(filed_on)}行政立案，"
            "至今既没有处罚决定，也没有移送公安机关的记录",
            evidence=(*days_of(None, filedOn=filed_on), *threshold.evidence),
            law=(duty, *threshold.law, waiting),
        )

    return _if_threshold(case, law, found)


def _if_threshold(case: CaseFile, law: Law, found: Callable[[ThresholdMet], Answer]) -> Answer:
    threshold = law.threshold_met(case)
    return found(threshold) if isinstance(threshold, ThresholdMet) else threshold


def _possible(facts: str, evidence: tuple[Evidence, ...], due_on: date, threshold: ThresholdMet, law: Law) -> Answer:
    duty = law.value("transfer.duty", on=due_on)
    if duty is None:
        return None
    return Found(
        certainty=Certainty.POSSIBLE,
        due_on=due_on,
        facts=facts,
        evidence=(*evidence, *threshold.evidence),
        law=(duty, *threshold.law),
    )
