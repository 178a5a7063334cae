"""The whole timeline of a case: what procuratorates do with it stands in one order with all else, each step once."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

from schema.supervision_vocabularies import TriageDecision
from schema.triage_records import TriageRecord
from supervision.own_timeline import whole_timeline
from tests.unit.timeline_records import penalty_case, plainly, timeline

NIGHT = datetime(2024, 3, 1, 17, tzinfo=UTC)
"""It is 2 March in Shanghai by then."""


def decision(number: int, at: datetime = NIGHT, reason: str = "已核实") -> TriageRecord:
    return TriageRecord(
        id=number,
        case_id=1,
        decision=TriageDecision.WATCH,
        reason=reason,
        department=None,
        decided_by=1,
        decided_at=at,
        clue_id=None,
        measure_id=None,
    )


def test_decisions_stand_at_their_day_in_shanghai_behind_what_others_did_on_it() -> None:
    events = timeline(decided_on=date(2024, 3, 1), served_on=date(2024, 3, 2), paid_on=date(2024, 3, 3))
    whole = whole_timeline(penalty_case(), events, [(decision(1), "王一")], ())
    assert [(event.on.day, event.kind.value) for event in whole] == [
        (1, "case.decided"),
        (2, "case.served"),
        (2, "triage.decided"),
        (3, "case.paid"),
    ]
    assert (whole[2].title(plainly), whole[2].actor_name(plainly)) == ("案件分流，跟踪关注：已核实", "王一")


def test_the_order_is_the_same_however_decisions_are_read() -> None:
    decisions = [(decision(number, NIGHT + timedelta(hours=number % 2)), None) for number in range(1, 5)]
    found = {whole_timeline(penalty_case(), (), each, ()) for each in permutations(decisions)}
    assert len(found) == 1


def test_a_long_reason_is_cut_after_names_are_covered() -> None:
    [event] = whole_timeline(penalty_case(), (), [(decision(1, reason="长" * 58 + "赵小满等"), None)], ())
    shown = event.title(lambda text: text.replace("赵小满", "赵**"))
    assert shown.endswith("长赵*…")
