"""`jiandu serve`: the API over HTTP."""

import gc
import ipaddress
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

import typer
import uvicorn
from starlette.applications import Starlette
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from api.app import Deployment, build_app
from api.sockets import MAX_MESSAGE_BYTES
from commands.feed_receiving import open_feed_door
from commands.runtime import NOT_DONE, Runtime, now, open_runtime, print_json, run, run_until_ended, with_runtime
from commands.sealing import sealing
from stores.errors import SettingsError
from stores.settings import PREFIX, Settings, load_settings

_HOST = f"{PREFIX}SERVE_HOST"
_BACKLOG = 2_048
# A request that takes longer is not waited for when the server ends.
_GRACE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a server answers."""

    graphql: str
    health: str

    def as_json(self) -> dict[str, str]:
        """The addresses for scripts, which may have let the system choose the port."""
        return {"graphql": self.graphql, "health": self.health}


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


def make_app(settings: Settings, host: str, *, demo: bool = False) -> Starlette:
    """The application, which opens its servers when it starts and closes them when it ends.

    `demo` lets the demo's accounts in.
    """

    @asynccontextmanager
    async def deploy() -> AsyncIterator[Deployment]:
        async with (
            open_runtime(settings, patient=False) as runtime,
            open_feed_door(runtime) as door,
            sealing(runtime.database, runtime.keys),
        ):
            _keep_what_stays()
            yield Deployment(runtime.database, runtime.index, now, runtime.keys, demo=demo, door=door)

    return build_app(deploy, open_locally=opens_locally(settings, host), proxies=settings.proxies)


def _keep_what_stays() -> None:
    """Spare the garbage collector what was made by now, which is never garbage.

    Looking through all of it took a sixth of a second, in one request of some forty.
    """
    gc.collect()
    gc.freeze()


def worker_app() -> Starlette:
    """The application of one of several worker processes, which read their settings from the environment."""
    return make_app(load_settings(), os.environ[_HOST])


async def _nothing(_runtime: Runtime) -> None:
    """What has to be right for a server to start is right once its servers are open."""


def _listen(host: str, port: int) -> socket.socket:
    """Listen before anything is said of an address. Raises SettingsError."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise SettingsError(f"Nothing can listen at {host}, port {port}: {error.strerror}. Try --port.") from error


def _addresses(host: str, listening: socket.socket) -> Addresses:
    origin = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
    return Addresses(f"{origin}/graphql", f"{origin}/readyz")


def server_config(app: Starlette | str, *, workers: int = 1) -> uvicorn.Config:
    """How the application, or the name of what makes it, is served."""
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=workers,
        log_level="warning",
        server_header=False,
        # Who may say for whom it calls is a setting of ours.
        proxy_headers=False,
        ws="websockets-sansio",
        # A subscription is short. Compressed, it would cost more memory than it holds.
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def serve_until_ended(
    settings: Settings,
    *,
    host: str,
    port: int,
    workers: int = 1,
    demo: bool = False,
    announce: Callable[[Addresses], None],
) -> None:
    """Serve until Ctrl-C or SIGTERM. The embedded database ends with the process, when no other one uses it."""
    run(lambda: with_runtime(settings, _nothing))
    with _listen(host, port) as listening:
        announce(_addresses(host, listening))
        for name, value in settings.as_environment().items() if workers > 1 else ():
            os.environ[name] = value
        os.environ[_HOST] = host
        app = make_app(settings, host, demo=demo) if workers == 1 else "commands.serve:worker_app"
        config = server_config(app, workers=workers)
        failed = _run_server(config, listening) if workers == 1 else _run_workers(config, listening)
    if failed:
        raise typer.Exit(NOT_DONE)


def _run_server(config: uvicorn.Config, listening: socket.socket) -> bool:
    server = uvicorn.Server(config)
    run_until_ended(lambda: server.run(sockets=[listening]))
    return not server.started


def _run_workers(config: uvicorn.Config, listening: socket.socket) -> bool:
    supervisors: list[Multiprocess] = []

    def supervise() -> None:
        # It hears signals from the moment it is made.
        supervisors.append(Multiprocess(config, sockets=[listening]))
        # To it a hang-up means new workers, to us that the terminal was closed.
        signal.signal(signal.SIGHUP, lambda _signal, _frame: signal.raise_signal(signal.SIGTERM))
        supervisors[0].run()

    run_until_ended(supervise)
    return any(worker.exitcode == STARTUP_FAILURE for supervisor in supervisors for worker in supervisor.processes)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen at; 0: any that is free.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="The addresses as one JSON object.")] = False,
) -> None:
    """Serve the API. Without JIANDU_DATABASE_URL on the embedded database."""
    settings: Settings = context.obj

    def announce(addresses: Addresses) -> None:
        if as_json:
            print_json(addresses.as_json())
        else:
            typer.echo(f"GraphQL  {addresses.graphql}\nHealth   {addresses.health}\nCtrl-C ends it.")
        if not opens_locally(settings, host):
            typer.echo(
                "Every request needs a token here: `jiandu user add` makes an account, `jiandu token issue` a key "
                "for a machine, POST /sign-in gives the token.",
                err=True,
            )

    serve_until_ended(settings, host=host, port=port, workers=workers, announce=announce)
