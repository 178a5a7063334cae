"""`jiandu demo`: the embedded database with the sample feed, served on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from commands.rule_options import day_of
from commands.rule_run import judging_of
from commands.runtime import Runtime, now, print_json, run, with_runtime
from commands.serve import Addresses, opens_locally, serve_until_ended
from indexer.loading import LoadOptions, load_feed
from stores.errors import DatabaseError
from stores.settings import Settings

_SAMPLE = Path(__file__).resolve().parent.parent / "sample"
_HOST = "127.0.0.1"


def demo(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen at; 0: any that is free.")] = 8000,
    data: Annotated[Path | None, typer.Option(help="The folder of the embedded database.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The addresses as one JSON object.")] = False,
) -> None:
    """Load the sample into the embedded database and serve it at http://127.0.0.1:8000/graphql."""
    given: Settings = context.obj
    changes = {"database_url": None, "elasticsearch_url": None} | ({} if data is None else {"data_dir": data})
    settings = given.model_copy(update=changes)

    async def load(runtime: Runtime) -> None:
        for file in sorted(_SAMPLE.glob("*.jsonl")):
            report = await load_feed(runtime.database, runtime.keys, file, options=LoadOptions(), clock=now)
            counts = report.accounts
            if counts.rejected:
                raise DatabaseError(f"The sample {file.name} does not load: {report.errors[0]['message']}")
            typer.echo(f"{file.name}: {counts.inserted} new, {counts.rows - counts.inserted} known already", err=True)
        judged = await judging_of(runtime).run(day_of(None))
        typer.echo(f"rules: {judged.evaluated} cases judged, {judged.opened} findings opened", err=True)

    def announce(addresses: Addresses) -> None:
        if as_json:
            print_json(addresses.as_json())
            return
        needed = "no sign-in is needed" if opens_locally(settings, _HOST) else "JIANDU_AUTH=required: a token is needed"
        typer.echo(f"\nGraphQL  {addresses.graphql}   ({needed})\nHealth   {addresses.health}\nCtrl-C ends it.")

    run(lambda: with_runtime(settings, load))
    serve_until_ended(settings, host=_HOST, port=port, announce=announce)
