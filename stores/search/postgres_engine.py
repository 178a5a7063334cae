"""PostgreSQL's side of the seam: the page in one statement, counts and facets in another where they are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.tables import agency, case_text, party, penalty_case
from schema.vocabularies import CaseSort, Facet, SearchEngineName
from stores.postgres import Database
from stores.search.postgres_query import behind, compile_filter, compile_score, compile_tree, order_by, order_key
from stores.search.seam import MAX_FACET_VALUES, FacetCount, Position, SearchAnswer, SearchRequest

_FACET_COLUMNS: Mapping[Facet, ColumnElement[Any]] = {
    Facet.DOMAINS: penalty_case.c.domain,
    Facet.AGENCIES: penalty_case.c.agency_id,
    Facet.REGIONS: agency.c.region,
    Facet.YEARS: func.to_char(penalty_case.c.decided_on, "YYYY"),
}


@dataclass(frozen=True, slots=True)
class PostgresEngine:
    """Searches the record itself."""

    database: Database

    async def search(self, request: SearchRequest) -> SearchAnswer:
        """One statement for the page, one more for the count and the facets together."""
        async with self.database.begin() as connection:
            rows = (await connection.execute(page_statement(request))).all()
            total: int | None = None
            facets: Mapping[Facet, Sequence[FacetCount]] = {}
            if request.count or request.facets:
                total, facets = await _count(connection, request)
        return SearchAnswer(
            positions=[Position(request.sort, row.score, row.key, row.id) for row in rows[: request.first]],
            has_next=len(rows) > request.first,
            total=total if request.count else None,
            facets=facets,
            engine=SearchEngineName.POSTGRESQL,
        )


def _matching(request: SearchRequest, *columns: ColumnElement[Any]) -> Select[Any]:
    """The cases that match, with only the tables that are needed to tell."""
    source: Any = penalty_case.join(agency, agency.c.id == penalty_case.c.agency_id)
    if request.filter.party_uscc is not None:
        source = source.join(party, party.c.id == penalty_case.c.party_id)
    conditions = compile_filter(request.filter)
    if request.query.tree is not None:
        source = source.join(case_text, case_text.c.case_id == penalty_case.c.id)
        conditions.append(compile_tree(request.query.tree))
    return select(*columns).select_from(source).where(*conditions)


def page_statement(request: SearchRequest) -> Select[Any]:
    """Rows of (id, key, score) in order; one more than asked for."""
    score: ColumnElement[Any] | None = None
    if request.sort is CaseSort.RELEVANCE and request.query.tree is not None:
        score = compile_score(request.query.tree)
    statement = _matching(
        request,
        penalty_case.c.id,
        order_key(request.sort).label("key"),
        (literal(None) if score is None else score).label("score"),
    )
    if request.after is not None:
        statement = statement.where(behind(request.after, score))
    return statement.order_by(*order_by(request.sort, score)).limit(request.first + 1)


def count_statement(request: SearchRequest) -> Select[Any]:
    """One row of the count; with facets a row a value besides: (value of each facet, grouping of each facet, count)."""
    asked = sorted(request.facets)
    if not asked:
        return _matching(request, func.count())
    columns = [_FACET_COLUMNS[facet].label(facet.value) for facet in asked]
    matched = _matching(request, *columns).cte("matched")
    keys = [matched.c[facet.value] for facet in asked]
    return select(*keys, *(func.grouping(key) for key in keys), func.count()).group_by(
        func.grouping_sets(tuple_(), *keys)
    )


async def _count(
    connection: AsyncConnection, request: SearchRequest
) -> tuple[int, Mapping[Facet, Sequence[FacetCount]]]:
    asked = sorted(request.facets)
    rows = (await connection.execute(count_statement(request))).all()
    if not asked:
        return rows[0][0], {}
    total = 0
    counts: dict[Facet, list[tuple[Any, int]]] = {facet: [] for facet in asked}
    width = len(asked)
    for row in rows:
        values, grouped, count = row[:width], row[width : 2 * width], row[-1]
        if all(grouped):
            total = count
            continue
        place = list(grouped).index(0)
        if values[place] is not None:
            counts[asked[place]].append((values[place], count))
    return total, {
        facet: [
            FacetCount(str(value), count)
            for value, count in sorted(found, key=lambda pair: (-pair[1], pair[0]))[:MAX_FACET_VALUES]
        ]
        for facet, found in counts.items()
    }
