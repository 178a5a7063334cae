"""PostgreSQL's side of the seam: the page in one statement, counts and facets in another where they are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.anomaly_tables import anomaly
from schema.tables import agency, case_text, case_text_covered, party, penalty_case
from schema.vocabularies import CaseSort, Facet, SearchEngineName
from stores.postgres import Database
from stores.search.postgres_query import (
    behind,
    compile_filter,
    compile_score,
    compile_tree,
    finding_conditions,
    order_by,
    order_key,
    texts_of,
)
from stores.search.seam import FacetCount, Position, SearchAnswer, SearchRequest, most_frequent

_FACET_COLUMNS: Mapping[Facet, ColumnElement[Any]] = {
    Facet.DOMAINS: penalty_case.c.domain,
    Facet.AGENCIES: penalty_case.c.agency_id,
    Facet.REGIONS: agency.c.region,
    Facet.YEARS: func.to_char(penalty_case.c.decided_on, "YYYY"),
}
_FINDING_FACETS: Mapping[Facet, ColumnElement[Any]] = {
    Facet.ANOMALIES: anomaly.c.kind,
    Facet.RULES: anomaly.c.rule,
    Facet.CERTAINTIES: anomaly.c.certainty,
}


@dataclass(frozen=True, slots=True)
class PostgresEngine:
    """Searches the record itself."""

    database: Database

    async def search(self, request: SearchRequest) -> SearchAnswer:
        """One statement for the page, one more for the count and the facets together."""
        async with self.database.acting(request.scope).begin() as connection:
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


def matching(request: SearchRequest, *columns: ColumnElement[Any]) -> Select[Any]:
    """The cases that match, in no order, with only the tables that are needed to tell."""
    source: Any = penalty_case.join(agency, agency.c.id == penalty_case.c.agency_id)
    if request.filter.party_uscc is not None:
        source = source.join(party, party.c.id == penalty_case.c.party_id)
    conditions = compile_filter(request.filter, request.scope)
    if request.query.tree is not None:
        source = source.join(case_text, case_text.c.case_id == penalty_case.c.id)
        if not request.scope.names:
            source = source.outerjoin(case_text_covered, case_text_covered.c.case_id == case_text.c.case_id)
        conditions.append(compile_tree(request.query.tree, texts_of(request.scope)))
    return select(*columns).select_from(source).where(*conditions)


def page_statement(request: SearchRequest) -> Select[Any]:
    """Rows of (id, key, score) in order; one more than asked for."""
    score: ColumnElement[Any] | None = None
    if request.sort is CaseSort.RELEVANCE and request.query.tree is not None:
        score = compile_score(request.query.tree, texts_of(request.scope))
    statement = matching(
        request,
        penalty_case.c.id,
        order_key(request.sort).label("key"),
        (literal(None) if score is None else score).label("score"),
    )
    if request.after is not None:
        statement = statement.where(behind(request.after, score))
    return statement.order_by(*order_by(request.sort, score)).limit(request.first + 1)


def count_statement(request: SearchRequest) -> Select[Any] | CompoundSelect[Any]:
    """One row of the count; with facets rows of (facet, value, count), the count's facet being null.

    What every case has one value of is counted in one pass over the hits, what findings say in another.
    """
    if not request.facets:
        return matching(request, func.count())
    asked = sorted(request.facets & _FACET_COLUMNS.keys())
    matched = matching(request, penalty_case.c.id, *(_FACET_COLUMNS[facet].label(facet.value) for facet in asked)).cte(
        "matched"
    )
    counts = _counted({facet: matched.c[facet.value] for facet in asked}, func.count(), tuple_())
    shown = request.facets - request.hidden_facets
    of_findings = {facet: column for facet, column in _FINDING_FACETS.items() if facet in shown}
    if not of_findings:
        return counts.select_from(matched)
    findings = matched.join(anomaly, and_(anomaly.c.case_id == matched.c.id, *finding_conditions(request.filter)))
    cases = func.count(matched.c.id.distinct())
    return union_all(counts.select_from(matched), _counted(of_findings, cases).select_from(findings))


def _counted(keys: Mapping[Facet, ColumnElement[Any]], count: ColumnElement[int], *sets: Any) -> Select[Any]:
    """Rows of (facet, value, count), a grouping set each; in a row of one set the other facets' values are null."""
    facet = case(*((func.grouping(key) == 0, facet.value) for facet, key in keys.items())) if keys else null()
    value = func.coalesce(*(cast(key, Text) for key in keys.values())) if keys else null()
    columns: list[ColumnElement[Any]] = [cast(facet, Text).label("facet"), cast(value, Text).label("value"), count]
    return select(*columns).group_by(func.grouping_sets(*sets, *keys.values()))


async def _count(
    connection: AsyncConnection, request: SearchRequest
) -> tuple[int, Mapping[Facet, Sequence[FacetCount]]]:
    rows = (await connection.execute(count_statement(request))).all()
    if not request.facets:
        return rows[0][0], {}
    total = 0
    counts: dict[Facet, list[FacetCount]] = {facet: [] for facet in sorted(request.facets)}
    for facet, value, count in rows:
        if facet is None:
            total = count
        elif value is not None:
            counts[Facet(facet)].append(FacetCount(value, count))
    return total, {facet: most_frequent(facet, found) for facet, found in counts.items()}
