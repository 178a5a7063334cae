"""`jiandu feed`: loading what agencies send."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from commands.feed_forms import known_layouts, show_layouts, write_template
from commands.runtime import NOT_DONE, Runtime, now, print_json, printable, run, with_runtime
from indexer.faults import FAULTS
from indexer.loading import LoadOptions, LoadReport, load_feed
from indexer.loading import Progress as ReportRows
from indexer.relay import Relay
from stores.errors import JianduError
from stores.settings import Settings

app = typer.Typer(help="Load what agencies send (数据导入).", no_args_is_help=True)
app.command("template")(write_template)
app.command("layouts")(show_layouts)

_REJECTED = 1
_LOG_EVERY_SECONDS = 5.0

log = structlog.get_logger()


@app.command("load")
def load(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Tables or JSON Lines, as `feed template` writes them.")],
    agency: Annotated[str | None, typer.Option(help="The sender, for rows that name no agency.")] = None,
    register_agencies: Annotated[
        bool, typer.Option("--register-agencies", help="Register agencies not known yet.")
    ] = False,
    layout: Annotated[
        list[Path] | None, typer.Option(help="A YAML file that describes a layout of the agency's own.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count everything, store nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file.")] = False,
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
                with _progress(file) as progress:
                    report = await load_feed(
                        runtime.database, keys, file, options=options, clock=now, progress=progress
                    )
            except JianduError as error:
                _print_refusal(file, error, as_json=as_json)
                status = NOT_DONE
                continue
            _print_report(report, as_json=as_json)
            changes += report.accounts.inserted + report.accounts.updated
            if report.accounts.rejected:
                status = max(status, _REJECTED)
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


def _print_refusal(file: Path, error: JianduError, *, as_json: bool) -> None:
    typer.echo(f"jiandu: {printable(f'{file}: {error.message}')}", err=True)
    if as_json:
        print_json({"file": str(file), "error": {"code": error.code, "message": error.message}})


def _print_report(report: LoadReport, *, as_json: bool) -> None:
    if as_json:
        print_json(report.as_json())
        return
    counts = report.accounts
    typer.echo(
        f"{printable(report.file)}: {counts.rows} rows: {counts.inserted} inserted, {counts.updated} updated, "
        f"{counts.unchanged} unchanged, {counts.rejected} rejected (run {report.run}; {counts.warnings} warnings, "
        f"{len(counts.skipped)} lines skipped)"
    )
    for error in report.errors:
        column = f", {error['column']}" if error["column"] else ""
        typer.echo(f"  line {error['line']}{column}: {error['code']}: {printable(error['message'])}")
    if counts.rejected > len(report.errors):
        typer.echo(f"  and {counts.rejected - len(report.errors)} more: query `feedRuns`")


@contextmanager
def _progress(file: Path) -> Iterator[ReportRows]:
    """A bar on a terminal, a line now and then elsewhere."""
    started = last = time.monotonic()
    if not sys.stderr.isatty():

        def report(rows: int) -> None:
            nonlocal last
            if time.monotonic() - last >= _LOG_EVERY_SECONDS:
                last = time.monotonic()
                log.info("loading", file=file.name, rows=rows, rows_per_second=round(rows / (last - started)))

        yield report
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[rows]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(file.name, total=None, rows="")

        def show(rows: int) -> None:
            speed = rows / max(time.monotonic() - started, 0.001)
            bar.update(task, rows=f"{rows} rows, {speed:.0f} rows/s")

        yield show
