"""What a procuratorate sets for an agency in place of a number without a verified national source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.anomaly_tables import agency_setting
from schema.tables import agency, penalty_case


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSetting:
    """A setting as it is kept; `value` is in the unit of the value of the law with this code."""

    agency: str
    code: str
    value: Decimal
    reason: str
    set_at: datetime


async def list_settings(connection: AsyncConnection) -> Sequence[KeptSetting]:
    """All settings, by agency and code."""
    statement = (
        select(
            agency.c.name.label("agency"),
            agency_setting.c.code,
            agency_setting.c.value,
            agency_setting.c.reason,
            agency_setting.c.set_at,
        )
        .join(agency, agency.c.id == agency_setting.c.agency_id)
        .order_by(agency.c.name, agency_setting.c.code)
    )
    return [KeptSetting(**row._asdict()) for row in await connection.execute(statement)]


async def keep_setting(
    connection: AsyncConnection, agency_id: int, code: str, value: Decimal, *, reason: str, now: datetime
) -> None:
    """Set a value for an agency; the one before goes into the history."""
    told = {"value": value, "reason": reason, "set_at": now}
    statement = insert(agency_setting).values(agency_id=agency_id, code=code, **told)
    await connection.execute(statement.on_conflict_do_update(index_elements=["agency_id", "code"], set_=told))


async def drop_setting(connection: AsyncConnection, agency_id: int, code: str) -> bool:
    """Take a setting back, so that the default holds again; whether there was one."""
    statement = delete(agency_setting).where(agency_setting.c.agency_id == agency_id, agency_setting.c.code == code)
    return (await connection.execute(statement)).rowcount > 0


async def count_cases_of_agency(connection: AsyncConnection, agency_id: int) -> int:
    """How many cases a setting of an agency concerns."""
    statement = select(func.count()).select_from(penalty_case).where(penalty_case.c.agency_id == agency_id)
    return await connection.scalar(statement) or 0
