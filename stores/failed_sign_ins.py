"""What was tried in vain: logins and keys are locked, addresses are slowed down, whether there are such ones or not.

An attempt is counted before it is judged, and taken back when it was right, so that attempts at the same time count as
much as one after another.
"""

import math
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

FAILURES_TO_LOCK: Final = 5
FIRST_LOCK: Final = timedelta(minutes=15)
LONGEST_LOCK: Final = timedelta(days=1)
FAILURES_OF_AN_ADDRESS: Final = 30
WINDOW_OF_AN_ADDRESS: Final = timedelta(minutes=15)

_FORGOTTEN_AFTER: Final = timedelta(days=1)
_NETWORK_OF_ONE_CALLER: Final = 64


def login_subject(login: str) -> str:
    """What attempts at a login count for."""
    return f"login:{login}"


def address_subject(address: str) -> str:
    """What attempts from an address count for; of IPv6 the network, of which each caller has a whole one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "address:?"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        # ::ffff:192.0.2.1, of which one network is the whole of IPv4.
        return f"address:{parsed.ipv4_mapped}"
    if isinstance(parsed, IPv6Address):
        return f"address:{ip_network((parsed, _NETWORK_OF_ONE_CALLER), strict=False)}"
    return f"address:{parsed}"


async def count_for_subject(connection: AsyncConnection, subject: str, now: datetime) -> bool:
    """Count an attempt at a login or a key; False, and nothing counted, where it is locked.

    The fifth failure locks for a quarter of an hour, each further one for twice as long, up to a day. A day after the
    last lock, or after the first failure where there was no lock, what was is forgotten.
    """
    parameters = {
        "subject": subject,
        "now": now,
        "stale": now - _FORGOTTEN_AFTER,
        "allowed": FAILURES_TO_LOCK,
        "first": FIRST_LOCK,
        "longest": LONGEST_LOCK,
    }
    return (await connection.execute(text(_COUNT_SUBJECT), parameters)).one_or_none() is not None


# 2 ** 7 quarters of an hour are more than a day: the exponent needs to grow no further.
_COUNT_SUBJECT: Final = """
INSERT INTO failed_sign_in AS f (subject, failures, first_failed_at) VALUES (:subject, 1, :now)
ON CONFLICT (subject) DO UPDATE SET
  failures = CASE WHEN coalesce(f.locked_until, f.first_failed_at) <= :stale THEN 1 ELSE f.failures + 1 END,
  first_failed_at = CASE WHEN coalesce(f.locked_until, f.first_failed_at) <= :stale THEN :now
                         ELSE f.first_failed_at END,
  locked_until = CASE WHEN coalesce(f.locked_until, f.first_failed_at) > :stale AND f.failures + 1 >= :allowed
    THEN CAST(:now AS timestamptz)
       + least(CAST(:first AS interval) * 2 ^ least(f.failures + 1 - :allowed, 7), CAST(:longest AS interval))
  END
 WHERE f.locked_until IS NULL OR f.locked_until <= :now
RETURNING 1
"""


async def wait_for_turn(connection: AsyncConnection, subject: str) -> None:
    """Let attempts at a subject be judged one after another, each until its transaction ends.

    For what is counted after it was judged, because most attempts are right and a right one should write nothing.
    """
    await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 0))"), {"subject": subject})


async def count_for_address(connection: AsyncConnection, subject: str, now: datetime) -> int | None:
    """Count an attempt from an address; where it tried too often, how many seconds it has to wait, and nothing counted.

    Thirty failures within a quarter of an hour are too many.
    """
    parameters = {
        "subject": subject,
        "now": now,
        "stale": now - WINDOW_OF_AN_ADDRESS,
        "allowed": FAILURES_OF_AN_ADDRESS,
        "lock": WINDOW_OF_AN_ADDRESS,
    }
    if (await connection.execute(text(_COUNT_ADDRESS), parameters)).one_or_none() is not None:
        return None
    return await seconds_locked(connection, subject, now) or 1


_COUNT_ADDRESS: Final = """
INSERT INTO failed_sign_in AS f (subject, failures, first_failed_at) VALUES (:subject, 1, :now)
ON CONFLICT (subject) DO UPDATE SET
  failures = CASE WHEN f.first_failed_at <= :stale THEN 1 ELSE f.failures + 1 END,
  first_failed_at = CASE WHEN f.first_failed_at <= :stale THEN :now ELSE f.first_failed_at END,
  locked_until = CASE WHEN f.first_failed_at > :stale AND f.failures + 1 >= :allowed
    THEN CAST(:now AS timestamptz) + CAST(:lock AS interval) END
 WHERE f.locked_until IS NULL OR f.locked_until <= :now
RETURNING 1
"""


async def seconds_locked(connection: AsyncConnection, subject: str, now: datetime) -> int | None:
    """For how many more seconds a subject is locked; None where it is not."""
    until: datetime | None = await connection.scalar(
        text("SELECT locked_until FROM failed_sign_in WHERE subject = :subject AND locked_until > :now"),
        {"subject": subject, "now": now},
    )
    return None if until is None else math.ceil((until - now).total_seconds())


async def take_back(connection: AsyncConnection, *, subject: str, address: str, now: datetime) -> None:
    """An attempt was right: what the login or key failed before is forgotten, and the address did not fail this once.

    What is forgotten of others goes with it, so that the table holds a few days.
    """
    # The address first, as when an attempt is counted: two that wait for each other would wait for ever.
    await connection.execute(
        text("DELETE FROM failed_sign_in WHERE subject = :address AND failures = 1"), {"address": address}
    )
    await connection.execute(text(_ONE_LESS), {"address": address, "allowed": FAILURES_OF_AN_ADDRESS})
    await connection.execute(text("DELETE FROM failed_sign_in WHERE subject = :subject"), {"subject": subject})
    await connection.execute(text(_FORGET), {"stale": now - _FORGOTTEN_AFTER})


async def unlock(connection: AsyncConnection, subject: str) -> None:
    """Forget what a login or key failed: whoever keeps the accounts has seen to it."""
    await connection.execute(text("DELETE FROM failed_sign_in WHERE subject = :subject"), {"subject": subject})


_ONE_LESS: Final = """
UPDATE failed_sign_in SET failures = failures - 1,
       locked_until = CASE WHEN failures - 1 >= :allowed THEN locked_until END
 WHERE subject = :address AND failures > 1
"""
_FORGET: Final = """
DELETE FROM failed_sign_in WHERE subject IN (
  SELECT subject FROM failed_sign_in WHERE coalesce(locked_until, first_failed_at) <= :stale FOR UPDATE SKIP LOCKED
)
"""
