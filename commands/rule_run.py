"""`jiandu rules run`: judges whatever can have changed, and keeps what was found."""

import sys
import time
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Final

import anyio
import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from commands.audit import write_down
from commands.feed_loading import make_searchable
from commands.rule_options import AsOfOption, day_of, this_law
from commands.runtime import Runtime, now, print_json, run, run_until_ended, with_runtime
from indexer.campaigns import join_campaigns
from indexer.following import RulesFollower
from indexer.judging import Judging, RunReport
from schema.access_records import EVERYTHING
from schema.access_vocabularies import AuditAction
from schema.audit_records import Deed
from schema.document_number import canonical_document_number
from stores.errors import BadUserInputError
from stores.postgres import DatabaseConnection
from stores.rows import cases_by_id, cases_by_number
from stores.settings import Settings
from supervision.calendars import state_council_calendar
from supervision.rule_book import rule_book
from supervision.rule_books import this_rule_book

_MOST: Final = 2**63
_LOG_EVERY_SECONDS: Final = 5.0
_FAILED: Final = 1

log = structlog.get_logger()


def run_rules(
    context: typer.Context,
    as_of: AsOfOption = None,
    case: Annotated[
        str | None, typer.Option("--case", metavar="N", help="Only the cases of this document number (or id).")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Every case: it finds what the runs before it found.")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until ended, as of each day as it comes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object (following: one a run).")] = False,
) -> None:
    """Judge the cases whose findings can have changed since the last run, keep what is found, fill campaigns."""
    settings: Settings = context.obj
    if sum([case is not None, full, follow]) > 1 or (follow and as_of is not None):
        raise BadUserInputError("Choose one of --case, --full and --follow; --follow is as of each day as it comes.")
    if follow:
        run_until_ended(lambda: anyio.run(with_runtime, settings, lambda runtime: _follow(runtime, as_json=as_json)))
        return
    day = day_of(as_of)
    report = run(lambda: with_runtime(settings, lambda runtime: _run(runtime, day, case, full=full)))
    _print(report, day, as_json=as_json)
    raise typer.Exit(_FAILED if report.failed else 0)


def _print(report: RunReport, day: date, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "evaluated": report.evaluated,
                "opened": report.opened,
                "resolved": report.resolved,
                "cannotTell": report.cannot_tell,
                "changed": report.changed,
                "failed": len(report.failed),
            }
        )
    else:
        typer.echo(
            f"As of {day}: {report.evaluated} cases judged, {report.opened} findings opened, "
            f"{report.resolved} resolved, {report.changed} changed, {report.cannot_tell} answers cannot be told."
        )
    if report.failed:
        typer.echo(
            f"jiandu: {len(report.failed)} cases could not be judged for a fault of the program, which the log names: "
            "report it. They wait for the next run.",
            err=True,
        )


async def _write_down(runtime: Runtime, day: date | None, case_ids: list[int] | None = None, **how: bool) -> None:
    """Who has cases judged; what it changes of a finding stands in that finding's own history."""
    detail: dict[str, object] = {name: value for name, value in how.items() if value}
    if day is not None:
        detail["asOf"] = day
    deed = Deed(action=AuditAction.CHANGE, operation="rules run", detail=detail, case_ids=case_ids or ())
    await write_down(runtime, "rules run", deed)


async def _follow(runtime: Runtime, *, as_json: bool) -> None:
    await _write_down(runtime, None, follow=True)

    async def judged(report: RunReport) -> None:
        _print(report, day_of(None), as_json=as_json)
        if report.opened + report.resolved + report.changed:
            await make_searchable(runtime)

    await RulesFollower(
        judging=judging_of(runtime),
        today=lambda: day_of(None),
        judged=judged,
        joining=lambda: join_campaigns(runtime.database, now),
    ).follow()


def judging_of(runtime: Runtime) -> Judging:
    """Runs of this program's rule book over an installation's record."""
    calendar = state_council_calendar()
    return Judging(
        database=runtime.database,
        book=this_rule_book(rule_book(), this_law(), calendar),
        calendar=calendar,
        clock=now,
    )


async def _run(runtime: Runtime, day: date, case: str | None, *, full: bool) -> RunReport:
    judging = judging_of(runtime)
    work = judging.run_everything if full else judging.run
    if case is not None:
        async with runtime.database.begin() as connection:
            ids = await _cases(connection, case)
        await _write_down(runtime, day, ids)
        report = await judging.run_cases(day, ids)
    else:
        await _write_down(runtime, day, full=full)
        report = await _shown(work, day)
    # What was found decides of who joins, too.
    await join_campaigns(runtime.database, now)
    if report.opened + report.resolved + report.changed:
        await make_searchable(runtime)
    return report


async def _shown(work: Callable[..., Awaitable[RunReport]], day: date) -> RunReport:
    if not sys.stderr.isatty():
        return await work(day, progress=_Log(time.monotonic))
    columns = (TextColumn("cases"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("cases", total=None)

        def show(report: RunReport, left: int) -> None:
            bar.update(task, completed=report.read, total=report.read + left)

        return await work(day, progress=show)


class _Log:
    """A line now and then, where there is no terminal for a bar."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._last = seconds()

    def __call__(self, report: RunReport, left: int) -> None:
        if self._seconds() - self._last >= _LOG_EVERY_SECONDS:
            self._last = self._seconds()
            log.info("judging", read=report.read, evaluated=report.evaluated, opened=report.opened, waiting=left)


async def _cases(connection: DatabaseConnection, case: str) -> list[int]:
    """The ids of the cases of a number or an id. Raises BadUserInputError where there is none."""
    number = canonical_document_number(case)
    found = [] if number is None else [each.id for each in await cases_by_number(connection, EVERYTHING, number, None)]
    if not found and case.isascii() and case.isdigit() and int(case) < _MOST:
        found = list(await cases_by_id(connection, [int(case)]))
    if not found:
        raise BadUserInputError("There is no case of this document number or id. Check it with `jiandu search`.")
    return found
