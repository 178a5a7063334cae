"""How far a load has come, for whoever waits: rows, rows a second, time left."""

import sys
import time
from collections.abc import Callable, Iterator
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

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._started = seconds()
        self._rows = 0

    def of(self, rows: int) -> int:
        """The pace so far."""
        if rows < self._rows:
            self._started = self._seconds()
        self._rows = rows
        return round(rows / max(self._seconds() - self._started, 0.001))


@contextmanager
def shown_progress(file: Path, seconds: Callable[[], float] = time.monotonic) -> Iterator[ReportRows]:
    """A bar on a terminal, a line now and then elsewhere; `seconds` is a clock that never goes back."""
    pace = _Pace(seconds)
    if not sys.stderr.isatty():
        last = seconds()

        def report(rows: int, fraction: float) -> None:
            nonlocal last
            if seconds() - last >= _LOG_EVERY_SECONDS:
                last = seconds()
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
