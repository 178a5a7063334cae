"""`jiandu serve`: the API over HTTP."""

import ipaddress
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer
import uvicorn
from starlette.applications import Starlette

from api.app import Deployment, build_app
from commands.runtime import Terminated, now, open_runtime
from stores.settings import PREFIX, Settings, load_settings

_HOST = f"{PREFIX}SERVE_HOST"


def is_loopback(host: str) -> bool:
    """Whether a server at this address can be reached from its own machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def opens_locally(settings: Settings, host: str) -> bool:
    """Whether whoever calls is the local administrator: on the embedded database, at a loopback address, if allowed."""
    return settings.embedded and settings.auth != "required" and is_loopback(host)


def make_app(settings: Settings, host: str) -> Starlette:
    """The application, which opens its servers when it starts and closes them when it ends."""

    @asynccontextmanager
    async def deploy() -> AsyncIterator[Deployment]:
        async with open_runtime(settings, patient=False) as runtime:
            yield Deployment(runtime.database, runtime.index, now)

    return build_app(deploy, open_locally=opens_locally(settings, host))


def worker_app() -> Starlette:
    """The application of one of several worker processes, which read their settings from the environment."""
    return make_app(load_settings(), os.environ[_HOST])


def serve_until_ended(settings: Settings, *, host: str, port: int, workers: int = 1) -> None:
    """Serve until Ctrl-C or SIGTERM."""

    def end(_signal: int, _frame: object) -> None:
        raise Terminated(0)

    # uvicorn ends its own work first and then raises the signal again, for us to close the embedded database.
    signal.signal(signal.SIGTERM, end)
    try:
        if workers == 1:
            uvicorn.run(make_app(settings, host), host=host, port=port, log_level="warning", server_header=False)
            return
        for name, value in settings.as_environment().items():
            os.environ[name] = value
        os.environ[_HOST] = host
        uvicorn.run(
            "commands.serve:worker_app",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            log_level="warning",
            server_header=False,
        )
    except KeyboardInterrupt:
        return


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen at.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1,
) -> None:
    """Serve the API. Without JIANDU_DATABASE_URL on the embedded database."""
    settings: Settings = context.obj
    typer.echo(f"http://{host}:{port}/graphql (health: /livez, /readyz)", err=True)
    if not opens_locally(settings, host):
        typer.echo("Every request needs a token here; none can be issued yet, so only health answers.", err=True)
    serve_until_ended(settings, host=host, port=port, workers=workers)
