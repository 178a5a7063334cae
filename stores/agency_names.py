"""What was decided about names of agencies that are not registered: kept, listed, and decided anew with what followed.

A decision is kept under `supervision.agency_names.name_of_decision`. When it is decided anew, the cases that came under
the name move to the agency it now means, with everything that follows them, in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.agency_name import agency_name_key
from schema.agency_name_tables import agency_name
from schema.follow_up_tables import FOLLOW_UPS
from schema.vocabularies import NameDecision
from stores.errors import NameInUseError
from stores.feed_runs import lock_loading
from stores.named_statements import named_statements

SHOWN_CONFLICTS: Final = 20
_REGISTERED_SINCE: Final = "An agency was registered under this name."


@dataclass(frozen=True, slots=True)
class DecidedName:
    """What a name means; `agency_id` is None where it was refused by hand."""

    agency_id: int | None
    how: NameDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDecision:
    """A decision as it is shown; `agency` is None where the name was refused, `run` where a person decided.

    `cases` counts the cases that came under the name.
    """

    sent: str
    agency: str | None
    how: NameDecision
    decided_at: datetime
    run: str | None
    note: str | None
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What followed a decision: cases that moved, and cases that stay because rows under other names tell of them."""

    cases: int
    staying: int
    from_agencies: tuple[int, ...]


async def read_decisions(connection: AsyncConnection) -> dict[str, DecidedName]:
    """All decisions by the name they are kept under."""
    rows = await connection.execute(select(agency_name.c.sent, agency_name.c.agency_id, agency_name.c.how))
    return {row.sent: DecidedName(row.agency_id, NameDecision(row.how)) for row in rows}


async def list_decisions(connection: AsyncConnection) -> list[ListedDecision]:
    """All decisions in the order of the names."""
    rows = await connection.execute(text(named_statements("agency_names.sql")["list"]))
    return [ListedDecision(**{**row._asdict(), "how": NameDecision(row.how)}) for row in rows]


async def keep_decision(
    connection: AsyncConnection,
    sent: str,
    agency_id: int | None,
    how: NameDecision,
    *,
    run_id: int | None,
    note: str | None,
) -> None:
    """Keep what a name was decided to mean, in the place of what was decided before."""
    values = {"agency_id": agency_id, "how": how.value, "decided_at": func.now(), "run_id": run_id, "note": note}
    statement = insert(agency_name).values(sent=sent, **values)
    await connection.execute(statement.on_conflict_do_update(index_elements=[agency_name.c.sent], set_=values))


async def decide_by_hand(connection: AsyncConnection, sent: str, agency_id: int | None, *, reason: str | None) -> Moved:
    """Decide that a name means an agency, or with None that it means none, and let what came under it follow.

    Waits until no load runs. Raises NameInUseError where the agency has records of its own under the same numbers; the
    caller's transaction must not be kept then. Refusing a name moves nothing: a case is always some agency's.
    """
    await lock_loading(connection)
    await keep_decision(connection, sent, agency_id, NameDecision.BY_HAND, run_id=None, note=reason)
    return await _follow(connection, sent, agency_id)


async def claim_names(connection: AsyncConnection, agency_id: int, names: Sequence[str]) -> tuple[int, ...]:
    """Let an agency have what came under names that are its own registered ones now; answers whose that was.

    Raises NameInUseError as `decide_by_hand` does.
    """
    decided = await connection.scalars(
        select(agency_name.c.sent).where(
            agency_name.c.sent == func.any([agency_name_key(name) for name in names]),
            agency_name.c.agency_id.is_distinct_from(agency_id),
        )
    )
    moved_from: list[int] = []
    for sent in decided.all():
        await keep_decision(connection, sent, agency_id, NameDecision.BY_HAND, run_id=None, note=_REGISTERED_SINCE)
        moved_from += (await _follow(connection, sent, agency_id)).from_agencies
    return tuple(moved_from)


async def _follow(connection: AsyncConnection, sent: str, agency_id: int | None) -> Moved:
    named = {"sent": sent, "to": agency_id}
    moved, moved_from = 0, tuple[int, ...]()
    if agency_id is not None:
        for step in ("begin", "gather", "gather_follow_ups"):
            await _run(connection, step, named)
        conflicts = (await _run(connection, "conflicts", named)).scalars().all()
        if conflicts:
            raise NameInUseError(_conflict(conflicts))
        await _run(connection, "remember_move", named)
        moved = (await _run(connection, "move_cases", named)).rowcount
        await _run(connection, "move_texts", named)
        for kind, table in FOLLOW_UPS.items():
            await connection.execute(
                text(
                    f"UPDATE {table.name} f SET agency_id = CAST(:to AS bigint) WHERE agency_id <> CAST(:to AS bigint) "  # noqa: S608  names of our tables
                    "AND (EXISTS (SELECT FROM moving m "
                    "WHERE m.from_id = f.agency_id AND m.document_number = f.document_number) "
                    "OR f.id IN (SELECT record_id FROM moving_follow_ups WHERE kind = :kind))"
                ),
                {**named, "kind": kind.value},
            )
        moves = await connection.execute(
            text("SELECT from_agency_id FROM agency_move WHERE to_agency_id = :to ORDER BY 1"), {"to": agency_id}
        )
        moved_from = tuple(moves.scalars())
        await _run(connection, "begin", {})
    await _run(connection, "forget_row_digests", named)
    staying = (await _run(connection, "count_staying", named)).scalar_one()
    return Moved(cases=moved, staying=staying, from_agencies=moved_from)


async def _run(connection: AsyncConnection, step: str, parameters: Mapping[str, Any]) -> Any:
    statement = text(named_statements("agency_names.sql")[step])
    return await connection.execute(statement, {name: parameters[name] for name in statement.compile().params})


def _conflict(known_by: Sequence[str]) -> str:
    shown = ", ".join(known_by[:SHOWN_CONFLICTS])
    more = len(known_by) - SHOWN_CONFLICTS
    return (
        f"The agency has cases of its own that came under this name, too, and nothing was moved: {shown}"
        f"{f' and {more} more' if more > 0 else ''}. Find out whose they are, and correct them at their sender first."
    )
