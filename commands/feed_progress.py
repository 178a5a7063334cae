"""How far a load has come, for whoever waits: rows, rows a second, time left."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from commands.runtime import printable
from indexer.loading import Progress as ReportRows

_LOG_EVERY_SECONDS = 5.0

log = structlog.get_logger()


class _Pace:
    """Rows a second of the feed under way; the next member of an archive begins anew."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._rows = 0

    def of(self, rows: int) -> int:
        """The pace so far."""
        if rows < self._rows:
            self._started = time.monotonic()
        self._rows = rows
        return round(rows / max(time.monotonic() - self._started, 0.001))


@contextmanager
def shown_progress(file: Path) -> Iterator[ReportRows]:
    """A bar on a terminal, a line now and then elsewhere."""
    pace = _Pace()
    if not sys.stderr.isatty():
        last = time.monotonic()

        def report(rows: int, fraction: float) -> None:
            nonlocal last
            if time.monotonic() - last >= _LOG_EVERY_SECONDS:
                last = time.monotonic()
                percent = round(100 * fraction)
                log.info("loading", file=file.name, rows=rows, rows_per_second=pace.of(rows), percent=percent)

        yield report
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]}"),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(escape(printable(file.name)), total=1.0, rows="")

        def show(rows: int, fraction: float) -> None:
            bar.update(task, completed=fraction, rows=f"{rows} rows, {pace.of(rows)} rows/s")

        yield show
