"""The real application with its door, called by machines whose keys have been looked at already."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from pydantic import SecretStr
from sqlalchemy import insert
from starlette.types import Receive, Scope, Send

from api.app import Deployment, build_app
from api.feed_door import FeedDoor
from commands.feed_receiving import open_feed_door
from commands.runtime import Runtime, now
from schema.access_records import Account, Viewer
from schema.access_records import Scope as AccessScope
from schema.access_vocabularies import Role
from schema.account_tables import account
from stores.postgres import Database
from stores.settings import Settings
from supervision.access import permissions_of
from tests.conftest import TEST_KEY, TestDatabase, dsn

VIEWER = "viewer"


def door_settings(urls: TestDatabase, spool: Path, **given: Any) -> Settings:
    return Settings(
        database_url=SecretStr(dsn(urls.application)), data_key=SecretStr(TEST_KEY), spool_dir=spool, **given
    )


async def machine_of(database: Database, agency_id: int, login: str, *roles: Role) -> Viewer:
    """A machine of an agency, or a person in other roles of it."""
    acting = roles or (Role.MACHINE,)
    async with database.begin() as connection:
        account_id = await connection.scalar(
            insert(account)
            .values(login=login, name=login, roles=list(acting), agency_id=agency_id)
            .returning(account.c.id)
        )
    assert account_id is not None
    known = Account(
        id=account_id,
        login=login,
        name=login,
        roles=acting,
        procuratorate_id=None,
        department=None,
        agency_id=agency_id,
        disabled_at=None,
    )
    return Viewer(
        account=known,
        permissions=permissions_of(acting),
        scope=AccessScope(),
        session_id=None,
        purpose="",
        address="127.0.0.1",
    )


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
    database: Database, settings: Settings, viewer: Viewer | None, agency: str, **door_fields: Any
) -> AsyncIterator[Sender]:
    """The application from its start to its end, called as one viewer."""

    @asynccontextmanager
    async def deploy() -> AsyncIterator[Deployment]:
        async with open_feed_door(Runtime(settings, database, None)) as door:
            opened: FeedDoor = replace(door, **door_fields)
            yield Deployment(database, None, now, opened)

    app = build_app(deploy, open_locally=True)
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            known = {} if viewer is None else {VIEWER: viewer}
            await app({**scope, "state": {**(state or {}), **known}}, receive, send)

        transport = httpx.ASGITransport(app=with_state, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=60) as http:
            yield Sender(http, agency)
