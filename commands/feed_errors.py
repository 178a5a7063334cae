"""`jiandu feed errors`: the rejected rows of a run, to be corrected and sent again."""

from pathlib import Path
from typing import Annotated

import typer

from api.auditing import kept_text
from commands.audit import write_down
from commands.runtime import Runtime, print_json, printable, run, with_runtime
from indexer.error_file import write_error_file
from schema.access_vocabularies import AuditAction
from schema.audit_records import Deed
from stores.settings import Settings


def errors(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="RUN", help="The run, as `feed load` prints it.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write; .gz compresses.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help='One JSON object: {"run","file","rows"}.')] = False,
) -> None:
    """Write a run's rejected rows in the form they came in, with code and message, to be corrected and sent again.

    Persons' names and identity numbers are covered; the mark behind each brings the value back when the file is loaded.
    """
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> int:
        # Whoever the rows name is covered; what else they tell leaves the record all the same.
        deed = Deed(action=AuditAction.EXPORT, operation="feed errors", detail={"run": kept_text(name)})
        await write_down(runtime, "feed errors", deed)
        return await write_error_file(runtime.database, runtime.keys, name, output, force=force)

    rows = run(lambda: with_runtime(settings, work))
    if as_json:
        print_json({"run": name, "file": str(output), "rows": rows})
    else:
        typer.echo(printable(f"{output}: {rows} rejected rows of the run {name}"))
