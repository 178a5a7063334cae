"""The rejected rows of a run, given back in the form they came in, to be corrected and sent again."""

from typing import IO

from indexer.feeds.error_files import error_file
from indexer.feeds.forms import FeedForm
from indexer.feeds.staging import row_binding
from schema.vocabularies import FeedRunStatus
from stores.errors import BadUserInputError
from stores.feed_runs import EndedRun, run_by_name, stream_rejected
from stores.keys import KeyRing
from stores.postgres import Database


async def mendable_run(database: Database, name: str) -> tuple[EndedRun, FeedForm]:
    """The run of a name and the form its file came in. Raises BadUserInputError for one that kept no rows."""
    async with database.begin() as connection:
        run = await run_by_name(connection, name)
    if run is None:
        raise BadUserInputError("There is no run of this name. `jiandu feed load` prints it, and `feedRuns` lists all.")
    if run.status is not FeedRunStatus.DONE:
        raise BadUserInputError(f"The run is {run.status.value}, and nothing of its file was stored. Send it again.")
    if run.form is None:
        raise BadUserInputError("An earlier version loaded this run and kept no form of it. Load its file again.")
    return run, FeedForm.from_json(run.form)


async def write_rejected(
    database: Database, keys: KeyRing, run: EndedRun, name: str, form: FeedForm, stream: IO[bytes], *, compressed: bool
) -> int:
    """Write the rejected rows of a run to a stream; answers how many there are."""
    rows = 0
    with error_file(form, stream, compressed=compressed) as file:
        async with database.begin() as connection:
            async for row in stream_rejected(connection, run.id):
                raw = keys.decrypt(row.key_id, row.raw, bound_to=row_binding(name, row.ordinal))
                file.add(row.ordinal, raw, row.code, row.message)
                rows += 1
    return rows
