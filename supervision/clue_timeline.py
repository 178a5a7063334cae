"""A clue's history as one list of events, as a case's timeline is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from schema.clue_records import Clue, ClueEvent
from supervision.calendars import shanghai_day
from supervision.event_kinds import ClueHappening
from supervision.timeline import Cover


@dataclass(frozen=True, slots=True, kw_only=True)
class ClueCaseEvent:
    """A step of a clue's life: when, what, who took it; `note` is what was said of it, which may name persons."""

    on: date
    kind: ClueHappening
    label: str
    note: str
    actor: str
    record: Clue

    def title(self, cover: Cover) -> str:
        """What happened, in Chinese, in one line."""
        note = " ".join(cover(self.note).split())
        return f"{self.label}：{note}" if note else self.label

    def actor_name(self, _cover: Cover) -> str:
        """Who did it: a colleague, whose name is nobody's secret."""
        return self.actor


def clue_timeline(clue: Clue, events: Iterable[ClueEvent]) -> tuple[ClueCaseEvent, ...]:
    """The steps of a clue's life, in their order."""
    return tuple(
        ClueCaseEvent(
            on=shanghai_day(event.happened_at),
            kind=ClueHappening[event.event.name],
            label=event.event.label,
            note=event.note,
            actor=event.actor,
            record=clue,
        )
        for event in events
    )
