"""Every custody with its limits, counted by the law's terms in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger, Boolean, Date, Integer, Text, TypeEngine

from schema.access_records import Scope
from schema.custody_records import Custody, CustodyState, CustodyTerm
from schema.vocabularies import Certainty, CoercionKind
from stores.named_statements import named_statements
from stores.search.scope import in_scope, scope_parameters

_TYPES: Final[dict[str, TypeEngine[Any]]] = {
    **dict.fromkeys(("kinds_of_terms", "kinds"), ARRAY(Text)),
    **dict.fromkeys(("effective_from", "effective_until", "moved_from", "moved_to"), ARRAY(Date)),
    **dict.fromkeys(("months", "days"), ARRAY(Integer)),
    "moves": ARRAY(Boolean),
    **dict.fromkeys(("agency_ids", "scope_procuratorate_ids"), ARRAY(BigInteger)),
    **dict.fromkeys(("today", "begun_from", "begun_until", "after_due"), Date()),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyFilter:
    """Which custodies: each part narrows the list, one that is empty or None does not. Days are first days.

    `overdue`: those beyond their limit, whether they last or ended; False: the others.
    """

    overdue: bool | None = None
    kinds: tuple[CoercionKind, ...] = ()
    agency_ids: tuple[int, ...] = ()
    begun_from: date | None = None
    begun_until: date | None = None


@dataclass(frozen=True, slots=True)
class CustodyPlace:
    """A place in the list: the last lawful day, the criminal case, the measure's number in it."""

    due_on: date | None
    criminal_case_id: int
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyCount:
    """By what custodies are counted: the law's terms, the days that move otherwise than weekends do, the day."""

    terms: Sequence[CustodyTerm]
    moved: Sequence[tuple[date, date]]
    today: date


async def list_custodies(
    connection: AsyncConnection,
    scope: Scope,
    wanted: CustodyFilter,
    by: CustodyCount,
    *,
    first: int,
    after: CustodyPlace | None,
) -> list[Custody]:
    """Custodies by their last lawful day, those without one last; one more than `first`."""
    place = {
        "after_due": None if after is None else after.due_on,
        "after_case": None if after is None else after.criminal_case_id,
        "after_place": None if after is None else after.place,
    }
    rows = await _run(connection, "page", scope, wanted, by, most=first + 1, **place)
    return [
        Custody(
            **{
                **row._asdict(),
                "person_names": tuple(row.person_names),
                "kind": CoercionKind(row.kind),
                "state": CustodyState(row.state),
                "certainty": Certainty(row.certainty),
            }
        )
        for row in rows
    ]


async def count_custodies(connection: AsyncConnection, scope: Scope, wanted: CustodyFilter, by: CustodyCount) -> int:
    """How many there are."""
    result = await _run(connection, "total", scope, wanted, by)
    return int(result.scalar_one())


async def _run(
    connection: AsyncConnection, name: str, scope: Scope, wanted: CustodyFilter, by: CustodyCount, **page: Any
) -> Any:
    named = named_statements("custodies.sql")
    statement = text((named["custodies"] + named[name]).replace("$in_scope", in_scope("c.agency_id")))
    parameters = {
        "kinds_of_terms": [term.kind.value for term in by.terms],
        "effective_from": [term.effective_from for term in by.terms],
        "effective_until": [term.effective_until for term in by.terms],
        "months": [term.months for term in by.terms],
        "days": [term.days for term in by.terms],
        "moves": [term.moves for term in by.terms],
        "moved_from": [day for day, _ in by.moved],
        "moved_to": [day for _, day in by.moved],
        "today": by.today,
        "overdue": wanted.overdue,
        "kinds": [kind.value for kind in wanted.kinds],
        "agency_ids": list(wanted.agency_ids),
        "begun_from": wanted.begun_from,
        "begun_until": wanted.begun_until,
        **{key: value for key, value in scope_parameters(scope).items() if key != "scope_findings"},
        **page,
    }
    typed = [bindparam(key, type_=type_) for key, type_ in _TYPES.items() if key in parameters]
    return await connection.execute(statement.bindparams(*typed), parameters)
