"""How a run is told: a table for people, a line a figure for programs, a file to keep."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.servers import Servers, china_now
from bench.timing import Figure, Spread
from tests.elasticsearch_server import VERSION as ELASTICSEARCH_VERSION

_PACKAGES = ("elasticsearch", "graphql-core", "psycopg", "sqlalchemy", "starlette", "strawberry-graphql", "uvicorn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a figure depends on besides the program: never where, or on whose machine."""

    date: str
    cases: int
    judged_cases: int
    feed_rows: int
    cpus: int
    memory_gib: int
    versions: dict[str, str]

    @classmethod
    def of(cls, servers: Servers | None, *, cases: int, judged_cases: int, feed_rows: int) -> "Circumstances":
        """The circumstances of this run; without servers the versions are those of what runs in this process."""
        versions = {"python": platform.python_version()}
        if servers is not None:
            with servers.superuser() as connection:
                postgres = connection.execute("SHOW server_version").fetchone()
            versions |= {
                "postgresql": postgres[0].split()[0] if postgres else "unknown",
                "elasticsearch-server": ELASTICSEARCH_VERSION,
                **{name: version(name) for name in _PACKAGES},
            }
        return cls(
            date=f"{china_now():%Y-%m-%d}",
            cases=cases,
            judged_cases=judged_cases,
            feed_rows=feed_rows,
            cpus=os.cpu_count() or 0,
            memory_gib=round(psutil.virtual_memory().total / 2**30),
            versions=versions,
        )

    def as_json(self) -> dict[str, Any]:
        """The circumstances as they are kept."""
        return {name: getattr(self, name) for name in self.__slots__}


def print_table(figures: Sequence[Figure]) -> None:
    """A line a figure, and what each floor is."""
    table = Table(title="ours beside its floor: median (least - greatest)")
    for column in ("", "unit"):
        table.add_column(column, no_wrap=True)
    for column in ("ours", "floor", "times the floor's time"):
        table.add_column(column, justify="right", no_wrap=True)
    for figure in figures:
        table.add_row(figure.name, figure.unit, *map(_shown, (figure.ours, figure.floor, figure.ratio)))
    console = Console(width=None if Console().is_terminal else 160)
    console.print(table)
    for name, floor in dict.fromkeys((figure.name, figure.floor_is) for figure in figures):
        console.print(f"{name}: the floor is {floor}.", highlight=False)
    for figure in figures:
        reached = "reached" if figure.is_reached else "NOT reached"
        if figure.at_least is not None:
            console.print(
                f"{figure.name}: {figure.at_least:,g} {figure.unit} or more are promised: {reached}.", highlight=False
            )
        if figure.at_most is not None:
            console.print(
                f"{figure.name}: at most {figure.at_most:g} times the floor's time is promised: {reached}.",
                highlight=False,
            )


def _shown(spread: Spread) -> str:
    return f"{spread.median:,g} ({spread.min:,g} - {spread.max:,g})"


def print_lines(figures: Sequence[Figure]) -> None:
    """A JSON object a figure."""
    for figure in figures:
        print(json.dumps(figure.as_json(), ensure_ascii=False), flush=True)


def keep(
    path: Path,
    circumstances: Circumstances,
    figures: Sequence[Figure],
    machine: Sequence[float],
    load: Sequence[float],
) -> None:
    """Write the run to a file.

    `machine`: how long a fixed loop took before and after, in milliseconds; `load`: of the machine, then and then.
    """
    path.write_text(
        json.dumps(
            {
                **circumstances.as_json(),
                "machine_ms": list(machine),
                "load": [round(each, 1) for each in load],
                "figures": [figure.as_json() for figure in figures],
            },
            ensure_ascii=False,
            indent=1,
        )
        + "\n",
        encoding="utf-8",
    )
