"""Lets cases join the campaigns that select them now, whenever something of a case changed.

Each batch is one transaction: killed at any moment, it leaves nothing half done, and the next one goes on with what is
left. What is done twice changes nothing.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from stores.accounts import standings_of
from stores.campaign_joining import cases_wait, claim_waiting_cases
from stores.campaign_selections import join_selected
from stores.campaigns import one_at_a_time, open_campaigns
from stores.postgres import Database, DatabaseConnection
from stores.rows import procuratorates_by_id
from supervision.campaign import scope_of_campaign

BATCH: Final = 2_000
"""Cases matched in one transaction."""


async def join_campaigns(database: Database, clock: Callable[[], datetime]) -> int:
    """Work the queue off until it is empty; answers how many cases joined a campaign."""
    joined = 0
    while True:
        async with database.begin() as connection:
            if not await cases_wait(connection):
                return joined
            joined += await _join_batch(connection, clock())


async def _join_batch(connection: DatabaseConnection, now: datetime) -> int:
    await one_at_a_time(connection)
    case_ids = await claim_waiting_cases(connection, BATCH)
    campaigns = await open_campaigns(connection)
    homes = [each.procuratorate_id for each in campaigns if each.procuratorate_id is not None]
    procuratorates = await procuratorates_by_id(connection, homes)
    standings = await standings_of(connection, homes)
    joined = 0
    for campaign in campaigns:
        home = campaign.procuratorate_id
        scope = (
            scope_of_campaign(None, ())
            if home is None
            else scope_of_campaign(procuratorates[home], standings[home].subordinates)
        )
        joined += await join_selected(connection, campaign, scope, now=now, only=case_ids)
    return joined
