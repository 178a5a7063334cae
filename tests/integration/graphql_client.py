"""The real application, asked over ASGI as a client on this machine asks it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network
from typing import Any

import httpx
from starlette.types import Receive, Scope, Send

from api.app import Deployment, build_app
from api.context import Services
from stores.elastic import CaseIndex
from stores.keys import parse_key_ring
from stores.passwords import Hasher
from stores.postgres import Database
from tests.conftest import TEST_KEY
from tests.hashers import CheapHasher
from tests.integration.search_corpus import now

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Client:
    """Asks the application."""

    http: httpx.AsyncClient
    services: Services

    async def post(self, document: str, /, **variables: Any) -> httpx.Response:
        """The whole answer to an operation."""
        return await self.http.post("/graphql", json={"query": document, "variables": variables})

    async def ask(self, document: str, /, **variables: Any) -> Any:
        """The data of an operation that must succeed."""
        response = await self.post(document, **variables)
        body = response.json()
        assert response.status_code == 200, body
        assert "errors" not in body, body
        return body["data"]

    async def refused(self, document: str, /, **variables: Any) -> Json:
        """The one error of an operation that must fail, with status 200 as every answered operation has."""
        response = await self.post(document, **variables)
        body = response.json()
        assert response.status_code == 200, body
        assert len(body["errors"]) == 1, body
        error: Json = body["errors"][0]
        return error

    async def code(self, document: str, /, **variables: Any) -> str:
        """The code of the one error of an operation that must fail."""
        return str((await self.refused(document, **variables))["extensions"]["code"])


@asynccontextmanager
async def served(
    database: Database,
    index: CaseIndex | None = None,
    *,
    open_locally: bool = True,
    hasher: Hasher | None = None,
    demo: bool = False,
    clock: Callable[[], datetime] = now,
    proxies: Sequence[IPv4Network | IPv6Network] = (),
) -> AsyncIterator[Client]:
    """The application from its start to its end."""

    @asynccontextmanager
    async def deploy() -> AsyncIterator[Deployment]:
        yield Deployment(database, index, clock, parse_key_ring(TEST_KEY), hasher or CheapHasher(), demo=demo)

    app = build_app(deploy, open_locally=open_locally, proxies=proxies)
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(app=with_state, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
            yield Client(http, (state or {})["services"])


def the_error(body: Json) -> Json:
    """The extensions of the one error of an answer without data."""
    assert body["data"] is None
    (error,) = body["errors"]
    assert error["message"]
    extensions: Json = error["extensions"]
    return extensions
