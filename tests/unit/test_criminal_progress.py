"""How far a case has come after its transfer."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.criminal_progress_records import CriminalProgress, CriminalStage
from schema.follow_up_records import CriminalCase, Transfer
from schema.vocabularies import CoercionKind, CriminalConclusion, FilingDecision
from supervision.criminal_progress import criminal_progress
from tests.unit.timeline_records import act, coercion, follow_up

TODAY = date(2024, 7, 1)
HANDED = date(2024, 1, 5)
FILED: dict[str, Any] = {"decision": FilingDecision.FILED, "decided_on": date(2024, 1, 8)}
DETAINED: dict[str, Any] = FILED | {
    "coercion": (coercion(CoercionKind.DETENTION, date(2024, 1, 9), date(2024, 1, 12)),)
}
SENT: dict[str, Any] = DETAINED | {
    "concluded_on": date(2024, 3, 1),
    "conclusion": CriminalConclusion.SENT_FOR_PROSECUTION,
}
PROSECUTED: dict[str, Any] = SENT | {"prosecuted_on": date(2024, 4, 1)}
NOT_FILED: dict[str, Any] = {"decision": FilingDecision.NOT_FILED, "decided_on": date(2024, 1, 20)}


def handed_over(number: int = 1, on: date | None = HANDED, **known: Any) -> Transfer:
    return follow_up(Transfer, number, transferred_on=on, **known)


def police(number: int = 1, **known: Any) -> CriminalCase:
    return follow_up(CriminalCase, number, **known)


def reached(progress: CriminalProgress | None) -> tuple[str, date | None, int | None]:
    assert progress is not None
    return progress.stage.value, progress.since, progress.days


@pytest.mark.parametrize(
    ("known", "stage", "since"),
    [
        ({}, "TRANSFERRED", HANDED),
        ({"case_number": "受案1号"}, "TRANSFERRED", HANDED),
        (NOT_FILED, "NOT_FILED", date(2024, 1, 20)),
        (FILED, "FILED", date(2024, 1, 8)),
        ({"decision": FilingDecision.FILED}, "FILED", None),
        ({"activity": (act(date(2024, 1, 9)),)}, "FILED", None),
        (FILED | {"coercion": (coercion(CoercionKind.BAIL, date(2024, 1, 9)),)}, "FILED", date(2024, 1, 8)),
        (DETAINED, "DETAINED", date(2024, 1, 9)),
        (FILED | {"coercion": (coercion(CoercionKind.ARREST, date(2024, 2, 1)),)}, "DETAINED", date(2024, 2, 1)),
        (FILED | {"concluded_on": date(2024, 3, 1)}, "CONCLUDED", date(2024, 3, 1)),
        (SENT, "SENT_FOR_PROSECUTION", date(2024, 3, 1)),
        (FILED | {"conclusion": CriminalConclusion.WITHDRAWN}, "WITHDRAWN", None),
        (PROSECUTED, "PROSECUTED", date(2024, 4, 1)),
        (PROSECUTED | {"judged_on": date(2024, 6, 1)}, "JUDGED", date(2024, 6, 1)),
    ],
)
def test_a_criminal_case_is_as_far_as_its_record_tells(known: dict[str, Any], stage: str, since: date | None) -> None:
    progress = criminal_progress([handed_over()], [police(**known)], TODAY)
    assert reached(progress) == (stage, since, None if since is None else (TODAY - since).days)


def test_nothing_was_handed_over_and_no_police_decided() -> None:
    assert criminal_progress([], [], TODAY) is None
    approved = handed_over(on=None, decided_on=HANDED)
    assert criminal_progress([approved], [], TODAY) is None
    assert criminal_progress([], [police(case_number="受案1号")], TODAY) is None


def test_a_transfer_that_came_back_is_returned_until_it_is_handed_over_again() -> None:
    returned = handed_over(returned_on=date(2024, 1, 20))
    assert reached(criminal_progress([returned], [], TODAY)) == ("RETURNED", date(2024, 1, 20), 163)
    again = handed_over(2, date(2024, 2, 1))
    assert reached(criminal_progress([again, returned], [], TODAY)) == ("TRANSFERRED", date(2024, 2, 1), 151)
    assert reached(criminal_progress([follow_up(Transfer, received_on=HANDED)], [], TODAY))[:2] == (
        "TRANSFERRED",
        HANDED,
    )


@pytest.mark.parametrize(
    "over",
    [NOT_FILED, FILED | {"concluded_on": date(2024, 1, 20), "conclusion": CriminalConclusion.WITHDRAWN}],
)
def test_a_case_that_was_over_waits_for_a_decision_when_it_is_handed_over_again(over: dict[str, Any]) -> None:
    again = handed_over(2, date(2024, 2, 1))
    progress = criminal_progress([handed_over(), again], [police(**over)], TODAY)
    assert progress is not None
    assert (progress.stage, progress.criminal_case) == (CriminalStage.TRANSFERRED, None)
    filed = criminal_progress([handed_over(), again], [police(**FILED)], TODAY)
    assert reached(filed)[0] == "FILED"


def test_of_several_criminal_cases_the_one_decided_last_counts() -> None:
    refused, filed = police(1, **NOT_FILED), police(2, **FILED | {"decided_on": date(2024, 2, 1)})
    progress = criminal_progress([handed_over()], [refused, filed], TODAY)
    assert progress is not None
    assert (progress.stage, progress.criminal_case) == (CriminalStage.FILED, filed)


_days = st.none() | st.dates(date(2024, 1, 1), date(2024, 12, 31))


def test_a_hand_over_on_a_day_to_come_that_was_received_already_counts_from_its_receipt() -> None:
    told = follow_up(Transfer, transferred_on=date(2024, 1, 2), received_on=date(2024, 1, 1), returned_on=None)
    progress = criminal_progress([told], [], date(2024, 1, 1))
    assert progress is not None
    assert (progress.since, progress.days) == (date(2024, 1, 1), 0)


@given(
    today=st.dates(date(2024, 1, 1), date(2024, 12, 31)),
    transfer=st.builds(
        lambda *days: dict(zip(("transferred_on", "received_on", "returned_on"), days, strict=True)), *[_days] * 3
    ),
    days=st.tuples(*[_days] * 4),
    decision=st.none() | st.sampled_from(FilingDecision),
    conclusion=st.none() | st.sampled_from(CriminalConclusion),
    detained_on=_days,
)
def test_no_stage_was_reached_after_today(
    today: date,
    transfer: dict[str, Any],
    days: tuple[date | None, ...],
    decision: FilingDecision | None,
    conclusion: CriminalConclusion | None,
    detained_on: date | None,
) -> None:
    told: dict[str, Any] = dict(zip(("decided_on", "concluded_on", "prosecuted_on", "judged_on"), days, strict=True))
    custody = () if detained_on is None else (coercion(CoercionKind.DETENTION, detained_on),)
    found = police(decision=decision, conclusion=conclusion, coercion=custody, **told)
    progress = criminal_progress([follow_up(Transfer, **transfer)], [found], today)
    if progress is not None and progress.since is not None:
        assert progress.since <= today
        assert progress.days == (today - progress.since) // timedelta(days=1)
