"""Loading a file for a command, and saying what became of it."""

from pathlib import Path

import typer

from api.auditing import kept_text
from commands.audit import write_down
from commands.feed_progress import shown_progress
from commands.runtime import NOT_DONE, Runtime, now, print_json, printable
from indexer.faults import FAULTS
from indexer.file_loading import load_file
from indexer.load_reports import LoadReport, Refusal, named
from indexer.loading import LoadOptions
from indexer.relay import Relay
from schema.access_vocabularies import AuditAction
from schema.audit_records import Deed
from stores.errors import JianduError

DONE = 0
_REJECTED = 1


async def load_and_tell(
    runtime: Runtime, file: Path, options: LoadOptions, *, command: str, as_json: bool
) -> list[LoadReport | Refusal]:
    """Load a file, or the members of an archive, write down what became of each as soon as it is known, and print it.

    Raises JianduError where loading cannot go on.
    """
    results: list[LoadReport | Refusal] = []
    with shown_progress(file) as progress:
        loaded = load_file(runtime.database, runtime.keys, file, options=options, clock=now, progress=progress)
        try:
            async for result in loaded:
                await write_down(runtime, command, _loaded(command, result, dry_run=options.dry_run))
                _print_result(result, as_json=as_json)
                results.append(result)
        except JianduError as error:
            detail = named(kept_text(str(file)), None) | {"refused": error.code}
            await write_down(runtime, command, Deed(action=AuditAction.LOAD, operation=command, detail=detail))
            raise
    return results


def _loaded(command: str, result: LoadReport | Refusal, *, dry_run: bool) -> Deed:
    """What the trail keeps of a file that was loaded: what became of it, and nothing that stands in it."""
    detail: dict[str, object] = {name: kept_text(text) for name, text in named(result.file, result.member).items()}
    rows: int | None = None
    if isinstance(result, Refusal):
        detail["refused"] = result.error.code
    else:
        rows = result.accounts.rows
        detail["run"] = result.run
    detail["exitStatus"] = status_of([result])
    if dry_run:
        detail["dryRun"] = True
    return Deed(action=AuditAction.LOAD, operation=command, detail=detail, result_count=rows)


def status_of(results: list[LoadReport | Refusal]) -> int:
    """The program's status: 0 all accepted, 1 some rows rejected, 2 something could not be read."""
    if any(isinstance(result, Refusal) for result in results):
        return NOT_DONE
    return _REJECTED if any(isinstance(result, LoadReport) and result.accounts.rejected for result in results) else DONE


def changed(results: list[LoadReport | Refusal]) -> bool:
    """Whether anything of the record is another than before."""
    return any(
        result.accounts.inserted + result.accounts.updated for result in results if isinstance(result, LoadReport)
    )


async def make_searchable(runtime: Runtime) -> None:
    """What was changed is found at once; it is kept all the same where Elasticsearch is away."""
    if runtime.index is None:
        return
    try:
        await Relay(runtime.database, runtime.index, now).drain()
    except FAULTS as error:
        typer.echo(f"jiandu: kept, but not searchable yet. {error.message} `jiandu index sync` sends it.", err=True)


def _print_result(result: LoadReport | Refusal, *, as_json: bool) -> None:
    if isinstance(result, LoadReport):
        _print_report(result, as_json=as_json)
        return
    print_refusal(named(result.file, result.member), result.error, as_json=as_json)


def print_refusal(about: dict[str, str], error: JianduError, *, as_json: bool) -> None:
    """Say why something was not read."""
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
