"""Who may take a step in a measure's life, and which steps its addressee is shown. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from schema.access_records import Scope, Viewer
from schema.access_vocabularies import Role
from schema.measure_records import Measure, MeasureEvent
from schema.supervision_vocabularies import MeasureEventKind
from supervision.measure_kinds import may_issue

_LEADING: Final = frozenset({Role.DEPARTMENT_HEAD, Role.CHIEF})


def acts_on(viewer: Viewer, measure: Measure) -> bool:
    """Whether somebody who issues measures, and sees this one, takes the steps of its life.

    A procuratorate to which it was escalated has it too; in one above it those who lead do.
    """
    account = viewer.account
    if Role.LOCAL_ADMINISTRATOR in account.roles:
        return True
    if account.procuratorate_id is None or account.agency_id is not None:
        return False
    if account.procuratorate_id in {measure.procuratorate_id, measure.escalated_to_id}:
        return True
    return not _LEADING.isdisjoint(account.roles) and viewer.scope.supervises(measure.procuratorate_id)


def issues(viewer: Viewer, measure: Measure) -> bool:
    """Whether somebody who acts on a measure issues one of its kind."""
    return may_issue(viewer.account, measure.kind)


def is_addressee(scope: Scope) -> bool:
    """Whether somebody sees measures because they were sent them: an agency, which is shown the measure's own facts."""
    return scope.agency_id is not None


def steps_shown(scope: Scope, steps: Iterable[MeasureEvent]) -> list[MeasureEvent]:
    """The steps of a life that may be shown.

    An addressee is shown what was done to it: neither the draft, nor who wrote what down, nor what was said above.
    """
    if not is_addressee(scope):
        return list(steps)
    return [
        replace(step, actor="", note="" if step.event is MeasureEventKind.ESCALATED else step.note)
        for step in steps
        if step.event is not MeasureEventKind.DRAFTED
    ]
