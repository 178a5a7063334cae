"""History: what every field of a case was before, since when, and which row of which file it came from."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger, Text

from schema.history_records import CaseChange, RunChange
from schema.tables import feed_row, feed_run
from schema.vocabularies import RowOutcome
from stores.named_statements import named_statements

_RUN_SETTING = "jiandu.run_id"

_NAMED_OTHERWISE = {"agency_id": "agency", "party.legal_representative": "party.legalRepresentative"}
_SHOWN_OTHERWISE = ("agency_id", "party_id", "person_names")
"""Columns that are no field: shown as `agency` and `party.…`, and the names by which texts are masked."""

_MOST_OF_ALL = 2**31 - 1
_UNDERSCORE = re.compile(r"_([a-z])")


async def attribute_changes(connection: AsyncConnection, run_id: int) -> None:
    """Say which run changes what is changed in the rest of this transaction."""
    await connection.execute(select(func.set_config(_RUN_SETTING, str(run_id), True)))


@cache
def _queries() -> Mapping[str, str]:
    named = named_statements("history.sql")
    return {name: named["changes"] + named[name] for name in ("page", "count")}


def _statement(name: str) -> Any:
    return text(_queries()[name]).bindparams(
        bindparam("case_ids", type_=ARRAY(BigInteger)), bindparam("hidden", type_=ARRAY(Text))
    )


async def changes_of_cases(
    connection: AsyncConnection, case_ids: Sequence[int], *, first: int | None = None, after: int | None = None
) -> dict[int, list[CaseChange]]:
    """Changes of several cases in one statement, newest first, behind the place `after`; one more than `first` each.

    Without `first` all of them are answered.
    """
    rows = await connection.execute(
        _statement("page"),
        {
            "case_ids": list(case_ids),
            "hidden": list(_SHOWN_OTHERWISE),
            "behind": after,
            "most": _MOST_OF_ALL if first is None else first + 1,
        },
    )
    found: dict[int, list[CaseChange]] = {case_id: [] for case_id in case_ids}
    for row in rows:
        found[row.case_id].append(
            CaseChange(
                case_id=row.case_id,
                place=row.place,
                change_id=row.change_id,
                field=_field_name(row.key),
                before=row.before,
                after=row.after,
                changed_at=row.changed_at,
                run_id=row.run_id,
                line=row.line,
                earlier_run_id=row.earlier_run_id,
                of_person=row.of_person,
                person_names=tuple(row.person_names),
            )
        )
    return found


async def count_changes_of_cases(connection: AsyncConnection, case_ids: Sequence[int]) -> dict[int, int]:
    """How many changes each of several cases has seen."""
    rows = await connection.execute(_statement("count"), {"case_ids": list(case_ids), "hidden": list(_SHOWN_OTHERWISE)})
    counted = {row[0]: row[1] for row in rows}
    return {case_id: counted.get(case_id, 0) for case_id in case_ids}


async def changes_of_runs(
    connection: AsyncConnection, run_ids: Sequence[int], *, first: int, after: int
) -> dict[int, list[RunChange]]:
    """The rows by which several runs inserted or updated something, in their files' order, behind ordinal `after`.

    One statement; one more row than `first` of each.
    """
    wanted = func.unnest(list(run_ids)).table_valued("id", name="wanted").render_derived()
    columns = [feed_row.c[name] for name in RunChange.__dataclass_fields__]
    page = (
        select(*columns)
        .where(
            feed_row.c.run_id == wanted.c.id,
            feed_row.c.ordinal > after,
            feed_row.c.outcome.in_((RowOutcome.INSERTED, RowOutcome.UPDATED)),
        )
        .order_by(feed_row.c.ordinal)
        .limit(first + 1)
        .correlate(wanted)
        .lateral("page")
    )
    found: dict[int, list[RunChange]] = {run_id: [] for run_id in run_ids}
    # Rows have no policy of their own: their run has one.
    source = wanted.join(feed_run, feed_run.c.id == wanted.c.id).join(page, text("true"))
    statement = select(*page.c).select_from(source).order_by(page.c.run_id, page.c.ordinal)
    for row in await connection.execute(statement):
        values = row._asdict()
        found[row.run_id].append(RunChange(**{**values, "outcome": RowOutcome(values["outcome"])}))
    return found


async def changes_of_rows(connection: AsyncConnection, rows: Sequence[RunChange]) -> dict[RunChange, list[CaseChange]]:
    """What each of several rows changed in its case, by the fields' names; one statement."""
    cases = sorted({row.case_id for row in rows if row.case_id is not None and row.changes_until is not None})
    changes = await changes_of_cases(connection, cases) if cases else {}
    return {
        row: sorted(
            (change for change in changes.get(row.case_id or 0, ()) if _is_of(change, row)),
            key=lambda change: change.place,
        )
        for row in rows
    }


def _is_of(change: CaseChange, row: RunChange) -> bool:
    if row.changes_after is None or row.changes_until is None:
        return False
    return change.run_id == row.run_id and row.changes_after < change.change_id <= row.changes_until


def _field_name(column: str) -> str:
    """A column's name in the API."""
    return _NAMED_OTHERWISE.get(column) or _UNDERSCORE.sub(lambda found: found[1].upper(), column)
