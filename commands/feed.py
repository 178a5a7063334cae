"""`jiandu feed`: loading what agencies send."""

from pathlib import Path
from typing import Annotated

import structlog
import typer

from commands.feed_errors import errors
from commands.feed_forms import known_layouts, show_layouts, write_template
from commands.feed_progress import shown_progress
from commands.feed_waiting import waiting
from commands.runtime import NOT_DONE, Runtime, now, print_json, printable, run, with_runtime
from indexer.faults import FAULTS
from indexer.file_loading import load_file
from indexer.load_reports import LoadReport, Refusal, named
from indexer.loading import LoadOptions
from indexer.relay import Relay
from stores.errors import JianduError
from stores.settings import Settings

app = typer.Typer(help="Load what agencies send (数据导入).", no_args_is_help=True)
app.command("waiting")(waiting)
app.command("errors")(errors)
app.command("template")(write_template)
app.command("layouts")(show_layouts)

_REJECTED = 1

log = structlog.get_logger()


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
        status, changes = 0, 0
        keys = runtime.keys
        for file in files:
            try:
                with shown_progress(file) as progress:
                    results = load_file(runtime.database, keys, file, options=options, clock=now, progress=progress)
                    async for result in results:
                        _print_result(result, as_json=as_json)
                        if isinstance(result, Refusal):
                            status = NOT_DONE
                            continue
                        changes += result.accounts.inserted + result.accounts.updated
                        if result.accounts.rejected:
                            status = max(status, _REJECTED)
            except JianduError as error:
                _print_refusal(named(str(file), None), error, as_json=as_json)
                status = NOT_DONE
        if changes and not dry_run:
            await _make_searchable(runtime)
        return status

    raise typer.Exit(run(lambda: with_runtime(settings, work)))


async def _make_searchable(runtime: Runtime) -> None:
    """Whoever loads finds at once what was loaded. It is loaded all the same where Elasticsearch is away."""
    if runtime.index is None:
        return
    try:
        await Relay(runtime.database, runtime.index, now).drain()
    except FAULTS as error:
        typer.echo(f"jiandu: loaded, but not searchable yet. {error.message} `jiandu index sync` sends it.", err=True)


def _print_result(result: LoadReport | Refusal, *, as_json: bool) -> None:
    if isinstance(result, LoadReport):
        _print_report(result, as_json=as_json)
        return
    _print_refusal(named(result.file, result.member), result.error, as_json=as_json)


def _print_refusal(about: dict[str, str], error: JianduError, *, as_json: bool) -> None:
    where = "!".join(about.values())
    typer.echo(printable(f"jiandu: {where}: {error.message}"), err=True)
    if as_json:
        print_json(about | {"error": {"code": error.code, "message": error.message}})


def _print_report(report: LoadReport, *, as_json: bool) -> None:
    if as_json:
        print_json(report.as_json())
        return
    counts = report.accounts
    typer.echo(
        f"{printable('!'.join(named(report.file, report.member).values()))}: "
        f"{counts.rows} rows: {counts.inserted} inserted, {counts.updated} updated, "
        f"{counts.unchanged} unchanged, {counts.rejected} rejected (run {report.run}; {counts.warnings} warnings, "
        f"{len(counts.skipped)} lines skipped)"
    )
    if counts.waiting:
        typer.echo(f"  {counts.waiting} wait for their case: `jiandu feed waiting`")
    for error in report.errors:
        column = f", {error['column']}" if error["column"] else ""
        sheet = f"{printable(error['sheet'])}, " if "sheet" in error else ""
        typer.echo(f"  {sheet}line {error['line']}{column}: {error['code']}: {printable(error['message'])}")
    if counts.rejected > len(report.errors):
        more = counts.rejected - len(report.errors)
        typer.echo(f"  and {more} more: `jiandu feed errors {report.run} --output FILE` writes all")
