"""A night after the first: the same file again, and one in which a hundredth has changed; and the memory of a load."""

import base64
import json
import secrets
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from sqlalchemy.engine import URL

from bench.generator import FORMATS, Row, case_rows, register_rows, write_json_lines
from bench.servers import Servers, dsn
from bench.timing import Figure, Spread, require, seconds_figure, stopwatch
from stores.postgres import APPLICATION_ROLE
from stores.settings import PREFIX

_KEY = "bench:" + base64.b64encode(secrets.token_bytes(32)).decode()
_CHANGED_EVERY = 100
_FEWER = 10
_MEBIBYTE = 2**20
_AGAIN = "the first load of the same file"
_CHANGED = (
    "the same file unchanged (one read of it, and a look at every row's digest), and a hundredth of its first load "
    "(1 is: a change costs what a new case does)"
)
_MEMORY = "the same command for a tenth of the rows (1 is: memory does not grow)"


def measure(servers: Servers, *, rows: int, pairs: int) -> Iterator[Figure]:
    """Seconds of `jiandu feed load` for a file that is known, or all but a hundredth of it; and its greatest memory."""
    register = write_json_lines(servers.folder / "register.jsonl", register_rows())
    for name, write in FORMATS:
        feed = write(servers.folder / "feed", case_rows(rows))
        changed = write(servers.folder / "changed", _changed(case_rows(rows)))
        fewer = write(servers.folder / "fewer", case_rows(rows // _FEWER))
        firsts, agains, changes, floors, peaks, small_peaks = ([0.0] * pairs for _ in range(6))
        for pair in range(pairs):
            with servers.fresh_database() as database:
                load(servers, database, register, "inserted")
                firsts[pair], peaks[pair] = load(servers, database, feed, "inserted", rows)
                agains[pair], _ = load(servers, database, feed, "unchanged", rows)
                changes[pair], _ = load(servers, database, changed, "updated", rows // _CHANGED_EVERY)
                floors[pair] = agains[pair] + firsts[pair] / _CHANGED_EVERY
            with servers.fresh_database() as database:
                load(servers, database, register, "inserted")
                _, small_peaks[pair] = load(servers, database, fewer, "inserted", rows // _FEWER)
        yield seconds_figure(f"feed again, {name}", agains, firsts, _AGAIN)
        yield seconds_figure(f"feed with 1% changed, {name}", changes, floors, _CHANGED)
        yield Figure(
            name=f"feed, memory, {name}",
            unit="MiB peak",
            ours=Spread.of(peaks, 1),
            floor=Spread.of(small_peaks, 1),
            ratio=Spread.of([mine / its for mine, its in zip(peaks, small_peaks, strict=True)], 2),
            floor_is=_MEMORY,
        )


def _changed(rows: Iterator[Row]) -> Iterator[Row]:
    """The same cases, of which every hundredth was fined a yuan more."""
    for place, row in enumerate(rows, 1):
        if place % _CHANGED_EVERY == 0:
            yield row | {"fine": str(Decimal(row.get("fine", 0)) + 1)}
        else:
            yield row


def load(servers: Servers, database: URL, file: Path, outcome: str, count: int | None = None) -> tuple[float, float]:
    """Load a file by the command; answers its seconds and its greatest memory in MiB."""
    servers.settle()
    environment = {
        f"{PREFIX}DATABASE_URL": dsn(database.set(username=APPLICATION_ROLE)),
        f"{PREFIX}DATA_KEY": _KEY,
        # The index is another record's, and not what is measured.
        f"{PREFIX}ELASTICSEARCH_URL": "",
    }
    with (
        stopwatch() as watch,
        servers.program("feed", "load", str(file), "--json", environment=environment) as running,
    ):
        peak = running.greatest_memory()
    require(running.process.wait() == 0, f"a feed was not loaded.\n{running.said}")
    report = json.loads(running.said.splitlines()[-1])
    require(count is None or report[outcome] == count, f"{count} rows should be {outcome}: {report}")
    return watch.seconds, peak / _MEBIBYTE
