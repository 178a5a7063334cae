"""The rejected rows of a run, given back in the form they came in, persons covered, to be corrected and sent again."""

from pathlib import Path
from typing import Final

from indexer.feeds.cell_marks import Marker
from indexer.feeds.error_files import error_file
from indexer.feeds.forms import FeedForm
from indexer.feeds.staging import row_binding
from indexer.whole_files import whole_file
from schema.vocabularies import FeedRunStatus
from stores.errors import BadUserInputError
from stores.feed_runs import EndedRun, run_by_name, stream_rejected
from stores.keys import KeyRing
from stores.postgres import Database

COMPRESSED: Final = ".gz"


async def write_error_file(database: Database, keys: KeyRing, run: str, target: Path, *, force: bool = False) -> int:
    """Write the rejected rows of a run to a file, compressed where its name ends in .gz; answers how many there are.

    Raises BadUserInputError for a run that is unknown or kept no rows, for a target that is there already (unless
    `force` lets it be replaced), and for one that cannot be written.
    """
    found, form = await _mendable(database, run)
    rows = 0
    with (
        whole_file(target, force=force) as stream,
        error_file(form, stream, Marker(keys, run), compressed=target.suffix.lower() == COMPRESSED) as file,
    ):
        async with database.begin() as connection:
            async for row in stream_rejected(connection, found.id):
                raw = keys.decrypt(row.key_id, row.raw, bound_to=row_binding(run, row.ordinal))
                file.add(row.ordinal, raw, row.code, row.message)
                rows += 1
    return rows


async def _mendable(database: Database, name: str) -> tuple[EndedRun, FeedForm]:
    async with database.begin() as connection:
        run = await run_by_name(connection, name)
    if run is None:
        raise BadUserInputError("There is no run of this name. `jiandu feed load` prints it, and `feedRuns` lists all.")
    if run.status is not FeedRunStatus.DONE:
        raise BadUserInputError(f"The run is {run.status.value}, and nothing of its file was stored. Send it again.")
    if run.form is None:
        raise BadUserInputError("An earlier version loaded this run and kept no form of it. Load its file again.")
    return run, FeedForm.from_json(run.form)
