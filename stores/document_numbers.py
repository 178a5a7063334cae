"""Numbers of documents (文号): each once, and none left out, for every procuratorate, series and year."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_NEXT: Final = """
INSERT INTO document_counter AS counter (procuratorate_id, series, year, last)
VALUES (CAST(:procuratorate AS bigint), :series, :year, 1)
ON CONFLICT (coalesce(procuratorate_id, 0), series, year) DO UPDATE SET last = counter.last + 1
RETURNING last
"""


async def next_number(connection: AsyncConnection, procuratorate_id: int | None, series: str, year: int) -> int:
    """The next number of a series in a year, from 1.

    Whoever asks next waits for the end of this transaction: the number of one that is undone is given again.
    """
    result = await connection.execute(text(_NEXT), {"procuratorate": procuratorate_id, "series": series, "year": year})
    return int(result.scalar_one())
