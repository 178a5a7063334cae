"""Loading one file as it came: a feed, or an archive of feeds."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

from indexer.feeds.archives import feed_sources
from indexer.load_reports import LoadReport, Refusal
from indexer.loading import LoadOptions, Progress, load_feed
from stores.errors import UnreadableFeedError
from stores.feed_runs import shown_path
from stores.keys import KeyRing
from stores.postgres import Database


async def load_file(
    database: Database,
    keys: KeyRing,
    path: Path,
    *,
    options: LoadOptions,
    clock: Callable[[], datetime],
    progress: Progress = lambda _rows, _fraction: None,
) -> AsyncIterator[LoadReport | Refusal]:
    """Load a file, or one after another the members of an archive: each is a run and a transaction of its own.

    What cannot be read is refused by itself and hinders no other. Never answers nothing.
    """
    for source in feed_sources(path):
        try:
            yield await load_feed(database, keys, source, options=options, clock=clock, progress=progress)
        except UnreadableFeedError as error:
            yield Refusal(file=shown_path(path), member=source.member, error=error)
