"""What happened in a case, in one list over all its records."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Final

import strawberry

from api.context import ApiInfo
from api.masking import names_to_cover
from api.paging import MAX_PAGE
from api.readings import Slice
from api.types.fields import resolved
from api.types.node import Node, NodeRecord, may_know
from schema import records
from schema.access_vocabularies import Permission
from schema.clue_records import Clue, ClueEvent
from schema.duty_records import DutyCrimeCase, PublicInterestCase
from schema.measure_records import Measure, MeasureEvent
from schema.triage_records import TriageRecord
from stores.errors import BadUserInputError
from supervision import timeline
from supervision.measure_actors import steps_shown
from supervision.own_timeline import TimelineEvent, TriageCaseEvent, whole_timeline

CaseParent = strawberry.Parent[records.PenaltyCase]
EventParent = strawberry.Parent[TimelineEvent]

_OWN: Final = (Clue, Measure, DutyCrimeCase, PublicInterestCase)
"""Of what was written here, and not sent."""

TIMELINE_DESCRIPTION = (
    "What happened, at the agency, the police, the procuratorate and the court, the earliest first; on one day in the "
    "order of the procedure, and decisions of triage and the steps of clues last. What has no day is left out; a limit "
    "is no event. Of more than a hundred events (`timelineCount`) the newest hundred; those before them with "
    "`skipNewest`: 100, and so on. 案件时间轴"
)


async def _events(case: records.PenaltyCase, info: ApiInfo) -> tuple[TimelineEvent, ...]:
    loaders, viewer = info.context.loaders.follow_ups_of, info.context.viewer
    told = [record for record in loaders if may_know(viewer, record.__name__)]
    # At once: a case that has more to read at one step would be late for what the others read together at the next.
    follow_ups, measures, decisions, clues = await asyncio.gather(
        asyncio.gather(*(loaders[record].load(case.id) for record in told)),
        _measures(case, info),
        _decisions(case, info),
        _clues(case, info),
    )
    events = timeline.case_timeline(case, [record for of_kind in follow_ups for record in of_kind], measures)
    return whole_timeline(case, events, decisions, clues)


async def _decisions(case: records.PenaltyCase, info: ApiInfo) -> list[tuple[TriageRecord, str | None]]:
    """The newest hundred decisions of triage, each with the name of who decided."""
    loaders = info.context.loaders
    if not info.context.viewer.may(Permission.READ_FINDINGS):
        return []
    found = (await loaders.triage_of.load(Slice(case.id, MAX_PAGE, None)))[:MAX_PAGE]
    accounts = await loaders.accounts.load_many([record.decided_by for record in found])
    return [
        (record, None if account is None else account.name) for record, account in zip(found, accounts, strict=True)
    ]


async def _clues(case: records.PenaltyCase, info: ApiInfo) -> list[tuple[Clue, Sequence[ClueEvent]]]:
    """The clues in scope about a case, a hundred at most, with the steps of their lives."""
    loaders = info.context.loaders
    if not may_know(info.context.viewer, "Clue"):
        return []
    found = await loaders.case_clues.load(Slice(case.id, MAX_PAGE, None))
    shown = [clue for clue in found[:MAX_PAGE] if info.context.gate.lets_clue(clue)]
    steps = await loaders.clue_events.load_many([clue.id for clue in shown])
    return list(zip(shown, steps, strict=True))


async def _measures(case: records.PenaltyCase, info: ApiInfo) -> list[tuple[Measure, Sequence[MeasureEvent]]]:
    """The measures about a case, the newest hundred, with the steps of their lives that whoever asks is shown."""
    loaders, scope = info.context.loaders, info.context.scope
    if not may_know(info.context.viewer, "Measure"):
        return []
    found = await loaders.case_measures.load(Slice(case.id, MAX_PAGE, None))
    shown = [measure for measure in found[:MAX_PAGE] if info.context.gate.lets_measure(measure)]
    steps = await loaders.measure_events.load_many([measure.id for measure in shown])
    return [(measure, steps_shown(scope, each)) for measure, each in zip(shown, steps, strict=True)]


async def case_events(root: CaseParent, info: ApiInfo, skip_newest: int | None = 0) -> tuple[TimelineEvent, ...]:
    """The newest hundred events of a case behind so many newer ones."""
    skipped = skip_newest or 0
    if skipped < 0:
        raise BadUserInputError("`skipNewest` is 0 or more. Start with 0 and go on by a hundred.")
    events = await _events(root, info)
    end = max(len(events) - skipped, 0)
    return events[max(end - MAX_PAGE, 0) : end]


async def count_case_events(root: CaseParent, info: ApiInfo) -> int:
    """How many events a case has."""
    return len(await _events(root, info))


def _cover(event: TimelineEvent, info: ApiInfo) -> timeline.Cover:
    """How a text of an event may be shown."""
    record, shown = event.record, info.context.shown
    if isinstance(event, TriageCaseEvent):
        named = names_to_cover(event.record)
        return lambda text: shown.written(text, named) or ""
    if isinstance(record, records.PenaltyCase):
        names = names_to_cover(record)
        return lambda text: shown.told(text, names) or ""
    written = shown.written if isinstance(record, _OWN) else shown.told
    return lambda text: written(text, record.person_names) or ""


def _title(root: EventParent, info: ApiInfo) -> str:
    return root.title(_cover(root, info))


def _actor(root: EventParent, info: ApiInfo) -> str | None:
    return root.actor_name(_cover(root, info))


def _kind(root: EventParent) -> str:
    return root.kind.value


def _record(root: EventParent) -> NodeRecord:
    return root.record


@strawberry.type(description="Something that happened in a case. 案件事件")
class CaseEvent:
    """`supervision.timeline.CaseEvent` as clients see it."""

    on: date = strawberry.field(description="The day. 日期")
    kind: str = resolved(
        _kind,
        "What kind, such as case.decided, transfer.handed-over, criminal-case.filed, coercion.detention, "
        "enforcement.granted, measure.served, triage.decided, clue.opened; others may come. 事件类别",
    )
    title: str = resolved(
        _title,
        "What happened, in Chinese; long texts cut, natural persons' names by role. 事件名称（自然人按权限脱敏）",
    )
    actor: str | None = resolved(
        _actor,
        "Who did it: the agency, the police, the court; null where nobody recorded it, or the party did. 行为机关",
    )
    node: Node | None = resolved(_record, "The record that tells of it. 所属记录")
