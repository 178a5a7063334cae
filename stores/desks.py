"""The desks of procuratorates: who heads one, and who sits there."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Account, Desk
from schema.access_vocabularies import Role
from stores.accounts import account_of

# Procuratorates lie four deep; whoever made a ring of them by mistake is not followed for ever.
_HEAD: Final = """
WITH RECURSIVE above(id, height) AS (
  SELECT CAST(:procuratorate AS bigint), 0
   UNION ALL
  SELECT p.parent_id, above.height + 1
    FROM above JOIN procuratorate p ON p.id = above.id
   WHERE p.parent_id IS NOT NULL AND above.height < 10
)
SELECT a.id, a.login, a.name, a.roles, a.procuratorate_id, a.department, a.agency_id, a.disabled_at
  FROM above JOIN account a ON a.procuratorate_id = above.id
 CROSS JOIN LATERAL (SELECT a.department = :department AND a.roles @> ARRAY[:head] AS holds) heads
 WHERE a.disabled_at IS NULL AND (heads.holds OR a.roles @> ARRAY[:chief])
 ORDER BY above.height, heads.holds DESC NULLS LAST, a.id
 LIMIT 1
"""


async def head_of_desk(connection: AsyncConnection, desk: Desk) -> Account | None:
    """Who answers for a desk: its head, else the chief of its procuratorate, else the same of the one above it."""
    result = await connection.execute(
        text(_HEAD),
        {
            "procuratorate": desk.procuratorate_id,
            "department": desk.department.value,
            "head": Role.DEPARTMENT_HEAD.value,
            "chief": Role.CHIEF.value,
        },
    )
    row = result.mappings().one_or_none()
    return None if row is None else account_of(row)
