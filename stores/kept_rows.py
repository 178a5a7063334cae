"""Rows as they were sent, found again by their run and their ordinal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from stores.postgres import DatabaseConnection

_FROM = """
FROM unnest(CAST(:runs AS text[]), CAST(:ordinals AS integer[])) AS wanted (run, ordinal)
JOIN feed_run r ON r.run = wanted.run
JOIN feed_row f ON f.run_id = r.id AND f.ordinal = wanted.ordinal
"""
# A run that was loaded for an agency may hold rows of others; what its own machine sent, it knows.
_SENT_BY = "JOIN account a ON a.id = r.loaded_by AND a.agency_id = r.agency_id AND a.agency_id = :agency_id"
_SIZES = f"SELECT r.run, f.ordinal, octet_length(f.raw) AS size {_FROM}"
_ROWS = f"SELECT r.run, f.ordinal, f.key_id, f.raw, r.form - 'tables' AS form {_FROM}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFeedRow:
    """A row as it is kept, encrypted. `form` is that of its feed without the tables; None where none was kept."""

    run: str
    ordinal: int
    key_id: str
    raw: bytes
    form: dict[str, Any] | None


async def kept_sizes(
    connection: DatabaseConnection, rows: Sequence[tuple[str, int]], *, sent_by: int | None
) -> dict[tuple[str, int], int]:
    """The bytes of the rows there are of these, each a run's name and an ordinal.

    With `sent_by` of those alone that this agency's own accounts sent.
    """
    statement = _SIZES if sent_by is None else f"{_SIZES} {_SENT_BY}"
    parameters = _parameters(rows) | ({} if sent_by is None else {"agency_id": sent_by})
    found = await connection.execute(text(statement), parameters)
    return {(row.run, row.ordinal): row.size for row in found}


async def kept_feed_rows(connection: DatabaseConnection, rows: Sequence[tuple[str, int]]) -> list[KeptFeedRow]:
    """The rows there are of these."""
    found = await connection.execute(text(_ROWS), _parameters(rows))
    return [KeptFeedRow(**row) for row in found.mappings()]


def _parameters(rows: Sequence[tuple[str, int]]) -> dict[str, Any]:
    return {"runs": [run for run, _ in rows], "ordinals": [ordinal for _, ordinal in rows]}
