"""`jiandu feed waiting`: the records whose case has not arrived."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated

import typer

from api.masking import Shown
from commands.audit import write_down
from commands.runtime import CHINA, Runtime, print_json, printable, run, with_runtime
from schema.access_records import EVERYTHING
from schema.access_vocabularies import AuditAction
from schema.audit_records import Deed
from schema.follow_up_records import WaitingRecord
from schema.records import Agency, FeedRun
from stores.errors import BadUserInputError
from stores.feed_runs import runs_by_id
from stores.follow_up_rows import WaitingPlace, list_waiting
from stores.postgres import DatabaseConnection
from stores.register import read_register
from stores.rows import agencies_by_id
from stores.settings import Settings
from supervision.audit_covering import cover_file_name
from supervision.credit_code import is_credit_code

_PAGE = 1_000


def waiting(
    context: typer.Context,
    agency: Annotated[str | None, typer.Option(help="Only what waits for cases of this agency.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a record.")] = False,
) -> None:
    """List the records whose case has not arrived, the longest waiting first."""
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> None:
        listed = 0
        async with runtime.database.begin() as connection:
            agency_id = None if agency is None else await _agency_id(connection, agency)
            deed = Deed(action=AuditAction.LIST, operation="feed waiting", detail={"agencyId": agency_id})
            await write_down(runtime, "feed waiting", deed)
            async for record, owner, brought in _all_waiting(connection, agency_id):
                _print(record, owner, brought, as_json=as_json)
                listed += 1
        if not listed and not as_json:
            typer.echo("No record waits for its case.")

    run(lambda: with_runtime(settings, work))


async def _agency_id(connection: DatabaseConnection, named: str) -> int:
    register = await read_register(connection)
    found = register.find(None, named) if is_credit_code(named) else register.find(named, None)
    if found is None:
        raise BadUserInputError("No agency of this name or code is registered. Give the name as it was registered.")
    return found.id


async def _all_waiting(
    connection: DatabaseConnection, agency_id: int | None
) -> AsyncIterator[tuple[WaitingRecord, Agency, FeedRun]]:
    """Page by page, each with its agencies and its runs."""
    place: WaitingPlace | None = None
    while True:
        page = await list_waiting(connection, EVERYTHING, first=_PAGE, after=place, agency_id=agency_id)
        agencies = await agencies_by_id(connection, list({record.agency_id for record in page}))
        runs = await runs_by_id(connection, list({record.run_id for record in page}))
        for record in page[:_PAGE]:
            yield record, agencies[record.agency_id], runs[record.run_id]
        if len(page) <= _PAGE:
            return
        last = page[_PAGE - 1]
        place = (last.since, last.kind.value, last.id)


def _print(record: WaitingRecord, agency: Agency, brought: FeedRun, *, as_json: bool) -> None:
    since = record.since.astimezone(CHINA)
    # Whoever types a command is shown no natural person's name.
    number = Shown(replace(EVERYTHING, names=False)).number(record.document_number)
    file = cover_file_name(brought.file)
    if as_json:
        print_json(
            {
                "kind": record.kind.value,
                "agency": agency.name,
                "documentNumber": number,
                "since": since,
                "file": file,
                "run": brought.run,
            }
        )
        return
    typer.echo(
        printable(
            f"{record.kind.value}  {agency.name}  {number}  since {since:%Y-%m-%d %H:%M}  ({file}, run {brought.run})"
        )
    )
