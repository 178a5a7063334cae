"""The frozen records of what was before: earlier values of a case, and what the rows of a run changed.

Values are texts as the API shows its fields: money "50000.00", dates ISO 8601, lists and objects JSON; None: unknown.
Names are as they were stored: whoever shows them masks them first.
"""

from dataclasses import dataclass
from datetime import datetime

from schema.vocabularies import RowOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """One field of a case that was replaced.

    `place` counts the case's changes from 1, the oldest. `run_id` is the load that changed it, None where none did, and
    `line` the row of its file that did, None where that told of another case of the same party. `earlier_run_id` is the
    load that `before` came from. `of_person`: the value is a natural person's name. `person_names` are those that the
    case's party was called by.
    """

    case_id: int
    place: int
    change_id: int
    field: str
    before: str | None
    after: str | None
    changed_at: datetime
    run_id: int | None
    line: int | None
    earlier_run_id: int | None
    of_person: bool
    person_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChange:
    """A row of a run that inserted or updated something; `case_id` is None where that was no case."""

    run_id: int
    ordinal: int
    line: int
    outcome: RowOutcome
    case_id: int | None
    changes_after: int | None
    changes_until: int | None
