"""How far a case has come after its transfer (移送后刑事案件办理进展): filed, detained, prosecuted, judged.

Of several criminal cases the one decided last counts, as for the rules. A refusal or a withdrawal is overtaken by a
later transfer. What lies after today has not happened yet.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from schema.criminal_progress_records import CriminalProgress, CriminalStage
from schema.follow_up_records import CriminalCase, Transfer
from schema.vocabularies import CoercionKind, CriminalConclusion, FilingDecision
from supervision.follow_ups import decided_last, is_filed

_Reached = tuple[CriminalStage, date | None]

_CUSTODY: Final = frozenset({CoercionKind.DETENTION, CoercionKind.ARREST})
_CONCLUSIONS: Final = {
    CriminalConclusion.SENT_FOR_PROSECUTION: CriminalStage.SENT_FOR_PROSECUTION,
    CriminalConclusion.WITHDRAWN: CriminalStage.WITHDRAWN,
    None: CriminalStage.CONCLUDED,
}
_OVER: Final = frozenset({CriminalStage.NOT_FILED, CriminalStage.WITHDRAWN})


def criminal_progress(
    transfers: Sequence[Transfer], criminal_cases: Sequence[CriminalCase], today: date
) -> CriminalProgress | None:
    """The progress as of a day; None where nothing was handed over and no police decided."""
    counting = decided_last(criminal_cases)
    reached = None if counting is None else _of_criminal_case(counting, today)
    handed = _of_transfers(transfers, today)
    if handed is not None and (reached is None or _overtaken(reached, transfers, today)):
        reached, counting = handed, None
    if reached is None:
        return None
    stage, since = reached
    days = None if since is None else (today - since).days
    return CriminalProgress(stage=stage, since=since, days=days, criminal_case=counting)


def _of_criminal_case(found: CriminalCase, today: date) -> _Reached | None:
    return next(_stages(found, today), None)


def _stages(found: CriminalCase, today: date) -> Iterator[_Reached]:
    """What a criminal case has come to, the furthest first."""
    if _come(found.judged_on, today):
        yield CriminalStage.JUDGED, found.judged_on
    if _come(found.prosecuted_on, today):
        yield CriminalStage.PROSECUTED, found.prosecuted_on
    concluded_without_day = found.concluded_on is None and found.conclusion is not None
    if concluded_without_day or _come(found.concluded_on, today):
        yield _CONCLUSIONS[found.conclusion], found.concluded_on
    decided_on = found.decided_on
    if decided_on is not None and decided_on > today:
        return
    if is_filed(found):
        custodies = [each.begun_on for each in found.coercion if each.kind in _CUSTODY and each.begun_on <= today]
        if custodies:
            yield CriminalStage.DETAINED, min(custodies)
        yield CriminalStage.FILED, decided_on
    if found.decision is FilingDecision.NOT_FILED:
        yield CriminalStage.NOT_FILED, decided_on


def _of_transfers(transfers: Iterable[Transfer], today: date) -> _Reached | None:
    """What the last transfer that was handed over came to; one of no known day comes before any other."""
    handed = [
        transfer
        for transfer in transfers
        if any(_come(day, today) for day in (transfer.transferred_on, transfer.received_on, transfer.returned_on))
    ]
    if not handed:
        return None
    last = max(handed, key=lambda transfer: _handed_over_on(transfer, today) or date.min)
    if _come(last.returned_on, today):
        return CriminalStage.RETURNED, last.returned_on
    return CriminalStage.TRANSFERRED, _handed_over_on(last, today)


def _overtaken(reached: _Reached, transfers: Iterable[Transfer], today: date) -> bool:
    """Whether a case that was over was handed over once more."""
    stage, since = reached
    if stage not in _OVER or since is None:
        return False
    days = (_handed_over_on(transfer, today) for transfer in transfers)
    return any(day is not None and since < day for day in days)


def _handed_over_on(transfer: Transfer, today: date) -> date | None:
    return next((day for day in (transfer.transferred_on, transfer.received_on) if _come(day, today)), None)


def _come(day: date | None, today: date) -> bool:
    return day is not None and day <= today
