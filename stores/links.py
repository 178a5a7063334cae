"""Reading links: which other cases are tied to some, one statement for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Scope
from schema.link_records import CaseLink, LinkPlace
from schema.supervision_vocabularies import LinkKind
from stores.named_statements import named_statements
from stores.search.postgres_query import any_of_phrases
from stores.search.scope import desks_in_scope, in_scope, scope_parameters

KEPT_KINDS: Final = tuple(kind for kind in LinkKind if kind is not LinkKind.SIMILAR_FACTS)
"""The links that the record itself tells of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A case that may be like another one."""

    case_id: int
    agency_id: int
    facts: str


async def _run(connection: AsyncConnection, *names: str, **parameters: Any) -> Any:
    named = named_statements("links.sql")
    statement = "".join(named[name] for name in names)
    statement = statement.replace("$in_scope_of_wanted", in_scope("c.agency_id"))
    statement = statement.replace("$in_scope_of_others", in_scope("c.other_agency_id"))
    return await connection.execute(text(statement), parameters)


def _asked(scope: Scope, case_ids: Sequence[int], kinds: Sequence[LinkKind]) -> dict[str, Any]:
    return {
        "case_ids": list(case_ids),
        "kinds": [kind.value for kind in kinds],
        "criminal_cases": scope.criminal_cases,
        "measures": scope.measures,
        "desks": desks_in_scope(scope),
        **scope_parameters(scope),
    }


async def links_of_cases(
    connection: AsyncConnection,
    scope: Scope,
    case_ids: Sequence[int],
    kinds: Sequence[LinkKind],
    *,
    most: int,
    after: LinkPlace | None = None,
) -> dict[int, list[CaseLink]]:
    """The links of several cases, by kind in their given order and the newest other case first, behind a place.

    Of kinds that the record tells of. Each link says how many of these the case has in all.
    """
    found: dict[int, list[CaseLink]] = {case_id: [] for case_id in case_ids}
    rows = await _run(
        connection,
        "edges",
        "page",
        **_asked(scope, case_ids, kinds),
        rank=None if after is None else kinds.index(after.kind) + 1,
        other_id=0 if after is None else after.other_id,
        most=most,
    )
    for row in rows:
        found[row.case_id].append(
            CaseLink(
                case_id=row.case_id,
                other_id=row.other_id,
                kind=LinkKind(row.kind),
                through=row.through,
                several=row.several,
                across=row.across,
                total=row.total,
            )
        )
    return found


async def count_links_of_cases(
    connection: AsyncConnection, scope: Scope, case_ids: Sequence[int], kinds: Sequence[LinkKind]
) -> dict[int, int]:
    """How many links of these kinds each of several cases has."""
    counted = {row[0]: row[1] for row in await _run(connection, "edges", "count", **_asked(scope, case_ids, kinds))}
    return {case_id: counted.get(case_id, 0) for case_id in case_ids}


async def candidates_by_passages(
    connection: AsyncConnection, scope: Scope, passages: Mapping[int, Sequence[tuple[str, ...]]], *, most: int
) -> dict[int, list[Candidate]]:
    """Of each case the newest other ones whose texts hold one of its passages, which are tokens side by side."""
    found: dict[int, list[Candidate]] = {case_id: [] for case_id in passages}
    asked = {case_id: any_of_phrases(several) for case_id, several in passages.items() if several}
    if not asked:
        return found
    rows = await _run(
        connection,
        "alike",
        case_ids=list(asked),
        queries=list(asked.values()),
        most=most,
        **scope_parameters(scope),
    )
    for row in rows:
        found[row.case_id].append(Candidate(case_id=row.other_id, agency_id=row.agency_id, facts=row.facts))
    return found
