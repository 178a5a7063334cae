"""Cases that changed and may join campaigns: the queue that triggers fill, worked off in batches."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.campaign_tables import campaign_queue


async def cases_wait(connection: AsyncConnection) -> bool:
    """Whether any case waits."""
    return await connection.scalar(select(campaign_queue.c.id).limit(1)) is not None


async def claim_waiting_cases(connection: AsyncConnection, most: int) -> Sequence[int]:
    """Take cases from the queue, each once; they wait again where this transaction fails."""
    oldest = select(campaign_queue.c.id).order_by(campaign_queue.c.id).limit(most)
    taken = await connection.scalars(
        delete(campaign_queue).where(campaign_queue.c.id.in_(oldest)).returning(campaign_queue.c.case_id)
    )
    return sorted(set(taken))
