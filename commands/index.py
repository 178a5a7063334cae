"""`jiandu index`: keeping Elasticsearch in step with the record."""

from contextlib import suppress
from dataclasses import asdict
from typing import Annotated, Any

import anyio
import structlog
import typer

from commands.runtime import NOT_DONE, Runtime, now, print_json, run, run_until_ended, with_runtime
from indexer.rebuild import rebuild as rebuild_index
from indexer.relay import Relay, SyncReport
from indexer.verify import Comparison, compare
from stores.errors import JianduError
from stores.index_status import IndexStatus, index_status
from stores.settings import Settings

app = typer.Typer(help="Keep Elasticsearch in step with the record (检索索引).", no_args_is_help=True)

_DIFFERENT = 1
_LAST_WORDS_SECONDS = 3
_STATUS_SECONDS = 10
Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]

log = structlog.get_logger()


def _show(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    for name, value in result.items():
        typer.echo(f"{name}: {'-' if value is None else value}")


@app.command("sync")
def sync(
    context: typer.Context,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until ended.")] = False,
    as_json: Json = False,
) -> None:
    """Empty the outbox into Elasticsearch. Any number may run at once."""
    settings: Settings = context.obj

    async def once(runtime: Runtime) -> SyncReport:
        return await Relay(runtime.database, runtime.required_index(), now).drain()

    async def for_ever(runtime: Runtime) -> None:
        relay = Relay(runtime.database, runtime.required_index(), now)
        try:
            await relay.follow()
        finally:
            # Whoever ends it wants to know what it did, though not at the price of waiting for a server that is away.
            with anyio.CancelScope(shield=True), anyio.move_on_after(_LAST_WORDS_SECONDS), suppress(JianduError):
                _show(asdict(await relay.report()), as_json=as_json)

    if follow:
        run_until_ended(lambda: anyio.run(with_runtime, settings, for_ever))
    else:
        _show(asdict(run(lambda: with_runtime(settings, once))), as_json=as_json)


@app.command("rebuild")
def rebuild(context: typer.Context, as_json: Json = False) -> None:
    """Build a new index, fill it, compare it, swap it in. Searches go on meanwhile."""
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> dict[str, Any]:
        done = 0

        def progress(documents: int) -> None:
            nonlocal done
            done += documents
            if done % 50_000 < documents:
                log.info("rebuilding", documents=done)

        return asdict(await rebuild_index(runtime.database, runtime.required_index(), now, progress))

    _show(run(lambda: with_runtime(settings, work)), as_json=as_json)


@app.command("verify")
def verify(
    context: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Put right what differs.")] = False,
    as_json: Json = False,
) -> None:
    """Compare every case on both sides. Status 1 when they differ, repaired or not."""
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> Comparison:
        return await compare(runtime.database, runtime.required_index(), repair=repair)

    found = run(lambda: with_runtime(settings, work))
    _show(found.as_json(), as_json=as_json)
    if found.refused:
        typer.echo(f"jiandu: Elasticsearch refuses {found.refused} documents: they are dead letters.", err=True)
    if repair and found.repaired + found.refused < found.differences:
        typer.echo("jiandu: not everything could be put right. Run `jiandu index rebuild`.", err=True)
    if found.differences:
        raise typer.Exit(_DIFFERENT)


@app.command("status")
def status(context: typer.Context, as_json: Json = False) -> None:
    """Lag, outbox, dead letters, alias, mapping version. Status 2 when Elasticsearch told nothing."""
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> IndexStatus:
        index = runtime.required_index()
        return await index_status(runtime.database, index, now, patience_seconds=_STATUS_SECONDS)

    found = run(lambda: with_runtime(settings, work))
    _show(found.as_json(), as_json=as_json)
    if found.fault is not None:
        typer.echo(f"jiandu: {found.fault}", err=True)
        raise typer.Exit(NOT_DONE)
