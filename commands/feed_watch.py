"""`jiandu feed watch`: loading what arrives in a folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import anyio
import structlog
import typer

from commands.audit import write_down
from commands.feed_forms import known_layouts
from commands.feed_loading import DONE, changed, load_and_tell, make_searchable, print_refusal, status_of
from commands.runtime import Runtime, now, run, run_until_ended, with_runtime
from indexer.error_file import write_error_file
from indexer.load_reports import LoadReport, Refusal, named
from indexer.loading import LoadOptions
from indexer.watch import Watch
from indexer.whole_files import whole_file
from schema.access_vocabularies import AuditAction
from schema.audit_records import Deed
from stores.errors import BadUserInputError, UnreadableFeedError
from stores.settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Taken:
    """What became of a file that arrived."""

    results: tuple[LoadReport | Refusal, ...]
    run: str

    @property
    def accepted(self) -> bool:
        """Whether every row of it was accepted."""
        return status_of(list(self.results)) == DONE


def watch(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder; done/ and rejected/ are made in it.")],
    agency: Annotated[str | None, typer.Option(help="The sender, for rows that name no agency.")] = None,
    register_agencies: Annotated[
        bool, typer.Option("--register-agencies", help="Register agencies not known yet.")
    ] = False,
    quiet: Annotated[
        float, typer.Option(min=0, help="Seconds that nobody may have written to a file before it is loaded.")
    ] = 5.0,
    once: Annotated[bool, typer.Option("--once", help="Load what is there and end, as cron wants it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file (or member).")] = False,
) -> None:
    """Load every file that arrives in DIR; move it to done/, or to rejected/ beside what was wrong with it."""
    settings: Settings = context.obj
    if not folder.is_dir():
        raise BadUserInputError(f"{folder} is no folder. Make it, and let senders put their files into it.")
    options = LoadOptions(agency=agency, register_agencies=register_agencies, layouts=known_layouts(settings, []))
    statuses: list[int] = []

    async def work(runtime: Runtime) -> None:
        async def load(path: Path) -> _Taken:
            began = f"{now():%Y%m%d-%H%M%S}"
            try:
                results = await load_and_tell(runtime, path, options, command="feed watch", as_json=as_json)
            except UnreadableFeedError as error:
                print_refusal(named(str(path), None), error, as_json=as_json)
                results = [Refusal(file=str(path), member=None, error=error)]
            if changed(results):
                await make_searchable(runtime)
            statuses.append(status_of(results))
            return _Taken(tuple(results), began)

        async def explain(taken: _Taken, target: Path) -> None:
            for result in taken.results:
                await _explain(runtime, result, target)

        watched = Watch(folder, quiet, load, explain)
        if once:
            await watched.once()
            return
        log.info("watching", folder=str(folder))
        await watched.forever()

    if once:
        run(lambda: with_runtime(settings, work))
        raise typer.Exit(max(statuses, default=DONE))
    run_until_ended(lambda: anyio.run(with_runtime, settings, work))


async def _explain(runtime: Runtime, result: LoadReport | Refusal, target: Path) -> None:
    """Write what was wrong with a file, or with a member of it, beside the place it is moved to."""
    name = target.name if result.member is None else f"{target.name}.{Path(result.member).name}"
    if isinstance(result, Refusal):
        with whole_file(target.with_name(f"{name}.refused.txt"), force=True) as stream:
            stream.write(f"{result.error.message}\n".encode())
    elif result.accounts.rejected:
        errors = target.with_name(f"{name}.errors.{result.format}")
        # Whoever the rows name is covered; what else they tell leaves the record all the same.
        deed = Deed(action=AuditAction.EXPORT, operation="feed watch", detail={"run": result.run})
        await write_down(runtime, "feed watch", deed)
        await write_error_file(runtime.database, runtime.keys, result.run, errors, force=True)
