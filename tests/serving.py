"""The real ASGI application over a test's servers, and a client to call it with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.types import Receive, Scope, Send

from api.app import Deployment, build_app

ADDRESS = "http://127.0.0.1:8000"


@asynccontextmanager
async def serving(deployment: Deployment, *, open_locally: bool = True) -> AsyncIterator[httpx.AsyncClient]:
    """Start the application, as a server does, and answer a client that calls it from this machine."""

    @asynccontextmanager
    async def deploy() -> AsyncIterator[Deployment]:
        yield deployment

    app = build_app(deploy, open_locally=open_locally)
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            scope["state"] = dict(state or {})
            await app(scope, receive, send)

        transport = httpx.ASGITransport(app=with_state, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            yield client
