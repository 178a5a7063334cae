"""Whose clues, cases and measures of a procuratorate's own a statement may know of, beside row-level security."""

from typing import Any, Final

from schema.access_records import Desk, Scope

OF_DESK: Final = (
    "(CAST(:scope_everything AS boolean)"
    " OR (coalesce({0}.procuratorate_id, 0) || '/' || {0}.department) = ANY (CAST(:scope_desks AS text[])))"
)
"""That a row of an alias is a desk's in scope."""

SEEN_BY_DESKS: Final = "(CAST(:scope_everything AS boolean) OR {0}.desks && CAST(:scope_desks AS text[]))"
"""That a clue is."""

OF_PROCURATORATE: Final = (
    "(CAST(:scope_everything AS boolean) OR (CAST(:scope_measures AS boolean)"
    " AND ({0}.procuratorate_id = ANY (CAST(:scope_procuratorate_ids AS bigint[]))"
    " OR (CAST(:scope_unassigned AS boolean) AND {0}.procuratorate_id IS NULL))))"
)
"""That a row is a procuratorate's in scope."""


def desk_parameters(scope: Scope) -> dict[str, Any]:
    """What these conditions go by."""
    procuratorates = [*scope.procuratorate_ids, *([None] if scope.unassigned else [])]
    return {
        "scope_everything": scope.everything,
        "scope_measures": scope.measures,
        "scope_procuratorate_ids": list(scope.procuratorate_ids),
        "scope_unassigned": scope.unassigned,
        "scope_desks": [str(Desk(each, department)) for each in procuratorates for department in scope.departments],
    }
