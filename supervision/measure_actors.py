"""Who may take a step in a measure's life: those of the procuratorate whose it is, and whoever leads above. Pure."""

from typing import Final

from schema.access_records import Viewer
from schema.access_vocabularies import Role
from schema.measure_records import Measure
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
