"""What procuratorates do with a case themselves, in its timeline: decisions of triage, steps of clues. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from schema.clue_records import Clue, ClueEvent
from schema.records import PenaltyCase
from schema.triage_records import TriageRecord
from supervision.calendars import shanghai_day
from supervision.clue_timeline import ClueCaseEvent, clue_timeline
from supervision.event_kinds import TriageHappening
from supervision.timeline import LONGEST_TEXT, CaseEvent, Cover


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageCaseEvent:
    """A decision of triage: when, what, why, and by whom; `reason` may name persons."""

    on: date
    kind: TriageHappening
    label: str
    reason: str
    actor: str | None
    record: PenaltyCase

    def title(self, cover: Cover) -> str:
        """What was decided, in Chinese, in one line."""
        # Covered before it is cut: half a name would be known to nobody as one.
        reason = " ".join(cover(self.reason).split())
        return f"{self.label}：{reason if len(reason) <= LONGEST_TEXT else f'{reason[:LONGEST_TEXT]}…'}"

    def actor_name(self, _cover: Cover) -> str | None:
        """Who decided: a colleague, whose name is nobody's secret."""
        return self.actor


TimelineEvent = CaseEvent | ClueCaseEvent | TriageCaseEvent


def whole_timeline(
    case: PenaltyCase,
    events: Iterable[CaseEvent],
    decisions: Iterable[tuple[TriageRecord, str | None]],
    clues: Iterable[tuple[Clue, Iterable[ClueEvent]]],
) -> tuple[TimelineEvent, ...]:
    """A case's events with the decisions about it, each with who decided, and the steps of its clues.

    The order is total: by day; on one day `events` first, as they stand, then decisions, then clues, each by its id.
    """
    decided = sorted(decisions, key=lambda each: each[0].id)
    told = sorted(clues, key=lambda each: each[0].id)
    own: list[TimelineEvent] = [_decision(case, record, actor) for record, actor in decided]
    own += [step for clue, steps in told for step in clue_timeline(clue, steps)]
    return tuple(sorted([*events, *own], key=lambda event: event.on))


def _decision(case: PenaltyCase, record: TriageRecord, actor: str | None) -> TriageCaseEvent:
    return TriageCaseEvent(
        on=shanghai_day(record.decided_at),
        kind=TriageHappening.DECIDED,
        label=f"案件分流，{record.decision.label}",
        reason=record.reason,
        actor=actor,
        record=case,
    )
