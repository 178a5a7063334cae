"""A campaign's selection: how it is kept, and the cases that it selects, in PostgreSQL whichever engine searches."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import func, literal
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger, DateTime

from schema.access_records import Scope
from schema.campaign_records import Campaign
from schema.campaign_tables import campaign_case
from schema.tables import penalty_case
from schema.vocabularies import CaseSort
from stores.search.parser import parse_query
from stores.search.postgres_engine import matching
from stores.search.seam import CaseFilter, SearchRequest

_FILTER: Final = TypeAdapter(CaseFilter)


def written_filter(wanted: CaseFilter) -> Mapping[str, Any]:
    """A filter as a campaign keeps it: what it asks for, by its names in the seam."""
    written: Mapping[str, Any] = _FILTER.dump_python(wanted, mode="json", exclude_defaults=True)
    return written


def read_kept_filter(kept: Mapping[str, Any]) -> CaseFilter:
    """The filter that a campaign keeps. Raises ValidationError for what `written_filter` never wrote."""
    return _FILTER.validate_python(dict(kept))


async def join_selected(
    connection: AsyncConnection,
    campaign: Campaign,
    scope: Scope,
    *,
    now: datetime,
    only: Sequence[int] | None = None,
) -> int:
    """Let every case join that a campaign selects now in its scope, or those `only`; answers how many joined.

    One statement; what joined before stays as it is. The connection must see the cases of the whole scope.
    """
    request = SearchRequest(
        scope=scope,
        query=parse_query(campaign.query),
        filter=read_kept_filter(campaign.filter),
        sort=CaseSort.DECIDED_NEWEST,
        first=0,
        after=None,
        count=False,
        facets=frozenset(),
    )
    selected = matching(
        request, literal(campaign.id, BigInteger), penalty_case.c.id, literal(now, DateTime(timezone=True))
    )
    if only is not None:
        selected = selected.where(penalty_case.c.id == func.any(list(only)))
    statement = (
        insert(campaign_case)
        .from_select(["campaign_id", "case_id", "joined_at"], selected.order_by(penalty_case.c.id))
        .on_conflict_do_nothing(index_elements=["campaign_id", "case_id"])
    )
    # Of an INSERT the count is thrown away, unless it is asked for.
    result = await connection.execute(statement, execution_options={"preserve_rowcount": True})
    return result.rowcount
