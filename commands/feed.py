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

from commands.output import whole_file
from commands.runtime import NOT_DONE, Runtime, now, print_json, printable, run, with_runtime
from indexer.faults import FAULTS
from indexer.loading import LoadOptions, LoadReport, Refusal, load_file
from indexer.loading import Progress as ReportRows
from indexer.rejected_rows import mendable_run, write_rejected
from indexer.relay import Relay
from stores.errors import JianduError
from stores.settings import Settings

app = typer.Typer(help="Load what agencies send (数据导入).", no_args_is_help=True)

_REJECTED = 1
_LOG_EVERY_SECONDS = 5.0

log = structlog.get_logger()


@app.command("load")
def load(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(help="CSV, XLSX or JSON Lines; also as .gz, and a .zip of such files.")
    ],
    agency: Annotated[str | None, typer.Option(help="The sender, for rows that name no agency.")] = None,
    register_agencies: Annotated[
        bool, typer.Option("--register-agencies", help="Register agencies not known yet.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count everything, store nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file (or member).")] = False,
) -> None:
    """Load feed files. Status: 0 all rows accepted, 1 some rejected, 2 a file could not be read."""
    settings: Settings = context.obj
    options = LoadOptions(agency=agency, register_agencies=register_agencies, dry_run=dry_run)

    async def work(runtime: Runtime) -> int:
        status, changes = 0, 0
        keys = runtime.keys
        for file in files:
            try:
                with _progress(file) as progress:
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
                _print_refusal({"file": str(file)}, error, as_json=as_json)
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


@app.command("errors")
def errors(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="RUN", help="The run, as `feed load` prints it.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write; .gz compresses.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help='One JSON object: {"run","file","rows"}.')] = False,
) -> None:
    """Write a run's rejected rows in the form they came in, with code and message, to be corrected and sent again."""
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> int:
        found, form = await mendable_run(runtime.database, name)
        with whole_file(output, force=force) as stream:
            compressed = output.suffix.lower() == ".gz"
            return await write_rejected(
                runtime.database, runtime.keys, found, name, form, stream, compressed=compressed
            )

    rows = run(lambda: with_runtime(settings, work))
    if as_json:
        print_json({"run": name, "file": str(output), "rows": rows})
    else:
        typer.echo(f"{printable(str(output))}: {rows} rejected rows of the run {name}")


def _print_result(result: LoadReport | Refusal, *, as_json: bool) -> None:
    if isinstance(result, LoadReport):
        _print_report(result, as_json=as_json)
        return
    told = result.as_json()
    _print_refusal({key: told[key] for key in ("file", "member") if key in told}, result.error, as_json=as_json)


def _print_refusal(about: dict[str, str], error: JianduError, *, as_json: bool) -> None:
    typer.echo(f"jiandu: {printable(f'{"!".join(about.values())}: {error.message}')}", err=True)
    if as_json:
        print_json(about | {"error": {"code": error.code, "message": error.message}})


def _print_report(report: LoadReport, *, as_json: bool) -> None:
    if as_json:
        print_json(report.as_json())
        return
    counts = report.accounts
    typer.echo(
        f"{printable(report.file if report.member is None else f'{report.file}!{report.member}')}: "
        f"{counts.rows} rows: {counts.inserted} inserted, {counts.updated} updated, "
        f"{counts.unchanged} unchanged, {counts.rejected} rejected (run {report.run}; {counts.warnings} warnings, "
        f"{len(counts.skipped)} lines skipped)"
    )
    for error in report.errors:
        column = f", {error['column']}" if error["column"] else ""
        sheet = f"{printable(error['sheet'])}, " if "sheet" in error else ""
        typer.echo(f"  {sheet}line {error['line']}{column}: {error['code']}: {printable(error['message'])}")
    if counts.rejected > len(report.errors):
        typer.echo(
            f"  and {counts.rejected - len(report.errors)} more: `jiandu feed errors {report.run} --output FILE` writes all"
        )


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
