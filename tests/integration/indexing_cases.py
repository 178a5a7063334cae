"""Cases made by plain SQL, for tests of how the record reaches the index; what a case says matters to none of them."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
import psycopg
from sqlalchemy import text

from schema.tokens import token_text
from stores.elastic import CaseIndex
from stores.outbox import backlog
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn

_AGENCY = "INSERT INTO agency (name, name_tokens) VALUES (:name, :tokens) ON CONFLICT (name) DO NOTHING"
_CASES = """
WITH office AS (SELECT id, name_tokens FROM agency WHERE name = :agency),
     parties AS (
  INSERT INTO party (type, name, name_tokens, uscc)
  SELECT 'ORGANIZATION', :party, :party_tokens, :uscc FROM generate_series(1, :count) RETURNING id
), cases AS (
  INSERT INTO penalty_case (agency_id, party_id, document_number, identity_derived, domain, sources)
  SELECT office.id, parties.id, 'test-' || parties.id, false, 'OTHER', '{PLATFORM}' FROM office, parties RETURNING id
)
INSERT INTO case_text (case_id, party, agency, facts)
SELECT cases.id, :party_tokens, office.name_tokens, :facts FROM cases, office RETURNING case_id
"""
END_EVERY_CONNECTION = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
AGENCY = "试验市生态环境局"
PARTY = "试验甲化工有限公司"


async def add_cases(
    database: Database, count: int = 1, *, agency: str = AGENCY, facts: str = "", uscc: str | None = None
) -> list[int]:
    """Insert cases of one agency, each with a party of its own; answers their ids in order."""
    async with database.begin() as connection:
        await connection.execute(text(_AGENCY), {"name": agency, "tokens": token_text(agency)})
        values = {
            "agency": agency,
            "count": count,
            "party": PARTY,
            "party_tokens": token_text(PARTY),
            "uscc": uscc,
            "facts": token_text(facts),
        }
        return sorted(await connection.scalars(text(_CASES), values))


async def execute(database: Database, statement: str, **values: Any) -> None:
    """Run one statement as the application."""
    async with database.begin() as connection:
        await connection.execute(text(statement), values)


async def fine(database: Database, case_id: int, yuan: int) -> None:
    """Change a case, by its fine."""
    await execute(database, "UPDATE penalty_case SET fine = :yuan WHERE id = :id", yuan=yuan, id=case_id)


async def delete_case(database: Database, case_id: int) -> None:
    """Delete a case."""
    await execute(database, "DELETE FROM penalty_case WHERE id = :id", id=case_id)


async def revisions(database: Database) -> dict[int, int]:
    """Every case's revision."""
    async with database.begin() as connection:
        rows = await connection.execute(text("SELECT id, revision FROM penalty_case"))
        return {row.id: row.revision for row in rows}


async def indexed(index: CaseIndex, target: str | None = None) -> dict[int, int]:
    """Every document's version."""
    await index.refresh(target)
    return {document.case_id: document.version async for document in index.scan_revisions(target)}


async def found(index: CaseIndex, query: dict[str, Any]) -> set[int]:
    """The cases a query finds, of up to a hundred."""
    answer = await index.search({"query": query, "size": 100, "_source": False})
    return {int(hit["_id"]) for hit in answer["hits"]["hits"]}


async def pending(database: Database) -> int:
    """How many rows wait in the outbox."""
    async with database.begin() as connection:
        return (await backlog(connection)).pending


async def dead(database: Database) -> dict[int, tuple[int, str]]:
    """The dead letters: case, revision and reason."""
    async with database.begin() as connection:
        rows = await connection.execute(text("SELECT case_id, revision, reason FROM dead_letter"))
        return {row.case_id: (row.revision, row.reason) for row in rows}


def as_superuser(urls: TestDatabase, statement: str) -> None:
    """Run a statement that the application may not."""
    with psycopg.connect(dsn(urls.superuser)) as connection:
        connection.execute(statement.encode())


async def ask(method: str, url: str, body: dict[str, Any] | None = None) -> None:
    """Ask Elasticsearch for what the product never asks for."""
    async with httpx.AsyncClient() as client:
        (await client.request(method, url, json=body)).raise_for_status()


async def soon(condition: Callable[[], Awaitable[bool]], seconds: float = 5.0) -> None:
    """Wait until a condition holds; a test fails that waits too long."""
    with anyio.fail_after(seconds):
        while not await condition():  # noqa: ASYNC110  servers outside this process tell no event
            await anyio.sleep(0.02)
