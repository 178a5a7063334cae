"""`jiandu feed`: loading what agencies send."""

from pathlib import Path
from typing import Annotated

import typer

from commands.feed_errors import errors
from commands.feed_forms import known_layouts, show_layouts, write_template
from commands.feed_loading import DONE, changed, load_and_tell, make_searchable, print_refusal, status_of
from commands.feed_names import names, rename
from commands.feed_waiting import waiting
from commands.feed_watch import watch
from commands.runtime import NOT_DONE, Runtime, run, with_runtime
from indexer.load_reports import named
from indexer.loading import LoadOptions
from stores.errors import JianduError
from stores.settings import Settings

app = typer.Typer(help="Load what agencies send (数据导入).", no_args_is_help=True)
app.command("watch")(watch)
app.command("waiting")(waiting)
app.command("errors")(errors)
app.command("names")(names)
app.command("rename")(rename)
app.command("template")(write_template)
app.command("layouts")(show_layouts)


@app.command("load")
def load(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(help="CSV, XLSX or JSON Lines, as `feed template` writes them; also .gz, and a .zip of them."),
    ],
    agency: Annotated[str | None, typer.Option(help="The sender, for rows that name no agency.")] = None,
    register_agencies: Annotated[
        bool, typer.Option("--register-agencies", help="Register agencies not known yet.")
    ] = False,
    layout: Annotated[
        list[Path] | None, typer.Option(help="A YAML file that describes a layout of the agency's own.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count everything, store nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file (or member).")] = False,
) -> None:
    """Load feed files. Status: 0 all rows accepted, 1 some rejected, 2 a file could not be read."""
    settings: Settings = context.obj
    options = LoadOptions(
        agency=agency,
        register_agencies=register_agencies,
        dry_run=dry_run,
        layouts=known_layouts(settings, layout or []),
    )

    async def work(runtime: Runtime) -> int:
        status, has_changed = DONE, False
        for file in files:
            try:
                results = await load_and_tell(runtime, file, options, command="feed load", as_json=as_json)
            except JianduError as error:
                print_refusal(named(str(file), None), error, as_json=as_json)
                status = NOT_DONE
                continue
            status = max(status, status_of(results))
            has_changed = has_changed or changed(results)
        if has_changed and not dry_run:
            await make_searchable(runtime)
        return status

    raise typer.Exit(run(lambda: with_runtime(settings, work)))
