"""What came through the feed's door, and what was answered: the same bytes again are answered again, and not loaded."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select

from schema.feed_tables import feed_delivery
from schema.tables import agency
from stores.postgres import DatabaseConnection

# The first of two numbers of an advisory lock; the second is the agency's.
_DELIVERY_LOCK = 20_130_809


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A file that came through the door, and what `feed load --json` prints of it with which exit status."""

    exit_status: int
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingAgency:
    """The agency a door belongs to."""

    id: int
    name: str
    uscc: str | None


async def sending_agency(connection: DatabaseConnection, agency_id: int) -> SendingAgency:
    """The agency of an id, which must be registered."""
    row = (await connection.execute(select(agency.c.name, agency.c.uscc).where(agency.c.id == agency_id))).one()
    return SendingAgency(id=agency_id, name=row.name, uscc=row.uscc)


async def lock_deliveries(connection: DatabaseConnection, agency_id: int) -> None:
    """Wait until nothing else of this agency is loaded through the door; held to the end of the transaction."""
    await connection.execute(select(func.pg_advisory_xact_lock(_DELIVERY_LOCK, agency_id % 2**31)))


async def answered_before(connection: DatabaseConnection, agency_id: int, name: str, sha256: bytes) -> Delivery | None:
    """What was answered when these bytes were the last that the agency sent under this name; else None.

    None, too, where they could not be read then: what they are may be known by now. And bytes that others have followed
    are loaded again, for those may have changed what these tell.
    """
    newest = (
        select(feed_delivery)
        .where(feed_delivery.c.agency_id == agency_id, feed_delivery.c.name == name)
        .order_by(feed_delivery.c.id.desc())
        .limit(1)
    )
    row = (await connection.execute(newest)).one_or_none()
    if row is None or row.sha256 != sha256 or row.exit_status not in {0, 1}:
        return None
    return Delivery(exit_status=row.exit_status, answer=row.answer)


async def keep_delivery(
    connection: DatabaseConnection,
    delivery: Delivery,
    *,
    agency_id: int,
    name: str,
    sha256: bytes,
    account_id: int,
    now: datetime,
) -> None:
    """Remember what was answered."""
    await connection.execute(
        insert(feed_delivery).values(
            agency_id=agency_id,
            name=name,
            sha256=sha256,
            account_id=account_id,
            delivered_at=now,
            exit_status=delivery.exit_status,
            answer=delivery.answer,
        )
    )
