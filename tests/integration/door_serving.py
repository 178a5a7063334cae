"""The real application with its door, called by agencies' machines."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from pydantic import SecretStr
from starlette.types import Receive, Scope, Send

from api.app import Deployment, build_app
from api.feed_door import FeedDoor
from commands.feed_receiving import open_feed_door
from commands.runtime import Runtime, now
from schema.access_vocabularies import Role
from stores.accounts import add_account
from stores.keys import parse_key_ring
from stores.machine_keys import issue_key
from stores.postgres import Database
from stores.settings import Settings
from tests.conftest import TEST_KEY, TestDatabase, dsn
from tests.hashers import CheapHasher


def door_settings(urls: TestDatabase, spool: Path, **given: Any) -> Settings:
    return Settings(
        database_url=SecretStr(dsn(urls.application)), data_key=SecretStr(TEST_KEY), spool_dir=spool, **given
    )


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine of an agency, with a key of its own."""

    account_id: int
    agency_id: int
    key: str


async def machine_of(database: Database, agency_id: int, login: str) -> Machine:
    """A machine of an agency."""
    at = now()
    async with database.begin() as connection:
        made = await add_account(connection, login=login, name=login, roles=[Role.MACHINE], agency_id=agency_id, now=at)
        key = await issue_key(connection, made.id, expires_at=at + timedelta(days=1), now=at)
    return Machine(made.id, agency_id, key)


@dataclass(frozen=True, slots=True)
class Sender:
    """A machine that sends files."""

    http: httpx.AsyncClient
    agency: str

    def address(self, name: str) -> str:
        return f"/feeds/{quote(self.agency, safe='')}/{quote(name, safe='')}"

    async def put(self, content: Any, name: str = "cases.jsonl", **headers: str) -> httpx.Response:
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        return await self.http.put(self.address(name), content=content, headers=given)

    async def part(self, content: bytes, start: int, end: int, name: str = "cases.jsonl") -> httpx.Response:
        return await self.put(content[start:end], name, Content_Range=f"bytes {start}-{end - 1}/{len(content)}")

    async def offset(self, name: str = "cases.jsonl") -> int:
        return int((await self.http.head(self.address(name))).headers["Upload-Offset"])


@asynccontextmanager
async def opened_door(
    database: Database, settings: Settings, key: str | None, agency: str, **door_fields: Any
) -> AsyncIterator[Sender]:
    """The application from its start to its end, called with a key or with none."""

    @asynccontextmanager
    async def deploy() -> AsyncIterator[Deployment]:
        async with open_feed_door(Runtime(settings, database, None)) as door:
            opened: FeedDoor = replace(door, **door_fields)
            yield Deployment(database, None, now, parse_key_ring(TEST_KEY), CheapHasher(), door=opened)

    app = build_app(deploy, open_locally=True)
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(app=with_state, raise_app_exceptions=True)
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8000", timeout=60, headers=headers
        ) as http:
            yield Sender(http, agency)
